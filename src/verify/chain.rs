//! From certificates nobody vouches for to one that an anchor vouches for.

use super::{
    Anchor, Certificate, CertificateError, DistinguishedName, Purpose, Time,
    certificate_algorithms::{Algorithms, Budget},
    chain_rules::{diagnose, judge_authority, judge_leaf, judge_root},
};
use crate::crypto::Crypto;
use core::time::Duration;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};

/// A certificate that a chain of signatures ties to an anchor, at a point in time.
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{Certificate, VerifiedChain, Time};
/// # fn f(leaf: Certificate<'static>) -> VerifiedChain<'static> {
/// VerifiedChain { leaf, names: Default::default(), root_sha256: [0; 32], time: Time::from_unix_seconds(0) }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedChain<'a> {
    leaf: Certificate<'a>,
    names: heapless::Vec<DistinguishedName<'a>, MAX_CERTIFICATES>,
    root_sha256: [u8; 32],
    time: Time,
}

impl<'a> VerifiedChain<'a> {
    /// Ties the first of `certificates` to one of `anchors`, through the others.
    pub(crate) fn verify(
        certificates: &[&'a [u8]],
        anchors: &[Anchor<'a>],
        purposes: &[Purpose<'_>],
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<Self, CertificateError<'a>> {
        let read = read(certificates)?;
        let [leaf, others @ ..] = read.as_slice() else { return Err(CertificateError::Absent) };
        let budget = Budget::default();
        let algorithms = Algorithms::new(crypto, &budget);
        let roots = roots(leaf, others, anchors, &algorithms, crypto)?;
        let root = walk(leaf, others, &roots, &algorithms, &budget, time)?;
        judge_leaf(leaf, purposes)?;
        let mut names = heapless::Vec::new();
        for name in root.names.iter().chain([&root.certificate.subject]) {
            names.push(*name).map_err(|_| CertificateError::TooMany(certificates.len()))?;
        }
        for authority in others.iter().filter(|other| root.passed.contains(&other.der.as_ptr().addr())) {
            judge_authority(authority, purposes)?;
        }
        judge_root(&root.certificate, root.names.len(), purposes, time)?;
        let root_sha256 = super::anchors::sha256(root.certificate.der, crypto)?;
        Ok(Self { leaf: *leaf, names, root_sha256, time })
    }

    /// The certificate of the attestation key.
    #[must_use]
    pub fn leaf(&self) -> &Certificate<'a> {
        &self.leaf
    }

    /// The subjects, from the attestation key to the root.
    pub fn names(&self) -> impl Iterator<Item = DistinguishedName<'a>> {
        self.names.iter().copied()
    }

    /// SHA-256 of the root's certificate.
    #[must_use]
    pub fn root_sha256(&self) -> &[u8; 32] {
        &self.root_sha256
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

type Certificates<'a> = heapless::Vec<Certificate<'a>, MAX_CERTIFICATES>;

fn read<'a>(certificates: &[&'a [u8]]) -> Result<Certificates<'a>, CertificateError<'a>> {
    let mut all = heapless::Vec::new();
    for (index, der) in certificates.iter().enumerate() {
        if der.len() > MAX_CERTIFICATE_SIZE {
            return Err(CertificateError::TooLarge { index, size: der.len() });
        }
        let certificate = Certificate::from_der(der).map_err(|error| CertificateError::Decode { index, error })?;
        all.push(certificate).map_err(|_| CertificateError::TooMany(certificates.len()))?;
    }
    Ok(all)
}

/// The certificates that `anchors` stand for: given whole, or found among `others` by fingerprint or key.
fn roots<'a>(
    leaf: &Certificate<'a>,
    others: &[Certificate<'a>],
    anchors: &[Anchor<'a>],
    algorithms: &Algorithms<'_>,
    crypto: &dyn Crypto,
) -> Result<Certificates<'a>, CertificateError<'a>> {
    let mut found: Certificates<'a> = heapless::Vec::new();
    for anchor in anchors {
        if anchor.stands_for(leaf, crypto)? {
            return Err(CertificateError::LeafIsAnchor);
        }
        let given = match anchor {
            Anchor::Certificate(der) => Some(Certificate::from_der(der).map_err(CertificateError::Anchor)?),
            _ => None,
        };
        for candidate in given.as_ref().map_or(others, core::slice::from_ref) {
            // A full list of certificates given whole may be long; only those that issued something here matter.
            let issued = [leaf].into_iter().chain(others).any(|one| one.issuer == candidate.subject);
            if issued && anchor.stands_for(candidate, crypto)? {
                if anchor.is_key() {
                    // Only its key is pinned: its name, dates and constraints are its own word until the key signs them.
                    verify_self_signed(candidate, algorithms)?;
                }
                found.push(*candidate).map_err(|_| CertificateError::TooMany(others.len()))?;
            }
        }
    }
    if found.is_empty() {
        return Err(CertificateError::UnknownIssuer { issuer: top(leaf, others).issuer });
    }
    Ok(found)
}

/// The last certificate that is reached by following issuers by name.
fn top<'c, 'a>(leaf: &'c Certificate<'a>, others: &'c [Certificate<'a>]) -> &'c Certificate<'a> {
    let mut last = leaf;
    for _ in others {
        match others.iter().find(|one| one.subject == last.issuer && one.der != last.der) {
            Some(issuer) => last = issuer,
            None => break,
        }
    }
    last
}

fn verify_self_signed<'a>(root: &Certificate<'a>, algorithms: &Algorithms<'_>) -> Result<(), CertificateError<'a>> {
    let refused = CertificateError::Signature { subject: root.subject };
    let content = crate::wire::der::element(crate::wire::der::tag::SEQUENCE);
    let algorithm = content(root.signature_algorithm).map(|(_, content)| content).unwrap_or_default();
    let own = PublicKeyInfo::split(root.spki).ok_or(refused)?;
    let table = algorithms.table();
    let fits = table
        .iter()
        .find(|row| row.signature_alg_id().as_ref() == algorithm && row.public_key_alg_id().as_ref() == own.algorithm);
    let row = fits.ok_or(CertificateError::Algorithm { subject: root.subject })?;
    row.verify_signature(own.bits, root.tbs, root.signature).map_err(|_| refused)
}

/// The two parts of a `SubjectPublicKeyInfo`.
struct PublicKeyInfo<'a> {
    algorithm: &'a [u8],
    bits: &'a [u8],
}

