//! The TPM that a command talks to.

use super::error::CliError;
use super::prover_args::TpmArguments;
use crate::prover::{Tpm, TpmAddress};
use std::string::ToString;

/// The address on the command line, or in the environment, or the first device.
pub(crate) fn address(arguments: &TpmArguments) -> Result<TpmAddress, CliError> {
    if let Some(address) = &arguments.tpm {
        return Ok(address.clone());
    }
    match std::env::var(VARIABLE) {
        Ok(text) => text.parse().map_err(|error| CliError::Misuse(std::format!("{VARIABLE}: {error}"))),
        Err(std::env::VarError::NotUnicode(_)) => Err(CliError::Misuse(std::format!("{VARIABLE} is not UTF-8"))),
        Err(std::env::VarError::NotPresent) => TpmAddress::first_device().ok_or_else(|| {
            CliError::Environment(
                "there is no /dev/tpmrm0 and no /dev/tpm0; name another TPM with --tpm or in TPMPROOF_TPM, such as swtpm:HOST:PORT"
                    .to_string(),
            )
        }),
    }
}

pub(crate) fn open(address: &TpmAddress) -> Result<Tpm, CliError> {
    Ok(Tpm::open(address)?)
}

const VARIABLE: &str = "TPMPROOF_TPM";
