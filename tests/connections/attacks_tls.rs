//! Promise: a connection is bound to a proof whole or not at all. The names of attacks begin with their family and number.
#![cfg(all(feature = "cli", feature = "tls"))]

use crate::common::cli::{Folder, run};
use crate::common::forge::{Certificate, Key, hash};
use crate::common::log::measurement;
use crate::common::machine::{Machine, digits, measured, of_der};
use crate::common::tls::{
    At, HOST, Identity, below, connected, host, machine, now, policy, provider, pump, requires, serve, sockets,
    verified,
};
use crate::common::verified::{SHA256, leak};
use rustls::ClientConnection;
use std::convert::Infallible;
use std::io::{Read, Write};
use std::sync::Arc;
use tpmproof::crypto::SOFTWARE;
use tpmproof::tls::{Answer, Question, TlsError, Unattested, client_config};
use tpmproof::verify::{
    CertificateError, Channel, ChannelNonce, EventRule, LogsError, Policy, Report, Role, TlsEndpoint, TlsKeyKind,
    VerifyError,
};

/// One that serves with this key, and has measured it.
fn honest(identity: &Identity) -> Machine {
    machine("tls-spki", &identity.key.spki())
}

/// Asks a server with `identity` that answers with proofs of `machine`.
fn asked(identity: &Identity, machine: &Machine) -> (Unattested<std::os::unix::net::UnixStream>, Answer) {
    let machine = machine.clone();
    let mut server = connected(identity, move |nonce| Ok::<_, Infallible>(machine.proof_for(nonce)));
    let answer = server.ask().unwrap();
    (server, answer)
}

/// Why the answer of a server with `identity` and `machine` is refused.
fn refused(identity: &Identity, machine: &Machine, policy: &'static Policy<'static>) -> VerifyError<'static> {
    let (server, answer) = asked(identity, machine);
    let answer = &leak(vec![answer])[0];
    let rejection = answer.verify(&answer.proof().unwrap(), policy, None, now()).unwrap_err();
    assert_eq!(rejection.report.channel(), Channel::None);
    let text = rejection.report.to_string();
    assert!(text.lines().any(|line| line.trim_start().starts_with("fail ")), "{text}");
    assert!(matches!(server.admit(&rejection.report), Err(TlsError::NotThisConnection)));
    rejection.error
}

/// What comes of a handshake by the key that a proof binds.
fn handshake(report: &Report<'_>, identity: &Identity) -> Result<(), TlsError> {
    let config = client_config(report.tls_key(None).unwrap(), provider()).unwrap();
    handshake_by(config, identity)
}

fn handshake_by(mut config: rustls::ClientConfig, identity: &Identity) -> Result<(), TlsError> {
    let (client, server) = sockets();
    serve(identity.server_config(), server, identity.certificate(), |_| Err::<Vec<u8>, _>("no proof"));
    config.time_provider = Arc::new(At);
    Unattested::connect_with(Arc::new(config), host(), client, provider()).map(|_| ())
}

fn endpoint(identity: &Identity) -> TlsEndpoint<'static> {
    let chain: Vec<&'static [u8]> = identity.chain.iter().map(|der| leak(der.clone())).collect();
    TlsEndpoint::new(Role::Server, chain).unwrap()
}

fn words(error: &TlsError, wanted: &str) {
    assert!(error.to_string().contains(wanted), "{error}");
}

#[test]
fn a_connection_is_bound_and_carries_what_the_client_sends() {
    let server = Identity::of(2);
    let policy = requires("tls-spki");
    let (unattested, answer) = asked(&server, &honest(&server));
    let proof = answer.proof().unwrap();
    let report = answer.verify(&proof, policy, None, now()).unwrap();
    assert_eq!(report.channel(), Channel::ExporterBound);
    assert!(report.json().to_string().contains("\"channel\": \"exporter-bound\""));
    assert!(report.to_string().contains("  pass         channel            exporter-bound: "));
    let mut stream = unattested.admit(&report).unwrap();
    stream.write_all(b"hello").unwrap();
    let mut echo = [0; 5];
    stream.read_exact(&mut echo).unwrap();
    assert_eq!(&echo, b"hello");
}

