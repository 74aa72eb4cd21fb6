//! s^e mod n for RSA verification. All numbers are public, so time may depend on them.
//!
//! Montgomery multiplication by columns ("finely integrated product scanning": Koç, Acar, Kaliski, "Analyzing and comparing
//! Montgomery multiplication algorithms", IEEE Micro 16(3), 1996). A number is a slice of limbs, the lowest first, and R is
//! one more than the highest number of that many limbs. Intermediate results are below R, not below n: nothing but the last
//! result has to be.
#![expect(clippy::inline_always, reason = "a call for each product costs a tenth of the time")]

use super::CryptoError;
use super::limb::{Limb, Native};

/// The octets of the largest modulus.
pub(super) const MAX_OCTETS: usize = 512;

/// s^e mod n, as many octets as n has, in `buffer`.
pub(super) fn public_operation<'b>(
    modulus: &[u8],
    exponent: u64,
    signature: &[u8],
    buffer: &'b mut [u8; MAX_OCTETS],
) -> Result<&'b mut [u8], CryptoError> {
    judge(modulus, exponent)?;
    let octets = modulus.len();
    if signature.len() != octets || signature >= modulus {
        return Err(CryptoError::BadSignature);
    }
    let out = buffer.get_mut(..octets).ok_or(CryptoError::BadModulus)?;
    power::<Native>(modulus, exponent, signature, out);
    Ok(out)
}

/// Whether a key is of the sizes that are accepted.
pub(super) fn judge(modulus: &[u8], exponent: u64) -> Result<(), CryptoError> {
    let octets = modulus.len();
    let (first, last) = (modulus.first().copied().unwrap_or(0), modulus.last().copied().unwrap_or(0));
    let bits = octets.saturating_mul(8).saturating_sub(usize::try_from(first.leading_zeros()).unwrap_or(0));
    if !(2048..=MAX_OCTETS.saturating_mul(8)).contains(&bits) {
        return Err(CryptoError::KeySize(bits));
    }
    if first & 0x80 == 0 || last & 1 == 0 || !octets.is_multiple_of(8) {
        return Err(CryptoError::BadModulus);
    }
    if exponent < 65537 || exponent & 1 == 0 || exponent >> 33 != 0 {
        return Err(CryptoError::WeakExponent(exponent));
    }
    Ok(())
}

/// The same by limbs of one width, for numbers that have been judged: n odd, its first bit set, s less than n.
pub(super) fn power<L: Limb>(modulus: &[u8], exponent: u64, signature: &[u8], out: &mut [u8]) {
    let length = modulus.len().div_ceil(L::OCTETS);
    let (mut n, mut s, mut x, mut y) = (L::array(), L::array(), L::array(), L::array());
    let [n, s, mut x, mut y] = [&mut n, &mut s, &mut x, &mut y].map(|limbs| {
        let limbs: &mut [L] = limbs.as_mut();
        limbs.get_mut(..length).unwrap_or_default()
    });
    load(n, modulus);
    load(s, signature);
    let inverse = n.first().copied().unwrap_or_default().negative_inverse();
    // s R, digit by digit.
    for _ in 0..length {
        shift(s, n);
    }
    // Not `copy_from_slice`: the compiler does not see that the lengths agree, and links its panic.
    x.iter_mut().zip(s.iter()).for_each(|(x, s)| *x = *s);
    // All bits of e but the first and the last, which is 1, from the left.
    let bits = u64::BITS.saturating_sub(exponent.leading_zeros());
    for bit in (1..bits.saturating_sub(1)).rev() {
        square(y, x, n, inverse);
        core::mem::swap(&mut x, &mut y);
        if exponent >> bit & 1 == 1 {
            multiply(y, x, s, n, inverse);
            core::mem::swap(&mut x, &mut y);
        }
    }
    square(y, x, n, inverse);
    // The last factor is s itself, not s R: that takes R away from the product too.
    load(s, signature);
    multiply(x, y, s, n, inverse);
    if not_less(x, n) {
        subtract(x, n);
    }
    for (octets, limb) in out.rchunks_mut(L::OCTETS).zip(x.iter()) {
        limb.write_octets(octets);
    }
}

fn load<L: Limb>(limbs: &mut [L], octets: &[u8]) {
    for (limb, octets) in limbs.iter_mut().zip(octets.rchunks(L::OCTETS)) {
        *limb = L::from_octets(octets);
    }
}

/// out = a b / R mod n.
#[inline(never)]
fn multiply<L: Limb>(out: &mut [L], a: &[L], b: &[L], n: &[L], inverse: L) {
    let length = n.len();
    let (b_first, n_first) = (b.first().copied().unwrap_or_default(), n.first().copied().unwrap_or_default());
    let mut column = [L::default(); 3];
    for k in 0..length {
        // Column k of a b, and of m n, where m is what makes the column zero; out holds m for now.
        let mut reduction = [L::default(); 3];
        dot(&mut column, upto(a, k), within(b, 1, k));
        dot(&mut reduction, upto(out, k), within(n, 1, k));
        L::add_product(&mut column, a.get(k).copied().unwrap_or_default(), b_first);
        finish(out, k, &mut column, &reduction, n_first, inverse);
    }
    for start in 1..length {
        let mut reduction = [L::default(); 3];
        dot(&mut column, from(a, start), from(b, start));
        dot(&mut reduction, from(out, start), from(n, start));
        L::add(&mut column, &reduction);
        store(out, start, &mut column);
    }
    carry_out(out, &column, n);
}

