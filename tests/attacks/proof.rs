//! Promise: what is wrong with a proof's file, a policy, or the use of the tool is refused. The names begin with the family and number of
//! the attack; `tool/cli.rs` and `tool/policies.rs` have the whole of each.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};
use crate::common::forge::{Attest, Certificate, Key, distinguished_name};
use tpmproof::proof::ProofBuilder;

const PIN: &str = "name:000bc6a2e2adb1bc41a6e9ad84fec61a18e60d2174eb89e2bd923c2485635eb3ee54";

fn verify_with(name: &str, proof: &[u8], policy: &str, more: &[&str]) -> Outcome {
    let folder = Folder::new(&format!("attack-{name}"));
    let (proof, policy) = (folder.write("proof", proof), folder.write("policy", policy.as_bytes()));
    let arguments = ["verify", &proof, "--policy", &policy, "--insecure-no-freshness", "--at", "2027-01-01T00:00:00Z"];
    run(&arguments.iter().chain(more).map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
}

fn good() -> Vec<u8> {
    std::fs::read(vector("pinned-rsassa.proof")).unwrap()
}

fn toml(rest: &str) -> String {
    format!("version = 1\n[key]\npinned = [\"{PIN}\"]\n{rest}")
}

/// The policy is misuse, and the reason has the word.
fn misuse(name: &str, policy: &str, word: &str) {
    let outcome = verify_with(name, &good(), policy, &[]);
    assert_eq!(outcome.code, 2, "{policy}: {outcome:?}");
    assert!(outcome.out.is_empty() && outcome.notes.contains(word), "{policy}: {outcome:?}");
}

#[test]
fn control() {
    assert_eq!(verify_with("control", &good(), &toml("[pcr.sha256]\n0 = \"zero\"\n"), &[]).code, 0);
}

#[test]
fn p01_p02_a_policy_that_asks_for_nothing() {
    misuse("p01", "", "empty");
    misuse("p01", "{}", "version");
    misuse("p01", "[]", "");
    misuse("p01", &toml(""), "judges no PCR");
    misuse("p01", &toml("[pcr.sha256]\n"), "judges no PCR");
    misuse("p02", &toml("[pcr.sha256]\n0 = []\n"), "empty list");
    misuse("p02", "version = 1\n[key]\npinned = []\n[pcr.sha256]\n0 = \"zero\"\n", "");
}

#[test]
fn p03_p04_a_rule_stands_once() {
    misuse("p03", &toml("[pcr.sha256]\n0 = \"zero\"\n0 = \"zero\"\n"), "duplicate");
    misuse("p03", &toml("[pcr.sha256]\n0 = \"zero\"\n[pcr.sha256]\n1 = \"zero\"\n"), "duplicate");
    misuse("p04", "{\"version\": 1, \"version\": 1}", "twice");
    misuse("p04", "{\"version\": 1, \"\\u0076ersion\": 1}", "twice");
    misuse("p04", "{\"version\": 1, \"key\": {\"pinned\": [], \"pinned\": []}}", "twice");
}

#[test]
fn p05_p11_a_field_that_nobody_knows() {
    misuse("p05", &toml("colour = 1\n[pcr.sha256]\n0 = \"zero\"\n"), "colour");
    misuse("p11", &toml("skip_checks = true\n[pcr.sha256]\n0 = \"zero\"\n"), "skip_checks");
    let json = br#"{"quote": {"message": "", "signature": "", "pcrs": {}}, "cert_chain": [], "skip_checks": true}"#;
    let outcome = verify_with("p11", json, &toml("[pcr.sha256]\n0 = \"zero\"\n"), &[]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
}

#[test]
fn p06_one_encoding_of_octets() {
    let zeros = "00".repeat(32);
    for value in [
        zeros.to_uppercase().replace('0', "A"),
        format!(" {zeros}"),
        zeros[1..].to_owned(),
        format!("0x{}", &zeros[2..]),
    ] {
        misuse("p06", &toml(&format!("[pcr.sha256]\n0 = [\"{value}\"]\n")), "");
    }
    let pem = std::fs::read_to_string(vector("before-valid.proof")).unwrap();
    let end = pem.find("\n-----END").unwrap();
    assert_eq!(pem.as_bytes()[end - 1], b'=', "the vector's last octets are padded");
    let place = pem[..end].trim_end_matches('=').len() - 1;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = alphabet.find(&pem[place..=place]).unwrap();
    let other = &alphabet[value + 1..value + 2];
    let trailing_bits = [&pem[..place], other, &pem[place + 1..]].concat();
    let folder = Folder::new("attack-p06-pem");
    let show = |text: &str| run(&["show".to_owned(), folder.write("proof", text.as_bytes())]).code;
    assert_eq!(show(&pem), 0);
    assert_eq!(show(&trailing_bits), 1, "bits after the last octet");
    assert_eq!(show(&pem.replacen('=', "", 1)), 1, "less padding");
}

#[test]
fn p07_nesting_has_a_limit() {
    misuse("p07", &format!("{{\"version\": {}", "[".repeat(100_000)), "nested");
    let deep = format!("{{\"a\": {}", "[".repeat(100_000));
    let outcome = verify_with("p07", deep.as_bytes(), &toml("[pcr.sha256]\n0 = \"zero\"\n"), &[]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
}

#[test]
fn p08_numbers_are_integers_in_range() {
    for number in ["1.0", "-1", "4294967296", "\"3\"", "1e3", "true"] {
        misuse("p08", &toml(&format!("[quote]\nreset_count = {number}\n[pcr.sha256]\n0 = \"zero\"\n")), "");
    }
}

/// A file of 1 GiB is in `cli.rs`.
#[test]
fn p09_sizes_have_a_limit() {
    let outcome = verify_with("p09", &good(), &toml("[pcr.sha256]\n0 = \"zero\"\n"), &["--max-size", "100"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.out.contains("--max-size"), "{outcome:?}");
}

#[test]
fn p10_another_version_is_not_guessed_at() {
    misuse("p10", &toml("[pcr.sha256]\n0 = \"zero\"\n").replace("version = 1", "version = 0"), "version");
    misuse("p10", &toml("[pcr.sha256]\n0 = \"zero\"\n").replace("version = 1", "version = 2"), "version");
    let mut der = crate::common::swtpm("rsa_sha256", None).der;
    assert_eq!(der[4..7], [2, 1, 1]);
    der[6] = 0;
    assert!(tpmproof::Proof::from_der(&der).is_err());
}

/// Every vector with that verdict, under what its header says.
#[test]
fn p12_what_is_rejected_does_not_exit_with_0() {
    let mut rejected = 0;
    for entry in std::fs::read_dir(vector("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "proof") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let header = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_else(|| panic!("{}: no {name}", path.display())).to_owned()
        };
        let policy = vector(&header("policy"));
        let proof = path.to_str().unwrap().to_owned();
        let arguments = ["verify", &proof, "--policy", &policy, "--nonce", &header("nonce"), "--at", &header("at")];
        let outcome = run(&arguments.map(String::from));
        assert_eq!(outcome.code == 0, header("expect") == "accepted", "{}: {outcome:?}", path.display());
        if outcome.code != 0 {
            assert_eq!(outcome.code, 1);
            assert!(outcome.out.starts_with("REJECTED"), "{outcome:?}");
            rejected += 1;
        }
    }
    assert!(rejected > 10, "{rejected}");
}

#[test]
fn p13_text_out_of_evidence_is_escaped() {
    let (authority, key) = (Key::new(9), Key::new(1));
    let mut leaf = Certificate::leaf("root", &key);
    leaf.subject = distinguished_name(0x0c, "\u{1b}[32mACCEPTED\n\u{202e}");
    let message = Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[0; 32]]).bytes();
    let proof = ProofBuilder::new(&message, &key.sign(&message)).certificate(&leaf.sign(&authority));
    let folder = Folder::new("p13");
    let root = folder.write("root.der", &Certificate::authority("root", "root", &authority).sign(&authority));
    let policy = toml("[pcr.sha256]\n0 = \"zero\"\n").replace(&format!("pinned = [\"{PIN}\"]"), "platform = \"azure\"");
    let outcome = verify_with("p13-proof", &proof.to_der(), &policy, &["--root", &root]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    for text in [&outcome.out, &outcome.notes] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains("\nACCEPTED"), "{text:?}");
    }
    assert!(outcome.out.contains("\\u{1b}"), "the name is shown: {outcome:?}");
}

/// Of attachments and logs, which nothing binds; in the report for people and in that for programs.
#[test]
fn p13_names_of_what_is_enclosed_are_escaped() {
    use crate::common::machine::Machine;
    let evil = "\u{1b}[2J\r\nACCEPTED\u{202e}\u{7f}";
    let mut machine = Machine::new();
    machine.attachments = vec![(evil, evil, evil.as_bytes().to_vec())];
    let logs = vec![(evil, Machine::log(&machine.firmware)), ("firmware", Machine::log(&machine.firmware))];
    machine.logs = Some(logs);
    let rest = "[pcr.sha256]\n4 = \"log\"\n[events]\nallow_unknown = [4]\n";
    for more in [&[][..], &["--json"]] {
        let outcome = machine.verify(rest, more);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let controls = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}');
        assert!(!controls(&outcome.out) && !controls(&outcome.notes), "{outcome:?}");
        assert!(outcome.out.contains("u{1b}[2J"), "the name is shown: {outcome:?}");
        assert!(outcome.out.lines().skip(1).all(|line| !line.starts_with("ACCEPTED")), "{outcome:?}");
    }
}

