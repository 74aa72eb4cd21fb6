//! Protocol Buffers in their wire form: fields of a message, and messages written. Only the two kinds of fields that evidence has: numbers,
//! and octets with a length.

use std::format;
use std::string::String;
use std::vec::Vec;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'m> {
    Number(u64),
    Octets(&'m [u8]),
}

impl<'m> Value<'m> {
    pub(super) fn octets(self, what: &str) -> Result<&'m [u8], String> {
        match self {
            Self::Octets(octets) => Ok(octets),
            Self::Number(_) => Err(format!("{what} is a number, where octets are expected")),
        }
    }

    pub(super) fn number(self, what: &str) -> Result<u64, String> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Octets(_) => Err(format!("{what} is no number")),
        }
    }
}

/// All fields of a message, by their numbers, in order.
pub(super) fn fields<'m>(what: &str, message: &'m [u8]) -> Result<Vec<(u64, Value<'m>)>, String> {
    let mut fields = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let offset = message.len().saturating_sub(rest.len());
        let at = |reason: &str| format!("{what}, at byte {offset}: {reason}");
        let (tag, after) = varint(rest).ok_or_else(|| at("no field begins here"))?;
        let number = tag >> 3;
        let (value, after) = match tag & 7 {
            0 => varint(after)
                .map(|(number, after)| (Value::Number(number), after))
                .ok_or_else(|| at("a number that does not end"))?,
            2 => {
                let (length, after) = varint(after).ok_or_else(|| at("a length that does not end"))?;
                let cut = usize::try_from(length).ok().and_then(|length| after.split_at_checked(length));
                let (octets, after) = cut.ok_or_else(|| {
                    format!("{what}, at byte {offset}: {length} bytes announced, {} are left", after.len())
                })?;
                (Value::Octets(octets), after)
            }
            kind => return Err(at(&format!("field {number} is of the wire type {kind}, which evidence has nowhere"))),
        };
        if number == 0 {
            return Err(at("there is no field 0"));
        }
        if fields.len() >= MAX_FIELDS {
            return Err(format!("{what} has more than {MAX_FIELDS} fields, which no evidence has"));
        }
        fields.push((number, value));
        rest = after;
    }
    Ok(fields)
}

/// A field can be two octets, and takes many times that in memory.
const MAX_FIELDS: usize = 256;

/// A number in groups of seven bits, the lowest first: the shortest form of at most 64 bits.
fn varint(input: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0u64;
    for (place, octet) in input.iter().enumerate().take(10) {
        let bits = u64::from(octet & 0x7f);
        let shift = u32::try_from(place).ok()?.checked_mul(7)?;
        let shifted = bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
        number |= shifted;
        if octet & 0x80 == 0 {
            // A last group of zeros makes a second form of the same number.
            let shortest = place == 0 || *octet != 0;
            return shortest.then_some((number, input.get(place.checked_add(1)?..)?));
        }
    }
    None
}

/// Appends a field of octets.
pub(super) fn put(out: &mut Vec<u8>, number: u64, octets: &[u8]) {
    put_varint(out, number << 3 | 2);
    put_varint(out, u64::try_from(octets.len()).unwrap_or(u64::MAX));
    out.extend_from_slice(octets);
}

/// Appends a field of a number; zero is the default, and not written.
pub(super) fn put_number(out: &mut Vec<u8>, field: u64, number: u64) {
    if number != 0 {
        put_varint(out, field << 3);
        put_varint(out, number);
    }
}

fn put_varint(out: &mut Vec<u8>, number: u64) {
    let [low, ..] = number.to_le_bytes();
    let rest = number >> 7;
    if rest == 0 {
        out.push(low);
    } else {
        out.push(low | 0x80);
        put_varint(out, rest);
    }
}
