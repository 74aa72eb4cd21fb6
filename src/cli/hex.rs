//! Hexadecimal digits, in the one form that is written here.

use super::error::CliError;
use std::format;
use std::string::String;
use std::vec::Vec;

/// The bytes of lower-case digits, two a byte; anything else is none.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let pairs = rest.is_empty().then_some(pairs)?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Exactly `N` bytes.
pub(crate) fn array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

/// The nonce of `--nonce`, of at most `max` bytes.
pub(crate) fn nonce(digits: &str, max: usize) -> Result<Vec<u8>, CliError> {
    let nonce = decode(digits).filter(|nonce| (1..=max).contains(&nonce.len()));
    nonce.ok_or_else(|| {
        let limit = if max == usize::MAX { String::from("at least one byte") } else { format!("1 to {max} bytes") };
        CliError::Misuse(format!("--nonce takes lower-case hexadecimal digits, two a byte, {limit}"))
    })
}

fn digit(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => c.checked_sub(b'0'),
        b'a'..=b'f' => c.checked_sub(b'a' - 10),
        _ => None,
    }
}
