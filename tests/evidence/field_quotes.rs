//! Promise: every quote from the field comes out as its source states.
//!
//! The quotes are those of `quotes.json` in the folder that `TPMPROOF_CORPUS` names. With values and a key or chain, a case is judged
//! under the least policy that fits it; without values, up to the signature; without a key, it is decoded.
#![cfg(feature = "cli")]

use crate::common::hex;
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tpmproof::Decode;
use tpmproof::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use tpmproof::structures::{TpmsAttest, TpmtSignature};
use tpmproof::verify::{
    ATTESTATION_KEY, Anchor, Attachments, Attestation, CertificateRules, Challenge, ENDORSEMENT_KEY, Evidence,
    KeyEvidence, Logs, PcrRule, PcrValue, PcrValues, Pin, Policy, PolicyList, Purpose, Time, TrustedKey,
    verify_evidence,
};

/// How far a case goes, and where it must stop.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stated {
    Accepted,
    /// The error's text has this in it.
    Refused(&'static str),
    /// The source gives a key and no PCR values: the signature is by the key.
    Signed,
    /// The source gives no key.
    Decoded,
}
use Stated::{Accepted, Decoded, Refused, Signed};

/// Every case of the corpus, and the time at which a chain is judged.
const CASES: [(&str, Stated, &str); 33] = [
    ("go-attestation-windows-gcp-sha1", Accepted, ""),
    ("go-tpm-tools-gce-cos-85-no-nonce-sha1", Accepted, "2022-01-01T00:00:00Z"),
    ("go-tpm-tools-gce-cos-85-no-nonce-sha256", Accepted, "2022-01-01T00:00:00Z"),
    ("go-tpm-tools-gce-cos-85-no-nonce-sha384", Accepted, "2022-01-01T00:00:00Z"),
    ("cmc-tpm-valid", Accepted, "2023-01-01T00:00:00Z"),
    ("cmc-tpm-bad-signature", Refused("signature"), "2023-01-01T00:00:00Z"),
    ("cmc-tpm-bad-nonce", Refused("answers another challenge"), "2023-01-01T00:00:00Z"),
    ("cmc-tpm-wrong-ca", Refused("certificate"), "2023-01-01T00:00:00Z"),
    ("automata-gcp-rsa", Signed, ""),
    ("keylime-files", Accepted, ""),
    ("rust-keylime-quote-string", Decoded, ""),
    ("keylime-emulator-00", Decoded, ""),
    ("keylime-emulator-01", Decoded, ""),
    ("keylime-emulator-02", Decoded, ""),
    ("keylime-emulator-03", Decoded, ""),
    ("keylime-emulator-04", Decoded, ""),
    ("keylime-emulator-05", Decoded, ""),
    ("azure-cvm-tooling-quote", Accepted, ""),
    ("trustee-az-snp-v0", Accepted, ""),
    ("trustee-az-snp-v1", Accepted, ""),
    ("trustee-az-snp-v2", Accepted, ""),
    ("trustee-az-snp-genoa", Accepted, ""),
    ("trustee-az-snp-vtpm-quote-v1", Accepted, ""),
    ("trustee-tpm-evidence", Accepted, ""),
    ("coco-as-az-vtpm", Signed, ""),
    ("trustee-hist-az-tdx", Signed, ""),
    ("vaportpm-test-gcp-amd-fixture", Accepted, "2026-03-01T00:00:00Z"),
    ("cmcp-azure-vtpm", Accepted, ""),
    ("blindllama-azure", Accepted, "2024-01-15T00:00:00Z"),
    ("flashbots-azure-tdx-1764662251380464271", Accepted, "2026-01-01T00:00:00Z"),
    ("attestation-rs-az_snp-live", Accepted, ""),
    ("cmcp-azure-cvm-evidence", Signed, ""),
    ("veraison-enacttrust", Signed, ""),
];

/// One case, with what stands in its folder.
#[derive(Clone)]
struct Case {
    id: &'static str,
    message: Vec<u8>,
    signature: Vec<u8>,
    public: Option<Vec<u8>>,
    spki: Option<Vec<u8>>,
    chain: Vec<Vec<u8>>,
    root: Option<Vec<u8>>,
    values: Vec<(HashAlgorithm, u8, Vec<u8>)>,
    nonce: Option<Vec<u8>>,
    time: Time,
}

