//! Where a certificate says that its revocation list is (RFC 5280, 4.2.1.13), and whether a list is that one.

use super::Certificate;
use super::certificate_extensions::{CRL_DISTRIBUTION_POINTS, find};
use super::revocation_list::Scope;
use crate::wire::der::{any, element, optional, tag};

/// Whether a list of the certificate's issuer with this scope is about the certificate. A list that is named as one distribution point's may be
/// a part, so it is about those certificates only that name the same point.
pub(crate) fn covers(scope: &Scope<'_>, certificate: &Certificate<'_>, is_leaf: bool) -> bool {
    if scope.only_users && !is_leaf || scope.only_authorities && is_leaf {
        return false;
    }
    let Some(listed) = scope.point else { return true };
    points(certificate).any(|names| elements(names).any(|name| elements(listed).any(|other| name == other)))
}

/// The first URI at which the certificate says that its revocation list is.
pub(crate) fn first_uri<'a>(certificate: &Certificate<'a>) -> Option<&'a [u8]> {
    points(certificate).flat_map(elements).find_map(|(kind, value)| (kind == URI).then_some(value))
}

/// The whole names of each point that is for all reasons, and that the issuer itself signs.
fn points<'a>(certificate: &Certificate<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let content = find(certificate.tbs, CRL_DISTRIBUTION_POINTS).map_or(&[][..], |found| found.value);
    let list = element(tag::SEQUENCE)(content).map_or(&[][..], |(_, content)| content);
    elements(list).filter_map(|(_, point)| {
        let (rest, name) = optional(tag::context_constructed(0))(point).ok()?;
        let (_, names) = element(tag::context_constructed(0))(name?).ok()?;
        rest.is_empty().then_some(names)
    })
}

/// The elements, one after the other: tag and content.
fn elements(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    core::iter::from_fn(move || {
        let (after, found) = any(rest).ok()?;
        rest = after;
        Some(found)
    })
}

/// `uniformResourceIdentifier` of a `GeneralName`.
const URI: u8 = tag::context(6);
