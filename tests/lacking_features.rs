//! Promise: what a build lacks is refused, and the error names the feature. Run with `std` and `words` alone: `cli` has them all.
#![cfg(all(
    feature = "std",
    feature = "words",
    not(any(feature = "p521", feature = "sha3", feature = "ml-dsa", feature = "foreign"))
))]
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

mod common;

use common::forge::{AK_ATTRIBUTES, Attest, Key, NONCE, hash, sized, tpmt_ecdsa};
use common::nitro::Document;
use common::webauthn::Statement;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{BlindLlama, CelLog, EventStrings, ImaList, LogErrorKind};
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{
    AttestationObject, Challenge, ImaRules, KeyEvidence, LogName, LogRule, NitroTpmDocument, PcrRule, PcrValue, Pin,
    Policy, PolicyError, PolicyList, RelyingParty, Time, TrustedKey,
};
use tpmproof::{DecodeErrorKind, Proof, verify_proof};

fn pinned(public: &[u8], name: &[u8]) -> String {
    let pins = [Pin::Name(name)];
    TrustedKey::pinned(&KeyEvidence::new().with_public(public), &pins, &SOFTWARE).unwrap_err().to_string()
}

#[test]
fn p521() {
    let public = common::read("swtpm/ak_p521.tpm2b");
    let error = pinned(&public[2..], &common::read("swtpm/ak_p521.name"));
    assert!(error.contains("the feature p521 adds it"), "{error}");
    let chain = common::pem("swtpm/chain_p521.pem");
    let evidence = KeyEvidence::new().with_certificate(&chain[0]).unwrap();
    let error = TrustedKey::pinned(&evidence, &[Pin::SpkiSha256([0; 32])], &SOFTWARE).unwrap_err().to_string();
    assert!(error.contains("p521"), "{error}");
}

#[test]
fn sha3() {
    let key = Key::new(1);
    let mut public = key.public_area(AK_ATTRIBUTES);
    public[2..4].copy_from_slice(&[0x00, 0x27]);
    let error = pinned(&public, &[&[0x00, 0x27][..], &[0; 32]].concat());
    assert!(error.contains("TPM_ALG_SHA3_256") && error.contains("the feature sha3 adds it"), "{error}");
    assert!(HashAlgorithm::ALL.iter().all(|hash| !hash.name().starts_with("sha3_")));
    let quote = Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[1; 32]]).bytes();
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &quote));
    let spki = key.spki();
    let trusted = TrustedKey::pinned(&KeyEvidence::new().with_spki(&spki), &[Pin::Spki(&spki)], &SOFTWARE).unwrap();
    let signature = tpmt_ecdsa(0x0028, &r, &s);
    let attestation = tpmproof::verify::Attestation::new(&quote, &signature).unwrap();
    let error = attestation.verify_signature(&trusted).unwrap_err().to_string();
    assert!(error.contains("TPM_ALG_SHA3_384") && error.contains("the feature sha3 adds it"), "{error}");
}

#[test]
fn ml_dsa() {
    let head = [&[0x00, 0xa1, 0x00, 0x0b][..], &AK_ATTRIBUTES.to_be_bytes(), &[0, 0, 0, 1, 0]].concat();
    let public = [head, sized(&[7; 1312])].concat();
    let name = [&[0x00, 0x0b][..], &hash(HashAlgorithm::Sha256, &public)].concat();
    let error = pinned(&public, &name);
    assert!(error.contains("TPM_ALG_MLDSA") && error.contains("the feature ml-dsa adds it"), "{error}");
    // And a whole proof, whose signature alone is of it.
    let spki = Key::new(1).spki();
    let quote = Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[1; 32]]).bytes();
    for signature in
        [[&[0x00, 0xa1][..], &sized(&[1; 2420])].concat(), [&[0x00, 0xa2, 0x00, 0x0b][..], &sized(&[1; 2420])].concat()]
    {
        let value = PcrValue { bank: TpmAlgId(0x000b), index: 0, value: &[1; 32] };
        let der = ProofBuilder::new(&quote, &signature).pcr(value).to_der();
        let golden = [&[1; 32][..]];
        let (pins, rules) = ([Pin::Spki(&spki)], [PcrRule::golden(HashAlgorithm::Sha256, 0, &golden)]);
        let policy = Policy::builder().pinned(&pins).accept_unknown_attributes(true).pcrs(&rules).build().unwrap();
        let (proof, challenge) = (Proof::from_der(&der).unwrap(), Challenge::nonce(NONCE).unwrap());
        let rejection = verify_proof(&proof, &policy, &challenge, Time::from_unix_seconds(0)).unwrap_err();
        assert!(rejection.error.to_string().contains("the feature ml-dsa adds them"), "{rejection}");
    }
}

/// Logs and evidence that neither firmware nor this project writes.
#[test]
fn foreign() {
    let logs = [
        ImaList::from_bytes(&[0; 64]).map(drop),
        CelLog::from_bytes(&[0; 64]).map(drop),
        BlindLlama::from_bytes(&[0; 64]).map(drop),
        EventStrings::AiCert.from_bytes(&[0; 64]).map(drop),
        EventStrings::BlindLlamaV1.from_bytes(&[0; 64]).map(drop),
    ];
    for error in logs.map(Result::unwrap_err) {
        assert_eq!(error.kind, LogErrorKind::NotBuilt);
        assert!(error.to_string().contains("without such logs; the feature foreign adds them"), "{error}");
    }
    let document = NitroTpmDocument::from_cbor(&Document::genuine().sign()).map(drop).unwrap_err();
    let object = AttestationObject::from_cbor(&Statement::genuine().object()).map(drop).unwrap_err();
    for error in [document, object] {
        assert_eq!(error.kind, DecodeErrorKind::NotBuilt);
        assert!(error.to_string().contains("without such evidence; the feature foreign adds it"), "{error}");
    }
}

/// A policy that speaks of them is none, however it is written.
#[test]
fn policies_of_what_is_foreign() {
    let pins = [Pin::SpkiSha256([1; 32])];
    let parties = [RelyingParty { id: "example.org", origins: PolicyList::EMPTY }];
    let policy = Policy::builder().pinned(&pins).accept_unknown_attributes(true);
    let error = policy.relying_parties(&parties).build().unwrap_err();
    assert_eq!(error, PolicyError::NotBuilt);
    assert!(error.to_string().contains("the feature foreign adds them"), "{error}");
    let (rules, logs) = ([PcrRule::log(HashAlgorithm::Sha256, 10)], [LogName::Ima]);
    let logs = [LogRule { pcrs: 1 << 10, logs: PolicyList::new(&logs) }];
    let ima = ImaRules { accept_violations: true, padded_banks: PolicyList::EMPTY };
    let policy = Policy::builder().pinned(&pins).accept_unknown_attributes(true).pcrs(&rules).logs(&logs);
    assert_eq!(policy.ima(ima).build().unwrap_err(), PolicyError::NotBuilt);
}
