//! The verifier's side of credential activation: a credential, and what is kept until the answer comes. No TPM is needed.

use super::kdf::{Secret, random};
use super::{Credential, EndorsementKey, EnrollmentError, ProverError};
use crate::crypto::Crypto;
use crate::verify::{Activation, PublicArea, Time, judge_attributes, judge_strength};
use crate::wire::der::{octets, tag, version_1, within};
use crate::wire::der_write::{put, tlv};
use crate::wire::{DecodeError, Parsed, in_field, located};
use core::fmt;
use std::vec::Vec;

/// What a verifier keeps from its challenge to the answer (Part 1, "Credential Protection"). It has the secret in it: nobody else may read it, and it counts once.
///
/// ```asn1
/// PendingActivation ::= SEQUENCE {
///   version  INTEGER (1),
///   secret   OCTET STRING (SIZE (32)),
///   record   Activation                  -- what it becomes; the time is that of the challenge
/// }
/// ```
pub struct PendingActivation {
    secret: Secret,
    ek_spki_sha256: [u8; 32],
    ek_root_sha256: Option<[u8; 32]>,
    ak_name: Vec<u8>,
    time: Time,
}

impl PendingActivation {
    /// Challenges the TPM with the endorsement key `ek` to show that it has the attestation key with this `TPMT_PUBLIC`.
    ///
    /// # Errors
    /// If that is no attestation key's, or the endorsement key cannot be encrypted to.
    pub fn challenge<'a>(
        ek: &EndorsementKey<'_>,
        ak_public: &'a [u8],
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<(Self, Credential), EnrollmentError<'a>> {
        let ak = PublicArea::read(ak_public, crypto).map_err(EnrollmentError::Attestation)?;
        judge_strength(&ak.key).map_err(EnrollmentError::Attestation)?;
        judge_attributes(ak.attributes).map_err(EnrollmentError::Attestation)?;
        let secret = Secret::new(random::<SECRET>().map_err(ProverError::from)?.to_vec());
        let credential = Credential::make(ek.public(), &ak.name, &secret)?;
        let (ek_spki_sha256, ek_root_sha256) = (ek.spki_sha256(), ek.root_sha256());
        Ok((Self { secret, ek_spki_sha256, ek_root_sha256, ak_name: ak.name.as_bytes().to_vec(), time }, credential))
    }

    /// The octets of an answer.
    pub const ANSWER: usize = SECRET;

    /// The record, if `answer` is the secret.
    #[must_use]
    pub fn finish(&self, answer: &[u8], time: Time) -> Option<Activation<'_>> {
        // How long this takes says nothing of the secret: each octet is looked at.
        let differences = self.secret.iter().zip(answer).fold(0, |all, (ours, theirs)| all | (ours ^ theirs));
        (answer.len() == SECRET && differences == 0).then_some(Activation { time, ..self.record() })
    }

    /// What is to be recorded; the time is that of the challenge.
    #[must_use]
    pub fn record(&self) -> Activation<'_> {
        Activation {
            ek_spki_sha256: self.ek_spki_sha256,
            ek_root_sha256: self.ek_root_sha256,
            ak_name: &self.ak_name,
            time: self.time,
        }
    }

    /// Reads what was kept from all of `der`.
    ///
    /// # Errors
    /// If the bytes are not exactly that in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, DecodeError> {
        located(der, within(tag::SEQUENCE, Self::decode))
    }

    fn decode(input: &[u8]) -> Parsed<'_, Self> {
        let (input, ()) = in_field(&"PendingActivation.version", version_1)(input)?;
        let secret = octets::<SECRET>(tag::OCTET_STRING);
        let (input, secret) = in_field(&"PendingActivation.secret", secret)(input)?;
        let (input, record) = in_field(&"PendingActivation.record", Activation::decode)(input)?;
        let Activation { ek_spki_sha256, ek_root_sha256, ak_name, time } = record;
        let (secret, ak_name) = (Secret::new(secret.to_vec()), ak_name.to_vec());
        Ok((input, Self { secret, ek_spki_sha256, ek_root_sha256, ak_name, time }))
    }

    /// The same, written.
    #[must_use]
    pub fn to_der(&self) -> Secret {
        let mut out = Secret::new(tlv(tag::INTEGER, &[1]));
        put(&mut out, tag::OCTET_STRING, &self.secret);
        out.extend(self.record().to_der());
        Secret::new(tlv(tag::SEQUENCE, &out))
    }
}

/// Without the secret.
impl fmt::Debug for PendingActivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingActivation").field(&self.record()).finish()
    }
}

/// As many octets as SHA-256 has: every endorsement key takes so many.
const SECRET: usize = 32;
