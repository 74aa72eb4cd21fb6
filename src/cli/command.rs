//! What may stand on the command line, and what it runs.

use super::args::{EvidenceArguments, LogArguments, PinArguments, ShowArguments, VerifyArguments};
use super::error::{CliError, MISUSE, exit};
use super::explain::{self, args::ExplainArguments};
use super::formats::Target;
use super::machine::{Access, EnrollCommand, MeasureArguments, ProveArguments, System, write};
use super::machine::{compile, convert, enroll, measure, nonce, prove};
use super::{log, pin, roots, show, verify};
use clap::{ArgGroup, Args, Parser, Subcommand};
use std::ffi::OsString;
use std::format;
use std::io::Write;
use std::path::PathBuf;
use std::vec::Vec;

/// Checks a TPM proof: the attestation key by its certificates, the quote by its signature, the PCR values by your policy; and makes one.
#[derive(Debug, Parser)]
#[command(name = "tpmproof", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verify a proof or other evidence, or the files that `tpm2_quote` writes, and say ACCEPTED or REJECTED
    Verify(VerifyArguments),
    /// List the events of a log and the PCRs that they lead to; nothing of it is verified
    Log(LogArguments),
    /// Show any structure, certificate, log or evidence, field by field; nothing of it is verified
    Show(ShowArguments),
    /// Say which event made the difference between a proof and a policy, or between two proofs
    Explain(ExplainArguments),
    /// Make a nonce for a quote that you are about to ask for
    Nonce,
    /// Hash files, extend a PCR with what they are, and write it into the application's log
    #[command(group(ArgGroup::new("what").required(true).multiple(true).args(["kind", "seal"])))]
    Measure(MeasureArguments),
    /// Let the TPM quote its PCRs, and write a proof
    Prove(ProveArguments),
    /// Enroll a machine: find out by a credential that its TPM, which is known, has its attestation key
    #[command(subcommand)]
    Enroll(EnrollCommand),
    /// Make a policy of the proof of a machine that is known to be good
    Pin {
        #[command(flatten)]
        arguments: PinArguments,
        /// The policy to write; what was there before is replaced [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Work on policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Turn foreign evidence into a proof, and a proof into foreign evidence
    Convert(ConvertArguments),
    /// List the roots of platforms and of makers of TPMs that are known
    Roots,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Write a policy in DER, with all files that it names in it: what a machine without an allocator reads
    Compile(CompileArguments),
}

#[derive(Args, Debug)]
pub(crate) struct CompileArguments {
    /// The policy in TOML or JSON
    #[arg(value_name = "POLICY")]
    pub(crate) policy: PathBuf,
    /// The file to write; what was there before is replaced only when all is written
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArguments,
    /// The form to write
    #[arg(long, value_name = "FORMAT", default_value = "proof")]
    pub(crate) to: Target,
    /// The file to write, or what the names of the files begin with; what was there before is replaced only when all is written
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Runs the command line `arguments`, the program's name first, and gives back the exit code: 0 accepted or done, 1 rejected,
/// 2 misuse, 3 the environment failed.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> u8 {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => exit(dispatch(&arguments.command, out, notes), notes),
        Err(error) => {
            let (text, code) = (error.render(), if error.use_stderr() { MISUSE } else { 0 });
            let _ = if code == 0 { write!(out, "{text}") } else { write!(notes, "{text}") };
            code
        }
    }
}

fn dispatch(command: &Command, out: &mut dyn Write, notes: &mut dyn Write) -> Result<u8, CliError> {
    match command {
        Command::Verify(arguments) => verify::run(arguments, &System, out, notes),
        Command::Log(arguments) => log::run(arguments, &System, out),
        Command::Show(arguments) => show::run(arguments, &System, out),
        Command::Explain(arguments) => explain::run(arguments, &System, out, notes),
        Command::Nonce => nonce::run(out),
        Command::Measure(arguments) => measure::run(arguments, notes),
        Command::Prove(arguments) => prove::run(arguments, notes),
        Command::Enroll(command) => enroll::run(command, notes),
        Command::Convert(arguments) => convert::run(arguments, notes),
        Command::Pin { arguments, output: None } => pin::run(arguments, &System, out, notes),
        Command::Pin { arguments, output: Some(path) } => {
            let mut policy = Vec::new();
            let code = pin::run(arguments, &System, &mut policy, notes)?;
            write(path, &policy, Access::Everybody)?;
            let _ = writeln!(notes, "wrote {}", path.display());
            Ok(code)
        }
        Command::Policy(PolicyCommand::Compile(arguments)) => compile::run(arguments, notes),
        Command::Roots => roots::run(out),
    }
}
