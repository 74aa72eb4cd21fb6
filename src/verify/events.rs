//! From logs that are verified to a decision: are their events those that the policy knows?

use super::check::{CheckName, Detail, Finding};
use super::{EventRule, LogState, LogsError, PcrRule, Policy, Report, VerifiedEvent, VerifiedLogs, VerifyError};
use crate::crypto::HashAlgorithm;
use crate::log::{Measurement, TcgEventType};

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
        let count = self.0.log_pcrs().count();
        report.note(&"logs", Finding::Pass(Detail::Count { count, after: " PCRs are explained by their logs" }));
        book(
            report,
            &"separators",
            self.judge_separators(logs),
            "the firmware ended its PCRs, each once and without an error",
        );
        if logs.quote().pcrs().any(|pcr| pcr.index == 0 && pcr.value.iter().all(|octet| *octet == 0)) {
            report.note(
                &"empty-banks",
                Finding::NotChecked(Detail::Text(
                    "a bank was quoted that the firmware extended with nothing: whoever judges it believes whatever follows",
                )),
            );
        }
        if let Some(rules) = &self.0.events.secure_boot {
            let pass = if rules.accept_any_keys {
                "on; the policy accepts any keys (events.accept_any_keys)"
            } else {
                "on, with keys of the policy"
            };
            book(report, &"secure-boot", self.judge_secure_boot(logs), pass);
        }
        book(report, &"events", self.judge_all_events(logs), "each event matches a rule of the policy");
        if !self.0.events.allow_unknown.is_empty() {
            report.note(
                &"unknown-events",
                Finding::NotChecked(Detail::Text(
                    "events that match no rule are tolerated in the PCRs that events.allow_unknown names",
                )),
            );
        }
        if !self.0.events.require.is_empty() {
            let found = self.0.events.require.iter().try_for_each(|rule| self.judge_required(logs, rule));
            book(report, &"required-events", found, "each event that the policy requires is there once");
        }
        if let Err(error) = self.judge_seals(logs) {
            report.note(&"seal", Finding::Fail(VerifyError::Logs(error)));
        } else if !self.0.events.require_seal.is_empty() {
            report.note(&"seal", Finding::Pass(Detail::Text("nothing follows the seals that the policy asks for")));
        }
    }

    /// Every PCR that a log is to explain is quoted, explained, and, where it is the firmware's, extended.
    fn judge_states(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), VerifyError<'a>> {
        let mut wrong = None;
        let mut count = 0usize;
        for PcrRule { bank, index, .. } in self.0.log_pcrs().copied() {
            match logs.state(bank, index).ok_or(VerifyError::PcrNotQuoted { bank, index })? {
                LogState::Explained if FIRMWARE.contains(&index) && !logs.extends(index) => {
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
            rules.judge(&boot, bank)?;
        }
        Ok(())
    }

    fn judge_all_events(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), LogsError<'a>> {
        let mut unexpected = None;
        let mut count = 0usize;
        for PcrRule { bank, index, .. } in self.0.log_pcrs().copied() {
            let boot = self.0.events.secure_boot.filter(|_| index == 7);
            let boot = boot.and_then(|rules| Some((rules, logs.secure_boot(bank).ok()?)));
            for (place, event) in logs.events(bank, index).enumerate() {
                let firmware = FIRMWARE.contains(&index) && event.measured().ends_firmware();
                let keys = boot.as_ref().is_some_and(|(rules, boot)| rules.account_for(boot, place, &event));
                if firmware || keys || self.knows(&event, index) {
                    continue;
                }
                let (log, number) = (event.log(), event.event().index);
                if OF_THEIR_DATA.contains(&event.event().event_type().unverified()) && event.data().is_none() {
                    return Err(LogsError::DataDigest { log, event: number, index });
                }
                if !self.0.events.allow_unknown.contains(&index) {
                    count = count.saturating_add(1);
                    unexpected = unexpected.or(Some((log, number, index, bank, event.digest())));
                }
            }
        }
        match unexpected {
            None => Ok(()),
            Some((log, event, index, bank, digest)) => {
                Err(LogsError::UnexpectedEvent { count, log, event, index, bank, digest })
            }
        }
    }

    /// Whether a rule speaks of an event. That the content of a required one is right is judged where it is required.
    fn knows(&self, event: &VerifiedEvent<'a>, index: u8) -> bool {
        let measurement = event.measurement();
        let (require, allow) = (self.0.events.require.iter(), self.0.events.allow.iter());
        measurement.is_some_and(|found| found.kind == Measurement::SEAL)
            || require.filter(|rule| rule.pcr == index).any(|rule| rule.is_about(event, measurement.as_ref()))
            || allow.filter(|rule| rule.pcr == index).any(|rule| rule.allows(event, measurement.as_ref()))
    }

    /// Exactly one event of a rule, with the content that it asks for, in each bank in which its PCR is judged.
    fn judge_required(&self, logs: &VerifiedLogs<'_, 'a>, rule: &EventRule<'a>) -> Result<(), LogsError<'a>> {
        for bank in self.0.log_pcrs().filter(|pcr| pcr.index == rule.pcr).map(|pcr| pcr.bank) {
            let mut found = None;
            for event in required(logs, rule, bank) {
                if found.replace(event).is_some() {
                    return Err(LogsError::DuplicateEvent { rule: *rule, event: event.event().index });
                }
            }
            let event = found.ok_or(LogsError::RequiredEventMissing(*rule))?;
            let measurement = event.measurement();
            if !rule.allows(&event, measurement.as_ref()) {
                let found = measurement.map_or(event.digest(), |found| found.digest);
                return Err(LogsError::EventDigest { rule: *rule, event: event.event().index, found });
            }
        }
        Ok(())
    }

    /// Nothing follows a seal, and there is one where the policy asks for it.
    fn judge_seals(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<(), LogsError<'a>> {
        for PcrRule { bank, index, .. } in self.0.log_pcrs().copied() {
            let mut sealed = false;
            for event in logs.events(bank, index) {
                if sealed {
                    return Err(LogsError::AfterSeal { index, event: event.event().index });
                }
                sealed = event.measurement().is_some_and(|found| found.kind == Measurement::SEAL);
            }
            if !sealed && self.0.events.require_seal.contains(&index) {
                return Err(LogsError::NotSealed(index));
            }
        }
        Ok(())
    }

    /// The events of the rules that require one and have found it. They are those of one bank: a second bank has the same.
    pub(crate) fn required_events<'s>(
        &'s self,
        logs: &'s VerifiedLogs<'_, 'a>,
    ) -> impl Iterator<Item = (u8, VerifiedEvent<'a>)> + 's {
        self.0.events.require.iter().filter(|rule| self.judge_required(logs, rule).is_ok()).filter_map(|rule| {
            let bank = self.0.log_pcrs().find(|pcr| pcr.index == rule.pcr)?.bank;
            Some((rule.pcr, required(logs, rule, bank).next()?))
        })
    }
}

fn required<'a>(
    logs: &VerifiedLogs<'_, 'a>,
    rule: &EventRule<'a>,
    bank: HashAlgorithm,
) -> impl Iterator<Item = VerifiedEvent<'a>> {
    let rule = *rule;
    logs.events(bank, rule.pcr).filter(move |event| rule.is_about(event, event.measurement().as_ref()))
}

fn book<'a>(report: &mut Report<'a>, name: CheckName, result: Result<(), LogsError<'a>>, pass: &'static str) {
    report.note(
        name,
        result.map_or_else(|error| Finding::Fail(VerifyError::Logs(error)), |()| Finding::Pass(Detail::Text(pass))),
    );
}
