//! The stairs of a NitroTPM document: its chain, its signature, the nonce, and the policy, as of a quote.

use super::{
    Anchor, Attachments, Attested, Challenge, DocumentContent, Logs, NitroTpmDocument, Platform, Policy, PolicyList,
    Rejection, Report, SignedDocument, Time, Trust, TrustedKey, VerifyError,
    check::{Detail, Finding},
    error::EvidenceError,
    key_stair::book_chain,
    stairs::{booked, judge_logs},
};
use crate::crypto::{Crypto, HashAlgorithm};
use crate::structures::TpmAlgId;

/// A document that answers the challenge, and the PCR values that are in it.
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{SignedDocument, VerifiedDocument};
/// # fn f(signed: SignedDocument<'static>) -> VerifiedDocument<'static> {
/// VerifiedDocument { signed, fresh: true }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerifiedDocument<'a> {
    signed: SignedDocument<'a>,
    fresh: bool,
}

impl<'a> SignedDocument<'a> {
    /// Binds the document to the question.
    ///
    /// # Errors
    /// If it was made for another nonce, or has no PCR.
    pub fn verify_document(&self, challenge: &Challenge<'a>) -> Result<VerifiedDocument<'a>, VerifyError<'a>> {
        let fresh = challenge.judge(self.content().nonce.unwrap_or_default())?;
        if self.content().pcrs.iter().next().is_none() {
            return Err(VerifyError::NothingQuoted);
        }
        Ok(VerifiedDocument { signed: *self, fresh })
    }
}

impl<'a> VerifiedDocument<'a> {
    /// What was signed, with its digest.
    #[must_use]
    pub fn signed(&self) -> &SignedDocument<'a> {
        &self.signed
    }

    /// What the hypervisor says.
    #[must_use]
    pub fn content(&self) -> &DocumentContent<'a> {
        self.signed.content()
    }

    /// Whether the document was made for the verifier's nonce.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }
}

/// Verifies an attestation document of NitroTPM by `policy`, whose platform must be [`Platform::AWS`], at `time`; `logs` stand beside it.
///
/// The key is that of the document's certificate, and no TPM's: under another platform's roots a TPM's key may sign anything in this form.
///
/// # Errors
/// A [`Rejection`] at the first stair that does not hold. It has the report of those that did.
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
pub fn verify_nitrotpm<'a>(
    document: &NitroTpmDocument<'a>,
    logs: &Logs<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<Report<'a>, Rejection<'a>> {
    let trusted = trust(document, policy, time, crypto);
    let report = Report::new(policy, Attachments::default());
    booked(report, |report| climb(report, trusted, document, logs, policy, challenge))
}

#[inline(never)]
fn trust<'a>(
    document: &NitroTpmDocument<'a>,
    policy: &Policy<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<TrustedKey<'a>, VerifyError<'a>> {
    policy.judge_quotes()?;
    match (policy.platform(), policy.anchors()) {
        (Some(platform), Some(anchors)) if *platform == Platform::AWS => {
            let evidence = document.key_evidence();
            let key = TrustedKey::by_chain(&evidence, anchors.iter(), policy.certificate_rules(), time, crypto)?;
            judge_root(&key, &anchors)?;
            Ok(key)
        }
        _ => Err(VerifyError::Evidence(EvidenceError::NotAws)),
    }
}

/// Beside the platform's own roots others may stand, of TPMs: below those nobody is AWS's hypervisor. Roots instead of the platform's are the
/// verifier's word for who is.
fn judge_root<'a>(key: &TrustedKey<'a>, anchors: &PolicyList<'a, Anchor<'a>>) -> Result<(), VerifyError<'a>> {
    let Trust::Certified(chain) = key.trust() else { return Err(VerifyError::Evidence(EvidenceError::NotAws)) };
    let root = Anchor::CertificateSha256(*chain.root_sha256());
    let own = Platform::AWS.roots;
    let mixed = anchors.iter().any(|anchor| own.contains(&anchor));
    if mixed && !own.contains(&root) { Err(VerifyError::Evidence(EvidenceError::NotAws)) } else { Ok(()) }
}

fn climb<'a>(
    report: &mut Report<'a>,
    trusted: Result<TrustedKey<'a>, VerifyError<'a>>,
    document: &NitroTpmDocument<'a>,
    logs: &Logs<'a>,
    policy: &'a Policy<'a>,
    challenge: &Challenge<'a>,
) -> Result<(), VerifyError<'a>> {
    book_chain(report, trusted, policy)?;
    let allowed = policy.0.signature_hashes.contains(&HashAlgorithm::Sha384);
    let hash = if allowed { Ok(()) } else { Err(VerifyError::HashNotAllowed(TpmAlgId::SHA384)) };
    report.record(&"signature-hash", hash, |()| Detail::text(HashAlgorithm::Sha384.name()))?;
    let signed = document.verify_signature(report.claimed_key()?);
    let signed = report.record(&"signature", signed, |_| {
        Detail::text("by the key of the document's certificate, over the bytes as they arrived")
    })?;
    report.key_has_signed();
    let verified = signed.verify_document(challenge);
    let values = Finding::Pass(Detail::text("a document of NitroTPM, whose PCR values its signature covers"));
    match &verified {
        Err(error @ (VerifyError::Nonce { .. } | VerifyError::Exporter { .. })) => {
            report.note(&"quote", values);
            report.note(&"freshness", Finding::Fail(*error));
        }
        Err(error) => report.note(&"quote", Finding::Fail(*error)),
        Ok(_) => {
            report.note(&"quote", values);
            report.note(&"freshness", challenge.finding());
        }
    }
    let attested = Attested::Document(verified?);
    report.set_attested(&attested);
    if policy.logged() != 0 {
        judge_logs(report, &attested, logs, policy);
    }
    policy.appraise(&attested, false, report)
}
