//! What the registers hold if a log is true: one pass over it, for all banks at once.

use crate::crypto::{Crypto, CryptoError, Digest, HashAlgorithm};
use crate::log::{Event, Registers, TcgEventType, TcgLog};
use crate::structures::TpmAlgId;
use core::fmt;

/// A log, and the registers that it is to explain.
#[derive(Clone, Copy, Debug)]
pub struct LogPart<'a> {
    /// The log.
    pub log: TcgLog<'a>,
    /// Its registers, a bit each, register 0 the lowest. Events of others are passed over.
    pub registers: u32,
}

impl<'a> LogPart<'a> {
    /// The log, for all registers.
    #[must_use]
    pub fn whole(log: TcgLog<'a>) -> Self {
        Self { log, registers: u32::MAX }
    }

    /// The events that extend its registers.
    pub(crate) fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        let registers = self.registers;
        let of_these = move |event: &Event<'_>| registers & 1u32.checked_shl(event.register()).unwrap_or(0) != 0;
        self.log.events().filter(Event::extends).filter(of_these)
    }
}

/// The registers that logs lead to. It is consistency, not trust: until a quote holds the same values, nobody vouches for them.
#[derive(Clone, Debug)]
pub struct Replay {
    banks: heapless::Vec<Bank, MAX_BANKS>,
    extended: u32,
}

#[derive(Clone, Debug)]
struct Bank {
    algorithm: HashAlgorithm,
    values: [[u8; MAX_DIGEST]; REGISTERS],
    /// The first event that lacks a digest of this bank: its values are worth nothing.
    broken: Option<usize>,
}

/// Every algorithm that is hashed here may have a bank.
const MAX_BANKS: usize = 4;
const MAX_DIGEST: usize = 64;
const REGISTERS: usize = 24;
/// The PCRs that a dynamic launch resets: all ones until then.
const DYNAMIC: core::ops::RangeInclusive<u32> = 17..=22;

