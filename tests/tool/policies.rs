//! Promise: a policy says what it asks for, or it is refused before any evidence is judged; nothing in it is passed over.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run, vector};

const KEY: &str = "[key]\npinned = [\"name:000bc6a2e2adb1bc41a6e9ad84fec61a18e60d2174eb89e2bd923c2485635eb3ee54\"]\n";
const PCR: &str = "[pcr.sha256]\n0 = \"zero\"\n";

fn verify(policy: &str) -> Outcome {
    let folder = Folder::new("policy");
    let file = folder.write("policy", policy.as_bytes());
    let proof = vector("pinned-rsassa.proof");
    run(&["verify", &proof, "--policy", &file, "--insecure-no-freshness", "--at", "2027-01-01T00:00:00Z"]
        .map(String::from))
}

#[test]
fn the_least_that_is_one() {
    let outcome = verify(&format!("version = 1\n{KEY}{PCR}"));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let json = "{\"version\": 1, \"key\": {\"pinned\": \
                [\"name:000bc6a2e2adb1bc41a6e9ad84fec61a18e60d2174eb89e2bd923c2485635eb3ee54\"]}, \
                \"pcr\": {\"sha256\": {\"0\": \"zero\"}}}";
    let outcome = verify(json);
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

/// Each of these is misuse, and the message has the word that helps.
#[test]
fn what_is_none() {
    let whole = |key: &str, quote: &str, pcr: &str| format!("version = 1\n[key]\n{key}\n[quote]\n{quote}\n{pcr}");
    let pin = KEY.trim_start_matches("[key]\n");
    let zeros = "00".repeat(32);
    let logs = |rest: &str| format!("version = 1\n{KEY}[pcr.sha256]\n7 = \"log\"\n{rest}\n");
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "empty"),
        (" \n".into(), "empty"),
        ("version = 1\n".into(), "\"key\""),
        (format!("version = 1\n{KEY}"), "judges no PCR"),
        (format!("version = 1\n[key]\n{PCR}"), "trusts no key"),
        (format!("version = 2\n{KEY}{PCR}"), "version"),
        (format!("{KEY}{PCR}"), "\"version\""),
        (format!("version = 1\nverson = 1\n{KEY}{PCR}"), "\"verson\""),
        (format!("version = 1\n{KEY}color = 1\n{PCR}"), "\"color\""),
        (format!("version = 1\n{KEY}{KEY}{PCR}"), "key"),
        (format!("version = 1\n{KEY}{PCR}0 = \"zero\"\n"), "duplicate"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n0 = []\n"), "empty list"),
        (
            format!("version = 1\n{KEY}[pcr.sha256]\n0 = [\"00\"]\n"),
            "PCR 0 of sha256 has a value of 1 bytes, and its digests have 32",
        ),
        (format!("version = 1\n{KEY}[pcr.sha256]\n0 = [\"{}\"]\n", zeros.replace('0', "A")), "lower-case"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n0 = \"{zeros}\"\n"), "list of values"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n00 = \"zero\"\n"), "no such PCR"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n24 = \"zero\"\n"), "no such PCR"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n-1 = \"zero\"\n"), "no such PCR"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n16 = \"zero\"\n"), "allow_resettable"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n23 = \"zero\"\n"), "allow_resettable"),
        (format!("version = 1\n{KEY}[pcr.sha1]\n0 = \"zero\"\n"), "allow_sha1_bank"),
        (format!("version = 1\n{KEY}[pcr.sha3]\n0 = \"zero\"\n"), "no bank"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n7 = \"logs\"\n"), "\"log\""),
        (format!("version = 1\n{KEY}{PCR}[logs]\n13 = [\"application\"]\n"), "PCR 13"),
        (logs("[logs]\n7 = []"), "logs.7 is empty"),
        (logs("[logs]\n24 = [\"firmware\"]"), "no such PCR"),
        (logs("[logs]\n7 = [\"frimware\"]"), "known are firmware, application"),
        (logs(&format!("[logs]\n7 = [{}]", "\"firmware\", ".repeat(9))), "one log twice"),
        (logs("[events]\nsecure_bot = true"), "\"secure_bot\""),
        (logs("[events]\nsecure_boot = 1"), "true"),
        (logs("[events]\nsecure_boot = true"), "accept_any_keys"),
        (logs("[events]\ndb = []"), "events.secure_boot = true"),
        (logs("[events]\naccept_any_keys = true"), "events.secure_boot = true"),
        (logs("[events]\nsecure_boot = true\ndb = []"), "events.db is empty"),
        (logs("[events]\nsecure_boot = true\ndb = [\"00\"]"), "expected sha256:"),
        (logs(&format!("[events]\nsecure_boot = true\ndb = [\"sha384:{zeros}\"]")), "expected sha256:"),
        (logs(&format!("[events]\nsecure_boot = true\ndb = [\"sha1:{}\"]", &zeros[..40])), "no digest of sha256"),
        (format!("version = 1\n{KEY}{PCR}[events]\nsecure_boot = true\naccept_any_keys = true\n"), "7 = \"log\""),
        (logs("[events]\nallow = [{ pcr = 7 }]"), "neither a kind nor a digest"),
        (logs("[events]\nallow = [{ pcr = 7, type = \"EV_ACTION\" }]"), "neither a kind nor a digest"),
        (logs("[events]\nallow = [{ pcr = 7, name = \"x\" }]"), "neither a kind nor a digest"),
        (logs("[events]\nallow = [{ pcr = 7, digest = [] }]"), "events.allow.digest is empty"),
        (
            logs(&format!("[events]\nallow = [{{ pcr = 7, digest = [\"sha1:{}\"] }}]", &zeros[..40])),
            "no digest of sha256",
        ),
        (logs("[events]\nallow = [{ kind = \"x\" }]"), "\"pcr\""),
        (logs("[events]\nallow = [{ pcr = 24, kind = \"x\" }]"), "no number of a PCR"),
        (logs("[events]\nallow = [{ pcr = 7, kind = \"x\", typ = \"y\" }]"), "\"typ\""),
        (logs("[events]\nallow = [{ pcr = 7, kind = \"x\", type = \"EV_NONE\" }]"), "EV_EFI_VARIABLE_AUTHORITY"),
        (logs("[events]\nrequire = [{ pcr = 8, kind = \"x\" }]"), "8 = \"log\""),
        (logs(&format!("[events]\nrequire = [{}]", "{ pcr = 7, kind = \"x\" }, ".repeat(17))), "16"),
        (logs("[events]\nallow_unknown = [8]"), "8 = \"log\""),
        (logs("[events]\nallow_unknown = [24]"), "PCRs are 0 to 23"),
        (logs("[events]\nrequire_seal = [13]"), "13 = \"log\""),
        (format!("version = 1\n{KEY}[pcr.sha256]\n13 = \"log\"\n"), "accept_any_boot"),
        (format!("version = 1\n{KEY}[pcr.sha256]\n4 = \"zero\"\n13 = \"log\"\n"), "accept_any_boot"),
        (
            format!("version = 1\n{KEY}[pcr.sha256]\n4 = \"log\"\n13 = \"log\"\n[events]\nallow_unknown = [4]\n"),
            "accept_any_boot",
        ),
        (
            format!("version = 1\n{KEY}[pcr.sha384]\n4 = [\"{zeros}{}\"]\n[pcr.sha256]\n13 = \"log\"\n", &zeros[..32]),
            "accept_any_boot",
        ),
        (whole("activated = [\"policy\"]", "", PCR), "policy is no record of an enrollment"),
        (whole("activated = []", "", PCR), "give [key]"),
        (whole(&format!("{pin}require_crl = true"), "", PCR), "key.require_crl"),
        (whole(&format!("{pin}certificate_policy = [\"2.23.133.11.1.2\"]"), "", PCR), "key.certificate_policy"),
        (whole("platform = \"azure\"\ncertificate_policy = []", "", PCR), "key.certificate_policy"),
        (whole("platform = \"azure\"\ncertificate_policy = [\"restricted\"]", "", PCR), "object identifier"),
        (whole("platform = \"azure\"\nrequire_crl = 1", "", PCR), "true nor false"),
        (whole("platform = \"oracle\"", "", PCR), "known are aws, azure, google"),
        (whole("roots = [\"e6c5\"]", "", PCR), "cert-sha256:"),
        (whole("roots = [\"cert-sha256:00\"]", "", PCR), "64"),
        (whole("pinned = [\"name:0004\"]", "", PCR), "name:"),
        (whole(&format!("pinned = [\"spki-sha256:{zeros}\"]"), "", PCR), "accept_unknown_attributes"),
        (whole("platform = \"azure\"\nleaf_eku = []", "", PCR), "leaf_eku"),
        (whole("platform = \"azure\"\nleaf_eku = [\"attestation\"]", "", PCR), "object identifier"),
        (whole("platform = \"azure\"\nsubject = []", "", PCR), "subject"),
        (whole("platform = \"azure\"\ngoogle = {}", "", PCR), "google"),
        (whole("platform = \"azure\"\ngoogle = { name = \"x\" }", "", PCR), "\"name\""),
        (whole("platform = \"azure\"\ncertificate_not_before_min = \"soon\"", "", PCR), "certificate_not_before_min"),
        (whole("platform = \"azure\"\ncertificate_not_before_min = 2025-01-01T00:00:00Z", "", PCR), "quotation marks"),
        (whole(pin, "signature_hash = []", PCR), "signature_hash"),
        (whole(pin, "signature_hash = [\"md5\"]", PCR), "md5"),
        (whole(pin, "signature_hash = \"sha256\"", PCR), "array"),
        (whole(pin, "allow_resettable = [7]", PCR), "16 to 23"),
        (whole(pin, "firmware_version = []", PCR), "firmware_version"),
        (whole(pin, "firmware_version_min = -1", PCR), "negative"),
        (whole(pin, "reset_count = 4294967296", PCR), "32 bits"),
        (whole(pin, "require_safe_clock = \"yes\"", PCR), "true"),
        (whole(pin, "selection = \"sha256:0-15\"", PCR), "pcr_digest"),
        (whole(pin, &format!("pcr_digest = [\"{zeros}\"]"), ""), "selection"),
        (whole(pin, &format!("pcr_digest = [\"{zeros}\"]\nselection = \"sha256:0-24\""), ""), "selection"),
        (whole(pin, &format!("pcr_digest = [\"{zeros}\"]\nselection = \"sha256:0-23\""), ""), "allow_resettable"),
        (whole(pin, &format!("pcr_digest = [\"{zeros}\"]\nselection = \"sha256:0\""), PCR), "instead of"),
        (whole(pin, "pcr_digest = []\nselection = \"sha256:0\"", ""), "pcr_digest"),
        ("version = 1.5".into(), "1.5"),
        ("not a policy".into(), "line 1"),
        ("{\"version\": 1, \"version\": 1}".into(), "twice"),
        ("{\"version\": 1,".into(), "EOF"),
        (format!("{{\"version\": {}1{}}}", "[".repeat(50), "]".repeat(50)), "nested deeper"),
    ];
    for (policy, word) in cases {
        let outcome = verify(&policy);
        assert_eq!(outcome.code, 2, "{policy}\n{outcome:?}");
        assert_eq!(outcome.out, "", "{policy}");
        assert!(outcome.notes.contains(word), "{policy}\nexpected {word:?} in {}", outcome.notes);
    }
}

