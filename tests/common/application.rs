//! An application that measures into a virtual TPM of its own.

use super::cli::{Outcome, run};
use super::forge::hash;
use super::log::{BANKS, measured, measurement};
use super::machine::digits;
use super::swtpm::Swtpm;
use super::verified::SHA256;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};
use tpmproof::crypto::HashAlgorithm;
use tpmproof::log::TcgLog;
use tpmproof::prover::{NewMeasurement, TpmAddress, hash_paths};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tpmproof");

/// What one PCR holds, in hexadecimal digits, by bank.
pub type Values = BTreeMap<String, String>;

pub struct Application {
    pub swtpm: Swtpm,
    pub pcr: u8,
}

impl Application {
    pub fn new(name: &str) -> Self {
        Self { swtpm: Swtpm::new(name), pcr: 13 }
    }

    pub fn log(&self) -> String {
        self.swtpm.folder.path("app.log")
    }

    pub fn lock(&self) -> String {
        self.swtpm.folder.path("app.log.lock")
    }

    /// The octets of the log, if there is one.
    pub fn octets(&self) -> Option<Vec<u8>> {
        fs::read(self.log()).ok()
    }

    /// How many events the log has, without the Spec ID event.
    pub fn events(&self) -> usize {
        TcgLog::from_bytes(&self.octets().unwrap()).unwrap().len()
    }

    /// The command line of a measurement into this log, after the program's name.
    pub fn line(&self, more: &[&str]) -> Vec<String> {
        self.line_to(&self.swtpm.address, more)
    }

    pub fn line_to(&self, tpm: &TpmAddress, more: &[&str]) -> Vec<String> {
        let own = ["measure".into(), "--tpm".into(), tpm.to_string(), "--pcr".into(), self.pcr.to_string()];
        // One that is named by a test comes instead.
        let log = if more.contains(&"--log") { Vec::new() } else { vec!["--log".into(), self.log()] };
        own.into_iter().chain(log).chain(more.iter().map(|word| (*word).to_owned())).collect()
    }

    pub fn measure(&self, more: &[&str]) -> Outcome {
        run(&self.line(more))
    }

    /// Measures; what it said.
    pub fn measured(&self, more: &[&str]) -> String {
        let outcome = self.measure(more);
        assert_eq!(outcome.code, 0, "{more:?}: {}", outcome.notes);
        assert_eq!(outcome.out, "");
        outcome.notes
    }

    /// Measures something that is called `name`; what it said. Each name is another content.
    pub fn measured_as(&self, name: &str) -> String {
        let file = self.file(name);
        self.measured(&["--kind", "weights", "--name", name, &file])
    }

    /// Tries to measure, in vain: one line says why with these words, nothing is extended, and the log stays as it is.
    pub fn refused(&self, more: &[&str], code: u8, words: &[&str]) -> String {
        let before = (self.octets(), self.held());
        let outcome = self.measure(more);
        self.judge_refusal(&before, outcome.code.into(), &outcome.notes, (code, words));
        outcome.notes
    }

    pub fn judge_refusal(&self, before: &(Option<Vec<u8>>, Values), code: i32, notes: &str, wanted: (u8, &[&str])) {
        assert_eq!(code, i32::from(wanted.0), "{notes}");
        assert!(notes.starts_with("tpmproof: ") && notes.lines().count() == 1, "not one line: {notes}");
        for word in wanted.1 {
            assert!(notes.contains(word), "{word:?} is not in: {notes}");
        }
        assert!(self.octets() == before.0, "the log has changed: {notes}");
        assert_eq!(self.held(), before.1, "something was extended: {notes}");
    }

    /// A file with a content of its name's, to measure.
    pub fn file(&self, name: &str) -> String {
        self.swtpm.folder.write("measured", content(name).as_bytes())
    }

    /// The event of the measurement of [`Self::measured_as`], in every bank.
    pub fn event(&self, name: &str) -> Vec<u8> {
        let content = content(name);
        let der = measurement("weights", name, &hash(SHA256, content.as_bytes()), content.len() as u64);
        measured(BANKS, self.pcr.into(), &der)
    }

    pub fn held(&self) -> Values {
        let mut tpm = self.swtpm.tpm();
        let banks = tpm.active_banks().unwrap();
        let banks = banks.iter().map(|bank| HashAlgorithm::try_from(bank.0).unwrap());
        let mut values = Values::new();
        for bank in banks {
            let selection = tpmproof::verify::BankSelection { bank, pcrs: 1 << self.pcr };
            let read = tpm.read_pcrs(&[selection]).unwrap();
            values.insert(bank.name().into(), digits(&read[0].value));
        }
        values
    }

