//! Promise: a runtime list counts as far as a quote covers it, for what the kernel measured, and for nothing else. The names begin with the
//! family and number of the attack.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::forge::hash;
use crate::common::ima::{Entry, Linux, digest_and_name, file, list, named, sized};
use crate::common::machine::{Machine, sha256};
use crate::common::verified::{SHA256, leak, quoted};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{ImaList, LogErrorKind};
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{LogPart, LogState, Replay, ReplayError};

const SHA1: HashAlgorithm = HashAlgorithm::Sha1;

/// All files that the machine has are allowed, by folder.
fn policy() -> String {
    "[pcr.sha256]\n10 = \"log\"\n[logs]\n10 = [\"ima\"]\n[events]\naccept_any_boot = true\nallow = [{ pcr = 10, path_prefix = \"/usr/\" }]\n"
        .to_owned()
}

fn with_switch(line: &str) -> String {
    policy().replace("[\"ima\"]\n", &format!("[\"ima\"]\n{line}\n"))
}

fn judged(linux: &Linux, policy: &str) -> Outcome {
    linux.machine().verify(policy, &[])
}

fn accepted(linux: &Linux, policy: &str) -> Outcome {
    let outcome = judged(linux, policy);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    outcome
}

/// Refused by this check, for a reason with these words.
fn refused(linux: &Linux, policy: &str, check: &str, words: &str) {
    let outcome = judged(linux, policy);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let line = outcome.out.lines().find(|line| line.trim_start().starts_with(&format!("fail         {check} ")));
    let line = line.unwrap_or_else(|| panic!("{check} did not fail: {outcome:?}"));
    assert!(line.contains(words), "{check}, {words}: {line}");
}

/// The machine with another list than what was extended.
fn listed(octets: Vec<u8>) -> Linux {
    Linux { list: octets, ..Linux::new() }
}

#[test]
fn control() {
    let outcome = accepted(&Linux::new(), &policy());
    for line in ["pass         ima ", "pass         boot-aggregate ", "pass         events "] {
        assert!(outcome.out.contains(line), "{line}: {}", outcome.out);
    }
    // A folder without digests allows any content, and that is told.
    assert!(outcome.out.contains("some files by their paths alone, whatever they hold"), "{}", outcome.out);
}

#[test]
fn i02_violations_are_refused() {
    let violation = |name: &str| Entry { violation: true, ..file(name, b"nobody knows") };
    let linux = Linux::with(&[violation("/usr/bin/a"), violation("/usr/bin/b")]);
    refused(&linux, &policy(), "ima", "entry 3 of the runtime list is a violation");
    refused(&linux, &policy(), "ima", "and 1 more");
    // A switch alone tolerates them, and the report says so; rules for files do not speak of them, for their names are not measured.
    refused(&linux, &policy(), "events", "violation, what was read is not known: /usr/bin/a");
    refused(&linux, &policy().replace("allow = [", "allow_unknown = [10]\nallow = ["), "ima", "is a violation");
    let tolerant = with_switch("accept_ima_violations = true");
    let named = Linux { list: linux.list.clone(), ..Linux::with(&[violation("/opt/a"), violation("/opt/b")]) };
    accepted(&named, &tolerant);
    let required = tolerant.replace("allow = ", "require = [{ pcr = 10, path = \"/usr/bin/a\" }]\nallow = ");
    refused(&linux, &required, "required-events", "there is no event");
    let outcome = accepted(&linux, &tolerant);
    assert!(outcome.out.contains("not checked  ima "), "{outcome:?}");
    assert!(outcome.out.contains("2 violations are tolerated (logs.accept_ima_violations)"), "{outcome:?}");
}

