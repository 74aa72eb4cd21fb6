//! The commands that need a machine: its TPM, its randomness, files that they write.

pub(crate) mod compile;
pub(crate) mod convert;
pub(crate) mod enroll;
mod enroll_args;
mod error;
mod interrupt;
pub(crate) mod measure;
pub(crate) mod nonce;
pub(crate) mod prove;
mod prover_args;
mod system;
mod tpm;

pub(crate) use enroll_args::EnrollCommand;
pub(crate) use prover_args::{MeasureArguments, ProveArguments};
pub(crate) use system::{Access, System, write};
