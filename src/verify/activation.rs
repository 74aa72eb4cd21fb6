//! Records of credential activation: a TPM with a known endorsement key has shown that it also has an attestation key.

use super::Time;
use crate::wire::{
    DecodeError, Parsed,
    der::{element, maybe, octets, tag, version_1, within},
    in_field, located,
};

/// What a verifier keeps of a credential activation (Part 1, "Credential Protection"): its own word, and never read from a proof.
///
/// The record is DER:
///
/// ```asn1
#[doc = include_str!("activation.asn1")]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation<'a> {
    /// SHA-256 of the endorsement key's `SubjectPublicKeyInfo` in DER: which TPM it is.
    pub ek_spki_sha256: [u8; 32],
    /// SHA-256 of the root certificate that vouches for that key; `None` if the verifier took it at its own word.
    pub ek_root_sha256: Option<[u8; 32]>,
    /// The Name of the attestation key.
    pub ak_name: &'a [u8],
    /// When it was shown.
    pub time: Time,
}

impl<'a> Activation<'a> {
    /// Reads a record from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly one record in DER.
    pub fn from_der(der: &'a [u8]) -> Result<Self, DecodeError> {
        located(der, Self::decode)
    }

    pub(crate) fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        within(tag::SEQUENCE, |input| {
            let (input, ()) = in_field(&"Activation.version", version_1)(input)?;
            let (input, ek_spki_sha256) = in_field(&"Activation.ekSpki", octets(tag::OCTET_STRING))(input)?;
            let root = maybe(EK_ROOT, octets(EK_ROOT));
            let (input, ek_root_sha256) = in_field(&"Activation.ekRoot", root)(input)?;
            let (input, ak_name) = in_field(&"Activation.akName", element(tag::OCTET_STRING))(input)?;
            let (input, time) = in_field(&"Activation.time", Time::decode(tag::GENERALIZED_TIME))(input)?;
            Ok((input, Self { ek_spki_sha256, ek_root_sha256, ak_name, time }))
        })(input)
    }

    /// The record in DER.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn to_der(&self) -> std::vec::Vec<u8> {
        use crate::wire::der_write::{put, tlv};
        let mut out = tlv(tag::INTEGER, &[1]);
        put(&mut out, tag::OCTET_STRING, &self.ek_spki_sha256);
        if let Some(root) = &self.ek_root_sha256 {
            put(&mut out, EK_ROOT, root);
        }
        put(&mut out, tag::OCTET_STRING, self.ak_name);
        out.extend(self.time.to_der(tag::GENERALIZED_TIME));
        tlv(tag::SEQUENCE, &out)
    }
}

const EK_ROOT: u8 = tag::context(0);
