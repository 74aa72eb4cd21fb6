//! What is asked of the certificates of a chain beyond RFC 5280, 6.1, and why a chain was refused.

use super::{
    Certificate, CertificateError, PolicyList, Purpose, Time,
    certificate_algorithms::{Budget, MAX_SIGNATURES, knows},
    certificate_extensions::{DIGITAL_SIGNATURE, KEY_AGREEMENT, KEY_CERT_SIGN, KEY_ENCIPHERMENT},
    offered::Offered,
    platforms::{ANY_PURPOSE, ENDORSEMENT_KEY},
    revocation::RevocationRules,
};
use crate::crypto::PublicKey;
use webpki::Error;

/// What is asked of a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChainRules<'r, 'a> {
    pub(crate) leaf_use: LeafUse,
    /// The purposes of which the leaf must have one.
    pub(crate) purposes: &'r PolicyList<'r, Purpose<'r>>,
    pub(crate) revocation: RevocationRules<'r, 'a>,
}

/// What the key of a leaf is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafUse {
    /// To sign: an attestation key.
    Signing,
    /// To decrypt, or to agree on a key: an endorsement key.
    Decryption,
}

/// The certificate of a leaf: for what its key is used for, and of the purpose that is asked.
pub(crate) fn judge_leaf<'a>(
    leaf: &Certificate<'a>,
    leaf_use: LeafUse,
    purposes: &PolicyList<'_, Purpose<'_>>,
) -> Result<(), CertificateError<'a>> {
    let subject = leaf.subject;
    let (bits, lacks) = match leaf_use {
        LeafUse::Signing => (DIGITAL_SIGNATURE, "digitalSignature"),
        LeafUse::Decryption => (KEY_ENCIPHERMENT | KEY_AGREEMENT, "keyEncipherment and keyAgreement"),
    };
    if leaf.extensions.key_usage.is_some_and(|usage| usage & bits == 0) {
        return Err(CertificateError::KeyUsage { subject, lacks });
    }
    let fits = match leaf.extensions.purposes {
        None => purposes.contains(&Purpose::Absent),
        Some(_) => leaf.purposes().any(|oid| purposes.contains(&Purpose::Oid(oid))),
    };
    if fits { Ok(()) } else { Err(CertificateError::Purpose { subject, found: leaf.extensions.purposes }) }
}

/// An authority between the leaf and the root: it may sign certificates, and these, of any name. `webpki` looks at the
/// first two not at all, and at the last only where it finds a name of the kind.
pub(crate) fn judge_authority<'a>(
    authority: &Certificate<'a>,
    purposes: &PolicyList<'_, Purpose<'_>>,
) -> Result<(), CertificateError<'a>> {
    let subject = authority.subject;
    if authority.extensions.key_usage.is_some_and(|usage| usage & KEY_CERT_SIGN == 0) {
        return Err(CertificateError::KeyUsage { subject, lacks: "keyCertSign" });
    }
    if authority.extensions.constrains_others {
        return Err(CertificateError::NameConstraint);
    }
    let may = |oid: &[u8]| {
        oid == ANY_PURPOSE
            || purposes.contains(&Purpose::Oid(oid))
            || (oid == ENDORSEMENT_KEY && purposes.contains(&Purpose::Absent))
    };
    if authority.extensions.purposes.is_some() && !authority.purposes().any(may) {
        return Err(CertificateError::Purpose { subject, found: authority.extensions.purposes });
    }
    Ok(())
}

/// The root: `webpki` takes an anchor's word for all of this. `below` counts the certificates under it, the leaf included.
pub(crate) fn judge_root<'a>(
    root: &Certificate<'a>,
    below: usize,
    purposes: &PolicyList<'_, Purpose<'_>>,
    time: Time,
) -> Result<(), CertificateError<'a>> {
    let subject = root.subject;
    outside_validity(root, time).map_or(Ok(()), Err)?;
    if let Some(oid) = root.extensions.unknown_critical {
        return Err(CertificateError::UnknownCriticalExtension { subject, oid });
    }
    match root.extensions.basic_constraints {
        Some((false, _)) => return Err(CertificateError::NotAuthority { subject }),
        Some((true, Some(limit))) if below.saturating_sub(1) > limit.into() => {
            return Err(CertificateError::PathLength);
        }
        _ => {}
    }
    judge_authority(root, purposes)
}

