//! Promise: a report says of a connection no more than the last check found, and opens no other.
#![cfg(all(feature = "cli", feature = "tls"))]

use crate::common::forge::{AK_ATTRIBUTES, Key, NONCE, NOW, name};
use crate::common::machine::{Machine, measured};
use crate::common::tls::{Identity, connected};
use crate::common::verified::{SHA256, leak};
use std::convert::Infallible;
use std::os::unix::net::UnixStream;
use tpmproof::crypto::SOFTWARE;
use tpmproof::proof::Proof;
use tpmproof::tls::{Answer, TlsError, Unattested};
use tpmproof::verify::{
    Challenge, Channel, ChannelNonce, EventRule, EventRules, LogName, LogRule, PcrRule, Pin, Policy, PolicyList,
    Report, Role, Time, TlsEndpoint, VerifyError,
};

/// It asks for two keys, so that each connection must say which it means.
fn policy() -> &'static Policy<'static> {
    let pins = leak(vec![Pin::Name(leak(name(&Key::new(1).public_area(AK_ATTRIBUTES))))]);
    let rule = |name| EventRule::measurement(13, "tls-spki").named(name);
    let require = PolicyList::new(leak(vec![rule("api"), rule("admin")]));
    let logs = leak(vec![LogRule { pcrs: 1 << 13, logs: PolicyList::new(leak(vec![LogName::Application])) }]);
    let events = EventRules { require, accept_any_boot: true, ..EventRules::default() };
    let pcrs = leak(vec![PcrRule::log(SHA256, 13)]);
    let policy = Policy::builder().pinned(pins).pcrs(pcrs).logs(logs).events(events).build().unwrap();
    &leak(vec![policy])[0]
}

fn machine() -> Machine {
    let of = |name, number| measured(13, "tls-spki", name, &Identity::of(number).key.spki());
    Machine { application: vec![of("api", 2), of("admin", 3)], ..Machine::new() }
}

fn now() -> Time {
    NOW.parse().unwrap()
}

fn endpoint(role: Role, number: u8) -> TlsEndpoint<'static> {
    TlsEndpoint::new(role, [leak(Identity::of(number).chain[0].clone())]).unwrap()
}

/// What is accepted of a quote for this.
fn verified(challenge: &Challenge<'static>, nonce: &[u8]) -> Report<'static> {
    let proof = Proof::from_der(leak(machine().proof_for(nonce))).unwrap();
    tpmproof::verify_proof(&proof, policy(), challenge, now()).unwrap()
}

/// A connection, and the answer over it.
fn asked() -> (Unattested<UnixStream>, &'static Answer) {
    let mut server = connected(&Identity::of(2), |nonce| Ok::<_, Infallible>(machine().proof_for(nonce)));
    let answer = server.ask().unwrap();
    (server, &leak(vec![answer])[0])
}

#[test]
fn a_rejected_report_is_of_no_connection() {
    let (_server, answer) = asked();
    let report = answer.verify(&answer.proof().unwrap(), policy(), Some("api"), now()).unwrap();
    assert_eq!(report.channel(), Channel::ExporterBound);
    // The same connection has not the other key.
    let rejection = report.bind(&endpoint(Role::Server, 2), Some("admin"), None, now()).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::TlsKey { .. }), "{rejection}");
    assert_eq!(rejection.report.channel(), Channel::None);
    assert!(rejection.json().to_string().contains("\"channel\": \"none\""));
}

#[test]
fn a_rejected_report_opens_no_connection() {
    let (server, answer) = asked();
    let report = answer.verify(&answer.proof().unwrap(), policy(), Some("api"), now()).unwrap();
    let rejection = report.bind(&endpoint(Role::Server, 2), Some("admin"), None, now()).unwrap_err();
    assert!(matches!(server.admit(&rejection.report), Err(TlsError::NotThisConnection)));
}

