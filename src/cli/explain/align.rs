//! Two sequences, one beside the other: what is in both, and what in one alone.

use std::collections::BTreeMap;
use std::vec::Vec;

/// A step along two sequences, by places in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Both(usize, usize),
    First(usize),
    Second(usize),
}

/// What two sequences have in common is found for no more pairs than this; where there are more, places no longer count.
const MAX_PAIRS: usize = 4_000_000;

/// The longest way on which both agree: equal beginnings and ends cost nothing. Not `ordered` where the rest is too long for that: then
/// the same digests are matched wherever they stand.
pub(crate) fn align(first: &[&[u8]], second: &[&[u8]]) -> (Vec<Step>, bool) {
    let start = first.iter().zip(second).take_while(|(one, other)| one == other).count();
    let (left, right) = (first.get(start..).unwrap_or_default(), second.get(start..).unwrap_or_default());
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(one, other)| one == other).count();
    let (left, right) = (without(left, end), without(right, end));
    let mut steps: Vec<Step> = (0..start).map(|place| Step::Both(place, place)).collect();
    let ordered = left.len().saturating_mul(right.len()) <= MAX_PAIRS;
    let between = if ordered { longest(left, right) } else { unordered(left, right) };
    steps.extend(between.into_iter().map(|step| match step {
        Step::Both(one, other) => Step::Both(one.saturating_add(start), other.saturating_add(start)),
        Step::First(place) => Step::First(place.saturating_add(start)),
        Step::Second(place) => Step::Second(place.saturating_add(start)),
    }));
    let after = |len: usize, place: usize| start.saturating_add(len).saturating_add(place);
    steps.extend((0..end).map(|place| Step::Both(after(left.len(), place), after(right.len(), place))));
    (steps, ordered)
}

fn without<'s, 'd>(all: &'s [&'d [u8]], end: usize) -> &'s [&'d [u8]] {
    all.get(..all.len().saturating_sub(end)).unwrap_or_default()
}

/// The longest common subsequence: for each pair of ends, how much they have in common.
fn longest(first: &[&[u8]], second: &[&[u8]]) -> Vec<Step> {
    let width = second.len().saturating_add(1);
    let at = |one: usize, other: usize| one.saturating_mul(width).saturating_add(other);
    let mut common: Vec<u32> = std::vec![0; first.len().saturating_add(1).saturating_mul(width)];
    let get = |common: &[u32], one, other| common.get(at(one, other)).copied().unwrap_or(0);
    for (one, left) in first.iter().enumerate().rev() {
        for (other, right) in second.iter().enumerate().rev() {
            let (next, beside) = (one.saturating_add(1), other.saturating_add(1));
            let length = if left == right {
                get(&common, next, beside).saturating_add(1)
            } else {
                get(&common, next, other).max(get(&common, one, beside))
            };
            if let Some(place) = common.get_mut(at(one, other)) {
                *place = length;
            }
        }
    }
    let mut steps = Vec::new();
    let (mut one, mut other) = (0usize, 0usize);
    loop {
        let (next, beside) = (one.saturating_add(1), other.saturating_add(1));
        match (first.get(one), second.get(other)) {
            (None, None) => return steps,
            (Some(left), Some(right)) if left == right => {
                steps.push(Step::Both(one, other));
                (one, other) = (next, beside);
            }
            (Some(_), right) if right.is_none() || get(&common, next, other) >= get(&common, one, beside) => {
                steps.push(Step::First(one));
                one = next;
            }
            _ => {
                steps.push(Step::Second(other));
                other = beside;
            }
        }
    }
}

/// What both have, wherever it stands, as often as both have it.
fn unordered(first: &[&[u8]], second: &[&[u8]]) -> Vec<Step> {
    let mut places: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (place, digest) in second.iter().enumerate().rev() {
        places.entry(digest).or_default().push(place);
    }
    let mut matched = std::vec![false; second.len()];
    let mut steps = Vec::new();
    for (place, digest) in first.iter().enumerate() {
        match places.get_mut(digest).and_then(Vec::pop) {
            Some(other) => {
                matched.get_mut(other).into_iter().for_each(|matched| *matched = true);
                steps.push(Step::Both(place, other));
            }
            None => steps.push(Step::First(place)),
        }
    }
    let left = matched.into_iter().enumerate().filter(|(_, matched)| !matched);
    steps.extend(left.map(|(place, _)| Step::Second(place)));
    steps
}

#[cfg(test)]
mod tests {
    use super::{Step, align};
    use std::vec::Vec;

    fn of(text: &str) -> Vec<&[u8]> {
        text.as_bytes().chunks(1).collect()
    }

    /// Every step is true, in order, and none is missing; how much is common.
    fn check(first: &str, second: &str) -> usize {
        let (left, right) = (of(first), of(second));
        let (steps, ordered) = align(&left, &right);
        assert!(ordered);
        let of_both: Vec<_> = steps
            .iter()
            .filter_map(|step| match *step {
                Step::Both(one, other) => Some((one, other)),
                _ => None,
            })
            .collect();
        assert!(of_both.iter().all(|(one, other)| left[*one] == right[*other]));
        let places = |of: fn(&Step) -> Option<usize>| steps.iter().filter_map(of).collect::<Vec<_>>();
        let ones = places(|step| match *step {
            Step::Both(place, _) | Step::First(place) => Some(place),
            Step::Second(_) => None,
        });
        let others = places(|step| match *step {
            Step::Both(_, place) | Step::Second(place) => Some(place),
            Step::First(_) => None,
        });
        assert!(ones.into_iter().eq(0..left.len()) && others.into_iter().eq(0..right.len()));
        of_both.len()
    }

    #[test]
    fn what_is_common_is_found() {
        for (first, second, common) in [
            ("", "", 0),
            ("abc", "abc", 3),
            ("abc", "", 0),
            ("", "abc", 0),
            ("abcdef", "abXdef", 5),
            ("abcdef", "abdef", 5),
            ("abcdef", "Xabcdef", 6),
            ("aaaa", "aa", 2),
            ("abab", "baba", 3),
            ("kitten", "sitting", 4),
        ] {
            assert_eq!(check(first, second), common, "{first} {second}");
        }
    }

    #[test]
    fn what_is_long_is_matched_without_order() {
        let numbers: Vec<[u8; 2]> = (0..3000u16).map(u16::to_be_bytes).collect();
        let first: Vec<&[u8]> = numbers.iter().map(|number| &number[..]).collect();
        let mut second: Vec<&[u8]> = first.iter().rev().copied().collect();
        second.push(b"new");
        let (steps, ordered) = align(&first, &second);
        assert!(!ordered);
        assert_eq!(steps.iter().filter(|step| matches!(step, Step::Both(..))).count(), 3000);
        assert_eq!(steps.last(), Some(&Step::Second(3000)));
    }
}
