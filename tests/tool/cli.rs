//! Promise: whatever is put on the command line, there is a clear answer, the right exit code, and no file is left half written.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};

const AT: &str = "2027-01-01T00:00:00Z";

fn accepted() -> [String; 8] {
    let policy = vector("policies/pinned-rsassa.toml");
    let proof = vector("pinned-rsassa.proof");
    let nonce = "0000000000000000000000000000000000000000000000000000000000c0ffee";
    ["verify", &proof, "--policy", &policy, "--nonce", nonce, "--at", AT].map(String::from)
}

fn with(place: usize, value: &str) -> Outcome {
    let mut arguments = accepted();
    arguments[place] = value.into();
    run(&arguments)
}

#[test]
fn a_good_proof_is_accepted() {
    let outcome = run(&accepted());
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.out.starts_with("ACCEPTED\n"), "{outcome:?}");
    assert_eq!(outcome.notes, "");
}

/// After a check that failed nothing is said of those that would have followed it.
#[test]
fn nothing_is_said_of_a_quote_after_what_failed() {
    let found = with(5, "0000000000000000000000000000000000000000000000000000000000c0ffef");
    assert!(found.code == 1 && found.out.contains("fail         freshness"), "{found:?}");
    assert!(!found.out.contains(" selection ") && !found.out.contains(" pcr-digest "), "{}", found.out);
}

/// The evidence: malformed is rejected (1), absent is the environment's fault (3).
#[test]
fn evidence_that_is_none() {
    let folder = Folder::new("evidence");
    let proof = std::fs::read(vector("pinned-rsassa.proof")).unwrap();
    let der = crate::common::swtpm("rsa_sha256", None).der;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("cut PEM", proof[..proof.len() / 2].to_vec()),
        ("cut DER", der[..der.len() / 2].to_vec()),
        ("trailing bytes", [&der[..], b"more"].concat()),
        ("BER", [&[0x30, 0x80], &der[4..], &[0, 0]].concat()),
        ("text", b"hello, world\n".to_vec()),
        ("zeros", vec![0; 4096]),
        ("another PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec()),
        ("JSON that is not evidence", b"{\"quote\": 1}".to_vec()),
        ("JSON with a member twice", b"{\"quote\": {}, \"quote\": {}}".to_vec()),
        ("JSON too deep", [b"{\"a\":".to_vec(), b"[".repeat(100_000)].concat()),
        ("JSON that ends", b"{\"quote\":".to_vec()),
        ("UTF-16", b"\xff\xfe{\x00".to_vec()),
    ];
    for (name, bytes) in cases {
        let file = folder.write("proof", &bytes);
        let outcome = with(1, &file);
        assert_eq!(outcome.code, 1, "{name}: {outcome:?}");
        assert!(outcome.out.starts_with("REJECTED: "), "{name}: {outcome:?}");
        let json = run(&[&accepted()[..], &["--json".to_owned()]]
            .concat()
            .iter()
            .enumerate()
            .map(|(at, argument)| if at == 1 { file.clone() } else { argument.clone() })
            .collect::<Vec<_>>());
        assert_eq!(json.code, 1);
        let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(value["verdict"], "rejected");
    }
    for missing in [folder.path("missing"), folder.path("")] {
        let outcome = with(1, &missing);
        assert_eq!(outcome.code, 3, "{outcome:?}");
        assert!(outcome.notes.contains("cannot read"), "{outcome:?}");
    }
}

/// A file that claims no size, or a huge one, is read no further than the limit.
#[test]
fn a_huge_file_is_not_read() {
    let folder = Folder::new("huge");
    let path = folder.path("proof");
    std::fs::File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let start = std::time::Instant::now();
    let outcome = with(1, &path);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.out.contains("--max-size"), "{outcome:?}");
    assert!(start.elapsed().as_secs() < 20);
    if std::path::Path::new("/dev/zero").exists() {
        assert_eq!(with(1, "/dev/zero").code, 1);
    }
    assert_eq!(with(3, &path).code, 2, "a policy of 1 GiB");
}

#[test]
fn misuse() {
    let good = accepted();
    let without = |name: &str| {
        let at = good.iter().position(|argument| argument == name).unwrap();
        let mut arguments = good.to_vec();
        arguments.drain(at..at + 2);
        run(&arguments)
    };
    assert_eq!(without("--nonce").code, 2);
    assert_eq!(without("--policy").code, 2);
    let both = run(&[&good[..], &["--insecure-no-freshness".to_owned()]].concat());
    assert_eq!(both.code, 2, "{both:?}");
    for nonce in ["", "0", "0G", "AB", " 00"] {
        let outcome = with(5, nonce);
        assert_eq!(outcome.code, 2, "{nonce}: {outcome:?}");
    }
    for time in ["yesterday", "2027-01-01", "2027-13-01T00:00:00Z", "1704067200"] {
        assert_eq!(with(7, time).code, 2, "{time}");
    }
    assert_eq!(run(&["frobnicate".to_owned()]).code, 2);
    assert_eq!(run(&[]).code, 2);
    assert_eq!(run(&["--help".to_owned()]).code, 0);
    assert_eq!(run(&["--version".to_owned()]).code, 0);
    let root = run(&[&good[..], &["--root".to_owned(), vector("pinned-rsassa.proof")]].concat());
    assert_eq!(root.code, 2, "a root that is no certificate: {root:?}");
}

