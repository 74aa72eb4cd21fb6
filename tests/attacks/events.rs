//! Promise: of the PCRs that logs explain, every event is one that the policy knows, or the proof is refused and says which is not. The
//! names begin with the family and number of the attack.
#![cfg(feature = "cli")]

use crate::common::cli::Outcome;
use crate::common::forge::{hash, integer, oid, sequence, tlv};
use crate::common::ima::Linux;
use crate::common::log::{ACTION, CONFIG, GLOBAL, NO_ACTION, SECURITY, SEPARATOR, measurement, variable};
use crate::common::machine::{
    AUTHORITY, EFI_ACTION, Event, Machine, digest, digits, entry, measured, of_data, of_der, of_other, separator,
    sha256,
};
use crate::common::verified::SHA256;

/// Everything that [`Machine::new`] measures, known by its digest or as what it is.
fn policy() -> String {
    let machine = Machine::new();
    let allow: Vec<String> = machine
        .firmware
        .iter()
        .filter(|event| event.pcr != 7 && event.type_ != SEPARATOR)
        .map(|event| format!("{{ pcr = {}, digest = [\"{}\"] }}", event.pcr, digest(event)))
        .collect();
    let pcrs: String = (0..8).chain([13]).map(|pcr| format!("{pcr} = \"log\"\n")).collect();
    let db = machine.firmware.iter().find(|event| event.data.len() > 40 && event.data[32] == b'd').unwrap();
    format!(
        "[pcr.sha256]\n{pcrs}\n[logs]\n13 = [\"application\"]\n\n[events]\nsecure_boot = true\ndb = [\"{}\"]\n\
         allow = [{}]\nrequire = [\n  {{ pcr = 13, kind = \"tls-spki\" }},\n  {{ pcr = 13, kind = \"weights\", name = \
         \"llama-2-7b\", digest = [\"{}\"] }},\n  {{ pcr = 13, kind = \"weights\", name = \"llama-2-13b\" }},\n]\n",
        digest(db),
        allow.join(", "),
        sha256(b"many numbers"),
    )
}