#[test]
fn a_later_connection_is_bound_by_the_key_alone() {
    let server = Identity::of(2);
    let report = verified(&honest(&server), requires("tls-spki"));
    assert_eq!(report.channel(), Channel::None);
    assert!(report.to_string().contains("  not checked  channel            none: "));
    handshake(&report, &server).unwrap();
    let report = report.bind(&endpoint(&server), None, None, now()).unwrap();
    assert_eq!(report.channel(), Channel::KeyBound);
    assert!(report.json().to_string().contains("\"channel\": \"key-bound\""));
}

#[test]
fn what_skips_the_verifier_is_off() {
    let server = Identity::of(2);
    let key = verified(&honest(&server), requires("tls-spki")).tls_key(None).unwrap();
    let config = Arc::new(client_config(key, provider()).unwrap());
    assert!(!config.enable_early_data);
    let server_config = Arc::new(server.server_config());
    // The server offers tickets, and still no connection begins with one.
    assert!(server_config.send_tls13_tickets > 0);
    for _ in 0..3 {
        let mut client = ClientConnection::new(config.clone(), host()).unwrap();
        let mut server = rustls::ServerConnection::new(server_config.clone()).unwrap();
        pump(&mut client, &mut server);
        assert_eq!(client.handshake_kind(), Some(rustls::HandshakeKind::Full));
        assert_eq!(client.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
    }
}

#[test]
fn t01_the_hash_of_another_key_or_certificate() {
    let (server, other) = (Identity::of(2), Identity::of(3));
    let error = refused(&server, &honest(&other), requires("tls-spki"));
    assert!(matches!(error, VerifyError::TlsKey { kind: TlsKeyKind::Spki, .. }), "{error}");
    let error = refused(&server, &machine("tls-certificate", other.certificate()), requires("tls-certificate"));
    assert!(matches!(error, VerifyError::TlsKey { kind: TlsKeyKind::Certificate, .. }), "{error}");
    // In the handshake, before anything is sent.
    let report = verified(&honest(&other), requires("tls-spki"));
    words(&handshake(&report, &server).unwrap_err(), "the peer is not the machine that made the proof");
    // The same key under another certificate is the same key; by the certificate it is another.
    let renewed =
        Identity { chain: vec![Certificate::server("renewed", HOST, &server.key).sign(&server.key)], ..server.clone() };
    handshake(&verified(&honest(&server), requires("tls-spki")), &renewed).unwrap();
    let by_certificate = verified(&machine("tls-certificate", server.certificate()), requires("tls-certificate"));
    handshake(&by_certificate, &server).unwrap();
    words(&handshake(&by_certificate, &renewed).unwrap_err(), "tls-certificate");
}

#[test]
fn t02_a_digest_under_another_kind() {
    let server = Identity::of(2);
    let error = refused(&server, &machine("tls-certificate", &server.key.spki()), requires("tls-certificate"));
    assert_eq!(error, VerifyError::TlsKind { measured: TlsKeyKind::Certificate, is: TlsKeyKind::Spki });
    let error = refused(&server, &machine("tls-spki", server.certificate()), requires("tls-spki"));
    assert_eq!(error, VerifyError::TlsKind { measured: TlsKeyKind::Spki, is: TlsKeyKind::Certificate });
    // The key of an authority is none of a server.
    let report = verified(&machine("tls-ca-spki", &server.key.spki()), requires("tls-ca-spki"));
    words(&handshake(&report, &server).unwrap_err(), "the authority that was measured");
}

#[test]
fn t03_a_proof_that_binds_nothing() {
    let server = Identity::of(2);
    let weights = measured(13, "weights", "", b"many numbers");
    let machine = Machine { application: vec![weights], ..Machine::new() };
    assert_eq!(refused(&server, &machine, requires("weights")), VerifyError::NoTlsKey);
    assert_eq!(verified(&machine, requires("weights")).tls_key(None).unwrap_err(), VerifyError::NoTlsKey);
    // Nor one that binds several, until one is named.
    let key = server.key.spki();
    let application = vec![measured(13, "tls-spki", "api", &key), measured(13, "tls-spki", "admin", b"another")];
    let machine = Machine { application, ..Machine::new() };
    let rule = |name| EventRule::measurement(13, "tls-spki").named(name);
    let policy = policy(&[rule("api"), rule("admin")], &[]);
    assert_eq!(refused(&server, &machine, policy), VerifyError::TlsKeys);
    let (_, answer) = asked(&server, &machine);
    let proof = answer.proof().unwrap();
    let bound = |name| match answer.verify(&proof, policy, Some(name), now()) {
        Ok(report) => Ok(report.channel()),
        Err(rejection) => Err(rejection.error),
    };
    assert_eq!(bound("api").unwrap(), Channel::ExporterBound);
    assert!(matches!(bound("admin").unwrap_err(), VerifyError::TlsKey { .. }));
    assert_eq!(bound("other").unwrap_err(), VerifyError::NoTlsKey);
}

#[test]
fn t04_forms_of_one_certificate() {
    let folder = Folder::new("t04");
    let server = Identity::of(2);
    let text = pem_rfc7468::encode_string("CERTIFICATE", pem_rfc7468::LineEnding::LF, server.certificate()).unwrap();
    let forms = [
        server.certificate().to_vec(),
        text.clone().into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        format!("\n\n{text}\n\n").into_bytes(),
        format!("subject=CN=server\n{text}").into_bytes(),
    ];
    let enclosed = |certificate: &[u8]| Machine {
        attachments: vec![("tls-certificate", "server.pem", certificate.to_vec())],
        ..honest(&server)
    };
    for (number, form) in forms.iter().enumerate() {
        let file = folder.write(&format!("{number}.pem"), form);
        let shown = run(&["show".into(), file]);
        assert!(shown.out.contains("a server"), "{shown:?}");
    }
    // What is bound is DER: one certificate, and nothing behind it.
    let bound = |certificate: &[u8]| {
        verified(&enclosed(certificate), requires("tls-spki")).to_string().contains("bound by its public key alone")
    };
    assert!(bound(server.certificate()));
    for form in &forms[1..] {
        assert!(!bound(form));
    }
    let two = [server.certificate(), server.certificate()].concat();
    assert!(!bound(&two));
    let peer = TlsEndpoint::new(Role::Server, [&two[..]]).unwrap();
    let report = verified(&honest(&server), requires("tls-spki"));
    let error = report.tls_key(None).unwrap().verify(&peer, now(), &SOFTWARE).unwrap_err();
    assert!(error.to_string().contains(&format!("{} bytes too many", server.certificate().len())), "{error}");
}

#[test]
fn t05_a_relay() {
    let (server, middle) = (Identity::of(2), Identity::of(3));
    let policy = requires("tls-spki");
    // The man in the middle hands the question on, and the answer back: the key is another.
    let error = refused(&middle, &honest(&server), policy);
    assert!(matches!(error, VerifyError::TlsKey { .. }), "{error}");
    // He has stolen the key, and asks the machine over a connection of his own: the machine answers for that one.
    let relay = |nonce: &[u8], server: &Identity| {
        let nonce = ChannelNonce::new(&endpoint(server), &[7; 32], &[8; 32], &SOFTWARE).map(|own| {
            assert_ne!(own.as_bytes(), nonce);
            own.as_bytes().to_vec()
        });
        honest(server).proof_for(&nonce.unwrap())
    };
    let thief = server.clone();
    let stolen = server.clone();
    let mut unattested = connected(&thief, move |nonce| Ok::<_, Infallible>(relay(nonce, &stolen)));
    let answer = unattested.ask().unwrap();
    let proof = answer.proof().unwrap();
    let rejection = answer.verify(&proof, policy, None, now()).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::Exporter { .. }), "{rejection}");
    assert!(rejection.to_string().contains("relay"), "{rejection}");
    drop(unattested.admit(&rejection.report).unwrap_err());
    // By the key alone he passes: that is what the level says.
    let report = verified(&honest(&server), policy);
    handshake(&report, &thief).unwrap();
    // A report of one connection does not open another.
    let (_, first) = asked(&server, &honest(&server));
    let (second, _) = asked(&server, &honest(&server));
    let proof = first.proof().unwrap();
    let report = first.verify(&proof, policy, None, now()).unwrap();
    assert_eq!(report.channel(), Channel::ExporterBound);
    assert!(matches!(second.admit(&report), Err(TlsError::NotThisConnection)));
    // Nor does a key-bound one.
    let (unattested, _) = asked(&server, &honest(&server));
    let report = verified(&honest(&server), policy).bind(&endpoint(&server), None, None, now()).unwrap();
    assert!(matches!(unattested.admit(&report), Err(TlsError::NotThisConnection)));
    // One for a nonce is not exporter-bound, whatever nonce it is said to be.
    let nonce = ChannelNonce::new(&endpoint(&server), &[7; 32], &[8; 32], &SOFTWARE).unwrap();
    let rejection = verified(&honest(&server), policy).bind(&endpoint(&server), None, Some(&nonce), now()).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::Exporter { .. }));
    assert_eq!(rejection.report.channel(), Channel::None);
}

