//! Promise: logs beside a quote explain a PCR if they lead to exactly its value, and of their events only that is believed which was
//! measured. The names of attacks begin with their family and number.
#![cfg(feature = "std")]

use crate::common::forge::hash;
use crate::common::log::{ACTION, event, event2, header, id, measured, measurement, no_action};
use crate::common::verified::{BANKS, SHA256, extended, leak, parts, quoted, quoted_in, verified, with};
use tpmproof::crypto::HashAlgorithm;
use tpmproof::log::TcgLog;
use tpmproof::verify::{LogName, LogPart, LogState};

#[test]
fn each_boot_explains_its_quote() {
    let (mut explained, mut absent) = (0, 0);
    for quote in crate::common::all_quotes().iter().filter(|quote| quote.id.starts_with("boot-")) {
        let boot = quote.id.split('/').next().unwrap();
        let log = crate::common::read(&format!("{boot}/binary_bios_measurements"));
        let logs = with(&verified(quote), &[&log]);
        for (bank, index, value) in &quote.values {
            // PCR 10 is IMA's, whose list is another log.
            let expected = if *index == 10 && value.iter().any(|octet| *octet != 0) {
                absent += 1;
                LogState::AbsentFromLog
            } else {
                explained += 1;
                LogState::Explained
            };
            assert_eq!(logs.state(*bank, *index), Some(expected), "{}: {} {index}", quote.id, bank.name());
            assert!(expected == LogState::Explained || logs.events(*bank, *index).next().is_none());
        }
    }
    println!("{explained} PCRs explained, {absent} absent from the log");
    assert!(explained > 300 && absent > 0);
}

/// Every event of a real boot in turn: dropped, doubled, swapped with the next, a bit of its digest flipped.
#[test]
fn r01_an_event_changed() {
    let quote = crate::common::all_quotes().into_iter().find(|quote| quote.id == "boot-uki-sb/rsa_sha256").unwrap();
    let verified = verified(&quote);
    let octets = crate::common::read("boot-uki-sb/binary_bios_measurements");
    let log = TcgLog::from_bytes(&octets).unwrap();
    let mut starts: Vec<usize> = log.events().map(|event| event.offset).collect();
    let head = &octets[..starts[0]];
    starts.push(octets.len());
    let events: Vec<&[u8]> = starts.windows(2).map(|ends| &octets[ends[0]..ends[1]]).collect();
    let registers: Vec<u32> = log.events().map(|event| event.register()).collect();
    let state = |events: &[&[u8]], register: u32| {
        let octets = [head, &events.concat()].concat();
        with(&verified, &[&octets]).state(SHA256, u8::try_from(register).unwrap()).unwrap()
    };
    let mut refused = 0;
    for place in 0..events.len() {
        let register = registers[place];
        assert_eq!(state(&events, register), LogState::Explained);
        let mut dropped = events.clone();
        dropped.remove(place);
        let mut doubled = events.clone();
        doubled.insert(place, events[place]);
        // The digest of SHA-256 stands behind the count, the name and digest of SHA-1, and its own name.
        let mut bytes = events[place].to_vec();
        bytes[12 + 22 + 2] ^= 1;
        let mut flipped = events.clone();
        flipped[place] = &bytes;
        for changed in [dropped, doubled, flipped] {
            assert_ne!(state(&changed, register), LogState::Explained, "event {place}");
            refused += 1;
        }
        // With the next of the same register, if that is another.
        let next = (place + 1..events.len()).find(|next| registers[*next] == register);
        if let Some(next) = next.filter(|next| events[*next][..70] != events[place][..70]) {
            let mut swapped = events.clone();
            swapped.swap(place, next);
            assert_ne!(state(&swapped, register), LogState::Explained, "events {place} and {next}");
            refused += 1;
        }
    }
    println!("{refused} changes, each refused");
    assert!(refused > 110, "{refused}");
}

#[test]
fn r07_a_pcr_without_events() {
    let log = [header(BANKS), event(BANKS, 0, ACTION, b"x", b"x")].concat();
    let quote = quoted(&[(0, extended(&[hash(SHA256, b"x")])), (4, vec![7; 32]), (5, vec![0; 32])]);
    let logs = with(&quote, &[&log]);
    assert_eq!(logs.state(SHA256, 0), Some(LogState::Explained));
    assert_eq!(logs.state(SHA256, 4), Some(LogState::AbsentFromLog));
    assert_eq!(logs.state(SHA256, 5), Some(LogState::Explained), "nothing extended it, and it says so");
    assert_eq!(logs.state(SHA256, 6), None, "not quoted");
    assert_eq!(with(&quote, &[]).state(SHA256, 0), Some(LogState::AbsentFromLog));
}

