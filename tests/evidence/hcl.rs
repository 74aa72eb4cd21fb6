//! Promise: a report of Azure's paravisor endorses a proof's key only if it names that key, never makes a key trusted, and what nobody
//! looked at in it is told as not checked.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::machine::digits;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tpmproof::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use tpmproof::verify::{HclError, HclHardware, HclReport};

/// A report by its parts, any of which may be wrong.
#[derive(Clone)]
struct Report {
    version: u32,
    kind: u32,
    hash: u32,
    report_data: Option<Vec<u8>>,
    runtime_data: Vec<u8>,
    padding: Vec<u8>,
}

impl Report {
    fn new(runtime_data: &[u8]) -> Self {
        Self {
            version: 2,
            kind: 2,
            hash: 1,
            report_data: None,
            runtime_data: runtime_data.to_vec(),
            padding: vec![0; 99],
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let hash = match self.hash {
            2 => HashAlgorithm::Sha384,
            3 => HashAlgorithm::Sha512,
            _ => HashAlgorithm::Sha256,
        };
        let digest = SOFTWARE.digest(hash, &mut [&self.runtime_data[..]].into_iter()).unwrap();
        let data = self.report_data.clone().unwrap_or_else(|| digest.as_bytes().to_vec());
        let mut hardware = vec![0x77; 1184];
        let at = if self.kind == 4 { 128 } else { 80 };
        hardware[at..at + 64].fill(0);
        hardware[at..at + data.len()].copy_from_slice(&data);
        let size = u32::try_from(self.runtime_data.len()).unwrap();
        let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        [
            &b"HCLA"[..],
            &numbers(&[self.version, 1184, 2, 0, 0, 0, 0]),
            &hardware,
            &numbers(&[size + 20, 1, self.kind, self.hash, size]),
            &self.runtime_data,
            &self.padding,
        ]
        .concat()
    }
}

/// The modulus of the virtual TPM's RSA key: the last 256 bytes of its public area.
fn modulus() -> Vec<u8> {
    let public = crate::common::read("swtpm/ak_rsa.tpm2b");
    public[public.len() - 256..].to_vec()
}

fn claims(modulus: &[u8]) -> String {
    let n = URL_SAFE_NO_PAD.encode(modulus);
    format!(
        r#"{{"keys":[{{"kid":"HCLAkPub","key_ops":["sign"],"kty":"RSA","e":"AQAB","n":"{n}"}}],"vm-configuration":{{"secure-boot":true}}}}"#
    )
}

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

/// The policy that the proof of a quote passes: its key, and its first value.
fn policy(folder: &Folder, quote: &crate::common::Quote) -> String {
    let (_, index, value) = &quote.values[0];
    let (name, value) = (digits(&quote.name), digits(value));
    let text = format!("version = 1\n[key]\npinned = [\"name:{name}\"]\n[pcr.sha256]\n{index} = [\"{value}\"]\n");
    folder.write("policy.toml", text.as_bytes())
}

/// The proof of a virtual TPM, pinned, with a report attached. `explain` gives the same verdict.
fn verify(folder: &Folder, report: &[u8], more: &[&str]) -> Outcome {
    let quote = crate::common::swtpm("rsa_sha256", None);
    let proof = folder.write("proof.der", &quote.der);
    let attached = format!("hcl-report={}", folder.write("report.bin", report));
    let (policy, nonce) = (policy(folder, &quote), digits(&quote.nonce));
    let line = ["verify", &proof, "--policy", &policy, "--nonce", &nonce, "--attach", &attached];
    let outcome = run(&words(&[&line[..], more].concat()));
    let explained = run(&words(&[&["explain"], &line[1..], more].concat()));
    assert_eq!(explained.code, outcome.code, "{explained:?}");
    assert_eq!(explained.out.contains("the policy accepts it"), outcome.code == 0, "{explained:?}");
    assert_eq!(explained.out.contains("hardware-report fails"), outcome.out.contains("fail         hardware-report"));
    outcome
}

#[test]
fn a_report_that_names_the_key_is_told_of_and_not_believed() {
    let folder = Folder::new("hcl");
    for (kind, hash) in [(2, 1), (4, 1), (2, 2), (4, 3)] {
        let report = Report { kind, hash, ..Report::new(claims(&modulus()).as_bytes()) }.bytes();
        let outcome = verify(&folder, &report, &[]);
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
        assert!(outcome.out.contains("not checked  hardware-report"), "{}", outcome.out);
        assert!(outcome.out.contains("hcl-report report.bin"), "{}", outcome.out);
    }
    let outcome = verify(&folder, &Report::new(claims(&modulus()).as_bytes()).bytes(), &["--json"]);
    let value: Value = serde_json::from_str(&outcome.out).unwrap();
    let schema = serde_json::from_str(include_str!("../../src/verify/report.schema.json")).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{value}");
    let line = value["checks"].as_array().unwrap().iter().find(|line| line["name"] == "hardware-report").unwrap();
    assert_eq!(line["outcome"], "not-checked");
}

#[test]
fn a_report_says_which_hardware_it_is_of() {
    let folder = Folder::new("hcl-hardware");
    for (kind, hardware, name) in [(2, HclHardware::SevSnp, "SEV-SNP"), (4, HclHardware::Tdx, "TDX")] {
        let bytes = Report { kind, ..Report::new(b"{}") }.bytes();
        let found = HclReport::from_bytes(&bytes).unwrap().hardware;
        assert_eq!((found, found.as_str()), (hardware, name));
        let outcome = run(&words(&["show", &folder.write("report.bin", &bytes)]));
        let words = format!(" {name}, made for the runtime data; itself not verified");
        assert!(outcome.code == 0 && outcome.out.contains(&words), "{outcome:?}");
    }
}

/// Trust stays with chain or pin: the report of a key that nobody vouches for changes nothing.
#[test]
fn k03_no_report_makes_a_key_trusted() {
    let folder = Folder::new("hcl-trust");
    let quote = crate::common::swtpm("rsa_sha256", None);
    let proof = folder.write("proof.der", &quote.der);
    let attached =
        format!("hcl-report={}", folder.write("report.bin", &Report::new(claims(&modulus()).as_bytes()).bytes()));
    let policy = "version = 1\n[key]\nplatform = \"azure\"\n[pcr.sha256]\n0 = \"zero\"\n";
    let policy = folder.write("policy.toml", policy.as_bytes());
    let nonce = digits(&quote.nonce);
    let outcome = run(&words(&["verify", &proof, "--policy", &policy, "--nonce", &nonce, "--attach", &attached]));
    assert_eq!(outcome.code, 1);
    assert!(!outcome.out.contains("hardware-report"), "{}", outcome.out);
}

#[test]
fn k05_a_report_that_contradicts_the_proof_is_a_rejection() {
    let folder = Folder::new("hcl-other");
    let refused = |report: Report, reason: &str| {
        let outcome = verify(&folder, &report.bytes(), &[]);
        assert_eq!(outcome.code, 1, "{}{}", outcome.out, outcome.notes);
        assert!(outcome.out.contains(reason), "{reason}: {}", outcome.out);
        assert!(outcome.out.starts_with("REJECTED") && outcome.out.contains("fail         hardware-report"));
    };
    let with = |text: &str| Report::new(text.as_bytes());
    let own = claims(&modulus());
    let mut other = modulus();
    other[9] ^= 1;
    refused(with(&claims(&other)), "another key");
    refused(with(&claims(&modulus()[1..])), "another key");
    refused(with(&own.replace("AQAB", "AQAD")), "another key");
    refused(with(&own.replace("HCLAkPub", "HCLEkPub")), "no HCLAkPub");
    refused(with(&own.replace("\"keys\"", "\"kez\"")), "no array keys");
    refused(with(&own.replace("RSA", "EC")), "no RSA key");
    refused(with(&own.replace("AQAB", "AQA=")), "no base64url");
    refused(with(&own.replace("AQAB", "AQAB__")), "no base64url");
    let key = own.split_once('[').unwrap().1.split_once("}]").unwrap().0;
    refused(with(&own.replace(key, &format!("{key}}},{key}"))), "two keys");
    refused(with(&own.replace("\"kid\"", "\"n\":\"AQAB\",\"kid\"")), "twice");
    refused(with(&format!("{own} x")), "cannot be read");
    // The hardware's report is for other runtime data.
    let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [own.as_bytes()].into_iter()).unwrap();
    let mut flipped = digest.as_bytes().to_vec();
    flipped[31] ^= 1;
    for data in [flipped, vec![0; 32], vec![]] {
        refused(Report { report_data: Some(data), ..with(&own) }, "not made for these runtime data");
    }
    // Where the other hardware would have it.
    let mut misplaced = Report { kind: 4, ..with(&own) }.bytes();
    misplaced[1216 + 8] = 2;
    assert_eq!(verify(&folder, &misplaced, &[]).code, 1);
}