#[test]
fn i03_a_template_that_is_not_known() {
    for template in ["ima-ng2", "d-ng|n-ng", "ima ng", "IMA-NG"] {
        let entry = Entry { template: String::from(template).leak(), ..file("/usr/bin/x", b"x") };
        let linux = Linux::with(&[entry]);
        if template.contains(' ') {
            refused(&linux, &policy(), "logs", "the name of the template is no name");
        } else {
            refused(&linux, &policy(), "ima", &format!("its template \"{template}\" is none that is known"));
        }
    }
    // Where any event of its PCR is tolerated, so is one whose template is not known; where those of another are, it is not.
    let linux = Linux::with(&[Entry { template: "ima-ng2", ..file("/usr/bin/x", b"x") }]);
    accepted(&linux, &policy().replace("allow = [", "allow_unknown = [10]\nallow = ["));
    let other = policy().replace("10 = \"log\"\n", "4 = \"log\"\n10 = \"log\"\n");
    refused(&linux, &other.replace("allow = [", "allow_unknown = [4]\nallow = ["), "ima", "is none that is known");
    // The name of a template is not measured: another that is known changes neither the file nor its digest.
    let entry = Entry { template: "ima-buf", ..file("/usr/bin/x", b"x") };
    refused(&Linux::with(&[entry]), &policy(), "ima", "it ends too early");
}

#[test]
fn i04_another_name_or_digest() {
    let genuine = Linux::new().entries;
    let changed = |place: usize, entry: Entry| {
        let mut entries = genuine.clone();
        entries[place] = entry;
        entries
    };
    let others = [
        file("/usr/bin/bash", b"another shell"),
        file("/usr/bin/dash", b"a shell"),
        named(b"/usr/bin/bash", &[0x66; 32]),
    ];
    for other in others {
        // The entry's digest stays that of the genuine data.
        let kept = genuine[1].digest(SHA1);
        let entries = [genuine[0].octets(SHA1), other.with_digest(&kept), genuine[2].octets(SHA1)].concat();
        refused(&listed(entries), &policy(), "logs", "entry 1 of the runtime list is not as it must be");
        // It is made anew: then another PCR comes out.
        refused(&listed(list(SHA1, &changed(1, other))), &policy(), "logs", "does not lead to its value");
    }
    // Only the list's digest is another.
    let mut octets = list(SHA1, &genuine);
    octets[4] ^= 1;
    refused(&listed(octets), &policy(), "logs", "entry 0 of the runtime list is not as it must be");
    // A genuine entry made a violation.
    let violation = Entry { violation: true, ..genuine[1].clone() };
    refused(&listed(list(SHA1, &changed(1, violation))), &policy(), "logs", "does not lead to its value");
}

#[test]
fn i05_a_name_that_looks_like_a_line() {
    let name: &[u8] =
        b"/usr/bin/x\n10 0000000000000000000000000000000000000000 ima-ng sha256:00 /usr/bin/y \xff\x1b[31m";
    let linux = Linux::with(&[named(name, &hash(SHA256, b"x"))]);
    let read = ImaList::from_bytes(&linux.list).unwrap();
    assert_eq!(read.len(), 4);
    assert_eq!(read.events().last().unwrap().ima().unwrap().file().unwrap().path, name);
    let outcome = accepted(&linux, &policy());
    assert!(outcome.out.contains("/usr/bin/x\\u{a}10 0000") && !outcome.out.contains('\u{1b}'), "{}", outcome.out);
    refused(&linux, &policy().replace("/usr/\"", "/usr/lib/\""), "events", "matches no rule");
    // In text it would be a line: with a control character no line is read, and the forged one has no digest of its own.
    let folder = Folder::new("ima-line");
    let digits = "0".repeat(40);
    for (line, words) in [
        (format!("10 {digits} ima-ng sha1:{digits} /usr/bin/\u{1b}[31mx\n"), "control character"),
        (format!("10 {digits} ima-ng sha1:{digits} /usr/bin/x\r\n"), "control character"),
        (format!("10 {digits} ima-ng sha1:{digits}\n"), "no name of a file"),
        (format!("10 {digits} ima-sig sha1:{digits} /x 00 00\n"), "more fields"),
        (format!("24 {digits} ima-ng sha1:{digits} /x\n"), "number of a PCR"),
        (format!("10 {digits} ima-ng {digits} /x\n"), "algorithm"),
    ] {
        let path = folder.write("text", line.as_bytes());
        let outcome = run(&["log".into(), path]);
        assert!(outcome.code != 0 && outcome.notes.contains(words), "{line}: {outcome:?}");
    }
}

