//! Promise: the policy that `pin` makes of a machine accepts that machine after it was started again, and refuses another boot of it.
//!
//! The quotes of `testvectors/material/reboot-*` are of two machines, each with one attestation key: `uki-1` is the first start of a machine
//! with fresh firmware variables, `uki-2` the next one.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::{material, read};
use std::fs;
use tpmproof::Decode;
use tpmproof::log::TcgLog;
use tpmproof::structures::TpmsAttest;

fn line(words: &[String]) -> Outcome {
    run(words)
}

/// `verify` or `pin`, of the files of one boot.
fn judge(command: &str, boot: &str, more: &[&str]) -> Outcome {
    let file = |name: &str| material(&format!("{boot}/{name}")).to_str().unwrap().to_owned();
    let nonce = fs::read_to_string(file("nonce.hex")).unwrap().trim().to_owned();
    let files = [
        "--message",
        "q_p256_sha256.msg",
        "--signature",
        "q_p256_sha256.sig",
        "--pcrs",
        "q_p256_sha256.pcrs",
        "--ak",
        "ak_p256.tpm2b",
    ];
    let mut words = vec![command.to_owned()];
    for pair in files.chunks(2) {
        words.extend([pair[0].to_owned(), file(pair[1])]);
    }
    words.extend(["--log".to_owned(), format!("firmware={}", file("binary_bios_measurements"))]);
    words.extend(["--nonce".to_owned(), nonce]);
    words.extend(more.iter().map(|word| (*word).to_owned()));
    line(&words)
}

fn pinned(boot: &str, more: &[&str], folder: &Folder) -> String {
    let outcome = judge("pin", boot, more);
    assert_eq!(outcome.code, 0, "{}", outcome.notes);
    folder.write("policy.toml", outcome.out.as_bytes())
}

/// The same policy for the key of another machine: what it says of the boot.
fn for_key_of(boot: &str, policy: &str, folder: &Folder) -> String {
    let line_of = |text: &str| text.lines().find(|line| line.starts_with("pinned")).unwrap().to_owned();
    let text = fs::read_to_string(policy).unwrap();
    let other = judge("pin", boot, &[]).out;
    folder.write("for-other.toml", text.replace(&line_of(&text), &line_of(&other)).as_bytes())
}

const LOGGED: &[&str] = &["--pcr=0=log", "--pcr=1=log", "--pcr=4=log", "--pcr=5=log", "--pcr=7=log", "--pcr=11=log"];

#[test]
fn the_vectors_are_of_starts_that_differ() {
    for [first, second] in [["reboot-uki-1", "reboot-uki-2"], ["reboot-uki-sb-1", "reboot-uki-sb-2"]] {
        assert_eq!(read(&format!("{first}/ak_p256.name")), read(&format!("{second}/ak_p256.name")), "one key");
        assert_ne!(read(&format!("{first}/nonce.hex")), read(&format!("{second}/nonce.hex")));
        let messages = [first, second].map(|boot| read(&format!("{boot}/q_p256_sha256.msg")));
        let [one, two] = [0, 1].map(|place| TpmsAttest::from_bytes(&messages[place]).unwrap().clock_info);
        assert!(two.clock > one.clock && two.reset_count == one.reset_count + 1, "{one:?} {two:?}");
        // Where a loader lies in memory is told in the log, and measured nowhere.
        let logs = [first, second].map(|boot| read(&format!("{boot}/binary_bios_measurements")));
        assert_ne!(logs[0], logs[1]);
        let digests = |log: &[u8]| -> Vec<String> {
            TcgLog::from_bytes(log).unwrap().events().map(|event| format!("{:?}", event.digests)).collect()
        };
        assert_eq!(digests(&logs[0]), digests(&logs[1]));
    }
}

#[test]
fn a_rebooted_machine_is_accepted() {
    let folder = Folder::new("reboots");
    for boots in [["reboot-uki-1", "reboot-uki-2"], ["reboot-uki-sb-1", "reboot-uki-sb-2"]] {
        for how in [&[][..], LOGGED] {
            for first in boots {
                let policy = pinned(first, how, &folder);
                for then in boots {
                    let outcome = judge("verify", then, &["--policy", &policy]);
                    assert!(outcome.code == 0 && outcome.out.starts_with("ACCEPTED"), "{first} {then} {}", outcome.out);
                }
                let text = fs::read_to_string(&policy).unwrap();
                for never in ["\n10 = ", "reset_count", "restart_count", "nonce", "certificate_not_before"] {
                    assert!(!text.contains(never), "{never}: {text}");
                }
            }
        }
    }
}

#[test]
fn another_boot_is_refused() {
    let folder = Folder::new("reboots-other");
    let boots =
        ["reboot-uki-2", "reboot-uki-sb-2", "boot-uki", "boot-uki-sb", "boot-grub-sb", "boot-sdboot", "boot-direct"];
    for pinned_boot in ["reboot-uki-1", "reboot-uki-sb-1"] {
        for how in [&[][..], LOGGED] {
            let policy = pinned(pinned_boot, how, &folder);
            for other in boots {
                let same_machine = other[..other.len() - 2] == pinned_boot[..pinned_boot.len() - 2];
                if same_machine {
                    continue;
                }
                // Another key is another machine, whatever it booted.
                let outcome = judge("verify", other, &["--policy", &policy]);
                assert!(outcome.code == 1 && outcome.out.contains("the attestation key is none"), "{}", outcome.out);
                // And its boot is another one too.
                let outcome = judge("verify", other, &["--policy", &for_key_of(other, &policy, &folder)]);
                assert!(outcome.code == 1, "{pinned_boot} {other} {how:?} {}", outcome.out);
                assert!(!outcome.out.contains("the attestation key is none"), "{}", outcome.out);
            }
        }
    }
}
