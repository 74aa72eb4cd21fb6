//! A policy as a file holds it, owned, and lent to the verifier.

use super::policy_events::{OwnedEvents, OwnedLogs};
use super::policy_text::{OwnedAnchor, OwnedPin};
use super::policy_webauthn::OwnedRelyingParty;
use crate::crypto::HashAlgorithm;
use crate::verify::{
    Activation, Anchor, BankSelection, CertificatePolicy, CertificateRules, GoogleRule, LogRule, PcrRule, Pin,
    Platform, Policy, PolicyError, PolicyList, Purpose, RelyingParty, Time,
};
use std::string::String;
use std::vec::Vec;

/// A policy that was read: [`PolicyFile::with`] lends it as one.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the policy's own")]
pub(crate) struct PolicyFile {
    pub(crate) platform: Option<&'static Platform>,
    pub(crate) roots: Vec<OwnedAnchor>,
    /// `--root` was given: the policy's own anchors do not count.
    pub(crate) replaced: bool,
    pub(crate) pins: Vec<OwnedPin>,
    /// Records of credential activation, in DER.
    pub(crate) activations: Vec<Vec<u8>>,
    /// Object identifiers; `None` is a certificate without purposes.
    pub(crate) purposes: Option<Vec<Option<Vec<u8>>>>,
    pub(crate) subjects: Vec<String>,
    pub(crate) google: Option<Google>,
    pub(crate) not_before_min: Option<Time>,
    /// Object identifiers.
    pub(crate) certificate_policies: Vec<Vec<u8>>,
    pub(crate) require_crl: bool,
    pub(crate) accept_unknown_attributes: bool,
    pub(crate) signature_hashes: Option<Vec<HashAlgorithm>>,
    pub(crate) allow_sha1_bank: bool,
    pub(crate) allow_resettable: Vec<u8>,
    pub(crate) pcr_digests: Vec<Vec<u8>>,
    pub(crate) selection: Vec<BankSelection>,
    pub(crate) require_safe_clock: bool,
    pub(crate) firmware_versions: Vec<u64>,
    pub(crate) firmware_version_min: Option<u64>,
    pub(crate) reset_count: Option<u32>,
    pub(crate) restart_count: Option<u32>,
    pub(crate) pcrs: Vec<(HashAlgorithm, u8, OwnedReference)>,
    pub(crate) logs: OwnedLogs,
    pub(crate) events: OwnedEvents,
    pub(crate) relying_party: Option<OwnedRelyingParty>,
}

/// An owned [`GoogleRule`].
#[derive(Debug, Default)]
pub(crate) struct Google {
    pub(crate) project: Option<String>,
    pub(crate) zone: Option<String>,
    pub(crate) instance: Option<String>,
}

/// An owned [`crate::verify::Reference`].
#[derive(Debug)]
pub(crate) enum OwnedReference {
    Golden(Vec<Vec<u8>>),
    Zero,
    Log,
}

impl PolicyFile {
    /// Takes `certificates` for anchors instead of those that the policy names.
    pub(crate) fn replace_roots(&mut self, certificates: Vec<Vec<u8>>) {
        self.replaced = true;
        self.roots = certificates.into_iter().map(OwnedAnchor::Certificate).collect();
    }

    /// The PCRs that logs are to explain, in whatever bank, a bit each.
    pub(crate) fn logged(&self) -> u32 {
        let logged = self.pcrs.iter().filter(|(_, _, reference)| matches!(reference, OwnedReference::Log));
        logged.fold(0, |bits, (_, index, _)| bits | 1 << index)
    }

