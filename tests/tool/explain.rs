//! Promise: `explain` names the event that made the difference, never calls verified what was not, and costs no more than the logs are
//! long.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};
use crate::common::forge::{AK_ATTRIBUTES, Attest, Key, NONCE, hash, name};
use crate::common::ima::{Entry, Linux, file};
use crate::common::log::{event2, header, id};
use crate::common::machine::{Event, Machine, digits, measured, of_data, of_other};
use serde_json::Value;
use std::fs;
use tpmproof::crypto::HashAlgorithm::{self, Sha1, Sha256};
use tpmproof::proof::ProofBuilder;
use tpmproof::verify::{Log, PcrValue};

fn line(words: &[&str]) -> Outcome {
    run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

/// The explanation as text and as JSON of the schema, which say the same by their exit codes.
#[track_caller]
fn explain(words: &[&str]) -> (Outcome, Value) {
    let text = line(&[&["explain"], words].concat());
    let json = line(&[&["explain", "--json"], words].concat());
    assert!(text.code <= 1 && text.notes.is_empty(), "{text:?}");
    assert_eq!(text.code, json.code, "{text:?}");
    let value: Value = serde_json::from_str(&json.out).unwrap_or_else(|error| panic!("{error}: {}", json.out));
    let schema: Value = serde_json::from_str(include_str!("../../src/cli/explain.schema.json")).unwrap();
    let errors: Vec<_> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    (text, value)
}

#[track_caller]
fn says(outcome: &Outcome, words: &[&str]) {
    for word in words {
        assert!(outcome.out.contains(word), "{word:?} is not said: {}", outcome.out);
    }
}

fn differing(value: &Value) -> Vec<u64> {
    value["differences"].as_array().unwrap().iter().map(|one| one["pcr"].as_u64().unwrap()).collect()
}

/// The changes of a PCR: what kind, and what the event and its counterpart say.
fn changes(value: &Value, pcr: u64) -> Vec<(String, String, String)> {
    let all = value["differences"].as_array().unwrap();
    let one = all.iter().find(|one| one["pcr"] == pcr).unwrap_or_else(|| panic!("PCR {pcr} does not differ: {value}"));
    let text = |value: &Value| value["text"].as_str().unwrap_or_default().to_owned();
    let list = one["changes"].as_array().unwrap().iter();
    list.map(|change| (change["change"].as_str().unwrap().to_owned(), text(&change["event"]), text(&change["other"])))
        .collect()
}

fn notes(value: &Value, pcr: u64) -> String {
    let all = value["differences"].as_array().unwrap();
    all.iter().find(|one| one["pcr"] == pcr).map(|one| one["notes"].to_string()).unwrap_or_default()
}

fn nonce(proof: &str) -> String {
    let text = fs::read_to_string(vector(proof)).unwrap();
    text.lines().find_map(|line| line.strip_prefix("nonce: ")).unwrap().to_owned()
}

const AT: [&str; 2] = ["--at", "2027-01-01T00:00:00Z"];
const UKI: &str = "boot-uki-logs.proof";

#[test]
fn a_kernel_image_with_secure_boot_and_without() {
    let (text, value) = explain(&[&vector(UKI), &vector("boot-uki-sb-logs.proof")]);
    assert_eq!(text.code, 1);
    assert_eq!(differing(&value), [0, 4, 7, 10]);
    let boot = changes(&value, 7);
    assert_eq!(boot[0], ("changed".into(), "SecureBoot = 0".into(), "SecureBoot = 1".into()));
    assert_eq!(boot.len(), 6);
    assert!(boot[5].0 == "only-second" && boot[5].1.starts_with("db allowed it"), "{boot:?}");
    // The firmware's own parts differ, the image that was loaded does, and of IMA's PCR there is no log.
    assert!(changes(&value, 0).iter().all(
        |change| change.0 == "changed" && change.1.contains("917504 bytes") || change.1.contains("12582912 bytes")
    ));
    assert!(changes(&value, 4)[0].1.ends_with("BOOTX64.EFI") && changes(&value, 10).is_empty());
    assert!(notes(&value, 10).contains("no log of the first proof has an event of it"));
    says(&text, &["4 PCRs differ: 0, 4, 7, 10", "UNVERIFIED: nobody looked", "its log leads to it", "said to be "]);
}

#[test]
fn a_kernel_image_against_grub() {
    let (_, value) = explain(&[&vector(UKI), &vector("boot-grub-sb-logs.proof")]);
    let grub = changes(&value, 8);
    assert!(!grub.is_empty() && grub.iter().all(|change| change.0 == "only-second"), "{grub:?}");
    assert!(grub.iter().any(|change| change.1 == "grub_cmd: initrd /initrd.gz"), "{grub:?}");
    let sections = changes(&value, 11);
    assert!(sections.iter().all(|change| change.0 == "only-first"), "{sections:?}");
    assert!(sections.iter().any(|change| change.1 == ".linux"), "{sections:?}");
}

/// One quote, once with a log beside it.
#[test]
fn two_proofs_of_one_boot_do_not_differ() {
    let (text, value) = explain(&[&vector("boot-uki-rsassa.proof"), &vector(UKI)]);
    assert_eq!((text.code, differing(&value).len()), (0, 0), "{}", text.out);
    says(&text, &["No difference in the "]);
    assert!(value["compared"].as_u64().unwrap() >= 16);
}

#[test]
fn what_is_verified_and_what_is_not() {
    let (one, other) = (vector("boot-uki-rsassa.proof"), vector(UKI));
    let (right, wrong) = (nonce("boot-uki-rsassa.proof"), "00".repeat(32));
    let verified = |more: &[&str]| {
        let (text, value) = explain(&[&[&one[..], &other], &AT[..], more].concat());
        (text.code, [0, 1].map(|side| value["sides"][side]["verified"].clone()), text.out)
    };
    let both = [Value::Bool(true), Value::Bool(true)];
    let (code, sides, text) = verified(&["--nonce", &right, "--nonce", &nonce(UKI)]);
    assert_eq!((code, &sides), (0, &both), "{text}");
    assert!(text.contains("by a key that nothing vouches for"), "{text}");
    assert_eq!(verified(&["--insecure-no-freshness"]).1, both);
    assert_eq!(verified(&[]).1, [Value::Bool(false), Value::Bool(false)]);
    // What fails is not verified, and no success, though nothing differs.
    let (code, sides, text) = verified(&["--nonce", &right, "--nonce", &wrong]);
    assert_eq!((code, sides), (1, [Value::Bool(true), Value::Bool(false)]), "{text}");
    // A key that an authority vouches for.
    let (proof, root) = (vector("certified-p256.proof"), vector("material/swtpm/chain_p256.root.pem"));
    let nonce = nonce("certified-p256.proof");
    let (text, _) = explain(&[&[&proof[..], &proof, "--root", &root, "--nonce", &nonce], &AT[..]].concat());
    says(&text, &["by a key that an authority vouches for"]);
    // A bit of the signature.
    let broken = vector("signature-bit.proof");
    let (text, value) = explain(&[&[&broken[..], &broken, "--insecure-no-freshness"], &AT[..]].concat());
    assert_eq!((text.code, &value["sides"][0]["verified"]), (1, &Value::Bool(false)));
    // A policy that refuses for another reason than PCRs.
    let folder = Folder::new("explain-refused");
    let policy = vector("policies/boot-uki-rsassa.toml");
    let (text, _) = explain(&[&[&one[..], "--policy", &policy, "--nonce", &right], &AT[..]].concat());
    assert_eq!(text.code, 0, "{}", text.out);
    says(&text, &["verified: the policy accepts it", "the verifier's own"]);
    let rules = fs::read_to_string(&policy).unwrap();
    let start = rules.find("name:").unwrap() + 20;
    let digit = if &rules[start..=start] == "0" { "1" } else { "0" };
    let policy = folder.write("other.toml", format!("{}{digit}{}", &rules[..start], &rules[start + 1..]).as_bytes());
    let (text, value) = explain(&[&[&one[..], "--policy", &policy, "--nonce", &right], &AT[..]].concat());
    assert_eq!((text.code, differing(&value).len()), (1, 0), "{}", text.out);
    says(&text, &["No difference", "identity fails: ", "UNVERIFIED: "]);
    // Who does not ask is told no more than that the values are right.
    assert_eq!(explain(&[&one, "--policy", &policy]).0.code, 0);
}

#[test]
fn misuse() {
    let (proof, policy) = (vector(UKI), vector("policies/boot-uki-logs.toml"));
    for words in [
        &[][..],
        &[&proof[..]],
        &[&proof[..], &proof, "--policy", &policy],
        &[&proof[..], &proof, &proof],
        &[&proof[..], &proof, "--log", &proof],
        &[&proof[..], &proof, "--nonce", "00", "--nonce", "00", "--nonce", "00"],
        &[&proof[..], "--policy", &policy, "--nonce", "0G"],
        &[&proof[..], "--policy", &policy, "--nonce", "00", "--insecure-no-freshness"],
        &[&proof[..], "--policy", &proof],
    ] {
        assert_eq!(line(&[&["explain"], words].concat()).code, 2, "{words:?}");
    }
    assert_eq!(line(&["explain", &vector("README.md"), &proof]).code, 1);
    assert_eq!(line(&["explain", &vector("missing"), &proof]).code, 3);
}

/// A machine's proof, and a policy of `rest` that knows its key.
fn machine(folder: &Folder, name_of: &str, machine: &Machine) -> String {
    folder.write(name_of, &machine.proof())
}

fn policy(folder: &Folder, rest: &str) -> String {
    let pin = digits(&name(&Key::new(1).public_area(AK_ATTRIBUTES)));
    folder.write("policy.toml", format!("version = 1\n[key]\npinned = [\"name:{pin}\"]\n{rest}").as_bytes())
}

fn value_of(machine: &Machine, pcr: u8) -> String {
    digits(&machine.values().into_iter().find(|(index, _)| *index == pcr).unwrap().1)
}

#[test]
fn one_measurement_that_changed() {
    let folder = Folder::new("explain-one");
    let good = Machine::new();
    let mut other = good.clone();
    other.application[1] = measured(13, "weights", "llama-2-7b", b"other numbers");
    let (good, other) = (machine(&folder, "good", &good), machine(&folder, "other", &other));
    let (text, value) = explain(&[&good, &other]);
    assert_eq!(differing(&value), [13]);
    let found = changes(&value, 13);
    assert!(found.len() == 1 && found[0].0 == "changed", "{found:?}");
    assert!(
        found[0].1.starts_with("weights \"llama-2-7b\": 12 bytes")
            && found[0].2.starts_with("weights \"llama-2-7b\": 13 bytes"),
        "{found:?}"
    );
    assert_eq!(value["differences"][0]["changes"][0]["event"]["measured"], true);
    says(&text, &["PCR 13 differs\n", "event 2 of application, EV_EVENT_TAG, measurement: weights"]);
    let verified = digits(NONCE);
    let (text, _) = explain(&[&good, &other, "--nonce", &verified]);
    says(&text, &["verified: signature, quote and values"]);
}

#[test]
fn events_that_were_added_left_out_and_moved() {
    let folder = Folder::new("explain-moves");
    let good = Machine::new();
    let mut moved = good.clone();
    moved.application.swap(0, 2);
    moved.application.insert(1, measured(13, "prompt", "", b"be kind"));
    let (good_file, moved_file) = (machine(&folder, "good", &good), machine(&folder, "moved", &moved));
    let (_, value) = explain(&[&good_file, &moved_file]);
    let kinds: Vec<String> = changes(&value, 13).into_iter().map(|change| change.0).collect();
    // Of three in another order, one stays where it is.
    assert_eq!(kinds, ["moved", "moved", "only-second"]);
    let mut short = good.clone();
    short.application.pop();
    let (_, value) = explain(&[&good_file, &machine(&folder, "short", &short)]);
    let found = changes(&value, 13);
    assert!(found.len() == 1 && found[0].0 == "only-first" && found[0].1.contains("llama-2-13b"), "{found:?}");
}

/// A log that is not what was measured is told as such, and no words of it are called measured.
#[test]
fn logs_that_lie() {
    let folder = Folder::new("explain-lies");
    let good = Machine::new();
    let mut liar = good.clone();
    liar.extended = Some([&good.firmware[..], &[measured(13, "weights", "another", b"1")]].concat());
    let files = [machine(&folder, "good", &good), machine(&folder, "liar", &liar)];
    let (text, value) = explain(&[&files[0], &files[1]]);
    assert!(notes(&value, 13).contains("the second proof's log is not what made its value"), "{value}");
    assert!(notes(&value, 13).contains("what made the difference is in no log"), "{value}");
    says(&text, &["its log leads to another value"]);
    // One that went on.
    let mut late = good.clone();
    late.extended = Some([&good.firmware[..], &good.application[..2]].concat());
    let (text, _) = explain(&[&files[0], &machine(&folder, "late", &late)]);
    says(&text, &["its log leads to it after 2 of 3 events; the others came later"]);
    // Text of evidence controls no terminal.
    let mut hostile = good.clone();
    hostile.firmware.push(of_data(8, 13, "grub_cmd: \u{1b}[2J\u{202e}".as_bytes()));
    hostile.application.push(measured(13, "kind\u{1b}[2J", "name\u{202e}", b""));
    hostile.logs = Some(vec![
        ("firmware", Machine::log(&hostile.firmware)),
        ("application", Machine::log(&hostile.application)),
        ("fir\u{1b}mware", vec![1]),
        ("firmware", Machine::log(&hostile.firmware)),
    ]);
    let (text, value) = explain(&[&files[0], &machine(&folder, "hostile", &hostile)]);
    assert!(!text.out.contains(['\u{1b}', '\u{202e}']), "{}", text.out);
    assert_eq!(value["notes"].as_array().unwrap().len(), 2, "{value}");
    says(&text, &["the second proof: the log \"firmware\" is passed over: it is the second of its name"]);
}

#[test]
fn golden_values() {
    let folder = Folder::new("explain-golden");
    let good = Machine::new();
    let rest = format!("[pcr.sha256]\n4 = [\"{}\"]\n13 = [\"{}\"]\n", value_of(&good, 4), value_of(&good, 13));
    let asked = |machine: &Machine| {
        let (proof, policy) = (folder.write("proof", &machine.proof()), policy(&folder, &rest));
        explain(&[&proof, "--policy", &policy])
    };
    assert_eq!(asked(&good).0.code, 0);
    // Something came after.
    let mut more = good.clone();
    more.application.push(measured(13, "weights", "mistral", b"2"));
    let (text, value) = asked(&more);
    assert_eq!(text.code, 1);
    let found = changes(&value, 13);
    assert!(found.len() == 1 && found[0].0 == "after" && found[0].1.contains("mistral"), "{found:?}");
    // Something came in between.
    let mut between = good.clone();
    between.application.insert(1, measured(13, "weights", "mistral", b"2"));
    let (text, value) = asked(&between);
    let found = changes(&value, 13);
    assert!(found.len() == 1 && found[0].0 == "without" && found[0].1.contains("mistral"), "{found:?}");
    says(&text, &["without it, the policy's value: event 2 of application"]);
    // What was changed cannot be told from a hash, and that is said.
    let mut changed = good.clone();
    changed.application[1] = measured(13, "weights", "llama-2-7b", b"other numbers");
    let (text, value) = asked(&changed);
    assert!(changes(&value, 13).is_empty());
    says(&text, &["a hash does not say which; compare with the proof of a machine"]);
    // The log has all that the policy knows, and the machine measured something else.
    let mut liar = good.clone();
    liar.extended = Some([&good.firmware[..], &[measured(13, "weights", "another", b"1")]].concat());
    says(&asked(&liar).0, &["the log leads to the policy's value, and the PCR does not hold it"]);
    // Nothing was measured, and there is no log.
    let mut nothing = good.clone();
    nothing.application.clear();
    says(&asked(&nothing).0, &["nothing extended it", "what the policy knows did not happen"]);
    let mut secret = more.clone();
    secret.logs = Some(vec![("firmware", Machine::log(&good.firmware))]);
    says(&asked(&secret).0, &["cannot be told without a log of this PCR"]);
    // Zero, and a PCR that is not quoted.
    let policy_file = policy(&folder, "[pcr.sha256]\n4 = [\"00\"]\n");
    assert_eq!(line(&["explain", &folder.path("proof"), "--policy", &policy_file]).code, 2);
    let proof = folder.write("proof", &good.proof());
    let rest = format!(
        "[quote]\nallow_resettable = [16]\n[pcr.sha256]\n4 = [\"{}\"]\n13 = \"zero\"\n16 = \"zero\"\n",
        value_of(&good, 4)
    );
    let (text, value) = explain(&[&proof, "--policy", &policy(&folder, &rest)]);
    assert_eq!(differing(&value), [13, 16]);
    assert_eq!(changes(&value, 13).len(), 3);
    says(&text, &["the proof does not quote it", "came after the policy's value: event 1 of application"]);
}

const RULES: &str = "[pcr.sha256]\n4 = \"log\"\n13 = \"log\"\n[logs]\n13 = [\"application\"]\n[events]\n";

#[test]
fn rules_for_events() {
    let folder = Folder::new("explain-rules");
    let good = Machine::new();
    let digest = |event: &Event| format!("sha256:{}", digits(&event.digest));
    let loader = good.firmware.iter().find(|event| event.type_ == crate::common::machine::APPLICATION).unwrap();
    let action = good.firmware.iter().find(|event| event.type_ == crate::common::machine::EFI_ACTION).unwrap();
    let of = |content: &[u8]| format!("sha256:{}", digits(&hash(Sha256, content)));
    let rest = format!(
        "{RULES}require = [ {{ pcr = 4, digest = [\"{}\"] }}, {{ pcr = 4, digest = [\"{}\"] }}, {{ pcr = 13, kind = \"tls-spki\" }}, \
         {{ pcr = 13, kind = \"weights\", name = \"llama-2-7b\", digest = [\"{}\"] }}, {{ pcr = 13, kind = \"prompt\" }} ]\n\
         allow = [ {{ pcr = 13, kind = \"weights\", name = \"llama-2-13b\", digest = [\"{}\"] }} ]\n",
        digest(action),
        digest(loader),
        of(b"many numbers"),
        of(b"more numbers"),
    );
    let asked = |machine: &Machine| {
        let (proof, policy) = (folder.write("proof", &machine.proof()), policy(&folder, &rest));
        explain(&[&proof, "--policy", &policy])
    };
    let mut whole = good.clone();
    whole.application.push(measured(13, "prompt", "", b"be kind"));
    let (text, _) = asked(&whole);
    assert_eq!(text.code, 0, "{}", text.out);
    // One that is required is missing.
    let (text, value) = asked(&good);
    assert_eq!(changes(&value, 13).iter().map(|change| &change.0[..]).collect::<Vec<_>>(), ["missing"]);
    says(&text, &["required, and missing", "kind \"prompt\""]);
    // Of the right kind and name, with other content: by a rule that requires it, and by one that allows it.
    let mut other = whole.clone();
    other.application[1] = measured(13, "weights", "llama-2-7b", b"other numbers");
    other.application[2] = measured(13, "weights", "llama-2-13b", b"yet others");
    let (text, value) = asked(&other);
    let kinds: Vec<String> = changes(&value, 13).into_iter().map(|change| change.0).collect();
    assert_eq!(kinds, ["no-rule", "other-content"]);
    let near = format!(
        "the policy has for this kind and name: PCR 13, kind \"weights\", name \"llama-2-13b\", digest {}",
        of(b"more numbers")
    );
    says(&text, &[&near, "the policy requires: PCR 13, kind \"weights\", name \"llama-2-7b\""]);
    // One that stands twice.
    let mut twice = whole.clone();
    twice.application.push(measured(13, "prompt", "", b"be kind"));
    let kinds: Vec<String> = changes(&asked(&twice).1, 13).into_iter().map(|change| change.0).collect();
    assert_eq!(kinds, ["repeated"]);
    // Another loader stands where the policy has the one that it knows.
    let mut evil = whole.clone();
    let place = evil.firmware.iter().position(|event| event.type_ == crate::common::machine::APPLICATION).unwrap();
    evil.firmware[place] = of_other(4, crate::common::machine::APPLICATION, b"another loader", &[0; 32]);
    let (text, value) = asked(&evil);
    let kinds: Vec<String> = changes(&value, 4).into_iter().map(|change| change.0).collect();
    assert_eq!(kinds, ["no-rule", "missing"]);
    says(&text, &[&format!("the policy has in its place: PCR 4, digest {}", digits(&loader.digest))]);
    // A log that the policy names is not there.
    let mut without = whole.clone();
    without.logs = Some(vec![("firmware", Machine::log(&whole.firmware))]);
    let (text, value) = asked(&without);
    assert!(value["notes"].to_string().contains("application"), "{value}");
    says(&text, &["the policy asks for a log that leads to the value"]);
}

/// What `pin` makes of one boot, against the others.
#[test]
fn the_policy_of_one_boot_against_another() {
    let folder = Folder::new("explain-pinned");
    let policy = folder.path("uki.toml");
    let nonce = nonce(UKI);
    let proof = vector(UKI);
    let arguments = ["pin", &proof, "--nonce", &nonce, "--pcr", "4=log", "--pcr", "11=log", "-o", &policy];
    let outcome = line(&[&arguments[..], &AT[..]].concat());
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(explain(&[&proof, "--policy", &policy]).0.code, 0);
    let (text, value) = explain(&[&vector("boot-sdboot-logs.proof"), "--policy", &policy]);
    assert_eq!(text.code, 1);
    // By golden values: here the log is no help, and says so; by events: each is named.
    assert!(!differing(&value).is_empty());
    assert!(
        changes(&value, 4).iter().any(|change| change.0 == "no-rule" && change.1.contains("BOOTX64.EFI")),
        "{value}"
    );
    assert!(changes(&value, 11).iter().all(|change| change.0 == "missing"), "{value}");
    let (_, value) = explain(&[&vector("boot-uki-sb-logs.proof"), "--policy", &policy]);
    assert!(notes(&value, 7).contains("a hash does not say which"), "{value}");
    let secure = vector("policies/boot-secure.toml");
    let (text, _) = explain(&[&vector("boot-insecure.proof"), "--policy", &secure]);
    says(&text, &["Secure Boot was off, and the policy asks for it"]);
}

/// Logs that have nothing in common, forwards and backwards, cost no more than they are long.
#[test]
fn long_logs_are_compared_in_time() {
    let folder = Folder::new("explain-long");
    let events = |from: u32, backwards: bool| {
        let mut machine = Machine::new();
        let mut list: Vec<Event> = (from..from + 20_000).map(|n| of_data(8, 13, &n.to_be_bytes())).collect();
        if backwards {
            list.reverse();
        }
        machine.firmware.extend(list);
        machine
    };
    let files = [
        machine(&folder, "one", &events(0, false)),
        machine(&folder, "backwards", &events(0, true)),
        machine(&folder, "another", &events(1_000_000, false)),
    ];
    let start = std::time::Instant::now();
    let (text, value) = explain(&[&files[0], &files[1]]);
    assert!(notes(&value, 8).contains("too much to look at the order"), "{}", text.out);
    let (text, value) = explain(&[&files[0], &files[2]]);
    let one = value["differences"].as_array().unwrap().iter().find(|one| one["pcr"] == 8).unwrap();
    assert_eq!(one["changes"].as_array().unwrap().len(), 256);
    assert!(one["more"].as_u64().unwrap() >= 19_000 && text.out.contains(" others\n"), "{}", one["more"]);
    let policy_file = policy(&folder, &format!("[pcr.sha256]\n8 = [\"{}\"]\n", "11".repeat(32)));
    says(&explain(&[&files[0], "--policy", &policy_file]).0, &["too many events to leave out"]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// A runtime list grows after the quote, and extends every bank whatever bank it is of: as `verify` counts its entries, so does `explain`.
#[test]
fn a_list_that_grew_after_the_quote() {
    let asked = |proof: &str, policy: &str| {
        let policy = vector(&format!("policies/{policy}.toml"));
        let nonce = nonce(proof);
        explain(&[&[&vector(proof)[..], "--policy", &policy, "--nonce", &nonce], &AT[..]].concat())
    };
    for boot in ["boot-direct", "boot-direct-tis-ngv2", "boot-grub-sb", "boot-sdboot", "boot-uki", "boot-uki-sb"] {
        let (text, value) = asked(&format!("{boot}-ima.proof"), &format!("{boot}-ima"));
        assert_eq!((text.code, differing(&value).len()), (0, 0), "{boot}: {}", text.out);
        says(&text, &["verified: the policy accepts it"]);
    }
    // The file that the policy does not know is named, by its template and by what the bank was extended with.
    let (text, value) = asked("boot-ima-file.proof", "boot-ima-file");
    assert_eq!((text.code, differing(&value)), (1, vec![10]), "{}", text.out);
    let found = changes(&value, 10);
    assert!(!found.is_empty() && found.iter().all(|change| change.0 == "no-rule" && change.1.contains("/bin/")));
    let event = &value["differences"][0]["changes"][0]["event"];
    assert!(event["type"].as_str().unwrap().starts_with("ima-"), "{event}");
    assert_eq!(event["digest"].as_str().unwrap().len(), "sha256:".len() + 64, "{event}");
    assert_eq!(
        (&event["measured"], &value["differences"][0]["values"][0]["state"]),
        (&true.into(), &"explained".into())
    );
    // The list of another boot still leads elsewhere.
    let (text, value) = asked("boot-other-ima.proof", "boot-uki-ima");
    assert_eq!((text.code, differing(&value)), (1, vec![10]));
    says(&text, &["an event was changed, added or left out, or the log is of another boot"]);
    assert_eq!(value["differences"][0]["values"][0]["state"], "unexplained");
}

/// Entries are paired by the file that they are of, and not by standing in one list.
#[test]
fn entries_of_runtime_lists() {
    let folder = Folder::new("explain-ima");
    let violation = Entry { violation: true, ..file("/var/log/x", b"") };
    let entry = |name: &str, content: &[u8]| file(name, content);
    let shared = [entry("/usr/bin/ls", b"ls"), violation.clone()];
    let first = Linux::with(&[&shared[..], &[entry("/opt/a", b"1"), entry("/opt/b", b"2")]].concat());
    let mut second = Linux::with(&[&shared[..], &[entry("/opt/b", b"3"), entry("/srv/c", b"4")]].concat());
    second.list.extend(entry("/opt/later", b"5").octets(Sha1));
    let proofs = [("first", &first), ("second", &second)].map(|(name, one)| machine(&folder, name, &one.machine()));
    let (text, value) = explain(&[&proofs[0], &proofs[1]]);
    assert_eq!(differing(&value), [10]);
    let found = changes(&value, 10);
    let kinds: Vec<&str> = found.iter().map(|change| &change.0[..]).collect();
    assert_eq!(kinds, ["only-first", "changed", "only-second"], "{found:?}");
    assert!(
        found[0].1.contains("/opt/a") && found[1].1.contains("/opt/b") && found[1].2.contains("/opt/b"),
        "{found:?}"
    );
    assert!(found[2].1.contains("/srv/c") || found[2].2.contains("/srv/c"), "{found:?}");
    assert!(!text.out.contains("/opt/later") && !text.out.contains("EV_UNUSED"), "{}", text.out);
    let digest = format!("sha256:{}", digits(&entry("/opt/a", b"1").digest(Sha256)));
    assert_eq!(value["differences"][0]["changes"][0]["event"]["digest"], digest.as_str());
    says(&text, &[", ima-ng, measured-file: /opt/a "]);
    // Before a golden value and after it.
    let known = Linux::with(&shared);
    let value_of_known = value_of(&known.machine(), 10);
    let policy_file = policy(
        &folder,
        &format!(
            "[pcr.sha256]\n4 = [\"{}\"]\n10 = [\"{value_of_known}\"]\n[events]\naccept_any_boot = true\n",
            value_of(&known.machine(), 4)
        ),
    );
    let (_, value) = explain(&[&proofs[0], "--policy", &policy_file]);
    let found = changes(&value, 10);
    assert!(
        found.len() == 2 && found.iter().all(|change| change.0 == "after" && change.1.contains("/opt/")),
        "{found:?}"
    );
    // An entry that is not of its digest spoils the list, and not the firmware's log.
    let mut spoilt = second.clone();
    spoilt.list = [&first.entries[0].octets(Sha1)[..], &entry("/opt/b", b"3").with_digest(&[7; 20])].concat();
    spoilt.machine.firmware.push(of_data(4, 13, b"more"));
    spoilt.extend();
    let (text, value) = explain(&[&proofs[0], &machine(&folder, "spoilt", &spoilt.machine())]);
    says(&text, &["the runtime list is passed over: entry 1 of the runtime list is not as it must be"]);
    let states: Vec<_> =
        value["differences"].as_array().unwrap().iter().map(|one| &one["values"][1]["state"]).collect();
    assert_eq!(states, ["explained", "absent-from-log"], "{value}");
}

/// Records of a Canonical Event Log are paired by what they are of.
#[test]
fn records_of_canonical_event_logs() {
    let tlv = |type_: u8, value: &[u8]| [&[type_][..], &(value.len() as u32).to_be_bytes(), value].concat();
    let cos = |kind: u8, value: &str| tlv(80, &tlv(kind, value.as_bytes()));
    let of = |contents: &[Vec<u8>]| {
        let records = contents.iter().zip(0u64..).flat_map(|(content, number)| {
            let digests = tlv(3, &tlv(11, &hash(Sha256, content)));
            [tlv(0, &number.to_be_bytes()), tlv(1, &13u32.to_be_bytes()), digests, content.clone()].concat()
        });
        let log: Vec<u8> = records.collect();
        let mut machine = Machine::new();
        let event = |content: &Vec<u8>| Event { pcr: 13, type_: 0, digest: hash(Sha256, content), data: Vec::new() };
        machine.extended = Some(machine.firmware.iter().cloned().chain(contents.iter().map(event)).collect());
        machine.logs = Some(vec![("firmware", Machine::log(&machine.firmware)), ("cel", log)]);
        machine
    };
    let folder = Folder::new("explain-cel");
    let first = of(&[cos(0, "example/image:1"), cos(5, "HOME=/root"), cos(4, "run"), tlv(200, b"to come")]);
    let second = of(&[cos(0, "example/image:2"), cos(5, "PATH=/bin"), cos(5, "HOME=/tmp"), tlv(200, b"other")]);
    let (text, value) = explain(&[&machine(&folder, "first", &first), &machine(&folder, "second", &second)]);
    let found = changes(&value, 13);
    let changed: Vec<_> = found.iter().filter(|change| change.0 == "changed").collect();
    assert_eq!(changed.len(), 2, "{found:?}");
    assert!(changed[0].1.ends_with("example/image:1") && changed[0].2.ends_with("example/image:2"), "{found:?}");
    assert!(changed[1].1.ends_with("HOME=/root") && changed[1].2.ends_with("HOME=/tmp"), "{found:?}");
    let count = |kind: &str| found.iter().filter(|change| change.0 == kind).count();
    assert_eq!((count("only-first"), count("only-second")), (2, 2), "{found:?}");
    says(&text, &["of cel, cos: ", "of cel, (unknown): "]);
    assert!(!text.out.contains("EV_UNUSED"), "{}", text.out);
}

/// Each bank that is hashed here has a place in the schema.
#[test]
fn every_bank_is_of_the_schema() {
    let folder = Folder::new("explain-banks");
    for bank in HashAlgorithm::ALL {
        let [one, other] = ["one", "other"].map(|content| {
            let digest = hash(*bank, content.as_bytes());
            let log = [header(&[*bank]), event2(8, 13, &[(id(*bank), &digest)], content.as_bytes())].concat();
            let value = hash(*bank, &[vec![0; bank.output_len()], digest].concat());
            let quote = Attest::quote(&[(id(*bank), &[0, 1, 0])], &[&value]);
            let (key, message) = (Key::new(1), Attest { nonce: NONCE.to_vec(), ..quote }.bytes());
            let proof = ProofBuilder::new(&message, &key.sign(&message)).key_public(&key.public_area(AK_ATTRIBUTES));
            let proof = proof.pcr(PcrValue { bank: (*bank).into(), index: 8, value: &value });
            folder.write(content, &proof.log(Log { format: "firmware", bytes: &log }).to_der())
        });
        let (text, value) = explain(&[&one, &other, "--nonce", &digits(NONCE)]);
        assert_eq!(differing(&value), [8], "{}", text.out);
        assert_eq!(value["sides"][0]["verified"], true, "{}", text.out);
        let line = &value["differences"][0];
        assert_eq!(
            (&line["values"][0]["bank"], &line["values"][0]["state"]),
            (&bank.name().into(), &"explained".into())
        );
        let digest = line["changes"][0]["event"]["digest"].as_str().unwrap().to_owned();
        assert!(digest.starts_with(&format!("{}:", bank.name())), "{digest}");
    }
    assert!(HashAlgorithm::ALL.iter().any(|bank| bank.name() == "sha3_256"));
}

/// What is given beside a proof counts as it does for `verify`, and the verdicts are the same.
#[test]
fn the_verdict_is_that_of_verify() {
    let folder = Folder::new("explain-verdict");
    let both = |words: &[&str], code: u8, said: &[&str]| {
        let verified = line(&[&["verify"], words].concat());
        assert_eq!(verified.code, code, "{verified:?}");
        let (text, _) = explain(words);
        assert_eq!(text.code, code, "{}", text.out);
        said.iter().for_each(|word| assert!(verified.out.contains(word), "{word:?}: {}", verified.out));
        says(&text, said);
        assert_eq!(text.out.contains("the policy accepts it"), code == 0, "{}", text.out);
    };
    // Revocation lists.
    let file = |name: &str| crate::common::material(name).to_str().unwrap().to_owned();
    let rules = format!("root_files = [\"{}\"]\nrequire_crl = true", file("lists-p256/root.pem"));
    let rules = format!("version = 1\n[key]\n{rules}\n[pcr.sha256]\n7 = \"zero\"\n");
    let rules = folder.write("lists.toml", rules.as_bytes());
    let [message, signature, pcrs] = ["msg", "sig", "pcrs"].map(|kind| file(&format!("swtpm/q_p256_sha256.{kind}")));
    let (chain, digits_of) = (file("lists-p256/chain.pem"), fs::read_to_string(file("swtpm/nonce.hex")).unwrap());
    let [root, middle, revoking] = ["root", "int", "int-revoking"].map(|name| file(&format!("lists-p256/{name}.crl")));
    let words = ["--message", &message, "--signature", &signature, "--pcrs", &pcrs, "--ak", &chain];
    let words = [&words[..], &["--policy", &rules, "--nonce", digits_of.trim()], &AT[..]].concat();
    both(&[&words[..], &["--crl", &root, "--crl", &middle]].concat(), 0, &[]);
    both(&[&words[..], &["--crl", &root, "--crl", &revoking]].concat(), 1, &["keyCompromise"]);
    both(&words, 1, &["key.require_crl"]);
    // A certificate that the proof lacks.
    let (proof, rules) = (vector("no-intermediate.proof"), vector("policies/certified-rsa.toml"));
    let nonce_of = nonce("no-intermediate.proof");
    let words = [&[&proof[..], "--policy", &rules, "--nonce", &nonce_of], &AT[..]].concat();
    both(&words, 1, &[]);
    both(&[&words[..], &["--intermediate", &file("swtpm/chain_rsa.int.pem")]].concat(), 0, &[]);
    // Two proofs share lists, the form and the bank; not what one of them lacks.
    let proof = vector("certified-rsa.proof");
    let nonce_of = nonce("certified-rsa.proof");
    let two = [&proof[..], &proof, "--root", &file("swtpm/chain_rsa.root.pem"), "--nonce", &nonce_of];
    assert_eq!(explain(&[&two[..], &AT[..], &["--as", "proof", "--crl", &root]].concat()).0.code, 0);
    let middle = file("swtpm/chain_rsa.int.pem");
    for more in [["--attach", "kind=FILE"], ["--intermediate", &middle], ["--log", &proof]] {
        let outcome = line(&[&["explain"], &two[..], &more].concat());
        assert!(outcome.code == 2 && outcome.notes.contains("go with one proof"), "{outcome:?}");
    }
}

/// What the README prints is what is printed.
#[test]
fn the_readme_tells_the_truth() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (proof, policy) = ("boot-other-event.proof", "policies/boot-other-event.toml");
    assert!(readme.contains(&format!("tpmproof explain {proof} --policy {policy} --nonce NONCE\n")));
    let (text, _) =
        explain(&[&[&vector(proof)[..], "--policy", &vector(policy), "--nonce", &nonce(proof)], &AT[..]].concat());
    let folder = vector("");
    let printed = text.out.replace(&folder, "");
    assert!(readme.contains(printed.trim()), "the README does not have this:\n{printed}");
}
