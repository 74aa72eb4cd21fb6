//! `cargo run --release --manifest-path tests/mutants/Cargo.toml [FILE...]`: changes the verifier, one place at a time, and expects some test to
//! notice; of all of src/verify and src/proof, or of these files.
//!
//! What is changed is what cargo-mutants lists (`cargo install cargo-mutants`), and what may survive, and why, stands in .cargo/mutants.toml.
//! cargo-mutants itself builds the crate and its tests anew for each change, and there are more than two thousand. Here all changes stand in one
//! build, each behind a number that the environment names; the tests say which changes they come by; and a change is tried with those, one test
//! at a time, until one fails. What cannot stand beside the rest (in a `const fn`, a chain of `let`) is left to cargo-mutants and listed.
//!
//! Those that were missed stay in target/mutants/missed, which MUTANTS_ONLY can name: then no others are tried.
//!
//! Environment: MUTANTS_JOBS (2) tests at once; MUTANTS_TESTS, words of which a test's name must have one; MUTANTS_LONGEST (240), after
//! how many seconds a test is not used; MUTANTS_SECONDS (90), how long the tests of one change may take before it counts as not noticed.

mod compile;
mod judge;
mod list;
mod plant;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::{fs, io};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("mutants: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    let root = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))?;
    let files: Vec<String> = env::args().skip(1).collect();
    let work = root.join("target/mutants");
    let tree = work.join("tree");
    let mut mutants = list::list(&root, &files)?;
    if let Ok(only) = env::var("MUTANTS_ONLY") {
        let only = fs::read_to_string(only)?;
        mutants.retain(|mutant| only.lines().any(|name| name == mutant.name));
    }
    copy(&root, &tree)?;
    let planted = compile::compile(&tree, &mutants)?;
    println!(
        "{} changes: {} stand in one build, {} do not compile, {} are left to cargo-mutants",
        mutants.len(),
        planted.standing.len(),
        planted.unviable.len(),
        planted.left.len()
    );
    let judged = judge::judge(&tree, &work, &planted)?;
    let mut missed = String::new();
    for number in &judged.missed {
        let mutant = &mutants[*number];
        let reached = if judged.reached.contains(number) { "" } else { "no test comes by: " };
        println!("MISSED {reached}{}\n{}", mutant.name, mutant.diff);
        missed += &format!("{}\n", mutant.name);
    }
    for number in &planted.left {
        println!("LEFT {}", mutants[*number].name);
    }
    fs::write(work.join("missed"), missed)?;
    println!("{} caught, {} missed, {} left to cargo-mutants", judged.caught, judged.missed.len(), planted.left.len());
    Ok(judged.missed.is_empty())
}

/// What git knows of, and nothing else, in a folder where it may be changed; what was built there stays.
fn copy(root: &Path, tree: &Path) -> Result<(), Failure> {
    fs::create_dir_all(tree)?;
    for entry in fs::read_dir(tree)?.filter_map(Result::ok).filter(|entry| entry.file_name() != "target") {
        if entry.path().is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    let listed = output(
        Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root),
    )?;
    for name in String::from_utf8(listed)?.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), tree.join(name));
        if !from.is_file() {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(tree))?;
        fs::copy(from, to)?;
    }
    Ok(())
}

/// What a command prints, if it ends well.
fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(io::Error::other(format!("{command:?} failed")).into())
    }
}

/// The number that an environment variable holds.
fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