/// out = a a / R mod n, with each product of two different limbs made once and counted twice.
#[inline(never)]
fn square<L: Limb>(out: &mut [L], a: &[L], n: &[L], inverse: L) {
    let length = n.len();
    let n_first = n.first().copied().unwrap_or_default();
    let limb = |place: usize| a.get(place).copied().unwrap_or_default();
    let mut column = [L::default(); 3];
    for k in 0..length {
        let (mut once, mut reduction) = ([L::default(); 3], [L::default(); 3]);
        let pairs = k.div_ceil(2);
        dot(&mut once, upto(a, pairs), within(a, k.saturating_add(1).saturating_sub(pairs), pairs));
        dot(&mut reduction, upto(out, k), within(n, 1, k));
        add_doubled(&mut column, &once);
        if k % 2 == 0 {
            L::add_product(&mut column, limb(k / 2), limb(k / 2));
        }
        finish(out, k, &mut column, &reduction, n_first, inverse);
    }
    for start in 1..length {
        let (mut once, mut reduction) = ([L::default(); 3], [L::default(); 3]);
        let count = length.saturating_sub(start);
        let pairs = count / 2;
        dot(&mut once, within(a, start, pairs), from(a, length.saturating_sub(pairs)));
        dot(&mut reduction, from(out, start), from(n, start));
        add_doubled(&mut column, &once);
        if count % 2 == 1 {
            let middle = start.saturating_add(pairs);
            L::add_product(&mut column, limb(middle), limb(middle));
        }
        L::add(&mut column, &reduction);
        store(out, start, &mut column);
    }
    carry_out(out, &column, n);
}

/// Ends column k of the lower half: the m that makes it zero, and its carry.
#[inline(always)]
fn finish<L: Limb>(out: &mut [L], k: usize, column: &mut [L; 3], reduction: &[L; 3], n_first: L, inverse: L) {
    L::add(column, reduction);
    let m = L::low_product(column[0], inverse);
    if let Some(place) = out.get_mut(k) {
        *place = m;
    }
    L::add_product(column, m, n_first);
    *column = [column[1], column[2], L::default()];
}

/// Ends the column of the upper half that is the limb before `start`: by now the m that stood there is used up.
#[inline(always)]
fn store<L: Limb>(out: &mut [L], start: usize, column: &mut [L; 3]) {
    if let Some(place) = out.get_mut(start.saturating_sub(1)) {
        *place = column[0];
    }
    *column = [column[1], column[2], L::default()];
}

/// The last limb; what is beyond R is less than n beyond it.
#[inline(always)]
fn carry_out<L: Limb>(out: &mut [L], column: &[L; 3], n: &[L]) {
    if let Some(last) = out.last_mut() {
        *last = column[0];
    }
    if column[1] != L::default() {
        subtract(out, n);
    }
}

#[inline(always)]
fn add_doubled<L: Limb>(column: &mut [L; 3], once: &[L; 3]) {
    L::add(column, once);
    L::add(column, once);
}

/// The sum of x[i] y[last - i].
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn dot<L: Limb>(column: &mut [L; 3], x: &[L], y: &[L]) {
    let ((fours, rest), (rest_y, fours_y)) = (x.as_chunks::<4>(), y.as_rchunks::<4>());
    for ([a, b, c, d], [e, f, g, h]) in fours.iter().zip(fours_y.iter().rev()) {
        L::add_product(column, *a, *h);
        L::add_product(column, *b, *g);
        L::add_product(column, *c, *f);
        L::add_product(column, *d, *e);
    }
    for (a, b) in rest.iter().zip(rest_y.iter().rev()) {
        L::add_product(column, *a, *b);
    }
}

#[inline(always)]
fn upto<L>(limbs: &[L], end: usize) -> &[L] {
    limbs.get(..end).unwrap_or_default()
}

#[inline(always)]
fn from<L>(limbs: &[L], start: usize) -> &[L] {
    limbs.get(start..).unwrap_or_default()
}

#[inline(always)]
fn within<L>(limbs: &[L], start: usize, count: usize) -> &[L] {
    limbs.get(start..).and_then(|limbs| limbs.get(..count)).unwrap_or_default()
}

/// r = r times one limb's range, mod n: one step of a division (Knuth, "The Art of Computer Programming", 4.3.1, algorithm D).
/// The first bit of n is set, so the estimate of the quotient is at most 2 too high.
fn shift<L: Limb>(r: &mut [L], n: &[L]) {
    let highest = n.last().copied().unwrap_or_default();
    let mut upper = r.iter().rev();
    let (high, low) = (upper.next().copied().unwrap_or_default(), upper.next().copied().unwrap_or_default());
    let quotient = L::divide(high, low, highest);
    let (mut carry, mut borrow, mut before) = (L::default(), false, L::default());
    for (place, limb) in r.iter_mut().zip(n) {
        let (product, over) = L::multiply_add(*limb, quotient, carry);
        carry = over;
        let (difference, borrowed) = before.minus(product, borrow);
        borrow = borrowed;
        before = core::mem::replace(place, difference);
    }
    let (mut top, mut negative) = before.minus(carry, borrow);
    while negative {
        let carried = add(r, n);
        let (sum, over) = top.plus(L::default(), carried);
        top = sum;
        negative = !over;
    }
}

fn add<L: Limb>(a: &mut [L], n: &[L]) -> bool {
    let mut carry = false;
    for (place, limb) in a.iter_mut().zip(n) {
        (*place, carry) = place.plus(*limb, carry);
    }
    carry
}

fn subtract<L: Limb>(a: &mut [L], n: &[L]) {
    let mut borrow = false;
    for (place, limb) in a.iter_mut().zip(n) {
        (*place, borrow) = place.minus(*limb, borrow);
    }
}

fn not_less<L: Limb>(a: &[L], n: &[L]) -> bool {
    a.iter().rev().cmp(n.iter().rev()).is_ge()
}

#[cfg(test)]
#[path = "rsa_arithmetic_proof.rs"]
mod proof;
