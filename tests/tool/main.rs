//! Promises of the command line, of what it reads and writes.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

mod cli;
mod cli_log;
mod explain;
mod foreign_formats;
mod json_logs;
mod pin;
mod policies;
mod policy_der;
mod reboots;
mod report_schema;
mod story;
