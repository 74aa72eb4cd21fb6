//! The command line. It reads and prints; every decision is made below it.

mod args;
mod client_data;
mod convert;
mod enroll;
mod enroll_args;
mod error;
mod explain;
mod explain_align;
mod explain_args;
mod explain_event;
mod explain_golden;
mod explain_policy;
mod explain_proofs;
mod explain_side;
mod explain_text;
mod explanation;
mod files;
mod formats;
mod freshness;
mod hcl;
mod hex;
mod ima_text;
mod input;
mod interrupt;
mod json;
mod json_log;
mod json_log_convert;
mod judge;
mod keys;
mod kinds;
mod log;
mod log_file;
mod measure;
mod nonce;
mod pcr_file;
mod pcrlock;
mod pin;
mod pin_files;
mod pin_key;
mod pin_text;
mod policy;
mod policy_events;
mod policy_file;
mod policy_schema;
mod policy_text;
mod policy_value;
mod policy_webauthn;
mod prove;
mod prover_args;
mod roots;
mod show;
mod show_kinds;
mod show_objects;
mod show_text;
mod tpm;
mod verify;

pub use convert::{Converted, convert};

use args::{Arguments, Command, PolicyCommand};
use clap::Parser;
use std::ffi::OsString;
use std::io::Write;

/// Runs the command line `arguments`, the program's name first, and gives back the exit code: 0 accepted or done, 1 rejected,
/// 2 misuse, 3 the environment failed.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let (text, code) = (error.render(), if error.use_stderr() { error::MISUSE } else { 0 });
            let _ = if code == 0 { write!(out, "{text}") } else { write!(notes, "{text}") };
            return code;
        }
    };
    let result = match &arguments.command {
        Command::Verify(arguments) => verify::run(arguments, out, notes),
        Command::Log(arguments) => log::run(arguments, out),
        Command::Show(arguments) => show::run(arguments, out),
        Command::Explain(arguments) => explain::run(arguments, out, notes),
        Command::Nonce => nonce::run(out),
        Command::Measure(arguments) => measure::run(arguments, notes),
        Command::Prove(arguments) => prove::run(arguments, notes),
        Command::Enroll(command) => enroll::run(command, notes),
        Command::Convert(arguments) => convert::run(arguments, notes),
        Command::Pin(arguments) => pin::run(arguments, out, notes),
        Command::Policy(PolicyCommand::Compile(arguments)) => policy::compile(arguments, notes),
        Command::Roots => roots::run(out),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(notes, "tpmproof: {error}");
            error.code()
        }
    }
}
