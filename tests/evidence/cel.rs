//! Promise: a Canonical Event Log in TLV is read to its last octet or not at all, each record in its place, and replays like any other log.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run};
use crate::common::forge::hash;
use crate::common::machine::{Event, Machine, digits};
use crate::common::verified::SHA256;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{CelContent, CelLog, LogErrorKind, Registers, TcgEventType};
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{LogPart, Replay};

fn tlv(type_: u8, value: &[u8]) -> Vec<u8> {
    [&[type_][..], &(value.len() as u32).to_be_bytes(), value].concat()
}

fn digests(content: &[u8]) -> Vec<u8> {
    tlv(3, &[tlv(4, &hash(HashAlgorithm::Sha1, content)), tlv(11, &hash(SHA256, content))].concat())
}

/// A record of a register: its digests are of `measured`.
fn record(number: u64, register: (u8, u32), measured: &[u8], content: &[u8]) -> Vec<u8> {
    let (kind, place) = register;
    [tlv(0, &number.to_be_bytes()), tlv(kind, &place.to_be_bytes()), digests(measured), content.to_vec()].concat()
}

/// What Container-Optimized OS launches.
fn cos(kind: u8, value: &[u8]) -> Vec<u8> {
    tlv(80, &tlv(kind, value))
}

fn event(type_: u32, data: &[u8]) -> Vec<u8> {
    tlv(5, &[tlv(0, &type_.to_be_bytes()), tlv(1, data)].concat())
}

fn genuine() -> Vec<u8> {
    let image = cos(0, b"registry.example/image:latest");
    let template = tlv(7, &[tlv(0, b"ima-ng"), tlv(1, b"its data")].concat());
    [
        record(0, (1, 13), &image, &image),
        record(1, (1, 13), b"v1", &event(8, b"v1")),
        record(2, (1, 10), b"its data", &template),
        record(3, (2, 0x0180_0001), b"of an index", &tlv(4, &tlv(1, b"\x01\x00"))),
        record(4, (1, 13), &cos(8, b""), &cos(8, b"")),
        record(5, (1, 13), b"any", &tlv(200, b"of a type to come")),
    ]
    .concat()
}

#[test]
fn each_record_is_read() {
    let octets = genuine();
    let log = CelLog::from_bytes(&octets).unwrap();
    assert_eq!((log.len(), log.registers()), (6, Registers::Pcr));
    assert!(log.has(TpmAlgId::SHA1) && log.has(TpmAlgId::SHA256) && !log.has(TpmAlgId::SHA384));
    let events: Vec<_> = log.events().collect();
    let types: Vec<&str> = events.iter().map(|event| event.cel().unwrap().content_type()).collect();
    assert_eq!(types, ["cos", "pcclient_std", "ima_template", "cel", "cos", "(unknown)"]);
    assert_eq!(events[1].event_type().unverified(), TcgEventType::S_CRTM_VERSION);
    assert_eq!(events[1].data().unverified(), b"v1");
    assert!(matches!(events[4].cel().unwrap().content(), CelContent::Cos { kind: 8, value: [] }));
    let shown: Vec<String> = events.iter().map(|event| event.unverified_description().to_string()).collect();
    assert_eq!(shown[0], "image reference: registry.example/image:latest");
    assert_eq!(shown[4], "the container starts");
    // What an NV index holds is shown, and extends nothing.
    assert!(!events[3].extends() && events[3].register() == u32::MAX);
    assert!(shown[3].starts_with("NV index 0x01800001: version of the log"), "{}", shown[3]);
}

#[test]
fn it_replays() {
    let octets = genuine();
    let replay = Replay::of(&[LogPart::whole(CelLog::from_bytes(&octets).unwrap())], &SOFTWARE).unwrap();
    let extended: [&[u8]; 4] = [&cos(0, b"registry.example/image:latest"), b"v1", &cos(8, b""), b"any"];
    for bank in [HashAlgorithm::Sha1, SHA256] {
        let fold = |value: Vec<u8>, content: &&[u8]| hash(bank, &[value, hash(bank, content)].concat());
        let value = extended.iter().fold(vec![0; bank.output_len()], fold);
        assert_eq!(replay.value(bank, 13).unwrap(), value, "{}", bank.name());
    }
    assert_eq!(replay.extended().collect::<Vec<_>>(), [10, 13]);
}

