//! Whether the certificates of a chain are revoked: no, yes, or nobody knows.

use super::{
    Certificate, CertificateError, DistinguishedName, RevocationList, Revoked, Time, VerifiedChain,
    certificate_algorithms::Provider,
    certificate_extensions::CRL_SIGN,
    check::{Detail, Finding},
    distribution_points::{covers, first_uri},
    signed_data::Refused,
};
use crate::crypto::Crypto;
use core::fmt;

/// What is known of the certificates of a chain below its root. One that is revoked makes no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationStatus {
    /// Nobody looked: no list was given.
    NotChecked,
    /// The lists of all their issuers say that none is revoked.
    NotRevoked,
    /// Of one of them nobody knows; the place of the first in the chain, the key's own being 0, and why.
    #[expect(missing_docs, reason = "as the line above says")]
    Unknown { place: u8, why: UnknownRevocation },
}

/// Why nobody knows whether a certificate is revoked. Of several lists the last of these reasons is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UnknownRevocation {
    /// There is no list of its issuer.
    NoList,
    /// The list is about other certificates of its issuer.
    OtherScope,
    /// The list was made later than the time that is asked about.
    NotYet,
    /// The next list was due before that time.
    OutOfDate,
    /// The issuer's certificate does not allow its key to sign lists.
    KeyUsage,
    /// The list's algorithm is not one for the issuer's key.
    Algorithm,
    /// The issuer's key did not sign the list.
    Signature,
    /// More signatures would have to be verified than the lists of a chain may cost.
    Budget,
}

/// The lists, and what is asked of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RevocationRules<'r, 'a> {
    pub(crate) lists: &'r [RevocationList<'a>],
    /// That nobody knows is an error.
    pub(crate) required: bool,
}

impl<'a> RevocationRules<'_, 'a> {
    /// No list, and none is asked for.
    pub(crate) const NONE: Self = Self { lists: &[], required: false };

    /// Judges the certificates `below`, each by the lists of its issuer: the next of them, and of the last one `root`. Any list that tells of a
    /// certificate refuses it, also one that is out of date; only one that is not says that a certificate is not revoked.
    #[inline(never)]
    pub(crate) fn judge(
        &self,
        below: impl Iterator<Item = &'a [u8]> + Clone,
        root: &'a [u8],
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<RevocationStatus, CertificateError<'a>> {
        if self.lists.is_empty() && !self.required {
            return Ok(RevocationStatus::NotChecked);
        }
        // As many signatures again as the chain itself may cost.
        let provider = Provider::new(crypto);
        let issuers = below.clone().skip(1).chain([root]);
        let mut status = RevocationStatus::NotRevoked;
        for (place, (der, issuer)) in (0u8..).zip(below.zip(issuers)) {
            let certificate = Certificate::from_der(der).map_err(CertificateError::Anchor)?;
            let Err(why) = self.judge_one(&certificate, issuer, place == 0, time, &provider)? else { continue };
            if self.required {
                let distribution_point = first_uri(&certificate);
                return Err(CertificateError::RevocationUnknown {
                    issuer: certificate.issuer,
                    distribution_point,
                    why,
                });
            }
            if status == RevocationStatus::NotRevoked {
                status = RevocationStatus::Unknown { place, why };
            }
        }
        Ok(status)
    }

    /// Whether a list that holds says that the certificate is not revoked, or why none does.
    fn judge_one(
        &self,
        certificate: &Certificate<'a>,
        issuer: &'a [u8],
        is_leaf: bool,
        time: Time,
        provider: &Provider<'_>,
    ) -> Result<Result<(), UnknownRevocation>, CertificateError<'a>> {
        let issuer = Certificate::from_der(issuer).map_err(CertificateError::Anchor)?;
        let mut known = Err(UnknownRevocation::NoList);
        for list in self.lists.iter().filter(|list| list.issuer == certificate.issuer) {
            // A signature is verified only where it decides something.
            let names = list.revoked().any(|revoked| revoked.serial == certificate.serial);
            if known.is_ok() && !names {
                continue;
            }
            let found = match speaks_of(list, certificate, &issuer, is_leaf, provider) {
                Ok(()) => what_it_says(list, certificate, time)?,
                Err(why) => Err(why),
            };
            known = match (known, found) {
                // A list that names it and was not verified might revoke it, whatever others say.
                (Err(UnknownRevocation::Budget), _) | (_, Err(UnknownRevocation::Budget)) => {
                    Err(UnknownRevocation::Budget)
                }
                (Ok(()), _) | (_, Ok(())) => Ok(()),
                (Err(one), Err(other)) => Err(one.max(other)),
            };
        }
        Ok(known)
    }
}