#[test]
fn r08_a_log_without_the_bank_explains_nothing_of_it() {
    let sha1 = [HashAlgorithm::Sha1];
    let log = [header(&sha1), event(&sha1, 0, ACTION, b"x", b"x"), event(&sha1, 1, ACTION, b"x", b"x")].concat();
    let zeros = vec![0; 32];
    let quote = quoted(&[(0, extended(&[hash(SHA256, b"x")])), (1, zeros.clone()), (4, vec![7; 32]), (5, zeros)]);
    let logs = with(&quote, &[&log]);
    let states = [0, 1, 4, 5].map(|index| logs.state(SHA256, index).unwrap());
    let lacks = LogState::WithoutBank;
    assert_eq!(states, [lacks, lacks, LogState::AbsentFromLog, lacks]);
}

#[test]
fn r09_a_bank_vouches_for_itself_only() {
    let digests = [(id(HashAlgorithm::Sha1), hash(HashAlgorithm::Sha1, b"x")), (id(SHA256), vec![9; 32])];
    let digests: Vec<_> = digests.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    let log = [header(BANKS), event2(0, ACTION, &digests, b"x")].concat();
    let logs = with(&quoted(&[(0, extended(&[hash(SHA256, b"x")]))]), &[&log]);
    assert_eq!(logs.state(SHA256, 0), Some(LogState::Unexplained));
}

/// Nothing is added to a log that lacks an event, and nothing is left out of one that has more than was quoted.
#[test]
fn r20_r21_a_log_is_taken_as_it_is() {
    let all: Vec<Vec<u8>> = (0..3u8).map(|n| event(BANKS, 0, ACTION, &[n], &[n])).collect();
    let digests: Vec<_> = (0..3u8).map(|n| hash(SHA256, &[n])).collect();
    let quote = quoted(&[(0, extended(&digests))]);
    let state =
        |events: &[Vec<u8>]| with(&quote, &[&[header(BANKS), events.concat()].concat()]).state(SHA256, 0).unwrap();
    assert_eq!(state(&all), LogState::Explained);
    assert_eq!(state(&all[..2]), LogState::Unexplained);
    let more = [&all[..], &[event(BANKS, 0, ACTION, b"later", b"")]].concat();
    assert_eq!(state(&more), LogState::Unexplained);
}

/// Only digests are believed: the type is said, and data only where the digest is of it.
#[test]
fn r05_data_is_believed_where_it_was_measured() {
    let log = [
        header(BANKS),
        event(BANKS, 0, ACTION, b"measured", b"measured"),
        event(BANKS, 0, ACTION, b"an image", b"what is said of it"),
    ]
    .concat();
    let quote = quoted(&[(0, extended(&[hash(SHA256, b"measured"), hash(SHA256, b"an image")]))]);
    let logs = with(&quote, &[&log]);
    let data: Vec<_> = logs.events(SHA256, 0).map(|event| event.data()).collect();
    assert_eq!(data, [Some(&b"measured"[..]), None]);
    assert_eq!(logs.events(SHA256, 0).map(|event| event.digest().to_vec()).last().unwrap(), hash(SHA256, b"an image"));
}

