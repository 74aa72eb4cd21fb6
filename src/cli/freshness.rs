//! What a quote must answer, on the command line: a nonce, or a named choice to go without.

use super::error::CliError;
use super::hex;
use crate::verify::Challenge;
use clap::Args;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct FreshnessArguments {
    /// The verifier's nonce, in lower-case hexadecimal digits
    #[arg(long, value_name = "HEX")]
    nonce: Option<String>,
    /// Go without: a copy of an old quote passes as well as a new one
    #[arg(long)]
    insecure_no_freshness: bool,
}

impl FreshnessArguments {
    /// What the command line's own rule holds where it was parsed.
    pub(crate) fn new(nonce: Option<String>, insecure_no_freshness: bool) -> Result<Self, CliError> {
        if nonce.is_some() == insecure_no_freshness {
            return Err(CliError::Misuse("give either --nonce or --insecure-no-freshness".into()));
        }
        Ok(Self { nonce, insecure_no_freshness })
    }

    /// The nonce, of at most `max` bytes; empty where the choice was to go without.
    pub(crate) fn nonce(&self, max: usize) -> Result<Vec<u8>, CliError> {
        let Some(digits) = &self.nonce else { return Ok(Vec::new()) };
        let nonce = hex::decode(digits).filter(|nonce| (1..=max).contains(&nonce.len()));
        nonce.ok_or_else(|| {
            let limit = if max == usize::MAX { String::from("at least one byte") } else { format!("1 to {max} bytes") };
            CliError::Misuse(format!("--nonce takes lower-case hexadecimal digits, two a byte, {limit}"))
        })
    }
}

/// The challenge of a nonce that [`FreshnessArguments::nonce`] read.
pub(crate) fn challenge(nonce: &[u8]) -> Result<Challenge<'_>, CliError> {
    if nonce.is_empty() {
        return Ok(Challenge::insecure_no_freshness());
    }
    Challenge::nonce(nonce).map_err(|error| CliError::Misuse(error.to_string()))
}
