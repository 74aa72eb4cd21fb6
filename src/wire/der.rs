//! DER (ITU-T X.690) as nom parsers over the `der` crate, so that an error says where, as everywhere.

use super::{DecodeErrorKind, Fault, Parsed, all, take};
use der::asn1::IntRef;
use der::{DecodeValue, ErrorKind, Header, Reader, SliceReader, Tag};

/// Identifier octets (X.690, 8.1.2).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    /// `[n]` of a primitive type, implicit.
    pub(crate) const fn context(n: u8) -> u8 {
        0x80 | n
    }
    /// `[n]` of a constructed type, or explicit.
    pub(crate) const fn context_constructed(n: u8) -> u8 {
        0xa0 | n
    }
}

/// The next element, whatever its tag: the identifier octet and the content octets.
pub(crate) fn any(input: &[u8]) -> Parsed<'_, (u8, &[u8])> {
    let (content, header) = header(input)?;
    let length = usize::try_from(u32::from(header.length())).unwrap_or(usize::MAX);
    let (rest, content) = take(length)(content)?;
    Ok((rest, (input.first().copied().unwrap_or_default(), content)))
}

/// The next element with its tag and length octets, which must have `tag`.
pub(crate) fn whole<'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, &'a [u8]> {
    move |input| {
        let (rest, _) = element(tag)(input)?;
        take(input.len().saturating_sub(rest.len()))(input)
    }
}

/// The content octets of the next element, which must have `tag`.
pub(crate) fn element<'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, &'a [u8]> {
    move |input| match input.first() {
        Some(found) if *found != tag => {
            Err(Fault::new(input, DecodeErrorKind::UnexpectedTag { found: *found, expected: tag }))
        }
        _ => any(input).map(|(rest, (_, content))| (rest, content)),
    }
}

/// The content octets of the next element if it has `tag`.
pub(crate) fn optional<'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Option<&'a [u8]>> {
    move |input| match input.first() {
        Some(found) if *found == tag => element(tag)(input).map(|(rest, content)| (rest, Some(content))),
        _ => Ok((input, None)),
    }
}

/// The element with `tag`, whose content is all read by `inner`.
pub(crate) fn within<'a, T>(
    tag: u8,
    inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T> {
    move |input| {
        let (rest, content) = element(tag)(input)?;
        let (_, value) = all(inner)(content)?;
        Ok((rest, value))
    }
}

/// The content octets of an INTEGER of any size, of which none is superfluous.
pub(crate) fn integer(input: &[u8]) -> Parsed<'_, &[u8]> {
    implicit_integer(tag::INTEGER, input)
}

fn implicit_integer(tag: u8, input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, content) = element(tag)(input)?;
    let (_, header) = header(input)?;
    let read = || {
        let mut reader = SliceReader::new(content)?;
        let value = IntRef::decode_value(&mut reader, header)?;
        reader.finish()?;
        Ok(value.as_bytes())
    };
    read().map(|octets| (rest, octets)).map_err(|error| Fault::new(content, kind(&error)))
}

/// A number of an unsigned type. All are read in one place, for the sake of small machines.
pub(crate) fn number<'a, T: TryFrom<u64>>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T> {
    move |input| {
        let (rest, (octets, number)) = unsigned(tag, input)?;
        Ok((rest, T::try_from(number).map_err(|_| no_such_number(octets))?))
    }
}

#[inline(never)]
fn unsigned(tag: u8, input: &[u8]) -> Parsed<'_, (&[u8], u64)> {
    let (rest, octets) = implicit_integer(tag, input)?;
    match octets {
        // A first bit that is set has a zero before it: without one the number is negative.
        [0..=0x7f, ..] if octets.len() <= 8 => {}
        [0, _, ..] if octets.len() == 9 => {}
        _ => return Err(no_such_number(octets)),
    }
    Ok((rest, (octets, octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))))
}

