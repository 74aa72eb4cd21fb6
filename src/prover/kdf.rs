//! HMAC, the key derivation functions `KDFa` and `KDFe` (Part 1, Cryptography), and AES in cipher feedback mode: what protects a
//! session's secrets, and a credential.

use crate::crypto::{Crypto, CryptoError, HashAlgorithm, SOFTWARE};
use aes::cipher::{InvalidLength, KeyIvInit};
use aes::{Aes128, Aes256};
#[cfg(feature = "sha3")]
use hmac::SimpleHmac;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use std::vec::Vec;
use zeroize::Zeroizing;

/// Octets that are forgotten when they are dropped.
pub(super) type Secret = Zeroizing<Vec<u8>>;

/// The HMAC of `parts`, one after the other.
pub(super) fn hmac(algorithm: HashAlgorithm, key: &[u8], parts: &[&[u8]]) -> Secret {
    fn run<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Secret {
        // HMAC takes a key of any length.
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Secret::default() };
        for part in parts {
            mac.update(part);
        }
        Zeroizing::new(mac.finalize().into_bytes().to_vec())
    }
    match algorithm {
        HashAlgorithm::Sha1 => run::<Hmac<Sha1>>(key, parts),
        HashAlgorithm::Sha256 => run::<Hmac<Sha256>>(key, parts),
        HashAlgorithm::Sha384 => run::<Hmac<Sha384>>(key, parts),
        HashAlgorithm::Sha512 => run::<Hmac<Sha512>>(key, parts),
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_256 => run::<SimpleHmac<sha3::Sha3_256>>(key, parts),
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_384 => run::<SimpleHmac<sha3::Sha3_384>>(key, parts),
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_512 => run::<SimpleHmac<sha3::Sha3_512>>(key, parts),
    }
}

/// The digest of `parts`, one after the other.
pub(super) fn digest(algorithm: HashAlgorithm, parts: &[&[u8]]) -> Vec<u8> {
    // Of the algorithms that have a name here none is lacking.
    SOFTWARE.digest(algorithm, &mut parts.iter().copied()).map(|digest| digest.as_bytes().to_vec()).unwrap_or_default()
}

/// `KDFa`: key derivation in counter mode with HMAC (Part 1, "`KDFa`"), of a whole number of octets.
pub(super) fn kdfa(
    algorithm: HashAlgorithm,
    key: &[u8],
    label: &str,
    context_u: &[u8],
    context_v: &[u8],
    bits: u32,
) -> Secret {
    rounds(bits, |counter| {
        hmac(algorithm, key, &[counter, label.as_bytes(), &[0], context_u, context_v, &bits.to_be_bytes()])
    })
}

/// `KDFe`: key derivation from an exchange on a curve (Part 1, "`KDFe`").
pub(super) fn kdfe(
    algorithm: HashAlgorithm,
    z: &[u8],
    label: &str,
    party_u: &[u8],
    party_v: &[u8],
    bits: u32,
) -> Secret {
    rounds(bits, |counter| Zeroizing::new(digest(algorithm, &[counter, z, label.as_bytes(), &[0], party_u, party_v])))
}

fn rounds(bits: u32, round: impl Fn(&[u8]) -> Secret) -> Secret {
    let size = usize::try_from(bits.div_ceil(8)).unwrap_or_default();
    let mut out = Secret::default();
    let mut counter = 1u32;
    while out.len() < size {
        out.extend_from_slice(&round(&counter.to_be_bytes()));
        counter = counter.saturating_add(1);
    }
    out.truncate(size);
    out
}

/// What a cipher does.
#[derive(Clone, Copy)]
pub(super) enum Cipher {
    Encrypt,
    Decrypt,
}

impl Cipher {
    /// AES in cipher feedback mode, in place; the key's length, 16 or 32 octets, chooses the cipher.
    pub(super) fn aes_cfb(self, key: &[u8], iv: &[u8], data: &mut [u8]) -> Result<(), InvalidLength> {
        match (self, key.len()) {
            (Self::Encrypt, 32) => cfb_mode::Encryptor::<Aes256>::new_from_slices(key, iv)?.encrypt(data),
            (Self::Decrypt, 32) => cfb_mode::Decryptor::<Aes256>::new_from_slices(key, iv)?.decrypt(data),
            (Self::Encrypt, _) => cfb_mode::Encryptor::<Aes128>::new_from_slices(key, iv)?.encrypt(data),
            (Self::Decrypt, _) => cfb_mode::Decryptor::<Aes128>::new_from_slices(key, iv)?.decrypt(data),
        }
        Ok(())
    }
}

/// Octets that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// The bits of a digest.
pub(super) fn digest_bits(algorithm: HashAlgorithm) -> u32 {
    u32::try_from(algorithm.output_len().saturating_mul(8)).unwrap_or_default()
}

/// The algorithm of a TPM's, where we have it.
pub(super) fn hash_of(algorithm: crate::structures::TpmiAlgHash) -> Result<HashAlgorithm, CryptoError> {
    HashAlgorithm::try_from(algorithm.0)
}
