//! Names and Qualified Names (Part 1, "Names"): what a TPM calls an object.

use crate::crypto::{Crypto, CryptoError, HashAlgorithm};
use crate::structures::{TpmAlgId, TpmHandle};
use crate::wire::Hex;
use core::fmt;

/// The Name of an object: the algorithm, then the digest of the public area as it arrived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; 66],
    length: usize,
}

impl Name {
    /// The Name of the object with this `TPMT_PUBLIC`, whose `nameAlg` is `name_alg`.
    ///
    /// # Errors
    /// If there is no such hash.
    pub fn of(public: &[u8], name_alg: TpmAlgId, crypto: &dyn Crypto) -> Result<Self, CryptoError> {
        Self::hash(name_alg, &[public], crypto)
    }

    /// The Name of what has no public area: its handle.
    #[cfg(feature = "prover")]
    pub(crate) fn of_handle(handle: TpmHandle) -> Self {
        let mut bytes = [0; 66];
        let octets = handle.0.to_be_bytes();
        bytes.iter_mut().zip(octets).for_each(|(place, octet)| *place = octet);
        Self { bytes, length: octets.len() }
    }

    /// The Name with these octets; `None` if they are too many for one.
    #[must_use]
    pub fn from_bytes(octets: &[u8]) -> Option<Self> {
        let mut bytes = [0; 66];
        bytes.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self { bytes, length: octets.len() })
    }

    /// The Qualified Name of this object as a primary object of `hierarchy`.
    pub(crate) fn qualified_in(&self, hierarchy: TpmHandle, crypto: &dyn Crypto) -> Result<Self, CryptoError> {
        Self::hash(self.algorithm(), &[&hierarchy.0.to_be_bytes(), self.as_bytes()], crypto)
    }

    /// The `nameAlg` that it begins with.
    pub(crate) fn algorithm(&self) -> TpmAlgId {
        self.bytes.first_chunk().map_or(TpmAlgId::NULL, |alg| TpmAlgId(u16::from_be_bytes(*alg)))
    }

    /// The bytes of the `TPM2B_NAME`, without its size.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn hash(name_alg: TpmAlgId, parts: &[&[u8]], crypto: &dyn Crypto) -> Result<Self, CryptoError> {
        let algorithm = HashAlgorithm::try_from(name_alg)?;
        let digest = crypto.digest(algorithm, &mut parts.iter().copied())?;
        let mut bytes = [0; 66];
        let alg = name_alg.0.to_be_bytes();
        for (place, byte) in bytes.iter_mut().zip(alg.iter().chain(digest.as_bytes())) {
            *place = *byte;
        }
        Ok(Self { bytes, length: algorithm.output_len().saturating_add(2) })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(self.as_bytes()).fmt(f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
