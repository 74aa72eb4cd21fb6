//! Logs that neither firmware nor this project writes. A small verifier may do without.

use super::LogErrorKind;

/// That this build reads foreign logs. Without the feature `foreign-logs` there is no such value, so that none of a type can be that
/// holds one, and the compiler leaves out whatever would look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    #[cfg(feature = "foreign-logs")]
    Read,
}

impl Foreign {
    pub(super) const fn new() -> Result<Self, LogErrorKind> {
        #[cfg(feature = "foreign-logs")]
        return Ok(Self::Read);
        #[cfg(not(feature = "foreign-logs"))]
        Err(LogErrorKind::NotBuilt)
    }
}
