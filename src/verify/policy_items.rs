//! The items of a policy's lists in DER, read and written.

use super::policy_list::{PolicyItem, PolicyList};
use super::{
    Activation, Anchor, BankSelection, CertificatePolicy, EventRule, ImaRules, LogName, LogRule, PathRule, PcrRule,
    Pin, Purpose, Reference, SecureBootRules,
};
use crate::crypto::HashAlgorithm;
use crate::log::TcgEventType;
use crate::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
#[cfg(feature = "std")]
use crate::wire::der_write::{flag_in, put, put_text, tlv, unsigned};
use crate::wire::{
    DecodeErrorKind, Fault, Parsed,
    der::{element, flag, maybe, number, octets, optional, tag, text, utf8_string, within},
    in_field,
};
#[cfg(feature = "std")]
use std::vec::Vec;

/// Reads and writes an item.
macro_rules! item {
    ($type:ty, $read:expr, |$item:ident, $out:ident| $write:expr) => {
        impl<'a> PolicyItem<'a> for $type {
            fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
                let read: fn(&'a [u8]) -> Parsed<'a, Self> = $read;
                read(input)
            }

            #[cfg(feature = "std")]
            fn encode(&self, $out: &mut Vec<u8>) {
                let $item = self;
                $write;
            }
        }
    };
}

item!(u8, |input| number(tag::INTEGER)(input), |item, out| put(out, tag::INTEGER, &unsigned((*item).into())));
item!(u64, |input| number(tag::INTEGER)(input), |item, out| put(out, tag::INTEGER, &unsigned(*item)));
item!(&'a [u8], |input| element(tag::OCTET_STRING)(input), |item, out| put(out, tag::OCTET_STRING, item));
item!(&'a str, utf8_string, |item, out| put(out, tag::UTF8_STRING, item.as_bytes()));
item!(Activation<'a>, Activation::decode, |item, out| out.extend(item.to_der()));
item!(HashAlgorithm, hash_algorithm, |item, out| {
    put(out, tag::INTEGER, &unsigned(TpmAlgId::from(*item).0.into()));
});
item!(LogName, log_name, |item, out| put(out, tag::UTF8_STRING, item.as_str().as_bytes()));
item!(Pin<'a>, pin, |item, out| match item {
    Pin::Name(name) => put(out, tag::context(0), name),
    Pin::Spki(der) => put(out, tag::context(1), der),
    Pin::SpkiSha256(digest) => put(out, tag::context(2), digest),
});
item!(Anchor<'a>, anchor, |item, out| match item {
    Anchor::Certificate(der) => put(out, tag::context(0), der),
    Anchor::CertificateSha256(digest) => put(out, tag::context(1), digest),
    Anchor::Spki(der) => put(out, tag::context(2), der),
    Anchor::SpkiSha256(digest) => put(out, tag::context(3), digest),
});
item!(Purpose<'a>, purpose, |item, out| match item {
    Purpose::Absent => put(out, tag::NULL, &[]),
    Purpose::Oid(oid) => put(out, tag::OID, oid),
});
item!(CertificatePolicy<'a>, certificate_policy, |item, out| put(out, tag::OID, item.0));
item!(BankSelection, bank_selection, |item, out| {
    let mut content = Vec::new();
    item.bank.encode(&mut content);
    u64::from(item.pcrs).encode(&mut content);
    put(out, tag::SEQUENCE, &content);
});
item!(PcrRule<'a>, pcr_rule, |item, out| {
    let mut content = Vec::new();
    item.bank.encode(&mut content);
    item.index.encode(&mut content);
    match &item.reference {
        Reference::Golden(values) => values.encode(GOLDEN, &mut content),
        Reference::Zero => put(&mut content, ZERO, &[]),
        Reference::Log => put(&mut content, LOG, &[]),
    }
    put(out, tag::SEQUENCE, &content);
});
item!(LogRule<'a>, log_rule, |item, out| {
    let mut content = Vec::new();
    u64::from(item.pcrs).encode(&mut content);
    item.logs.encode(tag::SEQUENCE, &mut content);
    put(out, tag::SEQUENCE, &content);
});
item!(TpmtHa<'a>, digest, |item, out| {
    let mut content = tlv(tag::INTEGER, &unsigned(item.hash_alg.0.0.into()));
    item.digest.encode(&mut content);
    put(out, tag::SEQUENCE, &content);
});
item!(EventRule<'a>, event_rule, |item, out| {
    let mut content = Vec::new();
    item.pcr.encode(&mut content);
    let texts = [(tag::context(0), item.kind), (tag::context(1), item.name)];
    for (tag, text) in texts {
        put_text(&mut content, tag, text);
    }
    if let Some(event_type) = item.event_type {
        put(&mut content, tag::context(2), &unsigned(event_type.0.into()));
    }
    item.digests.encode(tag::context_constructed(3), &mut content);
    match item.path {
        Some(PathRule::Exact(path)) => put_text(&mut content, tag::context(4), Some(path)),
        Some(PathRule::Prefix(path)) => put_text(&mut content, tag::context(5), Some(path)),
        None => {}
    }
    put(out, tag::SEQUENCE, &content);
});

