//! Promise: the certificates of real TPMs and their authorities can be read, odd ones included.
//!
//! They are those of `certificates/` and `quotes/` in the folder that `TPMPROOF_CORPUS` names.
#![cfg(feature = "std")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tpmproof::verify::Certificate;

/// What is no certificate, or more than one, and part of the error for it.
const REFUSED: [(&str, &str, usize); 3] = [
    // Attribute certificates (RFC 5755): they have a holder where a certificate has an issuer.
    ("certificates/google+go-attestation/attributecert/testdata/", "Certificate.tbsCertificate > issuer", 12),
    // An NV index as it was read: zeros follow the certificate.
    ("quotes/flashbots-azure-tdx-1764662251380464271/ak_cert_as_read.der", "3087 bytes too many", 1),
    // A public key.
    ("quotes/trustee-tpm-evidence/ak.spki.der", "serialNumber", 1),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_certificate_is_read() {
    let Some(corpus) = crate::common::corpus() else { return };
    let mut paths = Vec::new();
    files(&corpus.join("certificates"), &mut paths);
    files(&corpus.join("quotes"), &mut paths);
    paths.sort();
    let mut seen = BTreeSet::new();
    let mut refused = Vec::new();
    for path in paths {
        let octets = std::fs::read(&path).unwrap();
        let mut ders = crate::common::certificates(&octets);
        if octets.starts_with(&[0x30, 0x82])
            && ["der", "crt", "cer"].iter().any(|end| path.extension().is_some_and(|e| e == *end))
        {
            ders.push(octets);
        }
        for der in ders {
            let outcome = Certificate::from_der(&der).map(|_| ()).map_err(|error| error.to_string());
            if seen.insert(der)
                && let Err(error) = outcome
            {
                let name = path.strip_prefix(&corpus).unwrap().display().to_string();
                println!("{name}: {error}");
                refused.push((name, error));
            }
        }
    }
    println!("{} files, {} not read", seen.len(), refused.len());
    assert_eq!(seen.len(), 105);
    for (place, why, count) in REFUSED {
        let of_this = refused.iter().filter(|(name, error)| name.starts_with(place) && error.contains(why)).count();
        assert_eq!(of_this, count, "{place}");
    }
    assert_eq!(refused.len(), REFUSED.iter().map(|(_, _, count)| count).sum::<usize>());
}
