//! As `words`, with P-521, SHA-3, the names of fields in errors, and revocation lists.
#![no_std]
#![no_main]

use core::fmt::Write;
use firmware::{TIME, Vector, end, evidence, run, vector};
use tpmproof::verify::{Challenge, Policy, RevocationList};
use tpmproof::{Proof, verify_proof};

#[cortex_m_rt::entry]
fn main() -> ! {
    for vector in [vector!("p256"), vector!("rsa"), vector!("p384"), vector!("p521"), vector!("listed")] {
        run(vector.name, vector.proof, vector.tampered, |proof| judge(&vector, proof).is_some());
    }
    end(true)
}

fn judge(vector: &Vector, proof: &[u8]) -> Option<()> {
    let policy = Policy::from_der(vector.policy).ok()?;
    let challenge = Challenge::nonce(vector.nonce).ok()?;
    let lists = [RevocationList::from_der(evidence!("int.crl")).ok()?, RevocationList::from_der(evidence!("root.crl")).ok()?];
    let proof = Proof::from_der(proof).ok()?.with_revocation_lists(&lists);
    match verify_proof(&proof, &policy, &challenge, TIME) {
        Ok(report) => {
            write!(Nobody, "{report}{}", report.json()).ok()?;
            Some(())
        }
        Err(rejection) => {
            write!(Nobody, "{rejection}{}{}", rejection.report, rejection.json()).ok()?;
            None
        }
    }
}

/// Text for nobody.
struct Nobody;

impl Write for Nobody {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        core::hint::black_box(text);
        Ok(())
    }
}
