//! [`Crypto`] in safe Rust, without an allocator.

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
                let mut buffer = [0; rsa_arithmetic::MAX_OCTETS];
                let encoded = rsa_arithmetic::public_operation(modulus, *exponent, signature, &mut buffer)?;
                rsa_encodings::verify_pkcs1v15(encoded, digest)
            }
            (PublicKey::Rsa { modulus, exponent }, Signature::Rsapss(signature)) => {
                let mut buffer = [0; rsa_arithmetic::MAX_OCTETS];
                let encoded = rsa_arithmetic::public_operation(modulus, *exponent, signature, &mut buffer)?;
                rsa_encodings::verify_pss(encoded, digest)
            }
            (PublicKey::Ec { curve, x, y }, Signature::Ecdsa { r, s }) => ecdsa::verify(*curve, x, y, digest, r, s),
            _ => Err(CryptoError::KeyMismatch),
        }
    }
}
