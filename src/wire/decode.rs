//! The decoding rules of Part 2, clause 4 (Notation), as nom parsers.

use super::{DecodeError, DecodeErrorKind, Encode, Encoder, Fault, Field};
use core::marker::PhantomData;

/// What follows, and the value.
pub(crate) type Parsed<'a, T> = nom::IResult<&'a [u8], T, Fault<'a>>;

/// A structure that can be read from its wire form.
pub trait Decode<'a>: Sized {
    /// Reads the structure from all of `bytes`.
    ///
    /// # Errors
    /// If the bytes are not exactly one such structure.
    fn from_bytes(bytes: &'a [u8]) -> Result<Self, DecodeError>;

    /// Reads the structure and hands each of its fields, with its place in `bytes`, to `sink`: what a person sees.
    ///
    /// # Errors
    /// As [`Decode::from_bytes`]; the fields before the error have been handed over.
    fn fields(bytes: &'a [u8], sink: &mut dyn FnMut(&Field<'_>)) -> Result<Self, DecodeError>;
}

impl<'a, T: Wire<'a>> Decode<'a> for T {
    fn from_bytes(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        located(bytes, T::decode)
    }

    fn fields(bytes: &'a [u8], sink: &mut dyn FnMut(&Field<'_>)) -> Result<Self, DecodeError> {
        let value = located(bytes, T::decode)?;
        T::trace(bytes, &mut |field| {
            let mut field = *field;
            field.offset = field.bytes.as_ptr().addr().saturating_sub(bytes.as_ptr().addr());
            sink(&field);
        });
        Ok(value)
    }
}

/// All of `bytes` by `parser`: where a position becomes an offset.
#[inline]
pub(crate) fn located<'a, T>(
    bytes: &'a [u8],
    parser: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> Result<T, DecodeError> {
    match parser(bytes) {
        Ok(([], value)) => Ok(value),
        Ok((rest, _)) => {
            let offset = bytes.len().saturating_sub(rest.len());
            Err(DecodeError::new(DecodeErrorKind::TrailingBytes(rest.len()), offset))
        }
        Err(nom::Err::Error(fault) | nom::Err::Failure(fault)) => Err(fault.locate(bytes)),
        // No parser here streams.
        Err(nom::Err::Incomplete(_)) => {
            let fault: Fault<'_> = nom::error::ParseError::from_error_kind(bytes, nom::error::ErrorKind::Complete);
            Err(fault.locate(bytes))
        }
    }
}

/// Reads itself from the front of the input. Sealed: callers see only [`Decode`] and [`Encode`].
pub trait Wire<'a>: Sized + Encode {
    /// The value, and what follows it.
    #[doc(hidden)]
    fn decode(input: &'a [u8]) -> Parsed<'a, Self>;

    /// Hands over the fields of a structure that is known to decode, and what follows it.
    #[doc(hidden)]
    fn trace(input: &'a [u8], _sink: &mut dyn FnMut(&Field<'_>)) -> &'a [u8] {
        Self::decode(input).map_or(&[], |(rest, _)| rest)
    }

    /// Whether [`Wire::trace`] names fields: a plain value is one field of what encloses it.
    #[doc(hidden)]
    const FIELDS: bool = false;
}

/// A `TPMU_`: reads itself once its selector is known.
pub(crate) trait Union<'a>: Sized {
    type Selector: Copy;
    fn decode_selected(selector: Self::Selector, input: &'a [u8]) -> Parsed<'a, Self>;
    fn encode_selected(&self, out: &mut Encoder<'_>);
    fn trace_selected(selector: Self::Selector, input: &'a [u8], sink: &mut dyn FnMut(&Field<'_>)) -> &'a [u8];
    fn selector(&self) -> Self::Selector;
}

/// Names `field` in any error of `inner`.
#[inline]
pub(crate) fn in_field<'a, T>(
    field: &'static &'static str,
    inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T> {
    move |input| inner(input).map_err(|error| enclosed(error, field))
}

/// Apart from the path where nothing is wrong, which is to be fast.
#[cfg_attr(feature = "words", cold)]
fn enclosed<'a>(error: nom::Err<Fault<'a>>, field: &'static &'static str) -> nom::Err<Fault<'a>> {
    error.map(|fault| fault.enclose(field))
}

/// `inner`, and nothing after it.
#[inline]
pub(crate) fn all<'a, T>(inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T> {
    move |input| {
        let (rest, value) = inner(input)?;
        match rest.len() {
            0 => Ok((rest, value)),
            n => Err(Fault::new(rest, DecodeErrorKind::TrailingBytes(n))),
        }
    }
}

/// The `TPM2B_` rule: a `UINT16` size, then exactly that many bytes of `inner`.
#[inline]
pub(crate) fn sized<'a, T>(inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T> {
    move |input| {
        let (rest, size) = u16::decode(input)?;
        let (rest, body) = take(size.into())(rest)?;
        let (_, value) = all(inner)(body)?;
        Ok((rest, value))
    }
}

