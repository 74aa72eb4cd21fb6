//! One certificate (RFC 5280): its fields, strictly read, and no judgement.

use super::certificate_extensions::{CERTIFICATE_POLICIES, Extensions, extensions, find};
use super::signed_data::SignedData;
use super::{DistinguishedName, Time, spki};
use crate::crypto::PublicKey;
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Parsed,
    der::{element, integer, optional, tag, whole, within},
    in_field, located,
};

/// A certificate as it arrived: nothing in it is to be believed yet.
#[derive(Clone, Copy, Debug)]
pub struct Certificate<'a> {
    pub(crate) der: &'a [u8],
    pub(crate) signature_algorithm: &'a [u8],
    pub(crate) serial: &'a [u8],
    pub(crate) issuer: DistinguishedName<'a>,
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    pub(crate) subject: DistinguishedName<'a>,
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Extensions<'a>,
    pub(crate) tbs: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// Reads a certificate from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly one X.509 v1 or v3 certificate in DER.
    pub fn from_der(der: &'a [u8]) -> Result<Self, DecodeError> {
        located(der, |input| certificate(input, der))
    }

    /// The certificate at the front of `bytes`, and what follows it: NV indices, and files made of them, pad with 0xFF or 0x00.
    ///
    /// # Errors
    /// If they do not begin with a SEQUENCE in DER. What is in it is not looked at.
    #[cfg(feature = "std")]
    pub fn trim(bytes: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
        let mut behind = &[][..];
        let der = located(bytes, |input| {
            let (rest, der) = whole(tag::SEQUENCE)(input)?;
            behind = rest;
            Ok((&[], der))
        })?;
        Ok((der, behind))
    }

    /// Whether it says that its key certifies others (RFC 5280, 4.2.1.9).
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.extensions.basic_constraints.is_some_and(|(authority, _)| authority)
    }

    /// The name of the certified.
    #[must_use]
    pub fn subject(&self) -> DistinguishedName<'a> {
        self.subject
    }

    /// The name of the certifier.
    #[must_use]
    pub fn issuer(&self) -> DistinguishedName<'a> {
        self.issuer
    }

    /// The first and the last moment of validity.
    #[must_use]
    pub fn validity(&self) -> (Time, Time) {
        (self.not_before, self.not_after)
    }

    /// The serial number, as the content octets of its INTEGER.
    #[must_use]
    pub fn serial(&self) -> &'a [u8] {
        self.serial
    }

    /// The `SubjectPublicKeyInfo`, in DER.
    #[must_use]
    pub fn spki(&self) -> &'a [u8] {
        self.spki
    }

    /// All of the certificate, in DER.
    #[must_use]
    pub fn der(&self) -> &'a [u8] {
        self.der
    }

    /// The purposes of the `ExtendedKeyUsage` extension, as the content octets of their identifiers.
    pub(crate) fn purposes(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rest = self.extensions.purposes.unwrap_or_default();
        core::iter::from_fn(move || {
            let (after, oid) = element(tag::OID)(rest).ok()?;
            rest = after;
            Some(oid)
        })
    }

    /// The policies under which it was issued (RFC 5280, 4.2.1.4), for [`policies`]; `None` without the extension.
    pub(crate) fn policies(&self) -> Option<&'a [u8]> {
        find(self.tbs, CERTIFICATE_POLICIES).map(|found| found.value)
    }

    pub(crate) fn signed_data(&self) -> SignedData<'a> {
        SignedData { tbs: self.tbs, algorithm: self.signature_algorithm, signature: self.signature }
    }

    pub(crate) fn key(&self) -> Result<PublicKey<'a>, DecodeError> {
        spki::decode(self.spki)
    }
}

/// The identifiers in the value of a `certificatePolicies` extension, as their content octets.
pub(crate) fn policies(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = element(tag::SEQUENCE)(value).map_or(&[][..], |(_, content)| content);
    core::iter::from_fn(move || {
        let (after, information) = element(tag::SEQUENCE)(rest).ok()?;
        rest = after;
        element(tag::OID)(information).ok().map(|(_, oid)| oid)
    })
}

