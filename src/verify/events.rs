//! From logs that are verified to a decision: are their events those that the policy knows?

use super::check::{CheckName, Detail, Finding};
use super::event_rules::Found;
use super::ima::is_boot_aggregate;
use super::secure_boot::Configuration;
use super::{
    EventRule, LogState, LogsError, Measured, PcrRule, Policy, PolicyPlace, Reference, Report, RuntimeListError,
    SecureBootRules, VerifiedEvent, VerifiedLogs, VerifyError,
};
use crate::crypto::HashAlgorithm;
use crate::log::{Measurement, TcgEventType};
use crate::structures::TpmAlgId;

/// Types whose digest is of the event's data (PC Client Platform Firmware Profile 1.06, 10.4.1): where it is not, the log says what was
/// not measured.
const OF_THEIR_DATA: [TcgEventType; 6] = [
    TcgEventType::SEPARATOR,
    TcgEventType::S_CRTM_VERSION,
    TcgEventType::EFI_ACTION,
    TcgEventType::EFI_GPT_EVENT,
    TcgEventType::EFI_VARIABLE_AUTHORITY,
    TcgEventType::EFI_VARIABLE_DRIVER_CONFIG,
];

/// The PCRs that the firmware ends with separators.
const FIRMWARE: core::ops::RangeInclusive<u8> = 0..=7;

impl<'a> Policy<'a> {
    /// Judges logs by all the rules, and books a line for each kind of rule. Of PCRs that no log explains there is nothing more to say.
    #[inline(never)]
    pub(crate) fn appraise_logs(&self, logs: &VerifiedLogs<'_, 'a>, report: &mut Report<'a>) {
        if let Err(error) = self.judge_states(logs) {
            return report.note(&"logs", Finding::Fail(error));
        }
        let rules = &self.0.events;
        let count = self.0.log_pcrs().count();
        report.note(&"logs", Finding::Pass(Detail::count(count, " PCRs are explained by their logs")));
        self.note_empty_banks(logs, report);
        self.appraise_list(logs, report);
        let separators = self.judge_separators(logs);
        if separators.is_err() || self.0.log_pcrs().any(|rule| FIRMWARE.contains(&rule.index)) {
            book(
                report,
                &"separators",
                separators,
                "the firmware ended its PCRs that are judged, each once and without an error",
            );
        }
        if let Some(boot) = &rules.secure_boot {
            let pass = match (boot.accept_any_keys, rules.allow_unknown.contains(&7)) {
                (true, _) => "on; the policy accepts any keys (events.accept_any_keys)",
                (false, true) => {
                    "on, with keys of the policy; what other keys allowed to start is tolerated (events.allow_unknown)"
                }
                (false, false) => "on, with keys of the policy",
            };
            book(report, &"secure-boot", self.judge_secure_boot(logs), pass);
        }
        let any_content = rules.allow.iter().any(|rule| rule.path.is_some() && rule.digests.is_empty());
        let pass = match (rules.allow_unknown.is_empty(), any_content) {
            (true, false) => "each event matches a rule of the policy",
            (true, true) => {
                "each event matches a rule of the policy; some files by their paths alone, whatever they hold"
            }
            (false, false) => "each event matches a rule of the policy, but in PCRs where the policy tolerates any",
            (false, true) => {
                "each event matches a rule of the policy, but in PCRs where the policy tolerates any; some files by their paths alone, whatever they hold"
            }
        };
        let mut unmeasured = 0;
        book(report, &"events", self.judge_all_events(logs, &mut unmeasured), pass);
        if unmeasured > 0 {
            let after = " events have other data than was measured, though their type says that it was: they count by their digests";
            report.note(&"event-data", Finding::NotChecked(Detail::count(unmeasured, after)));
        }
        if !rules.allow_unknown.is_empty() {
            report.note(
                &"unknown-events",
                Finding::NotChecked(Detail::text(
                    "events that match no rule are tolerated in the PCRs that events.allow_unknown names",
                )),
            );
        }
        if !rules.require.is_empty() {
            let found = rules.require.entries().try_for_each(|(place, rule)| self.judge_required(logs, place, &rule));
            book(report, &"required-events", found, "each event that the policy requires is there once");
        }
        if let Err(error) = self.judge_seals(logs) {
            report.note(&"seal", Finding::Fail(VerifyError::Logs(error)));
        } else if !rules.require_seal.is_empty() {
            report.note(&"seal", Finding::Pass(Detail::text("nothing follows the seals that the policy asks for")));
        }
    }

