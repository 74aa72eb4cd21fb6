//! Promise: a nonce is good for one proof, for as long as it was said to be.
#![cfg(feature = "cli")]

use crate::common::forge::{AK_ATTRIBUTES, Key, NOW, name};
use crate::common::machine::Machine;
use crate::common::verified::SHA256;
use core::time::Duration;
use std::sync::Barrier;
use tpmproof::proof::Proof;
use tpmproof::verify::{Challenge, NonceError, NonceGuard, PcrRule, Pin, Policy, Time, VerifyError};

const LIFETIME: Duration = Duration::from_secs(60);

fn at(seconds: u64) -> Time {
    Time::from_unix_seconds(seconds)
}

fn guard(capacity: usize) -> NonceGuard {
    NonceGuard::new(capacity, LIFETIME)
}

#[test]
fn q21_two_quotes_for_one_nonce() {
    let pins = [name(&Key::new(1).public_area(AK_ATTRIBUTES))];
    let pins = [Pin::Name(&pins[0])];
    let values = Machine::new().values();
    let known = [&values[0].1[..]];
    let rules = [PcrRule::golden(SHA256, 0, &known)];
    let policy = Policy::builder().pinned(&pins).pcrs(&rules).build().unwrap();
    let now: Time = NOW.parse().unwrap();
    let nonce = [7; 32];
    let guard = guard(10);
    guard.issue(&nonce, now).unwrap();
    let der = Machine::new().proof_for(&nonce);
    let proof = Proof::from_der(&der).unwrap();
    let verify = |challenge: &Challenge<'_>| tpmproof::verify_proof(&proof, &policy, challenge, now).is_ok();
    assert!(verify(&guard.redeem(&nonce, now).unwrap()));
    assert_eq!(guard.redeem(&nonce, now).unwrap_err(), NonceError::Reused);
    // The verifier alone does not know that it has seen it.
    assert!(verify(&Challenge::nonce(&nonce).unwrap()));
    // Also where the first proof was refused the nonce is used.
    let other = [8; 32];
    guard.issue(&other, now).unwrap();
    let challenge = guard.redeem(&other, now).unwrap();
    let rejection = tpmproof::verify_proof(&proof, &policy, &challenge, now).unwrap_err();
    assert!(matches!(rejection.error, VerifyError::Nonce { .. }), "{rejection}");
    assert_eq!(guard.redeem(&other, now).unwrap_err(), NonceError::Reused);
}

#[test]
fn a_nonce_ends_after_its_last_second() {
    let guard = guard(10);
    guard.issue(b"one", at(1000)).unwrap();
    guard.issue(b"two", at(1000)).unwrap();
    assert!(guard.redeem(b"one", at(1060)).is_ok());
    assert_eq!(guard.redeem(b"one", at(1060)).unwrap_err(), NonceError::Reused);
    assert_eq!(guard.redeem(b"two", at(1061)).unwrap_err(), NonceError::Unknown);
    assert_eq!(guard.redeem(b"one", at(1061)).unwrap_err(), NonceError::Unknown);
    // At the end of time it ends with it.
    guard.issue(b"last", at(u64::MAX)).unwrap();
    assert!(guard.redeem(b"last", at(u64::MAX)).is_ok());
}

#[test]
fn a_lifetime_has_whole_seconds() {
    let guard = NonceGuard::new(10, Duration::from_millis(1999));
    guard.issue(b"one", at(1000)).unwrap();
    guard.issue(b"two", at(1000)).unwrap();
    assert!(guard.redeem(b"one", at(1001)).is_ok());
    assert_eq!(guard.redeem(b"two", at(1002)).unwrap_err(), NonceError::Unknown);
}

#[test]
fn a_clock_that_goes_back_makes_no_nonce_new() {
    let guard = guard(10);
    guard.issue(b"one", at(1000)).unwrap();
    guard.issue(b"two", at(1000)).unwrap();
    assert!(guard.redeem(b"one", at(1000)).is_ok());
    assert_eq!(guard.redeem(b"one", at(10)).unwrap_err(), NonceError::Reused);
    assert_eq!(guard.redeem(b"two", at(1061)).unwrap_err(), NonceError::Unknown);
    for again in [b"one", b"two"] {
        assert_eq!(guard.redeem(again, at(1000)).unwrap_err(), NonceError::Unknown);
    }
}

#[test]
fn a_nonce_that_was_issued_after_the_clock_went_back_ends_in_its_time() {
    let guard = guard(10);
    guard.issue(b"before", at(2000)).unwrap();
    guard.issue(b"after", at(1000)).unwrap();
    assert_eq!(guard.redeem(b"after", at(1061)).map(|_| ()), Err(NonceError::Unknown));
}

#[test]
fn one_leap_of_the_clock_does_not_fill_the_guard_for_ever() {
    let guard = guard(3);
    guard.issue(b"of the year 2286", at(10_000_000_000)).unwrap();
    guard.issue(b"one", at(1000)).unwrap();
    guard.issue(b"two", at(1000)).unwrap();
    assert_eq!(guard.issue(b"three", at(1060)), Err(NonceError::Full { capacity: 3 }));
    // An hour later two places are free.
    assert_eq!(guard.issue(b"three", at(4600)), Ok(()));
}

#[test]
fn a_full_guard_takes_more_when_a_nonce_has_ended() {
    let guard = guard(2);
    guard.issue(b"one", at(1000)).unwrap();
    guard.issue(b"two", at(1030)).unwrap();
    assert_eq!(guard.issue(b"three", at(1030)), Err(NonceError::Full { capacity: 2 }));
    // A used one keeps its place, so that it is known to be used.
    assert!(guard.redeem(b"one", at(1030)).is_ok());
    assert_eq!(guard.issue(b"three", at(1060)), Err(NonceError::Full { capacity: 2 }));
    guard.issue(b"three", at(1061)).unwrap();
    assert_eq!(guard.issue(b"four", at(1061)), Err(NonceError::Full { capacity: 2 }));
    assert!(guard.redeem(b"two", at(1061)).is_ok());
    assert!(guard.redeem(b"three", at(1061)).is_ok());
    assert_eq!(NonceGuard::new(0, LIFETIME).issue(b"one", at(1)), Err(NonceError::Full { capacity: 0 }));
}

#[test]
fn repeated_empty_and_unknown_nonces_are_refused() {
    let guard = guard(10);
    guard.issue(b"one", at(1000)).unwrap();
    assert_eq!(guard.issue(b"one", at(1000)), Err(NonceError::Repeated));
    assert!(guard.redeem(b"one", at(1000)).is_ok());
    assert_eq!(guard.issue(b"one", at(1060)), Err(NonceError::Repeated));
    assert_eq!(guard.issue(b"", at(1000)), Err(NonceError::Empty));
    for unknown in [&b""[..], b"on", b"one ", b"One"] {
        assert_eq!(guard.redeem(unknown, at(1000)).unwrap_err(), NonceError::Unknown);
    }
}

#[test]
fn of_eight_threads_one_wins() {
    for round in 0..200_u32 {
        let guard = guard(10);
        let nonce = round.to_be_bytes();
        guard.issue(&nonce, at(1000)).unwrap();
        let start = Barrier::new(8);
        let redeem = || {
            start.wait();
            guard.redeem(&nonce, at(1000)).map(|_| ())
        };
        let results: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(redeem)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert_eq!(results.iter().filter(|result| **result == Err(NonceError::Reused)).count(), 7);
    }
}