#[test]
fn p14_nothing_is_unpacked() {
    // A stored block (RFC 1951, 3.2.4) of the proof that is accepted as it is.
    let proof = crate::common::swtpm("rsa_sha256", None).der;
    let size = u16::try_from(proof.len()).unwrap();
    let block = [&[1][..], &size.to_le_bytes(), &(!size).to_le_bytes(), &proof].concat();
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &block].concat();
    let zlib = [&[0x78, 1][..], &block].concat();
    let zip = [b"PK\x03\x04\x0a\0\0\0\0\0", &proof[..]].concat();
    let zstandard = [&[0x28, 0xb5, 0x2f, 0xfd, 0x60][..], &size.to_le_bytes(), &proof].concat();
    let policy = toml("[pcr.sha256]\n0 = \"zero\"\n");
    for packed in [gzip, zlib, zip, zstandard] {
        let outcome = verify_with("p14", &packed, &policy, &[]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
    }
    assert_eq!(verify_with("p14", &proof, &policy, &[]).code, 0);
}

/// What was refused is refused again after something was accepted, and the other way about, with the same words.
#[test]
fn p20_verification_has_no_memory() {
    let zero = toml("[pcr.sha256]\n0 = \"zero\"\n");
    let other = zero.replace("\"zero\"", &format!("[\"{}\"]", "ab".repeat(32)));
    let ask = |policy: &str, nonce: &[&str]| {
        let outcome = verify_with("p20", &good(), policy, nonce);
        (outcome.code, outcome.out, outcome.notes)
    };
    let (accepted, refused) = (ask(&zero, &[]), ask(&other, &[]));
    assert_eq!((accepted.0, refused.0), (0, 1));
    for _ in 0..3 {
        assert_eq!(ask(&other, &[]), refused);
        assert_eq!(ask(&zero, &[]), accepted);
    }
}

