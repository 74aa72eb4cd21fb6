//! Promise: evidence of every foreign form is read for what it is, or refused in words; and a proof that is written in a foreign form and read
//! again is the same evidence.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::foreign::{self, Machine, b64, b64url, hexadecimal, pem, strings};
use crate::common::forge::NONCE;
use crate::common::verified::SHA256;
use serde_json::{Value, json};
use tpmproof::Proof;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::proof::ProofBuilder;
use tpmproof::verify::{Attachment, Log, PcrValue};

const AT: &str = "2026-06-01T00:00:00Z";

fn tpmproof(arguments: &[&str]) -> Outcome {
    run(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
}

/// The document as a proof, and what was said.
fn convert(folder: &Folder, document: &[u8], more: &[&str]) -> Result<(Vec<u8>, String), String> {
    let file = folder.write("document", document);
    let out = folder.path("out.proof");
    let _ = std::fs::remove_file(&out);
    let outcome = tpmproof(&[&["convert", &file, "-o", &out], more].concat());
    match outcome.code {
        0 => Ok((std::fs::read(&out).unwrap(), outcome.notes)),
        1 => {
            assert!(!std::path::Path::new(&out).exists(), "{outcome:?}");
            Err(outcome.notes)
        }
        _ => panic!("{outcome:?}"),
    }
}

/// Verifies a document with a policy and its nonce.
fn verify(folder: &Folder, document: &[u8], policy: &str, more: &[&str]) -> Outcome {
    let file = folder.write("document", document);
    let policy = folder.write("policy.toml", policy.as_bytes());
    let nonce = hexadecimal(NONCE);
    tpmproof(&[&["verify", &file, "--policy", &policy, "--nonce", &nonce, "--at", AT], more].concat())
}

/// A quote of the virtual TPM as a proof without a key.
fn keyless(quote: &crate::common::Quote) -> ProofBuilder {
    quote.values.iter().fold(ProofBuilder::new(&quote.message, &quote.signature), |builder, (bank, index, value)| {
        builder.pcr(PcrValue { bank: (*bank).into(), index: *index, value })
    })
}

fn of(machine: &Machine) -> ProofBuilder {
    let builder = ProofBuilder::new(&machine.message, &machine.signature);
    machine.values.iter().enumerate().fold(builder, |builder, (index, value)| {
        builder.pcr(PcrValue { bank: machine.bank.into(), index: u8::try_from(index).unwrap(), value })
    })
}

fn machine() -> Machine {
    Machine::new(SHA256, &[(0, vec![0xd0; 32])])
}

/// Golden for PCR 0, pinned by what is known of the key.
fn policy(key: &str) -> String {
    format!("version = 1\n[key]\n{key}\n[pcr.sha256]\n0 = [\"{}\"]\n", "d0".repeat(32))
}

fn pinned_name(machine: &Machine) -> String {
    policy(&format!("pinned = [\"name:{}\"]", hexadecimal(&crate::common::forge::name(&machine.public()))))
}

fn pinned_spki(folder: &Folder, machine: &Machine) -> String {
    folder.write("ak.pem", pem("PUBLIC KEY", &machine.key.spki()).as_bytes());
    policy("pinned_files = [\"ak.pem\"]\naccept_unknown_attributes = true")
}

fn text(document: &Value) -> Vec<u8> {
    document.to_string().into_bytes()
}

/// Every document here: its form, its octets.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let machine = machine();
    let log = crate::common::log::header(&[SHA256]);
    let old = json!({
        "quote": { "message": machine.message, "signature": vec![1; 256], "pcrs": machine.values },
        "report": [1, 2, 3],
        "vcek": pem("CERTIFICATE", &machine.chain()[1]),
    });
    let authority = pem("CERTIFICATE", &machine.chain()[1]);
    let events = ["{\"event_type\":\"start_build\"}", "{\"event_type\":\"input_image\"}"];
    let v1 = Machine::new(SHA256, &[(15, strings(&[&authority])), (16, strings(&events))]);
    let ai = Machine::new(SHA256, &[(14, strings(&events))]);
    vec![
        ("blindllama-v1", text(&foreign::aicert(&v1, &authority, &events, None))),
        ("aicert", text(&foreign::aicert(&ai, "", &events, Some(&[])))),
        ("coco-tpm", text(&foreign::coco_tpm(&machine))),
        ("coco-az-vtpm", text(&old)),
        ("go-tpm-tools", foreign::go_tpm_tools(&[&machine])),
        ("go-attestation", text(&foreign::go_attestation(&machine, 2, &log))),
        ("keylime", foreign::keylime(&machine).into_bytes()),
        ("keylime-push", text(&foreign::keylime_push(&machine, &log))),
        ("enacttrust", foreign::enacttrust(&machine)),
        ("parsec-tpm", foreign::parsec(&machine)),
    ]
}

