//! All the stairs, one after the other, with a line in the report for each.

use super::{
    Attestation, Attested, Challenge, Evidence, Logs, LogsError, Policy, Rejection, Report, SignedAttest, Time,
    TrustedKey, VerifiedQuote, VerifyError,
    check::{CheckName, Detail, Finding},
    key_stair::{book_attributes, book_chain, trust_key},
};
use crate::crypto::{Crypto, HashAlgorithm};
use crate::structures::TpmAlgId;

/// Verifies `evidence`: the key, the signature, the quote, the values, by `policy`, at `time`.
///
/// # Errors
/// A [`Rejection`] at the first stair that does not hold. It has the report of those that did.
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
#[inline(never)]
pub fn verify_evidence<'a>(
    evidence: &Evidence<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<Report<'a>, Rejection<'a>> {
    // The key first: the deepest calls are those along its chain, and a report is large for the stack of a small machine.
    let trusted = trust(evidence, policy, time, crypto);
    judge(trusted, evidence, policy, challenge)
}

/// The first stair: a reason to trust the key.
#[inline(never)]
fn trust<'a>(
    evidence: &Evidence<'a>,
    policy: &Policy<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<TrustedKey<'a>, VerifyError<'a>> {
    policy.judge_quotes()?;
    trust_key(&evidence.key, policy, time, crypto)
}

/// The other stairs.
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
#[inline(never)]
fn judge<'a>(
    trusted: Result<TrustedKey<'a>, VerifyError<'a>>,
    evidence: &Evidence<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
) -> Result<Report<'a>, Rejection<'a>> {
    let report = Report::new(policy, evidence.attachments);
    booked(report, |report| climb(report, trusted, evidence, policy, challenge))
}

/// A report, and whether all stairs held that were booked there.
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
pub(super) fn booked<'a>(
    mut report: Report<'a>,
    climb: impl FnOnce(&mut Report<'a>) -> Result<(), VerifyError<'a>>,
) -> Result<Report<'a>, Rejection<'a>> {
    match climb(&mut report) {
        Ok(()) => Ok(report),
        Err(error) => Err(Rejection { error, report }),
    }
}

fn climb<'a>(
    report: &mut Report<'a>,
    trusted: Result<TrustedKey<'a>, VerifyError<'a>>,
    evidence: &Evidence<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
) -> Result<(), VerifyError<'a>> {
    book_chain(report, trusted, policy)?;
    book_attributes(report);
    judge_hash(report, &evidence.attestation, policy)?;
    judge_quote(report, evidence, policy, challenge)
}

/// The signature, the quote, and what the policy asks of it.
#[inline(never)]
fn judge_quote<'a>(
    report: &mut Report<'a>,
    evidence: &Evidence<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
) -> Result<(), VerifyError<'a>> {
    let signed = evidence.attestation.verify_signature(report.claimed_key()?);
    let signed = report.record(&"signature", signed, |_| {
        Detail::text("by the attestation key, over the bytes as they arrived, which a TPM made")
    })?;
    judge_signed(report, &signed, evidence, policy, challenge)
}

/// Apart from the arithmetic, which has little stack to share.
#[inline(never)]
fn judge_signed<'a>(
    report: &mut Report<'a>,
    signed: &SignedAttest<'a>,
    evidence: &Evidence<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
) -> Result<(), VerifyError<'a>> {
    report.key_has_signed();
    let established = policy.hierarchy_established(signed, report.claimed_key()?).map_err(VerifyError::Crypto)?;
    let quote = if policy.0.pcr_digests.is_empty() {
        signed.verify_quote(challenge, &evidence.pcr_values)
    } else {
        signed.verify_quote_digest(challenge, policy.0.pcr_digests)
    };
    book_quote(report, &quote, challenge);
    let attested = Attested::Quote(quote?);
    report.set_attested(&attested);
    if policy.logged() != 0 {
        judge_logs(report, &attested, &evidence.logs, policy);
    }
    policy.appraise(&attested, established, report)
}

/// The logs that the policy asks for. What is wrong with them does not keep the other rules from being judged.
#[inline(never)]
pub(super) fn judge_logs<'a>(
    report: &mut Report<'a>,
    attested: &Attested<'a>,
    offered: &Logs<'a>,
    policy: &Policy<'a>,
) {
    let fail = |report: &mut Report<'a>, error| report.note(&"logs", Finding::Fail(VerifyError::Logs(error)));
    let parts = match policy.parts(offered) {
        Ok(parts) => parts,
        Err(error) => return fail(report, error),
    };
    match attested.verify_logs(&parts) {
        Ok(logs) => {
            report.set_logs(offered, logs.states());
            policy.appraise_logs(&logs, report);
        }
        Err(error) => fail(report, LogsError::Replay(error)),
    }
}

/// The hash of the signature, and for ML-DSA that of the PCR values, before they are used.
pub(super) fn judge_hash<'a>(
    report: &mut Report<'a>,
    attestation: &Attestation<'a>,
    policy: &Policy<'a>,
) -> Result<(), VerifyError<'a>> {
    let of_signature = attestation.unverified_hash();
    #[cfg(feature = "ml-dsa")]
    let of_values = if attestation.hashes_by_name_algorithm() { report.claimed_key()?.name_algorithm() } else { None };
    #[cfg(not(feature = "ml-dsa"))]
    let of_values = None;
    let Some(named) = of_signature.or(of_values) else { return Ok(()) };
    let allowed =
        |named: &TpmAlgId| HashAlgorithm::try_from(*named).is_ok_and(|hash| policy.0.signature_hashes.contains(&hash));
    let refused = [of_signature, of_values].into_iter().flatten().find(|named| !allowed(named));
    let judged = refused.map_or(Ok(named), |refused| Err(VerifyError::HashNotAllowed(refused)));
    report.record(&"signature-hash", judged, |hash| {
        Detail::text(HashAlgorithm::try_from(*hash).map_or("", HashAlgorithm::name))
    })?;
    Ok(())
}

/// Freshness, selection and digest are one stair, and three lines.
fn book_quote<'a>(
    report: &mut Report<'a>,
    quote: &Result<VerifiedQuote<'a>, VerifyError<'a>>,
    challenge: &Challenge<'a>,
) {
    let lines: [CheckName; 4] = [&"quote", &"freshness", &"selection", &"pcr-digest"];
    let failed = match quote {
        Ok(_) => lines.len(),
        Err(VerifyError::NotAQuote(_)) => 0,
        Err(VerifyError::Nonce { .. } | VerifyError::Exporter { .. }) => 1,
        Err(VerifyError::PcrDigest { .. } | VerifyError::PolicyDigest { .. }) => 3,
        Err(_) => 2,
    };
    for (place, name) in lines.into_iter().enumerate() {
        let outcome = match (quote, place) {
            (Err(error), place) if place == failed => Finding::Fail(*error),
            (_, place) if place > failed => break,
            (_, 0) => Finding::Pass(Detail::text("the attestation is a quote")),
            (_, 1) => challenge.finding(),
            (_, 2) => Finding::Pass(Detail::text("the values are exactly those of the signed selection")),
            (Ok(quote), _) => Finding::Pass(Detail::bytes(quote.info().pcr_digest.0)),
            (Err(error), _) => Finding::Fail(*error),
        };
        report.note(name, outcome);
    }
}
