//! Promise: whatever an event's data says, it is read as that or as an error, in bounded time. The names begin with the family and number
//! of the attack.
#![cfg(feature = "std")]

use crate::MILLION;
use crate::common::log::{le16, le32};
use tpmproof::log::{EventData, LogErrorKind, SignatureEntry, TcgEventType, UefiVariable};

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// `UEFI_VARIABLE_DATA`
fn variable(name: &[u8], data: &[u8]) -> Vec<u8> {
    [&[7; 16][..], &(name.len() as u64 / 2).to_le_bytes(), &(data.len() as u64).to_le_bytes(), name, data].concat()
}

fn decoded(type_: TcgEventType, data: &[u8]) -> Result<EventData<'_>, LogErrorKind> {
    EventData::decode(type_, data)
}

fn config(data: &[u8]) -> Result<UefiVariable<'_>, LogErrorKind> {
    match decoded(TcgEventType::EFI_VARIABLE_DRIVER_CONFIG, data)? {
        EventData::Variable(variable) => Ok(variable),
        other => panic!("{other:?}"),
    }
}

/// `EFI_SIGNATURE_LIST` with its three sizes.
fn list(sizes: [u32; 3], body: &[u8]) -> Vec<u8> {
    [&SignatureEntry::SHA256.0[..], &sizes.map(le32).concat(), body].concat()
}

fn entries(lists: &[u8]) -> Vec<Result<Vec<u8>, LogErrorKind>> {
    let data = variable(&utf16("db"), lists);
    let variable = config(&data).unwrap();
    variable.signature_lists().take(1000).map(|entry| entry.map(|entry| entry.data.to_vec())).collect()
}

const ENTRY: [u8; 48] = [9; 48];

#[test]
fn control() {
    let two = list([28 + 96, 0, 48], &[ENTRY, ENTRY].concat());
    assert_eq!(entries(&two), [Ok(vec![9; 32]), Ok(vec![9; 32])]);
    assert_eq!(entries(&[two.clone(), two].concat()).len(), 4);
    assert_eq!(entries(&[]), []);
}

#[test]
fn l20_l21_sizes_of_signature_lists() {
    for sizes in [
        [27, 0, 48],
        [0, 0, 0],
        [76, 0, 0],
        [76, 0, 16],
        [76, 49, 48],
        [76, 0, u32::MAX],
        [u32::MAX, 0, 48],
        [77, 0, 48],
    ] {
        let found = entries(&list(sizes, &ENTRY));
        assert!(matches!(found[..], [Err(_)]), "{sizes:?}: {found:?}");
    }
    let cut = list([28 + 48, 0, 48], &ENTRY);
    for length in 1..cut.len() {
        assert!(matches!(entries(&cut[..length])[..], [Err(_)]), "{length}");
    }
}

#[test]
fn l22_the_header_of_a_list_is_no_signature() {
    let hashes = [0xaa; 48];
    let with_header = list([28 + 48 + 48, 48, 48], &[hashes, ENTRY].concat());
    assert_eq!(entries(&with_header), [Ok(vec![9; 32])]);
}

#[test]
fn l25_lengths_of_64_bits() {
    for length in [1 << 63, u64::MAX, 1 << 32] {
        let name = [&[7; 16][..], &length.to_le_bytes(), &0u64.to_le_bytes(), &[0; 8]].concat();
        assert_eq!(config(&name).unwrap_err(), LogErrorKind::UnexpectedEnd);
        let data = [&[7; 16][..], &0u64.to_le_bytes(), &length.to_le_bytes(), &[0; 8]].concat();
        assert_eq!(config(&data).unwrap_err(), LogErrorKind::UnexpectedEnd);
        let image = [&[0; 24][..], &length.to_le_bytes(), &[0; 8]].concat();
        let error = decoded(TcgEventType::EFI_BOOT_SERVICES_APPLICATION, &image).unwrap_err();
        assert_eq!(error, LogErrorKind::UnexpectedEnd);
        let tables = [&length.to_le_bytes()[..], &[0; 24]].concat();
        assert!(decoded(TcgEventType::EFI_HANDOFF_TABLES, &tables).is_err());
    }
}

#[test]
fn l26_utf16_that_is_none() {
    let lone = [le16(0xd800), le16(u16::from(b'x'))].concat();
    let data = variable(&lone, b"value");
    let variable = config(&data).unwrap();
    assert_eq!(variable.name.octets(), lone);
    assert_eq!(variable.name.to_string(), "\u{fffd}x");
    assert!(!variable.name.is("x"));
    // An odd number of octets, as text of an action.
    let odd = [utf16("odd"), vec![b'x']].concat();
    let EventData::Octets(kept) = decoded(TcgEventType::IPL, &odd).unwrap() else { panic!("read as text") };
    assert_eq!(kept, odd);
}

