//! Evidence of any form that is read: as a proof, or as what else it is.

use super::args::{EvidenceArguments, SignatureFormat, SignatureScheme};
use super::error::CliError;
use super::formats::{Choice, Draft, Format};
use super::host::Host;
use super::keys::{self, KeyFile};
use super::kinds::Kind;
use super::{attachment, files, formats, log_file, pcr_file, policy_text};
use crate::crypto::HashAlgorithm;
use crate::proof::{Proof, ProofBuilder};
use crate::structures::{TpmAlgId, TpmsAttest, TpmtEccScheme, TpmtPublic, TpmtRsaScheme, TpmuAttest, TpmuPublicParms};
use crate::verify::{Attachment, Log, PcrValue, decode_ecdsa_signature};
use crate::wire::{Decode, DecodeError};
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// What was read.
#[derive(Debug)]
pub(crate) enum Evidence {
    /// A proof, or what was made one.
    Proof(Input),
    /// Evidence of another kind, whole, in CBOR.
    Other(Kind, Vec<u8>),
}

impl Evidence {
    /// Where only proofs will do.
    pub(crate) fn into_proof(self) -> Result<Input, CliError> {
        match self {
            Self::Proof(input) => Ok(input),
            Self::Other(..) => Err(CliError::Evidence(
                "this is a document of NitroTPM or a WebAuthn statement, and no proof; tpmproof verify and tpmproof show read it".into(),
            )),
        }
    }
}

/// A proof in DER, the bare public key that came beside it, if one did, and what to say of the reading.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) der: Vec<u8>,
    pub(crate) spki: Option<Vec<u8>>,
    pub(crate) notes: Vec<String>,
}

impl From<Draft> for Input {
    fn from(draft: Draft) -> Self {
        Self { der: draft.builder.to_der(), spki: draft.spki, notes: draft.notes }
    }
}

impl Input {
    pub(crate) fn proof(&self) -> Result<Proof<'_>, DecodeError> {
        let proof = Proof::from_der(&self.der)?;
        Ok(match &self.spki {
            Some(spki) => proof.with_key(spki),
            None => proof,
        })
    }
}

/// Reads what the command line names, and says on `notes` what was chosen. Logs and attachments are put into a proof alone.
pub(crate) fn read(
    host: &dyn Host,
    arguments: &EvidenceArguments,
    notes: &mut dyn Write,
) -> Result<Evidence, CliError> {
    let input = match read_named(host, arguments)? {
        Evidence::Proof(input) => input,
        other @ Evidence::Other(..) => return Ok(other),
    };
    for note in &input.notes {
        let _ = writeln!(notes, "note: {note}");
    }
    if arguments.logs.is_empty() && arguments.attach.is_empty() {
        return Ok(Evidence::Proof(input));
    }
    let proof = Proof::from_der(&input.der)
        .map_err(|error| CliError::Evidence(format!("the proof cannot be read: {error}")))?;
    let mut builder = ProofBuilder::from_proof(&proof);
    for argument in &arguments.logs {
        for (name, bytes) in log_file::read(host, argument, arguments.max_size)? {
            builder = builder.log(Log { format: name.as_str(), bytes: &bytes });
        }
    }
    for argument in &arguments.attach {
        let (kind, name, bytes) = attachment::read(host, argument)?;
        builder = builder.attachment(Attachment { kind: &kind, name: &name, bytes: &bytes });
    }
    let der = builder.to_der();
    Ok(Evidence::Proof(Input { der, ..input }))
}

fn read_named(host: &dyn Host, arguments: &EvidenceArguments) -> Result<Evidence, CliError> {
    match (&arguments.proof, &arguments.message, &arguments.signature, &arguments.ak) {
        (Some(path), ..) => {
            let choice = Choice { bank: arguments.bank.as_deref().map(bank).transpose()? };
            formats::read(&files::read(host, path, arguments.max_size)?, path, arguments.format, choice)
        }
        (None, Some(message), Some(signature), Some(ak)) => {
            from_parts(host, arguments, message, signature, ak).map(Evidence::Proof)
        }
        _ => Err(CliError::Misuse("give a PROOF, or --message, --signature and --ak".into())),
    }
}

/// A proof in DER or PEM, or a foreign document of whatever form.
pub(crate) fn from_bytes(bytes: &[u8], path: &Path) -> Result<Input, CliError> {
    formats::read(bytes, path, None::<Format>, Choice::default())?.into_proof()
}

fn bank(name: &str) -> Result<HashAlgorithm, CliError> {
    policy_text::hash(name).map_err(|reason| CliError::Misuse(format!("--bank: {reason}")))
}

