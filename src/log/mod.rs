//! Measurement logs, one file per format. A log is decoded here and believed nowhere: what a replay binds to a quote is
//! [`crate::verify`]'s.

mod error;
mod event_types;
mod little_endian;
mod spec_id;
mod tcg;
mod tcg_event;
mod untrusted;

pub use error::{LogError, LogErrorKind};
pub use event_types::TcgEventType;
pub use spec_id::SpecId;
pub use tcg::{LogFormat, Registers, TcgLog};
pub use tcg_event::{Digests, Event};
pub use untrusted::Untrusted;
