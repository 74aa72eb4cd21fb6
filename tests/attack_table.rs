//! Promise: every known attack has a test that carries its number, or a line here that says which capability it waits for; and every error
//! has a test that provokes it, or a line here that says why not.
//!
//! The families: Q quote, S signature, K key, X certificate, L event log, R replay, I IMA list, A application log, T TLS binding,
//! P proof file, policy and tool.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many attacks each family has.
const FAMILIES: [(char, u8); 10] =
    [('Q', 27), ('S', 24), ('K', 10), ('X', 25), ('L', 31), ('R', 23), ('I', 13), ('A', 11), ('T', 8), ('P', 20)];

/// The attacks of a family from a number to another, and the capability they wait for.
type Waiting = (char, u8, u8, &'static str);

const WAITING: &[Waiting] = &[];

/// Numbers such as `q01` in the names of tests: `fn q01_…`, `fn q18_q19_…`.
fn tested() -> BTreeSet<(char, u8)> {
    let mut found = BTreeSet::new();
    for (_, text) in tests() {
        for after in text.split("#[test]\nfn ").skip(1) {
            let name = after.split('(').next().unwrap();
            for part in name.split('_') {
                let mut letters = part.chars();
                let family = letters.next().unwrap_or(' ').to_ascii_uppercase();
                let number = letters.as_str();
                if FAMILIES.iter().any(|(known, _)| *known == family) && number.len() == 2 {
                    found.extend(number.parse().map(|number| (family, number)));
                } else {
                    break;
                }
            }
        }
    }
    found
}

#[test]
fn every_attack_is_tested_or_waits() {
    let tested = tested();
    let mut counts = (0, 0);
    for (family, last) in FAMILIES {
        for number in 1..=last {
            let waits =
                WAITING.iter().filter(|(f, from, to, _)| *f == family && (*from..=*to).contains(&number)).count();
            match (tested.contains(&(family, number)), waits) {
                (true, 0) => counts.0 += 1,
                (false, 1) => counts.1 += 1,
                (is_tested, waits) => panic!("{family}{number:02}: tested: {is_tested}, lines in the table: {waits}"),
            }
        }
    }
    println!("{} attacks tested, {} wait", counts.0, counts.1);
    assert!(tested.iter().all(|(family, number)| FAMILIES.iter().any(|(f, last)| f == family && number <= last)));
}

/// Errors that a test asks for by their words, as a user reads them: the words, and the test that has them.
const BY_WORDS: &[(&str, &str, &str)] = &[
    ("LogsError::Missing", "asks for the log", "attacks/events"),
    ("LogsError::Twice", "two logs of the name", "attacks/events"),
    ("LogsError::Unmeasured", " is at its start", "attacks/events"),
    ("LogsError::SecureBootOff", "Secure Boot was off", "attacks/events"),
    ("LogsError::SecureBootKey", "Secure Boot's {variable} is none", "attacks/events"),
    ("LogsError::NoAuthority", "by an authority that the policy names", "attacks/events"),
    ("LogsError::NotRevoked", "does not revoke sha256:", "attacks/events"),
    ("LogsError::UnexpectedEvent", "matches no rule of the policy", "attacks/events"),
    ("LogsError::DuplicateEvent", "is a second one", "attacks/events"),
    ("LogsError::EventDigest", "SHA-1 and unknown algorithms do not count", "attacks/events"),
    ("LogsError::NotSealed", "does not end with a seal", "attacks/events"),
    ("LogsError::AfterSeal", "follows the seal", "attacks/events"),
    ("SeparatorError::Missing", "it has no separator", "attacks/events"),
    ("SeparatorError::Twice", "second separator", "attacks/events"),
    ("SeparatorError::Undecodable", "is called a separator, and measured something else", "attacks/events"),
    ("SeparatorError::EventBetween", "stands between the separators", "attacks/events"),
    ("SeparatorError::BeforeTheSystem", "before the firmware ended", "attacks/events"),
    ("DecodeErrorKind::NotCbor", "starts_with(\"unreadable\")", "attacks/nitrotpm"),
    ("LogsError::RuntimeList", "of the runtime list", "attacks/ima"),
    ("RuntimeListError::Violations", "of the runtime list is a violation", "attacks/ima"),
    ("RuntimeListError::Entry", "cannot be judged", "attacks/ima"),
    ("RuntimeListError::NoBootAggregate", "does not begin with boot_aggregate", "attacks/ima"),
    ("RuntimeListError::UnexpectedFile", "entry 2 of the runtime list", "attacks/ima"),
    ("VerifyError::BootAggregate", "the runtime list is of another boot", "attacks/ima"),
    ("VerifyError::NotACertification", "not TPM_ST_ATTEST_CERTIFY", "attacks/webauthn"),
    ("VerifyError::Credential", "another relying party", "attacks/webauthn"),
    ("VerifyError::Origin", "which the policy does not name", "attacks/webauthn"),
    ("VerifyError::HclReport", "another key", "evidence/hcl"),
    ("EvidenceError::Curve", "not on P-384", "attacks/nitrotpm"),
    ("EvidenceError::Lacks", "of which a document of NitroTPM says nothing", "attacks/nitrotpm"),
    ("CredentialError::RelyingParty", "another relying party", "attacks/webauthn"),
    ("CredentialError::NobodyPresent", "nobody was present", "attacks/webauthn"),
    ("CredentialError::OtherKey", "is not the key that the TPM certified", "attacks/webauthn"),
    ("CredentialError::Attributes", "not one that its TPM made and keeps", "attacks/webauthn"),
    ("CredentialError::Aaguid", "another model of authenticator", "attacks/webauthn"),
    ("CredentialError::Profile", "its subject is not empty", "attacks/webauthn"),
    ("HclError::Claims", "no array keys", "evidence/hcl"),
    ("HclError::NoKey", "no HCLAkPub", "evidence/hcl"),
    ("HclError::OtherKey", "another key", "evidence/hcl"),
    ("PolicyError::RuntimeList", "last of its PCR", "evidence/ima"),
    ("PolicyError::ImaRules", "accept_ima_violations", "evidence/ima"),
    ("PolicyError::PathRule", "path_prefix", "evidence/ima"),
    ("EnrollmentError::EndorsementAttributes", "its attributes are", "machines/enroll"),
    ("EnrollmentError::OtherEndorsementKey", "somebody answers for a TPM that is not theirs", "machines/enroll"),
    ("ProverError::Refused", "the TPM refuses", "machines/commands"),
    ("ProverError::NotForThisTpm", "for none of this TPM's endorsement keys", "machines/enroll"),
    ("ProverError::LastTry", "2 have failed, and 3 lock it", "machines/prove"),
    ("ProverError::InactiveBank", "is not active", "machines/prove"),
    ("ProverError::NoNvIndex", "no NV index", "machines/prove"),
    ("ProverError::PcrsChange", "extended between quote and reading", "machines/prove"),
    ("ProverError::Key", "cannot be used", "machines/prove"),
    ("ProverError::Public", "what the TPM gave", "machines/prove"),
    ("MeasureError::Edited", "\"app.log\", \"event\"", "machines/measure_faults"),
    ("MeasureError::EmptyFolder", "holds no file", "machines/measure"),
    ("MeasureError::File", "cannot look at", "machines/measure"),
    ("MeasureError::Full", "\"app.log\", \"full\"", "machines/measure_faults"),
    ("MeasureError::Lock", "\"app.log.lock\", \"edited\"", "machines/measure"),
    ("MeasureError::NotAFile", "neither a file nor a folder", "machines/measure"),
    ("MeasureError::NotExplained", "is of an earlier start", "machines/measure_faults"),
    ("MeasureError::OtherBanks", "other PCR banks", "machines/measure"),
    ("MeasureError::OtherLog", "\"PCR 14\", \"event 1\"", "machines/measure"),
    ("MeasureError::Sealed", "\"app.log\", \"sealed\"", "machines/measure"),
    ("MeasureError::Unreadable", "is no log", "machines/measure"),
    ("TransportError::Open", "cannot open the TPM", "machines/transport"),
    ("TransportError::NoLocality", "knows no localities", "machines/transport"),
];

/// Errors of what talks to a TPM that no test provokes, and why. There is none of the verifier's.
const UNPROVOKED: &[(&str, &str)] = &[
    ("EnrollmentError::Credential", "it carries an error that has its own tests"),
    ("ProverError::Crypto", "it carries an error that has its own tests"),
    ("MeasureError::Prover", "it carries an error that has its own tests"),
    ("ProverError::Random", "the system's random numbers do not fail in a test"),
    ("TlsError::NoRandom", "the system's random numbers do not fail in a test"),
    ("MeasureError::Thread", "a thread that hashes would have to panic"),
    (
        "EnrollmentError::EndorsementKey",
        "open: an endorsement key that cannot be read is refused with its request before",
    ),
    ("EnrollmentError::EndorsementKind", "open: no virtual TPM makes an endorsement key of another kind"),
    ("ProverError::Encode", "open: no command of this crate is larger than its buffer"),
    ("ProverError::Credential", "open: a credential that cannot be read is refused as a file before"),
    ("ProverError::Parameter", "open: what cannot be sent is refused where it is read"),
    ("ProverError::NoAttestationKey", "open: needs a TPM that changes a key between two commands"),
    ("ProverError::QuoteChanged", "open: needs a TPM that signs something else than it says"),
    ("ProverError::NotAsked", "open: needs a TPM that answers another question"),
    ("TransportError::System", "open: needs a device that fails after it was opened"),
];

/// What stands between braces after `pub enum NAME`, for every error of the library.
fn errors() -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for floor in ["wire", "structures", "log", "crypto", "verify", "proof", "prover", "prover/transport", "tls"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(floor)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for after in text.split("\npub enum ").skip(1) {
                let name = after.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                if name.ends_with("Error") || name.ends_with("ErrorKind") {
                    let body = after.split("\n}").next().unwrap();
                    let variants = body.lines().filter_map(|line| line.strip_prefix("    "));
                    let variants = variants.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
                    let variants = variants.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap());
                    found.push((name.to_owned(), variants.map(str::to_owned).collect()));
                }
            }
        }
    }
    found
}

