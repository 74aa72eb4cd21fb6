//! Promise: the runtime lists of real boots explain PCR 10 in each quoted bank, up to the entry at which the quote was made; what follows
//! that counts nowhere. The boots and their lists are those of `testvectors/material`.
#![cfg(feature = "cli")]

use crate::common::Quote;
use crate::common::cli::{Folder, Outcome, run};
use crate::common::forge::hash;
use crate::common::ima::{Entry, Linux, digest_and_name, file, list, sized};
use crate::common::machine::{digits, sha256};
use crate::common::verified::{SHA256, leak, verified};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{EventLog, ImaDigestKind, ImaList, TcgLog};
use tpmproof::proof::{Proof, ProofBuilder};
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Log, LogPart, LogState, Replay, VerifiedLogs};

const BANKS: [HashAlgorithm; 4] =
    [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
/// The banks for which the kernel of these boots could not hash.
const PADDED: [TpmAlgId; 2] = [TpmAlgId::SHA384, TpmAlgId::SHA512];

fn boots() -> Vec<Quote> {
    crate::common::all_quotes().into_iter().filter(|quote| quote.id.starts_with("boot-")).collect()
}

fn list_of(quote: &Quote) -> &'static [u8] {
    let boot = quote.id.split('/').next().unwrap();
    leak(crate::common::read(&format!("{boot}/binary_runtime_measurements")))
}

fn beside(quote: &Quote, list: ImaList<'static>) -> VerifiedLogs<'static, 'static> {
    verified(quote).verify_logs(leak(vec![LogPart::whole(list)])).unwrap()
}

#[test]
fn each_boot_explains_its_quote() {
    let mut prefixes = Vec::new();
    for quote in boots() {
        let list = ImaList::from_bytes(list_of(&quote)).unwrap().padded(PADDED);
        assert_eq!(list.algorithm(), TpmAlgId::SHA1);
        let logs = beside(&quote, list);
        for (bank, index, _) in quote.values.iter().filter(|(_, index, _)| *index == 10) {
            assert_eq!(logs.state(*bank, *index), Some(LogState::Explained), "{} {}", quote.id, bank.name());
            let events = logs.events(*bank, *index).count();
            prefixes.push(events);
            // The nonce of the quote is read before it is made, and the entries after it are not covered.
            assert!(events > 50 && events < list.len(), "{}: {events} of {}", quote.id, list.len());
        }
    }
    prefixes.sort_unstable();
    prefixes.dedup();
    assert_eq!(prefixes, [57, 58, 60, 61, 63, 64, 66, 67]);
}

/// Only the policy says that a bank is padded: these kernels hash for SHA-256, and cannot for SHA-384.
#[test]
fn a_padded_bank_is_explained_only_where_it_is_named() {
    for quote in boots() {
        let plain = beside(&quote, ImaList::from_bytes(list_of(&quote)).unwrap());
        let wrong = beside(&quote, ImaList::from_bytes(list_of(&quote)).unwrap().padded([TpmAlgId::SHA256]));
        for (bank, ..) in quote.values.iter().filter(|(_, index, _)| *index == 10) {
            let padded = PADDED.contains(&(*bank).into());
            assert_eq!(plain.state(*bank, 10) == Some(LogState::Explained), !padded, "{} {}", quote.id, bank.name());
            if *bank == SHA256 {
                assert_eq!(wrong.state(*bank, 10), Some(LogState::Unexplained), "{}", quote.id);
                assert_eq!(wrong.events(*bank, 10).count(), 0);
            }
        }
    }
}

/// The list of each bank says the same, and is told apart by itself.
#[test]
fn the_list_of_each_bank() {
    let quote = boots().remove(0);
    let entries: Vec<Entry> = ImaList::from_bytes(list_of(&quote))
        .unwrap()
        .events()
        .map(|event| {
            let entry = event.ima().unwrap();
            let template = entry.template().to_owned().leak();
            Entry { pcr: event.register(), template, data: entry.data().to_vec(), violation: entry.is_violation() }
        })
        .collect();
    assert_eq!(list(HashAlgorithm::Sha1, &entries), list_of(&quote));
    for bank in BANKS {
        let octets = leak(list(bank, &entries));
        let list = ImaList::from_bytes(octets).unwrap();
        assert_eq!((list.algorithm(), list.len()), (bank.into(), entries.len()));
        assert_eq!(beside(&quote, list).state(SHA256, 10), Some(LogState::Explained), "{}", bank.name());
    }
}

