//! Floor 0: what a size, a count, a selector is in the TPM's wire form, in DER and in CBOR, and where an error was.

#[macro_use]
mod declare;
#[macro_use]
mod declare_structures;
pub(crate) mod cbor;
mod decode;
pub(crate) mod der;
#[cfg(feature = "std")]
pub(crate) mod der_write;
mod encode;
mod error;
mod escape;
mod foreign;
mod trace;

pub use decode::{Decode, List, Received};
pub(crate) use decode::{Parsed, Union, Wire, all, in_field, located, sized, sized_octets, take};
pub use encode::{Encode, EncodeError, Encoder};
#[cfg(feature = "words")]
pub use error::FieldPath;
pub use error::{DecodeError, DecodeErrorKind};
pub(crate) use error::{Fault, words};
#[cfg(feature = "documents")]
pub(crate) use escape::is_hidden;
pub(crate) use escape::{write_escaped, write_number};
pub(crate) use foreign::Foreign;
pub use trace::{Field, Hex};
