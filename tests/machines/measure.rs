//! Promise: `measure` hashes, logs and extends so that the log always leads to what the PCR holds, or says what does not.
#![cfg(feature = "cli")]

use crate::common::application::{Application, ended, start};
use crate::common::cli::Folder;
use crate::common::forge::hash;
use crate::common::log::{BANKS, header, measured, measurement};
use crate::common::machine::digits;
use crate::common::swtpm::{Swtpm, succeed};
use crate::common::verified::SHA256;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tpmproof::prover::{Hashed, hash_paths, total_size};

/// Longer than any of these commands takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a command printed that is run in a folder.
fn shell(folder: &str, script: &str) -> Vec<u8> {
    succeed(Command::new("bash").args(["-c", script]).current_dir(folder))
}

fn hashed(path: &str) -> Hashed {
    hash_paths(&[path.into()], &|_| ()).unwrap().remove(0)
}

#[test]
fn the_log_leads_to_what_every_bank_holds() {
    let application = Application::new("measure");
    let one = application.swtpm.folder.write("model.bin", b"many numbers");
    let two = application.swtpm.folder.write("tokens", b"");
    let notes = application.measured(&["--kind", "weights", &one]);
    let digest = digits(&hash(SHA256, b"many numbers"));
    assert_eq!(notes, format!("measured weights \"model.bin\": 12 bytes, sha256:{digest}, into PCR 13\n"));
    application.assert_explained();
    // Octet for octet what the description of logs says.
    let first = measurement("weights", "model.bin", &hash(SHA256, b"many numbers"), 12);
    let expected = [header(BANKS), measured(BANKS, 13, &first)].concat();
    assert_eq!(application.octets().unwrap(), expected);
    let notes = application.measured(&["--kind", "data", &two, &one, &format!("{two}/../tokens")[..two.len()]]);
    assert_eq!(notes.lines().count(), 3, "{notes}");
    let notes = application.measured(&["--kind", "weights", "--name", "llama-2-7b ü", &one]);
    assert!(notes.contains("measured weights \"llama-2-7b ü\": 12 bytes"), "{notes}");
    application.measured(&["--kind", "weights", "--name", "", &one]);
    assert_eq!(application.events(), 6);
    application.assert_explained();
}

#[test]
fn other_pcrs_and_banks() {
    for (banks, wanted) in [("sha256", &["sha256"][..]), ("sha256,sha384", &["sha256", "sha384"])] {
        let name = format!("measure-{}", wanted.len());
        let application = Application { swtpm: Swtpm::with_banks(&name, banks), pcr: 14 };
        application.measured_as("first");
        application.measured_as("second");
        assert_eq!(application.replayed().into_keys().collect::<Vec<_>>(), wanted);
        application.assert_explained();
    }
    let mut application = Application::new("measure-pcrs");
    for (pcr, note) in [(0, true), (8, false), (10, true), (15, false), (16, true), (23, true)] {
        application.pcr = pcr;
        let _ = fs::remove_file(application.log());
        let told = application.measured_as("something");
        assert_eq!(told.contains("is not an application's"), note, "PCR {pcr}");
        assert_eq!(told.matches("note:").count(), usize::from(note), "PCR {pcr}");
        application.assert_explained();
    }
    // The log of one PCR is not that of another.
    application.pcr = 14;
    application.refused(&["--seal"], 1, &["app.log", "PCR 14", "event 1"]);
    // This one belongs to a launcher of another locality: the TPM refuses, and the log leads to what it holds.
    application.pcr = 17;
    fs::remove_file(application.log()).unwrap();
    let before = application.held();
    let outcome = application.measure(&["--seal"]);
    assert_eq!(outcome.code, 3, "{}", outcome.notes);
    assert!(outcome.notes.contains("PCR_EXTEND") && outcome.notes.contains("LOCALITY"), "{}", outcome.notes);
    assert_eq!((application.events(), application.held()), (0, before));
}

