//! The files of a runtime list, made rules of a policy: each path with the digests that it had.

use super::pin_text::Text;
use crate::crypto::HashAlgorithm;
use crate::log::ImaEntry;
use crate::verify::VerifiedEvent;
use crate::wire::Hex;
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// By PCR and path.
pub(super) type Files = BTreeMap<(u8, String), BTreeSet<String>>;

/// Adds an entry. That of the boot needs no rule, for it is judged by itself.
pub(super) fn add(index: u8, event: &VerifiedEvent<'_>, files: &mut Files) -> Result<(), String> {
    let number = event.event().index;
    let no = |why: &str| {
        Err(format!(
            "entry {number} of the runtime list, of PCR {index}, {why}: no rule can name it; write rules by hand, such as path_prefix, or leave the PCR out"
        ))
    };
    let Some(file) = event.measured().file() else { return no("is a violation, or of a template that is not known") };
    if number == 0 && file.path == ImaEntry::BOOT_AGGREGATE {
        return Ok(());
    }
    let Ok(path) = str::from_utf8(file.path) else { return no("has a name that is no text") };
    let algorithm = file.content_algorithm().and_then(|algorithm| HashAlgorithm::try_from(algorithm).ok());
    let Some(algorithm) = algorithm else {
        return no("has a digest of something else than its content, or by another hash");
    };
    let digest = format!("\"{}:{}\"", algorithm.name(), Hex(file.digest));
    files.entry((index, path.to_string())).or_default().insert(digest);
    Ok(())
}

/// The rules, a line each.
pub(super) fn rules(files: &Files) -> Vec<String> {
    let rule = |((index, path), digests): (&(u8, String), &BTreeSet<String>)| {
        let digests: Vec<&str> = digests.iter().map(String::as_str).collect();
        format!("    {{ pcr = {index}, path = {}, digest = [{}] }},\n", Text(path), digests.join(", "))
    };
    files.iter().map(rule).collect()
}
