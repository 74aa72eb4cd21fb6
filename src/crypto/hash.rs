//! SHA-1, SHA-2 (FIPS 180-4) and SHA-3 (FIPS 202), by algorithm.

use super::{Digest, HashAlgorithm};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

/// The digest of `parts`, one after the other.
pub(super) fn digest(algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Digest {
    match algorithm {
        HashAlgorithm::Sha1 => run::<Sha1>(algorithm, parts),
        HashAlgorithm::Sha256 => run::<Sha256>(algorithm, parts),
        HashAlgorithm::Sha384 => run::<Sha384>(algorithm, parts),
        HashAlgorithm::Sha512 => run::<Sha512>(algorithm, parts),
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_256 => run::<sha3::Sha3_256>(algorithm, parts),
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_384 => run::<sha3::Sha3_384>(algorithm, parts),
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_512 => run::<sha3::Sha3_512>(algorithm, parts),
    }
}

#[inline(never)]
fn run<H: sha2::Digest>(algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Digest {
    let mut hasher = H::new();
    for part in parts {
        hasher.update(part);
    }
    let mut bytes = [0; 64];
    for (place, byte) in bytes.iter_mut().zip(hasher.finalize()) {
        *place = byte;
    }
    Digest { algorithm, bytes }
}
