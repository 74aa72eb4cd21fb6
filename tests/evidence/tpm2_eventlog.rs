//! Promise: `tpm2_eventlog` replays a log to the same values, wherever it replays it right: it ignores the locality of start-up, a
//! hardware root of trust, and what is a CCEL.
#![cfg(feature = "cli")]

use crate::common::{hex, material};
use std::path::{Path, PathBuf};
use std::process::Command;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{TcgEventType, TcgLog};
use tpmproof::verify::{LogPart, Replay};

/// The values that it prints: `  sha256:`, and a line for each PCR.
fn printed(path: &Path) -> Option<Vec<(HashAlgorithm, u8, Vec<u8>)>> {
    let output = Command::new("tpm2_eventlog").arg(path).output().expect("this test needs tpm2-tools");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut bank = None;
    let mut values = Vec::new();
    for line in text.split("\npcrs:\n").nth(1).filter(|_| output.status.success())?.lines() {
        let (name, value) = line.trim().split_once(':')?;
        if value.is_empty() {
            bank = HashAlgorithm::ALL.iter().copied().find(|bank| bank.name() == name);
        } else if let Some(bank) = bank {
            values.push((bank, name.trim().parse().ok()?, hex(value.trim().strip_prefix("0x")?)));
        }
    }
    Some(values)
}

/// The values that agree, and nothing if it cannot read the log.
fn compare(path: &Path) -> usize {
    let Some(theirs) = printed(path) else { return 0 };
    let octets = std::fs::read(path).unwrap();
    let Ok(log) = TcgLog::from_bytes(&octets) else { return 0 };
    let replay = Replay::of(&[LogPart::whole(log)], &SOFTWARE).unwrap();
    // It extends some events without action (SP 800-155), and starts PCR 0 at zero.
    let special =
        log.events().any(|event| event.event_type().unverified() == TcgEventType::EFI_HCRTM_EVENT || !event.extends());
    let mut agreed = 0;
    for (bank, index, value) in theirs {
        if special && index == 0 {
            continue;
        }
        let place = format!("{}: {} {index}", path.display(), bank.name());
        match replay.value(bank, index) {
            Some(ours) => assert_eq!(ours, value, "{place}"),
            None => assert!(replay.broken_banks().any(|(broken, _)| broken == bank), "{place}"),
        }
        agreed += 1;
    }
    agreed
}

#[test]
fn on_our_boots() {
    for boot in ["boot-direct", "boot-direct-tis-ngv2", "boot-grub-sb", "boot-sdboot", "boot-uki", "boot-uki-sb"] {
        let agreed = compare(&material(&format!("{boot}/binary_bios_measurements")));
        println!("{boot}: {agreed} values agree");
        assert!(agreed >= 36, "{boot}: {agreed}");
    }
}

#[test]
fn on_logs_from_the_field() {
    let Some(corpus) = crate::common::corpus() else { return };
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(corpus.join("logs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let agreed: Vec<usize> = paths.iter().map(|path| compare(path)).collect();
    let logs = agreed.iter().filter(|values| **values > 0).count();
    println!("{logs} of {} logs, {} values agree", paths.len(), agreed.iter().sum::<usize>());
    assert!(logs > 30, "{logs}");
}

/// A log of an application's, as it is written here, is one that it reads.
#[test]
fn on_a_log_of_an_application() {
    use crate::common::log::{BANKS, header, measured, measurement};
    let ders = [measurement("tls-spki", "", &[1; 32], 91), measurement("weights", "llama-2-7b", &[2; 32], 5)];
    let events: Vec<u8> = ders.iter().flat_map(|der| measured(BANKS, 13, der)).collect();
    let folder = crate::common::cli::Folder::new("tpm2-eventlog");
    let path = folder.write("log", &[header(BANKS), events].concat());
    assert_eq!(compare(Path::new(&path)), 4);
}
