//! Devices that measure themselves (DMTF SPDM; PC Client Platform Firmware Profile 1.06, 10.2.7).

use super::little_endian::{Read, array, octets, uint8, uint16, uint32};
use super::{DevicePath, EventData, LogErrorKind};

/// `DEVICE_SECURITY_EVENT_DATA`, or its second form: what the firmware tells of a device whose measurement it extends.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "DEVICE_SECURITY_EVENT_DATA2")]
pub struct SpdmDevice<'a> {
    /// How the device was authenticated: 0 it was, 0xFF it cannot be. The first form does not say.
    pub authentication: Option<u8>,
    /// The kind of device: 1 PCI, 2 USB.
    pub kind: u32,
    /// Where it is; the first form does not say.
    pub path: Option<DevicePath<'a>>,
    /// The octets that follow: a block of measurements or a chain of certificates, and the device's registers.
    pub rest: &'a [u8],
}

pub(crate) fn decode(data: &[u8]) -> Result<EventData<'_>, LogErrorKind> {
    let (signature, rest) = array::<16>(data)?;
    let device = match &signature {
        b"SPDM Device Sec\0" => first(rest),
        b"SPDM Device Sec2" => second(rest),
        _ => Err(LogErrorKind::malformed("it has no signature of an SPDM device")),
    };
    device.map(|(device, _)| EventData::Device(device))
}

fn version(found: u16, expected: u16) -> Result<(), LogErrorKind> {
    if found == expected { Ok(()) } else { Err(LogErrorKind::malformed("its version is not that of its signature")) }
}

/// The length counts the header too.
fn first(input: &[u8]) -> Read<'_, SpdmDevice<'_>> {
    let (found, rest) = uint16(input)?;
    version(found, 1)?;
    let (length, rest) = uint16(rest)?;
    let (_hash, rest) = uint32(rest)?;
    let (kind, rest) = uint32(rest)?;
    let length = usize::from(length).checked_sub(28).ok_or(LogErrorKind::malformed("it is smaller than its header"))?;
    octets(rest, length)?;
    Ok((SpdmDevice { authentication: None, kind, path: None, rest }, &[]))
}

/// The length counts all that follows it.
fn second(input: &[u8]) -> Read<'_, SpdmDevice<'_>> {
    let (found, rest) = uint16(input)?;
    version(found, 2)?;
    let (authentication, rest) = uint8(rest)?;
    let (_reserved, rest) = uint8(rest)?;
    let (length, rest) = uint32(rest)?;
    let (body, _) = octets(rest, usize::try_from(length).unwrap_or(usize::MAX))?;
    let (kind, body) = uint32(body)?;
    let (_sub_header_type, body) = uint32(body)?;
    let (sub_header_length, body) = uint32(body)?;
    let (_sub_header_id, body) = array::<8>(body)?;
    let (path_length, body) = array(body)?;
    let (path, body) = octets(body, usize::try_from(u64::from_le_bytes(path_length)).unwrap_or(usize::MAX))?;
    octets(body, usize::try_from(sub_header_length).unwrap_or(usize::MAX))?;
    let path = Some(DevicePath::decode(path)?);
    Ok((SpdmDevice { authentication: Some(authentication), kind, path, rest: body }, &[]))
}
