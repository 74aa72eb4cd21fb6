//! Why something was not measured.

use super::ProverError;
use crate::log::LogError;
use crate::wire::write_escaped;
use core::fmt;
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// Why something was not measured. The log and the PCR are as they were, but where the message says otherwise.
#[derive(Debug)]
#[non_exhaustive]
pub enum MeasureError {
    /// An event of the log is not what was measured.
    #[expect(missing_docs, reason = "the log, and the event's number")]
    Edited { path: PathBuf, event: usize },
    /// A folder without files has no manifest.
    EmptyFolder(PathBuf),
    /// A file failed.
    #[expect(missing_docs, reason = "which, what was done with it, and the system's reason")]
    File { path: PathBuf, doing: &'static str, error: io::Error },
    /// The log is as large as one may be.
    Full(PathBuf),
    /// The file beside the log is not what is kept there.
    Lock(PathBuf),
    /// Something else than a file; in a folder also something else than a folder.
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
            Self::Edited { path, event } => write!(
                f,
                "event {event} of the log {} does not say what was measured: it was edited, and no verifier believes it; restore the log, or until the \
                 next start nothing explains the PCR any more",
                Shown(path)
            ),
            Self::EmptyFolder(path) => write!(f, "{} holds no file: nothing of it can be measured", Shown(path)),
            Self::File { path, doing, error } => {
                write!(f, "cannot {doing} {}: {error}", Shown(path))?;
                if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
                    f.write_str("; it is a symbolic link, and is not followed")?;
                }
                Ok(())
            }
            Self::Full(path) => {
                write!(f, "the log {} is full: more would not be read by any verifier", Shown(path))
            }
            Self::Lock(path) => {
                write!(
                    f,
                    "{} does not hold what a PCR held when the log began: it was edited; restore it, or until the next start nothing explains the PCR any more",
                    Shown(path)
                )
            }
            Self::NotAFile(path) => {
                write!(
                    f,
                    "{} is neither a file nor a folder; what a link leads to is not part of a folder",
                    Shown(path)
                )
            }
            Self::NotExplained { path, pcr, reboot: true } => write!(
                f,
                "the log {} is of an earlier start: PCR {pcr} is at its start again; move the log away, and a new one begins",
                Shown(path)
            ),
            Self::NotExplained { path, pcr, .. } => write!(
                f,
                "the log {} does not lead to what PCR {pcr} holds: it was edited, or something else extended the PCR; until the next start nothing \
                 explains the PCR any more",
                Shown(path)
            ),
            Self::OtherBanks(path) => {
                write!(f, "the log {} is of other PCR banks than those that the TPM has now", Shown(path))
            }
            Self::OtherLog { path, pcr, event } => {
                write!(f, "{} is no log of an application for PCR {pcr}: event {event} is another's", Shown(path))
            }
            Self::Prover(error) => error.fmt(f),
            Self::Sealed(path) => write!(f, "the log {} is sealed: nothing may follow", Shown(path)),
            Self::Thread => f.write_str("a thread that hashes has ended early"),
            Self::Unreadable { path, error } => {
                write!(f, "{} is no log of an application, or was edited: {error}", Shown(path))
            }
        }
    }
}

/// A path on one line: files may be called anything.
struct Shown<'p>(&'p Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_string_lossy().chars().try_for_each(|c| write_escaped(f, c))
    }
}

impl core::error::Error for MeasureError {}
