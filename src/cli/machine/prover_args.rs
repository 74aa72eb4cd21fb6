//! What may stand on the command line after `measure` and `prove`.

use super::super::freshness::FreshnessArguments;
use crate::prover::{AkAlgorithm, TpmAddress};
use clap::Args;
use core::str::FromStr;
use std::format;
use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;

#[derive(Args, Debug)]
pub(crate) struct TpmArguments {
    /// The TPM: `device:/dev/tpmrm0`, `swtpm:HOST:PORT`, `swtpm:/PATH` or `mssim:HOST:PORT`; by default what `TPMPROOF_TPM` says, or the
    /// first device
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) tpm: Option<TpmAddress>,
}

/// The PCR of an application.
pub(crate) const DEFAULT_PCR: u8 = 13;

#[derive(Args, Debug)]
pub(crate) struct MeasureArguments {
    #[command(flatten)]
    pub(crate) tpm: TpmArguments,
    /// The files and folders to measure: of a kind that ends in -spki, certificates or public keys
    #[arg(value_name = "FILE", requires = "kind")]
    pub(crate) files: Vec<PathBuf>,
    /// What they are, such as weights or tls-spki
    #[arg(long, value_name = "KIND", requires = "files")]
    pub(crate) kind: Option<String>,
    /// What one file is called; by default its file name
    #[arg(long, value_name = "NAME", requires = "kind")]
    pub(crate) name: Option<String>,
    /// The PCR to extend
    #[arg(long, value_name = "N", default_value_t = DEFAULT_PCR, value_parser = clap::value_parser!(u8).range(..24))]
    pub(crate) pcr: u8,
    /// The application's log; it is made if it is not there [default: /run/tpmproof/application.log]
    #[arg(long, value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// End the log: nothing may follow
    #[arg(long)]
    pub(crate) seal: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ProveArguments {
    #[command(flatten)]
    pub(crate) tpm: TpmArguments,
    #[command(flatten)]
    pub(crate) freshness: FreshnessArguments,
    /// The PCRs to quote
    #[arg(long, value_name = "SELECTION", default_value = "sha256:0-15")]
    pub(crate) pcrs: String,
    /// The attestation key: new, new:p384, new:rsa2048, new:rsa3072, a persistent handle such as 0x81000003, google-rsa or google-ecc
    #[arg(long, value_name = "KEY", default_value = "new")]
    pub(crate) ak: AkChoice,
    /// Certificates (PEM or DER) of the key's chain that the TPM's NV lacks
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Vec<PathBuf>,
    /// Go on although no whole chain of certificates vouches for the key
    #[arg(long)]
    pub(crate) uncertified: bool,
    /// A log to enclose, such as `ima=/sys/kernel/security/ima/binary_runtime_measurements`; by default this machine's firmware's and
    /// application's, where the TPM is a device
    #[arg(long = "log", value_name = "[NAME=]FILE")]
    pub(crate) logs: Vec<String>,
    /// Something to enclose, such as tls-certificate=server.pem
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) attach: Vec<String>,
    /// The proof to write; what was there before is replaced only when all is written
    #[arg(short, long, value_name = "PROOF")]
    pub(crate) output: PathBuf,
}

/// Which attestation key to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AkChoice {
    New(AkAlgorithm),
    Handle(u32),
    GoogleRsa,
    GoogleEcc,
}

impl FromStr for AkChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no key; expected new, new:p384, new:rsa2048, new:rsa3072, a handle such as 0x81000003, google-rsa or google-ecc"
            )
        };
        match text {
            "new" => Ok(Self::New(AkAlgorithm::default())),
            "google-rsa" => Ok(Self::GoogleRsa),
            "google-ecc" => Ok(Self::GoogleEcc),
            _ => {
                let digits = text.strip_prefix("0x").filter(|digits| !digits.starts_with('+'));
                let handle = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let algorithm = text.strip_prefix("new:");
                let algorithm = algorithm.and_then(|name| AkAlgorithm::ALL.iter().find(|known| known.name() == name));
                algorithm.map(|algorithm| Self::New(*algorithm)).or(handle.map(Self::Handle)).ok_or_else(wrong)
            }
        }
    }
}
