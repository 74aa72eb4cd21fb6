//! Promise: every runtime list and Canonical Event Log from the field comes out as its source or an independent replay states.
//!
//! They are those of `ima.json` and `others.json` in the folder that `TPMPROOF_CORPUS` names.
#![cfg(feature = "cli")]

use crate::common::cli::run;
use crate::common::hex;
use serde_json::Value;
use std::fs;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{CelLog, ImaList, LogErrorKind, Registers};
use tpmproof::verify::{LogPart, Replay};

/// What stands behind the last entry of lists that were decoded from base64 with a line end.
const CUT: [&str; 4] = ["sml-ima-ng-sha1.", "sml-ima-sha1.", "sml-ima-sig-sha256.", "sml-ima-ng-sha1-invalidated."];

#[test]
fn every_list_replays() {
    let Some(corpus) = crate::common::corpus() else { return };
    let stated: Value = serde_json::from_slice(&fs::read(corpus.join("ima.json")).unwrap()).unwrap();
    let (mut replayed, mut refused, mut missing, mut values) = (0, 0, 0, 0);
    for (name, entry) in stated.as_object().unwrap() {
        let path = corpus.join("ima").join(name);
        if !path.exists() {
            missing += 1;
            continue;
        }
        let outcome = run(&["log".into(), path.to_str().unwrap().into(), "--json".into()]);
        let number = |field: &str| entry[field].as_u64().unwrap_or_default();
        let unknown = entry["templates"].as_object().unwrap().keys().any(|name| name == "not-ima");
        if !entry["err"].is_null() || number("template_hash_bad") + number("not_checked") > 0 || unknown {
            assert_ne!(outcome.code, 0, "{name}: {outcome:?}");
            refused += 1;
            continue;
        }
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        let json: Value = serde_json::from_str(&outcome.out).unwrap();
        assert_eq!(json["events"].as_array().unwrap().len() as u64, number("entries"), "{name}");
        let violations = json["events"].as_array().unwrap().iter();
        let violations = violations.filter(|event| event["description"].as_str().unwrap().starts_with("violation"));
        assert_eq!(violations.count() as u64, number("violations"), "{name}");
        for (bank, field) in [("sha1", "pcr10_sha1_replay"), ("sha256", "pcr10_sha256_recomputed")] {
            // Of lists of other banks the source replays the digests as they stand, which is no replay of SHA-1.
            let other = ["-sha256", "-sha384", "-sha512"].iter().any(|end| name.ends_with(end));
            let found = json["replayed"][bank]["10"].as_str();
            if let (Some(value), Some(found), false) = (entry[field].as_str(), found, other) {
                assert_eq!(found, value, "{name} {bank}");
                values += 1;
            }
        }
        replayed += 1;
    }
    println!("{replayed} lists replayed to {values} values, {refused} refused as stated, {missing} not in the corpus");
    assert!(replayed >= 20 && refused >= 8 && values >= 20, "{replayed} {refused}");
}

/// The binary ones among them are read to the octet at which they end too early.
#[test]
fn lists_that_are_cut() {
    let Some(corpus) = crate::common::corpus() else { return };
    let folder = corpus.join("ima/tpm2-software+tpm2-tss/test/data/fapi/eventlog");
    for start in CUT {
        let octets = fs::read(folder.join(format!("{start}decoded.bin"))).unwrap();
        let error = ImaList::from_bytes(&octets).unwrap_err();
        assert_eq!(error.kind, LogErrorKind::UnexpectedEnd, "{start}: {error}");
        if error.offset > 0 {
            let whole = ImaList::from_bytes(&octets[..error.offset]).unwrap();
            assert_eq!(whole.len(), error.event, "{start}");
            Replay::of(&[LogPart::whole(whole)], &SOFTWARE).unwrap();
        }
    }
}

#[test]
fn every_canonical_log_replays() {
    let Some(corpus) = crate::common::corpus() else { return };
    let octets = fs::read(corpus.join("cel/google+go-tpm-tools/agent/testdata/cel.decoded.bin")).unwrap();
    let log = CelLog::from_bytes(&octets).unwrap();
    assert_eq!((log.len(), log.registers()), (18, Registers::Ccel));
    let replay = Replay::of(&[LogPart::whole(log)], &SOFTWARE).unwrap();
    let value = replay.value(HashAlgorithm::Sha384, 4).unwrap();
    assert!(value.starts_with(&hex("2261f933")), "{value:02x?}");
    let shown: String = value.iter().map(|octet| format!("{octet:02x}")).collect();
    assert!(shown.ends_with("cabeb"), "{shown}");
    // Each digest is of the content as it is encoded.
    for event in log.events() {
        let digest = event.digests.iter().next().unwrap().1;
        assert_eq!(
            crate::common::forge::hash(HashAlgorithm::Sha384, event.data().unverified()),
            digest,
            "{}",
            event.index
        );
    }
}
