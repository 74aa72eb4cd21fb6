//! Promise: what an event's data says is told in words, for every form that the profile has.
#![cfg(feature = "std")]

use crate::common::log::{le16, le32};
use tpmproof::log::{EventData, LogErrorKind, TcgEventType};

fn told(type_: TcgEventType, data: &[u8]) -> Result<String, LogErrorKind> {
    EventData::decode(type_, data).map(|data| data.to_string())
}

fn short(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len() + 1).unwrap()], text.as_bytes(), &[0]].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// Each prefix is an error, or nothing that was cut in the middle is told.
fn cut(type_: TcgEventType, data: &[u8], shortest: usize) {
    for length in shortest..data.len() {
        assert!(told(type_, &data[..length]).is_err(), "{type_:?} of {length} bytes");
    }
}

#[test]
fn platforms() {
    let manifest = crate::common::hex("d09705a05e4c384780326f958ca92fad");
    let identity = [&le32(11129)[..], &manifest].concat();
    let first = [b"SP800-155 Event\0", &identity[..]].concat();
    let said = "platform of vendor 11129, manifest a00597d0-4c5e-4738-8032-6f958ca92fad";
    assert_eq!(told(TcgEventType::NO_ACTION, &first).unwrap(), said);
    cut(TcgEventType::NO_ACTION, &first, 16);
    let names = [short("Maker"), short("Model"), short("1"), short("Firm"), le32(7).to_vec(), short("2.7")].concat();
    let locators = [le32(1), le32(3)].concat();
    for (signature, rest) in
        [(b"SP800-155 Event2", vec![]), (b"SP800-155 Event3", [locators, b"URI".to_vec()].concat())]
    {
        let data = [signature, &identity[..], &names].concat();
        cut(TcgEventType::NO_ACTION, &data, 16);
        let data = [data, rest].concat();
        assert_eq!(told(TcgEventType::NO_ACTION, &data).unwrap(), format!("{said}, Maker, Model, 2.7"));
    }
}

#[test]
fn components_of_a_hardware_root_of_trust() {
    let data = [b"H-CRTM CompMeas\0", &short("ACM")[..], &[0], &le16(3), &[0xab, 0xcd, 0xef]].concat();
    assert_eq!(told(TcgEventType::NO_ACTION, &data).unwrap(), "ACM: abcdef");
    cut(TcgEventType::NO_ACTION, &data, 16);
    assert!(told(TcgEventType::NO_ACTION, &[&data[..], &[0]].concat()).is_err());
}

#[test]
fn what_extends_nothing_and_says_nothing() {
    assert_eq!(told(TcgEventType::NO_ACTION, b"StartupLocality\0\x03").unwrap(), "the TPM was started from locality 3");
    assert!(told(TcgEventType::NO_ACTION, b"StartupLocality\0\x03\0").is_err());
    for data in [&b""[..], b"S", b"something of a vendor's"] {
        assert!(
            matches!(EventData::decode(TcgEventType::NO_ACTION, data), Ok(EventData::Octets(kept)) if kept == data)
        );
    }
}

#[test]
fn googles_machines() {
    let of = |technology| [b"GCE NonHostInfo\0", &[technology][..], &[0; 15]].concat();
    for (technology, said) in
        [(0, "memory is not kept from the host"), (1, "AMD SEV"), (3, "Intel TDX"), (4, "AMD SEV-SNP"), (9, "unknown")]
    {
        assert!(told(TcgEventType::NONHOST_INFO, &of(technology)).unwrap().contains(said), "{technology}");
    }
    cut(TcgEventType::NONHOST_INFO, &of(4), 16);
    assert!(told(TcgEventType::NONHOST_INFO, &[of(4), vec![0]].concat()).is_err());
}

#[test]
fn devices_that_measure_themselves() {
    let block = [7; 12];
    let first = [&b"SPDM Device Sec\0"[..], &le16(1), &le16(28 + 12), &le32(2), &le32(1), &block].concat();
    assert_eq!(told(TcgEventType::EFI_SPDM_FIRMWARE_BLOB, &first).unwrap(), "PCI device");
    cut(TcgEventType::EFI_SPDM_FIRMWARE_BLOB, &first, 0);
    // A PCI node in a path of one.
    let path = [&[1, 1][..], &le16(6), &[0, 3], &[0x7f, 0xff, 4, 0]].concat();
    let body =
        [&le32(1)[..], &le32(0), &le32(12), &5u64.to_le_bytes(), &(path.len() as u64).to_le_bytes(), &path, &block]
            .concat();
    let second = |authentication: u8| {
        let head = [&b"SPDM Device Sec2"[..], &le16(2), &[authentication, 0], &le32(body.len() as u32)].concat();
        [head, body.clone()].concat()
    };
    for (authentication, said) in
        [(0, "PCI device Pci(0x3,0x0), authenticated"), (0xff, "PCI device Pci(0x3,0x0), not authenticated (0xff)")]
    {
        assert_eq!(told(TcgEventType::EFI_SPDM_FIRMWARE_CONFIG, &second(authentication)).unwrap(), said);
    }
    cut(TcgEventType::EFI_SPDM_FIRMWARE_CONFIG, &second(0), 0);
    for (place, value) in [(15, b'3'), (16, 1), (16, 3)] {
        let mut data = second(0);
        data[place] = value;
        assert!(told(TcgEventType::EFI_SPDM_FIRMWARE_CONFIG, &data).is_err(), "{place}");
    }
}

#[test]
fn boot_variables() {
    let variable = |name: &str, data: &[u8]| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[7; 16][..], &(name.len() as u64 / 2).to_le_bytes(), &(data.len() as u64).to_le_bytes(), &name, data].concat()
    };
    let order = variable("BootOrder", &[1, 0, 0, 0, 0x0a, 0x20]);
    assert_eq!(told(TcgEventType::EFI_VARIABLE_BOOT, &order).unwrap(), "BootOrder: Boot0001 Boot0000 Boot200A");
    let path = [&[4, 4][..], &le16(4 + 12), &wide("\\a\\b\\"), &[0x7f, 0xff, 4, 0]].concat();
    let option = [&le32(1)[..], &le16(path.len() as u16), &wide("An entry"), &path, b"optional data"].concat();
    let entry = variable("Boot0001", &option);
    assert_eq!(told(TcgEventType::EFI_VARIABLE_BOOT, &entry).unwrap(), "Boot0001: An entry, \\a\\b\\");
    // A path that is longer than what there is: the description is still told.
    let beyond = [&le32(1)[..], &le16(500), &wide("An entry"), &path].concat();
    assert_eq!(told(TcgEventType::EFI_VARIABLE_BOOT, &variable("Boot0001", &beyond)).unwrap(), "Boot0001: An entry");
}

#[test]
fn an_image_in_an_old_shims_words() {
    let data = [&[0; 32][..], &[0, 0x90, 0x22, 0, 0, 0xa0, 0x22, 0, 0]].concat();
    assert_eq!(told(TcgEventType::EFI_BOOT_SERVICES_APPLICATION, &data).unwrap(), "image of 0 bytes at 0x0");
}