/// The same, with bytes that nothing more is known of, at most `LIMIT`.
#[inline]
pub(crate) fn sized_octets<const LIMIT: usize>(input: &[u8]) -> Parsed<'_, &[u8]> {
    octets_upto(LIMIT, input)
}

/// In one place, for the sake of small machines.
#[cfg_attr(target_pointer_width = "64", inline)]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn octets_upto(limit: usize, input: &[u8]) -> Parsed<'_, &[u8]> {
    let Some((size, rest)) = input.split_first_chunk() else {
        return Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd));
    };
    let size = usize::from(u16::from_be_bytes(*size));
    match rest.split_at_checked(size) {
        Some((octets, rest)) if size <= limit => Ok((rest, octets)),
        Some(_) => Err(Fault::new(rest, DecodeErrorKind::TooLong { found: size, limit })),
        None => Err(Fault::new(rest, DecodeErrorKind::UnexpectedEnd)),
    }
}

/// The next `count` bytes.
#[inline]
pub(crate) fn take<'a>(count: usize) -> impl FnOnce(&'a [u8]) -> Parsed<'a, &'a [u8]> {
    move |input| match input.split_at_checked(count) {
        Some((taken, rest)) => Ok((rest, taken)),
        None => Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd)),
    }
}

/// A structure, and the octets that it was read from: what is hashed is what was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received<'a, T> {
    /// The structure.
    pub value: T,
    /// Its octets.
    pub bytes: &'a [u8],
}

impl<'a, T: Wire<'a>> Wire<'a> for Received<'a, T> {
    #[inline]
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, value) = T::decode(input)?;
        let bytes = input.get(..input.len().saturating_sub(rest.len())).unwrap_or(input);
        Ok((rest, Self { value, bytes }))
    }
}

impl<T> Encode for Received<'_, T> {
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(self.bytes);
    }
}

/// The `TPML_` rule: a `UINT32` count, then that many elements, at most `LIMIT`.
///
/// Every element is checked when the list is read; [`List::iter`] then reads them again from the same bytes, so the list
/// itself holds none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct List<'a, T, const LIMIT: usize> {
    count: usize,
    elements: &'a [u8],
    element: PhantomData<T>,
}

impl<'a, T: Wire<'a>, const LIMIT: usize> List<'a, T, LIMIT> {
    /// The elements, in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + Clone + use<'a, T, LIMIT> {
        Elements { rest: self.elements, element: PhantomData }
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

struct Elements<'a, T> {
    rest: &'a [u8],
    element: PhantomData<T>,
}

impl<T> Clone for Elements<'_, T> {
    fn clone(&self) -> Self {
        Self { rest: self.rest, element: PhantomData }
    }
}

impl<'a, T: Wire<'a>> Iterator for Elements<'a, T> {
    type Item = T;
    fn next(&mut self) -> Option<T> {
        let (after, element) = T::decode(self.rest).ok()?;
        self.rest = after;
        Some(element)
    }
}

impl<'a, T: Wire<'a> + core::fmt::Debug, const LIMIT: usize> core::fmt::Debug for List<'a, T, LIMIT> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Wire<'a> + core::fmt::Debug, const LIMIT: usize> Wire<'a> for List<'a, T, LIMIT> {
    #[inline]
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (elements, count) = u32::decode(input)?;
        let found = usize::try_from(count).unwrap_or(usize::MAX);
        if found > LIMIT {
            return Err(Fault::new(input, DecodeErrorKind::TooLong { found, limit: LIMIT }));
        }
        let mut rest = elements;
        for _ in 0..found {
            (rest, _) = T::decode(rest)?;
        }
        let elements = elements.get(..elements.len().saturating_sub(rest.len())).unwrap_or(elements);
        Ok((rest, Self { count: found, elements, element: PhantomData }))
    }

    fn trace(input: &'a [u8], sink: &mut dyn FnMut(&Field<'_>)) -> &'a [u8] {
        let Ok((mut rest, count)) = u32::decode(input) else { return &[] };
        Field::hand_over("count", input, rest, &count, sink);
        for _ in 0..count {
            rest = if T::FIELDS {
                T::trace(rest, &mut |field| field.deeper(sink))
            } else {
                let Ok((after, element)) = T::decode(rest) else { return &[] };
                Field::hand_over("element", rest, after, &element, sink);
                after
            };
        }
        rest
    }

    const FIELDS: bool = true;
}

impl<'a, T: Wire<'a>, const LIMIT: usize> Encode for List<'a, T, LIMIT> {
    fn encode(&self, out: &mut Encoder<'_>) {
        u32::try_from(self.count).unwrap_or(u32::MAX).encode(out);
        self.iter().for_each(|element| element.encode(out));
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl<'a> Wire<'a> for $integer {
            #[inline]
            fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
                match input.split_first_chunk() {
                    Some((bytes, rest)) => Ok((rest, Self::from_be_bytes(*bytes))),
                    None => Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd)),
                }
            }
        }

        impl Encode for $integer {
            fn encode(&self, out: &mut Encoder<'_>) {
                out.put(&self.to_be_bytes());
            }
        }
    )+};
}
integers!(u8, u16, u32, u64);
