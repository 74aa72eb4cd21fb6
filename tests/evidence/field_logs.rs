//! Promise: every event log from the field is read to its end, and replays to the values that are known of its machine.
//!
//! The logs are those of `logs.json` in the folder that `TPMPROOF_CORPUS` names.
#![cfg(feature = "cli")]

use crate::common::hex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{EventData, LogErrorKind, TcgEventType, TcgLog};
use tpmproof::verify::{LogPart, Replay};

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
    let Some(corpus) = crate::common::corpus() else { return };
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
        let replay = Replay::of(&[LogPart::whole(log)], &SOFTWARE).unwrap_or_else(|error| panic!("{file}: {error}"));
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

/// What an event holds is read as its type says. What cannot be read keeps its digests, and is counted here by type and reason.
#[test]
fn l31_the_data_of_events() {
    let Some(corpus) = crate::common::corpus() else { return };
    let entries: Value = serde_json::from_slice(&fs::read(corpus.join("logs.json")).unwrap()).unwrap();
    let (mut decoded, mut opaque, mut entries_of_lists) = (0, 0, 0);
    let mut undecoded = BTreeMap::<String, usize>::new();
    for entry in entries.as_array().unwrap() {
        let octets = fs::read(corpus.join(entry["file"].as_str().unwrap())).unwrap();
        let Ok(log) = read(&octets, entry) else { continue };
        for event in log.events() {
            let (type_, data) = (event.event_type().unverified(), event.data().unverified());
            match EventData::decode(type_, data) {
                Ok(EventData::Octets(_)) => opaque += 1,
                Ok(data) => {
                    decoded += 1;
                    if let EventData::Variable(variable) = data
                        && ["PK", "KEK", "db", "dbx"].iter().any(|name| variable.name.is(name))
                        && type_ == TcgEventType::EFI_VARIABLE_DRIVER_CONFIG
                    {
                        let file = entry["file"].as_str().unwrap();
                        for one in variable.signature_lists() {
                            one.unwrap_or_else(|error| panic!("{file}: {}: {error}", event.index));
                            entries_of_lists += 1;
                        }
                    }
                }
                Err(error) => *undecoded.entry(format!("{type_:?}: {error}")).or_default() += 1,
            }
        }
    }
    println!(
        "{decoded} decoded, {opaque} of no form, {entries_of_lists} entries of key databases; not decoded: {undecoded:#?}"
    );
    assert_eq!((decoded, opaque, entries_of_lists), (2804, 60, 4542));
    assert_eq!(undecoded.values().sum::<usize>(), 10, "{undecoded:?}");
}