#[test]
fn i06_a_digest_without_its_zero() {
    let digest = hash(SHA256, b"x");
    for (head, digest) in [
        (&b"sha256:"[..], &digest[..]),
        (b"sha256\0", &digest),
        (b"\0", &digest),
        (b":\0", &digest),
        (b"SHA256:\0", &digest),
        (b"ima:sha256:\0", &digest),
        (b"sha256:\0", &digest[1..]),
        (b"sha1:\0", &digest),
        (b"sha256:\0", b""),
        (&[b'a'; 1 << 16], b""),
        (b"", b""),
    ] {
        let entry = Entry { data: digest_and_name(head, digest, b"/usr/bin/x"), ..file("", b"") };
        refused(&Linux::with(&[entry]), &policy(), "ima", "entry 3 of the runtime list cannot be judged");
    }
    // A name must end with its only zero, and nothing follows the last field.
    for name in [&b"/usr/bin/x\0/y"[..], b""] {
        let data = [sized(&[b"sha256:\0", &digest[..]].concat()), sized(name)].concat();
        refused(&Linux::with(&[Entry { data, ..file("", b"") }]), &policy(), "ima", "a name ends with a zero");
    }
    let data = [file("/usr/bin/x", b"x").data, vec![0]].concat();
    refused(&Linux::with(&[Entry { data, ..file("", b"") }]), &policy(), "ima", "1 bytes too many");
}

#[test]
fn i07_sizes_that_are_not_there() {
    let genuine = Linux::new().list;
    let ends: Vec<usize> = ImaList::from_bytes(&genuine).unwrap().events().map(|event| event.offset).collect();
    for length in 0..genuine.len() {
        let whole = length > 0 && ends.contains(&length);
        assert_eq!(ImaList::from_bytes(&genuine[..length]).is_ok(), whole, "{length}");
    }
    assert_eq!(ImaList::from_bytes(&[]).unwrap_err().kind, LogErrorKind::Empty);
    // The sizes of name and data, as large as they can be: nothing is allocated by them.
    for (place, size) in [(24, u32::MAX), (24, 1 << 30), (34, u32::MAX), (34, 1 << 31), (24, 0), (24, 256)] {
        let mut octets = genuine.clone();
        octets[place..place + 4].copy_from_slice(&size.to_le_bytes());
        assert!(ImaList::from_bytes(&octets).is_err(), "{place} {size}");
        refused(&listed(octets), &policy(), "logs", "the log \"ima\" cannot be read");
    }
    // The template ima has a size of its own, in front of the name.
    let old = |size: u32| {
        [&10u32.to_le_bytes()[..], &[1; 20], &sized(b"ima"), &[2; 20], &size.to_le_bytes(), b"name"].concat()
    };
    assert!(ImaList::from_bytes(&old(4)).is_ok());
    for size in [3, 5, u32::MAX] {
        assert!(ImaList::from_bytes(&old(size)).is_err(), "{size}");
    }
    // What a big-endian machine writes is told as that.
    let swapped: Vec<u8> = [&10u32.to_be_bytes()[..], &genuine[4..]].concat();
    assert_eq!(ImaList::from_bytes(&swapped).unwrap_err().kind, LogErrorKind::BigEndian);
}

#[test]
fn i08_sha1_only_where_the_policy_says_so() {
    let linux = Linux::new();
    let outcome = judged(&linux, &policy().replace("[pcr.sha256]", "[pcr.sha1]"));
    assert!(outcome.code == 2 && outcome.notes.contains("quote.allow_sha1_bank"), "{outcome:?}");
    // The list of SHA-1 digests is hashed anew for SHA-256, so that a collision of SHA-1 gains nothing.
    accepted(&linux, &policy());
    // A kernel that pads: the same entries, extended with the SHA-1 digest and zeros.
    let mut padding = linux.clone();
    for event in padding.machine.extended.as_mut().unwrap().iter_mut().filter(|event| event.pcr == 10) {
        event.digest.fill(0);
    }
    let ima = padding.machine.extended.as_mut().unwrap().iter_mut().filter(|event| event.pcr == 10);
    for (event, entry) in ima.zip(&linux.entries) {
        event.digest[..20].copy_from_slice(&entry.digest(SHA1));
    }
    refused(&padding, &policy(), "logs", "does not lead to its value");
    let named = with_switch("ima_padded_banks = [\"sha256\"]");
    let outcome = accepted(&padding, &named);
    assert!(outcome.out.contains("only SHA-1 holds them, which can be forged"), "{outcome:?}");
    refused(&padding, &with_switch("ima_padded_banks = [\"sha384\"]"), "logs", "does not lead to its value");
    refused(&linux, &named, "logs", "does not lead to its value");
}

