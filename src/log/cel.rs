//! The Canonical Event Log of the TCG (Canonical Event Log Format 1.0) in TLV: a type in one octet, a length in four, highest first, and
//! as many octets. A record has its number, its register, its digests and its content, in this order.

use super::little_endian::{Read, array, octets, uint8};
use super::tcg_event::{Digests, Event, Events, Form};
use super::{CelContent, CelRecord, LogError, LogErrorKind, Registers, TcgEventType};
use crate::structures::{TpmAlgId, TpmiAlgHash};
use crate::wire::{Decode, Foreign};

/// A Canonical Event Log, all of it known to decode.
#[derive(Clone, Copy, Debug)]
pub struct CelLog<'a> {
    octets: &'a [u8],
    registers: Registers,
    count: usize,
    foreign: Foreign,
}

const RECORD_NUMBER: u8 = 0;
const PCR: u8 = 1;
const NV_INDEX: u8 = 2;
const DIGESTS: u8 = 3;
/// The measurement register of a confidential machine, numbered as in a CCEL. It is Google's addition.
const CCMR: u8 = 108;

impl<'a> CelLog<'a> {
    /// Reads a log from all of `bytes`.
    ///
    /// # Errors
    /// If anything in it is not a record, its number is not its place, or records are of registers of two kinds.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, LogError> {
        let at = |kind, event, rest: &[u8]| LogError { kind, event, offset: bytes.len().saturating_sub(rest.len()) };
        let foreign = LogError::foreign()?;
        let (mut rest, mut count, mut registers) = (bytes, 0usize, None);
        while !rest.is_empty() {
            let judged = record(foreign, rest, count).and_then(|(record, after)| {
                let of = record.registers();
                if of.is_some() && registers.is_some() && of != registers {
                    return Err(LogErrorKind::malformed(
                        "records are of PCRs and of registers of a confidential machine",
                    ));
                }
                event(&record, count, 0).judge_register(of.unwrap_or(Registers::Pcr))?;
                record.decoded()?;
                Ok((of, after))
            });
            let (of, after) = judged.map_err(|kind| at(kind, count, rest))?;
            registers = registers.or(of);
            (rest, count) = (after, count.saturating_add(1));
        }
        if count == 0 {
            return Err(at(LogErrorKind::Empty, 0, bytes));
        }
        Ok(Self { octets: bytes, registers: registers.unwrap_or(Registers::Pcr), count, foreign })
    }

    /// The registers that its records extend.
    #[must_use]
    pub fn registers(&self) -> Registers {
        self.registers
    }

    /// Whether a record has a digest by this algorithm.
    #[must_use]
    pub fn has(&self, algorithm: TpmAlgId) -> bool {
        self.events().any(|event| event.digests.get(algorithm).is_some())
    }

    /// The records in order.
    pub fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        self.reader()
    }

    pub(super) fn reader(&self) -> Events<'a> {
        Events { form: Form::Cel(self.foreign), rest: self.octets, offset: 0, index: 0 }
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Never: a log has a record at least.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// A type, and what it is of.
pub(super) fn tlv(input: &[u8]) -> Read<'_, (u8, &[u8])> {
    let (type_, rest) = uint8(input)?;
    let (length, rest) = array(rest)?;
    let (value, rest) = octets(rest, usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX))?;
    Ok(((type_, value), rest))
}

/// The value of a TLV that must be of this type.
fn of_type<'a>(type_: u8, what: &'static str, input: &'a [u8]) -> Read<'a, &'a [u8]> {
    match tlv(input)? {
        ((found, value), rest) if found == type_ => Ok((value, rest)),
        _ => Err(LogErrorKind::malformed(what)),
    }
}

/// A number of one to eight octets.
fn number(octets: &[u8]) -> Result<u64, LogErrorKind> {
    if octets.is_empty() || octets.len() > 8 {
        return Err(LogErrorKind::malformed("a number has one to eight octets"));
    }
    Ok(octets.iter().fold(0, |number, octet| number << 8 | u64::from(*octet)))
}

