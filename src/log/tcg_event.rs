//! One event: of a TCG log (PC Client Platform Firmware Profile 1.06, 10.2) in either form, or of another log, which its own file reads.

use super::ima::ImaForm;
use super::little_endian::{Read, array, octets, sized, uint32};
use super::spec_id::{self, SpecId};
use super::tcg::Registers;
use super::{LogErrorKind, TcgEventType, Untrusted, cel, ima};
use crate::structures::TpmAlgId;
use crate::wire::{Foreign, Hex};
use core::fmt;

/// How the digests of an event are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form<'a> {
    Sha1,
    CryptoAgile(SpecId<'a>),
    Ima(ImaForm),
    Cel(Foreign),
}

/// One event. Only its digests were measured.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// Its number, the first event of the log being 0.
    pub index: usize,
    /// Where it begins, in bytes.
    pub offset: usize,
    pub(crate) register: u32,
    pub(crate) type_: TcgEventType,
    /// Its digests, as the log has them.
    pub digests: Digests<'a>,
    /// Of a TCG log the event's data; of others, what their own file reads.
    pub(crate) data: &'a [u8],
}

/// The digests of an event: of the log's algorithms, each at most once.
#[derive(Clone, Copy)]
pub struct Digests<'a> {
    pub(crate) form: Form<'a>,
    pub(crate) octets: &'a [u8],
}

impl<'a> Event<'a> {
    /// The register that it extends. That is believed: a replay with another does not give the quoted values. An event of none, such as
    /// one of an NV index, has 0xFFFFFFFF here.
    #[must_use]
    pub fn register(&self) -> u32 {
        self.register
    }

    /// What it is said to be; `EV_UNUSED` where the log knows no types, as in a runtime list.
    #[must_use]
    pub fn event_type(&self) -> Untrusted<TcgEventType> {
        Untrusted::new(self.type_)
    }

    /// What is said of it; where its digests are of these octets, that can be verified.
    #[must_use]
    pub fn data(&self) -> Untrusted<&'a [u8]> {
        let data = match self.digests.form {
            Form::Sha1 | Form::CryptoAgile(_) => self.data,
            Form::Ima(_) => self.ima().map_or(self.data, |entry| entry.data()),
            Form::Cel(_) => self.cel().map_or(self.data, |record| record.measured()),
        };
        Untrusted::new(data)
    }

    /// Whether it extends a register: `EV_NO_ACTION` does not, nor does what an NV index holds.
    #[must_use]
    pub fn extends(&self) -> bool {
        self.type_ != TcgEventType::NO_ACTION
    }

    pub(crate) fn read(form: Form<'a>, input: &'a [u8], index: usize, offset: usize) -> Read<'a, Self> {
        match form {
            Form::Sha1 | Form::CryptoAgile(_) => Self::read_tcg(form, input, index, offset),
            Form::Ima(ima) => ima::read(ima, input, index, offset),
            Form::Cel(foreign) => cel::read(foreign, input, index, offset),
        }
    }

    fn read_tcg(form: Form<'a>, input: &'a [u8], index: usize, offset: usize) -> Read<'a, Self> {
        let (register, rest) = uint32(input)?;
        let (type_, rest) = uint32(rest)?;
        let (digests, rest) = match form {
            Form::CryptoAgile(spec_id) => digests(&spec_id, rest)?,
            _ => octets(rest, 20)?,
        };
        let (data, rest) = sized(rest)?;
        let digests = Digests { form, octets: digests };
        Ok((Self { index, offset, register, type_: TcgEventType(type_), digests, data }, rest))
    }

    pub(crate) fn judge_register(&self, registers: Registers) -> Result<(), LogErrorKind> {
        let exists = match registers {
            Registers::Pcr => self.register < 24,
            Registers::Ccel => self.register < 5,
        };
        // Some firmware writes this where an event is of no register.
        if exists || (!self.extends() && self.register == u32::MAX) {
            Ok(())
        } else {
            Err(LogErrorKind::Register(self.register))
        }
    }
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}: register {}, {:?}, {} bytes", self.index, self.register, self.type_, self.data.len())
    }
}

