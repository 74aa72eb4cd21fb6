//! Promise: a key is trusted for a reason, or not at all. The names begin with the family and number of the attack.
#![cfg(feature = "std")]

use crate::common::forge::{
    AK_ATTRIBUTES, Attest, Certificate, Key, NONCE, NOW, name, qualified_in_endorsement, tpmt_ecdsa,
};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::{TpmAlgId, TpmaObject};
use tpmproof::verify::{
    ATTESTATION_KEY, Anchor, Attestation, Attributes, CertificateError, CertificateRules, Challenge, KeyEvidence,
    KeyIdentity, PcrRule, PcrValue, Pin, Platform, Policy, PolicyError, PolicyList, Purpose, Time, TrustedKey,
    VerifyError,
};
use tpmproof::{Proof, verify_proof};

fn pinned(public: &[u8]) -> Result<(), VerifyError<'static>> {
    let public = &*public.to_vec().leak();
    let name = &*name(public).leak();
    TrustedKey::pinned(&KeyEvidence::new().with_public(public), &[Pin::Name(name)], &SOFTWARE).map(|_| ())
}

/// A root, and the certificate of `key` by it.
fn certified(key: &Key) -> (Vec<u8>, Vec<u8>) {
    let authority = Key::new(9);
    (
        Certificate::authority("root", "root", &authority).sign(&authority),
        Certificate::leaf("root", key).sign(&authority),
    )
}

fn by_chain(evidence: &KeyEvidence<'_>, root: &[u8]) -> Result<Attributes, String> {
    let anchors = [Anchor::Certificate(root)];
    let purposes = [Purpose::Oid(ATTESTATION_KEY)];
    let rules = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
    let key = TrustedKey::certified(evidence, &anchors, &rules, NOW.parse().unwrap(), &SOFTWARE);
    key.map(|key| key.attributes()).map_err(|error| format!("{error:?}"))
}

#[test]
fn control() {
    let key = Key::new(1);
    let public = key.public_area(AK_ATTRIBUTES);
    pinned(&public).unwrap();
    let (root, leaf) = certified(&key);
    let evidence = KeyEvidence::new().with_certificate(&leaf).unwrap();
    assert_eq!(by_chain(&evidence, &root), Ok(Attributes::Unknown));
    assert_eq!(by_chain(&evidence.with_public(&public), &root), Ok(Attributes::Claimed));
}

#[test]
fn k01_an_unrestricted_key_signs_anything() {
    let key = Key::new(1);
    // fixedTPM, fixedParent, sensitiveDataOrigin, restricted, sign.
    for bit in [1, 4, 5, 16, 18] {
        let lacking = AK_ATTRIBUTES & !(1 << bit);
        let error = pinned(&key.public_area(lacking)).unwrap_err();
        let expected = VerifyError::Attributes { missing: TpmaObject(1 << bit), forbidden: TpmaObject(0) };
        assert_eq!(error, expected, "bit {bit}");
        // And where a certificate vouches for the key, but the proof itself says otherwise.
        let (root, leaf) = certified(&key);
        let public = key.public_area(lacking);
        let evidence = KeyEvidence::new().with_certificate(&leaf).unwrap().with_public(&public);
        assert_eq!(by_chain(&evidence, &root), Err(format!("{expected:?}")));
    }
    let decrypts = pinned(&key.public_area(AK_ATTRIBUTES | 1 << 17)).unwrap_err();
    assert_eq!(decrypts, VerifyError::Attributes { missing: TpmaObject(0), forbidden: TpmaObject(1 << 17) });
}

#[test]
fn k02_attributes_that_nobody_certified() {
    let (known, faked) = (Key::new(1).public_area(AK_ATTRIBUTES), Key::new(2).public_area(AK_ATTRIBUTES));
    let known = name(&known);
    let evidence = KeyEvidence::new().with_public(&faked);
    let error = TrustedKey::pinned(&evidence, &[Pin::Name(&known)], &SOFTWARE).unwrap_err();
    assert!(matches!(error, VerifyError::UnknownKey(KeyIdentity::Name(claimed)) if claimed.as_bytes() == name(&faked)));
    let (root, _) = certified(&Key::new(1));
    assert_eq!(by_chain(&evidence, &root), Err(format!("{:?}", VerifyError::Certificate(CertificateError::Absent))));
}

#[test]
fn k03_a_key_is_not_trusted_because_it_is_there() {
    assert_eq!(
        Policy::builder().pcrs(&[PcrRule::zero(HashAlgorithm::Sha256, 0)]).build().unwrap_err(),
        PolicyError::NoKey
    );
    let attacker = Key::new(2);
    let (root, _) = certified(&Key::new(1));
    let own_root = Certificate::authority("root", "root", &attacker).sign(&attacker);
    let leaf = Certificate::leaf("root", &attacker).sign(&attacker);
    let evidence = KeyEvidence::new().with_certificate(&leaf).unwrap().with_certificate(&own_root).unwrap();
    let refused = by_chain(&evidence, &root).unwrap_err();
    assert!(refused.contains("UnknownIssuer") || refused.contains("Signature"), "{refused}");
    by_chain(&evidence, &own_root).unwrap();
}