#[test]
fn q16_q15_reports_are_read_strictly() {
    let folder = Folder::new("hcl-strict");
    let genuine = Report::new(claims(&modulus()).as_bytes());
    let whole = Report { padding: vec![], ..genuine.clone() }.bytes();
    assert!(HclReport::from_bytes(&whole).is_ok());
    for end in 0..whole.len() {
        assert!(HclReport::from_bytes(&whole[..end]).is_err(), "{end} bytes");
    }
    for wrong in [
        Report { padding: vec![0, 0, 1], ..genuine.clone() },
        Report { version: 0, ..genuine.clone() },
        Report { version: 3, ..genuine.clone() },
        Report { kind: 3, ..genuine.clone() },
        Report { hash: 0, ..genuine.clone() },
        Report { hash: 4, ..genuine.clone() },
    ] {
        assert!(HclReport::from_bytes(&wrong.bytes()).is_err());
        let outcome = verify(&folder, &wrong.bytes(), &[]);
        assert_eq!(outcome.code, 1);
        assert!(outcome.notes.contains("is no HCL report") || outcome.out.contains("is no HCL report"), "{outcome:?}");
    }
    // Sizes that lie: of the runtime data, and of what is in them.
    for (at, octets) in [(1216, [0xff; 4]), (1232, [0xff; 4]), (1216, [0; 4]), (1232, [0; 4])] {
        let mut wrong = whole.clone();
        wrong[at..at + 4].copy_from_slice(&octets);
        assert!(HclReport::from_bytes(&wrong).is_err());
    }
}

