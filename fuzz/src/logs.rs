//! Logs: what is read is all there, and is read the same again.

use tpmproof::crypto::SOFTWARE;
use tpmproof::log::{EventData, TcgEventType, TcgLog};
use tpmproof::verify::{LogPart, Replay};

/// A log is its events and its padding, without a gap; and it replays, or an event is named that keeps it from that.
pub fn tcg_log(data: &[u8]) -> bool {
    let accepted = TcgLog::from_bytes(data).map(|log| events(data, &log));
    let ccel = TcgLog::from_ccel(data).map(|log| events(data, &log));
    for error in [accepted.as_ref().err(), ccel.as_ref().err()].into_iter().flatten() {
        assert!(error.offset <= data.len(), "{error}");
        assert!(!error.to_string().is_empty());
    }
    accepted.is_ok() || ccel.is_ok()
}

fn events(data: &[u8], log: &TcgLog<'_>) {
    let mut end = log.events().next().map_or(data.len() - log.padding().len(), |event| event.offset);
    let mut count = 0;
    for event in log.events() {
        assert_eq!(event.offset, end, "events follow each other");
        // The register, the type and the size, then the digests, and for the newer form their number and names.
        let digests: usize = event.digests.iter().map(|(_, digest)| digest.len()).sum();
        let names = if log.spec_id().is_some() { 4 + 2 * event.digests.iter().count() } else { 0 };
        end += 12 + names + digests + event.data().unverified().len();
        let _ = EventData::decode(event.event_type().unverified(), event.data().unverified()).map(|d| d.to_string());
        count += 1;
    }
    assert_eq!((end + log.padding().len(), count), (data.len(), log.len()));
    match Replay::of(&[LogPart::whole(*log)], &SOFTWARE) {
        Ok(replay) => {
            for bank in replay.banks() {
                assert!(
                    replay.extended().all(|register| replay.value(bank, register).unwrap().len() == bank.output_len())
                );
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The first four bytes are the type of an event, the others its data.
pub fn uefi_event(data: &[u8]) -> bool {
    let Some((type_, data)) = data.split_first_chunk() else { return false };
    match EventData::decode(TcgEventType(u32::from_le_bytes(*type_)), data) {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
        Ok(decoded) => {
            let text = decoded.to_string();
            assert!(!text.chars().any(char::is_control), "{text:?}");
            if let EventData::Variable(variable) = decoded {
                let mut inside = 0;
                for entry in variable.signature_lists().flatten() {
                    inside += entry.data.len();
                    assert!(inside <= data.len(), "no signature is read twice");
                }
            }
            true
        }
    }
}
