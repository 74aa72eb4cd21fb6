//! The last stair: from a verified quote to a decision.

use super::{
    Attested, BankSelection, LogState, PcrState, Policy, PolicyList, Reference, Report, SignedAttest, Trust,
    TrustedKey, VerifiedQuote, VerifyError,
    check::{CheckName, Detail, Finding},
    error::EvidenceError,
};
use crate::crypto::{CryptoError, HashAlgorithm};
use crate::structures::{TpmAlgId, TpmHandle};

impl<'a> Policy<'a> {
    /// Judges quotes and documents, and no WebAuthn statements: of PCRs it says something.
    pub(crate) fn judge_quotes<'e>(&self) -> Result<(), VerifyError<'e>> {
        let judges = self.0.relying_parties.is_empty();
        if judges { Ok(()) } else { Err(VerifyError::Evidence(EvidenceError::PolicyOfWebauthn)) }
    }

    /// Judges the evidence by all the rules, and books each; the first failure is the error. Counters and versions can be judged
    /// only if the key's hierarchy is `established`.
    #[inline(never)]
    pub(crate) fn appraise(
        &self,
        attested: &Attested<'a>,
        established: bool,
        report: &mut Report<'a>,
    ) -> Result<(), VerifyError<'a>> {
        if self.0.pcr_digests.is_empty() {
            if self.0.pcrs.iter().any(|rule| !matches!(rule.reference, Reference::Log)) {
                report.note(&"pcr-values", self.judge_pcrs(attested));
            }
            self.note_boot_anchor(report);
        } else if let Attested::Quote(quote) = attested {
            let same = same_selection(self.0.selection, quote);
            report.note(&"policy-selection", outcome(same, VerifyError::Selection, "the PCRs are those of the policy"));
        }
        match attested {
            Attested::Quote(quote) => self.judge_counters(quote, established, report),
            _ => self.note_lacking(report),
        }
        report.failure().map_or(Ok(()), Err)
    }

    /// What a TPM says of itself beside its PCRs.
    #[inline(never)]
    fn judge_counters(&self, quote: &VerifiedQuote<'a>, established: bool, report: &mut Report<'a>) {
        let attest = quote.attest();
        if self.0.require_safe_clock {
            report.note(&"clock", outcome(attest.clock_info.safe.0, VerifyError::ClockNotSafe, "safe"));
        }
        let found = attest.firmware_version;
        let listed = self.0.firmware_versions.is_empty() || self.0.firmware_versions.contains(&found);
        let high = self.0.firmware_version_min.is_none_or(|minimum| found >= minimum);
        let asked = !self.0.firmware_versions.is_empty() || self.0.firmware_version_min.is_some();
        note_rule(report, established, asked, &"firmware-version", listed && high, VerifyError::FirmwareVersion(found));
        let found = attest.clock_info.reset_count;
        if let Some(expected) = self.0.reset_count {
            let error = VerifyError::ResetCount { expected, found };
            note_rule(report, established, true, &"reset-count", found == expected, error);
        }
        let found = attest.clock_info.restart_count;
        if let Some(expected) = self.0.restart_count {
            let error = VerifyError::RestartCount { expected, found };
            note_rule(report, established, true, &"restart-count", found == expected, error);
        }
    }

    /// A document says nothing of all this; a policy that asks for it is not met.
    fn note_lacking(&self, report: &mut Report<'a>) {
        let rules: [(CheckName, bool, &str); 5] = [
            (&"policy-selection", !self.0.pcr_digests.is_empty(), "a digest of PCR values (quote.pcr_digest)"),
            (&"clock", self.0.require_safe_clock, "a safe clock"),
            (
                &"firmware-version",
                !self.0.firmware_versions.is_empty() || self.0.firmware_version_min.is_some(),
                "the version of the TPM's firmware",
            ),
            (&"reset-count", self.0.reset_count.is_some(), "a count of resets"),
            (&"restart-count", self.0.restart_count.is_some(), "a count of restarts"),
        ];
        for (name, asked, what) in rules {
            if asked {
                report.note(name, Finding::Fail(VerifyError::Evidence(EvidenceError::Lacks(what))));
            }
        }
    }

    /// The state of one quoted PCR under this policy, beside what its log says of it.
    pub(crate) fn state(&self, bank: HashAlgorithm, index: u8, value: &[u8], log: LogState) -> PcrState {
        let Some(rule) = self.0.pcrs.iter().find(|rule| rule.bank == bank && rule.index == index) else {
            return PcrState::NotJudged;
        };
        match (rule.reference, log) {
            (Reference::Log, LogState::Explained) => PcrState::Explained,
            (Reference::Log, LogState::AbsentFromLog) => PcrState::AbsentFromLog,
            (Reference::Golden(_), _) if rule.allows(value) => PcrState::Golden,
            (Reference::Zero, _) if rule.allows(value) => PcrState::Zero,
            _ => PcrState::Unexplained,
        }
    }

    /// The PCRs whose values the policy knows.
    fn judge_pcrs(&self, attested: &Attested<'a>) -> Finding<'a> {
        let mut wrong = None;
        let (mut judged, mut count) = (0usize, 0usize);
        for rule in self.0.pcrs.iter().filter(|rule| !matches!(rule.reference, Reference::Log)) {
            judged = judged.saturating_add(1);
            let (bank, index) = (rule.bank, rule.index);
            let Some(found) = attested.pcr(bank, index) else {
                return Finding::Fail(VerifyError::PcrNotQuoted { bank, index });
            };
            if !rule.allows(found) {
                count = count.saturating_add(1);
                wrong = wrong.or(Some((bank, index, found)));
            }
        }
        match wrong {
            None => Finding::Pass(Detail::count(judged, " PCRs hold reference values of the policy")),
            Some((bank, index, found)) => Finding::Fail(VerifyError::Pcrs { count, bank, index, found }),
        }
    }

    /// PCR 8 and above are extended by software from zero: they mean something only if what booted is known.
    fn note_boot_anchor(&self, report: &mut Report<'a>) {
        let mut software = self.0.pcrs.iter().filter(|rule| rule.index >= 8).peekable();
        if software.peek().is_none() {
            return;
        }
        let finding = match (software.all(|rule| self.0.anchors_boot(rule.bank)), self.0.events.accept_any_boot) {
            (true, _) if report.failure().is_some() => Finding::NotChecked(Detail::text(
                "what booted is judged too, and another check failed: it vouches for nothing",
            )),
            (true, _) => {
                Finding::Pass(Detail::text("what booted is judged too, by PCR 4, or by the keys of Secure Boot"))
            }
            (false, true) => Finding::NotChecked(Detail::text(
                "boot not anchored, which events.accept_any_boot accepts: any software may have extended PCRs of 8 and above",
            )),
            (false, false) => Finding::NotChecked(Detail::text(
                "boot not anchored: PCRs of 8 and above are judged, and nothing says what booted, neither PCR 4 nor the keys of Secure Boot",
            )),
        };
        report.note(&"boot-anchor", finding);
    }

    /// Whether the key is known to lie in the endorsement or platform hierarchy.
    #[inline(never)]
    pub(crate) fn hierarchy_established(
        &self,
        signed: &SignedAttest<'a>,
        key: &TrustedKey<'a>,
    ) -> Result<bool, CryptoError> {
        match (key.trust(), key.name()) {
            (Trust::Certified(chain), _) => Ok(self.platform().is_some_and(|platform| {
                let root = super::Anchor::CertificateSha256(*chain.root_sha256());
                platform.endorsement_hierarchy && platform.roots.contains(&root)
            })),
            (Trust::PinnedName(_) | Trust::Activated(_), Some(name)) => {
                let expected = signed.attest().qualified_signer.0;
                for hierarchy in [TpmHandle::ENDORSEMENT, TpmHandle::PLATFORM] {
                    if name.qualified_in(hierarchy, key.crypto())?.as_bytes() == expected {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(false),
        }
    }
}

fn note_rule<'a>(
    report: &mut Report<'a>,
    established: bool,
    asked: bool,
    name: CheckName,
    holds: bool,
    error: VerifyError<'a>,
) {
    match (asked, established) {
        (false, _) => {}
        (true, false) => report.note(name, Finding::Fail(VerifyError::HierarchyUnknown)),
        (true, true) => report.note(name, outcome(holds, error, "as the policy asks")),
    }
}

fn outcome<'a>(holds: bool, error: VerifyError<'a>, pass: &'static str) -> Finding<'a> {
    if holds { Finding::Pass(Detail::text(pass)) } else { Finding::Fail(error) }
}

/// Bank for bank, in order.
fn same_selection(expected: PolicyList<'_, BankSelection>, quote: &VerifiedQuote<'_>) -> bool {
    let signed = quote.info().pcr_select.iter().map(|bank| {
        let pcrs = bank.pcr_select.iter().rev().fold(0u32, |bits, octet| bits << 8 | u32::from(*octet));
        (bank.hash.0, pcrs)
    });
    signed.eq(expected.iter().map(|bank| (TpmAlgId::from(bank.bank), bank.pcrs)))
}
