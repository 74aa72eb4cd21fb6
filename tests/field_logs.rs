//! Promise: every event log from the field is read to its end, and replays to the values that are known of its machine.
//!
//! The logs are those of `logs.json` in the folder that `TPMPROOF_CORPUS` names.
#![cfg(feature = "cli")]
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

mod common;

use common::hex;
use serde_json::Value;
use std::fs;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{LogErrorKind, TcgLog};
use tpmproof::verify::Replay;

/// Its Spec ID event announces four octets of its vendor, which stand behind the event.
const REFUSED: &str = "tpm2-software-tpm2-tools-test-integration-fixtures-specid-vendordata.bin";

/// Its firmware extended PCR 5 and wrote no event of it: the log does not explain that PCR, and nothing is added to it.
const EVENT_MISSING: &str = "ebs-event-missing-eventlog";

fn read(octets: &[u8], entry: &Value) -> Result<TcgLog<'static>, tpmproof::log::LogError> {
    let octets: &'static [u8] = octets.to_vec().leak();
    let file = entry["file"].as_str().unwrap();
    // The source says which logs are of confidential machines.
    if file.contains("ccel") { TcgLog::from_ccel(octets) } else { TcgLog::from_bytes(octets) }
}

#[test]
fn every_log_replays() {
    let Some(corpus) = common::corpus() else { return };
    let entries: Value = serde_json::from_slice(&fs::read(corpus.join("logs.json")).unwrap()).unwrap();
    let (mut logs, mut events, mut values, mut stated) = (0, 0, 0, 0);
    for entry in entries.as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let octets = fs::read(corpus.join(file)).unwrap();
        let log = match read(&octets, entry) {
            Err(error) if file.ends_with(REFUSED) => {
                assert_eq!(error.kind, LogErrorKind::SpecId("it ends too early"));
                continue;
            }
            other => other.unwrap_or_else(|error| panic!("{file}: {error}")),
        };
        assert_eq!(log.len() as u64, entry["events"].as_u64().unwrap(), "{file}");
        assert_eq!(log.padding().len() as u64, entry["trailing_bytes"].as_u64().unwrap(), "{file}");
        logs += 1;
        events += log.len();
        let replay = Replay::of(&log, &SOFTWARE).unwrap_or_else(|error| panic!("{file}: {error}"));
        for bank in replay.banks() {
            let known = &entry["independent_replay"][bank.name()];
            for register in 0..24u8 {
                let value = replay.value(bank, register).unwrap();
                match known[register.to_string()].as_str() {
                    Some(known) => {
                        assert_eq!(value, hex(known), "{file}: {} {register}", bank.name());
                        values += 1;
                    }
                    None => assert!(!replay.is_extended(register), "{file}: {} {register}", bank.name()),
                }
            }
            for source in entry["stated_pcrs"].as_object().into_iter().flatten() {
                stated += states(&replay, bank, source.1, file);
            }
        }
    }
    println!(
        "{logs} logs, {events} events; {values} values as replayed elsewhere, {stated} as stated by their sources"
    );
    assert_eq!((logs, events, values, stated), (51, 2874, 706, 340));
}

/// The stated values of registers that the log extends.
fn states(replay: &Replay, bank: HashAlgorithm, banks: &Value, file: &str) -> usize {
    let mut count = 0;
    for (register, value) in banks[bank.name()].as_object().into_iter().flatten() {
        let register = register.parse().unwrap();
        if replay.is_extended(register) {
            let found = replay.value(bank, register).unwrap();
            let missing = file.ends_with(EVENT_MISSING) && register == 5;
            let right = found == hex(value.as_str().unwrap());
            assert_eq!(right, !missing, "{file}: {} {register}, as stated", bank.name());
            count += usize::from(right);
        }
    }
    count
}
