//! A PCR that holds another value than the policy's: which event is to blame, as far as hashes tell.

use super::event::Events;
use super::explanation::{ChangeKind, Difference};
use super::side::{Side, State, extended};
use crate::crypto::HashAlgorithm;
use std::string::String;
use std::vec::Vec;

/// To leave each event out once costs hashes in the square of their number.
const MAX_EVENTS: usize = 1024;

/// Looks for one of the `known` values along the log, and along the log without one event.
pub(crate) fn explain(side: &Side<'_>, bank: HashAlgorithm, known: &[&[u8]], difference: &mut Difference) {
    let index = difference.index;
    let state = side.state(bank, index);
    match state {
        State::Unextended => {
            return difference.notes.push("nothing extended it: what the policy knows did not happen".into());
        }
        State::NoEvents => {
            return difference.notes.push("which event it was cannot be told without a log of this PCR".into());
        }
        _ => {}
    }
    let events = Events::new(side.events(bank, index), index);
    let count = events.list.len();
    let is_known = |value: &Vec<u8>| known.contains(&&value[..]);
    let reached =
        side.walk(bank, index, &events.digests).and_then(|mut values| values.position(|value| is_known(&value)));
    match reached {
        Some(reached) if reached == count => {
            difference.notes.push(
                "the log leads to the policy's value, and the PCR does not hold it: what extended it is not in the log"
                    .into(),
            );
        }
        Some(reached) => {
            for place in reached..count {
                difference.push(ChangeKind::After, || (events.line(place), None));
            }
        }
        None if count > MAX_EVENTS => {
            difference.notes.push("the log has too many events to leave out each of them once".into());
        }
        None => {
            let without =
                side.start(bank, index, &events.digests).and_then(|start| without(bank, start, &events, &is_known));
            match without {
                Some(place) => difference.push(ChangeKind::Without, || (events.line(place), None)),
                None => difference.notes.push(String::from(NOT_FOUND)),
            }
        }
    }
    if matches!(state, State::Unexplained | State::WithoutBank) {
        difference.notes.push("the log is not what made the quoted value: its events are only what it says".into());
    }
}

/// What a hash does not tell.
const NOT_FOUND: &str = "neither the beginning of the log nor the log without one event leads to a value of the policy: an event \
     has other content, or several differ, and a hash does not say which; compare with the proof of a machine that the policy accepts \
     (tpmproof explain PROOF PROOF)";

/// The event without which the others lead to a known value.
fn without(
    bank: HashAlgorithm,
    start: Vec<u8>,
    events: &Events<'_>,
    is_known: &dyn Fn(&Vec<u8>) -> bool,
) -> Option<usize> {
    let digests = events.digests();
    let mut before = start;
    for (place, digest) in digests.iter().enumerate() {
        let rest = digests.iter().skip(place.saturating_add(1));
        let end = rest.copied().try_fold(before.clone(), |value, digest| extended(bank, &value, digest))?;
        if is_known(&end) {
            return Some(place);
        }
        before = extended(bank, &before, digest)?;
    }
    None
}
