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
    /// The firmware or the kernel extends this PCR, or software can reset it.
    NotTheApplications(u8),
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
                "PCR {pcr} was not at its start when this log began: another log of this start was used before (is --log the same?), or was removed, or \
                 something else extends the PCR; a policy explains it only by all of its logs, each of a name of its own"
            ),
            Self::NotTheApplications(pcr) => write!(
                f,
                "PCR {pcr} is not an application's: 0 to 7 are the firmware's, 10 is the kernel's, and software can reset 16 to 23; 8, 9 and 11 to 15 are \
                 left, and 13 is the default"
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