#[test]
fn what_is_not_a_log() {
    let octets = genuine();
    let starts: Vec<usize> = CelLog::from_bytes(&octets).unwrap().events().map(|event| event.offset).collect();
    for length in 0..octets.len() {
        assert_eq!(CelLog::from_bytes(&octets[..length]).is_ok(), length > 0 && starts.contains(&length), "{length}");
    }
    assert!(CelLog::from_bytes(&[&octets[..], &[0]].concat()).is_err());
    let kind = |octets: &[u8]| CelLog::from_bytes(octets).unwrap_err().kind;
    assert_eq!(kind(&[]), LogErrorKind::Empty);
    let image = cos(0, b"x");
    let first = record(0, (1, 13), &image, &image);
    // Out of its place, twice, or one left out.
    for numbers in [&[1u64][..], &[0, 0], &[0, 2], &[0, 1, 1], &[u64::MAX]] {
        let octets: Vec<u8> = numbers.iter().flat_map(|number| record(*number, (1, 13), &image, &image)).collect();
        let wrong = numbers.iter().zip(0..).find(|(number, place)| *number != place).unwrap().0;
        assert_eq!(kind(&octets), LogErrorKind::RecordNumber(*wrong));
    }
    assert_eq!(kind(&record(0, (1, 24), &image, &image)), LogErrorKind::Register(24));
    let twice = tlv(3, &[tlv(11, &[1; 32]), tlv(11, &[1; 32])].concat());
    let with = |digests: &[u8], content: &[u8]| [&tlv(0, &[0; 8])[..], &tlv(1, &[13]), digests, content].concat();
    assert_eq!(kind(&with(&twice, &image)), LogErrorKind::DuplicateDigest(TpmAlgId::SHA256));
    for (octets, words) in [
        (with(&tlv(3, &[]), &image), "has a digest"),
        (with(&tlv(3, &tlv(11, &[1; 31])), &image), "not as long"),
        (with(&tlv(4, &tlv(11, &[1; 32])), &image), "digests behind its register"),
        (with(&digests(b""), &digests(b"")), "content behind its digests"),
        ([&first[..], &image].concat(), "begins with its number"),
        ([tlv(0, &[]), first[13..].to_vec()].concat(), "one to eight octets"),
        ([tlv(0, &[0; 9]), first[13..].to_vec()].concat(), "one to eight octets"),
        ([&tlv(0, &[0; 8])[..], &tlv(9, &[13]), &digests(b""), &image].concat(), "register or an NV index"),
        (with(&digests(b""), &tlv(80, &[tlv(0, b"a"), tlv(1, b"b")].concat())), "too many"),
        (with(&digests(b""), &tlv(5, &[tlv(0, &[1, 2]), tlv(1, b"b")].concat())), "four octets"),
        (with(&digests(b""), &tlv(5, &[tlv(1, &[0; 4]), tlv(0, b"b")].concat())), "type 0, and then one of type 1"),
        ([&first[..], &record(1, (108, 1), b"", &image)].concat(), "registers of a confidential machine"),
    ] {
        let found = CelLog::from_bytes(&octets).unwrap_err().to_string();
        assert!(found.contains(words), "{words}: {found}");
    }
    // Sizes that are not there.
    for place in [1, 14, 23, 28] {
        let mut octets = first.clone();
        octets[place] = 0xff;
        assert!(CelLog::from_bytes(&octets).is_err(), "{place}");
    }
}

/// A policy has it explain a PCR, and each of its events is known by its digest.
#[test]
fn it_explains_a_pcr() {
    let (image, start) = (cos(0, b"registry.example/image:latest"), cos(8, b""));
    let log = [record(0, (1, 13), &image, &image), record(1, (1, 13), &start, &start)].concat();
    let mut machine = Machine::new();
    let of = |content: &[u8]| Event { pcr: 13, type_: 0, digest: hash(SHA256, content), data: Vec::new() };
    machine.extended = Some([&machine.firmware[..], &[of(&image), of(&start)]].concat());
    machine.logs = Some(vec![("cel", log)]);
    let rule = |content: &[u8]| format!("{{ pcr = 13, digest = [\"sha256:{}\"] }}", digits(&hash(SHA256, content)));
    let policy = format!(
        "[pcr.sha256]\n13 = \"log\"\n[logs]\n13 = [\"cel\"]\n[events]\naccept_any_boot = true\nrequire = [{}]\nallow = [{}]\n",
        rule(&image),
        rule(&start)
    );
    let outcome = machine.verify(&policy, &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    // Other data beside the same digest is other data than was measured; another digest leads elsewhere.
    let mut other = machine.clone();
    let evil = cos(0, b"registry.example/evil:latest");
    other.logs = Some(vec![("cel", [record(0, (1, 13), &evil, &evil), record(1, (1, 13), &start, &start)].concat())]);
    let outcome = other.verify(&policy, &[]);
    assert!(outcome.code == 1 && outcome.out.contains("does not lead to its value"), "{outcome:?}");
    // Registers of a confidential machine are no PCRs.
    other.logs = Some(vec![("cel", record(0, (108, 4), &image, &image))]);
    let outcome = other.verify(&policy, &[]);
    assert!(outcome.code == 1 && outcome.out.contains("not of PCRs"), "{outcome:?}");
}

#[test]
fn it_is_shown() {
    let folder = Folder::new("cel-shown");
    let path = folder.write("cel", &genuine());
    let shown = run(&["log".into(), path.clone()]);
    assert!(shown.code == 0 && shown.out.contains("cel log of 6 events; sha1 sha256"), "{shown:?}");
    assert!(shown.out.contains("NV index 0x01800001") && shown.out.contains("EV_S_CRTM_VERSION"), "{}", shown.out);
    let json: serde_json::Value =
        serde_json::from_str(&run(&["log".into(), path.clone(), "--json".into()]).out).unwrap();
    assert_eq!((json["format"].as_str(), json["events"][0]["type"].as_str()), (Some("cel"), Some("cos")));
    assert!(run(&["show".into(), path]).out.contains("cos of register 13"));
}
