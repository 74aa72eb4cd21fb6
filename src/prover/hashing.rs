//! The digests of files and folders of any size.

use super::MeasureError;
use super::kdf::digest;
use super::lock::no_follow;
use crate::crypto::HashAlgorithm;
use core::sync::atomic::{AtomicUsize, Ordering};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::vec::Vec;

/// What was hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// The algorithm.
    pub algorithm: HashAlgorithm,
    /// The digest.
    pub digest: Vec<u8>,
    /// How many octets were hashed.
    pub size: u64,
}

impl Hashed {
    /// SHA-256 of octets in memory.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        Self { algorithm: HashAlgorithm::Sha256, digest: digest(HashAlgorithm::Sha256, &[octets]), size }
    }
}

/// Who is told how many octets more were hashed.
pub type Progress<'p> = dyn Fn(u64) + Sync + 'p;

/// SHA-256 of each path, several at once: of a file its octets, of a folder its manifest. That is what
/// `(cd FOLDER && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)` prints: a line for each file with its digest and name,
/// in the order of the names' octets. Folders without files are not in it, nor are modes and times.
///
/// # Errors
/// The first in the order of the paths.
pub fn hash_paths(paths: &[PathBuf], progress: &Progress<'_>) -> Result<Vec<Hashed>, MeasureError> {
    let mut work = Vec::new();
    for path in paths {
        work.push(Work::of(path)?);
    }
    let files: Vec<(&Path, i32)> = work.iter().flat_map(Work::files).collect();
    let mut digests = hash_files(&files, progress)?.into_iter();
    work.iter().map(|work| work.finish(&mut digests)).collect()
}

/// How many octets the files of these paths have, for who waits.
///
/// # Errors
/// If one cannot be looked at.
pub fn total_size(paths: &[PathBuf]) -> Result<u64, MeasureError> {
    let mut total = 0u64;
    for path in paths {
        for (file, _) in Work::of(path)?.files() {
            let size = fs::metadata(file).map_err(MeasureError::file(file, "look at"))?.len();
            total = total.saturating_add(size);
        }
    }
    Ok(total)
}

/// The files of one path.
enum Work {
    File(PathBuf),
    /// In the order of the manifest, each with its name in it.
    Folder(Vec<(Vec<u8>, PathBuf)>),
}

impl Work {
    fn of(path: &Path) -> Result<Self, MeasureError> {
        let metadata = fs::metadata(path).map_err(MeasureError::file(path, "look at"))?;
        // A pipe or a terminal has no end that anybody knows of; a disk has.
        let kind = metadata.file_type();
        if kind.is_file() || kind.is_block_device() {
            return Ok(Self::File(path.into()));
        } else if !kind.is_dir() {
            return Err(MeasureError::NotAFile(path.into()));
        }
        let mut files = Vec::new();
        walk(path, b".", &mut files)?;
        // As `LC_ALL=C sort` does.
        files.sort();
        if files.is_empty() {
            return Err(MeasureError::EmptyFolder(path.into()));
        }
        Ok(Self::Folder(files))
    }

    /// Each with how it is opened: a file of a folder that has become a link since is not followed.
    fn files(&self) -> impl Iterator<Item = (&Path, i32)> {
        let (one, many) = match self {
            Self::File(path) => (Some(path.as_path()), &[][..]),
            Self::Folder(files) => (None, &files[..]),
        };
        let many = many.iter().map(|(_, path)| (path.as_path(), no_follow()));
        one.into_iter().map(|path| (path, 0)).chain(many)
    }

    fn finish(&self, digests: &mut impl Iterator<Item = Hashed>) -> Result<Hashed, MeasureError> {
        match self {
            Self::File(_) => digests.next().ok_or(MeasureError::Thread),
            Self::Folder(files) => {
                let lines: Vec<_> = files.iter().zip(digests).map(|((name, _), hashed)| line(name, &hashed)).collect();
                Ok(Hashed::of(&lines.concat()))
            }
        }
    }
}

/// The files below a folder, by their names from there. What is neither a file nor a folder is an error: a link says nothing of what it
/// leads to.
fn walk(folder: &Path, name: &[u8], files: &mut Vec<(Vec<u8>, PathBuf)>) -> Result<(), MeasureError> {
    // Not by calling itself: a folder may be as deep as paths are long.
    let mut folders = std::vec![(name.to_vec(), folder.to_path_buf())];
    while let Some((name, folder)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(MeasureError::file(&folder, "list"))? {
            let entry = entry.map_err(MeasureError::file(&folder, "list"))?;
            let path = entry.path();
            let below = [&name[..], b"/", entry.file_name().as_bytes()].concat();
            let kind = entry.file_type().map_err(MeasureError::file(&path, "look at"))?;
            if kind.is_dir() {
                folders.push((below, path));
            } else if kind.is_file() {
                files.push((below, path));
            } else {
                return Err(MeasureError::NotAFile(path));
            }
        }
    }
    Ok(())
}

/// A line of a manifest, as `sha256sum` prints it: a name with a backslash, a newline or a carriage return is escaped, and a backslash
/// before the line says so.
fn line(name: &[u8], hashed: &Hashed) -> Vec<u8> {
    let mut escaped = Vec::new();
    for octet in name {
        match octet {
            b'\\' => escaped.extend(b"\\\\"),
            b'\n' => escaped.extend(b"\\n"),
            b'\r' => escaped.extend(b"\\r"),
            other => escaped.push(*other),
        }
    }
    let mark: &[u8] = if escaped.len() == name.len() { b"" } else { b"\\" };
    let digits = std::format!("{}", crate::wire::Hex(&hashed.digest));
    [mark, digits.as_bytes(), b"  ", &escaped, b"\n"].concat()
}

/// Several at once, each by one thread.
fn hash_files(files: &[(&Path, i32)], progress: &Progress<'_>) -> Result<Vec<Hashed>, MeasureError> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        let mut buffer = std::vec![0; BUFFER];
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((file, flags)) = files.get(place) else { return done };
            let hashed = hash_file(file, *flags, &mut buffer, progress);
            // One failure ends all: the others would be thrown away.
            if hashed.is_err() {
                next.store(files.len(), Ordering::Relaxed);
            }
            done.push((place, hashed));
        }
    };
    // While one waits for the disk, another hashes.
    let threads = thread::available_parallelism().map_or(1, usize::from).saturating_mul(2).min(files.len());
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    let hashed: Vec<Hashed> = done.into_iter().map(|(_, hashed)| hashed).collect::<Result<_, _>>()?;
    if hashed.len() == files.len() { Ok(hashed) } else { Err(MeasureError::Thread) }
}

fn hash_file(path: &Path, flags: i32, buffer: &mut [u8], progress: &Progress<'_>) -> Result<Hashed, MeasureError> {
    let file = File::options().read(true).custom_flags(flags).open(path);
    let mut file = file.map_err(MeasureError::file(path, "open"))?;
    let mut hasher = Sha256::new();
    let mut size = 0u64;
    loop {
        let count = match file.read(buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(MeasureError::file(path, "read")(error)),
        };
        hasher.update(buffer.get(..count).unwrap_or_default());
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        size = size.saturating_add(count);
        progress(count);
    }
    Ok(Hashed { algorithm: HashAlgorithm::Sha256, digest: hasher.finalize().to_vec(), size })
}

const BUFFER: usize = 256 * 1024;