/// The texts of the tests, by their paths such as `attacks/quote`, but for this one and what they share.
fn tests() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let below = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let (folders, files): (Vec<_>, Vec<_>) = below(&folder).into_iter().partition(|path| path.is_dir());
    let families = folders.iter().filter(|path| !path.ends_with("common")).flat_map(|path| below(path));
    let sources = files.into_iter().chain(families).filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let named = sources.map(|path| {
        let name = path.strip_prefix(&folder).unwrap().with_extension("").to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    named.filter(|(name, _)| name != "attack_table").collect()
}

#[test]
fn every_error_is_provoked() {
    let (errors, tests) = (errors(), tests());
    let mut counts = (0, 0, 0);
    let mut missing = Vec::new();
    for (error, variants) in &errors {
        for variant in variants {
            let path = format!("{error}::{variant}");
            let whole = |text: &str| {
                text.match_indices(&path).any(|(at, _)| !text[at + path.len()..].starts_with(char::is_alphanumeric))
            };
            // Some tests compare the names of variants, without what they hold.
            let quoted = format!("\"{variant}\"");
            let named = tests.iter().any(|(_, text)| whole(text) || text.contains(error) && text.contains(&quoted));
            let words = BY_WORDS.iter().find(|(known, ..)| *known == path);
            if !named && words.is_none() && UNPROVOKED.iter().any(|(known, _)| *known == path) {
                counts.2 += 1;
                continue;
            }
            match (named, words) {
                (true, None) => counts.0 += 1,
                (false, Some((_, words, test))) => {
                    let text = &tests.iter().find(|(name, _)| name == test).expect("a test").1;
                    assert!(text.contains(words), "{path}: {test} does not ask for {words:?}");
                    counts.1 += 1;
                }
                (named, words) => missing.push(format!("{path}: named: {named}, words: {words:?}")),
            }
        }
    }
    let (named, by_words, unprovoked) = counts;
    println!(
        "{} errors: {named} variants named by a test, {by_words} by their words, {unprovoked} not provoked",
        errors.len()
    );
    assert_eq!(unprovoked, UNPROVOKED.len(), "a line of UNPROVOKED is of no error, or of one that a test provokes");
    assert!(missing.is_empty(), "without a test that provokes them:\n{}", missing.join("\n"));
    for (known, words, _) in BY_WORDS {
        let exists = |(error, variants): &(String, Vec<String>)| {
            known
                .split_once("::")
                .is_some_and(|(name, variant)| name == error && variants.iter().any(|one| one == variant))
        };
        assert!(errors.iter().any(exists) && !words.is_empty(), "{known} is no error");
    }
}
