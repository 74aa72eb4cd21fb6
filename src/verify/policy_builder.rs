//! How a policy is made.

use super::platforms::ATTESTATION_KEY;
use super::{
    Activation, Anchor, BankSelection, CertificateRules, EventRules, ImaRules, LogRule, PcrRule, Pin, Platform, Policy,
    PolicyError, PolicyList, Purpose, RelyingParty,
};
use crate::crypto::HashAlgorithm;

/// A policy in the making; what is not said is refused.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct PolicyBuilder<'a> {
    pub(crate) pins: PolicyList<'a, Pin<'a>>,
    pub(crate) activations: PolicyList<'a, Activation<'a>>,
    pub(crate) anchors: PolicyList<'a, Anchor<'a>>,
    pub(crate) platform: Option<&'static Platform>,
    pub(crate) certificate: CertificateRules<'a>,
    pub(crate) accept_unknown_attributes: bool,
    pub(crate) signature_hashes: PolicyList<'a, HashAlgorithm>,
    pub(crate) allow_sha1_bank: bool,
    pub(crate) allow_resettable: PolicyList<'a, u8>,
    pub(crate) pcr_digests: PolicyList<'a, &'a [u8]>,
    pub(crate) selection: PolicyList<'a, BankSelection>,
    pub(crate) pcrs: PolicyList<'a, PcrRule<'a>>,
    pub(crate) logs: PolicyList<'a, LogRule<'a>>,
    pub(crate) events: EventRules<'a>,
    pub(crate) ima: ImaRules<'a>,
    pub(crate) require_safe_clock: bool,
    pub(crate) firmware_versions: PolicyList<'a, u64>,
    pub(crate) firmware_version_min: Option<u64>,
    pub(crate) reset_count: Option<u32>,
    pub(crate) restart_count: Option<u32>,
    pub(crate) relying_parties: PolicyList<'a, RelyingParty<'a>>,
}

impl<'a> PolicyBuilder<'a> {
    pub(crate) fn new() -> Self {
        const SHA2: &[HashAlgorithm] = &[HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
        const PURPOSES: &[Purpose<'_>] = &[Purpose::Oid(ATTESTATION_KEY)];
        Self {
            pins: PolicyList::EMPTY,
            activations: PolicyList::EMPTY,
            anchors: PolicyList::EMPTY,
            platform: None,
            certificate: CertificateRules {
                purposes: PolicyList::new(PURPOSES),
                subjects: PolicyList::EMPTY,
                google: None,
                not_before_min: None,
                policies: PolicyList::EMPTY,
                require_crl: false,
            },
            accept_unknown_attributes: false,
            signature_hashes: PolicyList::new(SHA2),
            allow_sha1_bank: false,
            allow_resettable: PolicyList::EMPTY,
            pcr_digests: PolicyList::EMPTY,
            selection: PolicyList::EMPTY,
            pcrs: PolicyList::EMPTY,
            logs: PolicyList::EMPTY,
            events: EventRules {
                secure_boot: None,
                require: PolicyList::EMPTY,
                allow: PolicyList::EMPTY,
                allow_unknown: PolicyList::EMPTY,
                require_seal: PolicyList::EMPTY,
                accept_any_boot: false,
            },
            ima: ImaRules { padded_banks: PolicyList::EMPTY, accept_violations: false },
            require_safe_clock: false,
            firmware_versions: PolicyList::EMPTY,
            firmware_version_min: None,
            reset_count: None,
            restart_count: None,
            relying_parties: PolicyList::EMPTY,
        }
    }

    /// Trusts these keys.
    pub fn pinned(self, pins: &'a [Pin<'a>]) -> Self {
        Self { pins: PolicyList::new(pins), ..self }
    }

    /// Trusts the keys of these records of credential activation.
    pub fn activated(self, records: &'a [Activation<'a>]) -> Self {
        Self { activations: PolicyList::new(records), ..self }
    }

