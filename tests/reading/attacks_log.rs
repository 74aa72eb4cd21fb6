//! Promise: a log that is not what it seems is refused, and for what it is. The names begin with the family and number of the attack.
#![cfg(feature = "std")]

use crate::common::forge::hash;
use crate::common::log::{
    ACTION, NO_ACTION, SEPARATOR, event, event2, header, le32, no_action, sha1_event, spec_id, spec_id_event,
};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{LogErrorKind, LogFormat, TcgEventType, TcgLog};
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{LogPart, Replay, ReplayError};

const SHA256: &[HashAlgorithm] = &[HashAlgorithm::Sha256];
const BOTH: &[HashAlgorithm] = &[HashAlgorithm::Sha1, HashAlgorithm::Sha256];

fn good() -> Vec<u8> {
    [header(BOTH), event(BOTH, 0, ACTION, b"one", b"one"), event(BOTH, 7, SEPARATOR, &[0; 4], &[0; 4])].concat()
}

fn refused(octets: &[u8]) -> LogErrorKind {
    TcgLog::from_bytes(octets).expect_err("read").kind
}

fn is_spec_id(octets: &[u8]) {
    let kind = refused(octets);
    assert!(matches!(kind, LogErrorKind::SpecId(_)), "{kind:?}");
}

fn replayed(octets: &[u8]) -> Result<Replay, ReplayError> {
    Replay::of(&[LogPart::whole(TcgLog::from_bytes(octets).unwrap())], &SOFTWARE)
}

#[test]
fn control() {
    let octets = good();
    let log = TcgLog::from_bytes(&octets).unwrap();
    assert_eq!((log.len(), log.format()), (2, LogFormat::CryptoAgile));
    assert_eq!(replayed(&octets).unwrap().extended().collect::<Vec<_>>(), [0, 7]);
}

#[test]
fn l01_each_prefix_is_an_error() {
    let real = crate::common::read("boot-uki/binary_bios_measurements");
    for octets in [good(), real] {
        // Between two events a log may end: that it ends too early is the replay's to see.
        let log = TcgLog::from_bytes(&octets).unwrap();
        let ends: Vec<usize> = log.events().map(|event| event.offset).chain([octets.len()]).collect();
        for length in 0..octets.len() {
            assert_eq!(TcgLog::from_bytes(&octets[..length]).is_ok(), ends.contains(&length), "{length}");
        }
    }
}

#[test]
fn l02_the_size_of_an_event() {
    let mut octets = good();
    let size = octets.len() - 8;
    assert_eq!(octets[size..size + 4], le32(4));
    octets[size..size + 4].copy_from_slice(&le32(u32::MAX));
    assert_eq!(refused(&octets), LogErrorKind::UnexpectedEnd);
}

#[test]
fn l03_the_number_of_digests() {
    for count in [3, u32::MAX] {
        let octets = [&header(BOTH)[..], &le32(0), &le32(ACTION), &le32(count), &[0; 200]].concat();
        assert_eq!(refused(&octets), LogErrorKind::TooManyDigests(count));
    }
}

#[test]
fn l04_the_number_of_algorithms() {
    let data = spec_id(&[(0x000b, 32)]);
    for count in [0, 9, u32::MAX] {
        let mut data = data.clone();
        data[24..28].copy_from_slice(&le32(count));
        is_spec_id(&spec_id_event(&data));
    }
}

#[test]
fn l05_an_event_without_digests() {
    let octets = [header(BOTH), event2(0, ACTION, &[], b"none")].concat();
    assert_eq!(refused(&octets), LogErrorKind::MissingDigest(TpmAlgId::SHA1));
}

#[test]
fn l06_an_algorithm_twice_in_an_event() {
    let digest = &[1; 32][..];
    let octets = [header(BOTH), event2(0, ACTION, &[(0x000b, digest), (0x000b, digest)], b"")].concat();
    assert_eq!(refused(&octets), LogErrorKind::DuplicateDigest(TpmAlgId::SHA256));
}

#[test]
fn l07_an_algorithm_that_was_not_declared() {
    let octets = [header(BOTH), event2(0, ACTION, &[(0x000c, &[1; 48])], b"")].concat();
    assert_eq!(refused(&octets), LogErrorKind::UndeclaredAlgorithm(TpmAlgId::SHA384));
}

