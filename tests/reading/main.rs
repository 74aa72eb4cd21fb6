//! Promises of what reads bytes: structures and logs. They need no development dependency, so that Miri can run them.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

/// As many as show that no stack is taken. Miri would take hours, and looks for something else.
#[cfg(feature = "std")]
const MILLION: usize = if cfg!(miri) { 1_000 } else { 1_000_000 };

mod attacks_log;
mod attacks_uefi;
mod event_data;
mod round_trip;
mod sipa;
