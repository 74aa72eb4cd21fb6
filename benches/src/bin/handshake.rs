//! What the verification inside a TLS handshake takes, beside the cryptography that it cannot do without.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml --bin handshake
//! ```
//!
//! Nobody can take the verifier out of a `ClientConfig`, so it is timed where it runs: from the moment at which rustls knows the time, which
//! it asks for just before, until the provider has verified the handshake's signature, which is the last thing of all. So the ratio is an
//! upper bound: rustls's own hash of the transcript, between both, counts as ours, and so do the caches that a handshake leaves cold for
//! the provider, where the other side, which does the same cryptography again and again, has them warm.

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::forge::{AK_ATTRIBUTES, Attest, Certificate, Key, NONCE, NOW, hash, name};
use common::log::{header, id, measured, measurement};
use common::verified::{SHA256, extended, leak};
use ratios::ratio::{head, ratio_of, repeated};
use ratios::recorder::{Call, Recorder};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, PrivatePkcs8KeyDer, SignatureVerificationAlgorithm, UnixTime,
};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tpmproof::proof::{Proof, ProofBuilder, verify_proof};
use tpmproof::structures::TpmAlgId;
use tpmproof::tls::client_config;
use tpmproof::verify::{
    Challenge, EventRule, EventRules, Log, LogName, LogRule, PcrRule, PcrValue, Pin, Policy, PolicyList, Role, Time,
    TlsEndpoint, TlsKey,
};

const HOST: &str = "server.example";

/// A check of a signature: by what, the public key, the message and the signature.
type Check = (&'static dyn SignatureVerificationAlgorithm, Vec<u8>, Vec<u8>, Vec<u8>);

thread_local! {
    static START: Cell<Option<Instant>> = const { Cell::new(None) };
    static SPENT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static CHECK: RefCell<Option<Check>> = const { RefCell::new(None) };
}

fn now() -> Time {
    NOW.parse().expect("a time")
}

/// The clock that starts a verification.
#[derive(Debug)]
struct Starts(UnixTime);

impl TimeProvider for Starts {
    fn current_time(&self) -> Option<UnixTime> {
        START.set(Some(Instant::now()));
        Some(self.0)
    }
}

/// The provider's algorithm, at whose end a verification ends.
#[derive(Debug)]
struct Ends(&'static dyn SignatureVerificationAlgorithm);

impl SignatureVerificationAlgorithm for Ends {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let verified = self.0.verify_signature(public_key, message, signature);
        let end = Instant::now();
        let start = START.take().expect("rustls asks for the time before");
        SPENT.set(SPENT.get() + end.duration_since(start));
        CHECK.with_borrow_mut(|check| {
            check.get_or_insert_with(|| (self.0, public_key.to_vec(), message.to_vec(), signature.to_vec()));
        });
        verified
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.0.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.0.signature_alg_id()
    }
}

fn provider() -> CryptoProvider {
    let plain = aws_lc_rs::default_provider();
    let watched = |algorithms: &[&'static dyn SignatureVerificationAlgorithm]| {
        leak(algorithms.iter().map(|one| &leak(vec![Ends(*one)])[0] as _).collect())
    };
    let WebPkiSupportedAlgorithms { all, mapping } = plain.signature_verification_algorithms;
    let mapping = leak(mapping.iter().map(|(scheme, algorithms)| (*scheme, watched(algorithms))).collect());
    let signature_verification_algorithms = WebPkiSupportedAlgorithms { all: watched(all), mapping };
    CryptoProvider { signature_verification_algorithms, ..plain }
}

/// The key that a proof binds, of a machine that measured `content`.
fn bound(kind: &'static str, content: &[u8]) -> TlsKey {
    let event = measurement(kind, "", &hash(SHA256, content), content.len() as u64);
    let log = leak([header(&[SHA256]), measured(&[SHA256], 13, &event)].concat());
    let value = leak(extended(&[hash(SHA256, &event)]));
    let message = Attest::quote(&[(id(SHA256), &[0, 1 << 5, 0])], &[value]).bytes();
    let key = Key::new(1);
    let proof = ProofBuilder::new(&message, &key.sign(&message))
        .key_public(&key.public_area(AK_ATTRIBUTES))
        .pcr(PcrValue { bank: TpmAlgId::SHA256, index: 13, value })
        .log(Log { format: "application", bytes: log })
        .to_der();
    let pins = [Pin::Name(&name(&key.public_area(AK_ATTRIBUTES)))];
    let pcrs = [PcrRule::log(SHA256, 13)];
    let logs = [LogRule { pcrs: 1 << 13, logs: PolicyList::new(&[LogName::Application]) }];
    let require = [EventRule::measurement(13, kind)];
    let events = EventRules { require: PolicyList::new(&require), accept_any_boot: true, ..EventRules::default() };
    let policy = Policy::builder().pinned(&pins).pcrs(&pcrs).logs(&logs).events(events).build().expect("a policy");
    let proof = Proof::from_der(&proof).expect("a proof");
    let challenge = Challenge::nonce(NONCE).expect("a nonce");
    let report = verify_proof(&proof, &policy, &challenge, now()).expect("an accepted proof");
    report.tls_key(None).expect("a key")
}

fn handshake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) {
    let name = HOST.try_into().expect("a name");
    let mut client = ClientConnection::new(client.clone(), name).expect("a client");
    let mut server = ServerConnection::new(server.clone()).expect("a server");
    let (mut hello, mut flight) = (Vec::new(), Vec::new());
    client.write_tls(&mut hello).expect("memory");
    server.read_tls(&mut &hello[..]).expect("memory");
    server.process_new_packets().expect("a ClientHello");
    while server.wants_write() {
        server.write_tls(&mut flight).expect("memory");
    }
    client.read_tls(&mut &flight[..]).expect("memory");
    client.process_new_packets().expect("an accepted server");
    assert!(!client.is_handshaking());
}

