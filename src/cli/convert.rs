//! Foreign evidence in other forms, in memory.

use super::formats::{self, Choice, Format, Target};
use super::input::Evidence;
use clap::ValueEnum;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

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
