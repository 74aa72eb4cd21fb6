//! What a policy asks of a runtime list beside rules for its entries: violations, templates, and the boot that it is of.

use super::check::{Detail, Finding};
use super::{Attested, LogsError, Policy, PolicyList, Report, RuntimeListError, VerifiedLogs, VerifyError};
use crate::crypto::{Digest, HashAlgorithm};
use crate::log::{ImaEntry, ImaFile};

/// The rules for a runtime list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImaRules<'a> {
    /// Banks that the kernel extends with the SHA-1 digest and zeros behind it, because it cannot hash for them. They are worth what SHA-1
    /// is.
    pub padded_banks: PolicyList<'a, HashAlgorithm>,
    /// Tolerates violations: files that changed while they were read, of which nobody knows what was read.
    pub accept_violations: bool,
}

/// What came of comparing the first entry with the quoted PCRs.
enum Aggregate<'a> {
    /// It is the digest of these PCRs.
    Matches(&'static str),
    /// It is not.
    Differs { found: &'a [u8], expected: Digest },
    /// The PCRs are not quoted, or not in its bank.
    NotQuoted,
    /// There is none.
    Missing,
}

/// The PCRs that say what booted, and with them those of the boot loader, which Linux adds in all banks but SHA-1.
const BOOT: [(u8, &str); 2] = [
    (9, "the list is of the boot that the quoted PCRs 0 to 9 tell of"),
    (7, "the list is of the boot that the quoted PCRs 0 to 7 tell of"),
];

impl<'a> Policy<'a> {
    /// Judges the runtime list, if one explains a PCR that is judged.
    #[inline(never)]
    pub(crate) fn appraise_list(&self, logs: &VerifiedLogs<'_, 'a>, report: &mut Report<'a>) {
        if !self.0.log_pcrs().any(|rule| logs.has_list(rule.index)) {
            return;
        }
        let finding = self
            .judge_list(logs)
            .unwrap_or_else(|error| Finding::Fail(VerifyError::Logs(LogsError::RuntimeList(error))));
        report.note(&"ima", finding);
        let aggregate = match boot_aggregate(logs) {
            Aggregate::Matches(how) => Finding::Pass(Detail::text(how)),
            Aggregate::Differs { found, expected } => Finding::Fail(VerifyError::BootAggregate { found, expected }),
            Aggregate::NotQuoted => Finding::NotChecked(Detail::text(
                "the quote does not cover PCR 0 to 9 in the bank of the first entry: the list may be of another boot",
            )),
            Aggregate::Missing => {
                Finding::Fail(VerifyError::Logs(LogsError::RuntimeList(RuntimeListError::NoBootAggregate)))
            }
        };
        report.note(&"boot-aggregate", aggregate);
    }

    fn judge_list(&self, logs: &VerifiedLogs<'_, 'a>) -> Result<Finding<'a>, RuntimeListError<'a>> {
        let mut violations = 0usize;
        let mut first = None;
        let mut count = 0usize;
        for (event, entry) in logs.entries() {
            count = count.saturating_add(1);
            let tolerated = |index: &u8| u32::from(*index) == event.register();
            if entry.is_violation() {
                violations = violations.saturating_add(1);
                first = first.or(Some(event.index));
            } else if let Err(error) = entry.file()
                && !self.0.events.allow_unknown.iter().any(|index| tolerated(&index))
            {
                return Err(RuntimeListError::Entry { event: event.index, entry, error });
            }
        }
        let padded = |bank: HashAlgorithm| self.0.ima.padded_banks.contains(&bank);
        let mut lists = self.0.log_pcrs().filter(|rule| logs.has_list(rule.index));
        let after = if lists.any(|rule| padded(rule.bank)) {
            " entries count; signatures in them are not checked; in banks of logs.ima_padded_banks only SHA-1 holds them, which can be forged"
        } else {
            " entries count; signatures in them are not checked"
        };
        match first {
            Some(event) if !self.0.ima.accept_violations => {
                Err(RuntimeListError::Violations { count: violations, event })
            }
            Some(_) => Ok(Finding::NotChecked(Detail::count(
                violations,
                " violations are tolerated (logs.accept_ima_violations): nobody knows what was read there",
            ))),
            None => Ok(Finding::Pass(Detail::count(count, after))),
        }
    }
}

/// The first entry has the digest of the PCRs of the boot, in the bank of its own algorithm.
fn boot_aggregate<'a>(logs: &VerifiedLogs<'_, 'a>) -> Aggregate<'a> {
    let first = logs.entries().next().filter(|(event, entry)| event.index == 0 && !entry.is_violation());
    let Some(file) = first.and_then(|(_, entry)| entry.file().ok()).filter(is_boot_aggregate) else {
        return Aggregate::Missing;
    };
    let bank = file.content_algorithm().and_then(|algorithm| HashAlgorithm::try_from(algorithm).ok());
    let Some(bank) = bank else { return Aggregate::NotQuoted };
    let mut differs = Aggregate::NotQuoted;
    for (last, how) in BOOT {
        let Some(expected) = digest_of_pcrs(logs.attested(), bank, last) else { continue };
        if expected.as_bytes() == file.digest {
            return Aggregate::Matches(how);
        }
        // Kernels before 5.8 take fewer PCRs, so that only all of them say that it is another boot.
        if last == 9 || bank == HashAlgorithm::Sha1 {
            differs = Aggregate::Differs { found: file.digest, expected };
        }
    }
    differs
}

pub(super) fn is_boot_aggregate(file: &ImaFile<'_>) -> bool {
    file.path == ImaEntry::BOOT_AGGREGATE
}

/// The digest of the quoted values of PCR 0 to `last`, if all are quoted.
#[inline(never)]
fn digest_of_pcrs(attested: &Attested<'_>, bank: HashAlgorithm, last: u8) -> Option<Digest> {
    (0..=last).all(|index| attested.pcr(bank, index).is_some()).then_some(())?;
    let mut values = (0..=last).filter_map(|index| attested.pcr(bank, index));
    attested.crypto().digest(bank, &mut values).ok()
}
