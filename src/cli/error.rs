//! What ends a command before a verdict, and the exit code for it.

use core::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::string::String;

pub(crate) const REJECTED: u8 = 1;
pub(crate) const MISUSE: u8 = 2;
const ENVIRONMENT: u8 = 3;

/// Why a command ended without doing what it says.
#[derive(Debug)]
pub(crate) enum CliError {
    /// Evidence that cannot be read.
    Evidence(String),
    /// The command line, a policy or a root makes no sense.
    Misuse(String),
    /// Something outside failed: the TPM, or what should be there and is not.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "there is nothing outside but files"))]
    Environment(String),
    /// A file or stream failed.
    File { path: PathBuf, doing: &'static str, error: std::io::Error },
}

impl CliError {
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Evidence(_) => REJECTED,
            Self::Misuse(_) => MISUSE,
            Self::Environment(_) | Self::File { .. } => ENVIRONMENT,
        }
    }

    pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::File { path: path.into(), doing, error }
    }
}

/// The exit code of a command, and its last words on `notes`.
pub(crate) fn exit(result: Result<u8, CliError>, notes: &mut dyn Write) -> u8 {
    result.unwrap_or_else(|error| {
        let _ = writeln!(notes, "tpmproof: {error}");
        error.code()
    })
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(text) | Self::Evidence(text) | Self::Misuse(text) => f.write_str(text),
            Self::File { path, doing, error } => write!(f, "cannot {doing} {}: {error}", path.display()),
        }
    }
}