#[test]
fn keys_are_measured_by_their_spki() {
    let application = Application::new("measure-spki");
    let folder = application.swtpm.folder.path("");
    for (name, key) in [("p256", "-newkey ec -pkeyopt ec_paramgen_curve:P-256"), ("rsa", "-newkey rsa:2048")] {
        let make = "openssl req -x509 -nodes -subj /CN=a -days 9";
        shell(&folder, &format!("{make} {key} -keyout {name}.key -out {name}.pem 2>&1"));
        shell(&folder, &format!("openssl x509 -in {name}.pem -outform der -out {name}.der"));
        shell(&folder, &format!("openssl x509 -in {name}.pem -pubkey -noout > {name}.pub"));
        shell(&folder, &format!("cat {name}.pem p256.pem > {name}.chain; cat {name}.key {name}.pem > {name}.both"));
        let spki = shell(&folder, &format!("openssl pkey -pubin -in {name}.pub -outform der"));
        let printed = shell(&folder, &format!("openssl pkey -pubin -in {name}.pub -outform der | sha256sum"));
        let digest = String::from_utf8(printed).unwrap()[..64].to_owned();
        for end in ["pem", "der", "pub", "chain", "both"] {
            let file = format!("{name}.{end}");
            let notes = application.measured(&["--kind", "tls-spki", &application.swtpm.folder.path(&file)]);
            let expected = format!("tls-spki \"{file}\": {} bytes, sha256:{digest}, into PCR 13\n", spki.len());
            assert_eq!(notes, format!("measured {expected}"));
        }
        // A private key is none, nor is a folder, nor anything else.
        application.refused(&["--kind", "tls-spki", &format!("{folder}{name}.key")], 2, &[&format!("{name}.key")]);
    }
    application.refused(&["--kind", "tls-spki", &folder], 3, &["cannot read", &folder]);
    application.refused(&["--kind", "tls-spki", &application.file("text")], 2, &["measured"]);
    // Without the end of the name, a certificate is a file as any other.
    let file = application.swtpm.folder.path("rsa.pem");
    assert!(application.measured(&["--kind", "tls-certificate", &file]).contains(&digits(&hashed(&file).digest)));
    application.assert_explained();
}

/// What a key file that is too large is told makes sense here.
#[test]
fn a_key_file_that_is_too_large() {
    let application = Application::new("measure-large-key");
    let file = application.swtpm.folder.write("large.pem", &vec![b'-'; 1024 * 1024 + 1]);
    let notes = application.refused(&["--kind", "tls-spki", &file], 2, &["large.pem"]);
    assert!(!notes.contains("--max-size"), "measure has no such option: {notes}");
}

#[test]
fn a_seal_ends_the_log() {
    let application = Application::new("measure-seal");
    application.measured_as("first");
    let file = application.file("last");
    let notes = application.measured(&["--kind", "weights", "--seal", &file]);
    let lines: Vec<&str> = notes.lines().collect();
    assert!(lines[0].starts_with("measured weights \"measured\"") && lines[1].starts_with("measured seal"), "{notes}");
    assert_eq!(application.events(), 3);
    application.assert_explained();
    application.refused(&["--kind", "weights", &file], 1, &["app.log", "sealed"]);
    application.refused(&["--seal"], 1, &["app.log", "sealed"]);
    // A seal alone, and one that says it is another.
    let application = Application::new("measure-seal-alone");
    application.measured(&["--seal"]);
    application.refused(&["--kind", "weights", &file], 1, &["app.log", "sealed"]);
    application.assert_explained();
    assert!(application.measure(&["--kind", "seal", PATH]).notes.contains("--seal"));
    assert_eq!(application.events(), 1);
}

/// Any file.
const PATH: &str = "/proc/self/cmdline";

/// What follows a seal in one call follows it too.
#[test]
fn nothing_follows_a_seal_in_one_call() {
    use tpmproof::prover::{ApplicationLog, NewMeasurement, Tpm};
    let application = Application::new("measure-after-seal");
    application.measured_as("first");
    let before = (application.octets(), application.held());
    let after = crate::common::application::new_measurement("weights", "after", &application.file("after"));
    let log = ApplicationLog::new(Path::new(&application.log()), 13);
    let result = log.append(&[NewMeasurement::seal(), after], || Tpm::open(&application.swtpm.address), &mut |_| {});
    assert!(result.is_err(), "{} events", application.events());
    assert_eq!((application.octets(), application.held()), before);
}

