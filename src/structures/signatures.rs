//! Part 2, 11.3: Signatures.

use super::{Tpm2bEccParameter, Tpm2bPublicKeyRsa, TpmAlgId, TpmiAlgHash, TpmtHa};

union! {
    /// A signature that says its scheme (11.3.6).
    #[doc(alias = "TPMT_SIGNATURE")]
    #[doc(alias = "TPMU_SIGNATURE")]
    pub enum TpmtSignature<'a>: TpmAlgId {
        /// RSASSA-PKCS1-v1_5.
        RSASSA => Rsassa(TpmsSignatureRsa<'a>),
        /// RSASSA-PSS.
        RSAPSS => Rsapss(TpmsSignatureRsa<'a>),
        /// ECDSA.
        ECDSA => Ecdsa(TpmsSignatureEcc<'a>),
        /// Elliptic-curve direct anonymous attestation.
        ECDAA => Ecdaa(TpmsSignatureEcc<'a>),
        /// SM2.
        SM2 => Sm2(TpmsSignatureEcc<'a>),
        /// Elliptic-curve Schnorr.
        ECSCHNORR => Ecschnorr(TpmsSignatureEcc<'a>),
        /// EdDSA.
        EDDSA => Eddsa(Tpm2bSignatureEddsa<'a>),
        /// EdDSA over a digest.
        HASH_EDDSA => HashEddsa(Tpm2bSignatureEddsa<'a>),
        /// HMAC.
        HMAC => Hmac(TpmtHa<'a>),
        /// ML-DSA.
        MLDSA => MlDsa(Tpm2bSignatureMldsa<'a>),
        /// ML-DSA over a digest.
        HASH_MLDSA => HashMlDsa(TpmsSignatureHashMldsa<'a>),
        /// No signature.
        NULL => Null,
    }
}

structure! {
    /// An RSA signature (11.3.1).
    #[doc(alias = "TPMS_SIGNATURE_RSA")]
    #[doc(alias = "TPMS_SIGNATURE_RSASSA")]
    #[doc(alias = "TPMS_SIGNATURE_RSAPSS")]
    pub struct TpmsSignatureRsa<'a> {
        /// The hash algorithm used to digest the message.
        hash: TpmiAlgHash,
        /// The signature, the size of a public key.
        sig: Tpm2bPublicKeyRsa<'a>,
    }
}

structure! {
    /// An ECC signature (11.3.2).
    #[doc(alias = "TPMS_SIGNATURE_ECC")]
    #[doc(alias = "TPMS_SIGNATURE_ECDSA")]
    pub struct TpmsSignatureEcc<'a> {
        /// The hash algorithm used in the signature process.
        hash: TpmiAlgHash,
        /// The component r.
        signature_r: Tpm2bEccParameter<'a>,
        /// The component s.
        signature_s: Tpm2bEccParameter<'a>,
    }
}

sized_buffer! {
    /// An EdDSA signature (11.3.3; RFC 8032); that of Ed448 has 114 octets, and two numbers of the largest curve have 160.
    #[doc(alias = "TPM2B_SIGNATURE_EDDSA")]
    pub struct Tpm2bSignatureEddsa<'a>([u8; 160]);
}

sized_buffer! {
    /// An ML-DSA signature (11.3.4); that of ML-DSA-87 has 4,627 octets.
    #[doc(alias = "TPM2B_SIGNATURE_MLDSA")]
    pub struct Tpm2bSignatureMldsa<'a>([u8; 4627]);
}

structure! {
    /// An ML-DSA signature over a digest (11.3.5).
    #[doc(alias = "TPMS_SIGNATURE_HASH_MLDSA")]
    pub struct TpmsSignatureHashMldsa<'a> {
        /// The hash algorithm used to digest the message.
        hash: TpmiAlgHash,
        /// The signature.
        signature: Tpm2bSignatureMldsa<'a>,
    }
}
