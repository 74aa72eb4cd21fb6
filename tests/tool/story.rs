//! Promise: the story of the README runs: one exchange is accepted, and each forgery is refused.
#![cfg(feature = "cli")]

use std::path::Path;
use std::process::Command;

#[test]
fn from_a_measurement_to_a_refusal() {
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/story");
    // The program that the test was built with, so that nothing is built twice.
    let output = Command::new(story).env("TPMPROOF", env!("CARGO_BIN_EXE_tpmproof")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.matches("\nACCEPTED").count(), 1, "{told}");
    for reason in
        ["it was made for no nonce", "not by this key", "kind \"weights\", name \"llama\"", "does not lead to"]
    {
        assert!(told.contains(reason), "{reason} is not in {told}");
    }
    assert_eq!(told.matches("\nREJECTED").count(), 4, "{told}");
}
