//! Promise: whatever stops `measure`, the next one mends the log or says which event does not lead to what the PCR holds.
#![cfg(feature = "cli")]

use crate::common::application::{Application, Fate, PCR_EXTEND, PROGRAM, ended, new_measurement, start, way};
use crate::common::cli::run;
use crate::common::log::{BANKS, header, measured, measurement, no_action};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::mpsc::channel;
use std::time::Duration;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::prover::commands::PcrReset;
use tpmproof::prover::{ApplicationLog, Authorization, Entity, MAX_LOG, Note, Tpm};

const ALL: &[HashAlgorithm] = BANKS;
const LOCALITY: u32 = 0x907;

/// Eight processes and four threads measure 1,000 things at once.
#[test]
fn a11_measuring_at_once() {
    let application = Application::new("measure-at-once");
    let log = ApplicationLog::new(Path::new(&application.log()), 13);
    let files: Vec<_> = (0..10)
        .map(|number| application.swtpm.folder.write(&format!("file-{number}"), format!("{number}").as_bytes()))
        .collect();
    std::thread::scope(|scope| {
        for process in 0..8 {
            let (application, files) = (&application, &files);
            scope.spawn(move || {
                for _ in 0..10 {
                    let kind = format!("process-{process}");
                    let mut line = application.line(&["--kind", &kind]);
                    line.extend_from_slice(files);
                    let output = ended(start(&line), Duration::from_secs(60)).expect("it hangs");
                    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                }
            });
        }
        for thread in 0..4 {
            let (log, file, address) = (&log, &files[0], &application.swtpm.address);
            scope.spawn(move || {
                for number in 0..50 {
                    let measurement = new_measurement(&format!("thread-{thread}"), &number.to_string(), file);
                    let mut note = |note| assert_eq!(note, Note::Measured(0));
                    log.append(&[measurement], || Tpm::open(address), &mut note).unwrap();
                }
            });
        }
    });
    assert_eq!(application.events(), 1000);
    application.assert_explained();
    // What each measured stands in its own order.
    let octets = application.octets().unwrap();
    let text = String::from_utf8_lossy(&octets);
    assert_eq!((text.matches("process-7").count(), text.matches("thread-3").count()), (100, 50));
}

/// A process that is killed before or after any of its commands leaves a log that the next one mends.
#[test]
fn a11_killed_at_each_command() {
    let application = Application::new("measure-killed");
    application.measured_as("first");
    let (mut mended, mut number) = (0, 0);
    loop {
        let mut whole = false;
        for after in [false, true] {
            let (tell, told) = channel();
            let fate = move |_, at| match told.recv_timeout(Duration::from_secs(9)) {
                Ok(id) if at == number && after => Fate::KilledAfter(id),
                Ok(id) if at == number => Fate::KilledBefore(id),
                _ => Fate::Answered,
            };
            let (address, commands) = way(&application.swtpm, fate);
            let before = application.octets().unwrap();
            let [one, two] = ["one", "two"].map(|name| application.swtpm.folder.write(name, name.as_bytes()));
            let child = start(&application.line_to(&address, &["--kind", "weights", &one, &two]));
            for _ in 0..64 {
                let _ = tell.send(child.id());
            }
            let output = ended(child, Duration::from_secs(9)).expect("it hangs");
            whole = output.status.success();
            assert!(whole || output.status.signal() == Some(9), "{}", String::from_utf8_lossy(&output.stderr));
            let commands = commands.join().unwrap();
            if whole {
                break;
            }
            assert_eq!(commands, number + 1);
            let left = application.octets().unwrap();
            assert!(left.starts_with(&before));
            let extended = application.replayed() == application.held();
            let notes = application.measured_as("next");
            assert_eq!(notes.contains("had not been extended"), !extended, "{notes}");
            mended += usize::from(!extended);
            assert_eq!(application.octets().unwrap(), [left, application.event("next")].concat());
            application.assert_explained();
        }
        number += 1;
        if whole {
            break;
        }
    }
    // The clock, the banks, the values of four, two events; the ninth that would be killed is not there.
    assert_eq!((number, mended), (9, 2));
}

