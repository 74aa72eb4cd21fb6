//! The forms of evidence, and the table of them; a file a form. Reading believes nothing. What comes out of foreign evidence is a proof like
//! any other; evidence of other kinds stays what it is.

mod aicert;
mod blindllama;
mod cbor;
mod coco;
mod fields;
mod go_attestation;
mod go_tpm_tools;
mod keylime;
mod keylime_push;
mod parts;
mod proof;
mod protobuf;
mod refused;
mod source;
mod tpm2_quote;
mod veraison;

use parts::{Parts, Written};
pub(crate) use source::Source;

use super::error::CliError;
use super::input::Evidence;
use super::kinds::Kind;
use crate::crypto::HashAlgorithm;
use crate::proof::{Proof, ProofBuilder};
use clap::ValueEnum;
use std::borrow::ToOwned;
use std::format;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// A form that evidence has; the names are those of `--as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A proof, in DER or PEM
    Proof,
    /// `BlindLlama` v2's attestation.json
    #[value(name = "blindllama-v2")]
    BlindLlamaV2,
    /// What `BlindLlama` v1 serves under /aTLS
    #[value(name = "blindllama-v1")]
    BlindLlamaV1,
    /// `AICert`'s proof
    #[value(name = "aicert")]
    AiCert,
    /// go-tpm-tools' attest.Attestation, as binary protobuf
    GoTpmTools,
    /// go-attestation's dump of a machine, in JSON
    GoAttestation,
    /// Confidential Containers' evidence of a TPM
    CocoTpm,
    /// Confidential Containers' evidence of Azure's confidential machines, SEV-SNP or TDX
    CocoAzVtpm,
    /// Keylime's quote, as a string or in the agent's answer
    Keylime,
    /// Evidence of Keylime's push model
    KeylimePush,
    /// Veraison's `EnactTrust` token
    #[value(name = "enacttrust")]
    EnactTrust,
    /// Veraison's token of Parsec's TPM provider, in CBOR
    ParsecTpm,
    /// An attestation document of AWS's NitroTPM, which is no proof and makes none
    #[value(name = "nitrotpm")]
    NitroTpm,
    /// An attestation object of WebAuthn, of the format tpm, which is no proof and makes none
    Webauthn,
}

/// What `convert --to` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// A proof in DER
    Proof,
    /// A proof in PEM
    ProofPem,
    /// The files of `tpm2_quote`: OUTPUT.msg, .sig, .pcrs, .pem, and .pub and .chain.pem where the proof has those
    Tpm2Quote,
    /// `BlindLlama` v2's attestation.json
    #[value(name = "blindllama-v2")]
    BlindLlamaV2,
    /// go-tpm-tools' attest.Attestation, as binary protobuf
    GoTpmTools,
    /// Confidential Containers' evidence of a TPM
    CocoTpm,
    /// Keylime's quote string
    Keylime,
}

/// What a document turned out to hold.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) builder: ProofBuilder,
    /// A bare public key, where the document names one.
    pub(crate) spki: Option<Vec<u8>>,
    /// What was chosen, and what was left.
    pub(crate) notes: Vec<String>,
}

impl From<ProofBuilder> for Draft {
    fn from(builder: ProofBuilder) -> Self {
        Self { builder, ..Self::default() }
    }
}

/// Where a document leaves a choice.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choice {
    /// The bank whose quote is wanted.
    pub(crate) bank: Option<HashAlgorithm>,
}

