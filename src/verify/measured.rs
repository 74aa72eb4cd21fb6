//! An event beside one of its digests, and what that digest is of.

use super::{LogName, LogPart};
use crate::crypto::{Crypto, Digest, HashAlgorithm};
use crate::log::{BlindLlama, Event, EventStrings, ImaFile, Measurement, TcgEventType};
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

impl<'a> LogPart<'a> {
    /// The events that extend its registers, each with its digest of a bank.
    pub(crate) fn measured(
        &self,
        bank: HashAlgorithm,
        crypto: &'a dyn Crypto,
    ) -> impl Iterator<Item = Measured<'a>> + Clone + use<'a> {
        let name = self.name;
        self.events().filter_map(move |event| {
            let digest = match event.ima() {
                Some(entry) => entry.recorded_digest(),
                None => event.digests.get(TpmAlgId::from(bank))?,
            };
            Some(Measured { event, name, bank, digest, crypto })
        })
    }
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
