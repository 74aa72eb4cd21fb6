//! `tpmproof`: checks a TPM proof.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(tpmproof::cli::run(std::env::args_os(), &mut std::io::stdout(), &mut std::io::stderr()))
}
