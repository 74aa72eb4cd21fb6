//! Evidence that is no proof: documents of NitroTPM, and attestation objects of WebAuthn. Both are CBOR.

use super::args::VerifyArguments;
use super::error::CliError;
use super::freshness::challenge;
use super::host::Host;
use super::{client_data, files, log_file};
use crate::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use crate::verify::{
    AttestationObject, ClientData, Log, LogName, Logs, NitroTpmDocument, Policy, Rejection, Report, RevocationList,
    Time, verify_nitrotpm, verify_webauthn,
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

impl Kind {
    /// Whether a document has the shape, broken or not: the head of `COSE_Sign1` and its first item, or of a map and its first key.
    pub(crate) fn fits(self, bytes: &[u8]) -> bool {
        match self {
            Self::NitroTpm => matches!(bytes.strip_prefix(&[0xd2]).unwrap_or(bytes), [0x84, 0x40..=0x5b, ..]),
            Self::Webauthn => match bytes {
                [0xa0..=0xb7, rest @ ..] => ATTESTATION_KEYS.iter().any(|key| rest.starts_with(key)),
                _ => false,
            },
        }
    }

    /// Reads all of a document, which is judged later.
    pub(crate) fn read(self, bytes: &[u8]) -> Result<(), String> {
        match self {
            Self::NitroTpm => nitrotpm(bytes).map(|_| ()),
            Self::Webauthn => webauthn(bytes).map(|_| ()),
        }
    }
}

fn nitrotpm(bytes: &[u8]) -> Result<NitroTpmDocument<'_>, String> {
    NitroTpmDocument::from_cbor(bytes).map_err(|error| format!("the document of NitroTPM cannot be read: {error}"))
}

fn webauthn(bytes: &[u8]) -> Result<AttestationObject<'_>, String> {
    let object = AttestationObject::from_cbor(bytes);
    object.map_err(|error| format!("the attestation object of WebAuthn cannot be read: {error}"))
}

/// Evidence with what stands beside it.
#[derive(Debug)]
pub(crate) struct OtherEvidence {
    kind: Kind,
    bytes: Vec<u8>,
    logs: Vec<(LogName, Vec<u8>)>,
    client_data: Vec<u8>,
    nonce: Vec<u8>,
}

impl OtherEvidence {
    /// Reads what the command line names beside evidence of this kind.
    pub(crate) fn read(
        host: &dyn Host,
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
        let logs = given.map(|log| log_file::read(host, log, size)).collect::<Result<Vec<_>, _>>()?.concat();
        let client_data = match (kind, &arguments.client_data) {
            (Kind::Webauthn, Some(path)) => files::read(host, path, files::SMALL)?,
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
        lists: &[RevocationList<'_>],
        time: Time,
        then: impl FnOnce(Result<Report<'_>, Rejection<'_>>) -> T,
    ) -> Result<T, String> {
        let challenge = challenge(&self.nonce).map_err(|error| format!("{error}"))?;
        if self.kind == Kind::NitroTpm {
            let document = nitrotpm(&self.bytes)?.with_revocation_lists(lists);
            let logs: Vec<Log<'_>> =
                self.logs.iter().map(|(name, bytes)| Log { format: name.as_str(), bytes }).collect();
            return Ok(then(verify_nitrotpm(&document, &Logs::new(&logs), policy, &challenge, time, &SOFTWARE)));
        }
        let object = webauthn(&self.bytes)?.with_revocation_lists(lists);
        let origin = client_data::origin(&self.client_data, &self.nonce)?;
        let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&self.client_data[..]].into_iter());
        let sha256 = digest.ok().and_then(|digest| digest.as_bytes().try_into().ok());
        let sha256 = sha256.ok_or_else(|| String::from("SHA-256 is not available"))?;
        let client = ClientData::read_by_caller(sha256, challenge, &origin);
        Ok(then(verify_webauthn(&object, &client, policy, time, &SOFTWARE)))
    }
}

/// The keys of an attestation object, any of which may stand first.
const ATTESTATION_KEYS: [&[u8]; 3] = [b"\x63fmt", b"\x67attStmt", b"\x68authData"];
