//! Proofs with what they are judged by, and the steps that several images share.

use core::fmt::{Result as Written, Write};
use tpmproof::crypto::{Hash, Scheme, Software};
use tpmproof::verify::{Challenge, Evidence, Policy, Rejection, Report, TrustedKey, VerifiedQuote};

/// What the images of the whole verifier have.
pub static RSA_P256_P384: Software = Software::new(
    &[Hash::SHA1, Hash::SHA256, Hash::SHA384],
    &[Scheme::RSASSA, Scheme::RSAPSS, Scheme::ECDSA_P256, Scheme::ECDSA_P384],
);

/// A proof, its twin, and what both are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Vector {
    /// Of the quote's key.
    pub name: &'static str,
    /// The proof, in DER.
    pub proof: &'static [u8],
    /// The same with one bit or byte changed.
    pub tampered: &'static [u8],
    /// The policy, compiled.
    pub policy: &'static [u8],
    /// What the verifier sent.
    pub nonce: &'static [u8],
}

impl Vector {
    /// The policy, read where it stands. Apart, so that what reading takes is not kept.
    #[inline(never)]
    pub fn policy(&self) -> Option<Policy<'static>> {
        Policy::from_der(self.policy).ok()
    }
}

/// The stairs from a trusted key to its quote.
pub fn quoted<'a>(key: &TrustedKey<'a>, evidence: &Evidence<'a>, nonce: &'a [u8]) -> Option<VerifiedQuote<'a>> {
    let signed = evidence.attestation.verify_signature(key).ok()?;
    signed.verify_quote(&Challenge::nonce(nonce).ok()?, &evidence.pcr_values).ok()
}

/// A verdict as the command line prints it, and then as JSON; whether it accepts.
#[allow(clippy::result_large_err, reason = "as of what made it")]
pub fn tell(verdict: &Result<Report<'_>, Rejection<'_>>, out: &mut dyn Write) -> Option<()> {
    match verdict {
        Ok(report) => write!(out, "ACCEPTED\n\n{report}JSON {}\n", report.json()).ok(),
        Err(rejection) => {
            let _ = write!(out, "REJECTED: {rejection}\n\n{}JSON {}\n", rejection.report, rejection.json());
            None
        }
    }
}

/// Reads along and keeps nothing, while a run is measured.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Write for Nobody {
    fn write_str(&mut self, text: &str) -> Written {
        core::hint::black_box(text);
        Ok(())
    }
}