/// One line of the table.
enum Reader {
    /// Of what becomes a proof.
    Proof {
        /// Whether a document has this form's shape: by its first octets, or by its members.
        fits: fn(&Source<'_>) -> bool,
        /// Reads all of it.
        read: fn(&Source<'_>, Choice) -> Result<Draft, String>,
    },
    /// Of evidence of another kind.
    Other(Kind),
}

impl Format {
    fn reader(self) -> Reader {
        match self {
            Self::Proof => Reader::Proof { fits: proof::fits, read: proof::read },
            Self::BlindLlamaV2 => Reader::Proof { fits: blindllama::fits, read: blindllama::read },
            Self::BlindLlamaV1 => Reader::Proof { fits: aicert::fits_blindllama, read: aicert::read_blindllama },
            Self::AiCert => Reader::Proof { fits: aicert::fits, read: aicert::read },
            Self::GoTpmTools => Reader::Proof { fits: go_tpm_tools::fits, read: go_tpm_tools::read },
            Self::GoAttestation => Reader::Proof { fits: go_attestation::fits, read: go_attestation::read },
            Self::CocoTpm => Reader::Proof { fits: coco::fits_tpm, read: coco::read_tpm },
            Self::CocoAzVtpm => Reader::Proof { fits: coco::fits_azure, read: coco::read_azure },
            Self::Keylime => Reader::Proof { fits: keylime::fits, read: keylime::read },
            Self::KeylimePush => Reader::Proof { fits: keylime_push::fits, read: keylime_push::read },
            Self::EnactTrust => Reader::Proof { fits: veraison::fits_enacttrust, read: veraison::read_enacttrust },
            Self::ParsecTpm => Reader::Proof { fits: veraison::fits_parsec, read: veraison::read_parsec },
            Self::NitroTpm => Reader::Other(Kind::NitroTpm),
            Self::Webauthn => Reader::Other(Kind::Webauthn),
        }
    }

    fn fits(self, source: &Source<'_>) -> bool {
        match self.reader() {
            Reader::Proof { fits, .. } => fits(source),
            Reader::Other(kind) => kind.fits(source.bytes),
        }
    }

    fn read(self, source: &Source<'_>, choice: Choice) -> Result<Evidence, String> {
        match self.reader() {
            Reader::Proof { read, .. } => read(source, choice).map(|draft| Evidence::Proof(draft.into())),
            Reader::Other(kind) => kind.read(source.bytes).map(|()| Evidence::Other(kind, source.bytes.to_owned())),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
    }
}

/// Reads evidence of the form that is named, or of the one form that it has.
pub(crate) fn read(bytes: &[u8], path: &Path, format: Option<Format>, choice: Choice) -> Result<Evidence, CliError> {
    let evidence = |reason: String| CliError::Evidence(format!("{}: {reason}", path.display()));
    if bytes.trim_ascii().is_empty() {
        return Err(evidence("the file is empty".into()));
    }
    let source = Source::new(bytes);
    let read = |format: Format| format.read(&source, choice);
    let read = match format {
        Some(format) => read(format).map_err(|reason| format!("it is no {}: {reason}", format.name())),
        None => detect(&source, read),
    };
    read.map_err(evidence)
}

/// The one form of which the document is whole: one that fits no shape, or several, is not guessed at.
fn detect(source: &Source<'_>, read: impl Fn(Format) -> Result<Evidence, String>) -> Result<Evidence, String> {
    if let Some(reason) = refused::reason(source) {
        return Err(reason);
    }
    let fitting = Format::value_variants().iter().filter(|format| format.fits(source));
    let mut whole = Vec::new();
    let mut reasons = Vec::new();
    for format in fitting {
        match read(*format) {
            Ok(evidence) => whole.push((*format, evidence)),
            Err(reason) => reasons.push((*format, reason)),
        }
    }
    let names: Vec<String> = whole.iter().map(|(format, _)| format.name()).collect();
    match (whole.pop(), names.len(), reasons.pop()) {
        (Some((_, evidence)), 1, _) => Ok(evidence),
        (Some(_), ..) => Err(format!("it could be {}; say which with --as", names.join(" or "))),
        (None, _, Some((format, reason))) if reasons.is_empty() => Err(format!("it is no {}: {reason}", format.name())),
        (None, _, Some(last)) => {
            reasons.push(last);
            let all: Vec<String> =
                reasons.iter().map(|(format, reason)| format!("no {}: {reason}", format.name())).collect();
            Err(format!("it is {}; say with --as which of them it is meant to be", all.join("; ")))
        }
        (None, _, None) => Err(unknown(source)),
    }
}

/// Nothing fits: where it looks like JSON, that may be why.
fn unknown(source: &Source<'_>) -> String {
    if let Err(reason) = source.json()
        && source.looks_like_json()
    {
        return reason;
    }
    let known: Vec<String> = Format::value_variants().iter().map(|format| format.name()).collect();
    format!(
        "this is no evidence of a form that is known: {}; --as says what it is meant to be (files of tpm2_quote are given \
         by --message, --signature, --pcrs and --ak)",
        known.join(", ")
    )
}

/// Writes a proof, and says what there is to know: above all what of it the form has no place for.
pub(crate) fn write(target: Target, proof: &Proof<'_>, spki: Option<&[u8]>) -> Result<(Written, Vec<String>), String> {
    let mut parts = Parts::new(proof, spki);
    let written = match target {
        Target::Proof => return proof::write(proof, spki, false),
        Target::ProofPem => return proof::write(proof, spki, true),
        Target::Tpm2Quote => tpm2_quote::write(&mut parts),
        Target::BlindLlamaV2 => blindllama::write(&mut parts),
        Target::GoTpmTools => go_tpm_tools::write(&mut parts),
        Target::CocoTpm => coco::write(&mut parts),
        Target::Keylime => keylime::write(&mut parts),
    };
    let lost = parts.lost().into_iter().map(|part| format!("lost, since the form has no place for it: {part}"));
    written.map(|written| (written, lost.collect()))
}
