//! The extensions of a certificate (RFC 5280, 4.2), as far as this verifier reads them.

use crate::wire::{
    DecodeErrorKind, Fault, Parsed, all,
    der::{any, element, integer, number, optional, tag, utf8_string, within},
    in_field,
};

/// What the extensions of a certificate say, as far as this verifier reads them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extensions<'a> {
    /// The bits of `KeyUsage`, the first in the highest place; `None` without the extension.
    pub(crate) key_usage: Option<u8>,
    /// Whether this is a CA, and how many intermediates may follow; `None` without the extension.
    pub(crate) basic_constraints: Option<(bool, Option<u8>)>,
    /// The purposes of `ExtendedKeyUsage`: OBJECT IDENTIFIERs; `None` without the extension.
    pub(crate) purposes: Option<&'a [u8]>,
    /// Whether names are constrained that nothing here compares with a constraint.
    pub(crate) constrains_others: bool,
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

pub(crate) fn extensions(input: &[u8]) -> Parsed<'_, Extensions<'_>> {
    let mut read = Extensions::default();
    let (rest, ()) = each_extension(input, |oid, critical, content| {
        match oid {
            KEY_USAGE => read.key_usage = Some(in_field(&"keyUsage", all(key_usage))(content)?.1),
            BASIC_CONSTRAINTS => {
                read.basic_constraints = Some(in_field(&"basicConstraints", all(basic_constraints))(content)?.1);
            }
            EXTENDED_KEY_USAGE => read.purposes = Some(in_field(&"extKeyUsage", all(purposes))(content)?.1),
            GOOGLE_INSTANCE => read.google_instance = Some(in_field(&"googleInstance", all(google))(content)?.1),
            NAME_CONSTRAINTS => {
                read.constrains_others = in_field(&"nameConstraints", all(name_constraints))(content)?.1;
            }
            SUBJECT_ALTERNATIVE_NAME => {
                in_field(&"subjectAltName", all(general_names))(content)?;
            }
            other if critical => read.unknown_critical = read.unknown_critical.or(Some(other)),
            _ => {}
        }
        Ok((content, ()))
    })?;
    Ok((rest, read))
}

/// Hands each extension to `see`: its identifier, whether it is critical, and its value. None stands twice.
pub(crate) fn each_extension<'a>(
    mut input: &'a [u8],
    mut see: impl FnMut(&'a [u8], bool, &'a [u8]) -> Parsed<'a, ()>,
) -> Parsed<'a, ()> {
    let mut seen: heapless::Vec<&[u8], MAX_EXTENSIONS> = heapless::Vec::new();
    while !input.is_empty() {
        let (rest, (oid, Extension { critical, value })) = within(tag::SEQUENCE, extension)(input)?;
        if seen.contains(&oid) {
            return Err(Fault::new(input, DecodeErrorKind::NotDer("an extension that stands twice")));
        }
        if seen.push(oid).is_err() {
            let found = MAX_EXTENSIONS.saturating_add(1);
            return Err(Fault::new(input, DecodeErrorKind::TooLong { found, limit: MAX_EXTENSIONS }));
        }
        see(oid, critical.is_some(), value)?;
        input = rest;
    }
    Ok((input, ()))
}

/// An extension as it stands there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extension<'a> {
    /// The octet that says that it is critical, if one does.
    pub(crate) critical: Option<&'a [u8]>,
    /// The content of its OCTET STRING.
    pub(crate) value: &'a [u8],
}

/// The extension `wanted` of a `TBSCertificate` that was read before, looked for in the bytes again: few are looked at, and each field costs
/// stack.
pub(crate) fn find<'a>(tbs: &'a [u8], wanted: &[u8]) -> Option<Extension<'a>> {
    let (_, mut fields) = element(tag::SEQUENCE)(tbs).ok()?;
    let mut extensions = loop {
        let (rest, (found, content)) = any(fields).ok()?;
        if found == tag::context_constructed(3) {
            break element(tag::SEQUENCE)(content).ok()?.1;
        }
        fields = rest;
    };
    loop {
        let (rest, (oid, found)) = within(tag::SEQUENCE, extension)(extensions).ok()?;
        if oid == wanted {
            return Some(found);
        }
        extensions = rest;
    }
}

