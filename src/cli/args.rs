//! What commands are asked to do, on the command line or in memory.

use super::formats::Format;
use super::freshness::FreshnessArguments;
use super::host::Host;
use super::pin::PcrChoice;
use crate::verify::Time;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;

#[derive(Args, Debug)]
pub(crate) struct PinArguments {
    #[command(flatten)]
    pub(crate) asked: AskedArguments,
    /// A root certificate (PEM or DER) that may vouch for the key, instead of the platforms' that are known
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// Hold a PCR to the events of its log, or to its value, such as 13=log; by default to its value, but for 10 and 16 to 23, which are left out
    #[arg(long, value_name = "N=log|golden")]
    pub(crate) pcr: Vec<PcrChoice>,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) asked: AskedArguments,
    /// What to accept: a policy in TOML or JSON, or a compiled one
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Trust this root certificate (PEM or DER) instead of the policy's
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,
    /// A certificate (PEM or DER) between the key's and the root that the proof lacks
    #[arg(long, value_name = "FILE")]
    pub(crate) intermediate: Vec<PathBuf>,
    /// The client data of a WebAuthn statement: the JSON that the browser made
    #[arg(long, value_name = "FILE")]
    pub(crate) client_data: Option<PathBuf>,
    /// Print the report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is claimed, what it must answer, and when that is judged.
#[derive(Args, Debug)]
pub(crate) struct AskedArguments {
    #[command(flatten)]
    pub(crate) evidence: EvidenceArguments,
    #[command(flatten)]
    pub(crate) freshness: FreshnessArguments,
    #[command(flatten)]
    pub(crate) judging: JudgingArguments,
}

/// What is known of the authorities of a chain, and when that is judged.
#[derive(Args, Debug)]
pub(crate) struct JudgingArguments {
    /// A revocation list (PEM or DER) of an authority of the chain; it counts if that authority signed it
    #[arg(long, value_name = "FILE")]
    pub(crate) crl: Vec<PathBuf>,
    /// Judge certificates at this time instead of now, such as 2024-01-15T00:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<Time>,
}

impl JudgingArguments {
    pub(crate) fn time(&self, host: &dyn Host) -> Time {
        self.at.unwrap_or_else(|| host.now())
    }
}

/// A proof, or its parts.
#[derive(Args, Clone, Debug)]
pub(crate) struct EvidenceArguments {
    /// A proof (DER or PEM), a document of NitroTPM, a WebAuthn attestation object, or foreign evidence of a form that --as lists
    #[arg(value_name = "PROOF", required_unless_present = "message", conflicts_with_all = ["message", "signature", "pcrs", "ak"])]
    pub(crate) proof: Option<PathBuf>,
    /// What the evidence is, where that cannot be told from its bytes
    #[arg(long = "as", value_name = "FORMAT", requires = "proof")]
    pub(crate) format: Option<Format>,
    /// The bank whose quote is taken, where the evidence has several: such as sha256 [default: the strongest]
    #[arg(long, value_name = "BANK", requires = "proof")]
    pub(crate) bank: Option<String>,
    /// A `TPMS_ATTEST`, as `tpm2_quote` -m writes it
    #[arg(long, value_name = "FILE", requires_all = ["signature", "ak"])]
    pub(crate) message: Option<PathBuf>,
    /// The signature, as `tpm2_quote` -s writes it
    #[arg(long, value_name = "FILE", requires = "message")]
    pub(crate) signature: Option<PathBuf>,
    /// How the signature was written: `tpm2_quote` -f
    #[arg(long, value_name = "FORMAT", default_value = "tss", requires = "message")]
    pub(crate) signature_format: SignatureFormat,
    /// The scheme of a plain signature
    #[arg(long, value_name = "SCHEME", requires = "message")]
    pub(crate) signature_scheme: Option<SignatureScheme>,
    /// The hash of a plain signature: sha256, sha384, sha512, `sha3_256`, `sha3_384`, `sha3_512` or sha1
    #[arg(long, value_name = "HASH", requires = "message")]
    pub(crate) signature_hash: Option<String>,
    /// The PCR values, as `tpm2_quote` -o writes them, or JSON: {"sha256": {"0": "hex"}}
    #[arg(long, value_name = "FILE", requires = "message")]
    pub(crate) pcrs: Option<PathBuf>,
    /// The attestation key: `TPMT_PUBLIC`, `TPM2B_PUBLIC`, a PEM public key, or its certificates with its own first
    #[arg(long, value_name = "FILE", requires = "message")]
    pub(crate) ak: Option<PathBuf>,
    /// A log that the proof lacks, in its binary form or in JSON; its name, such as firmware, application, ima, cel or systemd, is told from the file where it is not given
    #[arg(long = "log", value_name = "[NAME=]FILE")]
    pub(crate) logs: Vec<String>,
    /// An attachment that the proof lacks, such as hcl-report=FILE
    #[arg(long, value_name = "KIND=FILE")]
    pub(crate) attach: Vec<String>,
    /// Read no file that is larger, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024 * 1024)]
    pub(crate) max_size: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SignatureFormat {
    /// A `TPMT_SIGNATURE`
    Tss,
    /// Bare RSA bytes, or an ECDSA signature in DER
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignatureScheme {
    Rsassa,
    Rsapss,
    Ecdsa,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What it is, where that cannot be told from its bytes
    #[arg(long = "as", value_name = "TYPE")]
    pub(crate) kind: Option<ShowKind>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Read no file that is larger, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024 * 1024)]
    pub(crate) max_size: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowKind {
    /// A proof, DER or PEM, or foreign evidence that converts to one
    Proof,
    /// `TPMS_ATTEST`
    Attest,
    /// `TPM2B_ATTEST`
    SizedAttest,
    /// `TPMT_SIGNATURE`
    Signature,
    /// `TPMT_PUBLIC`
    Public,
    /// `TPM2B_PUBLIC`
    SizedPublic,
    /// `TPM2B_CREATION_DATA`, or a `TPMS_CREATION_DATA` without its size
    CreationData,
    /// `TPM2B_NV_PUBLIC`, or a `TPMS_NV_PUBLIC` without its size
    NvPublic,
    /// `TPM2B_ID_OBJECT`, or the file that `tpm2_makecredential` writes
    IdObject,
    /// X.509 certificates, DER or PEM
    Certificate,
    /// The event log of a firmware or an application, a CCEL, a runtime list of IMA, or a Canonical Event Log
    Log,
    /// The record of an enrollment
    Record,
    /// An attestation document of AWS's NitroTPM
    #[value(name = "nitrotpm")]
    NitroTpm,
    /// An attestation object of WebAuthn, of the format tpm
    Webauthn,
    /// The report of Azure's paravisor
    HclReport,
}

#[derive(Args, Debug)]
pub(crate) struct LogArguments {
    /// The logs: of the firmware, as `/sys/kernel/security/tpm0/binary_bios_measurements` has it, of an application, a CCEL, a runtime
    /// list of IMA, in binary or in text, a Canonical Event Log in TLV or JSON, or systemd's; where two extend one PCR, the first is the
    /// one that did so first. Or one `.pcrlock` file
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Read no file that is larger, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024 * 1024)]
    pub(crate) max_size: u64,
}
