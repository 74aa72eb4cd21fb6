//! What the tests share: proofs made of the material in `testvectors/`.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::pedantic, clippy::restriction)]

#[cfg(feature = "cli")]
pub mod application;
pub mod cbor;
#[cfg(feature = "cli")]
pub mod cli;
pub mod counting;
#[cfg(feature = "cli")]
pub mod fake_tpm;
#[cfg(feature = "cli")]
pub mod foreign;
pub mod forge;
#[cfg(feature = "cli")]
pub mod ima;
pub mod log;
#[cfg(feature = "cli")]
pub mod machine;
pub mod nitro;
#[cfg(feature = "cli")]
pub mod swtpm;
#[cfg(all(feature = "cli", feature = "tls"))]
pub mod tls;
pub mod verified;
pub mod webauthn;

use std::fs;
use std::path::{Path, PathBuf};
use tpmproof::Decode;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::{TpmsAttest, TpmuAttest};
use tpmproof::verify::PcrValue;

/// One quote, as a proof, and what it was made with.
pub struct Quote {
    pub id: String,
    pub der: Vec<u8>,
    pub message: Vec<u8>,
    pub signature: Vec<u8>,
    pub public: Vec<u8>,
    pub values: Vec<(HashAlgorithm, u8, Vec<u8>)>,
    pub nonce: Vec<u8>,
    pub name: Vec<u8>,
}

pub fn material(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testvectors/material").join(name)
}

pub fn read(name: &str) -> Vec<u8> {
    let path = material(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn hex(text: &str) -> Vec<u8> {
    let text = text.trim();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Evidence from the field, which is not ours to ship: the folder that `TPMPROOF_CORPUS` names.
pub fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("TPMPROOF_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there is no corpus at {}; TPMPROOF_CORPUS names another place", folder.display());
    None
}

/// What a test makes for a fuzz target. Where `FUZZ_CORPUS` names a folder, as `fuzz/seeds` does, it is written there; else it must be
/// what `fuzz/corpus` has.
pub fn fuzz_seeds(target: &str, seeds: &[(&str, Vec<u8>)]) {
    let given = std::env::var_os("FUZZ_CORPUS").map(PathBuf::from);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, bytes) in seeds {
        match &given {
            Some(folder) => fs::write(folder.join(target).join(name), bytes).unwrap(),
            None => {
                let path = kept.join(target).join(name);
                let found =
                    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run fuzz/seeds", path.display()));
                assert!(found == *bytes, "{} is not what is made now; run fuzz/seeds", path.display());
            }
        }
    }
}

/// The certificates of a PEM file, in order.
pub fn pem(name: &str) -> Vec<Vec<u8>> {
    certificates(&read(name))
}

pub fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    use rustls_pki_types::{CertificateDer, pem::PemObject};
    CertificateDer::pem_slice_iter(pem).map(|der| der.unwrap().to_vec()).collect()
}

/// The quote `q_<name>` of the virtual TPM, with its public area, or with the chain `chain_<chain>`.
pub fn swtpm(name: &str, chain: Option<&str>) -> Quote {
    quote("swtpm", name, chain)
}

pub fn all_quotes() -> Vec<Quote> {
    let mut quotes: Vec<_> = ["rsa_sha256", "rsapss_sha256", "p256_sha256", "p384_sha384", "p256_multi"]
        .into_iter()
        .map(|name| swtpm(name, None))
        .collect();
    for boot in ["boot-direct", "boot-direct-tis-ngv2", "boot-grub-sb", "boot-sdboot", "boot-uki", "boot-uki-sb"] {
        for name in ["rsa_sha256", "p256_sha256", "p384_sha384", "p256_multi"] {
            quotes.push(quote(boot, name, None));
        }
    }
    quotes
}

fn quote(folder: &str, name: &str, chain: Option<&str>) -> Quote {
    let file = |suffix: &str| read(&format!("{folder}/q_{name}.{suffix}"));
    let message = file("msg");
    let signature = file("sig");
    let key = name.split('_').next().unwrap();
    let public = read(&format!("{folder}/ak_{key}.tpm2b"))[2..].to_vec();
    let values = serialized(&message, &file("pcrs"));
    let mut builder = ProofBuilder::new(&message, &signature);
    for (bank, index, value) in &values {
        builder = builder.pcr(PcrValue { bank: (*bank).into(), index: *index, value });
    }
    builder = match chain {
        Some(chain) => pem(&format!("{folder}/chain_{chain}.pem")).iter().fold(builder, |b, der| b.certificate(der)),
        None => builder.key_public(&public),
    };
    Quote {
        id: format!("{folder}/{name}"),
        der: builder.to_der(),
        nonce: hex(&String::from_utf8(read(&format!("{folder}/nonce.hex"))).unwrap()),
        name: read(&format!("{folder}/ak_{key}.name")),
        message,
        signature,
        public,
        values,
    }
}

/// The values of the file that `tpm2_quote -o` writes, by the signed selection.
fn serialized(message: &[u8], file: &[u8]) -> Vec<(HashAlgorithm, u8, Vec<u8>)> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let mut digests = Vec::new();
    for list in 0..word(132) {
        let start = 136 + list * 532;
        for place in 0..word(start) {
            let at = start + 4 + place * 66;
            let size = usize::from(u16::from_le_bytes(file[at..at + 2].try_into().unwrap()));
            digests.push(file[at + 2..at + 2 + size].to_vec());
        }
    }
    let attest = TpmsAttest::from_bytes(message).unwrap();
    let TpmuAttest::Quote(info) = attest.attested else { panic!("not a quote") };
    let places = info.pcr_select.iter().flat_map(|bank| {
        let hash = HashAlgorithm::try_from(bank.hash.0).unwrap();
        bank.indices().map(|index| (hash, u8::try_from(index).unwrap())).collect::<Vec<_>>()
    });
    let values: Vec<_> = places.zip(digests).map(|((bank, index), value)| (bank, index, value)).collect();
    assert!(!values.is_empty());
    values
}