fn accepted(machine: &Machine, policy: &str) -> Outcome {
    let outcome = machine.verify(policy, &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    outcome
}

/// Refused by this check, for a reason with these words.
fn refused(machine: &Machine, policy: &str, check: &str, words: &str) {
    let outcome = machine.verify(policy, &[]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.out.starts_with("REJECTED: "), "{outcome:?}");
    let line = outcome.out.lines().find(|line| line.trim_start().starts_with("fail"));
    let line = line.unwrap_or_else(|| panic!("nothing failed: {outcome:?}"));
    assert!(line.contains(&format!("fail         {check} ")) && line.contains(words), "{check}, {words}: {line}");
}

fn changed(change: impl FnOnce(&mut Machine)) -> Machine {
    let mut machine = Machine::new();
    change(&mut machine);
    machine
}

/// The first event of a type in a PCR of the firmware's.
fn place(machine: &Machine, pcr: u32, type_: u32) -> usize {
    machine.firmware.iter().position(|event| event.pcr == pcr && event.type_ == type_).unwrap()
}

#[test]
fn control() {
    let outcome = accepted(&Machine::new(), &policy());
    for line in [
        "pass         logs               9 PCRs are explained by their logs",
        "pass         secure-boot        on, with keys of the policy",
        "pass         events             each event matches a rule of the policy",
        "pass         required-events    each event that the policy requires is there once",
        "pass         boot-anchor",
        "sha256:7   explained",
        "sha256:8   not judged",
        "PCR 13   measurement        weights \"llama-2-7b\": 12 bytes",
    ] {
        assert!(outcome.out.contains(line), "{line}: {}", outcome.out);
    }
}

/// The disclosure of 2021 about PCR 7: events are retyped so that a verifier passes over them, and the ones it looks for are appended and
/// extended after the system has started.
#[test]
fn r02_events_retyped_and_forged_ones_appended() {
    let off = || {
        changed(|machine| {
            let place = place(machine, 7, CONFIG);
            machine.firmware[place] = of_data(7, CONFIG, &variable(GLOBAL, "SecureBoot", &[0]));
            machine.firmware.pop();
        })
    };
    refused(&off(), &policy(), "secure-boot", "Secure Boot was off");
    let forged = |machine: &mut Machine| {
        let genuine = Machine::new().firmware;
        machine.firmware.extend(genuine.into_iter().filter(|event| event.pcr == 7));
    };
    // Retyped as something to pass over, with the forged ones behind.
    let mut retyped = off();
    for event in retyped.firmware.iter_mut().filter(|event| event.pcr == 7) {
        event.type_ = ACTION;
    }
    let mut appended = retyped.clone();
    forged(&mut appended);
    refused(&appended, &policy(), "secure-boot", "second separator");
    // Without a second separator; and the first is none any more, since the log does not call it one.
    appended.firmware.retain(|event| event.pcr != 7 || event.digest != separator(7).digest || event.type_ != SEPARATOR);
    refused(&appended, &policy(), "separators", "has no separator");
    // With another policy, which looks for nothing but that the events are known.
    let golden = policy().replace("secure_boot = true", "secure_boot = false");
    let golden = golden.lines().filter(|line| !line.starts_with("db = ")).collect::<Vec<_>>().join("\n");
    refused(&appended, &golden, "separators", "has no separator");
    let mut called = appended.clone();
    let separator = called.firmware.iter_mut().find(|event| event.pcr == 7 && event.digest == separator(7).digest);
    separator.unwrap().type_ = SEPARATOR;
    refused(&called, &golden, "events", "matches no rule");
    // An event of no action is not extended, and the PCR no longer explained.
    let mut hidden = off();
    hidden.extended = Some([&hidden.firmware[..], &hidden.application].concat());
    let place = place(&hidden, 7, CONFIG);
    hidden.firmware[place].type_ = NO_ACTION;
    forged(&mut hidden);
    refused(&hidden, &policy(), "logs", "PCR 7");
}

/// What is said beside a digest is an error where the type demands that the digest is of it. Firmware and old versions of shim get that
/// wrong, so a policy may name the digest all the same, or tolerate any: then it is told.
#[test]
fn r04_data_that_the_type_says_was_measured() {
    for type_ in [8, EFI_ACTION, 0x8000_0006, AUTHORITY, CONFIG] {
        let edited =
            changed(|machine| machine.firmware.push(of_other(5, type_, b"what was measured", b"what is said")));
        refused(&edited, &policy(), "events", "and its data, which its type says is that, is not what was measured");
        for told in [
            format!("{}allow_unknown = [5]\n", policy()),
            policy().replace(
                "allow = [",
                &format!("allow = [{{ pcr = 5, digest = [\"{}\"] }}, ", sha256(b"what was measured")),
            ),
        ] {
            let outcome = accepted(&edited, &told);
            assert!(outcome.out.contains("not checked  event-data         1 events have other data"), "{outcome:?}");
            assert!(!outcome.out.contains("what is said"), "{outcome:?}");
        }
        let honest = changed(|machine| machine.firmware.push(of_data(5, type_, b"what was measured")));
        let outcome = accepted(&honest, &format!("{}allow_unknown = [5]\n", policy()));
        assert!(!outcome.out.contains("event-data"), "{outcome:?}");
    }
    let called = changed(|machine| machine.firmware.push(of_other(5, SEPARATOR, b"what was measured", &[0; 4])));
    refused(&called, &format!("{}allow_unknown = [5]\n", policy()), "separators", "is called a separator");
}

#[test]
fn r08_a_bank_that_the_firmware_never_extended() {
    // Everything is extended by an attacker, and replays; nothing ended the firmware.
    let without = changed(|machine| {
        let separators = machine.firmware.iter_mut().filter(|event| event.type_ == SEPARATOR);
        separators.for_each(|event| *event = of_data(event.pcr, ACTION, b"anything"));
    });
    refused(&without, &policy(), "separators", "has no separator");
    let one = changed(|machine| machine.firmware.retain(|event| event.pcr != 3));
    refused(&one, &policy(), "logs", "PCR 3 of sha256 is at its start");
    let empty = changed(|machine| machine.firmware.clear());
    refused(&empty, &policy(), "logs", "is at its start");
    // Where another bank is judged, it is told.
    assert!(!accepted(&Machine::new(), &policy()).out.contains("empty-banks"));
    let other = "[pcr.sha256]\n13 = \"log\"\n[logs]\n13 = [\"application\"]\n[events]\naccept_any_boot = true\nallow_unknown = [13]\n";
    let outcome = accepted(&changed(|machine| machine.firmware.clear()), other);
    assert!(outcome.out.contains("not checked  empty-banks"), "{outcome:?}");
    // PCR 7 of a bank whose PCR 0 is at its start anchors nothing (CVE-2021-42299).
    let seven = changed(|machine| machine.firmware.retain(|event| event.pcr == 7));
    refused(&seven, &slim(&db()), "empty-banks", "PCR 0 of sha256 is at its start");
}

#[test]
fn r12_separators() {
    let with = |change: &dyn Fn(&mut Machine, usize)| {
        changed(|machine| {
            let place = place(machine, 2, SEPARATOR);
            change(machine, place);
        })
    };
    let error =
        |value: &'static [u8]| with(&move |machine, place| machine.firmware[place] = of_data(2, SEPARATOR, value));
    refused(&error(&[1, 0, 0, 0]), &policy(), "separators", "tells an error (0x1)");
    refused(&error(&[0xff; 4]), &policy(), "separators", "tells an error (0xffffffff)");
    refused(&error(&[2, 0, 0, 0]), &policy(), "separators", "is called a separator, and measured something else");
    refused(
        &with(&|machine, place| machine.firmware.insert(place, separator(2))),
        &policy(),
        "separators",
        "second separator",
    );
    let missing = with(&|machine, place| machine.firmware[place] = of_data(2, ACTION, b"something else"));
    refused(&missing, &policy(), "separators", "PCR 2 of sha256: it has no separator");
    // Before what the firmware is to say before it.
    let early = changed(|machine| {
        let (first, last) = (place(machine, 7, CONFIG), place(machine, 7, SEPARATOR));
        machine.firmware[first..=last].rotate_right(1);
    });
    refused(&early, &policy(), "secure-boot", "SecureBoot was not measured");
    // An error separator beside a good one.
    let both = with(&|machine, place| machine.firmware.insert(place, of_data(2, SEPARATOR, &[1, 0, 0, 0])));
    refused(&both, &policy(), "separators", "tells an error");
}

#[test]
fn r13_nothing_stands_between_the_separators() {
    let between = changed(|machine| {
        let place = place(machine, 3, SEPARATOR);
        machine.firmware.insert(place, of_data(0, ACTION, b"one more"));
    });
    let policy = format!("{}allow_unknown = [0]\n", policy());
    refused(&between, &policy, "separators", "stands between the separators");
    // PCR 7's may be among them.
    let seven = changed(|machine| {
        let seven = place(machine, 7, SEPARATOR);
        let event = machine.firmware.remove(seven);
        let place = place(machine, 3, SEPARATOR);
        machine.firmware.insert(place, event);
    });
    accepted(&seven, &policy);
}

#[test]
fn r14_the_system_is_not_measured_before_the_firmware_ended() {
    let early = changed(|machine| machine.firmware.insert(1, of_data(9, ACTION, b"early")));
    refused(&early, &policy(), "separators", "before the firmware ended");
    // Afterwards it may be.
    accepted(&changed(|machine| machine.firmware.push(of_data(9, ACTION, b"later"))), &policy());
}

/// That the firmware ended is told where a PCR of its own is judged, and only there; an order that contradicts it is refused anywhere.
#[test]
fn separators_are_told_of_where_the_firmware_is_judged() {
    let told =
        "pass         separators         the firmware ended its PCRs that are judged, each once and without an error\n";
    assert!(accepted(&Machine::new(), &policy()).out.contains(told));
    for pcr in 0..8 {
        let one = format!("[pcr.sha256]\n{pcr} = \"log\"\n[events]\nallow_unknown = [{pcr}]\n");
        let outcome = accepted(&Machine::new(), &one);
        assert!(outcome.out.contains(told), "PCR {pcr}: {outcome:?}");
    }
    let system = "[pcr.sha256]\n13 = \"log\"\n[logs]\n13 = [\"firmware\", \"application\"]\n[events]\naccept_any_boot = \
                  true\nallow_unknown = [13]\n";
    let outcome = accepted(&Machine::new(), system);
    assert!(!outcome.out.contains("separators"), "{outcome:?}");
    let early = changed(|machine| machine.firmware.insert(1, of_data(9, ACTION, b"early")));
    refused(&early, system, "separators", "before the firmware ended");
}

/// That files count by their paths alone is told where a rule has a path and no digests, and only there.
#[test]
fn rules_that_are_told_of() {
    let told = |outcome: &Outcome| {
        let line = outcome.out.lines().find_map(|line| line.trim_start().strip_prefix("pass         events "));
        line.unwrap_or_else(|| panic!("{outcome:?}")).trim_start().to_owned()
    };
    let (known, alone) =
        ("each event matches a rule of the policy", "; some files by their paths alone, whatever they hold");
    let tolerated = format!("{known}, but in PCRs where the policy tolerates any");
    assert_eq!(told(&accepted(&Machine::new(), &policy())), known);
    // Rules without digests that have no path, but a kind.
    assert_eq!(told(&accepted(&Machine::new(), &slim(&db()))), known);
    let linux = Linux::new().machine();
    let files = |rest: &str, digest: &str| {
        let shell = format!("{{ pcr = 10, path = \"/usr/bin/bash\", digest = [\"{}\"] }}", sha256(b"a shell"));
        let library = format!("{{ pcr = 10, path = \"/usr/lib/libc.so\"{digest} }}");
        let rules = format!("accept_any_boot = true\n{rest}allow = [{shell}, {library}]\n");
        told(&accepted(&linux, &format!("[pcr.sha256]\n10 = \"log\"\n[logs]\n10 = [\"ima\"]\n[events]\n{rules}")))
    };
    let digest = format!(", digest = [\"{}\"]", sha256(b"a library"));
    assert_eq!(files("", &digest), known);
    assert_eq!(files("", ""), format!("{known}{alone}"));
    assert_eq!(files("allow_unknown = [10]\n", &digest), tolerated);
    assert_eq!(files("allow_unknown = [10]\n", ""), format!("{tolerated}{alone}"));
    let none = "[pcr.sha256]\n10 = \"log\"\n[logs]\n10 = [\"ima\"]\n[events]\naccept_any_boot = true\n";
    refused(&linux, none, "events", "; and 1 more");
}

/// That a log leads to a value is no reason to believe that the value is good: without rules each event is refused.
#[test]
fn r23_a_log_that_replays_is_not_enough() {
    let policy = "[pcr.sha256]\n4 = \"log\"\n";
    refused(&Machine::new(), policy, "events", "matches no rule of the policy");
    accepted(&Machine::new(), &format!("{policy}[events]\nallow_unknown = [4]\n"));
}

#[test]
fn a01_an_empty_log() {
    let empty = changed(|machine| machine.application.clear());
    refused(&empty, &policy(), "required-events", "no event of PCR 13, kind \"tls-spki\"");
    let gone = changed(|machine| {
        machine.application.clear();
        machine.logs = Some(vec![("firmware", Machine::log(&machine.firmware))]);
    });
    refused(&gone, &policy(), "logs", "asks for the log \"application\"");
}

#[test]
fn a02_a_log_that_was_changed() {
    let kept = Machine::new();
    let extended = Some([&kept.firmware[..], &kept.application].concat());
    let other = |change: &dyn Fn(&mut Vec<Event>)| {
        let mut machine = Machine { extended: extended.clone(), ..Machine::new() };
        change(&mut machine.application);
        refused(&machine, &policy(), "logs", "PCR 13 does not lead to its value");
    };
    other(&|events| events.swap(0, 1));
    other(&|events| drop(events.remove(1)));
    other(&|events| events.push(measured(13, "config", "", b"x")));
    other(&|events| events[1] = measured(13, "weights", "llama-2-7b", b"other numbers"));
}

#[test]
fn a03_a_payload_beside_an_old_digest() {
    let edited = changed(|machine| machine.application[1].data = measured(13, "weights", "llama-2-7b", b"others").data);
    refused(&edited, &policy(), "events", "matches no rule");
}

/// Two logs of one name, or a log and its twin under another: only the one that the policy names is read, and it is one.
#[test]
fn a04_two_lists_of_events() {
    let twice = changed(|machine| {
        let (firmware, application) = (Machine::log(&machine.firmware), Machine::log(&machine.application));
        machine.logs =
            Some(vec![("firmware", firmware), ("application", application), ("application", Machine::log(&[]))]);
    });
    refused(&twice, &policy(), "logs", "two logs of the name");
    let other = changed(|machine| {
        let (firmware, application) = (Machine::log(&machine.firmware), Machine::log(&machine.application));
        let shown = Machine::log(&[measured(13, "weights", "shown", b"x")]);
        machine.logs = Some(vec![("firmware", firmware), ("application", application), ("shown", shown)]);
    });
    let outcome = accepted(&other, &policy());
    assert!(!outcome.out.contains("weights shown"), "{outcome:?}");
    let beside = changed(|machine| machine.logs = Some(vec![("firmware", Machine::log(&machine.firmware))]));
    let folder = crate::common::cli::Folder::new("a04");
    let log = folder.write("log", &Machine::log(&Machine::new().application));
    assert_eq!(beside.verify(&policy(), &["--log", &log]).code, 0);
    assert_eq!(beside.verify(&policy(), &["--log", &log, "--log", &log]).code, 1);
}

/// The same value in another encoding is another event: what is hashed is what stands in the log.
#[test]
fn a05_what_is_hashed_is_what_was_written() {
    let own = oid("6981b69fa7dbc3c8fab0f39d85dbe5f3d3f2bc41");
    let digest = hash(SHA256, b"many numbers");
    let fields = |length_of_kind: &[u8], size: &[u8]| {
        let kind = [&[0x0c], length_of_kind, b"weights"].concat();
        let rest = [tlv(0x0c, b"llama-2-7b"), tlv(0x02, &[0x0b]), tlv(0x04, &digest), tlv(0x02, size)].concat();
        sequence(&[&own, &kind, &rest])
    };
    let canonical = fields(&[7], &[12]);
    assert_eq!(canonical, measurement("weights", "llama-2-7b", &digest, 12));
    for (what, der) in [("a long length", fields(&[0x81, 7], &[12])), ("a long number", fields(&[7], &[0, 12]))] {
        let machine = changed(|machine| machine.application[1] = of_der(13, &der));
        // It was extended as it stands, and is no measurement.
        refused(&machine, &policy(), "events", "matches no rule");
        // The canonical form was not extended.
        let mut shown = machine.clone();
        shown.extended = Some([&machine.firmware[..], &machine.application].concat());
        shown.application[1] = of_der(13, &canonical);
        refused(&shown, &policy(), "logs", "PCR 13");
        assert_ne!(der, canonical, "{what}");
    }
}

#[test]
fn a06_a_member_that_stands_twice() {
    let document = r#"{"cert_chain": [], "quote": {"message": "", "signature": "", "pcr": ""}, "webserver_rootca": "a",
        "application_disk_roothash": "00", "application_disk_roothash": "01"}"#;
    let folder = crate::common::cli::Folder::new("a06");
    let outcome = crate::common::cli::run(&[
        "show".into(),
        folder.write("attestation.json", document.as_bytes()),
        "--as".into(),
        "proof".into(),
    ]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.notes.contains("\"application_disk_roothash\" stands twice"), "{outcome:?}");
}

