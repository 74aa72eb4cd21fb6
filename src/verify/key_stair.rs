//! The first stair, for evidence of every kind: a reason to trust the key, with its lines in the report.

use super::{
    Attributes, CertificateError, KeyEvidence, Policy, Report, Time, Trust, TrustedKey, VerifyError,
    check::{CheckName, Detail, Finding},
    revocation,
};
use crate::crypto::Crypto;

/// By what the verifier knows of the key, or else by its certificates.
#[inline(never)]
pub(super) fn trust_key<'a>(
    evidence: &KeyEvidence<'a>,
    policy: &Policy<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<TrustedKey<'a>, VerifyError<'a>> {
    match policy.anchors() {
        Some(anchors) if !is_known(evidence, policy, crypto) => {
            TrustedKey::by_chain(evidence, anchors.iter(), policy.certificate_rules(), time, crypto)
        }
        _ => by_pin(evidence, policy, crypto),
    }
}

/// Asked first, and the key made again: what was found would lie on the stack below the search for a chain.
#[inline(never)]
fn is_known(evidence: &KeyEvidence<'_>, policy: &Policy<'_>, crypto: &dyn Crypto) -> bool {
    by_pin(evidence, policy, crypto).is_ok()
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
                    let found = Detail::text("it leads to a root that the policy trusts");
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
        let chain = Finding::NotChecked(Detail::text("the verifier knows the key itself"));
        [(&"certificate-chain", chain), (&"revocation", chain), (&"identity", Finding::Pass(Detail::text(how)))]
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
            let whole = Detail::count(count, " certificates, up to a root that the policy trusts");
            let identity = if policy.certificate_rules().narrows_identity() {
                Finding::Pass(Detail::text("the certificate names the machine that the policy asks for"))
            } else {
                Finding::NotChecked(Detail::text(
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
pub(super) fn book_attributes(report: &mut Report<'_>) {
    let Ok(key) = report.claimed_key() else { return };
    let attributes = match key.attributes() {
        Attributes::Authenticated => {
            Finding::Pass(Detail::text("restricted, fixed to its TPM and made in it: part of the Name that is known"))
        }
        Attributes::Claimed => Finding::NotChecked(Detail::text(
            "claimed; vouched for by the CA's profile only, or by nobody where the public key alone is pinned",
        )),
        Attributes::Unknown => Finding::NotChecked(Detail::text(
            "the proof has no TPMT_PUBLIC; vouched for by the CA's profile only, or by nobody where the public key alone \
             is pinned",
        )),
    };
    report.note(&"key-attributes", attributes);
}
