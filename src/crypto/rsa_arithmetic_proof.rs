//! The proof of the arithmetic: both widths against two other implementations, on random and on extreme numbers.
#![allow(clippy::pedantic, clippy::restriction, reason = "compiled for tests only, where a panic is the failure")]

use super::{MAX_OCTETS, power, public_operation};
use crate::crypto::CryptoError;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U2048, U3072, U4096};
use std::vec;
use std::vec::Vec;

/// xorshift64: the same numbers in every run.
struct Random(u64);

impl Random {
    fn octet(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_be_bytes()[2]
    }

    fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.octet()).collect()
    }
}

/// A modulus with stretches that carries and estimates of quotients trip over.
fn modulus(random: &mut Random, octets: usize, shape: usize) -> Vec<u8> {
    let mut n = random.octets(octets);
    match shape % 6 {
        1 => n[1..octets / 3].fill(0),
        2 => n[..octets / 3].fill(0xff),
        3 => n.fill(0xff),
        4 => n.fill(0),
        5 => n[octets / 2..].fill(0xff),
        _ => {}
    }
    n[0] |= 0x80;
    n[octets - 1] |= 1;
    n
}

/// A signature that is less than the modulus: random, tiny, or as near to it as can be.
fn signature(random: &mut Random, n: &[u8], shape: usize) -> Vec<u8> {
    let mut s = match shape % 5 {
        1 => n.to_vec(),
        2 => vec![0; n.len()],
        3 => [vec![0; n.len() - 1], vec![1]].concat(),
        _ => random.octets(n.len()),
    };
    if shape % 5 == 1 {
        s[n.len() - 1] -= 1;
    } else if s.as_slice() >= n {
        s[0] = 0;
    }
    s
}

macro_rules! oracle {
    ($n:expr, $s:expr, $e:expr, $uint:ident) => {{
        let params = FixedMontyParams::new_vartime(Odd::new($uint::from_be_slice($n)).unwrap());
        let s = FixedMontyForm::new(&$uint::from_be_slice($s), &params);
        s.pow_vartime(&crypto_bigint::U64::from_u64($e)).retrieve().to_be_bytes().as_ref().to_vec()
    }};
}

fn crypto_bigint(n: &[u8], s: &[u8], e: u64) -> Vec<u8> {
    match n.len() {
        256 => oracle!(n, s, e, U2048),
        384 => oracle!(n, s, e, U3072),
        _ => oracle!(n, s, e, U4096),
    }
}

#[test]
fn both_widths_agree_with_crypto_bigint() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for octets in [256, 384, 512] {
        for shape in 0..60 {
            let n = modulus(&mut random, octets, shape);
            let s = signature(&mut random, &n, shape / 6);
            let e = [65537, 65539, 0xffff_ffff, 0x1_ffff_ffff, 0x1_0000_0001][shape % 5];
            let expected = crypto_bigint(&n, &s, e);
            let mut out = vec![0; octets];
            power::<u64>(&n, e, &s, &mut out);
            assert_eq!(out, expected, "64 bits, {octets} octets, shape {shape}");
            out.fill(0);
            power::<u32>(&n, e, &s, &mut out);
            assert_eq!(out, expected, "32 bits, {octets} octets, shape {shape}");
        }
    }
}

/// Sizes that are no multiple of a chunk of limbs, down to the smallest that is accepted.
#[test]
fn the_widths_agree_at_every_size() {
    let mut random = Random(7);
    for octets in (256..=MAX_OCTETS).step_by(8) {
        for shape in 0..6 {
            let n = modulus(&mut random, octets, shape);
            let s = signature(&mut random, &n, shape);
            let (mut wide, mut narrow) = (vec![0; octets], vec![0; octets]);
            power::<u64>(&n, 65537, &s, &mut wide);
            power::<u32>(&n, 65537, &s, &mut narrow);
            assert_eq!(wide, narrow, "{octets} octets, shape {shape}");
        }
    }
}

#[test]
fn numbers_that_make_no_key_or_signature_are_refused() {
    let mut buffer = [0; MAX_OCTETS];
    let good = [0xff; 256];
    let mut operate = |n: &[u8], e, s: &[u8]| public_operation(n, e, s, &mut buffer).map(|out| out.to_vec());
    let one = [&[0; 255][..], &[1]].concat();
    assert_eq!(operate(&good, 65537, &one), Ok(one.clone()));
    assert_eq!(operate(&good[..128], 65537, &one[..128]), Err(CryptoError::KeySize(1024)));
    assert_eq!(operate(&[0xff; 520], 65537, &one), Err(CryptoError::KeySize(4160)));
    assert_eq!(operate(&[], 65537, &[]), Err(CryptoError::KeySize(0)));
    assert_eq!(operate(&[0xfe; 256], 65537, &one), Err(CryptoError::BadModulus), "even");
    assert_eq!(operate(&[0x7f; 256], 65537, &one), Err(CryptoError::KeySize(2047)));
    assert_eq!(operate(&[0x7f; 264], 65537, &one), Err(CryptoError::BadModulus), "2111 bits");
    for e in [0, 1, 2, 3, 17, 65535, 65536, 1 << 33 | 1] {
        assert_eq!(operate(&good, e, &one), Err(CryptoError::WeakExponent(e)));
    }
    assert_eq!(operate(&good, 65537, &good), Err(CryptoError::BadSignature), "s is n");
    assert_eq!(operate(&good, 65537, &one[1..]), Err(CryptoError::BadSignature), "too short");
    assert_eq!(operate(&good, 65537, &[&[0][..], &one].concat()), Err(CryptoError::BadSignature), "too long");
}
