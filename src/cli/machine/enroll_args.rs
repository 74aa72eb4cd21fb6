//! What may stand on the command line after `enroll`.

use super::prover_args::{AkChoice, TpmArguments};
use crate::prover::EkTemplate;
use crate::verify::Time;
use clap::{Args, Subcommand};
use std::format;
use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;

#[derive(Debug, Subcommand)]
pub(crate) enum EnrollCommand {
    /// The machine: write down its keys, and the certificates of its endorsement key
    Request(RequestArguments),
    /// The verifier: make a credential that only this machine's TPM can read, and only if it has the attestation key
    Challenge(ChallengeArguments),
    /// The machine: let the TPM read the credential
    Answer(AnswerArguments),
    /// The verifier: if the answer is right, write the record that policies accept as key.activated
    Finish(FinishArguments),
}

#[derive(Args, Debug)]
pub(crate) struct RequestArguments {
    #[command(flatten)]
    pub(crate) tpm: TpmArguments,
    /// The attestation key, as for prove
    #[arg(long, value_name = "KEY", default_value = "new")]
    pub(crate) ak: AkChoice,
    /// The endorsement key: L-1 (RSA-2048), L-2 (P-256), H-1, H-2, H-3 (P-384), H-6 or H-7; by default the first that has a certificate
    #[arg(long, value_name = "TEMPLATE", value_parser = template)]
    pub(crate) ek: Option<&'static EkTemplate>,
    /// The request to write
    #[arg(short, long, value_name = "REQUEST")]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ChallengeArguments {
    /// What the machine's request wrote
    #[arg(value_name = "REQUEST", required_unless_present = "ak", conflicts_with = "ak")]
    pub(crate) request: Option<PathBuf>,
    /// The attestation key instead of a request: `TPMT_PUBLIC` or `TPM2B_PUBLIC`
    #[arg(long, value_name = "FILE")]
    pub(crate) ak: Option<PathBuf>,
    /// Certificates of the endorsement key, its own first, or those that the request lacks (PEM or DER)
    #[arg(long, value_name = "FILE")]
    pub(crate) ek_certificate: Vec<PathBuf>,
    /// Trust this root certificate (PEM or DER) instead of the makers' that are known
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// The endorsement key, from somebody whom you believe, such as the provider's interface
    #[arg(long, value_name = "FILE", requires = "trust_ek", conflicts_with_all = ["root", "ek_certificate"])]
    pub(crate) ek_public: Option<PathBuf>,
    /// Take the endorsement key of --ek-public for the machine's without any certificate; the record repeats it
    #[arg(long, requires = "ek_public")]
    pub(crate) trust_ek: bool,
    /// Judge certificates at this time instead of now, such as 2024-01-15T00:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<Time>,
    /// What you keep until the answer comes; nobody else may read it
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
    /// The credential to write: send it to the machine
    #[arg(short, long, value_name = "CREDENTIAL")]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct AnswerArguments {
    #[command(flatten)]
    pub(crate) tpm: TpmArguments,
    /// The verifier's credential, or one that `tpm2_makecredential` wrote
    #[arg(value_name = "CREDENTIAL")]
    pub(crate) credential: PathBuf,
    /// The attestation key, as for the request
    #[arg(long, value_name = "KEY", default_value = "new")]
    pub(crate) ak: AkChoice,
    /// The answer to write: send it to the verifier, and to nobody else
    #[arg(short, long, value_name = "ANSWER")]
    pub(crate) output: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct FinishArguments {
    /// The machine's answer
    #[arg(value_name = "ANSWER")]
    pub(crate) answer: PathBuf,
    /// What you kept; it counts once, and is gone afterwards
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
    /// The record to write
    #[arg(short, long, value_name = "RECORD")]
    pub(crate) output: PathBuf,
}

fn template(text: &str) -> Result<&'static EkTemplate, String> {
    let known: Vec<&str> = EkTemplate::ALL.iter().map(|template| template.name).collect();
    let found = EkTemplate::ALL.iter().find(|template| template.name == text);
    found.ok_or_else(|| format!("{text:?} is no template of an endorsement key; known are {}", known.join(", ")))
}
