//! A log, whatever its format.

use super::tcg_event::Events;
use super::{CelLog, Event, ImaList, Registers, TcgLog};
use crate::structures::TpmAlgId;

/// A measurement log, all of it known to decode.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum EventLog<'a> {
    /// A firmware's, an application's, or a CCEL.
    Tcg(TcgLog<'a>),
    /// A runtime list of Linux's Integrity Measurement Architecture.
    Ima(ImaList<'a>),
    /// A Canonical Event Log.
    Cel(CelLog<'a>),
}

impl<'a> EventLog<'a> {
    /// The registers that its events extend.
    #[must_use]
    pub fn registers(&self) -> Registers {
        match self {
            Self::Tcg(log) => log.registers(),
            Self::Ima(_) => Registers::Pcr,
            Self::Cel(log) => log.registers(),
        }
    }

    /// Whether its events say what they extended a bank of this algorithm with.
    #[must_use]
    pub fn has(&self, algorithm: TpmAlgId) -> bool {
        match self {
            Self::Tcg(log) => log.has(algorithm),
            Self::Ima(_) => true,
            Self::Cel(log) => log.has(algorithm),
        }
    }

    /// The events in order, without a Spec ID event.
    pub fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        self.reader()
    }

    pub(crate) fn reader(&self) -> Events<'a> {
        match self {
            Self::Tcg(log) => log.reader(),
            Self::Ima(list) => list.reader(),
            Self::Cel(log) => log.reader(),
        }
    }

    /// How many events there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Tcg(log) => log.len(),
            Self::Ima(list) => list.len(),
            Self::Cel(log) => log.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What fills the rest of a CCEL's memory.
    #[must_use]
    pub fn padding(&self) -> &'a [u8] {
        match self {
            Self::Tcg(log) => log.padding(),
            _ => &[],
        }
    }
}

impl<'a> From<TcgLog<'a>> for EventLog<'a> {
    fn from(log: TcgLog<'a>) -> Self {
        Self::Tcg(log)
    }
}

impl<'a> From<ImaList<'a>> for EventLog<'a> {
    fn from(list: ImaList<'a>) -> Self {
        Self::Ima(list)
    }
}

impl<'a> From<CelLog<'a>> for EventLog<'a> {
    fn from(log: CelLog<'a>) -> Self {
        Self::Cel(log)
    }
}
