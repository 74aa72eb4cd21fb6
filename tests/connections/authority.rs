//! Promise: below a measured authority only what it certifies, for this end, this name and this time, has the key.
#![cfg(feature = "cli")]

use crate::common::forge::{
    AK_ATTRIBUTES, ALTERNATIVE_NAME, Certificate, EXTENDED_KEY_USAGE, Key, NAME_CONSTRAINTS, NONCE, NOW, SERVER_AUTH,
    SIGNS, SIGNS_CERTIFICATES, basic_constraints, extension, key_usage, name, oid, sequence, tlv,
};
use crate::common::machine::{Machine, measured};
use crate::common::verified::{SHA256, leak};
use tpmproof::crypto::SOFTWARE;
use tpmproof::proof::Proof;
use tpmproof::verify::{
    Challenge, EventRule, EventRules, LogName, LogRule, PcrRule, Pin, Policy, PolicyList, Role, Time, TlsEndpoint,
    TlsKey,
};

const HOST: &str = "server.example";
const AUTHORITY: &str = "an authority";
const CLIENT_AUTH: &str = "2b06010505070302";
const ANY_PURPOSE: &str = "551d2500";

/// The key of the authority that the machine measured.
fn ca() -> Key {
    Key::new(9)
}

fn measured_key() -> TlsKey {
    let pins = leak(vec![Pin::Name(leak(name(&Key::new(1).public_area(AK_ATTRIBUTES))))]);
    let require = PolicyList::new(leak(vec![EventRule::measurement(13, "tls-ca-spki")]));
    let logs = leak(vec![LogRule { pcrs: 1 << 13, logs: PolicyList::new(leak(vec![LogName::Application])) }]);
    let events = EventRules { require, accept_any_boot: true, ..EventRules::default() };
    let pcrs = leak(vec![PcrRule::log(SHA256, 13)]);
    let policy = Policy::builder().pinned(pins).pcrs(pcrs).logs(logs).events(events).build().unwrap();
    let machine = Machine { application: vec![measured(13, "tls-ca-spki", "", &ca().spki())], ..Machine::new() };
    let proof = Proof::from_der(leak(machine.proof())).unwrap();
    let policy = &leak(vec![policy])[0];
    let challenge = Challenge::nonce(NONCE).unwrap();
    tpmproof::verify_proof(&proof, policy, &challenge, NOW.parse().unwrap()).unwrap().tls_key(None).unwrap()
}

fn root() -> Certificate {
    Certificate::authority(AUTHORITY, AUTHORITY, &ca())
}

fn leaf() -> Certificate {
    Certificate::server(AUTHORITY, HOST, &Key::new(2))
}

/// Why a server that shows these is not the one, at a time.
fn judged_at(chain: &[Vec<u8>], role: Role, name: Option<&str>, time: &str) -> Result<(), String> {
    let endpoint = TlsEndpoint::new(role, chain.iter().map(Vec::as_slice)).unwrap();
    let endpoint = match name {
        Some(name) => endpoint.named(name),
        None => endpoint,
    };
    let time: Time = time.parse().unwrap();
    measured_key().verify(&endpoint, time, &SOFTWARE).map_err(|error| error.to_string())
}

fn judged(chain: &[Vec<u8>]) -> Result<(), String> {
    judged_at(chain, Role::Server, Some(HOST), NOW)
}

#[track_caller]
fn refused(chain: &[Vec<u8>]) {
    let result = judged(chain);
    println!("{result:?}");
    assert!(result.is_err());
}

fn purpose(oids: &[&str]) -> Vec<u8> {
    extension(EXTENDED_KEY_USAGE, false, &sequence(&[&oids.iter().flat_map(|id| oid(id)).collect::<Vec<_>>()]))
}

fn names(tag: u8, content: &[u8]) -> Vec<u8> {
    extension(ALTERNATIVE_NAME, false, &sequence(&[&tlv(tag, content)]))
}

/// The leaf with other extensions of the third and fourth place.
fn leaf_with(purpose: Option<Vec<u8>>, names: Option<Vec<u8>>) -> Vec<u8> {
    let mut leaf = leaf();
    leaf.extensions.truncate(2);
    leaf.extensions.extend(purpose.into_iter().chain(names));
    leaf.sign(&ca())
}

fn constraint(tag: u8, kind: u8, content: &[u8]) -> Vec<u8> {
    extension(NAME_CONSTRAINTS, true, &sequence(&[&tlv(tag, &sequence(&[&tlv(kind, content)]))]))
}

#[test]
fn what_it_certifies_passes() {
    judged(&[leaf().sign(&ca()), root().sign(&ca())]).unwrap();
    // Through an intermediate authority.
    let middle = Certificate::authority(AUTHORITY, "between", &Key::new(8));
    let below = Certificate::server("between", HOST, &Key::new(2));
    judged(&[below.sign(&Key::new(8)), middle.sign(&ca()), root().sign(&ca())]).unwrap();
    // Other certificates beside it do no harm.
    let stranger = Certificate::authority("somebody", "somebody", &Key::new(7)).sign(&Key::new(7));
    judged(&[leaf().sign(&ca()), stranger, root().sign(&ca())]).unwrap();
}

