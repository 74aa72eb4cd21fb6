//! From a key that a proof names to one that the verifier has a reason to trust.

use super::{
    Activation, Anchor, CertificateError, CertificateRules, KeyEvidence, Name, Pin, Time, VerifiedChain, VerifyError,
    anchors::sha256,
    chain_rules::{ChainRules, LeafUse},
    error::{KeyIdentity, Part},
    public_area::{PublicArea, judge_attributes},
    revocation::RevocationRules,
    spki,
};
use crate::crypto::{Crypto, PublicKey};
#[cfg(feature = "ml-dsa")]
use crate::structures::TpmAlgId;

/// An attestation key, and the reason to believe that it is one.
///
/// ```compile_fail,E0451
/// # use tpmproof::{crypto::PublicKey, verify::TrustedKey};
/// # fn f(key: PublicKey<'static>, other: TrustedKey<'static>) -> TrustedKey<'static> {
/// TrustedKey { key, ..other }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct TrustedKey<'a> {
    key: PublicKey<'a>,
    crypto: &'a dyn Crypto,
    trust: Trust<'a>,
    public: Option<PublicArea<'a>>,
    attributes: Attributes,
}

/// Why a key is trusted.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "without an allocator a chain has no other place")]
pub enum Trust<'a> {
    /// The verifier knows the key's Name already.
    PinnedName(Name),
    /// The verifier knows the public key already, and nothing of what the TPM lets it do.
    PinnedSpki([u8; 32]),
    /// The verifier has a record that its TPM is one that the verifier knows.
    Activated(Activation<'a>),
    /// A certificate authority that the verifier trusts vouches for it.
    Certified(VerifiedChain<'a>),
}

/// Whether the key signs only what its TPM made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attributes {
    /// The attributes are part of the Name, and the Name is authenticated.
    Authenticated,
    /// The proof says so; only the profile of the certificate's authority vouches for it.
    Claimed,
    /// Nothing is said.
    Unknown,
}

