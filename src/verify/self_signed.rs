//! That a certificate is signed by its own key, where only that key is pinned.

use super::certificate_algorithms::{Algorithms, Provider};
use super::{Certificate, CertificateError};
use crate::wire::der::{element, tag};

pub(crate) fn verify_self_signed<'a>(
    root: &Certificate<'a>,
    provider: &Provider<'_>,
) -> Result<(), CertificateError<'a>> {
    let refused = CertificateError::Signature { subject: root.subject };
    let algorithm = element(tag::SEQUENCE)(root.signature_algorithm).map(|(_, content)| content).unwrap_or_default();
    let own = PublicKeyInfo::split(root.spki).ok_or(refused)?;
    let algorithms = Algorithms::new(provider);
    let table = algorithms.table();
    let fits = table
        .iter()
        .find(|row| row.signature_alg_id().as_ref() == algorithm && row.public_key_alg_id().as_ref() == own.algorithm);
    let row = fits.ok_or(CertificateError::Algorithm { subject: root.subject })?;
    row.verify_signature(own.bits, root.tbs, root.signature).map_err(|_| refused)
}

/// The two parts of a `SubjectPublicKeyInfo`.
struct PublicKeyInfo<'a> {
    algorithm: &'a [u8],
    bits: &'a [u8],
}

impl<'a> PublicKeyInfo<'a> {
    fn split(spki: &'a [u8]) -> Option<Self> {
        let (_, content) = element(tag::SEQUENCE)(spki).ok()?;
        let (rest, algorithm) = element(tag::SEQUENCE)(content).ok()?;
        let (_, bits) = element(tag::BIT_STRING)(rest).ok()?;
        Some(Self { algorithm, bits: bits.get(1..)? })
    }
}
