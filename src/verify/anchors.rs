//! Anchors: what the verifier trusts by its own decree.

use super::{Certificate, CertificateError};
use crate::crypto::{Crypto, HashAlgorithm};

/// A root of trust for certificates. It may name an intermediate authority as well as a self-signed root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anchor<'a> {
    /// A certificate, in DER.
    Certificate(&'a [u8]),
    /// SHA-256 of a certificate that the proof carries.
    CertificateSha256([u8; 32]),
    /// The `SubjectPublicKeyInfo` of a self-signed certificate that the proof carries, in DER.
    Spki(&'a [u8]),
    /// SHA-256 of that `SubjectPublicKeyInfo`.
    SpkiSha256([u8; 32]),
}

impl Anchor<'_> {
    /// Whether this anchor is `certificate`.
    pub(crate) fn stands_for<'c>(
        &self,
        certificate: &Certificate<'c>,
        crypto: &dyn Crypto,
    ) -> Result<bool, CertificateError<'c>> {
        Ok(match self {
            Self::Certificate(der) => *der == certificate.der,
            Self::CertificateSha256(expected) => sha256(certificate.der, crypto)? == *expected,
            Self::Spki(spki) => *spki == certificate.spki,
            Self::SpkiSha256(expected) => sha256(certificate.spki, crypto)? == *expected,
        })
    }

    /// Whether only a key is trusted, and nothing that its certificate says.
    pub(crate) fn is_key(&self) -> bool {
        matches!(self, Self::Spki(_) | Self::SpkiSha256(_))
    }
}

pub(crate) fn sha256<'c>(bytes: &[u8], crypto: &dyn Crypto) -> Result<[u8; 32], CertificateError<'c>> {
    let digest = crypto.digest(HashAlgorithm::Sha256, &mut [bytes].into_iter()).map_err(CertificateError::Crypto)?;
    digest.as_bytes().try_into().map_err(|_| CertificateError::rule("the hash has another size than SHA-256"))
}
