//! The proof file, written, and armoured as PEM.

use crate::verify::{Attachment, Log, PcrValue};
use core::fmt;
use der::{Encode, Header, Tag};
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
        self.pcr_values.sort();
        let mut out = Vec::new();
        put(&mut out, Tag::Integer, &[1]);
        put(&mut out, Tag::OctetString, &self.attestation);
        put(&mut out, Tag::OctetString, &self.signature);
        let banks = self.pcr_values.chunk_by(|a, b| a.0 == b.0).map(|bank| {
            let mut values = Vec::new();
            for (_, index, value) in bank {
                put(&mut values, Tag::Sequence, &both(unsigned(u16::from(*index)), tlv(Tag::OctetString, value)));
            }
            let algorithm = bank.first().map_or(0, |(algorithm, ..)| *algorithm);
            both(unsigned(algorithm), tlv(Tag::Sequence, &values))
        });
        put(&mut out, Tag::Sequence, &sequences(banks));
        if let Some(public) = &self.key_public {
            put(&mut out, context(0, false), public);
        }
        if !self.certificates.is_empty() {
            put(&mut out, context(1, true), &self.certificates.concat());
        }
        if !self.logs.is_empty() {
            let logs = self.logs.iter().map(|(format, bytes)| both(text(format), tlv(Tag::OctetString, bytes)));
            put(&mut out, context(2, true), &sequences(logs));
        }
        if !self.attachments.is_empty() {
            let attachments = self
                .attachments
                .iter()
                .map(|(kind, name, bytes)| both(both(text(kind), text(name)), tlv(Tag::OctetString, bytes)));
            put(&mut out, context(3, true), &sequences(attachments));
        }
        tlv(Tag::Sequence, &out)
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

/// Text that is no PEM of a proof, or a proof that is too large for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PemError;

impl fmt::Display for PemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not one PEM block between -----BEGIN TPM PROOF----- and -----END TPM PROOF-----")
    }
}

impl core::error::Error for PemError {}

fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: der::TagNumber(number) }
}

fn text(text: &str) -> Vec<u8> {
    tlv(Tag::Utf8String, text.as_bytes())
}

fn unsigned(number: u16) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count().min(1);
    let mut content = Vec::new();
    let digits = octets.get(zeros..).unwrap_or_default();
    if digits.first().is_some_and(|first| *first >= 0x80) {
        content.push(0);
    }
    content.extend_from_slice(digits);
    tlv(Tag::Integer, &content)
}

fn sequences(contents: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    contents.flat_map(|content| tlv(Tag::Sequence, &content)).collect()
}

fn both(mut first: Vec<u8>, second: Vec<u8>) -> Vec<u8> {
    first.extend(second);
    first
}

fn tlv(tag: Tag, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, tag, content);
    out
}

/// Appends one element. A header has at most ten octets; content beyond the crate's 256 MiB has no header and is left out,
/// so that the result does not decode.
fn put(out: &mut Vec<u8>, tag: Tag, content: &[u8]) {
    let mut header = [0; 10];
    let Ok(length) = der::Length::try_from(content.len()) else { return };
    if let Ok(header) = Header::new(tag, length).encode_to_slice(&mut header) {
        out.extend_from_slice(header);
        out.extend_from_slice(content);
    }
}
