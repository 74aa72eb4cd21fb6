//! Promise: a compiled policy says all that its text says, and nothing else; other bytes are no policy.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use std::fs;
use std::path::{Path, PathBuf};
use tpmproof::DecodeErrorKind;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::verify::{
    Activation, Anchor, BankSelection, CertificatePolicy, CertificateRules, EventRule, EventRules, GoogleRule, LogName,
    LogRule, PcrRule, Pin, Policy, PolicyDerError, PolicyError, PolicyList, Purpose, Time,
};

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn line(words: &[&str]) -> Outcome {
    run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

fn compile(policy: &str, folder: &Folder) -> Vec<u8> {
    let der = folder.path("policy.der");
    let outcome = line(&["policy", "compile", policy, "-o", &der]);
    assert_eq!(outcome.code, 0, "{policy}: {}", outcome.notes);
    fs::read(der).unwrap()
}

/// A folder with the policy that says all, and what it names.
fn everything() -> (Folder, String) {
    let folder = Folder::new("everything");
    let record = Activation {
        ek_spki_sha256: [1; 32],
        ek_root_sha256: None,
        ak_name: &[0, 11, 1],
        time: Time::from_unix_seconds(1_700_000_000),
    };
    folder.write("machine.record", &record.to_der());
    let text = fs::read(here("tests/everything.toml")).unwrap();
    let policy = folder.write("everything.toml", &text);
    (folder, policy)
}

/// What each part of a policy is called where it is printed: a part that is lost shows.
#[test]
fn p19_the_compiled_policy_says_what_the_text_says() {
    let (folder, policy) = everything();
    let der = compile(&policy, &folder);
    let read = Policy::from_der(&der).unwrap();
    assert_eq!(read.to_der(), der);
    let shown = format!("{read:?}");
    let text = fs::read_to_string(here("tests/everything.toml")).unwrap();
    // Each string and number of the text is in the compiled policy: digests by their last octets.
    for word in [
        "google",
        "CN=server,O=Example",
        "CN=other",
        "\"one\"",
        "\"two\"",
        "\"three\"",
        "Sha1, Sha384",
        "[16, 23]",
        "4294967295",
        "Some(7)",
        "1234",
        "tls-spki",
        "llama-2-7b",
        "\"code\"",
        "BlindLlamaV2",
        "[Firmware, Application]",
        "EFI_VARIABLE_BOOT",
        "EVENT_TAG",
        "accept_any_boot: true",
        "Exact(\"/usr/bin/bash\")",
        "Prefix(\"/usr/lib/\")",
        "padded_banks: [Sha384, Sha512]",
        "accept_violations: true",
        "require_safe_clock: true",
        "allow_sha1_bank: true",
        "accept_unknown_attributes: true",
        "require_crl: true",
        "CertificatePolicy([103, 129, 5, 11, 1, 2])",
        "Absent",
        "restart_count: Some(0)",
        "Time(1735689600)",
        "Time(1700000000)",
        "allow_unknown: [16]",
        "require_seal: [13]",
        "reference: Zero",
        "reference: Log",
    ] {
        assert!(shown.contains(word), "{word} of {text} is not in {shown}");
    }
    // Each line of the text matters: without it, the policy is another, or none.
    let lines: Vec<&str> = text.lines().collect();
    let mut others = 0;
    for at in 0..lines.len() {
        if lines[at].trim().is_empty() || lines[at].starts_with('#') || lines[at] == "version = 1" {
            continue;
        }
        let without: Vec<&str> =
            lines.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, line)| *line).collect();
        let other = folder.write("other.toml", without.join("\n").as_bytes());
        let out = folder.path("other.der");
        let outcome = line(&["policy", "compile", &other, "-o", &out]);
        if outcome.code == 0 {
            assert!(fs::read(&out).unwrap() != der, "{}", lines[at]);
            others += 1;
        } else {
            assert_eq!(outcome.code, 2, "{}", outcome.notes);
        }
    }
    assert!(others > 30, "{others}");
}

#[test]
fn verdicts_by_text_and_by_der_are_the_same_bytes() {
    let folder = Folder::new("policy-der-verdicts");
    let mut verdicts = [0, 0];
    for entry in fs::read_dir(here("testvectors")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "proof") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let header = |name: &str| {
            let start = format!("{name}: ");
            text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
        };
        let policy = here("testvectors").join(header("policy"));
        compile(policy.to_str().unwrap(), &folder);
        let [by_text, by_der] = [policy.to_str().unwrap(), &folder.path("policy.der")].map(|policy| {
            let proof = path.to_str().unwrap();
            line(&["verify", proof, "--policy", policy, "--nonce", &header("nonce"), "--at", &header("at"), "--json"])
        });
        assert_eq!((by_text.code, &by_text.out), (by_der.code, &by_der.out), "{}", path.display());
        verdicts[usize::from(by_text.code)] += 1;
    }
    assert!(verdicts[0] > 20 && verdicts[1] > 10, "{verdicts:?}");
}

