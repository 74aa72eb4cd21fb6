//! Promises of what reads bytes: structures and logs. They need no development dependency, so that Miri can run them.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

mod attacks_log;
mod attacks_uefi;
mod event_data;
mod round_trip;
mod sipa;