#[test]
fn a_leaf_of_itself_or_of_the_authoritys_key_is_refused() {
    // It signs itself, and shows the authority beside it.
    let own = Certificate::server("a server", HOST, &Key::new(2)).sign(&Key::new(2));
    refused(&[own.clone(), root().sign(&ca())]);
    // It says that the authority signed it.
    refused(&[leaf().sign(&Key::new(2)), root().sign(&ca())]);
    // The authority is the server.
    let same = Certificate::server(AUTHORITY, HOST, &ca()).sign(&ca());
    refused(&[same.clone(), root().sign(&ca())]);
    refused(&[same.clone(), same]);
    refused(&[root().sign(&ca())]);
    refused(&[root().sign(&ca()), root().sign(&ca())]);
    refused(&[leaf().sign(&ca())]);
    // A leaf certifies another.
    let below = Certificate::server("a server", HOST, &Key::new(5)).sign(&Key::new(2));
    refused(&[below, leaf().sign(&ca()), root().sign(&ca())]);
}

#[test]
fn an_authority_that_its_key_does_not_certify_is_refused() {
    // The measured key under a certificate of somebody else's, with what names and dates he likes.
    refused(&[leaf().sign(&ca()), root().sign(&Key::new(7))]);
    let crossed = Certificate::authority("somebody", AUTHORITY, &ca()).sign(&Key::new(7));
    let somebody = Certificate::authority("somebody", "somebody", &Key::new(7)).sign(&Key::new(7));
    refused(&[leaf().sign(&ca()), crossed, somebody]);
}

#[test]
fn each_certificate_is_valid_at_the_time() {
    let chain = [leaf().sign(&ca()), root().sign(&ca())];
    for (time, passes) in [
        ("2025-12-31T23:59:59Z", false),
        ("2026-01-01T00:00:00Z", true),
        ("2027-01-01T00:00:00Z", true),
        ("2027-01-01T00:00:01Z", false),
    ] {
        assert_eq!(judged_at(&chain, Role::Server, Some(HOST), time).is_ok(), passes, "{time}");
    }
    let old = Certificate { not_after: tlv(0x17, b"260201000000Z"), ..leaf() };
    refused(&[old.sign(&ca()), root().sign(&ca())]);
    let old = Certificate { not_after: tlv(0x17, b"260201000000Z"), ..root() };
    refused(&[leaf().sign(&ca()), old.sign(&ca())]);
    let middle = Certificate::authority(AUTHORITY, "between", &Key::new(8));
    let middle = Certificate { not_after: tlv(0x17, b"260201000000Z"), ..middle };
    let below = Certificate::server("between", HOST, &Key::new(2));
    refused(&[below.sign(&Key::new(8)), middle.sign(&ca()), root().sign(&ca())]);
}

#[test]
fn a_certificate_is_for_its_end_of_a_connection() {
    let root = root().sign(&ca());
    let san = || Some(names(0x82, HOST.as_bytes()));
    let chain = |purposes: Option<&[&str]>| [leaf_with(purposes.map(purpose), san()), root.clone()];
    for (purposes, server, client) in [
        (None, true, true),
        (Some(&[SERVER_AUTH][..]), true, false),
        (Some(&[CLIENT_AUTH]), false, true),
        (Some(&[CLIENT_AUTH, SERVER_AUTH]), true, true),
        (Some(&[ANY_PURPOSE]), false, false),
        (Some(&["6781050803"]), false, false),
    ] {
        assert_eq!(judged(&chain(purposes)).is_ok(), server, "{purposes:?}");
        assert_eq!(judged_at(&chain(purposes), Role::Client, None, NOW).is_ok(), client, "{purposes:?}");
    }
    // An authority that may certify clients alone.
    let mut clients = self::root();
    clients.extensions.push(purpose(&[CLIENT_AUTH]));
    let chain = [leaf_with(None, san()), clients.sign(&ca())];
    assert!(judged(&chain).is_err());
    judged_at(&chain, Role::Client, None, NOW).unwrap();
    // A key that signs no handshake, and one that may certify.
    let mut encrypts = leaf();
    encrypts.extensions[1] = key_usage(0x20);
    refused(&[encrypts.sign(&ca()), root.clone()]);
    let mut authority = leaf();
    authority.extensions[0] = basic_constraints(true, None);
    authority.extensions[1] = key_usage(SIGNS | SIGNS_CERTIFICATES);
    refused(&[authority.sign(&ca()), root]);
}

