//! Floor 4: the proof file, what travels from prover to verifier. It adds no trust.
//!
//! The file is DER, so that one proof has one form:
//!
//! ```asn1
#![doc = include_str!("tpm-proof.asn1")]
//! ```
//!
//! Nothing in it can ask for a check to be skipped.

mod read;
#[cfg(feature = "std")]
mod write;

pub use read::Proof;
#[cfg(feature = "std")]
pub use write::{PemError, ProofBuilder};

use crate::crypto::{Crypto, SOFTWARE};
use crate::verify::{Challenge, Policy, Rejection, Report, Time, verify_evidence};

/// Verifies a proof: the key, the signature, the quote, the values, by `policy`, at `time`.
///
/// # Errors
/// A [`Rejection`] at the first check that does not hold. It has the report of those that did.
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
pub fn verify_proof<'a>(
    proof: &Proof<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
    time: Time,
) -> Result<Report<'a>, Rejection<'a>> {
    verify_proof_with(&SOFTWARE, proof, policy, challenge, time)
}

/// As [`verify_proof`], with the caller's own cryptography.
///
/// # Errors
/// As [`verify_proof`].
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
pub fn verify_proof_with<'a>(
    crypto: &'a dyn Crypto,
    proof: &Proof<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
    time: Time,
) -> Result<Report<'a>, Rejection<'a>> {
    verify_evidence(proof.evidence(), policy, challenge, time, crypto)
}