/// The fields of a measurement are told apart: what moves from one to the next gives another digest.
#[test]
fn a07_fields_do_not_shift() {
    let digest = [1; 32];
    let one = measurement("weight", "s7b", &digest, 1);
    for (kind, name) in [("weights", "7b"), ("weights7b", ""), ("", "weights7b")] {
        assert_ne!(hash(SHA256, &one), hash(SHA256, &measurement(kind, name, &digest, 1)));
    }
    // Nor is a measurement anything else that is hashed: its type comes first.
    assert!(one.windows(20).any(|window| window == crate::common::hex("6981b69fa7dbc3c8fab0f39d85dbe5f3d3f2bc41")));
    assert_eq!(integer(&[1]), [2, 1, 1]);
}

/// Without measurements that are required, and with any tolerated.
fn tolerant() -> String {
    let (before, _) =
        policy().split_once("require = [").map(|(before, after)| (before.to_owned(), after.to_owned())).unwrap();
    format!("{before}allow_unknown = [13]\n")
}

#[test]
fn a08_nothing_follows_a_seal() {
    let seal = || measured(13, "seal", "", b"");
    let sealed = changed(|machine| machine.application.push(seal()));
    let asked = format!("{}require_seal = [13]\n", policy());
    accepted(&sealed, &policy());
    assert!(accepted(&sealed, &asked).out.contains("pass         seal"));
    refused(&Machine::new(), &asked, "seal", "does not end with a seal");
    let after = changed(|machine| {
        machine.application.push(seal());
        machine.application.push(measured(13, "tls-spki", "second", b"another key"));
    });
    refused(&after, &tolerant(), "seal", "follows the seal");
    let twice = changed(|machine| machine.application.extend([seal(), seal()]));
    refused(&twice, &asked, "seal", "follows the seal");
}

