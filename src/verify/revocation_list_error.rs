//! Why a revocation list is not read.

use super::{MAX_REVOCATION_LIST_SIZE, distinguished_name::Oid};
use crate::wire::DecodeError;
use core::fmt;

/// Why bytes are no revocation list that answers for all certificates of its scope and all reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationListError<'a> {
    /// They are not what the grammar says.
    Decode(DecodeError),
    /// There are more than are read; how many.
    TooLarge(usize),
    /// The list is signed with an algorithm that is not accepted.
    Algorithm,
    /// It is a delta: it says only what has changed.
    Delta,
    /// It tells of certificates of other authorities.
    Indirect,
    /// It tells of some reasons only.
    SomeReasons,
    /// It is about attribute certificates.
    AttributeCertificates,
    /// Its distribution point has a name that is only a part of one.
    RelativeName,
    /// It does not say when the next one is due.
    NoNextUpdate,
    /// It has a critical extension that is not understood.
    UnknownCriticalExtension(&'a [u8]),
}

impl fmt::Display for RevocationListError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match *self {
            Self::Decode(error) => return write!(f, "the revocation list cannot be read: {error}"),
            Self::TooLarge(size) => {
                return write!(f, "the revocation list has {size} bytes; the limit is {MAX_REVOCATION_LIST_SIZE}");
            }
            Self::UnknownCriticalExtension(oid) => {
                return write!(
                    f,
                    "the revocation list has the critical extension {}, which is not understood",
                    Oid(oid)
                );
            }
            Self::Algorithm => {
                "the revocation list is signed with an algorithm that is not accepted; accepted are RSA and ECDSA with SHA-256, SHA-384 and SHA-512"
            }
            Self::Delta => "this is a delta, which says only what has changed; give the complete revocation list",
            Self::Indirect => {
                "this list is indirect: it tells of certificates of other authorities; give the revocation list that the authority itself signs"
            }
            Self::SomeReasons => {
                "this list tells of some reasons only (onlySomeReasons); give the revocation list for all reasons"
            }
            Self::AttributeCertificates => "this list is about attribute certificates; give the one about public key certificates",
            Self::RelativeName => {
                "the distribution point of this list has a name that is relative to its issuer's, which is not understood; give a list with a whole name or none"
            }
            Self::NoNextUpdate => {
                "this list does not say when the next one is due (nextUpdate), and so nobody knows whether it still holds; give one that does"
            }
        })
    }
}

impl core::error::Error for RevocationListError<'_> {}
