//! Promise: every vector in `testvectors/` comes out as its header says, refused by the layer that it names.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testvectors")
}

/// The `name: value` lines before the first empty one.
fn header(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.map(|line| line.split_once(": ").unwrap()).map(|(name, value)| (name.into(), value.into())).collect()
}

fn verify(path: &Path, header: &BTreeMap<String, String>, more: &[&str]) -> (u8, String) {
    let policy = folder().join(&header["policy"]);
    let mut arguments = vec!["tpmproof", "verify", path.to_str().unwrap(), "--policy", policy.to_str().unwrap()];
    arguments.extend(["--nonce", &header["nonce"], "--at", &header["at"]]);
    arguments.extend(more);
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let code = tpmproof::cli::run(arguments, &mut out, &mut notes);
    assert!(notes.is_empty(), "{}: {}", path.display(), String::from_utf8_lossy(&notes));
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn every_vector_comes_out_as_its_header_says() {
    let mut counts = [0, 0];
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "proof") {
            continue;
        }
        let header = header(&path);
        let names: Vec<_> = header.keys().map(String::as_str).collect();
        assert_eq!(names, ["at", "comment", "expect", "layer", "nonce", "policy", "source"], "{}", path.display());
        let (code, text) = verify(&path, &header, &[]);
        let (_, json) = verify(&path, &header, &["--json"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let failed: Vec<_> =
            json["checks"].as_array().unwrap().iter().filter(|check| check["outcome"] == "fail").collect();
        assert_eq!(json["verdict"], header["expect"], "{}\n{text}", path.display());
        match header["expect"].as_str() {
            "accepted" => {
                assert_eq!(code, 0);
                assert!(text.starts_with("ACCEPTED\n"), "{text}");
                assert!(failed.is_empty());
                counts[0] += 1;
            }
            "rejected" => {
                assert_eq!(code, 1);
                assert!(text.starts_with("REJECTED: "), "{text}");
                assert_eq!(failed[0]["name"], header["layer"], "{}\n{text}", path.display());
                counts[1] += 1;
            }
            other => panic!("{}: expect: {other}", path.display()),
        }
    }
    println!("{} vectors accepted, {} rejected", counts[0], counts[1]);
    assert!(counts[0] >= 30 && counts[1] >= 10, "{counts:?}");
}

#[test]
fn every_policy_belongs_to_a_vector() {
    let used: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "proof"))
        .map(|path| folder().join(&header(&path)["policy"]))
        .collect();
    for entry in fs::read_dir(folder().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        assert!(used.contains(&path), "{} is no vector's policy", path.display());
    }
}
