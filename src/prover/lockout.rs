//! Keys whose password is guessed to be empty, where a wrong guess counts.

use super::{Key, ProverError, Tpm};
use crate::structures::{TpmHt, TpmPt, TpmaObject};

impl Tpm {
    /// Refuses to try the empty password of a key where a failure would lock the TPM: the last try is its owner's.
    pub(super) fn spare_last_try(&mut self, key: &Key) -> Result<(), ProverError> {
        let attributes = key.public_area().map_err(ProverError::Public)?.object_attributes;
        let handle = key.entity().handle;
        // What was made here has the empty password.
        if handle.kind() == TpmHt::TRANSIENT || attributes.contains(TpmaObject::NO_DA) {
            return Ok(());
        }
        let failed = self.property(TpmPt::LOCKOUT_COUNTER)?.unwrap_or(0);
        let most = self.property(TpmPt::MAX_AUTH_FAIL)?.unwrap_or(u32::MAX);
        if failed.saturating_add(1) >= most { Err(ProverError::LastTry { handle, failed, most }) } else { Ok(()) }
    }
}