impl<'a> TrustedKey<'a> {
    /// A key whose Name the verifier knows already: [`TrustedKey::pinned`], without the code that reads certificates.
    ///
    /// # Errors
    /// If the evidence has no `TPMT_PUBLIC` with one of these Names.
    pub fn named(evidence: &KeyEvidence<'a>, names: &[&[u8]], crypto: &'a dyn Crypto) -> Result<Self, VerifyError<'a>> {
        let public = public_area(evidence, crypto)?.ok_or(VerifyError::NoKey)?;
        if names.contains(&public.name.as_bytes()) {
            return Self::by_name(public, crypto);
        }
        Err(VerifyError::UnknownKey(KeyIdentity::Name(public.name)))
    }

    fn by_name(public: PublicArea<'a>, crypto: &'a dyn Crypto) -> Result<Self, VerifyError<'a>> {
        Self::new(public.key, Trust::PinnedName(public.name), Some(public), Attributes::Authenticated, crypto)
    }

    /// A key that the verifier knows already: one of `pins`.
    ///
    /// # Errors
    /// If the evidence names none of them, or contradicts itself.
    pub fn pinned(
        evidence: &KeyEvidence<'a>,
        pins: &[Pin<'a>],
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        Self::by_pin(evidence, pins.iter().copied(), crypto)
    }

    pub(crate) fn by_pin(
        evidence: &KeyEvidence<'a>,
        pins: impl Iterator<Item = Pin<'a>> + Clone,
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        let public = public_area(evidence, crypto)?;
        let named = public.as_ref().map(|public| public.name);
        if let Some(area) = &public
            && pins.clone().any(|pin| matches!(pin, Pin::Name(known) if known == area.name.as_bytes()))
        {
            return Self::by_name(*area, crypto);
        }
        let key = claimed_key(evidence, public.as_ref())?;
        for pin in pins {
            let (key, sha256) = match (pin, &key) {
                (Pin::Spki(der), claimed) => {
                    let pinned = spki::decode(der).map_err(VerifyError::decode(Part::Pin))?;
                    if claimed.as_ref().is_some_and(|claimed| !spki::same_key(claimed, &pinned)) {
                        continue;
                    }
                    (pinned, spki_sha256(&pinned, crypto)?)
                }
                (Pin::SpkiSha256(known), Some(claimed)) if spki_sha256(claimed, crypto)? == known => (*claimed, known),
                _ => continue,
            };
            let attributes = if public.is_some() { Attributes::Claimed } else { Attributes::Unknown };
            return Self::new(key, Trust::PinnedSpki(sha256), public, attributes, crypto);
        }
        match (key, named) {
            (None, _) => Err(VerifyError::NoKey),
            (_, Some(name)) => Err(VerifyError::UnknownKey(KeyIdentity::Name(name))),
            (Some(key), None) => Err(VerifyError::UnknownKey(KeyIdentity::SpkiSha256(spki_sha256(&key, crypto)?))),
        }
    }

    /// A key of one of `records`: its TPM has shown, by a credential that only it could read, that it has the key.
    ///
    /// # Errors
    /// If the evidence has no `TPMT_PUBLIC`, or one whose Name stands in no record, or contradicts itself.
    pub fn activated(
        evidence: &KeyEvidence<'a>,
        records: &[Activation<'a>],
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        Self::by_record(evidence, records.iter().copied(), crypto)
    }

    pub(crate) fn by_record(
        evidence: &KeyEvidence<'a>,
        mut records: impl Iterator<Item = Activation<'a>>,
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        let public = public_area(evidence, crypto)?;
        claimed_key(evidence, public.as_ref())?;
        let area = public.as_ref().ok_or(VerifyError::NoKey)?;
        let record = records.find(|record| record.ak_name == area.name.as_bytes());
        let record = record.ok_or(VerifyError::UnknownKey(KeyIdentity::Name(area.name)))?;
        Self::new(area.key, Trust::Activated(record), public, Attributes::Authenticated, crypto)
    }

    /// A key that a chain of certificates ties to one of `anchors`.
    ///
    /// # Errors
    /// If the chain is wrong, or the evidence shows another key than the certificate's.
    pub fn certified(
        evidence: &KeyEvidence<'a>,
        anchors: &[Anchor<'a>],
        rules: &CertificateRules<'a>,
        time: Time,
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        Self::by_chain(evidence, anchors.iter().copied(), rules, time, crypto)
    }

    #[inline(never)]
    pub(crate) fn by_chain(
        evidence: &KeyEvidence<'a>,
        anchors: impl Iterator<Item = Anchor<'a>>,
        rules: &CertificateRules<'a>,
        time: Time,
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        let revocation = RevocationRules { lists: evidence.revocation_lists, required: rules.require_crl };
        let asked = ChainRules { leaf_use: LeafUse::Signing, purposes: &rules.purposes, revocation };
        let chain = VerifiedChain::verify(evidence.certificates(), anchors, &asked, time, crypto);
        Self::of_chain(chain, evidence, rules, crypto)
    }

    /// The key of the chain's leaf, if the rules want that and the evidence shows no other.
    #[inline(never)]
    fn of_chain(
        chain: Result<VerifiedChain<'a>, CertificateError<'a>>,
        evidence: &KeyEvidence<'a>,
        rules: &CertificateRules<'a>,
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        let chain = chain.map_err(VerifyError::Certificate)?;
        rules.judge(chain.leaf())?;
        let key = chain.leaf().key().map_err(VerifyError::decode(Part::CertificateKey))?;
        let public = public_area(evidence, crypto)?;
        if claimed_key(evidence, public.as_ref())?.is_some_and(|claimed| !spki::same_key(&claimed, &key)) {
            return Err(VerifyError::KeyMismatch);
        }
        let attributes = if public.is_some() { Attributes::Claimed } else { Attributes::Unknown };
        Self::new(key, Trust::Certified(chain), public, attributes, crypto)
    }

    /// A key that others can compute is nobody's. Attributes that are told are judged, whoever tells them: a proof may not contradict itself.
    fn new(
        key: PublicKey<'a>,
        trust: Trust<'a>,
        public: Option<PublicArea<'a>>,
        attributes: Attributes,
        crypto: &'a dyn Crypto,
    ) -> Result<Self, VerifyError<'a>> {
        judge_strength(&key)?;
        if let Some(public) = &public {
            judge_attributes(public.attributes)?;
        }
        Ok(Self { key, crypto, trust, public, attributes })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PublicKey<'a> {
        &self.key
    }

    /// Why it is trusted.
    #[must_use]
    pub fn trust(&self) -> &Trust<'a> {
        &self.trust
    }

    /// What is known of its attributes.
    #[must_use]
    pub fn attributes(&self) -> Attributes {
        self.attributes
    }

    /// Its Name, where its `TPMT_PUBLIC` is in the proof; authenticated only by [`Trust::PinnedName`] and
    /// [`Trust::Activated`].
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        self.public.as_ref().map(|public| &public.name)
    }

    /// The `nameAlg` of its `TPMT_PUBLIC`, where that is in the proof.
    #[cfg(feature = "ml-dsa")]
    pub(crate) fn name_algorithm(&self) -> Option<TpmAlgId> {
        self.name().map(Name::algorithm)
    }

    pub(crate) fn public_area(&self) -> Option<&PublicArea<'a>> {
        self.public.as_ref()
    }

    pub(crate) fn crypto(&self) -> &'a dyn Crypto {
        self.crypto
    }
}