#[test]
fn a09_exactly_one() {
    let twice = changed(|machine| machine.application.push(measured(13, "tls-spki", "other", b"another key")));
    refused(&twice, &policy(), "required-events", "is a second one of PCR 13, kind \"tls-spki\"");
    let same = changed(|machine| machine.application.push(machine.application[0].clone()));
    refused(&same, &policy(), "required-events", "is a second one");
    let other = changed(|machine| machine.application[1] = measured(13, "weights", "llama-2-7b", b"other numbers"));
    refused(&other, &policy(), "required-events", "and the policy asks for TPM_ALG_SHA256:9340");
    let named = changed(|machine| machine.application[1] = measured(13, "weights", "llama-2-7c", b"many numbers"));
    refused(&named, &policy(), "events", "matches no rule");
}

#[test]
fn a10_an_event_that_nobody_knows() {
    let unknown = changed(|machine| machine.application.push(measured(13, "backdoor", "", b"x")));
    refused(&unknown, &policy(), "events", "event 4 of the log \"application\", of PCR 13, matches no rule");
    let three = changed(|machine| {
        machine.application.extend((0..3).map(|number| measured(13, "backdoor", "", &[number])));
    });
    refused(&three, &policy(), "events", "event 4 of the log \"application\", of PCR 13, matches no rule");
    refused(&three, &policy(), "events", "; and 2 more");
    let outcome = accepted(&unknown, &tolerant());
    assert!(outcome.out.contains("not checked  unknown-events"), "{outcome:?}");
    let allowed = policy().replace("allow = [", "allow = [{ pcr = 13, kind = \"backdoor\" }, ");
    accepted(&unknown, &allowed);
    let elsewhere = policy().replace("allow = [", "allow = [{ pcr = 5, kind = \"backdoor\" }, ");
    refused(&unknown, &elsewhere, "events", "matches no rule");
    // A rule with a digest allows that content, and no other.
    for (content, code) in [(&b"x"[..], 0), (b"y", 1)] {
        let rule = format!("allow = [{{ pcr = 13, kind = \"backdoor\", digest = [\"{}\"] }}, ", sha256(content));
        assert_eq!(unknown.verify(&policy().replace("allow = [", &rule), &[]).code, code);
    }
}

