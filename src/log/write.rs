//! Logs, written: the crypto-agile form.

use super::{Measurement, TcgEventType};
use crate::structures::{TpmiAlgHash, TpmtHa};
use crate::wire::der::tag;
use crate::wire::der_write::{put, tlv, unsigned};
use std::vec::Vec;

/// What every crypto-agile log begins with: the Spec ID event, of these banks.
#[must_use]
pub fn write_header(banks: &[TpmiAlgHash]) -> Vec<u8> {
    let mut data = b"Spec ID Event03\0\0\0\0\0".to_vec();
    // Version 2.0 without errata, and numbers of 64 bits.
    data.extend([0, 2, 0, 2]);
    data.extend(length(banks.len()));
    for bank in banks {
        data.extend(bank.0.0.to_le_bytes());
        data.extend(u16::try_from(bank.digest_size()).unwrap_or(u16::MAX).to_le_bytes());
    }
    data.push(0);
    let mut out = [0u32, TcgEventType::NO_ACTION.0].map(u32::to_le_bytes).concat();
    out.extend([0; 20]);
    out.extend(length(data.len()));
    out.extend(data);
    out
}

/// One event, with its digests of the banks that the header declares.
#[must_use]
pub fn write_event(register: u32, type_: TcgEventType, digests: &[TpmtHa<'_>], data: &[u8]) -> Vec<u8> {
    let mut out = [register, type_.0].map(u32::to_le_bytes).concat();
    out.extend(length(digests.len()));
    for digest in digests {
        out.extend(digest.hash_alg.0.0.to_le_bytes());
        out.extend(digest.digest);
    }
    out.extend(length(data.len()));
    out.extend(data);
    out
}

/// No event is as large as its size can tell.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

impl Measurement<'_> {
    /// The DER of the measurement.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        put(&mut fields, tag::OID, super::measurement::TYPE);
        put(&mut fields, tag::UTF8_STRING, self.kind.as_bytes());
        put(&mut fields, tag::UTF8_STRING, self.name.as_bytes());
        put(&mut fields, tag::INTEGER, &unsigned(self.algorithm.0.into()));
        put(&mut fields, tag::OCTET_STRING, self.digest);
        put(&mut fields, tag::INTEGER, &unsigned(self.size.unwrap_or_default()));
        tlv(tag::SEQUENCE, &fields)
    }
}