/// The connection ends before or after the TPM has extended: nobody knows which, and the next that measures finds out.
#[test]
fn a11_the_tpm_is_gone() {
    let application = Application::new("measure-gone");
    for fate in [Fate::Lost, Fate::Unanswered] {
        for before in 0..3 {
            let mut extends = 0;
            let (address, _) = way(&application.swtpm, move |code, _| {
                extends += usize::from(code == PCR_EXTEND);
                if code == PCR_EXTEND && extends > before { fate } else { Fate::Answered }
            });
            let old = application.octets().unwrap_or_else(|| header(ALL));
            let files = ["one", "two", "three"].map(|name| application.swtpm.folder.write(name, name.as_bytes()));
            let [one, two, three] = &files;
            let outcome = run(&application.line_to(&address, &["--kind", "weights", one, two, three]));
            // A line for each that was measured, and one that says why the others were not.
            assert_eq!((outcome.code, outcome.notes.lines().count()), (3, before + 1), "{}", outcome.notes);
            assert!(outcome.notes.contains("the TPM closed the connection"), "{}", outcome.notes);
            // All that was written before stands, and the last of it waits.
            let left = application.octets().unwrap();
            assert!(left.starts_with(&old));
            let written = left[old.len()..].windows(4).filter(|window| window == b"FRPT").count();
            assert_eq!(written, before + 1);
            let count = application.events();
            let notes = application.measured_as("next");
            let mended = notes.contains(&format!("note: event {count} of the log had not been extended"));
            assert_eq!(mended, fate == Fate::Lost, "{notes}");
            assert_eq!(application.octets().unwrap(), [left, application.event("next")].concat());
            application.assert_explained();
        }
    }
}

#[test]
fn a_tpm_that_refuses() {
    let application = Application::new("measure-refuses");
    application.measured_as("first");
    let before = (application.octets(), application.held());
    for at in 0..6 {
        let (address, _) = way(
            &application.swtpm,
            move |_, number| {
                if number == at { Fate::Refused(LOCALITY) } else { Fate::Answered }
            },
        );
        let outcome = run(&application.line_to(&address, &["--seal"]));
        application.judge_refusal(&before, outcome.code.into(), &outcome.notes, (3, &["the TPM refuses", "LOCALITY"]));
    }
    application.measured_as("second");
    application.assert_explained();
}

/// The machine lost its power: a log that stayed is of an earlier start.
#[test]
fn a_log_of_an_earlier_start() {
    let mut application = Application::new("measure-reboot");
    application.measured_as("first");
    application.measured_as("second");
    application.swtpm.reboot();
    application.refused(&["--seal"], 1, &["app.log", "earlier start", "PCR 13", "move the log away"]);
    fs::rename(application.log(), application.swtpm.folder.path("old.log")).unwrap();
    assert!(!application.measured_as("third").contains("note:"));
    application.assert_explained();
    // Between an event and its extension.
    for fate in [Fate::Lost, Fate::Unanswered] {
        let (address, _) =
            way(&application.swtpm, move |code, _| if code == PCR_EXTEND { fate } else { Fate::Answered });
        assert_eq!(run(&application.line_to(&address, &["--seal"])).code, 3);
        application.swtpm.reboot();
        application.refused(&["--seal"], 1, &["app.log", "earlier start"]);
        fs::remove_file(application.log()).unwrap();
        application.measured_as("third");
        application.assert_explained();
    }
}

/// What was measured before a reboot was not measured after it, however short the log is.
#[test]
fn a_log_of_one_event_of_an_earlier_start() {
    let mut application = Application::new("measure-reboot-one");
    application.measured_as("first");
    application.swtpm.reboot();
    application.refused(&["--seal"], 1, &["app.log", "earlier start", "PCR 13"]);
}

/// After a TPM Restart the PCRs begin anew too, and the count of resets is the same.
#[test]
fn a_log_of_one_event_before_a_restart() {
    let mut application = Application::new("measure-restart-one");
    application.measured_as("first");
    application.swtpm.restart();
    application.refused(&["--seal"], 1, &["app.log", "earlier start", "PCR 13"]);
}

