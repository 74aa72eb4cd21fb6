//! DER, written.

use der::{Encode, Length};
use std::vec::Vec;

/// Appends one element. Content beyond the `der` crate's 256 MiB has no length and is left out, so that the result does not decode.
pub(crate) fn put(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    let mut octets = [0; 9];
    let Ok(length) = Length::try_from(content.len()) else { return };
    if let Ok(length) = length.encode_to_slice(&mut octets) {
        out.push(tag);
        out.extend_from_slice(length);
        out.extend_from_slice(content);
    }
}

/// One element.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, tag, content);
    out
}

/// A BOOLEAN that is left out where it is false.
pub(crate) fn flag_in(out: &mut Vec<u8>, tag: u8, value: bool) {
    if value {
        put(out, tag, &[0xff]);
    }
}

/// Text under a tag of its own, if there is any.
pub(crate) fn put_text(out: &mut Vec<u8>, tag: u8, text: Option<&str>) {
    if let Some(text) = text {
        put(out, tag, text.as_bytes());
    }
}

/// The content octets of an INTEGER.
pub(crate) fn unsigned(number: u64) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let zeros = octets.iter().take(7).take_while(|octet| **octet == 0).count();
    let digits = octets.get(zeros..).unwrap_or_default();
    let sign = digits.first().filter(|first| **first >= 0x80).map(|_| 0);
    sign.into_iter().chain(digits.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::der::{number, tag};
    use crate::wire::located;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        for value in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, u64::from(u32::MAX), u64::MAX] {
            let der = tlv(tag::INTEGER, &unsigned(value));
            assert_eq!(located(&der, number(tag::INTEGER)), Ok(value));
        }
    }

    #[test]
    fn lengths() {
        assert_eq!(tlv(4, &[]), [4, 0]);
        assert_eq!(tlv(4, &[7; 200])[..3], [4, 0x81, 200]);
        assert_eq!(tlv(4, &[7; 300])[..4], [4, 0x82, 1, 44]);
    }
}
