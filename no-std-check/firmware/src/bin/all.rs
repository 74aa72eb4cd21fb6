//! The whole verifier: RSA, P-256 and P-384, SHA-1, SHA-256 and SHA-384, chains, logs, and a compiled policy. It answers yes or no, without words.
#![no_std]
#![no_main]

use firmware::{TIME, Vector, end, run, vector};
use tpmproof::crypto::{Hash, Scheme, Software};
use tpmproof::verify::{Challenge, Policy};
use tpmproof::{Proof, verify_proof_with};

static CRYPTO: Software = Software::new(
    &[Hash::SHA1, Hash::SHA256, Hash::SHA384],
    &[Scheme::RSASSA, Scheme::RSAPSS, Scheme::ECDSA_P256, Scheme::ECDSA_P384],
);

#[cortex_m_rt::entry]
fn main() -> ! {
    for vector in [vector!("p256"), vector!("rsa"), vector!("p384")] {
        run(vector.name, vector.proof, vector.tampered, |proof| judge(&vector, proof).is_some());
    }
    end(true)
}

fn judge(vector: &Vector, proof: &[u8]) -> Option<()> {
    let policy = Policy::from_der(vector.policy).ok()?;
    let challenge = Challenge::nonce(vector.nonce).ok()?;
    let proof = Proof::from_der(proof).ok()?;
    verify_proof_with(&CRYPTO, &proof, &policy, &challenge, TIME).is_ok().then_some(())
}
