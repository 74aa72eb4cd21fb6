//! Floor 5: talks to a TPM, measures, and makes proofs. It needs `std`, and nothing of any TPM stack.

mod application_log;
mod certificates;
#[macro_use]
mod command;
pub mod commands;
mod credential;
mod endorsement_key;
mod enrollment;
mod enrollment_error;
mod enrollment_request;
mod entity;
mod error;
mod hashing;
mod kdf;
mod keys;
mod lock;
mod lockout;
mod measure_error;
mod note;
mod nv;
mod pcr;
mod proving;
mod quote;
mod response;
mod secret;
mod session;
mod templates;
mod tpm;
pub mod transport;

pub use application_log::{ApplicationLog, MAX_LOG, NewMeasurement};
pub use certificates::{
    AK_CERTIFICATES, AZURE_KEY, Chain, GOOGLE_ECC_TEMPLATE, GOOGLE_RSA_TEMPLATE, Missing, NvCertificate,
};
pub use command::{Command, Response};
pub use credential::Credential;
pub use endorsement_key::EndorsementKey;
pub use enrollment::PendingActivation;
pub use enrollment_error::EnrollmentError;
pub use enrollment_request::EnrollmentRequest;
pub use entity::Entity;
pub use error::ProverError;
pub use hashing::{Hashed, Progress, hash_paths, total_size};
pub use keys::Key;
pub use lock::QuietLog;
pub use measure_error::MeasureError;
pub use note::Note;
pub use pcr::OwnedPcrValue;
pub use quote::Quoted;
pub use secret::random_nonce;
pub use session::{Authorization, Session, SessionParameters};
pub use templates::{AkAlgorithm, EkTemplate};
pub use tpm::Tpm;
pub use transport::{TpmAddress, TransportError};
