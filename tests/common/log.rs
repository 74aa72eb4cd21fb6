//! Logs of a test's own making, in both forms.

use super::forge::hash;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::structures::TpmAlgId;

/// The banks of the virtual TPM, which has no SHA-3.
pub const BANKS: &[HashAlgorithm] =
    &[HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
pub const NO_ACTION: u32 = 3;
pub const SEPARATOR: u32 = 4;
pub const ACTION: u32 = 5;
pub const CONFIG: u32 = 0x8000_0001;
/// `EFI_GLOBAL_VARIABLE`
pub const GLOBAL: &str = "61dfe48bca93d211aa0d00e098032b8c";
/// `EFI_IMAGE_SECURITY_DATABASE_GUID`
pub const SECURITY: &str = "cbb219d73a3d9645a3bcdad00e67656f";

/// `UEFI_VARIABLE_DATA`
pub fn variable(vendor: &str, name: &str, data: &[u8]) -> Vec<u8> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let lengths = [(name.len() as u64 / 2).to_le_bytes(), (data.len() as u64).to_le_bytes()].concat();
    [&super::hex(vendor)[..], &lengths, &name, data].concat()
}

pub fn le16(value: u16) -> [u8; 2] {
    value.to_le_bytes()
}

pub fn le32(value: u32) -> [u8; 4] {
    value.to_le_bytes()
}

fn sized(data: &[u8]) -> Vec<u8> {
    [&le32(data.len() as u32)[..], data].concat()
}

/// `TCG_PCR_EVENT`.
pub fn sha1_event(pcr: u32, type_: u32, digest: &[u8], data: &[u8]) -> Vec<u8> {
    [&le32(pcr)[..], &le32(type_), digest, &sized(data)].concat()
}

/// The data of a Spec ID event.
pub fn spec_id(algorithms: &[(u16, u16)]) -> Vec<u8> {
    let entries: Vec<u8> = algorithms.iter().flat_map(|(id, size)| [le16(*id), le16(*size)].concat()).collect();
    [b"Spec ID Event03\0", &le32(0)[..], &[0, 2, 0, 2], &le32(algorithms.len() as u32), &entries, &[0]].concat()
}

pub fn spec_id_event(data: &[u8]) -> Vec<u8> {
    sha1_event(0, NO_ACTION, &[0; 20], data)
}

/// The Spec ID event of a log with these banks.
pub fn header(banks: &[HashAlgorithm]) -> Vec<u8> {
    let algorithms: Vec<_> = banks.iter().map(|bank| (id(*bank), bank.output_len() as u16)).collect();
    spec_id_event(&spec_id(&algorithms))
}

pub fn id(bank: HashAlgorithm) -> u16 {
    TpmAlgId::from(bank).0
}

/// `TCG_PCR_EVENT2` with these digests.
pub fn event2(pcr: u32, type_: u32, digests: &[(u16, &[u8])], data: &[u8]) -> Vec<u8> {
    let list: Vec<u8> = digests.iter().flat_map(|(id, digest)| [&le16(*id)[..], digest].concat()).collect();
    [&le32(pcr)[..], &le32(type_), &le32(digests.len() as u32), &list, &sized(data)].concat()
}

/// An event whose digests are of `measured`, in these banks.
pub fn event(banks: &[HashAlgorithm], pcr: u32, type_: u32, measured: &[u8], data: &[u8]) -> Vec<u8> {
    let digests: Vec<_> = banks.iter().map(|bank| (id(*bank), hash(*bank, measured))).collect();
    let digests: Vec<_> = digests.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    event2(pcr, type_, &digests, data)
}

/// An event that is not extended: its digests are zero.
pub fn no_action(banks: &[HashAlgorithm], pcr: u32, data: &[u8]) -> Vec<u8> {
    let digests: Vec<_> = banks.iter().map(|bank| (id(*bank), vec![0; bank.output_len()])).collect();
    let digests: Vec<_> = digests.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    event2(pcr, NO_ACTION, &digests, data)
}

/// The DER of a `Measurement`.
pub fn measurement(kind: &str, name: &str, digest: &[u8], size: u64) -> Vec<u8> {
    use super::forge::{integer, oid, sequence, tlv};
    sequence(&[
        &oid("6981b69fa7dbc3c8fab0f39d85dbe5f3d3f2bc41"),
        &tlv(0x0c, kind.as_bytes()),
        &tlv(0x0c, name.as_bytes()),
        &tlv(0x02, &[0x0b]),
        &tlv(0x04, digest),
        &integer(&size.to_be_bytes()),
    ])
}

/// The event of a measurement: its digests are of the DER alone.
pub fn measured(banks: &[HashAlgorithm], pcr: u32, der: &[u8]) -> Vec<u8> {
    let data = [&le32(0x5450_5246)[..], &sized(der)].concat();
    event(banks, pcr, 6, der, &data)
}
