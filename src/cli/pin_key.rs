//! The key of a proof, as a policy that is made of the proof will name it.

use super::error::CliError;
use crate::crypto::SOFTWARE;
use crate::proof::Proof;
use crate::verify::{
    Anchor, CertificateError, CertificateRules, KeyIdentity, Pin, Platform, PolicyBuilder, PolicyList,
    RevocationStatus, Time, Trust, TrustedKey, VerifyError,
};
use crate::wire::Hex;
use core::fmt::Write;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// Why the key will be trusted.
#[derive(Debug)]
pub(crate) struct KeyToPin<'k> {
    reason: Reason,
    roots: &'k [Vec<u8>],
    /// The lists that were given say of all its certificates that they are not revoked.
    not_revoked: bool,
}

#[derive(Debug)]
enum Reason {
    /// Its chain ends at a root of a platform.
    Platform(&'static Platform),
    /// Its chain ends at a root that was given.
    Root([u8; 32]),
    /// Nobody vouches for it, for this reason: it is taken as it is.
    FirstUse { identity: KeyIdentity, reason: String },
}

impl<'k> KeyToPin<'k> {
    /// The best reason that there is.
    pub(crate) fn of(proof: &'k Proof<'k>, roots: &'k [Vec<u8>], time: Time) -> Result<Self, CliError> {
        let key = &proof.evidence().key;
        let given: Vec<Anchor<'_>> = roots.iter().map(|der| Anchor::Certificate(der)).collect();
        let mut reason = String::from("the proof has no certificate of it");
        let (mut not_revoked, mut revoked) = (false, None);
        let mut certified = |anchors: &[Anchor<'k>], purposes| {
            let rules = CertificateRules { purposes, ..CertificateRules::default() };
            match TrustedKey::certified(key, anchors, &rules, time, &SOFTWARE) {
                Ok(trusted) => match trusted.trust() {
                    Trust::Certified(chain) => {
                        not_revoked = chain.revocation() == RevocationStatus::NotRevoked;
                        Some(*chain.root_sha256())
                    }
                    _ => None,
                },
                Err(error) => {
                    if matches!(error, VerifyError::Certificate(CertificateError::Revoked { .. })) {
                        revoked = Some(error.to_string());
                    }
                    if !key.certificates().is_empty() {
                        reason = error.to_string();
                    }
                    None
                }
            }
        };
        for platform in Platform::ALL {
            let anchors = if roots.is_empty() { platform.roots } else { &given };
            let root = certified(anchors, PolicyList::new(platform.purposes));
            if root.is_some_and(|root| platform.roots.contains(&Anchor::CertificateSha256(root))) {
                return Ok(Self { reason: Reason::Platform(platform), roots, not_revoked });
            }
        }
        if !roots.is_empty()
            && let Some(root) = certified(&given, PolicyBuilder::new().purposes())
        {
            return Ok(Self { reason: Reason::Root(root), roots, not_revoked });
        }
        // Somebody has taken back what would vouch for it: that is worse than nobody's word.
        if let Some(reason) = revoked {
            return Err(CliError::Evidence(format!("the proof is rejected, and no policy is made of it: {reason}")));
        }
        match TrustedKey::pinned(key, &[], &SOFTWARE) {
            Err(VerifyError::UnknownKey(identity)) => {
                Ok(Self { reason: Reason::FirstUse { identity, reason }, roots, not_revoked: false })
            }
            Err(error) => {
                Err(CliError::Evidence(format!("the proof is rejected, and no policy is made of it: {error}")))
            }
            Ok(_) => Err(CliError::Evidence("the proof names no key".into())),
        }
    }

    /// Whether the root has to be there when the policy is used.
    pub(crate) fn is_certified(&self) -> bool {
        !matches!(self.reason, Reason::FirstUse { .. })
    }

    /// A policy that trusts the key for this reason.
    pub(crate) fn with<T>(&self, builder: &PolicyBuilder<'_>, then: impl FnOnce(&PolicyBuilder<'_>) -> T) -> T {
        let given: Vec<Anchor<'_>> = self.roots.iter().map(|der| Anchor::Certificate(der)).collect();
        match &self.reason {
            Reason::Platform(platform) => then(&builder.platform(platform).anchors(&given)),
            Reason::Root(_) => then(&builder.anchors(&given)),
            Reason::FirstUse { identity, .. } => match identity {
                KeyIdentity::Name(name) => then(&builder.pinned(&[Pin::Name(name.as_bytes())])),
                KeyIdentity::SpkiSha256(digest) => {
                    then(&builder.pinned(&[Pin::SpkiSha256(*digest)]).accept_unknown_attributes(true))
                }
            },
        }
    }

    /// The table `[key]`.
    pub(crate) fn write(&self, out: &mut String) {
        for note in self.notes() {
            let _ = writeln!(out, "# {}", note.replace(|c: char| c.is_control(), " "));
        }
        out.push_str("[key]\n");
        let _ = match &self.reason {
            Reason::Platform(platform) => writeln!(out, "platform = \"{}\"", platform.name),
            Reason::Root(root) => writeln!(out, "roots = [\"cert-sha256:{}\"]", Hex(root)),
            Reason::FirstUse { identity: KeyIdentity::Name(name), .. } => writeln!(out, "pinned = [\"name:{name}\"]"),
            Reason::FirstUse { identity: KeyIdentity::SpkiSha256(digest), .. } => {
                writeln!(out, "pinned = [\"spki-sha256:{}\"]\naccept_unknown_attributes = true", Hex(digest))
            }
        };
        if self.not_revoked {
            out.push_str("require_crl = true\n");
        }
    }

    /// What whoever uses the policy should know of it.
    pub(crate) fn notes(&self) -> Vec<String> {
        match &self.reason {
            Reason::Platform(_) | Reason::Root(_) => std::vec![
                "any machine whose key this authority certifies will do; key.pinned, key.subject or key.google narrow it"
                    .to_string()
            ],
            Reason::FirstUse { identity, reason } => {
                let mut notes = std::vec![format!(
                    "nothing vouches for this attestation key: it is taken on first use, because {reason}"
                )];
                if matches!(identity, KeyIdentity::SpkiSha256(_)) {
                    notes.push("the proof has no TPMT_PUBLIC, and so nobody knows whether the key signs only what its TPM made".into());
                }
                notes
            }
        }
    }
}
