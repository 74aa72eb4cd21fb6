//! The commands of the TPM 2.0 Library, Part 3. One file per clause, named by its title; a command's declaration has the columns of its
//! table.
//!
//! | clause | file |
//! |---|---|
//! | Start-up | `start_up` |
//! | Testing | `testing` |
//! | Session Commands | `session` |
//! | Object Commands | `object` |
//! | Random Number Generator | `random_number` |
//! | Hash/HMAC/Event Sequences | `sequences` |
//! | Attestation Commands | `attestation` |
//! | Signing and Signature Verification | `signature_verification` |
//! | Integrity Collection (PCR) | `pcr` |
//! | Enhanced Authorization (EA) Commands | `enhanced_authorization` |
//! | Hierarchy Commands | `hierarchy` |
//! | Context Management | `context_management` |
//! | Clocks and Timers | `clocks_and_timers` |
//! | Capability Commands | `capability` |
//! | Non-volatile Storage | `nv_storage` |

mod attestation;
mod capability;
mod clocks_and_timers;
mod context_management;
mod enhanced_authorization;
mod hierarchy;
mod nv_storage;
mod object;
mod pcr;
mod random_number;
mod sequences;
mod session;
mod signature_verification;
mod start_up;
mod testing;

pub use attestation::*;
pub use capability::*;
pub use clocks_and_timers::*;
pub use context_management::*;
pub use enhanced_authorization::*;
pub use hierarchy::*;
pub use nv_storage::*;
pub use object::*;
pub use pcr::*;
pub use random_number::*;
pub use sequences::*;
pub use session::*;
pub use signature_verification::*;
pub use start_up::*;
pub use testing::*;
