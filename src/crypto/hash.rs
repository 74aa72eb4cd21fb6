//! SHA-1, SHA-2 (FIPS 180-4) and SHA-3 (FIPS 202), by algorithm.

use super::HashAlgorithm;
use core::fmt;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// Code for one hash algorithm: [`Software`](super::Software) has those that it was given.
#[derive(Clone, Copy)]
pub struct Hash {
    pub(super) algorithm: HashAlgorithm,
    pub(super) digest: fn(&mut dyn Iterator<Item = &[u8]>) -> [u8; 64],
}

impl Hash {
    /// SHA-1 (FIPS 180-4), for banks and logs; no policy accepts a signature over it unless it says so.
    pub const SHA1: Self = Self { algorithm: HashAlgorithm::Sha1, digest: run::<Sha1> };
    /// SHA-256 (FIPS 180-4).
    pub const SHA256: Self = Self { algorithm: HashAlgorithm::Sha256, digest: run::<Sha256> };
    /// SHA-384 (FIPS 180-4).
    pub const SHA384: Self = Self { algorithm: HashAlgorithm::Sha384, digest: run::<Sha384> };
    /// SHA-512 (FIPS 180-4).
    pub const SHA512: Self = Self { algorithm: HashAlgorithm::Sha512, digest: run::<Sha512> };
    /// SHA3-256 (FIPS 202).
    #[cfg(feature = "sha3")]
    pub const SHA3_256: Self = Self { algorithm: HashAlgorithm::Sha3_256, digest: run::<sha3::Sha3_256> };
    /// SHA3-384 (FIPS 202).
    #[cfg(feature = "sha3")]
    pub const SHA3_384: Self = Self { algorithm: HashAlgorithm::Sha3_384, digest: run::<sha3::Sha3_384> };
    /// SHA3-512 (FIPS 202).
    #[cfg(feature = "sha3")]
    pub const SHA3_512: Self = Self { algorithm: HashAlgorithm::Sha3_512, digest: run::<sha3::Sha3_512> };

    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::SHA1,
        Self::SHA256,
        Self::SHA384,
        Self::SHA512,
        #[cfg(feature = "sha3")]
        Self::SHA3_256,
        #[cfg(feature = "sha3")]
        Self::SHA3_384,
        #[cfg(feature = "sha3")]
        Self::SHA3_512,
    ];
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.algorithm.name())
    }
}

#[inline(never)]
fn run<H: sha2::Digest>(parts: &mut dyn Iterator<Item = &[u8]>) -> [u8; 64] {
    let mut hasher = H::new();
    for part in parts {
        hasher.update(part);
    }
    let mut bytes = [0; 64];
    for (place, byte) in bytes.iter_mut().zip(hasher.finalize()) {
        *place = byte;
    }
    bytes
}
