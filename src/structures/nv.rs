//! Part 2, clause 13: NV Storage Structures.

use super::{Tpm2bDigest, TpmHandle, TpmHt, TpmiAlgHash};

attributes! {
    /// Who may read and write an NV index, and how (13).
    #[doc(alias = "TPMA_NV")]
    pub struct TpmaNv(u32) {
        /// The platform may write.
        PPWRITE = 0x0000_0001,
        /// The owner may write.
        OWNERWRITE = 0x0000_0002,
        /// Whoever knows the index's own authorization may write.
        AUTHWRITE = 0x0000_0004,
        /// Its policy lets write.
        POLICYWRITE = 0x0000_0008,
        /// `TPM_NT`: a counter, bits, an extended digest, a PIN; none of them is an ordinary index.
        TPM_NT = 0x0000_00f0,
        /// Its policy is needed to undefine it.
        POLICY_DELETE = 0x0000_0400,
        /// It cannot be written now.
        WRITELOCKED = 0x0000_0800,
        /// It is written as a whole only.
        WRITEALL = 0x0000_1000,
        /// It may be locked for ever.
        WRITEDEFINE = 0x0000_2000,
        /// It may be locked until the next start.
        WRITE_STCLEAR = 0x0000_4000,
        /// A global lock locks it.
        GLOBALLOCK = 0x0000_8000,
        /// The platform may read.
        PPREAD = 0x0001_0000,
        /// The owner may read.
        OWNERREAD = 0x0002_0000,
        /// Whoever knows the index's own authorization may read.
        AUTHREAD = 0x0004_0000,
        /// Its policy lets read.
        POLICYREAD = 0x0008_0000,
        /// No protection against dictionary attacks.
        NO_DA = 0x0200_0000,
        /// It is saved at an orderly shutdown only.
        ORDERLY = 0x0400_0000,
        /// It is forgotten at the next start.
        CLEAR_STCLEAR = 0x0800_0000,
        /// It cannot be read now.
        READLOCKED = 0x1000_0000,
        /// It was written.
        WRITTEN = 0x2000_0000,
        /// The platform defined it.
        PLATFORMCREATE = 0x4000_0000,
        /// It may be locked for reading until the next start.
        READ_STCLEAR = 0x8000_0000,
    }
}

structure! {
    /// The public area of an NV index (13).
    #[doc(alias = "TPMS_NV_PUBLIC")]
    pub struct TpmsNvPublic<'a> {
        /// The handle of the data area.
        nv_index: TpmHandle,
        /// Hash algorithm used to compute the name of the index.
        name_alg: TpmiAlgHash,
        /// The index attributes.
        attributes: TpmaNv,
        /// Optional access policy for the index.
        auth_policy: Tpm2bDigest<'a>,
        /// The size of the data area.
        data_size: u16,
    }
}

sized_buffer! {
    /// A sized public area of an NV index (13).
    #[doc(alias = "TPM2B_NV_PUBLIC")]
    pub struct Tpm2bNvPublic<'a>(TpmsNvPublic<'a>);
}

attributes! {
    /// The upper 32 bits of `TPMA_NV_EXP`: how data that are outside of the TPM are protected (13).
    #[doc(alias = "TPMA_NV_EXP")]
    pub struct TpmaNvExpUpper(u32) {
        /// They are encrypted.
        EXTERNAL_NV_ENCRYPTION = 0x0000_0001,
        /// A change to them is noticed.
        EXTERNAL_NV_INTEGRITY = 0x0000_0002,
        /// An older version of them is noticed.
        EXTERNAL_NV_ANTIROLLBACK = 0x0000_0004,
    }
}

structure! {
    /// Who may read and write an NV index, and how it is protected outside of the TPM: 64 bits, the upper half first (13).
    #[doc(alias = "TPMA_NV_EXP")]
    pub struct TpmaNvExp {
        /// Bits 63 to 32.
        upper: TpmaNvExpUpper,
        /// Bits 31 to 0, which are those of an ordinary index.
        lower: TpmaNv,
    }
}

structure! {
    /// The public area of an NV index whose data are outside of the TPM (13).
    #[doc(alias = "TPMS_NV_PUBLIC_EXP_ATTR")]
    pub struct TpmsNvPublicExpAttr<'a> {
        /// The handle of the data area.
        nv_index: TpmHandle,
        /// Hash algorithm used to compute the name of the index.
        name_alg: TpmiAlgHash,
        /// The index attributes.
        attributes: TpmaNvExp,
        /// Optional access policy for the index.
        auth_policy: Tpm2bDigest<'a>,
        /// The size of the data area.
        data_size: u16,
    }
}

union! {
    /// The public area of an NV index of any kind, behind the kind (13).
    #[doc(alias = "TPMT_NV_PUBLIC_2")]
    #[doc(alias = "TPMU_NV_PUBLIC_2")]
    pub enum TpmtNvPublic2<'a>: TpmHt {
        /// Of an ordinary index.
        NV_INDEX => NvIndex(TpmsNvPublic<'a>),
        /// Of an index whose data are outside of the TPM.
        EXTERNAL_NV => ExternalNv(TpmsNvPublicExpAttr<'a>),
        /// Of an index that the TPM's maker defined.
        PERMANENT_NV => PermanentNv(TpmsNvPublic<'a>),
    }
}

sized_buffer! {
    /// The same, sized (13).
    #[doc(alias = "TPM2B_NV_PUBLIC_2")]
    pub struct Tpm2bNvPublic2<'a>(TpmtNvPublic2<'a>);
}
