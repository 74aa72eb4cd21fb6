//! From certificates nobody vouches for to one that an anchor vouches for.

use super::{
    Anchor, Certificate, CertificateError, DistinguishedName, PolicyList, Purpose, RevocationStatus, Time,
    certificate_algorithms::{Algorithms, Provider},
    certificate_policies::{MAX_COPY, Shown, critical_flag},
    chain_rules::{ChainRules, LeafUse, diagnose, judge_authority, judge_leaf, judge_root, judge_strength},
    offered::Offered,
    platforms::ENDORSEMENT_KEY,
    revocation::RevocationRules,
    signed_data::Refused,
};
use crate::crypto::Crypto;
use core::time::Duration;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};

/// A certificate that a chain of signatures ties to an anchor, at a point in time.
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{Certificate, VerifiedChain};
/// # fn f(leaf: Certificate<'static>, other: VerifiedChain<'static>) -> VerifiedChain<'static> {
/// VerifiedChain { leaf, ..other }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedChain<'a> {
    leaf: Certificate<'a>,
    names: heapless::Vec<DistinguishedName<'a>, MAX_CERTIFICATES>,
    root_sha256: [u8; 32],
    revocation: RevocationStatus,
    time: Time,
}

impl<'a> VerifiedChain<'a> {
    /// Ties the first of `certificates` to one of `anchors`, through the others.
    pub(crate) fn verify(
        certificates: &[&'a [u8]],
        anchors: impl Iterator<Item = Anchor<'a>>,
        rules: &ChainRules<'_, 'a>,
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<Self, CertificateError<'a>> {
        let walked = find(certificates, anchors, time, crypto)?;
        Self::judge_all(certificates, &walked, rules, time, crypto)
    }

    /// The rules, and then the revocation lists: a frame of its own, because a chain is large beside the search for it.
    #[inline(never)]
    fn judge_all(
        certificates: &[&'a [u8]],
        walked: &Walked<'a>,
        rules: &ChainRules<'_, 'a>,
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<Self, CertificateError<'a>> {
        let mut chain = Self::judge(certificates, walked, rules, time, crypto)?;
        chain.revocation = rules.revocation.judge(walked.below(certificates), walked.root, time, crypto)?;
        Ok(chain)
    }

    /// Ties the certificate of an endorsement key, the first of `certificates`, to one of `anchors`, through the others. It must say that it
    /// is one (TCG EK Credential Profile 2.5, 3.2): under the same root any other certificate's key may be anybody's, without a TPM.
    ///
    /// # Errors
    /// If there is no chain at `time`, or a certificate on it is not for what it is used for.
    pub fn of_endorsement_key(
        certificates: &[&'a [u8]],
        anchors: &[Anchor<'a>],
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<Self, CertificateError<'a>> {
        const PURPOSES: &[Purpose<'_>] = &[Purpose::Oid(ENDORSEMENT_KEY)];
        let (purposes, revocation) = (&PolicyList::new(PURPOSES), RevocationRules::NONE);
        let rules = ChainRules { leaf_use: LeafUse::Decryption, purposes, revocation };
        Self::verify(certificates, anchors.iter().copied(), &rules, time, crypto)
    }

    /// What is asked beyond RFC 5280, of each certificate on the way.
    #[inline(never)]
    fn judge(
        certificates: &[&'a [u8]],
        walked: &Walked<'a>,
        rules: &ChainRules<'_, 'a>,
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<Self, CertificateError<'a>> {
        let purposes = rules.purposes;
        let leaf = Offered(certificates).leaf()?;
        judge_leaf(&leaf, rules.leaf_use, purposes)?;
        judge_strength(&leaf)?;
        let mut names = heapless::Vec::new();
        let too_many = |_| CertificateError::TooMany(certificates.len());
        names.push(leaf.subject).map_err(too_many)?;
        for der in walked.authorities.iter().chain([&walked.root]) {
            let authority = Certificate::from_der(der).map_err(CertificateError::Anchor)?;
            if names.len() > walked.authorities.len() {
                judge_root(&authority, names.len(), purposes, time)?;
            } else {
                judge_authority(&authority, purposes)?;
            }
            judge_strength(&authority)?;
            names.push(authority.subject).map_err(too_many)?;
        }
        let root_sha256 = super::anchors::sha256(walked.root, crypto)?;
        Ok(Self { leaf, names, root_sha256, revocation: RevocationStatus::NotChecked, time })
    }

    /// The key's certificate.
    #[must_use]
    pub fn leaf(&self) -> &Certificate<'a> {
        &self.leaf
    }

    /// The subjects, from the key's to the root's.
    pub fn names(&self) -> impl Iterator<Item = DistinguishedName<'a>> {
        self.names.iter().copied()
    }

    /// SHA-256 of the root's certificate.
    #[must_use]
    pub fn root_sha256(&self) -> &[u8; 32] {
        &self.root_sha256
    }

    /// What is known of the revocation of the certificates below the root.
    #[must_use]
    pub fn revocation(&self) -> RevocationStatus {
        self.revocation
    }

    /// When the chain was found valid.
    #[must_use]
    pub fn time(&self) -> Time {
        self.time
    }
}

/// The most certificates that a chain may have, and so the most signatures that it may cost.
pub const MAX_CERTIFICATES: usize = 8;
/// The largest certificate that is read, in bytes.
pub const MAX_CERTIFICATE_SIZE: usize = 16 * 1024;

type Ders<'a> = heapless::Vec<&'a [u8], MAX_CERTIFICATES>;

/// The certificates that `anchors` stand for: given whole, or found among those offered by fingerprint or key.
#[inline(never)]
fn roots<'a>(
    offered: &Offered<'_, 'a>,
    anchors: impl Iterator<Item = Anchor<'a>>,
    provider: &Provider<'_>,
) -> Result<Ders<'a>, CertificateError<'a>> {
    let mut found = Ders::new();
    let mut consider = |anchor: &Anchor<'a>, candidate: &Certificate<'a>| {
        // A full list of certificates given whole may be long; only those that issued something here matter.
        if offered.iter().any(|one| one.issuer == candidate.subject) && anchor.stands_for(candidate, provider.crypto)? {
            if anchor.is_key() {
                // Only its key is pinned: its name, dates and constraints are its own word until the key signs them.
                candidate.signed_data().verify(candidate.spki, provider).map_err(|refused| match refused {
                    Refused::Algorithm => CertificateError::Algorithm { subject: candidate.subject },
                    Refused::Signature => CertificateError::Signature { subject: candidate.subject },
                })?;
            }
            found.push(candidate.der).map_err(|_| CertificateError::TooMany(MAX_CERTIFICATES.saturating_add(1)))?;
        }
        Ok(())
    };
    for anchor in anchors {
        if anchor.stands_for(&offered.leaf()?, provider.crypto)? {
            return Err(CertificateError::LeafIsAnchor);
        }
        if let Anchor::Certificate(der) = anchor {
            consider(&anchor, &Certificate::from_der(der).map_err(CertificateError::Anchor)?)?;
        } else {
            offered.iter().skip(1).try_for_each(|candidate| consider(&anchor, &candidate))?;
        }
    }
    if found.is_empty() {
        return Err(CertificateError::UnknownIssuer { issuer: offered.top()? });
    }
    Ok(found)
}

/// The path from the first of `certificates` to one of `anchors`. The search is the deepest part of a verification: it has a frame
/// of its own, so that nothing that is only needed before or after it takes stack beside it.
#[inline(never)]
fn find<'a>(
    certificates: &[&'a [u8]],
    anchors: impl Iterator<Item = Anchor<'a>>,
    time: Time,
    crypto: &dyn Crypto,
) -> Result<Walked<'a>, CertificateError<'a>> {
    let offered = Offered::read(certificates)?;
    let provider = Provider::new(crypto);
    let roots = roots(&offered, anchors, &provider)?;
    let leaf = certificates.first().ok_or(CertificateError::Absent)?;
    match flag_of(leaf) {
        Some(flag) => walk_showing(&offered, &roots, &provider, time, flag),
        None => walk(&offered, &roots, &provider, time, leaf),
    }
}

/// Apart, so that the certificate that is read takes no stack beside the search.
#[inline(never)]
fn flag_of(leaf: &[u8]) -> Option<usize> {
    Certificate::from_der(leaf).ok().and_then(|leaf| critical_flag(&leaf))
}

/// Apart, because few leaves need the room of a copy.
#[inline(never)]
fn walk_showing<'a>(
    offered: &Offered<'_, 'a>,
    roots: &Ders<'a>,
    provider: &Provider<'_>,
    time: Time,
    flag: usize,
) -> Result<Walked<'a>, CertificateError<'a>> {
    let leaf = offered.0.first().ok_or(CertificateError::Absent)?;
    let mut buffer = [0; MAX_COPY];
    match Shown::new(leaf, flag, &mut buffer) {
        Some(shown) => walk(offered, roots, &provider.showing(&shown), time, shown.copy()),
        None => walk(offered, roots, provider, time, leaf),
    }
}

/// Where the path ended, and through which authorities it went.
struct Walked<'a> {
    root: &'a [u8],
    authorities: Ders<'a>,
}

impl<'a> Walked<'a> {
    /// The certificates below the root, the key's own first.
    fn below(&self, certificates: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> + Clone {
        certificates.first().copied().into_iter().chain(self.authorities.iter().copied())
    }
}

/// Signatures, names, validity, CA flags, path length: RFC 5280, 6.1, as `webpki` does it.
#[inline(never)]
fn walk<'a>(
    offered: &Offered<'_, 'a>,
    roots: &Ders<'a>,
    provider: &Provider<'_>,
    time: Time,
    leaf: &[u8],
) -> Result<Walked<'a>, CertificateError<'a>> {
    let too_many = || CertificateError::TooMany(MAX_CERTIFICATES.saturating_add(1));
    let wrapped = |ders: &[&'a [u8]]| {
        let mut wrapped: heapless::Vec<CertificateDer<'a>, MAX_CERTIFICATES> = heapless::Vec::new();
        ders.iter().try_for_each(|der| wrapped.push(CertificateDer::from(*der)).map_err(|_| too_many()))?;
        Ok(wrapped)
    };
    let (ders, root_ders) = (wrapped(offered.0.get(1..).unwrap_or_default())?, wrapped(roots)?);
    let mut anchors: heapless::Vec<TrustAnchor<'_>, MAX_CERTIFICATES> = heapless::Vec::new();
    for der in &root_ders {
        let anchor = anchor_from_trusted_cert(der).map_err(|_| CertificateError::rule("the root is malformed"))?;
        anchors.push(anchor).map_err(|_| too_many())?;
    }
    let explain = |error: &Error| diagnose(error, offered, roots, &provider.budget, time);
    let leaf_der = CertificateDer::from(leaf);
    let end_entity = EndEntityCert::try_from(&leaf_der).map_err(|error| explain(&error))?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(time.unix_seconds()));
    let algorithms = Algorithms::new(provider);
    let table = algorithms.table();
    // Looked at where it is: a path is large for the stack of a small machine.
    let verified = end_entity.verify_for_usage(&table, &anchors, &ders, now, AnyPurpose, None, None);
    let path = verified.as_ref().map_err(explain)?;
    let reached = anchors.iter().position(|one| core::ptr::eq(one, path.anchor()));
    let root =
        reached.and_then(|place| roots.get(place)).ok_or(CertificateError::rule("the path ends at no anchor"))?;
    let mut authorities = Ders::new();
    for intermediate in path.intermediate_certificates() {
        let der = intermediate.der();
        let offered = offered.0.iter().find(|offered| **offered == der.as_ref());
        authorities.push(offered.ok_or(CertificateError::Absent)?).map_err(|_| too_many())?;
    }
    Ok(Walked { root, authorities })
}

/// `webpki` asks about the purposes of every certificate alike; here the leaf's rule is another than an authority's, so it is
/// told yes, and [`judge_leaf`] and [`judge_authority`] look.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}
