//! Promise: every known attack has a test that carries its number, or a line here that says which capability it waits for.
//!
//! The families: Q quote, S signature, K key, X certificate, L event log, R replay, I IMA list, A application log, T TLS binding,
//! P proof file, policy and tool.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many attacks each family has.
const FAMILIES: [(char, u8); 10] =
    [('Q', 27), ('S', 24), ('K', 10), ('X', 25), ('L', 31), ('R', 23), ('I', 13), ('A', 11), ('T', 8), ('P', 20)];

/// The attacks of a family from a number to another, and the capability they wait for.
type Waiting = (char, u8, u8, &'static str);

const WAITING: &[Waiting] = &[];

/// Numbers such as `q01` in the names of tests: `fn q01_…`, `fn q18_q19_…`.
fn tested() -> BTreeSet<(char, u8)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        for after in text.split("#[test]\nfn ").skip(1) {
            let name = after.split('(').next().unwrap();
            for part in name.split('_') {
                let mut letters = part.chars();
                let family = letters.next().unwrap_or(' ').to_ascii_uppercase();
                let number = letters.as_str();
                if FAMILIES.iter().any(|(known, _)| *known == family) && number.len() == 2 {
                    found.extend(number.parse().map(|number| (family, number)));
                } else {
                    break;
                }
            }
        }
    }
    found
}

#[test]
fn every_attack_is_tested_or_waits() {
    let tested = tested();
    let mut counts = (0, 0);
    for (family, last) in FAMILIES {
        for number in 1..=last {
            let waits =
                WAITING.iter().filter(|(f, from, to, _)| *f == family && (*from..=*to).contains(&number)).count();
            match (tested.contains(&(family, number)), waits) {
                (true, 0) => counts.0 += 1,
                (false, 1) => counts.1 += 1,
                (is_tested, waits) => panic!("{family}{number:02}: tested: {is_tested}, lines in the table: {waits}"),
            }
        }
    }
    println!("{} attacks tested, {} wait", counts.0, counts.1);
    assert!(tested.iter().all(|(family, number)| FAMILIES.iter().any(|(f, last)| f == family && number <= last)));
}
