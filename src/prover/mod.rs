//! Floor 5: talks to a TPM, measures, and makes proofs. It needs `std`, and nothing of any TPM stack.

#[macro_use]
mod command;
pub mod commands;
mod entity;
mod error;
mod kdf;
mod response;
mod secret;
mod session;
mod tpm;
pub mod transport;

pub use command::{Command, Response};
pub use entity::Entity;
pub use error::ProverError;
pub use session::{Authorization, Session, SessionParameters};
pub use tpm::Tpm;
pub use transport::{TpmAddress, TransportError};
