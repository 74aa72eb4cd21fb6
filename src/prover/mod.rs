//! Floor 5: talks to a TPM, measures, and makes proofs. It needs `std`, and nothing of any TPM stack.

mod certificates;
#[macro_use]
mod command;
pub mod commands;
mod entity;
mod error;
mod kdf;
mod keys;
mod nv;
mod pcr;
mod quote;
mod response;
mod secret;
mod session;
mod templates;
mod tpm;
pub mod transport;

pub use certificates::{
    AK_CERTIFICATES, AZURE_KEY, Chain, GOOGLE_ECC_TEMPLATE, GOOGLE_RSA_TEMPLATE, Missing, NvCertificate,
};
pub use command::{Command, Response};
pub use entity::Entity;
pub use error::ProverError;
pub use keys::Key;
pub use pcr::OwnedPcrValue;
pub use quote::Quoted;
pub use session::{Authorization, Session, SessionParameters};
pub use templates::{AkAlgorithm, EkTemplate};
pub use tpm::Tpm;
pub use transport::{TpmAddress, TransportError};
