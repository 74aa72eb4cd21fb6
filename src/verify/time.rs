//! Points in time, which the caller supplies: the core has no clock.

use crate::wire::{
    DecodeErrorKind, Fault, Parsed,
    der::{element, tag},
};
use core::{fmt, str::FromStr, time::Duration};
use der::DateTime;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(u64);

impl Time {
    /// The point this many seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> u64 {
        self.0
    }

    /// Reads a `GeneralizedTime` under a tag.
    pub(crate) fn decode<'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Self> {
        move |input| Self::decode_as(tag, 7, input)
    }

    /// Reads a `UTCTime`: its years end in 2049 (RFC 5280, 4.1.2.5.1).
    pub(crate) fn decode_utc(input: &[u8]) -> Parsed<'_, Self> {
        Self::decode_as(tag::UTC_TIME, 6, input)
    }

    // By hand, because `der`'s types make a date of the seconds again: 1.7 KB of an image for a Cortex-M4.
    /// Reads so many pairs of digits: century, year, month, day, hour, minute, second, of which a `UTCTime` has no century.
    fn decode_as(tag: u8, pairs: usize, input: &[u8]) -> Parsed<'_, Self> {
        let (rest, content) = element(tag)(input)?;
        let wrong = || Fault::new(content, DecodeErrorKind::NotDer("no valid date and time"));
        let digits = content.strip_suffix(b"Z").unwrap_or_default();
        let (found, odd) = digits.as_chunks::<2>();
        if found.len() != pairs || !odd.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(wrong());
        }
        let mut numbers = [0; 7];
        for (number, [tens, ones]) in numbers.iter_mut().rev().zip(found.iter().rev()) {
            *number = (tens & 15).wrapping_mul(10).wrapping_add(ones & 15);
        }
        let [mut century, year, month, day, hour, minute, second] = numbers;
        if pairs == 6 {
            century = if year < 50 { 20 } else { 19 };
        }
        let year = u16::from(century).wrapping_mul(100).wrapping_add(year.into());
        let date = DateTime::new(year, month, day, hour, minute, second).map_err(|_| wrong())?;
        Ok((rest, Self(date.unix_duration().as_secs())))
    }

    /// The same, written; nothing after the year 9999, which it cannot say.
    #[cfg(feature = "std")]
    pub(crate) fn to_der(self, tag: u8) -> std::vec::Vec<u8> {
        let mut buffer = [0; 32];
        let time = der::asn1::GeneralizedTime::from_unix_duration(Duration::from_secs(self.0));
        let content = time.and_then(|time| {
            let mut writer = der::SliceWriter::new(&mut buffer);
            der::EncodeValue::encode_value(&time, &mut writer)?;
            Ok(writer.finish()?.to_vec())
        });
        content.map(|content| crate::wire::der_write::tlv(tag, &content)).unwrap_or_default()
    }

    /// The present, by the clock of the system.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        Self(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

/// As RFC 3339: `2024-01-15T00:00:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_unix_duration(Duration::from_secs(self.0)) {
            Ok(date) => fmt::Display::fmt(&date, f),
            Err(_) => write!(f, "{} s after 1970", self.0),
        }
    }
}

/// Reads the form that [`Display`](fmt::Display) writes, and no other.
impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse::<DateTime>().map(|date| Self(date.unix_duration().as_secs())).map_err(|_| TimeError)
    }
}

/// Text that is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeError;

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time of the form 2024-01-15T00:00:00Z")
    }
}

impl core::error::Error for TimeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    /// What is read of these digits, under the tag of either form.
    fn read(text: &str) -> [Option<u64>; 2] {
        [tag::UTC_TIME, tag::GENERALIZED_TIME].map(|form| {
            let der = [&[form, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
            let time = if form == tag::UTC_TIME { Time::decode_utc(&der) } else { Time::decode(form)(&der) };
            time.ok().map(|(_, time)| time.unix_seconds())
        })
    }

    #[test]
    fn only_the_forms_of_certificates() {
        assert_eq!(read("700101000000Z"), [Some(0), None]);
        assert_eq!(read("491231235959Z"), [Some(2_524_607_999), None]);
        assert_eq!(read("20500101000000Z"), [None, Some(2_524_608_000)]);
        assert_eq!(read("99991231235959Z"), [None, Some(253_402_300_799)]);
        // 1950, and years before 1970.
        for text in ["500101000000Z", "691231235959Z", "19691231235959Z"] {
            assert_eq!(read(text), [None, None], "{text}");
        }
        // Without seconds, with a digit or a fraction more, with no zone or another, no digits, no such day or hour.
        for digits in ["2401150000", "24011500000", "2401150000000", "240115000000.5", "240230000000", "240115240000"] {
            for text in [format!("{digits}Z"), format!("20{digits}Z")] {
                assert_eq!(read(&text), [None, None], "{text}");
            }
        }
        for text in ["240115000000", "20240115000000", "240115000000+0000", "2401150000a0Z", "Z", ""] {
            assert_eq!(read(text), [None, None], "{text}");
        }
    }
}
