//! The parts of a proof that other forms are written of, and which of them a form has no place for.

use super::super::pcr_file;
use super::fields;
use crate::crypto::SOFTWARE;
use crate::proof::Proof;
use crate::structures::TpmlPcrSelection;
use crate::verify::{Attachment, Certificate, Log, PcrValue, public_area_spki};
use pem_rfc7468::LineEnding;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// The kind of an attachment that is the attestation key's `SubjectPublicKeyInfo`, in a proof that names its key in no other way.
pub(crate) const AK_SPKI: &str = "ak-spki";

/// Files that were written in memory: what comes behind the name that was asked for, and the octets.
#[derive(Debug)]
pub(crate) struct Written(pub(crate) Vec<(&'static str, Vec<u8>)>);

impl Written {
    pub(crate) fn one(bytes: Vec<u8>) -> Self {
        Self(std::vec![("", bytes)])
    }
}

/// A proof, taken apart; what is taken is not lost.
#[derive(Debug)]
pub(crate) struct Parts<'p> {
    pub(super) message: &'p [u8],
    pub(super) signature: &'p [u8],
    values: Vec<PcrValue<'p>>,
    public: Option<&'p [u8]>,
    certificates: Vec<&'p [u8]>,
    logs: Vec<Log<'p>>,
    attachments: Vec<Attachment<'p>>,
    /// The key that stands beside the proof.
    spki: Option<&'p [u8]>,
    key_is_taken: bool,
}

impl<'p> Parts<'p> {
    pub(crate) fn new(proof: &Proof<'p>, spki: Option<&'p [u8]>) -> Self {
        let evidence = proof.evidence();
        let (message, signature) = evidence.attestation.unverified_parts();
        let attachments = evidence.attachments.iter();
        Self {
            message,
            signature,
            values: evidence.pcr_values.iter().collect(),
            public: evidence.key.public,
            certificates: evidence.key.certificates().to_vec(),
            logs: evidence.logs.iter().collect(),
            // The same key stands in `spki` already.
            attachments: attachments.filter(|attachment| spki.is_none() || attachment.kind != AK_SPKI).collect(),
            spki,
            key_is_taken: false,
        }
    }

    /// The first log of a name.
    pub(super) fn log(&mut self, name: &str) -> Option<&'p [u8]> {
        let place = self.logs.iter().position(|log| log.format == name)?;
        Some(self.logs.remove(place).bytes)
    }

    /// The first attachment of a kind.
    pub(super) fn attachment(&mut self, kind: &str) -> Option<&'p [u8]> {
        let place = self.attachments.iter().position(|attachment| attachment.kind == kind)?;
        Some(self.attachments.remove(place).bytes)
    }

    /// The key's certificates, its own first.
    pub(super) fn take_certificates(&mut self) -> Vec<&'p [u8]> {
        core::mem::take(&mut self.certificates)
    }

    /// The key's `TPMT_PUBLIC`.
    pub(super) fn take_public(&mut self) -> Option<&'p [u8]> {
        self.key_is_taken = true;
        self.public.take()
    }

    /// The key's `SubjectPublicKeyInfo`, whatever says it.
    pub(super) fn take_spki(&mut self) -> Result<Vec<u8>, String> {
        self.key_is_taken = true;
        if let Some(public) = self.public {
            return public_area_spki(public, &SOFTWARE).map_err(|error| error.to_string());
        }
        match (self.certificates.first(), self.spki) {
            (Some(der), _) => {
                let certificate = Certificate::from_der(der);
                certificate
                    .map(|found| found.spki().to_owned())
                    .map_err(|error| format!("the key's certificate: {error}"))
            }
            (None, Some(spki)) => Ok(spki.to_owned()),
            (None, None) => Err("the proof names no key".into()),
        }
    }

    /// The signed selection.
    pub(super) fn selection(&self) -> Result<TpmlPcrSelection<'p>, String> {
        let attest = fields::attest("the attestation", self.message)?;
        fields::selection("the attestation", &attest)
    }

    /// The values, in the order of the signed selection, of which none may be missing.
    pub(super) fn digests(&self) -> Result<Vec<&'p [u8]>, String> {
        let mut digests = Vec::new();
        for bank in self.selection()?.iter() {
            for index in bank.indices() {
                let value = self.values.iter().find(|pcr| pcr.bank == bank.hash.0 && usize::from(pcr.index) == index);
                let value =
                    value.ok_or_else(|| format!("the proof lacks the value of PCR {index} of {:?}", bank.hash))?;
                if value.value.len() != bank.hash.digest_size() {
                    return Err(format!("the value of PCR {index} of {:?} is not of the bank's length", bank.hash));
                }
                digests.push(value.value);
            }
        }
        Ok(digests)
    }

    /// The values as `tpm2_quote -F serialized` writes them.
    pub(super) fn serialized(&self) -> Result<Vec<u8>, String> {
        pcr_file::write(&self.selection()?, &self.digests()?)
    }

    /// What nothing was made of.
    pub(crate) fn lost(&self) -> Vec<String> {
        let mut lost = Vec::new();
        match (self.public, self.key_is_taken) {
            (Some(_), true) => lost.push("the key's TPMT_PUBLIC, and with it its Name and attributes".to_string()),
            (Some(_), false) => lost.push("the key's TPMT_PUBLIC".to_string()),
            (None, false) if self.spki.is_some() => lost.push("the key".to_string()),
            _ => {}
        }
        if !self.certificates.is_empty() {
            lost.push(format!("{} certificates of the key", self.certificates.len()));
        }
        lost.extend(self.logs.iter().map(|log| format!("the log {:?}", log.format)));
        lost.extend(
            self.attachments
                .iter()
                .map(|attachment| format!("the attachment {:?} {:?}", attachment.kind, attachment.name)),
        );
        lost
    }
}

/// PEM; what is too large for it is no key and no certificate, and comes out empty.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    pem_rfc7468::encode_string(label, LineEnding::LF, der).unwrap_or_default()
}

/// Text as JSON has it, quotation marks and all.
pub(super) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
