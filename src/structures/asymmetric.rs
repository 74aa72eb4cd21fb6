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
        EDDSA => Eddsa(TpmsSchemeHash),
        /// EdDSA over a digest.
        EDDSA_PH => EddsaPh(TpmsSchemeHash),
        /// None: the caller chooses.
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
