//! The signature algorithms of certificates, over our own [`Crypto`], and the budget for them.

use super::spki;
use crate::crypto::{Crypto, Curve, HashAlgorithm, Signature};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

/// Every algorithm that a certificate may be signed with. SHA-1 and MD5 are not among them.
pub(crate) struct Algorithms<'c>([Algorithm<'c>; 12]);

impl<'c> Algorithms<'c> {
    pub(crate) fn new(crypto: &'c dyn Crypto, budget: &'c Budget) -> Self {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        use Kind::{Ecdsa, Rsapss, Rsassa};
        let row = |kind, hash, key_id, signature_id| Algorithm { crypto, budget, kind, hash, key_id, signature_id };
        let (rsa, p256, p384) = (alg_id::RSA_ENCRYPTION, alg_id::ECDSA_P256, alg_id::ECDSA_P384);
        Self([
            row(Rsassa, Sha256, rsa, alg_id::RSA_PKCS1_SHA256),
            row(Rsassa, Sha384, rsa, alg_id::RSA_PKCS1_SHA384),
            row(Rsassa, Sha512, rsa, alg_id::RSA_PKCS1_SHA512),
            row(Rsapss, Sha256, rsa, alg_id::RSA_PSS_SHA256),
            row(Rsapss, Sha384, rsa, alg_id::RSA_PSS_SHA384),
            row(Rsapss, Sha512, rsa, alg_id::RSA_PSS_SHA512),
            row(Ecdsa(Curve::P256), Sha256, p256, alg_id::ECDSA_SHA256),
            row(Ecdsa(Curve::P256), Sha384, p256, alg_id::ECDSA_SHA384),
            row(Ecdsa(Curve::P256), Sha512, p256, alg_id::ECDSA_SHA512),
            row(Ecdsa(Curve::P384), Sha256, p384, alg_id::ECDSA_SHA256),
            row(Ecdsa(Curve::P384), Sha384, p384, alg_id::ECDSA_SHA384),
            row(Ecdsa(Curve::P384), Sha512, p384, alg_id::ECDSA_SHA512),
        ])
    }

    /// The table as `webpki` takes it.
    pub(crate) fn table(&self) -> [&dyn SignatureVerificationAlgorithm; 12] {
        self.0.each_ref().map(|row| -> &dyn SignatureVerificationAlgorithm { row })
    }

    /// Whether a signature with the `AlgorithmIdentifier` `algorithm` (in DER) could be verified.
    pub(crate) fn knows(&self, algorithm: &[u8]) -> bool {
        self.0.iter().any(|row| Some(row.signature_id.as_ref()) == content(algorithm))
    }
}

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

#[derive(Clone, Copy, Debug)]
enum Kind {
    Rsassa,
    Rsapss,
    Ecdsa(Curve),
}

#[derive(Debug)]
struct Algorithm<'c> {
    crypto: &'c dyn Crypto,
    budget: &'c Budget,
    kind: Kind,
    hash: HashAlgorithm,
    key_id: AlgorithmIdentifier,
    signature_id: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for Algorithm<'_> {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.budget.take()?;
        let no = |_| InvalidSignature;
        let (key, signature) = match self.kind {
            Kind::Rsassa => (spki::decode_rsa(key).map_err(no)?, Signature::Rsassa(signature)),
            Kind::Rsapss => (spki::decode_rsa(key).map_err(no)?, Signature::Rsapss(signature)),
            Kind::Ecdsa(curve) => {
                let (r, s) = spki::decode_ecdsa_signature(signature).map_err(no)?;
                (spki::decode_point(curve, key).map_err(no)?, Signature::Ecdsa { r, s })
            }
        };
        let digest = self.crypto.digest(self.hash, &mut [message].into_iter()).map_err(|_| InvalidSignature)?;
        self.crypto.verify(&key, &digest, &signature).map_err(|_| {
            self.budget.failed.store(message.as_ptr().addr(), Ordering::Relaxed);
            InvalidSignature
        })
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key_id
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature_id
    }
}

/// Without the outer header, as `pki-types` keeps them.
fn content(algorithm: &[u8]) -> Option<&[u8]> {
    crate::wire::der::element(crate::wire::der::tag::SEQUENCE)(algorithm).ok().map(|(_, content)| content)
}

#[cfg(test)]
#[path = "certificate_algorithms_proof.rs"]
mod proof;