#[test]
fn files_of_every_size() {
    let folder = Folder::new("measure-sizes");
    let mebibyte = 1024 * 1024;
    let sizes = [0, 1, 55, 56, 64, 262_143, 262_144, 262_145, mebibyte - 1, mebibyte, mebibyte + 1, 5 * mebibyte];
    let paths: Vec<_> = sizes.iter().map(|size| folder.path(&format!("{size:08}"))).collect();
    for (size, path) in sizes.iter().zip(&paths) {
        let octets: Vec<u8> = (0..*size).map(|place: usize| (place * place / 7) as u8).collect();
        fs::write(path, octets).unwrap();
    }
    let paths: Vec<_> = paths.into_iter().map(Into::into).collect();
    let count = std::sync::atomic::AtomicU64::new(0);
    let add = |more| {
        count.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
    };
    let found = hash_paths(&paths, &add).unwrap();
    let printed = String::from_utf8(shell(&folder.path(""), "sha256sum 0*")).unwrap();
    assert_eq!(printed.lines().count(), sizes.len());
    for ((line, hashed), size) in printed.lines().zip(&found).zip(sizes) {
        assert_eq!((digits(&hashed.digest).as_str(), hashed.size), (&line[..64], size as u64), "{line}");
    }
    let all = sizes.iter().sum::<usize>() as u64;
    assert_eq!((count.into_inner(), total_size(&paths).unwrap()), (all, all));
    assert_eq!(hash_paths(&[], &|_| ()).unwrap(), []);
}

const MANIFEST: &str = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum";

#[test]
fn folders_are_measured_by_their_manifest() {
    let folder = Folder::new("measure-folders");
    let names = ["b", "a", "a.b", "a-b", "B", "ä", "sub/x", "sub.x", "sub/deep/deeper/y", ".hidden", "with space"];
    let odd = ["new\nline", "back\\slash", "carriage\rreturn", "-n", "*", "\u{7f}", "tab\t"];
    let make = |tree: &str, names: &mut dyn Iterator<Item = &&str>| {
        for name in names {
            let path = folder.path(&format!("{tree}/{name}"));
            fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
            fs::write(path, format!("content of {name}")).unwrap();
        }
        let no_text = Path::new(&folder.path(tree)).join(std::ffi::OsStr::from_bytes(b"\xff\xfe"));
        fs::write(no_text, "no text").unwrap();
        fs::create_dir_all(folder.path(&format!("{tree}/empty/emptier"))).unwrap();
    };
    make("one", &mut names.iter().chain(&odd));
    make("two", &mut odd.iter().rev().chain(names.iter().rev()));
    let (one, two) = (folder.path("one"), folder.path("two"));
    let manifest = shell(&one, MANIFEST);
    assert_eq!(hashed(&one), Hashed::of(&manifest));
    assert_eq!(hashed(&two), hashed(&one), "the order in which files were made matters");
    assert_eq!(hashed(&format!("{one}/")), hashed(&one));
    symlink(&one, folder.path("link")).unwrap();
    assert_eq!(hashed(&folder.path("link")), hashed(&one), "a link that is named is followed");
    // Neither times, nor modes, nor folders without files count; every name and every content does.
    shell(&two, "touch -d 2001-01-01 b && chmod 600 a && rmdir -p empty/emptier");
    assert_eq!(hashed(&two), hashed(&one));
    let changes = [
        "echo >> a",
        "mv sub.x sub.y",
        "mv sub/x sub/deep/x",
        "rm -- -n",
        "echo more > more",
        "mv b c; mv a b; mv c a",
    ];
    let mut seen = vec![hashed(&one).digest];
    for change in changes {
        shell(&two, change);
        let now = hashed(&two);
        assert_eq!(now, Hashed::of(&shell(&two, MANIFEST)), "{change}");
        assert!(!seen.contains(&now.digest), "{change}");
        seen.push(now.digest);
    }
    // By the command line.
    let application = Application::new("measure-folder");
    let notes = application.measured(&["--kind", "weights", &one]);
    let digest = digits(&hash(SHA256, &manifest));
    assert_eq!(notes, format!("measured weights \"one\": {} bytes, sha256:{digest}, into PCR 13\n", manifest.len()));
    application.assert_explained();
}

