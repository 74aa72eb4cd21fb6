//! DER (ITU-T X.690) as nom parsers over the `der` crate, so that an error says where, as everywhere.

use super::{DecodeErrorKind, Fault, Parsed, all, take};
use der::{DecodeValue, ErrorKind, Header, Reader, SliceReader};

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

/// A value of one of the `der` crate's types.
pub(crate) fn value<'a, T>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T>
where
    T: DecodeValue<'a, Error = der::Error>,
{
    move |input| {
        let (rest, content) = element(tag)(input)?;
        let (_, header) = header(input)?;
        let read = || {
            let mut reader = SliceReader::new(content)?;
            let value = T::decode_value(&mut reader, header)?;
            reader.finish()?;
            Ok(value)
        };
        match read() {
            Ok(value) => Ok((rest, value)),
            Err(error) => Err(Fault::new(content, kind(&error))),
        }
    }
}

/// The content octets of an INTEGER of any size, of which none is superfluous.
pub(crate) fn integer(input: &[u8]) -> Parsed<'_, &[u8]> {
    value::<der::asn1::IntRef<'_>>(tag::INTEGER)(input)?;
    element(tag::INTEGER)(input)
}

/// The version 1, the only one that is known: another one may say what would be passed over here.
pub(crate) fn version_1(input: &[u8]) -> Parsed<'_, ()> {
    match value::<u8>(tag::INTEGER)(input)? {
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
    value::<u16>(tag::INTEGER)(input)
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
        ErrorKind::DateTime => DecodeErrorKind::NotDer("no valid date and time"),
        ErrorKind::OidMalformed | ErrorKind::OidUnknown { .. } => DecodeErrorKind::NotDer("no valid object identifier"),
        _ => DecodeErrorKind::NotDer("a value that its type cannot have"),
    }
}