#[test]
fn k04_the_proof_names_one_key() {
    let (one, other) = (Key::new(1), Key::new(2));
    let (root, leaf) = certified(&one);
    let mismatch = format!("{:?}", VerifyError::KeyMismatch);
    let (public, spki) = (other.public_area(AK_ATTRIBUTES), other.spki());
    let with_leaf = KeyEvidence::new().with_certificate(&leaf).unwrap();
    assert_eq!(by_chain(&with_leaf.clone().with_public(&public), &root), Err(mismatch.clone()));
    assert_eq!(by_chain(&with_leaf.clone().with_spki(&spki), &root), Err(mismatch));
    let both = KeyEvidence::new().with_spki(&spki).with_public(&public);
    let pins = [Pin::SpkiSha256(tpmproof::verify::spki_sha256(&key(&one), &SOFTWARE).unwrap())];
    assert!(matches!(TrustedKey::pinned(&both, &pins, &SOFTWARE).unwrap_err(), VerifyError::UnknownKey(_)));
    // A certificate beside a public area of another key.
    let contradicts = with_leaf.with_public(&public);
    let error = TrustedKey::pinned(&contradicts, &pins, &SOFTWARE).unwrap_err();
    assert_eq!(error, VerifyError::KeyMismatch);
}

fn key(key: &Key) -> tpmproof::crypto::PublicKey<'static> {
    let (x, y) = key.coordinates();
    tpmproof::crypto::PublicKey::Ec { curve: tpmproof::crypto::Curve::P256, x: x.leak(), y: y.leak() }
}

/// A proof of `key` with its public area, of PCR 0 of SHA-256.
fn proof(key: &Key, quote: &Attest) -> Vec<u8> {
    let message = quote.bytes();
    let value = PcrValue { bank: TpmAlgId(0x000b), index: 0, value: &[1; 32] };
    ProofBuilder::new(&message, &key.sign(&message)).pcr(value).key_public(&key.public_area(AK_ATTRIBUTES)).to_der()
}

fn quote() -> Attest {
    Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[1; 32]])
}

#[test]
fn k06_after_an_error_nothing_more_is_believed() {
    let (key, other) = (Key::new(1), Key::new(2));
    let der = proof(&key, &quote());
    let value = [&[1; 32][..]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &value)];
    let challenge = Challenge::nonce(NONCE).unwrap();
    for (known, accepted) in [(&key, true), (&other, false)] {
        let name = name(&known.public_area(AK_ATTRIBUTES));
        let pins = [Pin::Name(&name)];
        let policy = Policy::builder().pinned(&pins).pcrs(&rules).build().unwrap();
        let outcome = verify_proof(&Proof::from_der(&der).unwrap(), &policy, &challenge, Time::from_unix_seconds(0));
        assert_eq!(outcome.is_ok(), accepted);
        if let Err(rejection) = outcome {
            assert!(matches!(rejection.error, VerifyError::UnknownKey(_)));
            assert!(rejection.report.quote().is_none());
            let text = rejection.report.to_string();
            assert!(!text.contains("pass"), "{text}");
        }
    }
}

#[test]
fn k07_the_scheme_is_the_keys_own() {
    let key = Key::new(1);
    let message = quote().bytes();
    let judge = |scheme: &[u8]| {
        let public = &*key.public_area_with(AK_ATTRIBUTES, scheme).leak();
        let pins = [Pin::Name(name(public).leak())];
        let trusted = TrustedKey::pinned(&KeyEvidence::new().with_public(public), &pins, &SOFTWARE)?;
        let (message, signature) = (&*message.clone().leak(), &*key.sign(&message).leak());
        Attestation::new(message, signature).unwrap().verify_signature(&trusted).map(|_| ())
    };
    judge(&[0x00, 0x18, 0x00, 0x0b]).unwrap();
    let ecdsa = (TpmAlgId(0x0018), TpmAlgId(0x000b));
    // No scheme: the caller chooses, which no restricted key allows. And a scheme that is not the signature's.
    assert_eq!(judge(&[0x00, 0x10]), Err(VerifyError::SchemeMismatch { key: None, signature: ecdsa }));
    let sha384 = Some((TpmAlgId(0x0018), TpmAlgId(0x000c)));
    assert_eq!(judge(&[0x00, 0x18, 0x00, 0x0c]), Err(VerifyError::SchemeMismatch { key: sha384, signature: ecdsa }));
    let schnorr = judge(&[0x00, 0x1c, 0x00, 0x0b]);
    assert_eq!(schnorr, Err(VerifyError::SchemeMismatch { key: None, signature: ecdsa }));
}

