//! Floor 1: the structures of the TPM 2.0 Library, Part 2. One file per clause, named by the clause's title.
//!
//! All clause numbers are those of version 1.85. Decoding judges nothing: a wrong `magic` decodes, and `verify` refuses it.
//!
//! | clause | file |
//! |---|---|
//! | 6 Constants | `constants` |
//! | 8 Attribute Structures | `attributes` |
//! | 9 Interface Types | `interface_types` |
//! | 10.2 Digests (hash agile) | `digests` |
//! | 10.3 Sized Buffers | `sized_buffers` |
//! | 10.4 Names | `names` |
//! | 10.5 PCR Structures | `pcr` |
//! | 10.8 Lists | `lists` |
//! | 10.10 Clock/Counter Structures | `clock` |
//! | 10.11 TPM Attestation Structures | `attestation` |
//! | 11.1 Symmetric | `symmetric` |
//! | 11.2 Asymmetric | `asymmetric` |
//! | 11.3 Signatures | `signatures` |
//! | 12.2 Public Area Structures | `public_area` |

mod asymmetric;
mod attestation;
mod attributes;
mod clock;
mod constants;
mod digests;
mod interface_types;
mod lists;
mod names;
mod pcr;
mod public_area;
mod signatures;
mod sized_buffers;
mod symmetric;

pub use asymmetric::*;
pub use attestation::*;
pub use attributes::*;
pub use clock::*;
pub use constants::*;
pub use digests::*;
pub use interface_types::*;
pub use lists::*;
pub use names::*;
pub use pcr::*;
pub use public_area::*;
pub use signatures::*;
pub use sized_buffers::*;
pub use symmetric::*;
