//! Promise: a build without words judges the same, and says of it which check came out how. Run with `std` alone.
#![cfg(all(feature = "std", not(feature = "words")))]
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

mod common;

use common::forge::{Attest, Key, NONCE, hash, tpmt_ecdsa};
use tpmproof::crypto::HashAlgorithm;
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Challenge, Outcome, PcrRule, PcrValue, Pin, Policy, Time};
use tpmproof::{Decode, Proof, verify_proof};

/// Without words an error of decoding says where, and a report what came of each check.
#[test]
fn errors_and_reports() {
    let error = tpmproof::structures::TpmsAttest::from_bytes(&[0xff, 0x54, 0x43, 0x47, 0x80]).unwrap_err();
    assert_eq!(error.to_string(), "what no such structure holds, at byte 4");
    let (key, value) = (Key::new(1), [1; 32]);
    let spki = key.spki();
    let quote = Attest::quote(&[(0x000b, &[1, 0, 0])], &[&value]).bytes();
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &quote));
    let golden = [&value[..]];
    let (pins, rules) = ([Pin::Spki(&spki)], [PcrRule::golden(HashAlgorithm::Sha256, 0, &golden)]);
    let policy = Policy::builder().pinned(&pins).accept_unknown_attributes(true).pcrs(&rules).build().unwrap();
    let der = ProofBuilder::new(&quote, &tpmt_ecdsa(0x000b, &r, &s))
        .pcr(PcrValue { bank: TpmAlgId(0x000b), index: 0, value: &value })
        .to_der();
    let (proof, challenge) = (Proof::from_der(&der).unwrap().with_key(&spki), Challenge::nonce(NONCE).unwrap());
    let report = verify_proof(&proof, &policy, &challenge, Time::from_unix_seconds(0)).unwrap();
    let signature = report.checks().find(|check| check.name == "signature").unwrap();
    assert!(matches!(signature.outcome, Outcome::Pass(detail) if detail.to_string().is_empty()), "{signature:?}");
}
