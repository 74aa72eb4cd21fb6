//! An endorsement key that a verifier has a reason to trust.

use super::{EkTemplate, EnrollmentError};
use crate::crypto::{Crypto, PublicKey};
use crate::structures::{
    Tpm2bEccParameter, Tpm2bPublicKeyRsa, TpmaObject, TpmsEccPoint, TpmtPublic, TpmuPublicId, TpmuPublicParms,
};
use crate::verify::{
    Anchor, PublicArea, Time, VerifiedChain, VerifyError, decode_spki, judge_strength, same_key, spki_sha256,
};
use crate::wire::Decode;

/// An endorsement key (TCG EK Credential Profile 2.5), and the reason to trust that a TPM has it, and no one else.
#[derive(Clone, Copy, Debug)]
pub struct EndorsementKey<'a> {
    public: TpmtPublic<'a>,
    spki_sha256: [u8; 32],
    root_sha256: Option<[u8; 32]>,
}

impl<'a> EndorsementKey<'a> {
    /// The key of the first of `certificates`, which a chain ties to one of `anchors`; `public` is its `TPMT_PUBLIC`, if that is known.
    ///
    /// # Errors
    /// If there is no such chain, or `public` is of another key, or not that of an endorsement key.
    pub fn certified(
        certificates: &[&'a [u8]],
        public: Option<&'a [u8]>,
        anchors: &[Anchor<'a>],
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<Self, EnrollmentError<'a>> {
        let chain = VerifiedChain::of_endorsement_key(certificates, anchors, time, crypto);
        let chain = chain.map_err(|error| EnrollmentError::Endorsement(VerifyError::Certificate(error)))?;
        let key = chain.leaf().key().map_err(EnrollmentError::EndorsementKey)?;
        let root = Some(*chain.root_sha256());
        match public {
            Some(public) => Self::new(public, Some(&key), root, crypto),
            None => Self::of(&key, root, crypto),
        }
    }

    /// The key of a `TPMT_PUBLIC` that the verifier got from somebody it believes, such as the provider's interface.
    ///
    /// # Errors
    /// If it is not that of an endorsement key.
    pub fn on_trust(public: &'a [u8], crypto: &dyn Crypto) -> Result<Self, EnrollmentError<'a>> {
        Self::new(public, None, None, crypto)
    }

    /// The same, where only the `SubjectPublicKeyInfo` is known: the key has the template of its kind.
    ///
    /// # Errors
    /// If no endorsement key is of this kind.
    pub fn on_trust_by_spki(spki: &'a [u8], crypto: &dyn Crypto) -> Result<Self, EnrollmentError<'a>> {
        Self::of(&decode_spki(spki).map_err(EnrollmentError::EndorsementKey)?, None, crypto)
    }

    pub(super) fn public(&self) -> &TpmtPublic<'a> {
        &self.public
    }

    /// SHA-256 of the root certificate that vouches for it, if one does.
    #[must_use]
    pub fn root_sha256(&self) -> Option<[u8; 32]> {
        self.root_sha256
    }

    /// SHA-256 of its `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn spki_sha256(&self) -> [u8; 32] {
        self.spki_sha256
    }

    /// A key that decrypts for its TPM alone: what else would read the credential?
    fn new(
        public: &'a [u8],
        certified: Option<&PublicKey<'_>>,
        root_sha256: Option<[u8; 32]>,
        crypto: &dyn Crypto,
    ) -> Result<Self, EnrollmentError<'a>> {
        let area = PublicArea::read(public, crypto).map_err(EnrollmentError::Endorsement)?;
        if certified.is_some_and(|key| !same_key(key, &area.key)) {
            return Err(EnrollmentError::OtherEndorsementKey);
        }
        judge_strength(&area.key).map_err(EnrollmentError::Endorsement)?;
        let needed = TpmaObject::RESTRICTED.with(TpmaObject::DECRYPT).with(TpmaObject::FIXED_TPM);
        if !area.attributes.contains(needed) || area.attributes.contains(TpmaObject::SIGN) {
            return Err(EnrollmentError::EndorsementAttributes(area.attributes));
        }
        let spki_sha256 = spki_sha256(&area.key, crypto).map_err(EnrollmentError::Endorsement)?;
        let public = TpmtPublic::from_bytes(public).map_err(EnrollmentError::EndorsementKey)?;
        Ok(Self { public, spki_sha256, root_sha256 })
    }

    fn of(
        key: &PublicKey<'a>,
        root_sha256: Option<[u8; 32]>,
        crypto: &dyn Crypto,
    ) -> Result<Self, EnrollmentError<'a>> {
        judge_strength(key).map_err(EnrollmentError::Endorsement)?;
        let template = EkTemplate::of(key).ok_or(EnrollmentError::EndorsementKind)?;
        let mut public = template.public();
        match (key, &mut public.parameters) {
            (PublicKey::Rsa { modulus, exponent }, TpmuPublicParms::Rsa(parameters)) => {
                parameters.exponent = u32::try_from(*exponent).map_err(|_| EnrollmentError::EndorsementKind)?;
                public.unique = TpmuPublicId::Rsa(Tpm2bPublicKeyRsa(modulus));
            }
            (PublicKey::Ec { x, y, .. }, _) => {
                let (x, y) = (Tpm2bEccParameter(x), Tpm2bEccParameter(y));
                public.unique = TpmuPublicId::Ecc(TpmsEccPoint { x, y });
            }
            _ => return Err(EnrollmentError::EndorsementKind),
        }
        let spki_sha256 = spki_sha256(key, crypto).map_err(EnrollmentError::Endorsement)?;
        Ok(Self { public, spki_sha256, root_sha256 })
    }
}
