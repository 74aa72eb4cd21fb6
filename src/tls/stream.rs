//! The same over blocking streams, so that nothing is sent too early.

use super::{Asked, Question, TlsError, config, message};
use crate::proof::Proof;
use crate::verify::{Channel, ChannelNonce, Policy, Rejection, Report, Time};
use crate::wire::DecodeError;
use core::fmt::Display;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

/// A connection to a server that has not proved yet what it is: one can only ask it. [`Unattested::admit`] makes a stream of it.
#[derive(Debug)]
pub struct Unattested<T: Read + Write> {
    stream: StreamOwned<ClientConnection, T>,
    name: String,
    provider: Arc<CryptoProvider>,
    asked: Option<ChannelNonce>,
}

/// What a server has answered, not yet verified.
#[derive(Debug)]
pub struct Answer {
    question: Question,
    proof: Vec<u8>,
}

impl<T: Read + Write> Unattested<T> {
    /// A handshake with whoever is there: he has the key of the certificate that he shows, and nothing is known of it yet. `name` is sent
    /// to him (SNI), and is compared below a measured authority.
    ///
    /// Time-outs are those of `socket`, each for one reading or writing; give it some. Who sends an octet now and then is held off by a deadline
    /// of the caller's own.
    ///
    /// # Errors
    /// If there is no handshake.
    pub fn connect(name: ServerName<'static>, socket: T, provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let config = config::of_anybody(provider.clone())?;
        Self::connect_with(Arc::new(config), name, socket, provider)
    }

    /// The same by another configuration, such as [`client_config`](super::client_config) of a key that an earlier proof binds.
    ///
    /// # Errors
    /// If there is no handshake, or the server is refused in it.
    pub fn connect_with(
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
        mut socket: T,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, TlsError> {
        let text = name.to_str().into_owned();
        let mut connection = ClientConnection::new(config, name)?;
        while connection.is_handshaking() {
            if connection.complete_io(&mut socket)? == (0, 0) {
                return Err(std::io::Error::from(std::io::ErrorKind::WriteZero).into());
            }
        }
        Ok(Self { stream: StreamOwned::new(connection, socket), name: text, provider, asked: None })
    }

    /// Asks the server to prove, with a new nonce, for this connection.
    ///
    /// # Errors
    /// If the connection cannot be bound or fails, or the server refuses, or answers with what is no proof at all.
    pub fn ask(&mut self) -> Result<Answer, TlsError> {
        let question = Question::to_server(&self.stream.conn, &self.name, &self.provider)?;
        self.asked = Some(*question.channel());
        self.stream.write_all(&question.message())?;
        self.stream.flush()?;
        let proof = message::read_element(&mut self.stream, message::MAX_ANSWER)?;
        message::read_answer(&proof)?;
        Ok(Answer { question, proof })
    }

    /// The stream, once a report says that it leads to the machine.
    ///
    /// # Errors
    /// [`TlsError::NotThisConnection`] if the report is of another connection, or is not exporter-bound; the socket is let go of then.
    pub fn admit(self, report: &Report<'_>) -> Result<StreamOwned<ClientConnection, T>, TlsError> {
        let quoted = report.quote().map(|quote| quote.attest().extra_data.0);
        let asked = self.asked.as_ref().map(ChannelNonce::as_bytes);
        let accepted = report.failure().is_none() && report.channel() == Channel::ExporterBound;
        if accepted && asked.is_some() && asked == quoted { Ok(self.stream) } else { Err(TlsError::NotThisConnection) }
    }
}

impl Answer {
    /// The proof, in DER.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.proof
    }

    /// The proof, read.
    ///
    /// # Errors
    /// If it is none.
    pub fn proof(&self) -> Result<Proof<'_>, DecodeError> {
        Proof::from_der(&self.proof)
    }

    /// As [`Question::verify`].
    ///
    /// # Errors
    /// As [`Question::verify`].
    #[expect(clippy::result_large_err, reason = "as of `verify_proof`, whose result this is")]
    pub fn verify<'a>(
        &'a self,
        proof: &Proof<'a>,
        policy: &'a Policy<'a>,
        key: Option<&str>,
        time: Time,
    ) -> Result<Report<'a>, Rejection<'a>> {
        self.question.verify(proof, policy, key, time)
    }
}

/// Answers the question that a client must ask first: `certificate` is the one that this server shows it, in DER, and `prove` makes a proof,
/// in DER, whose quote is for the nonce that it is given. It must ask the TPM for nothing else on behalf of the peer.
///
/// # Errors
/// If the connection fails or cannot be bound, or what the client asks is no question. If `prove` fails, its words go to the client, whoever that is, and come back as
/// [`TlsError::NotProved`].
pub fn answer<T: Read + Write, E: Display>(
    stream: &mut StreamOwned<ServerConnection, T>,
    certificate: &[u8],
    prove: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<(), TlsError> {
    let question = message::read_element(stream, message::QUESTION_SIZE)?;
    let asked = Asked::by_client(&stream.conn, certificate, &question)?;
    let proved = prove(asked.nonce()).map_err(|error| error.to_string());
    // What is no proof would be taken for something else by the client.
    let proved = proved.and_then(|proof| match message::read_answer(&proof) {
        Ok(()) if proof.len() <= message::MAX_ANSWER => Ok(proof),
        _ => Err("what was made is no proof, or is longer than one may be".into()),
    });
    let answer = match &proved {
        Ok(proof) => proof,
        Err(reason) => &message::refusal(reason),
    };
    stream.write_all(answer)?;
    stream.flush()?;
    proved.map(|_| ()).map_err(TlsError::NotProved)
}
