//! Promise: every WebAuthn statement of the format `tpm` from the field is read, and comes out as its source states.
//!
//! The statements are those of `webauthn/` in the folder that `TPMPROOF_CORPUS` names. Their roots are not there, so the authority below
//! the root, which each statement encloses, is the anchor; it is judged a day after the attestation key's certificate begins.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tpmproof::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use tpmproof::verify::{AttestationObject, Certificate, Time};

/// What is made to be refused, and why.
const STATED: [(&str, &str); 1] = [("07_962bf6e09dbe", "another model of authenticator")];

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for source in fs::read_dir(folder.join("webauthn")).unwrap() {
        let inside = source.unwrap().path().join("_extracted/webauthn_tpm");
        found.extend(fs::read_dir(inside).unwrap().map(|entry| entry.unwrap().path()));
    }
    found.sort();
    found
}

/// The RP ID: the origin's host, or what it is below of, whose digest the authenticator data have.
fn rp_id(origin: &str, rp_id_hash: &[u8]) -> String {
    let host = origin.split("://").nth(1).unwrap().split(':').next().unwrap();
    let mut candidate = host;
    loop {
        let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [candidate.as_bytes()].into_iter()).unwrap();
        if digest.as_bytes() == rp_id_hash {
            return candidate.to_owned();
        }
        // None fits: the client data are of something else.
        let Some((_, parent)) = candidate.split_once('.') else { return host.to_owned() };
        candidate = parent;
    }
}

/// What becomes of a statement, by its hash algorithms: accepted, or the reason in words.
fn judge(folder: &Path, files: &Folder, hashes: &str, change: impl Fn(&mut Vec<u8>)) -> Result<(), String> {
    let file = |name: &str| fs::read(folder.join(name)).unwrap();
    let client_data = file("clientDataJSON.json");
    let members: Value = serde_json::from_slice(&client_data).unwrap();
    let challenge = URL_SAFE_NO_PAD.decode(members["challenge"].as_str().unwrap()).unwrap();
    let nonce: String = challenge.iter().map(|byte| format!("{byte:02x}")).collect();
    let data = file("authData.bin");
    let origin = members["origin"].as_str().unwrap();
    let policy = format!(
        "version = 1\n[key]\nroot_files = [\"authority.der\"]\n[quote]\nsignature_hash = [{hashes}]\n[webauthn]\nrp_id = \"{}\"\norigins = [\"{origin}\"]\n",
        rp_id(origin, &data[..32])
    );
    let mut object = file("attestationObject.cbor");
    change(&mut object);
    let leaf = file("x5c-0.der");
    let begins = Certificate::from_der(&leaf).unwrap().validity().0;
    let at = Time::from_unix_seconds(begins.unix_seconds() + 86400).to_string();
    files.write("authority.der", &file("x5c-1.der"));
    let policy = files.write("policy.toml", policy.as_bytes());
    let (object, client) = (files.write("object.cbor", &object), files.write("client.json", &client_data));
    let line = ["verify", &object, "--client-data", &client, "--policy", &policy, "--nonce", &nonce, "--at", &at];
    let outcome = run(&line.map(str::to_owned));
    match outcome.code {
        0 => Ok(()),
        _ => Err(format!("{}{}", outcome.out.lines().next().unwrap_or_default(), outcome.notes)),
    }
}

#[test]
fn every_statement_comes_out_as_stated() {
    let Some(corpus) = crate::common::corpus() else { return };
    let files = Folder::new("field-webauthn");
    let (mut read, mut accepted, mut refused, mut by_sha1) = (0, 0, 0, 0);
    for folder in folders(&corpus) {
        let name = folder.strip_prefix(corpus.join("webauthn")).unwrap().display().to_string();
        let object = fs::read(folder.join("attestationObject.cbor")).unwrap();
        assert!(AttestationObject::from_cbor(&object).is_ok(), "{name}: {:?}", AttestationObject::from_cbor(&object));
        for end in (0..object.len()).step_by(13) {
            assert!(AttestationObject::from_cbor(&object[..end]).is_err(), "{name}: {end} bytes");
        }
        read += 1;
        let meta: Value = serde_json::from_slice(&fs::read(folder.join("meta.json")).unwrap()).unwrap();
        if meta["has_clientData"] == false {
            continue;
        }
        let sha1 = meta["alg"] == -65535;
        let stated = meta["independent"]["extra_ok"].as_bool().unwrap();
        let found = judge(&folder, &files, "\"sha1\", \"sha256\"", |_| ());
        println!("{name}: alg {}, {found:?}", meta["alg"]);
        let reason = match STATED.iter().find(|(end, _)| name.ends_with(end)) {
            Some((_, reason)) => Some(*reason),
            None => (!stated).then_some("certified the key for something else"),
        };
        match (found, reason) {
            (Ok(()), None) => {}
            (Err(found), Some(reason)) if found.contains(reason) => {
                refused += 1;
                continue;
            }
            (found, reason) => panic!("{name}: {found:?}, and {reason:?} is stated"),
        }
        accepted += 1;
        // SHA-1 only where the policy names it.
        let found = judge(&folder, &files, "\"sha256\"", |_| ());
        assert_eq!(found.is_err(), sha1, "{name}");
        by_sha1 += usize::from(sha1);
        // With a bit of the end, the authenticator data or the statement, flipped.
        assert!(judge(&folder, &files, "\"sha1\", \"sha256\"", |object| *object.last_mut().unwrap() ^= 1).is_err());
    }
    println!("{read} read, {accepted} accepted, {by_sha1} of them by SHA-1, {refused} refused as stated");
    assert_eq!((read, accepted, refused, by_sha1), (19, 15, 2, 11));
}
