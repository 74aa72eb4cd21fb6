//! What events say that extend nothing: `EV_NO_ACTION` (PC Client Platform Firmware Profile 1.06, 10.4.5).

use super::little_endian::{Read, array, octets, uint8, uint16, uint32};
use super::uefi::name;
use super::{EventData, Guid, LogErrorKind};

/// What the platform says that it is, for whoever looks for its reference values (10.4.5.2). Nothing measures it.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "TCG_Sp800_155_PlatformId_Event3")]
pub struct PlatformId<'a> {
    /// The firmware's vendor, by its IANA enterprise number.
    pub vendor: u32,
    /// The reference manifest.
    pub manifest: Guid,
    /// The platform's manufacturer; empty in the first form of this event, which names none.
    pub manufacturer: &'a str,
    /// The platform's model; empty likewise.
    pub model: &'a str,
    /// The firmware's version; empty likewise.
    pub firmware_version: &'a str,
}

/// What a hardware core root of trust measured of its components (10.4.5.4).
#[derive(Clone, Copy, Debug)]
#[doc(alias = "TCG_HCRTMComponentEvent")]
pub struct HcrtmComponent<'a> {
    /// Which component.
    pub description: &'a str,
    /// What was measured.
    pub measurement: &'a [u8],
}

/// Reads by the signature of 16 octets; what has none that is known, or is shorter, says nothing and is kept as it is.
pub(crate) fn decode(data: &[u8]) -> Result<EventData<'_>, LogErrorKind> {
    let Some((signature, rest)) = data.split_first_chunk::<16>() else { return Ok(EventData::Octets(data)) };
    let read = match signature {
        b"StartupLocality\0" => uint8(rest).map(|(locality, rest)| (EventData::StartupLocality(locality), rest)),
        // Google's firmware fills them up with zeros behind the locators of manifest and certificate, of which nothing is told here.
        b"SP800-155 Event\0" => return identity(rest).map(|(id, _)| EventData::PlatformId(id)),
        b"SP800-155 Event2" | b"SP800-155 Event3" => return platform_id(rest).map(|(id, _)| id),
        b"H-CRTM CompMeas\0" => component(rest),
        // What `tpmproof` writes where it makes a log of another form, of what extended no PCR.
        b"tpmproof note:\0\0" => return Ok(core::str::from_utf8(rest).map_or(EventData::Octets(data), EventData::Text)),
        _ => return Ok(EventData::Octets(data)),
    };
    match read? {
        (data, []) => Ok(data),
        (_, rest) => Err(LogErrorKind::TrailingBytes(rest.len())),
    }
}

fn identity(input: &[u8]) -> Read<'_, PlatformId<'_>> {
    let (vendor, rest) = uint32(input)?;
    let (manifest, rest) = array(rest)?;
    Ok((PlatformId { vendor, manifest: Guid(manifest), manufacturer: "", model: "", firmware_version: "" }, rest))
}

fn platform_id(input: &[u8]) -> Read<'_, EventData<'_>> {
    let (id, rest) = identity(input)?;
    let (manufacturer, rest) = name(rest)?;
    let (model, rest) = name(rest)?;
    let (_version, rest) = name(rest)?;
    let (_firmware_manufacturer, rest) = name(rest)?;
    let (_firmware_manufacturer_id, rest) = uint32(rest)?;
    let (firmware_version, rest) = name(rest)?;
    Ok((EventData::PlatformId(PlatformId { manufacturer, model, firmware_version, ..id }), rest))
}

fn component(input: &[u8]) -> Read<'_, EventData<'_>> {
    let (description, rest) = name(input)?;
    let (_format, rest) = uint8(rest)?;
    let (size, rest) = uint16(rest)?;
    let (measurement, rest) = octets(rest, size.into())?;
    Ok((EventData::HcrtmComponent(HcrtmComponent { description, measurement }), rest))
}
