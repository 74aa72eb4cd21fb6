//! RSA as another implementation judges it.

use rsa::{BoxedUint, Pkcs1v15Sign, Pss, PublicKey as Key};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use tpmproof::crypto::{Crypto, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};

/// What comes before the digest in DER (RFC 8017, 9.2, note 1): the last octet of the algorithm is all that differs in SHA-2.
const SHA1_INFO: &[u8] = &[0x30, 0x21, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 0x14];

/// The input: a choice (scheme in bit 0, hash in bits 1 and 2), the length of the modulus, the modulus, as many bytes of
/// signature, and the message.
pub fn rsa(data: &[u8]) -> bool {
    let Some((&[choice, high, low], rest)) = data.split_first_chunk::<3>() else { return false };
    let size = usize::from(u16::from_be_bytes([high, low]));
    let Some((modulus, rest)) = rest.split_at_checked(size) else { return false };
    let Some((signature, message)) = rest.split_at_checked(size) else { return false };
    let algorithm = HashAlgorithm::ALL[usize::from(choice >> 1 & 3)];
    let digest = SOFTWARE.digest(algorithm, &mut [message].into_iter()).unwrap();
    assert_eq!(digest.as_bytes(), hash(algorithm, message), "{algorithm:?}");
    let scheme = if choice & 1 == 0 { Signature::Rsassa(signature) } else { Signature::Rsapss(signature) };
    let ours = SOFTWARE.verify(&PublicKey::Rsa { modulus, exponent: 65537 }, &digest, &scheme).is_ok();
    if !(256..=512).contains(&size) || size % 8 != 0 || modulus[0] & 0x80 == 0 {
        assert!(!ours, "a key of this size is refused");
        return false;
    }
    let exponent = BoxedUint::from(65537u64);
    let theirs = match Key::new(BoxedUint::from_be_slice_vartime(modulus), exponent) {
        Ok(key) if choice & 1 == 0 => key.verify(pkcs1v15(algorithm), digest.as_bytes(), signature).is_ok(),
        Ok(key) => [algorithm.output_len(), size - algorithm.output_len() - 2]
            .into_iter()
            .any(|salt| pss(&key, &digest, salt, signature)),
        Err(_) => false,
    };
    assert_eq!(ours, theirs, "ours on the left");
    ours
}

fn pkcs1v15(algorithm: HashAlgorithm) -> Pkcs1v15Sign {
    let len = u8::try_from(algorithm.output_len()).unwrap();
    let sha2 = |last| vec![0x30, 0x11 + len, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, last, 5, 0, 4, len];
    let prefix = match algorithm {
        HashAlgorithm::Sha1 => SHA1_INFO.to_vec(),
        HashAlgorithm::Sha256 => sha2(1),
        HashAlgorithm::Sha384 => sha2(2),
        _ => sha2(3),
    };
    Pkcs1v15Sign { hash_len: Some(len.into()), prefix: prefix.into() }
}

fn pss(key: &Key, digest: &Digest, salt: usize, signature: &[u8]) -> bool {
    let digest_bytes = digest.as_bytes();
    match digest.algorithm() {
        HashAlgorithm::Sha1 => key.verify(Pss::<Sha1>::new_with_salt(salt), digest_bytes, signature),
        HashAlgorithm::Sha256 => key.verify(Pss::<Sha256>::new_with_salt(salt), digest_bytes, signature),
        HashAlgorithm::Sha384 => key.verify(Pss::<Sha384>::new_with_salt(salt), digest_bytes, signature),
        _ => key.verify(Pss::<Sha512>::new_with_salt(salt), digest_bytes, signature),
    }
    .is_ok()
}

fn hash(algorithm: HashAlgorithm, message: &[u8]) -> Vec<u8> {
    match algorithm {
        HashAlgorithm::Sha1 => Sha1::digest(message).to_vec(),
        HashAlgorithm::Sha256 => Sha256::digest(message).to_vec(),
        HashAlgorithm::Sha384 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}