fn image(path: &[u8]) -> Vec<u8> {
    [&[0; 24][..], &(path.len() as u64).to_le_bytes(), path].concat()
}

#[test]
fn l27_nodes_of_a_device_path_go_forward() {
    for length in 0..4 {
        let data = image(&[&[4, 4][..], &le16(length), b"rest"].concat());
        let error = decoded(TcgEventType::EFI_BOOT_SERVICES_DRIVER, &data).unwrap_err();
        assert!(matches!(error, LogErrorKind::Malformed(_)), "{length}: {error:?}");
    }
    let beyond = image(&[&[4, 4][..], &le16(100), b"rest"].concat());
    assert_eq!(decoded(TcgEventType::EFI_BOOT_SERVICES_DRIVER, &beyond).unwrap_err(), LogErrorKind::UnexpectedEnd);
    // A million nodes without data: as many steps, and no stack.
    let long = image(&[4, 4, 4, 0].repeat(MILLION));
    let path = decoded(TcgEventType::EFI_BOOT_SERVICES_DRIVER, &long).unwrap();
    assert_eq!(path.to_string().len(), MILLION - 1);
}

#[test]
fn l28_the_number_of_partitions() {
    let mut header = [0; 92];
    header[..8].copy_from_slice(b"EFI PART");
    header[84..88].copy_from_slice(&le32(128));
    for (entry_size, count) in
        [(128, u64::MAX), (128, 1 << 57), (128, 2), (u32::MAX, u64::from(u32::MAX)), (0, 1), (127, 1)]
    {
        header[84..88].copy_from_slice(&le32(entry_size));
        let data = [&header[..], &count.to_le_bytes(), &[0; 128]].concat();
        assert!(decoded(TcgEventType::EFI_GPT_EVENT, &data).is_err(), "{entry_size} {count}");
    }
    header[84..88].copy_from_slice(&le32(128));
    let data = [&header[..], &1u64.to_le_bytes(), &[0; 128]].concat();
    let EventData::Partitions(partitions) = decoded(TcgEventType::EFI_GPT_EVENT, &data).unwrap() else { panic!() };
    assert_eq!(partitions.iter().count(), 1);
}

/// Nothing is compared past its end. That the event of a hardware root of trust must say so whole is judged by the replay (R11).
#[test]
fn l29_texts_that_are_cut() {
    for (type_, text) in [
        (TcgEventType::EFI_HCRTM_EVENT, "HCRT"),
        (TcgEventType::OMIT_BOOT_DEVICE_EVENTS, "BOOT ATTEMPTS OMITTE"),
        (TcgEventType::EFI_ACTION, ""),
        (TcgEventType::S_CRTM_VERSION, ""),
    ] {
        let shown = decoded(type_, text.as_bytes()).unwrap().to_string();
        assert_eq!(shown, if text.is_empty() { "(no text)" } else { text });
    }
    for length in 0..4 {
        let separator = decoded(TcgEventType::SEPARATOR, &[1, 2, 3, 4][..length]);
        assert_eq!(separator.unwrap_err(), LogErrorKind::UnexpectedEnd, "{length}");
        assert!(decoded(TcgEventType::EVENT_TAG, &[0; 8][..length]).is_err());
    }
}

/// The containers of Windows are tagged data inside tagged data: they are walked without recursion, and four levels deep at most.
#[test]
fn l23_containers_in_containers() {
    let nested = |depth: usize| {
        let mut data = Vec::with_capacity(depth * 8);
        for left in (0..depth).rev() {
            data.extend_from_slice(&le32(0x4001_0001));
            data.extend_from_slice(&le32((left * 8) as u32));
        }
        data
    };
    let data = nested(2 * MILLION);
    // 64 KiB are too few for two million frames of whatever size.
    let refused = std::thread::Builder::new()
        .stack_size(64 * 1024)
        .spawn(move || decoded(TcgEventType::EVENT_TAG, &data).unwrap_err());
    assert_eq!(refused.unwrap().join().unwrap(), LogErrorKind::TooDeep);
    for depth in 1..8 {
        assert_eq!(decoded(TcgEventType::EVENT_TAG, &nested(depth)).is_ok(), depth < 4, "{depth}");
    }
}

#[test]
fn l24_a_container_that_is_larger_than_its_event() {
    for size in [5, 1 << 30, u32::MAX] {
        let data = [&le32(0x4001_0001)[..], &le32(size), &[0; 4]].concat();
        assert_eq!(decoded(TcgEventType::EVENT_TAG, &data).unwrap_err(), LogErrorKind::UnexpectedEnd, "{size}");
    }
}
