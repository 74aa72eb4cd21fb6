//! Promise: every report, accepted, rejected or about bytes that are no proof, is of the schema that ships.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run, vector};
use serde_json::Value;
use std::fs;

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../../src/verify/report.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn report(proof: &str, policy: &str, nonce: &str, at: &str) -> Value {
    let arguments = ["verify", proof, "--policy", policy, "--nonce", nonce, "--at", at, "--json"].map(String::from);
    serde_json::from_str(&run(&arguments).out).unwrap()
}

#[test]
fn of_every_vector() {
    let schema = schema();
    let mut count = 0;
    for entry in fs::read_dir(vector("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "proof") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
        let policy = vector(field("policy"));
        let value = report(path.to_str().unwrap(), &policy, field("nonce"), field("at"));
        let errors: Vec<_> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
        // Every quoted PCR is listed, once the quote is verified.
        assert_eq!(value["quote"].is_null(), value["pcrs"].as_array().unwrap().is_empty());
        count += 1;
    }
    assert!(count > 40);
}

#[test]
fn of_what_is_no_proof() {
    let folder = Folder::new("schema");
    let file = folder.write("no \"proof\"", b"\x1b[31m\"\\\n");
    let value = report(&file, &vector("policies/pinned-rsassa.toml"), "00", "2027-01-01T00:00:00Z");
    assert!(schema().is_valid(&value), "{value}");
    assert_eq!(value["checks"][0]["outcome"], "fail");
}

#[test]
fn another_object_is_not() {
    let mut value =
        report(&vector("pinned-p256.proof"), &vector("policies/pinned-p256.toml"), "00", "2027-01-01T00:00:00Z");
    assert!(schema().is_valid(&value));
    value["verdict"] = "perhaps".into();
    assert!(!schema().is_valid(&value));
}
