//! A secret that only one TPM can read: the salt of a session, or the seed of a credential (Part 1, "Secret Sharing").

use super::ProverError;
use super::kdf::{Secret, digest_bits, hash_of, kdfe, random};
use crate::crypto::HashAlgorithm;
use crate::structures::{Tpm2bEccParameter, TpmEccCurve, TpmsEccPoint, TpmtPublic, TpmuPublicId, TpmuPublicParms};
use crate::wire::Encode;
use getrandom::SysRng;
use rsa::BoxedUint;
use rsa::traits::RandomizedEncryptor;
use std::vec::Vec;
use zeroize::Zeroizing;

/// 32 random bytes: a nonce that nobody can have asked a quote for before.
///
/// # Errors
/// If the system has none.
pub fn random_nonce() -> Result<[u8; 32], ProverError> {
    Ok(random()?)
}

/// A seed, and what to send so that the TPM with the private part of a key has it too.
pub(super) struct SharedSecret {
    pub(super) seed: Secret,
    /// The content of a `TPM2B_ENCRYPTED_SECRET`.
    pub(super) encrypted: Vec<u8>,
}

/// Shares a fresh secret with the TPM that has `key`; `label` says for what, `SECRET` or `IDENTITY`.
pub(super) fn share(key: &TpmtPublic<'_>, label: &str) -> Result<SharedSecret, ProverError> {
    let hash = hash_of(key.name_alg).map_err(ProverError::Crypto)?;
    match (key.parameters, key.unique) {
        (TpmuPublicParms::Rsa(parameters), TpmuPublicId::Rsa(modulus)) => {
            let exponent = if parameters.exponent == 0 { 65537 } else { parameters.exponent };
            by_rsa(hash, label, modulus.0, exponent)
        }
        (TpmuPublicParms::Ecc(parameters), TpmuPublicId::Ecc(point)) => match parameters.curve_id.0 {
            TpmEccCurve::NIST_P256 => by_ecdh::<p256::NistP256>(hash, label, &point),
            TpmEccCurve::NIST_P384 => by_ecdh::<p384::NistP384>(hash, label, &point),
            _ => Err(ProverError::Key("its curve is neither P-256 nor P-384")),
        },
        _ => Err(ProverError::Key("it is neither an RSA nor an ECC key")),
    }
}

fn by_rsa(hash: HashAlgorithm, label: &str, modulus: &[u8], exponent: u32) -> Result<SharedSecret, ProverError> {
    use rsa::oaep::EncryptingKey;
    let broken = ProverError::Key("it is no RSA key that can encrypt");
    let bits = u32::try_from(modulus.len().saturating_mul(8)).unwrap_or_default();
    let number = |bytes, bits| BoxedUint::from_be_slice(bytes, bits).ok();
    let numbers = number(modulus, bits).zip(number(&exponent.to_be_bytes(), 32));
    let key = numbers.and_then(|(modulus, exponent)| rsa::PublicKey::new(modulus, exponent).ok());
    let Some(key) = key else { return Err(broken) };
    let mut seed: Secret = Zeroizing::new(random::<64>()?.to_vec());
    seed.truncate(hash.output_len());
    // The label includes the zero behind it (Part 1, "RSA OAEP").
    let label = [label.as_bytes(), &[0]].concat();
    let encrypted = match hash {
        HashAlgorithm::Sha1 => {
            EncryptingKey::<sha1::Sha1>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
        HashAlgorithm::Sha256 => {
            EncryptingKey::<sha2::Sha256>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
        HashAlgorithm::Sha384 => {
            EncryptingKey::<sha2::Sha384>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
        HashAlgorithm::Sha512 => {
            EncryptingKey::<sha2::Sha512>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_256 => {
            EncryptingKey::<sha3::Sha3_256>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_384 => {
            EncryptingKey::<sha3::Sha3_384>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
        #[cfg(feature = "sha3")]
        HashAlgorithm::Sha3_512 => {
            EncryptingKey::<sha3::Sha3_512>::new_with_label(key, label).encrypt_with_rng(&mut SysRng, &seed)
        }
    };
    Ok(SharedSecret { seed, encrypted: encrypted.map_err(|_| broken)? })
}

fn by_ecdh<C>(hash: HashAlgorithm, label: &str, point: &TpmsEccPoint<'_>) -> Result<SharedSecret, ProverError>
where
    C: p256::elliptic_curve::CurveArithmetic,
    p256::elliptic_curve::AffinePoint<C>:
        p256::elliptic_curve::sec1::FromSec1Point<C> + p256::elliptic_curve::sec1::ToSec1Point<C>,
    p256::elliptic_curve::FieldBytesSize<C>: p256::elliptic_curve::sec1::ModulusSize,
{
    use p256::elliptic_curve::array::typenum::Unsigned;
    use p256::elliptic_curve::{Generate, PublicKey, ecdh::EphemeralSecret, sec1::ToSec1Point};
    let size = C::FieldBytesSize::USIZE;
    let (x, y) = (padded(point.x.0, size), padded(point.y.0, size));
    let theirs = PublicKey::<C>::from_sec1_bytes(&[&[4], &*x, &*y].concat());
    let theirs = theirs.map_err(|_| ProverError::Key("its point is not on its curve"))?;
    let ours = EphemeralSecret::<C>::try_generate_from_rng(&mut SysRng)?;
    let shared = ours.diffie_hellman(&theirs);
    let public = ours.public_key().to_sec1_point(false);
    let (our_x, our_y) = public.as_bytes().get(1..).unwrap_or_default().split_at(size);
    let seed = kdfe(hash, shared.raw_secret_bytes(), label, our_x, &x, digest_bits(hash));
    let point = TpmsEccPoint { x: Tpm2bEccParameter(our_x), y: Tpm2bEccParameter(our_y) };
    let mut buffer = [0; 256];
    let encrypted = point.to_bytes(&mut buffer).map_err(ProverError::Encode)?.to_vec();
    Ok(SharedSecret { seed, encrypted })
}

/// A TPM may leave out leading zeros; a derivation must not.
fn padded(coordinate: &[u8], size: usize) -> Vec<u8> {
    let zeros = size.saturating_sub(coordinate.len());
    core::iter::repeat_n(0, zeros).chain(coordinate.iter().copied()).collect()
}
