//! RSA alone, by a chain of certificates as Azure's: RSA-2048 below RSA-4096 with SHA-384. By the stairs of a quote, without a policy.
#![no_std]
#![no_main]

use firmware::{TIME, end, evidence, quoted, run};
use tpmproof::Proof;
use tpmproof::crypto::{Hash, HashAlgorithm, Scheme, Software};
use tpmproof::verify::{Anchor, CertificateRules, PolicyList, Purpose, TrustedKey};

static CRYPTO: Software = Software::new(&[Hash::SHA256, Hash::SHA384], &[Scheme::RSASSA]);

#[cortex_m_rt::entry]
fn main() -> ! {
    run("rsa", evidence!("rsa.der"), evidence!("rsa-tampered.der"), |proof| judge(proof).is_some());
    end(true)
}

fn judge(proof: &[u8]) -> Option<()> {
    let proof = Proof::from_der(proof).ok()?;
    let evidence = proof.evidence();
    // tcg-kp-AIKCertificate, 2.23.133.8.3.
    let purposes = [Purpose::Oid(&[0x67, 0x81, 0x05, 0x08, 0x03])];
    let rules = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
    let anchors = [Anchor::Certificate(evidence!("root"))];
    let key = TrustedKey::certified(&evidence.key, &anchors, &rules, TIME, &CRYPTO).ok()?;
    let quote = quoted(&key, evidence, evidence!("rsa.nonce"))?;
    (quote.pcr(HashAlgorithm::Sha256, 4)? == evidence!("pcr4")).then_some(())
}
