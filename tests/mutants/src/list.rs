//! What cargo-mutants would change.

use super::{Failure, output};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

#[derive(Deserialize, Clone, Copy, Debug)]
pub struct Span {
    pub start: Place,
}

#[derive(Deserialize, Debug)]
pub struct Mutant {
    pub file: String,
    pub genre: String,
    pub name: String,
    pub replacement: String,
    pub span: Span,
    pub diff: String,
}

/// Of these files, or of all that judge.
pub fn list(root: &Path, files: &[String]) -> Result<Vec<Mutant>, Failure> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--list", "--json"]).current_dir(root);
    let all = ["src/verify/*.rs".to_owned(), "src/proof/*.rs".to_owned()];
    for file in if files.is_empty() { &all[..] } else { files } {
        command.args(["--file", file]);
    }
    Ok(serde_json::from_slice(&output(&mut command)?)?)
}