/// Written and read again, the evidence is the same: every quote of the virtual TPM, in each form that can hold it.
#[test]
fn what_is_written_reads_back() {
    let folder = Folder::new("round-trip");
    let mut count = 0;
    for quote in crate::common::all_quotes().into_iter().chain(
        ["rsa", "p256"]
            .map(|key| crate::common::swtpm(if key == "rsa" { "rsa_sha256" } else { "p256_sha256" }, Some(key))),
    ) {
        let proof = folder.write("proof", &quote.der);
        let single = !quote.id.ends_with("multi");
        for target in ["proof", "proof-pem", "tpm2-quote", "keylime", "go-tpm-tools"] {
            let out = folder.path("foreign");
            let outcome = tpmproof(&["convert", &proof, "--to", target, "-o", &out]);
            let certified = !Proof::from_der(&quote.der).unwrap().evidence().key.certificates().is_empty();
            if target == "go-tpm-tools" && (!single || certified) {
                assert_eq!(outcome.code, 1, "{}: {outcome:?}", quote.id);
                continue;
            }
            assert_eq!(outcome.code, 0, "{} {target}: {outcome:?}", quote.id);
            let back = folder.path("back");
            let outcome = if target == "tpm2-quote" {
                let file = |end: &str| format!("{out}{end}");
                let key = if certified { file(".chain.pem") } else { file(".pub") };
                let (message, signature, pcrs) = (file(".msg"), file(".sig"), file(".pcrs"));
                let outcome = tpmproof(&[
                    "convert",
                    "--message",
                    &message,
                    "--signature",
                    &signature,
                    "--pcrs",
                    &pcrs,
                    "--ak",
                    &key,
                    "-o",
                    &back,
                ]);
                assert_eq!(std::fs::read(&message).unwrap(), quote.message);
                assert_eq!(std::fs::read(&signature).unwrap(), quote.signature);
                for end in [".msg", ".sig", ".pcrs", ".pem"] {
                    std::fs::remove_file(file(end)).unwrap();
                }
                outcome
            } else {
                tpmproof(&["convert", &out, "-o", &back])
            };
            assert_eq!(outcome.code, 0, "{} {target}: {outcome:?}", quote.id);
            let again = std::fs::read(&back).unwrap();
            if target == "keylime" {
                assert_eq!(again, keyless(&quote).to_der(), "{} {target}", quote.id);
            } else {
                assert_eq!(again, quote.der, "{} {target}", quote.id);
            }
            count += 1;
        }
    }
    println!("{count} proofs written and read again");
    assert!(count > 100, "{count}");
}

