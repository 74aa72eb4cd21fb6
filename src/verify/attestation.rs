//! From signed bytes to a structure that a trusted TPM made.

use super::{TrustedKey, VerifyError, error::Part};
use crate::crypto::{Digest, HashAlgorithm, Signature};
use crate::structures::{TpmAlgId, TpmGenerated, TpmsAttest, TpmtSignature};
use crate::wire::{Decode, DecodeError};

/// An attestation as it arrived. It has no accessor: nothing in it is to be believed yet.
///
/// ```compile_fail,E0599
/// # fn f(attestation: tpmproof::verify::Attestation<'_>) {
/// attestation.attest(); // no such method before the signature is verified
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Attestation<'a> {
    attest: &'a [u8],
    #[cfg(feature = "std")]
    signature_bytes: &'a [u8],
    signature: TpmtSignature<'a>,
}

impl<'a> Attestation<'a> {
    /// Takes a `TPMS_ATTEST` and the `TPMT_SIGNATURE` over it, as `TPM2_Quote` returns them.
    ///
    /// # Errors
    /// If `signature` is no `TPMT_SIGNATURE`.
    pub fn new(attest: &'a [u8], signature: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(Self {
            attest,
            #[cfg(feature = "std")]
            signature_bytes: signature,
            signature: TpmtSignature::from_bytes(signature)?,
        })
    }

    /// Takes a `TPMS_ATTEST` and a signature that was read, of `bytes`.
    #[cfg_attr(not(feature = "std"), expect(unused_variables, reason = "nobody looks at them"))]
    pub(crate) fn of_parts(attest: &'a [u8], signature: TpmtSignature<'a>, bytes: &'a [u8]) -> Self {
        Self {
            attest,
            #[cfg(feature = "std")]
            signature_bytes: bytes,
            signature,
        }
    }

    /// Message and signature, for people to look at, and to be written again.
    #[cfg(feature = "std")]
    pub(crate) fn unverified_parts(&self) -> (&'a [u8], &'a [u8]) {
        (self.attest, self.signature_bytes)
    }

    /// The hash algorithm that the signature names, which is not believed yet.
    pub(crate) fn unverified_hash(&self) -> Option<TpmAlgId> {
        match &self.signature {
            TpmtSignature::Rsassa(signature) | TpmtSignature::Rsapss(signature) => Some(signature.hash.0),
            TpmtSignature::Ecdsa(signature) => Some(signature.hash.0),
            TpmtSignature::HashMlDsa(signature) => Some(signature.hash.0),
            _ => None,
        }
    }

    /// Whether the scheme leaves it to the key's `nameAlg` to hash the PCR values.
    #[cfg(feature = "ml-dsa")]
    pub(crate) fn hashes_by_name_algorithm(&self) -> bool {
        matches!(self.signature, TpmtSignature::MlDsa(_) | TpmtSignature::HashMlDsa(_))
    }

    /// Reads the bytes only once `key` is known to have signed them.
    ///
    /// # Errors
    /// If the signature does not match, or no TPM made the bytes.
    pub fn verify_signature(&self, key: &TrustedKey<'a>) -> Result<SignedAttest<'a>, VerifyError<'a>> {
        let (signature, hash) = match &self.signature {
            TpmtSignature::Rsassa(rsa) => (Signature::Rsassa(rsa.sig.0), rsa.hash.0),
            TpmtSignature::Rsapss(rsa) => (Signature::Rsapss(rsa.sig.0), rsa.hash.0),
            TpmtSignature::Ecdsa(ecc) => (Signature::Ecdsa { r: ecc.signature_r.0, s: ecc.signature_s.0 }, ecc.hash.0),
            #[cfg(feature = "ml-dsa")]
            TpmtSignature::MlDsa(_) | TpmtSignature::HashMlDsa(_) => return self.verify_ml_dsa(key),
            TpmtSignature::Null => return Err(VerifyError::Unsigned),
            other => return Err(VerifyError::UnsupportedSignature(crate::wire::Union::selector(other))),
        };
        if let Some(public) = key.public_area() {
            public.judge_scheme(&self.signature)?;
        }
        let digest = self.digest(hash, key)?;
        key.crypto().verify(key.key(), &digest, &signature).map_err(VerifyError::Crypto)?;
        self.signed(digest, key)
    }

    /// The scheme has no hash for the PCR values, so that it is the key's `nameAlg` (10.11.4): never a guess.
    #[cfg(feature = "ml-dsa")]
    #[inline(never)]
    fn verify_ml_dsa(&self, key: &TrustedKey<'a>) -> Result<SignedAttest<'a>, VerifyError<'a>> {
        let public = key.public_area().ok_or(VerifyError::NameAlgUnknown)?;
        public.judge_scheme(&self.signature)?;
        let crypto = key.crypto();
        match &self.signature {
            TpmtSignature::HashMlDsa(signature) => {
                let digest = self.digest(signature.hash.0, key)?;
                crypto.verify(key.key(), &digest, &Signature::HashMlDsa(signature.signature.0))
            }
            TpmtSignature::MlDsa(signature) => {
                crypto.verify_message(key.key(), self.attest, &Signature::MlDsa(signature.0))
            }
            _ => Err(crate::crypto::CryptoError::KeyMismatch),
        }
        .map_err(VerifyError::Crypto)?;
        self.signed(self.digest(public.name.algorithm(), key)?, key)
    }

    fn digest(&self, hash: TpmAlgId, key: &TrustedKey<'a>) -> Result<Digest, VerifyError<'a>> {
        let hash = HashAlgorithm::try_from(hash).map_err(VerifyError::Crypto)?;
        key.crypto().digest(hash, &mut [self.attest].into_iter()).map_err(VerifyError::Crypto)
    }

    /// What the bytes say, now that the key is known to have signed them.
    fn signed(&self, digest: Digest, key: &TrustedKey<'a>) -> Result<SignedAttest<'a>, VerifyError<'a>> {
        let attest = TpmsAttest::from_bytes(self.attest).map_err(VerifyError::decode(Part::Attestation))?;
        if attest.magic != TpmGenerated::VALUE {
            return Err(VerifyError::Magic(attest.magic.0));
        }
        Ok(SignedAttest { attest, hash: digest.algorithm(), digest, crypto: key.crypto() })
    }
}

/// What a trusted TPM key has signed, and a TPM has made.
///
/// ```compile_fail,E0451
/// # use tpmproof::{structures::TpmsAttest, verify::SignedAttest};
/// # fn f(attest: TpmsAttest<'static>, other: SignedAttest<'static>) -> SignedAttest<'static> {
/// SignedAttest { attest, ..other }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SignedAttest<'a> {
    attest: TpmsAttest<'a>,
    hash: HashAlgorithm,
    digest: Digest,
    crypto: &'a dyn crate::crypto::Crypto,
}

impl<'a> SignedAttest<'a> {
    /// The signed structure.
    #[must_use]
    pub fn attest(&self) -> &TpmsAttest<'a> {
        &self.attest
    }

    /// The hash algorithm of the digest over PCR values (10.11.4): that of the signature scheme, or for ML-DSA, which leaves it
    /// open, the key's `nameAlg`.
    #[must_use]
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The digest of the signed bytes by that algorithm: an identity of this evidence, which the bytes of a signature are not (ECDSA has two
    /// for every message).
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(crate) fn crypto(&self) -> &'a dyn crate::crypto::Crypto {
        self.crypto
    }
}
