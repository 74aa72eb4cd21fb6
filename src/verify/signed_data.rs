//! A signature over DER, as certificates and revocation lists carry it (RFC 5280, 4.1.1 and 5.1.1), outside of a search for a path.

use super::certificate_algorithms::{Algorithms, Provider};
use crate::wire::der::{element, tag};

/// What is signed, and by which algorithm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedData<'a> {
    /// The bytes that are signed.
    pub(crate) tbs: &'a [u8],
    /// The `AlgorithmIdentifier`, in DER.
    pub(crate) algorithm: &'a [u8],
    /// The octets of the signature.
    pub(crate) signature: &'a [u8],
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Its algorithm is none that is accepted, or not one for this key.
    Algorithm,
    /// It is not by this key over these bytes, or the budget is spent.
    Signature,
}

impl SignedData<'_> {
    /// Verifies the signature by the key of this `SubjectPublicKeyInfo`, out of the provider's budget.
    #[inline(never)]
    pub(crate) fn verify(&self, spki: &[u8], provider: &Provider<'_>) -> Result<(), Refused> {
        let algorithm = element(tag::SEQUENCE)(self.algorithm).map(|(_, content)| content).unwrap_or_default();
        let key = PublicKeyInfo::split(spki).ok_or(Refused::Signature)?;
        let algorithms = Algorithms::new(provider);
        let table = algorithms.table();
        let fits = table.iter().find(|row| {
            row.signature_alg_id().as_ref() == algorithm && row.public_key_alg_id().as_ref() == key.algorithm
        });
        let row = fits.ok_or(Refused::Algorithm)?;
        row.verify_signature(key.bits, self.tbs, self.signature).map_err(|_| Refused::Signature)
    }
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