#[test]
fn i09_the_list_of_another_boot() {
    let genuine = Linux::new().entries;
    let boot = |entry: Entry| Linux::of(&[&[entry], &genuine[1..]].concat());
    let other = boot(named(b"boot_aggregate", &[0x66; 32]));
    let values = Machine::new().values();
    let of =
        |range: std::ops::Range<usize>| values[range].iter().flat_map(|(_, value)| value.clone()).collect::<Vec<u8>>();
    let expected: String = hash(SHA256, &of(0..10)).iter().map(|octet| format!("{octet:02x}")).collect();
    let words = format!("{}, and the digest of the quoted PCRs of the boot is {expected}", "66".repeat(32));
    refused(&other, &policy(), "boot-aggregate", &words);
    // Of fewer PCRs than Linux takes, of others, of another bank's algorithm.
    for range in [0..7, 0..9, 1..10, 0..11] {
        let entry = named(b"boot_aggregate", &hash(SHA256, &of(range)));
        refused(&boot(entry), &policy(), "boot-aggregate", "the runtime list is of another boot");
    }
    // Kernels before 5.8 take PCR 0 to 7.
    let outcome = accepted(&boot(named(b"boot_aggregate", &hash(SHA256, &of(0..8)))), &policy());
    assert!(outcome.out.contains("quoted PCRs 0 to 7"), "{outcome:?}");
    // Of a bank that is not quoted, nothing can be said, and that is said.
    let data = digest_and_name(b"sha1:\0", &[0x66; 20], b"boot_aggregate");
    let outcome = accepted(&boot(Entry { data, ..genuine[0].clone() }), &policy());
    assert!(outcome.out.contains("not checked  boot-aggregate"), "{outcome:?}");
    // A violation's data are free: the right digest in one says nothing.
    let violated = Linux::of(&[&[Entry { violation: true, ..genuine[0].clone() }], &genuine[1..]].concat());
    let switched = with_switch("accept_ima_violations = true");
    refused(&violated, &switched, "boot-aggregate", "does not begin with boot_aggregate");
    // None, or not the first.
    refused(&Linux::of(&genuine[1..]), &policy(), "boot-aggregate", "does not begin with boot_aggregate");
    let moved = [&genuine[1..], &genuine[..1]].concat();
    refused(&Linux::of(&moved), &policy(), "boot-aggregate", "does not begin with boot_aggregate");
    refused(&Linux::of(&moved), &policy(), "events", "entry 2 of the runtime list");
}

/// A value that is reached before anything extended it was not reached by the list.
#[test]
fn i10_a_list_is_read_to_an_entry_of_a_quoted_register() {
    let first = Entry { pcr: 11, ..file("/usr/bin/x", b"x") };
    let octets = list(SHA1, &[first, file("/usr/bin/y", b"y")]).leak();
    let parts = leak(vec![LogPart::whole(ImaList::from_bytes(octets).unwrap())]);
    let state = |value: Vec<u8>| quoted(&[(10, value)]).verify_logs(parts).unwrap().state(SHA256, 10);
    assert_eq!(state(vec![0; 32]), Some(LogState::Unexplained));
    let extended = hash(SHA256, &[vec![0; 32], file("/usr/bin/y", b"y").digest(SHA256)].concat());
    assert_eq!(state(extended), Some(LogState::Explained));
}

