//! Promise: every file from the field that is a quote, a log, a runtime list, a certificate, a report or a statement is read by the command
//! line, or refused in words for a reason that is known; and quotes with a key and values get the verdict that their source states.
//!
//! The files are those of the folder that `TPMPROOF_CORPUS` names. What is printed is a line for each: what it was read as, and what was
//! concluded. What the sources state of logs, lists, statements and documents is held by the other tests called `field_…`.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tpmproof::verify::Certificate;

const FOLDERS: [&str; 8] = ["quotes", "logs", "ima", "cel", "hcl", "webauthn", "certificates", "evidence"];

/// Files beside evidence, which are none: by the end of their path, and what they are.
const BESIDE: [(&str, &str); 24] = [
    ("case.json", "a description"),
    ("meta.json", "a description"),
    (".cer.json", "a description"),
    ("src/evidence.diag", "a description"),
    ("pcrs.json", "PCR values, read beside their quote"),
    ("quote.pcrs", "PCR values, read beside their quote"),
    ("golden.json", "golden values of another tool"),
    ("event_digests.json", "golden values of another tool"),
    ("nonce.bin", "a nonce"),
    ("application_disk_roothash.txt", "a hash"),
    ("ak.pem", "a public key, read beside its quote"),
    ("ak.spki.der", "a public key, read beside its quote"),
    ("akpub.pem", "a public key"),
    ("ekpub.pem", "a public key"),
    ("allowlist-ec-key.pem", "a public key"),
    ("rsa2048pub.pem", "a public key"),
    ("ec-p521-public.pem", "a public key"),
    ("authData.bin", "a part of a statement"),
    ("clientDataJSON.json", "what a statement is signed for"),
    ("/sig.bin", "a part of a statement"),
    ("-sig.bin", "a bare signature, read beside its quote"),
    ("tpm-quote.sig", "a bare signature, read beside its quote"),
    ("snp/testdata/attestation.bin", "a report of SEV-SNP"),
    ("snp/testdata/runtimedata.bin", "the runtime data of an HCL report"),
];

/// How many are read, refused and beside.
const FILES: [usize; 3] = [382, 43, 206];

