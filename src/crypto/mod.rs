//! Floor 2: arithmetic. It answers yes or no, and knows neither keys' owners nor quotes' meaning.
//!
//! [`Crypto`] is all that the verifier asks of cryptography. [`SOFTWARE`] answers it in safe Rust without an allocator; a
//! caller with an accelerator or a faster library brings its own implementation.

use core::fmt;

/// Hashing, and the verification of a signature: what stands between the verifier and arithmetic.
///
/// `&self`, because certificate paths are searched through shared references. An accelerator whose driver wants `&mut` is
/// wrapped in the platform's own mutex or critical section.
pub trait Crypto: Send + Sync + fmt::Debug {
    /// The digest of `parts`, one after the other.
    ///
    /// # Errors
    /// [`CryptoError::UnsupportedHash`] if this implementation lacks `algorithm`.
    fn digest<'a>(
        &self,
        algorithm: HashAlgorithm,
        parts: &mut dyn Iterator<Item = &'a [u8]>,
    ) -> Result<Digest, CryptoError>;

    /// Whether `signature` is by `key` over a message with this `digest`.
    ///
    /// # Errors
    /// [`CryptoError::BadSignature`] if it is not; the others if the question cannot be asked.
    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError>;
}

/// The hash algorithms of PCR banks, names and signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-1 (FIPS 180-4), 20 bytes.
    Sha1,
    /// SHA-256 (FIPS 180-4), 32 bytes.
    Sha256,
    /// SHA-384 (FIPS 180-4), 48 bytes.
    Sha384,
    /// SHA-512 (FIPS 180-4), 64 bytes.
    Sha512,
}

/// The output of a [`HashAlgorithm`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    algorithm: HashAlgorithm,
    bytes: [u8; 64],
}

/// Prime curves of TPM keys and certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
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
}

/// Why a signature is not accepted, or a digest not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CryptoError {
    /// The signature is not by this key over this message.
    BadSignature,
    /// The signature's scheme does not fit the key's type.
    KeyMismatch,
    /// An RSA modulus outside 2048 to 4096 bits, in bits.
    KeySize(usize),
    /// An RSA modulus that is even or has leading zeros, or a size that is no multiple of 64 bits.
    BadModulus,
    /// An RSA exponent that is even, below 65537, or 2^33 and above.
    WeakExponent(u64),
    /// Coordinates that are no point of the curve.
    BadPoint,
    /// The hash is not supported by this implementation, or not with this scheme.
    UnsupportedHash(HashAlgorithm),
    /// The curve is not supported by this implementation.
    UnsupportedCurve(Curve),
}
