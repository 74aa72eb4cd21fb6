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

attributes! {
    /// How a session is used by a command (8.4).
    #[doc(alias = "TPMA_SESSION")]
    pub struct TpmaSession(u8) {
        /// The session goes on after the command.
        CONTINUE_SESSION = 0x01,
        /// Only if no other command came between.
        AUDIT_EXCLUSIVE = 0x02,
        /// The audit begins anew.
        AUDIT_RESET = 0x04,
        /// The first parameter of the command is encrypted.
        DECRYPT = 0x20,
        /// The first parameter of the response is encrypted.
        ENCRYPT = 0x40,
        /// The session is for audit.
        AUDIT = 0x80,
    }
}

attributes! {
    /// From where a command came (8.5).
    #[doc(alias = "TPMA_LOCALITY")]
    pub struct TpmaLocality(u8) {
        /// Locality 0: the operating system.
        ZERO = 0x01,
        /// Locality 1.
        ONE = 0x02,
        /// Locality 2: a dynamically launched operating system.
        TWO = 0x04,
        /// Locality 3.
        THREE = 0x08,
        /// Locality 4: hardware.
        FOUR = 0x10,
        /// An extended locality.
        EXTENDED = 0xe0,
    }
}

attributes! {
    /// What an algorithm is for (8.2).
    #[doc(alias = "TPMA_ALGORITHM")]
    pub struct TpmaAlgorithm(u32) {
        /// An asymmetric algorithm.
        ASYMMETRIC = 0x0000_0001,
        /// A block cipher.
        SYMMETRIC = 0x0000_0002,
        /// A hash.
        HASH = 0x0000_0004,
        /// It may be used as an object type.
        OBJECT = 0x0000_0008,
        /// It signs.
        SIGNING = 0x0000_0100,
        /// It encrypts.
        ENCRYPTING = 0x0000_0200,
        /// It derives keys.
        METHOD = 0x0000_0400,
    }
}

attributes! {
    /// A command, and what it does to handles (8.9).
    #[doc(alias = "TPMA_CC")]
    pub struct TpmaCc(u32) {
        /// The number of the command.
        COMMAND_INDEX = 0x0000_ffff,
        /// The command may write to NV.
        NV = 0x0040_0000,
        /// The command may flush many contexts.
        EXTENSIVE = 0x0080_0000,
        /// The command flushes what its handles name.
        FLUSHED = 0x0100_0000,
        /// How many handles it takes.
        C_HANDLES = 0x0e00_0000,
        /// It returns a handle.
        R_HANDLE = 0x1000_0000,
        /// The command is the vendor's.
        V = 0x2000_0000,
    }
}