/// Without what is kept beside the log nobody knows of which start its only event is.
#[test]
fn a_log_of_one_event_without_its_start() {
    let mut application = Application::new("measure-lost-start");
    application.measured_as("first");
    application.swtpm.reboot();
    fs::remove_file(application.lock()).unwrap();
    application.refused(&["--seal"], 1, &["app.log", "earlier start", "PCR 13"]);
}

/// A log that was cut by the loss of power is of an earlier start too, and that is what helps.
#[test]
fn a_torn_log_of_an_earlier_start() {
    let mut application = Application::new("measure-reboot-torn");
    for name in ["first", "second", "third"] {
        application.measured_as(name);
    }
    let octets = application.octets().unwrap();
    fs::write(application.log(), &octets[..octets.len() - 9]).unwrap();
    application.swtpm.reboot();
    application.refused(&["--seal"], 1, &["app.log", "earlier start"]);
}

/// The last event is cut at each of its octets.
#[test]
fn a_torn_event() {
    let application = Application::new("measure-torn");
    application.measured_as("first");
    let torn = application.event("torn");
    for size in 1..torn.len() {
        let before = application.octets().unwrap();
        fs::write(application.log(), [&before[..], &torn[..size]].concat()).unwrap();
        let notes = application.measured_as("next");
        assert!(notes.starts_with(&format!("note: the last {size} bytes of the log")), "{size}: {notes}");
        assert_eq!(application.octets().unwrap(), [before, application.event("next")].concat(), "{size}");
    }
    application.assert_explained();
    // Space that was given to the file and never written.
    let before = application.octets().unwrap();
    fs::write(application.log(), [&before[..], &[0; 300]].concat()).unwrap();
    assert!(application.measured_as("next").contains("the last 300 bytes"));
    application.assert_explained();
    // An event that was extended cannot be told from one that never was, once it is cut: then the PCR holds more.
    let octets = application.octets().unwrap();
    fs::write(application.log(), &octets[..octets.len() - 1]).unwrap();
    application.refused(&["--seal"], 1, &["app.log", "cut"]);
}

/// The first event of all is cut at each of its octets: the log begins anew.
#[test]
fn a_torn_header() {
    let mut application = Application::new("measure-torn-header");
    application.pcr = 16;
    let header = header(ALL);
    for size in 0..header.len() {
        let handle = Entity::pcr(16);
        let command = PcrReset { pcr_handle: handle };
        application.swtpm.tpm().execute(&command, &mut [Authorization::Password(&[])]).unwrap();
        fs::write(application.log(), &header[..size]).unwrap();
        // Nor is what lies beside it whole.
        fs::write(application.lock(), &header[..size]).unwrap();
        assert_eq!(application.measured_as("first").matches("note:").count(), 1, "{size}: that software can reset it");
        application.measured_as("second");
        let expected = [&header[..], &application.event("first"), &application.event("second")].concat();
        assert_eq!(application.octets().unwrap(), expected, "{size}");
        assert_eq!(application.replayed(), application.held());
    }
    application.assert_explained();
}

/// The event that was never extended is a seal: it is extended, and who measures is told both.
#[test]
fn a_seal_that_was_stopped() {
    let application = Application::new("measure-stopped-seal");
    application.measured_as("first");
    let (address, _) = way(&application.swtpm, |code, _| if code == PCR_EXTEND { Fate::Lost } else { Fate::Answered });
    assert_eq!(run(&application.line_to(&address, &["--seal"])).code, 3);
    let outcome = application.measure(&["--kind", "weights", &application.file("late")]);
    assert_eq!(outcome.code, 1, "{}", outcome.notes);
    application.assert_explained();
    assert!(outcome.notes.contains("sealed"), "{}", outcome.notes);
    assert!(
        outcome.notes.contains("had not been extended"),
        "the PCR was extended, and nobody is told: {}",
        outcome.notes
    );
}

