//! The whole verifier: RSA, P-256 and P-384, SHA-1, SHA-256 and SHA-384, chains, logs, and a compiled policy. It answers yes or no, without words.
#![no_std]
#![no_main]

use firmware::{RSA_P256_P384, TIME, Vector, end, run, vector};
use tpmproof::verify::Challenge;
use tpmproof::{Proof, verify_proof_with};

#[cortex_m_rt::entry]
fn main() -> ! {
    for vector in [vector!("p256"), vector!("rsa"), vector!("p384")] {
        run(vector.name, vector.proof, vector.tampered, |proof| judge(&vector, proof).is_some());
    }
    end(true)
}

fn judge(vector: &Vector, proof: &[u8]) -> Option<()> {
    let (policy, challenge) = (vector.policy()?, Challenge::nonce(vector.nonce).ok()?);
    let proof = Proof::from_der(proof).ok()?;
    verify_proof_with(&RSA_P256_P384, &proof, &policy, &challenge, TIME).is_ok().then_some(())
}
