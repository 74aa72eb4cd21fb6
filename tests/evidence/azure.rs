//! Promise: a real proof of a machine in Azure is accepted with its golden values at its time, and refused with anything changed.
//!
//! The evidence is BlindLlama v2's sample and its published measurements, in the folder that `TPMPROOF_CORPUS` names.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::{Path, PathBuf};

struct Sample {
    folder: Folder,
    evidence: Value,
    measurements: Value,
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    for entry in std::fs::read_dir(folder).ok()? {
        let path = entry.ok()?.path();
        if path.is_dir() {
            if let Some(found) = find(&path, name) {
                return Some(found);
            }
        } else if path.file_name()? == name {
            return Some(path);
        }
    }
    None
}

fn sample(name: &str) -> Option<Sample> {
    let corpus = crate::common::corpus()?;
    let project = "mithril-security+blindllama-v2";
    let evidence = find(&corpus.join("evidence").join(project), "sample_azure_attestation.json").unwrap();
    let measurements = find(&corpus.join("expected").join(project), "measurements_azure.json").unwrap();
    let read = |path: &Path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let measurements: Value = read(&measurements);
    Some(Sample {
        folder: Folder::new(name),
        evidence: read(&evidence),
        measurements: measurements["measurements"].clone(),
    })
}

impl Sample {
    fn policy(&self, quote: &str) -> String {
        let pcrs: String = self.measurements.as_object().unwrap().iter().fold(String::new(), |text, (index, value)| {
            let value = value.as_str().unwrap();
            if value.bytes().all(|digit| digit == b'0') {
                text + &format!("{index} = \"zero\"\n")
            } else {
                text + &format!("{index} = [\"{value}\"]\n")
            }
        });
        format!("version = 1\n[key]\nplatform = \"azure\"\n{quote}\n[pcr.sha256]\n{pcrs}")
    }

    fn verify(&self, evidence: &Value, policy: &str, more: &[&str]) -> Outcome {
        let proof = self.folder.write("attestation.json", evidence.to_string().as_bytes());
        let policy = self.folder.write("policy.toml", policy.as_bytes());
        let arguments = ["verify", &proof, "--policy", &policy];
        run(&arguments.iter().chain(more).map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }

    /// The sample with one bit of a base64 member flipped.
    fn flipped(&self, member: &str, bit: usize) -> Value {
        let mut evidence = self.evidence.clone();
        let text = &mut evidence["quote"][member];
        let mut bytes = STANDARD.decode(text.as_str().unwrap()).unwrap();
        bytes[bit / 8] ^= 1 << (bit % 8);
        *text = STANDARD.encode(bytes).into();
        evidence
    }
}

const THEN: [&str; 3] = ["--insecure-no-freshness", "--at", "2024-01-15T00:00:00Z"];

#[test]
fn accepted_at_its_time() {
    let Some(sample) = sample("azure-accepted") else { return };
    let outcome = sample.verify(&sample.evidence, &sample.policy(""), &THEN);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.out.starts_with("ACCEPTED\n"));
    assert!(outcome.out.contains("no freshness"), "{outcome:?}");
    assert!(outcome.out.contains("any machine certified by this authority passes"), "{outcome:?}");
}

/// Azure's keys lie in the endorsement hierarchy: counters and versions can be judged.
#[test]
fn clock_and_firmware() {
    let Some(sample) = sample("azure-clock") else { return };
    for (rule, code) in [
        ("reset_count = 2", 0),
        ("reset_count = 3", 1),
        ("restart_count = 0", 0),
        ("restart_count = 1", 1),
        ("firmware_version = [\"0x2020031200120003\"]", 0),
        ("firmware_version = [1]", 1),
        ("firmware_version_min = 1", 0),
        ("firmware_version_min = \"0x2020031200120004\"", 1),
    ] {
        let outcome = sample.verify(&sample.evidence, &sample.policy(&format!("[quote]\n{rule}")), &THEN);
        assert_eq!(outcome.code, code, "{rule}: {outcome:?}");
    }
}