    /// A bank that the firmware extended with nothing anchors nothing (CVE-2021-42299); of one that is quoted and not judged it is told.
    fn note_empty_banks(&self, logs: &VerifiedLogs<'_, 'a>, report: &mut Report<'a>) {
        let zero = |value: &[u8]| value.iter().all(|octet| *octet == 0);
        let mut empty = logs.attested().pcrs().filter(|pcr| pcr.index == 0 && zero(pcr.value)).peekable();
        if empty.peek().is_none() {
            return;
        }
        let judged = |bank: &HashAlgorithm| {
            let mut firmware = self.0.pcrs.iter().filter(|rule| rule.bank == *bank && FIRMWARE.contains(&rule.index));
            // A policy that knows PCR 0 says by itself what it must hold.
            firmware.clone().all(|rule| rule.index != 0)
                && firmware.any(|rule| !matches!(rule.reference, Reference::Zero))
        };
        let finding = match empty.filter_map(|pcr| HashAlgorithm::try_from(pcr.bank).ok()).find(judged) {
            Some(bank) => Finding::Fail(VerifyError::Logs(LogsError::Unmeasured { bank, index: 0 })),
            None => Finding::NotChecked(Detail::text(
                "a bank was quoted that the firmware extended with nothing: whoever judges it believes whatever follows",
            )),
        };
        report.note(&"empty-banks", finding);
    }

