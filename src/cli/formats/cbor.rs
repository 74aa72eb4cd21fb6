//! CBOR (RFC 8949) of the kinds that evidence uses: maps with text for keys, text and octets; of known length, in its shortest form, and no
//! deeper than evidence is.

use std::borrow::ToOwned;
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
    let (item, rest) = item(bytes, MAX_DEPTH).map_err(|reason| format!("the CBOR cannot be read: {reason}"))?;
    if rest.is_empty() { Ok(item) } else { Err(format!("{} bytes follow the CBOR", rest.len())) }
}

const MAX_DEPTH: u8 = 4;
const MAX_MEMBERS: u64 = 16;

fn item(input: &[u8], depth: u8) -> Result<(Cbor<'_>, &[u8]), String> {
    let (major, argument, rest) = head(input)?;
    match major {
        2 | 3 => {
            let cut = usize::try_from(argument).ok().and_then(|length| rest.split_at_checked(length));
            let (octets, rest) = cut.ok_or_else(|| format!("{argument} bytes announced, {} are left", rest.len()))?;
            if major == 2 {
                return Ok((Cbor::Octets(octets), rest));
            }
            let text = core::str::from_utf8(octets).map_err(|_| "text that is not UTF-8".to_owned())?;
            Ok((Cbor::Text(text), rest))
        }
        5 => {
            let depth = depth.checked_sub(1).ok_or_else(|| format!("nested deeper than {MAX_DEPTH} levels"))?;
            if argument > MAX_MEMBERS {
                return Err(format!("a map of {argument} members; evidence has at most {MAX_MEMBERS}"));
            }
            let (mut members, mut rest) = (Vec::new(), rest);
            for _ in 0..argument {
                let (key, after) = item(rest, depth)?;
                let Cbor::Text(key) = key else { return Err("a key that is no text".into()) };
                if members.iter().any(|(known, _)| *known == key) {
                    return Err(format!("the key {key:?} stands twice"));
                }
                let (value, after) = item(after, depth)?;
                members.push((key, value));
                rest = after;
            }
            Ok((Cbor::Map(members), rest))
        }
        _ => Err(format!("an item of the major type {major}, which this evidence has nowhere")),
    }
}

/// The major type of an item, and its argument in the shortest form.
fn head(input: &[u8]) -> Result<(u8, u64, &[u8]), String> {
    let (first, rest) = input.split_first().ok_or("it ends where an item should begin")?;
    let (major, short) = (first >> 5, first & 0x1f);
    let width = match short {
        0..24 => return Ok((major, short.into(), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return Err("an item of unknown length".into()),
    };
    let (octets, rest) = rest.split_at_checked(width).ok_or("it ends inside the head of an item")?;
    let argument = octets.iter().fold(0u64, |number, octet| number << 8 | u64::from(*octet));
    let least = match width {
        1 => 24,
        2 => 1 << 8,
        4 => 1 << 16,
        _ => 1 << 32,
    };
    if argument < least {
        return Err("a number that has a shorter form".into());
    }
    Ok((major, argument, rest))
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
