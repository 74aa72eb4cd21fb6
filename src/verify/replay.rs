//! What the registers hold if a log is true: one pass over it, for all banks at once.

use super::LogName;
use crate::crypto::{Crypto, CryptoError, Digest, HashAlgorithm};
use crate::log::{Event, Registers, TcgEventType, TcgLog};
use crate::structures::TpmAlgId;
use core::fmt;

/// A log, and the registers that it is to explain.
#[derive(Clone, Copy, Debug)]
pub struct LogPart<'a> {
    /// Whose log it is.
    pub name: LogName,
    /// The log.
    pub log: TcgLog<'a>,
    /// Its registers, a bit each, register 0 the lowest. Events of others are passed over.
    pub registers: u32,
}

impl<'a> LogPart<'a> {
    /// A log of the firmware, for all registers.
    #[must_use]
    pub fn whole(log: TcgLog<'a>) -> Self {
        Self { name: LogName::Firmware, log, registers: u32::MAX }
    }

    /// The events that extend its registers.
    pub(crate) fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        let part = *self;
        self.log.events().filter(move |event| event.extends() && part.covers(event))
    }

    fn covers(&self, event: &Event<'_>) -> bool {
        self.registers & 1u32.checked_shl(event.register()).unwrap_or(0) != 0
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
    banks: heapless::Vec<Bank, MAX_BANKS>,
    extended: u32,
}

#[derive(Clone, Debug)]
struct Bank {
    algorithm: HashAlgorithm,
    values: [Digest; REGISTERS],
    /// The registers of a log in which an event lacks a digest of this bank: their values are worth nothing.
    lacking: u32,
    /// The first such event.
    broken: Option<usize>,
}

/// Every algorithm that is hashed here may have a bank.
const MAX_BANKS: usize = 4;
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
    /// An event of a hardware core root of trust breaks a rule (the same, 10.4.1, `EV_EFI_HCRTM_EVENT`).
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
        let ccel = parts.iter().any(|part| part.log.registers() == Registers::Ccel);
        let mut replay = Self { banks: heapless::Vec::new(), extended: 0 };
        let known = |hash: &&HashAlgorithm| parts.iter().any(|part| part.log.has(TpmAlgId::from(**hash)));
        for algorithm in HashAlgorithm::ALL.iter().filter(known) {
            let values = core::array::from_fn(|register| {
                let ones = !ccel && u32::try_from(register).is_ok_and(|register| DYNAMIC.contains(&register));
                Digest::filled(*algorithm, if ones { 0xff } else { 0 })
            });
            // As many as there are algorithms fit.
            let _ = replay.banks.push(Bank { algorithm: *algorithm, values, lacking: 0, broken: None });
        }
        let mut start = Start::default();
        for part in parts {
            for event in part.log.events() {
                if part.covers(&event) {
                    start.prepare(&event, ccel, &mut replay)?;
                    if event.extends() {
                        replay.extend(&event, part.registers, crypto)?;
                    }
                }
            }
        }
        Ok(replay)
    }

    /// Sets a register in every bank.
    fn set(&mut self, register: usize, fill: impl Fn(&mut [u8])) {
        for value in self.banks.iter_mut().filter_map(|bank| bank.values.get_mut(register)) {
            fill(value.as_bytes_mut());
        }
    }

    fn extend(&mut self, event: &Event<'_>, registers: u32, crypto: &dyn Crypto) -> Result<(), ReplayError> {
        self.extended |= 1u32.checked_shl(event.register()).unwrap_or(0);
        let Ok(register) = usize::try_from(event.register()) else { return Ok(()) };
        let mut digests = event.digests.iter();
        for bank in &mut self.banks {
            // Most logs have the banks in this order: then each digest is read once.
            let algorithm = TpmAlgId::from(bank.algorithm);
            let next = digests.find(|(known, _)| *known == algorithm).map(|(_, digest)| digest);
            let Some(digest) = next.or_else(|| event.digests.get(algorithm)) else {
                bank.lacking |= registers;
                bank.broken = bank.broken.or(Some(event.index));
                continue;
            };
            let Some(value) = bank.values.get_mut(register) else { continue };
            let after = crypto.digest(bank.algorithm, &mut [value.as_bytes(), digest].into_iter());
            *value = after.map_err(ReplayError::Crypto)?;
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
        let bank = self.banks.iter().find(|one| one.algorithm == bank)?;
        let lacks = bank.lacking & 1u32.checked_shl(register.into()).unwrap_or(0) != 0;
        bank.values.get(usize::from(register)).filter(|_| !lacks).map(Digest::as_bytes)
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

/// What was said so far of the registers' start.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    locality: bool,
    hcrtm: bool,
    /// PCR 0 was extended by something else than a hardware root of trust.
    extended: bool,
}

impl Start {
    /// What an event changes before it is extended itself.
    fn prepare(&mut self, event: &Event<'_>, ccel: bool, replay: &mut Replay) -> Result<(), ReplayError> {
        let type_ = event.event_type().unverified();
        let last =
            |octet| move |value: &mut [u8]| value.iter_mut().next_back().into_iter().for_each(|last| *last = octet);
        if let Some(locality) = startup_locality(event, self.locality, self.extended || self.hcrtm)? {
            self.locality = true;
            if !ccel {
                replay.set(0, last(locality));
            }
        }
        if type_ == TcgEventType::EFI_HCRTM_EVENT {
            judge_hcrtm(event, self.extended)?;
            if !self.hcrtm && !ccel {
                // TPM 2.0 Part 1, 34.3: what measures before start-up does so from locality 4.
                replay.set(0, last(4));
            }
            self.hcrtm = true;
        } else if event.extends() && event.register() == 0 {
            self.extended = true;
        }
        // Intel TXT's events of a dynamic launch, the first of which sets these PCRs to zero.
        let launch = DYNAMIC.contains(&event.register()) && (0x401..0x500).contains(&type_.0);
        if launch && DYNAMIC.into_iter().all(|register| replay.extended & 1u32.checked_shl(register).unwrap_or(0) == 0)
        {
            for register in DYNAMIC.filter_map(|register| usize::try_from(register).ok()) {
                replay.set(register, |value| value.fill(0));
            }
        }
        Ok(())
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