/// Types narrow, and digests decide.
#[test]
fn types_of_events() {
    let rule = |type_: &str, content: &[u8]| {
        let rule = format!("allow = [{{ pcr = 5, type = \"{type_}\", digest = [\"{}\"] }}, ", sha256(content));
        policy().replace("allow = [", &rule)
    };
    let machine = changed(|machine| machine.firmware.push(of_data(5, EFI_ACTION, b"one more")));
    accepted(&machine, &rule("EV_EFI_ACTION", b"one more"));
    refused(&machine, &rule("EV_ACTION", b"one more"), "events", "matches no rule");
    refused(&machine, &rule("EV_EFI_ACTION", b"another"), "events", "matches no rule");
}

#[test]
fn keys_of_secure_boot() {
    let event = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let machine = Machine::new();
        let found = machine.firmware.iter().find(|event| event.data.len() > 32 && event.data[32..].starts_with(&name));
        digest(found.unwrap())
    };
    let old = policy().lines().find(|line| line.starts_with("db = ")).unwrap().to_owned();
    let with = |rules: &str| policy().replace(&old, rules);
    let none = format!("sha256:{}", "00".repeat(32));
    for (name, variable) in [("pk", "PK"), ("kek", "KEK"), ("db", "db")] {
        // A list without the boot's own key refuses; PK or KEK alone is no anchor for PCR 13, but PCR 4 is judged too.
        accepted(&Machine::new(), &with(&format!("{name} = [\"{none}\", \"{}\"]", event(variable))));
        refused(
            &Machine::new(),
            &with(&format!("{name} = [\"{none}\"]")),
            "secure-boot",
            &format!("Secure Boot's {variable} is none"),
        );
    }
    let authority = digest(Machine::new().firmware.iter().find(|event| event.type_ == AUTHORITY).unwrap());
    accepted(&Machine::new(), &with(&format!("authority = [\"{authority}\"]")));
    refused(
        &Machine::new(),
        &with(&format!("authority = [\"{none}\"]")),
        "secure-boot",
        "by an authority that the policy names",
    );
    let other = changed(|machine| machine.firmware.push(of_data(7, AUTHORITY, &variable(SECURITY, "db", b"another"))));
    refused(&other, &with(&format!("authority = [\"{authority}\"]")), "events", "matches no rule");
    let outcome = accepted(&Machine::new(), &with("accept_any_keys = true"));
    assert!(outcome.out.contains("accepts any keys"), "{outcome:?}");
    // What allowed something to start is an entry of db, or it is none.
    let foreign = changed(|machine| {
        let place = place(machine, 7, AUTHORITY);
        let other = [&entry()[..16], b"no certificate"].concat();
        machine.firmware[place] = of_data(7, AUTHORITY, &variable(SECURITY, "db", &other));
    });
    refused(&foreign, &policy(), "events", "matches no rule");
    // The same entry by another owner, and another's by the same owner, are none.
    for other in [[&[8; 16][..], &entry()[16..]].concat(), [&entry()[..16], b"no certificate"].concat()] {
        let event = of_data(7, AUTHORITY, &variable(SECURITY, "db", &other));
        refused(&changed(|machine| machine.firmware.push(event)), &policy(), "events", "matches no rule");
    }
    // Nor is what another variable allowed, or one of that name by another vendor.
    for (vendor, name) in [(SECURITY, "dbx"), (GLOBAL, "db"), (GLOBAL, "dbx")] {
        let event = of_data(7, AUTHORITY, &variable(vendor, name, &entry()));
        refused(&changed(|machine| machine.firmware.push(event)), &policy(), "events", "matches no rule");
    }
    // Each costs a search of db, so that no more than 64 events after the separator are looked at.
    let many = |count: usize| {
        changed(|machine| {
            let own = of_data(7, AUTHORITY, &variable(SECURITY, "db", &entry()));
            let already = machine.firmware.iter().filter(|event| event.type_ == AUTHORITY).count();
            machine.firmware.extend((already..count).map(|_| own.clone()));
        })
    };
    accepted(&many(64), &policy());
    refused(&many(65), &policy(), "events", "matches no rule");
    let mok = changed(|machine| machine.firmware.push(of_data(7, AUTHORITY, &variable(GLOBAL, "MokList", b"keys"))));
    refused(&mok, &policy(), "events", "matches no rule");
    accepted(&mok, &with("accept_any_keys = true"));
    // What the policy does not expect before the separator.
    let more = changed(|machine| machine.firmware.insert(2, of_data(7, CONFIG, &variable(GLOBAL, "AuditMode", &[0]))));
    refused(&more, &policy(), "events", "matches no rule");
}

