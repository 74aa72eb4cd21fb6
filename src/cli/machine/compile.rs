//! `tpmproof policy compile`

use super::super::command::CompileArguments;
use super::super::error::CliError;
use super::super::policy::PolicyInput;
use super::system::{self, Access, System};
use std::io::Write;

pub(crate) fn run(arguments: &CompileArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough in its lifetimes")]
    let der = PolicyInput::read(&System, &arguments.policy)?.with(|policy| policy.to_der())?;
    system::write(&arguments.output, &der, Access::Everybody)?;
    let _ = writeln!(notes, "wrote {} bytes to {}", der.len(), arguments.output.display());
    Ok(0)
}
