//! Part 2, 6.5: `TPM_CC`.

constants! {
    /// Command codes, those that this crate sends (6.5).
    #[doc(alias = "TPM_CC")]
    pub struct TpmCc(u32) = "TPM_CC_" {
        /// `TPM2_EvictControl`.
        EVICT_CONTROL = 0x0000_0120,
        /// `TPM2_NV_UndefineSpace`.
        NV_UNDEFINE_SPACE = 0x0000_0122,
        /// `TPM2_Clear`.
        CLEAR = 0x0000_0126,
        /// `TPM2_NV_DefineSpace`.
        NV_DEFINE_SPACE = 0x0000_012a,
        /// `TPM2_CreatePrimary`.
        CREATE_PRIMARY = 0x0000_0131,
        /// `TPM2_NV_Write`.
        NV_WRITE = 0x0000_0137,
        /// `TPM2_PCR_Event`.
        PCR_EVENT = 0x0000_013c,
        /// `TPM2_PCR_Reset`.
        PCR_RESET = 0x0000_013d,
        /// `TPM2_SequenceComplete`.
        SEQUENCE_COMPLETE = 0x0000_013e,
        /// `TPM2_SelfTest`.
        SELF_TEST = 0x0000_0143,
        /// `TPM2_Startup`.
        STARTUP = 0x0000_0144,
        /// `TPM2_Shutdown`.
        SHUTDOWN = 0x0000_0145,
        /// `TPM2_ActivateCredential`.
        ACTIVATE_CREDENTIAL = 0x0000_0147,
        /// `TPM2_Certify`.
        CERTIFY = 0x0000_0148,
        /// `TPM2_CertifyCreation`.
        CERTIFY_CREATION = 0x0000_014a,
        /// `TPM2_GetTime`.
        GET_TIME = 0x0000_014c,
        /// `TPM2_NV_Read`.
        NV_READ = 0x0000_014e,
        /// `TPM2_PolicySecret`.
        POLICY_SECRET = 0x0000_0151,
        /// `TPM2_Create`.
        CREATE = 0x0000_0153,
        /// `TPM2_Load`.
        LOAD = 0x0000_0157,
        /// `TPM2_Quote`.
        QUOTE = 0x0000_0158,
        /// `TPM2_SequenceUpdate`.
        SEQUENCE_UPDATE = 0x0000_015c,
        /// `TPM2_ContextLoad`.
        CONTEXT_LOAD = 0x0000_0161,
        /// `TPM2_ContextSave`.
        CONTEXT_SAVE = 0x0000_0162,
        /// `TPM2_FlushContext`.
        FLUSH_CONTEXT = 0x0000_0165,
        /// `TPM2_LoadExternal`.
        LOAD_EXTERNAL = 0x0000_0167,
        /// `TPM2_MakeCredential`.
        MAKE_CREDENTIAL = 0x0000_0168,
        /// `TPM2_NV_ReadPublic`.
        NV_READ_PUBLIC = 0x0000_0169,
        /// `TPM2_ReadPublic`.
        READ_PUBLIC = 0x0000_0173,
        /// `TPM2_StartAuthSession`.
        START_AUTH_SESSION = 0x0000_0176,
        /// `TPM2_VerifySignature`.
        VERIFY_SIGNATURE = 0x0000_0177,
        /// `TPM2_GetCapability`.
        GET_CAPABILITY = 0x0000_017a,
        /// `TPM2_GetRandom`.
        GET_RANDOM = 0x0000_017b,
        /// `TPM2_PCR_Read`.
        PCR_READ = 0x0000_017e,
        /// `TPM2_PolicyPCR`.
        POLICY_PCR = 0x0000_017f,
        /// `TPM2_ReadClock`.
        READ_CLOCK = 0x0000_0181,
        /// `TPM2_PCR_Extend`.
        PCR_EXTEND = 0x0000_0182,
        /// `TPM2_NV_Certify`.
        NV_CERTIFY = 0x0000_0184,
        /// `TPM2_EventSequenceComplete`.
        EVENT_SEQUENCE_COMPLETE = 0x0000_0185,
        /// `TPM2_HashSequenceStart`.
        HASH_SEQUENCE_START = 0x0000_0186,
        /// `TPM2_PolicyGetDigest`.
        POLICY_GET_DIGEST = 0x0000_0189,
    }
}