#[test]
fn k08_the_hierarchy_is_the_one_expected() {
    let key = Key::new(1);
    let public = key.public_area(AK_ATTRIBUTES);
    let known = name(&public);
    let pins = [Pin::Name(&known)];
    let value = [&[1; 32][..]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &value)];
    let policy = Policy::builder().pinned(&pins).pcrs(&rules).reset_count(3).build().unwrap();
    let challenge = Challenge::nonce(NONCE).unwrap();
    let owner = name(&[&[0x40, 0x00, 0x00, 0x01][..], &known].concat());
    for (signer, accepted) in [(qualified_in_endorsement(&public), true), (owner, false)] {
        let der = proof(&key, &Attest { signer, ..quote() });
        let outcome = verify_proof(&Proof::from_der(&der).unwrap(), &policy, &challenge, Time::from_unix_seconds(0));
        assert_eq!(outcome.is_ok(), accepted);
        assert!(outcome.is_ok() || outcome.unwrap_err().error == VerifyError::HierarchyUnknown);
    }
    // A platform vouches for the hierarchy by its own root, and not by one that the policy names beside it.
    let (root, leaf) = certified(&key);
    let anchors = [Anchor::Certificate(&root)];
    let message = quote().bytes();
    let value = PcrValue { bank: TpmAlgId(0x000b), index: 0, value: &[1; 32] };
    let der = ProofBuilder::new(&message, &key.sign(&message)).pcr(value).certificate(&leaf).to_der();
    for (platform, count) in [(&Platform::AZURE, true), (&Platform::AWS, true), (&Platform::AZURE, false)] {
        let purposes = [Purpose::Oid(ATTESTATION_KEY)];
        let certificate = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
        let policy = Policy::builder().platform(platform).certificate(certificate).anchors(&anchors).pcrs(&rules);
        let policy = if count { policy.reset_count(3) } else { policy }.build().unwrap();
        let outcome = verify_proof(&Proof::from_der(&der).unwrap(), &policy, &challenge, NOW.parse().unwrap());
        let expected = if count { Some(VerifyError::HierarchyUnknown) } else { None };
        assert_eq!(outcome.err().map(|rejection| rejection.error), expected, "{}", platform.name);
    }
}

#[test]
fn k03_a_key_that_is_pinned_needs_no_authority_and_one_that_is_certified_no_pin() {
    let (one, other, stranger) = (Key::new(1), Key::new(2), Key::new(3));
    let known = name(&one.public_area(AK_ATTRIBUTES));
    let (root, leaf) = certified(&other);
    let (pins, anchors) = ([Pin::Name(&known)], [Anchor::Certificate(&root)]);
    let purposes = [Purpose::Oid(ATTESTATION_KEY)];
    let certificate = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
    let value = [&[1; 32][..]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &value)];
    let policy =
        Policy::builder().pinned(&pins).anchors(&anchors).certificate(certificate).pcrs(&rules).build().unwrap();
    let challenge = Challenge::nonce(NONCE).unwrap();
    let judged = |key: &Key, leaf: Option<&[u8]>| {
        let message = quote().bytes();
        let value = PcrValue { bank: TpmAlgId(0x000b), index: 0, value: &[1; 32] };
        let mut builder = ProofBuilder::new(&message, &key.sign(&message)).pcr(value);
        builder = builder.key_public(&key.public_area(AK_ATTRIBUTES));
        let der = leaf.into_iter().fold(builder, |builder, leaf| builder.certificate(leaf)).to_der();
        verify_proof(&Proof::from_der(&der).unwrap(), &policy, &challenge, NOW.parse().unwrap()).map(|_| ()).is_ok()
    };
    assert!(judged(&one, None) && judged(&other, Some(&leaf)));
    assert!(!judged(&other, None) && !judged(&stranger, None) && !judged(&stranger, Some(&leaf)));
}

/// That a genuine quote of another machine is forwarded, no quote can show: the pin can, and later what the channel is bound to.
#[test]
fn k09_the_quote_of_another_machine() {
    let (one, other) = (Key::new(1), Key::new(2));
    let known = name(&one.public_area(AK_ATTRIBUTES));
    let der = proof(&other, &quote());
    let proof = Proof::from_der(&der).unwrap();
    let error = TrustedKey::pinned(&proof.evidence().key, &[Pin::Name(&known)], &SOFTWARE).unwrap_err();
    assert!(matches!(error, VerifyError::UnknownKey(_)));
    // The other's quote under the known key's public area: the signature is not its.
    let message = quote().bytes();
    let public = one.public_area(AK_ATTRIBUTES);
    let evidence = KeyEvidence::new().with_public(&public);
    let pins = [Pin::Name(&known)];
    let key = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).unwrap();
    let signature = other.sign(&message);
    let attestation = Attestation::new(&message, &signature).unwrap();
    assert!(matches!(attestation.verify_signature(&key).unwrap_err(), VerifyError::Crypto(_)));
    let forged = tpmt_ecdsa(0x000b, &[1; 32], &[1; 32]);
    assert!(Attestation::new(&message, &forged).unwrap().verify_signature(&key).is_err());
}