    /// Trusts keys that these anchors vouch for; they replace a platform's.
    pub fn anchors(self, anchors: &'a [Anchor<'a>]) -> Self {
        Self { anchors: PolicyList::new(anchors), ..self }
    }

    /// Trusts keys that the roots of this platform vouch for, by its rule for purposes.
    pub fn platform(self, platform: &'static Platform) -> Self {
        let certificate = CertificateRules { purposes: PolicyList::new(platform.purposes), ..self.certificate };
        Self { platform: Some(platform), certificate, ..self }
    }

    /// Asks this of the key's certificate. Call it after [`PolicyBuilder::platform`], whose purposes it replaces.
    pub fn certificate(self, certificate: CertificateRules<'a>) -> Self {
        Self { certificate, ..self }
    }

    /// The purposes that count unless [`PolicyBuilder::certificate`] names others.
    #[must_use]
    pub fn purposes(&self) -> PolicyList<'a, Purpose<'a>> {
        self.certificate.purposes
    }

    /// Accepts keys of which only the public key is known.
    pub fn accept_unknown_attributes(self, accept: bool) -> Self {
        Self { accept_unknown_attributes: accept, ..self }
    }

    /// Accepts signatures with these hash algorithms only; SHA-1 only if it is among them. At first: all of SHA-2.
    pub fn signature_hashes(self, hashes: &'a [HashAlgorithm]) -> Self {
        Self { signature_hashes: PolicyList::new(hashes), ..self }
    }

    /// Lets rules judge the SHA-1 bank.
    pub fn allow_sha1_bank(self, allow: bool) -> Self {
        Self { allow_sha1_bank: allow, ..self }
    }

    /// Lets rules judge these PCRs, which software can reset: of 16 to 23.
    pub fn allow_resettable(self, indices: &'a [u8]) -> Self {
        Self { allow_resettable: PolicyList::new(indices), ..self }
    }

    /// Asks for this selection, bank for bank, and for one of these digests of its values; instead of rules for PCRs.
    pub fn pcr_digests(self, selection: &'a [BankSelection], digests: &'a [&'a [u8]]) -> Self {
        Self { pcr_digests: PolicyList::new(digests), selection: PolicyList::new(selection), ..self }
    }

    /// Judges PCRs.
    pub fn pcrs(self, rules: &'a [PcrRule<'a>]) -> Self {
        Self { pcrs: PolicyList::new(rules), ..self }
    }

    /// Says which logs explain which PCRs, where that is not the firmware's alone.
    pub fn logs(self, rules: &'a [LogRule<'a>]) -> Self {
        Self { logs: PolicyList::new(rules), ..self }
    }

    /// Judges the events of the PCRs that logs explain.
    pub fn events(self, rules: EventRules<'a>) -> Self {
        Self { events: rules, ..self }
    }

    /// Judges the runtime list, where a log rule names it.
    pub fn ima(self, rules: ImaRules<'a>) -> Self {
        Self { ima: rules, ..self }
    }

    /// Refuses a clock that may have gone back.
    pub fn require_safe_clock(self, require: bool) -> Self {
        Self { require_safe_clock: require, ..self }
    }

    /// Accepts these versions of the TPM's firmware only.
    pub fn firmware_versions(self, versions: &'a [u64]) -> Self {
        Self { firmware_versions: PolicyList::new(versions), ..self }
    }

    /// Accepts this version of the TPM's firmware and higher numbers only.
    pub fn firmware_version_min(self, minimum: u64) -> Self {
        Self { firmware_version_min: Some(minimum), ..self }
    }

    /// Accepts this count of TPM Resets only.
    pub fn reset_count(self, count: u32) -> Self {
        Self { reset_count: Some(count), ..self }
    }

    /// Accepts this count of TPM Restarts only.
    pub fn restart_count(self, count: u32) -> Self {
        Self { restart_count: Some(count), ..self }
    }

    /// Judges WebAuthn statements, for one of these relying parties, and no quotes.
    pub fn relying_parties(self, parties: &'a [RelyingParty<'a>]) -> Self {
        Self { relying_parties: PolicyList::new(parties), ..self }
    }

    /// The policy.
    ///
    /// # Errors
    /// If it would accept everything or nothing, or relies on what does not carry.
    pub fn build(self) -> Result<Policy<'a>, PolicyError> {
        if self.pins.is_empty() && self.activations.is_empty() && self.anchors.is_empty() && self.platform.is_none() {
            return Err(PolicyError::NoKey);
        }
        if !self.accept_unknown_attributes && self.pins.iter().any(|pin| !matches!(pin, Pin::Name(_))) {
            return Err(PolicyError::UnknownAttributes);
        }
        self.judge_key()?;
        if self.relying_parties.is_empty() {
            self.judge_quote_rules()?;
        } else {
            self.judge_relying_parties()?;
        }
        Ok(Policy(self))
    }
}