#[test]
fn i10_part_of_a_list() {
    let linux = Linux::with(&[file("/usr/bin/last", b"the last")]);
    for count in 1..4 {
        let cut = Linux { list: list(SHA1, &linux.entries[..count]), ..linux.clone() };
        refused(&cut, &policy(), "logs", "does not lead to its value");
    }
    let tail = Linux { list: list(SHA1, &linux.entries[1..]), ..linux.clone() };
    refused(&tail, &policy(), "logs", "does not lead to its value");
    // What was measured after the quote is there, and counts nowhere: not for rules, not in the report, whatever it is.
    let later = [
        file("/opt/evil", b"evil"),
        Entry { violation: true, ..file("/opt/violated", b"?") },
        Entry { template: "unknown", ..file("/opt/unknown", b"?") },
        Entry { data: b"no fields".to_vec(), ..file("", b"") },
        file("/usr/bin/bash", b"another shell"),
    ];
    let mut grown = Linux { list: [linux.list.clone(), list(SHA1, &later)].concat(), ..linux.clone() };
    let required = policy().replace(
        "allow = ",
        &format!(
            "require = [{{ pcr = 10, path = \"/usr/bin/bash\", digest = [\"{}\"] }}]\nallow = ",
            sha256(b"a shell")
        ),
    );
    for policy in [policy(), required] {
        let outcome = accepted(&grown, &policy);
        assert!(outcome.out.contains("4 entries count") && !outcome.out.contains("/opt/"), "{outcome:?}");
        let json = grown.machine().verify(&policy, &["--json"]);
        assert!(!json.out.contains("/opt/") && json.out.contains("/usr/bin/last"), "{json:?}");
    }
    // Even an entry that is not consistent.
    grown.list.extend(file("/usr/bin/x", b"x").with_digest(&[1; 20]));
    accepted(&grown, &policy());
    // A rule that requires what came later finds nothing.
    let evil = policy().replace("allow = ", "require = [{ pcr = 10, path = \"/opt/evil\" }]\nallow = ");
    refused(&grown, &evil, "required-events", "there is no event");
}

#[test]
fn i11_other_pcrs() {
    let entry = |pcr| Entry { pcr, ..file("/usr/bin/x", b"x") };
    for pcr in [24, 32, 0x0a00, u32::MAX] {
        let wrong = Linux::with(&[entry(pcr)]);
        assert_eq!(ImaList::from_bytes(&wrong.list).unwrap_err().kind, LogErrorKind::Register(pcr));
        refused(&wrong, &policy(), "logs", "there is no register");
    }
    // An entry of PCR 11 is that PCR's: it is passed over where the list explains PCR 10, and judged where it explains both.
    let mut linux = Linux::with(&[entry(11), file("/usr/bin/y", b"y")]);
    accepted(&linux, &policy());
    let both = policy()
        .replace("10 = \"log\"", "10 = \"log\"\n11 = \"log\"")
        .replace("10 = [\"ima\"]", "10 = [\"ima\"]\n11 = [\"ima\"]");
    refused(&linux, &both, "events", "of PCR 11, matches no rule");
    let allowed = both.replace("allow = [", "allow = [{ pcr = 11, path = \"/usr/bin/x\" }, ");
    accepted(&linux, &allowed);
    // In PCR 10 it is not what extended it.
    linux.list = list(SHA1, &linux.entries.iter().map(|entry| Entry { pcr: 10, ..entry.clone() }).collect::<Vec<_>>());
    refused(&linux, &policy(), "logs", "does not lead to its value");
    // The quote is later than both: the list counts as far as both PCRs were extended.
    let mut more = Linux::with(&[entry(11), entry(11), file("/usr/bin/y", b"y"), entry(11)]);
    more.list.extend(list(SHA1, &[entry(11), file("/opt/later", b"")]));
    accepted(&more, &allowed);
}

