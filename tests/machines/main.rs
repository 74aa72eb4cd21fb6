//! Promises of what talks to a TPM. Most have a virtual one.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

mod commands;
mod enroll;
mod measure;
mod measure_faults;
mod prove;
mod proving_queue;
mod quotes;
mod transport;
