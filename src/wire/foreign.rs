//! Logs and evidence that neither a TPM, its firmware nor this project writes. A small verifier may do without.

use super::{DecodeErrorKind, Fault};

/// That this build reads what is foreign. Without the feature `foreign` there is no such value, so that none of a type can be that holds
/// one, and the compiler leaves out whatever would look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    #[cfg(feature = "foreign")]
    Read,
}

impl Foreign {
    /// The value, if there is one.
    pub(crate) const BUILT: Option<Self> = {
        #[cfg(feature = "foreign")]
        let built = Some(Self::Read);
        #[cfg(not(feature = "foreign"))]
        let built = None;
        built
    };

    /// The same, where evidence is read.
    pub(crate) fn built(input: &[u8]) -> Result<Self, nom::Err<Fault<'_>>> {
        Self::BUILT.ok_or_else(|| Fault::new(input, DecodeErrorKind::NotBuilt))
    }
}
