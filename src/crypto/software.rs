//! [`Crypto`] in safe Rust, without an allocator.

#[cfg(feature = "ml-dsa")]
use super::mldsa;
use super::{
    Crypto, CryptoError, Curve, Digest, Hash, HashAlgorithm, PublicKey, Signature, ecdsa, rsa_arithmetic, rsa_encodings,
};
use core::fmt;

/// The implementation that needs nothing: of the hash algorithms and signature schemes that it is given.
///
/// What it is not given is not linked, so that an image for a small machine carries what it names:
///
/// ```
/// use tpmproof::crypto::{Crypto, CryptoError, Hash, HashAlgorithm, Scheme, Software};
///
/// static P256_ONLY: Software = Software::new(&[Hash::SHA256], &[Scheme::ECDSA_P256]);
/// let refused = P256_ONLY.digest(HashAlgorithm::Sha384, &mut [&b""[..]].into_iter());
/// assert_eq!(refused, Err(CryptoError::UnsupportedHash(HashAlgorithm::Sha384)));
/// ```
#[derive(Clone, Copy)]
pub struct Software {
    hashes: &'static [Hash],
    schemes: &'static [Scheme],
}

/// [`Software`] of all algorithms that this build has.
pub static SOFTWARE: Software = Software::new(Hash::ALL, Scheme::ALL);

/// Code for one signature scheme, and for one curve where there are several.
#[derive(Clone, Copy)]
pub struct Scheme {
    name: &'static str,
    /// Where key and signature are not its own, [`CryptoError::KeyMismatch`].
    verify: fn(&Software, &PublicKey<'_>, &Digest, &Signature<'_>) -> Result<(), CryptoError>,
    #[cfg(feature = "ml-dsa")]
    verify_message: fn(&PublicKey<'_>, &[u8], &Signature<'_>) -> Result<(), CryptoError>,
}

impl Scheme {
    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2), which nearly all certificates are signed by.
    pub const RSASSA: Self = Self::of_digest("RSASSA", |_, key, digest, signature| match (key, signature) {
        (PublicKey::Rsa { modulus, exponent }, Signature::Rsassa(signature)) => {
            let mut buffer = [0; rsa_arithmetic::MAX_OCTETS];
            let encoded = rsa_arithmetic::public_operation(modulus, *exponent, signature, &mut buffer)?;
            rsa_encodings::verify_pkcs1v15(encoded, digest)
        }
        _ => Err(CryptoError::KeyMismatch),
    });
    /// RSASSA-PSS (RFC 8017, 8.1).
    pub const RSAPSS: Self = Self::of_digest("RSAPSS", |software, key, digest, signature| match (key, signature) {
        (PublicKey::Rsa { modulus, exponent }, Signature::Rsapss(signature)) => {
            let mut buffer = [0; rsa_arithmetic::MAX_OCTETS];
            let encoded = rsa_arithmetic::public_operation(modulus, *exponent, signature, &mut buffer)?;
            rsa_encodings::verify_pss(encoded, digest, software)
        }
        _ => Err(CryptoError::KeyMismatch),
    });
    /// ECDSA (FIPS 186-5, 6.4.2) on NIST P-256.
    pub const ECDSA_P256: Self =
        Self::of_digest("ECDSA on P-256", |_, key, digest, signature| match (key, signature) {
            (PublicKey::Ec { curve: Curve::P256, x, y }, Signature::Ecdsa { r, s }) => ecdsa::p256(x, y, digest, r, s),
            _ => Err(CryptoError::KeyMismatch),
        });
    /// ECDSA (FIPS 186-5, 6.4.2) on NIST P-384.
    pub const ECDSA_P384: Self =
        Self::of_digest("ECDSA on P-384", |_, key, digest, signature| match (key, signature) {
            (PublicKey::Ec { curve: Curve::P384, x, y }, Signature::Ecdsa { r, s }) => ecdsa::p384(x, y, digest, r, s),
            _ => Err(CryptoError::KeyMismatch),
        });
    /// ECDSA (FIPS 186-5, 6.4.2) on NIST P-521.
    #[cfg(feature = "p521")]
    pub const ECDSA_P521: Self =
        Self::of_digest("ECDSA on P-521", |_, key, digest, signature| match (key, signature) {
            (PublicKey::Ec { curve: Curve::P521, x, y }, Signature::Ecdsa { r, s }) => ecdsa::p521(x, y, digest, r, s),
            _ => Err(CryptoError::KeyMismatch),
        });
    /// ML-DSA and `HashML-DSA` (FIPS 204).
    #[cfg(feature = "ml-dsa")]
    pub const ML_DSA: Self = Self {
        verify_message: |key, message, signature| match (key, signature) {
            (PublicKey::MlDsa { parameters, key }, Signature::MlDsa(signature)) => {
                mldsa::verify(*parameters, key, message, signature)
            }
            _ => Err(CryptoError::KeyMismatch),
        },
        ..Self::of_digest("ML-DSA", |_, key, digest, signature| match (key, signature) {
            (PublicKey::MlDsa { parameters, key }, Signature::HashMlDsa(signature)) => {
                mldsa::verify_digest(*parameters, key, digest, signature)
            }
            _ => Err(CryptoError::KeyMismatch),
        })
    };

    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::RSASSA,
        Self::RSAPSS,
        Self::ECDSA_P256,
        Self::ECDSA_P384,
        #[cfg(feature = "p521")]
        Self::ECDSA_P521,
        #[cfg(feature = "ml-dsa")]
        Self::ML_DSA,
    ];

    const fn of_digest(
        name: &'static str,
        verify: fn(&Software, &PublicKey<'_>, &Digest, &Signature<'_>) -> Result<(), CryptoError>,
    ) -> Self {
        Self {
            name,
            verify,
            #[cfg(feature = "ml-dsa")]
            verify_message: |_, _, _| Err(CryptoError::KeyMismatch),
        }
    }
}

