//! hostile GENERATOR BYTES: reads one input that was made to cost as much as it can. `benches/linear` counts its instructions.

use std::hint::black_box;
use tpmproof::crypto::SOFTWARE;
use tpmproof::log::{EventData, TcgEventType, TcgLog};
use tpmproof::verify::{LogPart, Replay};

const GENERATORS: [(&str, fn(usize) -> Vec<u8>); 8] = [
    ("sha1-events", |size| event(1, 5, &[1; 20], &[]).repeat(size / 32)),
    ("agile-events", |size| [header(), agile(&[]).repeat(size / 50)].concat()),
    ("one-event", |size| [header(), agile(&vec![7; size])].concat()),
    ("zeros-of-a-ccel", |size| [event(1, 5, &[1; 20], &[]), vec![0; size], vec![1]].concat()),
    ("padding-of-a-ccel", |size| [event(1, 5, &[1; 20], &[]), vec![0xff; size]].concat()),
    ("device-path", |size| image(&[4, 4, 4, 0].repeat(size / 4))),
    ("signatures", |size| variable(&list(48, &vec![9; size / 48 * 48]))),
    ("signature-lists", |size| variable(&list(48, &[9; 48]).repeat(size / 76))),
];

fn event(register: u32, type_: u32, digest: &[u8], data: &[u8]) -> Vec<u8> {
    let size = u32::try_from(data.len()).expect("a size");
    [&register.to_le_bytes()[..], &type_.to_le_bytes(), digest, &size.to_le_bytes(), data].concat()
}

fn header() -> Vec<u8> {
    event(0, 3, &[0; 20], b"Spec ID Event03\0\0\0\0\0\0\x02\0\x02\x01\0\0\0\x0b\0\x20\0\0")
}

/// An event with one digest by SHA-256.
fn agile(data: &[u8]) -> Vec<u8> {
    event(0, 5, &[&[1, 0, 0, 0, 0x0b, 0][..], &[1; 32]].concat(), data)
}

fn image(path: &[u8]) -> Vec<u8> {
    let path = [&[0; 24][..], &(path.len() as u64).to_le_bytes(), path].concat();
    event(4, 0x8000_0003, &[1; 20], &path)
}

fn variable(lists: &[u8]) -> Vec<u8> {
    let data = [&[7; 16][..], &2u64.to_le_bytes(), &(lists.len() as u64).to_le_bytes(), b"d\0b\0", lists].concat();
    event(7, 0x8000_0001, &[1; 20], &data)
}

fn list(entry: u32, entries: &[u8]) -> Vec<u8> {
    let size = u32::try_from(28 + entries.len()).expect("a size");
    [&[3; 16][..], &size.to_le_bytes(), &[0; 4], &entry.to_le_bytes(), entries].concat()
}

/// All that is done with a log; its name is what the script counts.
#[inline(never)]
fn hostile_work(octets: &[u8]) -> usize {
    let mut count = 0;
    for log in [TcgLog::from_bytes(octets), TcgLog::from_ccel(octets)].into_iter().flatten() {
        for event in log.events() {
            let decoded = EventData::decode(event.event_type().unverified(), event.data().unverified());
            if let Ok(EventData::Variable(variable)) = &decoded {
                count += variable.signature_lists().count();
            }
            if event.event_type().unverified() == TcgEventType::EFI_BOOT_SERVICES_APPLICATION {
                count += black_box(decoded.map(|data| data.to_string()).unwrap_or_default()).len();
            }
        }
        count += black_box(Replay::of(&[LogPart::whole(log)], &SOFTWARE)).map_or(0, |replay| replay.extended().count());
    }
    count
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some((_, generate)) = GENERATORS.iter().find(|(known, _)| *known == name) else {
        for (known, _) in GENERATORS {
            println!("{known}");
        }
        return;
    };
    let size = arguments.next().and_then(|size| size.parse().ok()).expect("a number of bytes");
    let octets = generate(size);
    println!("{}", hostile_work(&octets));
}
