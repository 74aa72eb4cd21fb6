//! The stair from a verified quote to verified logs: which PCRs the logs explain, and what of their events may be believed.

use super::replay::{LogPart, Replay};
use super::{Attested, LogName, ReplayError};
use crate::crypto::{Crypto, HashAlgorithm};
use crate::log::{BlindLlama, Event, Measurement, TcgEventType};
use crate::structures::TpmAlgId;

/// Logs beside a quote or a document, replayed. Of a PCR that they explain, each event's digest was measured in this order; of others, nothing is known.
///
/// It cannot be made but by [`Attested::verify_logs`]:
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{Attested, VerifiedLogs};
/// # fn f<'a>(attested: Attested<'a>, other: VerifiedLogs<'a, 'a>) -> VerifiedLogs<'a, 'a> {
/// VerifiedLogs { attested, ..other }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerifiedLogs<'p, 'a> {
    attested: Attested<'a>,
    parts: &'p [LogPart<'a>],
    states: LogStates,
}

/// What the logs say of a quoted PCR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogState {
    /// The events of the logs lead to the quoted value; or there are none, and it is the value of a PCR that nothing extends.
    Explained,
    /// They lead to another value.
    Unexplained,
    /// There are no events of it, but something extended it.
    AbsentFromLog,
    /// An event lacks a digest of this bank, or every one does.
    WithoutBank,
}

/// What a replay found, a bit for each PCR; for each bank of [`HashAlgorithm::ALL`] where it differs between banks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LogStates {
    explained: [u32; HashAlgorithm::ALL.len()],
    without: [u32; HashAlgorithm::ALL.len()],
    extended: u32,
}

/// An event of a PCR that the logs explain.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedEvent<'a>(Measured<'a>);

/// An event beside one of its digests. Whether that was measured is for who holds it to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured<'a> {
    pub(crate) event: Event<'a>,
    pub(crate) name: LogName,
    pub(crate) bank: HashAlgorithm,
    pub(crate) digest: &'a [u8],
    pub(crate) crypto: &'a dyn Crypto,
}

impl<'a> Attested<'a> {
    /// Replays logs, and compares what they lead to with what was quoted, PCR by PCR in each quoted bank.
    ///
    /// # Errors
    /// If a log cannot be replayed. That it explains a PCR, or does not, is no error but a [`LogState`].
    pub fn verify_logs<'p>(&self, parts: &'p [LogPart<'a>]) -> Result<VerifiedLogs<'p, 'a>, ReplayError> {
        Ok(self.with_logs(parts, self.replayed(parts)?))
    }

    #[inline(never)]
    fn replayed(&self, parts: &[LogPart<'a>]) -> Result<LogStates, ReplayError> {
        let mut replay = Replay::start();
        replay.run(parts, self.crypto())?;
        let extended = replay.extended().fold(0, |bits, index| bits | bit(index));
        let mut states = LogStates { extended, ..LogStates::default() };
        for pcr in self.pcrs() {
            let Ok(bank) = HashAlgorithm::try_from(pcr.bank) else { continue };
            let bits = match replay.value(bank, pcr.index) {
                // Of a PCR that something else extended, the log has nothing in whatever bank.
                None if replay.is_extended(pcr.index) || pcr.value.iter().all(|octet| *octet == 0) => {
                    states.without.get_mut(place(bank))
                }
                Some(value) if value == pcr.value => states.explained.get_mut(place(bank)),
                _ => None,
            };
            if let Some(bits) = bits {
                *bits |= bit(pcr.index);
            }
        }
        Ok(states)
    }

    /// The logs that led to `states` when they were replayed beside this quote.
    pub(crate) fn with_logs<'p>(&self, parts: &'p [LogPart<'a>], states: LogStates) -> VerifiedLogs<'p, 'a> {
        VerifiedLogs { attested: *self, parts, states }
    }
}

impl<'a> VerifiedLogs<'_, 'a> {
    /// What they are beside.
    #[must_use]
    pub fn attested(&self) -> &Attested<'a> {
        &self.attested
    }

    /// What they say of a PCR; nothing if it was not quoted.
    #[must_use]
    pub fn state(&self, bank: HashAlgorithm, index: u8) -> Option<LogState> {
        self.attested.pcr(bank, index).map(|_| self.states.state(bank, index))
    }

    /// Whether an event of theirs extends a PCR.
    #[must_use]
    pub fn extends(&self, index: u8) -> bool {
        self.states.extended & bit(index) != 0
    }

    /// The events of a PCR in the order in which they extended it; none if the logs do not explain it.
    pub fn events(&self, bank: HashAlgorithm, index: u8) -> impl Iterator<Item = VerifiedEvent<'a>> + Clone {
        let explained = self.state(bank, index) == Some(LogState::Explained);
        let parts = if explained { self.parts } else { &[] };
        let crypto = self.attested.crypto();
        measured(parts, bank, index, crypto).map(VerifiedEvent)
    }

    /// All that the firmware's log has, whatever it is to explain. Nothing of it is verified, its order included.
    pub(crate) fn unverified_firmware(&self, bank: HashAlgorithm) -> impl Iterator<Item = Measured<'a>> {
        let crypto = self.attested.crypto();
        let part = self.parts.iter().find(|part| part.name == LogName::Firmware);
        let whole = part.map(|part| LogPart { registers: u32::MAX, ..*part });
        whole.into_iter().flat_map(move |part| part.measured(bank, crypto))
    }

    pub(crate) fn states(&self) -> LogStates {
        self.states
    }
}

