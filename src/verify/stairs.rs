//! All the stairs, one after the other, with a line in the report for each.

use super::{
    Attachments, Attestation, Attested, Attributes, CertificateError, Challenge, Evidence, KeyEvidence, Logs,
    LogsError, Policy, Rejection, Report, SignedAttest, Time, Trust, TrustedKey, VerifiedQuote, VerifyError,
    check::{CheckName, Detail, Finding},
    revocation,
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

/// By what the verifier knows of the key, or else by its certificates.
#[inline(never)]
pub(super) fn trust_key<'a>(
    evidence: &KeyEvidence<'a>,
    policy: &Policy<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<TrustedKey<'a>, VerifyError<'a>> {
    let known = by_pin(evidence, policy, crypto);
    match policy.anchors() {
        Some(anchors) if known.is_err() => {
            TrustedKey::by_chain(evidence, anchors.iter(), policy.certificate_rules(), time, crypto)
        }
        _ => known,
    }
}

/// By what the verifier knows of the key itself.
#[inline(never)]
fn by_pin<'a>(
    evidence: &KeyEvidence<'a>,
    policy: &Policy<'a>,
    crypto: &'a dyn Crypto,
) -> Result<TrustedKey<'a>, VerifyError<'a>> {
    let (pins, records) = (policy.pins(), policy.activations());
    let pinned =
        if pins.is_empty() { Err(VerifyError::NoKey) } else { TrustedKey::by_pin(evidence, pins.iter(), crypto) };
    if records.is_empty() || pinned.is_ok() {
        return pinned;
    }
    TrustedKey::by_record(evidence, records.iter(), crypto)
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
    // In place, for the same reason.
    let mut result = begin(policy, evidence.attachments);
    if let Ok(report) = &mut result
        && let Err(error) = climb(report, trusted, evidence, policy, challenge)
    {
        reject(&mut result, error);
    }
    result
}

#[inline(never)]
#[expect(clippy::result_large_err, clippy::unnecessary_wraps, reason = "it is made where it is to be returned")]
pub(super) fn begin<'a>(policy: &'a Policy<'a>, attachments: Attachments<'a>) -> Result<Report<'a>, Rejection<'a>> {
    Ok(Report::new(policy, attachments))
}

#[inline(never)]
pub(super) fn reject<'a>(result: &mut Result<Report<'a>, Rejection<'a>>, error: VerifyError<'a>) {
    if let Ok(report) = result {
        *result = Err(Rejection { error, report: report.clone() });
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

/// The reason to trust the key is one stair, and up to three lines. The key goes into the report.
#[inline(never)]
pub(super) fn book_chain<'a>(
    report: &mut Report<'a>,
    trusted: Result<TrustedKey<'a>, VerifyError<'a>>,
    policy: &Policy<'a>,
) -> Result<(), VerifyError<'a>> {
    let key = match trusted {
        Ok(key) => key,
        Err(error) => {
            let stair: CheckName = match error {
                VerifyError::Evidence(_) => &"evidence",
                VerifyError::Certificate(
                    CertificateError::Revoked { .. } | CertificateError::RevocationUnknown { .. },
                ) => {
                    let found = Detail::Text("it leads to a root that the policy trusts");
                    report.note(&"certificate-chain", Finding::Pass(found));
                    &"revocation"
                }
                _ if policy.anchors().is_some() => &"certificate-chain",
                _ => &"identity",
            };
            report.note(stair, Finding::Fail(error));
            return Err(error);
        }
    };
    let pinned = |how| {
        let chain = Finding::NotChecked(Detail::Text("the verifier knows the key itself"));
        [(&"certificate-chain", chain), (&"revocation", chain), (&"identity", Finding::Pass(Detail::Text(how)))]
    };
    let lines = match key.trust() {
        Trust::PinnedSpki(_) => pinned("the key is pinned by its public key"),
        Trust::PinnedName(_) => pinned("the key is pinned by its Name"),
        Trust::Activated(record) => pinned(match record.ek_root_sha256 {
            Some(_) => "its TPM was enrolled by a credential that only it could read; the maker vouches for that TPM",
            None => {
                "its TPM was enrolled by a credential that only it could read; the verifier took its endorsement key on trust"
            }
        }),
        Trust::Certified(chain) => {
            let count = chain.names().count();
            let whole = Detail::Count { count, after: " certificates, up to a root that the policy trusts" };
            let identity = if policy.certificate_rules().narrows_identity() {
                Finding::Pass(Detail::Text("the certificate names the machine that the policy asks for"))
            } else {
                Finding::NotChecked(Detail::Text(
                    "any machine certified by this authority passes; key.pinned, key.subject or key.google narrow it",
                ))
            };
            [
                (&"certificate-chain", Finding::Pass(whole)),
                (&"revocation", revocation::finding(chain)),
                (&"identity", identity),
            ]
        }
    };
    for (stair, finding) in lines {
        report.note(stair, finding);
    }
    report.set_key(key);
    Ok(())
}

/// What is known of what the key may sign.
fn book_attributes(report: &mut Report<'_>) {
    let Ok(key) = report.claimed_key() else { return };
    let attributes = match key.attributes() {
        Attributes::Authenticated => {
            Finding::Pass(Detail::Text("restricted, fixed to its TPM and made in it: part of the Name that is known"))
        }
        Attributes::Claimed => Finding::NotChecked(Detail::Text(
            "claimed; vouched for by the CA's profile only, or by nobody where the public key alone is pinned",
        )),
        Attributes::Unknown => Finding::NotChecked(Detail::Text(
            "the proof has no TPMT_PUBLIC; vouched for by the CA's profile only, or by nobody where the public key alone \
             is pinned",
        )),
    };
    report.note(&"key-attributes", attributes);
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
        Detail::Text("by the attestation key, over the bytes as they arrived, which a TPM made")
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
        Detail::Text(HashAlgorithm::try_from(*hash).map_or("", HashAlgorithm::name))
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
            (_, 0) => Finding::Pass(Detail::Text("the attestation is a quote")),
            (_, 1) => challenge.finding(),
            (_, 2) => Finding::Pass(Detail::Text("the values are exactly those of the signed selection")),
            (Ok(quote), _) => Finding::Pass(Detail::Bytes(quote.info().pcr_digest.0)),
            (Err(error), _) => Finding::Fail(*error),
        };
        report.note(name, outcome);
    }
}
