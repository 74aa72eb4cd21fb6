//! One revocation list (RFC 5280, 5): its fields, strictly read. Who signed it is judged where a chain is.

use super::certificate::{bit_string, serial_number, time};
use super::certificate_algorithms::knows;
use super::certificate_extensions::each_extension;
use super::revocation_entry::{Revoked, entry};
use super::revocation_list_error::RevocationListError;
use super::signed_data::SignedData;
use super::{DistinguishedName, Time};
use crate::wire::{
    DecodeErrorKind, Fault, Parsed, all,
    der::{any, element, flag, maybe, optional, tag, whole, within},
    in_field, located,
};

/// A complete revocation list of one authority, as it arrived: nothing in it is to be believed before its signature is verified.
///
/// Parts of lists (deltas), lists for other authorities' certificates (indirect), and lists of some reasons only are refused.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "CRL")]
pub struct RevocationList<'a> {
    pub(crate) signed: SignedData<'a>,
    pub(crate) issuer: DistinguishedName<'a>,
    pub(crate) this_update: Time,
    pub(crate) next_update: Time,
    /// The entries, one after the other, each of which was read before.
    revoked: &'a [u8],
    pub(crate) scope: Scope<'a>,
}

/// The certificates of its authority that a list is about (RFC 5280, 5.2.5).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scope<'a> {
    /// The `GeneralNames` of the distribution point, if it has one: then the list may be a part.
    pub(crate) point: Option<&'a [u8]>,
    pub(crate) only_users: bool,
    pub(crate) only_authorities: bool,
}

/// The largest revocation list that is read, in bytes: 16 MiB.
pub const MAX_REVOCATION_LIST_SIZE: usize = 16 * 1024 * 1024;

impl<'a> RevocationList<'a> {
    /// Reads a list from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly one X.509 v1 or v2 revocation list in DER, or one of a form that does not answer for all reasons.
    pub fn from_der(der: &'a [u8]) -> Result<Self, RevocationListError<'a>> {
        if der.len() > MAX_REVOCATION_LIST_SIZE {
            return Err(RevocationListError::TooLarge(der.len()));
        }
        let (list, refused) = located(der, certificate_list).map_err(RevocationListError::Decode)?;
        match refused {
            Some(refused) => Err(refused),
            None if !knows(list.signed.algorithm) => Err(RevocationListError::Algorithm),
            None => Ok(list),
        }
    }

    /// The authority that says so.
    #[must_use]
    pub fn issuer(&self) -> DistinguishedName<'a> {
        self.issuer
    }

    /// When the list was made, and when the next one is due.
    #[must_use]
    pub fn validity(&self) -> (Time, Time) {
        (self.this_update, self.next_update)
    }

    /// The entries, in order.
    pub fn revoked(&self) -> impl Iterator<Item = Revoked<'a>> + use<'a> {
        let mut rest = self.revoked;
        core::iter::from_fn(move || {
            let (after, (revoked, _)) = entry(rest).ok()?;
            rest = after;
            Some(revoked)
        })
    }
}

type Read<'a> = (RevocationList<'a>, Option<RevocationListError<'a>>);

fn certificate_list(input: &[u8]) -> Parsed<'_, Read<'_>> {
    within(tag::SEQUENCE, |input| {
        let (after, tbs) = in_field(&"CertificateList.tbsCertList", whole(tag::SEQUENCE))(input)?;
        let (_, (mut list, refused)) =
            in_field(&"CertificateList.tbsCertList", within(tag::SEQUENCE, tbs_cert_list))(input)?;
        let (rest, outer) = in_field(&"CertificateList.signatureAlgorithm", whole(tag::SEQUENCE))(after)?;
        if outer != list.signed.algorithm {
            let differ = DecodeErrorKind::NotDer("the two signature algorithms differ");
            return in_field(&"CertificateList.signatureAlgorithm", |at| Err(Fault::new(at, differ)))(after);
        }
        let (rest, signature) = in_field(&"CertificateList.signatureValue", bit_string)(rest)?;
        (list.signed.tbs, list.signed.signature) = (tbs, signature);
        Ok((rest, (list, refused)))
    })(input)
}