    /// Lends the policy to `verify`, if it is one.
    pub(crate) fn with<T>(&self, verify: impl FnOnce(&Policy<'_>) -> T) -> Result<T, PolicyError> {
        let mut anchors: Vec<Anchor<'_>> = self.roots.iter().map(OwnedAnchor::lend).collect();
        let pins: Vec<Pin<'_>> = self.pins.iter().map(OwnedPin::lend).collect();
        let subjects: Vec<&str> = self.subjects.iter().map(String::as_str).collect();
        let digests = slices(&self.pcr_digests);
        let purposes: Option<Vec<Purpose<'_>>> = self
            .purposes
            .as_ref()
            .map(|purposes| purposes.iter().map(|oid| oid.as_deref().map_or(Purpose::Absent, Purpose::Oid)).collect());
        // They were read before.
        let activations: Vec<Activation<'_>> =
            self.activations.iter().filter_map(|der| Activation::from_der(der).ok()).collect();
        let mut builder = Policy::builder();
        if let Some(platform) = self.platform {
            if !self.replaced {
                anchors.extend_from_slice(platform.roots);
            }
            builder = builder.platform(platform);
        }
        let policies: Vec<CertificatePolicy<'_>> =
            self.certificate_policies.iter().map(|oid| CertificatePolicy(oid)).collect();
        let rules = CertificateRules {
            purposes: purposes.as_deref().map_or(builder.purposes(), PolicyList::new),
            subjects: PolicyList::new(&subjects),
            google: self.google.as_ref().map(|google| GoogleRule {
                project: google.project.as_deref(),
                zone: google.zone.as_deref(),
                instance: google.instance.as_deref(),
            }),
            not_before_min: self.not_before_min,
            policies: PolicyList::new(&policies),
            require_crl: self.require_crl,
        };
        let golden: Vec<Vec<&[u8]>> = self
            .pcrs
            .iter()
            .map(|(_, _, reference)| match reference {
                OwnedReference::Golden(values) => slices(values),
                OwnedReference::Zero | OwnedReference::Log => Vec::new(),
            })
            .collect();
        let pcrs: Vec<PcrRule<'_>> = self
            .pcrs
            .iter()
            .zip(&golden)
            .map(|((bank, index, reference), values)| match reference {
                OwnedReference::Golden(_) => PcrRule::golden(*bank, *index, values),
                OwnedReference::Zero => PcrRule::zero(*bank, *index),
                OwnedReference::Log => PcrRule::log(*bank, *index),
            })
            .collect();
        let logs: Vec<LogRule<'_>> =
            self.logs.rules.iter().map(|(pcrs, logs)| LogRule { pcrs: *pcrs, logs: PolicyList::new(logs) }).collect();
        let (id, origins) = match &self.relying_party {
            Some(party) => (Some(&party.id[..]), party.origins.iter().map(String::as_str).collect()),
            None => (None, Vec::new()),
        };
        let parties: Vec<RelyingParty<'_>> =
            id.map(|id| RelyingParty { id, origins: PolicyList::new(&origins) }).into_iter().collect();
        builder = builder
            .relying_parties(&parties)
            .anchors(&anchors)
            .pinned(&pins)
            .activated(&activations)
            .certificate(rules)
            .accept_unknown_attributes(self.accept_unknown_attributes)
            .allow_sha1_bank(self.allow_sha1_bank)
            .allow_resettable(&self.allow_resettable)
            .pcr_digests(&self.selection, &digests)
            .pcrs(&pcrs)
            .logs(&logs)
            .ima(self.logs.ima())
            .require_safe_clock(self.require_safe_clock)
            .firmware_versions(&self.firmware_versions);
        if let Some(hashes) = &self.signature_hashes {
            builder = builder.signature_hashes(hashes);
        }
        if let Some(minimum) = self.firmware_version_min {
            builder = builder.firmware_version_min(minimum);
        }
        if let Some(count) = self.reset_count {
            builder = builder.reset_count(count);
        }
        if let Some(count) = self.restart_count {
            builder = builder.restart_count(count);
        }
        self.events.with(|events| Ok(verify(&builder.events(events).build()?)))
    }
}

fn slices(values: &[Vec<u8>]) -> Vec<&[u8]> {
    values.iter().map(Vec::as_slice).collect()
}
