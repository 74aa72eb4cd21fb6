//! The reference values of systemd's `.pcrlock` files: shown, and taken into policies as events that are allowed.

use super::error::CliError;
use super::files;
use super::host::Beside;
use super::json::Json;
use super::json_log::{self, JsonLog, Record, Target};
use super::policy_events::OwnedEvents;
use super::policy_value::texts;
use super::show::Line;
use crate::crypto::HashAlgorithm;
use crate::wire::Hex;
use core::fmt::Write;
use std::format;
use std::string::String;

impl OwnedEvents {
    /// Allows the events of the files that a policy names, in the PCRs that it holds to logs: in others there is nothing to allow.
    pub(crate) fn add_files(&mut self, events: &Json, beside: &Beside<'_>, logged: u32) -> Result<(), CliError> {
        let Json::Object(members) = events else { return Ok(()) };
        for name in texts(members.get("allow_files"), "events.allow_files").map_err(CliError::Misuse)? {
            let path = beside.folder.join(name);
            let bytes = files::read_or(beside.host, &path, files::SMALL, CliError::Misuse)?;
            let wrong = |reason: &str| CliError::Misuse(format!("{}: {reason}", path.display()));
            let log = json_log::read(&bytes).map_err(|reason| wrong(&reason))?;
            if !log.reference {
                return Err(wrong(
                    "events.allow_files takes .pcrlock files, and this is none: it has no member \"records\"",
                ));
            }
            let mut used = false;
            for (pcr, record) in log.records.iter().filter_map(|record| Some((pcr(record)?, record))) {
                if logged & (1 << pcr) != 0 {
                    used = true;
                    self.allow(pcr, &record.digests);
                }
            }
            if !used {
                return Err(wrong(
                    "no PCR of it is held to a log by the policy ([pcr.sha256] N = \"log\"), and it allows nothing",
                ));
            }
        }
        Ok(())
    }
}

fn pcr(record: &Record) -> Option<u8> {
    match record.target {
        Target::Pcr(index) => u8::try_from(index).ok(),
        Target::Nv(_) => None,
    }
}

/// A line for each value. Where they stand in the file is not known.
pub(crate) fn lines(log: &JsonLog) -> impl Iterator<Item = Line> {
    log.records.iter().map(|record| {
        let name = format!("reference value of PCR {}", pcr(record).unwrap_or_default());
        Line { depth: 0, offset: 0, length: 0, name, value: Some(record.digests_text()) }
    })
}

/// The values for people.
pub(crate) fn table(log: &JsonLog) -> String {
    let mut text = format!(
        "{} reference values (.pcrlock): what events may be, and not what happened\n\n  PCR  DIGESTS\n",
        log.records.len()
    );
    for record in &log.records {
        let index = pcr(record).unwrap_or_default();
        let _ = writeln!(text, "  {index:<3}  {}", record.digests_text());
    }
    text
}

/// The same for programs.
pub(crate) fn json(log: &JsonLog) -> String {
    let mut text = String::from("{\n  \"schema\": 1,\n  \"format\": \"pcrlock\",\n  \"reference\": [");
    for (place, record) in log.records.iter().enumerate() {
        let index = pcr(record).unwrap_or_default();
        let _ = write!(text, "{}\n    {{\"pcr\": {index}, \"digests\": {{", if place == 0 { "" } else { "," });
        for (place, (algorithm, digest)) in record.digests.iter().enumerate() {
            let name = HashAlgorithm::try_from(algorithm.0).map_or("", HashAlgorithm::name);
            let _ = write!(text, "{}\"{name}\": \"{}\"", if place == 0 { "" } else { ", " }, Hex(digest));
        }
        text.push_str("}}");
    }
    text.push_str("\n  ]\n}\n");
    text
}
