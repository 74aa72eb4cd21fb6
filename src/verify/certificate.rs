//! One certificate (RFC 5280): its fields, strictly read, and no judgement.

use super::{DistinguishedName, Time, spki};
use crate::crypto::PublicKey;
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Parsed,
    der::{any, element, optional, tag, utf8_string, value, whole, within},
    in_field, located,
};
use der::asn1::{GeneralizedTime, UtcTime};

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

/// What the extensions of a certificate say, as far as this verifier reads them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extensions<'a> {
    /// The bits of `KeyUsage`, the first in the highest place; `None` without the extension.
    pub(crate) key_usage: Option<u8>,
    /// Whether this is a CA, and how many intermediates may follow; `None` without the extension.
    pub(crate) basic_constraints: Option<(bool, Option<u8>)>,
    /// The purposes of `ExtendedKeyUsage`: OBJECT IDENTIFIERs; `None` without the extension.
    pub(crate) purposes: Option<&'a [u8]>,
    /// The first critical extension that this verifier does not know.
    pub(crate) unknown_critical: Option<&'a [u8]>,
    /// Google's description of the instance.
    pub(crate) google_instance: Option<GoogleInstance<'a>>,
}

/// The virtual machine that Google's CA certifies (OID 1.3.6.1.4.1.11129.2.1.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoogleInstance<'a> {
    /// Zone, such as `us-central1-f`.
    pub zone: &'a str,
    /// Name of the project.
    pub project: &'a str,
    /// Name of the instance.
    pub instance: &'a str,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly one X.509 v1 or v3 certificate in DER.
    pub fn from_der(der: &'a [u8]) -> Result<Self, DecodeError> {
        located(der, |input| certificate(input, der))
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

    pub(crate) fn key(&self) -> Result<PublicKey<'a>, DecodeError> {
        spki::decode(self.spki)
    }
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
    let (input, serial) = in_field(&"serialNumber", element(tag::INTEGER))(input)?;
    let (input, signature_algorithm) = in_field(&"signature", whole(tag::SEQUENCE))(input)?;
    let (input, issuer) = in_field(&"issuer", whole(tag::SEQUENCE))(input)?;
    let (input, (not_before, not_after)) = in_field(
        &"validity",
        within(tag::SEQUENCE, |input| {
            let (input, not_before) = time(input)?;
            let (input, not_after) = time(input)?;
            Ok((input, (not_before, not_after)))
        }),
    )(input)?;
    let (input, subject) = in_field(&"subject", whole(tag::SEQUENCE))(input)?;
    let (input, spki) = in_field(&"subjectPublicKeyInfo", whole(tag::SEQUENCE))(input)?;
    let (input, _) = in_field(&"issuerUniqueID", optional(tag::context(1)))(input)?;
    let (input, _) = in_field(&"subjectUniqueID", optional(tag::context(2)))(input)?;
    let (input, extensions) = if has_extensions && !input.is_empty() {
        let list = within(tag::SEQUENCE, extensions);
        in_field(&"extensions", within(tag::context_constructed(3), list))(input)?
    } else {
        (input, Extensions::default())
    };
    let (issuer, subject) = (DistinguishedName(issuer), DistinguishedName(subject));
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

fn time(input: &[u8]) -> Parsed<'_, Time> {
    let (rest, since_1970) = match input.first() {
        Some(&tag::UTC_TIME) => {
            value::<UtcTime>(tag::UTC_TIME)(input).map(|(rest, time)| (rest, time.to_unix_duration()))
        }
        _ => value::<GeneralizedTime>(tag::GENERALIZED_TIME)(input).map(|(rest, time)| (rest, time.to_unix_duration())),
    }?;
    Ok((rest, Time::from_unix_seconds(since_1970.as_secs())))
}

fn bit_string(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, content) = element(tag::BIT_STRING)(input)?;
    match content {
        [0, octets @ ..] => Ok((rest, octets)),
        _ => Err(Fault::new(content, DecodeErrorKind::NotDer("a BIT STRING that ends inside an octet"))),
    }
}

