//! The stair from a verified quote to verified logs: which PCRs the logs explain, and what of their events may be believed.

use super::replay::{LogPart, Replay};
use super::{Attested, EventFilter, LogName, Measured, MeasuredEvents, ReplayError, bit};
use crate::crypto::HashAlgorithm;
use crate::log::{Event, EventLog, ImaEntry, Measurement};

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
    /// How many entries of the runtime list the quote covers.
    entries: u32,
}

/// An event of a PCR that the logs explain.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedEvent<'a>(Measured<'a>);

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
        if parts.iter().filter(|part| matches!(part.log, EventLog::Ima(_))).count() > 1 {
            return Err(ReplayError::RuntimeList { event: 0, rule: "there is one list" });
        }
        let entries = replay.run(parts, self.crypto(), self.values())?;
        let extended = replay.extended().fold(0, |bits, index| bits | bit(index.into()));
        let mut states = LogStates { extended, entries, ..LogStates::default() };
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
                *bits |= bit(pcr.index.into());
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
        self.states.extended & bit(index.into()) != 0
    }

    /// The events of a PCR in the order in which they extended it; none if the logs do not explain it.
    pub fn events(&self, bank: HashAlgorithm, index: u8) -> impl Iterator<Item = VerifiedEvent<'a>> + Clone {
        let explained = self.state(bank, index) == Some(LogState::Explained);
        let parts = if explained { self.parts } else { &[] };
        let crypto = self.attested.crypto();
        let of = EventFilter { registers: bit(index.into()), explained: true, entries: self.states.entries };
        MeasuredEvents::new(parts, of, bank, crypto).map(VerifiedEvent)
    }

    /// Whether the quote covers an event: a runtime list grows after it.
    fn counted(&self) -> impl Fn(&Event<'_>) -> bool + Clone + use<> {
        let entries = self.states.entries;
        move |event| !event.is_ima() || u32::try_from(event.index).is_ok_and(|index| index < entries)
    }

    /// The entries of the runtime list that the quote covers, if there is a list, of the PCRs that it is to explain. Where the list does not
    /// explain its PCR, nothing is known of them.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Event<'a>, ImaEntry<'a>)> + Clone {
        let counts = self.counted();
        let events = self.parts.iter().flat_map(LogPart::events).filter(move |event| counts(event));
        events.filter_map(|event| event.ima().map(|entry| (event, entry)))
    }

    /// Whether a runtime list is among the logs that are to explain a PCR.
    pub(crate) fn has_list(&self, index: u8) -> bool {
        self.parts.iter().any(|part| matches!(part.log, EventLog::Ima(_)) && part.registers & bit(index.into()) != 0)
    }

    /// All that the firmware's log has, whatever it is to explain. Nothing of it is verified, its order included.
    pub(crate) fn unverified_firmware(&self, bank: HashAlgorithm) -> impl Iterator<Item = Measured<'a>> {
        let crypto = self.attested.crypto();
        let part = self.parts.iter().find(|part| part.name == LogName::Firmware);
        let of = EventFilter { registers: u32::MAX, explained: false, entries: u32::MAX };
        MeasuredEvents::new(part.map_or(&[], core::slice::from_ref), of, bank, crypto)
    }

    pub(crate) fn states(&self) -> LogStates {
        self.states
    }
}

impl LogStates {
    pub(crate) fn state(&self, bank: HashAlgorithm, index: u8) -> LogState {
        let has = |bits: &[u32]| bits.get(place(bank)).is_some_and(|bits| bits & bit(index.into()) != 0);
        if has(&self.explained) {
            LogState::Explained
        } else if has(&self.without) {
            LogState::WithoutBank
        } else if self.extended & bit(index.into()) == 0 {
            LogState::AbsentFromLog
        } else {
            LogState::Unexplained
        }
    }
}

fn place(bank: HashAlgorithm) -> usize {
    HashAlgorithm::ALL.iter().position(|known| *known == bank).unwrap_or(usize::MAX)
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

    /// What extended the PCR. Of an entry of a runtime list it is the digest that the list has: whether that is of the entry's data was
    /// verified, in whatever bank.
    #[must_use]
    pub fn digest(&self) -> &'a [u8] {
        self.0.digest
    }

    /// The data, if the digest is of exactly these octets.
    #[must_use]
    pub fn data(&self) -> Option<&'a [u8]> {
        self.0.data()
    }

    /// The entry of a runtime list, if this is one.
    #[must_use]
    pub fn ima(&self) -> Option<ImaEntry<'a>> {
        self.0.event.ima()
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
