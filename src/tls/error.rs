//! Why a connection is not bound to a proof.

use super::config::PeerRefused;
use crate::verify::{Escaped, VerifyError};
use crate::wire::DecodeError;
use core::fmt;
use rustls::{CertificateError, Error, OtherError};
use std::io;
use std::string::{String, ToString};

/// Why a connection is not bound to a proof. After any of these nothing must be sent over it.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsError {
    /// The peer has not the key that it must have.
    Peer(String),
    /// The handshake, or something after it, is not TLS as it must be.
    Tls(Error),
    /// The network, or its time-out.
    Io(io::Error),
    /// The connection is none that is bound: not TLS 1.3, or a resumed one.
    Unbindable(&'static str),
    /// TLS gives no exporter.
    NoExporter(Error),
    /// There are no random numbers for a nonce.
    NoRandom,
    /// What the peer asks is no question.
    Question(DecodeError),
    /// The peer's message is longer than this.
    TooLong(usize),
    /// The peer's message is no proof.
    Answer(DecodeError),
    /// The peer does not prove, and says why.
    Refused(String),
    /// This end cannot prove.
    NotProved(String),
    /// The report is not of this connection, or is not exporter-bound.
    NotThisConnection,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer(reason) => f.write_str(reason),
            Self::Tls(error) => write!(f, "TLS: {error}"),
            Self::Io(error) => write!(f, "the connection failed: {error}"),
            Self::Unbindable(reason) => write!(f, "{reason}; only a whole handshake of TLS 1.3 is bound to a proof"),
            Self::NoExporter(error) => {
                write!(f, "TLS gives no exporter to bind the quote to: {error}; finish the handshake first")
            }
            Self::NoRandom => {
                f.write_str("the provider of rustls gives no random numbers for a nonce; bring one that does")
            }
            Self::Question(error) => write!(f, "what the peer asks cannot be read: {error}"),
            Self::TooLong(limit) => write!(f, "the peer's message is longer than {limit} bytes, the most that is read"),
            Self::Answer(error) => write!(f, "what the peer answers is no proof: {error}"),
            Self::Refused(reason) => write!(f, "the peer does not prove: {}", Escaped(reason)),
            Self::NotProved(reason) => write!(f, "this machine does not prove: {reason}"),
            Self::NotThisConnection => f.write_str(
                "the report is not of this connection: verify the answer to the question that was asked over it",
            ),
        }
    }
}

impl core::error::Error for TlsError {}

impl From<Error> for TlsError {
    fn from(error: Error) -> Self {
        if let Error::InvalidCertificate(CertificateError::Other(OtherError(reason))) = &error
            && let Some(PeerRefused(reason)) = reason.downcast_ref()
        {
            return Self::Peer(reason.clone());
        }
        Self::Tls(error)
    }
}

/// What rustls says through a stream is told as its own.
impl From<io::Error> for TlsError {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(inner) => inner.clone().into(),
            None => Self::Io(error),
        }
    }
}

impl From<VerifyError<'_>> for TlsError {
    fn from(error: VerifyError<'_>) -> Self {
        Self::Peer(error.to_string())
    }
}
