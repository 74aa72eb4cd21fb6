//! What a command finds around it, and nowhere else: files, and a clock.

use crate::verify::Time;
use std::io::Error;
use std::path::Path;
use std::vec::Vec;

/// An operating system, or what stands for one.
pub(crate) trait Host {
    /// A file, or its first `max` bytes.
    fn read(&self, path: &Path, max: u64) -> Result<Vec<u8>, Error>;

    fn exists(&self, path: &Path) -> bool;

    fn now(&self) -> Time;
}

/// The files that a policy names lie beside it.
pub(crate) struct Beside<'h> {
    pub(crate) host: &'h dyn Host,
    pub(crate) folder: &'h Path,
}
