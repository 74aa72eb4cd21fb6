//! Connections of `rustls` that are bound to proofs: a client verifies what a server is, and only then sends it something.
//!
//! ```no_run
//! use std::io::Write;
//! use std::net::TcpStream;
//! use std::sync::Arc;
//! use tpmproof::tls::Unattested;
//! use tpmproof::verify::{Policy, Time};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (policy, provider) = (std::fs::read("policy.der")?, rustls::crypto::ring::default_provider());
//! let policy = Policy::from_der(&policy)?; // requires { pcr = 13, kind = "tls-spki" }
//! let socket = TcpStream::connect("server.example:443")?;
//! let mut server = Unattested::connect("server.example".try_into()?, socket, Arc::new(provider))?;
//! let answer = server.ask()?;
//! let proof = answer.proof()?;
//! let report = answer.verify(&proof, &policy, None, Time::now()).map_err(|rejection| rejection.to_string())?;
//! let mut stream = server.admit(&report)?;
//! stream.write_all(b"a secret")?;
//! # Ok(())
//! # }
//! ```
//!
//! # Three levels
//!
//! [`Report::channel`](crate::verify::Report::channel) says how far proof and connection belong together; each level has what the one before
//! it has.
//!
//! | | what it shows | how | what it does not show |
//! |---|---|---|---|
//! | `none` | some machine that the policy trusts made the proof | [`verify_proof`](crate::verify_proof) | anything of a connection: whoever has seen the proof can hand it on (a relay, CVE-2026-33697) |
//! | `key-bound` | the peer has the TLS key that this machine measured | [`client_config`], or [`Report::bind`](crate::verify::Report::bind) without a nonce | that the peer is the machine: who stole the key, or shares it, passes, with a genuine quote |
//! | `exporter-bound` | the machine quoted for this very connection | [`Unattested`], [`Question`], [`answer`] | that it was the measured software which answered: whatever may use both the attestation key and the connection's secrets can |
//!
//! **No level shows that the private key was made in the machine, or never left it.** A TPM measures what it is given. Make the key at each
//! start, keep it in memory, and require the software that does so by its digest.
//!
//! For `exporter-bound` a TPM must quote a [`ChannelNonce`](crate::verify::ChannelNonce) for nobody but the connection's own end: a machine
//! that quotes whatever it is sent can be made to answer for somebody else's connection. [`answer`] derives it; `tpmproof prove --nonce` refuses one.
//!
//! # On the wire
//!
//! After the handshake the verifier sends its question, and the other end answers with the proof file or a refusal, each as one element
//! of DER:
//!
//! ```asn1
#![doc = include_str!("channel.asn1")]
//! ```
//!
//! What follows is the application's. [`Question`] makes the one and verifies the other without a transport, and [`Asked`] reads the one, for
//! streams of other kinds; a server can ask its client too ([`Question::to_client`]). A client that has a certificate shows it in the handshake, before
//! it knows the server.

mod config;
mod error;
mod message;
mod question;
mod stream;

pub use config::client_config;
pub use error::TlsError;
pub use message::{MAX_ANSWER, QUESTION_SIZE};
pub use question::{Asked, Question};
pub use stream::{Answer, Unattested, answer};
