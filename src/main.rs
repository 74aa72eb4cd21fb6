//! `tpmproof`: checks a TPM proof.

use std::io::{LineWriter, stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tpmproof::cli::run(std::env::args_os(), &mut stdout(), &mut LineWriter::new(stderr())))
}
