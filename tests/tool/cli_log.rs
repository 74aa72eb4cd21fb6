//! Promise: `tpmproof log` shows what is in a log and what it leads to, and never more.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};
use crate::common::log::{ACTION, event, header};
use serde_json::Value;
use tpmproof::crypto::HashAlgorithm;

const SHA384: &[HashAlgorithm] = &[HashAlgorithm::Sha384];

fn log(file: &str, more: &[&str]) -> Outcome {
    run(&["log", file].iter().chain(more).map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_boot_is_told_line_by_line() {
    let outcome = log(&vector("material/boot-uki-sb/binary_bios_measurements"), &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome
            .out
            .starts_with("crypto-agile log of 36 events; sha1 sha256 sha384 sha512; nothing of it is verified\n")
    );
    for line in [
        "      4  7         EV_EFI_VARIABLE_DRIVER_CONFIG       SecureBoot = 1\n",
        "      5  7         EV_EFI_VARIABLE_DRIVER_CONFIG       PK; certificates: 1, digests: 0\n",
        "      9  7         EV_SEPARATOR                        separator\n",
        "     33  9         EV_EVENT_TAG                        kernel command line: LOADED_IMAGE::LoadOptions\n",
    ] {
        assert!(outcome.out.contains(line), "{line}{}", outcome.out);
    }
    assert!(outcome.out.contains("db allowed it, by an entry of "));
    let shim = log(&vector("material/boot-grub-sb/binary_bios_measurements"), &[]);
    assert!(shim.out.contains("  SbatLevel: ") && !shim.out.contains("SbatLevel allowed"), "{}", shim.out);
    assert!(outcome.out.contains("/HD(1,GPT,66666666-7777-8888-9999-aaaaaaaaaaaa)/\\EFI\\BOOT\\BOOTX64.EFI\n"));
    assert!(!outcome.out.to_lowercase().replace("nothing of it is verified", "").contains("verified"));
}

#[test]
fn json_has_the_same() {
    let outcome = log(&vector("material/boot-uki/binary_bios_measurements"), &["--json"]);
    let value: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((value["schema"].as_u64(), value["format"].as_str()), (Some(1), Some("crypto-agile")));
    assert_eq!(value["events"].as_array().unwrap().len(), 36);
    let quote = crate::common::all_quotes().into_iter().find(|quote| quote.id == "boot-uki/rsa_sha256").unwrap();
    for (_, index, digest) in quote.values.iter().filter(|(_, index, _)| *index < 10) {
        let shown = value["replayed"]["sha256"][index.to_string()].as_str();
        assert!(shown.is_none_or(|shown| crate::common::hex(shown) == *digest), "PCR {index}");
    }
    assert_eq!(value["events"][0]["digests"]["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn show_names_each_event_and_digest() {
    let file = vector("material/boot-uki/binary_bios_measurements");
    let outcome = run(&["show".to_owned(), file]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.out.starts_with("event log, shown as it stands: no check was made\n"), "{}", outcome.out);
    assert!(
        outcome.out.contains("  event 9 = EV_SEPARATOR of register 7\n")
            && outcome.out.contains("TPM_ALG_SHA256 = df3f6198")
    );
}

#[test]
fn registers_of_a_confidential_machine() {
    let folder = Folder::new("ccel");
    let events = [header(SHA384), event(SHA384, 4, ACTION, b"x", b"Exit Boot Services Invocation")].concat();
    let file = folder.write("ccel", &[&events[..], &[0xff; 50]].concat());
    let outcome = log(&file, &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.out.starts_with("ccel log of 1 events; sha384;") && outcome.out.contains("and 50 bytes of padding")
    );
}

#[test]
fn what_is_no_log() {
    let folder = Folder::new("no-log");
    let real = crate::common::read("boot-uki/binary_bios_measurements");
    for (name, octets) in [
        ("empty", Vec::new()),
        ("cut", real[..real.len() - 1].to_vec()),
        ("longer", [&real[..], &[1]].concat()),
        ("text", b"hello, world\n".to_vec()),
        ("zeros", vec![0; 4096]),
    ] {
        let outcome = log(&folder.write("log", &octets), &[]);
        assert_eq!(outcome.code, 1, "{name}: {outcome:?}");
        assert!(outcome.out.is_empty() && outcome.notes.starts_with("tpmproof: "), "{name}: {outcome:?}");
        let cut = ["cut", "text"].contains(&name);
        assert_eq!(outcome.notes.contains("the log is cut, or is no event log"), cut, "{name}: {outcome:?}");
    }
    assert_eq!(log(&folder.path("missing"), &[]).code, 3);
    assert_eq!(log(&folder.path(""), &[]).code, 3);
}

#[test]
fn text_is_escaped() {
    let folder = Folder::new("log-escapes");
    let wide: Vec<u8> = "\u{1b}[2J\u{202e}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let tagged = [&0x8f3b_22ed_u32.to_le_bytes()[..], &(wide.len() as u32).to_le_bytes(), &wide].concat();
    let events = [
        header(SHA384),
        event(SHA384, 0, ACTION, b"x", b"\x1b[31mred"),
        event(SHA384, 9, 6, b"x", &tagged),
        event(SHA384, 0, ACTION, b"x", "line\nACCEPTED \u{202e}".as_bytes()),
    ];
    let outcome = log(&folder.write("log", &events.concat()), &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(!outcome.out.contains(['\u{1b}', '\u{202e}']) && !outcome.out.contains("\nACCEPTED"), "{outcome:?}");
}

const SHA256: &[HashAlgorithm] = &[HashAlgorithm::Sha256];

/// Two logs of one machine: where both extend a PCR, the first did so first.
#[test]
fn several_logs_lead_on() {
    let folder = Folder::new("several-logs");
    let one = folder.write("one", &[header(SHA256), event(SHA256, 13, ACTION, b"a", b"a")].concat());
    let two = folder.write("two", &[header(SHA256), event(SHA256, 13, ACTION, b"b", b"b")].concat());
    let replayed = |files: &[&str]| {
        let outcome = log(files[0], &[&files[1..], &["--json"]].concat());
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let value: Value = serde_json::from_str(&outcome.out).unwrap();
        (value["replayed"]["sha256"]["13"].as_str().unwrap().to_owned(), value["events"].clone())
    };
    let value = |parts: &[&[u8]]| {
        let digests = parts.iter().map(|part| crate::common::forge::hash(HashAlgorithm::Sha256, part));
        let value = digests.fold(vec![0; 32], |value, digest| {
            crate::common::forge::hash(HashAlgorithm::Sha256, &[value, digest].concat())
        });
        value.iter().map(|octet| format!("{octet:02x}")).collect::<String>()
    };
    let (both, events) = replayed(&[&one, &two]);
    assert_eq!(both, value(&[b"a", b"b"]));
    assert_eq!(
        (events[0]["log"].as_u64(), events[1]["log"].as_u64(), events[1]["index"].as_u64()),
        (Some(0), Some(1), Some(1))
    );
    assert_eq!(replayed(&[&two, &one]).0, value(&[b"b", b"a"]));
    let (alone, events) = replayed(&[&one]);
    assert!(alone == value(&[b"a"]) && events[0]["log"].is_null());
    let ccel = folder.write("ccel", &[header(SHA384), event(SHA384, 4, ACTION, b"x", b"x"), vec![0xff; 50]].concat());
    assert_eq!(log(&one, &[&ccel]).code, 2);
    assert_eq!(run(&["log".to_owned()]).code, 2, "no file");
}

/// What a log is called when it is given beside a proof.
#[test]
fn a_log_beside_a_proof_has_a_name() {
    let folder = Folder::new("named-logs");
    let vector_of = |name: &str| vector(&format!("{name}.proof"));
    let verify = |logs: &[String]| {
        let policy = vector("policies/boot-uki-logs.toml");
        let nonce = crate::common::read("boot-uki/nonce.hex");
        let nonce = String::from_utf8(nonce).unwrap().trim().to_owned();
        let mut arguments =
            vec!["verify".to_owned(), vector_of("boot-no-log"), "--policy".into(), policy, "--nonce".into(), nonce];
        arguments.extend(["--at".into(), "2027-01-01T00:00:00Z".into()]);
        arguments.extend(logs.iter().flat_map(|log| ["--log".to_owned(), log.clone()]));
        run(&arguments)
    };
    let firmware = vector("material/boot-uki/binary_bios_measurements");
    assert_eq!(verify(&[]).code, 1);
    assert_eq!(verify(std::slice::from_ref(&firmware)).code, 0);
    assert_eq!(verify(&[format!("firmware={firmware}")]).code, 0);
    let outcome = verify(&[format!("application={firmware}")]);
    assert!(outcome.code == 1 && outcome.out.contains("asks for the log \"firmware\""), "{outcome:?}");
    // A file whose own name has the sign.
    let odd = folder.write("a=b", &std::fs::read(&firmware).unwrap());
    assert_eq!(verify(&[odd]).code, 0);
    // One that does not say what it is, one that is none, and one that is not there.
    let empty = folder.write("empty", &header(SHA256));
    let outcome = verify(&[empty]);
    assert!(outcome.code == 1 && outcome.out.contains("--log firmware="), "{outcome:?}");
    assert_eq!(verify(&[folder.write("text", b"hello")]).code, 1);
    assert_eq!(verify(&[folder.path("missing")]).code, 3);
    let outcome = verify(&[format!("blindllama-v2={firmware}")]);
    assert!(outcome.code == 1 && outcome.out.contains("three times"), "{outcome:?}");
    // Enclosed for good.
    let output = folder.path("proof");
    let outcome = run(&[
        "convert".into(),
        vector_of("boot-no-log"),
        "--log".into(),
        firmware.clone(),
        "-o".into(),
        output.clone(),
    ]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let shown = run(&["show".to_owned(), output]);
    assert!(
        shown.out.contains("log = \"firmware\"") && shown.out.contains("event 9 = EV_SEPARATOR of register 7"),
        "{shown:?}"
    );
}