#[test]
fn revocations_of_secure_boot() {
    let with = |digests: &str| format!("{}dbx_min = [{digests}]\n", policy());
    let revoked = format!("\"sha256:{}\"", "66".repeat(32));
    let other = format!("\"sha256:{}\"", "67".repeat(32));
    accepted(&Machine::new(), &with(&revoked));
    refused(&Machine::new(), &with(&format!("{revoked}, {other}")), "secure-boot", "does not revoke sha256:6767");
}

/// Octets that somebody else chose are hashed into PCRs too, such as a command line: outside an application's own log, none of them is a
/// measurement, and no seal either.
#[test]
fn measurements_are_an_applications() {
    // The octets of a seal that are a command line too.
    let text: Vec<u8> = " init=/bin/sh rw console=ttyS0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let fields = [
        oid("6981b69fa7dbc3c8fab0f39d85dbe5f3d3f2bc41"),
        tlv(0x0c, b"seal"),
        tlv(0x0c, &[b"A", &text[..]].concat()),
        tlv(2, &[0x0b]),
        tlv(4, &[0x41; 32]),
        tlv(2, &[1, 0, 0]),
    ];
    let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
    let line = sequence(&fields);
    let units: Vec<u16> = line.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert!(String::from_utf16(&units).unwrap().contains(" init=/bin/sh "));
    let judged = policy().replace("13 = \"log\"\n\n", "12 = \"log\"\n13 = \"log\"\n\n");
    for type_ in [0x0d, 6] {
        let stub = changed(|machine| machine.firmware.push(Event { type_, ..of_der(12, &line) }));
        refused(&stub, &judged, "events", "of PCR 12, matches no rule");
    }
    for pcr in [0, 4, 5, 7] {
        let sealed = changed(|machine| {
            machine.firmware.push(of_der(pcr, &measurement("seal", "anything at all", &[1; 32], 5)));
        });
        refused(&sealed, &policy(), "events", "matches no rule");
    }
    // Where the firmware's log explains the application's PCR too, what it has there is none of the application's.
    let two = policy().replace("13 = [\"application\"]", "13 = [\"firmware\", \"application\"]");
    accepted(&Machine::new(), &two);
    for type_ in [0x0d, 6] {
        let moved = changed(|machine| {
            let event = machine.application.remove(0);
            machine.firmware.push(Event { type_, ..event });
        });
        refused(&moved, &two, "events", "matches no rule");
    }
}

