//! Promises of connections that are bound to proofs.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "std")]
#[path = "../common/mod.rs"]
mod common;

mod attacks_tls;
mod authority;
mod blind;
mod client_proves;
mod handshake;
mod many;
mod messages;
mod reports;
