//! Promise: each error of the verifier that no other test provokes has its cause here, and the cause next to it does not have it.
#![cfg(feature = "std")]

use crate::common::forge::{AK_ATTRIBUTES, Attest, Certificate, Key, NONCE, NOW, hash, name};
use crate::common::log::{ACTION, NO_ACTION, SEPARATOR, event, header, no_action};
use tpmproof::crypto::{Crypto, CryptoError, Curve, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::structures::{Tpm2bData, TpmAlgId, TpmiAlgHash, TpmtHa, TpmtPublic};
use tpmproof::verify::{
    Activation, Anchor, Attachments, Attestation, BankSelection, CertificateError, CertificateRules, Challenge,
    EventRule, EventRules, Evidence, GoogleRule, KeyEvidence, KeyIdentity, Log, LogPart, Logs, LogsError, PcrRule,
    PcrState, PcrValue, PcrValues, Pin, Policy, PolicyBuilder, PolicyList, Rejection, Replay, ReplayError,
    SecureBootError, SecureBootRules, SeparatorError, Time, TrustedKey, VerifiedChain, VerifyError,
};
use tpmproof::{Decode, DecodeErrorKind, Encode, EncodeError, Proof};

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;
/// Of one octet each, the values of PCRs 0 to 7.
const VALUES: [[u8; 32]; 8] = [[0; 32], [1; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32], [7; 32]];

fn leak<T: Clone>(values: &[T]) -> &'static [T] {
    values.to_vec().leak()
}

/// A machine with these PCRs of SHA-256, from 0 on, and this log of its firmware.
struct Machine {
    values: Vec<Vec<u8>>,
    log: Option<Vec<u8>>,
    key: KeyEvidence<'static>,
    crypto: &'static dyn Crypto,
}

impl Machine {
    fn new() -> Self {
        let public = Key::new(1).public_area(AK_ATTRIBUTES).leak();
        let values = VALUES.map(|value| value.to_vec()).to_vec();
        Self { values, log: None, key: KeyEvidence::new().with_public(public), crypto: &SOFTWARE }
    }

    /// What a log extends.
    fn of(log: &[u8]) -> Self {
        let read = tpmproof::log::TcgLog::from_bytes(log.to_vec().leak()).unwrap();
        let value = |index: u32| {
            let events = read.events().filter(|event| event.extends() && event.register() == index);
            events.fold(vec![0; 32], |value, event| {
                hash(SHA256, &[&value[..], event.digests.get(TpmAlgId::SHA256).unwrap()].concat())
            })
        };
        Self { values: (0..8).map(value).collect(), log: Some(log.to_vec()), ..Self::new() }
    }

    fn judge(
        &self,
        rules: impl FnOnce(PolicyBuilder<'static>) -> PolicyBuilder<'static>,
    ) -> Result<(), Box<Rejection<'static>>> {
        let key = Key::new(1);
        let pins = leak(&[Pin::Name(name(&key.public_area(AK_ATTRIBUTES)).leak())]);
        let policy = Box::leak(Box::new(rules(Policy::builder().pinned(pins)).build().unwrap()));
        let values: Vec<&[u8]> = self.values.iter().map(Vec::as_slice).collect();
        let quote = Attest::quote(&[(0x0b, &[0xff, 0, 0])], &values);
        // Of a primary key in the endorsement hierarchy.
        let signer = [&[0x40, 0, 0, 0x0b][..], &name(&key.public_area(AK_ATTRIBUTES))].concat();
        let message = Attest { signer: name(&signer), safe: 0, ..quote }.bytes().leak() as &[u8];
        let value =
            |(index, value): (u8, &Vec<u8>)| PcrValue { bank: TpmAlgId::SHA256, index, value: value.clone().leak() };
        let values: Vec<_> = (0..).zip(&self.values).map(value).collect();
        let logs = self.log.iter().map(|log| Log { format: "firmware", bytes: log.clone().leak() });
        let evidence = Evidence {
            attestation: Attestation::new(message, key.sign(message).leak()).unwrap(),
            pcr_values: PcrValues::new(values.leak()).unwrap(),
            key: self.key.clone(),
            logs: Logs::new(logs.collect::<Vec<_>>().leak()),
            attachments: Attachments::default(),
        };
        let challenge = Challenge::nonce(NONCE).unwrap();
        let time = Time::from_unix_seconds(0);
        tpmproof::verify::verify_evidence(&evidence, policy, &challenge, time, self.crypto)
            .map(|_| ())
            .map_err(Box::new)
    }

