//! EMSA-PKCS1-v1_5 and EMSA-PSS (RFC 8017, 9), for verification.

use super::{Crypto, CryptoError, Digest, hash_identifiers};

/// Builds the one encoding of `digest` that is right, and compares it in full (RFC 8017, 9.2).
pub(super) fn verify_pkcs1v15(encoded: &mut [u8], digest: &Digest) -> Result<(), CryptoError> {
    let (identifier, octets) = (hash_identifiers::of(digest.algorithm()), digest.as_bytes());
    // DER of `DigestInfo`, NULL parameters included (RFC 8017, 9.2, note 1). No part of it is longer than 127 octets.
    let length = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
    let algorithm = identifier.len().saturating_add(2);
    let content = algorithm.saturating_add(octets.len()).saturating_add(4);
    let sequences = [0x30, length(content), 0x30, length(algorithm)];
    let behind = [0x05, 0x00, 0x04, length(octets.len())];
    let tail = content.saturating_add(2);
    // 00 01, at least eight FF, 00.
    let padding = encoded.len().checked_sub(tail.saturating_add(3)).filter(|padding| *padding >= 8);
    let padding = padding.ok_or(CryptoError::BadSignature)?;
    let expected = [0, 1].iter().chain(core::iter::repeat_n(&0xff, padding)).chain(&[0]);
    if encoded.iter().eq(expected.chain(&sequences).chain(identifier).chain(&behind).chain(octets)) {
        Ok(())
    } else {
        Err(CryptoError::BadSignature)
    }
}

/// Undoes the mask and compares the hash (RFC 8017, 9.1.2). The salt is as long as a digest, or as long as it can be: TPMs
/// make both (Part 1, "`RSASSA_PSS`").
pub(super) fn verify_pss(encoded: &mut [u8], digest: &Digest, crypto: &dyn Crypto) -> Result<(), CryptoError> {
    let refused = CryptoError::BadSignature;
    let size = digest.algorithm().output_len();
    let masked = encoded.len().checked_sub(size.saturating_add(1)).ok_or(refused)?;
    let (block, rest) = encoded.split_at_mut_checked(masked).ok_or(refused)?;
    let (hash, trailer) = rest.split_at_checked(size).ok_or(refused)?;
    if trailer != [0xbc] || block.first().is_none_or(|first| first & 0x80 != 0) {
        return Err(refused);
    }
    for (counter, chunk) in (0u32..).zip(block.chunks_mut(size)) {
        let mask = crypto.digest(digest.algorithm(), &mut [hash, &counter.to_be_bytes()].into_iter())?;
        for (byte, mask) in chunk.iter_mut().zip(mask.as_bytes()) {
            *byte ^= mask;
        }
    }
    if let Some(first) = block.first_mut() {
        *first &= 0x7f;
    }
    let zeros = block.iter().take_while(|byte| **byte == 0).count();
    let Some((1, salt)) = block.get(zeros..).and_then(|tail| tail.split_first()).map(|(one, salt)| (*one, salt)) else {
        return Err(refused);
    };
    if salt.len() != size && zeros != 0 {
        return Err(refused);
    }
    let again = crypto.digest(digest.algorithm(), &mut [&[0; 8], digest.as_bytes(), salt].into_iter())?;
    if again.as_bytes() == hash { Ok(()) } else { Err(refused) }
}
