//! `tpmproof convert`

use super::args::ConvertArguments;
use super::error::CliError;
use super::files::{Access, Prepared};
use super::formats::{self, Choice, Format, Target};
use super::input::{self, Evidence};
use clap::ValueEnum;
use std::ffi::OsString;
use std::format;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

pub(crate) fn run(arguments: &ConvertArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let input = input::read(&arguments.evidence, notes)?.into_proof()?;
    // What is written must be a proof: a broken one is refused here, not by whoever gets it.
    let proof = input.proof().map_err(|error| CliError::Evidence(format!("the evidence makes no proof: {error}")))?;
    let (written, said) = formats::write(arguments.to, &proof, input.spki.as_deref())
        .map_err(|reason| CliError::Evidence(format!("it cannot be written so: {reason}")))?;
    for note in said {
        let _ = writeln!(notes, "warning: {note}");
    }
    // All files are on the disk before the first is put in its place.
    let named: Vec<(PathBuf, Vec<u8>)> =
        written.0.into_iter().map(|(end, bytes)| (named(&arguments.output, end), bytes)).collect();
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

/// A document in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The document.
    pub bytes: Vec<u8>,
    /// What was chosen where the first document left a choice, and what of it the form has no place for.
    pub notes: Vec<String>,
}

/// What `tpmproof convert` does, in memory: reads evidence of the form `from`, by the names of `--as`, or of the one form that it has, and
/// writes it in the form `to`, by the names of `--to`. Nothing of it is verified.
///
/// # Errors
/// Why the document is no evidence of that form, or cannot be written in the other.
pub fn convert(document: &[u8], from: Option<&str>, to: &str) -> Result<Converted, String> {
    let from = from.map(|name| Format::from_str(name, false)).transpose()?;
    let to = Target::from_str(to, false)?;
    let input = formats::read(document, Path::new("the document"), from, Choice::default());
    let input = input.and_then(Evidence::into_proof).map_err(|error| error.to_string())?;
    let proof = input.proof().map_err(|error| error.to_string())?;
    let (written, lost) = formats::write(to, &proof, input.spki.as_deref())?;
    match <[_; 1]>::try_from(written.0) {
        Ok([(_, bytes)]) => Ok(Converted { bytes, notes: [&input.notes[..], &lost].concat() }),
        Err(files) => Err(format!("that form is {} files", files.len())),
    }
}
