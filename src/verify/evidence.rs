//! What a prover hands over: bytes, and nothing to believe.

use super::{Attachments, Attestation, Logs, PcrValues, RevocationList, chain::MAX_CERTIFICATES};
use crate::wire::cbor::bytes;
use core::fmt;

/// Evidence about one machine (RFC 9334, "Evidence" with its "Endorsements").
#[derive(Clone, Debug)]
#[doc(alias = "Endorsement")]
pub struct Evidence<'a> {
    /// The signed attestation.
    pub attestation: Attestation<'a>,
    /// The PCR values that it shall cover.
    pub pcr_values: PcrValues<'a>,
    /// What is said of the attestation key.
    pub key: KeyEvidence<'a>,
    /// Measurement logs.
    pub logs: Logs<'a>,
    /// What else is enclosed.
    pub attachments: Attachments<'a>,
}

/// What a prover says of the key that signs for it.
#[derive(Clone, Debug, Default)]
pub struct KeyEvidence<'a> {
    pub(crate) public: Option<&'a [u8]>,
    pub(crate) spki: Option<&'a [u8]>,
    pub(crate) certificates: heapless::Vec<&'a [u8], MAX_CERTIFICATES>,
    pub(crate) revocation_lists: &'a [RevocationList<'a>],
}

impl<'a> KeyEvidence<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the key's `TPMT_PUBLIC`.
    #[must_use]
    pub fn with_public(mut self, public: &'a [u8]) -> Self {
        self.public = Some(public);
        self
    }

    /// With the key's `SubjectPublicKeyInfo` in DER, where nothing more is known of it.
    #[must_use]
    pub fn with_spki(mut self, spki: &'a [u8]) -> Self {
        self.spki = Some(spki);
        self
    }

    /// With one certificate more, in DER: the key's own first.
    ///
    /// # Errors
    /// [`TooManyCertificates`] at the ninth.
    pub fn with_certificate(mut self, certificate: &'a [u8]) -> Result<Self, TooManyCertificates> {
        self.certificates.push(certificate).map_err(|_| TooManyCertificates)?;
        Ok(self)
    }

    /// With the certificates of CBOR byte strings, of which the reader lets no more stand there than fit.
    pub(crate) fn with_byte_strings(mut self, mut items: &'a [u8]) -> Self {
        while let Ok((rest, certificate)) = bytes(items)
            && self.certificates.push(certificate).is_ok()
        {
            items = rest;
        }
        self
    }

    /// With these revocation lists, instead of those that were there. Who brings a list does not matter: it counts only if the authority
    /// that issued a certificate signed it.
    #[must_use]
    pub fn with_revocation_lists(mut self, lists: &'a [RevocationList<'a>]) -> Self {
        self.revocation_lists = lists;
        self
    }

    /// The certificates, the key's own first.
    #[must_use]
    pub fn certificates(&self) -> &[&'a [u8]] {
        &self.certificates
    }
}

/// A chain has at most [`MAX_CERTIFICATES`] certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyCertificates;

impl fmt::Display for TooManyCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {MAX_CERTIFICATES} certificates")
    }
}

impl core::error::Error for TooManyCertificates {}
