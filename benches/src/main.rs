//! Ratios, side by side in one run: each pair takes turns, and the median of the turns counts.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml
//! ```

mod logs;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use ratios::ratio::{head, ratio};
use ratios::recorder::{Call, Recorder};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use tpm2_protocol::{TpmField, TpmUnmarshal, data::TpmsAttest as PeerAttest};
use tpmproof::Decode;
use tpmproof::crypto::{Crypto, Curve, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::proof::{Proof, ProofBuilder, verify_proof, verify_proof_with};
use tpmproof::structures::{Tpm2bPublic, TpmsAttest, TpmtSignature, TpmuAttest, TpmuPublicId};
use tpmproof::verify::{Anchor, Challenge, PcrRule, PcrValue, Platform, Policy, Time};

fn material(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/material/swtpm").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn main() {
    head();
    let message = material("q_rsa_sha256.msg");
    ratio(
        "decode TPMS_ATTEST / tpm2-protocol 1.2.3, borrowed",
        "1.0",
        || {
            black_box(&TpmsAttest::from_bytes(black_box(&message)));
        },
        || {
            black_box(&PeerAttest::cast_prefix_field(black_box(&message)));
        },
    );
    ratio(
        "decode TPMS_ATTEST / tpm2-protocol 1.2.3, owned",
        "1.0",
        || {
            black_box(&TpmsAttest::from_bytes(black_box(&message)));
        },
        || {
            black_box(&PeerAttest::unmarshal(black_box(&message)));
        },
    );
    signatures(
        "rsa",
        "rsa_sha256",
        "RSA-2048 RSASSA verify / aws-lc-rs",
        "1.6",
        &signature::RSA_PKCS1_2048_8192_SHA256,
    );
    signatures(
        "rsapss",
        "rsapss_sha256",
        "RSA-2048 RSAPSS verify / aws-lc-rs",
        "",
        &signature::RSA_PSS_2048_8192_SHA256,
    );
    signatures("p256", "p256_sha256", "P-256 verify / aws-lc-rs", "", &signature::ECDSA_P256_SHA256_FIXED);
    signatures("p384", "p384_sha384", "P-384 verify / aws-lc-rs", "", &signature::ECDSA_P384_SHA384_FIXED);
    proofs();
    logs::run();
}

/// Message to verdict, hash included, with a key that is not parsed before, on both sides.
fn signatures(ak: &str, quote: &str, name: &str, limit: &str, peer: &'static dyn VerificationAlgorithm) {
    let (message, file) = (material(&format!("q_{quote}.msg")), material(&format!("q_{quote}.sig")));
    let area = material(&format!("ak_{ak}.tpm2b"));
    let public = Tpm2bPublic::from_bytes(&area).expect("a TPM2B_PUBLIC").0;
    let (key, plain_key) = match public.unique {
        TpmuPublicId::Rsa(n) => {
            let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
            let number = [&[0x02, 0x82, 0x01, 0x01, 0x00], n.0, &exponent].concat();
            (PublicKey::Rsa { modulus: n.0, exponent: 65537 }, [&[0x30, 0x82, 0x01, 0x0a][..], &number].concat())
        }
        TpmuPublicId::Ecc(point) => {
            let curve = if ak == "p256" { Curve::P256 } else { Curve::P384 };
            let size = curve.field_size();
            let sec1 = [&[4][..], &padded(point.x.0, size), &padded(point.y.0, size)].concat();
            (PublicKey::Ec { curve, x: point.x.0, y: point.y.0 }, sec1)
        }
        _ => unreachable!("the material has RSA and ECC keys"),
    };
    let (signature, plain) = match TpmtSignature::from_bytes(&file).expect("a TPMT_SIGNATURE") {
        TpmtSignature::Rsassa(rsa) => (Signature::Rsassa(rsa.sig.0), rsa.sig.0.to_vec()),
        TpmtSignature::Rsapss(rsa) => (Signature::Rsapss(rsa.sig.0), rsa.sig.0.to_vec()),
        TpmtSignature::Ecdsa(ecc) => {
            let size = if ak == "p256" { 32 } else { 48 };
            let (r, s) = (ecc.signature_r.0, ecc.signature_s.0);
            (Signature::Ecdsa { r, s }, [padded(r, size), padded(s, size)].concat())
        }
        _ => unreachable!("the material has these three"),
    };
    let hash = if ak == "p384" { HashAlgorithm::Sha384 } else { HashAlgorithm::Sha256 };
    ratio(
        name,
        limit,
        || {
            let digest = SOFTWARE.digest(hash, &mut [&message[..]].into_iter()).expect("a hash that is there");
            SOFTWARE.verify(&key, &digest, &signature).expect("a good signature");
        },
        || UnparsedPublicKey::new(peer, &plain_key).verify(&message, &plain).expect("a good signature"),
    );
}

fn padded(number: &[u8], size: usize) -> Vec<u8> {
    [vec![0; size - number.len()], number.to_vec()].concat()
}

/// Whole proofs against their own signature checks and hashes, as the verification itself asked for them.
fn proofs() {
    let (message, file) = (material("q_rsa_sha256.msg"), material("q_rsa_sha256.sig"));
    let values = material("q_rsa_sha256.values");
    let TpmuAttest::Quote(info) = TpmsAttest::from_bytes(&message).expect("a TPMS_ATTEST").attested else { return };
    let indices: Vec<_> = info.pcr_select.iter().flat_map(|bank| bank.indices().collect::<Vec<_>>()).collect();
    let mut builder = ProofBuilder::new(&message, &file);
    for (index, value) in indices.iter().zip(values.chunks(32)) {
        let index = u8::try_from(*index).expect("the number of a PCR");
        builder = builder.pcr(PcrValue { bank: HashAlgorithm::Sha256.into(), index, value });
    }
    for der in CertificateDer::pem_slice_iter(&material("chain_rsa.pem")) {
        builder = builder.certificate(&der.expect("a certificate"));
    }
    let root = CertificateDer::from_pem_slice(&material("chain_rsa.root.pem")).expect("a certificate");
    let anchors = [Anchor::Certificate(&root)];
    let golden = [&values[..32]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &golden)];
    let policy = Policy::builder().anchors(&anchors).pcrs(&rules).build().expect("a policy");
    whole(
        "whole proof, our chain of 3 / its signature checks and hashes",
        &builder.to_der(),
        &policy,
        "2027-01-01T00:00:00Z",
    );

    // A real Azure proof, made by `tpmproof convert --output azure.der`, named by the environment.
    let Some(path) = std::env::var_os("TPMPROOF_AZURE_PROOF").map(PathBuf::from) else {
        return println!("the whole Azure proof is left out: TPMPROOF_AZURE_PROOF names none");
    };
    let der = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rules = [PcrRule::zero(HashAlgorithm::Sha256, 12)];
    let policy = Policy::builder().platform(&Platform::AZURE).pcrs(&rules).build().expect("a policy");
    whole("whole Azure proof / its signature checks and hashes", &der, &policy, "2024-01-15T00:00:00Z");
}

fn whole(name: &str, der: &[u8], policy: &Policy<'_>, time: &str) {
    let time: Time = time.parse().expect("a time");
    let challenge = Challenge::insecure_no_freshness();
    let recorder = Recorder::default();
    let proof = Proof::from_der(der).expect("a proof");
    let accepted = verify_proof_with(&recorder, &proof, policy, &challenge, time).is_ok();
    assert!(accepted, "{name}: rejected");
    let calls = recorder.into_calls();
    ratio(
        name,
        "1.15",
        || {
            let proof = Proof::from_der(black_box(der)).expect("a proof");
            drop(black_box(verify_proof(&proof, policy, &challenge, time).expect("an accepted proof")));
        },
        || calls.iter().for_each(Call::repeat),
    );
}
