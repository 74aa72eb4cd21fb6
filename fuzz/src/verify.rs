//! No bytes but the genuine ones are believed.

use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::sync::LazyLock;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::verify::{Anchor, Challenge, PcrRule, Pin, Policy, Time};
use tpmproof::{Encode, Proof, verify_proof};

/// A key of the virtual TPM, and all that it signed for [`NONCE`].
struct Genuine {
    name: &'static [u8],
    root: &'static str,
    bank: HashAlgorithm,
    messages: &'static [&'static [u8]],
}

/// The folder of the virtual TPM's quotes.
macro_rules! swtpm {
    ($include:ident, $name:literal) => {
        $include!(concat!("../../testvectors/material/swtpm/", $name))
    };
}

static KEYS: [Genuine; 4] = [
    Genuine {
        name: swtpm!(include_bytes, "ak_rsa.name"),
        root: swtpm!(include_str, "chain_rsa.root.pem"),
        bank: HashAlgorithm::Sha256,
        messages: &[swtpm!(include_bytes, "q_rsa_sha256.msg")],
    },
    Genuine {
        name: swtpm!(include_bytes, "ak_rsapss.name"),
        root: swtpm!(include_str, "chain_rsa.root.pem"),
        bank: HashAlgorithm::Sha256,
        // The chain of the other RSA key leads to this root too.
        messages: &[swtpm!(include_bytes, "q_rsapss_sha256.msg"), swtpm!(include_bytes, "q_rsa_sha256.msg")],
    },
    Genuine {
        name: swtpm!(include_bytes, "ak_p256.name"),
        root: swtpm!(include_str, "chain_p256.root.pem"),
        bank: HashAlgorithm::Sha256,
        messages: &[swtpm!(include_bytes, "q_p256_sha256.msg"), swtpm!(include_bytes, "q_p256_multi.msg")],
    },
    Genuine {
        name: swtpm!(include_bytes, "ak_p384.name"),
        root: swtpm!(include_str, "chain_p384.root.pem"),
        bank: HashAlgorithm::Sha384,
        messages: &[swtpm!(include_bytes, "q_p384_sha384.msg")],
    },
];

const NONCE: &str = swtpm!(include_str, "nonce.hex");

/// What was read once: the nonce, the roots.
static READ: LazyLock<(Vec<u8>, Vec<CertificateDer<'static>>)> = LazyLock::new(|| {
    let digits = NONCE.trim();
    let nonce = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
    let roots = KEYS.iter().map(|key| CertificateDer::from_pem_slice(key.root.as_bytes()).unwrap());
    (nonce.collect(), roots.collect())
});

/// A proof is accepted only if its attestation is one that the virtual TPM signed, with the values that the policy asks for.
pub fn verify(data: &[u8]) -> bool {
    let Ok(proof) = Proof::from_der(data) else { return false };
    let mut accepted = false;
    let (nonce, roots) = &*READ;
    let time = Time::from_unix_seconds(1_798_761_600);
    for (key, root) in KEYS.iter().zip(roots) {
        let pins = [Pin::Name(key.name)];
        let anchors = [Anchor::Certificate(root)];
        let zeros = vec![0; key.bank.output_len()];
        let values = [&zeros[..]];
        let rules = [PcrRule::golden(key.bank, 0, &values)];
        let builder = Policy::builder().pcrs(&rules);
        for builder in [builder.pinned(&pins), builder.anchors(&anchors), builder.pinned(&pins).anchors(&anchors)] {
            let policy = builder.build().unwrap();
            match verify_proof(&proof, &policy, &Challenge::nonce(nonce).unwrap(), time) {
                Ok(report) => {
                    let quote = report.quote().expect("accepted without a quote");
                    let mut buffer = [0; 4096];
                    let message = quote.attest().to_bytes(&mut buffer).unwrap();
                    assert!(key.messages.contains(&message), "the TPM never signed this");
                    assert_eq!(quote.pcr(key.bank, 0), Some(&zeros[..]), "another value than the policy's");
                    assert!(report.json().to_string().starts_with('{') && !report.to_string().is_empty());
                    accepted = true;
                }
                Err(no) => assert!(no.json().to_string().starts_with('{') && !no.to_string().is_empty()),
            }
        }
    }
    accepted
}
