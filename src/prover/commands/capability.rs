//! Part 3, "Capability Commands".

use crate::structures::{TpmCap, TpmiYesNo, TpmsCapabilityData};

command! {
    /// Tells what the TPM is, has and can do.
    #[doc(alias = "TPM2_GetCapability")]
    pub struct GetCapability = GET_CAPABILITY -> GetCapabilityResponse<'r> {
        parameters {
            /// Group selection; determines the format of the response.
            capability: TpmCap,
            /// Further definition of information.
            property: u32,
            /// Number of properties of the indicated type to return.
            property_count: u32,
        }
    }
}

response! {
    /// What the TPM tells of itself.
    pub struct GetCapabilityResponse<'r> {
        /// Flag to indicate if there are more values of this type.
        more_data: TpmiYesNo,
        /// The capability data.
        capability_data: TpmsCapabilityData<'r>,
    }
}