/// The files that `tpm2_quote` writes.
fn from_parts(
    host: &dyn Host,
    arguments: &EvidenceArguments,
    message: &Path,
    signature: &Path,
    ak: &Path,
) -> Result<Input, CliError> {
    let (message_path, signature_path) = (message.display(), signature.display());
    let message = files::read(host, message, arguments.max_size)?;
    let attest = TpmsAttest::from_bytes(&message)
        .map_err(|error| CliError::Evidence(format!("{message_path} is no TPMS_ATTEST: {error}")))?;
    let key = keys::read(host, ak, CliError::Evidence)?;
    let signature = files::read(host, signature, arguments.max_size)?;
    let signature = match arguments.signature_format {
        SignatureFormat::Tss => signature,
        SignatureFormat::Plain => from_plain(&signature, plain_scheme(arguments, &key)?)
            .ok_or_else(|| CliError::Evidence(format!("{signature_path} is no plain signature of that scheme")))?,
    };
    let mut builder = ProofBuilder::new(&message, &signature);
    if let Some(path) = &arguments.pcrs {
        let file = files::read(host, path, files::SMALL)?;
        let evidence = |reason: String| CliError::Evidence(format!("{}: {reason}", path.display()));
        let TpmuAttest::Quote(info) = &attest.attested else {
            return Err(evidence("the message is no quote, and so covers no PCR values".into()));
        };
        for (bank, index, value) in pcr_file::read(&file, &info.pcr_select).map_err(evidence)? {
            builder = builder.pcr(PcrValue { bank, index, value: &value });
        }
    }
    let mut spki = None;
    match key {
        KeyFile::Public(public) => builder = builder.key_public(&public),
        KeyFile::Spki(der) => spki = Some(der),
        KeyFile::Certificates(chain) => {
            builder = chain.iter().fold(builder, |builder, der| builder.certificate(der));
        }
    }
    Ok(Input { der: builder.to_der(), spki, notes: Vec::new() })
}

/// Scheme and hash of a plain signature: of the public area, or else as the command line says.
fn plain_scheme(arguments: &EvidenceArguments, key: &KeyFile) -> Result<(TpmAlgId, TpmAlgId), CliError> {
    let scheme = arguments.signature_scheme.map(|scheme| match scheme {
        SignatureScheme::Rsassa => TpmAlgId::RSASSA,
        SignatureScheme::Rsapss => TpmAlgId::RSAPSS,
        SignatureScheme::Ecdsa => TpmAlgId::ECDSA,
    });
    let hash = arguments.signature_hash.as_deref().map(policy_text::hash).transpose();
    let hash = hash.map_err(|reason| CliError::Misuse(format!("--signature-hash: {reason}")))?.map(TpmAlgId::from);
    let own = match key {
        KeyFile::Public(public) => own_scheme(public),
        _ => None,
    };
    match (scheme.or(own.map(|own| own.0)), hash.or(own.map(|own| own.1))) {
        (Some(scheme), Some(hash)) => Ok((scheme, hash)),
        _ => Err(CliError::Misuse(
            "a plain signature does not say how it was made; give --signature-scheme and --signature-hash".into(),
        )),
    }
}

fn own_scheme(public: &[u8]) -> Option<(TpmAlgId, TpmAlgId)> {
    match TpmtPublic::from_bytes(public).ok()?.parameters {
        TpmuPublicParms::Rsa(rsa) => match rsa.scheme {
            TpmtRsaScheme::Rsassa(scheme) => Some((TpmAlgId::RSASSA, scheme.hash_alg.0)),
            TpmtRsaScheme::Rsapss(scheme) => Some((TpmAlgId::RSAPSS, scheme.hash_alg.0)),
            _ => None,
        },
        TpmuPublicParms::Ecc(ecc) => match ecc.scheme {
            TpmtEccScheme::Ecdsa(scheme) => Some((TpmAlgId::ECDSA, scheme.hash_alg.0)),
            _ => None,
        },
        _ => None,
    }
}

/// A `TPMT_SIGNATURE` of a plain signature: bare RSA bytes, or ECDSA in DER.
fn from_plain(signature: &[u8], (scheme, hash): (TpmAlgId, TpmAlgId)) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut sized = |bytes: &[u8]| {
        out.extend(u16::try_from(bytes.len()).ok()?.to_be_bytes());
        out.extend_from_slice(bytes);
        Some(())
    };
    if scheme == TpmAlgId::ECDSA {
        let (r, s) = decode_ecdsa_signature(signature).ok()?;
        sized(r)?;
        sized(s)?;
    } else {
        sized(signature)?;
    }
    Some([&scheme.0.to_be_bytes(), &hash.0.to_be_bytes(), &out[..]].concat())
}
