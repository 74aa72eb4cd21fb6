//! A proof with what was given beside it, and the verdict on it: the same for every command that judges one.

use super::hcl;
use super::input::Input;
use crate::proof::{Proof, verify_proof};
use crate::verify::{Challenge, Policy, Rejection, Report, RevocationList, Time};
use std::string::{String, ToString};
use std::vec::Vec;

/// The proof, with revocation lists and certificates that no proof carries or that this one lacks.
pub(crate) fn proof<'a>(
    input: &'a Input,
    lists: &'a [RevocationList<'a>],
    intermediates: &'a [Vec<u8>],
) -> Result<Proof<'a>, String> {
    let proof = input.proof().map_err(|error| error.to_string())?.with_revocation_lists(lists);
    intermediates.iter().try_fold(proof, |proof, der| proof.with_certificate(der).map_err(|error| error.to_string()))
}

/// The verdict of a policy, and of what only the command line reads.
#[expect(clippy::result_large_err, reason = "as of what it calls")]
pub(crate) fn judge<'a>(
    proof: &Proof<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
    time: Time,
) -> Result<Report<'a>, Rejection<'a>> {
    hcl::endorse(verify_proof(proof, policy, challenge, time))
}
