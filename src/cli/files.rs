//! Files, read with a limit.

use super::error::CliError;
use super::host::Host;
use std::format;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// All of a file, unless it is larger than `max_size`.
pub(crate) fn read(host: &dyn Host, path: &Path, max_size: u64) -> Result<Vec<u8>, CliError> {
    // One byte more than the limit tells a file that is too large, whatever size it claims to have.
    let bytes = host.read(path, max_size.saturating_add(1)).map_err(CliError::file(path, "read"))?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= max_size) {
        Ok(bytes)
    } else {
        // Of keys, policies and roots there is no larger one.
        let hint = if max_size == SMALL { "" } else { "; if it should be, raise --max-size" };
        Err(CliError::Evidence(format!("{} is larger than {max_size} bytes{hint}", path.display())))
    }
}

/// The same of a file that is no evidence: one that is too large is an error of `wrong`.
pub(crate) fn read_or(
    host: &dyn Host,
    path: &Path,
    max_size: u64,
    wrong: fn(String) -> CliError,
) -> Result<Vec<u8>, CliError> {
    read(host, path, max_size).map_err(|error| match error {
        CliError::Evidence(reason) => wrong(reason),
        other => other,
    })
}

/// The largest log or attachment that goes into a proof.
pub(crate) const LARGE: u64 = 64 * 1024 * 1024;
/// The largest key, policy, root or PCR file that is read.
pub(crate) const SMALL: u64 = 1024 * 1024;