/// A digest of values stands instead of the values.
#[test]
fn a_digest_of_values() {
    let digest = "d4748e9ca4d3de5771f1917be17c7ee62ebfdf043c375db3075993411fda9963";
    let policy = |selection: &str, digest: &str| {
        format!("version = 1\n{KEY}[quote]\npcr_digest = [\"{digest}\"]\nselection = \"{selection}\"\n")
    };
    let outcome = verify(&policy("sha256:0-15", digest));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for (selection, digest, check) in [
        ("sha256:0-14", digest.to_owned(), "policy-selection"),
        ("sha384:0-15", digest.to_owned(), "policy-selection"),
        ("sha256:0-15", digest.replace("d4", "d5"), "pcr-digest"),
    ] {
        let outcome = verify(&policy(selection, &digest));
        assert_eq!(outcome.code, 1, "{outcome:?}");
        assert!(outcome.out.contains(&format!("fail         {check}")), "{outcome:?}");
    }
}

/// Counters and versions mean something only where the key is known to lie in the endorsement hierarchy: the Name of a key
/// below the endorsement key does not say so.
#[test]
fn clock_and_firmware() {
    for (rule, code, word) in [
        ("require_safe_clock = true", 0, "pass         clock"),
        ("signature_hash = [\"sha256\"]", 0, "pass         signature-hash"),
        ("signature_hash = [\"sha384\"]", 1, "fail         signature-hash"),
        ("reset_count = 2", 1, "hierarchy"),
        ("restart_count = 0", 1, "hierarchy"),
        ("firmware_version = [\"0x2019102300163636\"]", 1, "hierarchy"),
        ("firmware_version_min = 1", 1, "hierarchy"),
    ] {
        let outcome = verify(&format!("version = 1\n{KEY}[quote]\n{rule}\n{PCR}"));
        assert_eq!(outcome.code, code, "{rule}: {outcome:?}");
        assert!(outcome.out.contains(word), "{rule}: {outcome:?}");
    }
}

