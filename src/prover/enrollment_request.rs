//! What a machine sends to be enrolled: its attestation key, its endorsement key, and who vouches for the latter.

use super::{Chain, EkTemplate, Key, ProverError, Tpm};
use crate::wire::der::{element, tag, version_1, whole, within};
use crate::wire::der_write::{put, tlv};
use crate::wire::{DecodeError, Parsed, in_field, located};
use std::vec::Vec;

/// A machine's request to be enrolled by credential activation (Part 1, "Credential Protection"). Nothing of it is believed.
///
/// It is DER:
///
/// ```asn1
#[doc = include_str!("enrollment-request.asn1")]
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnrollmentRequest {
    /// The `TPMT_PUBLIC` of the attestation key.
    pub ak_public: Vec<u8>,
    /// The `TPMT_PUBLIC` of the endorsement key.
    pub ek_public: Vec<u8>,
    /// The certificates of the endorsement key in DER, its own first; none where the TPM has none.
    pub ek_certificates: Vec<Vec<u8>>,
}

impl EnrollmentRequest {
    /// Reads a request from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly one request in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeError> {
        located(der, within(tag::SEQUENCE, Self::decode))
    }

    fn decode(input: &[u8]) -> Parsed<'_, Self> {
        let (input, ()) = in_field(&"EnrollmentRequest.version", version_1)(input)?;
        let (input, ak) = in_field(&"EnrollmentRequest.akPublic", element(tag::OCTET_STRING))(input)?;
        let (input, ek) = in_field(&"EnrollmentRequest.ekPublic", element(tag::OCTET_STRING))(input)?;
        let list = element(tag::SEQUENCE);
        let (input, mut rest) = in_field(&"EnrollmentRequest.ekCertificates", list)(input)?;
        let mut ek_certificates = Vec::new();
        while !rest.is_empty() {
            let (after, der) = in_field(&"EnrollmentRequest.ekCertificates", whole(tag::SEQUENCE))(rest)?;
            ek_certificates.push(der.to_vec());
            rest = after;
        }
        Ok((input, Self { ak_public: ak.to_vec(), ek_public: ek.to_vec(), ek_certificates }))
    }

    /// The request in DER.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut out = tlv(tag::INTEGER, &[1]);
        put(&mut out, tag::OCTET_STRING, &self.ak_public);
        put(&mut out, tag::OCTET_STRING, &self.ek_public);
        put(&mut out, tag::SEQUENCE, &self.ek_certificates.concat());
        tlv(tag::SEQUENCE, &out)
    }
}

impl Tpm {
    /// The request to enroll `ak`, by the endorsement key of `template`, or else by the first for which NV has a certificate, or else by
    /// [`EkTemplate::L_1`].
    ///
    /// # Errors
    /// If the TPM refuses or is not reached.
    pub fn enrollment_request(
        &mut self,
        ak: &Key,
        template: Option<&EkTemplate>,
    ) -> Result<EnrollmentRequest, ProverError> {
        let mut chosen = template;
        let mut certificates = Vec::new();
        for candidate in EkTemplate::ALL.iter().filter(|candidate| template.is_none_or(|asked| asked == *candidate)) {
            if let Some(found) = self.endorsement_certificate(candidate)? {
                certificates.push(found.der);
                chosen = Some(candidate);
                break;
            }
        }
        let ek = self.endorsement_key(chosen.unwrap_or(&EkTemplate::L_1))?;
        certificates.extend(self.endorsement_chain()?);
        let chain = Chain::of(&ek, &certificates);
        Ok(EnrollmentRequest {
            ak_public: ak.public().to_vec(),
            ek_public: ek.public().to_vec(),
            ek_certificates: chain.certificates,
        })
    }
}
