//! A critical `certificatePolicies` extension (RFC 5280, 4.2.1.4), which `webpki` takes for one that nobody understands. Here no policy is
//! asked for, so any will do (RFC 5280, 6.1.1), and it is enough to understand its form. The certificates of Windows' attestation keys have it.
//!
//! `webpki` is shown the certificate with the extension not critical; the signature is verified over the certificate as it came.

use super::Certificate;
use super::certificate_extensions::{CERTIFICATE_POLICIES, find};
use crate::wire::{
    Parsed, all,
    der::{any, element, tag, within},
};

/// A certificate, and what is shown of it instead.
#[derive(Debug)]
pub(crate) struct Shown<'c> {
    original: &'c [u8],
    copy: &'c [u8],
}

impl<'c> Shown<'c> {
    /// Copies `certificate` to `buffer` with `flag` cleared; nothing if it does not fit.
    pub(crate) fn new(original: &'c [u8], flag: usize, buffer: &'c mut [u8; MAX_COPY]) -> Option<Self> {
        let copy = buffer.get_mut(..original.len())?;
        copy.iter_mut().zip(original).for_each(|(place, octet)| *place = *octet);
        *copy.get_mut(flag)? = 0;
        Some(Self { original, copy })
    }

    /// What `webpki` reads.
    pub(crate) fn copy(&self) -> &'c [u8] {
        self.copy
    }

    /// The octets as they came, of which `message` is a copy; or else `message`.
    pub(crate) fn original_of<'m>(&self, message: &'m [u8]) -> &'m [u8]
    where
        'c: 'm,
    {
        let place = message.as_ptr().addr().checked_sub(self.copy.as_ptr().addr());
        let inside = place.filter(|place| place.checked_add(message.len()).is_some_and(|end| end <= self.copy.len()));
        let original = inside.and_then(|place| self.original.get(place..)?.get(..message.len()));
        original.unwrap_or(message)
    }
}

/// Where the octet is that makes the extension critical, if it is there, critical, and of a form that is understood.
pub(crate) fn critical_flag(certificate: &Certificate<'_>) -> Option<usize> {
    let found = find(certificate.tbs, CERTIFICATE_POLICIES)?;
    let flag = found.critical?.as_ptr().addr().checked_sub(certificate.der.as_ptr().addr())?;
    all(policies)(found.value).is_ok().then_some(flag)
}

/// `SEQUENCE SIZE (1..MAX) OF PolicyInformation`
fn policies(input: &[u8]) -> Parsed<'_, ()> {
    within(tag::SEQUENCE, |input| each(input, policy))(input)
}

fn policy(input: &[u8]) -> Parsed<'_, ()> {
    within(tag::SEQUENCE, |input| {
        let (rest, _) = element(tag::OID)(input)?;
        if rest.is_empty() {
            return Ok((rest, ()));
        }
        within(tag::SEQUENCE, |input| each(input, qualifier))(rest)
    })(input)
}

/// A pointer to a statement or a notice for people: neither changes who is vouched for.
fn qualifier(input: &[u8]) -> Parsed<'_, ()> {
    within(tag::SEQUENCE, |input| {
        let (rest, oid) = element(tag::OID)(input)?;
        if !QUALIFIERS.contains(&oid) {
            let unknown = crate::wire::DecodeErrorKind::NotDer("a policy qualifier that is not known");
            return Err(crate::wire::Fault::new(input, unknown));
        }
        any(rest).map(|(rest, _)| (rest, ()))
    })(input)
}

/// One element at least.
fn each<'a>(input: &'a [u8], read: fn(&'a [u8]) -> Parsed<'a, ()>) -> Parsed<'a, ()> {
    let (mut rest, ()) = read(input)?;
    while !rest.is_empty() {
        (rest, ()) = read(rest)?;
    }
    Ok((rest, ()))
}

/// The largest certificate of this kind that is understood: they have 1,000 to 2,000 octets.
pub(crate) const MAX_COPY: usize = 4096;
/// id-qt-cps and id-qt-unotice, 1.3.6.1.5.5.7.2.1 and 2.
const QUALIFIERS: [&[u8]; 2] =
    [&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x01], &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x02, 0x02]];