#[test]
fn a02_a03_measurements_of_an_application() {
    let ders = [measurement("tls-spki", "", &[1; 32], 91), measurement("weights", "a", &[2; 32], 5)];
    let events: Vec<_> = ders.iter().map(|der| measured(BANKS, 13, der)).collect();
    let quote = quoted(&[(13, extended(&[hash(SHA256, &ders[0]), hash(SHA256, &ders[1])]))]);
    let of = |events: &[&[u8]]| {
        let log = [&header(BANKS)[..], &events.concat()].concat();
        let parts: Vec<_> = parts(&[&log]).iter().map(|part| LogPart { name: LogName::Application, ..*part }).collect();
        quote.verify_logs(parts.leak()).unwrap()
    };
    let logs = of(&[&events[0], &events[1]]);
    let read: Vec<_> = logs.events(SHA256, 13).map(|event| event.measurement().unwrap()).collect();
    assert_eq!((read[0].kind, read[1].kind, read[1].name), ("tls-spki", "weights", "a"));
    let another = measured(BANKS, 13, &measurement("weights", "b", &[2; 32], 5));
    for (what, changed) in [
        ("one dropped", of(&[&events[0]])),
        ("one more", of(&[&events[0], &events[1], &another])),
        ("the other order", of(&[&events[1], &events[0]])),
        ("another", of(&[&events[0], &another])),
    ] {
        assert_eq!(changed.state(SHA256, 13), Some(LogState::Unexplained), "{what}");
        assert_eq!(changed.events(SHA256, 13).count(), 0, "{what}");
    }
    // Another measurement beside the digests of the old one: the PCR is explained, and the measurement is not believed.
    let digests: Vec<_> =
        BANKS.iter().map(|bank| (id(*bank), hash(*bank, &measurement("weights", "a", &[2; 32], 5)))).collect();
    let digests: Vec<_> = digests.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    let forged = measurement("weights", "b", &[3; 32], 5);
    let data = [&0x5450_5246_u32.to_le_bytes()[..], &(forged.len() as u32).to_le_bytes(), &forged].concat();
    let logs = of(&[&events[0], &event2(13, 6, &digests, &data)]);
    assert_eq!(logs.state(SHA256, 13), Some(LogState::Explained));
    assert!(logs.events(SHA256, 13).last().unwrap().measurement().is_none());
    // The same octets in an event of another type are no measurement.
    let genuine = |type_| {
        let data = [&0x5450_5246_u32.to_le_bytes()[..], &(ders[1].len() as u32).to_le_bytes(), &ders[1]].concat();
        let logs = of(&[&events[0], &event2(13, type_, &digests, &data)]);
        assert_eq!(logs.state(SHA256, 13), Some(LogState::Explained));
        logs.events(SHA256, 13).last().unwrap().measurement().is_some()
    };
    assert!(genuine(6) && !genuine(ACTION));
}

/// Of what BlindLlama v2 extends, only its digests by SHA-256 are known to be of what they stand for.
#[test]
fn a02_blindllama_v2_by_sha256_alone() {
    let sentinel: Vec<_> = BANKS.iter().map(|bank| (id(*bank), vec![0; bank.output_len()])).collect();
    let sentinel: Vec<_> = sentinel.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    let (disk, ca) = (event(BANKS, 15, ACTION, b"disk", b""), event(BANKS, 15, ACTION, b"ca", b""));
    let log = [header(BANKS), disk, event2(15, ACTION, &sentinel, b""), ca].concat();
    let read = |bank: HashAlgorithm| {
        let zeros = vec![0; bank.output_len()];
        let digests = [hash(bank, b"disk"), zeros.clone(), hash(bank, b"ca")];
        let value = digests.iter().fold(zeros, |value, digest| hash(bank, &[&value[..], digest].concat()));
        let parts = parts(&[&log]).iter().map(|part| LogPart { name: LogName::BlindLlamaV2, ..*part });
        let logs = quoted_in(bank, &[(15, value)]).verify_logs(parts.collect::<Vec<_>>().leak()).unwrap();
        assert_eq!(logs.state(bank, 15), Some(LogState::Explained));
        logs.events(bank, 15).filter_map(|event| event.measurement()).map(|found| found.kind).collect::<Vec<_>>()
    };
    assert_eq!(read(SHA256), ["disk-root-hash", "sentinel", "webserver-ca"]);
    assert!(read(HashAlgorithm::Sha1).is_empty());
}

/// Two logs of one PCR are read in the order that is given, and a log only for the registers that it is to explain.
#[test]
fn several_logs() {
    let first = [header(BANKS), event(BANKS, 0, ACTION, b"a", b""), event(BANKS, 13, ACTION, b"b", b"")].concat();
    let second = [header(BANKS), no_action(BANKS, 0, b"x"), event(BANKS, 13, ACTION, b"c", b"")].concat();
    let both = extended(&[hash(SHA256, b"b"), hash(SHA256, b"c")]);
    let quote = quoted(&[(0, extended(&[hash(SHA256, b"a")])), (13, both)]);
    assert_eq!(with(&quote, &[&first, &second]).state(SHA256, 13), Some(LogState::Explained));
    assert_eq!(with(&quote, &[&second, &first]).state(SHA256, 13), Some(LogState::Unexplained));
    assert_eq!(with(&quote, &[&first]).state(SHA256, 13), Some(LogState::Unexplained));
    let mut limited = parts(&[&first, &second]).to_vec();
    limited[1].registers = 1 << 12;
    assert_eq!(quote.verify_logs(leak(limited)).unwrap().state(SHA256, 13), Some(LogState::Unexplained));
}
