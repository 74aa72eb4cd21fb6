//! A virtual TPM for a test: swtpm on free ports, in a folder of its own, gone with the value.

use super::cli::Folder;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tpmproof::prover::commands::{Shutdown, Startup};
use tpmproof::prover::transport::Control;
use tpmproof::prover::{Tpm, TpmAddress};
use tpmproof::structures::TpmSu;

/// How long a test waits for a TPM.
pub const TIMEOUT: Duration = Duration::from_secs(20);

pub struct Swtpm {
    pub folder: Folder,
    pub address: TpmAddress,
    port: u16,
    child: Child,
}

impl Swtpm {
    /// A fresh TPM that is on and started, with the banks of SHA-1 to SHA-512 and no certificates.
    pub fn new(name: &str) -> Self {
        let mut swtpm = Self::off(name);
        swtpm.power_on();
        swtpm
    }

    /// One that its maker gave endorsement keys with certificates of its own authority, whose root and issuer lie in the folder as
    /// `rootca.pem` and `issuercert.pem`.
    pub fn manufactured(name: &str) -> Self {
        let folder = Folder::new(name);
        manufacture(&folder, "sha1,sha256,sha384,sha512");
        let mut swtpm = Self::start(folder);
        swtpm.power_on();
        swtpm
    }

    /// One with these banks only.
    pub fn with_banks(name: &str, banks: &str) -> Self {
        let folder = Folder::new(name);
        let state = format!("dir://{}", state(&folder));
        let config = folder.write("setup.conf", b"create_certs_tool = /bin/true\n");
        let mut setup = Command::new("swtpm_setup");
        setup.args(["--tpm2", "--config", &config, "--tpmstate", &state, "--pcr-banks", banks, "--logfile"]);
        setup.arg(folder.path("setup.log"));
        succeed(as_root(&mut setup));
        let mut swtpm = Self::start(folder);
        swtpm.power_on();
        swtpm
    }

    /// One without power.
    pub fn off(name: &str) -> Self {
        let folder = Folder::new(name);
        state(&folder);
        Self::start(folder)
    }