#[test]
fn t05_each_part_of_the_nonce_counts() {
    let one = Identity::of(2);
    let nonce = |end: &TlsEndpoint<'static>, nonce: u8, exporter: u8| {
        ChannelNonce::new(end, &[nonce; 32], &[exporter; 32], &SOFTWARE).unwrap().as_bytes().to_vec()
    };
    let server = endpoint(&one);
    let client = TlsEndpoint::new(Role::Client, [leak(one.chain[0].clone()) as &[u8]]).unwrap();
    let mut all = [
        nonce(&server, 1, 1),
        nonce(&server, 2, 1),
        nonce(&server, 1, 2),
        nonce(&client, 1, 1),
        nonce(&endpoint(&Identity::of(3)), 1, 1),
    ];
    assert!(all.iter().all(|nonce| ChannelNonce::is_one(nonce) && nonce.len() == ChannelNonce::SIZE));
    // Neither its size nor its first octets alone make one.
    let first = &all[0];
    assert!(!ChannelNonce::is_one(&[7; ChannelNonce::SIZE]) && !ChannelNonce::is_one(&first[..first.len() - 1]));
    assert!(!ChannelNonce::is_one(&[&first[..], &[0]].concat()) && !ChannelNonce::is_one(&[]));
    // By hand, as the documentation has it.
    let content = [Role::Server.label(), &[1; 32], &[1; 32], &hash(SHA256, &one.key.spki())].concat();
    assert_eq!(all[0], [&b"ch"[..], &hash(SHA256, &content)].concat());
    all.sort();
    assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    assert_ne!(Role::Server.label(), Role::Client.label());
}

