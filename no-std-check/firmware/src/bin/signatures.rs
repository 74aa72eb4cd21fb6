//! One RSA signature, of each size and scheme, and one hash: what the arithmetic takes alone.
#![no_std]
#![no_main]

use firmware::{end, run};
use tpmproof::crypto::{Crypto, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};

macro_rules! rsa {
    ($bits:literal) => {
        (
            concat!("RSASSA-", $bits),
            concat!("RSAPSS-", $bits),
            &include_bytes!(concat!("../../rsa/", $bits, ".modulus"))[..],
            &include_bytes!(concat!("../../rsa/", $bits, ".rsassa"))[..],
            &include_bytes!(concat!("../../rsa/", $bits, ".rsapss"))[..],
        )
    };
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let Some(signed) = hash(b"tpmproof") else { end(false) };
    run("SHA-256", b"tpmproof", b"another", |message| hash(message) == Some(signed));
    for (rsassa_name, rsapss_name, modulus, rsassa, rsapss) in [rsa!("2048"), rsa!("3072"), rsa!("4096")] {
        // A signature by the other scheme is none by this one.
        let key = PublicKey::Rsa { modulus, exponent: 65537 };
        let good = |signature: &Signature<'_>| SOFTWARE.verify(&key, &signed, signature).is_ok();
        run(rsassa_name, rsassa, rsapss, |signature| good(&Signature::Rsassa(signature)));
        run(rsapss_name, rsapss, rsassa, |signature| good(&Signature::Rsapss(signature)));
    }
    end(true)
}

fn hash(message: &[u8]) -> Option<Digest> {
    SOFTWARE.digest(HashAlgorithm::Sha256, &mut [message].into_iter()).ok()
}