    fn start(folder: Folder) -> Self {
        // One after the other, or two take the same ports, and each believes that it answers.
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..20 {
            let port = free_ports();
            let (data, control) = (format!("type=tcp,port={port}"), format!("type=tcp,port={}", port + 1));
            let log = format!("file={}", folder.path("swtpm.log"));
            let mut command = Command::new("swtpm");
            command.args(["socket", "--tpm2", "--server", &data, "--ctrl", &control, "--log", &log, "--tpmstate"]);
            command.arg(format!("dir={}", folder.path("state"))).stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().expect("swtpm is not installed; tests/run installs it");
            if answers(port, &mut child) {
                let address = TpmAddress::Swtpm("127.0.0.1".into(), port);
                return Self { folder, address, port, child };
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        panic!("swtpm does not start; see {}", folder.path("swtpm.log"));
    }

    pub fn control(&self) -> Control {
        Control::of(&self.address, TIMEOUT).unwrap()
    }

    /// Power, and what the firmware does with it.
    pub fn power_on(&mut self) {
        self.control().power_on().unwrap();
        self.tpm().execute(&Startup { startup_type: TpmSu::CLEAR }, &mut []).unwrap();
    }

    /// A reboot: the PCRs begin anew, and what was loaded is gone.
    pub fn reboot(&mut self) {
        self.tpm().execute(&Shutdown { shutdown_type: TpmSu::CLEAR }, &mut []).unwrap();
        self.control().power_off().unwrap();
        self.power_on();
    }

    /// A suspension that ends in a start from the beginning: a TPM Restart.
    pub fn restart(&mut self) {
        self.tpm().execute(&Shutdown { shutdown_type: TpmSu::STATE }, &mut []).unwrap();
        self.control().power_off().unwrap();
        self.power_on();
    }

    pub fn tpm(&self) -> Tpm {
        Tpm::open(&self.address).unwrap()
    }

    /// Ends it at once, whatever it was doing.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A command of `tpm2-tools` that succeeds, run in the folder; what it printed.
    pub fn tool(&self, line: &str) -> String {
        let output = self.tool_output(line);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn tool_output(&self, line: &str) -> Output {
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command.args(words).current_dir(self.folder.path("")).env("TPM2TOOLS_TCTI", self.tcti());
        command.output().expect("tpm2-tools are not installed; tests/run installs them")
    }

    pub fn tcti(&self) -> String {
        format!("swtpm:host=127.0.0.1,port={}", self.port)
    }

    /// Nothing was left in it: no object, and no session, loaded or saved.
    pub fn assert_empty(&self) {
        for what in ["handles-transient", "handles-loaded-session", "handles-saved-session"] {
            let left = self.tool(&format!("tpm2_getcap {what}"));
            assert!(left.trim().is_empty(), "{what}: {left}");
        }
    }
}

impl Drop for Swtpm {
    fn drop(&mut self) {
        // In order, or the TPM counts it as an attack.
        if let Ok(mut tpm) = Tpm::open(&self.address) {
            let _ = tpm.execute(&Shutdown { shutdown_type: TpmSu::CLEAR }, &mut []);
        }
        let _ = self.control().shut_down();
        let end = Instant::now() + Duration::from_secs(2);
        while Instant::now() < end && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }
}

fn state(folder: &Folder) -> String {
    let path = folder.path("state");
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn manufacture(folder: &Folder, banks: &str) {
    let ca = folder.path("ca");
    std::fs::create_dir_all(&ca).unwrap();
    let files = format!(
        "statedir = {ca}\nsigningkey = {ca}/signkey.pem\nissuercert = {ca}/issuercert.pem\ncertserial = {ca}/certserial\n"
    );
    let authority = folder.write("localca.conf", files.as_bytes());
    let options = folder
        .write("localca.options", b"--platform-manufacturer Example\n--platform-version 1\n--platform-model Example\n");
    let tools = format!(
        "create_certs_tool = /usr/bin/swtpm_localca\ncreate_certs_tool_config = {authority}\ncreate_certs_tool_options = {options}\n"
    );
    let config = folder.write("setup.conf", tools.as_bytes());
    let state = format!("dir://{}", state(folder));
    let mut setup = Command::new("swtpm_setup");
    setup.args(["--tpm2", "--config", &config, "--tpmstate", &state, "--pcr-banks", banks]);
    setup.args(["--create-ek-cert", "--create-platform-cert", "--lock-nvram", "--write-ek-cert-files"]);
    setup.args([&folder.path(""), "--logfile", &folder.path("setup.log")]);
    succeed(as_root(&mut setup));
    std::fs::copy(folder.path("ca/issuercert.pem"), folder.path("issuercert.pem")).unwrap();
    std::fs::copy(folder.path("ca/swtpm-localca-rootca-cert.pem"), folder.path("rootca.pem")).unwrap();
}

/// Root must say that it stays root, and nobody else may.
fn as_root(setup: &mut Command) -> &mut Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if root { setup.args(["--runas", "root"]) } else { setup }
}

pub fn succeed(command: &mut Command) -> Vec<u8> {
    let output =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; tests/run installs what it needs"));
    let text = [&output.stdout[..], &output.stderr].concat();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&text));
    output.stdout
}

/// The first of two ports that nobody has.
fn free_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < 65_000 && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

fn answers(port: u16, child: &mut Child) -> bool {
    let end = Instant::now() + TIMEOUT;
    while Instant::now() < end {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        // The control channel takes one client after the other, so that this one does not hinder the next.
        if TcpStream::connect(("127.0.0.1", port + 1)).is_ok() && TcpStream::connect(("127.0.0.1", port)).is_ok() {
            // One that could not have the ports ends at once.
            std::thread::sleep(Duration::from_millis(5));
            return child.try_wait().unwrap().is_none();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}
