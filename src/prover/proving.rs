//! A proof, out of what a TPM quoted and what stands beside it.

use super::{Chain, Key, Quoted};
use crate::crypto::{HashAlgorithm, SOFTWARE};
use crate::proof::ProofBuilder;
use crate::verify::{LogName, LogPart, PcrValue, Replay};
use std::vec::Vec;

impl Quoted {
    /// The proof so far: the quote, its values, the key and its certificates. Logs and attachments are for the caller to add.
    #[must_use]
    pub fn into_proof(self, key: &Key, chain: &Chain) -> ProofBuilder {
        let mut proof = ProofBuilder::new(&self.attestation, &self.signature).key_public(key.public());
        for value in &self.values {
            proof = proof.pcr(PcrValue { bank: value.bank, index: value.index, value: &value.value });
        }
        chain.certificates.iter().fold(proof, |proof, der| proof.certificate(der))
    }

    /// The quoted PCRs that logs extend and do not lead to. More than a hint it is not: only the verifier judges.
    #[must_use]
    pub fn unexplained(&self, logs: &[(LogName, Vec<u8>)]) -> Vec<(HashAlgorithm, u8)> {
        let mut parts = Vec::new();
        for (name, bytes) in logs {
            if let Ok(log) = name.decode(bytes) {
                parts.push(LogPart { name: *name, ..LogPart::whole(log) });
            }
        }
        let Ok(replay) = Replay::of(&parts, &SOFTWARE) else { return Vec::new() };
        let leads_elsewhere = |value: &&super::OwnedPcrValue| {
            let bank = HashAlgorithm::try_from(value.bank).ok();
            replay.is_extended(value.index)
                && bank.and_then(|bank| replay.value(bank, value.index)).is_some_and(|found| found != value.value)
        };
        let found = self.values.iter().filter(leads_elsewhere);
        found.filter_map(|value| Some((HashAlgorithm::try_from(value.bank).ok()?, value.index))).collect()
    }
}
