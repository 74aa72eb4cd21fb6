//! CBOR (RFC 8949) of the kinds that evidence uses: maps with text for keys, text and octets; of known length, in its shortest form, and no
//! deeper than evidence is.

use crate::wire::{Parsed, cbor, located};
use std::format;
use std::string::String;
use std::vec::Vec;

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cbor<'c> {
    Map(Vec<(&'c str, Cbor<'c>)>),
    Octets(&'c [u8]),
    Text(&'c str),
}

/// Reads all of `bytes`.
pub(super) fn parse(bytes: &[u8]) -> Result<Cbor<'_>, String> {
    located(bytes, |input| item(input, MAX_DEPTH)).map_err(|error| format!("the CBOR cannot be read: {error}"))
}

const MAX_DEPTH: u8 = 4;
const MAX_MEMBERS: u64 = 16;

fn item(input: &[u8], depth: u8) -> Parsed<'_, Cbor<'_>> {
    // The major type of an item is in its first three bits.
    match input.first().map(|first| first >> 5) {
        Some(2) => cbor::bytes(input).map(|(rest, octets)| (rest, Cbor::Octets(octets))),
        Some(3) => cbor::text(input).map(|(rest, text)| (rest, Cbor::Text(text))),
        _ => members(input, depth),
    }
}

fn members(input: &[u8], depth: u8) -> Parsed<'_, Cbor<'_>> {
    let (mut rest, count) = cbor::map(input)?;
    let depth = depth.checked_sub(1).ok_or_else(|| cbor::broken(input, "it is nested deeper than evidence is"))?;
    if count > MAX_MEMBERS {
        return Err(cbor::broken(input, "it has more members than evidence has"));
    }
    let mut members: Vec<(&str, Cbor<'_>)> = Vec::new();
    for _ in 0..count {
        let (after, key) = cbor::text(rest)?;
        if members.iter().any(|(known, _)| *known == key) {
            return Err(cbor::broken(rest, "a key stands once"));
        }
        let value;
        (rest, value) = item(after, depth)?;
        members.push((key, value));
    }
    Ok((rest, Cbor::Map(members)))
}

impl<'c> Cbor<'c> {
    /// The members of a map that has these and no others.
    pub(super) fn members<const N: usize>(&self, what: &str, names: [&str; N]) -> Result<[&Self; N], String> {
        let Self::Map(members) = self else { return Err(format!("{what} is no map")) };
        if let Some((unknown, _)) = members.iter().find(|(key, _)| !names.contains(key)) {
            return Err(format!("{what} has the unknown key {unknown:?}"));
        }
        let mut found = [self; N];
        for (place, name) in found.iter_mut().zip(names) {
            let member = members.iter().find(|(key, _)| *key == name);
            *place = member.map(|(_, value)| value).ok_or_else(|| format!("{what} lacks the key {name:?}"))?;
        }
        Ok(found)
    }

    pub(super) fn octets(&self, what: &str) -> Result<&'c [u8], String> {
        match self {
            Self::Octets(octets) => Ok(octets),
            _ => Err(format!("{what} is no octets")),
        }
    }
}