/// A key that others can compute vouches for nobody.
pub(crate) fn judge_strength<'a>(certificate: &Certificate<'a>) -> Result<(), CertificateError<'a>> {
    match certificate.key() {
        Ok(key) if key.has_roca_shape() => Err(CertificateError::Roca { subject: certificate.subject }),
        // One that cannot be read has verified nothing; of a leaf it is told where the leaf's key is wanted.
        _ => Ok(()),
    }
}

/// Why `webpki` refused: its error names no certificate, so the one that it means is looked for.
#[inline(never)]
pub(crate) fn diagnose<'a>(
    error: &Error,
    offered: &Offered<'_, 'a>,
    roots: &[&'a [u8]],
    budget: &Budget,
    time: Time,
) -> CertificateError<'a> {
    let (leaf, issuer) = match (offered.leaf(), offered.top()) {
        (Ok(leaf), Ok(issuer)) => (leaf, issuer),
        (Err(error), _) | (_, Err(error)) => return error,
    };
    let all = || offered.iter().chain(roots.iter().filter_map(|der| Certificate::from_der(der).ok()));
    let subject = leaf.subject;
    if budget.spent() >= MAX_SIGNATURES {
        return CertificateError::Budget;
    }
    match error {
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } | Error::InvalidCertValidity => all()
            .find_map(|one| outside_validity(&one, time))
            .unwrap_or(CertificateError::rule("a certificate ends before it begins")),
        Error::CaUsedAsEndEntity => CertificateError::LeafIsAuthority { subject },
        Error::EndEntityUsedAsCa => {
            let unmarked = |one: &Certificate<'_>| !matches!(one.extensions.basic_constraints, Some((true, _)));
            let subject = all().skip(1).find(unmarked).map_or(subject, |one| one.subject);
            CertificateError::NotAuthority { subject }
        }
        Error::PathLenConstraintViolated => CertificateError::PathLength,
        Error::NameConstraintViolation | Error::MalformedNameConstraint => CertificateError::NameConstraint,
        Error::UnsupportedCriticalExtension => {
            let mut unknown = all().filter_map(|one| Some((one.subject, one.extensions.unknown_critical?)));
            match unknown.next() {
                Some((subject, oid)) => CertificateError::UnknownCriticalExtension { subject, oid },
                None => CertificateError::rule("a critical extension that is not understood"),
            }
        }
        Error::UnknownIssuer => CertificateError::UnknownIssuer { issuer },
        Error::InvalidSignatureForPublicKey => {
            if let Some(weak) = all().find_map(|one| weak_key(&one)) {
                weak
            } else {
                let failed = budget.failed();
                let signed = all().find(|one| one.tbs.as_ptr().addr() == failed);
                CertificateError::Signature { subject: signed.unwrap_or(leaf).subject }
            }
        }
        Error::MaximumPathDepthExceeded => CertificateError::rule(
            "more than six authorities stand between the key's certificate and the root; trust one that is nearer to the key",
        ),
        Error::UnsupportedCertVersion => CertificateError::rule("a certificate is not X.509 v3"),
        Error::MaximumPathBuildCallsExceeded | Error::MaximumSignatureChecksExceeded => CertificateError::Budget,
        _ => match all().find(|one| !knows(one.signature_algorithm)) {
            Some(one) => CertificateError::Algorithm { subject: one.subject },
            None => CertificateError::rule("a certificate breaks RFC 5280"),
        },
    }
}

fn outside_validity<'a>(certificate: &Certificate<'a>, time: Time) -> Option<CertificateError<'a>> {
    let Certificate { subject, not_before, not_after, .. } = *certificate;
    if time < not_before {
        Some(CertificateError::NotYetValid { subject, not_before, time })
    } else if time > not_after {
        Some(CertificateError::Expired { subject, not_after, time })
    } else {
        None
    }
}

/// A key that the crypto floor refuses before any arithmetic, which `webpki` reports as a wrong signature.
fn weak_key<'a>(certificate: &Certificate<'a>) -> Option<CertificateError<'a>> {
    match certificate.key() {
        Ok(PublicKey::Rsa { modulus, exponent }) => {
            let bits = modulus.len().saturating_mul(8);
            let weak = !(2048..=4096).contains(&bits) || exponent < 65537;
            weak.then_some(CertificateError::WeakKey { subject: certificate.subject, bits })
        }
        _ => None,
    }
}
