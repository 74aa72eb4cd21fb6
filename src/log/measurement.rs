//! What an application measures of itself: events of a TCG log in the crypto-agile form, so that one reader and one replay serve
//! firmware and application.
//!
//! ```text
//! Measurement ::= SEQUENCE {
//!     type             OBJECT IDENTIFIER (2.25.121122319853337305771607439922494742081),
//!     kind             UTF8String,                -- what it is: weights, tls-spki, seal, …
//!     name             UTF8String,                -- which one; may be empty
//!     digestAlgorithm  INTEGER (0..65535),        -- TPM_ALG_ID
//!     digest           OCTET STRING,              -- of the thing itself
//!     size             INTEGER (0..MAX)           -- of the thing itself, in octets
//! }
//! ```
//!
//! It stands in an `EV_EVENT_TAG` with the tag [`Measurement::TAG`]; each bank is extended with the hash of these octets, without the
//! tag's header.

use super::little_endian::{sized, uint32};
use super::{Event, TcgEventType};
use crate::structures::{TpmAlgId, TpmiAlgHash};
use crate::wire::der::{element, number, tag, uint16, utf8_string, within};
use crate::wire::{Decode, DecodeError, DecodeErrorKind, Fault, Parsed, in_field, located};

/// A measurement of an application's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement<'a> {
    /// What was measured, such as `weights` or `tls-spki`; `seal` ends a log.
    pub kind: &'a str,
    /// Which of that kind.
    pub name: &'a str,
    /// The algorithm of `digest`.
    pub algorithm: TpmAlgId,
    /// The digest of what was measured.
    pub digest: &'a [u8],
    /// Its size in octets, where that was measured too.
    pub size: Option<u64>,
}

/// The content of the OBJECT IDENTIFIER: the UUID 5b1f4f6e-1c8f-4c39-9d0b-6f2f3a7c9e41 below 2.25 (ITU-T X.667).
pub(super) const TYPE: &[u8] = &[
    0x69, 0x81, 0xb6, 0x9f, 0xa7, 0xdb, 0xc3, 0xc8, 0xfa, 0xb0, 0xf3, 0x9d, 0x85, 0xdb, 0xe5, 0xf3, 0xd3, 0xf2, 0xbc,
    0x41,
];

impl<'a> Measurement<'a> {
    /// The `taggedEventID`: "TPRF".
    pub const TAG: u32 = 0x5450_5246;
    /// The kind that ends a log: nothing may follow it.
    pub const SEAL: &'static str = "seal";

    /// Whether an event claims to be a measurement.
    #[must_use]
    pub fn is_in(event: &Event<'a>) -> bool {
        event.type_ == TcgEventType::EVENT_TAG && Self::tagged(event.data).is_some()
    }

    /// The measurement that an event claims to be; whether its digests are of it is for a replay to say.
    #[cfg(feature = "prover")]
    pub(crate) fn from_event(event: &Event<'a>) -> Option<Self> {
        Self::tagged(event.data)
            .filter(|_| event.type_ == TcgEventType::EVENT_TAG)
            .and_then(|der| Self::from_der(der).ok())
    }

    /// The DER of a measurement in the data of an `EV_EVENT_TAG`, if that has its tag.
    pub(crate) fn tagged(data: &'a [u8]) -> Option<&'a [u8]> {
        let (tag, rest) = uint32(data).ok()?;
        match sized(rest) {
            Ok((der, [])) if tag == Self::TAG => Some(der),
            _ => None,
        }
    }

    /// Reads a measurement from all of `der`.
    ///
    /// # Errors
    /// If it is not DER, or the digest is not as long as its algorithm's.
    pub fn from_der(der: &'a [u8]) -> Result<Self, DecodeError> {
        located(der, within(tag::SEQUENCE, measurement))
    }
}

fn measurement(input: &[u8]) -> Parsed<'_, Measurement<'_>> {
    let (rest, type_) = in_field(&"Measurement.type", element(tag::OID))(input)?;
    if type_ != TYPE {
        let other = DecodeErrorKind::NotDer("another type than that of measurements");
        return in_field(&"Measurement.type", |at| Err(Fault::new(at, other)))(input);
    }
    let (rest, kind) = in_field(&"Measurement.kind", utf8_string)(rest)?;
    let (rest, name) = in_field(&"Measurement.name", utf8_string)(rest)?;
    let (rest, algorithm) = in_field(&"Measurement.digestAlgorithm", uint16)(rest)?;
    let (after, digest) = in_field(&"Measurement.digest", element(tag::OCTET_STRING))(rest)?;
    let expected = TpmiAlgHash::from_bytes(&algorithm.to_be_bytes()).map(TpmiAlgHash::digest_size);
    if let Ok(expected) = expected
        && expected != digest.len()
    {
        let wrong = DecodeErrorKind::WrongLength { found: digest.len(), expected };
        return in_field(&"Measurement.digest", |at| Err(Fault::new(at, wrong)))(rest);
    }
    let (rest, size) = in_field(&"Measurement.size", number::<u64>(tag::INTEGER))(after)?;
    Ok((rest, Measurement { kind, name, algorithm: TpmAlgId(algorithm), digest, size: Some(size) }))
}
