//! Cryptography that counts what it is asked for.

use std::sync::atomic::{AtomicUsize, Ordering};
use tpmproof::crypto::{Crypto, CryptoError, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};

/// Counts the signatures that are verified.
#[derive(Debug)]
pub struct Counting(AtomicUsize);

impl Counting {
    pub const fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// How many there were.
    pub fn signatures(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Crypto for Counting {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        SOFTWARE.verify(key, digest, signature)
    }
}
