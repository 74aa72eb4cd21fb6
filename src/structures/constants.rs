//! Part 2, clause 6: Constants.

constants! {
    /// The value that begins every structure a TPM attests (6.2).
    #[doc(alias = "TPM_GENERATED")]
    pub struct TpmGenerated(u32) = "TPM_GENERATED_" {
        /// `0xFF` and "TCG".
        VALUE = 0xff54_4347,
    }
}

constants! {
    /// Structure tags (6.9).
    #[doc(alias = "TPM_ST")]
    pub struct TpmSt(u16) = "TPM_ST_" {
        /// A command or response without sessions; a ticket that proves nothing.
        NO_SESSIONS = 0x8001,
        /// A command or response with sessions.
        SESSIONS = 0x8002,
        /// Made by `TPM2_NV_Certify` with contents.
        ATTEST_NV = 0x8014,
        /// Made by `TPM2_GetCommandAuditDigest`.
        ATTEST_COMMAND_AUDIT = 0x8015,
        /// Made by `TPM2_GetSessionAuditDigest`.
        ATTEST_SESSION_AUDIT = 0x8016,
        /// Made by `TPM2_Certify`.
        ATTEST_CERTIFY = 0x8017,
        /// Made by `TPM2_Quote`.
        ATTEST_QUOTE = 0x8018,
        /// Made by `TPM2_GetTime`.
        ATTEST_TIME = 0x8019,
        /// Made by `TPM2_CertifyCreation`.
        ATTEST_CREATION = 0x801a,
        /// Made by `TPM2_NV_Certify` with a digest.
        ATTEST_NV_DIGEST = 0x801c,
        /// A ticket of `TPM2_Create` or `TPM2_CreatePrimary`.
        CREATION = 0x8021,
        /// A ticket of `TPM2_VerifySignature`.
        VERIFIED = 0x8022,
        /// A ticket of `TPM2_PolicySecret`.
        AUTH_SECRET = 0x8023,
        /// A ticket of a hash that the TPM made.
        HASHCHECK = 0x8024,
        /// A ticket of `TPM2_PolicySigned`.
        AUTH_SIGNED = 0x8025,
    }
}

constants! {
    /// What a start or a shutdown keeps (6.10).
    #[doc(alias = "TPM_SU")]
    pub struct TpmSu(u16) = "TPM_SU_" {
        /// Nothing: PCRs and counters begin anew.
        CLEAR = 0x0000,
        /// What was saved.
        STATE = 0x0001,
    }
}

constants! {
    /// Session types (6.11).
    #[doc(alias = "TPM_SE")]
    pub struct TpmSe(u8) = "TPM_SE_" {
        /// Authorizes by HMAC.
        HMAC = 0x00,
        /// Authorizes by policy.
        POLICY = 0x01,
        /// Computes a policy, and authorizes nothing.
        TRIAL = 0x03,
    }
}

constants! {
    /// What can be asked about a TPM (6.12).
    #[doc(alias = "TPM_CAP")]
    pub struct TpmCap(u32) = "TPM_CAP_" {
        /// Algorithms.
        ALGS = 0x0000_0000,
        /// Handles that are in use.
        HANDLES = 0x0000_0001,
        /// Commands.
        COMMANDS = 0x0000_0002,
        /// The PCR banks and which PCRs they hold.
        PCRS = 0x0000_0005,
        /// Numbers.
        TPM_PROPERTIES = 0x0000_0006,
        /// Curves.
        ECC_CURVES = 0x0000_0008,
    }
}

constants! {
    /// Numbers that a TPM tells of itself (6.13).
    #[doc(alias = "TPM_PT")]
    pub struct TpmPt(u32) = "TPM_PT_" {
        /// The maker, four letters.
        MANUFACTURER = 0x0000_0105,
        /// The first half of the firmware's version.
        FIRMWARE_VERSION_1 = 0x0000_010b,
        /// The second half of the firmware's version.
        FIRMWARE_VERSION_2 = 0x0000_010c,
        /// The most bytes of data that one command takes.
        INPUT_BUFFER = 0x0000_010d,
        /// The most bytes of an NV index that one command reads or writes.
        NV_BUFFER_MAX = 0x0000_012c,
        /// `TPMA_PERMANENT`; bit 9 is set while the TPM is locked out.
        PERMANENT = 0x0000_0200,
        /// How many failed authorizations are not forgiven yet.
        LOCKOUT_COUNTER = 0x0000_020e,
        /// How many of them lock the TPM.
        MAX_AUTH_FAIL = 0x0000_020f,
        /// Seconds until one failed authorization is forgiven.
        LOCKOUT_INTERVAL = 0x0000_0210,
    }
}
