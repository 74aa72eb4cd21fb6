//! The TPM that a command talks to.

use super::super::error::CliError;
use super::interrupt::{self, Hold};
use super::prover_args::TpmArguments;
use crate::prover::transport::{DEFAULT_TIMEOUT, Transport};
use crate::prover::{ProverError, Tpm, TpmAddress, TransportError};
use std::boxed::Box;
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

/// Opens the TPM. Until it is closed, and what was loaded into it is flushed, an interrupt waits.
pub(crate) fn open(address: &TpmAddress) -> Result<Tpm, ProverError> {
    let transport = address.open(DEFAULT_TIMEOUT)?;
    Ok(Tpm::new(Box::new(Held { transport, _hold: interrupt::hold() })))
}

#[derive(Debug)]
struct Held {
    transport: Box<dyn Transport>,
    _hold: Hold,
}

impl Transport for Held {
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        self.transport.transmit(command, response)
    }

    fn set_locality(&mut self, locality: u8) -> Result<(), TransportError> {
        self.transport.set_locality(locality)
    }
}

const VARIABLE: &str = "TPMPROOF_TPM";
