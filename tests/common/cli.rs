//! The command line, run inside the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a command did.
#[derive(Debug)]
pub struct Outcome {
    pub code: u8,
    pub out: String,
    pub notes: String,
}

/// Runs `tpmproof` with these arguments.
pub fn run(arguments: &[String]) -> Outcome {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let all = std::iter::once("tpmproof".to_owned()).chain(arguments.iter().cloned());
    let code = tpmproof::cli::run(all, &mut out, &mut notes);
    Outcome { code, out: String::from_utf8(out).unwrap(), notes: String::from_utf8(notes).unwrap() }
}

/// The path of a file of `testvectors/`.
pub fn vector(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testvectors").join(name);
    path.to_str().unwrap().to_owned()
}

/// A folder of its own, whatever the others are called, that goes away with the value.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("tpmproof-{name}-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file, and gives back its path.
    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