/// A report inside a proof, put there by whoever made it.
#[test]
fn p11_an_enclosed_report_is_judged_too() {
    let folder = Folder::new("hcl-enclosed");
    let quote = crate::common::swtpm("rsa_sha256", None);
    let proof = tpmproof::Proof::from_der(&quote.der).unwrap();
    let judge = |report: &[u8]| {
        let attachment = tpmproof::verify::Attachment { kind: "hcl-report", name: "report", bytes: report };
        let der = tpmproof::proof::ProofBuilder::from_proof(&proof).attachment(attachment).to_der();
        let path = folder.write("enclosed.der", &der);
        let (policy, nonce) = (policy(&folder, &quote), digits(&quote.nonce));
        let verdict = run(&words(&["verify", &path, "--policy", &policy, "--nonce", &nonce]));
        let pinned = run(&words(&["pin", &path, "--nonce", &nonce]));
        assert_eq!(verdict.code, pinned.code, "{}{}", verdict.out, pinned.notes);
        verdict
    };
    assert_eq!(judge(&Report::new(claims(&modulus()).as_bytes()).bytes()).code, 0);
    assert_eq!(judge(&Report::new(claims(&[5; 256]).as_bytes()).bytes()).code, 1);
    // Of several, each counts, and one line tells.
    let (own, other) = (claims(&modulus()), claims(&[5; 256]));
    let reports = [&own, &other].map(|claims| Report::new(claims.as_bytes()).bytes());
    let both = reports.iter().fold(tpmproof::proof::ProofBuilder::from_proof(&proof), |builder, bytes| {
        builder.attachment(tpmproof::verify::Attachment { kind: "hcl-report", name: "report", bytes })
    });
    let path = folder.write("both.der", &both.to_der());
    let line = ["verify", &path, "--policy", &policy(&folder, &quote), "--nonce", &digits(&quote.nonce)];
    let verdict = run(&words(&line));
    assert_eq!(verdict.code, 1);
    assert_eq!(verdict.out.matches("hardware-report").count(), 1, "{}", verdict.out);
    assert!(verdict.out.contains("fail         hardware-report"), "{}", verdict.out);
    let broken = judge(b"HCLA");
    assert_eq!(broken.code, 1);
    assert!(broken.out.contains("the HCL report cannot be read"), "{}", broken.out);
}

#[test]
fn seeds_of_fuzzing() {
    let report = Report::new(claims(&modulus()).as_bytes());
    let snp = report.bytes();
    crate::common::fuzz_seeds(
        "hcl_report",
        &[("sev-snp", snp), ("tdx", Report { kind: 4, hash: 3, ..report }.bytes())],
    );
}

