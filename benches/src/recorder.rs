//! Writes down what a verification asks of cryptography, to ask it again alone.

use std::sync::Mutex;
use tpmproof::crypto::{Crypto, CryptoError, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};

#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<Call>>);

#[derive(Debug)]
pub enum Call {
    Digest(HashAlgorithm, Vec<Vec<u8>>),
    Verify(PublicKey<'static>, Digest, Signature<'static>),
}

impl Recorder {
    pub fn into_calls(self) -> Vec<Call> {
        self.0.into_inner().expect("no panic before")
    }

    fn note(&self, call: Call) {
        self.0.lock().expect("no panic before").push(call);
    }
}

impl Call {
    pub fn repeat(&self) {
        match self {
            Self::Digest(hash, parts) => {
                let digest = SOFTWARE.digest(*hash, &mut parts.iter().map(Vec::as_slice));
                std::hint::black_box(digest).expect("as before");
            }
            Self::Verify(key, digest, signature) => SOFTWARE.verify(key, digest, signature).expect("as before"),
        }
    }
}

impl Crypto for Recorder {
    fn digest<'a>(
        &self,
        algorithm: HashAlgorithm,
        parts: &mut dyn Iterator<Item = &'a [u8]>,
    ) -> Result<Digest, CryptoError> {
        let parts: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
        let digest = SOFTWARE.digest(algorithm, &mut parts.iter().map(Vec::as_slice));
        self.note(Call::Digest(algorithm, parts));
        digest
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        let key = match *key {
            PublicKey::Rsa { modulus, exponent } => PublicKey::Rsa { modulus: kept(modulus), exponent },
            PublicKey::Ec { curve, x, y } => PublicKey::Ec { curve, x: kept(x), y: kept(y) },
            _ => unreachable!("there are no others"),
        };
        let signature = match *signature {
            Signature::Rsassa(bytes) => Signature::Rsassa(kept(bytes)),
            Signature::Rsapss(bytes) => Signature::Rsapss(kept(bytes)),
            Signature::Ecdsa { r, s } => Signature::Ecdsa { r: kept(r), s: kept(s) },
            _ => unreachable!("there are no others"),
        };
        SOFTWARE.verify(&key, digest, &signature)?;
        self.note(Call::Verify(key, *digest, signature));
        Ok(())
    }
}

/// For as long as the benchmark runs.
fn kept(bytes: &[u8]) -> &'static [u8] {
    bytes.to_vec().leak()
}
