//! Promise: Secure Boot is told from what was measured into PCR 7, or an error says why not. The names of attacks begin with their family
//! and number.
#![cfg(feature = "std")]

use crate::common::forge::hash;
use crate::common::log::{ACTION, CONFIG, GLOBAL, SECURITY, SEPARATOR, event, event2, header, id, variable};
use crate::common::verified::{BANKS, SHA256, quoted, verified, with};
use tpmproof::crypto::HashAlgorithm;
use tpmproof::verify::{SecureBoot, SecureBootError};

/// What was measured, and the event of it.
type Measured = (Vec<u8>, Vec<u8>);

fn measured(type_: u32, data: &[u8]) -> Measured {
    (data.to_vec(), event(BANKS, 7, type_, data, data))
}

fn config(vendor: &str, name: &str, data: &[u8]) -> Measured {
    measured(CONFIG, &variable(vendor, name, data))
}

fn separator() -> Measured {
    measured(SEPARATOR, &[0; 4])
}

/// What a firmware with Secure Boot measures.
fn firmware() -> Vec<Measured> {
    vec![
        config(GLOBAL, "SecureBoot", &[1]),
        config(GLOBAL, "PK", b"pk"),
        config(GLOBAL, "KEK", b"kek"),
        config(SECURITY, "db", b"db"),
        config(SECURITY, "dbx", b"dbx"),
        separator(),
        measured(0x8000_00e0, &variable(SECURITY, "db", b"an entry")),
    ]
}

/// The events, as they were measured and quoted.
fn read(events: &[Measured]) -> Result<SecureBoot<'static, 'static>, SecureBootError> {
    let value =
        events.iter().fold(vec![0; 32], |value, (data, _)| hash(SHA256, &[&value[..], &hash(SHA256, data)].concat()));
    let log = [header(BANKS), events.iter().flat_map(|(_, event)| event.clone()).collect()].concat();
    with(&quoted(&[(7, value)]), &[&log]).secure_boot(SHA256)
}

fn refused(change: impl FnOnce(&mut Vec<Measured>)) -> SecureBootError {
    let mut events = firmware();
    change(&mut events);
    read(&events).expect_err("read")
}

#[test]
fn our_boots_are_told_apart() {
    let (mut on, mut off) = (0, 0);
    for quote in crate::common::all_quotes().iter().filter(|quote| quote.id.starts_with("boot-")) {
        let boot = quote.id.split('/').next().unwrap();
        let octets = crate::common::read(&format!("{boot}/binary_bios_measurements"));
        let logs = with(&verified(quote), &[&octets]);
        for bank in HashAlgorithm::ALL {
            match logs.secure_boot(*bank) {
                Ok(found) => {
                    assert_eq!(found.enabled(), boot.ends_with("-sb"), "{}", quote.id);
                    assert_eq!(found.authorities().count() > 0, found.enabled(), "{}", quote.id);
                    assert_eq!(found.db().variable.data.is_empty(), !found.enabled(), "{}", quote.id);
                    *(if found.enabled() { &mut on } else { &mut off }) += 1;
                }
                Err(error) => assert_eq!(error, SecureBootError::NotExplained(None), "{}", quote.id),
            }
        }
    }
    println!("{on} times on, {off} times off");
    assert!(on >= 8 && off >= 16, "{on} {off}");
}

#[test]
fn control() {
    let found = read(&firmware()).unwrap();
    assert!(found.enabled() && found.pk().variable.data == b"pk" && found.dbx().variable.data == b"dbx");
    assert_eq!(found.authorities().count(), 1);
    let mut off = firmware();
    off[0] = config(GLOBAL, "SecureBoot", &[0]);
    assert!(!read(&off).unwrap().enabled());
}

#[test]
fn r03_a_separator_is_told_by_its_digest() {
    // Called something else, it still ends what the firmware measures.
    let mut events = firmware();
    events[5] = (vec![0; 4], event(BANKS, 7, ACTION, &[0; 4], b"no separator at all"));
    let later = config(GLOBAL, "SecureBoot", &[1]);
    events.push(later);
    assert_eq!(read(&events).unwrap().authorities().count(), 2);
    // And what is only called so is none.
    let called = refused(|events| events[5] = (vec![9; 4], event(BANKS, 7, SEPARATOR, &[9; 4], &[0; 4])));
    assert_eq!(called, SecureBootError::NotMeasured(6));
}

#[test]
fn r19_secure_boot_is_told_once_before_the_separator_in_one_octet() {
    let is = |error: SecureBootError, expected: SecureBootError| assert_eq!(error, expected);
    is(refused(|events| events.insert(1, config(GLOBAL, "SecureBoot", &[1]))), SecureBootError::Twice(2));
    is(refused(|events| events.swap(0, 5)), SecureBootError::Missing("SecureBoot"));
    for value in [&[][..], &[0, 1], &[2], &[0xff]] {
        is(refused(|events| events[0] = config(GLOBAL, "SecureBoot", value)), SecureBootError::Value(1));
    }
    for action in [&b"UEFI Debug Mode"[..], b"DMA Protection Disabled", b"DMA Protection Disabled\0"] {
        is(refused(|events| events.insert(0, measured(0x8000_0007, action))), SecureBootError::Weakened(1));
    }
    // Without the separator the entry of db after it is one more variable db.
    is(refused(|events| drop(events.remove(5))), SecureBootError::Twice(6));
    is(refused(|events| events.truncate(5)), SecureBootError::Missing("the separator"));
    for error in [[1, 0, 0, 0], [0xff; 4]] {
        is(refused(|events| events[5] = measured(SEPARATOR, &error)), SecureBootError::ErrorSeparator(6));
    }
    is(refused(|events| events.push(separator())), SecureBootError::SeparatorTwice(8));
    is(refused(|events| drop(events.remove(3))), SecureBootError::Missing("db"));
    is(refused(|events| events.insert(2, measured(ACTION, b"something"))), SecureBootError::Unexpected(3));
    // The variable of another vendor is another variable.
    is(refused(|events| events[0] = config(SECURITY, "SecureBoot", &[1])), SecureBootError::Missing("SecureBoot"));
}

/// What a log says and the digest does not: the value of a variable.
#[test]
fn r04_data_that_was_not_measured() {
    let off = variable(GLOBAL, "SecureBoot", &[0]);
    let on = variable(GLOBAL, "SecureBoot", &[1]);
    let digests: Vec<_> = BANKS.iter().map(|bank| (id(*bank), hash(*bank, &off))).collect();
    let digests: Vec<_> = digests.iter().map(|(id, digest)| (*id, &digest[..])).collect();
    let forged = (off.clone(), event2(7, CONFIG, &digests, &on));
    assert_eq!(refused(|events| events[0] = forged), SecureBootError::NotMeasured(1));
}
