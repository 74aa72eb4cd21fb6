//! Promise: imports point down, crates stay on their floors, and each verified type has one origin.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, the lowest first, with the crates that each may name.
const FLOORS: [(&str, &[&str]); 9] = [
    ("wire", &["nom", "der"]),
    ("structures", &[]),
    ("log", &["der"]),
    ("crypto", &["sha1", "sha2", "sha3", "p256", "p384", "p521", "ecdsa", "ml_dsa"]),
    ("verify", &["webpki", "rustls_pki_types", "der", "heapless"]),
    ("proof", &["pem_rfc7468"]),
    (
        "prover",
        &["aes", "cfb_mode", "getrandom", "hmac", "p256", "p384", "rsa", "rustix", "sha1", "sha2", "sha3", "zeroize"],
    ),
    ("tls", &["rustls", "rustls_pki_types"]),
    (
        "cli",
        &[
            "base64",
            "clap",
            "der",
            "indicatif",
            "pem_rfc7468",
            "rustls_pki_types",
            "serde",
            "serde_json",
            "signal_hook",
            "tempfile",
            "toml",
            "zeroize",
        ],
    ),
];

/// Crates of anybody's.
const OTHERS: [&str; 29] = [
    "aes",
    "base64",
    "cfb_mode",
    "clap",
    "crypto_bigint",
    "der",
    "ecdsa",
    "getrandom",
    "heapless",
    "hmac",
    "indicatif",
    "ml_dsa",
    "nom",
    "p256",
    "p384",
    "p521",
    "pem_rfc7468",
    "rsa",
    "rustix",
    "rustls",
    "rustls_pki_types",
    "serde",
    "serde_json",
    "sha3",
    "signal_hook",
    "tempfile",
    "toml",
    "webpki",
    "zeroize",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The code of a source: without comments, documentation and the module of its tests.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap();
    body.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Whether `path` stands in the code as the first part of a path.
fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        !(before.is_alphanumeric() || before == '_' || before == ':')
    })
}

#[test]
fn imports_point_down() {
    for (place, (floor, _)) in FLOORS.iter().enumerate() {
        for (path, text) in sources(&root().join("src").join(floor)) {
            if path.ends_with("rsa_arithmetic_proof.rs") {
                continue;
            }
            let code = code(&text);
            for (above, _) in &FLOORS[place + 1..] {
                assert!(
                    !names(&code, &format!("crate::{above}")),
                    "{} names {above}, a floor above it",
                    path.display()
                );
            }
            assert!(!code.contains("use crate::{"), "{}: name the floor in each `use`", path.display());
        }
    }
}

#[test]
fn crates_stay_on_their_floors() {
    for (floor, allowed) in FLOORS {
        for (path, text) in sources(&root().join("src").join(floor)) {
            if path.ends_with("rsa_arithmetic_proof.rs") {
                continue;
            }
            let code = code(&text);
            for other in OTHERS.iter().filter(|other| !allowed.contains(other)) {
                // A module of ours may have the name of a crate: `super::der` and `crate::wire::der` are not the crate.
                let used = names(&code, &format!("{other}::")) && !code.contains(&format!("mod {other};"));
                let ours = *other == "der" && (code.contains("wire::der") || code.contains("der::{"))
                    || ["p256", "p384", "p521", "ecdsa"].contains(other);
                assert!(!used || ours, "{} names the crate {other}", path.display());
            }
        }
    }
}

/// What reads documents needs no machine: no TPM, no file and no clock but those of its host.
#[test]
fn documents_need_no_machine() {
    for (path, text) in sources(&root().join("src/cli")) {
        let own = ["machine", "command.rs"].iter().any(|name| path.iter().any(|part| part == *name));
        let code = code(&text);
        for other in ["crate::prover", "std::fs", "std::env", "std::time", "std::os", "std::process", "Time::now"] {
            assert!(own || !names(&code, other), "{} names {other}", path.display());
        }
    }
}

/// A fact is made in one place: its literal stands once in all of the sources, and its fields are private.
#[test]
fn each_verified_type_has_one_origin() {
    let sources = sources(&root().join("src"));
    for fact in [
        "SignedAttest",
        "SignedDocument",
        "VerifiedQuote",
        "VerifiedDocument",
        "VerifiedCertify",
        "VerifiedCredential",
        "VerifiedLogs",
        "VerifiedEvent",
        "VerifiedChain",
        "TrustedKey",
        "Policy",
    ] {
        let mut origins = Vec::new();
        for (path, text) in &sources {
            let code = code(text);
            let literal = |code: &str, name: &str| {
                // A type with a lifetime has it in every place but a literal or a pattern.
                let made = [format!("{name} {{"), format!("Ok({name}("), format!(".map({name})")];
                made.iter().map(|made| code.matches(made.as_str()).count()).sum::<usize>()
                    - code.matches(&format!("struct {name} {{")).count()
            };
            // `Self` is the fact inside its own `impl` blocks.
            let own = |start: &str| {
                let blocks = code.split(start).skip(1).map(|block| block.split("\n}").next().unwrap());
                blocks
                    .map(|block| block.matches("Ok(Self {").count() + block.matches("Ok(Self(").count())
                    .sum::<usize>()
            };
            let own = own(&format!("impl<'a> {fact}<'a> {{")) + own(&format!("impl<'a> {fact}<'_, 'a> {{"));
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            origins.extend(std::iter::repeat_n(file, literal(&code, fact) + own));
            let declared = [format!("pub struct {fact}<'a>"), format!("pub struct {fact}<'p, 'a>")];
            if let Some((_, declared)) = declared.iter().find_map(|start| code.split_once(start.as_str())) {
                let fields = declared.split(['}', ';']).next().unwrap().replace("pub(crate)", "");
                assert!(!fields.contains("pub "), "{fact} has a public field");
            }
        }
        assert_eq!(origins.len(), 1, "{fact} is made in {origins:?}");
    }
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<_> =
        sources(&root().join("src")).into_iter().map(|(path, text)| (text.lines().count(), path)).collect();
    lengths.sort();
    println!("median {} lines", lengths[lengths.len() / 2].0);
    let (longest, path) = lengths.pop().unwrap();
    assert!(longest <= 300, "{} has {longest} lines", path.display());
}

/// A type of the specification is found by the specification's spelling.
#[test]
fn structures_have_their_specifications_name() {
    for (path, text) in sources(&root().join("src/structures")) {
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            let Some(name) = ["pub struct Tpm", "pub enum Tpm"].iter().find_map(|start| line.strip_prefix(start))
            else {
                continue;
            };
            let above: Vec<&str> = text.lines().take(place).collect();
            let documented = above.iter().rev().take(4).any(|line| line.contains("doc(alias = \"TPM"));
            assert!(documented, "{}:{}: Tpm{name} lacks doc(alias)", path.display(), place + 1);
        }
    }
}

/// Each dependency has its reason in the plan of the house.
#[test]
fn dependencies_are_explained() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let plan = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
        {
            assert!(plan.contains(&format!("`{name}`")), "{name} is not in ARCHITECTURE.md");
            assert!(line.contains("default-features = false"), "{name}: choose its features");
        }
    }
}