/// Violations stand in these lists, as zeros, and extended ones.
#[test]
fn i01_violations_extend_ones() {
    for quote in boots() {
        let list = ImaList::from_bytes(list_of(&quote)).unwrap();
        let violations = list.events().filter(|event| event.ima().unwrap().is_violation()).count();
        assert!(violations > 0, "{}", quote.id);
        let logs = beside(&quote, list.padded(PADDED));
        let bank = quote.values.iter().find(|(_, index, _)| *index == 10).unwrap().0;
        let covered = logs.events(bank, 10).filter(|event| event.ima().unwrap().is_violation()).count();
        assert!(covered > 0 && logs.state(bank, 10) == Some(LogState::Explained), "{}", quote.id);
        // Nothing is known of what was read.
        assert!(logs.events(bank, 10).all(|event| event.data().is_none() == event.ima().unwrap().is_violation()));
    }
}

/// Every field of every template, and the oldest one, which is hashed otherwise.
#[test]
fn each_template() {
    let digest = hash(SHA256, b"content");
    let ng = digest_and_name(b"sha256:\0", &digest, b"/a/file");
    let v2 = digest_and_name(b"verity:sha256:\0", &digest, b"/a/file");
    let more = |fields: &[&[u8]]| fields.iter().flat_map(|field| sized(field)).collect::<Vec<u8>>();
    let attributes: [&[u8]; 7] = [b"evm", b"security.ima\0", &[1, 0, 0, 0], b"x", &[0; 4], &[0; 4], &[0xa4, 0x81]];
    type Case = (&'static str, Vec<u8>, Option<&'static [u8]>, Option<&'static [u8]>);
    let cases: [Case; 7] = [
        ("ima-ng", ng.clone(), None, None),
        ("ima-sig", [ng.clone(), more(&[b"signed"])].concat(), Some(b"signed"), None),
        ("ima-ngv2", v2.clone(), None, None),
        ("ima-sigv2", [v2, more(&[b""])].concat(), None, None),
        ("ima-buf", [ng.clone(), more(&[b"a buffer"])].concat(), None, Some(b"a buffer")),
        ("ima-modsig", [ng.clone(), more(&[b"", b"sha256:\0xxxx", b"appended"])].concat(), None, None),
        ("evm-sig", [ng, more(&attributes)].concat(), Some(b"evm"), None),
    ];
    for (template, data, signature, buffer) in cases {
        let octets = Entry { pcr: 10, template, data, violation: false }.octets(HashAlgorithm::Sha1);
        let list = ImaList::from_bytes(&octets).unwrap();
        let event = list.events().next().unwrap();
        let file = event.ima().unwrap().file().unwrap();
        assert_eq!((file.path, file.digest, file.algorithm), (&b"/a/file"[..], &digest[..], "sha256"), "{template}");
        assert_eq!((file.signature, file.buffer), (signature, buffer), "{template}");
        let verity = template.ends_with("v2");
        assert_eq!(file.kind == ImaDigestKind::Verity, verity);
        assert_eq!(file.content_algorithm(), (!verity).then_some(TpmAlgId::SHA256));
    }
    let old = [&[7; 20][..], &sized(b"/a/file")].concat();
    let hashed = [&[7; 20][..], b"/a/file", &[0; 249]].concat();
    let octets = [&10u32.to_le_bytes()[..], &hash(HashAlgorithm::Sha1, &hashed), &sized(b"ima"), &old].concat();
    let list = ImaList::from_bytes(&octets).unwrap();
    let replay = Replay::of(&[LogPart::whole(list)], &SOFTWARE).unwrap();
    let value = hash(SHA256, &[&[0; 32][..], &hash(SHA256, &hashed)].concat());
    assert_eq!(replay.value(SHA256, 10).unwrap(), value);
    let file = list.events().next().unwrap().ima().unwrap().file().unwrap();
    assert_eq!((file.path, file.digest, file.algorithm), (&b"/a/file"[..], &[7; 20][..], "sha1"));
}

/// Logs of two formats explain one machine, each its PCRs.
#[test]
fn beside_the_firmwares_log() {
    for quote in boots().iter().filter(|quote| quote.id.ends_with("rsa_sha256")) {
        let boot = quote.id.split('/').next().unwrap();
        let firmware = leak(crate::common::read(&format!("{boot}/binary_bios_measurements")));
        let parts = leak(vec![
            LogPart { registers: !(1 << 10), ..LogPart::whole(TcgLog::from_bytes(firmware).unwrap()) },
            LogPart { registers: 1 << 10, ..LogPart::whole(ImaList::from_bytes(list_of(quote)).unwrap()) },
        ]);
        let logs = verified(quote).verify_logs(parts).unwrap();
        for (bank, index, _) in &quote.values {
            assert_eq!(logs.state(*bank, *index), Some(LogState::Explained), "{} {index}", quote.id);
        }
        assert_eq!(logs.facts(SHA256).filter(|fact| fact.kind.as_str() == "measured-file").count(), {
            logs.events(SHA256, 10).count()
        });
        // A second list would leave the choice to the prover.
        let twice = leak(vec![parts[1], parts[1]]);
        assert!(verified(quote).verify_logs(twice).is_err());
    }
}

/// In SHA-1 these kernels take the PCRs 0 to 7 for the first entry, in SHA-256 those of the boot loader too.
#[test]
fn the_first_entry_is_of_the_quoted_boot() {
    let folder = Folder::new("ima-boots");
    for quote in boots().iter().filter(|quote| quote.id.ends_with("p256_multi")) {
        let read = Proof::from_der(&quote.der).unwrap();
        let log = Log { format: "ima", bytes: list_of(quote) };
        let proof = folder.write("proof", &ProofBuilder::from_proof(&read).log(log).to_der());
        let policy = format!(
            "version = 1\n[key]\npinned = [\"name:{}\"]\n[pcr.sha256]\n10 = \"log\"\n[pcr.sha384]\n10 = \"log\"\n[logs]\n10 = [\"ima\"]\n\
             ima_padded_banks = [\"sha384\"]\naccept_ima_violations = true\n[events]\naccept_any_boot = true\nallow_unknown = [10]\n",
            digits(&quote.name)
        );
        let policy = folder.write("policy", policy.as_bytes());
        let nonce = digits(&quote.nonce);
        let outcome = run(&["verify", &proof, "--policy", &policy, "--nonce", &nonce].map(str::to_owned));
        assert_eq!(outcome.code, 0, "{}: {outcome:?}", quote.id);
        let last = if quote.id.contains("ngv2") { 7 } else { 9 };
        let words = format!("the list is of the boot that the quoted PCRs 0 to {last} tell of");
        assert!(check(&outcome, "boot-aggregate").contains(&words), "{}: {outcome:?}", quote.id);
    }
}

/// A policy that was made of a machine accepts that machine, and names its files.
#[test]
fn pinned_files() {
    let folder = Folder::new("ima-pin");
    let linux = Linux::with(&[file("/usr/bin/bash", b"a newer shell")]);
    let proof = folder.write("proof", &linux.machine().proof());
    let (policy, nonce) = (folder.path("policy.toml"), digits(crate::common::forge::NONCE));
    let pin = ["pin", &proof, "--nonce", &nonce, "--pcr", "10=log", "-o", &policy].map(str::to_owned);
    let outcome = run(&pin);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let text = std::fs::read_to_string(&policy).unwrap();
    let both: std::collections::BTreeSet<String> =
        [&b"a shell"[..], b"a newer shell"].iter().map(|c| format!("\"{}\"", sha256(c))).collect();
    let rule = format!("path = \"/usr/bin/bash\", digest = [{}]", both.into_iter().collect::<Vec<_>>().join(", "));
    assert!(text.contains(&rule) && !text.contains("boot_aggregate"), "{text}");
    let verify = |proof: &str| run(&["verify", proof, "--policy", &policy, "--nonce", &nonce].map(str::to_owned));
    assert_eq!(verify(&proof).code, 0, "{:?}", verify(&proof));
    let other = Linux::with(&[file("/usr/bin/bash", b"another shell")]).machine().proof();
    let outcome = verify(&folder.write("other", &other));
    assert!(outcome.code == 1 && outcome.out.contains("/usr/bin/bash sha256:"), "{outcome:?}");
    // What no rule can name is told.
    let name = crate::common::ima::named(b"/usr/bin/\xff", &hash(SHA256, b"x"));
    let odd = folder.write("odd", &Linux::with(&[name]).machine().proof());
    let outcome = run(&["pin", &odd, "--nonce", &nonce, "--pcr", "10=log"].map(str::to_owned));
    assert!(outcome.code != 0 && outcome.notes.contains("has a name that is no text"), "{outcome:?}");
}

const POLICY: &str = "[pcr.sha256]\n10 = \"log\"\n[logs]\n10 = [\"ima\"]\n[events]\naccept_any_boot = true\n";

fn policy() -> String {
    format!(
        "{POLICY}require = [{{ pcr = 10, path = \"/usr/bin/bash\", digest = [\"{}\"] }}]\nallow = [{{ pcr = 10, path_prefix = \
         \"/usr/lib/\" }}]\n",
        sha256(b"a shell")
    )
}

fn check<'o>(outcome: &'o Outcome, name: &str) -> &'o str {
    let word = format!(" {name} ");
    outcome.out.lines().find(|line| line.contains(&word)).unwrap_or_else(|| panic!("no {name}: {outcome:?}"))
}

