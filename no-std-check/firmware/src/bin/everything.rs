//! As `words`, with P-521, SHA-3, the names of fields in errors, and revocation lists.
#![no_std]
#![no_main]

use firmware::{Nobody, TIME, Vector, end, evidence, run, tell, vector};
use tpmproof::verify::{Challenge, RevocationList};
use tpmproof::{Proof, verify_proof};

#[cortex_m_rt::entry]
fn main() -> ! {
    for vector in [vector!("p256"), vector!("rsa"), vector!("p384"), vector!("p521"), vector!("listed")] {
        run(vector.name, vector.proof, vector.tampered, |proof| judge(&vector, proof).is_some());
    }
    end(true)
}

fn judge(vector: &Vector, proof: &[u8]) -> Option<()> {
    let (policy, challenge) = (vector.policy()?, Challenge::nonce(vector.nonce).ok()?);
    let list = |der| RevocationList::from_der(der).ok();
    let lists = [list(evidence!("int.crl"))?, list(evidence!("root.crl"))?];
    let proof = Proof::from_der(proof).ok()?.with_revocation_lists(&lists);
    tell(&verify_proof(&proof, &policy, &challenge, TIME), &mut Nobody)
}
