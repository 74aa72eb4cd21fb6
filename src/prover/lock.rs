//! The lock of a log: who measures holds it alone, who proves holds it with others, so that log and PCR are of one moment. In its file
//! stands what the PCR held when the log began.

use super::pcr::encode_list;
use super::tpm::encoded;
use super::{MeasureError, ProverError};
use crate::structures::{TpmAlgId, TpmlDigestValues, TpmsClockInfo, TpmtHa};
use crate::wire::{Encode, Wire, located};
use rustix::fs::OFlags;
use std::borrow::ToOwned;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::vec::Vec;

#[derive(Debug)]
pub(super) struct LogLock {
    path: PathBuf,
    file: File,
}

/// Held for as long as this lives: nothing is measured meanwhile.
#[derive(Debug)]
pub struct QuietLog {
    _lock: Option<File>,
}

impl QuietLog {
    /// Keeps the log at a path from growing. A log without a lock beside it is nobody's who measures here.
    ///
    /// # Errors
    /// If the lock is there and cannot be taken.
    pub fn of(log: &Path) -> Result<Self, MeasureError> {
        let path = beside(log);
        let file = match OpenOptions::new().read(true).custom_flags(no_follow()).open(&path) {
            Ok(file) => a_file(file, &path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self { _lock: None }),
            Err(error) => return Err(MeasureError::file(&path, "open")(error)),
        };
        file.lock_shared().map_err(MeasureError::file(&path, "lock"))?;
        Ok(Self { _lock: Some(file) })
    }
}

impl LogLock {
    /// Waits until nobody else holds it.
    pub(super) fn exclusive(log: &Path) -> Result<Self, MeasureError> {
        let path = beside(log);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(no_follow());
        let file = a_file(options.open(&path).map_err(MeasureError::file(&path, "open"))?, &path)?;
        file.lock().map_err(MeasureError::file(&path, "lock"))?;
        Ok(Self { path, file })
    }

    /// Keeps when the log began, a `TPMS_CLOCK_INFO`, and what the PCR held then, a `TPML_DIGEST_VALUES`, a value for each bank.
    pub(super) fn write_start(&self, clock: &TpmsClockInfo, values: &[TpmtHa<'_>]) -> Result<(), MeasureError> {
        let mut start = encoded(|out| clock.encode(out)).map_err(ProverError::Encode)?;
        start.extend(encode_list(values).map_err(ProverError::Encode)?);
        let mut file = &self.file;
        let mut store = || {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&start)?;
            file.sync_data()
        };
        store().map_err(MeasureError::file(&self.path, "write to"))
    }

    /// The same, read; nothing where nothing is kept.
    pub(super) fn read_start(&self) -> Result<Option<Start>, MeasureError> {
        let mut start = Vec::new();
        let mut file = &self.file;
        let mut read = || {
            file.seek(SeekFrom::Start(0))?;
            file.take(4096).read_to_end(&mut start)
        };
        read().map_err(MeasureError::file(&self.path, "read"))?;
        if start.is_empty() {
            return Ok(None);
        }
        let read = located(&start, |input| {
            let (input, clock) = TpmsClockInfo::decode(input)?;
            let (input, values) = TpmlDigestValues::decode(input)?;
            let values = values.iter().map(|value| (value.hash_alg.0, value.digest.to_vec())).collect();
            Ok((input, Start { clock, values }))
        });
        read.map(Some).map_err(|_| MeasureError::Lock(self.path.clone()))
    }
}

/// When a log began, and what the PCR held then.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) clock: TpmsClockInfo,
    pub(super) values: Vec<(TpmAlgId, Vec<u8>)>,
}

fn beside(log: &Path) -> PathBuf {
    let mut path = log.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// A link where a log should be would send what is written somewhere else, and a pipe would wait for ever.
pub(super) fn no_follow() -> i32 {
    i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default()
}

/// Nothing else keeps what is written to it.
pub(super) fn a_file(file: File, path: &Path) -> Result<File, MeasureError> {
    let metadata = file.metadata().map_err(MeasureError::file(path, "look at"))?;
    if metadata.is_file() { Ok(file) } else { Err(MeasureError::NotAFile(path.into())) }
}

/// A new file is there after a crash only if its folder is on the disk too.
pub(super) fn sync_folder(path: &Path) -> Result<(), MeasureError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(MeasureError::file(folder, "write to"))
}
