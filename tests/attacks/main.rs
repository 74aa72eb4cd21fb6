//! Promises of what is refused, and for what it is.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

mod certificate;
mod events;
mod ima;
mod key;
mod mutations;
mod nitrotpm;
mod proof;
mod proof_mutations;
mod quote;
mod refusals_policy;
mod refusals_verify;
mod revocation;
mod signature;
mod weak_keys;
mod webauthn;
