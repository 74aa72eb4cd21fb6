//! Part 3, "Testing".

use crate::structures::TpmiYesNo;

command! {
    /// Tests the TPM.
    #[doc(alias = "TPM2_SelfTest")]
    pub struct SelfTest = SELF_TEST {
        parameters {
            /// YES if full test to be performed.
            full_test: TpmiYesNo,
        }
    }
}