fn runtime_data(path: &std::path::Path) -> Vec<u8> {
    HclReport::from_bytes(&fs::read(path).unwrap()).unwrap().unverified_runtime_data.to_vec()
}

fn reports(corpus: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![corpus.join("hcl"), corpus.join("quotes")];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                left.push(path);
            } else if name == "hcl_report.bin" || path.starts_with(corpus.join("hcl")) && name.ends_with(".bin") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_report_from_the_field_is_read_and_bound() {
    let Some(corpus) = crate::common::corpus() else { return };
    let found = reports(&corpus);
    let mut kinds = [0, 0];
    for path in &found {
        let bytes = fs::read(path).unwrap();
        let report = HclReport::from_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        kinds[usize::from(report.hardware == HclHardware::Tdx)] += 1;
        let data = report.bound_runtime_data(&SOFTWARE).unwrap();
        assert!(data.starts_with(b"{\"keys\":[{\"kid\":\"HCLAkPub\""), "{}", path.display());
        let mut other = bytes.clone();
        other[1300] ^= 1;
        let other = HclReport::from_bytes(&other).unwrap();
        assert_eq!(other.bound_runtime_data(&SOFTWARE), Err(HclError::RuntimeData));
        let outcome = run(&words(&["show", path.to_str().unwrap()]));
        assert_eq!(outcome.code, 0, "{}", outcome.notes);
        assert!(outcome.out.contains("HCL report") && outcome.out.contains("itself not verified"), "{}", outcome.out);
    }
    println!("{} reports, {} of SEV-SNP, {} of TDX", found.len(), kinds[0], kinds[1]);
    assert_eq!((found.len(), kinds), (14, [10, 4]));
}

/// Quotes with their reports: each names its own quote's key, and no other's.
#[test]
fn every_quote_with_a_report_is_endorsed_by_its_own() {
    let Some(corpus) = crate::common::corpus() else { return };
    let folder = Folder::new("hcl-field");
    let (mut own, mut others) = (0, 0);
    let reports: Vec<_> = reports(&corpus).into_iter().filter(|path| path.ends_with("hcl_report.bin")).collect();
    for path in &reports {
        let quote = path.parent().unwrap();
        let file = |name: &str| quote.join(name).to_str().unwrap().to_owned();
        let Ok(values) = fs::read(file("pcrs.json")) else { continue };
        if !quote.join("ak.pem").exists() {
            continue;
        }
        let values: Value = serde_json::from_slice(&values).unwrap();
        let (index, value) = values["sha256"].as_object().unwrap().iter().next().unwrap();
        fs::copy(file("ak.pem"), folder.path("ak.pem")).unwrap();
        let policy = format!(
            "version = 1\n[key]\npinned_files = [\"ak.pem\"]\naccept_unknown_attributes = true\n[pcr.sha256]\n{index} = [{value}]\n"
        );
        let policy = folder.write("policy.toml", policy.as_bytes());
        for report in &reports {
            // One machine's report was read twice.
            let same = runtime_data(report) == runtime_data(path);
            let attached = format!("hcl-report={}", report.display());
            let (message, signature, pcrs, ak) =
                (file("quote.msg"), file("quote.sig"), file("pcrs.json"), file("ak.pem"));
            let line = [
                "verify",
                "--message",
                &message,
                "--signature",
                &signature,
                "--signature-format",
                "plain",
                "--signature-scheme",
                "rsassa",
                "--signature-hash",
                "sha256",
                "--pcrs",
                &pcrs,
                "--ak",
                &ak,
                "--policy",
                &policy,
                "--insecure-no-freshness",
                "--attach",
                &attached,
            ];
            let outcome = run(&words(&line));
            if same {
                assert_eq!(outcome.code, 0, "{}: {}{}", path.display(), outcome.out, outcome.notes);
                assert!(outcome.out.contains("not checked  hardware-report"));
                own += 1;
            } else {
                assert_eq!(outcome.code, 1, "{}: {}{}", path.display(), outcome.out, outcome.notes);
                assert!(outcome.out.contains("another key than the proof's"), "{}", outcome.out);
                others += 1;
            }
        }
    }
    println!("{own} endorsed, {others} refused");
    assert_eq!((own, others), (8, 40));
}