    fn error(&self, rules: impl FnOnce(PolicyBuilder<'static>) -> PolicyBuilder<'static>) -> VerifyError<'static> {
        let rejection = self.judge(rules).expect_err("accepted");
        assert!(!rejection.error.to_string().is_empty());
        rejection.error
    }
}

fn golden(index: u8, value: &'static [u8]) -> PcrRule<'static> {
    PcrRule::golden(SHA256, index, leak(&[value]))
}

#[test]
fn k03_evidence_without_a_key() {
    let machine = Machine { key: KeyEvidence::new(), ..Machine::new() };
    let rules = |builder: PolicyBuilder<'static>| builder.pcrs(leak(&[golden(0, &VALUES[0])]));
    assert_eq!(machine.error(rules), VerifyError::NoKey);
    Machine::new().judge(rules).unwrap();
    let spki = Key::new(2).spki().leak();
    let other = Machine { key: KeyEvidence::new().with_spki(spki), ..Machine::new() };
    let sha256 = hash(SHA256, spki).try_into().unwrap();
    assert_eq!(other.error(rules), VerifyError::UnknownKey(KeyIdentity::SpkiSha256(sha256)));
}

/// The state of each quoted PCR, in a report that rejects.
#[test]
fn a_state_is_what_is_known_of_a_value() {
    let log = [header(&[SHA256]), event(&[SHA256], 5, 5, b"a", b"a"), event(&[SHA256], 6, 5, b"b", b"b")].concat();
    let mut machine = Machine::of(&log);
    for index in [1, 2, 3, 4, 6] {
        machine.values[index] = VALUES[index].to_vec();
    }
    let rules = [
        PcrRule::zero(SHA256, 0),
        golden(1, &VALUES[1]),
        golden(2, &VALUES[1]),
        PcrRule::zero(SHA256, 3),
        PcrRule::log(SHA256, 4),
        PcrRule::log(SHA256, 5),
        PcrRule::log(SHA256, 6),
    ];
    let events = EventRules { allow_unknown: PolicyList::new(&[4, 5, 6]), ..EventRules::default() };
    let rejection = machine.judge(|builder| builder.pcrs(leak(&rules)).events(events)).expect_err("accepted");
    let states: Vec<_> = rejection.report.pcrs().map(|(pcr, state)| (pcr.index, state)).collect();
    let expected = [
        PcrState::Zero,
        PcrState::Golden,
        PcrState::Unexplained,
        PcrState::Unexplained,
        PcrState::AbsentFromLog,
        PcrState::Explained,
        PcrState::Unexplained,
        PcrState::NotJudged,
    ];
    assert_eq!(states, (0..).zip(expected).collect::<Vec<_>>());
}

/// An error that tells of a rule is another than one of another rule.
#[test]
fn errors_are_compared_by_the_rules_that_they_name() {
    let separators = (0..8).flat_map(|pcr| event(&[SHA256], pcr, SEPARATOR, &[0; 4], &[0; 4])).collect();
    let log = [header(&[SHA256]), event(&[SHA256], 5, 5, b"a", b"a"), separators].concat();
    let machine = Machine::of(&log);
    let missing = |digest: u8| {
        let digests = leak(&[TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: leak(&[digest; 32]) }]);
        let rule = EventRule { digests: PolicyList::new(digests), ..EventRule::measurement(5, "") };
        let require = leak(&[EventRule { kind: None, ..rule }]);
        let events = EventRules {
            require: PolicyList::new(require),
            allow_unknown: PolicyList::new(&[5]),
            ..EventRules::default()
        };
        machine.error(|builder| builder.pcrs(leak(&[PcrRule::log(SHA256, 5)])).events(events))
    };
    assert!(matches!(missing(1), VerifyError::Logs(LogsError::RequiredEventMissing(_))), "{:?}", missing(1));
    assert_eq!(missing(1), missing(1));
    assert_ne!(missing(1), missing(2));
}

