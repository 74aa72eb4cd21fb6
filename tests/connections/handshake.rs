//! Promise: the verification inside a TLS handshake allocates nothing beyond rustls's own, and that of an answer nothing at all.
#![cfg(all(feature = "cli", feature = "tls"))]

use crate::common::forge::{ALTERNATIVE_NAME, Certificate, Key, extension, sequence, tlv};
use crate::common::tls::{At, HOST, Identity, below, host, machine, now, provider, pump, requires, verified};
use allocation_counter::{AllocationInfo, measure, opt_out};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, ServerConfig, ServerConnection, SignatureScheme,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use tpmproof::proof::Proof;
use tpmproof::tls::{Question, client_config};
use tpmproof::verify::{Channel, TlsKey};

/// Asks nothing of a certificate, and of a signature what rustls itself asks: what any verifier at all costs.
#[derive(Debug)]
struct Accepting(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Accepting {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        unreachable!("TLS 1.3 alone")
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn accepting() -> ClientConfig {
    let provider = provider();
    let verifier = Arc::new(Accepting(provider.signature_verification_algorithms));
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]).unwrap();
    let mut config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.resumption = Resumption::disabled();
    config
}

/// The key that a proof binds, of a machine that measured this.
fn key(kind: &'static str, content: &[u8]) -> TlsKey {
    verified(&machine(kind, content), requires(kind)).tls_key(None).unwrap()
}

/// A handshake in memory: what the client allocates for it, and how many bytes it read, since a signature has no fixed size.
fn handshake(
    config: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
    name: &ServerName<'static>,
) -> (usize, AllocationInfo) {
    let mut server = ServerConnection::new(server.clone()).unwrap();
    let (mut hello, mut flight) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    let (config, name) = (config.clone(), name.clone());
    let allocated = measure(|| {
        let mut client = ClientConnection::new(config, name).unwrap();
        client.write_tls(&mut hello).unwrap();
        opt_out(|| {
            server.read_tls(&mut &hello[..]).unwrap();
            server.process_new_packets().unwrap();
            while server.wants_write() {
                server.write_tls(&mut flight).unwrap();
            }
        });
        client.read_tls(&mut &flight[..]).unwrap();
        client.process_new_packets().unwrap();
        assert!(!client.is_handshaking());
    });
    (flight.len(), allocated)
}

/// What handshakes cost, by the bytes read; of one size each costs the same.
fn costs(mut config: ClientConfig, identity: &Identity, name: &ServerName<'static>) -> BTreeMap<usize, AllocationInfo> {
    config.time_provider = Arc::new(At);
    let (config, server) = (Arc::new(config), Arc::new(identity.server_config()));
    let mut costs = BTreeMap::new();
    for _ in 0..64 {
        let (size, allocated) = handshake(&config, &server, name);
        assert_eq!(*costs.entry(size).or_insert(allocated), allocated);
    }
    costs
}

/// What is allocated by `key` and by whoever accepts everything, in handshakes of one size.
fn both(key: TlsKey, identity: &Identity, name: &ServerName<'static>) -> Vec<(AllocationInfo, AllocationInfo)> {
    let ours = costs(client_config(key, provider()).unwrap(), identity, name);
    let theirs = costs(accepting(), identity, name);
    let both: Vec<_> = ours.iter().filter_map(|(size, ours)| Some((*ours, *theirs.get(size)?))).collect();
    assert!(!both.is_empty(), "no two handshakes of one size");
    assert!(both.iter().all(|(_, theirs)| theirs.count_total > 0), "nothing was counted");
    both
}

fn nothing_more(key: TlsKey, identity: &Identity, name: &ServerName<'static>) {
    for (ours, theirs) in both(key, identity, name) {
        assert_eq!(ours, theirs, "{key:?}");
    }
}

fn address() -> ServerName<'static> {
    "192.0.2.1".try_into().unwrap()
}

#[test]
fn by_a_measured_key_or_certificate() {
    let server = Identity::of(2);
    for name in [host(), address()] {
        nothing_more(key("tls-spki", &server.key.spki()), &server, &name);
        nothing_more(key("tls-certificate", server.certificate()), &server, &name);
    }
}

#[test]
fn below_a_measured_authority() {
    nothing_more(key("tls-ca-spki", &Key::new(9).spki()), &below(9, HOST), &host());
}

/// rustls has numbers where a certificate is asked for text.
#[test]
fn an_address_below_a_measured_authority_costs_its_text_alone() {
    let mut server = below(9, HOST);
    let mut leaf = Certificate::server("an authority", HOST, &server.key);
    let names = sequence(&[&tlv(0x87, &[192, 0, 2, 1])]);
    *leaf.extensions.last_mut().unwrap() = extension(ALTERNATIVE_NAME, false, &names);
    server.chain[0] = leaf.sign(&Key::new(9));
    let text = measure(|| drop(address().to_str()));
    for (ours, theirs) in both(key("tls-ca-spki", &Key::new(9).spki()), &server, &address()) {
        assert_eq!(ours.count_total, theirs.count_total + text.count_total);
        assert_eq!(ours.bytes_total, theirs.bytes_total + text.bytes_total);
        assert_eq!((ours.count_current, ours.bytes_max), (theirs.count_current, theirs.bytes_max));
    }
}

#[test]
fn of_an_answer() {
    let server = Identity::of(2);
    let mut ends = (
        ClientConnection::new(Arc::new(accepting()), host()).unwrap(),
        ServerConnection::new(Arc::new(server.server_config())).unwrap(),
    );
    pump(&mut ends.0, &mut ends.1);
    let question = Question::to_server(&ends.0, HOST, &provider()).unwrap();
    for (kind, content) in [("tls-spki", &server.key.spki()[..]), ("tls-certificate", server.certificate())] {
        let answer = machine(kind, content).proof_for(question.channel().as_bytes());
        let (policy, now) = (requires(kind), now());
        let allocated = measure(|| {
            let proof = Proof::from_der(&answer).unwrap();
            let report = question.verify(&proof, policy, None, now).unwrap();
            assert_eq!(report.channel(), Channel::ExporterBound);
        });
        assert_eq!(allocated, AllocationInfo::default());
    }
}