/// SHA-256 of a key's `SubjectPublicKeyInfo` in DER: what `openssl pkey -pubin -outform DER | sha256sum` prints.
///
/// # Errors
/// If the hash is not available or the key larger than any that is accepted.
pub fn spki_sha256<'e>(key: &PublicKey<'_>, crypto: &dyn Crypto) -> Result<[u8; 32], VerifyError<'e>> {
    let mut buffer = [0; spki::MAX_SIZE];
    let der = spki::encode(key, &mut buffer).ok_or(VerifyError::NoKey)?;
    sha256(der, crypto).map_err(VerifyError::Certificate)
}

/// The `SubjectPublicKeyInfo` of a `TPMT_PUBLIC`.
#[cfg(feature = "documents")]
pub(crate) fn public_area_spki<'e>(
    public: &'e [u8],
    crypto: &dyn Crypto,
) -> Result<std::vec::Vec<u8>, VerifyError<'e>> {
    let area = PublicArea::read(public, crypto)?;
    let mut buffer = [0; spki::MAX_SIZE];
    spki::encode(&area.key, &mut buffer).map(<[u8]>::to_vec).ok_or(VerifyError::NoKey)
}

/// Whoever can compute a key can sign with it.
pub(crate) fn judge_strength<'e>(key: &PublicKey<'_>) -> Result<(), VerifyError<'e>> {
    if key.has_roca_shape() { Err(VerifyError::Roca) } else { Ok(()) }
}

fn public_area<'a>(evidence: &KeyEvidence<'a>, crypto: &dyn Crypto) -> Result<Option<PublicArea<'a>>, VerifyError<'a>> {
    evidence.public.map(|bytes| PublicArea::read(bytes, crypto)).transpose()
}

/// The key that the evidence speaks of, where it speaks of one and does not contradict itself.
fn claimed_key<'a>(
    evidence: &KeyEvidence<'a>,
    public: Option<&PublicArea<'a>>,
) -> Result<Option<PublicKey<'a>>, VerifyError<'a>> {
    let bare = evidence.spki.map(spki::decode).transpose().map_err(VerifyError::decode(Part::KeySpki))?;
    let certified = evidence.certificates.first().map(|der| {
        let leaf = super::Certificate::from_der(der).map_err(VerifyError::decode(Part::KeyCertificate))?;
        leaf.key().map_err(VerifyError::decode(Part::CertificateKey))
    });
    let certified = certified.transpose()?;
    let mut claimed: Option<PublicKey<'a>> = None;
    for key in [public.map(|public| public.key), bare, certified].into_iter().flatten() {
        if claimed.as_ref().is_some_and(|first| !spki::same_key(first, &key)) {
            return Err(VerifyError::KeyMismatch);
        }
        claimed = claimed.or(Some(key));
    }
    Ok(claimed)
}
