//! GUIDs, as UEFI writes them (UEFI 2.10, appendix A).

use super::little_endian::{array, uint16, uint32};
use crate::wire::Hex;
use core::fmt;

/// A GUID, in the order of octets that UEFI writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Guid(pub [u8; 16]);

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = || {
            let (first, rest) = uint32(&self.0)?;
            let (second, rest) = uint16(rest)?;
            let (third, rest) = uint16(rest)?;
            let (fourth, rest) = array::<2>(rest)?;
            Ok::<_, super::LogErrorKind>((first, second, third, fourth, rest))
        };
        match parts() {
            Ok((first, second, third, fourth, last)) => {
                write!(f, "{first:08x}-{second:04x}-{third:04x}-{}-{}", Hex(&fourth), Hex(last))
            }
            Err(_) => write!(f, "{}", Hex(&self.0)),
        }
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
