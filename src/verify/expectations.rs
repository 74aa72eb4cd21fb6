//! What a policy expects of the events of a PCR, for who explains: events need not be verified here, and nothing of this is a verdict.

use super::event_rules::Found;
use super::secure_boot::Configuration;
use super::{EventRule, LogsError, Measured, Policy};
use crate::crypto::HashAlgorithm;
use std::string::{String, ToString};
use std::vec::Vec;

/// What a policy would say of the events of one PCR, in one bank.
#[derive(Debug)]
pub(crate) struct Expected<'a> {
    /// For each event, whether the policy has a reason for it.
    pub(crate) known: Vec<bool>,
    /// What it requires of this PCR, in its order, and the places of the events that each rule speaks of.
    pub(crate) required: Vec<(EventRule<'a>, Vec<usize>)>,
    /// What is wrong with Secure Boot, in words.
    pub(crate) secure_boot: Option<String>,
}

impl<'a> Policy<'a> {
    /// Compares the events of a PCR, all that extended it, with what the policy says of them.
    pub(crate) fn expects(&self, bank: HashAlgorithm, index: u8, events: &[Measured<'a>]) -> Expected<'a> {
        let mut secure_boot = None;
        let mut boot = None;
        if let Some(rules) = self.0.events.secure_boot.filter(|_| index == 7) {
            let judged = Configuration::read(events.iter().copied(), true)
                .map_err(|error| LogsError::SecureBoot { bank, error })
                .and_then(|found| {
                    boot = Some((rules, found));
                    let after = events.iter().skip(found.before.saturating_add(1));
                    rules.judge(&found, after.map(|event| event.digest), bank)
                });
            secure_boot = judged.err().map(|error| error.to_string());
        }
        let measured = events.iter().enumerate();
        let known =
            measured.clone().map(|(place, event)| self.accounts_for(index, place, event, boot.as_ref())).collect();
        // Once each: that hashes.
        let measurements: Vec<_> = events.iter().map(Found::of).collect();
        let found = |rule: &EventRule<'a>| {
            let pairs = events.iter().zip(&measurements).enumerate();
            pairs.filter(|(_, (event, found))| rule.is_about(event, found)).map(|(place, _)| place).collect()
        };
        let rules = self.0.events.require.iter().filter(|rule| rule.pcr == index);
        let required = rules.map(|rule| (rule, found(&rule))).collect();
        Expected { known, required, secure_boot }
    }
}

impl EventRule<'_> {
    /// Whether what an event measured is what the rule asks for; of an event that it speaks of.
    pub(crate) fn has_content(&self, event: &Measured<'_>) -> bool {
        if self.path.is_some() {
            return event.file().is_some_and(|file| self.knows_file(&file));
        }
        match event.measurement().filter(|_| self.kind.is_some()) {
            Some(found) => self.knows_content(&found),
            None => self.names(event, &Found::of(event)),
        }
    }
}
