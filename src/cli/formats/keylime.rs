//! Keylime's quote: `r`, and message, signature and values in base64, with colons between; by itself, or in the agent's answer.

use super::super::json::Json;
use super::fields::{base64, base64_text, present, with_pcr_file};
use super::parts::{Parts, Written};
use super::{Choice, Draft, Source};
use crate::proof::ProofBuilder;
use crate::verify::{Attachment, Log, LogName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::format;
use std::string::String;
use std::vec::Vec;

pub(super) fn fits(source: &Source<'_>) -> bool {
    source.has(&["results.quote"]) || source.line().is_some_and(|line| line.split(':').count() == 3)
}

pub(super) fn read(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    match source.line() {
        Some(line) if !source.looks_like_json() => Ok(quote(line)?.into()),
        _ => answer(source),
    }
}

fn quote(text: &str) -> Result<ProofBuilder, String> {
    let parts = text.strip_prefix('r').ok_or("a quote of Keylime begins with r")?;
    let parts: Vec<&str> = parts.split(':').collect();
    let [message, signature, pcrs] = parts[..] else {
        return Err(format!("a quote of Keylime has three parts with colons between, and this has {}", parts.len()));
    };
    let message = part("the message", message)?;
    with_pcr_file("the message", &message, &part("the signature", signature)?, &part("the values", pcrs)?)
}

/// Base64; what old agents compressed is named for what it is.
fn part(what: &str, text: &str) -> Result<Vec<u8>, String> {
    let bytes = base64_text(what, text)?;
    if super::refused::is_compressed(&bytes) {
        return Err(format!(
            "{what} is compressed, as old agents of Keylime did it: compressed evidence is not read; let an agent of today \
             quote"
        ));
    }
    Ok(bytes)
}

/// The agent's answer: the quote, and the lists that came with it.
fn answer(source: &Source<'_>) -> Result<Draft, String> {
    let [_, _, results] = source.json()?.members("the document", ["code?", "status?", "results"])?;
    let names = [
        "quote",
        "hash_alg?",
        "enc_alg?",
        "sign_alg?",
        "pubkey?",
        "ima_measurement_list?",
        "ima_measurement_list_entry?",
        "mb_measurement_list?",
        "boottime?",
    ];
    let [text, _, _, _, transport, ima, _, boot, _] = present(results).members("results", names)?;
    let mut builder = quote(present(text).text("results.quote")?)?;
    if let Some(boot) = present_text(boot) {
        let bytes = base64("mb_measurement_list", Some(boot))?;
        builder = builder.log(Log { format: LogName::Firmware.as_str(), bytes: &bytes });
    }
    for (kind, value) in [("ima-measurement-list", ima), ("keylime-transport-key", transport)] {
        if let Some(value) = present_text(value) {
            builder = builder.attachment(Attachment { kind, name: "", bytes: value.text(kind)?.as_bytes() });
        }
    }
    Ok(builder.into())
}

/// A member that is there and not `null`.
fn present_text(value: Option<&Json>) -> Option<&Json> {
    value.filter(|value| **value != Json::Null)
}

/// Writes the string. It has no place for the key.
pub(super) fn write(parts: &mut Parts<'_>) -> Result<Written, String> {
    let text = format!(
        "r{}:{}:{}\n",
        STANDARD.encode(parts.message),
        STANDARD.encode(parts.signature),
        STANDARD.encode(parts.serialized()?)
    );
    Ok(Written::one(text.into_bytes()))
}