#[test]
fn t05_without_an_exporter_nothing_is_bound() {
    let config =
        client_config(verified(&honest(&Identity::of(2)), requires("tls-spki")).tls_key(None).unwrap(), provider());
    let connection = ClientConnection::new(Arc::new(config.unwrap()), host()).unwrap();
    let error = Question::to_server(&connection, HOST, &provider()).unwrap_err();
    assert!(matches!(error, TlsError::NoExporter(_)), "{error}");
}

#[test]
fn t05_a_machine_quotes_for_nobody_else() {
    let nonce = ChannelNonce::new(&endpoint(&Identity::of(2)), &[7; 32], &[8; 32], &SOFTWARE).unwrap();
    let arguments = ["prove", "--nonce", &digits(nonce.as_bytes()), "--tpm", "swtpm:/nowhere", "-o", "/nowhere/proof"];
    let outcome = run(&arguments.map(str::to_owned));
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.notes.contains("somebody else's connection"), "{outcome:?}");
}

#[test]
fn t06_a_leaf_of_another_authority() {
    let policy = requires("tls-ca-spki");
    let machine = machine("tls-ca-spki", &Key::new(9).spki());
    let report = verified(&machine, policy);
    handshake(&report, &below(9, HOST)).unwrap();
    let (_, answer) = asked(&below(9, HOST), &machine);
    let proof = answer.proof().unwrap();
    assert_eq!(answer.verify(&proof, policy, None, now()).unwrap().channel(), Channel::ExporterBound);
    // Another authority of the same name, also with the measured one beside it.
    let error = refused(&below(8, HOST), &machine, policy);
    assert!(matches!(error, VerifyError::PeerIssuer(_)), "{error}");
    handshake(&report, &below(8, HOST)).unwrap_err();
    let mut beside = below(8, HOST);
    beside.chain.push(below(9, HOST).chain[1].clone());
    let error = refused(&beside, &machine, policy);
    assert!(matches!(error, VerifyError::Certificate(_)), "{error}");
    handshake(&report, &beside).unwrap_err();
    // A leaf of the right one for another server, one that is no server's, and one whose time is over.
    let error = refused(&below(9, "other.example"), &machine, policy);
    assert_eq!(error, VerifyError::PeerName(Some(HOST)));
    words(&handshake(&report, &below(9, "other.example")).unwrap_err(), "server.example");
    let (ca, key) = (Key::new(9), Key::new(2));
    let mut no_server = below(9, HOST);
    no_server.chain[0] = Certificate::leaf("an authority", &key).sign(&ca);
    let error = refused(&no_server, &machine, policy);
    assert!(matches!(error, VerifyError::Certificate(CertificateError::Purpose { .. })), "{error}");
    let (_, answer) = asked(&below(9, HOST), &machine);
    let proof = answer.proof().unwrap();
    let later = "2028-01-01T00:00:00Z".parse().unwrap();
    let error = answer.verify(&proof, policy, None, later).unwrap_err().error;
    assert!(matches!(error, VerifyError::Certificate(CertificateError::Expired { .. })), "{error}");
    // The authority itself is no leaf, and its key by the kind of a leaf's is none.
    let own = Identity { chain: vec![below(9, HOST).chain[1].clone()], key: Key::new(9) };
    refused(&own, &machine, policy);
}

