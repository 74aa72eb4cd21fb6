//! An event beside one of its digests, and what that digest is of.

use super::{LogName, LogPart};
use crate::crypto::{Crypto, Digest, HashAlgorithm};
use crate::log::{BlindLlama, Event, EventStrings, Events, ImaFile, Measurement, TcgEventType};
use crate::structures::TpmAlgId;

/// An event beside one of its digests. Whether that was measured is for who holds it to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured<'a> {
    pub(crate) event: Event<'a>,
    pub(crate) name: LogName,
    pub(crate) bank: HashAlgorithm,
    pub(crate) digest: &'a [u8],
    pub(crate) crypto: &'a dyn Crypto,
}

/// The events of logs that extend some registers, in order, each with its digest of a bank. They are walked in one place, for the sake of
/// small machines.
#[derive(Clone)]
pub(crate) struct MeasuredEvents<'p, 'a> {
    parts: core::slice::Iter<'p, LogPart<'a>>,
    of: EventFilter,
    bank: HashAlgorithm,
    crypto: &'a dyn Crypto,
    /// The log that is being read.
    part: Option<(&'p LogPart<'a>, Events<'a>)>,
}

/// Which events are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventFilter {
    /// Those of these registers, a bit each.
    pub(crate) registers: u32,
    /// Those of the registers that their log is to explain.
    pub(crate) explained: bool,
    /// Of a runtime list so many entries: it grows after the quote.
    pub(crate) entries: u32,
}

impl EventFilter {
    /// All that the logs are to explain.
    #[cfg(feature = "documents")]
    pub(crate) const ALL: Self = Self { registers: u32::MAX, explained: true, entries: u32::MAX };
}

impl<'p, 'a> MeasuredEvents<'p, 'a> {
    pub(crate) fn new(parts: &'p [LogPart<'a>], of: EventFilter, bank: HashAlgorithm, crypto: &'a dyn Crypto) -> Self {
        Self { parts: parts.iter(), of, bank, crypto, part: None }
    }
}

impl<'a> Iterator for MeasuredEvents<'_, 'a> {
    type Item = Measured<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Measured<'a>> {
        loop {
            let Some((part, events)) = &mut self.part else {
                let part = self.parts.next()?;
                self.part = Some((part, part.log.reader()));
                continue;
            };
            let Some(event) = events.next() else {
                self.part = None;
                continue;
            };
            let registers = self.of.registers & if self.of.explained { part.registers } else { u32::MAX };
            if !event.extends() || !is_of(&event, registers) {
                continue;
            }
            let digest = match event.ima() {
                Some(_) if u32::try_from(event.index).is_ok_and(|index| index >= self.of.entries) => None,
                Some(entry) => Some(entry.recorded_digest()),
                None => event.digests.get(TpmAlgId::from(self.bank)),
            };
            if let Some(digest) = digest {
                return Some(Measured { event, name: part.name, bank: self.bank, digest, crypto: self.crypto });
            }
        }
    }
}

/// Whether an event is of one of the registers, a bit each.
pub(crate) fn is_of(event: &Event<'_>, registers: u32) -> bool {
    registers & bit(event.register()) != 0
}

/// The bit of a register in a set of them; none where there is no such register.
pub(crate) fn bit(register: u32) -> u32 {
    1u32.checked_shl(register).unwrap_or(0)
}

impl<'a> Measured<'a> {
    pub(crate) fn data(&self) -> Option<&'a [u8]> {
        let data = self.event.data().unverified();
        if let Some(entry) = self.event.ima() {
            return Some(data).filter(|_| !entry.is_violation());
        }
        self.is_of(data).then_some(data)
    }

    /// The file or buffer that an entry of a runtime list measured, if it is of a template that is known, and no violation.
    pub(crate) fn file(&self) -> Option<ImaFile<'a>> {
        self.event.ima().filter(|entry| !entry.is_violation())?.file().ok()
    }

    /// With what an entry of a runtime list extended the bank.
    pub(crate) fn extended(&self) -> Option<Digest> {
        self.event.ima()?.extended(self.bank, self.crypto).ok()
    }

    pub(crate) fn measurement(&self) -> Option<Measurement<'a>> {
        self.measurement_if(|_| true)
    }

    /// The measurement, if it is `wanted`; else nothing is hashed, of which a log may hold much.
    ///
    /// Only an application's own log has measurements: elsewhere, octets that somebody else chose are hashed into PCRs too, such as a
    /// command line, and could look like one.
    pub(crate) fn measurement_if(&self, wanted: impl FnOnce(&Measurement<'a>) -> bool) -> Option<Measurement<'a>> {
        match self.name {
            LogName::Application if self.event.event_type().unverified() == TcgEventType::EVENT_TAG => {
                let der = Measurement::tagged(self.event.data().unverified())?;
                let measurement = Measurement::from_der(der).ok().filter(wanted)?;
                self.is_of(der).then_some(measurement)
            }
            // What its events are is known of SHA-256 only.
            LogName::BlindLlamaV2 if self.bank == HashAlgorithm::Sha256 => {
                BlindLlama::measurement(&self.event).filter(wanted)
            }
            LogName::BlindLlamaV1 => self.string(EventStrings::BlindLlamaV1, wanted),
            LogName::AiCert => self.string(EventStrings::AiCert, wanted),
            _ => None,
        }
    }

    /// A string that was extended as its SHA-256; of other banks nothing is known.
    fn string(&self, of: EventStrings, wanted: impl FnOnce(&Measurement<'a>) -> bool) -> Option<Measurement<'a>> {
        let measurement = of.measurement(&self.event).filter(|_| self.bank == HashAlgorithm::Sha256).filter(wanted)?;
        self.is_of(self.event.data().unverified()).then_some(measurement)
    }

    /// Whether this ends an application's log.
    pub(crate) fn is_seal(&self) -> bool {
        self.measurement_if(|found| found.kind == Measurement::SEAL).is_some()
    }

    /// Whether the digest is of these octets.
    pub(crate) fn is_of(&self, octets: &[u8]) -> bool {
        if self.event.is_ima() {
            return false;
        }
        let digest = self.crypto.digest(self.bank, &mut [octets].into_iter());
        digest.is_ok_and(|digest| digest.as_bytes() == self.digest)
    }

    /// Told by the digest, whatever the log calls the event.
    pub(crate) fn is_separator(&self) -> bool {
        self.is_of(&[0; 4])
    }

    /// The value of a separator that tells an error, likewise.
    pub(crate) fn error_separator(&self) -> Option<u32> {
        [1, u32::MAX].into_iter().find(|value: &u32| self.is_of(&value.to_le_bytes()))
    }

    /// Whether the log calls it a separator.
    pub(crate) fn is_called_separator(&self) -> bool {
        self.event.event_type().unverified() == TcgEventType::SEPARATOR
    }
}
