//! Commands over files in memory: those of the command line that need no machine, with its options and its words.

use super::args::{
    AskedArguments, EvidenceArguments, JudgingArguments, LogArguments, PinArguments, ShowArguments, SignatureFormat,
    VerifyArguments,
};
use super::error::{CliError, exit};
use super::freshness::FreshnessArguments;
use super::host::Host;
use super::{files, log, pin, roots, show, verify};
use crate::verify::Time;
use clap::ValueEnum;
use core::fmt;
use core::str::FromStr;
use std::borrow::ToOwned;
use std::collections::BTreeMap;
use std::format;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

/// Files in memory, a moment, and the options of one command.
#[derive(Clone, PartialEq, Eq)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
    now: Time,
    options: Vec<(String, String)>,
}

impl Memory {
    /// Without files and options. What the command line judges by the clock is judged at the moment `now`.
    #[must_use]
    pub const fn new(now: Time) -> Self {
        Self { files: BTreeMap::new(), now, options: Vec::new() }
    }

    /// Adds a file, in place of one of the same path. A file that a policy names is looked for by the path of the policy's folder, joined with
    /// what the policy says: for a policy `policy.toml` that is what the policy says.
    pub fn file(&mut self, path: impl Into<PathBuf>, bytes: Vec<u8>) {
        self.files.insert(path.into(), bytes);
    }

    /// Adds an option of the command line, by its name there without dashes; one without a value has an empty one. What stands there
    /// without an option is `proof` or `file`.
    pub fn option(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.options.push((name.into(), value.into()));
    }

    /// Runs the command `verify`, `show`, `log`, `pin` or `roots`, and gives back the exit code, as the command line does: the result goes to
    /// `out`, and what is to say beside it to `notes`.
    pub fn run(mut self, command: &str, out: &mut dyn Write, notes: &mut dyn Write) -> u8 {
        let result = self.dispatch(command, out, notes);
        exit(result, notes)
    }

    fn dispatch(&mut self, command: &str, out: &mut dyn Write, notes: &mut dyn Write) -> Result<u8, CliError> {
        match command {
            "verify" => verify::run(&self.verify()?, self, out, notes),
            "show" => show::run(&self.show()?, self, out),
            "log" => log::run(&self.log()?, self, out),
            "pin" => pin::run(&self.pin()?, self, out, notes),
            "roots" => self.finish().and_then(|()| roots::run(out)),
            _ => Err(CliError::Misuse(format!("there is no command {command:?} over files in memory"))),
        }
    }

    fn verify(&mut self) -> Result<VerifyArguments, CliError> {
        let arguments = VerifyArguments {
            asked: self.asked()?,
            policy: self.one("policy")?.ok_or_else(|| missing("policy"))?.into(),
            root: self.paths("root"),
            intermediate: self.paths("intermediate"),
            client_data: self.one("client-data")?.map(PathBuf::from),
            json: self.flag("json")?,
        };
        self.finish().map(|()| arguments)
    }

    fn show(&mut self) -> Result<ShowArguments, CliError> {
        let arguments = ShowArguments {
            file: self.one("file")?.ok_or_else(|| missing("file"))?.into(),
            kind: self.known("as")?,
            json: self.flag("json")?,
            max_size: files::LARGE,
        };
        self.finish().map(|()| arguments)
    }

    fn log(&mut self) -> Result<LogArguments, CliError> {
        let arguments = LogArguments { files: self.paths("file"), json: self.flag("json")?, max_size: files::LARGE };
        if arguments.files.is_empty() {
            return Err(missing("file"));
        }
        self.finish().map(|()| arguments)
    }

    fn pin(&mut self) -> Result<PinArguments, CliError> {
        let arguments = PinArguments {
            asked: self.asked()?,
            root: self.paths("root"),
            pcr: self.all("pcr").iter().map(|text| read("pcr", text)).collect::<Result<_, _>>()?,
        };
        self.finish().map(|()| arguments)
    }

    fn asked(&mut self) -> Result<AskedArguments, CliError> {
        let proof = self.one("proof")?.ok_or_else(|| missing("proof"))?;
        Ok(AskedArguments {
            evidence: EvidenceArguments {
                proof: Some(proof.into()),
                format: self.known("as")?,
                bank: self.one("bank")?,
                message: None,
                signature: None,
                signature_format: SignatureFormat::Tss,
                signature_scheme: None,
                signature_hash: None,
                pcrs: None,
                ak: None,
                logs: self.all("log"),
                attach: self.all("attach"),
                max_size: files::LARGE,
            },
            freshness: FreshnessArguments::new(self.one("nonce")?, self.flag("insecure-no-freshness")?)?,
            judging: JudgingArguments {
                crl: self.paths("crl"),
                at: self.one("at")?.map(|text| read("at", &text)).transpose()?,
            },
        })
    }

    /// The values of an option, which is then used up.
    fn all(&mut self, name: &str) -> Vec<String> {
        self.options.extract_if(.., |(known, _)| known == name).map(|(_, value)| value).collect()
    }

    fn paths(&mut self, name: &str) -> Vec<PathBuf> {
        self.all(name).into_iter().map(PathBuf::from).collect()
    }

    fn one(&mut self, name: &str) -> Result<Option<String>, CliError> {
        let mut all = self.all(name);
        let one = all.pop();
        if all.is_empty() { Ok(one) } else { Err(CliError::Misuse(format!("--{name} is given twice"))) }
    }

    fn flag(&mut self, name: &str) -> Result<bool, CliError> {
        match self.one(name)?.as_deref() {
            None => Ok(false),
            Some("") => Ok(true),
            Some(_) => Err(CliError::Misuse(format!("--{name} takes no value"))),
        }
    }

    fn known<T: ValueEnum>(&mut self, name: &str) -> Result<Option<T>, CliError> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let names = T::value_variants().iter().filter_map(T::to_possible_value);
        T::from_str(&text, false).map(Some).map_err(|_| {
            let names: Vec<String> = names.map(|known| known.get_name().to_owned()).collect();
            CliError::Misuse(format!("--{name} has {text:?}, which is not known; known are {}", names.join(", ")))
        })
    }

    /// Nothing that was asked for is passed over.
    fn finish(&self) -> Result<(), CliError> {
        match self.options.first() {
            None => Ok(()),
            Some((name, _)) => Err(CliError::Misuse(format!("there is no option --{name} here"))),
        }
    }
}

fn missing(name: &str) -> CliError {
    CliError::Misuse(format!("there is no {name}"))
}

fn read<T: FromStr<Err: ToString>>(name: &str, text: &str) -> Result<T, CliError> {
    text.parse().map_err(|error: T::Err| CliError::Misuse(format!("--{name} has {text:?}: {}", error.to_string())))
}

/// What the files hold may be secret.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files.keys();
        f.debug_struct("Memory").field("files", &files).field("now", &self.now).field("options", &self.options).finish()
    }
}

impl Host for Memory {
    fn read(&self, path: &Path, max: u64) -> Result<Vec<u8>, Error> {
        let bytes = self.files.get(path);
        let bytes = bytes.ok_or_else(|| Error::new(ErrorKind::NotFound, "no file of this name was given"))?;
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        Ok(bytes.get(..max).unwrap_or(bytes).to_owned())
    }

    fn exists(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn now(&self) -> Time {
        self.now
    }
}