/// A link in the place of the output is neither written through nor replaced.
#[cfg(unix)]
#[test]
fn p15_a_link_that_was_there_before() {
    let folder = Folder::new("p15");
    let precious = folder.write("precious", b"precious");
    let output = folder.path("out");
    std::os::unix::fs::symlink(&precious, &output).unwrap();
    let outcome = run(&["convert".into(), vector("pinned-rsassa.proof"), "-o".into(), output.clone()]);
    assert!(outcome.code == 3 && outcome.notes.contains("is a symbolic link"), "{outcome:?}");
    assert_eq!(std::fs::read(&precious).unwrap(), b"precious");
    assert_eq!(std::fs::read_link(&output).unwrap(), std::path::Path::new(&precious));
}

#[test]
fn r16_r17_pcrs_that_software_can_reset() {
    for index in 16..=23 {
        misuse("r16", &toml(&format!("[pcr.sha256]\n{index} = \"zero\"\n")), "allow_resettable");
    }
}

#[test]
fn r22_a_pcr_that_was_left_out_of_the_quote() {
    let message = Attest::quote(&[(0x000b, &[1, 0, 0])], &[&[0; 32]]).bytes();
    let key = Key::new(1);
    let public = key.public_area(crate::common::forge::AK_ATTRIBUTES);
    let value = tpmproof::verify::PcrValue { bank: tpmproof::structures::TpmAlgId(0x000b), index: 0, value: &[0; 32] };
    let proof = ProofBuilder::new(&message, &key.sign(&message)).pcr(value).key_public(&public).to_der();
    let name: String = crate::common::forge::name(&public).iter().map(|octet| format!("{octet:02x}")).collect();
    let policy = |pcrs: &str| toml(&format!("[pcr.sha256]\n{pcrs}")).replace(&PIN[5..], &name);
    assert_eq!(verify_with("r22", &proof, &policy("0 = \"zero\"\n"), &[]).code, 0);
    let outcome = verify_with("r22", &proof, &policy("0 = \"zero\"\n1 = \"zero\"\n"), &[]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.out.contains("PCR 1"), "{outcome:?}");
}