#[test]
fn folders_that_cannot_be_measured() {
    let application = Application::new("measure-no-folder");
    application.measured_as("first");
    let folder = &application.swtpm.folder;
    let refuse = |name: &str, code, words: &[&str]| {
        application.refused(&["--kind", "weights", &application.file("good"), &folder.path(name)], code, words);
    };
    fs::create_dir_all(folder.path("empty/deep")).unwrap();
    refuse("empty", 2, &["empty", "holds no file"]);
    for (name, script) in [
        ("link", "mkdir link && echo > link/file && ln -s file link/other"),
        ("dangling", "mkdir dangling && echo > dangling/file && ln -s nothing dangling/other"),
        ("loop", "mkdir loop && echo > loop/file && ln -s . loop/other"),
        ("pipe", "mkdir pipe && echo > pipe/file && mkfifo pipe/other"),
    ] {
        shell(&folder.path(""), script);
        refuse(name, 2, &[&format!("{name}/other"), "neither a file nor a folder"]);
    }
    fs::create_dir(folder.path("socket")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path("socket/other")).unwrap();
    refuse("socket", 2, &["socket/other", "neither a file nor a folder"]);
    application.assert_explained();
}

/// A pipe that nobody writes into, and files without an end, say so at once.
#[test]
fn what_is_no_file_does_not_hang() {
    let application = Application::new("measure-no-file");
    application.measured_as("first");
    shell(&application.swtpm.folder.path(""), "mkfifo pipe");
    let pipe = application.swtpm.folder.path("pipe");
    let mut hang = Vec::new();
    // A key may come out of a pipe, as elsewhere; it has an end that its writer knows.
    for (kind, path) in [("weights", &*pipe), ("weights", "/dev/zero"), ("tls-spki", "/dev/zero")] {
        let before = (application.octets(), application.held());
        let child = start(&application.line(&["--kind", kind, path]));
        match ended(child, Duration::from_secs(1)) {
            Some(output) => assert_ne!(output.status.code(), Some(0), "{kind} {path}"),
            None => hang.push((kind, path)),
        }
        assert_eq!((application.octets(), application.held()), before);
    }
    assert!(hang.is_empty(), "no end within a second: {hang:?}");
}

#[test]
fn files_that_are_not_there_or_cannot_be_read() {
    let application = Application::new("measure-missing");
    application.measured_as("first");
    let good = application.file("good");
    let folder = &application.swtpm.folder;
    let missing = folder.path("missing");
    application.refused(&["--kind", "weights", &good, &missing], 3, &["cannot look at", "missing", "No such file"]);
    application.refused(&["--kind", "tls-spki", &missing], 3, &["cannot read", "missing", "No such file"]);
    symlink("nothing", folder.path("dangling")).unwrap();
    application.refused(&["--kind", "weights", &folder.path("dangling")], 3, &["dangling", "No such file"]);
    // Its first page is never there, whoever reads.
    let memory = "/proc/self/mem";
    application.refused(&["--kind", "weights", &good, memory], 3, &["cannot read", memory]);
    fs::create_dir_all(folder.path("one/two")).unwrap();
    folder.write("one/file", b"");
    application.refused(&["--kind", "weights", &folder.path("one/two/..")], 2, &["two/..", "no name", "--name"]);
    application.refused(&["--kind", "weights", "--name", "n", &good, &good], 2, &["--name", "several"]);
    let no_text = Path::new(&folder.path("")).join(std::ffi::OsStr::from_bytes(b"\xff"));
    fs::write(&no_text, "content").unwrap();
    let mut command = Command::new(crate::common::application::PROGRAM);
    let before = (application.octets(), application.held());
    let output = command.args(application.line(&["--kind", "weights"])).arg(&no_text).output().unwrap();
    let notes = String::from_utf8_lossy(&output.stderr);
    application.judge_refusal(&before, output.status.code().unwrap(), &notes, (2, &["--name", "text"]));
    // With a name it can be measured.
    command.args(["--name", "named"]);
    assert!(command.output().unwrap().status.success());
    application.assert_explained();
}

/// A file is measured although it grows meanwhile.
#[test]
fn a_file_that_grows() {
    let application = Application::new("measure-grows");
    let path = application.swtpm.folder.write("grows", &vec![1; 4 << 20]);
    let done = std::sync::atomic::AtomicBool::new(false);
    let size = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                std::io::Write::write_all(&mut file, &[2; 512]).unwrap();
                std::thread::sleep(Duration::from_micros(200));
            }
        });
        let notes = application.measured(&["--kind", "weights", &path]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        notes.split(": ").nth(1).unwrap().split(' ').next().unwrap().parse::<usize>().unwrap()
    });
    assert!((4 << 20..fs::metadata(&path).unwrap().len() as usize + 1).contains(&size), "{size}");
    application.assert_explained();
}

