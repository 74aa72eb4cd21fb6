//! [`Crypto`] in safe Rust, without an allocator.

#[cfg(feature = "ml-dsa")]
use super::mldsa;
use super::{
    Crypto, CryptoError, Digest, HashAlgorithm, PublicKey, Signature, ecdsa, hash, rsa_arithmetic, rsa_encodings,
};

/// The implementation that needs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Software;

/// [`Software`], where a reference is asked.
pub static SOFTWARE: Software = Software;

impl Crypto for Software {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        Ok(hash::digest(algorithm, parts))
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        match (key, signature) {
            (PublicKey::Rsa { modulus, exponent }, Signature::Rsassa(signature)) => {
                rsa(modulus, *exponent, signature, digest, rsa_encodings::verify_pkcs1v15)
            }
            (PublicKey::Rsa { modulus, exponent }, Signature::Rsapss(signature)) => {
                rsa(modulus, *exponent, signature, digest, rsa_encodings::verify_pss)
            }
            (PublicKey::Ec { curve, x, y }, Signature::Ecdsa { r, s }) => ecdsa::verify(*curve, x, y, digest, r, s),
            #[cfg(feature = "ml-dsa")]
            (PublicKey::MlDsa { parameters, key }, Signature::HashMlDsa(signature)) => {
                mldsa::verify_digest(*parameters, key, digest, signature)
            }
            _ => Err(CryptoError::KeyMismatch),
        }
    }

    #[cfg(feature = "ml-dsa")]
    fn verify_message(
        &self,
        key: &PublicKey<'_>,
        message: &[u8],
        signature: &Signature<'_>,
    ) -> Result<(), CryptoError> {
        match (key, signature) {
            (PublicKey::MlDsa { parameters, key }, Signature::MlDsa(signature)) => {
                mldsa::verify(*parameters, key, message, signature)
            }
            _ => Err(CryptoError::KeyMismatch),
        }
    }
}

/// Each algorithm has a frame of its own on the stack: a small machine pays for the one that it uses.
#[inline(never)]
fn rsa(
    modulus: &[u8],
    exponent: u64,
    signature: &[u8],
    digest: &Digest,
    check: fn(&mut [u8], &Digest) -> Result<(), CryptoError>,
) -> Result<(), CryptoError> {
    let mut buffer = [0; rsa_arithmetic::MAX_OCTETS];
    let encoded = rsa_arithmetic::public_operation(modulus, exponent, signature, &mut buffer)?;
    check(encoded, digest)
}