/// Handshakes with a server of these certificates by `key`, against the hashes and signature checks that they ask for.
fn against_its_crypto(name: &str, key: TlsKey, chain: &[Vec<u8>], private: &Key) {
    let provider = Arc::new(provider());
    let mut client = client_config(key, provider.clone()).expect("TLS 1.3");
    client.time_provider = Arc::new(Starts(UnixTime::since_unix_epoch(Duration::from_secs(now().unix_seconds()))));
    let certificates = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let server = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13]).expect("TLS 1.3");
    let server = server.with_no_client_auth();
    let server = server.with_single_cert(certificates, PrivatePkcs8KeyDer::from(private.pkcs8()).into());
    let (client, server) = (Arc::new(client), Arc::new(server.expect("a server's key")));

    handshake(&client, &server);
    let (algorithm, public, message, signature) = CHECK.take().expect("a signature");
    let recorder = Recorder::default();
    let peer = TlsEndpoint::new(Role::Server, chain.iter().map(Vec::as_slice)).expect("certificates").named(HOST);
    key.verify(&peer, now(), &recorder).expect("the same key");
    let calls = recorder.into_calls();

    ratio_of(
        name,
        "1.2",
        |count| {
            SPENT.set(Duration::ZERO);
            let _ = repeated(count, || handshake(&client, &server));
            SPENT.get()
        },
        |count| {
            repeated(count, || {
                calls.iter().for_each(Call::repeat);
                let verified =
                    algorithm.verify_signature(black_box(&public), black_box(&message), black_box(&signature));
                verified.expect("a good signature");
            })
        },
    );
}

fn main() {
    head();
    let key = Key::new(2);
    let own = [Certificate::server("a server", HOST, &key).sign(&key)];
    let of = |kind| format!("verify in a handshake, {kind} / its signatures and hashes");
    against_its_crypto(&of("tls-spki"), bound("tls-spki", &key.spki()), &own, &key);
    against_its_crypto(&of("tls-certificate"), bound("tls-certificate", &own[0]), &own, &key);
    let ca = Key::new(9);
    let root = Certificate::authority("an authority", "an authority", &ca).sign(&ca);
    let below = [Certificate::server("an authority", HOST, &key).sign(&ca), root];
    against_its_crypto(&of("tls-ca-spki"), bound("tls-ca-spki", &ca.spki()), &below, &key);
}
