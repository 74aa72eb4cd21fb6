//! `tpmproof log`

use super::args::LogArguments;
use super::error::CliError;
use super::host::Host;
use super::json_log::{self, JsonLog};
use super::{files, log_file, pcrlock};
use crate::crypto::{HashAlgorithm, SOFTWARE};
use crate::log::{CelLog, Event, EventLog, ImaList, LogError, LogFormat, Measurement, Registers, TcgLog};
use crate::verify::{EventFilter, Fact, FactJson, LogName, LogPart, MeasuredEvents, Quoted, Replay, facts};
use crate::wire::Hex;
use core::fmt::Write as _;
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

pub(crate) fn run(arguments: &LogArguments, host: &dyn Host, out: &mut dyn Write) -> Result<u8, CliError> {
    let mut files = Vec::new();
    for path in &arguments.files {
        let evidence = |reason: String| CliError::Evidence(format!("{}: {reason}", path.display()));
        let bytes = files::read(host, path, arguments.max_size)?;
        if let Some(values) = reference(&bytes).filter(|_| arguments.files.len() == 1) {
            let text = if arguments.json { pcrlock::json(&values) } else { pcrlock::table(&values) };
            return print(out, &text);
        }
        files.extend(log_file::from_bytes(bytes).map_err(evidence)?.into_iter().map(|file| (path, file)));
    }
    let mut parts = Vec::new();
    for (path, file) in &files {
        let log = detect(&file.bytes).map_err(|error| CliError::Evidence(format!("{}: {error}", path.display())))?;
        let name = file.name.or(whose(&log)).unwrap_or(LogName::Firmware);
        parts.push(LogPart { name, ..LogPart::whole(log) });
    }
    let logs = Logs { parts: &parts };
    if parts.iter().any(|part| part.log.registers() != logs.registers()) {
        return Err(CliError::Misuse(
            "logs of a TPM and of a confidential machine extend different registers; show them one by one".into(),
        ));
    }
    let replay = Replay::of(&parts, &SOFTWARE).map_err(|error| CliError::Evidence(error.to_string()))?;
    let text = if arguments.json { logs.json(&replay) } else { logs.table(&replay) };
    print(out, &text)
}

fn print(out: &mut dyn Write, text: &str) -> Result<u8, CliError> {
    out.write_all(text.as_bytes()).map_err(CliError::file(Path::new("(standard output)"), "write to"))?;
    Ok(0)
}

/// Values to compare with, where a file has those and no log.
pub(crate) fn reference(bytes: &[u8]) -> Option<JsonLog> {
    let log = json_log::is_json(bytes).then(|| json_log::read(bytes).ok())?;
    log.filter(|log| log.reference)
}

/// A log of a TPM, or of a confidential machine, which has other registers and padding; many could be both, and then it is a TPM's. Or a
/// runtime list, or a Canonical Event Log: those are neither.
pub(crate) fn detect(bytes: &[u8]) -> Result<EventLog<'_>, LogError> {
    // What begins as a list is one, and the error of a list says what is wrong with it.
    if ImaList::begins(bytes) {
        return ImaList::from_bytes(bytes).map(EventLog::Ima);
    }
    let error = match TcgLog::from_bytes(bytes) {
        Ok(log) => return Ok(EventLog::Tcg(log)),
        Err(error) => error,
    };
    let cel = || CelLog::from_bytes(bytes).map(EventLog::Cel);
    TcgLog::from_ccel(bytes).map(EventLog::Tcg).or_else(|_| cel()).map_err(|_| error)
}

/// An application's log has measurements only, and a firmware's none; of others nobody can tell. A format may tell by itself.
pub(crate) fn whose(log: &EventLog<'_>) -> Option<LogName> {
    match log {
        EventLog::Ima(_) => return Some(LogName::Ima),
        EventLog::Cel(_) => return Some(LogName::Cel),
        _ => {}
    }
    let count = log.events().filter(Event::extends).count();
    match log.events().filter(Measurement::is_in).count() {
        0 if count > 0 => Some(LogName::Firmware),
        measurements if measurements > 0 && measurements == count => Some(LogName::Application),
        _ => None,
    }
}

/// What its log calls an event: its type, its template, the type of its content.
pub(crate) fn type_name(event: &Event<'_>) -> String {
    if let Some(entry) = event.ima() {
        return entry.template().to_string();
    }
    match event.cel().map(|record| record.content_type()) {
        Some(name) if name != "pcclient_std" => name.to_string(),
        _ => format!("{:?}", event.event_type().unverified()),
    }
}

pub(crate) fn description(event: &Event<'_>) -> String {
    event.unverified_description().to_string()
}