impl Software {
    /// An implementation of these, and of no others.
    #[must_use]
    pub const fn new(hashes: &'static [Hash], schemes: &'static [Scheme]) -> Self {
        Self { hashes, schemes }
    }

    /// What the scheme answers whose key and signature these are, or what is lacking where there is none.
    fn ask(
        &self,
        lacking: CryptoError,
        verify: impl Fn(&Scheme) -> Result<(), CryptoError>,
    ) -> Result<(), CryptoError> {
        let mut answers = self.schemes.iter().map(verify);
        answers.find(|answer| *answer != Err(CryptoError::KeyMismatch)).unwrap_or(Err(lacking))
    }
}

impl Crypto for Software {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        let hash = self.hashes.iter().find(|hash| hash.algorithm == algorithm);
        let hash = hash.ok_or(CryptoError::UnsupportedHash(algorithm))?;
        Ok(Digest { algorithm, bytes: (hash.digest)(parts) })
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        let lacking = match (key, signature) {
            (PublicKey::Rsa { .. }, Signature::Rsassa(_) | Signature::Rsapss(_)) => CryptoError::UnsupportedRsa,
            (PublicKey::Ec { curve, .. }, Signature::Ecdsa { .. }) => CryptoError::UnsupportedCurve(*curve),
            #[cfg(feature = "ml-dsa")]
            (PublicKey::MlDsa { .. }, Signature::HashMlDsa(_)) => CryptoError::UnsupportedMessage,
            _ => CryptoError::KeyMismatch,
        };
        self.ask(lacking, |scheme| (scheme.verify)(self, key, digest, signature))
    }

    #[cfg(feature = "ml-dsa")]
    fn verify_message(
        &self,
        key: &PublicKey<'_>,
        message: &[u8],
        signature: &Signature<'_>,
    ) -> Result<(), CryptoError> {
        let lacking = match (key, signature) {
            (PublicKey::MlDsa { .. }, Signature::MlDsa(_)) => CryptoError::UnsupportedMessage,
            _ => CryptoError::KeyMismatch,
        };
        self.ask(lacking, |scheme| (scheme.verify_message)(key, message, signature))
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Debug for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Software")
    }
}
