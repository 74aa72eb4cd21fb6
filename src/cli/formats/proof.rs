//! Our own proof, in DER and PEM.

use super::super::keys;
use super::parts::{AK_SPKI, Written};
use super::{Choice, Draft, Source};
use crate::proof::{Proof, ProofBuilder};
use crate::verify::Attachment;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

pub(super) fn fits(source: &Source<'_>) -> bool {
    source.bytes.first() == Some(&0x30) || !source.looks_like_json() && keys::is_pem(source.bytes)
}

/// A proof has one form in DER, and stays what it was octet for octet. A key that is only enclosed stands beside it again.
pub(super) fn read(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let der = if source.bytes.first() == Some(&0x30) {
        source.bytes.to_owned()
    } else {
        match pem_rfc7468::decode_vec(source.bytes) {
            Ok((ProofBuilder::PEM_LABEL, der)) => der,
            Ok((label, _)) => return Err(format!("PEM of a {label:?}, not of a TPM PROOF")),
            Err(error) => return Err(format!("the PEM of the proof is broken: {error}")),
        }
    };
    let proof = Proof::from_der(&der).map_err(|error| format!("the proof cannot be read: {error}"))?;
    let evidence = proof.evidence();
    let mut bare = evidence.attachments.iter().filter(|attachment| attachment.kind == AK_SPKI);
    let keyless = evidence.key.public.is_none() && evidence.key.certificates().is_empty();
    let spki = match (bare.next(), bare.next()) {
        (Some(only), None) if keyless => Some(only.bytes.to_owned()),
        _ => None,
    };
    Ok(Draft { builder: ProofBuilder::from_proof(&proof), spki, notes: Vec::new() })
}

/// Writes a proof. It names its key by `TPMT_PUBLIC` or by certificates: a bare key beside it is enclosed.
pub(super) fn write(proof: &Proof<'_>, spki: Option<&[u8]>, pem: bool) -> Result<(Written, Vec<String>), String> {
    let mut notes = Vec::new();
    let mut builder = ProofBuilder::from_proof(proof);
    let enclosed = proof.evidence().attachments.iter().any(|attachment| attachment.kind == AK_SPKI);
    if let Some(spki) = spki.filter(|_| !enclosed) {
        builder = builder.attachment(Attachment { kind: AK_SPKI, name: "", bytes: spki });
        notes.push(format!(
            "of the key there is only the public key, and nothing of what its TPM lets it do: it is enclosed as {AK_SPKI:?}; \
             tpm2_readpublic -o writes a TPMT_PUBLIC"
        ));
    }
    let bytes = if pem { builder.to_pem().map_err(|error| error.to_string())?.into_bytes() } else { builder.to_der() };
    Ok((Written::one(bytes), notes))
}
