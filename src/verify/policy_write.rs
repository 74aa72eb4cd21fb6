//! A policy in DER, written.

use super::Policy;
use super::policy_items::{put_ima, put_secure_boot};
use crate::wire::der::tag;
use crate::wire::der_write::{flag_in, put, put_text, tlv, unsigned};
use std::vec::Vec;

impl Policy<'_> {
    /// The policy in DER, as [`Policy::from_der`] reads it: all that it says, and nothing else.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let policy = &self.0;
        let listed = tag::context_constructed;
        let mut out = tlv(tag::INTEGER, &[1]);
        policy.pins.encode(listed(0), &mut out);
        policy.activations.encode(listed(1), &mut out);
        policy.anchors.encode(listed(2), &mut out);
        put_text(&mut out, tag::context(3), policy.platform.map(|platform| platform.name));
        policy.certificate.purposes.encode(listed(4), &mut out);
        policy.certificate.subjects.encode(listed(5), &mut out);
        if let Some(google) = &policy.certificate.google {
            let mut content = Vec::new();
            for (number, text) in (0..).zip([google.project, google.zone, google.instance]) {
                put_text(&mut content, tag::context(number), text);
            }
            put(&mut out, listed(6), &content);
        }
        if let Some(time) = policy.certificate.not_before_min {
            out.extend(time.to_der(tag::context(7)));
        }
        flag_in(&mut out, tag::context(8), policy.accept_unknown_attributes);
        policy.signature_hashes.encode(listed(9), &mut out);
        flag_in(&mut out, tag::context(10), policy.allow_sha1_bank);
        policy.allow_resettable.encode(listed(11), &mut out);
        policy.pcr_digests.encode(listed(12), &mut out);
        policy.selection.encode(listed(13), &mut out);
        policy.pcrs.encode(listed(14), &mut out);
        policy.logs.encode(listed(15), &mut out);
        flag_in(&mut out, tag::context(16), policy.require_safe_clock);
        policy.firmware_versions.encode(listed(17), &mut out);
        let counts = [
            (18, policy.firmware_version_min),
            (19, policy.reset_count.map(u64::from)),
            (20, policy.restart_count.map(u64::from)),
        ];
        for (number, count) in counts {
            if let Some(count) = count {
                put(&mut out, tag::context(number), &unsigned(count));
            }
        }
        if let Some(rules) = &policy.events.secure_boot {
            let mut content = Vec::new();
            put_secure_boot(rules, &mut content);
            put(&mut out, listed(21), &content);
        }
        policy.events.require.encode(listed(22), &mut out);
        policy.events.allow.encode(listed(23), &mut out);
        policy.events.allow_unknown.encode(listed(24), &mut out);
        policy.events.require_seal.encode(listed(25), &mut out);
        flag_in(&mut out, tag::context(26), policy.events.accept_any_boot);
        let mut content = Vec::new();
        policy.certificate.policies.encode(listed(0), &mut content);
        flag_in(&mut content, tag::context(1), policy.certificate.require_crl);
        if !content.is_empty() {
            put(&mut out, listed(27), &content);
        }
        policy.relying_parties.encode(listed(28), &mut out);
        let mut content = Vec::new();
        put_ima(&policy.ima, &mut content);
        if !content.is_empty() {
            put(&mut out, listed(30), &content);
        }
        tlv(tag::SEQUENCE, &out)
    }
}
