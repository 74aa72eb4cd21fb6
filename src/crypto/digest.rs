//! The hash algorithms, and their output.

use super::CryptoError;
use crate::structures::TpmAlgId;
use crate::wire::Hex;
use core::fmt;

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
    /// SHA3-256 (FIPS 202), 32 bytes.
    #[cfg(feature = "sha3")]
    Sha3_256,
    /// SHA3-384 (FIPS 202), 48 bytes.
    #[cfg(feature = "sha3")]
    Sha3_384,
    /// SHA3-512 (FIPS 202), 64 bytes.
    #[cfg(feature = "sha3")]
    Sha3_512,
}

/// The output of a [`HashAlgorithm`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    pub(super) algorithm: HashAlgorithm,
    pub(super) bytes: [u8; 64],
}

impl HashAlgorithm {
    /// All of them; SHA-3 with the feature `sha3`, because every bank costs a replay its place on the stack.
    pub const ALL: &'static [Self] = &[
        Self::Sha1,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        #[cfg(feature = "sha3")]
        Self::Sha3_256,
        #[cfg(feature = "sha3")]
        Self::Sha3_384,
        #[cfg(feature = "sha3")]
        Self::Sha3_512,
    ];

    /// Bytes of a digest.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
            #[cfg(feature = "sha3")]
            Self::Sha3_256 => 32,
            #[cfg(feature = "sha3")]
            Self::Sha3_384 => 48,
            #[cfg(feature = "sha3")]
            Self::Sha3_512 => 64,
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
            #[cfg(feature = "sha3")]
            Self::Sha3_256 => "sha3_256",
            #[cfg(feature = "sha3")]
            Self::Sha3_384 => "sha3_384",
            #[cfg(feature = "sha3")]
            Self::Sha3_512 => "sha3_512",
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
            #[cfg(feature = "sha3")]
            TpmAlgId::SHA3_256 => Ok(Self::Sha3_256),
            #[cfg(feature = "sha3")]
            TpmAlgId::SHA3_384 => Ok(Self::Sha3_384),
            #[cfg(feature = "sha3")]
            TpmAlgId::SHA3_512 => Ok(Self::Sha3_512),
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
            #[cfg(feature = "sha3")]
            HashAlgorithm::Sha3_256 => Self::SHA3_256,
            #[cfg(feature = "sha3")]
            HashAlgorithm::Sha3_384 => Self::SHA3_384,
            #[cfg(feature = "sha3")]
            HashAlgorithm::Sha3_512 => Self::SHA3_512,
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
        bytes.iter_mut().zip(digest).for_each(|(place, octet)| *place = *octet);
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
