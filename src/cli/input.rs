//! Evidence of any form that is read, as a proof.

use super::args::{EvidenceArguments, SignatureFormat, SignatureScheme};
use super::error::CliError;
use super::keys::{self, KeyFile};
use super::log::whose;
use super::{blindllama, files, pcr_file};
use crate::crypto::HashAlgorithm;
use crate::log::{LogError, TcgLog};
use crate::proof::{Proof, ProofBuilder};
use crate::structures::{TpmAlgId, TpmsAttest, TpmtEccScheme, TpmtPublic, TpmtRsaScheme, TpmuAttest, TpmuPublicParms};
use crate::verify::{Log, LogName, PcrValue, decode_ecdsa_signature};
use crate::wire::{Decode, DecodeError};
use std::borrow::ToOwned;
use std::format;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// A proof in DER, and the bare public key that came beside it, if one did.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) der: Vec<u8>,
    pub(crate) spki: Option<Vec<u8>>,
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

/// Reads what the command line names.
pub(crate) fn read(arguments: &EvidenceArguments) -> Result<Input, CliError> {
    let input = read_proof(arguments)?;
    if arguments.logs.is_empty() {
        return Ok(input);
    }
    let proof = Proof::from_der(&input.der)
        .map_err(|error| CliError::Evidence(format!("the proof cannot be read: {error}")))?;
    let mut builder = ProofBuilder::from_proof(&proof);
    for argument in &arguments.logs {
        let (name, bytes) = read_log(argument, arguments.max_size)?;
        builder = builder.log(Log { format: name.as_str(), bytes: &bytes });
    }
    let der = builder.to_der();
    Ok(Input { der, ..input })
}

/// `NAME=FILE`, or a file that says whose log it is: an application's has measurements only, and a firmware's none.
pub(crate) fn read_log(argument: &str, max_size: u64) -> Result<(LogName, Vec<u8>), CliError> {
    let named = argument.split_once('=').and_then(|(name, path)| Some((LogName::by_name(name)?, path)));
    let path = Path::new(named.map_or(argument, |(_, path)| path));
    if let (None, Some((name, _)), false) = (named, argument.split_once('='), path.exists()) {
        let known: Vec<&str> = LogName::ALL.iter().map(|name| name.as_str()).collect();
        return Err(CliError::Misuse(format!("--log has {name:?}, which is no log; known are {}", known.join(", "))));
    }
    let bytes = files::read(path, max_size)?;
    let evidence = |error: LogError| CliError::Evidence(format!("{} is no log: {error}", path.display()));
    if let Some((name, _)) = named {
        name.decode(&bytes).map_err(evidence)?;
        return Ok((name, bytes));
    }
    let name = whose(&TcgLog::from_bytes(&bytes).map_err(evidence)?).ok_or_else(|| {
        let path = path.display();
        CliError::Evidence(format!(
            "{path} does not say whose log it is; say so with --log firmware={path} or --log application={path}"
        ))
    })?;
    Ok((name, bytes))
}

fn read_proof(arguments: &EvidenceArguments) -> Result<Input, CliError> {
    match (&arguments.proof, &arguments.message, &arguments.signature, &arguments.ak) {
        (Some(path), ..) => from_bytes(&files::read(path, arguments.max_size)?, path),
        (None, Some(message), Some(signature), Some(ak)) => from_parts(arguments, message, signature, ak),
        _ => Err(CliError::Misuse("give a PROOF, or --message, --signature and --ak".into())),
    }
}

/// A proof in DER or PEM, or a foreign document.
pub(crate) fn from_bytes(bytes: &[u8], path: &Path) -> Result<Input, CliError> {
    let evidence = |reason: String| CliError::Evidence(format!("{}: {reason}", path.display()));
    let spki = None;
    match bytes.trim_ascii_start().first() {
        None => Err(evidence("the file is empty".into())),
        Some(b'{') => blindllama::convert(bytes).map(|der| Input { der, spki }).map_err(evidence),
        Some(0x30) if bytes.first() == Some(&0x30) => Ok(Input { der: bytes.to_owned(), spki }),
        _ if keys::is_pem(bytes) => match pem_rfc7468::decode_vec(bytes) {
            Ok((ProofBuilder::PEM_LABEL, der)) => Ok(Input { der, spki }),
            Ok((label, _)) => Err(evidence(format!("PEM of a {label:?}, not of a TPM PROOF"))),
            Err(error) => Err(evidence(format!("the PEM of the proof is broken: {error}"))),
        },
        _ => Err(evidence(
            "this is no proof: neither DER, nor PEM of a TPM PROOF, nor the JSON of BlindLlama v2 (files of tpm2_quote are \
             given by --message, --signature, --pcrs and --ak)"
                .into(),
        )),
    }
}

/// The files that `tpm2_quote` writes.
fn from_parts(arguments: &EvidenceArguments, message: &Path, signature: &Path, ak: &Path) -> Result<Input, CliError> {
    let (message_path, signature_path) = (message.display(), signature.display());
    let message = files::read(message, arguments.max_size)?;
    let attest = TpmsAttest::from_bytes(&message)
        .map_err(|error| CliError::Evidence(format!("{message_path} is no TPMS_ATTEST: {error}")))?;
    let key = keys::read(ak, CliError::Evidence)?;
    let signature = files::read(signature, arguments.max_size)?;
    let signature = match arguments.signature_format {
        SignatureFormat::Tss => signature,
        SignatureFormat::Plain => from_plain(&signature, plain_scheme(arguments, &key)?)
            .ok_or_else(|| CliError::Evidence(format!("{signature_path} is no plain signature of that scheme")))?,
    };
    let mut builder = ProofBuilder::new(&message, &signature);
    if let Some(path) = &arguments.pcrs {
        let file = files::read(path, files::SMALL)?;
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
    Ok(Input { der: builder.to_der(), spki })
}

/// Scheme and hash of a plain signature: of the public area, or else as the command line says.
fn plain_scheme(arguments: &EvidenceArguments, key: &KeyFile) -> Result<(TpmAlgId, TpmAlgId), CliError> {
    let scheme = arguments.signature_scheme.map(|scheme| match scheme {
        SignatureScheme::Rsassa => TpmAlgId::RSASSA,
        SignatureScheme::Rsapss => TpmAlgId::RSAPSS,
        SignatureScheme::Ecdsa => TpmAlgId::ECDSA,
    });
    let hash = match &arguments.signature_hash {
        None => None,
        Some(name) => match HashAlgorithm::ALL.iter().find(|hash| hash.name() == name) {
            Some(hash) => Some(TpmAlgId::from(*hash)),
            None => {
                return Err(CliError::Misuse(format!(
                    "--signature-hash {name:?} is none of sha1, sha256, sha384, sha512, sha3_256, sha3_384 and sha3_512"
                )));
            }
        },
    };
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