/// A log that begins late says so, and goes on; where it began is kept beside it.
#[test]
fn a_pcr_that_is_not_at_its_start() {
    let application = Application::new("measure-late");
    application.swtpm.tool(&format!("tpm2_pcrextend 13:sha256={}", "11".repeat(32)));
    let notes = application.measured_as("first");
    assert!(notes.starts_with("note: PCR 13 was not at its start") && notes.lines().count() == 2, "{notes}");
    assert!(!application.measured_as("second").contains("note:"));
    assert_ne!(application.replayed(), application.held());
    let log = [header(BANKS), application.event("first"), application.event("second")].concat();
    assert_eq!(application.octets().unwrap(), log);
    // Whoever extends it between is not overlooked.
    application.swtpm.tool(&format!("tpm2_pcrextend 13:sha1={}", "22".repeat(20)));
    application.refused(&["--seal"], 1, &["app.log", "PCR 13", "does not lead to"]);
    // Without what is kept, the log explains nothing; with something else, nothing is believed.
    fs::write(application.lock(), "something else").unwrap();
    application.refused(&["--seal"], 1, &["app.log.lock", "edited"]);
    fs::write(application.lock(), "").unwrap();
    application.refused(&["--seal"], 1, &["app.log", "PCR 13"]);
    // A new log begins with what the PCR holds now, whatever is beside it.
    fs::write(application.lock(), "something else").unwrap();
    fs::remove_file(application.log()).unwrap();
    assert!(application.measured_as("third").contains("note: PCR 13"));
    application.measured_as("fourth");
    assert_eq!(application.events(), 2);
}

#[test]
fn a_log_of_other_banks() {
    let one = Application { swtpm: Swtpm::with_banks("measure-one", "sha256"), pcr: 13 };
    let four = Application::new("measure-four");
    one.measured_as("first");
    four.measured_as("first");
    let (of_one, of_four) = (one.octets().unwrap(), four.octets().unwrap());
    fs::write(one.log(), of_four).unwrap();
    one.refused(&["--seal"], 1, &["app.log", "other PCR banks"]);
    fs::write(one.log(), header(BANKS)).unwrap();
    one.refused(&["--seal"], 1, &["app.log", "other PCR banks"]);
    fs::write(four.log(), of_one).unwrap();
    four.refused(&["--seal"], 1, &["app.log", "other PCR banks"]);
}

#[test]
fn what_is_no_log() {
    let application = Application::new("measure-no-log");
    let folder = &application.swtpm.folder;
    application.measured_as("first");
    let before = (application.octets(), application.held());
    let refuse = |log: &str, code, words: &[&str]| {
        application.refused(&["--seal", "--log", log], code, words);
    };
    let text = folder.write("text", b"a file of somebody else's\n");
    refuse(&text, 1, &[&text, "is no log"]);
    assert_eq!(fs::read(&text).unwrap(), b"a file of somebody else's\n");
    let firmware = crate::common::material("boot-uki/binary_bios_measurements");
    let firmware = folder.write("firmware", &fs::read(firmware).unwrap());
    refuse(&firmware, 1, &[&firmware, "PCR 13"]);
    symlink("app.log", folder.path("link.log")).unwrap();
    refuse(&folder.path("link.log"), 3, &["link.log", "symbolic link"]);
    symlink("new.log", folder.path("dangling.log")).unwrap();
    refuse(&folder.path("dangling.log"), 3, &["dangling.log", "symbolic link"]);
    assert!(!Path::new(&folder.path("new.log")).exists());
    fs::create_dir(folder.path("folder.log")).unwrap();
    refuse(&folder.path("folder.log"), 3, &["folder.log", "directory"]);
    refuse(&folder.path("nowhere/app.log"), 3, &["nowhere/app.log", "No such file"]);
    // The lock.
    symlink(folder.path("victim"), folder.path("other.log.lock")).unwrap();
    refuse(&folder.path("other.log"), 3, &["other.log.lock", "symbolic link"]);
    fs::write(folder.path("victim"), "untouched").unwrap();
    refuse(&folder.path("other.log"), 3, &["other.log.lock", "symbolic link"]);
    assert_eq!(fs::read(folder.path("victim")).unwrap(), b"untouched");
    fs::create_dir(folder.path("another.log.lock")).unwrap();
    refuse(&folder.path("another.log"), 3, &["another.log.lock", "directory"]);
    assert_eq!((application.octets(), application.held()), before);
    application.assert_explained();
}

