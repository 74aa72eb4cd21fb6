//! Device paths: where an image came from (UEFI 2.10, 10.3).

use super::little_endian::{Read, array, octets};
use super::utf16::Utf16;
use super::{Guid, LogErrorKind};
use crate::wire::Hex;
use core::fmt::{self, Write};

/// A device path, its nodes known to be whole. It prints as UEFI writes paths for people, with unknown nodes in hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DevicePath<'a>(&'a [u8]);

/// A node: its type and subtype, and its data.
type Node<'a> = (u8, u8, &'a [u8]);

impl<'a> DevicePath<'a> {
    pub(crate) fn decode(octets: &'a [u8]) -> Result<Self, LogErrorKind> {
        let mut rest = octets;
        while !rest.is_empty() {
            (_, rest) = node(rest)?;
        }
        Ok(Self(octets))
    }

    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes().all(|(kind, ..)| kind == 0x7f)
    }

    fn nodes(&self) -> impl Iterator<Item = Node<'a>> + use<'a> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (found, after) = node(rest).ok()?;
            rest = after;
            Some(found)
        })
    }
}

/// Four octets of header, which the length counts too: so each step goes forward.
fn node(input: &[u8]) -> Read<'_, Node<'_>> {
    let ([kind, subtype, low, high], rest) = array(input)?;
    let length = usize::from(u16::from_le_bytes([low, high]));
    let length =
        length.checked_sub(4).ok_or(LogErrorKind::malformed("a node of a device path is shorter than its header"))?;
    let (data, rest) = octets(rest, length)?;
    Ok(((kind, subtype, data), rest))
}

impl fmt::Display for DevicePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (kind, subtype, data) in self.nodes() {
            if (kind, subtype) == (0x7f, 0xff) {
                continue;
            }
            if !core::mem::take(&mut first) {
                f.write_char('/')?;
            }
            write_node(f, kind, subtype, data)?;
        }
        Ok(())
    }
}

fn write_node(f: &mut fmt::Formatter<'_>, kind: u8, subtype: u8, data: &[u8]) -> fmt::Result {
    let part = |from: usize, to: usize| data.get(from..to).map_or(0, number);
    match (kind, subtype, data.len()) {
        (1, 1, 2) => write!(f, "Pci({:#x},{:#x})", part(1, 2), part(0, 1)),
        (1, 3, 20) => write!(f, "MemoryMapped({:#x},{:#x})", part(4, 12), part(12, 20)),
        (2, 1, 8) => match part(0, 4) {
            0x0a03_41d0 => write!(f, "PciRoot({:#x})", part(4, 8)),
            0x0a08_41d0 => write!(f, "PcieRoot({:#x})", part(4, 8)),
            hardware => write!(f, "Acpi({hardware:#010x},{:#x})", part(4, 8)),
        },
        (3, 2, 4) => write!(f, "Scsi({},{})", part(0, 2), part(2, 4)),
        (3, 5, 2) => write!(f, "USB({:#x},{:#x})", part(0, 1), part(1, 2)),
        (3, 18, 6) => write!(f, "Sata({:#x},{:#x},{:#x})", part(0, 2), part(2, 4), part(4, 6)),
        (3, 23, 12) => write!(f, "NVMe({:#x})", part(0, 4)),
        (4, 1, 38) => write_disk(f, data),
        (4, 4, _) => write!(f, "{}", Utf16::until_zero(data)),
        (4, 6, _) => write_guid(f, "FvFile", data),
        (4, 7, _) => write_guid(f, "Fv", data),
        _ => write!(f, "Path({kind},{subtype},{})", Hex(data)),
    }
}

/// `HD(partition,GPT,signature)`
fn write_disk(f: &mut fmt::Formatter<'_>, data: &[u8]) -> fmt::Result {
    let partition = data.get(..4).map_or(0, number);
    match (data.get(20..36).and_then(<[u8]>::first_chunk), data.last()) {
        (Some(signature), Some(2)) => write!(f, "HD({partition},GPT,{})", Guid(*signature)),
        _ => write!(f, "HD({partition})"),
    }
}

fn write_guid(f: &mut fmt::Formatter<'_>, what: &str, data: &[u8]) -> fmt::Result {
    match data.first_chunk() {
        Some(guid) if data.len() == 16 => write!(f, "{what}({})", Guid(*guid)),
        _ => write!(f, "{what}({})", Hex(data)),
    }
}

/// At most eight octets, the lowest first.
fn number(octets: &[u8]) -> u64 {
    octets.iter().rev().take(8).fold(0, |number, octet| number << 8 | u64::from(*octet))
}

impl fmt::Debug for DevicePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
