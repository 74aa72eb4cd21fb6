//! What a policy says of logs and events, and where that makes no sense.

use super::bindings::MAX_REQUIRED;
use super::event_rules::speaks_of;
use super::log_names::MAX_PARTS;
use super::{EventRule, ImaRules, LogName, LogRule, PcrRule, PolicyBuilder, PolicyError, PolicyList, Reference, bit};
use crate::crypto::HashAlgorithm;
use crate::structures::TpmtHa;
use crate::wire::Foreign;

/// Each rule is compared with each other, and with each event.
const MAX_EVENT_RULES: usize = 1024;
/// The logs of PCRs that no rule names.
const FIRMWARE: &[LogName] = &[LogName::Firmware];

impl<'a> PolicyBuilder<'a> {
    /// The PCRs that logs are to explain, in whatever bank, a bit each.
    pub(crate) fn logged(&self) -> u32 {
        self.log_pcrs().fold(0, |bits, rule| bits | bit(rule.index.into()))
    }

    /// The PCRs that logs are to explain.
    pub(crate) fn log_pcrs(&self) -> impl Iterator<Item = PcrRule<'a>> + Clone + use<'a> {
        self.pcrs.iter().filter(|rule| matches!(rule.reference, Reference::Log))
    }

    /// Which logs explain which PCRs, what is not said included.
    pub(crate) fn log_rules(&self) -> impl Iterator<Item = LogRule<'a>> + use<'a> {
        let named = self.logs.iter().fold(0, |bits, rule| bits | rule.pcrs);
        let others = LogRule { pcrs: self.logged() & !named, logs: PolicyList::new(FIRMWARE) };
        self.logs.iter().chain((others.pcrs != 0).then_some(others))
    }

    pub(crate) fn judge_logs(&self) -> Result<(), PolicyError> {
        let (mut named, mut lists) = (0, false);
        for rule in self.logs.iter() {
            let wrong = rule.pcrs & (named | !self.logged());
            if wrong != 0 {
                return Err(PolicyError::LogRule(lowest(wrong)));
            }
            if rule.pcrs == 0 || rule.logs.is_empty() || rule.logs.repeated().is_some() {
                return Err(PolicyError::LogRule(lowest(rule.pcrs)));
            }
            let first = u8::try_from(rule.pcrs.trailing_zeros()).unwrap_or(0);
            if let Some(place) = rule.logs.iter().position(|log| log == LogName::Ima) {
                if lists || rule.logs.iter().nth(place.saturating_add(1)).is_some() {
                    return Err(PolicyError::RuntimeList(first));
                }
                lists = true;
            }
            named |= rule.pcrs;
        }
        let count = self.log_rules().fold(0usize, |count, rule| count.saturating_add(rule.logs.iter().count()));
        let ImaRules { padded_banks, accept_violations } = self.ima;
        if accept_violations || !padded_banks.is_empty() {
            Foreign::BUILT.ok_or(PolicyError::NotBuilt)?;
            if !lists || padded_banks.repeated().is_some() || padded_banks.contains(&HashAlgorithm::Sha1) {
                return Err(PolicyError::ImaRules);
            }
        }
        if count > MAX_PARTS { Err(PolicyError::TooManyLogs) } else { Ok(()) }
    }