#[test]
fn values_that_the_policy_does_not_know() {
    let rules = |values: &[(u8, usize)]| {
        let rules: Vec<_> = values.iter().map(|(index, value)| golden(*index, &VALUES[*value])).collect();
        move |builder: PolicyBuilder<'static>| builder.pcrs(leak(&rules))
    };
    Machine::new().judge(rules(&[(0, 0), (1, 1)])).unwrap();
    let error = Machine::new().error(rules(&[(0, 0), (1, 2), (3, 3), (4, 5)]));
    assert_eq!(error, VerifyError::Pcrs { count: 2, bank: SHA256, index: 1, found: &VALUES[1] });
}

#[test]
fn q03_a_digest_and_a_selection_that_the_policy_names() {
    let right = hash(SHA256, &VALUES.concat()).leak() as &[u8];
    let rules = |pcrs, digest: &'static [u8]| {
        move |builder: PolicyBuilder<'static>| {
            builder.pcr_digests(leak(&[BankSelection { bank: SHA256, pcrs }]), leak(&[digest]))
        }
    };
    Machine::new().judge(rules(0xff, right)).unwrap();
    assert_eq!(Machine::new().error(rules(0xff, &[9; 32])), VerifyError::PolicyDigest { found: right });
    for pcrs in [0x7f, 0x1ff, 1] {
        assert_eq!(Machine::new().error(rules(pcrs, right)), VerifyError::Selection);
    }
}

/// Whose certificate it is, and since when.
#[test]
fn k05_a_certificate_of_another_machine() {
    let (root, leaf) = (Key::new(9), Certificate::leaf("root", &Key::new(1)).sign(&Key::new(9)).leak());
    let root = Certificate::authority("root", "root", &root).sign(&root).leak();
    let evidence = KeyEvidence::new().with_certificate(leaf).unwrap();
    let any = Policy::builder().purposes();
    let judge = |rules: CertificateRules<'static>| {
        let time = NOW.parse().unwrap();
        TrustedKey::certified(
            &evidence,
            leak(&[Anchor::Certificate(root)]),
            leak(&[rules]).first().unwrap(),
            time,
            &SOFTWARE,
        )
        .map(|_| ())
    };
    let rules = CertificateRules { purposes: any, ..CertificateRules::default() };
    judge(rules).unwrap();
    let subjects = |name: &'static str| CertificateRules { subjects: PolicyList::new(leak(&[name])), ..rules };
    judge(subjects("CN=an attestation key")).unwrap();
    for other in ["CN=an attestation key ", "CN=another", "", "an attestation key"] {
        assert!(matches!(judge(subjects(other)), Err(VerifyError::Subject(_))), "{other}");
    }
    let google = GoogleRule { zone: Some("a"), ..GoogleRule::default() };
    assert_eq!(judge(CertificateRules { google: Some(google), ..rules }), Err(VerifyError::Instance(None)));
    let since = |text: &str| CertificateRules { not_before_min: Some(text.parse().unwrap()), ..rules };
    judge(since("2026-01-01T00:00:00Z")).unwrap();
    let (not_before, minimum) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-01-01T00:00:01Z".parse().unwrap());
    let error = VerifyError::CertificateTooOld { not_before, minimum };
    assert_eq!(judge(since("2026-01-01T00:00:01Z")), Err(error));
}

