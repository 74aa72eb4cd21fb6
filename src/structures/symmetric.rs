//! Part 2, 11.1: Symmetric.

use super::{Tpm2bAuth, TpmAlgId, TpmiAlgHash, TpmiAlgKdf, TpmiAlgSymMode};

union! {
    /// The symmetric algorithm of a storage key, or none (11.1.7).
    #[doc(alias = "TPMT_SYM_DEF_OBJECT")]
    pub enum TpmtSymDefObject: TpmAlgId {
        /// Triple DES.
        TDES => Tdes(BlockCipher),
        /// AES.
        AES => Aes(BlockCipher),
        /// SM4.
        SM4 => Sm4(BlockCipher),
        /// Camellia.
        CAMELLIA => Camellia(BlockCipher),
        /// None: the key is no storage key.
        NULL => Null,
    }
}

structure! {
    /// `TPMU_SYM_KEY_BITS` and `TPMU_SYM_MODE` of a block cipher (11.1.3, 11.1.4).
    pub struct BlockCipher {
        /// The number of bits in the key.
        key_bits: u16,
        /// The mode of the algorithm.
        mode: TpmiAlgSymMode,
    }
}

structure! {
    /// The parameters of a symmetric block cipher object (11.1.9).
    #[doc(alias = "TPMS_SYMCIPHER_PARMS")]
    pub struct TpmsSymcipherParms {
        /// A symmetric block cipher.
        sym: TpmtSymDefObject,
    }
}

structure! {
    /// A scheme that needs only a hash (11.1.17).
    #[doc(alias = "TPMS_SCHEME_HASH")]
    pub struct TpmsSchemeHash {
        /// The hash algorithm used to digest the message.
        hash_alg: TpmiAlgHash,
    }
}

structure! {
    /// The XOR obfuscation scheme (11.1.21).
    #[doc(alias = "TPMS_SCHEME_XOR")]
    pub struct TpmsSchemeXor {
        /// The hash algorithm used to digest the message.
        hash_alg: TpmiAlgHash,
        /// The key derivation function.
        kdf: TpmiAlgKdf,
    }
}

union! {
    /// The scheme of a keyed hash object (11.1.23).
    #[doc(alias = "TPMT_KEYEDHASH_SCHEME")]
    pub enum TpmtKeyedhashScheme: TpmAlgId {
        /// HMAC.
        HMAC => Hmac(TpmsSchemeHash),
        /// XOR obfuscation.
        XOR => Xor(TpmsSchemeXor),
        /// None: the caller chooses, or the object is data.
        NULL => Null,
    }
}

union! {
    /// The symmetric algorithm of a session, or none (11.1).
    #[doc(alias = "TPMT_SYM_DEF")]
    pub enum TpmtSymDef: TpmAlgId {
        /// Triple DES.
        TDES => Tdes(BlockCipher),
        /// AES.
        AES => Aes(BlockCipher),
        /// SM4.
        SM4 => Sm4(BlockCipher),
        /// Camellia.
        CAMELLIA => Camellia(BlockCipher),
        /// XOR obfuscation.
        XOR => Xor(TpmiAlgHash),
        /// None: nothing is encrypted.
        NULL => Null,
    }
}

sized_buffer! {
    /// A secret to be sealed; empty where the TPM is to make a key (11.1).
    #[doc(alias = "TPM2B_SENSITIVE_DATA")]
    pub struct Tpm2bSensitiveData<'a>([u8; 256]);
}

structure! {
    /// What the maker of an object knows of its sensitive area (11.1).
    #[doc(alias = "TPMS_SENSITIVE_CREATE")]
    pub struct TpmsSensitiveCreate<'a> {
        /// The USER auth secret value.
        user_auth: Tpm2bAuth<'a>,
        /// Data to be sealed, a key, or derivation values.
        data: Tpm2bSensitiveData<'a>,
    }
}

sized_buffer! {
    /// The same, sized (11.1).
    #[doc(alias = "TPM2B_SENSITIVE_CREATE")]
    pub struct Tpm2bSensitiveCreate<'a>(TpmsSensitiveCreate<'a>);
}