/// Of a list that is the issuer's word on the certificate: it is revoked, it is not, or the list does not hold at the time.
fn what_it_says<'a>(
    list: &RevocationList<'a>,
    certificate: &Certificate<'a>,
    time: Time,
) -> Result<Result<(), UnknownRevocation>, CertificateError<'a>> {
    let (begun, ended) = (list.this_update <= time, list.next_update < time);
    let found = list.revoked().find(|revoked| revoked.serial == certificate.serial);
    if let Some(Revoked { serial, date, reason }) = found.filter(|revoked| begun || revoked.date <= time) {
        return Err(CertificateError::Revoked { subject: certificate.subject, serial, date, reason });
    }
    Ok(match (begun, ended) {
        (true, false) => Ok(()),
        (true, true) => Err(UnknownRevocation::OutOfDate),
        (false, _) => Err(UnknownRevocation::NotYet),
    })
}

/// Whether the list is the issuer's word on the certificate, of whatever time.
fn speaks_of(
    list: &RevocationList<'_>,
    certificate: &Certificate<'_>,
    issuer: &Certificate<'_>,
    is_leaf: bool,
    provider: &Provider<'_>,
) -> Result<(), UnknownRevocation> {
    if !covers(&list.scope, certificate, is_leaf) {
        return Err(UnknownRevocation::OtherScope);
    }
    if issuer.extensions.key_usage.is_some_and(|usage| usage & CRL_SIGN == 0) {
        return Err(UnknownRevocation::KeyUsage);
    }
    list.signed.verify(issuer.spki, provider).map_err(|refused| match refused {
        Refused::Algorithm => UnknownRevocation::Algorithm,
        Refused::Signature if provider.budget.is_overdrawn() => UnknownRevocation::Budget,
        Refused::Signature => UnknownRevocation::Signature,
    })
}

/// What the lists say of a chain whose certificates none of them revokes.
pub(crate) fn finding<'a>(chain: &VerifiedChain<'a>) -> Finding<'a> {
    match chain.revocation() {
        RevocationStatus::NotChecked => Finding::NotChecked(Detail::text("no revocation list was given")),
        RevocationStatus::NotRevoked => Finding::Pass(Detail::count(
            chain.names().count().saturating_sub(1),
            " certificates are not revoked, by the lists of their authorities",
        )),
        RevocationStatus::Unknown { place, why } => {
            // The issuer of each is the next.
            match chain.names().nth(usize::from(place).saturating_add(1)) {
                Some(issuer) => Finding::NotChecked(Detail::revocation(issuer, why)),
                None => Finding::NotChecked(Detail::text("nobody knows whether the certificates are revoked")),
            }
        }
    }
}

/// What is said where nobody knows.
pub(crate) struct Unknown<'a> {
    pub(crate) issuer: DistinguishedName<'a>,
    pub(crate) why: UnknownRevocation,
}

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = match self.why {
            UnknownRevocation::NoList => ("there is no revocation list of ", ""),
            UnknownRevocation::OtherScope => ("the revocation list of ", " is about other certificates"),
            UnknownRevocation::NotYet => ("the revocation list of ", " was made later than the time of this check"),
            UnknownRevocation::OutOfDate => ("the revocation list of ", " is out of date"),
            UnknownRevocation::KeyUsage => {
                ("the KeyUsage of ", " lacks cRLSign, so that its revocation lists do not count")
            }
            UnknownRevocation::Algorithm => {
                ("the revocation list of ", " is signed with an algorithm that is not one for its key")
            }
            UnknownRevocation::Signature => ("the revocation list of ", " is not signed by its key"),
            UnknownRevocation::Budget => (
                "the revocation lists of this chain would cost more than 8 signature verifications, and that of ",
                " was not verified; give one list for each authority",
            ),
        };
        write!(f, "{before}{}{after}", self.issuer)
    }
}
