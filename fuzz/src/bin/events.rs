//! events FOLDER LOG...: writes each kind of event of the logs, once for each type and size, as a seed of `uefi_event`.

use std::collections::BTreeSet;
use tpmproof::log::TcgLog;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let mut seen = BTreeSet::new();
    for path in arguments {
        let octets = std::fs::read(&path).expect("a log");
        for event in TcgLog::from_bytes(&octets).expect("a log").events() {
            let (type_, data) = (event.event_type().unverified().0, event.data().unverified());
            let decodes = tpmproof::log::EventData::decode(event.event_type().unverified(), data).is_ok();
            if decodes && data.len() <= 2048 && seen.insert((type_, data.len())) {
                let name = format!("{folder}/{type_:08x}.{}", data.len());
                std::fs::write(name, [&type_.to_le_bytes()[..], data].concat()).expect("a seed");
            }
        }
    }
}
