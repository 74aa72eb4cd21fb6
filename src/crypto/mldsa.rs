//! ML-DSA and `HashML-DSA` (FIPS 204) with an empty context, by the crate `ml-dsa`. It needs up to 257 KB of stack.

use super::{CryptoError, Digest, HashAlgorithm, hash_identifiers};
use ml_dsa::{EncodedVerifyingKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams, Signature, VerifyingKey};

/// Parameter sets of ML-DSA (FIPS 204, 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MlDsaParameters {
    /// ML-DSA-44, of security category 2.
    MlDsa44,
    /// ML-DSA-65, of security category 3.
    MlDsa65,
    /// ML-DSA-87, of security category 5.
    MlDsa87,
}

impl MlDsaParameters {
    /// Bytes of an encoded public key.
    #[must_use]
    pub const fn key_size(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }

    /// The name of FIPS 204.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }
}

/// Whether `signature` is by `key` over `message` (FIPS 204, algorithm 3).
pub(super) fn verify(
    parameters: MlDsaParameters,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), CryptoError> {
    match parameters {
        MlDsaParameters::MlDsa44 => run::<MlDsa44>(parameters, key, Message::Whole(message), signature),
        MlDsaParameters::MlDsa65 => run::<MlDsa65>(parameters, key, Message::Whole(message), signature),
        MlDsaParameters::MlDsa87 => run::<MlDsa87>(parameters, key, Message::Whole(message), signature),
    }
}

/// Whether `signature` is by `key` over a message with this digest (FIPS 204, algorithm 5).
pub(super) fn verify_digest(
    parameters: MlDsaParameters,
    key: &[u8],
    digest: &Digest,
    signature: &[u8],
) -> Result<(), CryptoError> {
    if digest.algorithm() == HashAlgorithm::Sha1 {
        return Err(CryptoError::UnsupportedHash(HashAlgorithm::Sha1));
    }
    match parameters {
        MlDsaParameters::MlDsa44 => run::<MlDsa44>(parameters, key, Message::Digest(digest), signature),
        MlDsaParameters::MlDsa65 => run::<MlDsa65>(parameters, key, Message::Digest(digest), signature),
        MlDsaParameters::MlDsa87 => run::<MlDsa87>(parameters, key, Message::Digest(digest), signature),
    }
}

#[derive(Clone, Copy)]
enum Message<'m> {
    Whole(&'m [u8]),
    Digest(&'m Digest),
}

#[inline(never)]
fn run<P: MlDsaParams>(
    parameters: MlDsaParameters,
    key: &[u8],
    message: Message<'_>,
    signature: &[u8],
) -> Result<(), CryptoError> {
    let wrong_size = CryptoError::MlDsaKeySize { found: key.len(), expected: parameters.key_size() };
    let key = EncodedVerifyingKey::<P>::try_from(key).map_err(|_| wrong_size)?;
    let signature = Signature::<P>::try_from(signature).map_err(|_| CryptoError::BadSignature)?;
    let key = VerifyingKey::<P>::decode(&key);
    let verified = match message {
        Message::Whole(message) => key.verify_with_context(message, &[], &signature),
        Message::Digest(digest) => {
            let mut buffer = [0; PREFIXED];
            let prefixed = prefixed(digest, &mut buffer);
            key.verify_internal(prefixed, &signature)
        }
    };
    if verified { Ok(()) } else { Err(CryptoError::BadSignature) }
}

/// One for a digest, the length of no context, the identifier of the hash, the digest.
fn prefixed<'b>(digest: &Digest, buffer: &'b mut [u8; PREFIXED]) -> &'b [u8] {
    let identifier = hash_identifiers::of(digest.algorithm());
    let mut length = 0usize;
    for (place, byte) in buffer.iter_mut().zip([1, 0].iter().chain(identifier).chain(digest.as_bytes())) {
        *place = *byte;
        length = length.saturating_add(1);
    }
    buffer.get(..length).unwrap_or_default()
}

/// Room for an identifier of 11 octets and a digest of 64.
const PREFIXED: usize = 77;
