//! Measurement logs, one file per format. A log is decoded here and believed nowhere: what a replay binds to a quote is
//! [`crate::verify`]'s.

mod blindllama;
mod cel;
mod cel_record;
mod description;
mod device_path;
mod error;
mod event_log;
mod event_strings;
mod event_text;
mod event_types;
mod guid;
mod ima;
mod ima_entry;
mod little_endian;
mod measurement;
mod no_action;
mod signature_list;
mod sipa;
mod sipa_names;
mod spdm;
mod spec_id;
mod tcg;
mod tcg_event;
mod uefi;
mod untrusted;
mod utf16;
#[cfg(feature = "std")]
mod write;

pub use blindllama::BlindLlama;
pub use cel::CelLog;
pub use cel_record::{CelContent, CelRecord};
pub use device_path::DevicePath;
pub use error::{LogError, LogErrorKind};
pub use event_log::EventLog;
pub use event_strings::EventStrings;
pub use event_text::Described;
pub use event_types::TcgEventType;
pub use guid::Guid;
pub use ima::ImaList;
pub use ima_entry::{ImaDigestKind, ImaEntry, ImaFile};
pub use measurement::Measurement;
pub use no_action::{HcrtmComponent, PlatformId};
pub use signature_list::{SignatureEntry, SignatureLists};
pub use sipa::{SipaEvent, SipaTree};
pub use spdm::SpdmDevice;
pub use spec_id::SpecId;
pub use tcg::{LogFormat, Registers, TcgLog};
pub(crate) use tcg_event::Events;
pub use tcg_event::{Digests, Event};
pub use uefi::{EventData, Partitions, UefiImage, UefiVariable};
pub use untrusted::Untrusted;
pub use utf16::Utf16;
#[cfg(feature = "std")]
pub use write::{write_event, write_header};
