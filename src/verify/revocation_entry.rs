//! One entry of a revocation list (RFC 5280, 5.3): which certificate, since when, and why.

use super::Time;
use super::certificate::{serial_number, time};
use super::certificate_extensions::each_extension;
use super::revocation_list_error::RevocationListError;
use crate::wire::{
    DecodeErrorKind, Fault, Parsed, all,
    der::{octets, tag, within},
    in_field,
};
use core::fmt;

/// A certificate that its authority has revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked<'a> {
    /// Its serial number, as the content octets of its INTEGER.
    pub serial: &'a [u8],
    /// When the authority revoked it.
    pub date: Time,
    /// Why, if the authority says so.
    pub reason: Option<RevocationReason>,
}

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "CRLReason")]
pub enum RevocationReason {
    /// Nothing is said.
    Unspecified,
    /// Somebody else may have the key.
    KeyCompromise,
    /// Somebody else may have the authority's key.
    CaCompromise,
    /// The name is not right any more.
    AffiliationChanged,
    /// Another certificate has taken its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
    /// For a while only: it may leave the next list.
    CertificateHold,
    /// What it allowed was taken back.
    PrivilegeWithdrawn,
    /// Somebody else may have the attribute authority's key.
    AaCompromise,
}

type Read<'a> = (Revoked<'a>, Option<RevocationListError<'a>>);

/// An entry, and why a list that has it is refused, if it is.
pub(crate) fn entry(input: &[u8]) -> Parsed<'_, Read<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, serial) = in_field(&"userCertificate", serial_number)(input)?;
        let (input, date) = in_field(&"revocationDate", time)(input)?;
        let (input, (reason, refused)) = if input.is_empty() {
            (input, (None, None))
        } else {
            in_field(&"crlEntryExtensions", within(tag::SEQUENCE, extensions))(input)?
        };
        Ok((input, (Revoked { serial, date, reason }, refused)))
    })(input)
}

fn extensions(input: &[u8]) -> Parsed<'_, (Option<RevocationReason>, Option<RevocationListError<'_>>)> {
    let (mut reason, mut refused) = (None, None);
    let (rest, ()) = each_extension(input, |oid, critical, content| {
        match oid {
            REASON_CODE => match in_field(&"reasonCode", all(octets::<1>(ENUMERATED)))(content)?.1 {
                [8] => refused = refused.or(Some(RevocationListError::Delta)),
                [code] => match RevocationReason::of(code) {
                    Some(found) => reason = Some(found),
                    None => return Err(Fault::new(content, DecodeErrorKind::UnknownValue(code.into()))),
                },
            },
            CERTIFICATE_ISSUER => refused = refused.or(Some(RevocationListError::Indirect)),
            other if critical => refused = refused.or(Some(RevocationListError::UnknownCriticalExtension(other))),
            _ => {}
        }
        Ok((content, ()))
    })?;
    Ok((rest, (reason, refused)))
}

impl RevocationReason {
    /// 7 is not used, and 8 takes an entry out of a list that a delta changes.
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => return None,
        })
    }
}

/// As RFC 5280 spells it.
impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        })
    }
}

const ENUMERATED: u8 = 0x0a;
const REASON_CODE: &[u8] = &[0x55, 0x1d, 21];
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 29];
