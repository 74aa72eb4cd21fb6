//! s^e mod n for RSA verification. All numbers are public, so time may depend on them.

use super::CryptoError;

/// The octets of the largest modulus.
pub(super) const MAX_OCTETS: usize = 512;

/// s^e mod n, as many octets as n has, in `buffer`.
pub(super) fn public_operation<'b>(
    modulus: &[u8],
    exponent: u64,
    signature: &[u8],
    buffer: &'b mut [u8; MAX_OCTETS],
) -> Result<&'b mut [u8], CryptoError> {
    let octets = modulus.len();
    if !(256..=MAX_OCTETS).contains(&octets) {
        return Err(CryptoError::KeySize(octets.saturating_mul(8)));
    }
    let (first, last) = (modulus.first().copied().unwrap_or(0), modulus.last().copied().unwrap_or(0));
    if first & 0x80 == 0 || last & 1 == 0 || octets % 8 != 0 {
        return Err(CryptoError::BadModulus);
    }
    if exponent < 65537 || exponent & 1 == 0 || exponent >> 33 != 0 {
        return Err(CryptoError::WeakExponent(exponent));
    }
    if signature.len() != octets || signature >= modulus {
        return Err(CryptoError::BadSignature);
    }
    let (mut n, mut s, mut power, mut spare) = ([0; LIMBS], [0; LIMBS], [0; LIMBS], [0; LIMBS]);
    let length = octets / 8;
    let (Some(n), Some(s), Some(power), Some(spare)) =
        (n.get_mut(..length), s.get_mut(..length), power.get_mut(..length), spare.get_mut(..length))
    else {
        return Err(CryptoError::BadModulus);
    };
    load(n, modulus);
    load(s, signature);
    let inverse = negative_inverse(n.first().copied().unwrap_or(1));
    // s in Montgomery form: doubled as many times as R has bits.
    power.copy_from_slice(s);
    for _ in 0..octets.saturating_mul(8) {
        double(power, n);
    }
    s.copy_from_slice(power);
    let bits = u64::BITS.saturating_sub(exponent.leading_zeros());
    for bit in (0..bits.saturating_sub(1)).rev() {
        multiply(spare, power, power, n, inverse);
        power.copy_from_slice(spare);
        if exponent >> bit & 1 == 1 {
            multiply(spare, power, s, n, inverse);
            power.copy_from_slice(spare);
        }
    }
    s.fill(0);
    if let Some(one) = s.first_mut() {
        *one = 1;
    }
    multiply(spare, power, s, n, inverse);
    if not_less(spare, n) {
        subtract(spare, n);
    }
    let out = buffer.get_mut(..octets).ok_or(CryptoError::BadModulus)?;
    for (octets, limb) in out.rchunks_exact_mut(8).zip(spare.iter()) {
        octets.copy_from_slice(&limb.to_be_bytes());
    }
    Ok(out)
}

const LIMBS: usize = MAX_OCTETS / 8;

fn load(limbs: &mut [u64], octets: &[u8]) {
    for (limb, octets) in limbs.iter_mut().zip(octets.rchunks(8)) {
        *limb = octets.iter().fold(0, |value, octet| value << 8 | u64::from(*octet));
    }
}

/// -1/n mod 2^64, by Newton's iteration: each step doubles the bits that are right.
fn negative_inverse(n: u64) -> u64 {
    let mut inverse = n.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

/// 2a mod n.
fn double(a: &mut [u64], n: &[u64]) {
    let mut carry = 0;
    for limb in a.iter_mut() {
        let top = *limb >> 63;
        *limb = *limb << 1 | carry;
        carry = top;
    }
    if carry == 1 || not_less(a, n) {
        subtract(a, n);
    }
}

/// out = a b / R mod n, less than R.
fn multiply(out: &mut [u64], a: &[u64], b: &[u64], n: &[u64], inverse: u64) {
    out.fill(0);
    let mut top = 0u64;
    for multiplier in b {
        let mut carry = 0;
        for (place, limb) in out.iter_mut().zip(a) {
            (*place, carry) = limb.carrying_mul_add(*multiplier, *place, carry);
        }
        let (sum, over) = top.overflowing_add(carry);
        let m = out.first().copied().unwrap_or(0).wrapping_mul(inverse);
        let mut carry = 0;
        for (place, limb) in out.iter_mut().zip(n) {
            (*place, carry) = limb.carrying_mul_add(m, *place, carry);
        }
        out.rotate_left(1);
        let (sum, again) = sum.overflowing_add(carry);
        if let Some(last) = out.last_mut() {
            *last = sum;
        }
        top = u64::from(over).wrapping_add(u64::from(again));
    }
    if top != 0 {
        subtract(out, n);
    }
}

fn subtract(a: &mut [u64], n: &[u64]) {
    let mut borrow = false;
    for (place, limb) in a.iter_mut().zip(n) {
        (*place, borrow) = place.borrowing_sub(*limb, borrow);
    }
}

fn not_less(a: &[u64], n: &[u64]) -> bool {
    a.iter().rev().cmp(n.iter().rev()).is_ge()
}