impl Case {
    fn load(folder: PathBuf, entry: &Value, id: &'static str, time: &str) -> Self {
        let file = |name: &str| fs::read(folder.join(name)).ok();
        let raw = file("quote.sig").unwrap();
        let signature = match entry["sig"]["scheme"].as_str() {
            Some("rsassa-raw") => {
                let size = u16::try_from(raw.len()).unwrap();
                [&[0x00, 0x14, 0x00, 0x0b][..], &size.to_be_bytes(), &raw].concat()
            }
            Some("ecdsa-der") => {
                let signature = p256::ecdsa::Signature::from_der(&raw).unwrap();
                let (r, s) = signature.split_bytes();
                [&[0x00, 0x18, 0x00, 0x0b, 0, 32][..], &r, &[0, 32], &s].concat()
            }
            _ => raw,
        };
        let spki = file("ak.pem").map(|pem| SubjectPublicKeyInfoDer::from_pem_slice(&pem).unwrap().to_vec());
        let mut values = Vec::new();
        if let Some(text) = file("pcrs.json") {
            let banks: Value = serde_json::from_slice(&text).unwrap();
            for (bank, entries) in banks.as_object().unwrap() {
                let bank = *HashAlgorithm::ALL.iter().find(|hash| hash.name() == bank).unwrap();
                for (index, value) in entries.as_object().unwrap() {
                    values.push((bank, index.parse().unwrap(), hex(value.as_str().unwrap())));
                }
            }
            values.sort();
        }
        Self {
            id,
            message: file("quote.msg").unwrap(),
            signature,
            public: file("ak.tpmt_public"),
            spki: file("ak.spki.der").or(spki),
            chain: file("ak_chain.pem").map(|pem| crate::common::certificates(&pem)).unwrap_or_default(),
            root: file("root.pem").map(|pem| crate::common::certificates(&pem).remove(0)),
            values,
            nonce: file("nonce.bin").filter(|nonce| !nonce.is_empty()),
            time: if time.is_empty() { Time::from_unix_seconds(0) } else { time.parse().unwrap() },
        }
    }

    fn name(&self) -> Option<Vec<u8>> {
        let public = self.public.as_ref()?;
        let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&public[..]].into_iter()).unwrap();
        Some([&[0x00, 0x0b], digest.as_bytes()].concat())
    }

    fn key(&self) -> KeyEvidence<'_> {
        let mut key = self.chain.iter().fold(KeyEvidence::new(), |key, der| key.with_certificate(der).unwrap());
        if let Some(public) = &self.public {
            key = key.with_public(public);
        } else if let Some(spki) = self.spki.as_ref().filter(|_| self.chain.is_empty()) {
            key = key.with_spki(spki);
        }
        key
    }

    /// The verdict under a policy with the root or the key, the values that the case gives as golden ones, and its nonce.
    fn judge(&self) -> Result<(), String> {
        let anchors = [self.root.as_ref().map(|root| Anchor::Certificate(root))];
        let anchors: Vec<_> = anchors.into_iter().flatten().collect();
        let name = self.name();
        let pins = match (&name, &self.spki) {
            _ if !anchors.is_empty() => vec![],
            (Some(name), _) => vec![Pin::Name(name)],
            (None, Some(spki)) => vec![Pin::Spki(spki)],
            (None, None) => panic!("{}: no key", self.id),
        };
        let golden: Vec<_> = self
            .values
            .iter()
            .filter(|(_, index, _)| *index < 16)
            .map(|(b, i, value)| (*b, *i, [&value[..]]))
            .collect();
        let rules: Vec<_> = golden.iter().map(|(bank, index, any)| PcrRule::golden(*bank, *index, any)).collect();
        // Of the certificates of the field one has the attestation key's purpose, one the endorsement key's, one none.
        let purposes = [Purpose::Oid(ATTESTATION_KEY), Purpose::Oid(ENDORSEMENT_KEY), Purpose::Absent];
        let certificate = CertificateRules { purposes: PolicyList::new(&purposes), ..CertificateRules::default() };
        let sha1 = [HashAlgorithm::Sha1];
        let mut policy = Policy::builder().pinned(&pins).pcrs(&rules).certificate(certificate);
        if !anchors.is_empty() {
            policy = policy.anchors(&anchors);
        }
        if matches!(pins[..], [Pin::Spki(_)]) {
            policy = policy.accept_unknown_attributes(true);
        }
        if self.id.ends_with("-sha1") {
            policy = policy.allow_sha1_bank(true);
        }
        if self.id == "go-attestation-windows-gcp-sha1" {
            policy = policy.signature_hashes(&sha1);
        }
        let policy = policy.build().map_err(|error| error.to_string())?;
        let challenge = self.challenge();
        let values: Vec<_> = self
            .values
            .iter()
            .map(|(bank, index, value)| PcrValue { bank: (*bank).into(), index: *index, value })
            .collect();
        let attestation = Attestation::new(&self.message, &self.signature).map_err(|error| error.to_string())?;
        let pcr_values = PcrValues::new(&values).map_err(|error| error.to_string())?;
        let (logs, attachments) = (Logs::default(), Attachments::default());
        let evidence = Evidence { attestation, pcr_values, key: self.key(), logs, attachments };
        let outcome = verify_evidence(&evidence, &policy, &challenge, self.time, &SOFTWARE);
        outcome.map(|_| ()).map_err(|rejection| rejection.error.to_string())
    }

    fn challenge(&self) -> Challenge<'_> {
        let expected = self.nonce.clone().unwrap_or_else(|| {
            // Where the source keeps no nonce, the one that was quoted: nothing else is known.
            TpmsAttest::from_bytes(&self.message).map(|attest| attest.extra_data.0.to_vec()).unwrap_or_default()
        });
        if expected.is_empty() {
            Challenge::insecure_no_freshness()
        } else {
            Challenge::nonce(expected.leak()).unwrap()
        }
    }

    fn signed(&self) -> Result<(), String> {
        let pins = [Pin::Spki(self.spki.as_ref().unwrap())];
        let evidence = self.key();
        let key = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).map_err(|error| error.to_string())?;
        let attestation = Attestation::new(&self.message, &self.signature).map_err(|error| error.to_string())?;
        attestation.verify_signature(&key).map(|_| ()).map_err(|error| error.to_string())
    }
}

