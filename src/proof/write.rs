//! The proof file, written, and armoured as PEM.

use super::Proof;
use crate::verify::{Attachment, Log, PcrValue};
use crate::wire::der::tag;
use crate::wire::der_write::{put, tlv, unsigned};
use core::fmt;
use std::{borrow::ToOwned, string::String, vec::Vec};

/// A proof in the making.
#[derive(Clone, Debug, Default)]
pub struct ProofBuilder {
    attestation: Vec<u8>,
    signature: Vec<u8>,
    pcr_values: Vec<(u16, u8, Vec<u8>)>,
    key_public: Option<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
    logs: Vec<(String, Vec<u8>)>,
    attachments: Vec<(String, String, Vec<u8>)>,
}

impl ProofBuilder {
    /// Starts with a `TPMS_ATTEST` and the `TPMT_SIGNATURE` over it.
    #[must_use]
    pub fn new(attestation: &[u8], signature: &[u8]) -> Self {
        Self { attestation: attestation.to_owned(), signature: signature.to_owned(), ..Self::default() }
    }

    /// Starts with all that a proof holds, to write it again with more.
    #[must_use]
    pub fn from_proof(proof: &Proof<'_>) -> Self {
        let evidence = proof.evidence();
        let (attestation, signature) = evidence.attestation.unverified_parts();
        let mut builder = Self::new(attestation, signature);
        builder = evidence.pcr_values.iter().fold(builder, Self::pcr);
        if let Some(public) = evidence.key.public {
            builder = builder.key_public(public);
        }
        builder = evidence.key.certificates().iter().fold(builder, |builder, der| builder.certificate(der));
        builder = evidence.logs.iter().fold(builder, Self::log);
        evidence.attachments.iter().fold(builder, Self::attachment)
    }

    /// Adds a PCR value; values are put in order when the proof is written.
    #[must_use]
    pub fn pcr(mut self, value: PcrValue<'_>) -> Self {
        self.pcr_values.push((value.bank.0, value.index, value.value.to_owned()));
        self
    }

    /// Sets the `TPMT_PUBLIC` of the attestation key.
    #[must_use]
    pub fn key_public(mut self, public: &[u8]) -> Self {
        self.key_public = Some(public.to_owned());
        self
    }

    /// Adds a certificate in DER: the attestation key's first.
    #[must_use]
    pub fn certificate(mut self, der: &[u8]) -> Self {
        self.certificates.push(der.to_owned());
        self
    }

    /// Adds a log.
    #[must_use]
    pub fn log(mut self, log: Log<'_>) -> Self {
        self.logs.push((log.format.to_owned(), log.bytes.to_owned()));
        self
    }

    /// Adds an attachment.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment<'_>) -> Self {
        let Attachment { kind, name, bytes } = attachment;
        self.attachments.push((kind.to_owned(), name.to_owned(), bytes.to_owned()));
        self
    }

    /// The proof in DER.
    #[must_use]
    pub fn to_der(mut self) -> Vec<u8> {
        self.pcr_values.sort_unstable();
        let mut out = Vec::new();
        put(&mut out, tag::INTEGER, &[1]);
        put(&mut out, tag::OCTET_STRING, &self.attestation);
        put(&mut out, tag::OCTET_STRING, &self.signature);
        let banks = self.pcr_values.chunk_by(|a, b| a.0 == b.0).map(|bank| {
            let mut values = Vec::new();
            for (_, index, value) in bank {
                put(&mut values, tag::SEQUENCE, &[integer(*index), tlv(tag::OCTET_STRING, value)].concat());
            }
            let algorithm = bank.first().map_or(0, |(algorithm, ..)| *algorithm);
            [integer(algorithm), tlv(tag::SEQUENCE, &values)].concat()
        });
        put(&mut out, tag::SEQUENCE, &sequences(banks));
        if let Some(public) = &self.key_public {
            put(&mut out, tag::context(0), public);
        }
        if !self.certificates.is_empty() {
            put(&mut out, tag::context_constructed(1), &self.certificates.concat());
        }
        if !self.logs.is_empty() {
            let logs = self.logs.iter().map(|(format, bytes)| [text(format), tlv(tag::OCTET_STRING, bytes)].concat());
            put(&mut out, tag::context_constructed(2), &sequences(logs));
        }
        if !self.attachments.is_empty() {
            let attachments = self
                .attachments
                .iter()
                .map(|(kind, name, bytes)| [text(kind), text(name), tlv(tag::OCTET_STRING, bytes)].concat());
            put(&mut out, tag::context_constructed(3), &sequences(attachments));
        }
        tlv(tag::SEQUENCE, &out)
    }

    /// The proof in DER, armoured as PEM (RFC 7468).
    ///
    /// # Errors
    /// If the proof is too large to be armoured.
    pub fn to_pem(self) -> Result<String, PemError> {
        pem_rfc7468::encode_string(Self::PEM_LABEL, pem_rfc7468::LineEnding::LF, &self.to_der()).map_err(|_| PemError)
    }

    /// What stands between `-----BEGIN ` and `-----`.
    pub const PEM_LABEL: &'static str = "TPM PROOF";
}

/// A proof that is too large for PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PemError;

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the proof is too large to be written in PEM; write it in DER")
    }
}

impl core::error::Error for PemError {}

fn text(text: &str) -> Vec<u8> {
    tlv(tag::UTF8_STRING, text.as_bytes())
}

fn integer(number: impl Into<u64>) -> Vec<u8> {
    tlv(tag::INTEGER, &unsigned(number.into()))
}

fn sequences(contents: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    contents.flat_map(|content| tlv(tag::SEQUENCE, &content)).collect()
}