/// Three events that were extended, and where the octets of each begin.
fn three(name: &str) -> (Application, Vec<u8>, Vec<usize>) {
    let application = Application::new(name);
    let mut places = vec![header(ALL).len()];
    for name in ["first", "second", "third"] {
        application.measured_as(name);
        places.push(application.octets().unwrap().len());
    }
    let octets = application.octets().unwrap();
    (application, octets, places)
}

/// The octets before the DER: register, type, digests, sizes, tag.
const BEFORE_DER: usize = 4 + 4 + 4 + (2 + 20) + (2 + 32) + (2 + 48) + (2 + 64) + 4 + 8;

#[test]
fn an_edited_digest() {
    let (application, octets, places) = three("measure-edited");
    for start in &places[1..3] {
        for at in *start..start + BEFORE_DER {
            let mut edited = octets.clone();
            edited[at] ^= 1 << (at % 8);
            fs::write(application.log(), edited).unwrap();
            application.refused(&["--seal"], 1, &["app.log"]);
        }
    }
    fs::write(application.log(), octets).unwrap();
    application.measured_as("next");
    application.assert_explained();
}

/// What an event says is what was extended: a verifier would reject a log where it is not.
#[test]
fn an_edited_measurement() {
    let (application, octets, places) = three("measure-edited-data");
    for (start, end) in [(places[1], places[2]), (places[2], places[3])] {
        for at in start + BEFORE_DER..end {
            let mut edited = octets.clone();
            edited[at] ^= 1 << (at % 8);
            fs::write(application.log(), edited).unwrap();
            application.refused(&["--seal"], 1, &["app.log", "event"]);
        }
    }
}

/// A seal that says it is something else is still one.
#[test]
fn an_edited_seal() {
    let application = Application::new("measure-edited-seal");
    application.measured_as("first");
    application.measured(&["--seal"]);
    let mut octets = application.octets().unwrap();
    let at = octets.windows(4).rposition(|window| window == b"seal").unwrap();
    octets[at] = b't';
    fs::write(application.log(), octets).unwrap();
    application.refused(&["--kind", "weights", &application.file("late")], 1, &["app.log"]);
}

/// The event that was never extended is extended only if its digests are of what it says.
#[test]
fn an_edited_event_that_was_never_extended() {
    let application = Application::new("measure-edited-last");
    application.measured_as("first");
    let before = application.octets().unwrap();
    for at in [12 + 2, BEFORE_DER - 12 - 1, BEFORE_DER + 30] {
        let mut event = application.event("second");
        event[at] ^= 1;
        fs::write(application.log(), [&before[..], &event].concat()).unwrap();
        application.refused(&["--seal"], 1, &["app.log", "event 2"]);
    }
}

#[test]
fn events_that_are_missing_or_too_many() {
    let (application, octets, places) = three("measure-missing-events");
    for place in &places[..3] {
        fs::write(application.log(), &octets[..*place]).unwrap();
        application.refused(&["--seal"], 1, &["app.log", "PCR 13", "does not lead to"]);
    }
    // The first of three is gone, two change places, one stands twice.
    let [zero, one, two, _] = places[..] else { unreachable!() };
    let parts = [&octets[..zero], &octets[zero..one], &octets[one..two], &octets[two..]];
    for order in [&[0, 2, 3][..], &[0, 2, 1, 3], &[0, 1, 3, 2], &[0, 1, 2, 2, 3]] {
        let edited: Vec<u8> = order.iter().flat_map(|part| parts[*part]).copied().collect();
        fs::write(application.log(), edited).unwrap();
        application.refused(&["--seal"], 1, &["app.log", "PCR 13", "does not lead to"]);
    }
    // Only one event can be one that was stopped.
    fs::write(application.log(), [&octets[..], &application.event("x"), &application.event("y")].concat()).unwrap();
    application.refused(&["--seal"], 1, &["app.log", "PCR 13", "does not lead to"]);
    // All are gone: the log begins late, and says so.
    fs::write(application.log(), "").unwrap();
    assert!(application.measured_as("next").starts_with("note: PCR 13 was not at its start"));
}