/// `--root` stands instead of what the policy names, and every one that is given counts.
#[test]
fn roots_of_the_command_line_replace_the_policys() {
    let root = |name: &str| vector(&format!("material/swtpm/chain_{name}.root.pem"));
    let verify = |roots: &[&str]| {
        let mut arguments: Vec<String> =
            ["verify", "--insecure-no-freshness", "--at", "2027-01-01T00:00:00Z"].map(String::from).to_vec();
        arguments.extend([vector("certified-rsa.proof"), "--policy".into(), vector("policies/certified-rsa.toml")]);
        arguments.extend(roots.iter().flat_map(|name| ["--root".into(), root(name)]));
        run(&arguments)
    };
    assert_eq!(verify(&[]).code, 0);
    assert_eq!(verify(&["rsa"]).code, 0);
    assert_eq!(verify(&["p256"]).code, 1);
    assert_eq!(verify(&["p256", "rsa"]).code, 0);
    assert_eq!(verify(&["p256", "p384"]).code, 1);
}

/// A certificate that the proof lacks may come from the command line.
#[test]
fn an_intermediate_certificate() {
    let mut arguments: Vec<String> =
        ["verify", "--insecure-no-freshness", "--at", "2027-01-01T00:00:00Z"].map(String::from).to_vec();
    arguments.extend([vector("no-intermediate.proof"), "--policy".into(), vector("policies/certified-rsa.toml")]);
    assert_eq!(run(&arguments).code, 1);
    arguments.extend(["--intermediate".into(), vector("material/swtpm/chain_rsa.int.pem")]);
    let outcome = run(&arguments);
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

/// What makes sense is read; that the evidence has no logs is the evidence's fault.
#[test]
fn policies_of_logs() {
    let zeros = "00".repeat(32);
    for rest in [
        "7 = \"log\"".to_owned(),
        "7 = \"log\"\n[logs]\n7 = [\"firmware\", \"application\"]".to_owned(),
        format!(
            "4 = [\"{zeros}\"]\n13 = \"log\"\n14 = \"log\"\n[logs]\n13 = [\"application\"]\n14 = [\"application\"]"
        ),
        "4 = \"log\"\n13 = \"log\"\n[events]\nallow = [{ pcr = 13, kind = \"weights\" }]".to_owned(),
        "13 = \"log\"\n[events]\naccept_any_boot = true\nallow_unknown = [13]".to_owned(),
        format!("7 = \"log\"\n13 = \"log\"\n[events]\nsecure_boot = true\ndb = [\"sha256:{zeros}\"]"),
        format!("7 = \"log\"\n13 = \"log\"\n[events]\nsecure_boot = true\nauthority = [\"sha256:{zeros}\"]"),
        "7 = \"log\"\n[events]\nsecure_boot = true\naccept_any_keys = true".to_owned(),
        format!("7 = \"log\"\n[events]\nallow = [{{ pcr = 7, type = \"EV_ACTION\", digest = [\"sha256:{zeros}\"] }}]"),
    ] {
        let outcome = verify(&format!("version = 1\n{KEY}[pcr.sha256]\n{rest}\n"));
        assert_eq!(outcome.code, 1, "{rest}: {outcome:?}");
        assert!(outcome.out.contains("the policy asks for the log"), "{rest}: {outcome:?}");
    }
}
