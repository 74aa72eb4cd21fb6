//! Evidence of Confidential Containers: of a TPM, and of Azure's confidential machines in all versions.

use super::super::json::Json;
use super::fields::{base64, base64url, hexadecimal, octets, pem_certificate, present, rsassa_sha256, with_digests};
use super::parts::{Parts, Written};
use super::{Choice, Draft, Source};
use crate::crypto::HashAlgorithm;
use crate::structures::TpmAlgId;
use crate::verify::Attachment;
use crate::wire::Hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::format;
use std::string::String;
use std::vec::Vec;

pub(super) fn fits_tpm(source: &Source<'_>) -> bool {
    source.has(&["ak_public", "tpm_quote"])
}

pub(super) fn fits_azure(source: &Source<'_>) -> bool {
    source.has(&["tpm_quote", "hcl_report"]) || source.has(&["quote.pcrs", "report"])
}

/// Octets in whatever way a version writes them.
type Octets = fn(&str, Option<&Json>) -> Result<Vec<u8>, String>;

/// The evidence of a TPM: base64, and values in hexadecimal digits.
pub(super) fn read_tpm(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let [key, quote] = source.json()?.members("the document", ["ak_public", "tpm_quote"])?;
    let Quote { message, signature, digests } = self::quote("tpm_quote", quote, base64, hexadecimal)?;
    let builder = with_digests("tpm_quote.message", &message, &signature, digests)?;
    Ok(Draft { spki: Some(base64("ak_public", key)?), ..builder.into() })
}

/// Version 0 has numbers for octets, and versions 1 and 2 text. The signature is bare: Azure's keys have RSASSA with SHA-256.
pub(super) fn read_azure(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let names = ["version?", "tpm_quote?", "quote?", "hcl_report?", "report?", "vcek?", "td_quote?"];
    let [version, new, old, new_report, old_report, vcek, td_quote] = source.json()?.members("the document", names)?;
    let text = match version {
        None => false,
        Some(Json::Number(1 | 2)) => true,
        Some(_) => return Err("it is of a version other than 1 and 2; earlier ones name none".into()),
    };
    let (in_quote, in_report): (Octets, Octets) = if text { (hexadecimal, base64url) } else { (octets, octets) };
    let one = |what: &str, new: Option<&'_ Json>, old: Option<&'_ Json>| match (new, old) {
        (Some(one), None) | (None, Some(one)) => Ok(one.clone()),
        (None, None) => Err(format!("the document lacks its {what}")),
        (Some(_), Some(_)) => Err(format!("the document has its {what} twice, by both names")),
    };
    let quote = one("quote", new, old)?;
    let Quote { message, signature, digests } = self::quote("the quote", Some(&quote), in_quote, in_quote)?;
    let signature = rsassa_sha256("the signature", &signature)?;
    let mut builder = with_digests("the quote's message", &message, &signature, digests)?;
    let report = one("hcl_report", new_report, old_report)?;
    let mut attach = |kind: &str, bytes: &[u8]| {
        builder = core::mem::take(&mut builder).attachment(Attachment { kind, name: "", bytes });
    };
    attach("hcl-report", &in_report("hcl_report", Some(&report))?);
    match vcek {
        None => {}
        Some(vcek) if text => attach("vcek", &base64url("vcek", Some(vcek))?),
        Some(vcek) => attach("vcek", &pem_certificate("vcek", vcek.text("vcek")?.as_bytes())?),
    }
    if let Some(td_quote) = td_quote {
        attach("tdx-quote", &in_report("td_quote", Some(td_quote))?);
    }
    let mut draft = Draft::from(builder);
    draft.notes.push(
        "the document names its key in the HCL report alone, which is enclosed: a policy pins the key itself \
         (key.pinned_files), or judges the report"
            .into(),
    );
    Ok(draft)
}

struct Quote {
    message: Vec<u8>,
    signature: Vec<u8>,
    digests: Vec<Vec<u8>>,
}

fn quote(what: &str, value: Option<&Json>, octets: Octets, digest: Octets) -> Result<Quote, String> {
    let [message, signature, pcrs] = present(value).members(what, ["message", "signature", "pcrs"])?;
    let name = format!("a value of {what}.pcrs");
    let digests = present(pcrs).array("pcrs")?.iter().map(|value| digest(&name, Some(value)));
    Ok(Quote {
        message: octets(&format!("{what}.message"), message)?,
        signature: octets(&format!("{what}.signature"), signature)?,
        digests: digests.collect::<Result<_, _>>()?,
    })
}

/// Writes the evidence of a TPM: all 24 PCRs of the bank SHA-256, and the key.
pub(super) fn write(parts: &mut Parts<'_>) -> Result<Written, String> {
    let selection = parts.selection()?;
    let whole = |bank: &crate::structures::TpmsPcrSelection<'_>| {
        bank.hash.0 == TpmAlgId::from(HashAlgorithm::Sha256) && bank.indices().count() == 24
    };
    if selection.len() != 1 || !selection.iter().all(|bank| whole(&bank)) {
        return Err("the form has the 24 PCRs of the bank sha256, and the quote another selection".into());
    }
    let digests: Vec<String> = parts.digests()?.iter().map(|digest| format!("\"{}\"", Hex(digest))).collect();
    let text = format!(
        "{{\"ak_public\": \"{}\", \"tpm_quote\": {{\"message\": \"{}\", \"pcrs\": [{}], \"signature\": \"{}\"}}}}\n",
        STANDARD.encode(parts.take_spki()?),
        STANDARD.encode(parts.message),
        digests.join(", "),
        STANDARD.encode(parts.signature),
    );
    Ok(Written::one(text.into_bytes()))
}