/// The program, which may write this many kibibytes into one file; a signal says so, and kills it or not.
fn limited(application: &Application, kibibytes: u32, kills: bool, more: &[&str]) -> Output {
    let trap = if kills { "trap - XFSZ" } else { "trap '' XFSZ" };
    let script = format!("{trap}; ulimit -c 0; ulimit -f {kibibytes}; exec \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &script, "bash", PROGRAM]).args(application.line(more)).output().unwrap()
}

#[test]
fn a_full_disk() {
    let application = Application::new("measure-full-disk");
    let file = application.file("something");
    let more = ["--kind", "weights", "--name", "limited", &file];
    // Not even the lock can be written, and nothing begins.
    let held = application.held();
    let output = limited(&application, 0, false, &more);
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{notes}");
    assert!(notes.contains("cannot write to") && notes.contains("app.log"), "{notes}");
    assert_eq!((application.octets().unwrap_or_default(), application.held()), (vec![], held));
    // The log has room for three events.
    for count in 1.. {
        let before = (application.octets(), application.held());
        let output = limited(&application, 1, false, &more);
        let notes = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            assert_eq!(application.events(), count);
            continue;
        }
        application.judge_refusal(&before, output.status.code().unwrap(), &notes, (3, &["cannot write to", "app.log"]));
        assert_eq!(count, 4);
        break;
    }
    application.assert_explained();
    // Killed in the middle of it, the process leaves part of an event.
    let (before, held) = (application.octets().unwrap(), application.held());
    let output = limited(&application, 1, true, &more);
    assert!(output.status.signal().is_some(), "{output:?}");
    let torn = application.octets().unwrap();
    assert!(torn.len() == 1024 && torn.starts_with(&before));
    assert_eq!(application.held(), held);
    let notes = application.measured_as("next");
    assert!(notes.contains(&format!("the last {} bytes of the log", 1024 - before.len())), "{notes}");
    assert_eq!(application.octets().unwrap(), [before, application.event("next")].concat());
    application.assert_explained();
}

#[test]
fn a_device_that_is_full() {
    let application = Application::new("measure-dev-full");
    let held = application.held();
    let outcome = application.measure(&["--seal", "--log", "/dev/full"]);
    let _ = fs::remove_file("/dev/full.lock");
    assert_eq!((outcome.code, outcome.notes.lines().count()), (2, 1), "{}", outcome.notes);
    assert!(outcome.notes.contains("/dev/full"), "{}", outcome.notes);
    assert_eq!(application.held(), held);
    application.swtpm.assert_empty();
}

/// No log grows beyond what verifiers read: what does not fit is refused before anything is extended.
#[test]
fn a_log_that_is_full() {
    let application = Application::new("measure-full-log");
    let fits = application.event("fits").len();
    let limit = usize::try_from(MAX_LOG).unwrap();
    // An event without action extends nothing, so that the log leads to what the PCR holds.
    let filled = |size: usize| {
        let empty = no_action(ALL, 13, &[]).len() + header(ALL).len();
        [header(ALL), no_action(ALL, 13, &vec![7; size - empty])].concat()
    };
    for (size, code) in [(limit + 1, 3), (limit, 3), (limit - fits + 1, 3)] {
        fs::write(application.log(), filled(size)).unwrap();
        let more = ["--kind", "weights", "--name", "fits", &application.file("fits")];
        application.refused(&more, code, &["app.log", "full"]);
    }
    fs::write(application.log(), filled(limit - fits)).unwrap();
    let file = application.file("fits");
    application.refused(&["--kind", "weights", "--seal", "--name", "fits", &file], 3, &["app.log", "full"]);
    application.measured_as("fits");
    assert_eq!(application.octets().unwrap(), [filled(limit - fits), application.event("fits")].concat());
    assert_eq!(application.replayed(), application.held());
    application.refused(&["--seal"], 3, &["app.log", "full"]);
    // An event in the log of another kind is not overlooked for that.
    let der = measurement("weights", "other", &[1; 32], 1);
    fs::write(application.log(), [header(ALL), measured(ALL, 14, &der)].concat()).unwrap();
    application.refused(&["--seal"], 1, &["app.log", "event 1"]);
}
