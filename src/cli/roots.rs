//! `tpmproof roots`

use super::error::CliError;
use crate::verify::KNOWN_ROOTS;
use crate::wire::Hex;
use std::io::Write;
use std::path::Path;

pub(crate) fn run(out: &mut dyn Write) -> Result<u8, CliError> {
    let mut print = || {
        writeln!(out, "{:<9} {:<19} {:<64}  NAME", "PLATFORM", "OWNER", "SHA-256 OF THE CERTIFICATE")?;
        for root in KNOWN_ROOTS {
            let platform = root.platform.unwrap_or("-");
            writeln!(out, "{platform:<9} {:<19} {}  {}", root.owner, Hex(&root.sha256), root.name)?;
        }
        Ok(0)
    };
    print().map_err(CliError::file(Path::new("(standard output)"), "write to"))
}
