//! A proof against a policy, PCR by PCR: which events the policy has no reason for, and which it misses.

use super::align::{Step, align};
use super::event::Events;
use super::explanation::{ChangeKind, Difference, Value};
use super::golden;
use super::side::{Side, State};
use crate::crypto::HashAlgorithm;
use crate::structures::TpmAlgId;
use crate::verify::{EventRule, Expected, PcrRule, Policy, Reference};
use crate::wire::Hex;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// The PCRs that are not as the policy asks, and how many rules were compared. `all` has all the logs of the proof, `asked` those that
/// the policy names.
pub(crate) fn compare(all: &Side<'_>, asked: &Side<'_>, policy: &Policy<'_>) -> (Vec<Difference>, usize) {
    let mut differences = Vec::new();
    let mut compared = 0usize;
    let mut rules: Vec<PcrRule<'_>> = policy.0.pcrs.iter().collect();
    rules.sort_by_key(|rule| rule.index);
    for PcrRule { bank, index, reference } in rules {
        compared = compared.saturating_add(1);
        let mut difference = Difference::new(index);
        let Some(value) = all.value(bank, index) else {
            difference
                .notes
                .push(format!("the policy judges it in the bank {}, and the proof does not quote it", bank.name()));
            differences.push(difference);
            continue;
        };
        let side = if reference == Reference::Log { asked } else { all };
        let held = |state| Value { side: "proof", bank, octets: value.to_vec(), state: Some(state) };
        match reference {
            Reference::Golden(known) => {
                let known: Vec<&[u8]> = known.iter().collect();
                if known.contains(&value) {
                    continue;
                }
                difference.values.push(held(side.state(bank, index)));
                difference.values.extend(known.iter().map(|value| golden(bank, value)));
                golden::explain(side, bank, &known, &mut difference);
            }
            Reference::Zero => {
                if value.iter().all(|octet| *octet == 0) {
                    continue;
                }
                difference.values.push(held(side.state(bank, index)));
                difference.values.push(golden(bank, &std::vec![0; bank.output_len()]));
                golden::explain(side, bank, &[&std::vec![0; bank.output_len()]], &mut difference);
            }
            Reference::Log => {
                let state = side.state(bank, index);
                if !matches!(state, State::Explained | State::Unextended) {
                    difference.values.push(held(state));
                    difference.notes.push(not_explained(state));
                }
                judge_events(side, bank, policy, state, &mut difference);
                if difference.values.is_empty() && !difference.is_empty() {
                    difference.values.push(held(state));
                }
            }
        }
        if !difference.is_empty() {
            differences.push(difference);
        }
    }
    (differences, compared)
}

fn golden(bank: HashAlgorithm, value: &[u8]) -> Value {
    Value { side: "policy", bank, octets: value.to_vec(), state: None }
}

fn not_explained(state: State) -> String {
    let why = match state {
        State::Before(..) => {
            "the log went on after the quote, or was written on; give the log of the moment of the quote"
        }
        State::NoEvents => "something extended it, and no log that the policy names for it has an event of it",
        State::WithoutBank => "the log has no digests of this bank",
        _ => "an event was changed, added or left out, or the log is of another boot: its events are only what it says",
    };
    format!("the policy asks for a log that leads to the value: {why}")
}

/// Events without a rule, and rules without their event.
fn judge_events(side: &Side<'_>, bank: HashAlgorithm, policy: &Policy<'_>, state: State, difference: &mut Difference) {
    let index = difference.index;
    let mut list = side.events(bank, index);
    if let State::Before(count, _) = state {
        list.truncate(count);
    }
    let events = Events::new(list, index);
    let expected = policy.expects(bank, index, &events.list);
    let beside = beside(bank, &events, &expected);
    let tolerant = policy.0.events.allow_unknown.contains(&index);
    let unknown = expected.known.iter().enumerate().filter(|(_, known)| !**known && !tolerant);
    for (place, _) in unknown {
        let rule = beside.get(&place).map(|rule| format!("the policy has in its place: {}", words(rule)));
        difference.push_with(ChangeKind::Unknown, rule.or_else(|| near(&events, place, policy)), || {
            (events.line(place), None)
        });
    }
    for (rule, places) in &expected.required {
        let asks = || Some(format!("the policy requires: {}", words(rule)));
        match &places[..] {
            [] => difference.push_with(ChangeKind::Missing, asks(), || (None, None)),
            [only] => {
                let right = events.list.get(*only).is_none_or(|event| rule.has_content(event));
                if !right {
                    difference.push_with(ChangeKind::Content, asks(), || (events.line(*only), None));
                }
            }
            [_, others @ ..] => {
                for place in others {
                    difference.push_with(ChangeKind::Repeated, asks(), || (events.line(*place), None));
                }
            }
        }
    }
    difference.notes.extend(expected.secure_boot);
}

/// Unknown events between events that two rules speak of, where the policy has other rules between those two: as many, so that each
/// stands for one. A policy that was made of a machine has its rules in the order of events.
fn beside<'a>(bank: HashAlgorithm, events: &Events<'a>, expected: &Expected<'a>) -> BTreeMap<usize, EventRule<'a>> {
    let digest = |rule: &EventRule<'a>| {
        let of_bank = rule.digests.iter().filter(|digest| digest.hash_alg.0 == TpmAlgId::from(bank));
        of_bank.map(|digest| digest.digest).next()
    };
    let rules: Vec<(&[u8], EventRule<'a>)> = expected
        .required
        .iter()
        .filter(|(rule, _)| rule.kind.is_none())
        .filter_map(|(rule, _)| Some((digest(rule)?, *rule)))
        .collect();
    let digests: Vec<&[u8]> = rules.iter().map(|(digest, _)| *digest).collect();
    let unknown = |place: &usize| expected.known.get(*place) == Some(&false);
    let mut found = BTreeMap::new();
    let (mut gone, mut new): (Vec<EventRule<'a>>, Vec<usize>) = (Vec::new(), Vec::new());
    let (steps, ordered) = align(&digests, &events.digests());
    for step in steps.into_iter().map(Some).chain([None]).take_while(|_| ordered) {
        match step {
            Some(Step::First(place)) => gone.extend(rules.get(place).map(|(_, rule)| *rule)),
            Some(Step::Second(place)) => new.extend(Some(place).filter(unknown)),
            Some(Step::Both(..)) | None => {
                if gone.len() == new.len() {
                    found.extend(new.drain(..).zip(gone.drain(..)));
                }
                gone.clear();
                new.clear();
            }
        }
    }
    found
}

/// A rule for a measurement of the same kind and name.
fn near(events: &Events<'_>, place: usize, policy: &Policy<'_>) -> Option<String> {
    let event = events.list.get(place)?;
    let found = event.measurement()?;
    let mut rules = policy.0.events.allow.iter().chain(policy.0.events.require.iter());
    let rule = rules.find(|rule| u32::from(rule.pcr) == event.event.register() && rule.is_called(&found))?;
    Some(format!("the policy has for this kind and name: {}", words(&rule)))
}

/// A rule with the digests that it asks for.
fn words(rule: &EventRule<'_>) -> String {
    let mut text = rule.to_string();
    if rule.kind.is_some() {
        for digest in rule.digests.iter() {
            let name = HashAlgorithm::try_from(digest.hash_alg.0).map_or("", HashAlgorithm::name);
            text = format!("{text}, digest {name}:{}", Hex(digest.digest));
        }
    }
    text
}

impl Difference {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.notes.is_empty()
    }
}