    /// Every PCR that a log is to explain is quoted, explained, and, where it is the firmware's, extended.
    fn judge_states(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), VerifyError<'a>> {
        let mut wrong = None;
        let mut count = 0usize;
        for PcrRule { bank, index, .. } in self.0.log_pcrs() {
            match logs.state(bank, index).ok_or(VerifyError::PcrNotQuoted { bank, index })? {
                LogState::Explained if (FIRMWARE.contains(&index) || logs.has_list(index)) && !logs.extends(index) => {
                    return Err(VerifyError::Logs(LogsError::Unmeasured { bank, index }));
                }
                LogState::Explained => {}
                state => {
                    count = count.saturating_add(1);
                    wrong = wrong.or(Some((bank, index, state)));
                }
            }
        }
        match wrong {
            Some((bank, index, state)) => Err(VerifyError::Logs(LogsError::NotExplained { count, bank, index, state })),
            None => Ok(()),
        }
    }

    fn judge_separators(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), LogsError<'a>> {
        let of = |bank, index| move |error| LogsError::Separator { bank, index, error };
        for rule in self.0.log_pcrs().filter(|rule| FIRMWARE.contains(&rule.index)) {
            logs.judge_separator(rule.bank, rule.index).map_err(of(rule.bank, Some(rule.index)))?;
        }
        self.0.log_pcrs().try_for_each(|rule| logs.judge_order(rule.bank).map_err(of(rule.bank, None)))
    }

    fn judge_secure_boot(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), LogsError<'a>> {
        let Some(rules) = &self.0.events.secure_boot else { return Ok(()) };
        for bank in self.0.log_pcrs().filter(|rule| rule.index == 7).map(|rule| rule.bank) {
            let boot = logs.secure_boot(bank).map_err(|error| LogsError::SecureBoot { bank, error })?;
            rules.judge(&boot.configuration, boot.authorities().map(|event| event.digest()), bank)?;
        }
        Ok(())
    }

    /// Each event matches a rule, or its PCR tolerates any. Those that matter and have other data than their type demands are counted in
    /// `unmeasured`.
    fn judge_all_events(&self, logs: &VerifiedLogs<'_, 'a>, unmeasured: &mut usize) -> Result<(), LogsError<'a>> {
        let mut unexpected: Result<(), LogsError<'a>> = Ok(());
        for PcrRule { bank, index, .. } in self.0.log_pcrs() {
            let boot = self.0.events.secure_boot.filter(|_| index == 7);
            let boot = boot.and_then(|rules| Some((rules, logs.secure_boot(bank).ok()?.configuration)));
            for (place, event) in logs.events(bank, index).enumerate() {
                let other_data =
                    OF_THEIR_DATA.contains(&event.event().event_type().unverified()) && event.data().is_none();
                let known = self.accounts_for(index, place, event.measured(), boot.as_ref());
                if known || self.0.events.allow_unknown.contains(&index) {
                    *unmeasured = unmeasured.saturating_add(usize::from(other_data));
                    continue;
                }
                if let Err(first) = &mut unexpected {
                    first.count_one();
                    continue;
                }
                let (count, log, number, digest) = (1, event.log(), event.event().index, event.digest());
                unexpected = Err(match event.ima() {
                    Some(entry) => {
                        LogsError::RuntimeList(RuntimeListError::UnexpectedFile { count, event: number, index, entry })
                    }
                    None => LogsError::UnexpectedEvent { count, log, event: number, index, bank, digest, other_data },
                });
            }
        }
        unexpected
    }

    /// Whether the policy has a reason for an event, the one at `place` of its PCR's, with Secure Boot as it was configured.
    pub(crate) fn accounts_for(
        &self,
        index: u8,
        place: usize,
        event: &Measured<'a>,
        boot: Option<&(SecureBootRules<'a>, Configuration<'a>)>,
    ) -> bool {
        let firmware = FIRMWARE.contains(&index) && event.ends_firmware();
        let keys = boot.is_some_and(|(rules, boot)| rules.account_for(boot, place, event));
        firmware || keys || self.knows(event, index)
    }

    /// Whether a rule speaks of an event. That the content of a required one is right is judged where it is required.
    fn knows(&self, event: &Measured<'a>, index: u8) -> bool {
        let found = Found::of(event);
        let (require, allow) = (self.0.events.require.iter(), self.0.events.allow.iter());
        found.measurement.is_some_and(|found| found.kind == Measurement::SEAL)
            // A violation's name is not measured, so that no rule can speak of it.
            || self.0.ima.accept_violations && event.event.ima().is_some_and(|entry| entry.is_violation())
            // What the first entry of a runtime list must hold is judged apart.
            || event.event.index == 0 && found.file.as_ref().is_some_and(is_boot_aggregate)
            || require.filter(|rule| rule.pcr == index).any(|rule| rule.is_about(event, &found))
            || allow.filter(|rule| rule.pcr == index).any(|rule| rule.allows(event, &found))
    }

    /// Exactly one event of a rule, with the content that it asks for, in each bank in which its PCR is judged.
    fn judge_required(
        &self,
        logs: &VerifiedLogs<'_, 'a>,
        place: PolicyPlace<'a, EventRule<'a>>,
        rule: &EventRule<'a>,
    ) -> Result<(), LogsError<'a>> {
        for bank in self.0.log_pcrs().filter(|pcr| pcr.index == rule.pcr).map(|pcr| pcr.bank) {
            let mut events = required(logs, rule, bank);
            let Some((event, measurement)) = events.next() else {
                return Err(LogsError::RequiredEventMissing(place));
            };
            if let Some((second, _)) = events.next() {
                return Err(LogsError::DuplicateEvent { rule: place, log: second.log(), event: second.event().index });
            }
            if let Some(found) = event.measured().file().filter(|found| rule.path.is_some() && !rule.knows_file(found))
            {
                let algorithm = found.content_algorithm().unwrap_or(TpmAlgId::NULL);
                let (log, event) = (event.log(), event.event().index);
                return Err(LogsError::EventDigest { rule: place, log, event, algorithm, found: found.digest });
            }
            if let Some(found) = measurement.filter(|found| !rule.knows_content(found)) {
                let (log, event) = (event.log(), event.event().index);
                return Err(LogsError::EventDigest {
                    rule: place,
                    log,
                    event,
                    algorithm: found.algorithm,
                    found: found.digest,
                });
            }
        }
        Ok(())
    }

    /// Nothing follows a seal, and there is one where the policy asks for it.
    fn judge_seals(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), LogsError<'a>> {
        for PcrRule { bank, index, .. } in self.0.log_pcrs() {
            let mut sealed = false;
            for event in logs.events(bank, index) {
                if sealed {
                    return Err(LogsError::AfterSeal { index, log: event.log(), event: event.event().index });
                }
                sealed = event.measured().is_seal();
            }
            if !sealed && self.0.events.require_seal.contains(&index) {
                return Err(LogsError::NotSealed(index));
            }
        }
        Ok(())
    }

    /// The measurements of the rules that require one and have found it. They are those of one bank: a second bank has the same.
    pub(crate) fn required_measurements<'s>(
        &'s self,
        logs: &'s VerifiedLogs<'_, 'a>,
    ) -> impl Iterator<Item = (u8, VerifiedEvent<'a>, Measurement<'a>)> + 's {
        let measured = self.0.events.require.entries().filter(|(_, rule)| rule.kind.is_some());
        measured.filter_map(|(place, rule)| {
            self.judge_required(logs, place, &rule).ok()?;
            let bank = self.0.log_pcrs().find(|pcr| pcr.index == rule.pcr)?.bank;
            let (event, measurement) = required(logs, &rule, bank).next()?;
            Some((rule.pcr, event, measurement?))
        })
    }
}

/// The events that a rule speaks of, each with its measurement where the rule is of one.
fn required<'a>(
    logs: &VerifiedLogs<'_, 'a>,
    rule: &EventRule<'a>,
    bank: HashAlgorithm,
) -> impl Iterator<Item = (VerifiedEvent<'a>, Option<Measurement<'a>>)> {
    let rule = *rule;
    logs.events(bank, rule.pcr).filter_map(move |event| {
        let measurement = event.measured().measurement_if(|found| rule.is_called(found));
        let file = rule.path.and_then(|_| event.measured().file());
        let by_digest = rule.kind.is_none() && rule.path.is_none();
        let extended = by_digest.then(|| event.measured().extended()).flatten();
        rule.is_about(event.measured(), &Found { measurement, file, extended }).then_some((event, measurement))
    })
}

fn book<'a>(report: &mut Report<'a>, name: CheckName, result: Result<(), LogsError<'a>>, pass: &'static str) {
    let pass = |()| Finding::Pass(Detail::text(pass));
    report.note(name, result.map_or_else(|error| Finding::Fail(VerifyError::Logs(error)), pass));
}