#[test]
fn l08_the_size_of_an_algorithm() {
    is_spec_id(&spec_id_event(&spec_id(&[(0x000b, 20)])));
    is_spec_id(&spec_id_event(&spec_id(&[(0x0004, 20), (0x000c, 32)])));
    // One that nobody knows has the size that it says, and no bank.
    let octets = [
        spec_id_event(&spec_id(&[(0x000b, 32), (0x7777, 5)])),
        event2(0, ACTION, &[(0x7777, &[9; 5]), (0x000b, &[1; 32])], b""),
    ]
    .concat();
    let log = TcgLog::from_bytes(&octets).unwrap();
    assert_eq!(log.events().next().unwrap().digests.get(TpmAlgId(0x7777)).unwrap(), [9; 5]);
    assert_eq!(replayed(&octets).unwrap().banks().collect::<Vec<_>>(), SHA256);
}

#[test]
fn l09_a_spec_id_event_in_the_middle() {
    let octets =
        [&good()[..], &no_action(BOTH, 0, &spec_id(&[(0x000b, 20)])), &event(BOTH, 1, ACTION, b"x", b"x")].concat();
    let log = TcgLog::from_bytes(&octets).unwrap();
    assert_eq!(log.len(), 4);
    assert_eq!(log.events().last().unwrap().digests.get(TpmAlgId::SHA256).unwrap().len(), 32);
}

#[test]
fn l10_registers_that_do_not_exist() {
    for register in [24, 31, 32, 0xffff_fffe, u32::MAX] {
        let octets = [header(SHA256), event(SHA256, register, ACTION, b"x", b"x")].concat();
        assert_eq!(refused(&octets), LogErrorKind::Register(register));
    }
    let nowhere = [header(SHA256), no_action(SHA256, u32::MAX, b"nowhere")].concat();
    assert_eq!(replayed(&nowhere).unwrap().extended().count(), 0);
    assert_eq!(refused(&[header(SHA256), no_action(SHA256, 24, b"")].concat()), LogErrorKind::Register(24));
    let ccel = [header(SHA256), event(SHA256, 5, ACTION, b"x", b"x")].concat();
    assert_eq!(TcgLog::from_ccel(&ccel).unwrap_err().kind, LogErrorKind::Register(5));
}

#[test]
fn l11_a_digest_that_is_missing_breaks_its_bank() {
    let octets = [&good()[..], &event2(1, ACTION, &[(0x0004, &[1; 20])], b"")].concat();
    let replay = replayed(&octets).unwrap();
    assert_eq!(replay.value(HashAlgorithm::Sha256, 0), None);
    assert_eq!(replay.broken_banks().collect::<Vec<_>>(), [(HashAlgorithm::Sha256, 3)]);
    assert!(replay.value(HashAlgorithm::Sha1, 0).is_some());
}

#[test]
fn l12_the_form_is_not_mistaken() {
    // The SHA-1 form has one bank only.
    let sha1 = sha1_event(0, ACTION, &[1; 20], b"x");
    let log = TcgLog::from_bytes(&sha1).unwrap();
    assert_eq!(log.format(), LogFormat::Sha1);
    assert_eq!(replayed(&sha1).unwrap().value(HashAlgorithm::Sha256, 0), None);
    // Crypto-agile events without their header, and a SHA-1 event behind one.
    assert!(TcgLog::from_bytes(&good()[header(BOTH).len()..]).is_err());
    assert!(TcgLog::from_bytes(&[header(BOTH), sha1_event(0, ACTION, &[1; 20], b"x")].concat()).is_err());
}

#[test]
fn l13_an_algorithm_twice_in_the_header() {
    is_spec_id(&spec_id_event(&spec_id(&[(0x000b, 32), (0x000b, 32)])));
}

#[test]
fn l14_a_type_that_nobody_knows() {
    let octets = [header(SHA256), event(SHA256, 0, 0x7777, b"x", b"x")].concat();
    let log = TcgLog::from_bytes(&octets).unwrap();
    assert_eq!(log.events().next().unwrap().event_type().unverified(), TcgEventType(0x7777));
    assert_eq!(format!("{:?}", TcgEventType(0x7777)), "0x7777");
}

#[test]
fn l15_nothing_follows_the_last_event() {
    for more in [&[1, 2, 3][..], &[0, 0, 0], &[0xff; 3]] {
        assert_eq!(refused(&[&good(), more].concat()), LogErrorKind::TrailingBytes(3));
    }
    assert!(TcgLog::from_bytes(&[&good()[..], &[0; 100]].concat()).is_err());
    for filler in [0x00, 0xff] {
        let padded = [&good()[..], &[filler; 100]].concat();
        let log = TcgLog::from_ccel(&padded).map(|log| log.padding().to_vec());
        assert!(log.is_err(), "register 7 is none of a confidential machine");
        let ccel = [&header(SHA256)[..], &event(SHA256, 1, ACTION, b"x", b"x"), &[filler; 100]].concat();
        assert_eq!(TcgLog::from_ccel(&ccel).unwrap().padding(), [filler; 100]);
        let mixed = [&ccel[..], &[filler ^ 0xff]].concat();
        assert!(TcgLog::from_ccel(&mixed).is_err(), "two kinds of octets are no padding");
    }
}

