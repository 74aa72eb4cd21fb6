//! Floor 2: arithmetic. It answers yes or no, and knows neither keys' owners nor quotes' meaning.
//!
//! [`Crypto`] is all that the verifier asks of cryptography. [`SOFTWARE`] answers it in safe Rust without an allocator; a
//! caller with an accelerator or a faster library brings its own implementation.

use crate::structures::TpmAlgId;
use crate::wire::Hex;
use core::fmt;

mod ecdsa;
mod hash;
mod limb;
mod roca;
mod rsa_arithmetic;
mod rsa_encodings;
mod software;

pub use software::{SOFTWARE, Software};

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
    /// The hash is none that this crate knows.
    UnknownHash(TpmAlgId),
    /// The curve is not supported by this implementation.
    UnsupportedCurve(Curve),
}

impl HashAlgorithm {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Bytes of a digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The name that policies and reports use, which is that of `tpm2-tools`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

impl TryFrom<TpmAlgId> for HashAlgorithm {
    type Error = CryptoError;

    fn try_from(algorithm: TpmAlgId) -> Result<Self, CryptoError> {
        match algorithm {
            TpmAlgId::SHA1 => Ok(Self::Sha1),
            TpmAlgId::SHA256 => Ok(Self::Sha256),
            TpmAlgId::SHA384 => Ok(Self::Sha384),
            TpmAlgId::SHA512 => Ok(Self::Sha512),
            other => Err(CryptoError::UnknownHash(other)),
        }
    }
}

impl From<HashAlgorithm> for TpmAlgId {
    fn from(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::Sha1 => Self::SHA1,
            HashAlgorithm::Sha256 => Self::SHA256,
            HashAlgorithm::Sha384 => Self::SHA384,
            HashAlgorithm::Sha512 => Self::SHA512,
        }
    }
}

impl Digest {
    /// A digest that was made elsewhere; `None` if it is not as long as those of `algorithm`.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm, digest: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        if digest.len() != algorithm.output_len() {
            return None;
        }
        bytes.get_mut(..digest.len())?.copy_from_slice(digest);
        Some(Self { algorithm, bytes })
    }

    /// The bytes, and zeros behind those of the shorter algorithms.
    pub(crate) fn padded(&self) -> &[u8; 64] {
        &self.bytes
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.algorithm.output_len()).unwrap_or_default()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(self.as_bytes()).fmt(f)
    }
}

impl Curve {
    /// Bytes of a coordinate.
    #[must_use]
    pub const fn field_size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }
}

impl fmt::Display for CryptoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature => f.write_str("the signature is not by this key over these bytes"),
            Self::KeyMismatch => f.write_str("the signature's scheme does not fit the key's type"),
            Self::KeySize(bits) => write!(f, "the RSA key has {bits} bits; 2048 to 4096 are accepted"),
            Self::BadModulus => {
                f.write_str("the RSA modulus is even, has leading zeros, or is no multiple of 64 bits long")
            }
            Self::WeakExponent(e) => {
                write!(f, "the RSA exponent is {e}; odd ones from 65537 to 2^33 are accepted")
            }
            Self::BadPoint => f.write_str("the public key is no point of its curve"),
            Self::UnsupportedHash(hash) => write!(f, "{} is not supported here", hash.name()),
            Self::UnknownHash(hash) => write!(f, "the hash algorithm {hash:?} is not supported"),
            Self::UnsupportedCurve(curve) => write!(f, "the curve {curve:?} is not supported here"),
        }
    }
}

impl core::error::Error for CryptoError {}
