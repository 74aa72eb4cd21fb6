//! The integers of a log: lowest octet first, unlike those of the TPM.

use super::LogErrorKind;

/// A value, and what follows it.
pub(crate) type Read<'a, T> = Result<(T, &'a [u8]), LogErrorKind>;

pub(crate) fn array<const N: usize>(input: &[u8]) -> Read<'_, [u8; N]> {
    input.split_first_chunk().map(|(value, rest)| (*value, rest)).ok_or(LogErrorKind::UnexpectedEnd)
}

pub(crate) fn uint8(input: &[u8]) -> Read<'_, u8> {
    array(input).map(|([value], rest)| (value, rest))
}

pub(crate) fn uint16(input: &[u8]) -> Read<'_, u16> {
    array(input).map(|(value, rest)| (u16::from_le_bytes(value), rest))
}

pub(crate) fn uint32(input: &[u8]) -> Read<'_, u32> {
    array(input).map(|(value, rest)| (u32::from_le_bytes(value), rest))
}

/// The next `count` octets.
pub(crate) fn octets(input: &[u8], count: usize) -> Read<'_, &[u8]> {
    input.split_at_checked(count).ok_or(LogErrorKind::UnexpectedEnd)
}

/// A UINT32, and as many octets.
pub(crate) fn sized(input: &[u8]) -> Read<'_, &[u8]> {
    let (size, rest) = uint32(input)?;
    octets(rest, usize::try_from(size).unwrap_or(usize::MAX))
}
