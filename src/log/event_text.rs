//! Entries and records in one line, for people. Text out of a log is escaped; octets that are no text are shown as the replacement character.

use super::{CelContent, CelRecord, Event, EventData, ImaDigestKind, ImaEntry};
use crate::wire::{Hex, write_escaped};
use core::fmt;

impl fmt::Display for ImaEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = match self.file() {
            Ok(file) => file,
            Err(error) if self.is_known() => return write!(f, "not decoded: {error}"),
            Err(_) => return write!(f, "{} bytes of a template that is not known", self.data().len()),
        };
        if self.is_violation() {
            f.write_str("violation, what was read is not known: ")?;
        }
        write_octets(f, file.path)?;
        if !self.is_violation() {
            let kind = if file.kind == ImaDigestKind::Verity { "verity:" } else { "" };
            write!(f, " {kind}{}:{}", file.algorithm, Hex(file.digest))?;
        }
        if let Some(buffer) = file.buffer {
            write!(f, ", {} bytes of data", buffer.len())?;
        }
        if let Some(signature) = file.signature {
            write!(f, ", a signature of {} bytes, which is not checked", signature.len())?;
        }
        Ok(())
    }
}

impl fmt::Display for CelRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.nv_index() {
            write!(f, "NV index {index:#010x}: ")?;
        }
        match self.content() {
            CelContent::Management { kind, value } => {
                match kind {
                    1 => f.write_str("version of the log")?,
                    2 => f.write_str("the firmware ends")?,
                    80 => f.write_str("time stamp")?,
                    81 => f.write_str("change of state")?,
                    _ => write!(f, "type {kind}")?,
                }
                write!(f, ": {}", Hex(value.get(..value.len().min(16)).unwrap_or_default()))
            }
            CelContent::PcClient { event_type, data } => match EventData::decode(event_type, data) {
                Ok(data) => data.fmt(f),
                Err(error) => write!(f, "not decoded: {error}"),
            },
            CelContent::ImaTemplate { name, data } => {
                write_octets(f, name)?;
                write!(f, ": {} bytes", data.len())
            }
            CelContent::ImaTlv(path) => write_octets(f, path),
            CelContent::Cos { kind, value } => {
                match CelContent::cos_kind(kind) {
                    Some(name) => f.write_str(name)?,
                    None => write!(f, "type {kind}")?,
                }
                match value {
                    [] => Ok(()),
                    [number @ 0..=31] => write!(f, ": {number}"),
                    value => {
                        f.write_str(": ")?;
                        write_octets(f, value)
                    }
                }
            }
            CelContent::Other { value, .. } => write!(f, "{} bytes", value.len()),
        }
    }
}

/// What an event says, whatever its log: unverified.
#[derive(Debug)]
pub struct Described<'e, 'a>(pub(crate) &'e Event<'a>);

impl<'a> Event<'a> {
    /// What is said of it, in one line.
    #[must_use]
    pub fn unverified_description(&self) -> Described<'_, 'a> {
        Described(self)
    }
}

impl fmt::Display for Described<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = self.0.ima() {
            return entry.fmt(f);
        }
        if let Some(record) = self.0.cel() {
            return record.fmt(f);
        }
        match EventData::decode(self.0.type_, self.0.data) {
            Ok(data) => data.fmt(f),
            Err(error) => write!(f, "not decoded: {error}"),
        }
    }
}

/// Octets as text.
pub(crate) fn write_octets(f: &mut fmt::Formatter<'_>, octets: &[u8]) -> fmt::Result {
    for chunk in octets.utf8_chunks() {
        chunk.valid().chars().try_for_each(|c| write_escaped(f, c))?;
        if !chunk.invalid().is_empty() {
            write_escaped(f, char::REPLACEMENT_CHARACTER)?;
        }
    }
    Ok(())
}
