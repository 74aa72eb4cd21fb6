//! `tpmproof convert`

use super::super::command::ConvertArguments;
use super::super::error::CliError;
use super::super::{formats, input};
use super::system::{Access, Prepared, System};
use std::ffi::OsString;
use std::format;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::vec::Vec;

pub(crate) fn run(arguments: &ConvertArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let input = input::read(&System, &arguments.evidence, notes)?.into_proof()?;
    // What is written must be a proof: a broken one is refused here, not by whoever gets it.
    let proof = input.proof().map_err(|error| CliError::Evidence(format!("the evidence makes no proof: {error}")))?;
    let (written, said) = formats::write(arguments.to, &proof, input.spki.as_deref())
        .map_err(|reason| CliError::Evidence(format!("it cannot be written so: {reason}")))?;
    for note in said {
        let _ = writeln!(notes, "warning: {note}");
    }
    let named: Vec<(PathBuf, Vec<u8>)> =
        written.0.into_iter().map(|(end, bytes)| (named(&arguments.output, end), bytes)).collect();
    // All files are on the disk before the first is put in its place.
    let prepared: Vec<Prepared<'_>> =
        named.iter().map(|(path, bytes)| Prepared::new(path, bytes, Access::Everybody)).collect::<Result<_, _>>()?;
    prepared.into_iter().try_for_each(Prepared::replace)?;
    for (path, bytes) in &named {
        let _ = writeln!(notes, "wrote {} bytes to {}; nothing in it was verified", bytes.len(), path.display());
    }
    Ok(0)
}

/// The name that was asked for, and what a form puts behind it.
fn named(output: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(output);
    name.push(end);
    name.into()
}
