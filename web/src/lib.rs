//! Commands over files in memory, for JavaScript; `tpmproof.js` has the functions for people.

use tpmproof::cli::Memory;
use tpmproof::verify::Time;
use wasm_bindgen::prelude::wasm_bindgen;

/// One command: its options and files.
#[wasm_bindgen]
pub struct Command(Memory);

/// What a command did.
#[wasm_bindgen]
pub struct Outcome {
    /// The exit code.
    pub code: u8,
    out: Vec<u8>,
    notes: Vec<u8>,
}

#[wasm_bindgen]
impl Command {
    /// Without options yet, at a moment in seconds since 1970.
    #[wasm_bindgen(constructor)]
    pub fn new(now: u64) -> Self {
        Self(Memory::new(Time::from_unix_seconds(now)))
    }

    /// Adds an option, by its name on the command line; one without a value has an empty one.
    pub fn option(&mut self, name: String, value: String) {
        self.0.option(name, value);
    }

    /// Adds a file.
    pub fn file(&mut self, name: String, bytes: Vec<u8>) {
        self.0.file(name, bytes);
    }

    /// Runs the command of this name, and is gone.
    pub fn run(self, name: &str) -> Outcome {
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        let code = self.0.run(name, &mut out, &mut notes);
        Outcome { code, out, notes }
    }
}

#[wasm_bindgen]
impl Outcome {
    /// What it wrote, and what it said beside that; the outcome is then gone.
    pub fn texts(self) -> Vec<String> {
        [self.out, self.notes].map(|text| String::from_utf8_lossy(&text).into_owned()).into()
    }
}
