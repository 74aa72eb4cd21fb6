//! The event log of the firmware (PC Client Platform Firmware Profile 1.06, clause 10), in the SHA-1 and the crypto-agile form, and
//! the CCEL of confidential machines, which is the same with other registers (UEFI 2.10, 38.4).

use super::spec_id::{self, SpecId};
use super::tcg_event::{Event, Events, Form};
use super::{LogError, LogErrorKind, TcgEventType};
use crate::structures::TpmAlgId;

/// A log, all of it known to decode.
#[derive(Clone, Copy, Debug)]
pub struct TcgLog<'a> {
    form: Form<'a>,
    registers: Registers,
    /// The events; of the crypto-agile form without the Spec ID event.
    events: &'a [u8],
    /// Where they begin.
    offset: usize,
    count: usize,
    padding: &'a [u8],
}

/// The form of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// `TCG_PCR_EVENT`: SHA-1 only.
    Sha1,
    /// `TCG_PCR_EVENT2` behind a Spec ID event.
    CryptoAgile,
}

/// The registers that the events of a log extend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registers {
    /// The PCRs 0 to 23 of a TPM.
    Pcr,
    /// The measurement registers of a confidential machine: 0 for MRTD, 1 to 4 for RTMR 0 to 3. The log lies in a memory area, whose
    /// rest is padding.
    Ccel,
}

impl<'a> TcgLog<'a> {
    /// Reads a log of a TPM from all of `bytes`.
    ///
    /// # Errors
    /// If anything in it is not an event, or an event is not whole.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, LogError> {
        Self::read(bytes, Registers::Pcr)
    }

    /// Reads a log of a confidential machine, with the padding after it: octets of 0xFF, or of 0x00.
    ///
    /// # Errors
    /// As [`TcgLog::from_bytes`].
    pub fn from_ccel(bytes: &'a [u8]) -> Result<Self, LogError> {
        Self::read(bytes, Registers::Ccel)
    }

    /// The form of its events.
    #[must_use]
    pub fn format(&self) -> LogFormat {
        match self.form {
            Form::CryptoAgile(_) => LogFormat::CryptoAgile,
            _ => LogFormat::Sha1,
        }
    }

    /// What the log says of itself; nothing in the SHA-1 form.
    #[must_use]
    pub fn spec_id(&self) -> Option<&SpecId<'a>> {
        match &self.form {
            Form::CryptoAgile(spec_id) => Some(spec_id),
            _ => None,
        }
    }

    /// The registers that its events extend.
    #[must_use]
    pub fn registers(&self) -> Registers {
        self.registers
    }

    /// Whether the log is to have digests by this algorithm.
    #[must_use]
    pub fn has(&self, algorithm: TpmAlgId) -> bool {
        self.form.size_of(algorithm).is_some()
    }

    /// The events in order, without the Spec ID event.
    pub fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        self.reader()
    }

    pub(super) fn reader(&self) -> Events<'a> {
        let first = usize::from(self.format() == LogFormat::CryptoAgile);
        Events { form: self.form, rest: self.events, offset: self.offset, index: first }
    }

    /// How many events there are, without the Spec ID event.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none but the Spec ID event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// What fills the rest of a CCEL's memory.
    #[must_use]
    pub fn padding(&self) -> &'a [u8] {
        self.padding
    }

    fn read(bytes: &'a [u8], registers: Registers) -> Result<Self, LogError> {
        let at = |kind, event, rest: &[u8]| LogError { kind, event, offset: bytes.len().saturating_sub(rest.len()) };
        // Memory that nobody wrote to would read as events of type 0, without data, in the SHA-1 form.
        if bytes.iter().take(32).all(|octet| *octet == 0) {
            return Err(at(LogErrorKind::Empty, 0, bytes));
        }
        let (form, events) = form(bytes, registers).map_err(|kind| at(kind, 0, bytes))?;
        let first = usize::from(form != Form::Sha1);
        let offset = bytes.len().saturating_sub(events.len());
        let filled = filled_end(bytes);
        let (mut rest, mut count) = (events, 0usize);
        while !rest.is_empty() {
            let index = first.saturating_add(count);
            if registers == Registers::Ccel && rest.len() <= filled {
                break;
            }
            let (event, after) = Event::read(form, rest, index, 0).map_err(|kind| {
                // Less than the smallest event can have is no event that was cut.
                let few = kind == LogErrorKind::UnexpectedEnd && rest.len() < 12;
                at(if few { LogErrorKind::TrailingBytes(rest.len()) } else { kind }, index, rest)
            })?;
            event.judge_register(registers).map_err(|kind| at(kind, index, rest))?;
            (rest, count) = (after, count.saturating_add(1));
        }
        let (events, padding) =
            events.split_at_checked(events.len().saturating_sub(rest.len())).unwrap_or((events, &[]));
        if form == Form::Sha1 && count == 0 {
            return Err(at(LogErrorKind::Empty, 0, bytes));
        }
        Ok(Self { form, registers, events, offset, count, padding })
    }
}

/// The form, by the first event, and what follows that.
fn form(bytes: &[u8], registers: Registers) -> Result<(Form<'_>, &[u8]), LogErrorKind> {
    let (first, rest) = Event::read(Form::Sha1, bytes, 0, 0)?;
    if !spec_id::claims(first.data) || spec_id::is_of_the_sha1_form(first.data) {
        return Ok((Form::Sha1, bytes));
    }
    let register = match registers {
        Registers::Pcr => 0..=0,
        Registers::Ccel => 0..=1,
    };
    if !register.contains(&first.register) {
        return Err(LogErrorKind::spec_id("it is not of register 0"));
    }
    if first.type_ != TcgEventType::NO_ACTION {
        return Err(LogErrorKind::spec_id("its type is not EV_NO_ACTION"));
    }
    if first.digests.octets.iter().any(|octet| *octet != 0) {
        return Err(LogErrorKind::spec_id("its digest is not zero"));
    }
    SpecId::decode(first.data).map(|spec_id| (Form::CryptoAgile(spec_id), rest))
}

/// How many octets at the end are the same, as memory that was never written. Counted once: each event could end in them.
fn filled_end(bytes: &[u8]) -> usize {
    match bytes.last() {
        Some(last @ (0x00 | 0xff)) => bytes.iter().rev().take_while(|octet| *octet == last).count(),
        _ => 0,
    }
}
