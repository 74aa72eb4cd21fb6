//! Part 3, "Non-volatile Storage".

use super::Attested;
use crate::structures::{Tpm2bAuth, Tpm2bData, Tpm2bMaxNvBuffer, Tpm2bName, Tpm2bNvPublic, TpmtSigScheme};

command! {
    /// Makes an NV index.
    #[doc(alias = "TPM2_NV_DefineSpace")]
    pub struct NvDefineSpace<'a> = NV_DEFINE_SPACE {
        authorized {
            /// The owner or the platform hierarchy.
            auth_handle,
        }
        parameters {
            /// The authorization value.
            auth: Tpm2bAuth<'a>,
            /// The public parameters of the NV area.
            public_info: Tpm2bNvPublic<'a>,
        }
    }
}

command! {
    /// Removes an NV index.
    #[doc(alias = "TPM2_NV_UndefineSpace")]
    pub struct NvUndefineSpace = NV_UNDEFINE_SPACE {
        authorized {
            /// The owner or the platform hierarchy.
            auth_handle,
        }
        entities {
            /// The NV Index to remove from NV space.
            nv_index,
        }
    }
}

command! {
    /// Tells the public area and the Name of an NV index.
    #[doc(alias = "TPM2_NV_ReadPublic")]
    pub struct NvReadPublic = NV_READ_PUBLIC -> NvReadPublicResponse<'r> {
        entities {
            /// The NV Index.
            nv_index,
        }
    }
}

response! {
    /// The public area of an NV index.
    pub struct NvReadPublicResponse<'r> {
        /// The public area of the NV Index.
        nv_public: Tpm2bNvPublic<'r>,
        /// The Name of the nvIndex.
        nv_name: Tpm2bName<'r>,
    }
}

command! {
    /// Writes to an NV index.
    #[doc(alias = "TPM2_NV_Write")]
    pub struct NvWrite<'a> = NV_WRITE {
        authorized {
            /// Handle indicating the source of the authorization value.
            auth_handle,
        }
        entities {
            /// The NV Index of the area to write.
            nv_index,
        }
        parameters {
            /// The data to write.
            data: Tpm2bMaxNvBuffer<'a>,
            /// The octet offset into the NV Area.
            offset: u16,
        }
    }
}

command! {
    /// Reads from an NV index.
    #[doc(alias = "TPM2_NV_Read")]
    pub struct NvRead = NV_READ -> NvReadResponse<'r> {
        authorized {
            /// The handle indicating the source of the authorization value.
            auth_handle,
        }
        entities {
            /// The NV Index to be read.
            nv_index,
        }
        parameters {
            /// Number of octets to read.
            size: u16,
            /// Octet offset into the NV area.
            offset: u16,
        }
    }
}

response! {
    /// Content of an NV index.
    pub struct NvReadResponse<'r> {
        /// The data read.
        data: Tpm2bMaxNvBuffer<'r>,
    }
}

command! {
    /// Attests content of an NV index.
    #[doc(alias = "TPM2_NV_Certify")]
    pub struct NvCertify<'a> = NV_CERTIFY -> Attested<'r> {
        authorized {
            /// Handle of the key used to sign the attestation structure.
            sign_handle,
            /// Handle indicating the source of the authorization value for the NV Index.
            auth_handle,
        }
        entities {
            /// Index for the area to be certified.
            nv_index,
        }
        parameters {
            /// User-provided qualifying data.
            qualifying_data: Tpm2bData<'a>,
            /// Signing scheme to use if the scheme for signHandle is `TPM_ALG_NULL`.
            in_scheme: TpmtSigScheme,
            /// Number of octets to certify.
            size: u16,
            /// Octet offset into the NV area.
            offset: u16,
        }
    }
}
