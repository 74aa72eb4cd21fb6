//! Checks a TPM 2.0 proof: the attestation key, the quote that it signed, the PCR values that the quote covers; and, with a feature, makes one.
//!
//! `no_std`, without an allocator, without `unsafe`; bad input is an error with its place, never a panic.
//!
//! A proof is judged whole by [`verify_proof`], under a [`verify::Policy`], a [`verify::Challenge`] and a time; the answer is a
//! [`verify::Report`], or a [`verify::Rejection`] with the report of what held until then. Step by step it is these types, each made
//! by the one before it and by nothing else:
//!
//! | from | by | a fact |
//! |---|---|---|
//! | [`verify::KeyEvidence`] | [`verify::TrustedKey::pinned`], [`verify::TrustedKey::activated`], [`verify::TrustedKey::certified`] | [`verify::TrustedKey`]: why the key is one |
//! | [`verify::Attestation`] | [`verify::Attestation::verify_signature`] | [`verify::SignedAttest`]: the key signed these bytes, a TPM made them |
//! | [`verify::SignedAttest`] | [`verify::SignedAttest::verify_quote`] | [`verify::VerifiedQuote`]: they answer the challenge, and cover the values |
//! | [`verify::VerifiedQuote`] | [`verify::VerifiedQuote::verify_logs`] | [`verify::VerifiedLogs`]: which values logs explain |
//!
//! ```
//! use tpmproof::crypto::HashAlgorithm;
//! use tpmproof::verify::{Challenge, PcrRule, Platform, Policy, Time};
//! use tpmproof::{Proof, verify_proof};
//!
//! fn judge(proof: &[u8], nonce: &[u8], now: u64, firmware: &[u8]) -> Result<bool, tpmproof::DecodeError> {
//!     let proof = Proof::from_der(proof)?;
//!     let values = [firmware];
//!     let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &values)];
//!     let Ok(policy) = Policy::builder().platform(&Platform::AZURE).pcrs(&rules).build() else { return Ok(false) };
//!     let Ok(challenge) = Challenge::nonce(nonce) else { return Ok(false) };
//!     Ok(verify_proof(&proof, &policy, &challenge, Time::from_unix_seconds(now)).is_ok())
//! }
//! # assert!(judge(b"", b"nonce", 0, &[0; 32]).is_err());
//! ```
//!
//! # Features
//!
//! `words` and `foreign` are on by default: what errors and reports say beside where and which, and the logs and evidence that neither firmware nor
//! this project writes. All others are off. `std` adds the writing of proofs, logs and policies, PEM and the clock; `prover` adds what talks to a TPM,
//! measures, makes proofs and enrolls machines; `tls` binds connections of `rustls` to proofs; `documents` adds policies in TOML, foreign
//! evidence and reports in JSON, over files in memory and without an operating system; `cli` adds the command line. None of these changes a
//! verdict.
//!
//! `p521`, `sha3` and `ml-dsa` add algorithms, and are on in `documents` and `cli`. Evidence that needs one that is off is refused, and the error names
//! the feature. ML-DSA takes up to 257 KB of stack.
#![no_std]
#[cfg(any(test, feature = "std"))]
extern crate std;

#[macro_use]
mod wire;
#[cfg(feature = "documents")]
pub mod cli;
pub mod crypto;
pub mod log;
pub mod proof;
#[cfg(feature = "prover")]
pub mod prover;
pub mod structures;
#[cfg(feature = "tls")]
pub mod tls;
pub mod verify;

/// The guide's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../examples/firmware.md")]
mod guide {}

pub use proof::{Proof, verify_proof, verify_proof_with};
#[cfg(feature = "words")]
pub use wire::FieldPath;
pub use wire::{Decode, DecodeError, DecodeErrorKind, Encode, EncodeError, Encoder, Field, Hex, List, Received};
