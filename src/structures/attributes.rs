//! Part 2, clause 8: Attribute Structures.

attributes! {
    /// What an object may do, and how it came to be (8.3).
    #[doc(alias = "TPMA_OBJECT")]
    pub struct TpmaObject(u32) {
        /// The hierarchy of the object may not change.
        FIXED_TPM = 0x0000_0002,
        /// Contexts of the object do not outlive a `TPM2_Startup(CLEAR)`.
        ST_CLEAR = 0x0000_0004,
        /// The parent of the object may not change.
        FIXED_PARENT = 0x0000_0010,
        /// The TPM made the sensitive data of the object.
        SENSITIVE_DATA_ORIGIN = 0x0000_0020,
        /// User actions may be authorized by password or HMAC.
        USER_WITH_AUTH = 0x0000_0040,
        /// Administrator actions need a policy.
        ADMIN_WITH_POLICY = 0x0000_0080,
        /// The object lives only as long as its parent's firmware.
        FIRMWARE_LIMITED = 0x0000_0100,
        /// The object lives only as long as the secure version of its parent's firmware.
        SVN_LIMITED = 0x0000_0200,
        /// No protection against dictionary attacks.
        NO_DA = 0x0000_0400,
        /// Duplication must be encrypted and to a known parent.
        ENCRYPTED_DUPLICATION = 0x0000_0800,
        /// The key signs and decrypts only what the TPM knows.
        RESTRICTED = 0x0001_0000,
        /// The private part may decrypt.
        DECRYPT = 0x0002_0000,
        /// The private part may sign.
        SIGN = 0x0004_0000,
        /// An asymmetric key that signs only X.509 certificates.
        X509_SIGN = 0x0008_0000,
    }
}
