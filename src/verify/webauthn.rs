//! The stairs of a WebAuthn statement of the format `tpm` (WebAuthn Level 2, 8.3): the chain, the profile of the attestation key's
//! certificate, the signature, the certification, and the credential.

use super::{
    Attachments, AttestationObject, Attested, AuthenticatorData, Certificate, Challenge, CredentialError, Policy,
    Rejection, Report, SignedAttest, Time, TrustedKey, VerifiedCertify, VerifyError,
    aik_profile::judge_profile,
    authenticator_data::authenticator_data,
    check::{Detail, Finding},
    error::{EvidenceError, Part},
    key::judge_strength,
    key_stair::{book_chain, trust_key},
    public_area::{OWN_SIGNING, PublicArea},
    spki::same_key,
    stairs::{booked, judge_hash},
};
use crate::crypto::{Crypto, Digest, HashAlgorithm};
use crate::structures::TpmaObject;
use crate::wire::Foreign;

/// The collected client data (WebAuthn Level 2, 5.8.1), as the caller has read them: this crate's core reads no JSON.
#[derive(Clone, Copy, Debug)]
pub struct ClientData<'a> {
    sha256: [u8; 32],
    challenge: Challenge<'a>,
    origin: &'a str,
}

impl<'a> ClientData<'a> {
    /// Client data with this SHA-256. The caller vouches that their `type` is `webauthn.create`, that their `challenge` is the nonce of
    /// `challenge`, if it has one, in base64url, and that their `origin` is `origin`.
    #[must_use]
    pub fn read_by_caller(sha256: [u8; 32], challenge: Challenge<'a>, origin: &'a str) -> Self {
        Self { sha256, challenge, origin }
    }
}

/// A credential whose key lies in the TPM of the attestation key.
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{VerifiedCertify, VerifiedCredential};
/// # fn f(certified: VerifiedCertify<'static>, other: VerifiedCredential<'static>) -> VerifiedCredential<'static> {
/// VerifiedCredential { certified, ..other }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerifiedCredential<'a> {
    certified: VerifiedCertify<'a>,
    authenticator_data: &'a [u8],
    fresh: bool,
    _foreign: Foreign,
}

impl<'a> VerifiedCertify<'a> {
    /// Ties the certified key to the credential of the authenticator data for which it was certified.
    ///
    /// # Errors
    /// If their credential has another key, or one that was not made in the TPM, may leave it, or is weak.
    fn verify_credential(
        self,
        data: &AuthenticatorData<'a>,
        client: &ClientData<'a>,
    ) -> Result<VerifiedCredential<'a>, VerifyError<'a>> {
        let area = PublicArea::read(self.public(), self.signed().crypto()).map_err(of_certified)?;
        if !same_key(&area.key, &data.key) {
            return Err(VerifyError::Credential(CredentialError::OtherKey));
        }
        // A TPM certifies a key that was brought in too, and whoever brought it may have kept a copy.
        let missing = TpmaObject(OWN_SIGNING & !area.attributes.0);
        if missing.0 != 0 {
            return Err(VerifyError::Credential(CredentialError::Attributes { missing }));
        }
        area.key.judge_size().map_err(VerifyError::Crypto)?;
        judge_strength(&area.key)?;
        let fresh = client.challenge.is_nonce();
        Ok(VerifiedCredential { certified: self, authenticator_data: data.bytes, fresh, _foreign: data.foreign })
    }
}

impl<'a> VerifiedCredential<'a> {
    /// The certification of its key.
    #[must_use]
    pub fn certified(&self) -> &VerifiedCertify<'a> {
        &self.certified
    }

    /// What the authenticator says, all of which was signed.
    #[must_use]
    pub fn authenticator_data(&self) -> Option<AuthenticatorData<'a>> {
        authenticator_data(self.authenticator_data).ok().map(|(_, data)| data)
    }

    /// Whether the client data hold the verifier's nonce, by the caller's word.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }
}

/// Verifies an attestation object by `policy`, which names the relying party, at `time`.
///
/// # Errors
/// A [`Rejection`] at the first stair that does not hold. It has the report of those that did.
#[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
pub fn verify_webauthn<'a>(
    object: &AttestationObject<'a>,
    client: &ClientData<'a>,
    policy: &'a Policy<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<Report<'a>, Rejection<'a>> {
    let trusted = trust(object, policy, time, crypto);
    let report = Report::new(policy, Attachments::default());
    booked(report, |report| climb(report, trusted, object, client, policy))
}

