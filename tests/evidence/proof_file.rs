//! Promise: a proof is DER and nothing else: others can read it, and no second form of it is read.
#![cfg(feature = "std")]

use std::io::Write;
use std::process::{Command, Stdio};
use tpmproof::proof::{Proof, ProofBuilder};

#[test]
fn openssl_reads_a_proof() {
    let quote = crate::common::swtpm("rsa_sha256", Some("rsa"));
    let mut openssl = Command::new("openssl");
    openssl.args(["asn1parse", "-inform", "DER"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = openssl.spawn().expect("this test needs openssl");
    child.stdin.take().unwrap().write_all(&quote.der).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let first: Vec<&str> = text.lines().take(4).collect();
    assert!(first[0].contains("SEQUENCE") && first[1].contains("INTEGER") && first[1].ends_with(":01"), "{text}");
    assert!(first[2].contains("OCTET STRING") && first[3].contains("OCTET STRING"), "{text}");
}

#[test]
fn every_truncation_and_every_byte_more_is_refused() {
    for quote in [crate::common::swtpm("rsa_sha256", Some("rsa")), crate::common::swtpm("p256_multi", None)] {
        assert!(Proof::from_der(&quote.der).is_ok());
        for length in 0..quote.der.len() {
            assert!(Proof::from_der(&quote.der[..length]).is_err(), "{length} bytes");
        }
        for more in [0x00, 0x30, 0xff] {
            assert!(Proof::from_der(&[&quote.der[..], &[more]].concat()).is_err());
        }
    }
}

/// BER allows other lengths for the same content: none is read.
#[test]
fn ber_is_refused() {
    let der = crate::common::swtpm("p256_sha256", None).der;
    assert_eq!(der[..2], [0x30, 0x82]);
    let indefinite = [&[0x30, 0x80], &der[4..], &[0, 0]].concat();
    let longer = [&[0x30, 0x83, 0x00], &der[2..]].concat();
    assert!(Proof::from_der(&indefinite).unwrap_err().to_string().contains("DER"));
    assert!(Proof::from_der(&longer).unwrap_err().to_string().contains("DER"));
    // The version as a number with a leading zero, and as another version.
    let padded =
        [&[0x30, 0x82], &u16::to_be_bytes(u16::from_be_bytes([der[2], der[3]]) + 1)[..], &[2, 2, 0], &der[6..]]
            .concat();
    assert_eq!(der[4..7], [2, 1, 1]);
    assert!(Proof::from_der(&padded).is_err());
    let mut other = der.clone();
    other[6] = 2;
    let error = Proof::from_der(&other).unwrap_err();
    assert!(error.to_string().contains("TpmProof.version"), "{error}");
}

/// A list that may be absent is not empty, and no bank is: that would be a second form of the same proof.
#[test]
fn empty_lists_are_refused() {
    let quote = crate::common::swtpm("rsa_sha256", None);
    let without_values = ProofBuilder::new(&quote.message, &quote.signature).key_public(&quote.public).to_der();
    let [ends @ .., tag, length] = &ProofBuilder::new(&quote.message, &quote.signature).to_der()[4..] else { panic!() };
    assert_eq!([*tag, *length], [0x30, 0], "no banks at all");
    assert!(Proof::from_der(&without_values).is_ok());
    let proof = |banks: &[u8], after: &[u8]| {
        let content = [ends, banks, after].concat();
        [&[0x30, 0x82], &u16::try_from(content.len()).unwrap().to_be_bytes()[..], &content].concat()
    };
    let value = [0x30, 6, 2, 1, 0, 4, 1, 9];
    let bank = |values: &[u8]| {
        let size = u8::try_from(values.len()).unwrap();
        [&[0x30, size + 7, 0x30, size + 5, 2, 1, 0x0b, 0x30, size][..], values].concat()
    };
    for (what, banks, after, read) in [
        ("nothing", vec![0x30, 0], vec![], true),
        ("one value", bank(&value), vec![], true),
        ("a bank without values", bank(&[]), vec![], false),
        ("certificates", vec![0x30, 0], vec![0xa1, 0], false),
        ("logs", vec![0x30, 0], vec![0xa2, 0], false),
        ("attachments", vec![0x30, 0], vec![0xa3, 0], false),
    ] {
        let der = proof(&banks, &after);
        let outcome = Proof::from_der(&der);
        assert_eq!(outcome.is_ok(), read, "{what}: {outcome:?}");
    }
}

#[test]
fn pem_is_the_same_proof() {
    let quote = crate::common::swtpm("p256_sha256", None);
    let builder = ProofBuilder::new(&quote.message, &quote.signature).key_public(&quote.public);
    let pem = builder.clone().to_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN TPM PROOF-----\n"));
    let (label, der) = pem_rfc7468::decode_vec(pem.as_bytes()).unwrap();
    assert_eq!((label, der), (ProofBuilder::PEM_LABEL, builder.to_der()));
    let too_large = tpmproof::proof::PemError.to_string();
    assert!(too_large.contains("too large") && too_large.contains("DER"), "{too_large}");
}
