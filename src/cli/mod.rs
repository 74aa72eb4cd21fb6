//! The command line. It reads and prints; every decision is made below it.
//!
//! With the feature `documents` alone it is those of its commands that need no machine, over files in [`Memory`]:
//!
//! ```
//! use tpmproof::cli::Memory;
//! use tpmproof::verify::Time;
//!
//! let mut memory = Memory::new(Time::from_unix_seconds(1_798_761_600));
//! memory.file("policy", b"version = 1".to_vec());
//! memory.file("proof", Vec::new());
//! memory.option("proof", "proof");
//! memory.option("policy", "policy");
//! memory.option("nonce", "00");
//! let (mut report, mut notes) = (Vec::new(), Vec::new());
//! assert_eq!(memory.run("verify", &mut report, &mut notes), 2);
//! assert!(notes.starts_with(b"tpmproof: the policy policy: "));
//! ```

mod args;
mod attachment;
mod client_data;
#[cfg(feature = "cli")]
mod command;
mod convert;
mod error;
#[cfg(feature = "cli")]
mod explain;
mod files;
mod formats;
mod freshness;
mod hcl;
mod hex;
mod host;
mod ima_text;
mod input;
mod json;
mod json_log;
mod json_log_convert;
mod judge;
mod keys;
mod kinds;
mod log;
mod log_file;
#[cfg(feature = "cli")]
mod machine;
mod memory;
mod pcr_file;
mod pcrlock;
mod pin;
mod pin_files;
mod pin_key;
mod pin_text;
mod policy;
mod policy_events;
mod policy_file;
mod policy_schema;
mod policy_text;
mod policy_toml;
mod policy_value;
mod policy_webauthn;
mod roots;
mod show;
mod show_kinds;
mod show_objects;
mod show_text;
mod verify;

#[cfg(feature = "cli")]
pub use command::run;
pub use convert::{Converted, convert};
pub use memory::Memory;
