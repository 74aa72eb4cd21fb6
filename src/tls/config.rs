//! The rustls side of a bound key: a verifier that asks for nothing else.

use crate::crypto::SOFTWARE;
use crate::verify::{Role, Time, TlsEndpoint, TlsKey, TlsKeyKind};
use core::fmt;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, PeerIncompatible, SignatureScheme,
};
use std::string::{String, ToString};
use std::sync::Arc;
use std::vec::Vec;

/// A configuration that connects to no other peer than one that has the key which a verified proof binds
/// ([`Report::tls_key`](crate::verify::Report::tls_key)).
///
/// TLS 1.3 alone. Resumption, its tickets and early data are off, because they begin a connection without asking the verifier; leave them
/// off. The rest, such as ALPN, is the caller's. Of a certificate whose key or digest was measured no name and no date is asked for: the proof says who the
/// peer is. Below a measured authority both are.
///
/// # Errors
/// If `provider` has no cipher suite of TLS 1.3.
pub fn client_config(key: TlsKey, provider: Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    config(Some(key), provider)
}

/// One that connects to whoever has the key of the certificate that he shows: not to be let out of this module, where nothing is sent
/// before the peer has proved who he is.
pub(super) fn of_anybody(provider: Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    config(None, provider)
}

fn config(key: Option<TlsKey>, provider: Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
    let verifier = Verifier { key, algorithms: provider.signature_verification_algorithms };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.enable_early_data = false;
    Ok(config)
}

#[derive(Debug)]
struct Verifier {
    key: Option<TlsKey>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// Why a peer is refused, as rustls carries it.
#[derive(Debug)]
pub(super) struct PeerRefused(pub(super) String);

impl fmt::Display for PeerRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for PeerRefused {}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(key) = &self.key else { return Ok(ServerCertVerified::assertion()) };
        let certificates = [end_entity].into_iter().chain(intermediates).map(AsRef::as_ref);
        // The name of an address is made anew, and asked for below an authority alone.
        let name = (key.kind() == TlsKeyKind::CaSpki).then(|| server_name.to_str());
        let verified = TlsEndpoint::new(Role::Server, certificates).and_then(|peer| {
            let peer = match &name {
                Some(name) => peer.named(name),
                None => peer,
            };
            key.verify(&peer, Time::from_unix_seconds(now.as_secs()), &SOFTWARE)
        });
        match verified {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(error) => {
                let refused = Arc::new(PeerRefused(error.to_string()));
                Err(Error::InvalidCertificate(CertificateError::Other(OtherError(refused))))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
