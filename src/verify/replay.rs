//! What the registers hold if a log is true: one pass over it, for all banks at once.

use super::start_up::{DYNAMIC, Start};
use super::{LogName, PcrValues, is_of};
use crate::crypto::{Crypto, CryptoError, HashAlgorithm};
use crate::log::{Event, EventLog, Registers};
use crate::structures::TpmAlgId;
use core::fmt;

/// A log, and the registers that it is to explain.
#[derive(Clone, Copy, Debug)]
pub struct LogPart<'a> {
    /// Whose log it is.
    pub name: LogName,
    /// The log.
    pub log: EventLog<'a>,
    /// Its registers, a bit each, register 0 the lowest. Events of others are passed over.
    pub registers: u32,
}

impl<'a> LogPart<'a> {
    /// A log for all registers, of whose name its format tells: a firmware's, a runtime list, or a Canonical Event Log.
    #[must_use]
    pub fn whole(log: impl Into<EventLog<'a>>) -> Self {
        let log = log.into();
        let name = match log {
            EventLog::Tcg(_) => LogName::Firmware,
            EventLog::Ima(_) => LogName::Ima,
            EventLog::Cel(_) => LogName::Cel,
        };
        Self { name, log, registers: u32::MAX }
    }

    /// The events of its registers; of those of a runtime list, for which this is, all extend theirs.
    pub(crate) fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        let registers = self.registers;
        self.log.events().filter(move |event| is_of(event, registers))
    }
}

/// The registers that logs lead to. It is consistency, not trust: until a quote holds the same values, nobody vouches for them, and so
/// it hands out no event:
///
/// ```compile_fail,E0599
/// # fn f(replay: tpmproof::verify::Replay) {
/// replay.events(tpmproof::crypto::HashAlgorithm::Sha256, 7); // no such method: only `VerifiedLogs` has it
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Replay {
    /// For each of the banks and each register as many octets as a digest has. It stands alone and begins as zeros, so that it is made
    /// where it stays.
    values: [[[u8; MAX_DIGEST]; REGISTERS]; BANKS],
    /// Those that a log has, in the order of [`HashAlgorithm::ALL`].
    banks: heapless::Vec<Bank, BANKS>,
    extended: u32,
}

#[derive(Clone, Copy, Debug)]
struct Bank {
    algorithm: HashAlgorithm,
    /// The registers of a log in which an event lacks a digest of this bank: their values are worth nothing.
    lacking: u32,
    /// The first such event.
    broken: Option<usize>,
}

/// Every algorithm that is hashed here may have a bank.
const BANKS: usize = HashAlgorithm::ALL.len();
const REGISTERS: usize = 24;
/// The octets of the largest digest.
const MAX_DIGEST: usize = 64;