fn certificate<'a>(input: &'a [u8], der: &'a [u8]) -> Parsed<'a, Certificate<'a>> {
    within(tag::SEQUENCE, |input| {
        let (after, tbs) = in_field(&"Certificate.tbsCertificate", whole(tag::SEQUENCE))(input)?;
        let (_, mut read) = in_field(&"Certificate.tbsCertificate", within(tag::SEQUENCE, tbs_certificate))(input)?;
        let (rest, outer) = in_field(&"Certificate.signatureAlgorithm", whole(tag::SEQUENCE))(after)?;
        if outer != read.signature_algorithm {
            let differ = DecodeErrorKind::NotDer("the two signature algorithms differ");
            return in_field(&"Certificate.signatureAlgorithm", |at| Err(Fault::new(at, differ)))(after);
        }
        let (rest, signature) = in_field(&"Certificate.signatureValue", bit_string)(rest)?;
        read.der = der;
        read.tbs = tbs;
        read.signature = signature;
        Ok((rest, read))
    })(input)
}

fn tbs_certificate(input: &[u8]) -> Parsed<'_, Certificate<'_>> {
    let (input, version) = in_field(&"version", optional(tag::context_constructed(0)))(input)?;
    let has_extensions = match version {
        Some([tag::INTEGER, 1, 2]) => true,
        None => false,
        Some(other) => return Err(Fault::new(other, DecodeErrorKind::NotDer("a version other than v1 and v3"))),
    };
    let (input, serial) = in_field(&"serialNumber", serial_number)(input)?;
    let (input, signature_algorithm) = in_field(&"signature", whole(tag::SEQUENCE))(input)?;
    let (input, issuer) = in_field(&"issuer", issuer)(input)?;
    let (input, (not_before, not_after)) = in_field(
        &"validity",
        within(tag::SEQUENCE, |input| {
            let (input, not_before) = time(input)?;
            let (input, not_after) = time(input)?;
            Ok((input, (not_before, not_after)))
        }),
    )(input)?;
    let (input, subject) = in_field(&"subject", DistinguishedName::decode)(input)?;
    let (input, spki) = in_field(&"subjectPublicKeyInfo", whole(tag::SEQUENCE))(input)?;
    let (input, _) = in_field(&"issuerUniqueID", optional(tag::context(1)))(input)?;
    let (input, _) = in_field(&"subjectUniqueID", optional(tag::context(2)))(input)?;
    let (input, extensions) = if has_extensions && !input.is_empty() {
        let list = within(tag::SEQUENCE, extensions);
        in_field(&"extensions", within(tag::context_constructed(3), list))(input)?
    } else {
        (input, Extensions::default())
    };
    let (der, tbs, signature): (&[u8], &[u8], &[u8]) = (&[], &[], &[]);
    Ok((
        input,
        Certificate {
            der,
            signature_algorithm,
            serial,
            issuer,
            not_before,
            not_after,
            subject,
            spki,
            extensions,
            tbs,
            signature,
        },
    ))
}

/// TPMs come with attribute certificates too (RFC 5755), which have a holder and the form of the issuer in these places.
fn issuer(input: &[u8]) -> Parsed<'_, DistinguishedName<'_>> {
    if input.first() == Some(&tag::context_constructed(0)) {
        let kind =
            DecodeErrorKind::NotDer("an attribute certificate, which speaks of its holder and vouches for no key");
        return Err(Fault::new(input, kind));
    }
    DistinguishedName::decode(input)
}

/// At most 20 octets (RFC 5280, 4.1.2.2), and one for the sign.
pub(crate) fn serial_number(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, serial) = integer(input)?;
    match serial.len() {
        ..=21 => Ok((rest, serial)),
        found => Err(Fault::new(input, DecodeErrorKind::TooLong { found, limit: 21 })),
    }
}

pub(crate) fn time(input: &[u8]) -> Parsed<'_, Time> {
    match input.first() {
        Some(&tag::UTC_TIME) => Time::decode_utc(input),
        _ => Time::decode(tag::GENERALIZED_TIME)(input),
    }
}

pub(crate) fn bit_string(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, content) = element(tag::BIT_STRING)(input)?;
    match content {
        [0, octets @ ..] => Ok((rest, octets)),
        _ => Err(Fault::new(content, DecodeErrorKind::NotDer("a BIT STRING that ends inside an octet"))),
    }
}