#[test]
fn a_rejected_report_never_says_that_it_is_accepted() {
    let other = Challenge::nonce(b"another").unwrap();
    let proof = Proof::from_der(leak(machine().proof_for(NONCE))).unwrap();
    let of_proof = tpmproof::verify_proof(&proof, policy(), &other, now()).unwrap_err();
    let report = verified(&Challenge::nonce(NONCE).unwrap(), NONCE);
    let of_peer = report.bind(&endpoint(Role::Server, 5), Some("api"), None, now()).unwrap_err();
    for rejection in [of_proof, of_peer] {
        assert!(rejection.json().to_string().contains("\"verdict\": \"rejected\""));
        let json = rejection.report.json().to_string();
        assert!(json.contains("\"verdict\": \"rejected\""), "{json}");
    }
}

#[test]
fn what_binds_a_server_binds_no_client() {
    let server = endpoint(Role::Server, 2);
    let nonce = &leak(vec![ChannelNonce::new(&server, &[7; 32], &[8; 32], &SOFTWARE).unwrap()])[0];
    let report = || verified(&Challenge::channel(nonce), nonce.as_bytes());
    let bound = report().bind(&server, Some("api"), Some(nonce), now()).unwrap();
    assert_eq!(bound.channel(), Channel::ExporterBound);
    // The same key at the other end of it; below an authority it would be asked for no name.
    let client = endpoint(Role::Client, 2);
    let bound = report().bind(&client, Some("api"), Some(nonce), now()).map(|report| report.channel());
    assert!(bound.is_err(), "{bound:?}");
}

#[test]
fn a_stale_quote_is_never_exporter_bound() {
    let server = endpoint(Role::Server, 2);
    let nonce = ChannelNonce::new(&server, &[7; 32], &[8; 32], &SOFTWARE).unwrap();
    let report = verified(&Challenge::insecure_no_freshness(), nonce.as_bytes());
    let rejection = report.bind(&server, Some("api"), Some(&nonce), now()).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::Exporter { .. }), "{rejection}");
    assert_eq!(rejection.report.channel(), Channel::None);
}

#[test]
fn a_rejected_report_binds_nothing_afterwards() {
    let other = Challenge::nonce(b"another").unwrap();
    let proof = Proof::from_der(leak(machine().proof_for(NONCE))).unwrap();
    let rejection = tpmproof::verify_proof(&proof, policy(), &other, now()).unwrap_err();
    let again = rejection.report.bind(&endpoint(Role::Server, 2), Some("api"), None, now()).unwrap_err();
    assert_eq!(again.error, VerifyError::NoTlsKey);
    assert_eq!(again.report.channel(), Channel::None);
    // Nor one that was refused for its connection.
    let report = verified(&Challenge::nonce(NONCE).unwrap(), NONCE);
    let rejection = report.bind(&endpoint(Role::Server, 5), Some("api"), None, now()).unwrap_err();
    let again = rejection.report.bind(&endpoint(Role::Server, 2), Some("api"), None, now()).unwrap_err();
    assert_eq!(again.report.channel(), Channel::None);
}

#[test]
fn only_the_report_of_the_last_question_opens_a_connection() {
    let (server, answer) = asked();
    // A report that is bound by hand, to the right connection, is as good.
    let proof = answer.proof().unwrap();
    let bound = answer.verify(&proof, policy(), Some("api"), now()).unwrap();
    let by_hand = bound.bind(&endpoint(Role::Server, 2), Some("api"), None, now()).unwrap();
    // With less asked it says less.
    assert_eq!(by_hand.channel(), Channel::KeyBound);
    assert!(matches!(server.admit(&by_hand), Err(TlsError::NotThisConnection)));
    // A connection over which nothing was asked is opened by nothing.
    let (_, answer) = asked();
    let report = answer.verify(&answer.proof().unwrap(), policy(), Some("api"), now()).unwrap();
    let unasked = connected(&Identity::of(2), |_| Err::<Vec<u8>, _>("not asked"));
    assert!(matches!(unasked.admit(&report), Err(TlsError::NotThisConnection)));
}
