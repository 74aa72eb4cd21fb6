//! What a quote has to do with the connection over which it came.

use super::{TlsEndpoint, VerifyError, anchors::sha256};
use crate::crypto::{Crypto, HashAlgorithm};

/// How far a verified proof and a TLS connection belong together. Each level has what the one before it has.
///
/// None of them shows that the private key was made in the machine, or never left it: PCRs hold what was measured, and a key that somebody
/// copied before is measured all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Channel {
    /// Not at all. A genuine proof can be handed on by anybody (a relay, CVE-2026-33697), and the connection can lead anywhere.
    #[default]
    None,
    /// The peer has the TLS key that the machine measured, or a key that the measured authority certifies. Whoever else has that key, by
    /// theft or as a second machine with the same one, passes too: the quote knows nothing of this connection.
    KeyBound,
    /// Besides, the quote was made for this very connection: its TLS exporter (RFC 8446, 7.5) is in what the TPM signed. Who relays ends
    /// one connection and begins another, with another exporter, also with a stolen key. It shows that software on the machine that could
    /// use both the attestation key and the connection's secrets answered; that this was the software that was measured is for the policy
    /// to judge.
    ExporterBound,
}

/// The end of a TLS connection that proves something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The server proves, and the client verifies.
    Server,
    /// The client proves, and the server verifies.
    Client,
}

/// What a TPM is asked to quote for a TLS connection: one nonce, one connection, one role, one key.
///
/// ```text
/// extraData = "ch" || SHA-256(label || nonce || exporter || SHA-256(SubjectPublicKeyInfo))
/// ```
///
/// The label is [`Role::label`], and the exporter has the same one, no context, and 32 octets. The key is that of the certificate that the
/// proving end has shown. With its 34 octets it is no nonce that a verifier of files sends, so that a machine which also answers those
/// does not answer for a connection that is not its own: [`ChannelNonce::is_one`] tells which it must refuse. They fit into the
/// `TPM2B_DATA` of every TPM, whose largest is a `TPMT_HA`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelNonce {
    octets: [u8; Self::SIZE],
    role: Role,
    spki_sha256: [u8; 32],
}

impl Channel {
    /// `none`, `key-bound` or `exporter-bound`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::KeyBound => "key-bound",
            Self::ExporterBound => "exporter-bound",
        }
    }

    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::None => "none: this says nothing of where a connection leads",
            Self::KeyBound => "key-bound: the peer has the TLS key that the proof binds, as has whoever copied it",
            Self::ExporterBound => {
                "exporter-bound: quoted for this connection alone, whose peer has the TLS key that the proof binds"
            }
        }
    }
}

impl Role {
    /// The label of the TLS exporter, and of the hash: another for each role, or what one end says could be sent back to it. Labels that
    /// nobody registered begin like this (RFC 5705, 4).
    #[must_use]
    pub fn label(self) -> &'static [u8] {
        match self {
            Self::Server => b"EXPERIMENTAL tpmproof server 1",
            Self::Client => b"EXPERIMENTAL tpmproof client 1",
        }
    }
}

impl ChannelNonce {
    /// Octets of it.
    pub const SIZE: usize = 34;
    const TAG: [u8; 2] = *b"ch";

    /// Of the verifier's `nonce`, which must be new, and the connection's `exporter`, where `endpoint` is the end that proves.
    ///
    /// # Errors
    /// If the certificate cannot be read, or `crypto` lacks SHA-256.
    pub fn new<'a>(
        endpoint: &TlsEndpoint<'a>,
        nonce: &[u8; 32],
        exporter: &[u8; 32],
        crypto: &dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        let spki_sha256 = sha256(endpoint.leaf()?.spki(), crypto).map_err(VerifyError::Certificate)?;
        let parts = [endpoint.role().label(), nonce, exporter, &spki_sha256];
        let digest = crypto.digest(HashAlgorithm::Sha256, &mut parts.into_iter()).map_err(VerifyError::Crypto)?;
        let mut octets = [0; Self::SIZE];
        let content = Self::TAG.iter().chain(digest.as_bytes());
        octets.iter_mut().zip(content).for_each(|(place, octet)| *place = *octet);
        Ok(Self { octets, role: endpoint.role(), spki_sha256 })
    }

    /// The `extraData` that is asked for.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.octets
    }

    /// Whether these octets would be one: who is asked by somebody else to quote them is being used for a relay.
    #[must_use]
    pub fn is_one(nonce: &[u8]) -> bool {
        nonce.len() == Self::SIZE && nonce.starts_with(&Self::TAG)
    }

    /// Whether it is of this end, and its key.
    pub(crate) fn is_of(&self, endpoint: &TlsEndpoint<'_>, crypto: &dyn Crypto) -> bool {
        let spki = endpoint.leaf().map(|leaf| sha256(leaf.spki(), crypto).ok());
        endpoint.role() == self.role && spki.is_ok_and(|found| found == Some(self.spki_sha256))
    }
}
