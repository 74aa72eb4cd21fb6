//! Part 3, "Start-up".

use crate::structures::TpmSu;

command! {
    /// Begins to work after `_TPM_Init`.
    #[doc(alias = "TPM2_Startup")]
    pub struct Startup = STARTUP {
        parameters {
            /// `TPM_SU_CLEAR` or `TPM_SU_STATE`.
            startup_type: TpmSu,
        }
    }
}

command! {
    /// Prepares for a loss of power.
    #[doc(alias = "TPM2_Shutdown")]
    pub struct Shutdown = SHUTDOWN {
        parameters {
            /// `TPM_SU_CLEAR` or `TPM_SU_STATE`.
            shutdown_type: TpmSu,
        }
    }
}
