//! Part 2, 11.2: Asymmetric.

use super::{TpmAlgId, TpmiAlgHash, TpmsSchemeHash};

structure! {
    /// ECDAA: a hash and a counter (11.2.1.3).
    #[doc(alias = "TPMS_SCHEME_ECDAA")]
    pub struct TpmsSchemeEcdaa {
        /// The hash algorithm used to digest the message.
        hash_alg: TpmiAlgHash,
        /// The counter value that is used between `TPM2_Commit` and the sign operation.
        count: u16,
    }
}

union! {
    /// The scheme of a signature that is asked for, or none where the key has its own (11.2.1.5).
    #[doc(alias = "TPMT_SIG_SCHEME")]
    #[doc(alias = "TPMU_SIG_SCHEME")]
    pub enum TpmtSigScheme: TpmAlgId {
        /// RSASSA-PKCS1-v1_5.
        RSASSA => Rsassa(TpmsSchemeHash),
        /// RSASSA-PSS.
        RSAPSS => Rsapss(TpmsSchemeHash),
        /// ECDSA.
        ECDSA => Ecdsa(TpmsSchemeHash),
        /// Direct anonymous attestation.
        ECDAA => Ecdaa(TpmsSchemeEcdaa),
        /// SM2.
        SM2 => Sm2(TpmsSchemeHash),
        /// Schnorr.
        ECSCHNORR => Ecschnorr(TpmsSchemeHash),
        /// EdDSA.
        EDDSA => Eddsa,
        /// EdDSA over a digest.
        HASH_EDDSA => HashEddsa,
        /// ML-DSA.
        MLDSA => MlDsa,
        /// ML-DSA over a digest.
        HASH_MLDSA => HashMlDsa,
        /// HMAC.
        HMAC => Hmac(TpmsSchemeHash),
        /// The key's own.
        NULL => Null,
    }
}

union! {
    /// A key derivation scheme (11.2.3.3).
    #[doc(alias = "TPMT_KDF_SCHEME")]
    pub enum TpmtKdfScheme: TpmAlgId {
        /// Mask generation function 1.
        MGF1 => Mgf1(TpmsSchemeHash),
        /// SP 800-56A.
        KDF1_SP800_56A => Kdf1Sp800_56a(TpmsSchemeHash),
        /// IEEE 1363a.
        KDF2 => Kdf2(TpmsSchemeHash),
        /// SP 800-108.
        KDF1_SP800_108 => Kdf1Sp800_108(TpmsSchemeHash),
        /// None.
        NULL => Null,
    }
}

union! {
    /// The scheme of an RSA key (11.2.4.2).
    #[doc(alias = "TPMT_RSA_SCHEME")]
    pub enum TpmtRsaScheme: TpmAlgId {
        /// RSASSA-PKCS1-v1_5.
        RSASSA => Rsassa(TpmsSchemeHash),
        /// RSAES-PKCS1-v1_5.
        RSAES => Rsaes,
        /// RSASSA-PSS.
        RSAPSS => Rsapss(TpmsSchemeHash),
        /// RSAES-OAEP.
        OAEP => Oaep(TpmsSchemeHash),
        /// None: the caller chooses.
        NULL => Null,
    }
}

union! {
    /// The scheme of an ECC key (11.2.5.6).
    #[doc(alias = "TPMT_ECC_SCHEME")]
    pub enum TpmtEccScheme: TpmAlgId {
        /// ECDSA.
        ECDSA => Ecdsa(TpmsSchemeHash),
        /// Diffie-Hellman.
        ECDH => Ecdh(TpmsSchemeHash),
        /// Direct anonymous attestation.
        ECDAA => Ecdaa(TpmsSchemeEcdaa),
        /// SM2.
        SM2 => Sm2(TpmsSchemeHash),
        /// Schnorr.
        ECSCHNORR => Ecschnorr(TpmsSchemeHash),
        /// Two-phase key exchange.
        ECMQV => Ecmqv(TpmsSchemeHash),
        /// EdDSA.
        EDDSA => Eddsa,
        /// EdDSA over a digest.
        HASH_EDDSA => HashEddsa,
        /// None: the caller chooses.
        NULL => Null,
    }
}

