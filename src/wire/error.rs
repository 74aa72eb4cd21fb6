//! What was wrong, at which byte, in which field.

use core::fmt;
use core::marker::PhantomData;
use nom::error::{ErrorKind, ParseError};

/// What an error or a report says, in a build that has words.
pub(crate) const fn words(text: &'static str) -> &'static str {
    if cfg!(feature = "words") { text } else { "" }
}

/// Bytes that are not what their specification says. Without the feature `words` only the place is known: what else there is to say, and
/// the memory to carry it, are much of the code of a small verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// What the bytes broke.
    #[cfg(feature = "words")]
    pub kind: DecodeErrorKind,
    /// Where: bytes from the start of the input.
    pub offset: usize,
    /// Which field was being read, outermost structure first.
    #[cfg(feature = "words")]
    pub path: FieldPath,
}

impl DecodeError {
    /// An error outside of any field.
    #[cfg_attr(not(feature = "words"), expect(unused_variables, reason = "only the place is kept"))]
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        Self {
            #[cfg(feature = "words")]
            kind,
            offset,
            #[cfg(feature = "words")]
            path: FieldPath::default(),
        }
    }
}

/// The ways a decoding can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Entries that must ascend are out of order, or one stands twice.
    NotAscending,
    /// Not CBOR (RFC 8949) of the one form and the items that are expected, with the rule that is broken.
    NotCbor(&'static str),
    /// Not the canonical encoding (ITU-T X.690, clause 10), with the rule that is broken.
    NotDer(&'static str),
    /// This build reads no such evidence: it has not the feature `foreign`.
    NotBuilt,
    /// Bits that must be clear are set.
    ReservedBits(u32),
    /// A size or count is over the limit of its type.
    TooLong {
        /// What the bytes claim.
        found: usize,
        /// What the type allows.
        limit: usize,
    },
    /// This many bytes follow the value.
    TrailingBytes(usize),
    /// The input ends inside a value.
    UnexpectedEnd,
    /// Another DER element than the grammar has here.
    UnexpectedTag {
        /// The identifier octet that the bytes hold.
        found: u8,
        /// The identifier octet of the grammar.
        expected: u8,
    },
    /// No variant of the type has this value.
    UnknownValue(u32),
    /// A size that this field cannot have.
    WrongLength {
        /// What the bytes claim.
        found: usize,
        /// What the field needs.
        expected: usize,
    },
}

/// The names of the fields on the way to an error; at most six structures deep.
#[cfg(feature = "words")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldPath([Option<&'static &'static str>; 6]);

#[cfg(feature = "words")]
impl FieldPath {
    /// The fields, outermost first.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.into_iter().flatten().copied()
    }

    /// Puts `field` in front of the fields it encloses. A full path keeps the innermost six.
    fn enclose(&mut self, field: &'static &'static str) {
        if let Some(None) = self.0.last() {
            self.0.rotate_right(1);
        }
        if let Some(first @ None) = self.0.first_mut() {
            *first = Some(field);
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NotAscending => f.write_str("entries out of ascending order"),
            Self::NotCbor(rule) => write!(f, "not CBOR as it must be: {rule}"),
            Self::NotDer(rule) => write!(f, "not DER: {rule}"),
            Self::NotBuilt => f.write_str("this verifier was built without such evidence; the feature foreign adds it"),
            Self::ReservedBits(bits) => write!(f, "reserved bits {bits:#x} are set"),
            Self::TooLong { found, limit } => write!(f, "length {found} is over the limit of {limit}"),
            Self::TrailingBytes(1) => f.write_str("1 byte too many"),
            Self::TrailingBytes(n) => write!(f, "{n} bytes too many"),
            Self::UnexpectedEnd => f.write_str("unexpected end of input"),
            Self::UnexpectedTag { found, expected } => {
                write!(f, "DER tag {found:#04x} where {expected:#04x} is expected")
            }
            Self::UnknownValue(value) => write!(f, "unknown value {value:#06x}"),
            Self::WrongLength { found, expected } => write!(f, "length {found} where {expected} is expected"),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(not(feature = "words"))]
        write!(f, "what no such structure holds, at byte {}", self.offset)?;
        #[cfg(feature = "words")]
        write!(f, "{} at byte {}", self.kind, self.offset)?;
        #[cfg(feature = "words")]
        for (i, field) in self.path.iter().enumerate() {
            f.write_str(if i == 0 { " in " } else { " > " })?;
            f.write_str(field)?;
        }
        Ok(())
    }
}

impl core::error::Error for DecodeError {}

/// A failure before its offset is known: what stands there is the address where reading stopped.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a>(DecodeError, PhantomData<&'a [u8]>);

impl<'a> Fault<'a> {
    #[cold]
    pub(crate) fn new(at: &'a [u8], kind: DecodeErrorKind) -> nom::Err<Self> {
        nom::Err::Error(Self::at(at, DecodeError::new(kind, 0)))
    }

    /// An error of a structure that was read from `inner`, a part of the input.
    pub(crate) fn inside(inner: &'a [u8], error: DecodeError) -> nom::Err<Self> {
        nom::Err::Error(Self::at(inner.get(error.offset..).unwrap_or_default(), error))
    }

    fn at(at: &'a [u8], mut error: DecodeError) -> Self {
        error.offset = at.as_ptr().addr();
        Self(error, PhantomData)
    }

    #[cfg_attr(not(feature = "words"), expect(unused_mut, unused_variables, reason = "only the place is kept"))]
    pub(crate) fn enclose(mut self, field: &'static &'static str) -> Self {
        #[cfg(feature = "words")]
        self.0.path.enclose(field);
        self
    }

    /// The one place where a position becomes an offset.
    pub(crate) fn locate(mut self, input: &'a [u8]) -> DecodeError {
        self.0.offset = self.0.offset.saturating_sub(input.as_ptr().addr());
        self.0
    }
}

impl<'a> ParseError<&'a [u8]> for Fault<'a> {
    fn from_error_kind(at: &'a [u8], _: ErrorKind) -> Self {
        Self::at(at, DecodeError::new(DecodeErrorKind::UnexpectedEnd, 0))
    }

    fn append(_: &'a [u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

#[cfg(all(test, feature = "words"))]
mod tests {
    use super::*;

    #[test]
    fn a_full_path_keeps_the_innermost() {
        let mut path = FieldPath::default();
        for field in [&"h", &"g", &"f", &"e", &"d", &"c", &"b", &"a"] {
            path.enclose(field);
        }
        assert!(path.iter().eq(["c", "d", "e", "f", "g", "h"]));
    }

    #[test]
    fn an_error_fits_beside_a_value() {
        assert!(size_of::<DecodeError>() < 128, "{}", size_of::<DecodeError>());
    }
}
