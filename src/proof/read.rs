//! The proof file, read without an allocator.

use crate::verify::{
    Attachments, Attestation, Evidence, KeyEvidence, Logs, MAX_CERTIFICATES, PcrValues, RevocationList,
    TooManyCertificates,
};
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Parsed,
    der::{element, optional, tag, version_1, whole, within},
    in_field, located,
};

/// A proof as it arrived. Reading it believes nothing; see [`crate::verify_proof`].
#[derive(Clone, Debug)]
pub struct Proof<'a> {
    evidence: Evidence<'a>,
}

impl<'a> Proof<'a> {
    /// Reads a proof from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly one proof in DER.
    pub fn from_der(der: &'a [u8]) -> Result<Self, DecodeError> {
        located(der, within(tag::SEQUENCE, proof))
    }

    /// What the proof holds.
    #[must_use]
    pub fn evidence(&self) -> &Evidence<'a> {
        &self.evidence
    }

    /// The proof with a certificate more, for a proof that lacks one between the key's and the anchor.
    ///
    /// # Errors
    /// If that is more than [`MAX_CERTIFICATES`].
    pub fn with_certificate(mut self, certificate: &'a [u8]) -> Result<Self, TooManyCertificates> {
        self.evidence.key = self.evidence.key.with_certificate(certificate)?;
        Ok(self)
    }

    /// The proof with revocation lists beside it: no proof carries any.
    #[must_use]
    pub fn with_revocation_lists(mut self, lists: &'a [RevocationList<'a>]) -> Self {
        self.evidence.key = self.evidence.key.with_revocation_lists(lists);
        self
    }

    /// The proof with a public key beside it, for a proof that names none.
    #[must_use]
    pub fn with_key(mut self, spki: &'a [u8]) -> Self {
        self.evidence.key = self.evidence.key.with_spki(spki);
        self
    }
}

fn proof(input: &[u8]) -> Parsed<'_, Proof<'_>> {
    let (input, ()) = in_field(&"TpmProof.version", version_1)(input)?;
    let (input, attest) = in_field(&"TpmProof.attestation", element(tag::OCTET_STRING))(input)?;
    let (rest, signature) = in_field(&"TpmProof.signature", element(tag::OCTET_STRING))(input)?;
    let attestation = match Attestation::new(attest, signature) {
        Ok(attestation) => attestation,
        Err(error) => return Err(Fault::inside(signature, error)),
    };
    let (input, pcr_values) = in_field(&"TpmProof.pcrValues", PcrValues::decode)(rest)?;
    let (input, public) = in_field(&"TpmProof.keyPublic", optional(tag::context(0)))(input)?;
    let (input, chain) = in_field(&"TpmProof.certificates", optional(tag::context_constructed(1)))(input)?;
    let (input, logs) = in_field(&"TpmProof.logs", optional(tag::context_constructed(2)))(input)?;
    let (input, attachments) = in_field(&"TpmProof.attachments", optional(tag::context_constructed(3)))(input)?;
    let mut key = match chain {
        Some(chain) => in_field(&"TpmProof.certificates", certificates)(chain)?.1,
        None => KeyEvidence::new(),
    };
    if let Some(public) = public {
        key = key.with_public(public);
    }
    let logs = match logs {
        Some(logs) => in_field(&"TpmProof.logs", Logs::decode)(logs)?.1,
        None => Logs::default(),
    };
    let attachments = match attachments {
        Some(attachments) => in_field(&"TpmProof.attachments", Attachments::decode)(attachments)?.1,
        None => Attachments::default(),
    };
    Ok((input, Proof { evidence: Evidence { attestation, pcr_values, key, logs, attachments } }))
}

fn certificates(input: &[u8]) -> Parsed<'_, KeyEvidence<'_>> {
    let mut key = KeyEvidence::new();
    let mut rest = input;
    loop {
        let (after, certificate) = whole(tag::SEQUENCE)(rest)?;
        key = key.with_certificate(certificate).map_err(|_| {
            let found = MAX_CERTIFICATES.saturating_add(1);
            Fault::new(rest, DecodeErrorKind::TooLong { found, limit: MAX_CERTIFICATES })
        })?;
        if after.is_empty() {
            return Ok((after, key));
        }
        rest = after;
    }
}