#[cfg(feature = "std")]
impl<'a, T: PolicyItem<'a>> PolicyList<'a, T> {
    /// Writes the list, if it is not empty.
    pub(crate) fn encode(&self, tag: u8, out: &mut Vec<u8>) {
        let mut content = Vec::new();
        self.iter().for_each(|item| item.encode(&mut content));
        if !content.is_empty() {
            put(out, tag, &content);
        }
    }
}

/// A list with this tag; an empty one where there is none.
pub(crate) fn list<'a, T: PolicyItem<'a> + 'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, PolicyList<'a, T>> {
    move |input| match optional(tag)(input)? {
        (rest, Some(content)) if !content.is_empty() => Ok((rest, PolicyList::decode(content)?.1)),
        (_, Some(_)) => Err(Fault::new(input, DecodeErrorKind::NotDer("an empty list, which is left out"))),
        (rest, None) => Ok((rest, PolicyList::EMPTY)),
    }
}

pub(crate) fn secure_boot(input: &[u8]) -> Parsed<'_, SecureBootRules<'_>> {
    let (input, pk) = in_field(&"SecureBootRules.pk", list(tag::context_constructed(0)))(input)?;
    let (input, kek) = in_field(&"SecureBootRules.kek", list(tag::context_constructed(1)))(input)?;
    let (input, db) = in_field(&"SecureBootRules.db", list(tag::context_constructed(2)))(input)?;
    let (input, authority) = in_field(&"SecureBootRules.authority", list(tag::context_constructed(3)))(input)?;
    let (input, dbx_min) = in_field(&"SecureBootRules.dbxMin", list(tag::context_constructed(4)))(input)?;
    let (input, accept_any_keys) = in_field(&"SecureBootRules.acceptAnyKeys", flag(tag::context(5)))(input)?;
    Ok((input, SecureBootRules { pk, kek, db, authority, dbx_min, accept_any_keys }))
}

#[cfg(feature = "std")]
pub(crate) fn put_secure_boot(rules: &SecureBootRules<'_>, out: &mut Vec<u8>) {
    for (number, list) in (0..).zip([rules.pk, rules.kek, rules.db, rules.authority, rules.dbx_min]) {
        list.encode(tag::context_constructed(number), out);
    }
    flag_in(out, tag::context(5), rules.accept_any_keys);
}

/// An empty one is left out.
pub(crate) fn ima(input: &[u8]) -> Parsed<'_, ImaRules<'_>> {
    let (rest, padded_banks) = in_field(&"ImaRules.paddedBanks", list(tag::context_constructed(0)))(input)?;
    let (rest, accept_violations) = in_field(&"ImaRules.acceptViolations", flag(tag::context(1)))(rest)?;
    if input.is_empty() {
        return Err(Fault::new(input, DecodeErrorKind::NotDer("rules that say nothing, which are left out")));
    }
    Ok((rest, ImaRules { padded_banks, accept_violations }))
}

#[cfg(feature = "std")]
pub(crate) fn put_ima(rules: &ImaRules<'_>, out: &mut Vec<u8>) {
    rules.padded_banks.encode(tag::context_constructed(0), out);
    flag_in(out, tag::context(1), rules.accept_violations);
}

fn hash_algorithm(input: &[u8]) -> Parsed<'_, HashAlgorithm> {
    let (rest, number) = number::<u16>(tag::INTEGER)(input)?;
    match HashAlgorithm::try_from(TpmAlgId(number)) {
        Ok(hash) => Ok((rest, hash)),
        Err(_) => Err(Fault::new(input, DecodeErrorKind::UnknownValue(number.into()))),
    }
}

fn log_name(input: &[u8]) -> Parsed<'_, LogName> {
    let (rest, name) = utf8_string(input)?;
    let name =
        LogName::by_name(name).ok_or_else(|| Fault::new(input, DecodeErrorKind::NotDer("a log of no known name")));
    Ok((rest, name?))
}

fn pin(input: &[u8]) -> Parsed<'_, Pin<'_>> {
    match input.first() {
        Some(0x80) => element(tag::context(0))(input).map(|(rest, name)| (rest, Pin::Name(name))),
        Some(0x81) => element(tag::context(1))(input).map(|(rest, der)| (rest, Pin::Spki(der))),
        _ => octets(tag::context(2))(input).map(|(rest, digest)| (rest, Pin::SpkiSha256(digest))),
    }
}

