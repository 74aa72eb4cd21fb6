//! A policy in DER: what a small machine reads without an allocator.

use super::policy_items::{ima, list, secure_boot};
use super::{
    CertificatePolicy, CertificateRules, EventRules, GoogleRule, Platform, Policy, PolicyBuilder, PolicyError,
    PolicyList, Time,
};
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Foreign, Parsed,
    der::{flag, maybe, number, tag, text, version_1, within},
    in_field, located,
};
use core::fmt;

/// Bytes that are no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyDerError {
    /// They are not what the grammar says.
    Decode(DecodeError),
    /// They are, and make no sense.
    Policy(PolicyError),
}

impl<'a> Policy<'a> {
    /// Reads a policy from all of `der`, where it stands: nothing is copied or allocated.
    ///
    /// ```asn1
    #[doc = include_str!("policy.asn1")]
    /// ```
    ///
    /// # Errors
    /// If the bytes are not exactly one policy in DER, or one that [`PolicyBuilder::build`] refuses.
    pub fn from_der(der: &'a [u8]) -> Result<Self, PolicyDerError> {
        let builder = located(der, within(tag::SEQUENCE, policy)).map_err(PolicyDerError::Decode)?;
        builder.build().map_err(PolicyDerError::Policy)
    }
}

const fn listed(number: u8) -> u8 {
    tag::context_constructed(number)
}

fn policy(input: &[u8]) -> Parsed<'_, PolicyBuilder<'_>> {
    let (input, ()) = in_field(&"Policy.version", version_1)(input)?;
    let (input, pins) = in_field(&"Policy.pinned", list(listed(0)))(input)?;
    let (input, activations) = in_field(&"Policy.activated", list(listed(1)))(input)?;
    let (input, anchors) = in_field(&"Policy.anchors", list(listed(2)))(input)?;
    let (input, platform) = in_field(&"Policy.platform", platform)(input)?;
    let (input, purposes) = in_field(&"Policy.purposes", list(listed(4)))(input)?;
    let (input, subjects) = in_field(&"Policy.subjects", list(listed(5)))(input)?;
    let (input, google) = in_field(&"Policy.google", maybe(listed(6), within(listed(6), google)))(input)?;
    let time = maybe(tag::context(7), Time::decode(tag::context(7)));
    let (input, not_before_min) = in_field(&"Policy.certificateNotBeforeMin", time)(input)?;
    let (input, accept_unknown_attributes) = in_field(&"Policy.acceptUnknownAttributes", flag(tag::context(8)))(input)?;
    let (input, signature_hashes) = in_field(&"Policy.signatureHashes", list(listed(9)))(input)?;
    let (input, allow_sha1_bank) = in_field(&"Policy.allowSha1Bank", flag(tag::context(10)))(input)?;
    let (input, allow_resettable) = in_field(&"Policy.allowResettable", list(listed(11)))(input)?;
    let (input, pcr_digests) = in_field(&"Policy.pcrDigests", list(listed(12)))(input)?;
    let (input, selection) = in_field(&"Policy.selection", list(listed(13)))(input)?;
    let (input, pcrs) = in_field(&"Policy.pcrs", list(listed(14)))(input)?;
    let (input, logs) = in_field(&"Policy.logs", list(listed(15)))(input)?;
    let (input, require_safe_clock) = in_field(&"Policy.requireSafeClock", flag(tag::context(16)))(input)?;
    let (input, firmware_versions) = in_field(&"Policy.firmwareVersions", list(listed(17)))(input)?;
    let (input, firmware_version_min) =
        in_field(&"Policy.firmwareVersionMin", optional_number(tag::context(18)))(input)?;
    let (input, reset_count) = in_field(&"Policy.resetCount", optional_number(tag::context(19)))(input)?;
    let (input, restart_count) = in_field(&"Policy.restartCount", optional_number(tag::context(20)))(input)?;
    let (input, events) = events(input)?;
    let more = maybe(listed(27), within(listed(27), certificate_rules));
    let (input, more) = in_field(&"Policy.certificateRules", more)(input)?;
    let (policies, require_crl) = more.unwrap_or_default();
    let relying_parties = foreign(listed(28), list(listed(28)));
    let (input, relying_parties) = in_field(&"Policy.relyingParties", relying_parties)(input)?;
    let ima = foreign(listed(30), within(listed(30), ima));
    let (input, ima) = in_field(&"Policy.ima", ima)(input)?;
    let certificate = CertificateRules { purposes, subjects, google, not_before_min, policies, require_crl };
    let builder = PolicyBuilder {
        pins,
        activations,
        anchors,
        platform,
        certificate,
        accept_unknown_attributes,
        signature_hashes,
        allow_sha1_bank,
        allow_resettable,
        pcr_digests,
        selection,
        pcrs,
        logs,
        events,
        ima: ima.unwrap_or_default(),
        require_safe_clock,
        firmware_versions,
        firmware_version_min,
        reset_count,
        restart_count,
        relying_parties: relying_parties.unwrap_or_default(),
    };
    Ok((input, builder))
}

