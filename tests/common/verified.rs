//! Quotes that are verified, real and of a test's own making, and logs beside them.

use super::Quote;
use super::forge::{Attest, Key, NONCE, hash};
use super::log::id;
use tpmproof::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use tpmproof::log::TcgLog;
use tpmproof::verify::{
    Attestation, Challenge, KeyEvidence, LogPart, PcrValue, PcrValues, Pin, TrustedKey, VerifiedLogs, VerifiedQuote,
};

pub const SHA256: HashAlgorithm = HashAlgorithm::Sha256;
pub const BANKS: &[HashAlgorithm] = &[HashAlgorithm::Sha1, HashAlgorithm::Sha256];

pub fn leak<T>(values: Vec<T>) -> &'static [T] {
    values.leak()
}

/// A real quote, verified.
pub fn verified(quote: &Quote) -> VerifiedQuote<'static> {
    verified_by(quote, &SOFTWARE)
}

/// The same, by an implementation of the test's own.
pub fn verified_by(quote: &Quote, crypto: &'static dyn Crypto) -> VerifiedQuote<'static> {
    let evidence = KeyEvidence::new().with_public(leak(quote.public.clone()));
    let key = TrustedKey::pinned(&evidence, &[Pin::Name(leak(quote.name.clone()))], crypto).unwrap();
    let attestation = Attestation::new(leak(quote.message.clone()), leak(quote.signature.clone())).unwrap();
    let values: Vec<_> = quote
        .values
        .iter()
        .map(|(bank, index, value)| PcrValue { bank: (*bank).into(), index: *index, value: leak(value.clone()) })
        .collect();
    let challenge = Challenge::nonce(leak(quote.nonce.clone())).unwrap();
    attestation
        .verify_signature(&key)
        .unwrap()
        .verify_quote(&challenge, &PcrValues::new(leak(values)).unwrap())
        .unwrap()
}

/// A quote of these values of SHA-256, ascending, by a key of the test's own.
pub fn quoted(values: &[(u8, Vec<u8>)]) -> VerifiedQuote<'static> {
    quoted_in(SHA256, values)
}

/// The same, of another bank.
pub fn quoted_in(bank: HashAlgorithm, values: &[(u8, Vec<u8>)]) -> VerifiedQuote<'static> {
    let mut bitmap = [0; 3];
    for (index, _) in values {
        bitmap[usize::from(index / 8)] |= 1 << (index % 8);
    }
    let digests: Vec<_> = values.iter().map(|(_, value)| &value[..]).collect();
    let message = leak(Attest::quote(&[(id(bank), &bitmap)], &digests).bytes());
    let key = Key::new(1);
    let spki = leak(key.spki());
    let trusted = TrustedKey::pinned(&KeyEvidence::new().with_spki(spki), &[Pin::Spki(spki)], &SOFTWARE).unwrap();
    let attestation = Attestation::new(message, leak(key.sign(message))).unwrap();
    let values =
        values.iter().map(|(index, value)| PcrValue { bank: bank.into(), index: *index, value: leak(value.clone()) });
    let values = PcrValues::new(leak(values.collect())).unwrap();
    attestation.verify_signature(&trusted).unwrap().verify_quote(&Challenge::nonce(NONCE).unwrap(), &values).unwrap()
}

pub fn parts(logs: &[&[u8]]) -> &'static [LogPart<'static>] {
    leak(logs.iter().map(|octets| LogPart::whole(TcgLog::from_bytes(leak(octets.to_vec())).unwrap())).collect())
}

pub fn with(quote: &VerifiedQuote<'static>, logs: &[&[u8]]) -> VerifiedLogs<'static, 'static> {
    quote.verify_logs(parts(logs)).unwrap()
}

pub fn extended(digests: &[Vec<u8>]) -> Vec<u8> {
    digests.iter().fold(vec![0; 32], |value, digest| hash(SHA256, &[value, digest.clone()].concat()))
}
