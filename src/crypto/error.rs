//! Why the arithmetic says no.

use super::{Curve, HashAlgorithm};
use crate::structures::TpmAlgId;
use core::fmt;

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
    /// RSA with this scheme is not supported by this implementation.
    UnsupportedRsa,
    /// This implementation does not verify signatures over messages, as ML-DSA makes them.
    #[cfg(feature = "ml-dsa")]
    UnsupportedMessage,
    /// An ML-DSA public key that is not as long as those of its parameter set, in bytes.
    #[cfg(feature = "ml-dsa")]
    #[expect(missing_docs, reason = "as the message says")]
    MlDsaKeySize { found: usize, expected: usize },
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
            Self::UnknownHash(hash @ (TpmAlgId::SHA3_256 | TpmAlgId::SHA3_384 | TpmAlgId::SHA3_512)) => {
                write!(f, "the hash algorithm {hash:?} is not supported by this build; the feature sha3 adds it")
            }
            Self::UnknownHash(hash) => write!(f, "the hash algorithm {hash:?} is not supported"),
            Self::UnsupportedCurve(curve) => write!(f, "the curve {curve:?} is not supported here"),
            Self::UnsupportedRsa => f.write_str("RSA with this scheme is not supported here"),
            #[cfg(feature = "ml-dsa")]
            Self::UnsupportedMessage => f.write_str("this implementation of cryptography does not verify ML-DSA"),
            #[cfg(feature = "ml-dsa")]
            Self::MlDsaKeySize { found, expected } => {
                write!(f, "the ML-DSA public key has {found} bytes, and those of its parameter set have {expected}")
            }
        }
    }
}

impl core::error::Error for CryptoError {}
