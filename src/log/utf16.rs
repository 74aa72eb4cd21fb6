//! UTF-16 as UEFI writes it: octets that need not be whole.

use crate::wire::write_escaped;
use core::fmt;

/// Text of UTF-16, lowest octet first. What is no character prints as the replacement
/// character, and what would hide something as an escape; the octets are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Utf16<'a>(&'a [u8]);

impl<'a> Utf16<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The text before the first zero.
    pub(crate) fn until_zero(octets: &'a [u8]) -> Self {
        let units = octets.as_chunks::<2>().0;
        let length = units.iter().position(|unit| *unit == [0, 0]).unwrap_or(units.len()).saturating_mul(2);
        Self(octets.get(..length).unwrap_or(octets))
    }

    /// The octets.
    #[must_use]
    pub fn octets(&self) -> &'a [u8] {
        self.0
    }

    /// Whether it reads as `text`.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.len().is_multiple_of(2) && self.chars().eq(text.chars())
    }

    /// Whether octets that may be anything are text: most of it is ASCII then, which two octets of something else seldom are.
    pub(crate) fn is_printable(&self) -> bool {
        let ascii = self.chars().filter(char::is_ascii).count();
        self.0.len().is_multiple_of(2)
            && ascii.saturating_mul(2) >= self.chars().count()
            && self.chars().all(|c| c != char::REPLACEMENT_CHARACTER && (!c.is_control() || c.is_whitespace()))
    }

    pub(crate) fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let units = self.0.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl fmt::Display for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| write_escaped(f, c))?;
        if self.0.len().is_multiple_of(2) { Ok(()) } else { write_escaped(f, char::REPLACEMENT_CHARACTER) }
    }
}

impl fmt::Debug for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