/// Files that are refused, by a part of their path, and a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    // Bare RSA bytes, which say nothing of themselves: they are read beside their quote, with --signature-format plain.
    ("/quote.sig", "whole in none of the forms"),
    ("specid-vendordata.bin", "the Spec ID event is not valid"),
    ("ast_invalid_invalid-digest", "hexadecimal digits"),
    ("ast_invalid_invalid-mode", "the template \"not-ima\""),
    ("ast_invalid_", "is no event log"),
    ("invalid_ima_log.txt", "is no event log"),
    ("empty_ima_log.txt", "the log has no events"),
    ("-invalidated.decoded.bin", "is larger than what is left"),
    // These are cut inside an entry, as their source has them.
    ("sml-ima-", "is larger than what is left"),
    ("attributecert/testdata/", "an attribute certificate"),
    ("quote-report.json", "a TDX quote"),
    ("tdx-lite", "TDX"),
    ("sev-snp-attestation.json", "it is"),
    ("linux_tpm12.json", "TPM 1.2"),
    ("evidence_handling_request.json", "it is"),
    ("evidence_supported_attestation_request.json", "it is"),
    ("tpm-enacttrust/test/evidence/basic.json", "it is a descripti"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Shown as what it is; where the bytes could be several things, as what its folder says.
fn show(path: &str, folder: &str) -> Outcome {
    let shown = run(&["show".into(), path.into()]);
    if shown.code == 0 || !shown.notes.contains("--as") {
        return shown;
    }
    let kind = match folder {
        "logs" | "ima" | "cel" => "log",
        "certificates" => "certificate",
        "evidence" => "proof",
        "hcl" => "hcl-report",
        _ => return shown,
    };
    run(&["show".into(), path.into(), "--as".into(), kind.into()])
}

#[test]
fn every_file_is_read() {
    let Some(corpus) = crate::common::corpus() else { return };
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for folder in FOLDERS {
        let mut paths = Vec::new();
        files(&corpus.join(folder), &mut paths);
        let count = counts.entry(folder).or_default();
        for path in paths {
            let name = path.strip_prefix(&corpus).unwrap().display().to_string();
            if let Some((_, what)) = BESIDE.iter().find(|(end, _)| name.ends_with(end)) {
                println!("{name}: {what}");
                count[2] += 1;
                continue;
            }
            let outcome = show(path.to_str().unwrap(), folder);
            let refused = REFUSED.iter().find(|(part, reason)| name.contains(part) && outcome.notes.contains(reason));
            match (outcome.code, refused) {
                (0, _) => {
                    count[0] += 1;
                    println!("{name}: {}", outcome.out.lines().next().unwrap_or_default());
                }
                (1, Some(_)) => {
                    count[1] += 1;
                    println!("{name}: refused, {}", outcome.notes.trim());
                }
                _ => wrong.push(format!("{name}: {} {}", outcome.code, outcome.notes.trim())),
            }
        }
    }
    for (folder, [read, refused, beside]) in &counts {
        println!("{folder}: {read} read, {refused} refused in words, {beside} beside evidence");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let total = counts.values().fold([0; 3], |sum, count| [0, 1, 2].map(|place| sum[place] + count[place]));
    println!("{} read, {} refused in words, {} beside evidence", total[0], total[1], total[2]);
    assert_eq!(total, FILES);
}

/// The verdict of the command line on the files of a case, under the least policy that fits it.
fn verdict(case: &Path, entry: &Value, folder: &Folder) -> Option<Outcome> {
    let path = |name: &str| Some(case.join(name)).filter(|path| path.is_file()).map(|path| path.display().to_string());
    let values = fs::read(case.join("pcrs.json")).ok()?;
    let key = path("ak_chain.pem").or_else(|| path("ak.tpmt_public")).or_else(|| path("ak.pem"))?;
    let values: Value = serde_json::from_slice(&values).unwrap();
    let (bank, values) = values.as_object().unwrap().iter().next()?;
    let golden: serde_json::Map<_, _> = values
        .as_object()
        .unwrap()
        .iter()
        .filter(|(index, _)| index.parse::<u8>().unwrap() < 16)
        .map(|(index, value)| (index.clone(), json!([value])))
        .collect();
    let mut trust = match path("root.pem") {
        Some(root) => json!({ "root_files": [root], "leaf_eku": ["2.23.133.8.3", "2.23.133.8.1", "absent"] }),
        None => json!({ "pinned_files": [key] }),
    };
    if !key.ends_with("tpmt_public") && path("root.pem").is_none() {
        trust["accept_unknown_attributes"] = json!(true);
    }
    let hash = entry["sig"]["hash"].as_str().unwrap_or("sha256");
    let policy = json!({
        "version": 1,
        "key": trust,
        "quote": { "signature_hash": [hash], "allow_sha1_bank": bank == "sha1" },
        "pcr": { bank: golden },
    });
    let policy = folder.write("policy.json", policy.to_string().as_bytes());
    let mut arguments = vec!["verify".to_owned(), "--policy".into(), policy];
    let mut option = |name: &str, value: String| arguments.extend([format!("--{name}"), value]);
    option("message", path("quote.msg")?);
    option("signature", path("quote.sig")?);
    option("pcrs", path("pcrs.json")?);
    option("ak", key.clone());
    if let Some(scheme) = entry["sig"]["scheme"].as_str().filter(|scheme| scheme.contains('-')) {
        let scheme = scheme.split('-').next().unwrap();
        option("signature-format", "plain".into());
        option("signature-scheme", scheme.into());
        option("signature-hash", hash.into());
    }
    if key.ends_with("ak_chain.pem") {
        let chain = crate::common::certificates(&fs::read(&key).unwrap());
        let (begins, _) = Certificate::from_der(&chain[0]).unwrap().validity();
        option("at", begins.to_string());
    }
    match fs::read(case.join("nonce.bin")).unwrap_or_default() {
        nonce if nonce.is_empty() => arguments.push("--insecure-no-freshness".into()),
        nonce => option("nonce", nonce.iter().map(|octet| format!("{octet:02x}")).collect()),
    }
    Some(run(&arguments))
}

#[test]
fn every_quote_gets_the_verdict_that_is_stated() {
    let Some(corpus) = crate::common::corpus() else { return };
    let entries: Value = serde_json::from_slice(&fs::read(corpus.join("quotes.json")).unwrap()).unwrap();
    let folder = Folder::new("field-files");
    let (mut accepted, mut rejected, mut without) = (0, 0, 0);
    for entry in entries.as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        let stated = entry["stated"].as_str().unwrap();
        match verdict(&corpus.join("quotes").join(id), entry, &folder) {
            None => {
                without += 1;
                println!("{id}: no key or no values are given; the signature and the structure are other tests'");
            }
            Some(outcome) => {
                let line = outcome.out.lines().next().unwrap_or_default();
                println!("{id}: {line} (stated: {stated})");
                let must_fail = stated.starts_with("MUST FAIL");
                assert_eq!(outcome.code, u8::from(must_fail), "{id}: {} {}", outcome.out, outcome.notes);
                if must_fail { rejected += 1 } else { accepted += 1 }
            }
        }
    }
    println!("{accepted} accepted, {rejected} rejected, {without} without a key or values");
    assert_eq!(accepted + rejected + without, 33);
    assert_eq!(rejected, 3);
}
