//! Promise: without its feature an algorithm is refused, and the error names the feature. Run without `cli`, which has them all.
#![cfg(all(feature = "std", not(any(feature = "p521", feature = "sha3", feature = "ml-dsa"))))]
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

mod common;

use common::forge::{AK_ATTRIBUTES, Attest, Key, NONCE, hash, sized, tpmt_ecdsa};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Challenge, KeyEvidence, PcrRule, PcrValue, Pin, Policy, Time, TrustedKey};
use tpmproof::{Proof, verify_proof};

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
