//! Why a verifier does not challenge a TPM.

use super::ProverError;
use crate::structures::TpmaObject;
use crate::verify::{CertificateError, VerifyError};
use crate::wire::DecodeError;
use core::fmt;

/// Why there is no challenge.
#[derive(Debug)]
#[non_exhaustive]
pub enum EnrollmentError<'a> {
    /// The key to be enrolled is no attestation key.
    Attestation(VerifyError<'a>),
    /// Nobody trusted vouches for the endorsement key, or it cannot be read.
    Endorsement(VerifyError<'a>),
    /// The endorsement key cannot be read.
    EndorsementKey(DecodeError),
    /// The endorsement key does more than to decrypt for its TPM.
    EndorsementAttributes(TpmaObject),
    /// The endorsement key is of no kind that a template is known for.
    EndorsementKind,
    /// The certificate is of another key than the public area.
    OtherEndorsementKey,
    /// The credential cannot be made.
    Credential(ProverError),
}

impl From<ProverError> for EnrollmentError<'_> {
    fn from(error: ProverError) -> Self {
        Self::Credential(error)
    }
}

impl fmt::Display for EnrollmentError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attestation(error) => write!(f, "the key to be enrolled is no attestation key: {error}"),
            Self::Endorsement(VerifyError::Certificate(CertificateError::UnknownIssuer { issuer })) => write!(
                f,
                "the endorsement key is not trusted: its chain ends at {issuer}; where a root that you trust has certified that, give the \
                 certificates between with --ek-certificate, and the root with --root if it is no maker's that is known"
            ),
            Self::Endorsement(error) => write!(f, "the endorsement key is not trusted: {error}"),
            Self::EndorsementKey(error) => write!(f, "the endorsement key cannot be read: {error}"),
            Self::EndorsementAttributes(found) => write!(
                f,
                "the endorsement key is not restricted to decrypting, or not fixed to its TPM, or signs: its attributes are {found:?}"
            ),
            Self::EndorsementKind => {
                f.write_str("the endorsement key is neither RSA of 2048, 3072 or 4096 bits nor of P-256 or P-384")
            }
            Self::OtherEndorsementKey => f.write_str(
                "the endorsement key of the request is another than that of its certificate, or than the one that was given: somebody answers for a \
                 TPM that is not theirs",
            ),
            Self::Credential(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for EnrollmentError<'_> {}