fn extensions(mut input: &[u8]) -> Parsed<'_, Extensions<'_>> {
    let mut read = Extensions::default();
    let mut seen: heapless::Vec<&[u8], MAX_EXTENSIONS> = heapless::Vec::new();
    while !input.is_empty() {
        let (rest, (oid, critical, content)) = within(tag::SEQUENCE, extension)(input)?;
        if seen.contains(&oid) {
            return Err(Fault::new(input, DecodeErrorKind::NotDer("an extension that stands twice")));
        }
        if seen.push(oid).is_err() {
            let found = MAX_EXTENSIONS.saturating_add(1);
            return Err(Fault::new(input, DecodeErrorKind::TooLong { found, limit: MAX_EXTENSIONS }));
        }
        match oid {
            KEY_USAGE => read.key_usage = Some(in_field(&"keyUsage", all_of(key_usage))(content)?.1),
            BASIC_CONSTRAINTS => {
                read.basic_constraints = Some(in_field(&"basicConstraints", all_of(basic_constraints))(content)?.1);
            }
            EXTENDED_KEY_USAGE => read.purposes = Some(in_field(&"extKeyUsage", all_of(purposes))(content)?.1),
            GOOGLE_INSTANCE => read.google_instance = Some(in_field(&"googleInstance", all_of(google))(content)?.1),
            SUBJECT_ALTERNATIVE_NAME | NAME_CONSTRAINTS => {}
            other if critical => read.unknown_critical = read.unknown_critical.or(Some(other)),
            _ => {}
        }
        input = rest;
    }
    Ok((input, read))
}

fn all_of<'a, T>(inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>) -> impl FnOnce(&'a [u8]) -> Parsed<'a, T> {
    crate::wire::all(inner)
}

fn extension(input: &[u8]) -> Parsed<'_, (&[u8], bool, &[u8])> {
    let (input, oid) = element(tag::OID)(input)?;
    let (input, critical) = match input.first() {
        Some(&tag::BOOLEAN) => match element(tag::BOOLEAN)(input)? {
            (rest, [0xff]) => (rest, true),
            _ => return Err(Fault::new(input, DecodeErrorKind::NotDer("a BOOLEAN other than TRUE or its default"))),
        },
        _ => (input, false),
    };
    let (input, content) = element(tag::OCTET_STRING)(input)?;
    Ok((input, (oid, critical, content)))
}

fn key_usage(input: &[u8]) -> Parsed<'_, u8> {
    let (rest, content) = element(tag::BIT_STRING)(input)?;
    match content {
        [0..=7, bits] | [0..=7, bits, _] => Ok((rest, *bits)),
        _ => Err(Fault::new(content, DecodeErrorKind::NotDer("a KeyUsage without bits"))),
    }
}

fn basic_constraints(input: &[u8]) -> Parsed<'_, (bool, Option<u8>)> {
    within(tag::SEQUENCE, |input| {
        let (input, authority) = optional(tag::BOOLEAN)(input)?;
        let authority = match authority {
            None => false,
            Some([0xff]) => true,
            Some(other) => {
                return Err(Fault::new(other, DecodeErrorKind::NotDer("a BOOLEAN other than TRUE or its default")));
            }
        };
        if input.is_empty() {
            return Ok((input, (authority, None)));
        }
        let (input, length) = value::<u8>(tag::INTEGER)(input)?;
        Ok((input, (authority, Some(length))))
    })(input)
}

fn purposes(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, content) = element(tag::SEQUENCE)(input)?;
    let mut oids = content;
    while !oids.is_empty() {
        (oids, _) = element(tag::OID)(oids)?;
    }
    Ok((rest, content))
}

fn google(input: &[u8]) -> Parsed<'_, GoogleInstance<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, zone) = in_field(&"zone", utf8_string)(input)?;
        let (input, _) = in_field(&"projectNumber", element(tag::INTEGER))(input)?;
        let (input, project) = in_field(&"projectID", utf8_string)(input)?;
        let (input, _) = in_field(&"instanceID", element(tag::INTEGER))(input)?;
        let (mut input, instance) = in_field(&"instanceName", utf8_string)(input)?;
        while !input.is_empty() {
            (input, _) = in_field(&"securityProperties", any)(input)?;
        }
        Ok((input, GoogleInstance { zone, project, instance }))
    })(input)
}

/// Bits of `KeyUsage` (RFC 5280, 4.2.1.3).
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;

/// More than any certificate of a TPM has, so that the search for duplicates is bounded.
const MAX_EXTENSIONS: usize = 32;
const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const GOOGLE_INSTANCE: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x15];
