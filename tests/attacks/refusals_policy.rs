//! Promise: what makes no sense as a policy is refused when it is made, for the reason that it is; with one word changed it is a policy.

use tpmproof::crypto::HashAlgorithm::{Sha1, Sha256, Sha384};
use tpmproof::log::TcgEventType;
use tpmproof::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
use tpmproof::verify::{
    BankSelection, CertificateRules, EventRule, EventRules, GoogleRule, LogName, LogRule, PcrRule, Pin, Policy,
    PolicyBuilder, PolicyError, PolicyList, SecureBootRules,
};

const NAME: [u8; 34] = {
    let mut name = [7; 34];
    [name[0], name[1]] = [0, 0x0b];
    name
};
const PINS: &[Pin<'static>] = &[Pin::Name(&NAME)];
const SHA256: TpmiAlgHash = TpmiAlgHash(TpmAlgId::SHA256);
const SHA384: TpmiAlgHash = TpmiAlgHash(TpmAlgId::SHA384);
const DIGEST: &[TpmtHa<'static>] = &[TpmtHa { hash_alg: SHA256, digest: &[1; 32] }];
const OTHER: &[TpmtHa<'static>] = &[TpmtHa { hash_alg: SHA256, digest: &[2; 32] }];

fn leak<T: Clone>(values: &[T]) -> &'static [T] {
    values.to_vec().leak()
}

fn list<T: Clone + Send + Sync>(values: &[T]) -> PolicyList<'static, T> {
    PolicyList::new(leak(values))
}

/// A policy of these rules with the key pinned.
fn of(rules: &[PcrRule<'static>]) -> PolicyBuilder<'static> {
    Policy::builder().pinned(PINS).pcrs(leak(rules))
}

fn zero() -> PolicyBuilder<'static> {
    of(&[PcrRule::zero(Sha256, 0)])
}

/// PCRs 4, 7 and 13 are what logs say.
fn logged(events: EventRules<'static>) -> PolicyBuilder<'static> {
    of(&[4, 7, 13].map(|index| PcrRule::log(Sha256, index))).events(events)
}

fn is(builder: PolicyBuilder<'static>, expected: PolicyError) {
    let error = builder.build().expect_err(&format!("{expected:?}"));
    assert_eq!(error, expected);
    assert!(!error.to_string().is_empty());
}

fn is_one(builder: PolicyBuilder<'static>) {
    builder.build().unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn p01_p02_a_policy_that_asks_nothing() {
    is_one(zero());
    is(Policy::builder().pcrs(leak(&[PcrRule::zero(Sha256, 0)])), PolicyError::NoKey);
    is(Policy::builder().pinned(PINS), PolicyError::Empty);
    let none = leak(&[BankSelection { bank: Sha256, pcrs: 0 }]);
    is(Policy::builder().pinned(PINS).pcr_digests(none, leak(&[&[1; 32][..]])), PolicyError::Empty);
    is(of(&[PcrRule::golden(Sha256, 3, &[])]), PolicyError::EmptyGolden { bank: Sha256, index: 3 });
    let google = CertificateRules { google: Some(GoogleRule::default()), ..CertificateRules::default() };
    is(zero().certificate(google), PolicyError::EmptyGoogle);
    let rules = EventRules { allow: list(&[EventRule::event(4, &[])]), ..EventRules::default() };
    is(logged(rules), PolicyError::EmptyEventRule(4));
    let rules = EventRules { allow: list(&[EventRule::event(4, DIGEST).named("a")]), ..EventRules::default() };
    is(logged(rules), PolicyError::EmptyEventRule(4));
    let logs = |pcrs, logs: &'static [LogName]| leak(&[LogRule { pcrs, logs: PolicyList::new(logs) }]);
    is_one(logged(EventRules::default()).logs(logs(1 << 13, &[LogName::Application])));
    is(logged(EventRules::default()).logs(logs(1 << 13, &[])), PolicyError::LogRule(13));
    is(logged(EventRules::default()).logs(logs(0, &[LogName::Application])), PolicyError::LogRule(32));
}

#[test]
fn p03_no_rule_wins_over_another() {
    let twice = [PcrRule::zero(Sha256, 0), PcrRule::log(Sha256, 0)];
    is(of(&twice), PolicyError::DuplicateRule { bank: Sha256, index: 0 });
    is_one(of(&[PcrRule::zero(Sha256, 0), PcrRule::zero(Sha384, 0)]));
    let bank = |pcrs| BankSelection { bank: Sha256, pcrs };
    let digest = leak(&[&[1; 32][..]]);
    let digests = |selection: &[BankSelection]| Policy::builder().pinned(PINS).pcr_digests(leak(selection), digest);
    is_one(digests(&[bank(1)]));
    is(digests(&[bank(1), bank(2)]), PolicyError::DuplicateBank(Sha256));
    is(digests(&[bank(1)]).pcrs(leak(&[PcrRule::zero(Sha256, 0)])), PolicyError::DigestAndPcrs);
    is(digests(&[]), PolicyError::NoSelection);
    is(zero().pcr_digests(leak(&[bank(1)]), &[]), PolicyError::SelectionBesidePcrs);
    let both = EventRules { allow: list(&[EventRule::event(4, DIGEST); 2]), ..EventRules::default() };
    is(logged(both), PolicyError::DuplicateEventRule(4));
    let kind = EventRule::measurement(13, "a");
    let both = EventRules { require: list(&[kind, kind]), ..EventRules::default() };
    is(logged(both), PolicyError::DuplicateEventRule(13));
    for list in [list(&[13, 4, 13]), list(&[4, 13, 13])] {
        let rules = EventRules { allow_unknown: list, ..EventRules::default() };
        is(logged(rules), PolicyError::DuplicateEventRule(13));
        let rules = EventRules { require_seal: list, ..EventRules::default() };
        is(logged(rules), PolicyError::DuplicateEventRule(13));
    }
    let log = |pcrs| LogRule { pcrs, logs: PolicyList::new(&[LogName::Application]) };
    is(logged(EventRules::default()).logs(leak(&[log(1 << 13), log(1 << 13 | 1 << 4)])), PolicyError::LogRule(13));
    let twice = LogRule { pcrs: 1 << 13, logs: PolicyList::new(&[LogName::Application, LogName::Application]) };
    is(logged(EventRules::default()).logs(leak(&[twice])), PolicyError::LogRule(13));
}

#[test]
fn p08_numbers_and_lengths_are_those_of_their_kind() {
    is(of(&[PcrRule::zero(Sha256, 24)]), PolicyError::PcrIndex(24));
    is_one(of(&[PcrRule::zero(Sha256, 15)]));
    for length in [0, 31, 33, 48] {
        let value = leak(&[leak(&vec![1; length])]);
        let error = PolicyError::GoldenLength { bank: Sha256, index: 2, found: length };
        is(of(&[PcrRule::golden(Sha256, 2, value)]), error);
    }
    let selection = leak(&[BankSelection { bank: Sha256, pcrs: 1 }]);
    for length in [0, 31, 33, 63] {
        let digests = leak(&[leak(&vec![1; length])]);
        is(Policy::builder().pinned(PINS).pcr_digests(selection, digests), PolicyError::WrongLength(length));
    }
    for name in [&NAME[..33], &NAME[..1], &[][..], &[0xff; 34]] {
        is(Policy::builder().pinned(leak(&[Pin::Name(name.to_vec().leak())])), PolicyError::PinName);
    }
    let short = leak(&[TpmtHa { hash_alg: SHA256, digest: &[1; 31] }]);
    for rule in [EventRule::event(4, short), EventRule::measurement(4, "a").digests(short)] {
        let rules = EventRules { allow: list(&[rule]), ..EventRules::default() };
        is(logged(rules), PolicyError::WrongLength(31));
    }
    let boot = SecureBootRules {
        db: PolicyList::new(DIGEST),
        dbx_min: list(&[TpmtHa { hash_alg: SHA384, digest: &[1; 48] }]),
        ..SecureBootRules::default()
    };
    let rules = EventRules { secure_boot: Some(boot), ..EventRules::default() };
    assert!(matches!(
        logged(rules).build(),
        Err(PolicyError::WrongLength(48) | PolicyError::EventDigestBank { index: 7, bank: Sha256 })
    ));
}

#[test]
fn r16_r17_q10_what_does_not_carry_is_named_or_refused() {
    for index in 16..24 {
        is(of(&[PcrRule::zero(Sha256, index)]), PolicyError::ResettablePcr(index));
        is_one(of(&[PcrRule::zero(Sha256, index)]).allow_resettable(leak(&[index])));
        is(of(&[PcrRule::zero(Sha256, index)]).allow_resettable(leak(&[index ^ 1])), PolicyError::ResettablePcr(index));
    }
    for wrong in [&[15][..], &[24], &[16, 16]] {
        is(zero().allow_resettable(leak(wrong)), PolicyError::Resettable(wrong[0]));
    }
    is(of(&[PcrRule::zero(Sha1, 0)]), PolicyError::Sha1Bank);
    is_one(of(&[PcrRule::zero(Sha1, 0)]).allow_sha1_bank(true));
    let selected = |pcrs, bank| {
        let selection = leak(&[BankSelection { bank, pcrs }]);
        Policy::builder().pinned(PINS).pcr_digests(selection, leak(&[&[1; 32][..]]))
    };
    is(selected(1 << 16, Sha256), PolicyError::ResettablePcr(16));
    is(selected(1 << 24, Sha256), PolicyError::PcrIndex(24));
    is(selected(1 << 31, Sha256), PolicyError::PcrIndex(31));
    is(selected(1, Sha1), PolicyError::Sha1Bank);
    let spki = leak(&[Pin::SpkiSha256([1; 32])]);
    is(zero().pinned(spki), PolicyError::UnknownAttributes);
    is_one(zero().pinned(spki).accept_unknown_attributes(true));
}

#[test]
fn a01_a10_rules_for_events_that_contradict_each_other() {
    is_one(logged(EventRules::default()));
    let seen = |rules| is_one(logged(rules));
    let refused = |rules, error| is(logged(rules), error);
    let allow = |rule| EventRules { allow: list(&[rule]), ..EventRules::default() };
    let require = |rule| EventRules { require: list(&[rule]), ..EventRules::default() };
    seen(allow(EventRule::event(4, DIGEST)));
    refused(allow(EventRule::event(5, DIGEST)), PolicyError::EventOfUnloggedPcr(5));
    refused(EventRules { allow_unknown: list(&[5]), ..EventRules::default() }, PolicyError::EventOfUnloggedPcr(5));
    refused(EventRules { require_seal: list(&[14]), ..EventRules::default() }, PolicyError::EventOfUnloggedPcr(14));
    let sha384 = leak(&[TpmtHa { hash_alg: SHA384, digest: &[1; 48] }]);
    let error = PolicyError::EventDigestBank { index: 4, bank: Sha256 };
    refused(allow(EventRule::event(4, sha384)), error);
    // What was measured may be told by any hash.
    seen(allow(EventRule::measurement(4, "a").digests(sha384)));
    let typed = EventRule { event_type: Some(TcgEventType::EVENT_TAG), ..EventRule::measurement(13, "a") };
    refused(require(typed), PolicyError::TypeOfRequired(13));
    seen(allow(typed));
    let unknown = |index| EventRules { allow_unknown: list(&[index]), ..require(EventRule::measurement(13, "a")) };
    refused(unknown(13), PolicyError::UnknownBesideRequired(13));
    seen(unknown(7));
    let seal = EventRules { allow_unknown: list(&[13]), require_seal: list(&[13]), ..EventRules::default() };
    refused(seal, PolicyError::UnknownBesideRequired(13));
    // A required event that is known by its digest alone cannot hide.
    seen(EventRules { allow_unknown: list(&[13]), ..require(EventRule::event(13, DIGEST)) });
    let many: Vec<String> = (0..17).map(|number| number.to_string()).collect();
    let many: Vec<_> = many.iter().map(|name| EventRule::measurement(13, "a").named(name.clone().leak())).collect();
    seen(EventRules { require: list(&many[..16]), ..EventRules::default() });
    refused(EventRules { require: list(&many), ..EventRules::default() }, PolicyError::TooManyRequired);
    let rules: Vec<_> = (0..1025u32)
        .map(|number| [&number.to_be_bytes()[..], &[0; 28]].concat().leak() as &'static [u8])
        .map(|digest| EventRule::event(4, leak(&[TpmtHa { hash_alg: SHA256, digest }])))
        .collect();
    seen(EventRules { allow: list(&rules[..1024]), ..EventRules::default() });
    refused(EventRules { allow: list(&rules), ..EventRules::default() }, PolicyError::TooManyEventRules);
    let split = EventRules { allow: list(&rules[..1024]), ..require(EventRule::measurement(13, "a")) };
    refused(split, PolicyError::TooManyEventRules);
}

#[test]
fn r08_what_booted_must_be_judged_too() {
    let alone = |index| of(&[PcrRule::log(Sha256, index)]);
    is_one(alone(7));
    for index in 8..16 {
        is(alone(index), PolicyError::BootNotAnchored(index));
        is_one(alone(index).events(EventRules { accept_any_boot: true, ..EventRules::default() }));
        let golden = leak(&[&[1; 32][..]]);
        is_one(of(&[PcrRule::log(Sha256, index), PcrRule::golden(Sha256, 4, golden)]));
        is(of(&[PcrRule::log(Sha256, index), PcrRule::zero(Sha256, 4)]), PolicyError::BootNotAnchored(index));
        // What another bank says of PCR 4 says nothing of this one.
        let other = leak(&[&[1; 48][..]]);
        let other = of(&[PcrRule::log(Sha256, index), PcrRule::golden(Sha384, 4, other)]);
        is(other, PolicyError::BootNotAnchored(index));
    }
    let unknown = EventRules { allow_unknown: list(&[4]), ..EventRules::default() };
    is(of(&[PcrRule::log(Sha256, 4), PcrRule::log(Sha256, 13)]).events(unknown), PolicyError::BootNotAnchored(13));
    let keys = |boot: SecureBootRules<'static>, unknown: &[u8]| {
        let events = EventRules { secure_boot: Some(boot), allow_unknown: list(unknown), ..EventRules::default() };
        of(&[PcrRule::log(Sha256, 7), PcrRule::log(Sha256, 13)]).events(events)
    };
    let digests = PolicyList::new(DIGEST);
    let db = SecureBootRules { db: digests, ..SecureBootRules::default() };
    let authority = SecureBootRules { authority: digests, ..SecureBootRules::default() };
    let any = SecureBootRules { accept_any_keys: true, ..SecureBootRules::default() };
    is_one(keys(db, &[]));
    is_one(keys(authority, &[]));
    is(keys(db, &[7]), PolicyError::BootNotAnchored(13));
    is(keys(any, &[]), PolicyError::BootNotAnchored(13));
    // The owner's keys say nothing of what they signed.
    is(keys(SecureBootRules { pk: digests, ..SecureBootRules::default() }, &[]), PolicyError::BootNotAnchored(13));
}

#[test]
fn r19_rules_for_secure_boot_that_make_no_sense() {
    let boot = |boot| EventRules { secure_boot: Some(boot), ..EventRules::default() };
    let [digests, others] = [DIGEST, OTHER].map(PolicyList::new);
    let db = SecureBootRules { db: digests, ..SecureBootRules::default() };
    is_one(logged(boot(db)));
    is(of(&[PcrRule::log(Sha256, 4)]).events(boot(db)), PolicyError::SecureBootWithoutLog);
    is(logged(boot(SecureBootRules::default())), PolicyError::SecureBootAnyKeys);
    // Revocations narrow no keys.
    is(logged(boot(SecureBootRules { dbx_min: others, ..SecureBootRules::default() })), PolicyError::SecureBootAnyKeys);
    let any = SecureBootRules { accept_any_keys: true, ..SecureBootRules::default() };
    is_one(logged(boot(any)));
    for named in [
        SecureBootRules { pk: digests, ..any },
        SecureBootRules { kek: digests, ..any },
        SecureBootRules { db: digests, ..any },
        SecureBootRules { authority: digests, ..any },
    ] {
        is(logged(boot(named)), PolicyError::KeysBesideAnyKeys);
        is_one(logged(boot(SecureBootRules { accept_any_keys: false, ..named })));
    }
    let authority = SecureBootRules { authority: digests, ..SecureBootRules::default() };
    let unknown = EventRules { allow_unknown: list(&[7]), ..boot(authority) };
    is(logged(unknown), PolicyError::AuthorityBesideUnknown);
    let sha384 =
        SecureBootRules { db: list(&[TpmtHa { hash_alg: SHA384, digest: &[1; 48] }]), ..SecureBootRules::default() };
    is(logged(boot(sha384)), PolicyError::EventDigestBank { index: 7, bank: Sha256 });
}

#[test]
fn more_logs_than_are_read() {
    let log = |pcr: u32, logs: &'static [LogName]| LogRule { pcrs: 1 << pcr, logs: PolicyList::new(logs) };
    let every: &[LogName] = &[LogName::Firmware, LogName::Application, LogName::BlindLlamaV2];
    let rules = |logs: &[&'static [LogName]]| {
        let pcrs: Vec<_> = (0..8).take(logs.len()).map(|index| PcrRule::log(Sha256, index)).collect();
        let logs: Vec<_> = (0..).zip(logs).map(|(index, logs)| log(index, logs)).collect();
        of(&pcrs).logs(leak(&logs))
    };
    is_one(rules(&[every, every]));
    is_one(rules(&[every, every, &every[..2]]));
    is(rules(&[every, every, every]), PolicyError::TooManyLogs);
}
