//! Part 2, 6.3 and 6.4: identifiers of algorithms, of curves, and of parameter sets.

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
        /// SHA-256, the first 192 bits of it.
        SHA256_192 = 0x000e,
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
        /// Key derivation of RFC 5869.
        HKDF = 0x001f,
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
        /// SHAKE128.
        SHAKE128 = 0x002a,
        /// SHAKE256.
        SHAKE256 = 0x002b,
        /// 192 bits of SHAKE256.
        SHAKE256_192 = 0x002c,
        /// 256 bits of SHAKE256.
        SHAKE256_256 = 0x002d,
        /// 512 bits of SHAKE256.
        SHAKE256_512 = 0x002e,
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
        /// Counter mode with CBC-MAC.
        CCM = 0x0050,
        /// Galois counter mode.
        GCM = 0x0051,
        /// AES key wrap.
        KW = 0x0052,
        /// AES key wrap with padding.
        KWP = 0x0053,
        /// EAX mode.
        EAX = 0x0054,
        /// EdDSA.
        EDDSA = 0x0060,
        /// EdDSA over a digest.
        HASH_EDDSA = 0x0061,
        /// Leighton-Micali signatures.
        LMS = 0x0070,
        /// Extended Merkle signatures.
        XMSS = 0x0071,
        /// A key made of data and an extendable output function.
        KEYEDXOF = 0x0080,
        /// KMAC128 of any length.
        KMACXOF128 = 0x0081,
        /// KMAC256 of any length.
        KMACXOF256 = 0x0082,
        /// KMAC128.
        KMAC128 = 0x0090,
        /// KMAC256.
        KMAC256 = 0x0091,
        /// ML-KEM.
        MLKEM = 0x00a0,
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
        /// Brainpool, 256 bits.
        BP_P256_R1 = 0x0030,
        /// Brainpool, 384 bits.
        BP_P384_R1 = 0x0031,
        /// Brainpool, 512 bits.
        BP_P512_R1 = 0x0032,
        /// Curve25519.
        CURVE_25519 = 0x0040,
        /// Curve448.
        CURVE_448 = 0x0041,
    }
}

constants! {
    /// Parameter sets of ML-DSA (11.2.7; FIPS 204, 4).
    #[doc(alias = "TPM_MLDSA_PARMS")]
    pub struct TpmMldsaParms(u16) = "TPM_" {
        /// ML-DSA-44.
        MLDSA_44 = 0x0001,
        /// ML-DSA-65.
        MLDSA_65 = 0x0002,
        /// ML-DSA-87.
        MLDSA_87 = 0x0003,
    }
}

constants! {
    /// Parameter sets of ML-KEM (11.2.6; FIPS 203, 8).
    #[doc(alias = "TPM_MLKEM_PARMS")]
    pub struct TpmMlkemParms(u16) = "TPM_" {
        /// ML-KEM-512.
        MLKEM_512 = 0x0001,
        /// ML-KEM-768.
        MLKEM_768 = 0x0002,
        /// ML-KEM-1024.
        MLKEM_1024 = 0x0003,
    }
}
