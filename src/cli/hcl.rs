//! The attestation key that Azure's paravisor names, beside the proof's. The JSON that names it is why this is no floor deeper.

use super::json::{self, Json};
use crate::crypto::{PublicKey, SOFTWARE};
use crate::verify::{HclError, HclReport, Part, Rejection, Report, VerifyError, same_key};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::vec::Vec;

/// The kind of the attachments that are such reports.
pub(crate) const KIND: &str = "hcl-report";

/// Compares every HCL report that the proof encloses with the key of an accepted one. None makes a key trusted, and one that contradicts
/// the proof is a rejection.
#[expect(clippy::result_large_err, reason = "as of what it was called with")]
pub(crate) fn endorse<'a>(judged: Result<Report<'a>, Rejection<'a>>) -> Result<Report<'a>, Rejection<'a>> {
    let mut report = judged?;
    let enclosed = *report.attachments();
    let mut reports = enclosed.iter().filter(|attachment| attachment.kind == KIND).peekable();
    if reports.peek().is_some() {
        let judged = match report.key() {
            Some(key) => reports.try_for_each(|attachment| judge(attachment.bytes, key.key())),
            None => Err(VerifyError::NoKey),
        };
        report.note_hardware(judged);
    }
    match report.failure() {
        None => Ok(report),
        Some(error) => Err(Rejection { error, report }),
    }
}

fn judge<'e>(bytes: &[u8], key: &PublicKey<'_>) -> Result<(), VerifyError<'e>> {
    let report = HclReport::from_bytes(bytes).map_err(|error| VerifyError::Decode { part: Part::HclReport, error })?;
    let named = report.bound_runtime_data(&SOFTWARE).and_then(attestation_key).map_err(VerifyError::HclReport)?;
    let named = PublicKey::Rsa { modulus: &named.0, exponent: named.1 };
    if same_key(&named, key) { Ok(()) } else { Err(VerifyError::HclReport(HclError::OtherKey)) }
}

/// Modulus and exponent of the one key of this name in the runtime data.
fn attestation_key(runtime_data: &[u8]) -> Result<(Vec<u8>, u64), HclError> {
    let claims = json::parse(runtime_data).map_err(|_| HclError::Claims("no JSON, or a member that stands twice"))?;
    let Some(Json::Array(keys)) = member(&claims, "keys") else { return Err(HclError::Claims("no array keys")) };
    let mut named = keys.iter().filter(|key| member(key, "kid") == Some(&Json::Text(NAME.into())));
    let key = named.next().ok_or(HclError::NoKey)?;
    if named.next().is_some() {
        return Err(HclError::Claims("two keys of the name HCLAkPub"));
    }
    if member(key, "kty") != Some(&Json::Text("RSA".into())) {
        return Err(HclError::Claims("HCLAkPub is no RSA key"));
    }
    let number = |name| match member(key, name) {
        Some(Json::Text(text)) => {
            URL_SAFE_NO_PAD.decode(text).map_err(|_| HclError::Claims("HCLAkPub is no base64url"))
        }
        _ => Err(HclError::Claims("HCLAkPub lacks n or e")),
    };
    let (modulus, octets) = (number("n")?, number("e")?);
    if octets.len() > 8 {
        return Err(HclError::Claims("the exponent of HCLAkPub is longer than 64 bits"));
    }
    let exponent = octets.iter().fold(0u64, |value, octet| value << 8 | u64::from(*octet));
    Ok((modulus, exponent))
}

/// A member of an object; the paravisor may say more than is looked at.
fn member<'j>(value: &'j Json, name: &str) -> Option<&'j Json> {
    match value {
        Json::Object(members) => members.get(name),
        _ => None,
    }
}

const NAME: &str = "HCLAkPub";