#[test]
fn l16_no_log_is_no_log() {
    assert_eq!(refused(&[]), LogErrorKind::Empty);
    assert_eq!(TcgLog::from_ccel(&[]).unwrap_err().kind, LogErrorKind::Empty);
    // A memory area that nobody wrote to.
    assert!(TcgLog::from_ccel(&[0xff; 64]).is_err() && TcgLog::from_ccel(&[0; 8]).is_err());
}

#[test]
fn l17_the_header_is_of_register_0_and_not_extended() {
    let data = spec_id(&[(0x000b, 32)]);
    is_spec_id(&sha1_event(1, NO_ACTION, &[0; 20], &data));
    is_spec_id(&sha1_event(0, ACTION, &[0; 20], &data));
    is_spec_id(&sha1_event(0, NO_ACTION, &[1; 20], &data));
    TcgLog::from_bytes(&sha1_event(0, NO_ACTION, &[0; 20], &data)).unwrap();
}

#[test]
fn l18_the_vendors_information_fills_the_header() {
    let mut data = spec_id(&[(0x000b, 32)]);
    *data.last_mut().unwrap() = 4;
    is_spec_id(&spec_id_event(&data));
    data.extend([1, 2, 3, 4]);
    let octets = spec_id_event(&data);
    assert_eq!(TcgLog::from_bytes(&octets).unwrap().spec_id().unwrap().vendor_info, [1, 2, 3, 4]);
    data.push(5);
    is_spec_id(&spec_id_event(&data));
}

#[test]
fn l19_headers_of_another_version() {
    let good = spec_id(&[(0x000b, 32)]);
    for (place, value) in [(13, b'4'), (14, b'9'), (15, b'!'), (20, 1), (21, 1), (21, 3), (23, 0), (23, 3)] {
        let mut data = good.clone();
        data[place] = value;
        is_spec_id(&spec_id_event(&data));
    }
    // The errata may be any, and the older versions head the SHA-1 form.
    let mut errata = good.clone();
    errata[22] = 105;
    assert_eq!(TcgLog::from_bytes(&spec_id_event(&errata)).unwrap().spec_id().unwrap().errata, 105);
    let mut old = good;
    old[13..15].copy_from_slice(b"00");
    assert_eq!(TcgLog::from_bytes(&spec_id_event(&old)).unwrap().format(), LogFormat::Sha1);
}

/// Real firmware writes such events: they say nothing.
#[test]
fn l30_very_short_events_without_action() {
    for data in [&b""[..], b"S", b"StartupLocalit"] {
        let octets = [header(SHA256), no_action(SHA256, 0, data)].concat();
        assert_eq!(replayed(&octets).unwrap().extended().count(), 0);
    }
}

#[test]
fn r06_an_event_without_action_is_not_extended() {
    let with = [&good()[..], &no_action(BOTH, 0, b"say what you will")].concat();
    let (one, two) = (replayed(&good()).unwrap(), replayed(&with).unwrap());
    assert_eq!(one.value(HashAlgorithm::Sha256, 0), two.value(HashAlgorithm::Sha256, 0));
    // A real event retyped is an event dropped.
    let mut retyped = good();
    let place = header(BOTH).len() + 4;
    assert_eq!(retyped[place..place + 4], le32(ACTION));
    retyped[place..place + 4].copy_from_slice(&le32(NO_ACTION));
    assert_ne!(replayed(&retyped).unwrap().value(HashAlgorithm::Sha256, 0), one.value(HashAlgorithm::Sha256, 0));
}

fn startup(pcr: u32, data: &[u8]) -> Vec<u8> {
    no_action(SHA256, pcr, &[b"StartupLocality\0", data].concat())
}

#[test]
fn r10_the_locality_of_start_up_is_told_once_and_early() {
    for locality in [0, 3, 4] {
        let replay = replayed(&[header(SHA256), startup(0, &[locality])].concat()).unwrap();
        assert_eq!(replay.value(HashAlgorithm::Sha256, 0).unwrap()[31], locality);
    }
    let first = || event(SHA256, 0, ACTION, b"x", b"x");
    for (what, octets) in [
        ("locality 1", [header(SHA256), startup(0, &[1])].concat()),
        ("locality 7", [header(SHA256), startup(0, &[7])].concat()),
        ("twice", [header(SHA256), startup(0, &[3]), startup(0, &[3])].concat()),
        ("late", [header(SHA256), first(), startup(0, &[3])].concat()),
        ("of PCR 1", [header(SHA256), startup(1, &[3])].concat()),
        ("no locality", [header(SHA256), startup(0, &[])].concat()),
        ("two octets", [header(SHA256), startup(0, &[3, 0])].concat()),
    ] {
        let error = replayed(&octets).unwrap_err();
        assert!(matches!(error, ReplayError::StartupLocality { .. }), "{what}: {error:?}");
    }
}

