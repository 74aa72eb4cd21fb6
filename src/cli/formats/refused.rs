//! What is known and refused: it is named, so that nobody looks for an error where there is none.

use super::super::{hex, json::Json};
use super::Source;
use std::string::String;
use std::vec::Vec;

/// Why the document is no evidence of a TPM 2.0, where that is known.
pub(super) fn reason(source: &Source<'_>) -> Option<String> {
    let words = if is_compressed(source.bytes) {
        "it is compressed, and compressed evidence is not read; unpack it first"
    } else if is_tdx(source.bytes) || member(source, "quote").is_some_and(|quote| is_tdx(&quote)) {
        "it is a TDX quote, not a TPM's: Intel's module measured the machine, and this tool judges TPM 2.0 quotes"
    } else if is_snp(source.bytes) {
        "it is an SEV-SNP report, not a TPM's quote: AMD's processor measured the machine, and this tool judges TPM 2.0 quotes"
    } else if member(source, "attestation").is_some_and(|inner| inner.first_chunk::<2>() == Some(&[0, 0])) {
        "it is dstack's evidence of a TDX machine, not a TPM's quote"
    } else if member(source, "attestation").is_some_and(|inner| inner.first_chunk::<2>() == Some(&[0, 3])) {
        "it is dstack's evidence of an SEV-SNP machine, not a TPM's quote"
    } else if source.has(&["node-id", "firmware", "digest"]) {
        "it is a description of an EnactTrust token, without a signature; give the token itself"
    } else if source.has(&["data.attributes.evidence_supported"]) {
        "it is an offer of Keylime's push model: it says what an agent could prove, and has no quote"
    } else if source.bytes.starts_with(b"\xffTCG") {
        "it is a TPMS_ATTEST alone; give it by --message, and --signature, --pcrs and --ak with it"
    } else if source.has(&["keys", "vm-configuration"]) {
        "it is the runtime data of an HCL report of Azure's, and has no quote"
    } else if source.looks_like_json() && source.json().is_err() && source.bytes.windows(3).any(|at| at == b" h'") {
        "it is CBOR in its diagnostic notation; give the CBOR itself"
    } else if source.line().is_none() && is_textproto(source.bytes) {
        "it is the text form of a protobuf; write the binary one (gotpm attest --format binarypb)"
    } else {
        return None;
    };
    Some(words.into())
}

/// The octets of a member in hexadecimal digits.
fn member(source: &Source<'_>, name: &str) -> Option<Vec<u8>> {
    match source.find(name) {
        Some(Json::Text(text)) => hex::decode(text),
        _ => None,
    }
}

/// By its first octets: gzip, zlib, Zstandard, xz, bzip2 or ZIP.
pub(super) fn is_compressed(bytes: &[u8]) -> bool {
    let starts: [&[u8]; 8] = [
        b"\x1f\x8b\x08",
        b"\x78\x01",
        b"\x78\x9c",
        b"\x78\xda",
        b"\x28\xb5\x2f\xfd",
        b"\xfd7zXZ\0",
        b"BZh",
        b"PK\x03\x04",
    ];
    starts.iter().any(|start| bytes.starts_with(start))
}

/// A quote of Intel's, version 4 or 5, of a TD.
fn is_tdx(bytes: &[u8]) -> bool {
    matches!(bytes.first_chunk::<2>(), Some([4 | 5, 0])) && bytes.get(4..8) == Some(&[0x81, 0, 0, 0])
}

/// A report of AMD's, version 2 to 5: as large as it is at least, with a signature of the one algorithm that there is.
fn is_snp(bytes: &[u8]) -> bool {
    matches!(bytes.first_chunk::<4>(), Some([2..=5, 0, 0, 0]))
        && bytes.len() >= 1184
        && bytes.get(0x34..0x38) == Some(&[1, 0, 0, 0])
}

fn is_textproto(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ak_pub:") || bytes.starts_with(b"quotes:") || bytes.starts_with(b"quotes {")
}