#[test]
fn an_authority_may_certify() {
    let leaf = leaf().sign(&ca());
    let mut not_one = root();
    not_one.extensions[0] = basic_constraints(false, None);
    refused(&[leaf.clone(), not_one.sign(&ca())]);
    let mut only_signs = root();
    only_signs.extensions[1] = key_usage(SIGNS);
    refused(&[leaf.clone(), only_signs.sign(&ca())]);
    let mut unknown = root();
    unknown.extensions.push(extension("2a030405", true, &[5, 0]));
    refused(&[leaf, unknown.sign(&ca())]);
    // With none below it, and one between.
    let mut short = root();
    short.extensions[0] = basic_constraints(true, Some(0));
    let middle = Certificate::authority(AUTHORITY, "between", &Key::new(8)).sign(&ca());
    let below = Certificate::server("between", HOST, &Key::new(2)).sign(&Key::new(8));
    refused(&[below, middle, short.sign(&ca())]);
}

#[test]
fn names_are_constrained() {
    let with = |constraint: Vec<u8>| {
        let mut root = root();
        root.extensions.push(constraint);
        [leaf().sign(&ca()), root.sign(&ca())]
    };
    judged(&with(constraint(0xa0, 0x82, b"example"))).unwrap();
    judged(&with(constraint(0xa0, 0x82, HOST.as_bytes()))).unwrap();
    judged(&with(constraint(0xa1, 0x82, b"other.example"))).unwrap();
    refused(&with(constraint(0xa0, 0x82, b"other.example")));
    refused(&with(constraint(0xa1, 0x82, b"example")));
    refused(&with(constraint(0xa1, 0x82, b"")));
    // Kinds that nothing compares: a directory's name, a mail address.
    refused(&with(constraint(0xa0, 0xa4, &sequence(&[]))));
    refused(&with(constraint(0xa0, 0x81, b"example")));
    // In an intermediate one.
    let mut middle = Certificate::authority(AUTHORITY, "between", &Key::new(8));
    middle.extensions.push(constraint(0xa0, 0x82, b"other.example"));
    let below = Certificate::server("between", HOST, &Key::new(2));
    refused(&[below.sign(&Key::new(8)), middle.sign(&ca()), root().sign(&ca())]);
}

#[test]
fn a_server_is_called_by_a_name_of_its_certificate() {
    let root = root().sign(&ca());
    let server = |tag, content: &[u8]| [leaf_with(None, Some(names(tag, content))), root.clone()];
    let called = |chain: &[Vec<u8>], name| judged_at(chain, Role::Server, name, NOW).is_ok();
    for (presented, name, passes) in [
        ("server.example", Some("server.example"), true),
        ("server.example", Some("SERVER.example"), true),
        ("server.example", Some("other.example"), false),
        ("server.example", Some("a.server.example"), false),
        ("server.example", Some("example"), false),
        ("server.example", Some(""), false),
        ("server.example", Some("server.example\0.evil"), false),
        ("server.example", None, false),
        ("*.server.example", Some("a.server.example"), true),
        ("*.server.example", Some("a.b.server.example"), false),
        ("*.server.example", Some("server.example"), false),
        ("*.example", Some("server.example"), false),
        ("*", Some("example"), false),
        ("s*.example", Some("server.example"), false),
        ("server.example\0.evil", Some("server.example"), false),
        ("", Some("server.example"), false),
        ("192.0.2.1", Some("192.0.2.1"), false),
    ] {
        assert_eq!(called(&server(0x82, presented.as_bytes()), name), passes, "{presented:?} {name:?}");
    }
    assert!(called(&server(0x87, &[192, 0, 2, 1]), Some("192.0.2.1")));
    assert!(!called(&server(0x87, &[192, 0, 2, 1]), Some("192.0.2.2")));
    assert!(!called(&server(0x86, b"server.example"), Some("server.example")));
    // A common name is none.
    let common = Certificate { subject: crate::common::forge::distinguished_name(0x0c, HOST), ..leaf() };
    let common = Certificate { extensions: common.extensions[..3].to_vec(), ..common };
    assert!(!called(&[common.sign(&ca()), root.clone()], Some(HOST)));
}

#[test]
fn the_search_for_a_chain_is_bounded() {
    // As many authorities of one name as are looked at, each of which could have certified the one before.
    let mut chain = vec![Certificate::server("between", HOST, &Key::new(2)).sign(&Key::new(20))];
    chain.extend(
        (20..26)
            .map(|number| Certificate::authority("between", "between", &Key::new(number)).sign(&Key::new(number + 1))),
    );
    chain.push(root().sign(&ca()));
    assert_eq!(chain.len(), 8);
    let begun = std::time::Instant::now();
    refused(&chain);
    assert!(begun.elapsed() < std::time::Duration::from_secs(2));
    let many = vec![leaf().sign(&ca()); 9];
    let error = TlsEndpoint::new(Role::Server, many.iter().map(Vec::as_slice)).unwrap_err();
    assert!(error.to_string().contains('8'), "{error}");
}
