//! Promise: a policy that narrows whose machine it is, by subject, by Google's instance or by age, accepts that machine and no other, and an error names
//! what was found.

use crate::common::forge::{Certificate, Key, distinguished_name, extension, integer, sequence, tlv};
use tpmproof::crypto::SOFTWARE;
use tpmproof::verify::{
    Anchor, CertificateRules, GoogleRule, KeyEvidence, PolicyList, Purpose, Time, TrustedKey, VerifyError,
};

const NOW: &str = "2027-01-01T00:00:00Z";
const GOOGLE_INSTANCE: &str = "2b06010401d679020115";

fn google(zone: &str, project: &str, name: &str) -> Vec<u8> {
    let text = |text: &str| tlv(0x0c, text.as_bytes());
    let content = [text(zone), integer(&[1]), text(project), integer(&[2]), text(name)];
    let parts: Vec<_> = content.iter().map(|part| &part[..]).collect();
    extension(GOOGLE_INSTANCE, false, &sequence(&parts))
}

/// What these rules say of a key that is certified by this leaf.
fn judged(rules: CertificateRules<'_>, change: impl FnOnce(&mut Certificate)) -> Result<(), String> {
    let (root, machine) = (Key::new(1), Key::new(2));
    let mut leaf = Certificate::leaf("root", &machine);
    change(&mut leaf);
    let (root, leaf) = (Certificate::authority("root", "root", &root).sign(&root), leaf.sign(&root));
    let evidence = KeyEvidence::new().with_certificate(&leaf).unwrap();
    let anchors = [Anchor::Certificate(&root)];
    // tcg-kp-AIKCertificate.
    let purposes = [Purpose::Oid(&[0x67, 0x81, 0x05, 0x08, 0x03])];
    let rules = CertificateRules { purposes: PolicyList::new(&purposes), ..rules };
    let judged = TrustedKey::certified(&evidence, &anchors, &rules, NOW.parse().unwrap(), &SOFTWARE);
    judged.map(|_| ()).map_err(|error| {
        assert!(
            matches!(error, VerifyError::Subject(_) | VerifyError::Instance(_) | VerifyError::CertificateTooOld { .. }),
            "{error}"
        );
        error.to_string()
    })
}

#[test]
fn by_googles_instance() {
    let rule = |project, zone, instance| CertificateRules {
        google: Some(GoogleRule { project, zone, instance }),
        ..CertificateRules::default()
    };
    let here = |leaf: &mut Certificate| leaf.extensions.push(google("europe-west1-b", "weights", "llama"));
    for (project, zone, instance) in [
        (Some("weights"), None, None),
        (None, Some("europe-west1-b"), None),
        (None, None, Some("llama")),
        (Some("weights"), Some("europe-west1-b"), Some("llama")),
    ] {
        judged(rule(project, zone, instance), here).unwrap();
    }
    for (project, zone, instance) in [
        (Some("weight"), None, None),
        (None, Some("europe-west1-c"), None),
        (None, None, Some("Llama")),
        (Some("weights"), Some("europe-west1-b"), Some("")),
        (Some("llama"), Some("europe-west1-b"), Some("weights")),
    ] {
        assert_eq!(
            judged(rule(project, zone, instance), here).unwrap_err(),
            "the certificate is of the Google instance llama in europe-west1-b of weights, which is not the policy's"
        );
    }
    assert_eq!(
        judged(rule(Some("weights"), None, None), |_| ()).unwrap_err(),
        "the certificate names no Google instance, and the policy asks for one"
    );
    // Text of evidence does not reach a terminal as it is.
    let hostile = judged(rule(Some("weights"), None, None), |leaf| leaf.extensions.push(google("z", "\u{1b}[2J", "n")));
    assert!(!hostile.unwrap_err().contains('\u{1b}'));
}

#[test]
fn by_subject() {
    let subjects = ["CN=another", "CN=machine 7"];
    let rules = || CertificateRules { subjects: PolicyList::new(&subjects), ..CertificateRules::default() };
    let named = |name: &'static str| move |leaf: &mut Certificate| leaf.subject = distinguished_name(0x0c, name);
    judged(rules(), named("machine 7")).unwrap();
    judged(rules(), named("another")).unwrap();
    for name in ["machine", "machine 70", "Machine 7", " machine 7", "machine 7\0"] {
        let error = judged(rules(), named(name)).unwrap_err();
        assert!(
            error.starts_with("the certificate is of CN=") && error.ends_with(", which the policy does not name"),
            "{error}"
        );
    }
}

#[test]
fn by_age() {
    let from = |time: Time| CertificateRules { not_before_min: Some(time), ..CertificateRules::default() };
    let issued: Time = "2026-01-01T00:00:00Z".parse().unwrap();
    let seconds = issued.unix_seconds();
    let at = |leaf: &mut Certificate| leaf.not_before = tlv(0x17, b"260101000000Z");
    judged(from(issued), at).unwrap();
    judged(from(Time::from_unix_seconds(seconds - 1)), at).unwrap();
    assert_eq!(
        judged(from(Time::from_unix_seconds(seconds + 1)), at).unwrap_err(),
        "the certificate was issued at 2026-01-01T00:00:00Z, before 2026-01-01T00:00:01Z, the policy's earliest date"
    );
}

#[cfg(feature = "cli")]
#[test]
fn it_is_said_whether_the_rules_name_a_machine() {
    use crate::common::cli::{Folder, run, vector};
    let folder = Folder::new("identity");
    let proof = vector("serving-rsa.proof");
    let header = std::fs::read_to_string(&proof).unwrap();
    let nonce = header.lines().find_map(|line| line.strip_prefix("nonce: ")).unwrap();
    let policy = std::fs::read_to_string(vector("policies/serving-rsa.toml")).unwrap();
    let judged = |rule: &str| {
        let policy = folder.write("policy.toml", policy.replace("[key]\n", &format!("[key]\n{rule}\n")).as_bytes());
        run(&["verify", &proof, "--policy", &policy, "--nonce", nonce, "--at", NOW].map(str::to_owned))
    };
    for (rule, code, said) in [
        ("", 0, "not checked  identity           any machine certified by this authority passes"),
        ("subject = [\"CN=machine\"]", 0, "pass         identity           the certificate names the machine"),
        ("subject = [\"CN=other\"]", 1, "the certificate is of CN=machine, which the policy does not name"),
    ] {
        let found = judged(rule);
        assert!(found.code == code && found.out.contains(said), "{rule}: {found:?}");
        // An authority certifies a key, and not what else its public area says.
        assert_eq!(found.out.contains("(claimed)"), code == 0, "{found:?}");
    }
}
