//! Promise: every quote that our virtual TPMs made is accepted with its key or chain, its nonce and its values.
#![cfg(feature = "std")]

use crate::common::{Quote, swtpm};
use tpmproof::crypto::HashAlgorithm;
use tpmproof::verify::{Anchor, Challenge, PcrRule, Pin, Policy, Time};
use tpmproof::{Proof, verify_proof};

#[test]
fn pinned_by_name() {
    for quote in crate::common::all_quotes() {
        let Quote { der, values, nonce, name, .. } = &quote;
        let proof = Proof::from_der(der).unwrap();
        let golden: Vec<_> = values.iter().map(|(bank, index, value)| (*bank, *index, [&value[..]])).collect();
        let rules: Vec<_> = golden
            .iter()
            .filter(|(_, index, _)| *index < 16)
            .map(|(bank, index, values)| PcrRule::golden(*bank, *index, values))
            .collect();
        let pins = [Pin::Name(name)];
        let policy = Policy::builder().pinned(&pins).pcrs(&rules).allow_sha1_bank(true).build().unwrap();
        let challenge = Challenge::nonce(nonce).unwrap();
        let report = verify_proof(&proof, &policy, &challenge, Time::from_unix_seconds(0));
        match report {
            Ok(report) => {
                println!("{}\n{report}", quote.id);
                assert!(report.attested().unwrap().is_fresh());
                // Who judges what software extended is told whether what booted is known.
                let software = rules.iter().any(|rule| rule.index >= 8);
                assert_eq!(report.to_string().contains("boot-anchor"), software);
                // The Name is known, and not only claimed.
                assert!(report.to_string().contains("  name   ") && !report.to_string().contains("(claimed)"));
                // Nothing is said of logs that nobody asked for.
                assert!(!report.to_string().contains(" logs "), "{report}");
            }
            Err(rejection) => panic!("{}: {rejection}\n{}", quote.id, rejection.report),
        }
        let rules: Vec<_> = rules.iter().filter(|rule| rule.index < 8).copied().collect();
        if !rules.is_empty() {
            let policy = Policy::builder().pinned(&pins).pcrs(&rules).allow_sha1_bank(true).build().unwrap();
            let any = Challenge::insecure_no_freshness();
            let report = verify_proof(&proof, &policy, &any, Time::from_unix_seconds(0)).unwrap();
            assert!(!report.attested().unwrap().is_fresh());
            assert!(!report.to_string().contains("boot-anchor"));
        }
    }
}

#[test]
fn certified_by_a_chain() {
    let mut certified = vec![("rsa_sha256", "rsa"), ("p256_sha256", "p256"), ("p384_sha384", "p384")];
    if cfg!(feature = "p521") {
        certified.push(("p521_sha512", "p521"));
    }
    for (quote, chain) in certified {
        let quote = swtpm(quote, Some(chain));
        let proof = Proof::from_der(&quote.der).unwrap();
        let root = crate::common::pem(&format!("swtpm/chain_{chain}.root.pem")).remove(0);
        let anchors = [Anchor::Certificate(&root)];
        let value = [&quote.values[0].2[..]];
        let rules = [PcrRule::golden(quote.values[0].0, 0, &value)];
        let policy = Policy::builder().anchors(&anchors).pcrs(&rules).build().unwrap();
        let time: Time = "2027-01-01T00:00:00Z".parse().unwrap();
        let challenge = Challenge::nonce(&quote.nonce).unwrap();
        let report = verify_proof(&proof, &policy, &challenge, time).unwrap_or_else(|no| panic!("{no}\n{}", no.report));
        let verified = report.quote().unwrap();
        for (bank, index) in HashAlgorithm::ALL.iter().flat_map(|bank| (0..24).map(move |index| (*bank, index))) {
            let expected = quote.values.iter().any(|(of, at, _)| (*of, *at) == (bank, index));
            assert_eq!(verified.quotes(bank, index), expected, "{} {index}", bank.name());
        }
    }
}