#[test]
fn r11_a_hardware_root_of_trust_comes_first() {
    const HCRTM: u32 = 0x8000_0010;
    let of = |pcr, data: &[u8]| event(SHA256, pcr, HCRTM, b"measured", data);
    replayed(&[header(SHA256), of(0, b"HCRTM")].concat()).unwrap();
    for octets in [
        [header(SHA256), of(1, b"HCRTM")].concat(),
        [header(SHA256), of(0, b"HCRT")].concat(),
        [header(SHA256), event(SHA256, 0, ACTION, b"x", b"x"), of(0, b"HCRTM")].concat(),
    ] {
        assert!(matches!(replayed(&octets).unwrap_err(), ReplayError::Hcrtm { .. }));
    }
}

#[test]
fn r10_r11_the_start_is_set_once_and_before_the_first_measurement() {
    const HCRTM: u32 = 0x8000_0010;
    let sha256 = |octets: &[u8]| hash(HashAlgorithm::Sha256, octets);
    let value = |events: &[&[u8]]| {
        let replay = replayed(&[&header(SHA256)[..], &events.concat()].concat()).unwrap();
        replay.value(HashAlgorithm::Sha256, 0).unwrap().to_vec()
    };
    let from = |locality: u8, measured: &[&[u8]]| {
        let start = [&[0; 31][..], &[locality]].concat();
        measured.iter().fold(start, |value, octets| sha256(&[value, sha256(octets)].concat()))
    };
    let of = |octets: &[u8]| event(SHA256, 0, HCRTM, octets, b"HCRTM");
    assert_eq!(value(&[&of(b"a"), &of(b"b")]), from(4, &[b"a", b"b"]));
    // What is of another register, or extends none, may come before.
    let locality = no_action(SHA256, 0, b"StartupLocality\0\x03");
    let (later, own) = (event(SHA256, 0, ACTION, b"y", b"y"), event(SHA256, 0, ACTION, b"x", b"x"));
    for before in [event(SHA256, 1, ACTION, b"x", b"x"), no_action(SHA256, 0, b"x")] {
        assert_eq!(value(&[&before, &locality, &later]), from(3, &[b"y"]));
        assert_eq!(value(&[&before, &of(b"a"), &later]), from(4, &[b"a", b"y"]));
    }
    let late = [&header(SHA256)[..], &own, &locality].concat();
    assert!(matches!(replayed(&late).unwrap_err(), ReplayError::StartupLocality { .. }));
}

#[test]
fn r15_pcrs_of_a_dynamic_launch() {
    let without = replayed(&[header(SHA256), event(SHA256, 17, ACTION, b"x", b"x")].concat()).unwrap();
    let with = replayed(&[header(SHA256), event(SHA256, 17, 0x402, b"x", b"x")].concat()).unwrap();
    assert_ne!(without.value(HashAlgorithm::Sha256, 17), with.value(HashAlgorithm::Sha256, 17));
    assert_eq!(without.value(HashAlgorithm::Sha256, 18).unwrap(), [0xff; 32]);
    assert_eq!(with.value(HashAlgorithm::Sha256, 18).unwrap(), [0; 32]);
}

/// No order between PCRs is verified: only each register's own is.
#[test]
fn r18_the_order_between_registers_is_nothing() {
    let events: Vec<_> = (0..6u32).map(|n| event(SHA256, n % 3, ACTION, &le32(n), &le32(n))).collect();
    let in_order = [&header(SHA256)[..], &events.concat()].concat();
    let by_register = [0, 3, 1, 4, 2, 5].map(|place| events[place].clone()).concat();
    let by_register = [&header(SHA256)[..], &by_register].concat();
    let swapped = [3, 0, 1, 2, 4, 5].map(|place| events[place].clone()).concat();
    let swapped = [&header(SHA256)[..], &swapped].concat();
    let values = |octets: &[u8]| {
        let replay = replayed(octets).unwrap();
        [0, 1, 2].map(|register| replay.value(HashAlgorithm::Sha256, register).unwrap().to_vec())
    };
    assert_eq!(values(&in_order), values(&by_register));
    assert_ne!(values(&in_order), values(&swapped));
}