#[test]
fn i12_no_patterns() {
    for (path, name, matches) in [
        ("path_prefix = \"/usr/bin/\"", "/usr/bin/x", true),
        ("path_prefix = \"/usr/bin/\"", "/usr/binx/x", false),
        ("path_prefix = \"/usr/bin/\"", "/usr/bin/", false),
        ("path_prefix = \"/usr/bin/\"", "/opt/usr/bin/x", false),
        ("path_prefix = \"/usr/./\"", "/usr/x/x", false),
        ("path = \"/usr/bin/.*\"", "/usr/bin/x", false),
        ("path = \"/usr/bin/*\"", "/usr/bin/x", false),
        ("path = \"/usr/bin/[A-z]\"", "/usr/bin/^", false),
        ("path = '/usr/bin/[\\]^_`'", "/usr/bin/_", false),
        ("path = '/usr/bin/[\\]^_`'", "/usr/bin/[\\]^_`", true),
        ("path = \"/usr/bin/x\"", "/usr/bin/xy", false),
        ("path = \"/usr/bin/x\"", "/usr/bin/x/y", false),
        ("path = \"/usr/bin/x\"", "/usr/bin/X", false),
    ] {
        let linux = Linux::of(&[Linux::new().entries[0].clone(), file(name, b"x")]);
        let policy = policy().replace("path_prefix = \"/usr/\"", path);
        if matches {
            accepted(&linux, &policy);
        } else {
            refused(&linux, &policy, "events", "entry 1 of the runtime list");
        }
    }
    // A digest of something else than the file's content is none of it.
    let digest = hash(SHA256, b"x");
    let verity = Entry {
        template: "ima-ngv2",
        data: digest_and_name(b"verity:sha256:\0", &digest, b"/usr/bin/x"),
        ..file("", b"")
    };
    let linux = Linux::of(&[Linux::new().entries[0].clone(), verity]);
    let rule = format!("path = \"/usr/bin/x\", digest = [\"{}\"]", sha256(b"x"));
    refused(&linux, &policy().replace("path_prefix = \"/usr/\"", &rule), "events", "verity:sha256:");
}

#[test]
fn i13_nothing_explains_nothing() {
    let nothing = Linux { entries: Vec::new(), ..Linux::new() };
    let mut unextended = nothing.clone();
    unextended.extend();
    // A PCR that nothing extended, and a list: as if all of it came later.
    refused(&unextended, &policy(), "logs", "does not lead to its value");
    refused(&Linux { list: Vec::new(), ..unextended.clone() }, &policy(), "logs", "the log has no events");
    refused(&listed(Vec::new()), &policy(), "logs", "the log has no events");
    // A list without an entry of the PCR.
    let other = list(SHA1, &[Entry { pcr: 11, ..file("/usr/bin/x", b"x") }]);
    refused(&Linux { list: other.clone(), ..unextended }, &policy(), "logs", "is at its start");
    refused(&listed(other), &policy(), "logs", "its log has no event of it");
    // No list at all.
    let mut machine = Linux::new().machine();
    machine.logs.as_mut().unwrap().pop();
    let outcome = machine.verify(&policy(), &[]);
    assert!(outcome.code == 1 && outcome.out.contains("asks for the log \"ima\""), "{outcome:?}");
    // Two of them.
    let mut machine = Linux::new().machine();
    let twice = machine.logs.as_ref().unwrap()[1].clone();
    machine.logs.as_mut().unwrap().push(twice);
    let outcome = machine.verify(&policy(), &[]);
    assert!(outcome.code == 1 && outcome.out.contains("two logs of the name \"ima\""), "{outcome:?}");
}

/// A list is consistent by itself before it is compared with anything.
#[test]
fn a_replay_looks_at_each_entry() {
    let octets = [list(SHA1, &Linux::new().entries), file("/x", b"x").with_digest(&[1; 20])].concat();
    let read = ImaList::from_bytes(&octets).unwrap();
    let found = Replay::of(&[LogPart::whole(read)], &SOFTWARE).unwrap_err();
    assert!(matches!(found, ReplayError::RuntimeList { event: 3, .. }), "{found}");
    assert!(ImaList::of_bank(&octets, TpmAlgId::SHA256).is_err());
    assert!(ImaList::of_bank(&octets, TpmAlgId::SM3_256).is_err());
}
