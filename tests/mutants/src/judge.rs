//! Which tests come by which change, and whether one of them notices it.

use super::compile::Build;
use super::{Failure, number};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub struct Judged {
    pub caught: usize,
    pub missed: BTreeSet<usize>,
    pub reached: BTreeSet<usize>,
}

struct Test {
    name: String,
    binary: PathBuf,
    function: String,
    takes: Duration,
    reaches: BTreeSet<usize>,
    notices: AtomicUsize,
}

pub fn judge(tree: &Path, work: &Path, build: &Build) -> Result<Judged, Failure> {
    let tests = tests(tree, work, build)?;
    let reached: BTreeSet<usize> = tests.iter().flat_map(|test| test.reaches.iter().copied()).collect();
    let budget = Duration::from_secs(number("MUTANTS_SECONDS", 90));
    let missed = Mutex::new(BTreeSet::new());
    let log = Mutex::new(String::new());
    let (done, start) = (AtomicUsize::new(0), Instant::now());
    in_parallel(&build.standing, |mutant| {
        let mut own: Vec<&Test> = tests.iter().filter(|test| test.reaches.contains(mutant)).collect();
        // What has noticed most for its time comes first.
        own.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
        let mut spent = Duration::ZERO;
        let by = own.iter().find(|test| {
            if spent + test.takes > budget {
                return false;
            }
            spent += test.takes;
            let limit = test.takes * 5 + Duration::from_secs(10);
            run(tree, test, &[("MUTANT", mutant.to_string())], limit).is_none()
        });
        match by {
            Some(test) => {
                test.notices.fetch_add(1, Ordering::Relaxed);
            }
            None => {
                locked(&missed).insert(*mutant);
            }
        }
        *locked(&log) += &format!("{mutant} {} {}\n", by.map_or("MISSED", |test| &test.name), own.len());
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done % 50 == 0 {
            eprintln!(
                "{done} of {} changes, {} missed, {} s",
                build.standing.len(),
                locked(&missed).len(),
                start.elapsed().as_secs()
            );
            let _ = fs::write(work.join("outcomes"), &*locked(&log));
        }
    });
    fs::write(work.join("outcomes"), &*locked(&log))?;
    let missed = missed.into_inner().unwrap_or_default();
    Ok(Judged { caught: build.standing.len() - missed.len(), missed, reached })
}

fn worth(test: &Test) -> f64 {
    let notices = u32::try_from(test.notices.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
    f64::from(notices + 1) / (test.takes.as_secs_f64() + 0.02)
}

/// Each test once, with nothing changed.
fn tests(tree: &Path, work: &Path, build: &Build) -> Result<Vec<Test>, Failure> {
    let words = std::env::var("MUTANTS_TESTS").unwrap_or_default();
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut all = vec![];
    for (name, binary) in &build.binaries {
        let listed = super::output(Command::new(binary).args(["--list", "--format", "terse"]).current_dir(tree))?;
        for function in String::from_utf8(listed)?.lines().filter_map(|line| line.strip_suffix(": test")) {
            let name = format!("{name}::{function}");
            if words.is_empty() || words.iter().any(|word| name.contains(word)) {
                all.push((name, binary.clone(), function.to_owned()));
            }
        }
    }
    let longest = Duration::from_secs(number("MUTANTS_LONGEST", 240));
    let kept = Mutex::new(vec![]);
    let done = AtomicUsize::new(0);
    in_parallel(&all, |(name, binary, function)| {
        let file = work.join(format!("reached-{}", done.fetch_add(1, Ordering::Relaxed)));
        let _ = fs::remove_file(&file);
        let mut test = Test {
            name: name.clone(),
            binary: binary.clone(),
            function: function.clone(),
            takes: Duration::ZERO,
            reaches: BTreeSet::new(),
            notices: AtomicUsize::new(0),
        };
        let reached = [("MUTANTS_REACHED", file.display().to_string())];
        match run(tree, &test, &reached, longest) {
            Some(takes) => test.takes = takes,
            None => eprintln!("{name}: fails, or takes too long, with nothing changed: not used"),
        }
        if !test.takes.is_zero() {
            test.reaches =
                fs::read_to_string(&file).unwrap_or_default().lines().filter_map(|line| line.parse().ok()).collect();
            if !test.reaches.is_empty() {
                locked(&kept).push(test);
            }
        }
        let _ = fs::remove_file(&file);
    });
    let kept = kept.into_inner().unwrap_or_default();
    let time: BTreeMap<_, _> = kept.iter().map(|test| (test.takes, &test.name)).collect();
    eprintln!(
        "{} of {} tests come by what is changed; they take {} s",
        kept.len(),
        all.len(),
        time.keys().sum::<Duration>().as_secs()
    );
    for (takes, name) in time.iter().rev().take(8) {
        eprintln!("  {name}: {:.1} s", takes.as_secs_f64());
    }
    Ok(kept)
}

/// How long a test takes, if it succeeds in time.
fn run(tree: &Path, test: &Test, variables: &[(&str, String)], limit: Duration) -> Option<Duration> {
    let start = Instant::now();
    let mut child = Command::new(&test.binary)
        .args([&test.function, "--exact", "--test-threads=1"])
        .current_dir(tree)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success().then(|| start.elapsed()),
            Ok(None) if start.elapsed() < limit => thread::sleep(pause),
            _ => {
                // With all that it began.
                let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]).status();
                let _ = child.wait();
                return None;
            }
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn in_parallel<T: Sync>(all: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..number("MUTANTS_JOBS", 2) {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(one);
                }
            });
        }
    });
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
