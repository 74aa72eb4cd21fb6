//! Runtime lists, Canonical Event Logs and the trees of Windows: what is read is all there, and is read the same again.

use tpmproof::crypto::SOFTWARE;
use tpmproof::log::{CelLog, EventLog, ImaList, LogError, SipaTree};
use tpmproof::verify::{LogPart, Replay};

/// A runtime list is its entries, without a gap, and each of its beginnings is one.
pub fn ima(data: &[u8]) -> bool {
    let list = match ImaList::from_bytes(data) {
        Err(error) => return refused(data, &error),
        Ok(list) => list,
    };
    assert!(ImaList::begins(data));
    for event in list.events() {
        let entry = event.ima().expect("an entry");
        if let Ok(file) = entry.file() {
            let inside = file.path.len() + file.digest.len() + file.buffer.map_or(0, <[u8]>::len);
            assert!(entry.is_known() && inside <= entry.data().len(), "nothing is read twice");
        }
    }
    tiles(data, list.into(), |beginning| ImaList::of_bank(beginning, list.algorithm()).map(EventLog::Ima));
    true
}

/// So is a Canonical Event Log of its records.
pub fn cel(data: &[u8]) -> bool {
    match CelLog::from_bytes(data) {
        Err(error) => refused(data, &error),
        Ok(log) => {
            tiles(data, log.into(), |beginning| CelLog::from_bytes(beginning).map(EventLog::Cel));
            true
        }
    }
}

fn tiles(data: &[u8], log: EventLog<'_>, again: impl Fn(&[u8]) -> Result<EventLog<'_>, LogError>) {
    let mut count = 0;
    for event in log.events() {
        assert_eq!(event.index, count);
        if (1..=8).contains(&count) {
            let beginning = again(&data[..event.offset]).expect("what ends with an event is a log");
            assert_eq!(beginning.len(), count);
        }
        let text = event.unverified_description().to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        count += 1;
    }
    assert_eq!(count, log.len());
    if let Some(shorter) = data.len().checked_sub(1) {
        assert!(again(&data[..shorter]).is_err(), "without its last octet");
    }
    match Replay::of(&[LogPart::whole(log)], &SOFTWARE) {
        Ok(replay) => assert!(replay.banks().all(|bank| {
            replay.extended().all(|register| replay.value(bank, register).is_some_and(|v| v.len() == bank.output_len()))
        })),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn refused(data: &[u8], error: &LogError) -> bool {
    assert!(error.offset <= data.len() && !error.to_string().is_empty(), "{error}");
    false
}

/// A tree's events lie inside it, and inside each other.
pub fn sipa(data: &[u8]) -> bool {
    match SipaTree::decode(data) {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
        Ok(tree) => {
            let headers = tree.events().map(|event| {
                assert!(event.depth < 4 && event.data.len() + 8 <= data.len());
                8
            });
            assert!(headers.sum::<usize>() <= data.len());
            let text = tree.to_string();
            assert!(!text.chars().any(char::is_control), "{text:?}");
            true
        }
    }
}
