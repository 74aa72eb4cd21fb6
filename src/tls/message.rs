//! The two messages of an attested connection, in DER, so that each says where it ends.

use super::TlsError;
use crate::wire::der::{any, element, octets, tag, version_1, within};
use crate::wire::der_write::{put, tlv};
use crate::wire::{DecodeError, DecodeErrorKind, Fault, in_field, located};
use std::io::Read;
use std::string::String;
use std::vec::Vec;

/// Octets of every question.
pub const QUESTION_SIZE: usize = 39;
/// The longest answer that is read: proofs with long logs are smaller, and nobody has shown yet who he is.
pub const MAX_ANSWER: usize = 16 * 1024 * 1024;
/// More of a refusal nobody reads.
const MAX_REASON: usize = 1024;
/// A refusal, in place of a proof.
const REFUSAL: u8 = tag::context(0);

pub(super) fn question(nonce: &[u8; 32]) -> Vec<u8> {
    let mut content = tlv(tag::INTEGER, &[1]);
    put(&mut content, tag::OCTET_STRING, nonce);
    tlv(tag::SEQUENCE, &content)
}

pub(super) fn read_question(der: &[u8]) -> Result<[u8; 32], DecodeError> {
    located(
        der,
        within(tag::SEQUENCE, |input| {
            let (input, ()) = in_field(&"Question.version", version_1)(input)?;
            in_field(&"Question.nonce", octets(tag::OCTET_STRING))(input)
        }),
    )
}

pub(super) fn refusal(reason: &str) -> Vec<u8> {
    tlv(REFUSAL, reason.as_bytes())
}

/// The proof in an answer; what is in it is for [`Proof::from_der`](crate::Proof::from_der) to read.
pub(super) fn read_answer(der: &[u8]) -> Result<(), TlsError> {
    let refused = located(der, |input| match input.first() {
        Some(&REFUSAL) => element(REFUSAL)(input).map(|(rest, reason)| (rest, Some(reason))),
        Some(&tag::SEQUENCE) => any(input).map(|(rest, _)| (rest, None)),
        Some(found) => {
            let kind = DecodeErrorKind::UnexpectedTag { found: *found, expected: tag::SEQUENCE };
            Err(Fault::new(input, kind))
        }
        None => Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd)),
    });
    match refused.map_err(TlsError::Answer)? {
        Some(reason) => {
            let reason = reason.get(..MAX_REASON).unwrap_or(reason);
            Err(TlsError::Refused(String::from_utf8_lossy(reason).into_owned()))
        }
        None => Ok(()),
    }
}

/// One element of DER out of a stream, with at most `limit` octets. What a length says is only read, and memory grows with what arrives.
pub(super) fn read_element(stream: &mut impl Read, limit: usize) -> Result<Vec<u8>, TlsError> {
    let mut message = Vec::new();
    read_more(stream, &mut message, 2)?;
    let length = match message.get(1).copied().unwrap_or_default() {
        short @ ..=0x7f => usize::from(short),
        long => {
            let octets = usize::from(long & 0x7f);
            // More would be 4 GiB and more; none is no DER, and is told as that by who reads the message.
            read_more(stream, &mut message, octets.min(4))?;
            let digits = message.get(2..).unwrap_or_default().iter();
            digits.fold(0usize, |length, octet| length.saturating_mul(256).saturating_add(usize::from(*octet)))
        }
    };
    if length > limit.saturating_sub(message.len()) {
        return Err(TlsError::TooLong(limit));
    }
    read_more(stream, &mut message, length)?;
    Ok(message)
}

fn read_more(stream: &mut impl Read, message: &mut Vec<u8>, count: usize) -> Result<(), TlsError> {
    let end = message.len().saturating_add(count);
    stream.take(u64::try_from(count).unwrap_or(u64::MAX)).read_to_end(message)?;
    if message.len() < end { Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()) } else { Ok(()) }
}