/// A connection is bound by SHA-256 alone; and by what the peer has shown, which must be something.
#[test]
fn t07_a_key_that_was_measured_by_another_hash() {
    let server = Identity::of(2);
    let spki = server.key.spki();
    let by_sha256 = measurement("tls-spki", "", &hash(SHA256, &spki), spki.len() as u64);
    // The same with SHA-384: its number, its length, sixteen octets more.
    let place = by_sha256.windows(5).position(|window| window == [2, 1, 0x0b, 4, 32]).unwrap();
    let digest = hash(tpmproof::crypto::HashAlgorithm::Sha384, &spki);
    let mut der = [&by_sha256[..place], &[2, 1, 0x0c, 4, 48], &digest, &by_sha256[place + 5 + 32..]].concat();
    der[1] += 16;
    let machine = Machine { application: vec![of_der(13, &der)], ..Machine::new() };
    let error = verified(&machine, requires("tls-spki")).tls_key(None).unwrap_err();
    assert_eq!(error, VerifyError::TlsHash(tpmproof::structures::TpmAlgId::SHA384));
    assert_eq!(TlsEndpoint::new(Role::Server, []).unwrap_err(), VerifyError::NoPeerCertificate);
}

#[test]
fn t07_the_beginning_of_a_digest() {
    let server = Identity::of(2);
    let whole = hash(SHA256, &server.key.spki());
    let size = server.key.spki().len() as u64;
    let of = |digest: &[u8]| {
        let event = of_der(13, &measurement("tls-spki", "", digest, size));
        Machine { application: vec![event], ..Machine::new() }
    };
    let _ = verified(&of(&whole), requires("tls-spki"));
    for digest in [&whole[..31], &whole[..0], &[&whole[..], &[0]].concat()] {
        let error = refused(&server, &of(digest), requires("tls-spki"));
        assert!(matches!(error, VerifyError::Logs(_)), "{error}");
    }
    let mut last = whole.clone();
    last[31] ^= 1;
    let error = refused(&server, &of(&last), requires("tls-spki"));
    assert!(matches!(error, VerifyError::TlsKey { .. }), "{error}");
}

#[test]
fn t08_the_proof_of_another_workload() {
    let server = Identity::of(2);
    let machine = |name: &str| {
        let workload = measured(13, "workload", name, b"what it is");
        Machine { application: vec![workload, measured(13, "tls-spki", "", &server.key.spki())], ..Machine::new() }
    };
    let rules = [EventRule::measurement(13, "workload").named("mine"), EventRule::measurement(13, "tls-spki")];
    let policy = policy(&rules, &[EventRule::measurement(13, "workload")]);
    let _ = verified(&machine("mine"), policy);
    let error = refused(&server, &machine("theirs"), policy);
    assert!(matches!(error, VerifyError::Logs(LogsError::RequiredEventMissing(_))), "{error:?}");
}

#[test]
fn an_accepted_report_that_is_old_binds_no_connection() {
    // The answer to the question before is no answer to this one.
    let server = Identity::of(2);
    let (_, first) = asked(&server, &honest(&server));
    let old = first.as_bytes().to_vec();
    let mut unattested = connected(&server, move |_| Ok::<_, Infallible>(old));
    let answer = unattested.ask().unwrap();
    let proof = answer.proof().unwrap();
    let rejection = answer.verify(&proof, requires("tls-spki"), None, now()).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::Exporter { .. }), "{rejection}");
}

#[test]
fn the_proof_of_another_machine() {
    let server = Identity::of(2);
    let mut unattested =
        connected(&server, |nonce| Ok::<_, Infallible>(honest(&Identity::of(2)).proof_by(&Key::new(5), nonce)));
    let answer = unattested.ask().unwrap();
    let proof = answer.proof().unwrap();
    let rejection = answer.verify(&proof, requires("tls-spki"), None, now()).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::UnknownKey(_)), "{rejection}");
}
