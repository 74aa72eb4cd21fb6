//! The replay of a runtime list: what its entries extended each bank with, and up to which entry a quote covers it.

use super::replay::{LogPart, Replay, ReplayError};
use super::{PcrValue, PcrValues, bit};
use crate::crypto::{Crypto, CryptoError, Digest, HashAlgorithm};
use crate::log::{EventLog, ImaEntry};
use crate::structures::TpmAlgId;

impl ImaEntry<'_> {
    /// What this entry extended a bank with.
    pub(crate) fn extended(&self, bank: HashAlgorithm, crypto: &dyn Crypto) -> Result<Digest, CryptoError> {
        let mut octets = [0; 64];
        if self.is_violation() {
            octets.fill(0xff);
        } else {
            let padded = self.pads(bank.into());
            let hash = if padded { HashAlgorithm::Sha1 } else { bank };
            let digest = crypto.digest(hash, &mut self.hashed().into_iter())?;
            if !padded {
                return Ok(digest);
            }
            octets = *digest.padded();
        }
        // As long as the bank's digests, so that it is one.
        let octets = octets.get(..bank.output_len()).unwrap_or_default();
        Digest::new(bank, octets).ok_or(CryptoError::UnsupportedHash(bank))
    }

    /// Whether the digest that the list has of this entry is that of its data.
    pub(crate) fn is_consistent(&self, crypto: &dyn Crypto) -> Result<bool, CryptoError> {
        if self.is_violation() {
            return Ok(true);
        }
        let bank = HashAlgorithm::try_from(self.algorithm())?;
        Ok(self.extended(bank, crypto)?.as_bytes() == self.recorded_digest())
    }
}

impl Replay {
    /// Replays a runtime list, up to the entry at which the quote was made. Gives how many entries count.
    #[inline(never)]
    pub(crate) fn run_list(
        &mut self,
        part: &LogPart<'_>,
        crypto: &dyn Crypto,
        quoted: Option<PcrValues<'_>>,
    ) -> Result<u32, ReplayError> {
        let until = Until::of(part, quoted)?;
        for event in part.events() {
            let Some(entry) = event.ima() else { continue };
            if !entry.is_consistent(crypto).map_err(ReplayError::Crypto)? {
                return Err(ReplayError::RuntimeList { event: event.index, rule: INCONSISTENT });
            }
            self.extend_entry(event.register(), &entry, crypto).map_err(ReplayError::Crypto)?;
            if until.reached(self, event.register()) {
                return Ok(u32::try_from(event.index).unwrap_or(u32::MAX).saturating_add(1));
            }
        }
        Ok(u32::MAX)
    }

    fn extend_entry(&mut self, register: u32, entry: &ImaEntry<'_>, crypto: &dyn Crypto) -> Result<(), CryptoError> {
        self.mark(register);
        for (bank, place) in self.values_mut(register) {
            let digest = entry.extended(bank, crypto)?;
            let value = place.get(..bank.output_len()).unwrap_or_default();
            let after = crypto.digest(bank, &mut [value, digest.as_bytes()].into_iter())?;
            *place = *after.padded();
        }
        Ok(())
    }
}

const INCONSISTENT: &str = "the digest that the list has of it is not that of its data: a name or a digest was changed, or it is the list of a \
                            bank that the kernel cannot hash for, which the policy names in logs.ima_padded_banks";

/// The quoted values of the registers that a list extends: where all of one bank are reached, the quote was made.
#[derive(Debug)]
struct Until<'a> {
    values: heapless::Vec<PcrValue<'a>, MAX_VALUES>,
}

/// Two registers in four banks. Lists extend one.
const MAX_VALUES: usize = 8;

impl<'a> Until<'a> {
    /// Of `quoted`, those that the list of `part` extends; nothing is reached by another log.
    fn of(part: &LogPart<'_>, quoted: Option<PcrValues<'a>>) -> Result<Self, ReplayError> {
        let mut values = heapless::Vec::new();
        let (EventLog::Ima(_), Some(quoted)) = (&part.log, quoted) else { return Ok(Self { values }) };
        let own = part.events().fold(0, |bits, event| bits | bit(event.register()));
        for value in quoted.iter().filter(|value| own & bit(value.index.into()) != 0) {
            if HashAlgorithm::try_from(value.bank).is_ok() && values.push(value).is_err() {
                let rule = "a list extends two registers at most that are quoted";
                return Err(ReplayError::RuntimeList { event: 0, rule });
            }
        }
        Ok(Self { values })
    }

    /// Whether the replay holds what was quoted, after an event of `register`, in one bank at least.
    fn reached(&self, replay: &Replay, register: u32) -> bool {
        let holds = |value: &PcrValue<'_>| {
            let bank = HashAlgorithm::try_from(value.bank);
            bank.is_ok_and(|bank| replay.value(bank, value.index) == Some(value.value))
        };
        let all_of = |bank: TpmAlgId| self.values.iter().filter(|value| value.bank == bank).all(holds);
        self.values.iter().any(|value| u32::from(value.index) == register && holds(value) && all_of(value.bank))
    }
}
