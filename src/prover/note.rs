//! What a person should know of measuring.

use core::fmt;

/// What a person should know of measuring.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A measurement was extended, the one at this place among those that were given.
    Measured(usize),
    /// The PCR was not at its start when the log began: something else extends it too.
    NotAtItsStart(u8),
    /// An event stood in the log and had not been extended; now it is. Its number.
    Extended(usize),
    /// This many octets at the end of the log were no event, and are gone.
    CutOff(usize),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured(place) => write!(f, "measurement {place} is extended"),
            Self::NotAtItsStart(pcr) => write!(
                f,
                "PCR {pcr} was not at its start when the log began: something else extends it too, and a policy must name the logs of both, that one \
                 first"
            ),
            Self::Extended(event) => write!(
                f,
                "event {event} of the log had not been extended, because what measured it was stopped; it is extended now"
            ),
            Self::CutOff(count) => write!(
                f,
                "the last {count} bytes of the log were part of an event that was never extended, because what measured it was stopped; they are gone"
            ),
        }
    }
}
