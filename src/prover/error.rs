//! Why a prover did not do what it was asked.

use super::TransportError;
use crate::crypto::{CryptoError, HashAlgorithm};
use crate::structures::{TpmCc, TpmHandle, TpmRc};
use crate::wire::{DecodeError, EncodeError};
use core::fmt;
use std::string::String;

/// Why a command, or something made of commands, failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProverError {
    /// The TPM refused a command.
    #[expect(missing_docs, reason = "which command, and the TPM's reason")]
    Refused { command: TpmCc, code: TpmRc },
    /// A response is not what the command answers with.
    #[expect(missing_docs, reason = "which command, and what is wrong with the response")]
    Response { command: TpmCc, error: DecodeError },
    /// A response is not by the TPM that the session is with, or was changed on its way.
    ResponseHmac(TpmCc),
    /// The TPM is not reached.
    Transport(TransportError),
    /// A command is too large.
    Encode(EncodeError),
    /// A credential that cannot be read.
    Credential(DecodeError),
    /// A credential for another TPM, or another attestation key.
    NotForThisTpm,
    /// A failed password would lock the TPM.
    #[expect(missing_docs, reason = "of which key, how many have failed, and how many lock it")]
    LastTry { handle: TpmHandle, failed: u32, most: u32 },
    /// A hash that this crate lacks.
    Crypto(CryptoError),
    /// A key that cannot be used, with the reason.
    Key(&'static str),
    /// The TPM has no PCRs in this bank.
    InactiveBank(HashAlgorithm),
    /// There is no NV index with what is needed.
    #[expect(missing_docs, reason = "the index, and what it was to hold")]
    NoNvIndex { index: u32, what: &'static str },
    /// An NV index cannot be read without a password, or is locked.
    NvAccess(u32),
    /// An NV index does not hold what it should.
    #[expect(missing_docs, reason = "the index, and what is wrong with what it holds")]
    NvContent { index: u32, error: DecodeError },
    /// PCRs were extended between each quote and the reading of their values.
    #[expect(missing_docs, reason = "how often it was tried")]
    PcrsChange { attempts: usize },
    /// The TPM has no such PCR.
    NoSuchPcr(u8),
    /// What a command is to be made of has a size or a count that no command takes.
    Parameter(DecodeError),
    /// A public area or a list cannot be read.
    Public(DecodeError),
    /// A key whose quotes no verifier accepts, with the reason.
    NoAttestationKey(String),
    /// A quote that does not verify, with the reason.
    QuoteChanged(String),
    /// A response holds something else than was asked for.
    NotAsked(TpmCc),
    /// The system has no random numbers.
    Random(getrandom::Error),
}

impl ProverError {
    /// The TPM's reason, if it refused.
    #[must_use]
    pub fn code(&self) -> Option<TpmRc> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }
}

impl From<getrandom::Error> for ProverError {
    fn from(error: getrandom::Error) -> Self {
        Self::Random(error)
    }
}

impl From<TransportError> for ProverError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<EncodeError> for ProverError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<CryptoError> for ProverError {
    fn from(error: CryptoError) -> Self {
        Self::Crypto(error)
    }
}

impl fmt::Display for ProverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { command, code } => {
                write!(f, "the TPM refuses {command:?}: {code}")?;
                match code.base() {
                    TpmRc::INITIALIZE => f.write_str(
                        "; firmware does that at start-up, and swtpm with --flags not-need-init,startup-clear",
                    ),
                    TpmRc::FAILURE => f.write_str("; it needs a power cycle, or is broken"),
                    _ => Ok(()),
                }
            }
            Self::Response { command, error } => {
                write!(f, "the TPM's response to {command:?} cannot be read: {error}")
            }
            Self::ResponseHmac(command) => write!(
                f,
                "the response to {command:?} does not authenticate: it was changed between the TPM and here, or is another TPM's"
            ),
            Self::Transport(error) => error.fmt(f),
            Self::Encode(error) => write!(f, "the command cannot be sent: {error}"),
            Self::Credential(error) => write!(f, "the credential cannot be read: {error}"),
            Self::NotForThisTpm => f.write_str(
                "the credential is for none of this TPM's endorsement keys, or for another attestation key: it was made for another machine, or \
                 --ak is not the one of the request",
            ),
            Self::LastTry { handle, failed, most } => write!(
                f,
                "the key {:#010x} may have a password, and a failure would lock the TPM: {failed} have failed, and {most} lock it; \
                 tpm2_dictionarylockout -c forgives them",
                handle.0
            ),
            Self::Crypto(error) => error.fmt(f),
            Self::Key(reason) => write!(f, "the key cannot be used: {reason}"),
            Self::InactiveBank(bank) => {
                write!(f, "the bank {} is not active: the TPM has no such PCRs; name another in --pcrs", bank.name())
            }
            Self::NoNvIndex { index, what } => {
                write!(
                    f,
                    "the TPM has no NV index {index:#010x}, which is to hold {what}: this is another platform, or it was removed"
                )
            }
            Self::NvAccess(index) => write!(
                f,
                "the NV index {index:#010x} cannot be read without a password or policy, or is locked until the TPM starts again"
            ),
            Self::NvContent { index, error } => {
                write!(f, "the NV index {index:#010x} does not hold what it should: {error}")
            }
            Self::PcrsChange { attempts } => write!(
                f,
                "PCRs were extended between quote and reading, {attempts} times: something measures without end; stop it, or select other PCRs"
            ),
            Self::NoSuchPcr(index) => write!(f, "there is no PCR {index}: they are 0 to 23; select others"),
            Self::Parameter(error) => write!(f, "no command can be made of what was asked for: {error}"),
            Self::NoAttestationKey(reason) => write!(f, "no verifier accepts what this key signs: {reason}; use another"),
            Self::QuoteChanged(reason) => {
                write!(f, "the quote was changed between the TPM and here, or is not by this key: {reason}")
            }
            Self::NotAsked(command) => {
                write!(f, "the TPM's response to {command:?} holds something else than was asked for")
            }
            Self::Public(error) => write!(f, "what the TPM gave cannot be read: {error}"),
            Self::Random(error) => write!(f, "the system gives no random numbers: {error}"),
        }
    }
}

impl core::error::Error for ProverError {}
