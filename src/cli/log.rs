//! `tpmproof log`

use super::args::LogArguments;
use super::error::CliError;
use super::files;
use crate::crypto::SOFTWARE;
use crate::log::{Event, EventData, LogError, LogFormat, Registers, TcgLog};
use crate::verify::{LogPart, Quoted, Replay};
use crate::wire::Hex;
use core::fmt::Write as _;
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::{String, ToString};

pub(crate) fn run(arguments: &LogArguments, out: &mut dyn Write) -> Result<u8, CliError> {
    let bytes = files::read(&arguments.file, arguments.max_size)?;
    let evidence =
        |error: &dyn core::fmt::Display| CliError::Evidence(format!("{}: {error}", arguments.file.display()));
    let log = detect(&bytes).map_err(|error| evidence(&error))?;
    let replay = Replay::of(&[LogPart::whole(log)], &SOFTWARE).map_err(|error| evidence(&error))?;
    let text = if arguments.json { json(&log, &replay) } else { table(&log, &replay) };
    out.write_all(text.as_bytes()).map_err(CliError::file(Path::new("(standard output)"), "write to"))?;
    Ok(0)
}

/// A log of a TPM, or of a confidential machine, which has other registers and padding. Many could be both: then it is a TPM's.
pub(crate) fn detect(bytes: &[u8]) -> Result<TcgLog<'_>, LogError> {
    TcgLog::from_bytes(bytes).or_else(|error| TcgLog::from_ccel(bytes).map_err(|_| error))
}

fn register(log: &TcgLog<'_>) -> &'static str {
    match log.registers() {
        Registers::Ccel => "register",
        _ => "PCR",
    }
}

fn format_name(log: &TcgLog<'_>) -> &'static str {
    match (log.registers(), log.format()) {
        (Registers::Ccel, _) => "ccel",
        (_, LogFormat::Sha1) => "sha1",
        _ => "crypto-agile",
    }
}

pub(crate) fn description(event: &Event<'_>) -> String {
    match EventData::decode(event.event_type().unverified(), event.data().unverified()) {
        Ok(data) => data.to_string(),
        Err(error) => format!("not decoded: {error}"),
    }
}

fn table(log: &TcgLog<'_>, replay: &Replay) -> String {
    let mut text = format!("{} log of {} events;", format_name(log), log.len());
    for bank in replay.banks() {
        let _ = write!(text, " {}", bank.name());
    }
    text.push_str("; nothing of it is verified\n\n");
    let _ = writeln!(text, "  EVENT  {:8}  {:34}  DESCRIPTION", register(log).to_uppercase(), "TYPE");
    for event in log.events() {
        let number = if event.register() == u32::MAX { "-".to_string() } else { event.register().to_string() };
        let type_ = format!("{:?}", event.event_type().unverified());
        let _ = writeln!(text, "  {:5}  {number:<8}  {type_:34}  {}", event.index, description(&event));
    }
    if !log.padding().is_empty() {
        let _ = writeln!(text, "\n  and {} bytes of padding", log.padding().len());
    }
    let _ = writeln!(text, "\n  These events lead to:\n");
    for bank in replay.banks() {
        for index in replay.extended() {
            let value = replay.value(bank, index).unwrap_or_default();
            let _ = writeln!(text, "  {:10}  {}", format!("{}:{index}", bank.name()), Hex(value));
        }
    }
    for (bank, event) in replay.broken_banks() {
        let _ = writeln!(text, "  {}: event {event} has no digest of it", bank.name());
    }
    text
}

fn json(log: &TcgLog<'_>, replay: &Replay) -> String {
    let mut text = format!("{{\n  \"schema\": 1,\n  \"format\": \"{}\",\n  \"events\": [", format_name(log));
    for (place, event) in log.events().enumerate() {
        let _ = write!(
            text,
            "{}\n    {{\"index\": {}, \"pcr\": {}, \"type\": {}, \"digests\": {{",
            comma(place),
            event.index,
            event.register(),
            Quoted(&format!("{:?}", event.event_type().unverified())),
        );
        for (n, (bank, digest)) in event.digests.iter().enumerate() {
            let name = format!("{bank:?}").trim_start_matches("TPM_ALG_").to_lowercase();
            let _ = write!(text, "{}\"{name}\": \"{}\"", comma(n), Hex(digest));
        }
        let _ = write!(text, "}}, \"description\": {}}}", Quoted(&description(&event)));
    }
    text.push_str("\n  ],\n  \"replayed\": {");
    for (place, bank) in replay.banks().enumerate() {
        let _ = write!(text, "{}\n    \"{}\": {{", comma(place), bank.name());
        for (n, index) in replay.extended().enumerate() {
            let value = replay.value(bank, index).unwrap_or_default();
            let _ = write!(text, "{}\"{index}\": \"{}\"", comma(n), Hex(value));
        }
        text.push('}');
    }
    let _ = write!(text, "\n  }},\n  \"padding\": {}\n}}\n", log.padding().len());
    text
}

/// Between two of them.
fn comma(place: usize) -> &'static str {
    if place == 0 { "" } else { ", " }
}
