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
    /// Identifiers of algorithms (6.3).
    #[doc(alias = "TPM_ALG_ID")]
    pub struct TpmAlgId(u16) = "TPM_ALG_" {
        /// RSA.
        RSA = 0x0001,
        /// Triple DES.
        TDES = 0x0003,
        /// SHA-1.
        SHA1 = 0x0004,
        /// HMAC.
        HMAC = 0x0005,
        /// AES.
        AES = 0x0006,
        /// Mask generation function 1 of PKCS #1.
        MGF1 = 0x0007,
        /// A key made of data and a hash.
        KEYEDHASH = 0x0008,
        /// XOR obfuscation.
        XOR = 0x000a,
        /// SHA-256.
        SHA256 = 0x000b,
        /// SHA-384.
        SHA384 = 0x000c,
        /// SHA-512.
        SHA512 = 0x000d,
        /// No algorithm.
        NULL = 0x0010,
        /// SM3.
        SM3_256 = 0x0012,
        /// SM4.
        SM4 = 0x0013,
        /// RSASSA-PKCS1-v1_5.
        RSASSA = 0x0014,
        /// RSAES-PKCS1-v1_5.
        RSAES = 0x0015,
        /// RSASSA-PSS.
        RSAPSS = 0x0016,
        /// RSAES-OAEP.
        OAEP = 0x0017,
        /// ECDSA.
        ECDSA = 0x0018,
        /// Elliptic-curve Diffie-Hellman.
        ECDH = 0x0019,
        /// Elliptic-curve direct anonymous attestation.
        ECDAA = 0x001a,
        /// SM2.
        SM2 = 0x001b,
        /// Elliptic-curve Schnorr.
        ECSCHNORR = 0x001c,
        /// Two-phase elliptic-curve key exchange.
        ECMQV = 0x001d,
        /// Concatenation key derivation of SP 800-56A.
        KDF1_SP800_56A = 0x0020,
        /// Key derivation of IEEE 1363a.
        KDF2 = 0x0021,
        /// Key derivation of SP 800-108.
        KDF1_SP800_108 = 0x0022,
        /// Elliptic-curve keys.
        ECC = 0x0023,
        /// Symmetric block ciphers.
        SYMCIPHER = 0x0025,
        /// Camellia.
        CAMELLIA = 0x0026,
        /// SHA3-256.
        SHA3_256 = 0x0027,
        /// SHA3-384.
        SHA3_384 = 0x0028,
        /// SHA3-512.
        SHA3_512 = 0x0029,
        /// Cipher-based MAC.
        CMAC = 0x003f,
        /// Counter mode.
        CTR = 0x0040,
        /// Output feedback mode.
        OFB = 0x0041,
        /// Cipher block chaining mode.
        CBC = 0x0042,
        /// Cipher feedback mode.
        CFB = 0x0043,
        /// Electronic codebook mode.
        ECB = 0x0044,
        /// EdDSA.
        EDDSA = 0x0060,
        /// EdDSA over a digest.
        EDDSA_PH = 0x0061,
        /// ML-DSA.
        MLDSA = 0x00a1,
        /// ML-DSA over a digest.
        HASH_MLDSA = 0x00a2,
    }
}

constants! {
    /// Identifiers of elliptic curves (6.4).
    #[doc(alias = "TPM_ECC_CURVE")]
    pub struct TpmEccCurve(u16) = "TPM_ECC_" {
        /// NIST P-192.
        NIST_P192 = 0x0001,
        /// NIST P-224.
        NIST_P224 = 0x0002,
        /// NIST P-256.
        NIST_P256 = 0x0003,
        /// NIST P-384.
        NIST_P384 = 0x0004,
        /// NIST P-521.
        NIST_P521 = 0x0005,
        /// Barreto-Naehrig, 256 bits.
        BN_P256 = 0x0010,
        /// Barreto-Naehrig, 638 bits.
        BN_P638 = 0x0011,
        /// SM2, 256 bits.
        SM2_P256 = 0x0020,
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