#[test]
fn rejected_today() {
    let Some(sample) = sample("azure-today") else { return };
    let outcome = sample.verify(&sample.evidence, &sample.policy(""), &["--insecure-no-freshness"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.out.starts_with("REJECTED: "), "{outcome:?}");
    assert!(outcome.out.contains("CN=5efaacb0f4d9.TrustedVM.Azure.Microsoft expired at 2024-11-03"), "{outcome:?}");
}

#[test]
fn rejected_with_another_golden_value_or_root() {
    let Some(sample) = sample("azure-other") else { return };
    let golden = sample.measurements["0"].as_str().unwrap();
    let zeroed = sample.policy("").replace(golden, &"0".repeat(64));
    let outcome = sample.verify(&sample.evidence, &zeroed, &THEN);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.starts_with("REJECTED: PCR 0 of sha256"), "{outcome:?}");
    let root = vector("material/swtpm/chain_rsa.root.pem");
    let outcome = sample.verify(&sample.evidence, &sample.policy(""), &[&THEN[..], &["--root", &root]].concat());
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("fail         certificate-chain"), "{outcome:?}");
}

#[test]
fn rejected_with_a_certificate_missing() {
    let Some(sample) = sample("azure-missing") else { return };
    let count = sample.evidence["cert_chain"].as_array().unwrap().len();
    assert_eq!(count, 3);
    for missing in 0..count {
        let mut evidence = sample.evidence.clone();
        evidence["cert_chain"].as_array_mut().unwrap().remove(missing);
        let outcome = sample.verify(&evidence, &sample.policy(""), &THEN);
        assert_eq!(outcome.code, 1, "certificate {missing}: {outcome:?}");
    }
}

#[test]
fn rejected_with_any_bit_flipped() {
    let Some(sample) = sample("azure-flipped") else { return };
    let policy = sample.policy("");
    let mut count = 0;
    for member in ["message", "signature"] {
        let length = STANDARD.decode(sample.evidence["quote"][member].as_str().unwrap()).unwrap().len();
        for bit in 0..length * 8 {
            let outcome = sample.verify(&sample.flipped(member, bit), &policy, &THEN);
            assert_eq!(outcome.code, 1, "bit {bit} of {member}: {outcome:?}");
            count += 1;
        }
    }
    // The file of PCR values has room that nothing uses: each bit of a value that is used counts.
    let file = STANDARD.decode(sample.evidence["quote"]["pcr"].as_str().unwrap()).unwrap();
    let used = |bit: usize| file[bit / 8..].len() > 64 && file[bit / 8] != 0;
    for bit in (0..file.len() * 8).filter(|bit| used(*bit)) {
        let outcome = sample.verify(&sample.flipped("pcr", bit), &policy, &THEN);
        assert_eq!(outcome.code, 1, "bit {bit} of pcr: {outcome:?}");
        count += 1;
    }
    println!("{count} flipped bits refused");
}

#[test]
fn rejected_with_a_bit_of_a_certificate_flipped() {
    let Some(sample) = sample("azure-certificates") else { return };
    let policy = sample.policy("");
    let chain = sample.evidence["cert_chain"].as_array().unwrap().clone();
    for (place, pem) in chain.iter().enumerate() {
        let (label, der) = pem_rfc7468::decode_vec(pem.as_str().unwrap().trim_start().as_bytes()).unwrap();
        for bit in 0..der.len() * 8 {
            let mut der = der.clone();
            der[bit / 8] ^= 1 << (bit % 8);
            let pem = pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, &der).unwrap();
            let mut evidence = sample.evidence.clone();
            evidence["cert_chain"][place] = pem.into();
            let outcome = sample.verify(&evidence, &policy, &THEN);
            assert_eq!(outcome.code, 1, "bit {bit} of certificate {place}: {outcome:?}");
        }
    }
}

/// The kinds that a policy asks of PCR 15.
fn application(root_hash: &str, authority: &str) -> String {
    format!(
        "15 = \"log\"\n[logs]\n15 = [\"blindllama-v2\"]\n[events]\nrequire = [\n  {{ pcr = 15, kind = \"disk-root-hash\", digest = \
         [\"sha256:{root_hash}\"] }},\n  {{ pcr = 15, kind = \"sentinel\" }},\n  {{ pcr = 15, kind = \"webserver-ca\", digest = \
         [\"sha256:{authority}\"] }},\n]\n"
    )
}