impl<'a> PublicKeyInfo<'a> {
    fn split(spki: &'a [u8]) -> Option<Self> {
        use crate::wire::der::{element, tag};
        let (_, content) = element(tag::SEQUENCE)(spki).ok()?;
        let (rest, algorithm) = element(tag::SEQUENCE)(content).ok()?;
        let (_, bits) = element(tag::BIT_STRING)(rest).ok()?;
        Some(Self { algorithm, bits: bits.get(1..)? })
    }
}

type CertificateDers<'a> = heapless::Vec<CertificateDer<'a>, MAX_CERTIFICATES>;

/// Where the path ended, and through which certificates it went.
struct Walked<'a> {
    certificate: Certificate<'a>,
    names: heapless::Vec<DistinguishedName<'a>, MAX_CERTIFICATES>,
    passed: heapless::Vec<usize, MAX_CERTIFICATES>,
}

/// Signatures, names, validity, CA flags, path length: RFC 5280, 6.1, as `webpki` does it.
fn walk<'a>(
    leaf: &Certificate<'a>,
    others: &[Certificate<'a>],
    roots: &[Certificate<'a>],
    algorithms: &Algorithms<'_>,
    budget: &Budget,
    time: Time,
) -> Result<Walked<'a>, CertificateError<'a>> {
    let root_ders: CertificateDers<'_> = roots.iter().map(|root| CertificateDer::from(root.der)).collect();
    let offered: CertificateDers<'_> = others.iter().map(|other| CertificateDer::from(other.der)).collect();
    let mut anchors: heapless::Vec<TrustAnchor<'_>, MAX_CERTIFICATES> = heapless::Vec::new();
    for der in &root_ders {
        let anchor = anchor_from_trusted_cert(der).map_err(|_| CertificateError::Rule("the root is malformed"))?;
        anchors.push(anchor).map_err(|_| CertificateError::TooMany(roots.len()))?;
    }
    let leaf_der = CertificateDer::from(leaf.der);
    let explain = |error: Error| {
        let all = [leaf].into_iter().chain(others).chain(roots);
        diagnose(&error, &all, top(leaf, others), algorithms, budget, time)
    };
    let end_entity = EndEntityCert::try_from(&leaf_der).map_err(explain)?;
    let path = end_entity
        .verify_for_usage(
            &algorithms.table(),
            &anchors,
            &offered,
            UnixTime::since_unix_epoch(Duration::from_secs(time.unix_seconds())),
            AnyPurpose,
            None,
            None,
        )
        .map_err(explain)?;
    let anchor = path.anchor();
    let root = anchors.iter().zip(roots).find(|(one, _)| core::ptr::eq(*one, anchor));
    let (_, certificate) = root.ok_or(CertificateError::Rule("the path ends at no anchor"))?;
    let mut walked = Walked { certificate: *certificate, names: heapless::Vec::new(), passed: heapless::Vec::new() };
    let _ = walked.names.push(leaf.subject);
    for intermediate in path.intermediate_certificates() {
        let der = intermediate.der();
        if let Some(other) = others.iter().find(|other| other.der == der.as_ref()) {
            let _ = walked.names.push(other.subject);
            let _ = walked.passed.push(other.der.as_ptr().addr());
        }
    }
    Ok(walked)
}

/// `webpki` asks about the purposes of every certificate alike; here the leaf's rule is another than an authority's, so it is
/// told yes, and [`judge_leaf`] and [`judge_authority`] look.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}
