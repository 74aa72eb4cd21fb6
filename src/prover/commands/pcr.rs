//! Part 3, "Integrity Collection (PCR)".

use crate::structures::{Tpm2bEvent, TpmlDigest, TpmlDigestValues, TpmlPcrSelection};

command! {
    /// Extends a PCR, in as many banks as there are digests.
    #[doc(alias = "TPM2_PCR_Extend")]
    pub struct PcrExtend<'a> = PCR_EXTEND {
        authorized {
            /// Handle of the PCR.
            pcr_handle,
        }
        parameters {
            /// List of tagged digest values to be extended.
            digests: TpmlDigestValues<'a>,
        }
    }
}

command! {
    /// Extends a PCR with the hashes of data, in all banks.
    #[doc(alias = "TPM2_PCR_Event")]
    pub struct PcrEvent<'a> = PCR_EVENT -> PcrEventResponse<'r> {
        authorized {
            /// Handle of the PCR.
            pcr_handle,
        }
        parameters {
            /// Event data in sized buffer.
            event_data: Tpm2bEvent<'a>,
        }
    }
}

response! {
    /// The digests that a PCR was extended with.
    pub struct PcrEventResponse<'r> {
        /// The digests, one for each bank.
        digests: TpmlDigestValues<'r>,
    }
}

command! {
    /// Reads PCRs.
    #[doc(alias = "TPM2_PCR_Read")]
    pub struct PcrRead<'a> = PCR_READ -> PcrReadResponse<'r> {
        parameters {
            /// The selection of PCR to read.
            pcr_selection_in: TpmlPcrSelection<'a>,
        }
    }
}

response! {
    /// Values of as many PCRs as one response holds.
    pub struct PcrReadResponse<'r> {
        /// The current value of the PCR update counter.
        pcr_update_counter: u32,
        /// The PCR in the returned list.
        pcr_selection_out: TpmlPcrSelection<'r>,
        /// The contents of the PCR indicated in pcrSelectOut.
        pcr_values: TpmlDigest<'r>,
    }
}

command! {
    /// Sets a PCR back to its start, where its platform allows.
    #[doc(alias = "TPM2_PCR_Reset")]
    pub struct PcrReset = PCR_RESET {
        authorized {
            /// The PCR to reset.
            pcr_handle,
        }
    }
}