    pub(crate) fn judge_events(&self) -> Result<(), PolicyError> {
        let rules = &self.events;
        if rules.require.iter().chain(rules.allow.iter()).nth(MAX_EVENT_RULES).is_some() {
            return Err(PolicyError::TooManyEventRules);
        }
        for rule in rules.require.iter().chain(rules.allow.iter()) {
            self.judge_event_rule(&rule)?;
        }
        if rules.require.iter().filter(|rule| rule.kind.is_some()).count() > MAX_REQUIRED {
            return Err(PolicyError::TooManyRequired);
        }
        for list in [rules.require, rules.allow] {
            if let Some(twice) = list.repeated() {
                return Err(PolicyError::DuplicateEventRule(twice.pcr));
            }
        }
        for list in [rules.allow_unknown, rules.require_seal] {
            list.iter().try_for_each(|index| self.judge_logged(index))?;
            if let Some(twice) = list.repeated() {
                return Err(PolicyError::DuplicateEventRule(twice));
            }
        }
        // Octets beside a digest are not measured: where any event is tolerated, a measurement can hide by other data beside it.
        let told = |rule: &EventRule<'_>| rule.kind.is_some() || rule.path.is_some();
        let hidden = rules.require.iter().filter(told).map(|rule| rule.pcr);
        let mut hidden = hidden.chain(rules.require_seal.iter());
        if let Some(index) = hidden.find(|index| rules.allow_unknown.contains(index)) {
            return Err(PolicyError::UnknownBesideRequired(index));
        }
        if let Some(rule) = rules.require.iter().find(|rule| rule.event_type.is_some()) {
            return Err(PolicyError::TypeOfRequired(rule.pcr));
        }
        if let Some(boot) = &rules.secure_boot {
            if self.logged() & bit(7) == 0 {
                return Err(PolicyError::SecureBootWithoutLog);
            }
            if !boot.accept_any_keys && boot.lists().iter().all(PolicyList::is_empty) {
                return Err(PolicyError::SecureBootAnyKeys);
            }
            if boot.accept_any_keys && boot.lists().iter().any(|list| !list.is_empty()) {
                return Err(PolicyError::KeysBesideAnyKeys);
            }
            if !boot.authority.is_empty() && rules.allow_unknown.contains(&7) {
                return Err(PolicyError::AuthorityBesideUnknown);
            }
            for list in boot.lists().into_iter().filter(|list| !list.is_empty()) {
                self.judge_digests(7, &list)?;
            }
            if let Some(wrong) =
                boot.dbx_min.iter().find(|digest| digest.digest.len() != HashAlgorithm::Sha256.output_len())
            {
                return Err(PolicyError::WrongLength(wrong.digest.len()));
            }
        }
        let unanchored = |rule: &PcrRule<'_>| rule.index >= 8 && !self.anchors_boot(rule.bank);
        match self.log_pcrs().find(unanchored) {
            Some(rule) if !rules.accept_any_boot => Err(PolicyError::BootNotAnchored(rule.index)),
            _ => Ok(()),
        }
    }

    /// Whether the policy says what booted: PCR 4 by golden values or by its log, or whose software, by Secure Boot's keys.
    pub(crate) fn anchors_boot(&self, bank: HashAlgorithm) -> bool {
        let of = |index| move |rule: &PcrRule<'_>| rule.bank == bank && rule.index == index;
        let loader = self.pcrs.iter().find(of(4)).is_some_and(|rule| match rule.reference {
            Reference::Golden(_) => true,
            Reference::Log => !self.events.allow_unknown.contains(&4),
            Reference::Zero => false,
        });
        let tolerant = self.events.allow_unknown.contains(&7);
        let keys = self.events.secure_boot.is_some_and(|rules| rules.anchors_boot() && !tolerant);
        loader || keys && self.log_pcrs().any(|rule| of(7)(&rule))
    }

    fn judge_event_rule(&self, rule: &EventRule<'_>) -> Result<(), PolicyError> {
        self.judge_logged(rule.pcr)?;
        if let Some(path) = rule.path {
            if !path.is_good() || rule.kind.is_some() || rule.name.is_some() || rule.event_type.is_some() {
                return Err(PolicyError::PathRule(rule.pcr));
            }
            return lengths(&rule.digests);
        }
        if rule.kind.is_some() {
            return lengths(&rule.digests);
        }
        if rule.digests.is_empty() || rule.name.is_some() {
            return Err(PolicyError::EmptyEventRule(rule.pcr));
        }
        self.judge_digests(rule.pcr, &rule.digests)
    }

    /// Digests of events must be of the banks in which their PCR is judged.
    fn judge_digests<'d>(&self, index: u8, digests: &PolicyList<'d, TpmtHa<'d>>) -> Result<(), PolicyError> {
        lengths(digests)?;
        match self.log_pcrs().find(|rule| rule.index == index && !speaks_of(digests, rule.bank)) {
            Some(rule) => Err(PolicyError::EventDigestBank { index, bank: rule.bank }),
            None => Ok(()),
        }
    }

    fn judge_logged(&self, index: u8) -> Result<(), PolicyError> {
        if self.logged() & bit(index.into()) == 0 { Err(PolicyError::EventOfUnloggedPcr(index)) } else { Ok(()) }
    }
}

fn lengths<'d>(digests: &PolicyList<'d, TpmtHa<'d>>) -> Result<(), PolicyError> {
    match digests.iter().find(|digest| digest.digest.len() != digest.hash_alg.digest_size()) {
        Some(wrong) => Err(PolicyError::WrongLength(wrong.digest.len())),
        None => Ok(()),
    }
}

/// The first PCR of some; 32 where there is none.
fn lowest(pcrs: u32) -> u8 {
    u8::try_from(pcrs.trailing_zeros()).unwrap_or(u8::MAX)
}