#[inline(never)]
fn trust<'a>(
    object: &AttestationObject<'a>,
    policy: &Policy<'a>,
    time: Time,
    crypto: &'a dyn Crypto,
) -> Result<TrustedKey<'a>, VerifyError<'a>> {
    if policy.0.relying_parties.is_empty() {
        return Err(VerifyError::Evidence(EvidenceError::NoRelyingParty));
    }
    trust_key(&object.key_evidence(), policy, time, crypto)
}

fn climb<'a>(
    report: &mut Report<'a>,
    trusted: Result<TrustedKey<'a>, VerifyError<'a>>,
    object: &AttestationObject<'a>,
    client: &ClientData<'a>,
    policy: &'a Policy<'a>,
) -> Result<(), VerifyError<'a>> {
    book_chain(report, trusted, policy)?;
    let profile = profile(object);
    report.record(&"profile", profile, |()| {
        Detail::text("the certificate is of an attestation key of a TPM, as WebAuthn has it")
    })?;
    judge_hash(report, &object.attestation, policy)?;
    let signed = object.attestation.verify_signature(report.claimed_key()?);
    let signed = report.record(&"signature", signed, |_| {
        Detail::text("by the attestation key, over the bytes as they arrived, which a TPM made")
    })?;
    report.key_has_signed();
    judge_credential(report, &signed, object, client, policy)
}

#[inline(never)]
fn profile<'a>(object: &AttestationObject<'a>) -> Result<(), VerifyError<'a>> {
    let evidence = object.key_evidence();
    let der = evidence.certificates().first().copied().unwrap_or_default();
    let leaf = Certificate::from_der(der).map_err(VerifyError::decode(Part::KeyCertificate))?;
    judge_profile(&leaf, object.authenticator_data.aaguid).map_err(VerifyError::Credential)
}

/// What was certified, for whom, and when.
#[inline(never)]
fn judge_credential<'a>(
    report: &mut Report<'a>,
    signed: &SignedAttest<'a>,
    object: &AttestationObject<'a>,
    client: &ClientData<'a>,
    policy: &'a Policy<'a>,
) -> Result<(), VerifyError<'a>> {
    let data = &object.authenticator_data;
    let qualifying = qualifying_data(signed, data, client)?;
    let certified = signed.verify_certify(qualifying.as_bytes(), object.public);
    let certified = report.record(&"certify", certified, |_| {
        Detail::text("the TPM certified the key for these authenticator data and client data")
    })?;
    report.note(&"freshness", client.challenge.finding());
    let credential = certified.verify_credential(data, client);
    let credential = report.record(&"credential-key", credential, |_| {
        Detail::text("the credential's public key is the one that the TPM certified")
    })?;
    report.set_attested(&Attested::Credential(credential));
    if !data.user_present() {
        report.note(&"user-present", Finding::Fail(VerifyError::Credential(CredentialError::NobodyPresent)));
    }
    let mut parties = policy.0.relying_parties.iter();
    let party = parties.find(|party| party.is_hashed(data.rp_id_hash, signed.crypto()).unwrap_or(false));
    let Some(party) = party else {
        report.note(&"relying-party", Finding::Fail(VerifyError::Credential(CredentialError::RelyingParty)));
        return report.failure().map_or(Ok(()), Err);
    };
    report.note(&"relying-party", Finding::Pass(Detail::text("the credential is for a relying party of the policy")));
    let origin = if party.origins.is_empty() {
        Finding::NotChecked(Detail::text("the policy names no origins (webauthn.origins)"))
    } else if party.origins.contains(&client.origin) {
        Finding::Pass(Detail::text("the client was at an origin of the policy"))
    } else {
        Finding::Fail(VerifyError::Origin(client.origin))
    };
    report.note(&"origin", origin);
    report.failure().map_or(Ok(()), Err)
}

/// The digest of both data by the hash of `alg` (8.3, "Verify that extraData is set to the hash of attToBeSigned").
fn qualifying_data<'a>(
    signed: &SignedAttest<'a>,
    data: &AuthenticatorData<'a>,
    client: &ClientData<'a>,
) -> Result<Digest, VerifyError<'a>> {
    let hash: HashAlgorithm = signed.hash();
    signed.crypto().digest(hash, &mut [data.bytes, &client.sha256].into_iter()).map_err(VerifyError::Crypto)
}

/// What is wrong with a public area is wrong with that of the certified key.
fn of_certified(error: VerifyError<'_>) -> VerifyError<'_> {
    match error {
        VerifyError::Decode { error, .. } => VerifyError::Decode { part: Part::CertifiedPublic, error },
        other => other,
    }
}