fn tbs_cert_list(input: &[u8]) -> Parsed<'_, Read<'_>> {
    let (input, version) = in_field(&"version", optional(tag::INTEGER))(input)?;
    let has_extensions = match version {
        Some([1]) => true,
        None => false,
        Some(other) => return Err(Fault::new(other, DecodeErrorKind::NotDer("a version other than v1 and v2"))),
    };
    let (input, algorithm) = in_field(&"signature", whole(tag::SEQUENCE))(input)?;
    let (input, issuer) = in_field(&"issuer", DistinguishedName::decode)(input)?;
    let (input, this_update) = in_field(&"thisUpdate", time)(input)?;
    let (input, next_update) = match input.first() {
        Some(&(tag::UTC_TIME | tag::GENERALIZED_TIME)) => {
            in_field(&"nextUpdate", time)(input).map(|(rest, time)| (rest, Some(time)))?
        }
        _ => (input, None),
    };
    let mut refused = next_update.is_none().then_some(RevocationListError::NoNextUpdate);
    let (input, revoked) = in_field(&"revokedCertificates", optional(tag::SEQUENCE))(input)?;
    let revoked = revoked.unwrap_or_default();
    let mut rest = revoked;
    while !rest.is_empty() {
        let (after, (_, unfit)) = in_field(&"revokedCertificates", entry)(rest)?;
        refused = refused.or(unfit);
        rest = after;
    }
    let (input, (scope, unfit)) = if has_extensions && !input.is_empty() {
        let list = within(tag::SEQUENCE, list_extensions);
        in_field(&"crlExtensions", within(tag::context_constructed(0), list))(input)?
    } else {
        (input, (Scope::default(), None))
    };
    let signed = SignedData { tbs: &[], algorithm, signature: &[] };
    let next_update = next_update.unwrap_or(this_update);
    // What a list is comes first: an entry of a delta has reasons that no complete list has.
    Ok((input, (RevocationList { signed, issuer, this_update, next_update, revoked, scope }, unfit.or(refused))))
}

type Scoped<'a> = (Scope<'a>, Option<RevocationListError<'a>>);

fn list_extensions(input: &[u8]) -> Parsed<'_, Scoped<'_>> {
    let (mut scope, mut refused) = (Scope::default(), None);
    let (rest, ()) = each_extension(input, |oid, critical, content| {
        match oid {
            CRL_NUMBER => {
                in_field(&"cRLNumber", all(serial_number))(content)?;
            }
            DELTA_CRL_INDICATOR => refused = Some(RevocationListError::Delta),
            ISSUING_DISTRIBUTION_POINT => {
                let read = all(within(tag::SEQUENCE, issuing_distribution_point));
                let (_, (found, unfit)) = in_field(&"issuingDistributionPoint", read)(content)?;
                (scope, refused) = (found, refused.or(unfit));
            }
            AUTHORITY_KEY_IDENTIFIER => {}
            other if critical => refused = refused.or(Some(RevocationListError::UnknownCriticalExtension(other))),
            _ => {}
        }
        Ok((content, ()))
    })?;
    Ok((rest, (scope, refused)))
}

fn issuing_distribution_point(input: &[u8]) -> Parsed<'_, Scoped<'_>> {
    let name = tag::context_constructed(0);
    let (input, point) = in_field(&"distributionPoint", maybe(name, within(name, any)))(input)?;
    let (input, only_users) = in_field(&"onlyContainsUserCerts", flag(tag::context(1)))(input)?;
    let (input, only_authorities) = in_field(&"onlyContainsCACerts", flag(tag::context(2)))(input)?;
    let (input, reasons) = in_field(&"onlySomeReasons", maybe(tag::context(3), reason_flags))(input)?;
    let (input, indirect) = in_field(&"indirectCRL", flag(tag::context(4)))(input)?;
    let (input, attributes) = in_field(&"onlyContainsAttributeCerts", flag(tag::context(5)))(input)?;
    let (point, relative) = match point {
        Some((tag, names)) if tag == name => (Some(names), false),
        other => (None, other.is_some()),
    };
    let refused = match (reasons, indirect, attributes) {
        (Some(()), ..) => Some(RevocationListError::SomeReasons),
        (_, true, _) => Some(RevocationListError::Indirect),
        (.., true) => Some(RevocationListError::AttributeCertificates),
        _ => relative.then_some(RevocationListError::RelativeName),
    };
    Ok((input, (Scope { point, only_users, only_authorities }, refused)))
}

/// `ReasonFlags`, of which only the form matters: an octet for the unused bits, and that many of them.
fn reason_flags(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, content) = element(tag::context(3))(input)?;
    match content {
        [0] | [0..=7, _, ..] => Ok((rest, ())),
        _ => Err(Fault::new(content, DecodeErrorKind::NotDer("no valid BIT STRING"))),
    }
}

const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 20];
const DELTA_CRL_INDICATOR: &[u8] = &[0x55, 0x1d, 27];
const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 35];
