//! Floor 5: talks to a TPM, measures, and makes proofs. It needs `std`, and nothing of any TPM stack.
//!
//! ```no_run
//! use std::path::{Path, PathBuf};
//! use tpmproof::crypto::HashAlgorithm;
//! use tpmproof::prover::{AkAlgorithm, ApplicationLog, Chain, NewMeasurement, QuietLog, Tpm, TpmAddress, hash_paths};
//! use tpmproof::verify::{BankSelection, Log};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let nonce = [0; 32];
//! let address: TpmAddress = "device:/dev/tpmrm0".parse()?;
//! let path = Path::new("application.log");
//!
//! // Measure: hash, write into the log, extend PCR 13.
//! let hashed = hash_paths(&[PathBuf::from("weights.bin")], &|_| ())?.remove(0);
//! let weights = NewMeasurement { kind: "weights".into(), name: "llama".into(), hashed };
//! ApplicationLog::new(path, 13).append(&[weights], || Tpm::open(&address), &mut |note| eprintln!("{note}"))?;
//!
//! // Prove: while nobody measures, quote PCRs 0 to 15 for the verifier's nonce, and enclose the log.
//! let quiet = QuietLog::of(path)?;
//! let mut tpm = Tpm::open(&address)?;
//! let key = tpm.create_attestation_key(AkAlgorithm::P256)?;
//! let quoted = tpm.quote(&key, &nonce, &[BankSelection { bank: HashAlgorithm::Sha256, pcrs: 0xffff }])?;
//! tpm.close()?;
//! let bytes = std::fs::read(path)?;
//! drop(quiet);
//! let log = Log { format: "application", bytes: &bytes };
//! let proof = quoted.into_proof(&key, &Chain::default()).log(log).to_der();
//! # let _ = proof;
//! # Ok(())
//! # }
//! ```
//!
//! A key that an authority certifies is [`Tpm::key`] or [`Tpm::create_from_nv_template`], with [`Tpm::attestation_certificates`] and
//! [`Chain::of`]. One that nobody certifies is enrolled: [`Tpm::enrollment_request`], [`EndorsementKey`], [`PendingActivation`],
//! [`Tpm::activate_credential_by_any`].

mod application_log;
mod bank;
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
mod queue;
mod quote;
mod response;
mod secret;
mod session;
mod templates;
mod tpm;
pub mod transport;

pub use application_log::{ApplicationLog, MAX_LOG, NewMeasurement};
pub use certificates::{AK_CERTIFICATES, Chain, GOOGLE_ECC_TEMPLATE, GOOGLE_RSA_TEMPLATE, Missing, NvCertificate};
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
pub use queue::{ProvingQueue, QueueError};
pub use quote::Quoted;
pub use secret::random_nonce;
pub use session::{Authorization, Session, SessionParameters};
pub use templates::{AkAlgorithm, EkTemplate};
pub use tpm::Tpm;
pub use transport::{TpmAddress, TransportError};
