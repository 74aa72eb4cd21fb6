//! One build with all changes that the compiler takes.

use super::Failure;
use super::list::Mutant;
use super::plant::{Planted, plant};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const FEATURES: &str = "cli,tls";

/// Which change is on, and which were come by: the first time that one is, its number is added to the file that the environment names.
const SWITCH: &str = r#"
extern crate std;
use core::sync::atomic::{AtomicBool, Ordering};
use std::{env, io::Write, string::String, sync::LazyLock};
static ON: LazyLock<usize> = LazyLock::new(|| env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX));
static FILE: LazyLock<Option<String>> = LazyLock::new(|| env::var("MUTANTS_REACHED").ok());
static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
#[inline(never)]
pub(crate) fn on(number: usize) -> bool {
    if let Some(file) = &*FILE
        && !REACHED[number].swap(true, Ordering::Relaxed)
        && let Ok(mut file) = std::fs::OpenOptions::new().append(true).create(true).open(file)
    {
        let _ = file.write_all(std::format!("{number}\n").as_bytes());
    }
    number == *ON
}
#[derive(Clone)]
pub(crate) enum Either<A, B> {
    This(A),
    That(B),
}
impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
    type Item = A::Item;
    fn next(&mut self) -> Option<A::Item> {
        match self {
            Self::This(one) => one.next(),
            Self::That(one) => one.next(),
        }
    }
}
"#;

pub struct Build {
    pub standing: Vec<usize>,
    pub unviable: BTreeSet<usize>,
    pub left: Vec<usize>,
    pub binaries: Vec<Binary>,
}

/// The name of a program of tests, and where it lies.
pub type Binary = (String, PathBuf);

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
    executable: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    message: String,
    rendered: Option<String>,
    spans: Vec<Bytes>,
    children: Vec<Message>,
}

#[derive(Deserialize)]
struct Bytes {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

pub fn compile(tree: &Path, mutants: &[Mutant]) -> Result<Build, Failure> {
    let mut files: BTreeMap<&str, Vec<(usize, &Mutant)>> = BTreeMap::new();
    for (number, mutant) in mutants.iter().enumerate() {
        files.entry(&mutant.file).or_default().push((number, mutant));
    }
    let sources: BTreeMap<_, _> =
        files.keys().map(|file| Ok((*file, fs::read_to_string(tree.join(file))?))).collect::<Result<_, Failure>>()?;
    let library = fs::read_to_string(tree.join("src/lib.rs"))?;
    fs::write(tree.join("src/lib.rs"), library + "\n#[allow(warnings, clippy::all)]\npub(crate) mod mutant;\n")?;
    fs::write(tree.join("src/mutant.rs"), SWITCH.replace("COUNT", &mutants.len().to_string()))?;
    let (mut unviable, mut evaluated) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let mut planted = BTreeMap::new();
        for (file, changes) in &files {
            let changes: Vec<_> = changes.iter().filter(|(number, _)| !unviable.contains(number)).copied().collect();
            let one = plant(&sources[file], &changes, &evaluated).map_err(|error| format!("{file}: {error}"))?;
            unviable.extend(&one.senseless);
            fs::write(tree.join(file), &one.text)?;
            planted.insert(*file, one);
        }
        let (mut messages, mut binaries) = cargo(tree, &["check", "--lib", "--tests", "--keep-going"])?;
        if messages.is_empty() {
            (messages, binaries) = cargo(tree, &["test", "--no-run", "--lib", "--bins", "--tests"])?;
        }
        let before = (unviable.len(), evaluated.len());
        for message in &messages {
            match message.message.strip_prefix("cannot call non-const").and_then(|text| text.split('`').nth(1)) {
                Some(path) => {
                    let name = path.split("::").filter(|part| part.starts_with(char::is_alphabetic)).last();
                    evaluated.extend(name.map(str::to_owned));
                }
                None => blame(message, &planted, &mut unviable),
            }
        }
        if before != (unviable.len(), evaluated.len()) {
            continue;
        }
        if let Some(message) = messages.first() {
            return Err(format!(
                "an error that no change explains: {}",
                message.rendered.as_deref().unwrap_or_default()
            )
            .into());
        }
        let standing: Vec<_> = planted.values().flat_map(|one| one.standing.clone()).collect();
        let left =
            (0..mutants.len()).filter(|number| !standing.contains(number) && !unviable.contains(number)).collect();
        return Ok(Build { standing, unviable, left, binaries });
    }
}

/// Takes away the change in whose text an error is, or, if it is in none, one that the error also points at.
fn blame(message: &Message, planted: &BTreeMap<&str, Planted>, unviable: &mut BTreeSet<usize>) {
    let of = |span: &Bytes| {
        let ranges = &planted.get(span.file_name.as_str())?.ranges;
        let inside = ranges.iter().filter(|(range, _)| range.start <= span.byte_start && span.byte_end <= range.end);
        inside.min_by_key(|(range, _)| range.len()).map(|(_, number)| *number)
    };
    let spans = || message.spans.iter().chain(message.children.iter().flat_map(|child| &child.spans));
    let primary = spans().filter(|span| span.is_primary).find_map(of);
    if let Some(number) = primary.or_else(|| spans().find_map(of)) {
        unviable.insert(number);
    }
}

/// Runs cargo; its errors, and the tests that it built.
fn cargo(tree: &Path, arguments: &[&str]) -> Result<(Vec<Message>, Vec<Binary>), Failure> {
    let output = Command::new("cargo")
        .args(arguments)
        .args(["--locked", "--features", FEATURES, "--message-format", "json", "--quiet"])
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", tree.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .env("RUSTFLAGS", "--cap-lints allow")
        .stderr(Stdio::null())
        .output()?;
    let (mut errors, mut binaries) = (vec![], vec![]);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(line) = serde_json::from_str::<Line>(line) else { continue };
        match (line.reason.as_str(), line.message, line.executable, line.target) {
            ("compiler-message", Some(message), ..) if message.level == "error" && !message.spans.is_empty() => {
                errors.push(message)
            }
            ("compiler-artifact", _, Some(executable), Some(target))
                if line.profile.is_some_and(|profile| profile.test) =>
            {
                binaries.push((target.name, executable));
            }
            _ => {}
        }
    }
    if !output.status.success() && errors.is_empty() {
        return Err(format!("cargo {} failed in {}", arguments.join(" "), tree.display()).into());
    }
    Ok((errors, binaries))
}