union! {
    /// The scheme of any asymmetric key (11.2.3.6).
    #[doc(alias = "TPMT_ASYM_SCHEME")]
    #[doc(alias = "TPMU_ASYM_SCHEME")]
    pub enum TpmtAsymScheme: TpmAlgId {
        /// Diffie-Hellman.
        ECDH => Ecdh(TpmsSchemeHash),
        /// Two-phase key exchange.
        ECMQV => Ecmqv(TpmsSchemeHash),
        /// RSASSA-PKCS1-v1_5.
        RSASSA => Rsassa(TpmsSchemeHash),
        /// RSASSA-PSS.
        RSAPSS => Rsapss(TpmsSchemeHash),
        /// ECDSA.
        ECDSA => Ecdsa(TpmsSchemeHash),
        /// Direct anonymous attestation.
        ECDAA => Ecdaa(TpmsSchemeEcdaa),
        /// SM2.
        SM2 => Sm2(TpmsSchemeHash),
        /// Schnorr.
        ECSCHNORR => Ecschnorr(TpmsSchemeHash),
        /// EdDSA.
        EDDSA => Eddsa,
        /// EdDSA over a digest.
        HASH_EDDSA => HashEddsa,
        /// RSAES-PKCS1-v1_5.
        RSAES => Rsaes,
        /// RSAES-OAEP.
        OAEP => Oaep(TpmsSchemeHash),
        /// None: the caller chooses.
        NULL => Null,
    }
}

union! {
    /// How RSA decrypts (11.2.4.4).
    #[doc(alias = "TPMT_RSA_DECRYPT")]
    pub enum TpmtRsaDecrypt: TpmAlgId {
        /// RSAES-PKCS1-v1_5.
        RSAES => Rsaes,
        /// RSAES-OAEP.
        OAEP => Oaep(TpmsSchemeHash),
        /// None: the bare operation, or the key's own scheme.
        NULL => Null,
    }
}

sized_buffer! {
    /// An RSA modulus, or an RSA signature (11.2.4.5). The largest modulus that a TPM has is 4096 bits.
    #[doc(alias = "TPM2B_PUBLIC_KEY_RSA")]
    pub struct Tpm2bPublicKeyRsa<'a>([u8; 512]);
}

sized_buffer! {
    /// An ECC coordinate or signature component, big-endian (11.2.5.1). 80 octets hold the 638 bits of `BN_P638`.
    #[doc(alias = "TPM2B_ECC_PARAMETER")]
    pub struct Tpm2bEccParameter<'a>([u8; 80]);
}

structure! {
    /// A point (11.2.5.2).
    #[doc(alias = "TPMS_ECC_POINT")]
    pub struct TpmsEccPoint<'a> {
        /// X coordinate.
        x: Tpm2bEccParameter<'a>,
        /// Y coordinate.
        y: Tpm2bEccParameter<'a>,
    }
}

sized_buffer! {
    /// A point, sized (11.2.5.3).
    #[doc(alias = "TPM2B_ECC_POINT")]
    pub struct Tpm2bEccPoint<'a>(TpmsEccPoint<'a>);
}

sized_buffer! {
    /// An ML-KEM encapsulation key (11.2.6.2; FIPS 203); that of ML-KEM-1024 has 1,568 octets.
    #[doc(alias = "TPM2B_PUBLIC_KEY_MLKEM")]
    pub struct Tpm2bPublicKeyMlkem<'a>([u8; 1568]);
}

sized_buffer! {
    /// An ML-DSA public key (11.2.7.3; FIPS 204, algorithm 22); that of ML-DSA-87 has 2,592 octets.
    #[doc(alias = "TPM2B_PUBLIC_KEY_MLDSA")]
    pub struct Tpm2bPublicKeyMldsa<'a>([u8; 2592]);
}
