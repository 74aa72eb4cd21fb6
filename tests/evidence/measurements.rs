//! Promise: what an application measures of itself is read from its log, and only what is a measurement.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run};
use crate::common::forge::{hash, oid, sequence, tlv};
use crate::common::log::{header, le32, measured, measurement};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{EventData, LogErrorKind, Measurement, TcgEventType, TcgLog};
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{LogPart, Replay};

const SHA256: &[HashAlgorithm] = &[HashAlgorithm::Sha256];

#[test]
fn a_measurement_is_read() {
    let digest = [7; 32];
    let der = measurement("weights", "llama-2-7b", &digest, 13_476_839_424);
    let read = Measurement::from_der(&der).unwrap();
    assert_eq!((read.kind, read.name, read.algorithm), ("weights", "llama-2-7b", TpmAlgId::SHA256));
    assert_eq!((read.digest, read.size), (&digest[..], Some(13_476_839_424)));
    for length in 0..der.len() {
        assert!(Measurement::from_der(&der[..length]).is_err(), "{length}");
    }
    assert!(Measurement::from_der(&[&der[..], &[0]].concat()).is_err());
}

#[test]
fn what_is_none() {
    let rest = [&tlv(0x0c, b"kind")[..], &tlv(0x0c, b""), &tlv(0x02, &[0x0b]), &tlv(0x04, &[1; 32])].concat();
    let own = oid("6981b69fa7dbc3c8fab0f39d85dbe5f3d3f2bc41");
    let size = tlv(0x02, &[5]);
    assert!(Measurement::from_der(&sequence(&[&own, &rest, &size])).is_ok());
    for (what, der) in [
        ("another type", sequence(&[&oid("2a0304"), &rest, &size])),
        ("a negative size", sequence(&[&own, &rest, &tlv(0x02, &[0xff])])),
        ("a size with a leading zero", sequence(&[&own, &rest, &tlv(0x02, &[0, 5])])),
        ("no size", sequence(&[&own, &rest])),
        ("a field more", sequence(&[&own, &rest, &size, &size])),
        ("a short digest", measurement("kind", "", &[1; 31], 5)),
        ("a kind that is no text", sequence(&[&own, &tlv(0x0c, &[0xff]), &rest[6..], &size])),
    ] {
        assert!(Measurement::from_der(&der).is_err(), "{what}");
    }
    // With the tag, and another content: the event says so, and keeps its digests.
    let data = [&le32(Measurement::TAG)[..], &le32(3), b"abc"].concat();
    let error = EventData::decode(TcgEventType::EVENT_TAG, &data).unwrap_err();
    assert!(matches!(error, LogErrorKind::Malformed(_)), "{error:?}");
}

/// The PCR is extended with the hash of the DER, bank by bank, as the same engine replays it.
#[test]
fn a_log_of_measurements_replays() {
    let ders = [measurement("tls-spki", "", &[1; 32], 91), measurement("weights", "a", &[2; 32], 5)];
    let events: Vec<u8> = ders.iter().flat_map(|der| measured(HashAlgorithm::ALL, 13, der)).collect();
    let octets = [header(HashAlgorithm::ALL), events].concat();
    let log = TcgLog::from_bytes(&octets).unwrap();
    let replay = Replay::of(&[LogPart::whole(log)], &SOFTWARE).unwrap();
    for bank in HashAlgorithm::ALL {
        let expected = ders
            .iter()
            .fold(vec![0; bank.output_len()], |value, der| hash(*bank, &[&value[..], &hash(*bank, der)].concat()));
        assert_eq!(replay.value(*bank, 13).unwrap(), expected, "{}", bank.name());
    }
    assert_eq!(replay.extended().collect::<Vec<_>>(), [13]);
}

#[test]
fn people_can_read_it() {
    let folder = Folder::new("measurements");
    let der = measurement("weights", "llama-2-7b", &[0xab; 32], 100);
    let file = folder.write("log", &[header(SHA256), measured(SHA256, 13, &der)].concat());
    let outcome = run(&["log".to_owned(), file]);
    let line = format!("weights \"llama-2-7b\": 100 bytes, TPM_ALG_SHA256 {}\n", "ab".repeat(32));
    assert!(outcome.out.contains(&line), "{outcome:?}");
}