/// Why a log cannot be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayError {
    /// An event about the locality of start-up breaks a rule (PC Client Platform Firmware Profile 1.06, 10.4.5.3).
    #[expect(missing_docs, reason = "the number of the event, and the rule")]
    StartupLocality { event: usize, rule: &'static str },
    /// An event of a hardware core root of trust breaks a rule (the same, 10.4.1 and 10.2.3).
    #[expect(missing_docs, reason = "the number of the event, and the rule")]
    Hcrtm { event: usize, rule: &'static str },
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
        let start = Start::of(parts)?;
        let mut replay = Self { banks: heapless::Vec::new(), extended: 0 };
        let known = |hash: &&HashAlgorithm| parts.iter().any(|part| part.log.has(TpmAlgId::from(**hash)));
        for algorithm in HashAlgorithm::ALL.iter().filter(known) {
            let values = core::array::from_fn(|register| start.value(register, algorithm.output_len()));
            // As many as there are algorithms fit.
            let _ = replay.banks.push(Bank { algorithm: *algorithm, values, broken: None });
        }
        for event in parts.iter().flat_map(LogPart::events) {
            replay.extend(&event, crypto)?;
        }
        Ok(replay)
    }

    fn extend(&mut self, event: &Event<'_>, crypto: &dyn Crypto) -> Result<(), ReplayError> {
        self.extended |= 1u32.checked_shl(event.register()).unwrap_or(0);
        let Ok(register) = usize::try_from(event.register()) else { return Ok(()) };
        for bank in &mut self.banks {
            let Some(digest) = event.digests.get(TpmAlgId::from(bank.algorithm)) else {
                bank.broken = bank.broken.or(Some(event.index));
                continue;
            };
            let Some(value) = bank.values.get_mut(register) else { continue };
            let before = value.get(..bank.algorithm.output_len()).unwrap_or_default();
            let after =
                crypto.digest(bank.algorithm, &mut [before, digest].into_iter()).map_err(ReplayError::Crypto)?;
            store(value, &after);
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

    /// The value of a register, extended or not; nothing of a bank that the log lacks in part or whole.
    #[must_use]
    pub fn value(&self, bank: HashAlgorithm, register: u8) -> Option<&[u8]> {
        let bank = self.banks.iter().find(|one| one.algorithm == bank && one.broken.is_none())?;
        bank.values.get(usize::from(register))?.get(..bank.algorithm.output_len())
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

fn store(value: &mut [u8; MAX_DIGEST], digest: &Digest) {
    for (place, octet) in value.iter_mut().zip(digest.as_bytes()) {
        *place = *octet;
    }
}

/// What the registers hold before the first event.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    /// The last octet of PCR 0.
    locality: u8,
    /// Whether a dynamic launch happened.
    dynamic: bool,
    ccel: bool,
}

impl Start {
    fn of(parts: &[LogPart<'_>]) -> Result<Self, ReplayError> {
        let ccel = parts.iter().any(|part| part.log.registers() == Registers::Ccel);
        let mut start = Self { ccel, ..Self::default() };
        let (mut locality, mut hcrtm) = (None, false);
        let (mut extended, mut touched) = (false, false);
        // Only the log of PCR 0 speaks of its start.
        let first = parts.iter().filter(|part| part.registers & 1 != 0);
        for event in first.flat_map(|part| part.log.events()) {
            if let Some(found) = startup_locality(&event, locality.is_some(), extended)? {
                locality = Some(found);
            }
            if event.event_type().unverified() == TcgEventType::EFI_HCRTM_EVENT {
                judge_hcrtm(&event, touched)?;
                hcrtm = true;
            } else {
                touched |= event.extends() && event.register() == 0;
            }
            extended |= event.extends() && event.register() == 0;
        }
        let launch = |event: Event<'_>| {
            DYNAMIC.contains(&event.register()) && (0x401..0x500).contains(&event.event_type().unverified().0)
        };
        start.dynamic = parts.iter().flat_map(LogPart::events).any(launch);
        // TPM 2.0 Part 1, 34.3: H-CRTM measures before start-up, which leaves 4.
        start.locality = if hcrtm { 4 } else { locality.unwrap_or(0) };
        Ok(start)
    }

    fn value(self, register: usize, size: usize) -> [u8; MAX_DIGEST] {
        let dynamic = u32::try_from(register).is_ok_and(|register| DYNAMIC.contains(&register));
        if dynamic && !self.dynamic && !self.ccel {
            return [0xff; MAX_DIGEST];
        }
        let mut value = [0; MAX_DIGEST];
        if register == 0
            && !self.ccel
            && let Some(last) = value.get_mut(size.saturating_sub(1))
        {
            *last = self.locality;
        }
        value
    }
}

/// The locality that an event is about, if it is such an event.
fn startup_locality(event: &Event<'_>, twice: bool, late: bool) -> Result<Option<u8>, ReplayError> {
    let no = |rule| Err(ReplayError::StartupLocality { event: event.index, rule });
    if event.extends() {
        return Ok(None);
    }
    match event.data().unverified().strip_prefix(b"StartupLocality\0") {
        None => Ok(None),
        Some(_) if event.register() != 0 => no("it is of PCR 0"),
        Some(_) if twice => no("there is one at most"),
        Some(_) if late => no("it stands before PCR 0 is extended"),
        Some([locality @ (0 | 3 | 4)]) => Ok(Some(*locality)),
        Some([_]) => no("the locality is 0, 3 or 4"),
        Some(_) => no("it has 17 octets"),
    }
}

fn judge_hcrtm(event: &Event<'_>, late: bool) -> Result<(), ReplayError> {
    let no = |rule| Err(ReplayError::Hcrtm { event: event.index, rule });
    match event.data().unverified() {
        _ if event.register() != 0 => no("it is of PCR 0"),
        _ if late => no("it stands before any other event of PCR 0"),
        b"HCRTM" => Ok(()),
        _ => no("its data is \"HCRTM\""),
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
            Self::Crypto(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ReplayError {}
