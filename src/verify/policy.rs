//! What the verifier accepts: which keys, which quotes, which values.

use super::{Activation, Anchor, CertificateRules, Platform, PolicyBuilder, PolicyList};
use crate::crypto::HashAlgorithm;

/// A policy that makes sense: it trusts some key and judges some PCR. Built by [`Policy::builder`] only.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "Appraisal Policy")]
pub struct Policy<'a>(pub(crate) PolicyBuilder<'a>);

impl<'a> Policy<'a> {
    /// Starts a policy that accepts nothing.
    pub fn builder() -> PolicyBuilder<'a> {
        PolicyBuilder::new()
    }

    pub(crate) fn pins(&self) -> PolicyList<'a, Pin<'a>> {
        self.0.pins
    }

    pub(crate) fn activations(&self) -> PolicyList<'a, Activation<'a>> {
        self.0.activations
    }

    /// The anchors: those given, or else the platform's.
    pub(crate) fn anchors(&self) -> Option<PolicyList<'a, Anchor<'a>>> {
        match (self.0.anchors.is_empty(), self.0.platform) {
            (true, None) => None,
            (true, Some(platform)) => Some(PolicyList::new(platform.roots)),
            (false, _) => Some(self.0.anchors),
        }
    }

    pub(crate) fn platform(&self) -> Option<&'static Platform> {
        self.0.platform
    }

    pub(crate) fn certificate_rules(&self) -> &CertificateRules<'a> {
        &self.0.certificate
    }
}

/// A key that the verifier knows already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pin<'a> {
    /// The Name of a key: its attributes are part of it.
    Name(&'a [u8]),
    /// A `SubjectPublicKeyInfo` in DER: nothing is known of the key's attributes.
    Spki(&'a [u8]),
    /// SHA-256 of that `SubjectPublicKeyInfo`.
    SpkiSha256([u8; 32]),
}

/// What one PCR must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcrRule<'a> {
    /// The bank.
    pub bank: HashAlgorithm,
    /// The number of the PCR.
    pub index: u8,
    /// Its reference.
    pub reference: Reference<'a>,
}

/// The reference of a PCR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "Reference Values")]
pub enum Reference<'a> {
    /// Any of these values.
    Golden(PolicyList<'a, &'a [u8]>),
    /// Zero in every byte.
    Zero,
    /// What its log leads to; each event of it must match a rule.
    Log,
}

impl<'a> PcrRule<'a> {
    /// The PCR must hold any of `values`.
    #[must_use]
    pub fn golden(bank: HashAlgorithm, index: u8, values: &'a [&'a [u8]]) -> Self {
        Self { bank, index, reference: Reference::Golden(PolicyList::new(values)) }
    }

    /// The PCR must hold zero in every byte.
    #[must_use]
    pub fn zero(bank: HashAlgorithm, index: u8) -> Self {
        Self { bank, index, reference: Reference::Zero }
    }

    /// The PCR must be explained by its log, and each event by a rule of [`super::EventRules`].
    #[must_use]
    pub fn log(bank: HashAlgorithm, index: u8) -> Self {
        Self { bank, index, reference: Reference::Log }
    }

    /// Whether it holds a value that is known; of a log, that is for the log to say.
    pub(crate) fn allows(&self, value: &[u8]) -> bool {
        match self.reference {
            Reference::Golden(values) => values.contains(&value),
            Reference::Zero => value.iter().all(|byte| *byte == 0),
            Reference::Log => false,
        }
    }
}

/// The PCRs of one bank, a bit each: PCR 0 is the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankSelection {
    /// The bank.
    pub bank: HashAlgorithm,
    /// The PCRs.
    pub pcrs: u32,
}