#[test]
fn a_policy_names_files_and_folders() {
    let linux = Linux::new();
    let outcome = linux.machine().verify(&policy(), &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(check(&outcome, "ima").contains("pass") && check(&outcome, "ima").contains("3 entries count"));
    assert!(check(&outcome, "ima").contains("signatures in them are not checked"));
    assert!(check(&outcome, "boot-aggregate").contains("quoted PCRs 0 to 9"), "{outcome:?}");
    assert!(outcome.out.contains("/usr/lib/libc.so sha256:"), "{outcome:?}");
    // Another file, another content of a required one, and a required one that is not there.
    let outcome = Linux::with(&[file("/opt/own", b"a tool")]).machine().verify(&policy(), &[]);
    assert!(outcome.code == 1 && check(&outcome, "events").contains("entry 3"), "{outcome:?}");
    assert!(check(&outcome, "events").contains("/opt/own sha256:"), "{outcome:?}");
    let outcome = linux.machine().verify(&policy().replace(&sha256(b"a shell"), &sha256(b"another")), &[]);
    assert!(outcome.code == 1 && check(&outcome, "required-events").contains("asks for"), "{outcome:?}");
    let outcome = linux.machine().verify(&policy().replace("/usr/bin/bash", "/usr/bin/dash"), &[]);
    assert!(outcome.code == 1 && check(&outcome, "required-events").contains("path \"/usr/bin/dash\""), "{outcome:?}");
    // A second content of a required file.
    let outcome = Linux::with(&[file("/usr/bin/bash", b"another shell")]).machine().verify(&policy(), &[]);
    assert!(outcome.code == 1 && check(&outcome, "required-events").contains("second one"), "{outcome:?}");
    // By its own digest too, in the bank that is judged.
    let event =
        format!(", {{ pcr = 10, digest = [\"sha256:{}\"] }}]", digits(&file("/opt/own", b"a tool").digest(SHA256)));
    let outcome = Linux::with(&[file("/opt/own", b"a tool")])
        .machine()
        .verify(&policy().replace("/lib/\" }]", &format!("/lib/\" }}{event}")), &[]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

/// Rules that say too much or nothing are no policy.
#[test]
fn rules_that_make_no_sense() {
    let linux = Linux::new();
    for (rest, words) in [
        (policy().replace("/usr/lib/", "/usr/lib"), "path_prefix"),
        (policy().replace("/usr/lib/", "usr/"), "path_prefix"),
        (policy().replace("/usr/lib/", ""), "path_prefix"),
        (policy().replace("path_prefix", "kind = \"x\", path_prefix"), "path_prefix"),
        (policy().replace("path_prefix", "path = \"/x\", path_prefix"), "path and path_prefix"),
        (policy().replace("[\"ima\"]", "[\"ima\", \"firmware\"]"), "last of its PCR"),
        (policy().replace("[\"ima\"]", "[\"firmware\"]\naccept_ima_violations = true"), "accept_ima_violations"),
        (policy().replace("[\"ima\"]", "[\"ima\"]\nima_padded_banks = [\"sha1\"]"), "ima_padded_banks"),
        (policy().replace("[\"ima\"]", "[\"ima\"]\nima_padded_banks = []"), "ima_padded_banks"),
        (policy().replace("require", "allow_unknown = [10]\nrequire"), "allow_unknown"),
    ] {
        let outcome = linux.machine().verify(&rest, &[]);
        assert!(outcome.code == 2 && outcome.notes.contains(words), "{words}: {outcome:?}");
    }
}

/// The log is shown, as what it is, and its text form too.
#[test]
fn the_list_is_shown() {
    let folder = Folder::new("ima-shown");
    let path = crate::common::material("boot-direct/binary_runtime_measurements");
    let path = path.to_str().unwrap().to_owned();
    let shown = run(&["log".into(), path.clone()]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for words in
        ["ima log of 74 events", "boot_aggregate sha256:", "ima-buf ", "violation, what was read is not known: /tmp/v"]
    {
        assert!(shown.out.contains(words), "{words}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&run(&["log".into(), path.clone(), "--json".into()]).out).unwrap();
    assert_eq!((json["schema"].as_u64(), json["format"].as_str()), (Some(1), Some("ima")));
    assert_eq!(json["events"][1]["type"], "ima-buf");
    let fields = run(&["show".into(), path.clone()]);
    assert!(fields.code == 0 && fields.out.contains("ima-sig of register 10"), "{}", fields.out);
    // As Linux shows it to people.
    let octets = std::fs::read(&path).unwrap();
    let mut text = String::new();
    for event in ImaList::from_bytes(&octets).unwrap().events() {
        let entry = event.ima().unwrap();
        let file = entry.file().unwrap();
        let name = String::from_utf8(file.path.to_vec()).unwrap();
        let last = digits(file.buffer.or(file.signature).unwrap_or_default());
        text += &format!(
            "10 {} {} {}:{} {name} {last}\n",
            digits(entry.recorded_digest()),
            entry.template(),
            file.algorithm,
            digits(file.digest)
        );
    }
    let text = folder.write("ascii_runtime_measurements", text.as_bytes());
    assert_eq!(run(&["log".into(), text.clone()]).out, shown.out);
    // It is for looking at: nothing is judged by it.
    for log in [text.clone(), format!("ima={text}")] {
        let proof = crate::common::cli::vector("boot-direct-logs.proof");
        let out = folder.path("out.proof");
        let refused = run(&["convert".into(), proof, "--log".into(), log, "-o".into(), out]);
        assert!(refused.code == 1 && refused.notes.contains("as people read it"), "{refused:?}");
    }
}

/// What a log is is told from its bytes.
#[test]
fn lists_and_logs_are_told_apart() {
    for boot in ["boot-direct", "boot-uki-sb"] {
        let [firmware, list] = ["binary_bios_measurements", "binary_runtime_measurements"]
            .map(|name| crate::common::read(&format!("{boot}/{name}")));
        assert!(ImaList::from_bytes(&firmware).is_err() && !ImaList::begins(&firmware));
        assert!(TcgLog::from_bytes(&list).is_err() && ImaList::begins(&list));
        assert!(matches!(LogPart::whole(ImaList::from_bytes(&list).unwrap()).log, EventLog::Ima(_)));
    }
}
