//! The signature algorithms of certificates, over our own [`Crypto`], and the budget for them.

use super::certificate_policies::Shown;
use super::spki;
use crate::crypto::{Crypto, Curve, HashAlgorithm, Signature};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

/// Every algorithm that a certificate may be signed with. SHA-1 and MD5 are not among them.
pub(crate) struct Algorithms<'c>([Algorithm<'c>; ROWS.len()]);

/// What all of them share.
#[derive(Debug)]
pub(crate) struct Provider<'c> {
    pub(crate) crypto: &'c dyn Crypto,
    pub(crate) budget: Budget,
    /// The leaf, where `webpki` is shown another one.
    pub(crate) shown: Option<&'c Shown<'c>>,
}

impl<'c> Provider<'c> {
    pub(crate) fn new(crypto: &'c dyn Crypto) -> Self {
        Self { crypto, budget: Budget::default(), shown: None }
    }

    /// The same, with what is left of its budget, where `webpki` is shown another leaf.
    pub(crate) fn showing(&self, shown: &'c Shown<'c>) -> Self {
        let budget = Budget { spent: AtomicU8::new(self.budget.spent()), ..Budget::default() };
        Self { crypto: self.crypto, budget, shown: Some(shown) }
    }
}

impl<'c> Algorithms<'c> {
    pub(crate) fn new(provider: &'c Provider<'c>) -> Self {
        Self(ROWS.each_ref().map(|row| Algorithm { provider, row }))
    }

    /// The table as `webpki` takes it.
    pub(crate) fn table(&self) -> [&dyn SignatureVerificationAlgorithm; ROWS.len()] {
        self.0.each_ref().map(|row| -> &dyn SignatureVerificationAlgorithm { row })
    }
}

/// Whether a signature with the `AlgorithmIdentifier` `algorithm` (in DER) could be verified.
pub(crate) fn knows(algorithm: &[u8]) -> bool {
    ROWS.iter().any(|row| Some(row.signature_id.as_ref()) == content(algorithm))
}

#[derive(Debug)]
struct Row {
    kind: Kind,
    hash: HashAlgorithm,
    key_id: AlgorithmIdentifier,
    signature_id: AlgorithmIdentifier,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Rsassa,
    Rsapss,
    Ecdsa(Curve),
}

const fn row(kind: Kind, hash: HashAlgorithm, signature_id: AlgorithmIdentifier) -> Row {
    let key_id = match kind {
        Kind::Rsassa | Kind::Rsapss => alg_id::RSA_ENCRYPTION,
        Kind::Ecdsa(Curve::P256) => alg_id::ECDSA_P256,
        Kind::Ecdsa(Curve::P384) => alg_id::ECDSA_P384,
    };
    Row { kind, hash, key_id, signature_id }
}

static ROWS: [Row; 12] = [
    row(Kind::Rsassa, HashAlgorithm::Sha256, alg_id::RSA_PKCS1_SHA256),
    row(Kind::Rsassa, HashAlgorithm::Sha384, alg_id::RSA_PKCS1_SHA384),
    row(Kind::Rsassa, HashAlgorithm::Sha512, alg_id::RSA_PKCS1_SHA512),
    row(Kind::Rsapss, HashAlgorithm::Sha256, alg_id::RSA_PSS_SHA256),
    row(Kind::Rsapss, HashAlgorithm::Sha384, alg_id::RSA_PSS_SHA384),
    row(Kind::Rsapss, HashAlgorithm::Sha512, alg_id::RSA_PSS_SHA512),
    row(Kind::Ecdsa(Curve::P256), HashAlgorithm::Sha256, alg_id::ECDSA_SHA256),
    row(Kind::Ecdsa(Curve::P256), HashAlgorithm::Sha384, alg_id::ECDSA_SHA384),
    row(Kind::Ecdsa(Curve::P256), HashAlgorithm::Sha512, alg_id::ECDSA_SHA512),
    row(Kind::Ecdsa(Curve::P384), HashAlgorithm::Sha256, alg_id::ECDSA_SHA256),
    row(Kind::Ecdsa(Curve::P384), HashAlgorithm::Sha384, alg_id::ECDSA_SHA384),
    row(Kind::Ecdsa(Curve::P384), HashAlgorithm::Sha512, alg_id::ECDSA_SHA512),
];

/// How many signatures one chain may cost: as many as it may have certificates. (`webpki` itself would allow 100.)
#[derive(Debug, Default)]
pub(crate) struct Budget {
    spent: AtomicU8,
    failed: AtomicUsize,
}

impl Budget {
    /// The signatures verified so far.
    pub(crate) fn spent(&self) -> u8 {
        self.spent.load(Ordering::Relaxed)
    }

    /// The address of the message whose signature failed last.
    pub(crate) fn failed(&self) -> usize {
        self.failed.load(Ordering::Relaxed)
    }

    // Load and store, not one exchange: one thread verifies one chain, and small cores have no exchange.
    fn take(&self) -> Result<(), InvalidSignature> {
        let spent = self.spent();
        if spent >= MAX_SIGNATURES {
            return Err(InvalidSignature);
        }
        self.spent.store(spent.saturating_add(1), Ordering::Relaxed);
        Ok(())
    }
}

pub(crate) const MAX_SIGNATURES: u8 = 8;

/// One row, as `webpki` takes it: small, because the search for a chain needs the stack.
#[derive(Debug)]
struct Algorithm<'c> {
    provider: &'c Provider<'c>,
    row: &'static Row,
}

impl SignatureVerificationAlgorithm for Algorithm<'_> {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let Provider { crypto, budget, shown } = self.provider;
        budget.take()?;
        let message = shown.map_or(message, |shown| shown.original_of(message));
        let no = |_| InvalidSignature;
        let (key, signature) = match self.row.kind {
            Kind::Rsassa => (spki::decode_rsa(key).map_err(no)?, Signature::Rsassa(signature)),
            Kind::Rsapss => (spki::decode_rsa(key).map_err(no)?, Signature::Rsapss(signature)),
            Kind::Ecdsa(curve) => {
                let (r, s) = spki::decode_ecdsa_signature(signature).map_err(no)?;
                (spki::decode_point(curve, key).map_err(no)?, Signature::Ecdsa { r, s })
            }
        };
        let digest = crypto.digest(self.row.hash, &mut [message].into_iter()).map_err(|_| InvalidSignature)?;
        crypto.verify(&key, &digest, &signature).map_err(|_| {
            budget.failed.store(message.as_ptr().addr(), Ordering::Relaxed);
            InvalidSignature
        })
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.row.key_id
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.row.signature_id
    }
}

/// Without the outer header, as `pki-types` keeps them.
fn content(algorithm: &[u8]) -> Option<&[u8]> {
    crate::wire::der::element(crate::wire::der::tag::SEQUENCE)(algorithm).ok().map(|(_, content)| content)
}

#[cfg(test)]
#[path = "certificate_algorithms_proof.rs"]
mod proof;
