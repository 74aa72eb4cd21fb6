//! As `all`, and it says why: the report in words, and as JSON, to the host.
#![no_std]
#![no_main]

use core::fmt::Write;
use cortex_m_semihosting::hio;
use firmware::{Nobody, RSA_P256_P384, TIME, Vector, end, run, say, tell, vector};
use tpmproof::verify::Challenge;
use tpmproof::{Proof, verify_proof_with};

#[cortex_m_rt::entry]
fn main() -> ! {
    for vector in [vector!("p256"), vector!("rsa"), vector!("p384")] {
        run(vector.name, vector.proof, vector.tampered, |proof| judge(&vector, proof, &mut Nobody).is_some());
        for (which, proof) in [("", vector.proof), ("-tampered", vector.tampered)] {
            say(&["REPORT serving-", vector.name, which, "\n"]);
            if let Ok(mut host) = hio::hstdout() {
                judge(&vector, proof, &mut host);
            }
        }
    }
    end(true)
}

fn judge(vector: &Vector, proof: &[u8], out: &mut dyn Write) -> Option<()> {
    let (policy, challenge) = (vector.policy()?, Challenge::nonce(vector.nonce).ok()?);
    let proof = Proof::from_der(proof).ok()?;
    tell(&verify_proof_with(&RSA_P256_P384, &proof, &policy, &challenge, TIME), out)
}