#[test]
fn other_bytes_are_no_policy() {
    let (folder, policy) = everything();
    let der = compile(&policy, &folder);
    for size in 0..der.len() {
        assert!(Policy::from_der(&der[..size]).is_err(), "{size}");
    }
    assert!(Policy::from_der(&[&der[..], &[0]].concat()).is_err());
    // A bit more or less is an error or another policy: no octet is passed over.
    let shown = format!("{:?}", Policy::from_der(&der).unwrap());
    let (mut errors, mut others) = (0, 0);
    for place in 0..der.len() {
        for bit in 0..8 {
            let mut flipped = der.clone();
            flipped[place] ^= 1 << bit;
            match Policy::from_der(&flipped) {
                Ok(other) => {
                    assert_ne!(format!("{other:?}"), shown, "octet {place}, bit {bit}");
                    assert_eq!(other.to_der(), flipped);
                    others += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    errors += 1;
                }
            }
        }
    }
    assert!(errors > 1000 && others > 1000, "{errors} {others}");
}

fn least() -> Vec<u8> {
    let name = [&[0, 11][..], &[0; 32]].concat();
    let pins = [Pin::Name(&name)];
    let rules = [PcrRule::zero(HashAlgorithm::Sha256, 0)];
    Policy::builder().pinned(&pins).pcrs(&rules).build().unwrap().to_der()
}

/// Puts an element behind the others.
fn with(der: &[u8], element: &[u8]) -> Vec<u8> {
    let body = [&der[2..], element].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat()
}

#[test]
fn one_policy_has_one_form() {
    let der = least();
    assert!(der.len() < 0x80);
    assert!(Policy::from_der(&der).is_ok());
    let kind = |der: &[u8]| match Policy::from_der(der) {
        Err(PolicyDerError::Decode(error)) => (error.kind, error.to_string()),
        other => panic!("{other:?}"),
    };
    // What is the default is left out, and true is 0xff.
    for value in [0x00, 0x01] {
        let (kind, text) = kind(&with(&der, &[0x9a, 1, value]));
        assert!(matches!(kind, DecodeErrorKind::NotDer(_)) && text.contains("acceptAnyBoot"), "{text}");
    }
    assert!(Policy::from_der(&with(&der, &[0x9a, 1, 0xff])).is_ok());
    // So are empty lists, and nothing follows that is not known.
    let (empty, text) = kind(&with(&der, &[0xb8, 0]));
    assert!(matches!(empty, DecodeErrorKind::NotDer(_)) && text.contains("allowUnknown"), "{text}");
    assert!(matches!(kind(&with(&der, &[0x9b, 1, 0xff])).0, DecodeErrorKind::TrailingBytes(3)));
    let (empty, text) = kind(&with(&der, &[0xbb, 0]));
    assert!(matches!(empty, DecodeErrorKind::NotDer(_)) && text.contains("certificateRules"), "{text}");
    let mut other = der.clone();
    other[4] = 2;
    let (version, text) = kind(&other);
    assert!(version == DecodeErrorKind::UnknownValue(2) && text.contains("Policy.version"), "{text}");
    // What makes no sense as text makes none as DER.
    let text = with(&der, &[0xb9, 3, 2, 1, 13]);
    assert_eq!(Policy::from_der(&text).unwrap_err(), PolicyDerError::Policy(PolicyError::EventOfUnloggedPcr(13)));
}

#[test]
fn the_command_refuses_what_is_no_policy_and_keeps_what_was_there() {
    let (folder, policy) = everything();
    let der = compile(&policy, &folder);
    // Compiled again it is what it was.
    let again = folder.path("again.der");
    assert_eq!(line(&["policy", "compile", &folder.path("policy.der"), "-o", &again]).code, 0);
    assert_eq!(fs::read(&again).unwrap(), der);
    let broken = folder.write("broken.toml", b"version = 1\n[key]\nplatform = \"azure\"\n");
    let outcome = line(&["policy", "compile", &broken, "-o", &again]);
    assert!(outcome.code == 2 && outcome.notes.contains("judges no PCR"), "{}", outcome.notes);
    assert_eq!(fs::read(&again).unwrap(), der);
    let cut = folder.write("cut.der", &der[..der.len() - 1]);
    let outcome = line(&["verify", "no.proof", "--policy", &cut, "--insecure-no-freshness"]);
    assert!(outcome.code == 2 && outcome.notes.contains("the policy"), "{}", outcome.notes);
    assert_eq!(line(&["policy", "compile", "no.toml", "-o", &again]).code, 3);
}

