//! What the events of UEFI's firmware hold (PC Client Platform Firmware Profile 1.06, 10.4.1). Most of it was not measured: it
//! describes, and proves nothing, unless an event's digests are of these very octets.

use super::little_endian::{Read, array, octets, sized, uint32};
use super::signature_list::SignatureLists;
use super::utf16::Utf16;
use super::{DevicePath, Guid, HcrtmComponent, LogErrorKind, Measurement, PlatformId, SipaTree, SpdmDevice};
use super::{TcgEventType, no_action, sipa, spdm};

/// The data of an event, by its type.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum EventData<'a> {
    /// The boundary between two stages: 0.
    Separator,
    /// A separator that tells an error of the stage before it: 1, 0xFFFFFFFF, or what nobody defines.
    ErrorSeparator(u32),
    /// The locality of start-up.
    StartupLocality(u8),
    /// What the platform says that it is.
    PlatformId(PlatformId<'a>),
    /// What a hardware core root of trust measured.
    HcrtmComponent(HcrtmComponent<'a>),
    /// How a machine of Google's keeps memory from its host: 0 not at all, 1 AMD SEV, 2 SEV-ES, 3 Intel TDX, 4 SEV-SNP.
    NonHostInfo(u8),
    /// Text of one octet a character.
    Text(&'a str),
    /// Text of UTF-16.
    WideText(Utf16<'a>),
    /// `UEFI_VARIABLE_DATA`
    Variable(UefiVariable<'a>),
    /// The same, where something was allowed to load: of a database it has the one `EFI_SIGNATURE_DATA` that allowed it; shim measures
    /// variables of its own like that.
    Authority(UefiVariable<'a>),
    /// `UEFI_IMAGE_LOAD_EVENT`
    Image(UefiImage<'a>),
    /// `UEFI_PLATFORM_FIRMWARE_BLOB`: where a part of the firmware lies.
    #[expect(missing_docs, reason = "physical address and length")]
    Blob { base: u64, length: u64 },
    /// `UEFI_PLATFORM_FIRMWARE_BLOB2`: the same, with its name.
    #[expect(missing_docs, reason = "as `Blob`")]
    NamedBlob { name: &'a str, base: u64, length: u64 },
    /// `UEFI_HANDOFF_TABLE_POINTERS`, or its second form with a name: which tables.
    #[expect(missing_docs, reason = "the name, and 24 octets for each table: its GUID and its address")]
    Tables { name: &'a str, tables: &'a [[u8; 24]] },
    /// `UEFI_GPT_DATA`: a header and the entries of partitions.
    Partitions(Partitions<'a>),
    /// `TCG_PCClientTaggedEvent`
    #[expect(missing_docs, reason = "the tag, and what is tagged")]
    Tagged { tag: u32, data: &'a [u8] },
    /// What Windows measures: `TCG_PCClientTaggedEvent`s, which nest.
    Windows(SipaTree<'a>),
    /// A device that measures itself.
    Device(SpdmDevice<'a>),
    /// A measurement of an application's.
    Measurement(Measurement<'a>),
    /// Octets that have no form.
    Octets(&'a [u8]),
}

/// A variable of UEFI.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "UEFI_VARIABLE_DATA")]
pub struct UefiVariable<'a> {
    /// Who defines it.
    pub vendor: Guid,
    /// Its name.
    pub name: Utf16<'a>,
    /// What it holds.
    pub data: &'a [u8],
}

/// What is told of an image that was loaded.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "UEFI_IMAGE_LOAD_EVENT")]
pub struct UefiImage<'a> {
    /// Where in memory.
    pub location: u64,
    /// How many octets.
    pub length: u64,
    /// Where it was linked to.
    pub link_address: u64,
    /// Where it came from.
    pub device_path: DevicePath<'a>,
}

/// The partition table of a disk.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "UEFI_GPT_DATA")]
pub struct Partitions<'a> {
    /// The GUID of the disk.
    pub disk: Guid,
    entry_size: usize,
    entries: &'a [u8],
}

impl<'a> Partitions<'a> {
    /// The entries: the GUIDs of the type and of the partition itself, and its name.
    pub fn iter(&self) -> impl Iterator<Item = (Guid, Guid, Utf16<'a>)> + use<'a> {
        self.entries.chunks_exact(self.entry_size.max(128)).filter_map(|entry| {
            let (kind, rest) = array::<16>(entry).ok()?;
            let (own, rest) = array::<16>(rest).ok()?;
            let name = rest.get(24..96)?;
            Some((Guid(kind), Guid(own), Utf16::until_zero(name)))
        })
    }
}

impl<'a> UefiVariable<'a> {
    /// The signature lists of a database variable: PK, KEK, db, dbx and their like.
    #[must_use]
    pub fn signature_lists(&self) -> SignatureLists<'a> {
        SignatureLists::new(self.data)
    }

    pub(crate) fn decode(data: &'a [u8]) -> Read<'a, Self> {
        let (vendor, rest) = array(data)?;
        let (characters, rest) = array(rest)?;
        let (length, rest) = array(rest)?;
        let size = usize::try_from(u64::from_le_bytes(characters)).ok().and_then(|count| count.checked_mul(2));
        let (name, rest) = octets(rest, size.ok_or(LogErrorKind::UnexpectedEnd)?)?;
        let (data, rest) = octets(rest, usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX))?;
        Ok((Self { vendor: Guid(vendor), name: Utf16::new(name), data }, rest))
    }
}

impl<'a> EventData<'a> {
    /// Reads the data of an event of this type.
    ///
    /// # Errors
    /// What is wrong with it. That is no reason to refuse the log: the digests are what was measured.
    pub fn decode(type_: TcgEventType, data: &'a [u8]) -> Result<Self, LogErrorKind> {
        use TcgEventType as T;
        match type_ {
            T::NO_ACTION => no_action::decode(data),
            T::SEPARATOR => separator(data),
            T::POST_CODE | T::POST_CODE2 | T::S_CRTM_CONTENTS if data.len() == 16 => all(blob(data)),
            T::NONHOST_INFO if data.starts_with(NON_HOST) => all(non_host(data)),
            T::EFI_SPDM_FIRMWARE_BLOB | T::EFI_SPDM_FIRMWARE_CONFIG => spdm::decode(data),
            T::POST_CODE
            | T::ACTION
            | T::EFI_ACTION
            | T::OMIT_BOOT_DEVICE_EVENTS
            | T::IPL
            | T::COMPACT_HASH
            | T::S_CRTM_VERSION
            | T::S_CRTM_CONTENTS
            | T::CPU_MICROCODE
            | T::PLATFORM_CONFIG_FLAGS
            | T::TABLE_OF_DEVICES
            | T::NONHOST_CODE
            | T::NONHOST_CONFIG
            | T::NONHOST_INFO
            | T::EFI_HCRTM_EVENT => Ok(text(data)),
            T::EFI_PLATFORM_FIRMWARE_BLOB => all(blob(data)),
            T::EFI_PLATFORM_FIRMWARE_BLOB2 | T::POST_CODE2 => all(named_blob(data)),
            T::EFI_HANDOFF_TABLES => all(tables("", data)),
            T::EFI_HANDOFF_TABLES2 => {
                let (name, rest) = name(data)?;
                all(tables(name, rest))
            }
            T::EFI_VARIABLE_DRIVER_CONFIG
            | T::EFI_VARIABLE_BOOT
            | T::EFI_VARIABLE_BOOT2
            | T::EFI_SPDM_DEVICE_POLICY => {
                all(UefiVariable::decode(data).map(|(variable, rest)| (Self::Variable(variable), rest)))
            }
            T::EFI_VARIABLE_AUTHORITY | T::EFI_SPDM_DEVICE_AUTHORITY => {
                all(UefiVariable::decode(data).map(|(variable, rest)| (Self::Authority(variable), rest)))
            }
            T::EFI_BOOT_SERVICES_APPLICATION | T::EFI_BOOT_SERVICES_DRIVER | T::EFI_RUNTIME_SERVICES_DRIVER => {
                image(data)
            }
            T::EFI_GPT_EVENT | T::EFI_GPT_EVENT2 => all(partitions(data)),
            T::EVENT_TAG => match uint32(data) {
                Ok((tag, _)) if sipa::is_sipa(tag) => SipaTree::decode(data).map(Self::Windows),
                _ => all(tagged(data)),
            },
            _ => Ok(Self::Octets(data)),
        }
    }
}

fn all<'a>(read: Read<'a, EventData<'a>>) -> Result<EventData<'a>, LogErrorKind> {
    match read? {
        (data, []) => Ok(data),
        (_, rest) => Err(LogErrorKind::TrailingBytes(rest.len())),
    }
}

/// Google's `GCE NonHostInfo`: the technology in one octet, and 15 that are reserved.
const NON_HOST: &[u8] = b"GCE NonHostInfo\0";

fn non_host(data: &[u8]) -> Read<'_, EventData<'_>> {
    let (_signature, rest) = octets(data, NON_HOST.len())?;
    let ([technology, ..], rest) = array::<16>(rest)?;
    Ok((EventData::NonHostInfo(technology), rest))
}

fn separator(data: &[u8]) -> Result<EventData<'_>, LogErrorKind> {
    match array(data) {
        Ok((value, [])) => match u32::from_le_bytes(value) {
            0 => Ok(EventData::Separator),
            error => Ok(EventData::ErrorSeparator(error)),
        },
        // Windows measures separators of its own, which are text.
        _ => match text(data) {
            _ if data.len() < 4 => Err(LogErrorKind::UnexpectedEnd),
            EventData::Octets(_) => Err(LogErrorKind::malformed("a separator is a number of four octets")),
            text => Ok(text),
        },
    }
}

/// Text, in whichever encoding it is; zeros may end it.
fn text(data: &[u8]) -> EventData<'_> {
    let printable = |text: &&str| !text.chars().any(|c| c.is_control() && !c.is_whitespace());
    let zeros = data.iter().rev().take_while(|octet| **octet == 0).count();
    let plain = data.get(..data.len().saturating_sub(zeros)).unwrap_or(data);
    if let Some(text) = core::str::from_utf8(plain).ok().filter(printable) {
        return EventData::Text(text);
    }
    let wide = Utf16::until_zero(data);
    let whole = wide.octets().len() == data.len() || data.get(wide.octets().len()..) == Some(&[0, 0]);
    if whole && !data.is_empty() && wide.is_printable() { EventData::WideText(wide) } else { EventData::Octets(data) }
}

/// An address and a length.
fn range(data: &[u8]) -> Read<'_, (u64, u64)> {
    let (base, rest) = array(data)?;
    let (length, rest) = array(rest)?;
    Ok(((u64::from_le_bytes(base), u64::from_le_bytes(length)), rest))
}

fn blob(data: &[u8]) -> Read<'_, EventData<'_>> {
    range(data).map(|((base, length), rest)| (EventData::Blob { base, length }, rest))
}

/// A size in one octet, and a name in as many.
pub(crate) fn name(data: &[u8]) -> Read<'_, &str> {
    let (size, rest) = super::little_endian::uint8(data)?;
    let (name, rest) = octets(rest, size.into())?;
    let name = core::str::from_utf8(name.strip_suffix(&[0]).unwrap_or(name));
    name.map(|name| (name, rest)).map_err(|_| LogErrorKind::malformed("the name is no text"))
}

fn named_blob(data: &[u8]) -> Read<'_, EventData<'_>> {
    let (name, rest) = name(data)?;
    range(rest).map(|((base, length), rest)| (EventData::NamedBlob { name, base, length }, rest))
}

fn tables<'a>(name: &'a str, data: &'a [u8]) -> Read<'a, EventData<'a>> {
    let (count, rest) = array(data)?;
    let count = usize::try_from(u64::from_le_bytes(count)).ok().and_then(|count| count.checked_mul(24));
    let (tables, rest) = octets(rest, count.ok_or(LogErrorKind::UnexpectedEnd)?)?;
    Ok((EventData::Tables { name, tables: tables.as_chunks().0 }, rest))
}

fn image(data: &[u8]) -> Result<EventData<'_>, LogErrorKind> {
    let (numbers, rest) = octets(data, 32)?;
    let mut numbers = numbers.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number));
    let mut number = || numbers.next().unwrap_or(0);
    let (location, length, link_address, path_length) = (number(), number(), number(), number());
    // Old versions of shim log more octets than they fill; none of them are measured.
    let (path, _) = octets(rest, usize::try_from(path_length).unwrap_or(usize::MAX))?;
    let device_path = DevicePath::decode(path)?;
    Ok(EventData::Image(UefiImage { location, length, link_address, device_path }))
}

fn tagged(data: &[u8]) -> Read<'_, EventData<'_>> {
    let (tag, rest) = uint32(data)?;
    let (data, rest) = sized(rest)?;
    if tag != Measurement::TAG {
        return Ok((EventData::Tagged { tag, data }, rest));
    }
    let malformed = |_| LogErrorKind::malformed("it has the tag of a measurement, and is none");
    Measurement::from_der(data).map(|measurement| (EventData::Measurement(measurement), rest)).map_err(malformed)
}

/// `EFI_PARTITION_TABLE_HEADER` of 92 octets, a count, and the entries (UEFI 2.10, 5.3.2).
fn partitions(data: &[u8]) -> Read<'_, EventData<'_>> {
    let (header, rest) = octets(data, 92)?;
    let disk = header.get(56..).and_then(<[u8]>::first_chunk).ok_or(LogErrorKind::UnexpectedEnd)?;
    let entry_size = header.get(84..).and_then(<[u8]>::first_chunk).ok_or(LogErrorKind::UnexpectedEnd)?;
    let entry_size = usize::try_from(u32::from_le_bytes(*entry_size)).unwrap_or(usize::MAX);
    if !header.starts_with(b"EFI PART") || entry_size < 128 {
        return Err(LogErrorKind::malformed("the header is none of a partition table"));
    }
    let (count, rest) = array(rest)?;
    let size = usize::try_from(u64::from_le_bytes(count)).ok().and_then(|count| count.checked_mul(entry_size));
    let (entries, rest) = octets(rest, size.ok_or(LogErrorKind::UnexpectedEnd)?)?;
    Ok((EventData::Partitions(Partitions { disk: Guid(*disk), entry_size, entries }), rest))
}
