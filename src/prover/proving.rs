//! A proof, out of what a TPM quoted and what stands beside it.

use super::{Chain, Key, ProverError, Quoted};
use crate::crypto::{HashAlgorithm, SOFTWARE};
use crate::proof::ProofBuilder;
use crate::verify::{
    Attestation, Challenge, KeyEvidence, LogName, LogPart, PcrValue, PcrValues, Pin, Replay, TrustedKey, VerifyError,
};
use std::string::ToString;
use std::vec::Vec;

impl Quoted {
    /// The proof so far: the quote, its values, the key and its certificates. Logs and attachments are for the caller to add.
    #[must_use]
    pub fn into_proof(self, key: &Key, chain: &Chain) -> ProofBuilder {
        let mut proof = ProofBuilder::new(&self.attestation, &self.signature).key_public(key.public());
        for value in &self.values {
            proof = proof.pcr(value.as_value());
        }
        chain.certificates.iter().fold(proof, |proof, der| proof.certificate(der))
    }

    /// Whether it covers its values, as a verifier finds out who knows the key and asked with this nonce.
    ///
    /// # Errors
    /// [`ProverError::NoAttestationKey`] if no verifier accepts the key; [`ProverError::QuoteChanged`] if the key has not signed this, for
    /// this nonce, of these PCRs.
    pub fn verify(&self, key: &Key, nonce: &[u8]) -> Result<bool, ProverError> {
        let changed = |error: VerifyError<'_>| ProverError::QuoteChanged(error.to_string());
        let unreadable = |error: crate::wire::DecodeError| ProverError::QuoteChanged(error.to_string());
        let (name, evidence) = (key.entity().name, KeyEvidence::new().with_public(key.public()));
        let key = TrustedKey::pinned(&evidence, &[Pin::Name(name.as_bytes())], &SOFTWARE)
            .map_err(|error| ProverError::NoAttestationKey(error.to_string()))?;
        let attestation = Attestation::new(&self.attestation, &self.signature).map_err(unreadable)?;
        let signed = attestation.verify_signature(&key).map_err(changed)?;
        let found = signed.attest().extra_data.0;
        // Also an empty one, which no verifier asks with.
        if found != nonce {
            return Err(changed(VerifyError::Nonce { expected: nonce, found }));
        }
        let values: Vec<PcrValue<'_>> = self.values.iter().map(super::OwnedPcrValue::as_value).collect();
        let values = PcrValues::new(&values).map_err(unreadable)?;
        match signed.verify_quote(&Challenge::insecure_no_freshness(), &values) {
            Ok(_) => Ok(true),
            Err(VerifyError::PcrDigest { .. }) => Ok(false),
            Err(error) => Err(changed(error)),
        }
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
        let values: Vec<PcrValue<'_>> = self.values.iter().map(super::OwnedPcrValue::as_value).collect();
        let Ok(replay) = Replay::up_to(&parts, PcrValues::new(&values).ok(), &SOFTWARE) else { return Vec::new() };
        let leads_elsewhere = |value: &&super::OwnedPcrValue| {
            let bank = HashAlgorithm::try_from(value.bank).ok();
            replay.is_extended(value.index)
                && bank.and_then(|bank| replay.value(bank, value.index)).is_some_and(|found| found != value.value)
        };
        let found = self.values.iter().filter(leads_elsewhere);
        found.filter_map(|value| Some((HashAlgorithm::try_from(value.bank).ok()?, value.index))).collect()
    }
}
