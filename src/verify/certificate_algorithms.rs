//! The signature algorithms of certificates, over our own [`Crypto`], and the budget for them.

use super::certificate_policies::Shown;
use super::spki;
#[cfg(feature = "ml-dsa")]
use crate::crypto::MlDsaParameters;
use crate::crypto::{Crypto, CryptoError, Curve, HashAlgorithm, Signature};
use core::fmt;
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};

/// Every algorithm that a certificate may be signed with. SHA-1 and MD5 are not among them.
pub(crate) struct Algorithms<'c>([Algorithm<'c>; ROWS.len()]);

/// What all of them share.
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
        let budget = Budget { spent: AtomicU8::new(self.budget.spent()), failed: AtomicUsize::new(0) };
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

struct Row {
    kind: Kind,
    hash: HashAlgorithm,
    key_id: AlgorithmIdentifier,
    signature_id: AlgorithmIdentifier,
}

#[derive(Clone, Copy)]
enum Kind {
    Rsassa,
    Rsapss,
    Ecdsa(Curve),
    #[cfg(feature = "ml-dsa")]
    MlDsa(MlDsaParameters),
}

const fn row(kind: Kind, hash: HashAlgorithm, signature_id: AlgorithmIdentifier) -> Row {
    let key_id = match kind {
        Kind::Rsassa | Kind::Rsapss => alg_id::RSA_ENCRYPTION,
        Kind::Ecdsa(Curve::P256) => alg_id::ECDSA_P256,
        Kind::Ecdsa(Curve::P384) => alg_id::ECDSA_P384,
        #[cfg(feature = "p521")]
        Kind::Ecdsa(Curve::P521) => alg_id::ECDSA_P521,
        // The key says all.
        #[cfg(feature = "ml-dsa")]
        Kind::MlDsa(_) => signature_id,
    };
    Row { kind, hash, key_id, signature_id }
}

static ROWS: [Row; COUNT] = [
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
    #[cfg(feature = "p521")]
    row(Kind::Ecdsa(Curve::P521), HashAlgorithm::Sha256, alg_id::ECDSA_SHA256),
    #[cfg(feature = "p521")]
    row(Kind::Ecdsa(Curve::P521), HashAlgorithm::Sha384, alg_id::ECDSA_SHA384),
    #[cfg(feature = "p521")]
    row(Kind::Ecdsa(Curve::P521), HashAlgorithm::Sha512, alg_id::ECDSA_SHA512),
    // ML-DSA takes the message itself: the hash of its rows is not looked at.
    #[cfg(feature = "ml-dsa")]
    row(Kind::MlDsa(MlDsaParameters::MlDsa44), HashAlgorithm::Sha512, alg_id::ML_DSA_44),
    #[cfg(feature = "ml-dsa")]
    row(Kind::MlDsa(MlDsaParameters::MlDsa65), HashAlgorithm::Sha512, alg_id::ML_DSA_65),
    #[cfg(feature = "ml-dsa")]
    row(Kind::MlDsa(MlDsaParameters::MlDsa87), HashAlgorithm::Sha512, alg_id::ML_DSA_87),
];

/// RSA and two curves have three hashes each; P-521 has them too, and ML-DSA has three parameter sets.
const COUNT: usize = match (cfg!(feature = "p521"), cfg!(feature = "ml-dsa")) {
    (false, false) => 12,
    (true, true) => 18,
    _ => 15,
};

/// How many signatures one chain may cost: as many as it may have certificates. (`webpki` itself would allow 100.)
#[derive(Default)]
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

    /// Whether more was asked for than there was.
    pub(crate) fn is_overdrawn(&self) -> bool {
        self.spent() > MAX_SIGNATURES
    }

    fn fail(&self, message: &[u8], _: CryptoError) -> InvalidSignature {
        self.failed.store(message.as_ptr().addr(), Ordering::Relaxed);
        InvalidSignature
    }

    // Load and store, not one exchange: one thread verifies one chain, and small cores have no exchange.
    fn take(&self) -> Result<(), InvalidSignature> {
        let spent = self.spent();
        self.spent.store(spent.saturating_add(1), Ordering::Relaxed);
        if spent < MAX_SIGNATURES { Ok(()) } else { Err(InvalidSignature) }
    }
}

pub(crate) const MAX_SIGNATURES: u8 = 8;

/// One row, as `webpki` takes it: small, because the search for a chain needs the stack.
struct Algorithm<'c> {
    provider: &'c Provider<'c>,
    row: &'static Row,
}

// `webpki` asks for it, and nobody prints it: a derived one would stay in the smallest image.
impl fmt::Debug for Algorithm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Algorithm")
    }
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
            #[cfg(feature = "ml-dsa")]
            Kind::MlDsa(parameters) => {
                let key = spki::decode_ml_dsa(parameters, key).map_err(no)?;
                let verified = crypto.verify_message(&key, message, &Signature::MlDsa(signature));
                return verified.map_err(|error| budget.fail(message, error));
            }
        };
        let digest = crypto.digest(self.row.hash, &mut [message].into_iter()).map_err(|_| InvalidSignature)?;
        crypto.verify(&key, &digest, &signature).map_err(|error| budget.fail(message, error))
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
