//! Promise: a policy that is made of a machine accepts that machine again, and a rebooted one, and refuses a changed one.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};
use crate::common::forge::NONCE as ASKED;
use crate::common::log::{CONFIG, SECURITY, SEPARATOR, variable};
use crate::common::machine::{Event, Machine, digits, measured, of_data};
use crate::common::swtpm::Swtpm;
use std::fs;
use std::path::Path;

fn line(words: &[&str]) -> Outcome {
    run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

const NONCE: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// What a vector answers.
fn nonce(proof: &str) -> String {
    let text = fs::read_to_string(vector(proof)).unwrap();
    text.lines().find_map(|line| line.strip_prefix("nonce: ")).unwrap().to_owned()
}
const AT: &str = "2027-01-01T00:00:00Z";

/// The policy of a vector's proof.
fn pinned(proof: &str, more: &[&str], folder: &Folder) -> (String, Outcome) {
    let policy = folder.path("pinned.toml");
    let _ = fs::remove_file(&policy);
    let outcome = line(&[&["pin", &vector(proof), "--nonce", &nonce(proof), "--at", AT, "-o", &policy], more].concat());
    (policy, outcome)
}

fn verified(proof: &str, policy: &str, more: &[&str]) -> Outcome {
    line(&[&["verify", &vector(proof), "--policy", policy, "--nonce", &nonce(proof), "--at", AT], more].concat())
}

fn accepted(outcome: &Outcome) {
    assert!(outcome.code == 0 && outcome.out.starts_with("ACCEPTED"), "{} {}", outcome.out, outcome.notes);
}

fn rejected(outcome: &Outcome) {
    assert!(outcome.code == 1 && outcome.out.starts_with("REJECTED"), "{} {}", outcome.out, outcome.notes);
}

/// Machines that booted in the same way, and in others; each with the key of its own TPM.
const BOOTS: [&str; 6] = ["direct", "direct-tis-ngv2", "grub-sb", "sdboot", "uki", "uki-sb"];

/// The same boot with another key: what the policy says of the machine, and not of its TPM.
fn for_any_key(policy: &str, proof: &str, folder: &Folder) -> String {
    let shown = line(&["pin", &vector(proof), "--nonce", &nonce(proof), "--at", AT]).out;
    let pin = shown.lines().find(|line| line.starts_with("pinned")).unwrap().to_owned();
    let text = fs::read_to_string(policy).unwrap();
    let own = text.lines().find(|line| line.starts_with("pinned")).unwrap();
    folder.write("any-key.toml", text.replace(own, &pin).as_bytes())
}

/// What the rule for Secure Boot says of PCR 7 is not said again, event by event.
#[test]
fn keys_of_secure_boot_say_all_of_their_pcr() {
    let folder = Folder::new("pin-secure-boot");
    let (policy, _) = pinned("boot-uki-sb-logs.proof", &["--pcr", "7=log"], &folder);
    let text = fs::read_to_string(&policy).unwrap();
    assert!(text.contains("secure_boot = true") && text.contains("authority = ["), "{text}");
    assert!(!text.contains("allow = [") && !text.contains("pcr = 7"), "{text}");
    accepted(&verified("boot-uki-sb-logs.proof", &policy, &[]));
}

#[test]
fn golden_values_hold_each_boot_apart() {
    let folder = Folder::new("pin-golden");
    for boot in BOOTS {
        let (policy, outcome) = pinned(&format!("boot-{boot}-p256.proof"), &[], &folder);
        assert_eq!(outcome.code, 0, "{}", outcome.notes);
        assert!(outcome.notes.contains("nothing vouches for this attestation key"), "{}", outcome.notes);
        let text = fs::read_to_string(&policy).unwrap();
        assert!(text.contains("# nothing vouches") && text.contains("pinned = [\"name:"), "{text}");
        assert!(!text.contains("\n10 = ") && !text.contains("\n16 = ") && !text.contains("\n23 = "), "{text}");
        for other in BOOTS {
            let proof = format!("boot-{other}-p256.proof");
            let outcome = verified(&proof, &for_any_key(&policy, &proof, &folder), &[]);
            if boot == other { accepted(&outcome) } else { rejected(&outcome) }
        }
    }
}

#[test]
fn logs_hold_each_boot_apart_too() {
    let folder = Folder::new("pin-logs");
    let logged: Vec<String> = (0..10).chain([11, 14]).map(|pcr| format!("--pcr={pcr}=log")).collect();
    let logged: Vec<&str> = logged.iter().map(String::as_str).collect();
    for boot in BOOTS {
        let proof = format!("boot-{boot}-logs.proof");
        // PCRs that no log extends are not explained by one.
        let log = line(&["show", &vector(&proof), "--json"]);
        assert_eq!(log.code, 0);
        let mut choices = Vec::new();
        for choice in &logged {
            let (_, outcome) = pinned(&proof, &[choice], &folder);
            if outcome.code == 0 {
                choices.push(*choice);
            } else {
                assert!(
                    outcome.code == 1 && outcome.notes.contains("no log with an event"),
                    "{choice} {}",
                    outcome.notes
                );
            }
        }
        assert!(choices.len() >= 8, "{boot}: {choices:?}");
        let (policy, outcome) = pinned(&proof, &choices, &folder);
        assert_eq!(outcome.code, 0, "{}", outcome.notes);
        let text = fs::read_to_string(&policy).unwrap();
        assert_eq!(text.contains("secure_boot = true"), boot.ends_with("-sb"), "{text}");
        for other in BOOTS {
            let proof = format!("boot-{other}-logs.proof");
            let outcome = verified(&proof, &for_any_key(&policy, &proof, &folder), &[]);
            if boot == other { accepted(&outcome) } else { rejected(&outcome) }
        }
        accepted(&verified(&proof, &policy, &[]));
        // Compiled it is the same.
        let der = folder.path("pinned.der");
        assert_eq!(line(&["policy", "compile", &policy, "-o", &der]).code, 0);
        accepted(&verified(&proof, &der, &[]));
    }
}

#[test]
fn a_certified_key_is_named_by_its_root() {
    let folder = Folder::new("pin-roots");
    for key in ["rsa", "p256", "p384"] {
        let proof = format!("certified-{key}.proof");
        let root = format!("material/swtpm/chain_{key}.root.pem");
        let (policy, outcome) = pinned(&proof, &["--root", &vector(&root)], &folder);
        assert_eq!(outcome.code, 0, "{}", outcome.notes);
        let text = fs::read_to_string(&policy).unwrap();
        assert!(text.contains("roots = [\"cert-sha256:"), "{text}");
        assert!(outcome.notes.contains("any machine"), "{}", outcome.notes);
        accepted(&verified(&proof, &policy, &["--root", &vector(&root)]));
        // With no way to a root, it is taken on first use, and the reason is told.
        let (policy, outcome) = pinned(&proof, &[], &folder);
        assert_eq!(outcome.code, 0, "{}", outcome.notes);
        assert!(outcome.notes.contains("taken on first use, because the chain ends at"), "{}", outcome.notes);
        accepted(&verified(&proof, &policy, &[]));
    }
}

#[test]
fn a_key_without_a_public_area() {
    let folder = Folder::new("pin-spki");
    let swtpm = |name: &str| vector(&format!("material/swtpm/{name}"));
    let words = ["--message", &swtpm("q_p256_sha256.msg"), "--signature", &swtpm("q_p256_sha256.sig"), "--pcrs"];
    let ak = ["--ak", &swtpm("ak_p256.pem"), "--insecure-no-freshness"];
    let pcrs = swtpm("q_p256_sha256.pcrs");
    let outcome = line(&[&["pin"][..], &words, &[&pcrs], &ak].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.notes);
    assert!(outcome.out.contains("accept_unknown_attributes = true"), "{}", outcome.out);
    assert!(outcome.notes.contains("signs only what its TPM made"), "{}", outcome.notes);
    let policy = folder.write("policy.toml", outcome.out.as_bytes());
    accepted(&line(&[&["verify"][..], &words, &[&pcrs], &ak, &["--policy", &policy]].concat()));
}

#[test]
fn nothing_is_made_of_what_is_rejected() {
    let folder = Folder::new("pin-rejected");
    folder.write("pinned.toml", b"what was there");
    let policy = folder.path("pinned.toml");
    for proof in ["message-bit", "signature-bit", "value-bit", "other-nonce"] {
        let nonce = nonce(&format!("{proof}.proof"));
        let outcome = line(&["pin", &vector(&format!("{proof}.proof")), "--nonce", &nonce, "--at", AT, "-o", &policy]);
        assert!(outcome.code == 1 && outcome.notes.contains("no policy is made of it"), "{proof} {}", outcome.notes);
        assert_eq!(fs::read(&policy).unwrap(), b"what was there");
    }
    let proof = vector("boot-uki-logs.proof");
    let misuse = |words: &[&str], text: &str| {
        let outcome = line(&[&["pin", &proof, "--at", AT], words].concat());
        assert!(outcome.code == 2 && outcome.notes.contains(text), "{words:?} {}", outcome.notes);
    };
    misuse(&[], "--nonce");
    misuse(&["--nonce", NONCE, "--insecure-no-freshness"], "cannot be used");
    misuse(&["--nonce", NONCE, "--pcr", "7"], "such as 13=log");
    misuse(&["--nonce", NONCE, "--pcr", "24=log"], "13=log");
    misuse(&["--nonce", NONCE, "--pcr", "7=log", "--pcr", "7=golden"], "twice");
    misuse(&["--nonce", NONCE, "--pcr", "22=golden"], "not in the proof");
}

/// The policy of a machine of a test's own making.
fn pinned_machine(folder: &Folder, machine: &Machine, more: &[&str]) -> Outcome {
    let proof = folder.write("proof", &machine.proof());
    let policy = folder.path("policy.toml");
    let _ = fs::remove_file(&policy);
    line(&[&["pin", &proof, "--nonce", &digits(ASKED), "-o", &policy], more].concat())
}

fn verified_machine(folder: &Folder, machine: &Machine) -> Outcome {
    let proof = folder.write("proof", &machine.proof());
    line(&["verify", &proof, "--policy", &folder.path("policy.toml"), "--nonce", &digits(ASKED)])
}

/// What the policy is made of must be there again, and not only be nothing else.
#[test]
fn what_was_measured_is_required() {
    let folder = Folder::new("pin-required");
    let machine = Machine::new();
    assert_eq!(pinned_machine(&folder, &machine, &["--pcr", "0=log", "--pcr", "4=log", "--pcr", "13=log"]).code, 0);
    accepted(&verified_machine(&folder, &machine));
    for pcr in [0, 4] {
        let mut other = machine.clone();
        other.firmware.retain(|event| event.pcr != pcr || event.type_ == SEPARATOR);
        assert_ne!(other.firmware.len(), machine.firmware.len());
        rejected(&verified_machine(&folder, &other));
    }
    for place in 0..machine.application.len() {
        let mut other = machine.clone();
        other.application.remove(place);
        rejected(&verified_machine(&folder, &other));
    }
}

#[test]
fn measurements_that_no_policy_can_require() {
    let folder = Folder::new("pin-twins");
    let mut machine = Machine::new();
    machine.application = ["one", "two"].map(|one| measured(13, "weights", "model.bin", one.as_bytes())).to_vec();
    let outcome = pinned_machine(&folder, &machine, &["--pcr", "13=log"]);
    assert!(outcome.code == 1 && outcome.notes.contains("13=golden"), "{}", outcome.notes);
    assert_eq!(pinned_machine(&folder, &machine, &["--pcr", "13=golden"]).code, 0);
    machine.application = (0..17u8).map(|one| measured(13, "weights", &one.to_string(), &[one])).collect();
    let outcome = pinned_machine(&folder, &machine, &["--pcr", "13=log"]);
    assert!(outcome.code == 1 && outcome.notes.contains("13=golden"), "{}", outcome.notes);
    machine.application.pop();
    assert_eq!(pinned_machine(&folder, &machine, &["--pcr", "13=log"]).code, 0);
    accepted(&verified_machine(&folder, &machine));
    // Other events of one digest can only be allowed, and that in no time.
    machine.application.clear();
    machine.firmware.extend((0..6000u32).map(|one| of_data(8, 13, &(one % 500).to_le_bytes())));
    assert_eq!(pinned_machine(&folder, &machine, &["--pcr", "8=log"]).code, 0);
    accepted(&verified_machine(&folder, &machine));
    let text = fs::read_to_string(folder.path("policy.toml")).unwrap();
    assert!(text.contains("# what happened more than once can only be allowed"), "{text}");
    machine.firmware.extend((0..2000u32).map(|one| of_data(8, 13, &(one + 500).to_le_bytes())));
    let outcome = pinned_machine(&folder, &machine, &["--pcr", "8=log"]);
    assert!(outcome.code == 1 && outcome.notes.contains("N=golden"), "{}", outcome.notes);
}

#[test]
fn revocations_are_held_too() {
    let folder = Folder::new("pin-dbx");
    let machine = Machine::new();
    assert_eq!(pinned_machine(&folder, &machine, &["--pcr", "7=log"]).code, 0);
    accepted(&verified_machine(&folder, &machine));
    let mut other = machine.clone();
    let dbx = |event: &Event| event.pcr == 7 && event.data.windows(6).any(|name| name == b"d\0b\0x\0");
    let place = other.firmware.iter().position(dbx).unwrap();
    other.firmware[place] = of_data(7, CONFIG, &variable(SECURITY, "dbx", &[]));
    rejected(&verified_machine(&folder, &other));
    // Variables that are not read for Secure Boot are events as any.
    let mut more = machine.clone();
    let at = more.firmware.iter().position(|event| event.pcr == 7 && event.type_ == SEPARATOR).unwrap();
    more.firmware.insert(at, of_data(7, CONFIG, &variable(SECURITY, "dbt", &[])));
    assert_eq!(pinned_machine(&folder, &more, &["--pcr", "7=log"]).code, 0);
    accepted(&verified_machine(&folder, &more));
    rejected(&verified_machine(&folder, &machine));
}

#[test]
fn names_are_written_so_that_they_are_read() {
    let folder = Folder::new("pin-names");
    let mut machine = Machine::new();
    machine.application = ["a\u{7f}b", "\u{9b}31m", "c\u{202e}d\"\n]e\\", "\u{e0001}"]
        .map(|name| measured(13, "weights", name, name.as_bytes()))
        .to_vec();
    let outcome = pinned_machine(&folder, &machine, &["--pcr", "13=log"]);
    assert_eq!(outcome.code, 0, "{}", outcome.notes);
    let text = fs::read_to_string(folder.path("policy.toml")).unwrap();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c.is_ascii()), "{text}");
    accepted(&verified_machine(&folder, &machine));
}

