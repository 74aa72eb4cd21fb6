//! Two proofs, PCR by PCR: which events made the difference.

use super::align::{Step, align};
use super::event::Events;
use super::explanation::{ChangeKind, Difference, Value};
use super::side::{Side, State};
use crate::crypto::HashAlgorithm;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::format;
use std::string::String;
use std::vec::Vec;

/// The PCRs that differ, and how many values were compared.
pub(crate) fn compare(first: &Side<'_>, second: &Side<'_>) -> (Vec<Difference>, usize) {
    let mut compared = 0usize;
    let indices: BTreeSet<u8> = first.pcrs().chain(second.pcrs()).map(|(_, index, _)| index).collect();
    let mut differences = Vec::new();
    for index in indices {
        let mut difference = Difference::new(index);
        let mut differing = Vec::new();
        let (mut both, mut alone) = (false, false);
        for bank in HashAlgorithm::ALL {
            let values = (first.value(*bank, index), second.value(*bank, index));
            match values {
                (Some(one), Some(other)) => {
                    both = true;
                    compared = compared.saturating_add(1);
                    if one != other {
                        differing.push(*bank);
                    }
                }
                (None, None) => {}
                _ => alone = true,
            }
        }
        for bank in &differing {
            for (name, side) in [("first", first), ("second", second)] {
                let octets = side.value(*bank, index).unwrap_or_default().to_vec();
                difference.values.push(Value {
                    side: name,
                    bank: *bank,
                    octets,
                    state: Some(side.state(*bank, index)),
                });
            }
        }
        if !both && alone {
            let quoted = first.pcrs().any(|(_, known, _)| known == index);
            let (one, other) = if quoted { ("first", "second") } else { ("second", "first") };
            difference.notes.push(format!("the {one} proof quotes it, and the {other} does not, or in other banks"));
        }
        if let Some(bank) = best(first, second, &differing) {
            events(first, second, bank, &mut difference);
        }
        if !differing.is_empty() || !difference.notes.is_empty() {
            differences.push(difference);
        }
    }
    (differences, compared)
}

/// The bank to compare events by: one that both logs have, SHA-256 before others.
fn best(first: &Side<'_>, second: &Side<'_>, differing: &[HashAlgorithm]) -> Option<HashAlgorithm> {
    let had = |bank: &HashAlgorithm| first.has(*bank) && second.has(*bank);
    let of = |choice: &dyn Fn(&HashAlgorithm) -> bool| differing.iter().copied().rev().find(|bank| choice(bank));
    of(&|bank| *bank == HashAlgorithm::Sha256 && had(bank)).or_else(|| of(&had)).or_else(|| differing.first().copied())
}

fn events(first: &Side<'_>, second: &Side<'_>, bank: HashAlgorithm, difference: &mut Difference) {
    let index = difference.index;
    let states = [first.state(bank, index), second.state(bank, index)];
    let one = Events::new(first.events(bank, index), index);
    let other = Events::new(second.events(bank, index), index);
    for (name, state) in ["first", "second"].into_iter().zip(states) {
        match state {
            State::Explained | State::Before(..) | State::Unextended => {}
            State::NoEvents => difference
                .notes
                .push(format!("no log of the {name} proof has an event of it: what made its value is not told")),
            State::Unexplained | State::WithoutBank => difference
                .notes
                .push(format!("the {name} proof's log is not what made its value: its events are only what it says")),
        }
    }
    let (steps, ordered) = align(&one.digests(), &other.digests());
    if !ordered {
        difference.notes.push("the logs differ too much to look at the order of their events".into());
    }
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Both(..) => {}
            Step::First(place) => removed.push(place),
            Step::Second(place) => added.push(place),
        }
    }
    let mut pairs: BTreeMap<usize, (usize, ChangeKind)> = BTreeMap::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    // The same event in another place first; then the same thing with other content.
    let digest = |events: &Events<'_>, place: usize| events.digests.get(place).map(|digest| digest.to_vec());
    pair(
        &removed,
        &added,
        ChangeKind::Moved,
        &mut pairs,
        &mut taken,
        |place| digest(&one, place),
        |place| digest(&other, place),
    );
    pair(
        &removed,
        &added,
        ChangeKind::Changed,
        &mut pairs,
        &mut taken,
        |place| one.name(place),
        |place| other.name(place),
    );
    for place in removed {
        match pairs.get(&place) {
            Some((counterpart, kind)) => {
                difference.push(*kind, || (one.line(place), other.line(*counterpart)));
            }
            None => difference.push(ChangeKind::Removed, || (one.line(place), None)),
        }
    }
    for place in added.into_iter().filter(|place| !taken.contains(place)) {
        difference.push(ChangeKind::Added, || (other.line(place), None));
    }
    if difference.changes.is_empty() && !one.list.is_empty() {
        difference.notes.push(String::from("the events are the same: what made the difference is in no log"));
    }
}

/// Finds for each of `removed` that has none yet the first of `added` of the same key.
fn pair<K: Ord>(
    removed: &[usize],
    added: &[usize],
    kind: ChangeKind,
    pairs: &mut BTreeMap<usize, (usize, ChangeKind)>,
    taken: &mut BTreeSet<usize>,
    key_of_removed: impl Fn(usize) -> K,
    key_of_added: impl Fn(usize) -> K,
) {
    let mut waiting: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
    for place in added.iter().filter(|place| !taken.contains(*place)) {
        waiting.entry(key_of_added(*place)).or_default().push_back(*place);
    }
    for place in removed {
        if !pairs.contains_key(place)
            && let Some(counterpart) = waiting.get_mut(&key_of_removed(*place)).and_then(VecDeque::pop_front)
        {
            pairs.insert(*place, (counterpart, kind));
            taken.insert(counterpart);
        }
    }
}
