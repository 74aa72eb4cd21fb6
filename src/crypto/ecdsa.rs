//! ECDSA (FIPS 186-5, 6.4.2), by the curve crates.

use super::{CryptoError, Digest};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::elliptic_curve::point::AffineCoordinates;

// Whether `(r, s)` is the signature of `digest` by the key `(x, y)`. Both `s` and `n - s` are right.
//
// Each curve, and each part of its work, has a frame of its own on the stack: a small machine pays for the one that it uses.

#[inline(never)]
pub(super) fn p256(x: &[u8], y: &[u8], digest: &Digest, r: &[u8], s: &[u8]) -> Result<(), CryptoError> {
    let key = p256_key(x, y)?;
    let (r, s) = (padded::<32>(r)?, padded::<32>(s)?);
    let signature = p256::ecdsa::Signature::from_scalars(r, s).map_err(|_| CryptoError::BadSignature)?;
    key.verify_prehash(digest.as_bytes(), &signature).map_err(|_| CryptoError::BadSignature)
}

#[inline(never)]
pub(super) fn p384(x: &[u8], y: &[u8], digest: &Digest, r: &[u8], s: &[u8]) -> Result<(), CryptoError> {
    let key = p384_key(x, y)?;
    let (r, s) = (padded::<48>(r)?, padded::<48>(s)?);
    let signature = p384::ecdsa::Signature::from_scalars(r, s).map_err(|_| CryptoError::BadSignature)?;
    key.verify_prehash(digest.as_bytes(), &signature).map_err(|_| CryptoError::BadSignature)
}

#[cfg(feature = "p521")]
#[inline(never)]
pub(super) fn p521(x: &[u8], y: &[u8], digest: &Digest, r: &[u8], s: &[u8]) -> Result<(), CryptoError> {
    let key = p521_key(x, y)?;
    let (r, s) = (padded::<66>(r)?, padded::<66>(s)?);
    let signature = p521::ecdsa::Signature::from_scalars(r, s).map_err(|_| CryptoError::BadSignature)?;
    key.verify_prehash(digest.as_bytes(), &signature).map_err(|_| CryptoError::BadSignature)
}

#[inline(never)]
fn p256_key(x: &[u8], y: &[u8]) -> Result<p256::ecdsa::VerifyingKey, CryptoError> {
    let (x, y) = coordinates::<32>(x, y)?;
    let point = p256::AffinePoint::from_coordinates(&x.into(), &y.into()).into_option();
    point.and_then(|point| p256::ecdsa::VerifyingKey::from_affine(point).ok()).ok_or(CryptoError::BadPoint)
}

#[inline(never)]
fn p384_key(x: &[u8], y: &[u8]) -> Result<p384::ecdsa::VerifyingKey, CryptoError> {
    let (x, y) = coordinates::<48>(x, y)?;
    let point = p384::AffinePoint::from_coordinates(&x.into(), &y.into()).into_option();
    point.and_then(|point| p384::ecdsa::VerifyingKey::from_affine(point).ok()).ok_or(CryptoError::BadPoint)
}

#[cfg(feature = "p521")]
#[inline(never)]
fn p521_key(x: &[u8], y: &[u8]) -> Result<p521::ecdsa::VerifyingKey, CryptoError> {
    let (x, y) = coordinates::<66>(x, y)?;
    let point = p521::AffinePoint::from_coordinates(&x.into(), &y.into()).into_option();
    point.and_then(|point| p521::ecdsa::VerifyingKey::from_affine(point).ok()).ok_or(CryptoError::BadPoint)
}

/// Both, in full. Not by an encoded point, which may be compressed: what restores that is 1.2 KB for each curve on a Cortex-M4.
fn coordinates<const SIZE: usize>(x: &[u8], y: &[u8]) -> Result<([u8; SIZE], [u8; SIZE]), CryptoError> {
    padded(x).and_then(|x| Ok((x, padded(y)?))).map_err(|_| CryptoError::BadPoint)
}

/// A TPM may leave out leading zeros.
fn padded<const SIZE: usize>(number: &[u8]) -> Result<[u8; SIZE], CryptoError> {
    let mut padded = [0; SIZE];
    let zeros = SIZE.checked_sub(number.len()).ok_or(CryptoError::BadSignature)?;
    padded.iter_mut().skip(zeros).zip(number).for_each(|(place, octet)| *place = *octet);
    Ok(padded)
}