/// One failure more than a report has places for is told without its reason: it is a failure all the same.
#[test]
fn p20_all_failures_are_told() {
    let log = [
        header(&[SHA256]),
        (0..8).flat_map(|pcr| event(&[SHA256], pcr, SEPARATOR, &[0; 4], &[0; 4])).collect(),
        event(&[SHA256], 4, 5, b"unknown", b"unknown"),
    ]
    .concat();
    let digest = leak(&[TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[9; 32] }]);
    let rejection = Machine::of(&log)
        .judge(|builder| {
            let boot = SecureBootRules { db: PolicyList::new(digest), ..SecureBootRules::default() };
            let events = EventRules {
                secure_boot: Some(boot),
                require: PolicyList::new(leak(&[EventRule::event(4, digest)])),
                require_seal: PolicyList::new(&[4]),
                ..EventRules::default()
            };
            let pcrs = leak(&[PcrRule::log(SHA256, 4), PcrRule::log(SHA256, 7), golden(1, &[9; 32])]);
            builder
                .pcrs(pcrs)
                .events(events)
                .require_safe_clock(true)
                .firmware_version_min(u64::MAX)
                .reset_count(77)
                .restart_count(78)
        })
        .unwrap_err();
    let lines = rejection.report.to_string();
    let failed: Vec<_> = lines.lines().filter(|line| line.trim_start().starts_with("fail")).collect();
    assert_eq!(failed.len(), 9, "{lines}");
    let unlisted = VerifyError::Unlisted.to_string();
    assert_eq!(failed.iter().filter(|line| line.contains(&unlisted)).count(), 3, "{lines}");
    assert!(matches!(rejection.error, VerifyError::Logs(LogsError::SecureBoot { .. })), "{lines}");
    assert!(rejection.json().to_string().matches("\"outcome\": \"fail\"").count() == 9);
}

/// Cryptography that lacks something.
#[derive(Debug)]
struct Lacking(Option<HashAlgorithm>, bool);

impl Crypto for Lacking {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        if self.0 == Some(algorithm) {
            Err(CryptoError::UnsupportedHash(algorithm))
        } else {
            SOFTWARE.digest(algorithm, parts)
        }
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        match key {
            PublicKey::Ec { curve, .. } if self.1 => Err(CryptoError::UnsupportedCurve(*curve)),
            _ => SOFTWARE.verify(key, digest, signature),
        }
    }
}

/// What the caller's cryptography cannot do is refused, never passed over.
#[test]
fn s22_cryptography_that_lacks_something() {
    let rules = |builder: PolicyBuilder<'static>| builder.pcrs(leak(&[golden(0, &VALUES[0])]));
    let with = |lacking: Lacking| Machine { crypto: Box::leak(Box::new(lacking)), ..Machine::new() };
    with(Lacking(Some(HashAlgorithm::Sha384), false)).judge(rules).unwrap();
    let hash = CryptoError::UnsupportedHash(SHA256);
    assert_eq!(with(Lacking(Some(SHA256), false)).error(rules), VerifyError::Crypto(hash));
    let curve = CryptoError::UnsupportedCurve(Curve::P256);
    assert_eq!(with(Lacking(None, true)).error(rules), VerifyError::Crypto(curve));
    for wrong in [hash, curve, CryptoError::UnknownHash(TpmAlgId(0x12))] {
        assert!(wrong.to_string().contains("support"), "{wrong}");
    }
    let unknown = [TpmAlgId(0x12), TpmAlgId(0x2a), TpmAlgId::NULL, TpmAlgId(0)];
    for id in unknown {
        assert_eq!(HashAlgorithm::try_from(id), Err(CryptoError::UnknownHash(id)));
    }
    // The replay of a log, and the path of certificates.
    let log = [header(&[SHA256]), event(&[SHA256], 0, 5, b"a", b"a")].concat().leak() as &[u8];
    let part = [LogPart::whole(tpmproof::log::TcgLog::from_bytes(log).unwrap())];
    assert!(Replay::of(&part, &SOFTWARE).is_ok());
    assert_eq!(Replay::of(&part, &Lacking(Some(SHA256), false)).unwrap_err(), ReplayError::Crypto(hash));
    let (leaf, root) = chain(1);
    let judge = |crypto: &Lacking| {
        let anchor = [Anchor::CertificateSha256(tpmproof_sha256(&root))];
        let ders: Vec<&[u8]> = leaf.iter().chain([&root]).map(Vec::as_slice).collect();
        let ders = leak(&ders.iter().map(|der| &*der.to_vec().leak()).collect::<Vec<_>>());
        VerifiedChain::of_endorsement_key(ders, leak(&anchor), NOW.parse().unwrap(), crypto).map(|_| ())
    };
    assert_eq!(judge(&Lacking(Some(SHA256), false)), Err(CertificateError::Crypto(hash)));
}

fn tpmproof_sha256(octets: &[u8]) -> [u8; 32] {
    hash(SHA256, octets).try_into().unwrap()
}

