//! Evidence that is no proof: documents of NitroTPM, and attestation objects of WebAuthn. Both are CBOR.

use super::args::VerifyArguments;
use super::error::CliError;
use super::freshness::challenge;
use super::{client_data, files, input};
use crate::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use crate::verify::{
    AttestationObject, ClientData, Log, LogName, Logs, NitroTpmDocument, Policy, Rejection, Report, verify_nitrotpm,
    verify_webauthn,
};
use std::format;
use std::string::String;
use std::vec::Vec;

/// What is not a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    NitroTpm,
    Webauthn,
}

/// The kind of evidence, by its first octet: an array of four or its tag, or a map of three. A proof is a SEQUENCE.
pub(crate) fn of(bytes: &[u8]) -> Option<Kind> {
    match bytes.first() {
        Some(0x84 | 0xd2) => Some(Kind::NitroTpm),
        Some(0xa3) => Some(Kind::Webauthn),
        _ => None,
    }
}

/// Where only proofs will do.
pub(crate) fn refuse(bytes: &[u8]) -> Result<(), CliError> {
    match of(bytes) {
        None => Ok(()),
        Some(_) => Err(CliError::Evidence(
            "this is a document of NitroTPM or a WebAuthn statement, and no proof; tpmproof verify and tpmproof show read it".into(),
        )),
    }
}

/// Evidence with what stands beside it.
#[derive(Debug)]
pub(crate) struct Foreign {
    kind: Kind,
    bytes: Vec<u8>,
    logs: Vec<(LogName, Vec<u8>)>,
    client_data: Vec<u8>,
    nonce: Vec<u8>,
}

impl Foreign {
    /// Reads what the command line names beside evidence of this kind.
    pub(crate) fn read(
        kind: Kind,
        bytes: Vec<u8>,
        arguments: &VerifyArguments,
        nonce: &[u8],
    ) -> Result<Self, CliError> {
        let misuse = |reason: &str| Err(CliError::Misuse(reason.into()));
        if !arguments.intermediate.is_empty() || !arguments.asked.evidence.attach.is_empty() {
            return misuse("--intermediate and --attach add to a proof, and this evidence is none");
        }
        let given = arguments.asked.evidence.logs.iter();
        let size = arguments.asked.evidence.max_size;
        let logs: Vec<_> = given.map(|log| input::read_log(log, size)).collect::<Result<_, _>>()?;
        let client_data = match (kind, &arguments.client_data) {
            (Kind::Webauthn, Some(path)) => files::read(path, files::SMALL)?,
            (Kind::Webauthn, None) => {
                return misuse("a WebAuthn statement is signed for its client data; give them with --client-data");
            }
            (Kind::NitroTpm, Some(_)) => return misuse("--client-data goes with a WebAuthn statement"),
            (Kind::NitroTpm, None) => Vec::new(),
        };
        if kind == Kind::Webauthn && !logs.is_empty() {
            return misuse("--log goes with PCRs, of which a WebAuthn statement says nothing");
        }
        Ok(Self { kind, bytes, logs, client_data, nonce: nonce.to_vec() })
    }

    /// Verifies it, and prints what came of it by `then`; a reason where it cannot be read.
    pub(crate) fn verify<T>(
        &self,
        policy: &Policy<'_>,
        arguments: &VerifyArguments,
        then: impl FnOnce(Result<Report<'_>, Rejection<'_>>) -> T,
    ) -> Result<T, String> {
        let time = arguments.asked.time();
        let challenge = challenge(&self.nonce).map_err(|error| format!("{error}"))?;
        if self.kind == Kind::NitroTpm {
            let document = NitroTpmDocument::from_cbor(&self.bytes)
                .map_err(|error| format!("the document of NitroTPM cannot be read: {error}"))?;
            let logs: Vec<Log<'_>> =
                self.logs.iter().map(|(name, bytes)| Log { format: name.as_str(), bytes }).collect();
            return Ok(then(verify_nitrotpm(&document, &Logs::new(&logs), policy, &challenge, time, &SOFTWARE)));
        }
        let object = AttestationObject::from_cbor(&self.bytes)
            .map_err(|error| format!("the attestation object of WebAuthn cannot be read: {error}"))?;
        let origin = client_data::origin(&self.client_data, &self.nonce)?;
        let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&self.client_data[..]].into_iter());
        let sha256 = digest.ok().and_then(|digest| digest.as_bytes().try_into().ok());
        let sha256 = sha256.ok_or_else(|| String::from("SHA-256 is not available"))?;
        let client = ClientData::read_by_caller(sha256, challenge, &origin);
        Ok(then(verify_webauthn(&object, &client, policy, time, &SOFTWARE)))
    }
}
