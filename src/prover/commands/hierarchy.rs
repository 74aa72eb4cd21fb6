//! Part 3, "Hierarchy Commands".

use crate::structures::{
    Tpm2bCreationData, Tpm2bData, Tpm2bDigest, Tpm2bName, Tpm2bPublic, Tpm2bSensitiveCreate, TpmlPcrSelection, TpmtTk,
};
use crate::wire::Received;

command! {
    /// Makes a primary object from the seed of a hierarchy: the same template gives the same key.
    #[doc(alias = "TPM2_CreatePrimary")]
    pub struct CreatePrimary<'a> = CREATE_PRIMARY -> CreatePrimaryResponse<'r> {
        authorized {
            /// A hierarchy.
            primary_handle,
        }
        parameters {
            /// The sensitive data.
            in_sensitive: Tpm2bSensitiveCreate<'a>,
            /// The public template.
            in_public: Tpm2bPublic<'a>,
            /// Data that will be included in the creation data for this object.
            outside_info: Tpm2bData<'a>,
            /// PCR that will be used in creation data.
            creation_pcr: TpmlPcrSelection<'a>,
        }
    }
}

response! {
    /// The primary object, loaded.
    pub struct CreatePrimaryResponse<'r> {
        [handle]
        /// Handle for the created primary object.
        object_handle,
        /// The public portion of the created object.
        out_public: Received<'r, Tpm2bPublic<'r>>,
        /// Contains a `TPMS_CREATION_DATA`.
        creation_data: Received<'r, Tpm2bCreationData<'r>>,
        /// Digest of creationData using nameAlg of outPublic.
        creation_hash: Tpm2bDigest<'r>,
        /// Ticket used by `TPM2_CertifyCreation` to validate that the creation data was produced by the TPM.
        creation_ticket: TpmtTk<'r>,
        /// The name of the created object.
        name: Tpm2bName<'r>,
    }
}

command! {
    /// Takes the TPM from its owner: all but the platform's and the endorsement seed is gone.
    #[doc(alias = "TPM2_Clear")]
    pub struct Clear = CLEAR {
        authorized {
            /// The lockout or the platform hierarchy.
            auth_handle,
        }
    }
}