/// `count` certificates below a root, from the leaf on, and the root.
fn chain(count: u8) -> (Vec<Vec<u8>>, Vec<u8>) {
    let called = |number: u8| if number == count { "root".to_owned() } else { format!("authority {number}") };
    let mut ders = vec![Certificate::leaf(&called(1), &Key::new(1)).sign(&Key::new(2))];
    for number in 1..count {
        let authority = Certificate::authority(&called(number + 1), &called(number), &Key::new(number + 1));
        ders.push(authority.sign(&Key::new(number + 2)));
    }
    let key = Key::new(count + 1);
    (ders, Certificate::authority("root", "root", &key).sign(&key))
}

#[test]
fn x14_x15_more_certificates_than_are_walked() {
    let judge = |ders: &[Vec<u8>], root: &[u8]| {
        let ders = leak(&ders.iter().map(|der| &*der.clone().leak()).collect::<Vec<_>>());
        let anchor = leak(&[Anchor::Certificate(root.to_vec().leak())]);
        VerifiedChain::of_endorsement_key(ders, anchor, NOW.parse().unwrap(), &SOFTWARE).map(|_| ())
    };
    let (nine, root) = chain(9);
    assert_eq!(judge(&nine, &root), Err(CertificateError::TooMany(9)));
    // Eight are read, but no path is so long; seven are walked to the end.
    let (eight, root) = chain(8);
    let deep = CertificateError::Rule(
        "more than six authorities stand between the key's certificate and the root; trust one that is nearer to the key",
    );
    assert_eq!(judge(&eight, &root), Err(deep));
    let (seven, root) = chain(7);
    assert!(matches!(judge(&seven, &root), Err(CertificateError::Purpose { .. } | CertificateError::KeyUsage { .. })));
    // A root that cannot be read.
    let (one, root) = chain(1);
    assert!(matches!(judge(&one, &root[..root.len() - 1]), Err(CertificateError::Anchor(_))));
    assert!(matches!(judge(&one, &[0x30, 0]), Err(CertificateError::Anchor(_))));
    // It has no purpose of an endorsement key, but a path.
    assert!(matches!(judge(&one, &root), Err(CertificateError::Purpose { .. } | CertificateError::KeyUsage { .. })));
    // Names make twelve paths, and the last of them is right: all signatures of all of them would be too many.
    let (leaf, same, mid, top) = (Key::new(1), Key::new(30), Key::new(40), Key::new(2));
    let mut all = vec![Certificate::leaf("same", &leaf).sign(&same)];
    all.extend((28..=30).map(|number| Certificate::authority("mid", "same", &Key::new(number)).sign(&mid)));
    all.extend((37..=40).map(|number| Certificate::authority("root", "mid", &Key::new(number)).sign(&top)));
    assert_eq!(judge(&all, &root), Err(CertificateError::Budget));
}

/// What a log says of the firmware's start, or of Secure Boot, and cannot be.
#[test]
fn r10_r19_l16_logs_that_cannot_be_judged() {
    let pcr = |index| move |builder: PolicyBuilder<'static>| builder.pcrs(leak(&[PcrRule::log(SHA256, index)]));
    let banks = &[SHA256];
    let separators: Vec<u8> = (0..8).flat_map(|pcr| event(banks, pcr, SEPARATOR, &[0; 4], &[0; 4])).collect();
    let good = [header(banks), separators.clone()].concat();
    Machine::of(&good).judge(pcr(0)).unwrap();
    let locality = no_action(banks, 0, b"StartupLocality\0\x07");
    let wrong = [header(banks), locality, separators].concat();
    let error = Machine { log: Some(wrong), ..Machine::of(&good) }.error(pcr(0));
    assert!(
        matches!(error, VerifyError::Logs(LogsError::Replay(ReplayError::StartupLocality { event: 1, .. }))),
        "{error}"
    );
    assert_eq!(NO_ACTION, 3);
    let cut = Machine { log: Some(good[..good.len() - 1].to_vec()), ..Machine::of(&good) }.error(pcr(0));
    assert!(matches!(cut, VerifyError::Logs(LogsError::Unreadable { .. })), "{cut}");
    let digest = leak(&[TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[9; 32] }]);
    let boot = SecureBootRules { db: PolicyList::new(digest), ..SecureBootRules::default() };
    let events = EventRules { secure_boot: Some(boot), ..EventRules::default() };
    let error = Machine::of(&good).error(|builder| pcr(7)(builder).events(events));
    let missing = SecureBootError::Missing("SecureBoot");
    assert_eq!(error, VerifyError::Logs(LogsError::SecureBoot { bank: SHA256, error: missing }));
}

