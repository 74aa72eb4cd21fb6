//! CBOR (RFC 8949) as nom parsers, so that an error says where, as everywhere. One value has one form here: lengths are definite, and no
//! number takes more octets than it needs (4.2.1). Nothing nests: what encloses says how many items follow.

use super::{DecodeErrorKind, Fault, Parsed, take};

/// The next whole number that is not negative.
pub(crate) fn unsigned(input: &[u8]) -> Parsed<'_, u64> {
    of_type(UNSIGNED, "a whole number is expected here")(input)
}

/// The next whole number, of 64 bits with its sign.
pub(crate) fn integer(input: &[u8]) -> Parsed<'_, i64> {
    let (rest, (major, argument)) = head(input)?;
    // A negative number is kept as -1 - n, which is the complement of n.
    match (major, i64::try_from(argument)) {
        (UNSIGNED, Ok(number)) => Ok((rest, number)),
        (NEGATIVE, Ok(number)) => Ok((rest, !number)),
        (UNSIGNED | NEGATIVE, Err(_)) => Err(broken(input, "a whole number that 64 bits do not hold")),
        _ => Err(broken(input, "a whole number is expected here")),
    }
}

/// The next byte string.
pub(crate) fn bytes(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, length) = of_type(BYTES, "a byte string is expected here")(input)?;
    take(size(length))(rest)
}

/// The next byte string, with its head.
pub(crate) fn whole_bytes(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, _) = bytes(input)?;
    take(input.len().saturating_sub(rest.len()))(input)
}

/// The next text.
pub(crate) fn text(input: &[u8]) -> Parsed<'_, &str> {
    let (rest, length) = of_type(TEXT, "a text is expected here")(input)?;
    let (rest, octets) = take(size(length))(rest)?;
    match core::str::from_utf8(octets) {
        Ok(text) => Ok((rest, text)),
        Err(_) => Err(broken(octets, "a text that is not UTF-8")),
    }
}

/// How many items the array has that begins here.
pub(crate) fn array(input: &[u8]) -> Parsed<'_, u64> {
    of_type(ARRAY, "an array is expected here")(input)
}

/// The items of the array that begins here, which are byte strings, and no more than `limit`; [`bytes`] reads one after the other.
pub(crate) fn byte_strings<'a>(limit: usize) -> impl FnOnce(&'a [u8]) -> Parsed<'a, &'a [u8]> {
    move |input| {
        let (items, count) = array(input)?;
        let found = size(count);
        if found > limit {
            return Err(Fault::new(input, DecodeErrorKind::TooLong { found, limit }));
        }
        let mut rest = items;
        for _ in 0..count {
            (rest, _) = bytes(rest)?;
        }
        take(items.len().saturating_sub(rest.len()))(items)
    }
}

/// How many pairs the map has that begins here.
pub(crate) fn map(input: &[u8]) -> Parsed<'_, u64> {
    of_type(MAP, "a map is expected here")(input)
}

/// Goes past a tag, if there is one, which must be `number`.
pub(crate) fn maybe_tag<'a>(number: u64) -> impl FnOnce(&'a [u8]) -> Parsed<'a, ()> {
    move |input| match head(input) {
        Ok((rest, (TAG, found))) if found == number => Ok((rest, ())),
        Ok((_, (TAG, _))) => Err(broken(input, "a tag that has no place here")),
        _ => Ok((input, ())),
    }
}

/// The next item by `inner`, unless it is null.
pub(crate) fn nullable<'a, T>(
    inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Option<T>> {
    move |input| match input.split_first() {
        Some((&NULL, rest)) => Ok((rest, None)),
        _ => inner(input).map(|(rest, value)| (rest, Some(value))),
    }
}

/// Goes past the next item, whatever it is and however deep: only what is still to come is counted.
pub(crate) fn skip(input: &[u8]) -> Parsed<'_, ()> {
    let (mut rest, mut left) = (input, 1u64);
    while left > 0 {
        let (after, (major, argument)) = head(rest)?;
        let (after, inside) = match major {
            BYTES | TEXT => take(size(argument))(after).map(|(after, _)| (after, 0))?,
            ARRAY => (after, argument),
            MAP => (after, argument.saturating_mul(2)),
            TAG => (after, 1),
            _ => (after, 0),
        };
        // Each item takes an octet at least, so a count that is a lie ends the input.
        left = left.saturating_sub(1).saturating_add(inside);
        rest = after;
    }
    Ok((rest, ()))
}

