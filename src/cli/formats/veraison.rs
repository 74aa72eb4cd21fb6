//! Tokens that Veraison takes: of `EnactTrust`'s TPM, and of Parsec's TPM provider. Both name the key by an identifier alone, and have no PCR
//! values: a policy pins the key, and knows the digest.

use super::cbor::{self, Cbor};
use super::fields::{attest, selection};
use super::{Choice, Draft, Source};
use crate::proof::ProofBuilder;
use crate::structures::TpmtSignature;
use crate::verify::Attachment;
use crate::wire::Decode;
use std::format;
use std::string::String;

/// A UUID, a `TPM2B_ATTEST`, a `TPMT_SIGNATURE`.
pub(super) fn fits_enacttrust(source: &Source<'_>) -> bool {
    source.bytes.get(18..22) == Some(b"\xffTCG")
}

pub(super) fn read_enacttrust(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let short = || String::from("it is shorter than a node's identifier and a quote");
    let (node, rest) = source.bytes.split_at_checked(16).ok_or_else(short)?;
    let (size, rest) = rest.split_first_chunk::<2>().ok_or_else(short)?;
    let (message, signature) = rest.split_at_checked(u16::from_be_bytes(*size).into()).ok_or_else(short)?;
    let builder = quote("the token", message, signature)?;
    Ok(named(builder.attachment(Attachment { kind: "node-id", name: "", bytes: node })))
}

pub(super) fn fits_parsec(source: &Source<'_>) -> bool {
    matches!(cbor::parse(source.bytes), Ok(Cbor::Map(members)) if members.iter().any(|(key, _)| *key == "pat"))
}

/// `pat` is the quote. `kat` is an attestation of another key, which is only enclosed.
pub(super) fn read_parsec(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let token = cbor::parse(source.bytes)?;
    let [key, platform] = token.members("the token", ["kat", "pat"])?;
    let [version, signature, id, info] = platform.members("pat", ["tpmVer", "sig", "kid", "attestInfo"])?;
    if *version != Cbor::Text("2.0") {
        return Err("pat is of a TPM other than 2.0".into());
    }
    let mut builder = quote("pat.attestInfo", info.octets("pat.attestInfo")?, signature.octets("pat.sig")?)?;
    let [_, signature, certifier, public, info] =
        key.members("kat", ["tpmVer", "sig", "kid", "pubArea", "certInfo"])?;
    for (kind, value) in [
        ("key-id", id),
        ("certified-public", public),
        ("certify-attest", info),
        ("certify-signature", signature),
        ("certify-key-id", certifier),
    ] {
        builder = builder.attachment(Attachment { kind, name: "", bytes: value.octets(kind)? });
    }
    Ok(named(builder))
}

fn quote(what: &str, message: &[u8], signature: &[u8]) -> Result<ProofBuilder, String> {
    selection(what, &attest(what, message)?)?;
    TpmtSignature::from_bytes(signature).map_err(|error| format!("its signature is no TPMT_SIGNATURE: {error}"))?;
    Ok(ProofBuilder::new(message, signature))
}

fn named(builder: ProofBuilder) -> Draft {
    let mut draft = Draft::from(builder);
    let note = "the token has neither its key nor PCR values: a policy pins the key itself (key.pinned_files) and has quote.pcr_digest";
    draft.notes.push(note.into());
    draft
}
