//! Evidence of Keylime's push model: what an agent sends of itself, one quote and its logs.

use super::super::json::Json;
use super::fields::{base64, present, with_pcr_file};
use super::{Choice, Draft, Source};
use crate::proof::ProofBuilder;
use crate::verify::{Attachment, Log, LogName};
use std::format;
use std::string::String;

pub(super) fn fits(source: &Source<'_>) -> bool {
    source.has(&["data.attributes.evidence_collected"])
}

pub(super) fn read(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let [data] = source.json()?.members("the document", ["data"])?;
    let [_, attributes] = present(data).members("data", ["type", "attributes"])?;
    let [collected] = present(attributes).members("attributes", ["evidence_collected"])?;
    let collected = present(collected).array("evidence_collected")?;
    let mut quoted: Option<ProofBuilder> = None;
    for item in collected {
        if let (Kind::Quote, data) = kind(item)? {
            if quoted.is_some() {
                return Err("evidence_collected has two quotes, and a proof has one".into());
            }
            quoted = Some(quote(data)?);
        }
    }
    let mut builder = quoted.ok_or("evidence_collected has no quote")?;
    for item in collected {
        let (kind, data) = kind(item)?;
        match kind {
            Kind::Quote => {}
            Kind::Uefi => {
                let [entries] = data.members("the data of uefi_log", ["entries"])?;
                let bytes = base64("the entries of uefi_log", entries)?;
                builder = builder.log(Log { format: LogName::Firmware.as_str(), bytes: &bytes });
            }
            Kind::Ima => {
                let [entries, _] = data.members("the data of ima_log", ["entries", "entry_count"])?;
                let bytes = present(entries).text("the entries of ima_log")?.as_bytes();
                builder = builder.attachment(Attachment { kind: "ima-measurement-list", name: "", bytes });
            }
        }
    }
    Ok(builder.into())
}

enum Kind {
    Quote,
    Uefi,
    Ima,
}

/// What an item is, and its data.
fn kind(item: &Json) -> Result<(Kind, &Json), String> {
    let what = "an item of evidence_collected";
    let [class, name, data] = item.members(what, ["evidence_class", "evidence_type", "data"])?;
    let (class, name) = (present(class).text("evidence_class")?, present(name).text("evidence_type")?);
    let kind = match (class, name) {
        ("certification", "tpm_quote") => Kind::Quote,
        ("log", "uefi_log") => Kind::Uefi,
        ("log", "ima_log") => Kind::Ima,
        _ => return Err(format!("{what} is a {class:?} of the type {name:?}, which is not known")),
    };
    Ok((kind, present(data)))
}

fn quote(data: &Json) -> Result<ProofBuilder, String> {
    let [values, message, signature] =
        data.members("the data of tpm_quote", ["subject_data", "message", "signature"])?;
    let (message, signature) = (base64("message", message)?, base64("signature", signature)?);
    with_pcr_file("message", &message, &signature, &base64("subject_data", values)?)
}
