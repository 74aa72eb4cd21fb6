//! Part 2, 12.2: Public Area Structures.

use super::{
    Tpm2bDigest, Tpm2bPublicKeyMldsa, Tpm2bPublicKeyMlkem, Tpm2bPublicKeyRsa, TpmAlgId, TpmaObject, TpmiAlgHash,
    TpmiEccCurve, TpmiMldsaParms, TpmiMlkemParms, TpmiYesNo, TpmsEccPoint, TpmsSymcipherParms, TpmtAsymScheme,
    TpmtEccScheme, TpmtKdfScheme, TpmtKeyedhashScheme, TpmtRsaScheme, TpmtSymDefObject,
};

structure! {
    /// The public area of an object (12.2.4).
    #[doc(alias = "TPMT_PUBLIC")]
    pub struct TpmtPublic<'a> {
        /// Algorithm associated with this object.
        type_: TpmAlgId,
        /// Algorithm used for computing the Name of the object.
        name_alg: TpmiAlgHash,
        /// Attributes that, along with `type`, determine the manipulations of this object.
        object_attributes: TpmaObject,
        /// Optional policy for using this key.
        auth_policy: Tpm2bDigest<'a>,
        /// The algorithm or structure details.
        [type_] parameters: TpmuPublicParms,
        /// The unique identifier of the structure: for an asymmetric key, the public key.
        [type_] unique: TpmuPublicId<'a>,
    }
}

sized_buffer! {
    /// A sized public area, as `TPM2_ReadPublic` returns it (12.2.5).
    #[doc(alias = "TPM2B_PUBLIC")]
    pub struct Tpm2bPublic<'a>(TpmtPublic<'a>);
}

union! {
    /// The algorithm details of an object (12.2.3.7).
    #[doc(alias = "TPMU_PUBLIC_PARMS")]
    pub enum TpmuPublicParms: TpmAlgId {
        /// A key made of data and a hash.
        KEYEDHASH => Keyedhash(TpmsKeyedhashParms),
        /// A block cipher key.
        SYMCIPHER => Symcipher(TpmsSymcipherParms),
        /// An RSA key.
        RSA => Rsa(TpmsRsaParms),
        /// An ECC key.
        ECC => Ecc(TpmsEccParms),
        /// An ML-DSA key.
        MLDSA => MlDsa(TpmsMldsaParms),
        /// A key of ML-DSA over digests.
        HASH_MLDSA => HashMlDsa(TpmsHashMldsaParms),
        /// An ML-KEM key.
        MLKEM => MlKem(TpmsMlkemParms),
    }
}

union! {
    /// The unique identifier of an object (12.2.3.2).
    #[doc(alias = "TPMU_PUBLIC_ID")]
    pub enum TpmuPublicId<'a>: TpmAlgId {
        /// The digest of a keyed hash object's secret.
        KEYEDHASH => Keyedhash(Tpm2bDigest<'a>),
        /// The digest of a block cipher key.
        SYMCIPHER => Symcipher(Tpm2bDigest<'a>),
        /// The modulus.
        RSA => Rsa(Tpm2bPublicKeyRsa<'a>),
        /// The public point.
        ECC => Ecc(TpmsEccPoint<'a>),
        /// The ML-DSA public key.
        MLDSA => MlDsa(Tpm2bPublicKeyMldsa<'a>),
        /// The ML-DSA public key, for digests.
        HASH_MLDSA => HashMlDsa(Tpm2bPublicKeyMldsa<'a>),
        /// The ML-KEM encapsulation key.
        MLKEM => MlKem(Tpm2bPublicKeyMlkem<'a>),
    }
}

structure! {
    /// Parameters of a keyed hash object (12.2.3.3).
    #[doc(alias = "TPMS_KEYEDHASH_PARMS")]
    pub struct TpmsKeyedhashParms {
        /// Indicates the signing method used for a keyed hash signing object.
        scheme: TpmtKeyedhashScheme,
    }
}

structure! {
    /// What the parameters of RSA and ECC keys have in common (12.2.3.4).
    #[doc(alias = "TPMS_ASYM_PARMS")]
    pub struct TpmsAsymParms {
        /// For a restricted decryption key, a symmetric cipher; otherwise none.
        symmetric: TpmtSymDefObject,
        /// For a restricted signing key, the signature scheme.
        scheme: TpmtAsymScheme,
    }
}

structure! {
    /// Parameters of an RSA key (12.2.3.5).
    #[doc(alias = "TPMS_RSA_PARMS")]
    pub struct TpmsRsaParms {
        /// For a restricted decryption key, a symmetric cipher; otherwise none.
        symmetric: TpmtSymDefObject,
        /// For a restricted signing key, the signature scheme.
        scheme: TpmtRsaScheme,
        /// Number of bits in the public modulus.
        key_bits: u16,
        /// The public exponent; zero indicates 2^16 + 1.
        exponent: u32,
    }
}

structure! {
    /// Parameters of an ECC key (12.2.3.6).
    #[doc(alias = "TPMS_ECC_PARMS")]
    pub struct TpmsEccParms {
        /// For a restricted decryption key, a symmetric cipher; otherwise none.
        symmetric: TpmtSymDefObject,
        /// For a restricted signing key, the signature scheme.
        scheme: TpmtEccScheme,
        /// ECC curve ID.
        curve_id: TpmiEccCurve,
        /// An optional key derivation scheme.
        kdf: TpmtKdfScheme,
    }
}

structure! {
    /// Parameters of an ML-DSA key (12.2.3.6, table 229).
    #[doc(alias = "TPMS_MLDSA_PARMS")]
    pub struct TpmsMldsaParms {
        /// The parameter set.
        parameter_set: TpmiMldsaParms,
        /// The key also signs a message representative that somebody else computed (FIPS 204, the external µ).
        allow_external_mu: TpmiYesNo,
    }
}

structure! {
    /// Parameters of a key of ML-DSA over digests (12.2.3.7, table 230).
    #[doc(alias = "TPMS_HASH_MLDSA_PARMS")]
    pub struct TpmsHashMldsaParms {
        /// The parameter set.
        parameter_set: TpmiMldsaParms,
        /// The hash algorithm used to digest the message.
        hash_alg: TpmiAlgHash,
    }
}

structure! {
    /// Parameters of an ML-KEM key (12.2.3.8, table 231).
    #[doc(alias = "TPMS_MLKEM_PARMS")]
    pub struct TpmsMlkemParms {
        /// For a restricted decryption key, a symmetric cipher; otherwise none.
        symmetric: TpmtSymDefObject,
        /// The parameter set.
        parameter_set: TpmiMlkemParms,
    }
}

/// Parameters that stand alone, behind their selector, as `TPM2_TestParms` takes them (12.2.3.9).
#[doc(alias = "TPMT_PUBLIC_PARMS")]
pub type TpmtPublicParms = TpmuPublicParms;
