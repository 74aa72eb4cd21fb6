//! TLS in one process: certificates, machines that measured them, a server on a thread, and a client that asks it.

use super::forge::{AK_ATTRIBUTES, Certificate, Key, NONCE, NOW, name};
use super::machine::{Machine, measured};
use super::verified::{SHA256, leak};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, DistinguishedName, Error, ServerConfig, ServerConnection,
    SignatureScheme, StreamOwned,
};
use std::fmt::Display;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tpmproof::proof::Proof;
use tpmproof::tls::{TlsError, Unattested, answer};
use tpmproof::verify::{
    Challenge, EventRule, EventRules, LogName, LogRule, PcrRule, Pin, Policy, PolicyList, Report, Time,
};

pub const HOST: &str = "server.example";

pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub fn host() -> ServerName<'static> {
    HOST.try_into().unwrap()
}

/// What one end of a connection shows: its certificates, its own first, and its key.
#[derive(Clone)]
pub struct Identity {
    pub chain: Vec<Vec<u8>>,
    pub key: Key,
}

impl Identity {
    /// A certificate that the key signs itself.
    pub fn of(number: u8) -> Self {
        let key = Key::new(number);
        Self { chain: vec![Certificate::server("a server", HOST, &key).sign(&key)], key }
    }

    pub fn certificate(&self) -> &[u8] {
        &self.chain[0]
    }

    pub fn shown(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = self.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
        (chain, PrivatePkcs8KeyDer::from(self.key.pkcs8()).into())
    }

    pub fn server_config(&self) -> ServerConfig {
        let (chain, key) = self.shown();
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).unwrap();
        config.with_no_client_auth().with_single_cert(chain, key).unwrap()
    }

    /// Of a server that asks its client for a certificate, any of which will do.
    pub fn asking_config(&self) -> ServerConfig {
        let (chain, key) = self.shown();
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).unwrap();
        config.with_client_cert_verifier(Arc::new(Anybody)).with_single_cert(chain, key).unwrap()
    }

    /// Of a client that shows itself, and trusts whoever is there.
    pub fn client_config(&self) -> ClientConfig {
        let (chain, key) = self.shown();
        let config = ClientConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).unwrap();
        let config = config.dangerous().with_custom_certificate_verifier(Arc::new(Anybody));
        config.with_client_auth_cert(chain, key).unwrap()
    }
}

/// A client's configuration that trusts whoever is there, and has all that rustls has switched on.
pub fn trusting() -> ClientConfig {
    let config = ClientConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).unwrap();
    config.dangerous().with_custom_certificate_verifier(Arc::new(Anybody)).with_no_client_auth()
}

/// Takes any certificate whose key signs the handshake.
#[derive(Debug)]
struct Anybody;

impl Anybody {
    fn signed(
        message: &[u8],
        der: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, der, by, &provider().signature_verification_algorithms)
    }

    fn schemes() -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        unreachable!()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        der: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Self::signed(message, der, by)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Self::schemes()
    }
}

impl ClientCertVerifier for Anybody {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        unreachable!()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        der: &CertificateDer<'_>,
        by: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Self::signed(message, der, by)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Self::schemes()
    }
}

/// Two sockets that give up after a while.
pub fn sockets() -> (UnixStream, UnixStream) {
    let (one, other) = UnixStream::pair().unwrap();
    for socket in [&one, &other] {
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    }
    (one, other)
}

/// A server for one connection, that answers by `prove` and then echoes.
pub fn serve<E: Display>(
    config: ServerConfig,
    socket: UnixStream,
    certificate: &[u8],
    prove: impl FnOnce(&[u8]) -> Result<Vec<u8>, E> + Send + 'static,
) -> JoinHandle<Result<(), TlsError>> {
    let certificate = certificate.to_vec();
    std::thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config))?;
        let mut stream = StreamOwned::new(connection, socket);
        answer(&mut stream, &certificate, prove)?;
        let mut line = [0; 5];
        // Who refuses goes away.
        if stream.read_exact(&mut line).is_ok() {
            stream.write_all(&line)?;
        }
        Ok(())
    })
}

/// A connection to a server that has `identity` and answers by `prove`.
pub fn connected<E: Display>(
    identity: &Identity,
    prove: impl FnOnce(&[u8]) -> Result<Vec<u8>, E> + Send + 'static,
) -> Unattested<UnixStream> {
    let (client, server) = sockets();
    serve(identity.server_config(), server, identity.certificate(), prove);
    Unattested::connect(host(), client, provider()).unwrap()
}

/// A policy that knows the key of [`Machine`], and requires and allows these measurements of the application's.
pub fn policy(require: &[EventRule<'static>], allow: &[EventRule<'static>]) -> &'static Policy<'static> {
    let pins = leak(vec![Pin::Name(leak(name(&Key::new(1).public_area(AK_ATTRIBUTES))))]);
    let [require, allow] = [require, allow].map(|rules| PolicyList::new(leak(rules.to_vec())));
    let pcrs = leak(vec![PcrRule::log(SHA256, 13)]);
    let logs = leak(vec![LogRule { pcrs: 1 << 13, logs: PolicyList::new(leak(vec![LogName::Application])) }]);
    let events = EventRules { require, allow, accept_any_boot: true, ..EventRules::default() };
    let policy = Policy::builder().pinned(pins).pcrs(pcrs).logs(logs).events(events).build().unwrap();
    &leak(vec![policy])[0]
}

pub fn requires(kind: &'static str) -> &'static Policy<'static> {
    policy(&[EventRule::measurement(13, kind)], &[])
}

/// A machine whose application measured only this, of its TLS key.
pub fn machine(kind: &str, content: &[u8]) -> Machine {
    Machine { application: vec![measured(13, kind, "", content)], ..Machine::new() }
}

pub fn now() -> Time {
    NOW.parse().unwrap()
}

/// A report that is accepted, of a proof for a nonce.
pub fn verified(machine: &Machine, policy: &'static Policy<'static>) -> Report<'static> {
    let proof = Proof::from_der(leak(machine.proof())).unwrap();
    let challenge = Challenge::nonce(NONCE).unwrap();
    tpmproof::verify_proof(&proof, policy, &challenge, now()).unwrap()
}

/// The time of the certificates of these tests.
#[derive(Debug)]
pub struct At;

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(now().unix_seconds())))
    }
}

/// A server below an authority of its machine's own.
pub fn below(authority: u8, name: &str) -> Identity {
    let (ca, key) = (Key::new(authority), Key::new(2));
    let root = Certificate::authority("an authority", "an authority", &ca).sign(&ca);
    Identity { chain: vec![Certificate::server("an authority", name, &key).sign(&ca), root], key }
}

/// Carries what two ends have to say to each other until they are silent.
pub fn pump(client: &mut ClientConnection, server: &mut ServerConnection) {
    loop {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut back = Vec::new();
        server.read_tls(&mut &wire[..]).unwrap();
        server.process_new_packets().unwrap();
        while server.wants_write() {
            server.write_tls(&mut back).unwrap();
        }
        if wire.is_empty() && back.is_empty() {
            return;
        }
        client.read_tls(&mut &back[..]).unwrap();
        client.process_new_packets().unwrap();
    }
}

/// Both ends of one connection, after its handshake.
pub fn pair(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> (ClientConnection, ServerConnection) {
    let mut client = ClientConnection::new(client.clone(), host()).unwrap();
    let mut server = ServerConnection::new(server.clone()).unwrap();
    pump(&mut client, &mut server);
    (client, server)
}
