//! The certificates of a TPM's keys: where NV keeps them, and how they make a chain.

use super::{EkTemplate, Key, ProverError, Tpm};
use crate::crypto::SOFTWARE;
use crate::verify::{Certificate, MAX_CERTIFICATES, PublicArea, same_key};
use core::fmt;
use std::string::{String, ToString};
use std::vec::Vec;

/// A certificate out of NV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvCertificate {
    /// The NV index.
    pub index: u32,
    /// The certificate, in DER.
    pub der: Vec<u8>,
    /// How many octets followed it there.
    pub padding: usize,
}

/// Where the certificates of attestation keys are, by platform: `(index, whose)`.
pub const AK_CERTIFICATES: [(u32, &str); 5] = [
    (0x01c1_01d0, "Azure's attestation key"),
    (0x01c1_0000, "Google's attestation key, RSA"),
    (0x01c1_0002, "Google's attestation key, ECC"),
    (0x01c9_0100, "the initial attestation key (IAK)"),
    (0x01c9_0200, "the initial device identity (IDevID)"),
];

/// Where chains of endorsement keys' certificates are (TCG EK Credential Profile 2.5, 2.2.1.5.2).
const EK_CHAIN: core::ops::RangeInclusive<u32> = 0x01c0_0100..=0x01c0_01ff;

/// Google's templates of attestation keys: `TPMT_PUBLIC` in NV.
pub const GOOGLE_RSA_TEMPLATE: u32 = 0x01c1_0001;
/// The same, of the ECC key.
pub const GOOGLE_ECC_TEMPLATE: u32 = 0x01c1_0003;

impl Tpm {
    /// The certificate in an NV index, without what pads it; nothing if there is no such index, or it is empty.
    ///
    /// # Errors
    /// [`ProverError::NvContent`] if the index holds something else; or if it cannot be read.
    pub fn nv_certificate(&mut self, index: u32) -> Result<Option<NvCertificate>, ProverError> {
        let Some(content) = self.read_nv(index)? else { return Ok(None) };
        // Never written, in TPMs that do not say so.
        if content.iter().all(|octet| *octet == 0xff) || content.iter().all(|octet| *octet == 0) {
            return Ok(None);
        }
        let (der, padding) = Certificate::trim(&content).map_err(|error| ProverError::NvContent { index, error })?;
        Ok(Some(NvCertificate { index, der: der.to_vec(), padding: padding.len() }))
    }

    /// The certificate of an endorsement key, if the maker has put one into NV.
    ///
    /// # Errors
    /// As [`Tpm::nv_certificate`].
    pub fn endorsement_certificate(&mut self, template: &EkTemplate) -> Result<Option<NvCertificate>, ProverError> {
        self.nv_certificate(template.certificate)
    }

    /// The certificates above those of the endorsement keys that the maker has put into NV. An index that cannot be read is passed over.
    ///
    /// # Errors
    /// If the TPM is not reached.
    pub fn endorsement_chain(&mut self) -> Result<Vec<Vec<u8>>, ProverError> {
        let mut content = Vec::new();
        for index in self.nv_indices(EK_CHAIN)? {
            // One chain may lie in several indices, cut anywhere.
            match self.read_nv(index) {
                Ok(part) => content.extend(part.unwrap_or_default()),
                Err(ProverError::NvAccess(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let mut certificates = Vec::new();
        let mut rest = without_padding(&content);
        while let Ok((der, after)) = Certificate::trim(rest) {
            certificates.push(der.to_vec());
            rest = without_padding(after);
        }
        Ok(certificates)
    }

    /// All certificates of attestation keys in NV. An index that holds none is passed over.
    ///
    /// # Errors
    /// If the TPM is not reached.
    pub fn attestation_certificates(&mut self) -> Result<Vec<NvCertificate>, ProverError> {
        let mut found = Vec::new();
        for (index, _) in AK_CERTIFICATES {
            match self.nv_certificate(index) {
                Ok(certificate) => found.extend(certificate),
                Err(ProverError::NvContent { .. } | ProverError::NvAccess(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// Certificates from a key's own upwards.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// In DER, the key's own first. None if there is none for this key.
    pub certificates: Vec<Vec<u8>>,
    /// What it lacks.
    pub missing: Option<Missing>,
}

/// The certificate that a chain lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// That of the key itself.
    OfKey,
    /// That of an issuer, by its name.
    Issuer(String),
    /// There are more than a proof holds.
    TooMany,
}

impl Chain {
    /// Puts `certificates`, in whatever order, together to the chain of `key`: its own, then those with the issuer's name, and so on up to
    /// one that issued itself. Nothing is verified; that is for who reads the proof, who tries each of several with one name.
    #[must_use]
    pub fn of(key: &Key, certificates: &[Vec<u8>]) -> Self {
        let mut read: Vec<Certificate<'_>> = Vec::new();
        for certificate in certificates.iter().filter_map(|der| Certificate::from_der(der).ok()) {
            if !read.iter().any(|other| other.der() == certificate.der()) {
                read.push(certificate);
            }
        }
        let Some(own) = read.iter().position(|certificate| is_of(certificate, key)) else {
            return Self { certificates: Vec::new(), missing: Some(Missing::OfKey) };
        };
        let mut chain = std::vec![read.remove(own)];
        let (mut place, mut reaches_end, mut lacks) = (0usize, false, None);
        while let Some((issuer, subject)) = chain.get(place).map(|last| (last.issuer(), last.subject())) {
            place = place.saturating_add(1);
            if issuer == subject {
                reaches_end = true;
                continue;
            }
            let (issuers, others): (Vec<_>, Vec<_>) = read.into_iter().partition(|other| other.subject() == issuer);
            if issuers.is_empty() {
                lacks = lacks.or(Some(issuer));
            }
            chain.extend(issuers);
            read = others;
        }
        let missing = match lacks {
            _ if chain.len() > MAX_CERTIFICATES => Some(Missing::TooMany),
            Some(issuer) if !reaches_end => Some(Missing::Issuer(issuer.to_string())),
            _ => None,
        };
        let certificates = chain.iter().take(MAX_CERTIFICATES).map(|certificate| certificate.der().to_vec()).collect();
        Self { certificates, missing }
    }
}

/// What follows the octets that fill an index.
fn without_padding(content: &[u8]) -> &[u8] {
    let start = content.iter().position(|octet| !matches!(octet, 0 | 0xff)).unwrap_or(content.len());
    content.get(start..).unwrap_or_default()
}

fn is_of(certificate: &Certificate<'_>, key: &Key) -> bool {
    let own = PublicArea::read(key.public(), &SOFTWARE);
    own.is_ok_and(|own| certificate.key().is_ok_and(|certified| same_key(&own.key, &certified)))
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OfKey => {
                f.write_str("there is no certificate of the attestation key, neither in the TPM's NV (")?;
                for (place, (index, whose)) in AK_CERTIFICATES.iter().enumerate() {
                    write!(f, "{}{index:#010x}, {whose}", if place == 0 { "" } else { "; " })?;
                }
                f.write_str(") nor in --certificate")
            }
            Self::Issuer(name) => write!(
                f,
                "the chain of the attestation key lacks the certificate of \"{name}\"; the TPM's NV does not hold it: give it with --certificate"
            ),
            Self::TooMany => {
                write!(f, "the chain of the attestation key has more than {MAX_CERTIFICATES} certificates")
            }
        }
    }
}
