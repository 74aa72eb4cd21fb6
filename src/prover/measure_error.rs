//! Why something was not measured.

use super::ProverError;
use crate::log::LogError;
use core::fmt;
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// Why something was not measured. The log and the PCR are as they were, but where the message says otherwise.
#[derive(Debug)]
#[non_exhaustive]
pub enum MeasureError {
    /// A folder without files has no manifest.
    EmptyFolder(PathBuf),
    /// A file failed.
    #[expect(missing_docs, reason = "which, what was done with it, and the system's reason")]
    File { path: PathBuf, doing: &'static str, error: io::Error },
    /// The log is as large as one may be.
    Full(PathBuf),
    /// The file beside the log is not what is kept there.
    Lock(PathBuf),
    /// In a folder there is something else than files and folders.
    NotAFile(PathBuf),
    /// The log does not lead to what its PCR holds.
    #[expect(missing_docs, reason = "the log, the PCR, and whether that is at its start")]
    NotExplained { path: PathBuf, pcr: u8, reboot: bool },
    /// The log is of other banks than the TPM has now.
    OtherBanks(PathBuf),
    /// The log has an event that is no measurement of this PCR.
    #[expect(missing_docs, reason = "the log, the PCR, and the event's number")]
    OtherLog { path: PathBuf, pcr: u8, event: usize },
    /// The TPM failed.
    Prover(ProverError),
    /// The log has ended.
    Sealed(PathBuf),
    /// A thread that hashes has ended early.
    Thread,
    /// The file is no log.
    #[expect(missing_docs, reason = "which, and why")]
    Unreadable { path: PathBuf, error: LogError },
}

impl MeasureError {
    pub(super) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::File { path: path.into(), doing, error }
    }
}

impl From<ProverError> for MeasureError {
    fn from(error: ProverError) -> Self {
        Self::Prover(error)
    }
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyFolder(path) => write!(f, "{} holds no file: nothing of it can be measured", path.display()),
            Self::File { path, doing, error } => {
                write!(f, "cannot {doing} {}: {error}", path.display())?;
                if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
                    f.write_str("; it is a symbolic link, and is not followed")?;
                }
                Ok(())
            }
            Self::Full(path) => {
                write!(f, "the log {} is full: more would not be read by any verifier", path.display())
            }
            Self::Lock(path) => {
                write!(f, "{} does not hold what a PCR held when the log began; it was edited", path.display())
            }
            Self::NotAFile(path) => {
                write!(
                    f,
                    "{} is neither a file nor a folder; what a link leads to is not part of a folder",
                    path.display()
                )
            }
            Self::NotExplained { path, pcr, reboot: true } => write!(
                f,
                "the log {} is of an earlier start: PCR {pcr} is at its start again; move the log away, and a new one begins",
                path.display()
            ),
            Self::NotExplained { path, pcr, .. } => write!(
                f,
                "the log {} does not lead to what PCR {pcr} holds: it was edited, or something else extended the PCR; until the next start nothing \
                 explains the PCR any more",
                path.display()
            ),
            Self::OtherBanks(path) => {
                write!(f, "the log {} is of other PCR banks than those that the TPM has now", path.display())
            }
            Self::OtherLog { path, pcr, event } => {
                write!(f, "{} is no log of an application for PCR {pcr}: event {event} is another's", path.display())
            }
            Self::Prover(error) => error.fmt(f),
            Self::Sealed(path) => write!(f, "the log {} is sealed: nothing may follow", path.display()),
            Self::Thread => f.write_str("a thread that hashes has ended early"),
            Self::Unreadable { path, error } => {
                write!(f, "{} is no log of an application, or was edited: {error}", path.display())
            }
        }
    }
}

impl core::error::Error for MeasureError {}
