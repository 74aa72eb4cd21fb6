//! Files, read with a limit and written whole or not at all.

use super::error::CliError;
use std::format;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::vec::Vec;

/// All of a file, unless it is larger than `max_size`.
pub(crate) fn read(path: &Path, max_size: u64) -> Result<Vec<u8>, CliError> {
    let doing = CliError::file(path, "read");
    let mut bytes = Vec::new();
    let mut open = || {
        let file = File::open(path)?;
        // One byte more than the limit tells a file that is too large, whatever size it claims to have.
        file.take(max_size.saturating_add(1)).read_to_end(&mut bytes)
    };
    open().map_err(doing)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= max_size) {
        Ok(bytes)
    } else {
        Err(CliError::Evidence(format!(
            "{} is larger than {max_size} bytes; if it should be, raise --max-size",
            path.display()
        )))
    }
}

/// Writes a file beside `path` and puts it in its place.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let store = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    store().map_err(CliError::file(path, "write"))
}

/// The largest key, policy, root or PCR file that is read.
pub(crate) const SMALL: u64 = 1024 * 1024;
