//! Promise: the story of an attested connection runs: a client that knows what it wants talks to the machine that has it, and to none of
//! seven others.
#![cfg(all(feature = "cli", feature = "tls"))]
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

use std::path::Path;
use std::process::Command;

#[test]
fn one_exchange_and_seven_forgeries() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/blind");
    // The programs that were built with the test, so that nothing is built twice.
    let program = Path::new(env!("CARGO_BIN_EXE_tpmproof"));
    let examples = program.parent().unwrap().join("examples");
    assert!(
        examples.join("blind_server").exists(),
        "cargo test builds the examples; a single --test does not: cargo build --examples"
    );
    let output = Command::new(story).env("TPMPROOF", program).env("BLIND", examples).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("pass         channel            exporter-bound"), "{told}");
    assert_eq!(told.matches("\nthe model says: hello, model\n").count(), 1, "{told}");
    assert_eq!(told.matches("\nACCEPTED").count(), 1, "{told}");
    let refused: Vec<&str> = told.lines().filter(|line| line.starts_with("REJECTED: ")).collect();
    let reasons = [
        "the quote is not of this connection",
        "the quote is not of this connection",
        "the quote is not of this connection",
        "the peer is not the machine that made the proof: it has the tls-spki",
        "the attestation key is none that the policy pins or has a record of",
        "kind \"weights\", name \"model\"",
        "kind \"code\", name \"blind_server\"",
    ];
    assert_eq!(refused.len(), reasons.len(), "{told}");
    for (line, reason) in refused.iter().zip(reasons) {
        assert!(line.contains(reason), "{reason}: {line}");
    }
}