/// `convert` writes all or nothing, and does not touch what was there before.
#[test]
fn no_output_is_left_half_written() {
    let folder = Folder::new("output");
    let output = folder.write("out", b"precious");
    let bad = folder.write("bad", b"\x30\x82\x00\x01");
    let outcome = run(&["convert".into(), bad, "-o".into(), output.clone()]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_eq!(std::fs::read(&output).unwrap(), b"precious");
    let outcome = run(&["convert".into(), vector("pinned-rsassa.proof"), "-o".into(), folder.path("no/such/folder")]);
    assert_eq!(outcome.code, 3, "{outcome:?}");
    let outcome = run(&["convert".into(), vector("pinned-rsassa.proof"), "-o".into(), output.clone()]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.notes.contains("nothing in it was verified"));
    assert_eq!(std::fs::read(&output).unwrap(), crate::common::swtpm("rsa_sha256", None).der);
    let names: Vec<_> = std::fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing else is left: {names:?}");
}

/// The files that tpm2_quote writes, in each form of the values, are the same proof.
#[test]
fn files_of_tpm2_quote() {
    let folder = Folder::new("files");
    let file = |name: &str| vector(&format!("material/swtpm/{name}"));
    let policy = vector("policies/pinned-rsassa.toml");
    let values: String = crate::common::swtpm("rsa_sha256", None)
        .values
        .iter()
        .map(|(_, index, value)| {
            format!("\"{index}\": \"{}\"", value.iter().map(|b| format!("{b:02x}")).collect::<String>())
        })
        .collect::<Vec<_>>()
        .join(", ");
    let json = folder.write("pcrs.json", format!("{{\"sha256\": {{{values}}}}}").as_bytes());
    for pcrs in [file("q_rsa_sha256.pcrs"), file("q_rsa_sha256.values"), json] {
        let mut arguments: Vec<String> = vec!["verify".into(), "--policy".into(), policy.clone()];
        for (name, value) in [
            ("--message", file("q_rsa_sha256.msg")),
            ("--signature", file("q_rsa_sha256.sig")),
            ("--pcrs", pcrs),
            ("--ak", file("ak_rsa.tpm2b")),
            ("--nonce", "0000000000000000000000000000000000000000000000000000000000c0ffee".into()),
        ] {
            arguments.extend([name.to_owned(), value]);
        }
        let outcome = run(&arguments);
        assert_eq!(outcome.code, 0, "{outcome:?}");
    }
}

#[test]
fn show_names_fields_and_never_says_verified() {
    let file = |name: &str| vector(&format!("material/swtpm/{name}"));
    for (path, expected) in [
        (file("q_rsa_sha256.msg"), "qualified_signer"),
        (file("q_rsa_sha256.sig"), "TPM_ALG_RSASSA"),
        (file("ak_p256.tpm2b"), "TPM2B_PUBLIC"),
        (file("child.creation"), "outside_info = 746865206d616b6572"),
        (file("index.nvpublic"), "nv_index = 0x1800042"),
        (file("ak.credential"), "enc_identity = "),
        (file("q_p521_sha512.sig"), "signature_r = "),
        (file("chain_rsa.pem"), "CN=Example Virtual TPM Root (rsa),O=example"),
        (vector("certified-rsa.proof"), "pcrValues TPM_ALG_SHA256:15"),
    ] {
        let outcome = run(&["show".into(), path.clone()]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(outcome.out.contains(expected), "{outcome:?}");
        assert!(!outcome.out.to_lowercase().contains("verified"), "{outcome:?}");
        let json = run(&["show".into(), path, "--json".into()]);
        let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(value["checked"], false);
    }
    let folder = Folder::new("show");
    // With its size in front or without, and a credential out of its file.
    let read = |name: &str| std::fs::read(file(name)).unwrap();
    let credential = read("ak.credential");
    for (bytes, kind) in [
        (&read("child.creation")[2..], "creation-data"),
        (&read("index.nvpublic")[2..], "nv-public"),
        (&credential[8..78], "id-object"),
    ] {
        let path = folder.write(kind, bytes);
        let told = run(&["show".into(), path.clone(), "--as".into(), kind.into()]);
        assert_eq!(told.code, 0, "{told:?}");
        assert_eq!(run(&["show".into(), path]).out, told.out, "{kind} is told from its bytes");
        let short = folder.write("short", &bytes[..bytes.len() - 1]);
        let outcome = run(&["show".into(), short, "--as".into(), kind.into()]);
        assert!(outcome.code == 1 && outcome.notes.contains(" is no "), "{outcome:?}");
    }
    let header = folder.write("header", &credential[..60]);
    let outcome = run(&["show".into(), header, "--as".into(), "id-object".into()]);
    assert!(outcome.notes.contains("ends inside the TPM2B_ID_OBJECT"), "{outcome:?}");
    let unknown = folder.write("unknown", &[0xff; 10]);
    let outcome = run(&["show".into(), unknown.clone()]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.notes.contains("--as"), "{outcome:?}");
    let outcome = run(&["show".into(), unknown, "--as".into(), "attest".into()]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.notes.contains("TPMS_ATTEST") && outcome.notes.contains("at byte"), "{outcome:?}");
}

#[test]
fn roots_are_listed() {
    let outcome = run(&["roots".into()]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.out.contains("e6c596b17f8ffefba5c300f714cfb1260c6028704ecf7becc4ab5018efb00e95"), "{outcome:?}");
}
