//! Promise: a server can ask its client as a client asks its server, and what proves one end proves nothing of the other.
#![cfg(all(feature = "cli", feature = "tls"))]

use crate::common::forge::{AK_ATTRIBUTES, Key, NOW, name};
use crate::common::machine::{Machine, measured};
use crate::common::tls::{HOST, Identity, pair, provider, trusting};
use crate::common::verified::{SHA256, leak};
use rustls::{ClientConnection, ServerConnection};
use std::sync::Arc;
use tpmproof::proof::Proof;
use tpmproof::tls::{Asked, Question, TlsError};
use tpmproof::verify::{
    Channel, EventRule, EventRules, LogName, LogRule, PcrRule, Pin, Policy, PolicyList, Time, VerifyError,
};

fn policy() -> &'static Policy<'static> {
    let pins = leak(vec![Pin::Name(leak(name(&Key::new(1).public_area(AK_ATTRIBUTES))))]);
    let require = PolicyList::new(leak(vec![EventRule::measurement(13, "tls-spki")]));
    let logs = leak(vec![LogRule { pcrs: 1 << 13, logs: PolicyList::new(leak(vec![LogName::Application])) }]);
    let events = EventRules { require, accept_any_boot: true, ..EventRules::default() };
    let pcrs = leak(vec![PcrRule::log(SHA256, 13)]);
    let policy = Policy::builder().pinned(pins).pcrs(pcrs).logs(logs).events(events).build().unwrap();
    &leak(vec![policy])[0]
}

fn now() -> Time {
    NOW.parse().unwrap()
}

/// A connection whose both ends show themselves.
fn mutual(client: &Identity, server: &Identity) -> (ClientConnection, ServerConnection) {
    pair(&Arc::new(client.client_config()), &Arc::new(server.asking_config()))
}

/// The proof of the machine with this key for what it is asked.
fn proof(identity: &Identity, asked: &Asked) -> Vec<u8> {
    let application = vec![measured(13, "tls-spki", "", &identity.key.spki())];
    Machine { application, ..Machine::new() }.proof_for(asked.nonce())
}

fn verify(question: Question, answer: &[u8]) -> Result<Channel, VerifyError<'static>> {
    let (question, answer) = (&leak(vec![question])[0], leak(answer.to_vec()));
    let proof = Proof::from_der(answer).unwrap();
    match question.verify(&proof, policy(), None, now()) {
        Ok(report) => Ok(report.channel()),
        Err(rejection) => {
            assert_eq!(rejection.report.channel(), Channel::None);
            Err(rejection.error)
        }
    }
}

#[test]
fn a_client_proves_to_its_server() {
    let (one, other) = (Identity::of(3), Identity::of(2));
    let (client, server) = mutual(&one, &other);
    let question = Question::to_client(&server, &provider()).unwrap();
    let asked = Asked::by_server(&client, one.certificate(), &question.message()).unwrap();
    assert_eq!(asked.nonce(), question.channel().as_bytes());
    assert_eq!(verify(question, &proof(&one, &asked)).unwrap(), Channel::ExporterBound);
}

#[test]
fn both_ends_of_one_connection_prove() {
    let (one, other) = (Identity::of(3), Identity::of(2));
    let (client, server) = mutual(&one, &other);
    let to_client = Question::to_client(&server, &provider()).unwrap();
    let to_server = Question::to_server(&client, HOST, &provider()).unwrap();
    let of_client = Asked::by_server(&client, one.certificate(), &to_client.message()).unwrap();
    let of_server = Asked::by_client(&server, other.certificate(), &to_server.message()).unwrap();
    assert_eq!(verify(to_client, &proof(&one, &of_client)).unwrap(), Channel::ExporterBound);
    assert_eq!(verify(to_server, &proof(&other, &of_server)).unwrap(), Channel::ExporterBound);
}

#[test]
fn the_proof_of_another_machine_than_the_client_is_refused() {
    let (one, other) = (Identity::of(3), Identity::of(2));
    let (client, server) = mutual(&one, &other);
    let question = Question::to_client(&server, &provider()).unwrap();
    let asked = Asked::by_server(&client, one.certificate(), &question.message()).unwrap();
    // It has measured the server's key.
    let error = verify(question, &proof(&other, &asked)).unwrap_err();
    assert!(matches!(error, VerifyError::TlsKey { .. }), "{error}");
    // The client says that it has shown another certificate.
    let question = Question::to_client(&server, &provider()).unwrap();
    let asked = Asked::by_server(&client, other.certificate(), &question.message()).unwrap();
    let error = verify(question, &proof(&one, &asked)).unwrap_err();
    assert!(matches!(error, VerifyError::Exporter { .. }), "{error}");
}

#[test]
fn an_answer_of_one_end_is_none_of_the_other() {
    // Both ends have one key, so that the roles alone differ.
    let both = Identity::of(2);
    let (client, server) = mutual(&both, &both);
    // A server that is asked sends the question back, and the answer with it.
    let to_server = Question::to_server(&client, HOST, &provider()).unwrap();
    let reflected = Asked::by_server(&client, both.certificate(), &to_server.message()).unwrap();
    assert_ne!(reflected.nonce(), to_server.channel().as_bytes());
    let error = verify(to_server, &proof(&both, &reflected)).unwrap_err();
    assert!(matches!(error, VerifyError::Exporter { .. }), "{error}");
    // So does a client.
    let to_client = Question::to_client(&server, &provider()).unwrap();
    let reflected = Asked::by_client(&server, both.certificate(), &to_client.message()).unwrap();
    let error = verify(to_client, &proof(&both, &reflected)).unwrap_err();
    assert!(matches!(error, VerifyError::Exporter { .. }), "{error}");
    // Without that trick both pass.
    let to_client = Question::to_client(&server, &provider()).unwrap();
    let asked = Asked::by_server(&client, both.certificate(), &to_client.message()).unwrap();
    assert_eq!(verify(to_client, &proof(&both, &asked)).unwrap(), Channel::ExporterBound);
}

#[test]
fn an_answer_over_one_connection_is_none_over_another() {
    let (one, other) = (Identity::of(3), Identity::of(2));
    let (_, server) = mutual(&one, &other);
    let (elsewhere, _) = mutual(&one, &other);
    let question = Question::to_client(&server, &provider()).unwrap();
    let asked = Asked::by_server(&elsewhere, one.certificate(), &question.message()).unwrap();
    let error = verify(question, &proof(&one, &asked)).unwrap_err();
    assert!(matches!(error, VerifyError::Exporter { .. }), "{error}");
}

#[test]
fn a_client_without_a_certificate_cannot_be_asked() {
    let other = Identity::of(2);
    for config in [other.asking_config(), other.server_config()] {
        let (_, server) = pair(&Arc::new(trusting()), &Arc::new(config));
        let error = Question::to_client(&server, &provider()).unwrap_err();
        assert!(matches!(&error, TlsError::Peer(reason) if reason.contains("no certificate")), "{error}");
    }
}
