//! What a policy asks of a WebAuthn statement.

use super::policy_items::list;
use super::policy_list::PolicyItem;
use super::{PolicyBuilder, PolicyError, PolicyList};
use crate::crypto::{Crypto, CryptoError, HashAlgorithm};
#[cfg(feature = "std")]
use crate::wire::der_write::put;
use crate::wire::{
    Foreign, Parsed,
    der::{tag, utf8_string, within},
    in_field,
};

/// Whom a credential is for (WebAuthn Level 2, 4, "Relying Party").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "RP")]
pub struct RelyingParty<'a> {
    /// The RP ID, such as `example.org`.
    pub id: &'a str,
    /// The origins of which the client must have been at one, such as `https://login.example.org`; none, and they are not looked at.
    pub origins: PolicyList<'a, &'a str>,
}

impl RelyingParty<'_> {
    /// Whether the authenticator data are for it.
    pub(crate) fn is_hashed(&self, rp_id_hash: &[u8; 32], crypto: &dyn Crypto) -> Result<bool, CryptoError> {
        let digest = crypto.digest(HashAlgorithm::Sha256, &mut [self.id.as_bytes()].into_iter())?;
        Ok(digest.as_bytes() == rp_id_hash)
    }
}

impl PolicyBuilder<'_> {
    /// Relying parties have names, each its own, and nothing is asked of PCRs beside them.
    pub(crate) fn judge_relying_parties(&self) -> Result<(), PolicyError> {
        Foreign::BUILT.ok_or(PolicyError::NotBuilt)?;
        let empty = |party: RelyingParty<'_>| party.id.is_empty() || party.origins.iter().any(str::is_empty);
        let twice = self.relying_parties.repeated_by(|one, other| one.id == other.id);
        if self.relying_parties.iter().any(empty) || twice.is_some() {
            return Err(PolicyError::RelyingParty);
        }
        let events = &self.events;
        let quoted = !self.pcrs.is_empty()
            || !self.pcr_digests.is_empty()
            || !self.selection.is_empty()
            || !self.logs.is_empty()
            || !self.allow_resettable.is_empty()
            || self.allow_sha1_bank
            || self.require_safe_clock
            || !self.firmware_versions.is_empty()
            || self.firmware_version_min.is_some()
            || self.reset_count.is_some()
            || self.restart_count.is_some()
            || events.secure_boot.is_some()
            || !events.require.is_empty()
            || !events.allow.is_empty()
            || !events.allow_unknown.is_empty()
            || !events.require_seal.is_empty()
            || events.accept_any_boot
            || self.ima.accept_violations
            || !self.ima.padded_banks.is_empty();
        if quoted { Err(PolicyError::WebauthnBesideQuote) } else { Ok(()) }
    }
}

impl<'a> PolicyItem<'a> for RelyingParty<'a> {
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        within(tag::SEQUENCE, |input| {
            let (input, id) = in_field(&"RelyingParty.id", utf8_string)(input)?;
            let (input, origins) = in_field(&"RelyingParty.origins", list(tag::context_constructed(0)))(input)?;
            Ok((input, Self { id, origins }))
        })(input)
    }

    #[cfg(feature = "std")]
    fn encode(&self, out: &mut std::vec::Vec<u8>) {
        let mut content = std::vec::Vec::new();
        put(&mut content, tag::UTF8_STRING, self.id.as_bytes());
        self.origins.encode(tag::context_constructed(0), &mut content);
        put(out, tag::SEQUENCE, &content);
    }
}