#[test]
fn a_log_that_is_a_pipe_does_not_hang() {
    let application = Application::new("measure-pipe-log");
    shell(&application.swtpm.folder.path(""), "mkfifo app.log");
    let held = application.held();
    let output = ended(start(&application.line(&["--seal"])), Duration::from_secs(2));
    assert_eq!(application.held(), held);
    assert_eq!(output.expect("no end within two seconds").status.code(), Some(2));
}

/// Who measures waits until nobody else does, and until nobody proves.
#[test]
fn the_lock_is_waited_for() {
    let application = Application::new("measure-lock");
    application.measured_as("first");
    let file = application.file("second");
    for shared in [false, true] {
        let (before, held) = (application.octets(), application.held());
        let lock = fs::OpenOptions::new().read(true).write(true).open(application.lock()).unwrap();
        if shared {
            lock.lock_shared().unwrap()
        } else {
            lock.lock().unwrap()
        }
        let mut child = start(&application.line(&["--kind", "weights", &file]));
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
        // The TPM is free meanwhile.
        assert_eq!((application.octets(), application.held()), (before, held));
        drop(lock);
        let output = ended(child, PATIENCE).expect("it still waits");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        application.assert_explained();
    }
    assert_eq!(application.events(), 3);
}

#[test]
fn a_tpm_that_is_not_there() {
    let mut application = Application::new("measure-no-tpm");
    application.swtpm.kill();
    let address = application.swtpm.address.to_string();
    let outcome = application.measure(&["--seal"]);
    assert_eq!((outcome.code, outcome.notes.lines().count()), (3, 1), "{}", outcome.notes);
    assert!(outcome.notes.contains(&format!("cannot open the TPM {address}")), "{}", outcome.notes);
    assert_eq!(application.octets(), None);
    let off = Application { swtpm: Swtpm::off("measure-off"), pcr: 13 };
    off.swtpm.control().power_on().unwrap();
    let outcome = off.measure(&["--seal"]);
    assert_eq!((outcome.code, outcome.notes.lines().count()), (3, 1), "{}", outcome.notes);
    assert!(outcome.notes.contains("TPM_RC_INITIALIZE"), "{}", outcome.notes);
    assert!(off.octets().unwrap_or_default().is_empty());
    off.swtpm.tool("tpm2_startup -c");
    off.measured_as("first");
    off.assert_explained();
}

#[test]
fn command_lines_that_make_no_sense() {
    let application = Application::new("measure-misuse");
    let file = application.file("something");
    for (line, word) in [
        (&["--kind", "weights"][..], "FILE"),
        (&[&file], "--kind"),
        (&["--seal", &file], "--kind"),
        (&["--seal", "--pcr", "24"], "24"),
        (&["--kind", "seal", &file], "--seal"),
        (&["--seal", "--name", "ignored"], "--name"),
    ] {
        let mut line = application.line(line);
        if line.iter().filter(|word| *word == "--pcr").count() > 1 {
            line.drain(3..5);
        }
        let outcome = crate::common::cli::run(&line);
        assert_eq!(outcome.code, 2, "{line:?}: {}", outcome.notes);
        assert!(outcome.notes.contains(word), "{line:?}: {}", outcome.notes);
        assert_eq!(application.octets(), None, "{line:?}");
    }
}

/// A name cannot write lines of its own, nor steer a terminal.
#[test]
fn names_are_printed_in_one_line() {
    let application = Application::new("measure-names");
    let name = "a\nnote: all is well\u{1b}[2J";
    let file = application.file("something");
    let notes = application.measured(&["--kind", "weights", "--name", name, &file]);
    assert!(notes.lines().count() == 1 && !notes.contains('\u{1b}'), "{notes:?}");
    let missing = application.swtpm.folder.path("missing\nnote: all is well\u{1b}[2J");
    let notes = application.measure(&["--kind", "weights", &missing]).notes;
    assert!(notes.lines().count() == 1 && !notes.contains('\u{1b}'), "{notes:?}");
}
