//! The lock of a log: who measures holds it alone, who proves holds it with others, so that log and PCR are of one moment. In its file
//! stands what the PCR held when the log began.

use super::pcr::encode_list;
use super::{MeasureError, ProverError};
use crate::structures::{TpmAlgId, TpmlDigestValues, TpmtHa};
use crate::wire::Decode;
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
            Ok(file) => file,
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
        options.read(true).write(true).create(true).truncate(false).mode(0o644).custom_flags(no_follow());
        let file = options.open(&path).map_err(MeasureError::file(&path, "open"))?;
        file.lock().map_err(MeasureError::file(&path, "lock"))?;
        Ok(Self { path, file })
    }

    /// Keeps what the PCR held when the log began: a `TPML_DIGEST_VALUES`, a value for each bank.
    pub(super) fn write_start(&self, values: &[TpmtHa<'_>]) -> Result<(), MeasureError> {
        let list = encode_list(values).map_err(ProverError::Encode)?;
        let mut file = &self.file;
        let mut store = || {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&list)?;
            file.sync_data()
        };
        store().map_err(MeasureError::file(&self.path, "write to"))
    }

    /// The same, read: the value of each bank; zero where nothing is kept.
    pub(super) fn read_start(&self) -> Result<Vec<(TpmAlgId, Vec<u8>)>, MeasureError> {
        let mut list = Vec::new();
        let mut file = &self.file;
        let mut read = || {
            file.seek(SeekFrom::Start(0))?;
            file.take(4096).read_to_end(&mut list)
        };
        read().map_err(MeasureError::file(&self.path, "read"))?;
        if list.is_empty() {
            return Ok(Vec::new());
        }
        let values = TpmlDigestValues::from_bytes(&list).map_err(|_| MeasureError::Lock(self.path.clone()))?;
        Ok(values.iter().map(|value| (value.hash_alg.0, value.digest.to_vec())).collect())
    }
}

fn beside(log: &Path) -> PathBuf {
    let mut path = log.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// A link where a log should be would send what is written somewhere else.
pub(super) fn no_follow() -> i32 {
    i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default()
}

/// A new file is there after a crash only if its folder is on the disk too.
pub(super) fn sync_folder(path: &Path) -> Result<(), MeasureError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(MeasureError::file(folder, "write to"))
}
