//! What a proof carries beside the quote: logs and attachments. A quote covers neither by itself.

use crate::wire::{
    Parsed,
    der::{element, tag, utf8_string, within},
    in_field,
};

/// A measurement log, by the name of its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log<'a> {
    /// The format, such as `firmware` or `application`.
    pub format: &'a str,
    /// The log.
    pub bytes: &'a [u8],
}

/// Something else, such as a TLS certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment<'a> {
    /// What kind of thing it is said to be.
    pub kind: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The logs of a proof, in its order.
#[derive(Clone, Copy, Debug)]
pub struct Logs<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Slice(&'a [Log<'a>]),
    /// The elements of `SEQUENCE OF Log`, known to decode.
    Der(&'a [u8]),
}

/// The attachments of a proof, in its order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attachments<'a>(&'a [u8]);

impl Default for Logs<'_> {
    fn default() -> Self {
        Self(Source::Slice(&[]))
    }
}

impl<'a> Logs<'a> {
    /// Takes logs in memory.
    #[must_use]
    pub fn new(logs: &'a [Log<'a>]) -> Self {
        Self(Source::Slice(logs))
    }

    /// The logs.
    pub fn iter(&self) -> impl Iterator<Item = Log<'a>> + Clone + use<'a> {
        let (slice, der) = match self.0 {
            Source::Slice(slice) => (slice, &[][..]),
            Source::Der(der) => (&[][..], der),
        };
        slice.iter().copied().chain(Elements { rest: der, read: log })
    }

    /// Reads the elements of `SEQUENCE OF Log`, all of `input`.
    pub(crate) fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        read_all(input, log)?;
        Ok((&[], Self(Source::Der(input))))
    }
}

impl<'a> Attachments<'a> {
    /// The attachments.
    pub fn iter(&self) -> impl Iterator<Item = Attachment<'a>> + Clone + use<'a> {
        Elements { rest: self.0, read: attachment }
    }

    /// Reads the elements of `SEQUENCE OF Attachment`, all of `input`.
    pub(crate) fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        read_all(input, attachment)?;
        Ok((&[], Self(input)))
    }
}

type Reader<'a, T> = fn(&'a [u8]) -> Parsed<'a, T>;

struct Elements<'a, T> {
    rest: &'a [u8],
    read: Reader<'a, T>,
}

impl<T> Clone for Elements<'_, T> {
    fn clone(&self) -> Self {
        Self { rest: self.rest, read: self.read }
    }
}

impl<T> Iterator for Elements<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let (after, element) = (self.read)(self.rest).ok()?;
        self.rest = after;
        Some(element)
    }
}

/// SIZE (1..MAX): at least one.
fn read_all<'a, T>(input: &'a [u8], read: Reader<'a, T>) -> Parsed<'a, ()> {
    let (mut rest, _) = read(input)?;
    while !rest.is_empty() {
        (rest, _) = read(rest)?;
    }
    Ok((rest, ()))
}

/// `Log ::= SEQUENCE { format UTF8String, bytes OCTET STRING }`
fn log(input: &[u8]) -> Parsed<'_, Log<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, format) = in_field(&"Log.format", utf8_string)(input)?;
        let (input, bytes) = in_field(&"Log.bytes", element(tag::OCTET_STRING))(input)?;
        Ok((input, Log { format, bytes }))
    })(input)
}

/// `Attachment ::= SEQUENCE { kind UTF8String, name UTF8String, bytes OCTET STRING }`
fn attachment(input: &[u8]) -> Parsed<'_, Attachment<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, kind) = in_field(&"Attachment.kind", utf8_string)(input)?;
        let (input, name) = in_field(&"Attachment.name", utf8_string)(input)?;
        let (input, bytes) = in_field(&"Attachment.bytes", element(tag::OCTET_STRING))(input)?;
        Ok((input, Attachment { kind, name, bytes }))
    })(input)
}
