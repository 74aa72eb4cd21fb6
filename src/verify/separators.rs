//! Where the firmware ended: the separators of PCRs 0 to 7 (PC Client Platform Firmware Profile 1.06, 3.3.2.2). One counts only if its
//! digest is that of a separator and the log calls it one: firmware measures other things of four octets too, such as a boot order.

use super::{Measured, VerifiedLogs};
use crate::crypto::HashAlgorithm;
use core::fmt;

/// What is wrong with the separators. Each number is that of an event in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeparatorError {
    /// The firmware ended the measurements of this PCR nowhere: the bank may be one that it never extended.
    Missing,
    /// There are two.
    Twice(usize),
    /// It tells an error of what was measured before it.
    #[expect(missing_docs, reason = "the event, and the value that the firmware gave it")]
    Error { event: usize, value: u32 },
    /// An event is called a separator, and its digest is of another value.
    Undecodable(usize),
    /// Between the separators of PCRs 0 to 6, which are measured in one go, the log has another event.
    EventBetween(usize),
    /// A register of the operating system, 8 or above, was extended before the firmware ended.
    BeforeTheSystem(usize),
}

/// The PCRs whose separators are measured together, when the firmware hands over.
const TOGETHER: u32 = 6;

/// The PCR of boot variables: a boot order of Boot0001 and Boot0000 has the octets of an error.
const VARIABLES: u8 = 1;

impl Measured<'_> {
    /// Whether it is the separator of a PCR, and is called one.
    pub(crate) fn ends_firmware(&self) -> bool {
        self.is_called_separator() && self.is_separator()
    }
}

impl VerifiedLogs<'_, '_> {
    /// A PCR of 0 to 7 has one separator, and no other event that claims or tells to be one.
    pub(crate) fn judge_separator(&self, bank: HashAlgorithm, index: u8) -> Result<(), SeparatorError> {
        let mut found = false;
        for event in self.events(bank, index) {
            let (number, event) = (event.event().index, event.measured());
            let called = event.is_called_separator();
            if event.ends_firmware() {
                if core::mem::replace(&mut found, true) {
                    return Err(SeparatorError::Twice(number));
                }
            } else if let Some(value) = event.error_separator().filter(|_| called || index != VARIABLES) {
                return Err(SeparatorError::Error { event: number, value });
            } else if called {
                return Err(SeparatorError::Undecodable(number));
            }
        }
        if found { Ok(()) } else { Err(SeparatorError::Missing) }
    }

    /// What the log's own order contradicts. It is not verified across PCRs: this refuses, and proves nothing.
    pub(crate) fn judge_order(&self, bank: HashAlgorithm) -> Result<(), SeparatorError> {
        let (mut before, mut between) = (true, None);
        for event in self.unverified_firmware(bank) {
            let separator = event.ends_firmware();
            if separator && event.event.register() <= TOGETHER {
                before = false;
                if let Some(number) = between {
                    return Err(SeparatorError::EventBetween(number));
                }
            } else if before && event.event.register() >= 8 {
                return Err(SeparatorError::BeforeTheSystem(event.event.index));
            } else if !before && !separator {
                between = between.or(Some(event.event.index));
            }
        }
        Ok(())
    }
}

impl fmt::Display for SeparatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "it has no separator: the firmware never measured into this bank, or the log is not of a boot",
            ),
            Self::Twice(event) => write!(f, "event {event} is a second separator"),
            Self::Error { event, value } => write!(f, "event {event} is a separator that tells an error ({value:#x})"),
            Self::Undecodable(event) => write!(f, "event {event} is called a separator, and measured something else"),
            Self::EventBetween(event) => {
                write!(f, "event {event} stands between the separators of PCRs 0 to 6, which are measured in one go")
            }
            Self::BeforeTheSystem(event) => {
                write!(f, "event {event} extends a PCR of the operating system before the firmware ended")
            }
        }
    }
}

impl core::error::Error for SeparatorError {}
