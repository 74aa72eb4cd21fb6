//! Promise: the story of an attested connection runs: a client that knows what it wants talks to the machine that has it, and to none of
//! seven others.
#![cfg(all(feature = "cli", feature = "tls"))]

use std::collections::BTreeSet;
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
    judge_guide(&told);
}

/// What the guide shows is what this prints, but for numbers.
fn judge_guide(told: &str) {
    let told: BTreeSet<String> = told.lines().map(without_numbers).collect();
    let guide = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/README.md")).unwrap();
    let mut compared = 0;
    for block in guide.split("```text\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            assert!(told.contains(&without_numbers(line)), "the guide shows what is not printed: {line}");
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared} lines");
}

fn without_numbers(line: &str) -> String {
    let mut text = String::new();
    for word in line.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '…')) {
        let digits = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '…'));
        let is_number = digits.trim_start_matches("0x").chars().all(|c| c.is_ascii_hexdigit() || "…TZ".contains(c));
        if is_number && digits.contains(|c: char| c.is_ascii_digit()) {
            text.push('#');
            text.push_str(&word[digits.len()..]);
        } else {
            text.push_str(word);
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
