//! Promises of what is accepted, and what is said of it: made by us, by Wycheproof, and by machines in the field.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

mod accepts;
mod azure;
mod cel;
mod debugged;
mod error_words;
mod facts;
mod field_certificates;
mod field_evidence;
mod field_files;
mod field_ima;
mod field_logs;
mod field_quotes;
mod field_webauthn;
mod hcl;
mod identity;
mod ima;
mod logs;
mod measurements;
mod ml_dsa;
mod nonce_guard;
mod other_algorithms;
mod own_crypto;
mod proof_file;
mod secure_boot;
mod tpm2_eventlog;
mod vectors;
mod verified_logs;
mod wycheproof;
