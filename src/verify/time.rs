//! Points in time, which the caller supplies: the core has no clock.

use crate::wire::{Parsed, der::value};
use core::{fmt, str::FromStr, time::Duration};
use der::DateTime;
use der::asn1::GeneralizedTime;

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
        move |input| {
            let (rest, time) = value::<GeneralizedTime>(tag)(input)?;
            Ok((rest, Self(time.to_unix_duration().as_secs())))
        }
    }

    /// The same, written; nothing after the year 9999, which it cannot say.
    #[cfg(feature = "std")]
    pub(crate) fn to_der(self, tag: u8) -> std::vec::Vec<u8> {
        let mut buffer = [0; 32];
        let time = GeneralizedTime::from_unix_duration(Duration::from_secs(self.0));
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
