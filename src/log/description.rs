//! An event's data in one line, for people. Nothing that it says was verified.

use super::{DevicePath, EventData, Guid, SignatureEntry, SpdmDevice, UefiVariable, Utf16};
use crate::wire::{Hex, write_escaped};
use core::fmt;

impl fmt::Display for EventData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Separator => f.write_str("separator"),
            Self::ErrorSeparator(value) => write!(f, "error separator {value:#x}"),
            Self::StartupLocality(locality) => write!(f, "the TPM was started from locality {locality}"),
            Self::PlatformId(id) => {
                write!(f, "platform of vendor {}, manifest {}", id.vendor, id.manifest)?;
                for part in [id.manufacturer, id.model, id.firmware_version].into_iter().filter(|part| !part.is_empty())
                {
                    f.write_str(", ")?;
                    escaped(f, part)?;
                }
                Ok(())
            }
            Self::HcrtmComponent(component) => {
                escaped(f, component.description)?;
                f.write_str(": ")?;
                write_octets(f, component.measurement)
            }
            Self::NonHostInfo(technology) => f.write_str(match technology {
                0 => "memory is not kept from the host",
                1 => "AMD SEV",
                2 => "AMD SEV-ES",
                3 => "Intel TDX",
                4 => "AMD SEV-SNP",
                _ => "an unknown technology against the host",
            }),
            Self::Device(device) => write_device(f, device),
            Self::Text("") => f.write_str("(no text)"),
            Self::WideText(text) if text.octets().is_empty() => f.write_str("(no text)"),
            Self::Text(text) => escaped(f, text),
            Self::WideText(text) => write!(f, "{text}"),
            Self::Variable(variable) => write_variable(f, variable),
            Self::Authority(variable) if !is_database(variable) => write_variable(f, variable),
            Self::Authority(variable) => match variable.data.split_first_chunk() {
                Some((owner, signature)) => {
                    write!(
                        f,
                        "{} allowed it, by an entry of {} bytes of {}",
                        variable.name,
                        signature.len(),
                        Guid(*owner)
                    )
                }
                None => write!(f, "{}: {}", variable.name, Hex(variable.data)),
            },
            Self::Image(image) if image.device_path.is_empty() => {
                write!(f, "image of {} bytes at {:#x}", image.length, image.location)
            }
            Self::Image(image) => write!(f, "{}", image.device_path),
            Self::Blob { base, length } => write!(f, "{length} bytes at {base:#x}"),
            Self::NamedBlob { name, base, length } => {
                escaped(f, name)?;
                write!(f, ": {length} bytes at {base:#x}")
            }
            Self::Tables { name, tables } => {
                escaped(f, name)?;
                let space = if name.is_empty() { "" } else { "; " };
                write!(f, "{space}tables: {}", tables.len())
            }
            Self::Partitions(partitions) => {
                write!(f, "disk {}; partitions: {}", partitions.disk, partitions.iter().count())
            }
            Self::Windows(tree) => tree.fmt(f),
            Self::Tagged { tag, data } => write_tagged(f, *tag, data),
            Self::Measurement(measurement) => {
                escaped(f, measurement.kind)?;
                if !measurement.name.is_empty() {
                    f.write_str(" \"")?;
                    escaped(f, measurement.name)?;
                    f.write_str("\"")?;
                }
                f.write_str(": ")?;
                if let Some(size) = measurement.size {
                    write!(f, "{size} bytes, ")?;
                }
                write!(f, "{:?} {}", measurement.algorithm, Hex(measurement.digest))
            }
            Self::Octets(data) => write_octets(f, data),
        }
    }
}

fn write_device(f: &mut fmt::Formatter<'_>, device: &SpdmDevice<'_>) -> fmt::Result {
    match device.kind {
        1 => f.write_str("PCI device")?,
        2 => f.write_str("USB device")?,
        kind => write!(f, "device of kind {kind}")?,
    }
    if let Some(path) = &device.path {
        write!(f, " {path}")?;
    }
    match device.authentication {
        None => Ok(()),
        Some(0) => f.write_str(", authenticated"),
        Some(state) => write!(f, ", not authenticated ({state:#04x})"),
    }
}

fn escaped(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.chars().try_for_each(|c| write_escaped(f, c))
}

