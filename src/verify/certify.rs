//! From a signed structure to a key that its TPM certified.

use super::{Name, SignedAttest, VerifyError, error::Part};
use crate::structures::{TpmsCertifyInfo, TpmtPublic, TpmuAttest};
use crate::wire::Decode;

/// A key that lies in the TPM of the key that signed for it (`TPM2_Certify`).
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{SignedAttest, VerifiedCertify};
/// # fn f(signed: SignedAttest<'static>, other: VerifiedCertify<'static>) -> VerifiedCertify<'static> {
/// VerifiedCertify { signed, ..other }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerifiedCertify<'a> {
    signed: SignedAttest<'a>,
    public: &'a [u8],
}

impl<'a> SignedAttest<'a> {
    /// Binds the signed structure to what the verifier asked, and to the `TPMT_PUBLIC` of the key that it is to be about.
    ///
    /// # Errors
    /// If it certifies no key, was made for other qualifying data, or certifies another key.
    pub fn verify_certify(
        &self,
        qualifying_data: &[u8],
        public: &'a [u8],
    ) -> Result<VerifiedCertify<'a>, VerifyError<'a>> {
        let TpmuAttest::Certify(info) = self.attest().attested else {
            return Err(VerifyError::NotACertification(self.attest().type_));
        };
        let found = self.attest().extra_data.0;
        if found != qualifying_data {
            return Err(VerifyError::QualifyingData { found });
        }
        let area = TpmtPublic::from_bytes(public).map_err(VerifyError::decode(Part::CertifiedPublic))?;
        // The attributes are part of the Name, which the TPM computed itself.
        let name = Name::of(public, area.name_alg.0, self.crypto()).map_err(VerifyError::Crypto)?;
        if name.as_bytes() != info.name.0 {
            return Err(VerifyError::CertifiedName { found: info.name.0 });
        }
        Ok(VerifiedCertify { signed: *self, public })
    }
}

impl<'a> VerifiedCertify<'a> {
    /// What was signed.
    #[must_use]
    pub fn signed(&self) -> &SignedAttest<'a> {
        &self.signed
    }

    /// The `TPMT_PUBLIC` of the certified key: its attributes and its policy are what the TPM holds it to.
    #[must_use]
    pub fn public(&self) -> &'a [u8] {
        self.public
    }

    /// The Name and the Qualified Name of the certified key.
    #[must_use]
    pub fn info(&self) -> Option<TpmsCertifyInfo<'a>> {
        match self.signed.attest().attested {
            TpmuAttest::Certify(info) => Some(info),
            _ => None,
        }
    }
}
