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
    }
}

constants! {
    /// Permanent handles (7.4).
    #[doc(alias = "TPM_RH")]
    pub struct TpmRh(u32) = "TPM_RH_" {
        /// The storage hierarchy, of the owner.
        OWNER = 0x4000_0001,
        /// No hierarchy.
        NULL = 0x4000_0007,
        /// The endorsement hierarchy, of the privacy administrator.
        ENDORSEMENT = 0x4000_000b,
        /// The platform hierarchy, of the firmware.
        PLATFORM = 0x4000_000c,
    }
}