fn write_octets(f: &mut fmt::Formatter<'_>, data: &[u8]) -> fmt::Result {
    match data.split_at_checked(16) {
        Some((start, [_, ..])) => write!(f, "{}… ({} bytes)", Hex(start), data.len()),
        _ => write!(f, "{}", Hex(data)),
    }
}

/// Whether it holds keys and digests: those of the firmware, and shim's.
fn is_database(variable: &UefiVariable<'_>) -> bool {
    ["PK", "KEK", "db", "dbx", "dbt", "dbr", "MokList", "MokListX", "vendor_db", "vendor_dbx"]
        .iter()
        .any(|name| variable.name.is(name))
}

fn write_variable(f: &mut fmt::Formatter<'_>, variable: &UefiVariable<'_>) -> fmt::Result {
    write!(f, "{}", variable.name)?;
    match variable.data {
        [] => f.write_str(" is empty"),
        [value] => write!(f, " = {value}"),
        _ if is_database(variable) => write_lists(f, variable),
        data if variable.name.is("BootOrder") => {
            f.write_str(":")?;
            data.as_chunks::<2>().0.iter().try_for_each(|number| write!(f, " Boot{:04X}", u16::from_le_bytes(*number)))
        }
        data if variable.name.octets().starts_with(b"B\0o\0o\0t\0") && data.len() > 6 => write_load_option(f, data),
        data => write!(f, ": {} bytes", data.len()),
    }
}

/// `EFI_LOAD_OPTION` (UEFI 2.10, 3.1.3): attributes, the length of the path, the description, the path.
fn write_load_option(f: &mut fmt::Formatter<'_>, data: &[u8]) -> fmt::Result {
    let (head, text) = data.split_first_chunk().unwrap_or((&[0; 6], &[]));
    let [_, _, _, _, low, high] = *head;
    let text = Utf16::until_zero(text);
    write!(f, ": {text}")?;
    let path = data.get(text.octets().len().saturating_add(8)..).unwrap_or_default();
    let path = path.get(..u16::from_le_bytes([low, high]).into()).and_then(|path| DevicePath::decode(path).ok());
    match path {
        Some(path) if !path.is_empty() => write!(f, ", {path}"),
        _ => Ok(()),
    }
}

fn write_lists(f: &mut fmt::Formatter<'_>, variable: &UefiVariable<'_>) -> fmt::Result {
    let (mut certificates, mut digests, mut others) = (0u32, 0u32, 0u32);
    for entry in variable.signature_lists() {
        let count = match entry.map(|entry| entry.kind) {
            Ok(SignatureEntry::X509) => &mut certificates,
            Ok(SignatureEntry::SHA256) => &mut digests,
            Ok(_) => &mut others,
            Err(error) => return write!(f, ": {error}"),
        };
        *count = count.saturating_add(1);
    }
    write!(f, "; certificates: {certificates}, digests: {digests}")?;
    if others == 0 { Ok(()) } else { write!(f, ", others: {others}") }
}

/// Tags of the kernel and of systemd, which tag text.
const TAGS: &[(u32, &str)] = &[
    (0x8f3b_22ec, "initrd"),
    (0x8f3b_22ed, "kernel command line"),
    (0xf5bc_582a, "loader.conf"),
    (0x6c46_f751, "device tree"),
    (0x49df_fe0f, "initrd add-on"),
    (0xdac0_8e1a, "microcode add-on"),
    (0xd5cb_7cbc, "SMBIOS type 1"),
    (0xe0d4_7bc8, "SMBIOS type 2"),
    (0xc0b3_bd23, "SMBIOS type 11"),
];

fn write_tagged(f: &mut fmt::Formatter<'_>, tag: u32, data: &[u8]) -> fmt::Result {
    match TAGS.iter().find(|(known, _)| *known == tag) {
        Some((_, name)) => write!(f, "{name}: ")?,
        None => write!(f, "tag {tag:#010x}: ")?,
    }
    let wide = Utf16::until_zero(data);
    match core::str::from_utf8(data.strip_suffix(&[0]).unwrap_or(data)) {
        Ok(text) if !text.contains('\0') => escaped(f, text),
        _ if wide.is_printable() => write!(f, "{wide}"),
        _ => write_octets(f, data),
    }
}