fn no_such_number(octets: &[u8]) -> nom::Err<Fault<'_>> {
    Fault::new(octets, kind(&ErrorKind::Value { tag: Tag::Integer }.into()))
}

/// The version 1, the only one that is known: another one may say what would be passed over here.
pub(crate) fn version_1(input: &[u8]) -> Parsed<'_, ()> {
    match number::<u8>(tag::INTEGER)(input)? {
        (rest, 1) => Ok((rest, ())),
        (_, other) => Err(Fault::new(input, DecodeErrorKind::UnknownValue(other.into()))),
    }
}

/// The content octets of the next element, which must have `tag`, and exactly `N` of them.
pub(crate) fn octets<'a, const N: usize>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, [u8; N]> {
    move |input| {
        let (rest, content) = element(tag)(input)?;
        let wrong = DecodeErrorKind::WrongLength { found: content.len(), expected: N };
        Ok((rest, content.try_into().map_err(|_| Fault::new(content, wrong))?))
    }
}

/// An INTEGER of 0 to 65,535.
pub(crate) fn uint16(input: &[u8]) -> Parsed<'_, u16> {
    number::<u16>(tag::INTEGER)(input)
}

/// Text.
pub(crate) fn utf8_string(input: &[u8]) -> Parsed<'_, &str> {
    let (rest, octets) = element(tag::UTF8_STRING)(input)?;
    Ok((rest, utf8(octets)?))
}

/// Text under a tag of its own, if it is there.
pub(crate) fn text<'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Option<&'a str>> {
    move |input| {
        let (rest, octets) = optional(tag)(input)?;
        Ok((rest, octets.map(utf8).transpose()?))
    }
}

fn utf8(octets: &[u8]) -> Result<&str, nom::Err<Fault<'_>>> {
    core::str::from_utf8(octets)
        .map_err(|_| Fault::new(octets, DecodeErrorKind::NotDer("a UTF8String that is not UTF-8")))
}

/// The next element by `inner`, if it has `tag`.
pub(crate) fn maybe<'a, T>(
    tag: u8,
    inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Option<T>> {
    move |input| match input.first() {
        Some(found) if *found == tag => inner(input).map(|(rest, value)| (rest, Some(value))),
        _ => Ok((input, None)),
    }
}

/// A BOOLEAN that is false where it is left out, and left out where it is false.
pub(crate) fn flag<'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, bool> {
    move |input| match maybe(tag, octets::<1>(tag))(input)? {
        (rest, None) => Ok((rest, false)),
        (rest, Some([0xff])) => Ok((rest, true)),
        (_, Some(_)) => Err(Fault::new(input, DecodeErrorKind::NotDer("a BOOLEAN that is its default, or not 0xff"))),
    }
}

fn header(input: &[u8]) -> Parsed<'_, Header> {
    let read = || -> Result<(usize, Header), der::Error> {
        let mut reader = SliceReader::new(input)?;
        let header = der::Decode::decode(&mut reader)?;
        Ok((usize::try_from(reader.position())?, header))
    };
    match read() {
        Ok((length, header)) => take(length)(input).map(|(rest, _)| (rest, header)),
        Err(error) => Err(Fault::new(input, kind(&error))),
    }
}

fn kind(error: &der::Error) -> DecodeErrorKind {
    match error.kind() {
        ErrorKind::Incomplete { .. } => DecodeErrorKind::UnexpectedEnd,
        ErrorKind::IndefiniteLength => DecodeErrorKind::NotDer("indefinite length"),
        ErrorKind::Noncanonical { .. } => DecodeErrorKind::NotDer("a value or length in more octets than it needs"),
        ErrorKind::Overlength => DecodeErrorKind::NotDer("a length that is not minimal or too large"),
        ErrorKind::TagUnknown { .. } | ErrorKind::TagNumberInvalid => DecodeErrorKind::NotDer("an unknown tag"),
        _ => DecodeErrorKind::NotDer("a value that its type cannot have"),
    }
}
