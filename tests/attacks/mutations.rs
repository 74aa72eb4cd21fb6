//! Promise: every quote of our vectors is accepted as it is, and refused with any bit of it changed, cut anywhere, or with its values
//! moved, dropped, added, changed or said to be of another bank.
#![cfg(feature = "std")]

use crate::common::Quote;
use tpmproof::crypto::SOFTWARE;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Attestation, Challenge, KeyEvidence, PcrValue, PcrValues, Pin, SignedAttest, TrustedKey};

/// The quote as signed, with the key pinned by its Name. An error is what the user reads.
fn signed<'a>(quote: &'a Quote, message: &'a [u8], signature: &'a [u8]) -> Result<SignedAttest<'a>, String> {
    let pins = [Pin::Name(&quote.name)];
    let evidence = KeyEvidence::new().with_public(&quote.public);
    let key = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).expect("the key is not what changes");
    let attestation = Attestation::new(message, signature).map_err(|error| error.to_string())?;
    attestation.verify_signature(&key).map_err(|error| error.to_string())
}

fn quoted(quote: &Quote, signed: &SignedAttest<'_>, values: &[PcrValue<'_>]) -> Result<(), String> {
    let values = PcrValues::new(values).map_err(|error| error.to_string())?;
    let challenge = Challenge::nonce(&quote.nonce).unwrap();
    signed.verify_quote(&challenge, &values).map(|_| ()).map_err(|error| error.to_string())
}

fn judge(quote: &Quote, message: &[u8], signature: &[u8], values: &[PcrValue<'_>]) -> Result<(), String> {
    quoted(quote, &signed(quote, message, signature)?, values)
}

fn values(quote: &Quote) -> Vec<PcrValue<'_>> {
    quote.values.iter().map(|(bank, index, value)| PcrValue { bank: (*bank).into(), index: *index, value }).collect()
}

fn each(check: impl Fn(&Quote, &SignedAttest<'_>, &[PcrValue<'_>]) -> usize + Sync) -> usize {
    let quotes = crate::common::all_quotes();
    assert_eq!(quotes.len(), 29);
    let one = |quote: &Quote| {
        let values = values(quote);
        let signed = signed(quote, &quote.message, &quote.signature).unwrap();
        assert_eq!(quoted(quote, &signed, &values), Ok(()), "{}", quote.id);
        check(quote, &signed, &values)
    };
    std::thread::scope(|scope| {
        let halves: Vec<_> =
            quotes.chunks(15).map(|half| scope.spawn(|| half.iter().map(one).sum::<usize>())).collect();
        halves.into_iter().map(|half| half.join().unwrap()).sum()
    })
}

#[test]
fn each_bit_of_message_and_signature() {
    let refused = each(|quote, _, values| {
        let [mut message, mut signature] = [quote.message.clone(), quote.signature.clone()];
        for bit in 0..8 * message.len() {
            message[bit / 8] ^= 1 << (bit % 8);
            assert!(judge(quote, &message, &signature, values).is_err(), "{}: bit {bit} of the message", quote.id);
            message[bit / 8] ^= 1 << (bit % 8);
        }
        for bit in 0..8 * signature.len() {
            signature[bit / 8] ^= 1 << (bit % 8);
            assert!(judge(quote, &message, &signature, values).is_err(), "{}: bit {bit} of the signature", quote.id);
            signature[bit / 8] ^= 1 << (bit % 8);
        }
        8 * (message.len() + signature.len())
    });
    println!("{refused} bits, each refused");
}

#[test]
fn each_truncation() {
    let refused = each(|quote, _, values| {
        for length in 0..quote.message.len() {
            assert!(judge(quote, &quote.message[..length], &quote.signature, values).is_err(), "{} {length}", quote.id);
        }
        for length in 0..quote.signature.len() {
            assert!(judge(quote, &quote.message, &quote.signature[..length], values).is_err(), "{} {length}", quote.id);
        }
        quote.message.len() + quote.signature.len()
    });
    println!("{refused} truncations, each refused");
}

