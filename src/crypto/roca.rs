//! RSA moduli of the shape that one generator of keys gave (CVE-2017-15361, "ROCA"): whoever sees one can compute its private key.
//!
//! Its primes are k M + (65537^a mod M), where M is the product of the first primes (Nemec, Sys, Svenda, Klinec, Matyas, "The return of
//! Coppersmith's attack", CCS 2017). So a modulus leaves a power of 65537 as its remainder by each of those primes. Of other moduli one in
//! 240 million does so by chance for all of [`PRIMES`].

use super::{CryptoError, PublicKey, rsa_arithmetic};

impl PublicKey<'_> {
    /// Whether its sizes are those that are accepted, where no signature of it is verified.
    pub(crate) fn judge_size(&self) -> Result<(), CryptoError> {
        match self {
            Self::Rsa { modulus, exponent } => rsa_arithmetic::judge(modulus, *exponent),
            _ => Ok(()),
        }
    }

    /// Whether this is an RSA key whose modulus has the shape of ROCA (CVE-2017-15361).
    #[must_use]
    pub fn has_roca_shape(&self) -> bool {
        match self {
            Self::Rsa { modulus, .. } => PRIMES.iter().all(|prime| is_power(remainder(modulus, *prime), *prime)),
            _ => false,
        }
    }
}

/// n mod `prime`.
fn remainder(n: &[u8], prime: u32) -> u32 {
    n.iter().fold(0, |rest, octet| modulo(rest << 8 | u32::from(*octet), prime))
}

/// Whether `rest` is a power of 65537 modulo `prime`.
fn is_power(rest: u32, prime: u32) -> bool {
    let mut power = 1;
    // There are fewer of them than the prime says.
    (1..prime).any(|_| {
        let found = power == rest;
        power = modulo(power.saturating_mul(65537), prime);
        found
    })
}

fn modulo(number: u32, prime: u32) -> u32 {
    number.checked_rem(prime).unwrap_or_default()
}

/// Odd primes, all of which divide M for moduli of every size.
const PRIMES: &[u32] = &[
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
