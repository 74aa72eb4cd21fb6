//! EMSA-PKCS1-v1_5 and EMSA-PSS (RFC 8017, 9), for verification.

use super::{CryptoError, Digest, HashAlgorithm, hash};

/// Builds the one encoding of `digest` that is right, and compares it in full (RFC 8017, 9.2).
pub(super) fn verify_pkcs1v15(encoded: &mut [u8], digest: &Digest) -> Result<(), CryptoError> {
    let prefix = digest_info(digest.algorithm());
    let tail = prefix.len().saturating_add(digest.as_bytes().len());
    // 00 01, at least eight FF, 00.
    let padding = encoded.len().checked_sub(tail.saturating_add(3)).filter(|padding| *padding >= 8);
    let padding = padding.ok_or(CryptoError::BadSignature)?;
    let expected = [0, 1].iter().chain(core::iter::repeat_n(&0xff, padding)).chain(&[0]);
    if encoded.iter().eq(expected.chain(prefix).chain(digest.as_bytes())) {
        Ok(())
    } else {
        Err(CryptoError::BadSignature)
    }
}

/// Undoes the mask and compares the hash (RFC 8017, 9.1.2). The salt is as long as a digest, or as long as it can be: TPMs
/// make both (Part 1, "`RSASSA_PSS`").
pub(super) fn verify_pss(encoded: &mut [u8], digest: &Digest) -> Result<(), CryptoError> {
    let refused = CryptoError::BadSignature;
    let size = digest.algorithm().output_len();
    let masked = encoded.len().checked_sub(size.saturating_add(1)).ok_or(refused)?;
    let (block, rest) = encoded.split_at_mut_checked(masked).ok_or(refused)?;
    let (hash, trailer) = rest.split_at_checked(size).ok_or(refused)?;
    if trailer != [0xbc] || block.first().is_none_or(|first| first & 0x80 != 0) {
        return Err(refused);
    }
    for (counter, chunk) in (0u32..).zip(block.chunks_mut(size)) {
        let mask = hash::digest(digest.algorithm(), &mut [hash, &counter.to_be_bytes()].into_iter());
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
    let again = hash::digest(digest.algorithm(), &mut [&[0; 8], digest.as_bytes(), salt].into_iter());
    if again.as_bytes() == hash { Ok(()) } else { Err(refused) }
}

/// DER of `DigestInfo` up to the digest (RFC 8017, 9.2, note 1), NULL parameters included.
fn digest_info(algorithm: HashAlgorithm) -> &'static [u8] {
    match algorithm {
        HashAlgorithm::Sha1 => {
            &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14]
        }
        HashAlgorithm::Sha256 => &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ],
        HashAlgorithm::Sha384 => &[
            0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04,
            0x30,
        ],
        HashAlgorithm::Sha512 => &[
            0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04,
            0x40,
        ],
    }
}