fn cases() -> Vec<(Case, Stated)> {
    let Some(corpus) = crate::common::corpus() else { return Vec::new() };
    let entries: Value = serde_json::from_slice(&fs::read(corpus.join("quotes.json")).unwrap()).unwrap();
    let entries = entries.as_array().unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(ids, CASES.map(|(id, ..)| id), "each case of the corpus has its line here");
    let load = |(entry, (id, stated, time)): (&Value, (&'static str, Stated, &str))| {
        (Case::load(corpus.join("quotes").join(id), entry, id, time), stated)
    };
    entries.iter().zip(CASES).map(load).collect()
}

#[test]
fn every_case_as_stated() {
    let (mut accepted, mut refused, mut signed, mut decoded) = (0, 0, 0, 0);
    for (case, stated) in cases() {
        let outcome = match stated {
            Accepted => case.judge().map(|()| accepted += 1),
            Refused(why) => match case.judge() {
                Ok(()) => Err("accepted".to_owned()),
                Err(error) if error.contains(why) => {
                    refused += 1;
                    Ok(())
                }
                Err(error) => Err(format!("refused for something else: {error}")),
            },
            Signed => case.signed().map(|()| signed += 1),
            Decoded => TpmsAttest::from_bytes(&case.message)
                .and_then(|_| TpmtSignature::from_bytes(&case.signature))
                .map(|_| decoded += 1)
                .map_err(|error| error.to_string()),
        };
        assert_eq!(outcome, Ok(()), "{}: {stated:?}", case.id);
    }
    println!("{accepted} accepted, {refused} refused, {signed} signed, {decoded} decoded");
    if accepted > 0 {
        assert_eq!((accepted, refused, signed, decoded), (18, 3, 5, 7));
    }
}

/// What is changed, in which cases that can be, and how.
type Change = (&'static str, fn(&Case) -> bool, fn(&mut Case));

fn any(_: &Case) -> bool {
    true
}

fn with_nonce(case: &Case) -> bool {
    case.nonce.is_some()
}

fn with_chain(case: &Case) -> bool {
    case.root.is_some()
}

/// What the sources say must fail, done to every case that is accepted and has such a thing to change.
const CHANGES: [Change; 14] = [
    ("the signature's first octet", any, |case| case.signature[6] ^= 1),
    ("the signature's last octet", any, |case| *case.signature.last_mut().unwrap() ^= 0xff),
    ("the signature reversed", any, |case| case.signature[6..].reverse()),
    ("the message's last octet", any, |case| *case.message.last_mut().unwrap() ^= 0xff),
    ("the nonce reversed", with_nonce, |case| case.nonce.as_mut().unwrap().reverse()),
    ("another nonce", any, |case| case.nonce = Some(vec![1, 2, 3, 4])),
    ("one bit of the first value", any, |case| case.values[0].2[0] ^= 1),
    ("the first value another", any, |case| case.values[0].2[..4].copy_from_slice(&[0xde, 0xad, 0xbe, 0xef])),
    ("the first value missing", any, |case| drop(case.values.remove(0))),
    ("another bank's", any, |case| case.values.iter_mut().for_each(|value| value.0 = HashAlgorithm::Sha512)),
    ("no certificate", with_chain, |case| case.chain.clear()),
    ("a bit of the leaf", with_chain, |case| *case.chain[0].last_mut().unwrap() ^= 1),
    ("long ago", with_chain, |case| case.time = "1999-01-01T00:00:00Z".parse().unwrap()),
    ("another root", with_chain, |case| case.root = Some(crate::common::pem("swtpm/chain_rsa.root.pem").remove(0))),
];

#[test]
fn every_change_is_refused() {
    let mut count = 0;
    for (case, _) in cases().into_iter().filter(|(_, stated)| *stated == Accepted) {
        assert_eq!(case.judge(), Ok(()), "{}", case.id);
        for (what, applies, change) in CHANGES {
            if applies(&case) {
                let mut changed = case.clone();
                change(&mut changed);
                assert!(changed.judge().is_err(), "{}: accepted with {what}", case.id);
                count += 1;
            }
        }
    }
    println!("{count} changes, each refused");
    assert!(count == 199 || crate::common::corpus().is_none());
}
