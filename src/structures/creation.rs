//! Part 2, clause 15: Creation Data.

use super::{Tpm2bData, Tpm2bDigest, Tpm2bName, TpmAlgId, TpmaLocality, TpmlPcrSelection};

structure! {
    /// In what surroundings an object was made (15.1).
    #[doc(alias = "TPMS_CREATION_DATA")]
    pub struct TpmsCreationData<'a> {
        /// List indicating the PCR included in pcrDigest.
        pcr_select: TpmlPcrSelection<'a>,
        /// Digest of the selected PCR using nameAlg of the object.
        pcr_digest: Tpm2bDigest<'a>,
        /// The locality at which the object was created.
        locality: TpmaLocality,
        /// nameAlg of the parent.
        parent_name_alg: TpmAlgId,
        /// Name of the parent at time of creation.
        parent_name: Tpm2bName<'a>,
        /// Qualified Name of the parent at the time of creation.
        parent_qualified_name: Tpm2bName<'a>,
        /// Association with additional information added by the key creator.
        outside_info: Tpm2bData<'a>,
    }
}

sized_buffer! {
    /// Sized creation data, as `TPM2_Create` returns it (15.2).
    #[doc(alias = "TPM2B_CREATION_DATA")]
    pub struct Tpm2bCreationData<'a>(TpmsCreationData<'a>);
}