fn sha256(text: &str) -> String {
    crate::common::forge::hash(tpmproof::crypto::HashAlgorithm::Sha256, text.as_bytes())
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect()
}

/// What the application measured is explained, and bound: the root hash of its disk, the sentinel, the web server's authority.
#[test]
fn the_application_is_explained() {
    let Some(sample) = sample("azure-application") else { return };
    let root_hash = sample.evidence["application_disk_roothash"].as_str().unwrap().to_owned();
    let authority = sha256(sample.evidence["webserver_rootca"].as_str().unwrap());
    let policy = sample.policy("") + &application(&root_hash, &authority);
    let outcome = sample.verify(&sample.evidence, &policy, &THEN);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for line in [
        "sha256:15  explained",
        "pass         required-events",
        "webserver-ca webserver_rootca\n         bound as \"webserver-ca\", by event 3 of the log \"blindllama-v2\", PCR 15",
    ] {
        assert!(outcome.out.contains(line), "{line}: {}", outcome.out);
    }
    // The policy asks for another disk, or another authority.
    for (root_hash, authority) in [(&sha256("another disk"), &authority), (&root_hash, &sha256("another authority"))] {
        let outcome = sample.verify(&sample.evidence, &(sample.policy("") + &application(root_hash, authority)), &THEN);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        assert!(outcome.out.contains("fail         required-events"), "{outcome:?}");
    }
}

/// The evidence shows another disk, another authority, or the same one as other text.
#[test]
fn the_application_is_another() {
    let Some(sample) = sample("azure-other-application") else { return };
    let authority = sample.evidence["webserver_rootca"].as_str().unwrap().to_owned();
    let root_hash = sample.evidence["application_disk_roothash"].as_str().unwrap().to_owned();
    let corpus = crate::common::corpus().unwrap();
    let snakeoil = find(&corpus, "snakeoil_ca.crt").expect("the project's own example of another authority");
    let snakeoil = std::fs::read_to_string(snakeoil).unwrap();
    let mut refused = 0;
    for (member, value) in [
        ("webserver_rootca", snakeoil.as_str()),
        ("webserver_rootca", &authority.replace('\n', "\r\n")),
        ("webserver_rootca", authority.trim_end()),
        ("application_disk_roothash", &sha256("another disk")),
        ("application_disk_roothash", &"00".repeat(32)),
    ] {
        let mut evidence = sample.evidence.clone();
        evidence[member] = value.into();
        // Whatever the policy asks of the events: the PCR is not explained by them.
        for policy in [
            application(&root_hash, &sha256(&authority)),
            application(&root_hash, &sha256(value)),
            application(value, &sha256(&authority)),
        ] {
            if policy.contains("BEGIN") {
                continue;
            }
            let outcome = sample.verify(&evidence, &(sample.policy("") + &policy), &THEN);
            assert_eq!(outcome.code, 1, "{member}: {outcome:?}");
            assert!(outcome.out.contains("the log of PCR 15 does not lead to its value"), "{member}: {outcome:?}");
            refused += 1;
        }
    }
    assert!(refused >= 12, "{refused}");
    // What is no digest at all is not even read.
    for value in ["", "00", &root_hash.to_uppercase(), &format!("{root_hash}00")] {
        let mut evidence = sample.evidence.clone();
        evidence["application_disk_roothash"] = value.into();
        let outcome = sample.verify(&evidence, &sample.policy(""), &THEN);
        assert!(outcome.code == 1 && outcome.out.contains("application_disk_roothash"), "{value:?}: {outcome:?}");
    }
}

#[test]
fn freshness_is_never_implicit() {
    let Some(sample) = sample("azure-freshness") else { return };
    let at = ["--at", "2024-01-15T00:00:00Z"];
    assert_eq!(sample.verify(&sample.evidence, &sample.policy(""), &at).code, 2);
    let both = [&THEN[..], &["--nonce", "00"]].concat();
    assert_eq!(sample.verify(&sample.evidence, &sample.policy(""), &both).code, 2);
}