/// The files are octet for octet those of `tpm2_quote`.
#[test]
fn the_files_of_tpm2_quote_are_the_same() {
    let folder = Folder::new("tpm2-quote");
    for name in ["rsa_sha256", "p256_multi", "p384_sha384"] {
        let proof = folder.write("proof", &crate::common::swtpm(name, None).der);
        let outcome = tpmproof(&["convert", &proof, "--to", "tpm2-quote", "-o", &folder.path("q")]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        for end in ["msg", "sig", "pcrs"] {
            let written = std::fs::read(folder.path(&format!("q.{end}"))).unwrap();
            assert_eq!(written, crate::common::read(&format!("swtpm/q_{name}.{end}")), "{name}.{end}");
        }
        let key = name.split('_').next().unwrap();
        assert_eq!(std::fs::read(folder.path("q.pub")).unwrap(), crate::common::read(&format!("swtpm/ak_{key}.tpm2b")));
        let pem = std::fs::read_to_string(folder.path("q.pem")).unwrap();
        assert_eq!(pem.trim(), String::from_utf8(crate::common::read(&format!("swtpm/ak_{key}.pem"))).unwrap().trim());
    }
}

/// All that another form holds comes back; what it has no place for is named, and what it needs is asked for.
#[test]
fn what_is_lost_is_said_and_what_is_lacking_is_an_error() {
    let folder = Folder::new("lost");
    let machine = machine();
    let [leaf, root] = machine.chain();
    let full = of(&machine)
        .key_public(&machine.public())
        .certificate(&leaf)
        .certificate(&root)
        .log(Log { format: "firmware", bytes: b"a log" })
        .log(Log { format: "application", bytes: b"another" })
        .log(Log { format: "cel", bytes: b"a third" })
        .attachment(Attachment { kind: "gce-instance-info", name: "", bytes: b"\x0a\x01z" })
        .attachment(Attachment { kind: "server-certificate", name: "one", bytes: &leaf });
    let proof = folder.write("proof", &full.to_der());
    let out = folder.path("out");
    let to = |target: &str| tpmproof(&["convert", &proof, "--to", target, "-o", &out]);
    let lost = |outcome: &Outcome| -> Vec<String> {
        let lines =
            outcome.notes.lines().filter_map(|line| line.split_once("lost, since the form has no place for it: "));
        lines.map(|(_, what)| what.to_owned()).collect()
    };
    let outcome = to("go-tpm-tools");
    assert_eq!(lost(&outcome), ["the log \"application\"", "the attachment \"server-certificate\" \"one\""]);
    let (back, notes) = convert(&folder, &std::fs::read(&out).unwrap(), &[]).unwrap();
    assert!(notes.contains("gce-instance-info is only enclosed"), "{notes}");
    let back = Proof::from_der(&back).unwrap();
    let logs: Vec<_> = back.evidence().logs.iter().map(|log| (log.format, log.bytes)).collect();
    assert_eq!(logs, [("firmware", &b"a log"[..]), ("cel", b"a third")]);
    assert_eq!(back.evidence().key.certificates(), [&leaf[..], &root]);
    assert_eq!(back.evidence().attachments.iter().count(), 1);

    let outcome = to("coco-tpm");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(lost(&outcome).len(), 7, "{outcome:?}");
    assert!(lost(&outcome)[0].contains("its Name and attributes"), "{outcome:?}");
    let (back, notes) = convert(&folder, &std::fs::read(&out).unwrap(), &[]).unwrap();
    assert!(notes.contains("of the key there is only the public key"), "{notes}");
    let spki = machine.key.spki();
    let bare = of(&machine).attachment(Attachment { kind: "ak-spki", name: "", bytes: &spki });
    assert_eq!(back, bare.to_der());
    // The bare key is enclosed, and known again: by its digest, and for the same document.
    let digest = hexadecimal(&crate::common::forge::hash(SHA256, &machine.key.spki()));
    let pinned = policy(&format!("pinned = [\"spki-sha256:{digest}\"]\naccept_unknown_attributes = true"));
    assert_eq!(verify(&folder, &back, &pinned, &[]).code, 0);
    let document = folder.write("bare", &back);
    assert_eq!(tpmproof(&["convert", &document, "--to", "coco-tpm", "-o", &out]).code, 0);
    assert_eq!(serde_json::from_slice::<Value>(&std::fs::read(&out).unwrap()).unwrap(), foreign::coco_tpm(&machine));

    let outcome = to("keylime");
    assert_eq!(lost(&outcome).len(), 7, "{outcome:?}");
    assert_eq!(std::fs::read_to_string(&out).unwrap().trim_end(), foreign::keylime(&machine));

    let _ = std::fs::remove_file(&out);
    let bare = folder.write("bare", &of(&machine).certificate(&leaf).to_der());
    let few = folder.write("few", &crate::common::swtpm("rsa_sha256", None).der);
    let valueless = folder.write("valueless", &ProofBuilder::new(&machine.message, &machine.signature).to_der());
    for (proof, target, lacking) in [
        (&bare, "go-tpm-tools", "lacks the TPMT_PUBLIC"),
        (&bare, "blindllama-v2", "no log \"blindllama-v2\""),
        (&few, "coco-tpm", "24 PCRs of the bank sha256"),
        (&valueless, "keylime", "lacks the value of PCR 0"),
        (&valueless, "tpm2-quote", "lacks the value of PCR 0"),
        (&valueless, "coco-tpm", "lacks the value of PCR 0"),
    ] {
        let outcome = tpmproof(&["convert", proof, "--to", target, "-o", &out]);
        assert!(outcome.code == 1 && outcome.notes.contains(lacking), "{target}: {outcome:?}");
        assert!(!std::path::Path::new(&out).exists());
    }
}

/// `BlindLlama` v2: the document comes back as it was.
#[test]
fn blindllama_v2_comes_back() {
    let folder = Folder::new("blindllama-v2");
    let machine = machine();
    let [leaf, root] = machine.chain();
    let document = json!({
        "cert_chain": [pem("CERTIFICATE", &leaf), pem("CERTIFICATE", &root)],
        "quote": {
            "message": b64(&machine.message), "signature": b64(&machine.signature), "pcr": b64(&machine.serialized(true)),
        },
        "webserver_rootca": "-----BEGIN \"anything\"\u{e9}\n",
        "application_disk_roothash": "5a".repeat(32),
    });
    let (proof, _) = convert(&folder, &text(&document), &[]).unwrap();
    let (proof, out) = (folder.write("proof", &proof), folder.path("again.json"));
    let outcome = tpmproof(&["convert", &proof, "--to", "blindllama-v2", "-o", &out]);
    assert!(outcome.code == 0 && !outcome.notes.contains("lost"), "{outcome:?}");
    assert_eq!(serde_json::from_slice::<Value>(&std::fs::read(&out).unwrap()).unwrap(), document);
}

const EVENTS: [&str; 2] =
    ["{\"event_type\": \"start_build\"}", "{\"event_type\": \"input_image\", \"content\": \"a\u{e9}\"}"];
const OUTPUT: [&str; 1] = ["{\"event_type\": \"build_output\"}"];
const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\nof a server\n-----END CERTIFICATE-----\n";

/// A policy that wants each of the events, and the authority.
fn events(log: &str, pcr: u8, output: bool) -> String {
    let sha256 = |text: &str| hexadecimal(&crate::common::forge::hash(SHA256, text.as_bytes()));
    let mut require: Vec<String> = EVENTS
        .iter()
        .map(|event| {
            format!("{{ pcr = {pcr}, kind = \"event\", name = '{event}', digest = [\"sha256:{}\"] }}", sha256(event))
        })
        .collect();
    require.push(format!("{{ pcr = 15, kind = \"ca-cert\", digest = [\"sha256:{}\"] }}", sha256(AUTHORITY)));
    let mut rules = format!("{pcr} = \"log\"\n15 = \"log\"\n");
    let mut logs = format!("{pcr} = [\"{log}\"]\n15 = [\"{log}\"]\n");
    if output {
        require.push(format!("{{ pcr = 8, kind = \"output-event\", digest = [\"sha256:{}\"] }}", sha256(OUTPUT[0])));
        rules += "8 = \"log\"\n";
        logs += &format!("8 = [\"{log}\"]\n");
    }
    let quote = if pcr >= 16 { "[quote]\nallow_resettable = [16]\n" } else { "" };
    format!(
        "version = 1\n[key]\nroot_files = [\"root.pem\"]\n{quote}[pcr.sha256]\n4 = \"zero\"\n{rules}[logs]\n{logs}[events]\n\
         accept_any_boot = true\nrequire = [\n{}\n]\n",
        require.join(",\n")
    )
}

#[test]
fn aicert_and_blindllama_v1_are_explained_event_by_event() {
    let folder = Folder::new("aicert");
    let authority = (15, strings(&[AUTHORITY]));
    let ai = Machine::new(SHA256, &[(8, strings(&OUTPUT)), (14, strings(&EVENTS)), authority.clone()]);
    let v1 = Machine::new(SHA256, &[authority, (16, strings(&EVENTS))]);
    folder.write("root.pem", pem("CERTIFICATE", &ai.chain()[1]).as_bytes());
    let ai_document = foreign::aicert(&ai, AUTHORITY, &EVENTS, Some(&OUTPUT));
    let v1_document = foreign::aicert(&v1, AUTHORITY, &EVENTS, None);
    for (document, log, pcr) in [(&ai_document, "aicert", 14), (&v1_document, "blindllama-v1", 16)] {
        let rules = events(log, pcr, log == "aicert");
        for more in [&[][..], &["--as", log]] {
            let outcome = verify(&folder, &text(document), &rules, more);
            assert_eq!(outcome.code, 0, "{log}: {outcome:?}");
            assert!(outcome.out.contains(&format!("sha256:{pcr}  explained")), "{}", outcome.out);
            assert!(outcome.out.contains("bound as \"ca-cert\", by event"), "{}", outcome.out);
        }
        // Not one octet of what was extended may be another, nor may the order be.
        let mut forged = Vec::new();
        for (member, other) in [
            ("/event_log/0", json!("{\"event_type\":\"start_build\"}")),
            ("/event_log", json!([EVENTS[1], EVENTS[0]])),
            ("/event_log", json!([EVENTS[0]])),
            ("/event_log", json!([EVENTS[0], EVENTS[1], "one more"])),
            ("/ca_cert", json!(AUTHORITY.trim_end())),
            ("/ca_cert", json!("")),
            ("/ca_cert", json!("another")),
        ] {
            let mut document = document.clone();
            *document.pointer_mut(member).unwrap() = other;
            forged.push(document);
        }
        for document in forged {
            let outcome = verify(&folder, &text(&document), &rules, &["--as", log]);
            assert_eq!(outcome.code, 1, "{document}: {outcome:?}");
            assert!(outcome.out.contains("fail  "), "{document}: {outcome:?}");
        }
        // Events that the policy does not know, though they were extended.
        let outcome = verify(&folder, &text(document), &rules.replace("\"event\"", "\"output-event\""), &[]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        // Who vouches for the key matters as ever.
        let stranger = crate::common::forge::Certificate::authority(
            "an authority",
            "an authority",
            &crate::common::forge::Key::new(77),
        );
        let other = folder
            .write("other.pem", pem("CERTIFICATE", &stranger.sign(&crate::common::forge::Key::new(77))).as_bytes());
        assert_eq!(verify(&folder, &text(document), &rules, &["--root", &other]).code, 1);
    }
    // By the other's rules each is refused: the PCRs are others.
    assert_eq!(verify(&folder, &text(&v1_document), &events("aicert", 14, false), &["--as", "aicert"]).code, 1);
    assert_eq!(verify(&folder, &text(&v1_document), &events("blindllama-v1", 16, false), &["--as", "aicert"]).code, 1);
    // Where no value tells one from the other, nothing is guessed.
    let mut unclear = v1_document.clone();
    unclear["event_log"] = json!(["neither's"]);
    let outcome = verify(&folder, &text(&unclear), &events("aicert", 14, false), &[]);
    assert!(outcome.code == 1 && outcome.out.contains("blindllama-v1 or aicert; say which with --as"), "{outcome:?}");
}

/// Such a machine can be pinned, event by event.
#[test]
fn a_policy_is_made_of_it() {
    let folder = Folder::new("aicert-pin");
    let machine = Machine::new(SHA256, &[(8, strings(&OUTPUT)), (14, strings(&EVENTS)), (15, strings(&[AUTHORITY]))]);
    let root = folder.write("root.pem", pem("CERTIFICATE", &machine.chain()[1]).as_bytes());
    let document = text(&foreign::aicert(&machine, AUTHORITY, &EVENTS, Some(&OUTPUT)));
    let (file, policy, nonce) =
        (folder.write("aicert.json", &document), folder.path("pinned.toml"), hexadecimal(NONCE));
    let outcome = tpmproof(&[
        "pin", &file, "--nonce", &nonce, "--at", AT, "--root", &root, "--pcr", "14=log", "--pcr", "15=log", "--pcr",
        "8=log", "-o", &policy,
    ]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let written = std::fs::read_to_string(&policy).unwrap();
    assert!(written.contains("\"aicert\"") && written.contains("ca-cert"), "{written}");
    let verify =
        |file: &str| tpmproof(&["verify", file, "--policy", &policy, "--root", &root, "--nonce", &nonce, "--at", AT]);
    assert_eq!(verify(&file).code, 0, "{written}");
    // The same key with one event more.
    let more = [EVENTS[0], EVENTS[1], "one more"];
    let other = Machine::new(SHA256, &[(8, strings(&OUTPUT)), (14, strings(&more)), (15, strings(&[AUTHORITY]))]);
    let other = folder.write("other.json", &text(&foreign::aicert(&other, AUTHORITY, &more, Some(&OUTPUT))));
    let outcome = verify(&other);
    assert!(outcome.code == 1 && outcome.out.contains("one more"), "{outcome:?}");
}

/// A log of strings has nothing else in it.
#[test]
fn logs_of_strings_hold_to_their_pcrs() {
    use tpmproof::log::EventStrings;
    let event = |pcr| crate::common::log::event(&[SHA256], pcr, 13, b"x", b"x");
    let log = |pcrs: &[u32]| {
        [crate::common::log::header(&[SHA256]), pcrs.iter().flat_map(|pcr| event(*pcr)).collect()].concat()
    };
    for (of, good, bad) in [
        (EventStrings::AiCert, &[8, 14, 15, 14][..], &[16, 0, 7][..]),
        (EventStrings::BlindLlamaV1, &[15, 16, 16], &[14, 8, 0]),
    ] {
        assert!(of.from_bytes(&log(good)).is_ok());
        for pcr in bad {
            assert!(of.from_bytes(&log(&[*pcr])).is_err(), "{of:?} {pcr}");
        }
        assert!(of.from_bytes(&log(&[15, 15])).is_err(), "two authorities");
    }
}

/// Simulation mode proves nothing, whatever else the document says and whatever it is called.
#[test]
fn simulation_mode_is_refused() {
    let folder = Folder::new("simulation");
    let machine = Machine::new(SHA256, &[(14, strings(&EVENTS))]);
    folder.write("root.pem", pem("CERTIFICATE", &machine.chain()[1]).as_bytes());
    let genuine = foreign::aicert(&machine, AUTHORITY, &EVENTS, None);
    let mut beside = genuine.clone();
    beside["remote_attestation"]["simulation_mode"] = json!(false);
    let mut alone = genuine.clone();
    alone["remote_attestation"] = json!({ "simulation_mode": true });
    for document in [beside, alone] {
        for more in [&[][..], &["--as", "aicert"], &["--as", "blindllama-v1"]] {
            let outcome = verify(&folder, &text(&document), &events("aicert", 14, false), more);
            assert_eq!(outcome.code, 1, "{outcome:?}");
            assert!(outcome.out.contains("simulation mode"), "{outcome:?}");
        }
    }
}

/// The values in every form that `tpm2_quote -o` has, in both byte orders, give one proof.
#[test]
fn pcr_files_of_every_form() {
    let folder = Folder::new("pcr-files");
    let machine = machine();
    let (message, signature) = (folder.write("m", &machine.message), folder.write("s", &machine.signature));
    let key = folder.write("k", &machine.public());
    let read = |file: &[u8]| {
        let (pcrs, out) = (folder.write("pcrs", file), folder.path("out"));
        let outcome = tpmproof(&[
            "convert",
            "--message",
            &message,
            "--signature",
            &signature,
            "--ak",
            &key,
            "--pcrs",
            &pcrs,
            "-o",
            &out,
        ]);
        if outcome.code == 0 { Ok(std::fs::read(&out).unwrap()) } else { Err((outcome.code, outcome.notes)) }
    };
    let expected = of(&machine).key_public(&machine.public()).to_der();
    let (little, big) = (machine.serialized(true), machine.serialized(false));
    assert_eq!(little.len(), 1732);
    let lists = machine.values.chunks(8).flat_map(|list| {
        let digests: Vec<u8> = list.iter().flat_map(|value| crate::common::forge::sized(value)).collect();
        [&8u32.to_be_bytes()[..], &digests].concat()
    });
    let marshaled = [&[0, 0, 0, 1, 0, 0x0b, 3, 0xff, 0xff, 0xff, 0, 0, 0, 3][..], &lists.collect::<Vec<_>>()].concat();
    let json: serde_json::Map<_, _> = machine
        .values
        .iter()
        .enumerate()
        .map(|(index, value)| (index.to_string(), json!(hexadecimal(value))))
        .collect();
    let json = text(&json!({ "sha256": json }));
    for file in [&little, &big, &marshaled, &machine.values.concat(), &json] {
        assert_eq!(read(file), Ok(expected.clone()));
    }
    // An order that changes on the way, a form of another length, another bank or selection.
    let mixed = [&little[..132], &big[132..]].concat();
    let swapped = [&big[..132], &little[132..]].concat();
    let mut bank = little.clone();
    bank[4] = 4;
    let mut selection = big.clone();
    selection[9] = 0;
    let mut digest = little.clone();
    digest[140] = 65;
    let mut list = big.clone();
    list[139] = 9;
    for (name, file) in [
        ("mixed", mixed),
        ("swapped", swapped),
        ("another bank", bank),
        ("another selection", selection),
        ("a digest too long", digest),
        ("a list too long", list),
        ("a list less", little[..1200].to_vec()),
        ("a byte more", [&big[..], &[0]].concat()),
        ("a value less", machine.values[1..].concat()),
        ("nothing", vec![]),
    ] {
        let error = read(&file).unwrap_err();
        assert!(error.0 == 1 && error.1.contains("of no form that tpm2_quote -o writes"), "{name}: {error:?}");
    }
}

/// Each document is known for what it is, by itself and by name, and is nothing else.
#[test]
fn each_form_is_told_from_all_others() {
    let folder = Folder::new("told");
    let documents = documents();
    let names: Vec<_> = documents.iter().map(|(name, _)| *name).collect();
    for (name, document) in &documents {
        let by_itself = convert(&folder, document, &[]).unwrap_or_else(|error| panic!("{name}: {error}")).0;
        let (named, _) = convert(&folder, document, &["--as", name]).unwrap();
        assert_eq!(by_itself, named, "{name}");
        for other in names.iter().chain(&["proof", "blindllama-v2"]).filter(|other| *other != name) {
            // They are one form, but for the PCRs; output_event_log is AICert's alone.
            if (*name, *other) == ("blindllama-v1", "aicert") {
                continue;
            }
            let error =
                convert(&folder, document, &["--as", other]).err().unwrap_or_else(|| panic!("{name} as {other}"));
            assert!(error.contains(&format!("it is no {other}")), "{name}: {error}");
        }
    }
    // A proof is read by name too.
    assert!(convert(&folder, &crate::common::swtpm("rsa_sha256", None).der, &["--as", "proof"]).is_ok());
    assert_eq!(tpmproof(&["convert", "x", "--as", "nothing", "-o", "y"]).code, 2);
}

/// What was verified before is verified through every form that has the key, or beside which it is pinned.
#[test]
fn the_verdict_does_not_depend_on_the_form() {
    let folder = Folder::new("verdict");
    let machine = machine();
    let spki = pinned_spki(&folder, &machine);
    let name = pinned_name(&machine);
    let forms = [
        (text(&foreign::coco_tpm(&machine)), &spki),
        (foreign::go_tpm_tools(&[&machine]), &name),
        (text(&foreign::go_attestation(&machine, 2, &crate::common::log::header(&[SHA256]))), &name),
        (foreign::keylime(&machine).into_bytes(), &spki),
        (
            text(&json!({ "code": 200, "status": "Success", "results": {
            "quote": foreign::keylime(&machine), "hash_alg": "sha256", "enc_alg": "ecc", "sign_alg": "ecdsa",
            "pubkey": null, "boottime": 0 } })),
            &spki,
        ),
        (text(&foreign::keylime_push(&machine, &crate::common::log::header(&[SHA256]))), &spki),
    ];
    for (document, policy) in forms {
        let outcome = verify(&folder, &document, policy, &[]);
        assert_eq!(outcome.code, 0, "{}: {outcome:?}", String::from_utf8_lossy(&document));
        assert!(outcome.out.starts_with("ACCEPTED\n"));
        let other = policy.replace("d0", "d1");
        assert_eq!(verify(&folder, &document, &other, &[]).code, 1);
        let stale =
            tpmproof(&["verify", &folder.path("document"), "--policy", &folder.path("policy.toml"), "--nonce", "00"]);
        assert!(stale.out.contains("answers another challenge"), "{stale:?}");
    }
    // Without values a policy knows the digest.
    let digest = hexadecimal(&crate::common::forge::hash(SHA256, &machine.values.concat()));
    let digest = format!(
        "version = 1\n[key]\npinned_files = [\"ak.pem\"]\naccept_unknown_attributes = true\n[quote]\npcr_digest = [\"{digest}\"]\n\
         selection = \"sha256:0-23\"\nallow_resettable = [16, 17, 18, 19, 20, 21, 22, 23]\n"
    );
    for document in [foreign::enacttrust(&machine), foreign::parsec(&machine)] {
        let outcome = verify(&folder, &document, &digest, &[]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(outcome.notes.contains("neither its key nor PCR values"), "{outcome:?}");
        assert_eq!(verify(&folder, &document, &name, &[]).code, 1, "no key, no values");
    }
}

/// An EnactTrust token begins with any octets, also with those with which evidence of other kinds does.
#[test]
fn a_token_that_begins_like_other_evidence() {
    let folder = Folder::new("enacttrust-beginnings");
    let token = foreign::enacttrust(&machine());
    for start in [&b"\x84"[..], b"\x84\x43", b"\xd2", b"\xd2\x84\x43", b"\xa3", b"\xa3\x63fmt", b"\xa3\x67attStmt"] {
        let mut token = token.clone();
        token[..start.len()].copy_from_slice(start);
        let (proof, _) = convert(&folder, &token, &[]).unwrap();
        assert_eq!(proof, convert(&folder, &token, &["--as", "enacttrust"]).unwrap().0);
        let read = Proof::from_der(&proof).unwrap();
        let node = read.evidence().attachments.iter().find(|attachment| attachment.kind == "node-id").unwrap();
        assert_eq!(node.bytes, &token[..16]);
    }
}

/// All versions of the evidence of Azure's machines hold the same.
#[test]
fn azure_in_all_versions() {
    let folder = Folder::new("coco-azure");
    let quote = crate::common::swtpm("rsa_sha256", None);
    // An RSA signature without its TPMT_SIGNATURE.
    let bare = &quote.signature[6..];
    let values: Vec<Vec<u8>> = quote.values.iter().map(|(_, _, value)| value.clone()).collect();
    let digits: Vec<String> = values.iter().map(|value| hexadecimal(value)).collect();
    let (report, vcek) = (b"HCLA and more".to_vec(), machine().chain()[1].clone());
    let new = |version: u64| {
        json!({
            "version": version,
            "tpm_quote": { "message": hexadecimal(&quote.message), "signature": hexadecimal(bare), "pcrs": digits },
            "hcl_report": b64url(&report), "vcek": b64url(&vcek),
        })
    };
    let old = json!({
        "quote": { "message": quote.message, "signature": bare, "pcrs": values },
        "report": report, "vcek": pem("CERTIFICATE", &vcek),
    });
    let (expected, notes) = convert(&folder, &text(&old), &[]).unwrap();
    assert!(notes.contains("names its key in the HCL report alone"), "{notes}");
    let whole = keyless(&quote)
        .attachment(Attachment { kind: "hcl-report", name: "", bytes: &report })
        .attachment(Attachment { kind: "vcek", name: "", bytes: &vcek });
    assert_eq!(expected, whole.to_der());
    for version in [1, 2] {
        assert_eq!(convert(&folder, &text(&new(version)), &[]).unwrap().0, expected);
    }
    let tdx = json!({
        "tpm_quote": { "message": quote.message, "signature": bare, "pcrs": values },
        "hcl_report": report, "td_quote": [4, 0, 2, 0],
    });
    let (tdx, _) = convert(&folder, &text(&tdx), &[]).unwrap();
    let kinds: Vec<_> =
        Proof::from_der(&tdx).unwrap().evidence().attachments.iter().map(|it| it.kind.to_owned()).collect();
    assert_eq!(kinds, ["hcl-report", "tdx-quote"]);
    for (member, other) in [
        ("/version", json!(3)),
        ("/version", json!("2")),
        ("/hcl_report", json!("HCL-")),
        ("/hcl_report", json!("=")),
        ("/vcek", json!(pem("CERTIFICATE", &vcek))),
        ("/tpm_quote/signature", json!("00")),
        ("/tpm_quote/pcrs/0", json!("00")),
        ("/tpm_quote/pcrs", json!(digits[1..])),
        ("/tpm_quote/pcrs", json!([])),
        ("/tpm_quote/message", json!(hexadecimal(&quote.message).to_uppercase())),
    ] {
        let mut document = new(2);
        *document.pointer_mut(member).unwrap() = other.clone();
        match convert(&folder, &text(&document), &[]) {
            // A signature of whatever length is one; nobody's key made it.
            Ok(_) => assert!(member.ends_with("signature") || other == json!("HCL-"), "{member} {other}"),
            Err(error) => assert!(error.contains("coco-az-vtpm"), "{error}"),
        }
    }
    let mut twice = new(2);
    twice["report"] = json!("AAAA");
    assert!(convert(&folder, &text(&twice), &[]).unwrap_err().contains("twice"));
}

/// Of several quotes the strongest is taken, and said; another one by name.
#[test]
fn one_of_several_quotes() {
    let folder = Folder::new("several");
    let machines = [HashAlgorithm::Sha1, SHA256, HashAlgorithm::Sha384].map(|bank| Machine::new(bank, &[]));
    let document = foreign::go_tpm_tools(&machines.iter().collect::<Vec<_>>());
    let banks = |der: &[u8]| Proof::from_der(der).unwrap().evidence().pcr_values.iter().next().unwrap().bank;
    let (proof, notes) = convert(&folder, &document, &[]).unwrap();
    assert_eq!(banks(&proof), HashAlgorithm::Sha384.into());
    assert!(notes.contains("note: the message has quotes of sha1, sha256, sha384; that of sha384 is taken"), "{notes}");
    for (name, bank) in [("sha1", HashAlgorithm::Sha1), ("sha256", SHA256)] {
        let (proof, notes) = convert(&folder, &document, &["--bank", name]).unwrap();
        assert_eq!(banks(&proof), bank.into());
        assert!(!notes.contains("note:"), "{notes}");
    }
    assert!(convert(&folder, &document, &["--bank", "sha512"]).unwrap_err().contains("no quote of sha512"));
    let file = folder.path("document");
    assert_eq!(tpmproof(&["convert", &file, "--bank", "md5", "-o", "x"]).code, 2);
    let twice = foreign::go_tpm_tools(&[&machines[1], &machines[1]]);
    assert!(convert(&folder, &twice, &[]).unwrap_err().contains("two quotes of the bank sha256"));
}

/// Protocol Buffers would skip what they do not know and take the last of two: here both are refused.
#[test]
fn p04_p05_protobuf_is_read_strictly() {
    let folder = Folder::new("protobuf");
    let machine = machine();
    let good = foreign::go_tpm_tools(&[&machine]);
    let with = |more: &[u8]| [&good[..], more].concat();
    let pcrs = |pcrs: &[u8]| {
        let quote =
            [foreign::field(1, &machine.message), foreign::field(2, &machine.signature), foreign::field(3, pcrs)];
        [foreign::field(1, &machine.public()), foreign::field(2, &quote.concat())].concat()
    };
    let entry = |index: u8| foreign::field(2, &[vec![8, index], foreign::field(2, &[0; 32])].concat());
    for (document, expected) in [
        (with(&foreign::field(1, &machine.public())), "the field 1 stands twice"),
        (with(&foreign::field(10, b"x")), "the unknown field 10"),
        (with(&[0x0d, 0, 0, 0, 0]), "wire type 5"),
        (with(&[0x02, 0]), "no field 0"),
        (with(&[0x1a, 0x80]), "a length that does not end"),
        (with(&[0x1a, 0x81, 0x00, b'x']), "a length that does not end"),
        (with(&[0x1a, 5, 0]), "5 bytes announced, 1 are left"),
        (with(&[0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), "bytes announced"),
        (with(&[0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]), "a length that does not end"),
        (with(&[0x18, 1]), "the field 3 is a number"),
        (foreign::field(2, &[0x08, 1].repeat(1_000_000)), "more than 256 fields"),
        ([0x18, 1].repeat(1_000_000), "more than 256 fields"),
        (with(&foreign::field(7, &machine.chain()[1])), "no ak_cert"),
        (with(&foreign::field(6, b"x")), "no certificate in DER"),
        (with(&foreign::field(2, &[])), "lacks its quote"),
        (pcrs(&[&[8, 0x0b][..], &entry(3), &entry(3)].concat()), "PCR 3 twice"),
        (pcrs(&[&[8, 0x0b, 8, 0x0b][..], &entry(3)].concat()), "names its bank twice"),
        (pcrs(&entry(3)), "does not name its bank"),
        (pcrs(&[8, 0x10]), "no bank that is known"),
        (pcrs(&[&[8, 0x0b][..], &foreign::field(2, &[0x08, 0x80, 0x02])].concat()), "there is none"),
        (pcrs(&[8, 0x0b, 0x1a, 0]), "pcrs has the unknown field 3"),
    ] {
        let error = convert(&folder, &document, &["--as", "go-tpm-tools"]).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

/// What is known and no evidence of a TPM 2.0 is refused in words.
#[test]
fn p14_what_is_known_and_refused_is_named() {
    let folder = Folder::new("refused");
    let machine = machine();
    let mut snp = vec![0; 1184];
    (snp[0], snp[0x34]) = (2, 1);
    let tdx = [&[4, 0, 2, 0, 0x81, 0, 0, 0][..], &[0; 600]].concat();
    for (document, expected) in [
        (b"\x1f\x8b\x08rest".to_vec(), "compressed"),
        (b"\x78\x9crest".to_vec(), "compressed"),
        (tdx.clone(), "TDX"),
        (text(&json!({ "quote": hexadecimal(&tdx), "event_log": "[]" })), "TDX"),
        (snp, "SEV-SNP"),
        (machine.message.clone(), "--message"),
        (text(&foreign::go_attestation(&machine, 1, b"")), "TPM 1.2"),
        (b"ak_pub: \"\\000\\001\"\n quotes: {\n".to_vec(), "binarypb"),
        (format!("r{}:AAAA:AAAA", b64(b"\x78\x9crest")).into_bytes(), "compressed"),
    ] {
        let error = convert(&folder, &document, &[]).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

/// No document without its last octets is one, and none with more.
#[test]
fn whatever_is_cut_or_longer_is_refused() {
    let folder = Folder::new("cut");
    for (name, document) in documents() {
        let step = (document.len() / 60).max(1);
        for end in (0..document.len()).step_by(step).chain([document.len() - 1]) {
            assert!(convert(&folder, &document[..end], &["--as", name]).is_err(), "{name}: {end} octets");
            assert!(convert(&folder, &document[..end], &[]).is_err(), "{name}: {end} octets");
        }
        for more in [&b"x"[..], b"{}", b"\0", b"\xff\xff"] {
            let longer = [&document[..], more].concat();
            assert!(convert(&folder, &longer, &["--as", name]).is_err(), "{name} and {more:?}");
        }
    }
}

/// Twice the same member, at whatever level and however it is spelled; members that nobody knows; other encodings of the same octets.
#[test]
fn p04_p05_p06_json_is_read_strictly() {
    let folder = Folder::new("strict");
    let mut refused = 0;
    for (name, document) in documents() {
        let Ok(value) = serde_json::from_slice::<Value>(&document) else { continue };
        let whole = value.to_string();
        let mut forged = vec![whole.replacen('{', "{\"unknown\": 1, ", 1)];
        for (at, _) in whole.match_indices("{\"") {
            let key: String = whole[at + 2..].chars().take_while(|c| *c != '"').collect();
            forged.push(format!("{}{{\"{key}\": 1, {}", &whole[..at], &whole[at + 1..]));
            let escaped: String = key.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
            forged.push(format!("{}{{\"{escaped}\": 1, {}", &whole[..at], &whole[at + 1..]));
            forged.push(format!("{}{{\"unknown\": 1, {}", &whole[..at], &whole[at + 1..]));
        }
        // The first base64 of some length: with a line end, without its padding, with bits that nobody reads.
        if let Some(text) = strings_in(&value).into_iter().find(|text| text.ends_with('=') && !text.contains('\n')) {
            for other in [
                format!("{text}\\n"),
                format!(" {text}"),
                text.trim_end_matches('=').to_owned(),
                format!("{text}="),
                text.trim_end_matches('=')[1..].to_owned(),
            ] {
                forged.push(whole.replacen(&text, &other, 1));
            }
        }
        for document in forged {
            assert_ne!(document, whole);
            let error = convert(&folder, document.as_bytes(), &["--as", name]);
            assert!(error.is_err(), "{name}: {document}");
            refused += 1;
        }
    }
    println!("{refused} documents refused");
    assert!(refused > 60, "{refused}");
}

fn strings_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().flat_map(strings_in).collect(),
        Value::Object(all) => all.values().flat_map(strings_in).collect(),
        _ => vec![],
    }
}

/// CBOR has one form here too, and is no deeper than evidence is.
#[test]
fn p04_p05_p07_cbor_is_read_strictly() {
    use crate::common::foreign::{cbor, cbor_map};
    let folder = Folder::new("cbor");
    let good = foreign::parsec(&machine());
    assert!(convert(&folder, &good, &[]).is_ok());
    let mut deep = cbor(3, 1, b"x");
    for _ in 0..10_000 {
        deep = [&[0xa1, 0x61, b'k'][..], &deep].concat();
    }
    let octets = cbor(2, 1, b"x");
    for document in [
        [&[0xb8, 2][..], &good[1..]].concat(),
        [&[0xbf][..], &good[1..], &[0xff]].concat(),
        [&[0xa3][..], &good[1..], &cbor(3, 3, b"pat"), &octets].concat(),
        [&[0xa3][..], &good[1..], &cbor(3, 3, b"new"), &octets].concat(),
        [&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &good[1..]].concat(),
        cbor_map(&[("pat", octets.clone())]),
        cbor_map(&[("kat", octets.clone()), ("pat", octets)]),
        deep,
        cbor(5, 17, &good[1..]),
        vec![0xa1],
        vec![0xfb],
    ] {
        assert!(convert(&folder, &document, &["--as", "parsec-tpm"]).is_err(), "{:?}", &document[..1]);
        assert!(convert(&folder, &document, &[]).is_err());
    }
}

/// `show` tells the parts of foreign evidence too.
#[test]
fn show_reads_them() {
    let folder = Folder::new("show");
    for (name, document) in documents() {
        let file = folder.write("document", &document);
        let outcome = tpmproof(&["show", &file]);
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        assert!(
            outcome.out.contains("shown as it stands") && outcome.out.contains("attestation"),
            "{name}: {outcome:?}"
        );
    }
}

#[test]
fn seeds_of_fuzzing() {
    let mut seeds = documents();
    seeds.push(("proof", of(&machine()).key_public(&machine().public()).to_der()));
    seeds.push(("refused-compressed", b"\x1f\x8b\x08".to_vec()));
    crate::common::fuzz_seeds("foreign", &seeds);
}