const BITS: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// `TPML_DIGEST_VALUES`, of declared algorithms, each once: its octets after the count. Some firmware leaves one out; a bank of which a
/// digest is missing is not replayed.
fn digests<'a>(spec_id: &SpecId<'_>, input: &'a [u8]) -> Read<'a, &'a [u8]> {
    let (count, start) = uint32(input)?;
    if count > spec_id.count() {
        return Err(LogErrorKind::TooManyDigests(count));
    }
    let mut rest = start;
    // A bit for each declared algorithm.
    let mut seen = 0u8;
    for _ in 0..count {
        let (algorithm, after) = spec_id::algorithm(rest)?;
        let declared = spec_id.algorithms().zip(BITS).find(|((known, _), _)| *known == algorithm);
        let ((_, size), bit) = declared.ok_or(LogErrorKind::UndeclaredAlgorithm(algorithm))?;
        if seen & bit != 0 {
            return Err(LogErrorKind::DuplicateDigest(algorithm));
        }
        seen |= bit;
        (_, rest) = octets(after, size)?;
    }
    if seen == 0 {
        let first = spec_id.algorithms().next().map_or(TpmAlgId::NULL, |(algorithm, _)| algorithm);
        return Err(LogErrorKind::MissingDigest(first));
    }
    octets(start, start.len().saturating_sub(rest.len()))
}

impl Form<'_> {
    pub(crate) fn size_of(&self, algorithm: TpmAlgId) -> Option<usize> {
        match self {
            Self::Sha1 => (algorithm == TpmAlgId::SHA1).then_some(20),
            Self::CryptoAgile(spec_id) => spec_id.size_of(algorithm),
            Self::Ima(form) => (algorithm == form.algorithm).then_some(form.size()),
            Self::Cel(_) => None,
        }
    }
}

impl<'a> Digests<'a> {
    /// The digests in the order of the log.
    pub fn iter(&self) -> impl Iterator<Item = (TpmAlgId, &'a [u8])> + use<'a> {
        let Self { form, octets: mut rest } = *self;
        core::iter::from_fn(move || {
            let (algorithm, after) = match form {
                Form::Sha1 => (TpmAlgId::SHA1, rest),
                Form::Ima(form) => (form.algorithm, rest),
                Form::Cel(_) => {
                    let ((algorithm, digest), after) = cel::tlv(rest).ok()?;
                    rest = after;
                    return Some((TpmAlgId(algorithm.into()), digest));
                }
                Form::CryptoAgile(_) => {
                    let (algorithm, after) = array::<2>(rest).ok()?;
                    (TpmAlgId(u16::from_le_bytes(algorithm)), after)
                }
            };
            // What is declared of an algorithm that is known was judged; others are looked up.
            let size = match algorithm {
                TpmAlgId::SHA1 => 20,
                TpmAlgId::SHA256 => 32,
                TpmAlgId::SHA384 => 48,
                TpmAlgId::SHA512 => 64,
                _ => form.size_of(algorithm)?,
            };
            let (digest, after) = after.split_at_checked(size)?;
            rest = after;
            Some((algorithm, digest))
        })
    }

    /// The digest by one algorithm.
    #[must_use]
    pub fn get(&self, algorithm: TpmAlgId) -> Option<&'a [u8]> {
        self.iter().find(|(known, _)| *known == algorithm).map(|(_, digest)| digest)
    }
}

/// Reads again what is known to decode.
#[derive(Clone)]
pub(crate) struct Events<'a> {
    pub(crate) form: Form<'a>,
    pub(crate) rest: &'a [u8],
    pub(crate) offset: usize,
    pub(crate) index: usize,
}

impl<'a> Iterator for Events<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        let (event, rest) = Event::read(self.form, self.rest, self.index, self.offset).ok()?;
        self.offset = self.offset.saturating_add(self.rest.len().saturating_sub(rest.len()));
        (self.rest, self.index) = (rest, self.index.saturating_add(1));
        Some(event)
    }
}

impl fmt::Debug for Digests<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (algorithm, digest) in self.iter() {
            write!(f, "{algorithm:?}:{} ", Hex(digest))?;
        }
        Ok(())
    }
}
