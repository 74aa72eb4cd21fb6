//! The question after a handshake: prove, for this connection.

use super::{TlsError, message};
use crate::crypto::SOFTWARE;
use crate::proof::{Proof, verify_proof};
use crate::verify::{Challenge, ChannelNonce, Policy, Rejection, Report, Role, Time, TlsEndpoint, VerifyError};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConnection, ConnectionCommon, HandshakeKind, ProtocolVersion, ServerConnection, SideData};
use std::string::String;
use std::vec::Vec;

/// What a verifier asks the peer of a connection: one nonce, for one answer. It has no transport of its own, so that it serves any kind.
#[derive(Debug)]
pub struct Question {
    nonce: [u8; 32],
    channel: ChannelNonce,
    role: Role,
    certificates: Vec<CertificateDer<'static>>,
    name: Option<String>,
}

/// What a peer asks, on the end that proves.
#[derive(Debug)]
pub struct Asked(ChannelNonce);

impl Question {
    /// A question to the server at the other end, which was called by `name`; the nonce is by `provider`.
    ///
    /// # Errors
    /// If the handshake is not over, is not a whole one of TLS 1.3, or gives no exporter; or if the server has shown no certificate.
    pub fn to_server(connection: &ClientConnection, name: &str, provider: &CryptoProvider) -> Result<Self, TlsError> {
        Self::new(connection, Role::Server, Some(name.into()), provider)
    }

    /// A question to the client at the other end, which the server's configuration must have asked for a certificate.
    ///
    /// # Errors
    /// As [`Question::to_server`].
    pub fn to_client(connection: &ServerConnection, provider: &CryptoProvider) -> Result<Self, TlsError> {
        Self::new(connection, Role::Client, None, provider)
    }

    fn new<S: SideData>(
        connection: &ConnectionCommon<S>,
        role: Role,
        name: Option<String>,
        provider: &CryptoProvider,
    ) -> Result<Self, TlsError> {
        let exporter = exporter(connection, role)?;
        let mut nonce = [0; 32];
        provider.secure_random.fill(&mut nonce).map_err(|_| TlsError::NoRandom)?;
        let certificates = connection.peer_certificates().unwrap_or_default().to_vec();
        let peer = TlsEndpoint::new(role, certificates.iter().map(AsRef::as_ref));
        let channel = peer.and_then(|peer| ChannelNonce::new(&peer, &nonce, &exporter, &SOFTWARE))?;
        Ok(Self { nonce, channel, role, certificates, name })
    }

    /// The message to send.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        message::question(&self.nonce)
    }

    /// What the quote of the answer must be for.
    #[must_use]
    pub fn channel(&self) -> &ChannelNonce {
        &self.channel
    }

    /// Verifies the proof of the answer, as [`verify_proof`] does, and that it is of this connection and its peer: the report is
    /// exporter-bound. Where the policy requires several measurements of TLS keys, `key` names one.
    ///
    /// # Errors
    /// The first check that fails, with the report of the others.
    #[expect(clippy::result_large_err, reason = "as of `verify_proof`, whose result this is")]
    pub fn verify<'a>(
        &'a self,
        proof: &Proof<'a>,
        policy: &'a Policy<'a>,
        key: Option<&str>,
        time: Time,
    ) -> Result<Report<'a>, Rejection<'a>> {
        let report = verify_proof(proof, policy, &Challenge::channel(&self.channel), time)?;
        match self.peer() {
            Ok(peer) => report.bind(&peer, key, Some(&self.channel), time),
            Err(error) => Err(report.refuse(error)),
        }
    }

    fn peer(&self) -> Result<TlsEndpoint<'_>, VerifyError<'_>> {
        let peer = TlsEndpoint::new(self.role, self.certificates.iter().map(AsRef::as_ref))?;
        Ok(match &self.name {
            Some(name) => peer.named(name),
            None => peer,
        })
    }
}

impl Asked {
    /// What the client at the other end asks by `message`, where `certificate` is the one that this server has shown, in DER.
    ///
    /// # Errors
    /// If it is no question, or the connection is not one that can be bound.
    pub fn by_client(connection: &ServerConnection, certificate: &[u8], message: &[u8]) -> Result<Self, TlsError> {
        Self::new(connection, Role::Server, certificate, message)
    }

    /// What the server at the other end asks by `message`, where `certificate` is the one that this client has shown, in DER.
    ///
    /// # Errors
    /// As [`Asked::by_client`].
    pub fn by_server(connection: &ClientConnection, certificate: &[u8], message: &[u8]) -> Result<Self, TlsError> {
        Self::new(connection, Role::Client, certificate, message)
    }

    fn new<S: SideData>(
        connection: &ConnectionCommon<S>,
        role: Role,
        certificate: &[u8],
        message: &[u8],
    ) -> Result<Self, TlsError> {
        let nonce = message::read_question(message).map_err(TlsError::Question)?;
        let exporter = exporter(connection, role)?;
        let own = TlsEndpoint::new(role, [certificate])?;
        Ok(Self(ChannelNonce::new(&own, &nonce, &exporter, &SOFTWARE)?))
    }

    /// The `extraData` to quote: [`Tpm::quote`](crate::prover) calls it the nonce.
    #[must_use]
    pub fn nonce(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The exporter of a connection whose one end, `role`, proves.
fn exporter<S: SideData>(connection: &ConnectionCommon<S>, role: Role) -> Result<[u8; 32], TlsError> {
    let exporter = connection.export_keying_material([0; 32], role.label(), None).map_err(TlsError::NoExporter)?;
    if connection.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        // Before it, two connections can have the same one (RFC 7627).
        return Err(TlsError::Unbindable("the connection is older than TLS 1.3"));
    }
    match connection.handshake_kind() {
        Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest) => Ok(exporter),
        _ => Err(TlsError::Unbindable("the connection resumes an earlier one")),
    }
}
