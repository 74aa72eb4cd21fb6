//! A log in JSON, as the crypto-agile log that the verifier reads: it reads no JSON.

use super::json_log::{Content, JsonLog, Record, Target};
use crate::log::{TcgEventType, write_event, write_header};
use crate::structures::{TpmiAlgHash, TpmtHa};
use crate::verify::LogName;
use std::format;
use std::string::String;
use std::vec::Vec;

/// What stands before what a log says of something that extended no PCR.
const NOTE: &[u8] = b"tpmproof note:\0\0";

/// The logs that are in one: the firmware's records, and systemd's. A record that does not say what it is belongs to the log of the
/// record before it.
pub(crate) fn split(log: &JsonLog) -> Vec<(LogName, Vec<u8>)> {
    let firmware = log.records.iter().any(|record| matches!(record.content, Content::Firmware { .. }));
    let mut name = if firmware && !log.sequence { LogName::Firmware } else { LogName::Systemd };
    let (mut own, mut others): (Vec<&Record>, Vec<&Record>) = (Vec::new(), Vec::new());
    for record in &log.records {
        name = match (&record.content, record.target) {
            (Content::Firmware { .. }, _) => LogName::Firmware,
            (Content::Systemd { .. }, _) | (_, Target::Nv(_)) => LogName::Systemd,
            (Content::Nothing, Target::Pcr(_)) => name,
        };
        if name == LogName::Firmware { own.push(record) } else { others.push(record) }
    }
    let parts = [(LogName::Firmware, own), (LogName::Systemd, others)];
    parts
        .into_iter()
        .filter(|(_, records)| !records.is_empty())
        .map(|(name, records)| (name, write(&records)))
        .collect()
}

/// All records as one log, whatever they say that they are.
pub(crate) fn whole(log: &JsonLog) -> Vec<u8> {
    write(&log.records.iter().collect::<Vec<_>>())
}

fn write(records: &[&Record]) -> Vec<u8> {
    let mut banks: Vec<TpmiAlgHash> = Vec::new();
    for (algorithm, _) in records.iter().flat_map(|record| &record.digests) {
        if !banks.contains(algorithm) {
            banks.push(*algorithm);
        }
    }
    let mut log = write_header(&banks);
    for record in records {
        match (record.target, &record.content) {
            // The header is such an event.
            (_, Content::Firmware { type_: TcgEventType::NO_ACTION, data }) if data.starts_with(b"Spec ID Event") => {}
            (Target::Pcr(register), Content::Firmware { type_: TcgEventType::NO_ACTION, data }) => {
                log.extend(write_no_action(register, &banks, data));
            }
            (Target::Pcr(register), content) => {
                let (type_, data) = match content {
                    Content::Firmware { type_, data } => (*type_, &data[..]),
                    // What systemd says is what it hashed, but for keys: the verifier looks whether it is.
                    Content::Systemd { text, .. } => (TcgEventType::IPL, text.as_bytes()),
                    Content::Nothing => (TcgEventType::IPL, &[][..]),
                };
                let digests: Vec<TpmtHa<'_>> =
                    record.digests.iter().map(|(hash_alg, digest)| TpmtHa { hash_alg: *hash_alg, digest }).collect();
                log.extend(write_event(register, type_, &digests, data));
            }
            (Target::Nv(index), content) => {
                let data = [NOTE, note(index, content, record).as_bytes()].concat();
                log.extend(write_no_action(u32::MAX, &banks, &data));
            }
        }
    }
    log
}

/// A measurement into an NV index, which no replay of PCRs has.
fn note(index: u32, content: &Content, record: &Record) -> String {
    let (text, name) = match content {
        Content::Systemd { text, nv_name } => (text.as_str(), nv_name.as_str()),
        _ => ("", ""),
    };
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    format!(
        "NV index {index:#010x}{name} was extended, which no quote of PCRs covers: {text:?}, {}",
        record.digests_text()
    )
}

fn write_no_action(register: u32, banks: &[TpmiAlgHash], data: &[u8]) -> Vec<u8> {
    let zeros = [0; 64];
    let digests: Vec<TpmtHa<'_>> = banks
        .iter()
        .map(|bank| TpmtHa { hash_alg: *bank, digest: zeros.get(..bank.digest_size()).unwrap_or_default() })
        .collect();
    write_event(register, TcgEventType::NO_ACTION, &digests, data)
}