fn anchor(input: &[u8]) -> Parsed<'_, Anchor<'_>> {
    match input.first() {
        Some(0x80) => element(tag::context(0))(input).map(|(rest, der)| (rest, Anchor::Certificate(der))),
        Some(0x81) => octets(tag::context(1))(input).map(|(rest, digest)| (rest, Anchor::CertificateSha256(digest))),
        Some(0x82) => element(tag::context(2))(input).map(|(rest, der)| (rest, Anchor::Spki(der))),
        _ => octets(tag::context(3))(input).map(|(rest, digest)| (rest, Anchor::SpkiSha256(digest))),
    }
}

fn purpose(input: &[u8]) -> Parsed<'_, Purpose<'_>> {
    match input.first() {
        Some(&tag::NULL) => octets::<0>(tag::NULL)(input).map(|(rest, _)| (rest, Purpose::Absent)),
        _ => element(tag::OID)(input).map(|(rest, oid)| (rest, Purpose::Oid(oid))),
    }
}

fn certificate_policy(input: &[u8]) -> Parsed<'_, CertificatePolicy<'_>> {
    element(tag::OID)(input).map(|(rest, oid)| (rest, CertificatePolicy(oid)))
}

fn bank_selection(input: &[u8]) -> Parsed<'_, BankSelection> {
    within(tag::SEQUENCE, |input| {
        let (input, bank) = in_field(&"BankSelection.bank", hash_algorithm)(input)?;
        let (input, pcrs) = in_field(&"BankSelection.pcrs", number(tag::INTEGER))(input)?;
        Ok((input, BankSelection { bank, pcrs }))
    })(input)
}

fn pcr_rule(input: &[u8]) -> Parsed<'_, PcrRule<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, bank) = in_field(&"PcrRule.bank", hash_algorithm)(input)?;
        let (input, index) = in_field(&"PcrRule.index", number(tag::INTEGER))(input)?;
        let (input, reference) = in_field(&"PcrRule.reference", reference)(input)?;
        Ok((input, PcrRule { bank, index, reference }))
    })(input)
}

fn reference(input: &[u8]) -> Parsed<'_, Reference<'_>> {
    match input.first() {
        Some(&ZERO) => octets::<0>(ZERO)(input).map(|(rest, _)| (rest, Reference::Zero)),
        Some(&LOG) => octets::<0>(LOG)(input).map(|(rest, _)| (rest, Reference::Log)),
        _ => {
            let (rest, values) = element(GOLDEN)(input)?;
            Ok((rest, Reference::Golden(PolicyList::decode(values)?.1)))
        }
    }
}

fn log_rule(input: &[u8]) -> Parsed<'_, LogRule<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, pcrs) = in_field(&"LogRule.pcrs", number(tag::INTEGER))(input)?;
        let (input, logs) = in_field(&"LogRule.logs", list(tag::SEQUENCE))(input)?;
        Ok((input, LogRule { pcrs, logs }))
    })(input)
}

fn digest(input: &[u8]) -> Parsed<'_, TpmtHa<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, algorithm) = in_field(&"Digest.algorithm", number(tag::INTEGER))(input)?;
        let (input, digest) = in_field(&"Digest.digest", element(tag::OCTET_STRING))(input)?;
        Ok((input, TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId(algorithm)), digest }))
    })(input)
}

fn event_rule(input: &[u8]) -> Parsed<'_, EventRule<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, pcr) = in_field(&"EventRule.pcr", number(tag::INTEGER))(input)?;
        let (input, kind) = in_field(&"EventRule.kind", text(tag::context(0)))(input)?;
        let (input, name) = in_field(&"EventRule.name", text(tag::context(1)))(input)?;
        let number = maybe(tag::context(2), number(tag::context(2)));
        let (input, event_type) = in_field(&"EventRule.type", number)(input)?;
        let (input, digests) = in_field(&"EventRule.digests", list(tag::context_constructed(3)))(input)?;
        let (rest, exact) = in_field(&"EventRule.path", text(tag::context(4)))(input)?;
        let (rest, prefix) = in_field(&"EventRule.pathPrefix", text(tag::context(5)))(rest)?;
        let path = match (exact, prefix) {
            (Some(_), Some(_)) => {
                return Err(Fault::new(input, DecodeErrorKind::NotDer("a path beside a prefix of paths")));
            }
            (exact, prefix) => exact.map(PathRule::Exact).or(prefix.map(PathRule::Prefix)),
        };
        let event_type = event_type.map(TcgEventType);
        Ok((rest, EventRule { pcr, kind, name, path, event_type, digests }))
    })(input)
}

/// The choices of a [`Reference`].
const GOLDEN: u8 = tag::context_constructed(0);
const ZERO: u8 = tag::context(1);
const LOG: u8 = tag::context(2);
