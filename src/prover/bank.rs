//! What a PCR holds in each bank, and what a log leads to.

use super::kdf::digest;
use crate::crypto::HashAlgorithm;
use crate::log::{Event, TcgLog};
use crate::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
use std::vec::Vec;

/// A value of the PCR, or what extends it, in one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bank {
    pub(super) algorithm: HashAlgorithm,
    pub(super) value: Vec<u8>,
}

impl Bank {
    pub(super) fn new(algorithm: HashAlgorithm, value: Vec<u8>) -> Self {
        Self { algorithm, value }
    }

    pub(super) fn as_digest(&self) -> TpmtHa<'_> {
        TpmtHa { hash_alg: TpmiAlgHash(self.algorithm.into()), digest: &self.value }
    }

    /// The PCRs of a dynamic launch are all ones before one (PC Client Platform TPM Profile 1.06, 4.7).
    pub(super) fn is_start(&self, pcr: u8) -> bool {
        let start = if (17..23).contains(&pcr) { 0xff } else { 0 };
        self.value.iter().all(|octet| *octet == start)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.value.iter().all(|octet| *octet == 0)
    }

    fn extend(&mut self, with: &[u8]) {
        self.value = digest(self.algorithm, &[&self.value, with]);
    }
}

/// What a log leads to from what the PCR held when it began, and what it leads to without its last event.
pub(super) fn replayed(
    log: &TcgLog<'_>,
    active: &[HashAlgorithm],
    start: &[(TpmAlgId, Vec<u8>)],
) -> (Vec<Bank>, Vec<Bank>) {
    let mut after: Vec<Bank> = active.iter().map(|bank| Bank::new(*bank, std::vec![0; bank.output_len()])).collect();
    for (algorithm, value) in start {
        if let Some(bank) = after.iter_mut().find(|bank| TpmAlgId::from(bank.algorithm) == *algorithm) {
            bank.value.clone_from(value);
        }
    }
    let mut before = after.clone();
    for event in log.events().filter(Event::extends) {
        before.clone_from(&after);
        for bank in &mut after {
            if let Some(digest) = event.digests.get(bank.algorithm.into()) {
                bank.extend(digest);
            }
        }
    }
    (after, before)
}
