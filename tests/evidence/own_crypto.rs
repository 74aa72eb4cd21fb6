//! Promise: cryptography is what the caller brings. An accelerator is used where it is given, and changes no answer; an implementation of fewer
//! algorithms names what it lacks, and never passes what it cannot judge.
#![cfg(feature = "cli")]

use crate::common::verified::{parts, verified_by};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use tpmproof::crypto::{
    Crypto, CryptoError, Curve, Digest, Hash, HashAlgorithm, PublicKey, SOFTWARE, Scheme, Signature, Software,
};
use tpmproof::verify::{
    Attested, Challenge, KeyEvidence, LogState, Pin, Policy, ReplayError, Time, TrustedKey, VerifyError,
};
use tpmproof::{Proof, verify_proof, verify_proof_with};

const TIME: Time = Time::from_unix_seconds(1_798_761_600);

fn vector(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testvectors").join(format!("{name}.proof"));
    pem_rfc7468::decode_vec(&fs::read(path).unwrap()).unwrap().1
}

/// What `testvectors/material/serving` sent.
fn nonce() -> Vec<u8> {
    format!("serving{:025}", 0).into_bytes()
}

/// A device that wants `&mut`, as drivers do: here it only counts, and lets software do the work.
#[derive(Debug, Default)]
struct Driver {
    digests: usize,
    signatures: usize,
}

/// The device behind a lock; what it has no circuits for is software's.
#[derive(Debug, Default)]
struct Accelerator(Mutex<Driver>);

impl Crypto for Accelerator {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        if algorithm == HashAlgorithm::Sha256 {
            self.0.lock().unwrap().digests += 1;
        }
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        if matches!(key, PublicKey::Ec { curve: Curve::P256, .. }) {
            self.0.lock().unwrap().signatures += 1;
        }
        SOFTWARE.verify(key, digest, signature)
    }
}

/// A device that is broken, or that somebody has replaced: it finds every signature bad.
#[derive(Debug)]
struct Broken;

impl Crypto for Broken {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, _: &PublicKey<'_>, _: &Digest, _: &Signature<'_>) -> Result<(), CryptoError> {
        Err(CryptoError::BadSignature)
    }
}

fn compiled(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = tempfile::NamedTempFile::new().unwrap();
    let policy = folder.join("testvectors/policies").join(format!("{name}.toml"));
    let arguments = [
        "tpmproof".as_ref(),
        "policy".as_ref(),
        "compile".as_ref(),
        policy.as_os_str(),
        "-o".as_ref(),
        out.path().as_os_str(),
    ];
    assert_eq!(tpmproof::cli::run(arguments, &mut Vec::new(), &mut Vec::new()), 0);
    fs::read(out.path()).unwrap()
}

#[test]
fn an_accelerator_is_used_and_changes_no_answer() {
    let policy = compiled("serving-p256");
    let policy = Policy::from_der(&policy).unwrap();
    let nonce = nonce();
    let challenge = Challenge::nonce(&nonce).unwrap();
    for name in ["serving-p256", "serving-p256-tampered"] {
        let der = vector(name);
        let proof = Proof::from_der(&der).unwrap();
        let accelerator = Accelerator::default();
        let json = |judged: Result<tpmproof::verify::Report<'_>, tpmproof::verify::Rejection<'_>>| match judged {
            Ok(report) => report.json().to_string(),
            Err(rejection) => rejection.json().to_string(),
        };
        let ours = json(verify_proof(&proof, &policy, &challenge, TIME));
        let theirs = json(verify_proof_with(&accelerator, &proof, &policy, &challenge, TIME));
        assert_eq!(ours, theirs);
        let driver = accelerator.0.into_inner().unwrap();
        assert_eq!(driver.signatures, 1, "{name}");
        assert!(driver.digests > 10, "{name}: {driver:?}");
    }
}

#[test]
fn an_accelerator_that_says_no_is_believed() {
    let policy = compiled("serving-p256");
    let policy = Policy::from_der(&policy).unwrap();
    let (nonce, der) = (nonce(), vector("serving-p256"));
    let proof = Proof::from_der(&der).unwrap();
    let rejection = verify_proof_with(&Broken, &proof, &policy, &Challenge::nonce(&nonce).unwrap(), TIME).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::Crypto(CryptoError::BadSignature)));
}

