//! Promise: every evidence document from the field comes out as its source states: it is verified, or read as far as it goes, or refused in
//! words.
//!
//! The documents are those of `evidence` in the folder that `TPMPROOF_CORPUS` names; keys, values and nonces are those of `quotes` there.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::foreign::hexadecimal;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How far a document goes.
#[derive(Clone, Copy)]
enum Stated {
    /// Accepted, with what this case of `quotes` has.
    Accepted(&'static str),
    /// Read; who signed it is not told.
    Read,
    /// A part of a quote in files, which its case in `quotes` covers.
    Part,
    /// Refused, for this reason.
    Refused(&'static str),
}
use Stated::{Accepted, Part, Read, Refused};

const COCO: &str = "confidential-containers+trustee/deps/verifier/test_data";

fn documents() -> Vec<(String, Stated)> {
    let dstack = "Dstack-TEE+dstack/dstack/verifier/fixtures";
    let push = "keylime+rust-keylime/keylime-push-model-agent/test-data";
    let history = "confidential-containers+trustee/_history/attestation-service/verifier/test_data/az-tdx-vtpm";
    let flashbots = "flashbots+cvm-reverse-proxy/internal/attestation/snp/testdata";
    let veraison = "veraison+services/scheme";
    let windows = "testdata/windows_gcp_shielded_vm.json";
    let older = "confidential-containers+attestation-service/test_data";
    let all = [
        (format!("{COCO}/az-snp-vtpm/evidence-v0.json"), Accepted("trustee-az-snp-v0")),
        (format!("{COCO}/az-snp-vtpm/evidence-v1.json"), Accepted("trustee-az-snp-v1")),
        (format!("{COCO}/az-snp-vtpm/evidence-v2.json"), Accepted("trustee-az-snp-v2")),
        (format!("{COCO}/az-snp-vtpm/evidence-genoa.json"), Accepted("trustee-az-snp-genoa")),
        (format!("{COCO}/tpm_evidence.json"), Accepted("trustee-tpm-evidence")),
        (format!("google+go-attestation/attest/{windows}"), Accepted("go-attestation-windows-gcp-sha1")),
        (
            "google+go-eventlog/testdata/legacydata/windows_gcp_shielded_vm.json".into(),
            Accepted("go-attestation-windows-gcp-sha1"),
        ),
        ("google+go-eventlog/testdata/legacydata/linux_tpm12.json".into(), Refused("TPM 1.2")),
        (
            "google+go-tpm-tools/internal/test/attestations/gce-cos-85-no-nonce.pb".into(),
            Accepted("go-tpm-tools-gce-cos-85-no-nonce-sha384"),
        ),
        (
            "mithril-security+blindllama-v2/client/client/tests/unit/sample_azure_attestation.json".into(),
            Accepted("blindllama-azure"),
        ),
        (format!("{veraison}/tpm-enacttrust/test/evidence/basic.token"), Accepted("veraison-enacttrust")),
        (format!("{veraison}/tpm-enacttrust/test/evidence/basic.json"), Refused("without a signature")),
        (format!("{veraison}/parsec-tpm/test/evidence/evidence.cbor"), Read),
        (format!("{veraison}/parsec-tpm/test/evidence/src/evidence.diag"), Refused("diagnostic notation")),
        // The project's own test has words where the octets would be.
        (format!("{push}/evidence_handling_request.json"), Refused("no keylime-push: message is not base64")),
        (format!("{push}/evidence_supported_attestation_request.json"), Refused("has no quote")),
        (format!("{dstack}/quote-report.json"), Refused("a TDX quote, not a TPM's")),
        (format!("{dstack}/tdx-lite-getquote.json"), Refused("a TDX quote, not a TPM's")),
        (format!("{dstack}/tdx-lite-attestation.json"), Refused("of a TDX machine, not a TPM's")),
        (format!("{dstack}/sev-snp-attestation.json"), Refused("of an SEV-SNP machine, not a TPM's")),
        (format!("{flashbots}/attestation.bin"), Refused("an SEV-SNP report, not a TPM's")),
        (format!("{flashbots}/runtimedata.bin"), Refused("has no quote")),
        (format!("{history}/tpm-quote.msg"), Part),
        (format!("{history}/tpm-quote.sig"), Part),
        (format!("{older}/az-vtpm-quote-msg.bin"), Part),
        (format!("{older}/az-vtpm-quote-sig.bin"), Part),
    ];
    all.to_vec()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn tpmproof(arguments: &[&str]) -> Outcome {
    run(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
}

/// What a case has, as a policy that just fits, and what goes with it on the command line.
struct Case {
    folder: PathBuf,
    own: Folder,
    policy: String,
    more: Vec<String>,
}

impl Case {
    fn new(corpus: &Path, id: &str) -> Self {
        let own = Folder::new(id);
        let folder = corpus.join("quotes").join(id);
        let file = |name: &str| fs::read(folder.join(name)).ok().filter(|octets| !octets.is_empty());
        let mut more: Vec<String> = match file("nonce.bin") {
            Some(nonce) => vec!["--nonce".into(), hexadecimal(&nonce)],
            None => vec!["--insecure-no-freshness".into()],
        };
        let mut key = String::new();
        if let Some(chain) = file("ak_chain.pem") {
            key += "root_files = [\"root.pem\"]\nleaf_eku = [\"2.23.133.8.3\", \"2.23.133.8.1\", \"absent\"]\n";
            own.write("root.pem", &file("root.pem").unwrap());
            own.write("chain.pem", &chain);
            let at = if id.starts_with("blindllama") { "2024-01-15T00:00:00Z" } else { "2022-01-01T00:00:00Z" };
            more.extend(["--at".into(), at.into()]);
        } else if let Some(public) = file("ak.tpmt_public") {
            own.write("ak.tpmt", &public);
            key += "pinned_files = [\"ak.tpmt\"]\n";
        } else {
            let pem = file("ak.pem").unwrap_or_else(|| {
                crate::common::foreign::pem("PUBLIC KEY", &file("ak.spki.der").unwrap()).into_bytes()
            });
            own.write("ak.pem", &pem);
            key += "pinned_files = [\"ak.pem\"]\naccept_unknown_attributes = true\n";
        }
        let mut quote = String::new();
        let mut pcrs = String::new();
        if id.ends_with("sha1") {
            quote += "allow_sha1_bank = true\n";
        }
        if id.starts_with("go-attestation") {
            quote += "signature_hash = [\"sha1\"]\n";
        }
        if let Some(text) = file("pcrs.json") {
            let banks: Value = serde_json::from_slice(&text).unwrap();
            for (bank, values) in banks.as_object().unwrap() {
                pcrs += &format!("[pcr.{bank}]\n");
                for (index, value) in values.as_object().unwrap() {
                    if index.parse::<u8>().unwrap() < 16 {
                        pcrs += &format!("{index} = [\"{}\"]\n", value.as_str().unwrap());
                    }
                }
            }
        } else {
            let case: Value = serde_json::from_slice(&file("case.json").unwrap()).unwrap();
            let selected: Vec<u64> =
                case["attest"]["pcrSelect"][0][1].as_array().unwrap().iter().map(|pcr| pcr.as_u64().unwrap()).collect();
            let list: Vec<String> = selected.iter().map(u64::to_string).collect();
            let digest = case["attest"]["pcrDigest"].as_str().unwrap();
            quote += &format!("pcr_digest = [\"{digest}\"]\nselection = \"sha256:{}\"\n", list.join(","));
            let resettable: Vec<String> = selected.iter().filter(|pcr| **pcr >= 16).map(u64::to_string).collect();
            quote += &format!("allow_resettable = [{}]\n", resettable.join(", "));
        }
        let policy = format!("version = 1\n[key]\n{key}[quote]\n{quote}{pcrs}");
        Self { folder, own, policy, more }
    }

    fn verify(&self, evidence: &[&str]) -> Outcome {
        let policy = self.own.write("policy.toml", self.policy.as_bytes());
        let chain = self.own.path("chain.pem");
        let mut arguments = [&["verify"], evidence, &["--policy", &policy]].concat();
        arguments.extend(self.more.iter().map(String::as_str));
        // Google's message has the key's certificate alone; the others are with the verifier.
        if self.folder.to_str().unwrap().contains("go-tpm-tools") {
            let chain_file = fs::read(&chain).unwrap();
            let rest = &crate::common::certificates(&chain_file)[1..];
            let rest: String = rest.iter().map(|der| crate::common::foreign::pem("CERTIFICATE", der)).collect();
            let rest = self.own.write("intermediate.pem", rest.as_bytes());
            return tpmproof(&[&arguments[..], &["--intermediate", &rest]].concat());
        }
        tpmproof(&arguments)
    }
}

#[test]
fn every_document_comes_out_as_stated() {
    let Some(corpus) = crate::common::corpus() else { return };
    let (mut accepted, mut read, mut refused) = (0, 0, 0);
    let documents = documents();
    let mut found = Vec::new();
    files(&corpus.join("evidence"), &mut found);
    let known: BTreeSet<PathBuf> = documents.iter().map(|(file, _)| corpus.join("evidence").join(file)).collect();
    assert_eq!(known, found.into_iter().collect(), "each file has a line in the table");
    let folder = Folder::new("field-evidence");
    for (file, stated) in &documents {
        let path = corpus.join("evidence").join(file);
        let path = path.to_str().unwrap();
        let out = folder.path("out.proof");
        let _ = fs::remove_file(&out);
        let outcome = tpmproof(&["convert", path, "-o", &out]);
        match stated {
            Accepted(id) => {
                assert_eq!(outcome.code, 0, "{file}: {outcome:?}");
                let case = Case::new(&corpus, id);
                let outcome = case.verify(&[path]);
                assert!(outcome.code == 0 && outcome.out.starts_with("ACCEPTED"), "{file}: {outcome:?}");
                // The proof that was made of it says the same.
                let proof = case.verify(&[&out]);
                // It may enclose a key that the document had beside the quote.
                assert!(proof.code == 0 && proof.out.starts_with(outcome.out.trim_end()), "{file}: {proof:?}");
                // And another value is accepted by neither.
                if let Some(at) = case.policy.find("[pcr.") {
                    let golden = at + case.policy[at..].find("[\"").unwrap() + 2;
                    let digit = if case.policy[golden..].starts_with('0') { "1" } else { "0" };
                    let mut policy = case.policy.clone();
                    policy.replace_range(golden..=golden, digit);
                    let other = Case { policy, ..case };
                    assert_eq!((other.verify(&[path]).code, other.verify(&[&out]).code), (1, 1), "{file}");
                }
                accepted += 1;
            }
            Read => {
                assert_eq!(outcome.code, 0, "{file}: {outcome:?}");
                assert_eq!(tpmproof(&["show", &out]).code, 0);
                read += 1;
            }
            Part => {
                assert!(outcome.code == 1 && !Path::new(&out).exists(), "{file}: {outcome:?}");
            }
            Refused(reason) => {
                assert!(outcome.code == 1 && outcome.notes.contains(reason), "{file}: {outcome:?}");
                assert!(!Path::new(&out).exists());
                let policy = folder.write("policy.toml", Case::new(&corpus, "trustee-az-snp-v0").policy.as_bytes());
                folder.write("ak.pem", &fs::read(corpus.join("quotes/trustee-az-snp-v0/ak.pem")).unwrap());
                let verdict = tpmproof(&["verify", path, "--policy", &policy, "--insecure-no-freshness"]);
                assert!(verdict.code == 1 && verdict.out.starts_with("REJECTED: "), "{file}: {verdict:?}");
                assert!(verdict.out.contains(reason), "{file}: {verdict:?}");
                refused += 1;
            }
        }
    }
    println!("{accepted} documents accepted, {read} read, {refused} refused");
    assert_eq!((accepted, read, refused), (10, 1, 11));
}

/// Quotes in files: bare signatures of Azure's keys, and what the tools of several years wrote.
#[test]
fn quotes_in_files() {
    let Some(corpus) = crate::common::corpus() else { return };
    let plain = ["--signature-format", "plain", "--signature-scheme", "rsassa", "--signature-hash", "sha256"];
    for (id, plain) in [
        ("coco-as-az-vtpm", Some(plain)),
        ("trustee-hist-az-tdx", Some(plain)),
        ("azure-cvm-tooling-quote", Some(plain)),
        ("cmcp-azure-vtpm", Some(plain)),
        ("keylime-files", None),
    ] {
        let case = Case::new(&corpus, id);
        let file = |name: &str| case.folder.join(name).to_str().unwrap().to_owned();
        let (message, signature, key, pcrs) =
            (file("quote.msg"), file("quote.sig"), file("ak.pem"), file("quote.pcrs"));
        let json = file("pcrs.json");
        let mut evidence = vec!["--message", &message, "--signature", &signature, "--ak", &key];
        evidence.extend(plain.iter().flatten());
        if Path::new(&pcrs).exists() {
            evidence.extend(["--pcrs", &pcrs]);
        } else if Path::new(&json).exists() {
            evidence.extend(["--pcrs", &json]);
        }
        let outcome = case.verify(&evidence);
        assert_eq!(outcome.code, 0, "{id}: {outcome:?}");
    }
}

/// Every file of values from the field is read, and lies over the selection that was quoted.
#[test]
fn every_pcr_file_is_read() {
    let Some(corpus) = crate::common::corpus() else { return };
    let folder = Folder::new("field-pcrs");
    let mut count = 0;
    for entry in fs::read_dir(corpus.join("quotes")).unwrap() {
        let case = entry.unwrap().path();
        let file = |name: &str| case.join(name).to_str().unwrap().to_owned();
        if !case.join("quote.pcrs").exists() {
            continue;
        }
        let (message, mut signature) = (file("quote.msg"), file("quote.sig"));
        let raw = fs::read(&signature).unwrap();
        if raw.len() == 256 {
            signature = folder.write("sig", &[&[0, 0x14, 0, 0x0b, 1, 0][..], &raw].concat());
        }
        let (pcrs, out) = (file("quote.pcrs"), folder.path("out"));
        // Of most of them nobody knows the key; any will do to read.
        let key = folder.write("ak", &crate::common::swtpm("rsa_sha256", None).public);
        let arguments =
            ["convert", "--message", &message, "--signature", &signature, "--pcrs", &pcrs, "--ak", &key, "-o", &out];
        let outcome = tpmproof(&arguments);
        assert_eq!(outcome.code, 0, "{case:?}: {outcome:?}");
        // Written again, the file is the same, unless somebody left something in its padding.
        assert_eq!(tpmproof(&["convert", &out, "--to", "tpm2-quote", "-o", &folder.path("again")]).code, 0);
        assert_eq!(fs::read(folder.path("again.pcrs")).unwrap(), fs::read(&pcrs).unwrap(), "{case:?}");
        count += 1;
    }
    println!("{count} files of values read and written again");
    assert_eq!(count, 10);
}

/// Keylime's string comes back letter for letter, as its source states.
#[test]
fn the_quote_string_comes_back() {
    let Some(corpus) = crate::common::corpus() else { return };
    let folder = Folder::new("quote-string");
    let file = corpus.join("quotes/rust-keylime-quote-string/quote_string.txt");
    let out = folder.path("again");
    let outcome = tpmproof(&["convert", file.to_str().unwrap(), "--to", "keylime", "-o", &out]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(fs::read_to_string(&out).unwrap().trim_end(), fs::read_to_string(&file).unwrap().trim_end());
}

/// Google's message holds three quotes, of which a policy may want any.
#[test]
fn google_by_each_bank() {
    let Some(corpus) = crate::common::corpus() else { return };
    let path = corpus.join("evidence/google+go-tpm-tools/internal/test/attestations/gce-cos-85-no-nonce.pb");
    for bank in ["sha1", "sha256", "sha384"] {
        let case = Case::new(&corpus, &format!("go-tpm-tools-gce-cos-85-no-nonce-{bank}"));
        let outcome = case.verify(&[path.to_str().unwrap(), "--bank", bank]);
        assert_eq!(outcome.code, 0, "{bank}: {outcome:?}");
        let message = fs::read(&path).unwrap();
        // Any octet of the quote or of its signature: the signature does not hold. Of this bank's message it is the first place.
        let at =
            message.windows(113).position(|window| window == fs::read(case.folder.join("quote.msg")).unwrap()).unwrap();
        for flipped in [at + 20, at + 112, at + 113 + 20] {
            let mut message = message.clone();
            message[flipped] ^= 1;
            let file = case.own.write("flipped.pb", &message);
            assert_eq!(case.verify(&[&file, "--bank", bank]).code, 1, "{bank}, octet {flipped}");
        }
    }
}
