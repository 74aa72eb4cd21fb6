//! Promise: the logs of our virtual machines lead to the values that their TPMs signed, and the start of a TPM is told from its log.
#![cfg(feature = "cli")]

use crate::common::forge::hash;
use crate::common::log::{BANKS, event, event2, header, id, no_action};
use crate::common::{hex, material, read};
use serde_json::Value;
use tpmproof::crypto::SOFTWARE;
use tpmproof::log::TcgLog;
use tpmproof::verify::{LogPart, Replay};

/// PCR 10 is IMA's, of which the firmware's log says nothing.
#[test]
fn each_boot_replays_to_its_quotes() {
    let mut values = 0;
    for quote in crate::common::all_quotes() {
        let boot = quote.id.split('/').next().unwrap();
        let path = format!("{boot}/binary_bios_measurements");
        if !material(&path).exists() {
            assert_eq!(boot, "swtpm", "a boot without a log");
            continue;
        }
        let octets = read(&path);
        let log = TcgLog::from_bytes(&octets).unwrap();
        let replay = Replay::of(&[LogPart::whole(log)], &SOFTWARE).unwrap();
        for (bank, index, value) in quote.values.iter().filter(|(_, index, _)| *index != 10) {
            assert_eq!(replay.value(*bank, *index).unwrap(), value, "{}: {} {index}", quote.id, bank.name());
            values += 1;
        }
    }
    println!("{values} quoted values");
    assert!(values > 300, "{values}");
}

fn start() -> Value {
    serde_json::from_slice(&read("swtpm/startup-locality.json")).unwrap()
}

fn replay(octets: &[u8]) -> Replay {
    Replay::of(&[LogPart::whole(TcgLog::from_bytes(octets).unwrap())], &SOFTWARE).unwrap()
}

#[test]
fn the_locality_of_start_up() {
    for locality in [0, 3] {
        let data = [b"StartupLocality\0", &[locality][..]].concat();
        let replay = replay(&[header(BANKS), no_action(BANKS, 0, &data)].concat());
        for bank in BANKS {
            let expected = hex(start()[format!("startup_locality_{locality}")][bank.name()].as_str().unwrap());
            assert_eq!(replay.value(*bank, 0).unwrap(), expected);
            assert_eq!(replay.value(*bank, 1).unwrap(), vec![0; bank.output_len()]);
        }
    }
}

#[test]
fn a_hardware_root_of_trust() {
    const HCRTM: u32 = 0x8000_0010;
    let measured = hex(start()["data_hex"].as_str().unwrap());
    let log = [header(BANKS), event(BANKS, 0, HCRTM, &measured, b"HCRTM")].concat();
    for bank in BANKS {
        let expected = hex(start()["hcrtm_then_startup"][bank.name()].as_str().unwrap());
        assert_eq!(replay(&log).value(*bank, 0).unwrap(), expected, "{}", bank.name());
    }
}

/// A dynamic launch starts PCRs 17 to 22 at zero; without one they hold all ones.
#[test]
fn a_dynamic_launch() {
    const HASH_START: u32 = 0x402;
    let measured = hex(start()["data_hex"].as_str().unwrap());
    let digests: Vec<_> = BANKS.iter().map(|bank| (id(*bank), hash(*bank, &measured))).collect();
    let digests: Vec<_> = digests.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    let with = replay(&[header(BANKS), event2(17, HASH_START, &digests, &[])].concat());
    let without = replay(&header(BANKS));
    for bank in BANKS {
        for place in 0..6u8 {
            let expected = hex(start()["drtm_pcr17_22"][bank.name()][usize::from(place)].as_str().unwrap());
            assert_eq!(with.value(*bank, 17 + place).unwrap(), expected, "{} {place}", bank.name());
            assert_eq!(without.value(*bank, 17 + place).unwrap(), vec![0xff; bank.output_len()]);
        }
    }
}
