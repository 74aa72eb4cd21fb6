//! Promise: logs in JSON, systemd's own among them, explain what was measured as the firmware's log does; what cannot be read is refused
//! by its record, and nothing that extends no PCR is replayed.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};
use crate::common::forge::hash;
use crate::common::log::BANKS;
use crate::common::machine::digits;
use crate::common::swtpm::Swtpm;
use std::fmt::Write;
use std::process::Command;
use tpmproof::crypto::HashAlgorithm;

const NONCE: &str = "00112233445566778899aabbccddeeff";
const PHASES: [&str; 4] = ["enter-initrd", "leave-initrd", "sysinit", "ready"];

fn line(words: &[&str]) -> Outcome {
    run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

fn digests(octets: &[u8]) -> String {
    let digests = BANKS
        .iter()
        .map(|bank| format!("{{\"hashAlg\":\"{}\",\"digest\":\"{}\"}}", bank.name(), digits(&hash(*bank, octets))));
    digests.collect::<Vec<_>>().join(",")
}

/// A record as systemd writes it, of a register, of what was hashed and of what is said.
fn record(register: &str, measured: &[u8], said: &str, kind: &str) -> String {
    format!(
        "\u{1e}{{{register},\"digests\":[{}],\"content_type\":\"systemd\",\"content\":{{\"string\":\"{said}\",\"bootId\":\"c0ffee\",\"timestamp\":1,\"eventType\":\"{kind}\"}}}}\n",
        digests(measured)
    )
}

fn phase(name: &str) -> String {
    record("\"pcr\":11", name.as_bytes(), name, "phase")
}

const MACHINE: &str = "machine-id:4691595be6a345f1833cc75fab63e475";
const VOLUME: &str = "cryptsetup:root:1e023a55-60f9-4b6b-9b80-67438dc5f065";
const NV_NAME: &str = "product-id:4691595be6a345f1833cc75fab63e475";

/// What systemd writes while a machine comes up: one of its records is of a key, and one of an NV index.
fn systemd() -> String {
    let mut log: String = PHASES.iter().map(|name| phase(name)).collect();
    log += &record("\"pcr\":15", MACHINE.as_bytes(), MACHINE, "machine-id");
    log += &record("\"pcr\":15", b"what a secret key made of the name", VOLUME, "volume-key");
    log += &record("\"nv_index\":30474752", NV_NAME.as_bytes(), NV_NAME, "product-id");
    log
}

fn extend(swtpm: &Swtpm, pcr: u8, octets: &[u8]) {
    let digests = BANKS.iter().map(|bank| format!("{}={}", bank.name(), digits(&hash(*bank, octets))));
    swtpm.tool(&format!("tpm2_pcrextend {pcr}:{}", digests.collect::<Vec<_>>().join(",")));
}

/// systemd measures only where its stub says, in a UEFI variable, that it measured before: a file of a namespace of its own says so.
fn by_systemd(swtpm: &Swtpm, phase: &str) -> bool {
    let variable = "/sys/firmware/efi/efivars/StubPcrKernelImage-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
    let script = format!(
        "mount -t tmpfs none /sys/firmware && mkdir -p /sys/firmware/efi/efivars && \
         printf '\\006\\000\\000\\0001\\0001\\000\\000\\000' > {variable} && \
         exec /lib/systemd/systemd-pcrphase '--tpm2-device={}' {phase}",
        swtpm.tcti()
    );
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output();
    output.is_ok_and(|output| output.status.success())
}

/// Measures as systemd does, by its own tool where that runs: then it is systemd that says what a phase extends.
fn boot(swtpm: &Swtpm) {
    let value = |swtpm: &Swtpm| swtpm.tool("tpm2_pcrread sha256:11");
    for name in PHASES {
        let before = value(swtpm);
        if !by_systemd(swtpm, name) || value(swtpm) == before {
            println!("systemd-pcrphase does not run here: {name:?} is extended without it");
            extend(swtpm, 11, name.as_bytes());
        }
    }
    extend(swtpm, 15, MACHINE.as_bytes());
    extend(swtpm, 15, b"what a secret key made of the name");
}

fn prove(swtpm: &Swtpm, log: &str) -> (String, Outcome) {
    let proof = swtpm.folder.path("proof");
    let outcome = line(&["prove", "--tpm", &swtpm.address.to_string(), "--nonce", NONCE, "--log", log, "-o", &proof]);
    (proof, outcome)
}

fn verify(swtpm: &Swtpm, proof: &str, rest: &str) -> Outcome {
    let shown = line(&["pin", proof, "--nonce", NONCE]);
    let key = shown.out.lines().find(|line| line.starts_with("pinned")).unwrap();
    let policy = swtpm.folder.write("policy.toml", format!("version = 1\n[key]\n{key}\n{rest}").as_bytes());
    line(&["verify", proof, "--policy", &policy, "--nonce", NONCE])
}

fn rules(more: &str) -> String {
    let allow = PHASES
        .iter()
        .map(|name| (11, name.as_bytes()))
        .chain([(15, MACHINE.as_bytes()), (15, &b"what a secret key made of the name"[..])]);
    let allow: String = allow.fold(String::new(), |mut rules, (pcr, octets)| {
        let _ = writeln!(
            rules,
            "{{ pcr = {pcr}, digest = [\"sha256:{}\"] }},",
            digits(&hash(HashAlgorithm::Sha256, octets))
        );
        rules
    });
    format!(
        "[pcr.sha256]\n11 = \"log\"\n15 = \"log\"\n[logs]\n11 = [\"systemd\"]\n15 = [\"systemd\"]\n[events]\naccept_any_boot = true\nallow = [{allow}]\n{more}"
    )
}

#[test]
fn what_systemd_measured_is_explained_by_its_log() {
    let swtpm = Swtpm::new("systemd-log");
    boot(&swtpm);
    // Whoever does not name the log has it told from the file, and what was written by lines and as an array is the same.
    let lines = systemd().replace('\u{1e}', "");
    let array = format!("[{}]", lines.trim().replace('\n', ",\n"));
    for text in [systemd(), lines.clone(), array] {
        let log = swtpm.folder.write("tpm2-measure.log", text.as_bytes());
        for argument in [log.clone(), format!("systemd={log}")] {
            let (proof, outcome) = prove(&swtpm, &argument);
            assert_eq!(outcome.code, 0, "{}", outcome.notes);
            assert!(!outcome.notes.contains("no log leads"), "{}", outcome.notes);
            let outcome = verify(&swtpm, &proof, &rules(""));
            assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
            for told in [
                "systemd            ready: the system was up",
                &format!("systemd            {MACHINE}"),
                &format!(", said to be {VOLUME}"),
            ] {
                assert!(outcome.out.contains(told), "{told}: {}", outcome.out);
            }
        }
    }
    // The proof has it in a form that needs no JSON, and the NV index stands in it without being replayed.
    let log = swtpm.folder.write("tpm2-measure.log", systemd().as_bytes());
    let (proof, _) = prove(&swtpm, &log);
    let shown = line(&["show", &proof]).out;
    assert!(shown.contains("EV_NO_ACTION of register 4294967295") && shown.contains(NV_NAME), "{shown}");
    // One phase more than was reached, one less, and two the other way round are no explanation.
    for wrong in [systemd() + &phase("shutdown"), systemd().replace(&phase("ready"), ""), {
        let (one, two) = (phase("leave-initrd"), phase("sysinit"));
        systemd().replace(&(one.clone() + &two), &(two + &one))
    }] {
        let log = swtpm.folder.write("tpm2-measure.log", wrong.as_bytes());
        let (proof, outcome) = prove(&swtpm, &log);
        assert!(outcome.notes.contains("no log leads to what PCR 11"), "{}", outcome.notes);
        let outcome = verify(&swtpm, &proof, &rules(""));
        assert!(outcome.code == 1 && outcome.out.contains("the log of PCR 11 does not lead"), "{}", outcome.out);
    }
    // Words that were not measured are told as such: the digests are those of "ready".
    let lie = systemd().replace("\"string\":\"ready\"", "\"string\":\"final\"");
    let (proof, _) = prove(&swtpm, &swtpm.folder.write("tpm2-measure.log", lie.as_bytes()));
    let outcome = verify(&swtpm, &proof, &rules(""));
    assert!(outcome.code == 0 && outcome.out.contains(", said to be final\n"), "{}", outcome.out);
}

#[test]
fn a_policy_of_the_machine_is_made_and_holds() {
    let swtpm = Swtpm::new("systemd-pin");
    boot(&swtpm);
    let log = swtpm.folder.write("tpm2-measure.log", systemd().as_bytes());
    let (proof, _) = prove(&swtpm, &log);
    let policy = swtpm.folder.path("pinned.toml");
    let outcome = line(&["pin", &proof, "--nonce", NONCE, "--pcr", "11=log", "--pcr", "15=log", "-o", &policy]);
    assert_eq!(outcome.code, 0, "{}", outcome.notes);
    let text = std::fs::read_to_string(&policy).unwrap();
    assert!(text.contains("11 = [\"systemd\"]"), "{text}");
    assert_eq!(line(&["verify", &proof, "--policy", &policy, "--nonce", NONCE]).code, 0);
    let der = swtpm.folder.path("pinned.der");
    assert_eq!(line(&["policy", "compile", &policy, "-o", &der]).code, 0);
    assert_eq!(line(&["verify", &proof, "--policy", &der, "--nonce", NONCE]).code, 0);
    extend(&swtpm, 11, b"shutdown");
    let more = systemd().replace(&phase("ready"), &(phase("ready") + &phase("shutdown")));
    let (proof, _) = prove(&swtpm, &swtpm.folder.write("tpm2-measure.log", more.as_bytes()));
    let outcome = line(&["verify", &proof, "--policy", &policy, "--nonce", NONCE]);
    assert!(outcome.code == 1 && outcome.out.contains("matches no rule"), "{}", outcome.out);
}

#[test]
fn reference_values_are_shown_and_allow_events() {
    let swtpm = Swtpm::new("pcrlock");
    boot(&swtpm);
    let (proof, _) = prove(&swtpm, &swtpm.folder.write("tpm2-measure.log", systemd().as_bytes()));
    let values = |names: &[(u8, &[u8])]| {
        let records: Vec<String> =
            names.iter().map(|(pcr, name)| format!("{{\"pcr\":{pcr},\"digests\":[{}]}}", digests(name))).collect();
        format!("{{\"records\":[{}]}}", records.join(","))
    };
    let all: Vec<(u8, &[u8])> = PHASES.iter().map(|name| (11, name.as_bytes())).collect();
    // A PCR that no log explains has nothing to allow; what stands twice is one rule.
    let phases = values(&[&all[..], &[(11, b"ready"), (0, b"firmware")]].concat());
    let file = swtpm.folder.write("750-phases.pcrlock", phases.as_bytes());
    let rest = |allow: &str| {
        format!(
            "[pcr.sha256]\n11 = \"log\"\n[logs]\n11 = [\"systemd\"]\n[events]\naccept_any_boot = true\nallow_files = [{allow}]\n"
        )
    };
    let outcome = verify(&swtpm, &proof, &rest("\"750-phases.pcrlock\""));
    assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
    swtpm.folder.write("fewer.pcrlock", values(&all[..3]).as_bytes());
    let outcome = verify(&swtpm, &proof, &rest("\"fewer.pcrlock\""));
    assert!(outcome.code == 1 && outcome.out.contains("matches no rule"), "{}", outcome.out);
    // Files are put together.
    swtpm.folder.write("last.pcrlock", values(&all[3..]).as_bytes());
    assert_eq!(verify(&swtpm, &proof, &rest("\"fewer.pcrlock\", \"last.pcrlock\"")).code, 0);
    swtpm.folder.write("useless.pcrlock", values(&[(0, b"firmware")]).as_bytes());
    let log = swtpm.folder.path("tpm2-measure.log");
    for (name, word) in [
        ("useless.pcrlock", "no PCR of it is held to a log"),
        ("tpm2-measure.log", "takes .pcrlock files"),
        ("missing.pcrlock", "cannot read"),
    ] {
        let outcome = verify(&swtpm, &proof, &rest(&format!("\"{name}\"")));
        assert!(outcome.code >= 2 && outcome.notes.contains(word), "{name}: {}", outcome.notes);
    }
    let table = line(&["log", &file]);
    assert!(table.code == 0 && table.out.contains("6 reference values"), "{table:?}");
    let json: serde_json::Value = serde_json::from_str(&line(&["log", &file, "--json"]).out).unwrap();
    assert_eq!(json["reference"][3]["digests"]["sha256"], digits(&hash(HashAlgorithm::Sha256, b"ready")));
    let shown = line(&["show", &file]).out;
    assert!(
        shown.contains("reference value of PCR 11") && shown.contains(&digits(&hash(HashAlgorithm::Sha256, b"ready")))
    );
    // It is no log: nothing is replayed, and no proof encloses it.
    assert_eq!(line(&["log", &file, &log]).code, 1);
    let (_, outcome) = prove(&swtpm, &file);
    assert!(outcome.code == 1 && outcome.notes.contains("reference values"), "{outcome:?}");
}

/// The firmware's log of a boot in the JSON of `systemd-pcrlock cel`, systemd's records behind it, and read back.
#[test]
fn the_canonical_form_leads_to_the_same_values() {
    let folder = Folder::new("cel-json");
    let firmware = vector("material/boot-uki/binary_bios_measurements");
    let whole: serde_json::Value = serde_json::from_str(&line(&["log", &firmware, "--json"]).out).unwrap();
    let octets = std::fs::read(&firmware).unwrap();
    let log = tpmproof::log::TcgLog::from_bytes(&octets).unwrap();
    let mut records: Vec<String> = Vec::new();
    for (number, event) in log.events().enumerate() {
        let type_ = event.event_type().unverified();
        let shown = if number % 2 == 0 { format!("{type_:?}") } else { type_.0.to_string() };
        let list = event.digests.iter().map(|(bank, digest)| {
            let bank = HashAlgorithm::try_from(bank).unwrap();
            format!("{{\"hashAlg\":\"{}\",\"digest\":\"{}\"}}", bank.name(), digits(digest))
        });
        records.push(format!(
            "{{\"pcr\":{},\"recnum\":{number},\"digests\":[{}],\"content_type\":\"pcclient_std\",\"content\":{{\"event_type\":\"{shown}\",\"event_data\":\"{}\"}}}}",
            event.register(),
            list.collect::<Vec<_>>().join(","),
            digits(event.data().unverified()),
        ));
    }
    let only_firmware = folder.write("firmware.json", format!("[{}]", records.join(",")).as_bytes());
    let read: serde_json::Value = serde_json::from_str(&line(&["log", &only_firmware, "--json"]).out).unwrap();
    for part in ["replayed", "facts"] {
        assert_eq!(read[part], whole[part]);
    }
    assert_eq!(read["events"].as_array().unwrap().len(), log.len());
    // Mixed, the firmware's and systemd's are two logs of one proof; a record that does not say what it is goes with the one before.
    let bare = format!("{{\"pcr\":11,\"recnum\":99,\"digests\":[{}]}}", digests(b"ready"));
    let systemd = systemd().replace('\u{1e}', "");
    let mixed = format!("[{},{},{bare}]", records.join(","), systemd.trim().replace('\n', ","));
    let mixed = folder.write("mixed.json", mixed.as_bytes());
    let proof = vector("boot-uki-p256.proof");
    let output = folder.path("out.proof");
    let outcome = line(&["convert", &proof, "--log", &mixed, "-o", &output]);
    assert_eq!(outcome.code, 0, "{}", outcome.notes);
    let der = std::fs::read(&output).unwrap();
    let logs: Vec<_> = tpmproof::Proof::from_der(&der).unwrap().evidence().logs.iter().map(|log| log.format).collect();
    assert_eq!(logs, ["firmware", "systemd"]);
    // The firmware's own explains what the machine quoted.
    let file = |name: &str| vector(&format!("material/boot-uki/{name}"));
    let nonce = std::fs::read_to_string(file("nonce.hex")).unwrap();
    let verify = |log: &str| {
        let (message, signature) = (file("q_rsa_sha256.msg"), file("q_rsa_sha256.sig"));
        let (pcrs, ak) = (file("q_rsa_sha256.pcrs"), file("ak_rsa.tpm2b"));
        let policy = vector("policies/boot-uki-logs.toml");
        let quote = ["verify", "--message", &message, "--signature", &signature, "--pcrs", &pcrs, "--ak", &ak];
        let rest = ["--log", log, "--policy", &policy, "--nonce", nonce.trim(), "--at", "2027-01-01T00:00:00Z"];
        line(&[&quote[..], &rest].concat())
    };
    assert_eq!(verify(&only_firmware).code, 0, "{}", verify(&only_firmware).out);
    let changed = std::fs::read_to_string(&only_firmware).unwrap().replacen("\"pcr\":4", "\"pcr\":5", 1);
    assert_eq!(verify(&folder.write("changed.json", changed.as_bytes())).code, 1);
}

#[test]
fn what_is_broken_is_refused_by_its_record() {
    let folder = Folder::new("json-broken");
    let good = phase("ready").replace('\u{1e}', "");
    let good = good.trim();
    let sha1 = digits(&hash(HashAlgorithm::Sha1, b"ready"));
    let long = "[".repeat(64) + &"]".repeat(64);
    let cases: [(&str, String, &str); 19] = [
        ("PCR 24", good.replace("\"pcr\":11", "\"pcr\":24"), "record 1: pcr is 24; PCRs are 0 to 23"),
        ("a PCR of 33 bits", good.replace("\"pcr\":11", "\"pcr\":4294967307"), "more than 32 bits"),
        ("a negative PCR", good.replace("\"pcr\":11", "\"pcr\":-1"), "cannot be read"),
        ("no register", good.replace("\"pcr\":11,", ""), "not one of pcr and nv_index"),
        ("two registers", good.replace("\"pcr\":11,", "\"pcr\":11,\"nv_index\":1,"), "not one of pcr and nv_index"),
        ("twice", good.replace("\"pcr\":11,", "\"pcr\":11,\"pcr\":11,"), "stands twice"),
        ("unknown member", good.replace("\"pcr\":11,", "\"pcr\":11,\"colour\":1,"), "unknown member \"colour\""),
        ("of RTMR", good.replace("\"pcr\":11,", "\"rtmr\":2,"), "confidential machine"),
        ("short digest", good.replace(&sha1, &sha1[2..]), "has 19 bytes, not 20"),
        ("no hexadecimal", good.replace(&sha1, &sha1.to_uppercase()), "lower-case"),
        (
            "unknown algorithm",
            good.replace("\"sha1\"", "\"md5\""),
            "hashAlg: \"md5\" is no hash algorithm that is known",
        ),
        (
            "an algorithm twice",
            good.replace("\"sha384\"", "\"sha256\"").replace(
                &digits(&hash(HashAlgorithm::Sha384, b"ready")),
                &digits(&hash(HashAlgorithm::Sha256, b"ready")),
            ),
            "two digests of sha256",
        ),
        ("no digest", "{\"pcr\":11,\"digests\":[]}".into(), "no digest"),
        (
            "other content",
            good.replace("\"content_type\":\"systemd\"", "\"content_type\":\"ima_template\""),
            "\"ima_template\" is not converted",
        ),
        ("cut", systemd()[..systemd().len() - 9].to_owned(), "record 7:"),
        ("a second broken line", format!("{good}\n{{}}\n"), "record 2: the record lacks"),
        ("deep", format!("{{\"pcr\":11,\"digests\":{long}}}"), "nested deeper"),
        ("nothing", "[]".into(), "no record"),
        ("a number", "{\"records\":7}".into(), "records is not an array"),
    ];
    for (name, text, word) in cases {
        let file = folder.write("log.json", text.as_bytes());
        let outcome = line(&["log", &file]);
        assert!(outcome.code == 1 && outcome.notes.contains(word), "{name}: {word:?} is not said: {outcome:?}");
        assert!(line(&["show", "--as", "log", &file]).code == 1, "{name}");
    }
    // What names a record is escaped.
    let file = folder.write("log.json", good.replace("\"systemd\"", "\"\\u001b[2J\"").as_bytes());
    assert!(!line(&["log", &file]).notes.contains('\u{1b}'));
}

/// Whatever octet is changed, and wherever a file ends: it is read, or refused with a reason.
#[test]
fn no_octet_breaks_the_reader() {
    let folder = Folder::new("json-octets");
    let (one, two) = (phase("ready"), record("\"nv_index\":30474752", NV_NAME.as_bytes(), NV_NAME, "product-id"));
    let text = (one + &two).into_bytes();
    let mut refused = 0;
    let mut judge = |bytes: &[u8]| {
        let outcome = line(&["log", &folder.write("log", bytes)]);
        assert!(outcome.code <= 1 && outcome.notes.is_empty() == (outcome.code == 0), "{outcome:?}");
        refused += usize::from(outcome.code == 1);
    };
    for place in (0..text.len()).step_by(3) {
        judge(&text[..place]);
        for octet in [b'0', b'"', 0x1e, 0xff] {
            let mut changed = text.clone();
            changed[place] = octet;
            judge(&changed);
        }
    }
    assert!(refused > text.len() / 2, "{refused} of {}", text.len() * 5 / 3);
}
