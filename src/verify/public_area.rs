//! The public area of an attestation key: which key it is, and what its TPM lets it do.

use super::{Name, VerifyError, error::Part};
use crate::crypto::{Crypto, Curve, PublicKey};
#[cfg(feature = "ml-dsa")]
use crate::crypto::{CryptoError, MlDsaParameters};
use crate::structures::{
    TpmAlgId, TpmEccCurve, TpmaObject, TpmtEccScheme, TpmtPublic, TpmtRsaScheme, TpmtSignature, TpmuPublicId,
    TpmuPublicParms,
};
#[cfg(feature = "ml-dsa")]
use crate::structures::{TpmMldsaParms, TpmiMldsaParms};
use crate::wire::Decode;

/// A `TPMT_PUBLIC`, its Name, and its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PublicArea<'a> {
    pub(crate) name: Name,
    pub(crate) key: PublicKey<'a>,
    pub(crate) attributes: TpmaObject,
    scheme: Option<(TpmAlgId, TpmAlgId)>,
}

impl<'a> PublicArea<'a> {
    pub(crate) fn read(bytes: &'a [u8], crypto: &dyn Crypto) -> Result<Self, VerifyError<'a>> {
        let public = TpmtPublic::from_bytes(bytes).map_err(VerifyError::decode(Part::KeyPublic))?;
        let name = Name::of(bytes, public.name_alg.0, crypto).map_err(VerifyError::Crypto)?;
        let (key, scheme) = match (public.parameters, public.unique) {
            (TpmuPublicParms::Rsa(parameters), TpmuPublicId::Rsa(modulus)) => {
                // Zero means 65537 (12.2.3.5).
                let exponent = if parameters.exponent == 0 { 65537 } else { parameters.exponent };
                let scheme = match parameters.scheme {
                    TpmtRsaScheme::Rsassa(scheme) => Some((TpmAlgId::RSASSA, scheme.hash_alg.0)),
                    TpmtRsaScheme::Rsapss(scheme) => Some((TpmAlgId::RSAPSS, scheme.hash_alg.0)),
                    _ => None,
                };
                (PublicKey::Rsa { modulus: modulus.0, exponent: exponent.into() }, scheme)
            }
            (TpmuPublicParms::Ecc(parameters), TpmuPublicId::Ecc(point)) => {
                let curve = match parameters.curve_id.0 {
                    TpmEccCurve::NIST_P256 => Curve::P256,
                    TpmEccCurve::NIST_P384 => Curve::P384,
                    #[cfg(feature = "p521")]
                    TpmEccCurve::NIST_P521 => Curve::P521,
                    other => return Err(VerifyError::UnsupportedCurve(other)),
                };
                let scheme = match parameters.scheme {
                    TpmtEccScheme::Ecdsa(scheme) => Some((TpmAlgId::ECDSA, scheme.hash_alg.0)),
                    _ => None,
                };
                (PublicKey::Ec { curve, x: point.x.0, y: point.y.0 }, scheme)
            }
            #[cfg(feature = "ml-dsa")]
            (TpmuPublicParms::MlDsa(parameters), TpmuPublicId::MlDsa(key)) => {
                if parameters.allow_external_mu.0 {
                    return Err(VerifyError::ExternalMu);
                }
                (ml_dsa_key(parameters.parameter_set, key.0)?, Some((TpmAlgId::MLDSA, TpmAlgId::NULL)))
            }
            #[cfg(feature = "ml-dsa")]
            (TpmuPublicParms::HashMlDsa(parameters), TpmuPublicId::HashMlDsa(key)) => {
                let scheme = Some((TpmAlgId::HASH_MLDSA, parameters.hash_alg.0));
                (ml_dsa_key(parameters.parameter_set, key.0)?, scheme)
            }
            _ => return Err(VerifyError::KeyType(public.type_)),
        };
        Ok(Self { name, key, attributes: public.object_attributes, scheme })
    }

    /// A restricted key signs with its own scheme; another one in a signature is a contradiction.
    pub(crate) fn judge_scheme<'e>(&self, signature: &TpmtSignature<'_>) -> Result<(), VerifyError<'e>> {
        let used = match signature {
            TpmtSignature::Rsassa(signature) => (TpmAlgId::RSASSA, signature.hash.0),
            TpmtSignature::Rsapss(signature) => (TpmAlgId::RSAPSS, signature.hash.0),
            TpmtSignature::Ecdsa(signature) => (TpmAlgId::ECDSA, signature.hash.0),
            TpmtSignature::MlDsa(_) => (TpmAlgId::MLDSA, TpmAlgId::NULL),
            TpmtSignature::HashMlDsa(signature) => (TpmAlgId::HASH_MLDSA, signature.hash.0),
            _ => return Ok(()),
        };
        match self.scheme {
            Some(own) if own == used => Ok(()),
            own => Err(VerifyError::SchemeMismatch { key: own, signature: used }),
        }
    }
}

#[cfg(feature = "ml-dsa")]
fn ml_dsa_key(set: TpmiMldsaParms, key: &[u8]) -> Result<PublicKey<'_>, VerifyError<'_>> {
    let parameters = match set.0 {
        TpmMldsaParms::MLDSA_44 => MlDsaParameters::MlDsa44,
        TpmMldsaParms::MLDSA_65 => MlDsaParameters::MlDsa65,
        _ => MlDsaParameters::MlDsa87,
    };
    let (found, expected) = (key.len(), parameters.key_size());
    if found == expected {
        Ok(PublicKey::MlDsa { parameters, key })
    } else {
        Err(VerifyError::Crypto(CryptoError::MlDsaKeySize { found, expected }))
    }
}

/// What a signing key has that was made in its TPM and never leaves it.
pub(crate) const OWN_SIGNING: u32 =
    TpmaObject::SIGN.0 | TpmaObject::FIXED_TPM.0 | TpmaObject::FIXED_PARENT.0 | TpmaObject::SENSITIVE_DATA_ORIGIN.0;
// Part 2, 8.3: bits 18, 1, 4 and 5.
const _: () = assert!(OWN_SIGNING == 0x0004_0032);

/// An attestation key signs only what its TPM made: restricted, fixed to it, made in it, and for nothing else.
pub(crate) fn judge_attributes<'e>(found: TpmaObject) -> Result<(), VerifyError<'e>> {
    let missing = TpmaObject((OWN_SIGNING | TpmaObject::RESTRICTED.0) & !found.0);
    let forbidden = TpmaObject(found.0 & TpmaObject::DECRYPT.0);
    if missing.0 == 0 && forbidden.0 == 0 { Ok(()) } else { Err(VerifyError::Attributes { missing, forbidden }) }
}