/// A record: its number, which is its place, and what follows that.
fn record(foreign: Foreign, input: &[u8], index: usize) -> Read<'_, CelRecord<'_>> {
    let (value, rest) = of_type(RECORD_NUMBER, "a record begins with its number", input)?;
    let found = number(value)?;
    if usize::try_from(found) != Ok(index) {
        return Err(LogErrorKind::RecordNumber(found));
    }
    body(foreign, rest)
}

/// A record without its number.
fn body(foreign: Foreign, input: &[u8]) -> Read<'_, CelRecord<'_>> {
    let ((kind, value), rest) = tlv(input)?;
    let place = u32::try_from(number(value)?);
    let place = place.map_err(|_| LogErrorKind::malformed("the number of a register has 32 bits at most"))?;
    let (pcr, ccmr, nv_index) = match kind {
        PCR => (Some(place), None, None),
        CCMR => (None, Some(place), None),
        NV_INDEX => (None, None, Some(place)),
        _ => return Err(LogErrorKind::malformed("a record has a register or an NV index behind its number")),
    };
    let (digests, start) = of_type(DIGESTS, "a record has digests behind its register", rest)?;
    judge_digests(digests)?;
    let ((kind, value), rest) = tlv(start)?;
    if kind <= DIGESTS || kind == CCMR {
        return Err(LogErrorKind::malformed("a record has its content behind its digests, and nothing twice"));
    }
    let (content, _) = octets(start, start.len().saturating_sub(rest.len()))?;
    let (octets, rest) = octets(input, input.len().saturating_sub(rest.len()))?;
    Ok((CelRecord { pcr, ccmr, nv_index, digests, kind, value, content, octets, foreign }, rest))
}

/// Each of another algorithm, and as long as its digests are.
fn judge_digests(mut rest: &[u8]) -> Result<(), LogErrorKind> {
    if rest.is_empty() {
        return Err(LogErrorKind::malformed("a record has a digest"));
    }
    // A bit for each algorithm.
    let mut seen = [0u32; 8];
    while !rest.is_empty() {
        let ((algorithm, digest), after) = tlv(rest)?;
        let bit = 1u32.checked_shl(u32::from(algorithm % 32)).unwrap_or(0);
        let word = seen.get_mut(usize::from(algorithm / 32)).ok_or(LogErrorKind::UnexpectedEnd)?;
        let id = TpmAlgId(algorithm.into());
        if *word & bit != 0 {
            return Err(LogErrorKind::DuplicateDigest(id));
        }
        *word |= bit;
        if TpmiAlgHash::from_bytes(&id.0.to_be_bytes()).is_ok_and(|known| known.digest_size() != digest.len()) {
            return Err(LogErrorKind::malformed("a digest is not as long as those of its algorithm"));
        }
        rest = after;
    }
    Ok(())
}

fn event<'a>(record: &CelRecord<'a>, index: usize, offset: usize) -> Event<'a> {
    let type_ = match record.decoded() {
        // What an NV index holds extends no register.
        _ if record.nv_index.is_some() => TcgEventType::NO_ACTION,
        Ok(CelContent::PcClient { event_type, .. }) => event_type,
        _ => TcgEventType::UNUSED,
    };
    let register = record.pcr.or(record.ccmr).unwrap_or(u32::MAX);
    let digests = Digests { form: Form::Cel(record.foreign), octets: record.digests };
    Event { index, offset, register, type_, digests, data: record.octets }
}

pub(super) fn read(foreign: Foreign, input: &[u8], index: usize, offset: usize) -> Read<'_, Event<'_>> {
    let (record, rest) = record(foreign, input, index)?;
    Ok((event(&record, index, offset), rest))
}

impl<'a> Event<'a> {
    /// The record of a Canonical Event Log, if this is one.
    #[must_use]
    pub fn cel(&self) -> Option<CelRecord<'a>> {
        match self.digests.form {
            Form::Cel(foreign) => body(foreign, self.data).ok().map(|(record, _)| record),
            _ => None,
        }
    }
}
