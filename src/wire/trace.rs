//! Where each field stands: for people who look at bytes.

use super::write_number;
use core::fmt;

/// One field of a structure, with the bytes that hold it.
#[derive(Clone, Copy)]
pub struct Field<'f> {
    /// The specification's name.
    pub name: &'static str,
    /// How many structures enclose it.
    pub depth: usize,
    /// Bytes from the start of the input.
    pub offset: usize,
    /// The bytes of the field, sizes and selectors included.
    pub bytes: &'f [u8],
    /// The value in words; `None` where the fields that follow, one deeper, say it.
    pub value: Option<&'f dyn fmt::Debug>,
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}+{}", self.name, self.offset, self.bytes.len())
    }
}

impl Field<'_> {
    /// Hands over the field between `input` and `rest`, which follows it.
    pub(crate) fn hand_over(
        name: &'static str,
        input: &[u8],
        rest: &[u8],
        value: &dyn fmt::Debug,
        sink: &mut dyn FnMut(&Field<'_>),
    ) {
        sink(&Field { name, depth: 0, offset: 0, bytes: between(input, rest), value: Some(value) });
    }

    /// Hands over the name of a structure whose own fields follow.
    pub(crate) fn open(name: &'static str, input: &[u8], rest: &[u8], sink: &mut dyn FnMut(&Field<'_>)) {
        sink(&Field { name, depth: 0, offset: 0, bytes: between(input, rest), value: None });
    }

    /// The same field, one structure further in.
    pub(crate) fn deeper(&self, sink: &mut dyn FnMut(&Field<'_>)) {
        sink(&Field { depth: self.depth.saturating_add(1), ..*self });
    }
}

fn between<'a>(input: &'a [u8], rest: &[u8]) -> &'a [u8] {
    input.get(..input.len().saturating_sub(rest.len())).unwrap_or(input)
}

/// Bytes that print as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hex<'a>(pub &'a [u8]);

impl Hex<'_> {
    /// Prints it without the formatting of `core`, which would be much of a small image.
    pub(crate) fn print(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let mut halves = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        halves.try_for_each(|half| write_number(out, half.into(), 16))
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

impl fmt::Debug for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