/// Only PCRs 7 and 13 are judged.
fn slim(rules: &str) -> String {
    format!(
        "[pcr.sha256]\n7 = \"log\"\n13 = \"log\"\n[logs]\n13 = [\"application\"]\n[events]\nsecure_boot = true\n{rules}\nrequire = [ {{ pcr = 13, kind = \
         \"tls-spki\" }} ]\nallow = [{{ pcr = 13, kind = \"weights\" }}]\n"
    )
}

fn db() -> String {
    policy().lines().find(|line| line.starts_with("db = ")).unwrap().to_owned()
}

/// A machine of an attacker's, with keys and a loader of its own.
fn own_keys() -> Machine {
    changed(|machine| {
        let own = [&[9; 16][..], b"another certificate"].concat();
        for (vendor, name) in [(GLOBAL, "PK"), (GLOBAL, "KEK"), (SECURITY, "db")] {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let is_it = |event: &&mut Event| {
                event.type_ == CONFIG
                    && usize::from(event.data[16]) == name.len()
                    && event.data[32..].starts_with(&wide)
            };
            let event = machine.firmware.iter_mut().find(is_it).unwrap();
            *event = of_data(7, CONFIG, &variable(vendor, name, &crate::common::machine::list(&[0xa1; 16], &own)));
        }
        let place = place(machine, 7, AUTHORITY);
        machine.firmware[place] = of_data(7, AUTHORITY, &variable(SECURITY, "db", &own));
    })
}

/// What says nothing about the keys anchors nothing.
#[test]
fn keys_that_do_not_anchor() {
    let authority = digest(Machine::new().firmware.iter().find(|event| event.type_ == AUTHORITY).unwrap());
    let authority = format!("authority = [\"{authority}\"]");
    accepted(&Machine::new(), &slim(&authority));
    refused(&own_keys(), &slim(&authority), "secure-boot", "by an authority that the policy names");
    // Nor is it enough that nothing was started by anybody else.
    let nothing = changed(|machine| *machine = own_keys());
    let without = changed(|machine| {
        machine.firmware = nothing.firmware.iter().filter(|event| event.type_ != AUTHORITY).cloned().collect();
    });
    refused(&without, &slim(&authority), "secure-boot", "by an authority that the policy names");
    // Where the events of PCR 7 are tolerated, its keys anchor nothing.
    let misuse = |rules: &str, words: &str| {
        let outcome = Machine::new().verify(&slim(rules), &[]);
        assert!(outcome.code == 2 && outcome.notes.contains(words), "{outcome:?}");
    };
    misuse(&format!("{authority}\nallow_unknown = [7]"), "name one of them");
    misuse(&format!("{}\nallow_unknown = [7]", db()), "nothing in the policy says which");
    misuse(&format!("{}\naccept_any_keys = true", db()), "leave one out");
    misuse("accept_any_keys = true", "nothing in the policy says which");
    let tolerated = slim(&format!("{}\nallow_unknown = [7]\naccept_any_boot = true", db()));
    let outcome = accepted(&Machine::new(), &tolerated);
    assert!(outcome.out.contains("tolerated (events.allow_unknown)"), "{outcome:?}");
    assert!(outcome.out.contains("not checked  boot-anchor        boot not anchored"), "{outcome:?}");
    // And beside a check that failed, nothing vouches for what booted.
    let outcome = own_keys().verify(&slim(&db()), &[]);
    assert!(outcome.out.contains("not checked  boot-anchor"), "{outcome:?}");
}

/// What is required cannot hide behind other octets.
#[test]
fn rules_that_contradict_each_other() {
    let misuse = |rules: &str, words: &str| {
        let outcome = Machine::new().verify(rules, &[]);
        assert!(outcome.code == 2 && outcome.notes.contains(words), "{words}: {outcome:?}");
    };
    misuse(&format!("{}allow_unknown = [13]\n", policy()), "a second one would hide among them");
    let sealed = tolerant().replace("allow_unknown", "require_seal = [13]\nallow_unknown");
    misuse(&sealed, "a second one would hide among them");
    let typed = "[pcr.sha256]\n4 = \"log\"\n[events]\nrequire = [{ pcr = 4, type = \"EV_IPL\", digest = [\"sha256:";
    misuse(&format!("{typed}{}\"] }}]\n", "00".repeat(32)), "nothing measures a type");
    misuse(&policy().replace("13 = [\"application\"]", "13 = [\"application\", \"application\"]"), "or one log twice");
    misuse(&format!("{}allow_unknown = [1, 1]\n", policy()), "something of PCR 1 twice");
    let twice = "{ pcr = 13, kind = \"other\" }";
    misuse(&policy().replace("allow = [", &format!("allow = [{twice}, {twice}, ")), "something of PCR 13 twice");
}

