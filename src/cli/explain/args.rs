//! What may stand behind `tpmproof explain`.

use super::super::args::{EvidenceArguments, JudgingArguments};
use super::super::error::CliError;
use super::super::hex;
use clap::Args;
use std::path::PathBuf;
use std::string::{String, ToString};
use std::vec::Vec;

#[derive(Args, Debug)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    evidence: EvidenceArguments,
    /// A second proof, instead of --policy; --as and --bank are of both
    #[arg(value_name = "PROOF", requires = "proof")]
    other: Option<PathBuf>,
    /// Explain against this policy, in TOML or JSON or compiled
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Verify too: the nonce of the quote, in lower-case hexadecimal digits; of two proofs with two nonces, once for each in their order
    #[arg(long, value_name = "HEX", conflicts_with = "insecure_no_freshness")]
    pub(crate) nonce: Vec<String>,
    /// Verify too, but for freshness; without this and --nonce, nothing is verified
    #[arg(long)]
    pub(crate) insecure_no_freshness: bool,
    #[command(flatten)]
    pub(crate) judging: JudgingArguments,
    /// A root certificate (PEM or DER) that may vouch for keys, instead of the policy's or those that are known
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// A certificate (PEM or DER) between the key's and the root that the one proof lacks
    #[arg(long, value_name = "FILE")]
    pub(crate) intermediate: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl ExplainArguments {
    /// What is explained: one proof, or two.
    pub(crate) fn evidence(&self) -> Vec<EvidenceArguments> {
        let first = self.evidence.clone();
        let second = self.other.clone().map(|other| EvidenceArguments { proof: Some(other), ..first.clone() });
        [Some(first), second].into_iter().flatten().collect()
    }

    pub(crate) fn max_size(&self) -> u64 {
        self.evidence.max_size
    }

    /// Whether that makes sense, and the nonces: for each proof one, empty where it is to go without, and none where nothing is to be
    /// verified.
    pub(crate) fn nonces(&self) -> Result<Vec<Option<Vec<u8>>>, CliError> {
        let misuse = |reason: &str| Err(CliError::Misuse(reason.to_string()));
        match (&self.other, &self.policy) {
            (None, None) => {
                return misuse("one proof alone has nothing to differ from: give --policy, or a second proof");
            }
            (Some(_), Some(_)) => return misuse("give --policy or a second proof, and not both"),
            _ => {}
        }
        let alone = self.evidence.logs.is_empty() && self.evidence.attach.is_empty() && self.intermediate.is_empty();
        if self.other.is_some() && !alone {
            return misuse(
                "--log, --attach and --intermediate go with one proof; tpmproof convert encloses logs and attachments in another",
            );
        }
        let proofs = if self.other.is_some() { 2 } else { 1 };
        if self.nonce.len() > proofs {
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
        Ok((0..proofs).map(of).collect())
    }
}
