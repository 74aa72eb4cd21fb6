//! Why a certificate chain does not vouch for a key.

use super::{
    DistinguishedName, RevocationReason, Time, UnknownRevocation, distinguished_name::Oid, revocation::Unknown,
};
use crate::crypto::CryptoError;
use crate::wire::{
    DecodeError, Hex,
    der::{element, tag},
    words,
};
use core::fmt;

/// What is wrong with a chain of certificates, and with which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError<'a> {
    /// The evidence carries no certificate.
    Absent,
    /// The signature algorithm is none that is accepted (SHA-1 and MD5 are not).
    #[expect(missing_docs, reason = "the subject of the certificate")]
    Algorithm { subject: DistinguishedName<'a> },
    /// A trusted root that the caller gave cannot be read.
    Anchor(DecodeError),
    /// More signatures would have to be verified than a chain may cost.
    Budget,
    /// A digest could not be made.
    Crypto(CryptoError),
    /// A certificate cannot be read.
    #[expect(missing_docs, reason = "its place in the chain, the leaf being 0, and why")]
    Decode { index: usize, error: DecodeError },
    /// The time is after the last moment of validity.
    #[expect(missing_docs, reason = "as the message says")]
    Expired { subject: DistinguishedName<'a>, not_after: Time, time: Time },
    /// `KeyUsage` does not allow what the certificate is used for.
    #[expect(missing_docs, reason = "as the message says")]
    KeyUsage { subject: DistinguishedName<'a>, lacks: &'static str },
    /// The key's own certificate is given as an anchor: that is a pin, and is said otherwise.
    LeafIsAnchor,
    /// The first certificate is that of an authority.
    #[expect(missing_docs, reason = "as the message says")]
    LeafIsAuthority { subject: DistinguishedName<'a> },
    /// A name constraint that is violated, or of a kind that is not understood.
    NameConstraint,
    /// A certificate signed another without being an authority.
    #[expect(missing_docs, reason = "as the message says")]
    NotAuthority { subject: DistinguishedName<'a> },
    /// The time is before the first moment of validity.
    #[expect(missing_docs, reason = "as the message says")]
    NotYetValid { subject: DistinguishedName<'a>, not_before: Time, time: Time },
    /// More authorities follow than one of them allows.
    PathLength,
    /// `ExtendedKeyUsage` says another purpose; `found` are its identifiers, or no extension.
    #[expect(missing_docs, reason = "as the message says")]
    Purpose { subject: DistinguishedName<'a>, found: Option<&'a [u8]> },
    /// Nobody knows whether a certificate is revoked, and the policy asks for it.
    #[expect(missing_docs, reason = "whose list is wanted, where the certificate says it is, and what is wrong")]
    RevocationUnknown { issuer: DistinguishedName<'a>, distribution_point: Option<&'a [u8]>, why: UnknownRevocation },
    /// Its authority has revoked a certificate.
    #[expect(missing_docs, reason = "as the message says")]
    Revoked { subject: DistinguishedName<'a>, serial: &'a [u8], date: Time, reason: Option<RevocationReason> },
    /// An RSA key of the shape that a faulty generator gives (CVE-2017-15361): others can compute its private key.
    #[expect(missing_docs, reason = "as the message says")]
    Roca { subject: DistinguishedName<'a> },
    /// Another rule of RFC 5280 is broken.
    Rule(&'static str),
    /// The signature on this certificate does not verify.
    #[expect(missing_docs, reason = "as the message says")]
    Signature { subject: DistinguishedName<'a> },
    /// A certificate is larger than any that is read.
    #[expect(missing_docs, reason = "as the message says")]
    TooLarge { index: usize, size: usize },
    /// There are more certificates than a chain may have.
    TooMany(usize),
    /// A critical extension that is not understood.
    #[expect(missing_docs, reason = "as the message says")]
    UnknownCriticalExtension { subject: DistinguishedName<'a>, oid: &'a [u8] },
    /// The chain ends at an issuer that is no anchor, or whose certificate is missing.
    #[expect(missing_docs, reason = "as the message says")]
    UnknownIssuer { issuer: DistinguishedName<'a> },
    /// An RSA key outside 2048 to 4096 bits, or with a small exponent.
    #[expect(missing_docs, reason = "as the message says")]
    WeakKey { subject: DistinguishedName<'a>, bits: usize },
}

impl CertificateError<'_> {
    /// By a rule, which a build without words does not tell.
    pub(crate) const fn rule(rule: &'static str) -> Self {
        Self::Rule(words(rule))
    }
}

impl fmt::Display for CertificateError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Absent => f.write_str("the proof carries no certificate of the attestation key"),
            Self::Algorithm { subject } => {
                write!(
                    f,
                    "the certificate of {subject} is signed with an algorithm that is not accepted; accepted are RSA and ECDSA with SHA-256, SHA-384 and SHA-512"
                )
            }
            Self::Anchor(error) => write!(f, "a trusted root cannot be read: {error}"),
            Self::Budget => f.write_str("the chain would cost more than 8 signature verifications"),
            Self::Crypto(error) => error.fmt(f),
            Self::Decode { index, error } => {
                write!(f, "certificate {index} (0 is the key's own) cannot be read: {error}")
            }
            Self::Expired { subject, not_after, time } => {
                write!(
                    f,
                    "the certificate of {subject} expired at {not_after}, and the proof is checked at {time}; the machine needs a new certificate, or an old proof is to be checked at its own time (--at)"
                )
            }
            Self::KeyUsage { subject, lacks } => {
                write!(f, "the KeyUsage of the certificate of {subject} lacks {lacks}")
            }
            Self::LeafIsAnchor => f.write_str("the trusted root is the key's own certificate; pin the key instead"),
            Self::LeafIsAuthority { subject } => {
                write!(f, "the first certificate, of {subject}, is an authority's, not a key's of a TPM")
            }
            Self::NameConstraint => f.write_str("a name constraint is violated or not understood"),
            Self::NotAuthority { subject } => write!(f, "{subject} signed a certificate without being an authority"),
            Self::NotYetValid { subject, not_before, time } => {
                write!(
                    f,
                    "the certificate of {subject} is valid from {not_before}, and the proof is checked at {time}; is the clock right?"
                )
            }
            Self::PathLength => f.write_str("the chain is longer than one of its authorities allows"),
            Self::Purpose { subject, found } => {
                write!(
                    f,
                    "the certificate of {subject} has not the purpose that is asked (of an attestation key 2.23.133.8.3, unless platform or policy say otherwise; \
                     of an endorsement key 2.23.133.8.1); found "
                )?;
                write_purposes(f, found)
            }
            Self::RevocationUnknown { issuer, distribution_point, why } => {
                write!(f, "key.require_crl asks whether each certificate is revoked: {}", Unknown { issuer, why })?;
                f.write_str("; give it with --crl")?;
                match distribution_point {
                    Some(uri) => write!(f, " (the certificate says that it is at {})", uri.escape_ascii()),
                    None => f.write_str(" (the certificate does not say where it is)"),
                }
            }
            Self::Revoked { subject, serial, date, reason } => {
                write!(f, "the certificate of {subject} with the serial number {} was revoked at {date}", Hex(serial))?;
                match reason {
                    Some(reason) => write!(f, ", because of {reason}"),
                    None => f.write_str(", for no reason that is told"),
                }
            }
            Self::Roca { subject } => write!(f, "the certificate of {subject} has {ROCA}"),
            Self::Rule(rule) => f.write_str(rule),
            Self::Signature { subject } => write!(f, "the signature on the certificate of {subject} does not verify"),
            Self::TooLarge { index, size } => write!(f, "certificate {index} has {size} bytes; the limit is 16384"),
            Self::TooMany(found) => write!(f, "{found} certificates; the limit is 8"),
            Self::UnknownCriticalExtension { subject, oid } => {
                write!(
                    f,
                    "the certificate of {subject} has the critical extension {}, which is not understood",
                    Oid(oid)
                )
            }
            Self::UnknownIssuer { issuer } => {
                write!(
                    f,
                    "the chain ends at {issuer}, which is no trusted root, or whose certificate is not in the proof; if you trust it, give its certificate with --root"
                )
            }
            Self::WeakKey { subject, bits } => {
                write!(
                    f,
                    "the certificate of {subject} has an RSA key of {bits} bits; 2048 to 4096 bits and an exponent of at least 65537 are accepted"
                )
            }
        }
    }
}

/// What is told of a key that others can compute.
pub(crate) const ROCA: &str = "an RSA key of the shape that a faulty generator gives (ROCA, CVE-2017-15361): its private key can be computed; make another \
                               key, of ECC or after an update of the TPM's firmware";

fn write_purposes(f: &mut fmt::Formatter<'_>, found: Option<&[u8]>) -> fmt::Result {
    let Some(mut rest) = found else { return f.write_str("no ExtendedKeyUsage") };
    while let Ok((after, oid)) = element(tag::OID)(rest) {
        write!(f, "{}{}", Oid(oid), if after.is_empty() { "" } else { ", " })?;
        rest = after;
    }
    Ok(())
}

impl core::error::Error for CertificateError<'_> {}