/// A measurement by SHA-1 counts only where the policy names its digest.
#[test]
fn measurements_by_sha1() {
    let sha1 = hash(tpmproof::crypto::HashAlgorithm::Sha1, b"a public key");
    let own = oid("6981b69fa7dbc3c8fab0f39d85dbe5f3d3f2bc41");
    let der =
        sequence(&[&own, &tlv(0x0c, b"tls-spki"), &tlv(0x0c, b""), &tlv(2, &[4]), &tlv(4, &sha1), &tlv(2, &[12])]);
    let machine = changed(|machine| machine.application[0] = of_der(13, &der));
    refused(&machine, &policy(), "required-events", "SHA-1 and unknown algorithms do not count");
    let named = format!("kind = \"tls-spki\", digest = [\"sha1:{}\"] }}", digits(&sha1));
    accepted(&machine, &policy().replace("kind = \"tls-spki\" }", &named));
}

/// What a fact is called is what its PCR is for.
#[test]
fn facts_of_the_wrong_register() {
    let machine = changed(|machine| {
        let memory = [&b"GCE NonHostInfo\0"[..], &[4], &[0; 15]].concat();
        machine.firmware.push(of_data(14, 0x11, &memory));
        machine.firmware.push(of_data(14, 8, &[b'v', 0, b'9', 0, 0, 0]));
        machine.firmware.push(of_other(9, 0x0d, b"lockdown=integrity", b"kernel_cmdline: lockdown=integrity"));
    });
    let judged = policy().replace("13 = \"log\"\n\n", "9 = \"log\"\n13 = \"log\"\n14 = \"log\"\n\n");
    let outcome = accepted(&machine, &format!("{judged}allow_unknown = [9, 14]\n"));
    for not_told in ["memory-protection", "firmware-version   v9", "command-line"] {
        assert!(!outcome.out.contains(not_told), "{not_told}: {outcome:?}");
    }
}

/// Attachments are bound by an event that the policy requires, and by nothing else.
#[test]
fn attachments() {
    let machine = changed(|machine| {
        machine.attachments = vec![
            ("tls-spki", "right", b"a public key".to_vec()),
            ("tls-spki", "wrong", b"another key".to_vec()),
            ("weights", "any name", b"many numbers".to_vec()),
            ("other", "kind", b"many numbers".to_vec()),
        ];
    });
    let outcome = machine.verify(&policy(), &["--json"]);
    let value: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    let names = |list: &str| -> Vec<String> {
        value[list].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (names("bindings"), names("attachments")),
        (vec!["right".into(), "any name".into()], vec!["wrong".into(), "kind".into()])
    );
    let bound = &value["bindings"][1];
    assert_eq!(
        (bound["pcr"].as_u64(), bound["log"].as_str(), bound["event"].as_u64()),
        (Some(13), Some("application"), Some(2))
    );
    assert_eq!(bound["measured_name"], "llama-2-7b");
    assert_eq!(bound["digest"].as_str().unwrap(), digits(&hash(SHA256, b"many numbers")));
    // Allowed is not required.
    let allowed = policy().replace("  { pcr = 13, kind = \"tls-spki\" },\n", "");
    let allowed = allowed.replace("allow = [", "allow = [{ pcr = 13, kind = \"tls-spki\" }, ");
    let outcome = machine.verify(&allowed, &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(outcome.out.matches("enclosed, not bound").count(), 3, "{outcome:?}");
    // And a proof that is refused binds nothing.
    let outcome = machine.verify(&format!("{}require_seal = [13]\n", policy()), &["--json"]);
    let value: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((outcome.code, value["bindings"].as_array().unwrap().len()), (1, 0));
}

/// The public key of a certificate, by a kind that says so.
#[test]
fn attachments_that_are_certificates() {
    let key = crate::common::forge::Key::new(3);
    let certificate = crate::common::forge::Certificate::leaf("issuer", &key).sign(&key);
    let machine = changed(|machine| {
        machine.application[0] = measured(13, "tls-spki", "", &key.spki());
        machine.attachments = vec![
            ("tls-certificate", "bound", certificate.clone()),
            ("ca-certificate", "of another kind", certificate.clone()),
            ("tls-spki", "no public key", certificate.clone()),
            ("tls-certificate", "no certificate", key.spki()),
            ("tls-spki", "bound too", key.spki()),
        ];
    });
    let outcome = accepted(&machine, &policy());
    let bound: Vec<&str> = outcome
        .out
        .lines()
        .zip(outcome.out.lines().skip(1))
        .filter(|(_, next)| next.contains("  bound "))
        .map(|(line, _)| line.trim())
        .collect();
    assert_eq!(bound, ["tls-certificate bound", "tls-spki bound too"]);
    // Anybody can issue a certificate for that key.
    assert!(
        outcome.out.contains("         bound by its public key alone, as \"tls-spki\", by event 1 of"),
        "{outcome:?}"
    );
}