/// What a policy may ask of foreign logs and evidence.
fn foreign<'a, T>(
    tag: u8,
    inner: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Option<T>> {
    maybe(tag, |input| {
        Foreign::built(input)?;
        inner(input)
    })
}

fn events(input: &[u8]) -> Parsed<'_, EventRules<'_>> {
    let boot = maybe(listed(21), within(listed(21), secure_boot));
    let (input, secure_boot) = in_field(&"Policy.secureBoot", boot)(input)?;
    let (input, require) = in_field(&"Policy.require", list(listed(22)))(input)?;
    let (input, allow) = in_field(&"Policy.allow", list(listed(23)))(input)?;
    let (input, allow_unknown) = in_field(&"Policy.allowUnknown", list(listed(24)))(input)?;
    let (input, require_seal) = in_field(&"Policy.requireSeal", list(listed(25)))(input)?;
    let (input, accept_any_boot) = in_field(&"Policy.acceptAnyBoot", flag(tag::context(26)))(input)?;
    Ok((input, EventRules { secure_boot, require, allow, allow_unknown, require_seal, accept_any_boot }))
}

/// Never empty: it is left out where it would be.
fn certificate_rules(input: &[u8]) -> Parsed<'_, (PolicyList<'_, CertificatePolicy<'_>>, bool)> {
    let (rest, policies) = in_field(&"CertificateRules.policies", list(listed(0)))(input)?;
    let (rest, require_crl) = in_field(&"CertificateRules.requireCrl", flag(tag::context(1)))(rest)?;
    if policies.is_empty() && !require_crl {
        return Err(Fault::new(input, DecodeErrorKind::NotDer("rules that ask for nothing, which are left out")));
    }
    Ok((rest, (policies, require_crl)))
}

fn platform(input: &[u8]) -> Parsed<'_, Option<&'static Platform>> {
    match text(tag::context(3))(input)? {
        (rest, Some(name)) => match Platform::by_name(name) {
            Some(platform) => Ok((rest, Some(platform))),
            None => Err(Fault::new(input, DecodeErrorKind::NotDer("a platform of no known name"))),
        },
        (rest, None) => Ok((rest, None)),
    }
}

fn google(input: &[u8]) -> Parsed<'_, GoogleRule<'_>> {
    let (input, project) = in_field(&"GoogleRule.project", text(tag::context(0)))(input)?;
    let (input, zone) = in_field(&"GoogleRule.zone", text(tag::context(1)))(input)?;
    let (input, instance) = in_field(&"GoogleRule.instance", text(tag::context(2)))(input)?;
    Ok((input, GoogleRule { project, zone, instance }))
}

fn optional_number<'a, T: TryFrom<u64> + 'a>(tag: u8) -> impl FnOnce(&'a [u8]) -> Parsed<'a, Option<T>> {
    maybe(tag, number(tag))
}

impl fmt::Display for PolicyDerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::Policy(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for PolicyDerError {}
