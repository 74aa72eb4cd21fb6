//! What may stand behind `tpmproof explain`.

use super::args::{EvidenceArguments, SignatureFormat};
use super::error::CliError;
use super::hex;
use crate::verify::Time;
use clap::Args;
use std::path::PathBuf;
use std::string::{String, ToString};
use std::vec::Vec;

#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    /// One proof and --policy, or two proofs
    #[arg(value_name = "PROOF", required = true, num_args = 1..=2)]
    pub(crate) proofs: Vec<PathBuf>,
    /// Explain against this policy, in TOML or JSON or compiled
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Verify too: the nonce of the quote, in lower-case hexadecimal digits; of two proofs with two nonces, once for each in their order
    #[arg(long, value_name = "HEX", conflicts_with = "insecure_no_freshness")]
    pub(crate) nonce: Vec<String>,
    /// Verify too, but for freshness; without this and --nonce, nothing is verified
    #[arg(long)]
    pub(crate) insecure_no_freshness: bool,
    /// Judge certificates at this time instead of now, such as 2024-01-15T00:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<Time>,
    /// A root certificate (PEM or DER) that may vouch for keys, instead of the policy's or those that are known
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// A log that the one proof lacks
    #[arg(long = "log", value_name = "[NAME=]FILE")]
    pub(crate) logs: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Read no file that is larger, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024 * 1024)]
    pub(crate) max_size: u64,
}

impl ExplainArguments {
    /// What `verify` takes for a proof.
    pub(crate) fn evidence(&self, proof: &std::path::Path) -> EvidenceArguments {
        EvidenceArguments {
            proof: Some(proof.to_path_buf()),
            format: None,
            bank: None,
            message: None,
            signature: None,
            signature_format: SignatureFormat::Tss,
            signature_scheme: None,
            signature_hash: None,
            pcrs: None,
            ak: None,
            logs: self.logs.clone(),
            attach: std::vec![],
            max_size: self.max_size,
        }
    }

    /// Whether that makes sense, and the nonces: for each proof one, empty where it is to go without, and none where nothing is to be
    /// verified.
    pub(crate) fn nonces(&self) -> Result<Vec<Option<Vec<u8>>>, CliError> {
        let misuse = |reason: &str| Err(CliError::Misuse(reason.to_string()));
        match (self.proofs.len(), &self.policy) {
            (1, None) => return misuse("one proof alone has nothing to differ from: give --policy, or a second proof"),
            (2, Some(_)) => return misuse("give --policy or a second proof, and not both"),
            _ => {}
        }
        if self.proofs.len() > 1 && !self.logs.is_empty() {
            return misuse("--log goes with one proof; tpmproof convert encloses a log in another");
        }
        if self.nonce.len() > self.proofs.len() {
            return misuse("there are more nonces than proofs");
        }
        let mut read = Vec::new();
        for digits in &self.nonce {
            match hex::decode(digits).filter(|nonce| !nonce.is_empty()) {
                Some(nonce) => read.push(nonce),
                None => return misuse("--nonce takes lower-case hexadecimal digits, two a byte, at least one byte"),
            }
        }
        let of = |place: usize| match read.get(place).or(read.last()) {
            Some(nonce) => Some(nonce.clone()),
            None => self.insecure_no_freshness.then(Vec::new),
        };
        Ok((0..self.proofs.len()).map(of).collect())
    }
}