static P256_ONLY: Software = Software::new(&[Hash::SHA256], &[Scheme::ECDSA_P256]);

#[test]
fn what_is_lacking_is_named() {
    let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&b"x"[..]].into_iter()).unwrap();
    let rsa = PublicKey::Rsa { modulus: &[0xff; 256], exponent: 65537 };
    let p384 = PublicKey::Ec { curve: Curve::P384, x: &[1], y: &[1] };
    let ecdsa = Signature::Ecdsa { r: &[1], s: &[1] };
    for (key, signature, lacking, words) in [
        (&rsa, Signature::Rsassa(&[0; 256]), CryptoError::UnsupportedRsa, "RSA with this scheme is not supported here"),
        (&rsa, Signature::Rsapss(&[0; 256]), CryptoError::UnsupportedRsa, "RSA with this scheme is not supported here"),
        (&p384, ecdsa, CryptoError::UnsupportedCurve(Curve::P384), "the curve P384 is not supported here"),
        (&rsa, ecdsa, CryptoError::KeyMismatch, "the signature's scheme does not fit the key's type"),
    ] {
        let refused = P256_ONLY.verify(key, &digest, &signature).unwrap_err();
        assert_eq!((refused, refused.to_string().as_str()), (lacking, words));
    }
    let refused = P256_ONLY.digest(HashAlgorithm::Sha1, &mut [&b""[..]].into_iter()).unwrap_err();
    assert_eq!(refused.to_string(), "sha1 is not supported here");
}

#[test]
fn a_key_by_its_name_needs_no_more_than_its_name() {
    let der = vector("serving-p256");
    let proof = Proof::from_der(&der).unwrap();
    let key = &proof.evidence().key;
    let policy = compiled("serving-p256");
    let name = policy.windows(34).find(|octets| TrustedKey::named(key, &[octets], &P256_ONLY).is_ok()).unwrap();
    let trusted = TrustedKey::named(key, &[b"", name], &P256_ONLY).unwrap();
    let pinned = TrustedKey::pinned(key, &[Pin::Name(name)], &SOFTWARE).unwrap();
    assert_eq!(trusted.key(), pinned.key());
    assert_eq!(trusted.attributes(), pinned.attributes());
    for wrong in [&name[1..], &[name, b"x"].concat(), b""] {
        let refused = TrustedKey::named(key, &[wrong], &P256_ONLY).unwrap_err();
        assert!(matches!(refused, VerifyError::UnknownKey(_)), "{refused}");
    }
    let refused = TrustedKey::named(&KeyEvidence::new(), &[name], &P256_ONLY).unwrap_err();
    assert!(matches!(refused, VerifyError::NoKey), "{refused}");
    // The Name is made with its own hash; without that there is none.
    static WITHOUT: Software = Software::new(&[Hash::SHA384], Scheme::ALL);
    let refused = TrustedKey::named(key, &[name], &WITHOUT).unwrap_err();
    assert!(matches!(refused, VerifyError::Crypto(CryptoError::UnsupportedHash(HashAlgorithm::Sha256))), "{refused}");
}

/// The log of a boot has four banks.
#[test]
fn a_bank_that_cannot_be_hashed_is_passed_over_unless_it_was_quoted() {
    static SHA256_AND_SHA384: Software = Software::new(&[Hash::SHA256, Hash::SHA384], &[Scheme::ECDSA_P256]);
    let log = crate::common::read("boot-uki-sb/binary_bios_measurements");
    let parts = parts(&[&log]);
    let quotes = crate::common::all_quotes();
    let quote = |id: &str| verified_by(quotes.iter().find(|quote| quote.id == id).unwrap(), &SHA256_AND_SHA384);
    let one = Attested::Quote(quote("boot-uki-sb/p256_sha256"));
    let logs = one.verify_logs(parts).unwrap();
    for pcr in [0, 4, 7, 11] {
        assert_eq!(logs.state(HashAlgorithm::Sha256, pcr), Some(LogState::Explained), "{pcr}");
    }
    let several = Attested::Quote(quote("boot-uki-sb/p256_multi"));
    let refused = several.verify_logs(parts).unwrap_err();
    assert_eq!(refused, ReplayError::Crypto(CryptoError::UnsupportedHash(HashAlgorithm::Sha1)));
}
