//! `tpmproof nonce`

use super::super::error::CliError;
use crate::prover::random_nonce;
use crate::wire::Hex;
use std::io::Write;
use std::path::Path;

pub(crate) fn run(out: &mut dyn Write) -> Result<u8, CliError> {
    let nonce = random_nonce()?;
    writeln!(out, "{}", Hex(&nonce)).map_err(CliError::file(Path::new("(standard output)"), "write to"))?;
    Ok(0)
}