/// Why a log cannot be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayError {
    /// An event about the locality of start-up breaks a rule (PC Client Platform Firmware Profile 1.06, 10.4.5.3).
    #[expect(missing_docs, reason = "the number of the event, and the rule")]
    StartupLocality { event: usize, rule: &'static str },
    /// An event of a hardware core root of trust breaks a rule (the same, 10.4.1, `EV_EFI_HCRTM_EVENT`).
    #[expect(missing_docs, reason = "the number of the event, and the rule")]
    Hcrtm { event: usize, rule: &'static str },
    /// An entry of a runtime list breaks a rule, or the list does.
    #[expect(missing_docs, reason = "the number of the entry, and the rule")]
    RuntimeList { event: usize, rule: &'static str },
    /// The arithmetic failed.
    Crypto(CryptoError),
}

impl Replay {
    /// Replays logs in every bank that one of them has and that is hashed here. Where two are to explain one register, the events of
    /// the later one follow those of the earlier.
    ///
    /// # Errors
    /// If an event that is about the registers' initial values breaks a rule.
    pub fn of(parts: &[LogPart<'_>], crypto: &dyn Crypto) -> Result<Self, ReplayError> {
        let mut replay = Self::start();
        replay.run(parts, crypto, None)?;
        Ok(replay)
    }

    /// The same, of a runtime list no more than these values cover.
    #[cfg(feature = "prover")]
    pub(crate) fn up_to(
        parts: &[LogPart<'_>],
        quoted: Option<PcrValues<'_>>,
        crypto: &dyn Crypto,
    ) -> Result<Self, ReplayError> {
        let mut replay = Self::start();
        replay.run(parts, crypto, quoted)?;
        Ok(replay)
    }

    /// Nothing yet. A replay is large for the stack of a small machine, which has no place for a second.
    #[inline(always)]
    pub(crate) fn start() -> Self {
        const ZEROS: [[[u8; MAX_DIGEST]; REGISTERS]; BANKS] = [[[0; MAX_DIGEST]; REGISTERS]; BANKS];
        Self { values: ZEROS, banks: heapless::Vec::new(), extended: 0 }
    }

    /// Replays logs from the start; a runtime list until it leads to what was `quoted`, for it grows. Gives how many of its entries count.
    pub(crate) fn run(
        &mut self,
        parts: &[LogPart<'_>],
        crypto: &dyn Crypto,
        quoted: Option<PcrValues<'_>>,
    ) -> Result<u32, ReplayError> {
        let ccel = parts.iter().any(|part| part.log.registers() == Registers::Ccel);
        let known = |hash: &&HashAlgorithm| parts.iter().any(|part| part.log.has(TpmAlgId::from(**hash)));
        for algorithm in HashAlgorithm::ALL.iter().filter(known) {
            // A bank that cannot be hashed here is passed over only where it is known not to be quoted.
            if let Err(error) = crypto.digest(*algorithm, &mut core::iter::empty()) {
                if quoted.is_none_or(|values| values.bank(TpmAlgId::from(*algorithm)).next().is_some()) {
                    return Err(ReplayError::Crypto(error));
                }
                continue;
            }
            // As many as there are algorithms fit.
            let _ = self.banks.push(Bank { algorithm: *algorithm, lacking: 0, broken: None });
        }
        if !ccel {
            for register in DYNAMIC.filter_map(|register| usize::try_from(register).ok()) {
                self.set(register, |value| value.fill(0xff));
            }
        }
        let mut start = Start::default();
        let mut counted = 0;
        for part in parts {
            if let EventLog::Ima(_) = part.log {
                counted = self.run_list(part, crypto, quoted)?;
                continue;
            }
            for event in part.log.events() {
                if is_of(&event, part.registers) {
                    start.prepare(&event, ccel, self)?;
                    if event.extends() {
                        self.extend(&event, part.registers, crypto)?;
                    }
                }
            }
        }
        Ok(counted)
    }

    /// The registers whose bits are extended by something.
    pub(crate) fn mark(&mut self, register: u32) {
        self.extended |= 1u32.checked_shl(register).unwrap_or(0);
    }

    /// The value of a register in each bank.
    pub(crate) fn values_mut(&mut self, register: u32) -> impl Iterator<Item = (HashAlgorithm, &mut [u8; MAX_DIGEST])> {
        let register = usize::try_from(register).unwrap_or(usize::MAX);
        let values = self.values.iter_mut().map(move |values| values.get_mut(register));
        self.banks.iter().zip(values).filter_map(|(bank, value)| Some((bank.algorithm, value?)))
    }

    /// Sets a register in every bank.
    pub(super) fn set(&mut self, register: usize, fill: impl Fn(&mut [u8])) {
        for (values, bank) in self.values.iter_mut().zip(&self.banks) {
            let value = values.get_mut(register).and_then(|value| value.get_mut(..bank.algorithm.output_len()));
            value.into_iter().for_each(&fill);
        }
    }

    fn extend(&mut self, event: &Event<'_>, registers: u32, crypto: &dyn Crypto) -> Result<(), ReplayError> {
        self.mark(event.register());
        let Ok(register) = usize::try_from(event.register()) else { return Ok(()) };
        let mut digests = event.digests.iter();
        for (bank, values) in self.banks.iter_mut().zip(&mut self.values) {
            // Most logs have the banks in this order: then each digest is read once.
            let id = TpmAlgId::from(bank.algorithm);
            let next = digests.find(|(known, _)| *known == id).map(|(_, digest)| digest);
            let Some(digest) = next.or_else(|| event.digests.get(id)) else {
                bank.lacking |= registers;
                bank.broken = bank.broken.or(Some(event.index));
                continue;
            };
            let Some(place) = values.get_mut(register) else { continue };
            let value = place.get(..bank.algorithm.output_len()).unwrap_or_default();
            // Not by `?`: a result that is moved, and read wider than it was written, costs a tenth of the time.
            let after = crypto.digest(bank.algorithm, &mut [value, digest].into_iter());
            match &after {
                Ok(after) => *place = *after.padded(),
                Err(error) => return Err(ReplayError::Crypto(*error)),
            }
        }
        Ok(())
    }

    /// The banks of which each event has a digest, in the order of [`HashAlgorithm::ALL`].
    pub fn banks(&self) -> impl Iterator<Item = HashAlgorithm> + '_ {
        self.banks.iter().filter(|bank| bank.broken.is_none()).map(|bank| bank.algorithm)
    }

    /// The banks of which a digest is missing, and in which event first.
    pub fn broken_banks(&self) -> impl Iterator<Item = (HashAlgorithm, usize)> + '_ {
        self.banks.iter().filter_map(|bank| Some((bank.algorithm, bank.broken?)))
    }

    /// The value of a register, extended or not; nothing where a log that it is of lacks the bank in part or whole.
    #[must_use]
    pub fn value(&self, bank: HashAlgorithm, register: u8) -> Option<&[u8]> {
        let (known, values) = self.banks.iter().zip(&self.values).find(|(known, _)| known.algorithm == bank)?;
        let lacks = known.lacking & 1u32.checked_shl(register.into()).unwrap_or(0) != 0;
        values.get(usize::from(register))?.get(..bank.output_len()).filter(|_| !lacks)
    }

    /// The registers that the log extends, ascending.
    pub fn extended(&self) -> impl Iterator<Item = u8> + '_ {
        (0..24u8).filter(|register| self.is_extended(*register))
    }

    /// Whether the log extends a register.
    #[must_use]
    pub fn is_extended(&self, register: u8) -> bool {
        self.extended & 1u32.checked_shl(register.into()).unwrap_or(0) != 0
    }
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartupLocality { event, rule } => {
                write!(f, "event {event} is about the locality of start-up, but is not as it must be: {rule}")
            }
            Self::Hcrtm { event, rule } => {
                write!(f, "event {event} is of a hardware core root of trust, but is not as it must be: {rule}")
            }
            Self::RuntimeList { event, rule } => {
                write!(f, "entry {event} of the runtime list is not as it must be: {rule}")
            }
            Self::Crypto(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ReplayError {}
