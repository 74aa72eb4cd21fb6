//! As `all`, and it says why: the report in words, and as JSON, to the host.
#![no_std]
#![no_main]

use core::fmt::Write;
use cortex_m_semihosting::hio;
use firmware::{TIME, Vector, end, run, say, vector};
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
    let policy = Policy::from_der(vector.policy).ok()?;
    let challenge = Challenge::nonce(vector.nonce).ok()?;
    let proof = Proof::from_der(proof).ok()?;
    match verify_proof_with(&CRYPTO, &proof, &policy, &challenge, TIME) {
        Ok(report) => {
            write!(out, "ACCEPTED\n\n{report}JSON {}\n", report.json()).ok()?;
            Some(())
        }
        Err(rejection) => {
            write!(out, "REJECTED: {rejection}\n\n{}JSON {}\n", rejection.report, rejection.json()).ok()?;
            None
        }
    }
}

/// Text for nobody, while it is measured.
struct Nobody;

impl Write for Nobody {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        core::hint::black_box(text);
        Ok(())
    }
}