/// Each kind of pin, of anchor and of rule comes back as it was.
#[test]
fn each_kind_comes_back() {
    let golden: [&[u8]; 1] = [&[1; 32]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 4, &golden)];
    let name = [&[0, 11][..], &[5; 32]].concat();
    let pins = [Pin::Name(&name), Pin::Spki(b"spki"), Pin::SpkiSha256([7; 32])];
    let anchors = [
        Anchor::Certificate(b"root"),
        Anchor::CertificateSha256([1; 32]),
        Anchor::Spki(b"key"),
        Anchor::SpkiSha256([2; 32]),
    ];
    let purposes = [Purpose::Absent, Purpose::Oid(&[0x55, 0x1d, 0x25, 0])];
    let policies = [CertificatePolicy(&[0x55, 0x1d])];
    for (policies, require_crl) in [(&[][..], false), (&policies[..], false), (&[], true), (&policies, true)] {
        let certificate = CertificateRules {
            purposes: PolicyList::new(&purposes),
            policies: PolicyList::new(policies),
            require_crl,
            ..CertificateRules::default()
        };
        let policy = Policy::builder().pinned(&pins).anchors(&anchors).certificate(certificate).pcrs(&rules);
        let policy = policy.accept_unknown_attributes(true).build().unwrap();
        let der = policy.to_der();
        let read = Policy::from_der(&der).unwrap();
        assert_eq!((read.to_der(), format!("{read:?}")), (der.clone(), format!("{policy:?}")));
        for word in [
            "Spki([115, 112, 107, 105])",
            "SpkiSha256([7, 7, ",
            "CertificateSha256([1, 1, ",
            "Spki([107, 101, 121])",
            "SpkiSha256([2, 2, ",
        ] {
            assert!(format!("{read:?}").contains(word), "{word}");
        }
    }
}

/// `--root` stands instead of the anchors of a compiled policy as of any.
#[test]
fn other_roots() {
    let folder = Folder::new("policy-der-roots");
    let text = fs::read_to_string(here("testvectors/certified-p256.proof")).unwrap();
    let header = |name: &str| {
        let start = format!("{name}: ");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
    };
    compile(here("testvectors").join(header("policy")).to_str().unwrap(), &folder);
    let proof = here("testvectors/certified-p256.proof");
    let verify = |root: &str| {
        let root = here("testvectors/material/swtpm").join(root);
        let (proof, der) = (proof.to_str().unwrap(), folder.path("policy.der"));
        let words = ["verify", proof, "--policy", &der, "--nonce", &header("nonce"), "--at", &header("at")];
        line(&[&words[..], &["--root", root.to_str().unwrap()]].concat())
    };
    assert_eq!(verify("chain_p256.root.pem").code, 0);
    assert_eq!(verify("chain_p384.root.pem").code, 1);
}

/// What no text can say is refused from whoever says it.
#[test]
fn policies_that_make_no_sense_in_any_form() {
    let golden: [&[u8]; 1] = [&[1; 32]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 4, &golden)];
    let name = [&[0, 11][..], &[5; 32]].concat();
    let pins = [Pin::Name(&name)];
    let builder = || Policy::builder().pinned(&pins).pcrs(&rules);
    let bank = |pcrs| BankSelection { bank: HashAlgorithm::Sha256, pcrs };
    let refused = |builder: tpmproof::verify::PolicyBuilder<'_>, error| assert_eq!(builder.build().unwrap_err(), error);
    refused(builder().pcr_digests(&[bank(1)], &[]), PolicyError::SelectionBesidePcrs);
    let twice = [bank(1), bank(2)];
    refused(
        Policy::builder().pinned(&pins).pcr_digests(&twice, &golden),
        PolicyError::DuplicateBank(HashAlgorithm::Sha256),
    );
    let logs = [LogRule { pcrs: 0, logs: PolicyList::new(&[LogName::Application]) }];
    assert!(matches!(builder().logs(&logs).build(), Err(PolicyError::LogRule(_))));
    refused(builder().allow_resettable(&[5]), PolicyError::Resettable(5));
    refused(builder().allow_resettable(&[16, 16]), PolicyError::Resettable(16));
    for name in [&[1][..], &[], &[0, 11], &[0, 11, 5], &[0x7f, 0xff, 5]] {
        refused(builder().pinned(&[Pin::Name(name)]), PolicyError::PinName);
    }
    let google = CertificateRules { google: Some(GoogleRule::default()), ..CertificateRules::default() };
    refused(builder().certificate(google), PolicyError::EmptyGoogle);
    let crl = CertificateRules { require_crl: true, ..CertificateRules::default() };
    refused(builder().certificate(crl), PolicyError::NoAuthority("key.require_crl"));
    let policies = [CertificatePolicy(&[0x55, 0x1d])];
    let issued = CertificateRules { policies: PolicyList::new(&policies), ..CertificateRules::default() };
    refused(builder().certificate(issued), PolicyError::NoAuthority("key.certificate_policy"));
    let kinds: Vec<String> = (0..1025).map(|kind| kind.to_string()).collect();
    let allow: Vec<EventRule<'_>> = kinds.iter().map(|kind| EventRule::measurement(13, kind)).collect();
    let rules = [rules[0], PcrRule::log(HashAlgorithm::Sha256, 13)];
    let events = |count| EventRules { allow: PolicyList::new(&allow[..count]), ..EventRules::default() };
    refused(Policy::builder().pinned(&pins).pcrs(&rules).events(events(1025)), PolicyError::TooManyEventRules);
    let most = Policy::builder().pinned(&pins).pcrs(&rules).events(events(1024)).build().unwrap().to_der();
    assert!(Policy::from_der(&most).is_ok());
}
