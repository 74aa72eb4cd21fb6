//! Floor 1: the structures of the TPM 2.0 Library, Part 2. One file per clause, named by the clause's title.
//!
//! All clause numbers are those of version 1.85. Decoding judges nothing: a wrong `magic` decodes, and `verify` refuses it.
//!
//! | clause | file |
//! |---|---|
//! | 6 Constants | `constants`, `algorithms` (6.3, 6.4), `command_codes` (6.5), `response_codes` (6.6) |
//! | 7 Handles | `handles` |
//! | 8 Attribute Structures | `attributes` |
//! | 9 Interface Types | `interface_types` |
//! | 10.2 Digests (hash agile) | `digests` |
//! | 10.3 Sized Buffers | `sized_buffers` |
//! | 10.4 Names | `names` |
//! | 10.5 PCR Structures | `pcr` |
//! | 10.6 Tickets | `tickets` |
//! | 10.7 Property Structures | `properties` |
//! | 10.8 Lists | `lists` |
//! | 10.9 Capabilities Structures | `capabilities` |
//! | 10.10 Clock/Counter Structures | `clock` |
//! | 10.11 TPM Attestation Structures | `attestation` |
//! | 11.1 Symmetric | `symmetric` |
//! | 11.2 Asymmetric | `asymmetric` (11.2.6 and 11.2.7 too: ML-KEM, ML-DSA) |
//! | 11.3 Signatures | `signatures` |
//! | 11.4 Key/Secret Exchange | `key_exchange` |
//! | 12.2 Public Area Structures | `public_area` |
//! | 12.3 Private Area Structures | `private_area` |
//! | 12.4 Identity Object | `identity_object` |
//! | 13 NV Storage Structures | `nv` |
//! | 14 Context Data | `context` |
//! | 15 Creation Data | `creation` |

mod algorithms;
mod asymmetric;
mod attestation;
mod attributes;
mod capabilities;
mod clock;
mod command_codes;
mod constants;
mod context;
mod creation;
mod digests;
mod handles;
mod identity_object;
mod interface_types;
mod key_exchange;
mod lists;
mod names;
mod nv;
mod pcr;
mod private_area;
mod properties;
mod public_area;
mod response_codes;
mod signatures;
mod sized_buffers;
mod symmetric;
mod tickets;

pub use algorithms::*;
pub use asymmetric::*;
pub use attestation::*;
pub use attributes::*;
pub use capabilities::*;
pub use clock::*;
pub use command_codes::*;
pub use constants::*;
pub use context::*;
pub use creation::*;
pub use digests::*;
pub use handles::*;
pub use identity_object::*;
pub use interface_types::*;
pub use key_exchange::*;
pub use lists::*;
pub use names::*;
pub use nv::*;
pub use pcr::*;
pub use private_area::*;
pub use properties::*;
pub use public_area::*;
pub use response_codes::*;
pub use signatures::*;
pub use sized_buffers::*;
pub use symmetric::*;
pub use tickets::*;
