//! Promise: what is wrong with a quote is refused, and for what it is. The names begin with the family and number of the attack.
#![cfg(feature = "std")]

use crate::common::forge::{AK_ATTRIBUTES, Attest, Key, NONCE, hash, name, sized};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::structures::{Tpm2bAttest, TpmAlgId, TpmSt, TpmsAttest, TpmuAttest};
use tpmproof::verify::{
    Attachments, Attestation, Challenge, Evidence, KeyEvidence, Logs, PcrRule, PcrValue, PcrValues, Pin, Policy,
    PolicyBuilder, PolicyError, SignedAttest, Time, TrustedKey, VerifyError, verify_evidence,
};
use tpmproof::{Decode, DecodeErrorKind, Proof};

const SHA256: u16 = 0x000b;
const ZERO: &[u8] = &[0; 32];
const ONE: &[u8] = &[1; 32];
const TWO: &[u8] = &[2; 32];

/// PCRs 0 and 1 of SHA-256, with the values [`ONE`] and [`TWO`].
fn good() -> Attest {
    Attest::quote(&[(SHA256, &[3, 0, 0])], &[ONE, TWO])
}

const GOOD_VALUES: [(u16, u8, &[u8]); 2] = [(SHA256, 0, ONE), (SHA256, 1, TWO)];

fn leak<T>(value: Vec<T>) -> &'static [T] {
    value.leak()
}

/// The message with a true signature of the pinned key.
fn signed(message: &[u8]) -> Result<SignedAttest<'static>, VerifyError<'static>> {
    signed_with(HashAlgorithm::Sha256, message)
}

fn signed_with(hash: HashAlgorithm, message: &[u8]) -> Result<SignedAttest<'static>, VerifyError<'static>> {
    let key = Key::new(1);
    let spki = leak(key.spki());
    let trusted = TrustedKey::pinned(&KeyEvidence::new().with_spki(spki), &[Pin::Spki(spki)], &SOFTWARE).unwrap();
    let signature = leak(key.sign_with(hash, message));
    Attestation::new(leak(message.to_vec()), signature).unwrap().verify_signature(&trusted)
}

fn pcrs(values: &[(u16, u8, &[u8])]) -> PcrValues<'static> {
    let values = values.iter().map(|(bank, index, value)| PcrValue {
        bank: TpmAlgId(*bank),
        index: *index,
        value: leak(value.to_vec()),
    });
    PcrValues::new(leak(values.collect())).unwrap()
}

fn bound(attest: &Attest, values: &[(u16, u8, &[u8])]) -> Result<(), VerifyError<'static>> {
    signed(&attest.bytes())?.verify_quote(&Challenge::nonce(NONCE).unwrap(), &pcrs(values)).map(|_| ())
}

/// The whole way, with the forged key pinned by its Name, under what `rules` makes of the policy.
fn judged(
    attest: &Attest,
    values: &[(u16, u8, &[u8])],
    rules: impl FnOnce(PolicyBuilder<'static>) -> PolicyBuilder<'static>,
) -> Result<(), VerifyError<'static>> {
    let key = Key::new(1);
    let public = leak(key.public_area(AK_ATTRIBUTES));
    let pins = leak(vec![Pin::Name(leak(name(public)))]);
    let policy = Box::leak(Box::new(rules(Policy::builder().pinned(pins)).build().unwrap()));
    let message = leak(attest.bytes());
    let attestation = Attestation::new(message, leak(key.sign(message))).unwrap();
    let evidence = Evidence {
        attestation,
        pcr_values: pcrs(values),
        key: KeyEvidence::new().with_public(public),
        logs: Logs::default(),
        attachments: Attachments::default(),
    };
    let challenge = Challenge::nonce(NONCE).unwrap();
    let outcome = verify_evidence(&evidence, policy, &challenge, Time::from_unix_seconds(0), &SOFTWARE);
    outcome.map(|_| ()).map_err(|rejection| rejection.error)
}

