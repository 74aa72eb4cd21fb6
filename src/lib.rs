//! Checks a TPM 2.0 proof.
#![no_std]
#[cfg(any(test, feature = "std"))]
extern crate std;

#[macro_use]
mod wire;
pub mod structures;

pub use wire::{Decode, DecodeError, DecodeErrorKind, Encode, EncodeError, Encoder, Field, FieldPath, Hex, List};