/// The digest of an error's value is an error, whatever the event is called; but in PCR 1 a boot order has those octets.
#[test]
fn r10_a_separator_that_tells_an_error() {
    let banks = &[SHA256];
    let judged = |pcr: u32, type_, value: u32| {
        let separators: Vec<u8> = (0..8).flat_map(|pcr| event(banks, pcr, SEPARATOR, &[0; 4], &[0; 4])).collect();
        let octets = value.to_le_bytes();
        let firmware = event(banks, 0, ACTION, b"x", b"x");
        let log = [header(banks), firmware, event(banks, pcr, type_, &octets, &octets), separators].concat();
        let index = u8::try_from(pcr).unwrap();
        let tolerated = leak(&[index]);
        let events = EventRules { allow_unknown: PolicyList::new(tolerated), ..EventRules::default() };
        let rules = leak(&[PcrRule::log(SHA256, index)]);
        Machine::of(&log).judge(|builder| builder.pcrs(rules).events(events)).map_err(|rejection| rejection.error)
    };
    let told = |pcr, value| {
        let error = SeparatorError::Error { event: 2, value };
        VerifyError::Logs(LogsError::Separator { bank: SHA256, index: Some(pcr), error })
    };
    for value in [1, u32::MAX] {
        for type_ in [ACTION, SEPARATOR] {
            assert_eq!(judged(4, type_, value), Err(told(4, value)), "{type_} {value}");
        }
        assert_eq!(judged(1, ACTION, value), Ok(()), "{value}");
        assert_eq!(judged(1, SEPARATOR, value), Err(told(1, value)), "{value}");
    }
    assert_eq!(judged(4, ACTION, 2), Ok(()));
}

#[test]
fn q17_x16_structures_that_are_not_what_they_must_be() {
    let public = Key::new(1).public_area(AK_ATTRIBUTES | 1);
    assert_eq!(TpmtPublic::from_bytes(&public).unwrap_err().kind, DecodeErrorKind::ReservedBits(1));
    let value = |index| PcrValue { bank: TpmAlgId::SHA256, index, value: &[1; 32] };
    for values in [[value(1), value(0)], [value(1), value(1)]] {
        assert_eq!(PcrValues::new(&values).unwrap_err().kind, DecodeErrorKind::NotAscending);
    }
    let tag = DecodeErrorKind::UnexpectedTag { found: 0x31, expected: 0x30 };
    assert_eq!(Proof::from_der(&[0x31, 0]).unwrap_err().kind, tag);
    let record = Activation {
        ek_spki_sha256: [1; 32],
        ek_root_sha256: None,
        ak_name: &[0, 11, 1],
        time: Time::from_unix_seconds(1_700_000_000),
    };
    let mut der = record.to_der();
    let place = der.windows(34).position(|window| window.starts_with(&[4, 32, 1])).unwrap();
    der.remove(place + 2);
    der[place + 1] = 31;
    der[1] -= 1;
    let length = DecodeErrorKind::WrongLength { found: 31, expected: 32 };
    assert_eq!(Activation::from_der(&der).unwrap_err().kind, length);
    let mut buffer = vec![0; 70_000];
    let long = vec![0; 65_536];
    assert_eq!(Tpm2bData(&long).to_bytes(&mut buffer), Err(EncodeError::TooLong));
    assert_eq!(Tpm2bData(&long[..65_535]).to_bytes(&mut buffer).map(<[u8]>::len), Ok(65_537));
    assert_eq!(Tpm2bData(&[1, 2]).to_bytes(&mut buffer[..3]), Err(EncodeError::BufferTooSmall));
    for error in [EncodeError::TooLong, EncodeError::BufferTooSmall] {
        assert!(error.to_string().contains("too"));
    }
}