/// The next extension, after its identifier.
fn extension(input: &[u8]) -> Parsed<'_, (&[u8], Extension<'_>)> {
    let (input, oid) = element(tag::OID)(input)?;
    let (rest, critical) = optional(tag::BOOLEAN)(input)?;
    if critical.is_some_and(|octets| octets != [0xff]) {
        return Err(Fault::new(input, DecodeErrorKind::NotDer("a BOOLEAN other than TRUE or its default")));
    }
    let (rest, value) = element(tag::OCTET_STRING)(rest)?;
    Ok((rest, (oid, Extension { critical, value })))
}

fn key_usage(input: &[u8]) -> Parsed<'_, u8> {
    let (rest, content) = element(tag::BIT_STRING)(input)?;
    let unused = content.first().copied().unwrap_or(u8::MAX);
    match content {
        // X.690, 11.2.1: the bits after the last are zero.
        [_, bits] | [_, bits, _]
            if unused < 8 && content.last().is_some_and(|last| last.trailing_zeros() >= unused.into()) =>
        {
            Ok((rest, *bits))
        }
        _ => Err(Fault::new(content, DecodeErrorKind::NotDer("no valid BIT STRING of one or two octets"))),
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
        let (input, length) = number::<u8>(tag::INTEGER)(input)?;
        Ok((input, (authority, Some(length))))
    })(input)
}

/// `GeneralNames` (RFC 5280, 4.2.1.6): of no use here, but of the right form.
fn general_names(input: &[u8]) -> Parsed<'_, ()> {
    within(tag::SEQUENCE, |mut input| {
        while !input.is_empty() {
            let (after, (found, _)) = any(input)?;
            if found & 0xc0 != tag::context(0) {
                return Err(Fault::new(input, DecodeErrorKind::UnexpectedTag { found, expected: tag::context(4) }));
            }
            input = after;
        }
        Ok((input, ()))
    })(input)
}

/// Whether a subtree is of another kind than `dNSName` and `iPAddress`, the kinds that are compared (RFC 5280, 4.2.1.10).
fn name_constraints(input: &[u8]) -> Parsed<'_, bool> {
    within(tag::SEQUENCE, |input| {
        let (input, permitted) = optional(tag::context_constructed(0))(input)?;
        let (input, excluded) = optional(tag::context_constructed(1))(input)?;
        let mut others = false;
        for mut subtrees in permitted.into_iter().chain(excluded) {
            while !subtrees.is_empty() {
                let (after, (kind, _)) = within(tag::SEQUENCE, any)(subtrees)?;
                others |= kind != tag::context(2) && kind != tag::context(7);
                subtrees = after;
            }
        }
        Ok((input, others))
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
        let (input, _) = in_field(&"projectNumber", integer)(input)?;
        let (input, project) = in_field(&"projectID", utf8_string)(input)?;
        let (input, _) = in_field(&"instanceID", integer)(input)?;
        let (mut input, instance) = in_field(&"instanceName", utf8_string)(input)?;
        while !input.is_empty() {
            (input, _) = in_field(&"securityProperties", any)(input)?;
        }
        Ok((input, GoogleInstance { zone, project, instance }))
    })(input)
}

/// Bits of `KeyUsage` (RFC 5280, 4.2.1.3).
pub(crate) const DIGITAL_SIGNATURE: u8 = 0x80;
pub(crate) const KEY_ENCIPHERMENT: u8 = 0x20;
pub(crate) const KEY_AGREEMENT: u8 = 0x08;
pub(crate) const KEY_CERT_SIGN: u8 = 0x04;
pub(crate) const CRL_SIGN: u8 = 0x02;

/// More than any certificate of a TPM has, so that the search for duplicates is bounded.
const MAX_EXTENSIONS: usize = 32;
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub(crate) const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(crate) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
pub(crate) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const GOOGLE_INSTANCE: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x15];
/// id-fido-gen-ce-aaguid, 1.3.6.1.4.1.45724.1.1.4.
pub(crate) const FIDO_AAGUID: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04];