/// A TPM that software measures into, over a reboot, and with another program.
#[test]
fn the_same_machine_again_and_another_program() {
    let mut swtpm = Swtpm::new("pin-swtpm");
    let address = swtpm.address.to_string();
    let path = |swtpm: &Swtpm, name: &str| swtpm.folder.path(name);
    let boot = |swtpm: &Swtpm, program: &[u8]| {
        let log = path(swtpm, "application.log");
        for name in ["application.log", "application.log.lock"] {
            let _ = fs::remove_file(path(swtpm, name));
        }
        let program = swtpm.folder.write("program", program);
        let done = |words: &[&str]| {
            let outcome = line(&[words, &["--tpm", &address]].concat());
            assert_eq!(outcome.code, 0, "{}", outcome.notes);
        };
        done(&["measure", "--kind", "code", "--log", &log, &program]);
        done(&["measure", "--seal", "--log", &log]);
        done(&["prove", "--nonce", NONCE, "--log", &log, "-o", &path(swtpm, "proof")]);
    };
    boot(&swtpm, b"a program");
    let (golden, by_log) = (path(&swtpm, "golden.toml"), path(&swtpm, "log.toml"));
    let proof = path(&swtpm, "proof");
    assert_eq!(line(&["pin", &proof, "--nonce", NONCE, "-o", &golden]).code, 0);
    let outcome = line(&["pin", &proof, "--nonce", NONCE, "--pcr", "13=log", "-o", &by_log]);
    assert!(outcome.code == 0 && outcome.notes.contains("nothing says what booted"), "{}", outcome.notes);
    let text = fs::read_to_string(&by_log).unwrap();
    assert!(text.contains("kind = \"code\", name = \"program\"") && text.contains("require_seal = [13]"), "{text}");
    swtpm.reboot();
    boot(&swtpm, b"a program");
    for policy in [&golden, &by_log] {
        accepted(&line(&["verify", &proof, "--policy", policy, "--nonce", NONCE]));
    }
    swtpm.reboot();
    boot(&swtpm, b"another");
    for policy in [&golden, &by_log] {
        rejected(&line(&["verify", &proof, "--policy", policy, "--nonce", NONCE]));
    }
    assert!(Path::new(&golden).exists());
    swtpm.assert_empty();
}
