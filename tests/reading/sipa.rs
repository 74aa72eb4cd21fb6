//! Promise: the trees of events that Windows measures are shown event by event, and no tree takes more than its octets.
#![cfg(feature = "std")]

use crate::MILLION;
use crate::common::log::le32;
use tpmproof::log::{EventData, LogErrorKind, SipaTree, TcgEventType};

fn event(id: u32, data: &[u8]) -> Vec<u8> {
    [&le32(id)[..], &le32(data.len() as u32), data].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn shown(data: &[u8]) -> String {
    let decoded = EventData::decode(TcgEventType::EVENT_TAG, data).unwrap();
    assert!(matches!(decoded, EventData::Windows(_)));
    decoded.to_string()
}

fn boot() -> Vec<u8> {
    let module =
        event(0x4001_0003, &[event(0x0007_0001, &wide("\\Windows\\x.sys")), event(0x0007_000a, &[1])].concat());
    let inner = [event(0x0004_0001, &[0]), event(0x0002_0005, &le32(4)), module, event(0x0005_0fff, &[7, 8])].concat();
    event(0x4001_0001, &inner)
}

#[test]
fn a_tree_is_shown() {
    let tree = boot();
    assert_eq!(
        shown(&tree),
        "trust boundary (boot debugging: off, BitLocker unlock: 4, loaded module (path: \\Windows\\x.sys, image validated: on), \
         0x00050fff: 0708)"
    );
    let depths: Vec<usize> = SipaTree::decode(&tree).unwrap().events().map(|event| event.depth).collect();
    assert_eq!(depths, [0, 1, 1, 1, 2, 2, 1]);
    // Several stand beside each other, and a single one alone.
    assert_eq!(shown(&[boot(), event(0x0005_0003, &[1])].concat()).matches("test signing: on").count(), 1);
    assert_eq!(shown(&event(0x0006_0001, &[])), "no authority");
    // A name does not control a terminal.
    assert_eq!(shown(&event(0x0005_0009, &wide("\u{1b}[31m"))), "system root: \\u{1b}[31m");
    // Tags of others are as they were.
    for tag in [0x8f3b_22ec, 0x5450_5246, 0x000d_0001, 0x0001_0001] {
        let tagged = event(tag, b"text");
        let decoded = EventData::decode(TcgEventType::EVENT_TAG, &tagged);
        assert!(!matches!(decoded, Ok(EventData::Windows(_))), "{tag:#x}");
    }
}

#[test]
fn every_prefix_is_refused() {
    let tree = boot();
    for length in 0..tree.len() {
        assert!(SipaTree::decode(&tree[..length]).is_err() || length == 0, "{length}");
    }
    assert_eq!(SipaTree::decode(&[&tree[..], &[0; 7]].concat()).unwrap_err(), LogErrorKind::UnexpectedEnd);
    // Larger than what it stands in, though the log has so many octets.
    let inner = [le32(0x0004_0001), le32(9), [0; 4]].concat();
    let tree = [event(0x4001_0001, &inner), vec![0; 64]].concat();
    assert_eq!(SipaTree::decode(&tree).unwrap_err(), LogErrorKind::UnexpectedEnd);
}

/// Empty containers, side by side, are as many as their octets.
#[test]
fn a_wide_tree() {
    let tree: Vec<u8> = std::iter::repeat_n(event(0x4001_0001, &[]), MILLION / 10).flatten().collect();
    assert_eq!(SipaTree::decode(&tree).unwrap().events().count(), MILLION / 10);
}
