//! The operating system: files, written whole or not at all, and its clock.

use super::super::error::CliError;
use super::super::host::Host;
use super::interrupt::{self, Hold};
use crate::verify::Time;
use std::format;
use std::fs::File;
use std::io::{Error, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::vec::Vec;
use tempfile::{NamedTempFile, PersistError};

/// The machine that the program runs on.
pub(crate) struct System;

impl Host for System {
    fn read(&self, path: &Path, max: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        File::open(path)?.take(max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn now(&self) -> Time {
        Time::now()
    }
}

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner alone.
    Owner,
    /// Everybody, as far as the process's mask lets them.
    Everybody,
}

/// Writes a file beside `path` and puts it in its place: what was there is replaced only when all is on the disk. Only a regular file is
/// replaced; a link is not, and is not followed.
pub(crate) fn write(path: &Path, bytes: &[u8], access: Access) -> Result<(), CliError> {
    Prepared::new(path, bytes, access)?.replace()
}

/// The same, of a file that must not be there yet.
pub(crate) fn create(path: &Path, bytes: &[u8], access: Access) -> Result<(), CliError> {
    Prepared::new(path, bytes, access)?.create()
}

/// A file that is on the disk, and not yet in its place.
pub(crate) struct Prepared<'p> {
    path: &'p Path,
    folder: &'p Path,
    file: NamedTempFile,
    /// A file that is begun is finished, or taken away again.
    _hold: Hold,
}

impl<'p> Prepared<'p> {
    pub(crate) fn new(path: &'p Path, bytes: &[u8], access: Access) -> Result<Self, CliError> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let hold = interrupt::hold();
        interrupt::check()?;
        judge_place(path)?;
        if !folder.is_dir() {
            let (path, folder) = (path.display(), folder.display());
            return Err(CliError::Environment(format!(
                "cannot write {path}: there is no folder {folder}; make it first"
            )));
        }
        let store = || {
            let mode = if access == Access::Owner { 0o600 } else { 0o666 };
            let permissions = std::fs::Permissions::from_mode(mode);
            let mut file = tempfile::Builder::new().permissions(permissions).tempfile_in(folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        };
        let file = store().map_err(CliError::file(path, "write"))?;
        Ok(Self { path, folder, file, _hold: hold })
    }

    /// Puts it in the place of what was there.
    pub(crate) fn replace(self) -> Result<(), CliError> {
        settle(self.path, self.folder, self.file.persist(self.path))
    }

    /// Puts it where nothing was.
    pub(crate) fn create(self) -> Result<(), CliError> {
        settle(self.path, self.folder, self.file.persist_noclobber(self.path))
    }
}

/// The new name is there after a crash only if the folder is on the disk too. One that may not be read cannot be asked for that.
fn settle(path: &Path, folder: &Path, put: Result<File, PersistError>) -> Result<(), CliError> {
    let put = put.map_err(|error| error.error);
    put.and_then(|_| File::open(folder).map_or(Ok(()), |folder| folder.sync_all()))
        .map_err(CliError::file(path, "write"))
}

/// A pipe, a device or a link is somebody's; none of them is taken away.
fn judge_place(path: &Path) -> Result<(), CliError> {
    let Ok(found) = std::fs::symlink_metadata(path).map(|found| found.file_type()) else { return Ok(()) };
    let what = match found {
        _ if found.is_file() => return Ok(()),
        _ if found.is_symlink() => "a symbolic link",
        _ if found.is_dir() => "a folder",
        _ => "a pipe, a socket or a device",
    };
    let path = path.display();
    Err(CliError::Environment(format!(
        "cannot write {path}: it is {what}, and only a regular file is replaced; name another"
    )))
}
