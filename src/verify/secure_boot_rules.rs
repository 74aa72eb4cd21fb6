//! From Secure Boot as it was measured to whether a policy accepts it, and which events of PCR 7 it accounts for.

use super::event_rules::{SecureBootRules, contains};
use super::secure_boot::{Configuration, KeyVariable, SECURITY, place};
use super::{LogsError, Measured, PolicyList};
use crate::crypto::HashAlgorithm;
use crate::log::{EventData, SignatureEntry, SignatureLists, TcgEventType};
use crate::structures::TpmtHa;

/// The events after the separator that entries of db may account for.
const MAX_AUTHORITIES: usize = 64;

impl<'a> SecureBootRules<'a> {
    /// On, with the keys that are named, and with the revocations that are asked. `authorities` are the digests of the events after the
    /// separator.
    pub(crate) fn judge(
        &self,
        boot: &Configuration<'a>,
        mut authorities: impl Iterator<Item = &'a [u8]>,
        bank: HashAlgorithm,
    ) -> Result<(), LogsError<'a>> {
        if !boot.enabled {
            return Err(LogsError::SecureBootOff);
        }
        for (name, known, found) in [("PK", self.pk, boot.pk), ("KEK", self.kek, boot.kek), ("db", self.db, boot.db)] {
            if !known.is_empty() && !contains(&known, bank.into(), found.digest) {
                return Err(LogsError::SecureBootKey { variable: name, bank, found: found.digest });
            }
        }
        if !self.authority.is_empty() && !authorities.any(|digest| contains(&self.authority, bank.into(), digest)) {
            return Err(LogsError::NoAuthority(bank));
        }
        match self.dbx_min.iter().find(|digest| !revokes(&boot.dbx, digest)) {
            Some(missing) => Err(LogsError::NotRevoked(missing.digest)),
            None => Ok(()),
        }
    }

    /// Whether an event of PCR 7, the one at `place` of its events, says no more than that Secure Boot is as it was judged.
    pub(crate) fn account_for(&self, boot: &Configuration<'a>, at: usize, event: &Measured<'a>) -> bool {
        if at >= boot.before && !self.authority.is_empty() {
            return contains(&self.authority, event.bank.into(), event.digest);
        }
        let decoded = event.data().map(|data| EventData::decode(TcgEventType::EFI_VARIABLE_DRIVER_CONFIG, data));
        let Some(Ok(EventData::Variable(variable))) = decoded else { return false };
        if at < boot.before {
            return place(&variable).is_some();
        }
        // A machine has few; each costs a search of its db.
        if self.accept_any_keys || at > boot.before.saturating_add(MAX_AUTHORITIES) {
            return self.accept_any_keys;
        }
        let entry = variable.data.split_first_chunk().filter(|_| variable.name.is("db") && variable.vendor == SECURITY);
        entry.is_some_and(|(owner, data)| entries(&boot.db).any(|known| known.owner.0 == *owner && known.data == data))
    }

    /// Whether it says whose software booted.
    pub(crate) fn anchors_boot(&self) -> bool {
        !self.accept_any_keys && [self.db, self.authority].iter().any(|list| !list.is_empty())
    }

    /// The lists that hold digests of events.
    pub(crate) fn lists(&self) -> [PolicyList<'a, TpmtHa<'a>>; 4] {
        [self.pk, self.kek, self.db, self.authority]
    }
}

fn entries<'a>(variable: &KeyVariable<'a>) -> impl Iterator<Item = SignatureEntry<'a>> + use<'a> {
    let lists: SignatureLists<'a> = variable.variable.signature_lists();
    lists.filter_map(Result::ok)
}

fn revokes(dbx: &KeyVariable<'_>, digest: &TpmtHa<'_>) -> bool {
    entries(dbx).any(|entry| entry.kind == SignatureEntry::SHA256 && entry.data == digest.digest)
}