/// The events of one register.
fn measured<'p, 'a>(
    parts: &'p [LogPart<'a>],
    bank: HashAlgorithm,
    index: u8,
    crypto: &'a dyn Crypto,
) -> impl Iterator<Item = Measured<'a>> + Clone + use<'p, 'a> {
    let of = move |measured: &Measured<'a>| measured.event.register() == u32::from(index);
    parts.iter().flat_map(move |part| part.measured(bank, crypto)).filter(of)
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
            let digest = event.digests.get(TpmAlgId::from(bank))?;
            Some(Measured { event, name, bank, digest, crypto })
        })
    }
}

impl LogStates {
    pub(crate) fn state(&self, bank: HashAlgorithm, index: u8) -> LogState {
        let has = |bits: &[u32]| bits.get(place(bank)).is_some_and(|bits| bits & bit(index) != 0);
        if has(&self.explained) {
            LogState::Explained
        } else if has(&self.without) {
            LogState::WithoutBank
        } else if self.extended & bit(index) == 0 {
            LogState::AbsentFromLog
        } else {
            LogState::Unexplained
        }
    }
}

fn place(bank: HashAlgorithm) -> usize {
    HashAlgorithm::ALL.iter().position(|known| *known == bank).unwrap_or(usize::MAX)
}

fn bit(index: u8) -> u32 {
    1u32.checked_shl(index.into()).unwrap_or(0)
}

impl<'a> VerifiedEvent<'a> {
    /// The event as the log has it: its type, and its data where [`VerifiedEvent::data`] is none, are only said.
    #[must_use]
    pub fn event(&self) -> &Event<'a> {
        &self.0.event
    }

    /// The log that it stands in.
    #[must_use]
    pub fn log(&self) -> LogName {
        self.0.name
    }

    /// The bank that it was verified in.
    #[must_use]
    pub fn bank(&self) -> HashAlgorithm {
        self.0.bank
    }

    /// What extended the PCR.
    #[must_use]
    pub fn digest(&self) -> &'a [u8] {
        self.0.digest
    }

    /// The data, if the digest is of exactly these octets.
    #[must_use]
    pub fn data(&self) -> Option<&'a [u8]> {
        self.0.data()
    }

    /// The measurement of an application, if the digest is of exactly its octets.
    #[must_use]
    pub fn measurement(&self) -> Option<Measurement<'a>> {
        self.0.measurement()
    }

    pub(crate) fn measured(&self) -> &Measured<'a> {
        &self.0
    }
}

impl<'a> Measured<'a> {
    pub(crate) fn data(&self) -> Option<&'a [u8]> {
        let data = self.event.data().unverified();
        self.is_of(data).then_some(data)
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
            _ => None,
        }
    }

    /// Whether this ends an application's log.
    pub(crate) fn is_seal(&self) -> bool {
        self.measurement_if(|found| found.kind == Measurement::SEAL).is_some()
    }

    /// Whether the digest is of these octets.
    pub(crate) fn is_of(&self, octets: &[u8]) -> bool {
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
