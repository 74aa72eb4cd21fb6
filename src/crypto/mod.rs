//! Floor 2: arithmetic. It answers yes or no, and knows neither keys' owners nor quotes' meaning.
//!
//! [`Crypto`] is all that the verifier asks of cryptography. [`SOFTWARE`] answers it in safe Rust without an allocator; a
//! caller with an accelerator or a faster library brings its own implementation, and one that needs less names what it needs: [`Software`].

use core::fmt;

mod digest;
mod ecdsa;
mod error;
mod hash;
mod hash_identifiers;
mod limb;
#[cfg(feature = "ml-dsa")]
mod mldsa;
mod roca;
mod rsa_arithmetic;
mod rsa_encodings;
mod software;

pub use digest::{Digest, HashAlgorithm};
pub use error::CryptoError;
pub use hash::Hash;
#[cfg(feature = "ml-dsa")]
pub use mldsa::MlDsaParameters;
pub use software::{SOFTWARE, Scheme, Software};

/// Hashing, and the verification of a signature: what stands between the verifier and arithmetic.
///
/// `&self`, because certificate paths are searched through shared references. An accelerator whose driver wants `&mut` is
/// wrapped in the platform's own mutex or critical section.
pub trait Crypto: Send + Sync + fmt::Debug {
    /// The digest of `parts`, one after the other.
    ///
    /// # Errors
    /// [`CryptoError::UnsupportedHash`] if this implementation lacks `algorithm`.
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError>;

    /// Whether `signature` is by `key` over a message with this `digest`.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`] if it is not; the others if the question cannot be asked.
    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError>;

    /// Whether `signature` is by `key` over `message` itself: [`Signature::MlDsa`], whose arithmetic begins with the message.
    ///
    /// # Errors
    /// As [`Crypto::verify`]; [`CryptoError::UnsupportedMessage`] unless the implementation has a method of its own.
    #[cfg(feature = "ml-dsa")]
    fn verify_message(
        &self,
        key: &PublicKey<'_>,
        message: &[u8],
        signature: &Signature<'_>,
    ) -> Result<(), CryptoError> {
        let _ = (key, message, signature);
        Err(CryptoError::UnsupportedMessage)
    }
}

/// Prime curves of TPM keys and certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    #[cfg(feature = "p521")]
    P521,
}

/// A public key: numbers in big-endian bytes, not yet known to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// RSA.
    Rsa {
        /// The modulus n.
        modulus: &'a [u8],
        /// The public exponent e.
        exponent: u64,
    },
    /// A point of a prime curve; a TPM may leave out leading zero bytes of a coordinate.
    Ec {
        /// The curve.
        curve: Curve,
        /// The coordinate x.
        x: &'a [u8],
        /// The coordinate y.
        y: &'a [u8],
    },
    /// ML-DSA.
    #[cfg(feature = "ml-dsa")]
    MlDsa {
        /// The parameter set.
        parameters: MlDsaParameters,
        /// The encoded key (FIPS 204, algorithm 22).
        key: &'a [u8],
    },
}

/// A signature, by its scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature<'a> {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    Rsassa(&'a [u8]),
    /// RSASSA-PSS with MGF1 over the same hash (RFC 8017, 8.1).
    Rsapss(&'a [u8]),
    /// ECDSA; a TPM may leave out leading zero bytes of a component.
    Ecdsa {
        /// The component r.
        r: &'a [u8],
        /// The component s.
        s: &'a [u8],
    },
    /// ML-DSA over a message, with an empty context (FIPS 204, 5.3): [`Crypto::verify_message`].
    #[cfg(feature = "ml-dsa")]
    MlDsa(&'a [u8]),
    /// `HashML-DSA` over a digest, with an empty context (FIPS 204, 5.4.1): [`Crypto::verify`].
    #[cfg(feature = "ml-dsa")]
    HashMlDsa(&'a [u8]),
}

impl Curve {
    /// Bytes of a coordinate.
    #[must_use]
    pub const fn field_size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            #[cfg(feature = "p521")]
            Self::P521 => 66,
        }
    }
}