fn golden(bank: HashAlgorithm, index: u8, value: &'static [u8]) -> PcrRule<'static> {
    PcrRule::golden(bank, index, leak(vec![value]))
}

fn rules(rules: &[PcrRule<'static>]) -> &'static [PcrRule<'static>] {
    leak(rules.to_vec())
}

fn decode_error(message: &[u8]) -> DecodeErrorKind {
    TpmsAttest::from_bytes(message).unwrap_err().kind
}

/// A Name of some key.
const NAME: [u8; 34] = {
    let mut name = [7; 34];
    name[0] = 0;
    name[1] = 0x0b;
    name
};

#[test]
fn control() {
    bound(&good(), &GOOD_VALUES).unwrap();
    judged(&good(), &GOOD_VALUES, |policy| policy.pcrs(rules(&[golden(HashAlgorithm::Sha256, 0, ONE)]))).unwrap();
}

#[test]
fn q01_magic_is_of_a_tpm() {
    for magic in [0xff54_4346, 0, 0x4743_54ff, 0xffff_ffff] {
        let error = signed(&Attest { magic, ..good() }.bytes()).unwrap_err();
        assert_eq!(error, VerifyError::Magic(magic));
    }
}

#[test]
fn q02_only_a_quote_is_a_quote() {
    // NV_CERTIFY: a Name, an offset, and contents that the attacker chose to look like a quote's body.
    let nv = [&sized(&[&[0, 0x0b][..], &[9; 32]].concat())[..], &[0, 0], &sized(&good().body)].concat();
    let name = sized(&[&[0, 0x0b][..], &[9; 32]].concat());
    let names = [&name[..], &name].concat();
    let session = [&[0][..], &name].concat();
    let time = [&[0; 8][..], &[0; 17], &[0; 8]].concat();
    let creation = [&name[..], &sized(&[5; 32])].concat();
    let nv_digest = [&name[..], &sized(&[5; 32])].concat();
    let audit = [&[0; 8][..], &[0, 0x0b], &sized(&[5; 32]), &sized(&[5; 32])].concat();
    let bodies = [
        (0x8014, nv),
        (0x8015, audit),
        (0x8016, [&session[..1], &sized(&[5; 32])].concat()),
        (0x8017, names),
        (0x8019, time),
        (0x801a, creation),
        (0x801c, nv_digest),
    ];
    for (type_, body) in bodies {
        let other = Attest { type_, body, ..good() };
        let error = bound(&other, &GOOD_VALUES).unwrap_err();
        assert_eq!(error, VerifyError::NotAQuote(TpmSt(type_)));
    }
    // The type of a quote and the body of something else: what the body says is not what was quoted.
    let body = [&sized(&[&[0, 0x0b][..], &[9; 32]].concat())[..], &[0, 0], &sized(&good().body)].concat();
    assert!(TpmsAttest::from_bytes(&Attest { body, ..good() }.bytes()).is_err());
}

#[test]
fn q03_values_are_where_the_signature_puts_them() {
    let unselected = |bank, index| VerifyError::UnselectedPcr { bank: TpmAlgId(bank), index };
    let shifted = [(SHA256, 1, ONE), (SHA256, 2, TWO)];
    assert!(matches!(
        bound(&good(), &shifted).unwrap_err(),
        VerifyError::UnselectedPcr { .. } | VerifyError::MissingPcr { .. }
    ));
    let swapped = [(SHA256, 0, TWO), (SHA256, 1, ONE)];
    assert!(matches!(bound(&good(), &swapped).unwrap_err(), VerifyError::PcrDigest { .. }));
    let sha3 = [(0x0027, 0, ONE), (0x0027, 1, TWO)];
    assert_eq!(bound(&good(), &sha3).unwrap_err(), unselected(0x0027, 0));
    let pcr16 = Attest::quote(&[(SHA256, &[0, 0, 1])], &[ONE]);
    bound(&pcr16, &[(SHA256, 16, ONE)]).unwrap();
    assert_eq!(bound(&pcr16, &[(SHA256, 0, ONE)]).unwrap_err(), unselected(SHA256, 0));
}

#[test]
fn q04_a_quote_over_nothing_proves_nothing() {
    for banks in [&[][..], &[(SHA256, &[0, 0, 0][..])]] {
        assert_eq!(bound(&Attest::quote(banks, &[]), &[]).unwrap_err(), VerifyError::NothingQuoted);
    }
    let other_bank = Attest::quote(&[(0x000c, &[1, 0, 0])], &[&[4; 48]]);
    let error = judged(&other_bank, &[(0x000c, 0, &[4; 48])], |policy| {
        policy.pcrs(rules(&[golden(HashAlgorithm::Sha256, 0, ONE)]))
    });
    assert_eq!(error, Err(VerifyError::PcrNotQuoted { bank: HashAlgorithm::Sha256, index: 0 }));
}

#[test]
fn q05_a_value_beside_the_quote_is_refused() {
    let more = [(SHA256, 0, ONE), (SHA256, 1, TWO), (SHA256, 8, ZERO)];
    assert_eq!(bound(&good(), &more).unwrap_err(), VerifyError::UnselectedPcr { bank: TpmAlgId(SHA256), index: 8 });
    let quote = signed(&good().bytes()).unwrap();
    let quote = quote.verify_quote(&Challenge::nonce(NONCE).unwrap(), &pcrs(&GOOD_VALUES)).unwrap();
    assert_eq!(quote.pcr(HashAlgorithm::Sha256, 8), None);
    assert_eq!(quote.pcr(HashAlgorithm::Sha256, 1), Some(TWO));
}

#[test]
fn q06_a_bank_is_selected_once_and_in_the_signed_order() {
    let twice = Attest::quote(&[(SHA256, &[1, 0, 0]), (SHA256, &[2, 0, 0])], &[ONE, TWO]);
    assert_eq!(bound(&twice, &GOOD_VALUES).unwrap_err(), VerifyError::DuplicateBank(TpmAlgId(SHA256)));
    let overlapping = Attest::quote(&[(SHA256, &[3, 0, 0]), (SHA256, &[2, 0, 0])], &[ONE, TWO, TWO]);
    assert_eq!(bound(&overlapping, &GOOD_VALUES).unwrap_err(), VerifyError::DuplicateBank(TpmAlgId(SHA256)));
    // Two banks in either order are two different quotes: the digest follows the signed one.
    let sha384 = [4; 48];
    let values = [(SHA256, 0, ONE), (0x000c, 0, &sha384[..])];
    let banks: [(u16, &[u8]); 2] = [(0x000c, &[1, 0, 0]), (SHA256, &[1, 0, 0])];
    bound(&Attest::quote(&banks, &[&sha384, ONE]), &values).unwrap();
    let error = bound(&Attest::quote(&banks, &[ONE, &sha384]), &values).unwrap_err();
    assert!(matches!(error, VerifyError::PcrDigest { .. }), "{error:?}");
}

#[test]
fn q07_selections_are_few() {
    let bank: (u16, &[u8]) = (SHA256, &[1, 0, 0]);
    assert_eq!(
        decode_error(&Attest::quote(&[bank; 17], &[]).bytes()),
        DecodeErrorKind::TooLong { found: 17, limit: 16 }
    );
    let error = decode_error(&Attest::quote(&[bank; 5000], &[]).bytes());
    assert_eq!(error, DecodeErrorKind::TooLong { found: 5000, limit: 16 });
}

#[test]
fn q08_lengths_are_believed_by_nobody() {
    let start = good();
    let body = |octets: &[u8]| Attest { body: octets.to_vec(), ..start.clone() }.bytes();
    let selection = &[0, 0, 0, 1, 0, 0x0b][..];
    for (what, message) in [
        ("count", body(&[0xff, 0xff, 0xff, 0xff])),
        ("count with the rest", body(&[&[0xff; 4], &start.body[4..]].concat())),
        ("size of the bitmap", body(&[selection, &[255, 0]].concat())),
        ("size of the bitmap, all there", body(&[selection, &[255], &[0; 255], &[0, 0]].concat())),
        ("size of the digest", body(&[selection, &[3, 3, 0, 0], &[0xff, 0xff], ZERO].concat())),
        ("a digest longer than any", body(&[selection, &[3, 3, 0, 0], &sized(&[0; 65])].concat())),
    ] {
        let kind = decode_error(&message);
        assert!(matches!(kind, DecodeErrorKind::TooLong { .. } | DecodeErrorKind::UnexpectedEnd), "{what}: {kind:?}");
    }
}

#[test]
fn q09_there_are_24_pcrs() {
    // Bit 24 needs a fourth octet; the profile of every platform here has three.
    for bitmap in [&[0, 0, 0, 1][..], &[0, 0, 0, 0x80], &[1, 0, 0, 0], &[1, 0], &[]] {
        let quote = Attest::quote(&[(SHA256, bitmap)], &[ONE]);
        let error = bound(&quote, &[(SHA256, 0, ONE)]).unwrap_err();
        assert!(matches!(error, VerifyError::PcrSelectSize { octets, .. } if octets == bitmap.len()), "{error:?}");
    }
    let quote = Attest::quote(&[(SHA256, &[1; 32])], &[ONE]);
    assert!(TpmsAttest::from_bytes(&quote.bytes()).is_err());
    for index in [24, 31, 32, 255] {
        let built = Policy::builder()
            .pinned(&[Pin::Name(&NAME)])
            .pcrs(rules(&[golden(HashAlgorithm::Sha256, index, ONE)]))
            .build();
        assert_eq!(built.unwrap_err(), PolicyError::PcrIndex(index));
        let values = [GOOD_VALUES[0], GOOD_VALUES[1], (SHA256, index, ZERO)];
        assert_eq!(bound(&good(), &values).unwrap_err(), VerifyError::UnselectedPcr { bank: TpmAlgId(SHA256), index });
    }
}

#[test]
fn q10_the_policy_names_the_bank() {
    let sha1 = Attest::quote(&[(0x0004, &[1, 0, 0])], &[&[5; 20]]);
    let sha1_value: &[(u16, u8, &[u8])] = &[(0x0004, 0, &[5; 20])];
    let wanted = rules(&[golden(HashAlgorithm::Sha256, 0, ONE)]);
    let missing = VerifyError::PcrNotQuoted { bank: HashAlgorithm::Sha256, index: 0 };
    assert_eq!(judged(&sha1, sha1_value, |policy| policy.pcrs(wanted)), Err(missing));
    let rule = rules(&[golden(HashAlgorithm::Sha1, 0, &[5; 20])]);
    assert_eq!(Policy::builder().pinned(&[Pin::Name(&NAME)]).pcrs(rule).build().unwrap_err(), PolicyError::Sha1Bank);
    judged(&sha1, sha1_value, |policy| policy.pcrs(rule).allow_sha1_bank(true)).unwrap();

    let sha384 = Attest::quote(&[(0x000c, &[1, 0, 0])], &[&[6; 48]]);
    assert_eq!(judged(&sha384, &[(0x000c, 0, &[6; 48])], |policy| policy.pcrs(wanted)), Err(missing));

    let both = Attest::quote(&[(0x0004, &[1, 0, 0]), (SHA256, &[1, 0, 0])], &[&[5; 20], ONE]);
    judged(&both, &[(0x0004, 0, &[5; 20]), (SHA256, 0, ONE)], |policy| policy.pcrs(wanted)).unwrap();
}

#[test]
fn q11_the_digest_is_by_the_signatures_hash() {
    let challenge = Challenge::nonce(NONCE).unwrap();
    for (bank, value) in [(0x0004, &[5; 20][..]), (SHA256, ONE), (0x000c, &[6; 48])] {
        bound(&Attest::quote(&[(bank, &[1, 0, 0])], &[value]), &[(bank, 0, value)]).unwrap();
    }
    let long = Attest::with_digest(&[(SHA256, &[1, 0, 0])], &hash(HashAlgorithm::Sha384, ONE));
    let signed = signed_with(HashAlgorithm::Sha384, &long.bytes()).unwrap();
    signed.verify_quote(&challenge, &pcrs(&[(SHA256, 0, ONE)])).unwrap();
    let short = Attest::with_digest(&[(SHA256, &[1, 0, 0])], &hash(HashAlgorithm::Sha256, ONE));
    let signed = signed_with(HashAlgorithm::Sha384, &short.bytes()).unwrap();
    let error = signed.verify_quote(&challenge, &pcrs(&[(SHA256, 0, ONE)])).unwrap_err();
    assert!(matches!(error, VerifyError::PcrDigest { .. }), "{error:?}");
}

#[test]
fn q12_values_are_as_long_as_their_bank_says() {
    let all = [ONE, TWO].concat();
    for (at, index) in [(31, 0), (64, 0), (0, 0), (33, 0)] {
        let (first, second) = all.split_at(at);
        let error = bound(&good(), &[(SHA256, 0, first), (SHA256, 1, second)]).unwrap_err();
        let expected = VerifyError::PcrSize { bank: TpmAlgId(SHA256), index, found: at, expected: 32 };
        assert_eq!(error, expected);
    }
    let sha1_in_sha256 = [(SHA256, 0, &[5; 20][..]), (SHA256, 1, TWO)];
    assert!(matches!(bound(&good(), &sha1_in_sha256).unwrap_err(), VerifyError::PcrSize { found: 20, .. }));
}

#[test]
fn q13_no_value_too_many() {
    let error = bound(&good(), &[GOOD_VALUES[0], GOOD_VALUES[1], (SHA256, 2, ZERO)]).unwrap_err();
    assert_eq!(error, VerifyError::UnselectedPcr { bank: TpmAlgId(SHA256), index: 2 });
}

#[test]
fn q14_no_value_too_few() {
    for (left, index) in [(GOOD_VALUES[1], 0), (GOOD_VALUES[0], 1)] {
        let error = bound(&good(), &[left]).unwrap_err();
        assert_eq!(error, VerifyError::MissingPcr { bank: TpmAlgId(SHA256), index });
    }
}

#[test]
fn q15_nothing_follows_the_structure() {
    let mut message = good().bytes();
    message.push(0);
    assert_eq!(decode_error(&message), DecodeErrorKind::TrailingBytes(1));
    let error = signed(&message).unwrap_err();
    assert!(matches!(error, VerifyError::Decode { .. }), "{error:?}");
}

#[test]
fn q16_each_prefix_is_an_error() {
    let quotes = ["rsa_sha256", "p256_multi", "p384_sha384"].map(|name| crate::common::swtpm(name, None).message);
    let mut count = 0;
    for message in quotes {
        assert!(TpmsAttest::from_bytes(&message).is_ok());
        for length in 0..message.len() {
            let kind = decode_error(&message[..length]);
            assert_eq!(kind, DecodeErrorKind::UnexpectedEnd, "{length}");
            count += 1;
        }
    }
    assert!(count > 400, "{count}");
}

#[test]
fn q17_a_size_is_no_more_than_what_is_left() {
    let quote = good();
    let message = quote.bytes();
    let signer = 6;
    let nonce = signer + 2 + quote.signer.len();
    let digest = message.len() - 34;
    let mut count = 0;
    for place in [signer, nonce, digest] {
        for size in [0xffff_u16, 0x8000, 65] {
            let mut message = message.clone();
            message[place..place + 2].copy_from_slice(&size.to_be_bytes());
            let kind = decode_error(&message);
            assert!(!matches!(kind, DecodeErrorKind::TrailingBytes(_)), "{place} {size}: {kind:?}");
            count += 1;
        }
    }
    assert_eq!(count, 9);
}

#[test]
fn q18_q19_the_nonce_is_the_one_sent() {
    let quote = good().bytes();
    let flipped = [&[NONCE[0] ^ 1], &NONCE[1..]].concat();
    let padded = [NONCE, &[0]].concat();
    let longer = [NONCE, b"more"].concat();
    for other in [b"something else......", &flipped[..], &NONCE[..19], &longer, &padded] {
        let error =
            signed(&quote).unwrap().verify_quote(&Challenge::nonce(leak(other.to_vec())).unwrap(), &pcrs(&GOOD_VALUES));
        assert!(matches!(error.unwrap_err(), VerifyError::Nonce { .. }));
    }
    for nonce in [vec![], padded, NONCE[..19].to_vec(), [&[0], NONCE].concat()] {
        let error = bound(&Attest { nonce, ..good() }, &GOOD_VALUES).unwrap_err();
        assert!(matches!(error, VerifyError::Nonce { .. }), "{error:?}");
    }
    assert_eq!(Challenge::nonce(&[]).unwrap_err(), VerifyError::EmptyNonce);
    // Without freshness is another question, and the answer says so.
    let stale = signed(&Attest { nonce: vec![], ..good() }.bytes()).unwrap();
    let stale = stale.verify_quote(&Challenge::insecure_no_freshness(), &pcrs(&GOOD_VALUES)).unwrap();
    assert!(!stale.is_fresh());
}

#[test]
fn q20_a_nonce_has_one_encoding() {
    use base64::Engine;
    let base64 = base64::engine::general_purpose::STANDARD.encode(NONCE).into_bytes();
    let hexadecimal = NONCE.iter().map(|octet| format!("{octet:02x}")).collect::<String>().into_bytes();
    for nonce in [base64, hexadecimal] {
        let error = bound(&Attest { nonce, ..good() }, &GOOD_VALUES).unwrap_err();
        assert!(matches!(error, VerifyError::Nonce { .. }), "{error:?}");
    }
}

#[test]
fn q22_names_of_every_length_are_read_past() {
    let tricky = [&[0x00, 0x0b, 0x00, 0x24][..], &[0x00, 0x24, 0xff], &[3; 27]].concat();
    for signer in [tricky, [&[0, 0x0c][..], &[8; 48]].concat(), [&[0, 0x0d][..], &[8; 64]].concat()] {
        let quote = Attest { signer: signer.clone(), ..good() };
        bound(&quote, &GOOD_VALUES).unwrap();
        let message = quote.bytes();
        let attest = TpmsAttest::from_bytes(&message).unwrap();
        assert_eq!(attest.qualified_signer.0, signer);
        assert_eq!((attest.clock_info.clock, attest.clock_info.reset_count), (1000, 3));
        assert_eq!(attest.extra_data.0, NONCE);
        assert!(matches!(attest.attested, TpmuAttest::Quote(_)));
    }
}

#[test]
fn q23_a_clock_that_may_have_gone_back() {
    let rule = rules(&[golden(HashAlgorithm::Sha256, 0, ONE)]);
    let unsafe_clock = Attest { safe: 0, ..good() };
    judged(&unsafe_clock, &GOOD_VALUES, |policy| policy.pcrs(rule)).unwrap();
    let error = judged(&unsafe_clock, &GOOD_VALUES, |policy| policy.pcrs(rule).require_safe_clock(true));
    assert_eq!(error, Err(VerifyError::ClockNotSafe));
    judged(&good(), &GOOD_VALUES, |policy| policy.pcrs(rule).require_safe_clock(true)).unwrap();
    assert_eq!(decode_error(&Attest { safe: 2, ..good() }.bytes()), DecodeErrorKind::UnknownValue(2));
}

/// Outside the endorsement hierarchy a TPM obfuscates counters and versions: there no policy may judge them.
#[test]
fn q24_q25_counters_and_versions_are_the_ones_named() {
    let rule = rules(&[golden(HashAlgorithm::Sha256, 0, ONE)]);
    let key = Key::new(1);
    let qualified = crate::common::forge::qualified_in_endorsement(&key.public_area(AK_ATTRIBUTES));
    let quote = Attest { signer: qualified, ..good() };
    let judge = |quote: &Attest, rules: fn(PolicyBuilder<'static>) -> PolicyBuilder<'static>| {
        judged(quote, &GOOD_VALUES, |policy| rules(policy.pcrs(rule)))
    };
    judge(&quote, |policy| policy.reset_count(3).restart_count(1).firmware_version_min(0x2020)).unwrap();
    let reset = Attest { reset_count: 4, ..quote.clone() };
    assert_eq!(judge(&reset, |p| p.reset_count(3)), Err(VerifyError::ResetCount { expected: 3, found: 4 }));
    let restart = Attest { restart_count: 2, ..quote.clone() };
    assert_eq!(judge(&restart, |p| p.restart_count(1)), Err(VerifyError::RestartCount { expected: 1, found: 2 }));
    let old = Attest { firmware: 0x201f, ..quote };
    assert_eq!(judge(&old, |p| p.firmware_version_min(0x2020)), Err(VerifyError::FirmwareVersion(0x201f)));
    assert_eq!(judge(&old, |p| p.firmware_versions(&[0x2020])), Err(VerifyError::FirmwareVersion(0x201f)));
    // Another signer's Name says nothing of the hierarchy.
    assert_eq!(judge(&good(), |p| p.reset_count(3)), Err(VerifyError::HierarchyUnknown));
}

#[test]
fn q26_one_form_for_one_thing() {
    let message = good().bytes();
    let wrapped = sized(&message);
    assert!(Tpm2bAttest::from_bytes(&wrapped).is_ok());
    assert!(matches!(signed(&wrapped).unwrap_err(), VerifyError::Magic(_) | VerifyError::Decode { .. }));
    assert!(Tpm2bAttest::from_bytes(&message).is_err());
    let longer = [&wrapped[..], &[0]].concat();
    assert!(Tpm2bAttest::from_bytes(&longer).is_err());
    let proof = crate::common::swtpm("p256_sha256", None).der;
    assert!(Proof::from_der(&proof).is_ok() && Proof::from_der(&sized(&proof)).is_err());
}