/// Logs that are shown together.
#[derive(Clone, Copy)]
struct Logs<'p, 'a> {
    parts: &'p [LogPart<'a>],
}

impl<'a> Logs<'_, 'a> {
    fn registers(self) -> Registers {
        self.parts.first().map_or(Registers::Pcr, |part| part.log.registers())
    }

    /// The form, where all have one.
    fn format(self) -> &'static str {
        let mut formats = self.parts.iter().map(|part| match &part.log {
            EventLog::Ima(_) => "ima",
            EventLog::Cel(_) => "cel",
            EventLog::Tcg(log) => match (log.registers(), log.format()) {
                (Registers::Ccel, _) => "ccel",
                (_, LogFormat::Sha1) => "sha1",
                _ => "crypto-agile",
            },
        });
        let first = formats.next().unwrap_or("");
        if formats.all(|format| format == first) { first } else { "mixed" }
    }

    fn padding(self) -> usize {
        self.parts.iter().map(|part| part.log.padding().len()).sum()
    }

    /// The number of each event's log, and the event.
    fn events(self) -> impl Iterator<Item = (usize, Event<'a>)> {
        self.parts.iter().enumerate().flat_map(|(log, part)| part.log.events().map(move |event| (log, event)))
    }

    /// What the logs tell, by the digests of the bank that says most: nothing of it is verified.
    fn facts(self, replay: &Replay) -> Vec<Fact<'a>> {
        let banks: Vec<HashAlgorithm> = replay.banks().collect();
        let Some(bank) = banks.iter().find(|bank| **bank == HashAlgorithm::Sha256).or(banks.last()) else {
            return Vec::new();
        };
        let registers = self.registers();
        let mut told = Vec::new();
        for register in replay.extended() {
            let events = MeasuredEvents::new(self.parts, EventFilter::ALL, *bank, &SOFTWARE);
            let events = events.filter(move |event| event.event.register() == u32::from(register));
            told.extend(facts(events, registers, register.into()));
        }
        told
    }

    fn table(self, replay: &Replay) -> String {
        let ccel = self.registers() == Registers::Ccel;
        let (one, several) = if ccel { ("register", "REGISTER") } else { ("PCR", "PCR") };
        let mut text = format!("{} log of {} events;", self.format(), self.events().count());
        for bank in replay.banks() {
            let _ = write!(text, " {}", bank.name());
        }
        text.push_str("; nothing of it is verified\n\n");
        let _ = writeln!(text, "  EVENT  {several:8}  {:34}  DESCRIPTION", "TYPE");
        let mut before = 0;
        for (log, event) in self.events() {
            if log != before {
                text.push('\n');
            }
            before = log;
            let number = if event.register() == u32::MAX { "-".to_string() } else { event.register().to_string() };
            let type_ = type_name(&event);
            let _ = writeln!(text, "  {:5}  {number:<8}  {type_:34}  {}", event.index, description(&event));
        }
        if self.padding() > 0 {
            let _ = writeln!(text, "\n  and {} bytes of padding", self.padding());
        }
        let told = self.facts(replay);
        if !told.is_empty() {
            let _ = writeln!(text, "\n  What they tell, {one} by {one}:\n");
        }
        for fact in told {
            let _ = writeln!(text, "  {:8}  {:17}  {}", fact.event().register(), fact.kind.as_str(), fact);
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

    fn json(self, replay: &Replay) -> String {
        let mut text = format!("{{\n  \"schema\": 1,\n  \"format\": \"{}\",\n  \"events\": [", self.format());
        for (place, (log, event)) in self.events().enumerate() {
            let _ = write!(text, "{}\n    {{", comma(place));
            if self.parts.len() > 1 {
                let _ = write!(text, "\"log\": {log}, ");
            }
            let _ = write!(
                text,
                "\"index\": {}, \"pcr\": {}, \"type\": {}, \"digests\": {{",
                event.index,
                event.register(),
                Quoted(&type_name(&event)),
            );
            for (n, (bank, digest)) in event.digests.iter().enumerate() {
                let name = format!("{bank:?}").trim_start_matches("TPM_ALG_").to_ascii_lowercase();
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
        text.push_str("\n  },\n  \"facts\": [");
        for (place, fact) in self.facts(replay).iter().enumerate() {
            let _ = write!(text, "{}\n    {}", comma(place), FactJson(fact));
        }
        let _ = write!(text, "\n  ],\n  \"padding\": {}\n}}\n", self.padding());
        text
    }
}

/// Between two of them.
fn comma(place: usize) -> &'static str {
    if place == 0 { "" } else { ", " }
}