/// Keeps the value of a field that did not stand before.
pub(crate) fn once<'a, T>(at: &'a [u8], place: &mut Option<T>, (rest, value): (&'a [u8], T)) -> Parsed<'a, ()> {
    match place.replace(value) {
        None => Ok((rest, ())),
        Some(_) => Err(broken(at, "a field that stands twice")),
    }
}

/// What breaks the rules of what is read.
pub(crate) fn broken<'a>(at: &'a [u8], rule: &'static str) -> nom::Err<Fault<'a>> {
    Fault::new(at, DecodeErrorKind::NotCbor(rule))
}

fn of_type<'a>(major: u8, expected: &'static str) -> impl FnOnce(&'a [u8]) -> Parsed<'a, u64> {
    move |input| match head(input)? {
        (rest, (found, argument)) if found == major => Ok((rest, argument)),
        _ => Err(broken(input, expected)),
    }
}

/// The head of an item (RFC 8949, 3): its major type, and its argument.
fn head(input: &[u8]) -> Parsed<'_, (u8, u64)> {
    let Some((first, rest)) = input.split_first() else {
        return Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd));
    };
    let (major, short) = (first >> 5, first & 0x1f);
    let (octets, least) = match short {
        0..=23 => return Ok((rest, (major, short.into()))),
        24 => (1, 24),
        25 => (2, 0x100),
        26 => (4, 0x1_0000),
        27 => (8, 0x1_0000_0000),
        31 => return Err(broken(input, "an indefinite length")),
        _ => return Err(broken(input, "a reserved head")),
    };
    let (rest, octets) = take(octets)(rest)?;
    let argument = octets.iter().fold(0u64, |value, octet| value << 8 | u64::from(*octet));
    if major == SIMPLE {
        return Err(broken(input, "a number with a fraction, or a simple value that is not known"));
    }
    if argument < least {
        return Err(broken(input, "a number or length in more octets than it needs"));
    }
    Ok((rest, (major, argument)))
}

fn size(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;
const NULL: u8 = 0xf6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_specification() {
        // RFC 8949, appendix A.
        for (octets, number) in [
            (&[0x00][..], 0),
            (&[0x17], 23),
            (&[0x18, 0x18], 24),
            (&[0x19, 0x03, 0xe8], 1000),
            (&[0x20], -1),
            (&[0x38, 0x63], -100),
            (&[0x39, 0x01, 0x00], -257),
        ] {
            assert_eq!(integer(octets).unwrap(), (&[][..], number));
        }
        assert!(integer(&[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).is_err(), "2^64 - 1");
        assert!(unsigned(&[0x20]).is_err());
    }

    #[test]
    fn one_form_alone() {
        for octets in [
            &[0x18, 0x17][..],
            &[0x19, 0x00, 0xff],
            &[0x58, 0x01, 0x00],
            &[0x5f, 0x41, 0x00, 0xff],
            &[0x9f, 0xff],
            &[0xbf, 0xff],
            &[0x1c],
            &[0xf9, 0x00, 0x00],
            &[0x81],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[],
        ] {
            assert!(skip(octets).is_err(), "{octets:02x?}");
        }
    }

    #[test]
    fn byte_strings_are_counted_before_they_are_read() {
        assert_eq!(byte_strings(2)(&[0x82, 0x41, 7, 0x40, 9]).unwrap(), (&[9][..], &[0x41, 7, 0x40][..]));
        assert_eq!(byte_strings(0)(&[0x80]).unwrap(), (&[][..], &[][..]));
        for octets in
            [&[0x82, 0x40, 0x40][..], &[0x81, 0x60], &[0x81], &[0xa0], &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255]]
        {
            assert!(byte_strings(1)(octets).is_err(), "{octets:02x?}");
        }
    }

    #[test]
    fn any_depth_takes_no_stack() {
        let mut deep = std::vec![0x81; if cfg!(miri) { 1_000 } else { 1_000_000 }];
        deep.push(0xf6);
        assert!(skip(&deep).unwrap().0.is_empty());
        deep.pop();
        assert!(skip(&deep).is_err());
    }
}