/// Refused in the order given, and sorted as values must be.
fn no(quote: &Quote, signed: &SignedAttest<'_>, what: &str, changed: &mut [PcrValue<'_>]) -> usize {
    assert!(quoted(quote, signed, changed).is_err(), "{}: {what}", quote.id);
    changed.sort_by_key(|value| (value.bank, value.index));
    assert!(quoted(quote, signed, changed).is_err(), "{}: {what}, sorted", quote.id);
    1
}

fn with<'a>(values: &[PcrValue<'a>], place: usize, value: PcrValue<'a>) -> Vec<PcrValue<'a>> {
    let mut changed = values.to_vec();
    changed[place] = value;
    changed
}

#[test]
fn each_value_moved_added_dropped_or_twice() {
    let refused = each(|quote, signed, values| {
        let mut refused = no(quote, signed, "no values", &mut []);
        for (place, value) in values.iter().enumerate() {
            let mut dropped = values.to_vec();
            dropped.remove(place);
            refused += no(quote, signed, &format!("value {place} dropped"), &mut dropped);
            let mut twice = values.to_vec();
            twice.insert(place, *value);
            refused += no(quote, signed, &format!("value {place} twice"), &mut twice);
            for index in (0..=u8::MAX).filter(|index| *index != value.index) {
                let moved = PcrValue { index, ..*value };
                let what = format!("value {place} moved to {index}");
                refused += no(quote, signed, &what, &mut with(values, place, moved));
                if values.iter().all(|other| (other.bank, other.index) != (value.bank, index)) {
                    let what = format!("a value of {index} added");
                    refused += no(quote, signed, &what, &mut [values, &[moved]].concat());
                }
            }
            for (there, other) in values.iter().enumerate().skip(place + 1) {
                if value.value != other.value {
                    let mut swapped = with(values, place, PcrValue { value: other.value, ..*value });
                    swapped[there].value = value.value;
                    refused += no(quote, signed, &format!("values {place} and {there} swapped"), &mut swapped);
                }
            }
        }
        refused
    });
    println!("{refused} changes, each refused");
}

#[test]
fn each_value_of_another_bank() {
    let refused = each(|quote, signed, values| {
        let mut refused = 0;
        for (place, value) in values.iter().enumerate() {
            // SHA-1, SHA-2, SHA3-256, SM3, none at all, and what no registry has.
            for bank in [0x04, 0x0b, 0x0c, 0x0d, 0x27, 0x12, 0x10, 0x00, 0xffff].map(TpmAlgId) {
                if bank != value.bank {
                    let what = format!("value {place} of {bank:?}");
                    refused += no(quote, signed, &what, &mut with(values, place, PcrValue { bank, ..*value }));
                    let mut all = values.to_vec();
                    all.iter_mut().filter(|one| one.bank == value.bank).for_each(|one| one.bank = bank);
                    refused += no(quote, signed, &format!("{what} and all beside it"), &mut all);
                }
            }
        }
        refused
    });
    println!("{refused} changes, each refused");
}

#[test]
fn each_bit_and_each_length_of_a_value() {
    let refused = each(|quote, signed, values| {
        let mut refused = 0;
        for (place, value) in values.iter().enumerate() {
            let mut bytes = value.value.to_vec();
            for bit in 0..8 * bytes.len() {
                bytes[bit / 8] ^= 1 << (bit % 8);
                let flipped = &mut with(values, place, PcrValue { value: &bytes, ..*value });
                refused += no(quote, signed, &format!("bit {bit} of value {place}"), flipped);
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
            bytes.push(0);
            for length in (0..=bytes.len()).filter(|length| *length != value.value.len()) {
                let cut = &mut with(values, place, PcrValue { value: &bytes[..length], ..*value });
                refused += no(quote, signed, &format!("value {place} with {length} bytes"), cut);
            }
        }
        refused
    });
    println!("{refused} changes, each refused");
}
