//! Checks a TPM 2.0 proof.
#![no_std]
#[cfg(any(test, feature = "std"))]
extern crate std;

#[macro_use]
mod wire;
#[cfg(feature = "cli")]
pub mod cli;
pub mod crypto;
pub mod proof;
pub mod structures;
pub mod verify;

pub use proof::{Proof, verify_proof, verify_proof_with};
pub use wire::{Decode, DecodeError, DecodeErrorKind, Encode, EncodeError, Encoder, Field, FieldPath, Hex, List};
