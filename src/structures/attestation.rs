//! Part 2, 10.11: TPM Attestation Structures.

use super::{
    Tpm2bData, Tpm2bDigest, Tpm2bMaxNvBuffer, Tpm2bName, TpmAlgId, TpmGenerated, TpmSt, TpmiYesNo, TpmlPcrSelection,
    TpmsClockInfo, TpmsTimeInfo,
};

structure! {
    /// What the TPM signs (10.11.12).
    #[doc(alias = "TPMS_ATTEST")]
    pub struct TpmsAttest<'a> {
        /// The indication that this structure was created by a TPM.
        magic: TpmGenerated,
        /// Type of the attestation structure.
        type_: TpmSt,
        /// Qualified Name of the signing key.
        qualified_signer: Tpm2bName<'a>,
        /// External information supplied by the caller.
        extra_data: Tpm2bData<'a>,
        /// Clock, reset count, restart count, and safe.
        clock_info: TpmsClockInfo,
        /// TPM-vendor-specific identifier of the firmware's version.
        firmware_version: u64,
        /// The type-specific attestation information.
        [type_] attested: TpmuAttest<'a>,
    }
}

sized_buffer! {
    /// A sized attestation, as `TPM2_Quote` returns it (10.11.13).
    #[doc(alias = "TPM2B_ATTEST")]
    pub struct Tpm2bAttest<'a>(TpmsAttest<'a>);
}

union! {
    /// The type-specific attestation information (10.11.11).
    #[doc(alias = "TPMU_ATTEST")]
    pub enum TpmuAttest<'a>: TpmSt {
        /// By `TPM2_NV_Certify`, with contents.
        ATTEST_NV => Nv(TpmsNvCertifyInfo<'a>),
        /// By `TPM2_GetCommandAuditDigest`.
        ATTEST_COMMAND_AUDIT => CommandAudit(TpmsCommandAuditInfo<'a>),
        /// By `TPM2_GetSessionAuditDigest`.
        ATTEST_SESSION_AUDIT => SessionAudit(TpmsSessionAuditInfo<'a>),
        /// By `TPM2_Certify`.
        ATTEST_CERTIFY => Certify(TpmsCertifyInfo<'a>),
        /// By `TPM2_Quote`.
        ATTEST_QUOTE => Quote(TpmsQuoteInfo<'a>),
        /// By `TPM2_GetTime`.
        ATTEST_TIME => Time(TpmsTimeAttestInfo),
        /// By `TPM2_CertifyCreation`.
        ATTEST_CREATION => Creation(TpmsCreationInfo<'a>),
        /// By `TPM2_NV_Certify`, with a digest.
        ATTEST_NV_DIGEST => NvDigest(TpmsNvDigestCertifyInfo<'a>),
    }
}

structure! {
    /// What `TPM2_GetTime` attests (10.11.2).
    #[doc(alias = "TPMS_TIME_ATTEST_INFO")]
    pub struct TpmsTimeAttestInfo {
        /// The time, clock, reset count, restart count, and safe indicator.
        time: TpmsTimeInfo,
        /// A TPM-vendor-specific value indicating the version of the firmware.
        firmware_version: u64,
    }
}

structure! {
    /// What `TPM2_Certify` attests (10.11.3).
    #[doc(alias = "TPMS_CERTIFY_INFO")]
    pub struct TpmsCertifyInfo<'a> {
        /// Name of the certified object.
        name: Tpm2bName<'a>,
        /// Qualified Name of the certified object.
        qualified_name: Tpm2bName<'a>,
    }
}

structure! {
    /// What `TPM2_Quote` attests (10.11.4).
    #[doc(alias = "TPMS_QUOTE_INFO")]
    pub struct TpmsQuoteInfo<'a> {
        /// Information on the algorithm identifier, the PCR selected, and the digest.
        pcr_select: TpmlPcrSelection<'a>,
        /// Digest of the selected PCR using the hash of the signing key.
        pcr_digest: Tpm2bDigest<'a>,
    }
}

structure! {
    /// What `TPM2_GetCommandAuditDigest` attests (10.11.5).
    #[doc(alias = "TPMS_COMMAND_AUDIT_INFO")]
    pub struct TpmsCommandAuditInfo<'a> {
        /// The monotonic audit counter.
        audit_counter: u64,
        /// Hash algorithm used for the command audit.
        digest_alg: TpmAlgId,
        /// The current value of the audit digest.
        audit_digest: Tpm2bDigest<'a>,
        /// Digest of the command codes being audited.
        command_digest: Tpm2bDigest<'a>,
    }
}

structure! {
    /// What `TPM2_GetSessionAuditDigest` attests (10.11.6).
    #[doc(alias = "TPMS_SESSION_AUDIT_INFO")]
    pub struct TpmsSessionAuditInfo<'a> {
        /// Current exclusive status of the session.
        exclusive_session: TpmiYesNo,
        /// The current value of the session audit digest.
        session_digest: Tpm2bDigest<'a>,
    }
}

structure! {
    /// What `TPM2_CertifyCreation` attests (10.11.7).
    #[doc(alias = "TPMS_CREATION_INFO")]
    pub struct TpmsCreationInfo<'a> {
        /// Name of the object.
        object_name: Tpm2bName<'a>,
        /// The digest of the creation data.
        creation_hash: Tpm2bDigest<'a>,
    }
}

structure! {
    /// What `TPM2_NV_Certify` attests of contents (10.11.8).
    #[doc(alias = "TPMS_NV_CERTIFY_INFO")]
    pub struct TpmsNvCertifyInfo<'a> {
        /// Name of the NV Index.
        index_name: Tpm2bName<'a>,
        /// The offset parameter of the command.
        offset: u16,
        /// Contents of the NV Index.
        nv_contents: Tpm2bMaxNvBuffer<'a>,
    }
}

structure! {
    /// What `TPM2_NV_Certify` attests of all contents by their digest (10.11.9).
    #[doc(alias = "TPMS_NV_DIGEST_CERTIFY_INFO")]
    pub struct TpmsNvDigestCertifyInfo<'a> {
        /// Name of the NV Index.
        index_name: Tpm2bName<'a>,
        /// Hash of the contents of the index.
        nv_digest: Tpm2bDigest<'a>,
    }
}
