//! Fields of foreign documents: octets in the encodings that they use, each with its name where it is wrong.

use super::super::json::Json;
use super::super::{hex, keys, pcr_file};
use crate::proof::ProofBuilder;
use crate::structures::{TpmlPcrSelection, TpmsAttest, TpmuAttest};
use crate::verify::{Certificate, PcrValue};
use crate::wire::Decode;
use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use rustls_pki_types::pem::SectionKind;
use std::format;
use std::string::String;
use std::vec::Vec;

/// A member that `Json::members` has found, or `null`.
pub(super) fn present(value: Option<&Json>) -> &Json {
    value.unwrap_or(&Json::Null)
}

/// Base64 with padding (RFC 4648, 4).
pub(super) fn base64(what: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    base64_text(what, present(value).text(what)?)
}

pub(super) fn base64_text(what: &str, text: &str) -> Result<Vec<u8>, String> {
    decode_base64(what, text, &STANDARD)
}

/// The same with the alphabet for URLs (RFC 4648, 5).
pub(super) fn base64url(what: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    decode_base64(what, present(value).text(what)?, &URL_SAFE)
}

fn decode_base64(what: &str, text: &str, engine: &GeneralPurpose) -> Result<Vec<u8>, String> {
    engine.decode(text).map_err(|error| format!("{what} is not base64: {error}"))
}

/// Lower-case hexadecimal digits.
pub(super) fn hexadecimal(what: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    let text = present(value).text(what)?;
    hex::decode(text).ok_or_else(|| format!("{what} is not in lower-case hexadecimal digits, two an octet"))
}

/// An array of numbers, one an octet.
pub(super) fn octets(what: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    let octet = |number: &Json| match number {
        Json::Number(number) => u8::try_from(*number).ok(),
        _ => None,
    };
    let all: Option<Vec<u8>> = present(value).array(what)?.iter().map(octet).collect();
    all.ok_or_else(|| format!("{what} has an element that is no number from 0 to 255"))
}

/// A `TPMS_ATTEST`.
pub(super) fn attest<'m>(what: &str, message: &'m [u8]) -> Result<TpmsAttest<'m>, String> {
    TpmsAttest::from_bytes(message).map_err(|error| format!("{what} is no TPMS_ATTEST: {error}"))
}

/// The selection of a quote.
pub(super) fn selection<'m>(what: &str, attest: &TpmsAttest<'m>) -> Result<TpmlPcrSelection<'m>, String> {
    match &attest.attested {
        TpmuAttest::Quote(info) => Ok(info.pcr_select),
        _ => Err(format!("{what} is no quote")),
    }
}

/// A proof of a quote, a signature, and digests in the order of the selection.
pub(super) fn with_digests(
    what: &str,
    message: &[u8],
    signature: &[u8],
    digests: Vec<Vec<u8>>,
) -> Result<ProofBuilder, String> {
    let attest = attest(what, message)?;
    let values = pcr_file::place(digests, &selection(what, &attest)?)?;
    Ok(with_values(ProofBuilder::new(message, signature), &values))
}

/// A proof of a quote, a signature, and a file that `tpm2_quote -o` writes.
pub(super) fn with_pcr_file(what: &str, message: &[u8], signature: &[u8], file: &[u8]) -> Result<ProofBuilder, String> {
    let attest = attest(what, message)?;
    let values = pcr_file::read(file, &selection(what, &attest)?)?;
    Ok(with_values(ProofBuilder::new(message, signature), &values))
}

fn with_values(builder: ProofBuilder, values: &pcr_file::Values) -> ProofBuilder {
    values
        .iter()
        .fold(builder, |builder, (bank, index, value)| builder.pcr(PcrValue { bank: *bank, index: *index, value }))
}

/// The one certificate of PEM text, in DER.
pub(super) fn pem_certificate(what: &str, text: &[u8]) -> Result<Vec<u8>, String> {
    let mut found = keys::sections(text, SectionKind::Certificate);
    match (found.pop(), found.is_empty()) {
        (Some(der), true) => Ok(der),
        _ => Err(format!("{what} is not one certificate in PEM")),
    }
}

/// A certificate in DER.
pub(super) fn der_certificate(what: &str, der: &[u8]) -> Result<(), String> {
    Certificate::from_der(der).map(|_| ()).map_err(|error| format!("{what} is no certificate in DER: {error}"))
}

/// A `TPMT_SIGNATURE` of the scheme RSASSA with SHA-256 around the bare octets of an RSA signature.
pub(super) fn rsassa_sha256(what: &str, bare: &[u8]) -> Result<Vec<u8>, String> {
    let size = u16::try_from(bare.len()).map_err(|_| format!("{what} is longer than any RSA signature"))?;
    Ok([&[0x00, 0x14, 0x00, 0x0b], &size.to_be_bytes()[..], bare].concat())
}
