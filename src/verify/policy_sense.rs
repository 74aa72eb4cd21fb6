//! Whether what a builder was told makes a policy: one that accepts something, and not everything.

use super::{GoogleRule, PcrRule, Pin, PolicyBuilder, PolicyError, Reference};
use crate::crypto::HashAlgorithm;
use crate::structures::TpmAlgId;

impl PolicyBuilder<'_> {
    /// What is asked of a quote makes sense.
    pub(crate) fn judge_quote_rules(&self) -> Result<(), PolicyError> {
        match (self.pcr_digests.is_empty(), self.selection.is_empty(), self.pcrs.is_empty()) {
            (true, _, true) => return Err(PolicyError::Empty),
            (true, false, _) => return Err(PolicyError::SelectionBesidePcrs),
            (true, ..) => {}
            (_, _, false) => return Err(PolicyError::DigestAndPcrs),
            (_, true, _) => return Err(PolicyError::NoSelection),
            _ => {
                let sizes = [20, 32, 48, 64];
                if let Some(wrong) = self.pcr_digests.iter().find(|digest| !sizes.contains(&digest.len())) {
                    return Err(PolicyError::WrongLength(wrong.len()));
                }
            }
        }
        if !self.pcr_digests.is_empty() && self.selection.iter().all(|bank| bank.pcrs == 0) {
            return Err(PolicyError::Empty);
        }
        for selected in self.selection.iter() {
            for index in (0..32u8).filter(|index| selected.pcrs & (1u32 << index) != 0) {
                self.judge_place(selected.bank, index)?;
            }
        }
        if let Some(selected) = self.selection.repeated_by(|one, other| one.bank == other.bank) {
            return Err(PolicyError::DuplicateBank(selected.bank));
        }
        let never = self.allow_resettable.iter().find(|index| !(16..24).contains(index));
        if let Some(index) = never.or(self.allow_resettable.repeated()) {
            return Err(PolicyError::Resettable(index));
        }
        self.pcrs.iter().try_for_each(|rule| self.judge_rule(&rule))?;
        let same = |one: &PcrRule<'_>, other: &PcrRule<'_>| one.bank == other.bank && one.index == other.index;
        if let Some(PcrRule { bank, index, .. }) = self.pcrs.repeated_by(same) {
            return Err(PolicyError::DuplicateRule { bank, index });
        }
        self.judge_logs()?;
        self.judge_events()
    }

    /// What is asked of a key makes sense.
    pub(crate) fn judge_key(&self) -> Result<(), PolicyError> {
        let name = |pin: &Pin<'_>| match pin {
            Pin::Name(name) => Some(name_fits(name)),
            _ => None,
        };
        if self.pins.iter().any(|pin| name(&pin) == Some(false)) {
            return Err(PolicyError::PinName);
        }
        if self.anchors.is_empty() && self.platform.is_none() {
            for (asked, rule) in [
                (self.certificate.require_crl, "key.require_crl"),
                (!self.certificate.policies.is_empty(), "key.certificate_policy"),
            ] {
                if asked {
                    return Err(PolicyError::NoAuthority(rule));
                }
            }
        }
        match self.certificate.google {
            Some(rule) if rule == GoogleRule::default() => Err(PolicyError::EmptyGoogle),
            _ => Ok(()),
        }
    }

    fn judge_rule(&self, rule: &PcrRule<'_>) -> Result<(), PolicyError> {
        let PcrRule { bank, index, reference } = *rule;
        self.judge_place(bank, index)?;
        match reference {
            Reference::Golden(values) if values.is_empty() => Err(PolicyError::EmptyGolden { bank, index }),
            Reference::Golden(values) => match values.iter().find(|value| value.len() != bank.output_len()) {
                Some(wrong) => Err(PolicyError::GoldenLength { bank, index, found: wrong.len() }),
                None => Ok(()),
            },
            Reference::Zero | Reference::Log => Ok(()),
        }
    }

    fn judge_place(&self, bank: HashAlgorithm, index: u8) -> Result<(), PolicyError> {
        if index >= 24 {
            return Err(PolicyError::PcrIndex(index));
        }
        if index >= 16 && !self.allow_resettable.contains(&index) {
            return Err(PolicyError::ResettablePcr(index));
        }
        if bank == HashAlgorithm::Sha1 && !self.allow_sha1_bank {
            return Err(PolicyError::Sha1Bank);
        }
        Ok(())
    }
}

/// An algorithm, and a digest of its length.
pub(crate) fn name_fits(name: &[u8]) -> bool {
    let Some((algorithm, digest)) = name.split_first_chunk::<2>() else { return false };
    let algorithm = TpmAlgId(u16::from_be_bytes(*algorithm));
    HashAlgorithm::try_from(algorithm).is_ok_and(|hash| hash.output_len() == digest.len())
}
