//! The smallest: one P-256 key that the verifier knows, SHA-256, and a PCR value that it knows. By the stairs of a quote, without a policy.
#![no_std]
#![no_main]

use firmware::{end, evidence, quoted, run};
use tpmproof::Proof;
use tpmproof::crypto::{Hash, HashAlgorithm, Scheme, Software};
use tpmproof::verify::TrustedKey;

static CRYPTO: Software = Software::new(&[Hash::SHA256], &[Scheme::ECDSA_P256]);

#[cortex_m_rt::entry]
fn main() -> ! {
    run("p256", evidence!("p256.der"), evidence!("p256-value.der"), |proof| judge(proof).is_some());
    end(true)
}

fn judge(proof: &[u8]) -> Option<()> {
    let proof = Proof::from_der(proof).ok()?;
    let evidence = proof.evidence();
    let key = TrustedKey::named(&evidence.key, &[evidence!("name")], &CRYPTO).ok()?;
    let quote = quoted(&key, evidence, evidence!("p256.nonce"))?;
    (quote.pcr(HashAlgorithm::Sha256, 4)? == evidence!("pcr4")).then_some(())
}