    /// What the log leads to, as `tpmproof log` says.
    pub fn replayed(&self) -> Values {
        let outcome = run(&["log".into(), "--json".into(), self.log()]);
        assert_eq!(outcome.code, 0, "{}", outcome.notes);
        let json: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
        let pcr = self.pcr.to_string();
        let banks = json["replayed"].as_object().unwrap().iter();
        banks.map(|(bank, values)| (bank.clone(), values[&pcr].as_str().unwrap_or_default().to_owned())).collect()
    }

    /// The log leads to what the PCR holds in every bank, by our replay and by that of tpm2-tools.
    pub fn assert_explained(&self) {
        let held = self.printed(&self.swtpm.tool("tpm2_pcrread"));
        assert_eq!(held, self.held());
        assert_eq!(self.replayed(), held);
        let events = self.swtpm.tool("tpm2_eventlog app.log");
        assert_eq!(self.printed(events.split("\npcrs:\n").nth(1).unwrap()), held);
        self.swtpm.assert_empty();
    }

    /// The PCR in what tpm2-tools print: a line for each bank, below it one for each PCR.
    fn printed(&self, text: &str) -> Values {
        let mut values = Values::new();
        let mut bank = "";
        for (name, value) in text.lines().filter_map(|line| line.trim().split_once(':')) {
            match value.trim().strip_prefix("0x") {
                None => bank = name,
                Some(value) if name.trim() == self.pcr.to_string() => {
                    values.insert(bank.into(), value.to_lowercase());
                }
                Some(_) => {}
            }
        }
        values
    }
}

fn content(name: &str) -> String {
    format!("what {name} is")
}

/// What the library measures of a file.
pub fn new_measurement(kind: &str, name: &str, path: &str) -> NewMeasurement {
    let hashed = hash_paths(&[path.into()], &|_| ()).unwrap().remove(0);
    NewMeasurement { kind: kind.into(), name: name.into(), hashed }
}

/// The program, as a process of its own.
pub fn start(line: &[String]) -> Child {
    let mut command = Command::new(PROGRAM);
    command.args(line).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What the program did, if it ended in time.
pub fn ended(mut child: Child, time: Duration) -> Option<Output> {
    let end = Instant::now() + time;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        sleep(Duration::from_millis(5));
    }
    Some(child.wait_with_output().unwrap())
}

/// What becomes of a command on its way to the TPM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is answered.
    Answered,
    /// The TPM never sees it, and the connection ends.
    Lost,
    /// The TPM does it, and the connection ends before its response.
    Unanswered,
    /// It is refused with this code, and the TPM never sees it.
    Refused(u32),
    /// The TPM never sees it, and this process is killed.
    KilledBefore(u32),
    /// The TPM does it, and this process is killed.
    KilledAfter(u32),
}

pub const PCR_EXTEND: u32 = 0x182;

/// A way to the TPM for one client: of each command its code and number are told, and its fate is what `fate` says. Whoever waits for its
/// end is told how many commands there were.
pub fn way(
    swtpm: &Swtpm,
    mut fate: impl FnMut(u32, usize) -> Fate + Send + 'static,
) -> (TpmAddress, JoinHandle<usize>) {
    let TpmAddress::Swtpm(host, port) = swtpm.address.clone() else { panic!("not of TCP") };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = TpmAddress::Swtpm("127.0.0.1".into(), listener.local_addr().unwrap().port());
    let serve = move || {
        let mut client = listener.accept().unwrap().0;
        let mut tpm = TcpStream::connect((host.as_str(), port)).unwrap();
        for number in 0.. {
            let Some(command) = frame(&mut client) else { return number };
            let fate = fate(u32::from_be_bytes(command[6..10].try_into().unwrap()), number);
            let done = matches!(fate, Fate::Answered | Fate::Unanswered | Fate::KilledAfter(_));
            let response = done.then(|| {
                tpm.write_all(&command).unwrap();
                frame(&mut tpm).unwrap()
            });
            match (fate, response) {
                (Fate::Answered, Some(response)) => client.write_all(&response).unwrap(),
                (Fate::Refused(code), _) => {
                    let response = [&[0x80, 1, 0, 0, 0, 10][..], &code.to_be_bytes()].concat();
                    client.write_all(&response).unwrap();
                }
                (Fate::KilledBefore(id) | Fate::KilledAfter(id), _) => {
                    super::swtpm::succeed(Command::new("kill").args(["-KILL", &id.to_string()]));
                    // It is dead once its end of the connection is closed.
                    assert_eq!(frame(&mut client), None);
                    return number + 1;
                }
                _ => return number + 1,
            }
        }
        unreachable!()
    };
    (address, spawn(serve))
}

/// One command or response.
fn frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 10];
    stream.read_exact(&mut frame).ok()?;
    let size = u32::from_be_bytes(frame[2..6].try_into().unwrap()) as usize;
    frame.resize(size, 0);
    stream.read_exact(&mut frame[10..]).ok()?;
    Some(frame)
}
