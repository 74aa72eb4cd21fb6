//! Promise: of a document in the form of AWS's NitroTPM nothing is believed but what a key under its root has signed, for this nonce.
//!
//! The documents are forged, of the shape that AWS documents, under a hierarchy of our own.

use crate::common::cbor::{array, bytes, head, int, map, text, uint};
use crate::common::forge::{self, Certificate, NONCE, NOW};
use crate::common::nitro::{Document, Hierarchy, Key384, hierarchy, leaf_key, lists, pcrs, value};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::verify::{
    Anchor, Attested, BankSelection, CertificateRules, Challenge, EvidenceError, Log, Logs, NitroTpmDocument, PcrRule,
    PcrState, Platform, Policy, PolicyBuilder, RevocationList, VerifyError, verify_nitrotpm,
};

/// The rules for PCRs 4, 7 and 12 that AWS advises.
fn with_policy<T>(
    change: impl for<'b> FnOnce(PolicyBuilder<'b>) -> PolicyBuilder<'b>,
    then: impl FnOnce(&Policy<'_>) -> T,
) -> T {
    let root = hierarchy().root;
    let anchors = [Anchor::Certificate(&root)];
    let (four, seven) = (value(4), value(7));
    let (four, seven) = ([&four[..]], [&seven[..]]);
    let bank = HashAlgorithm::Sha384;
    let rules = [PcrRule::golden(bank, 4, &four), PcrRule::golden(bank, 7, &seven), PcrRule::zero(bank, 12)];
    let builder = Policy::builder().platform(&Platform::AWS).anchors(&anchors).pcrs(&rules);
    then(&change(builder).build().unwrap())
}

/// The error in words; nothing where the document is accepted.
fn judge_with(
    document: &[u8],
    nonce: &[u8],
    at: &str,
    change: impl for<'b> FnOnce(PolicyBuilder<'b>) -> PolicyBuilder<'b>,
) -> Option<String> {
    let document = match NitroTpmDocument::from_cbor(document) {
        Ok(document) => document,
        Err(error) => return Some(format!("unreadable: {error}")),
    };
    with_policy(change, |policy| {
        let challenge =
            if nonce.is_empty() { Challenge::insecure_no_freshness() } else { Challenge::nonce(nonce).unwrap() };
        let judged = verify_nitrotpm(&document, &Logs::default(), policy, &challenge, at.parse().unwrap(), &SOFTWARE);
        judged.err().map(|rejection| rejection.error.to_string())
    })
}

fn judge(document: &[u8]) -> Option<String> {
    judge_with(document, NONCE, NOW, |builder| builder)
}

fn refused(document: &[u8], reason: &str) {
    let found = judge(document).expect("it is accepted");
    assert!(found.contains(reason), "{found:?} and not {reason:?}");
}

#[test]
fn a_genuine_document_is_accepted() {
    let bytes = Document::genuine().sign();
    assert_eq!(judge(&bytes), None);
    // COSE_Sign1 may be tagged as what it is.
    let tagged = [&[0xd2], &bytes[..]].concat();
    assert_eq!(judge(&tagged), None);
    let document = NitroTpmDocument::from_cbor(&bytes).unwrap();
    with_policy(
        |builder| builder,
        |policy| {
            let challenge = Challenge::nonce(NONCE).unwrap();
            let report =
                verify_nitrotpm(&document, &Logs::default(), policy, &challenge, NOW.parse().unwrap(), &SOFTWARE)
                    .unwrap();
            let Some(Attested::Document(verified)) = report.attested() else { panic!("no document") };
            assert!(verified.is_fresh() && report.quote().is_none());
            let any = Challenge::insecure_no_freshness();
            let stale = verify_nitrotpm(&document, &Logs::default(), policy, &any, NOW.parse().unwrap(), &SOFTWARE);
            assert!(!stale.unwrap().attested().unwrap().is_fresh());
            assert_eq!(verified.content().module_id, "i-0123456789abcdef0-tpm0123456789abcdef");
            assert_eq!(verified.content().user_data, Some(&b"a machine's word"[..]));
            assert_eq!(verified.content().public_key, None);
            assert_eq!(verified.content().timestamp, 1_780_272_000_000);
            let states: Vec<_> = report.pcrs().map(|(pcr, state)| (pcr.index, state)).collect();
            assert_eq!(states.len(), 18);
            assert!(states.contains(&(4, PcrState::Golden)) && states.contains(&(12, PcrState::Zero)));
            assert!(states.contains(&(23, PcrState::NotJudged)));
            let text = report.to_string();
            assert!(text.contains("not checked  revocation") && text.contains("a document of NitroTPM"), "{text}");
            let about =
                "  about  i-0123456789abcdef0-tpm0123456789abcdef, 1780272000000 ms after 1970-01-01T00:00:00Z\n";
            assert!(text.contains(about) && text.contains("         user data 61206d616368696e65"), "{text}");
            assert!(!text.contains("key-attributes"), "no TPM's key signs it");
        },
    );
}

#[test]
fn q18_q19_the_nonce_is_compared_whole() {
    let genuine = Document::genuine;
    for nonce in [&NONCE[1..], &NONCE[..19], &[NONCE, b"\0"].concat(), b"another"] {
        refused(&genuine().with("nonce", Some(bytes(nonce))).sign(), "answers another challenge");
    }
    refused(&genuine().with("nonce", None).sign(), "for no nonce");
    refused(&genuine().with("nonce", Some(vec![0xf6])).sign(), "for no nonce");
    // Going without is named, and told.
    assert_eq!(judge_with(&genuine().with("nonce", None).sign(), b"", NOW, |builder| builder), None);
    // The nonce beside the signed one counts for nothing.
    let mut other = genuine();
    other.unprotected = map(&[(text("nonce"), bytes(NONCE))]);
    refused(&other.with("nonce", None).sign(), "headers that no signature covers");
}

#[test]
fn q16_q15_all_of_the_document_and_no_more() {
    let document = Document::genuine().sign();
    for end in 0..document.len() {
        assert!(NitroTpmDocument::from_cbor(&document[..end]).is_err(), "{end} bytes");
    }
    refused(&[&document[..], &[0]].concat(), "1 byte too many");
    // Behind the map, inside what is signed.
    let genuine = Document::genuine();
    refused(&genuine.sign_payload(&[genuine.payload(), vec![0xf6]].concat()), "1 byte too many");
}

#[test]
fn s01_every_changed_byte_is_refused() {
    let document = Document::genuine().sign();
    for place in (0..document.len()).step_by(7) {
        let mut other = document.clone();
        other[place] ^= 0x10;
        assert!(judge(&other).is_some(), "byte {place}");
    }
}

#[test]
fn p04_p05_fields_that_stand_twice_or_are_not_known() {
    let genuine = Document::genuine();
    for place in 0..genuine.fields.len() {
        let mut twice = genuine.clone();
        twice.fields.push(genuine.fields[place].clone());
        refused(&twice.sign(), "a field that stands twice");
        let mut without = genuine.clone();
        let (name, _) = without.fields.remove(place);
        let optional = [text("public_key"), text("user_data")].contains(&name);
        assert_eq!(judge(&without.sign()).is_none(), optional, "{}", String::from_utf8_lossy(&name));
    }
    refused(&genuine.clone().with("debug", Some(uint(1))).sign(), "a field that is not known");
    let mut headers = genuine.clone();
    headers.protected = map(&[(int(1), int(-35)), (int(2), array(&[int(99)])), (int(99), int(1))]);
    refused(&headers.sign(), "a protected header other than the algorithm");
    headers.protected = map(&[(int(1), int(-35)), (int(1), int(-35))]);
    refused(&headers.sign(), "a protected header other than the algorithm");
}

#[test]
fn s05_s22_another_algorithm() {
    for algorithm in [-7, -36, -257, -8, 5] {
        let mut other = Document::genuine();
        other.protected = map(&[(int(1), int(algorithm))]);
        refused(&other.sign(), "an algorithm other than ES384");
    }
    let mut none = Document::genuine();
    none.protected = vec![];
    refused(&none.sign(), "unexpected end of input");
    refused(&Document::genuine().with("digest", Some(text("SHA256"))).sign(), "the field digest is not SHA384");
    let only = [HashAlgorithm::Sha256];
    let only: &'static [HashAlgorithm] = Box::leak(Box::new(only));
    let found = judge_with(&Document::genuine().sign(), NONCE, NOW, |builder| builder.signature_hashes(only));
    assert!(found.unwrap().contains("quote.signature_hash"));
}

/// A TPM's restricted key signs digests of any bytes that do not begin as its own attestations do, and so of these too.
#[test]
fn k01_a_key_of_another_platform_signs_no_document() {
    let document = Document::genuine().sign();
    let document = NitroTpmDocument::from_cbor(&document).unwrap();
    let root = hierarchy().root;
    let anchors = [Anchor::Certificate(&root)];
    let four = value(4);
    let four = [&four[..]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha384, 4, &four)];
    let challenge = Challenge::nonce(NONCE).unwrap();
    for builder in [Policy::builder(), Policy::builder().platform(&Platform::GOOGLE)] {
        let policy = builder.anchors(&anchors).pcrs(&rules).build().unwrap();
        let rejection =
            verify_nitrotpm(&document, &Logs::default(), &policy, &challenge, NOW.parse().unwrap(), &SOFTWARE)
                .unwrap_err();
        assert_eq!(rejection.error, VerifyError::Evidence(EvidenceError::NotAws));
        assert_eq!(rejection.report.checks().next().unwrap().name, "evidence");
    }
}

#[test]
fn s04_a_key_on_another_curve() {
    let Hierarchy { root, region, zone, .. } = hierarchy();
    let mut leaf = Certificate::leaf("zone", &forge::Key::new(9));
    leaf.extensions.pop();
    let leaf = Key384::new(3).certify(&leaf);
    let bundle: Vec<_> = [root, region, zone].iter().map(|der| bytes(der)).collect();
    let other = Document::genuine().with("certificate", Some(bytes(&leaf))).with("cabundle", Some(array(&bundle)));
    refused(&other.sign(), "not on P-384");
}

#[test]
fn s13_signatures_of_other_lengths_and_of_zeros() {
    let document = Document::genuine().sign();
    let signature = document.len() - 96;
    let mut zeros = document.clone();
    zeros[signature..].fill(0);
    assert!(judge(&zeros).is_some());
    let head_at = signature - 2;
    for length in [0, 95, 97, 192] {
        let other = [&document[..head_at], &bytes(&vec![1; length])].concat();
        refused(&other, "where 96 is expected");
    }
}

#[test]
fn x01_x02_x22_the_chain_leads_to_the_root() {
    let Hierarchy { root, region, zone, .. } = hierarchy();
    let bundle = |ders: &[&Vec<u8>]| array(&ders.iter().map(|der| bytes(der)).collect::<Vec<_>>());
    let with = |ders: &[&Vec<u8>]| Document::genuine().with("cabundle", Some(bundle(ders))).sign();
    // The root comes from the policy; the order among the others is not the chain's.
    for order in [[&region, &zone, &root], [&zone, &region, &root]] {
        assert_eq!(judge(&with(&order)), None);
    }
    assert_eq!(judge(&with(&[&region, &zone])), None);
    refused(&with(&[&root, &region]), "zone");
    refused(&with(&[]), "zone");
    // A hierarchy of the same names.
    let other = |number: u8| Key384::new(number + 100);
    let forged = |issuer, subject, key: &Key384, signer: &Key384| {
        let template = Certificate::authority(issuer, subject, &forge::Key::new(1));
        signer.certify(&Certificate { spki: key.spki(), ..template })
    };
    let mut own = Certificate::leaf("zone", &forge::Key::new(1));
    own.spki = leaf_key().spki();
    own.extensions.pop();
    let own_leaf = other(3).certify(&own);
    let chain = [
        forged("root", "root", &other(1), &other(1)),
        forged("root", "region", &other(2), &other(1)),
        forged("region", "zone", &other(3), &other(2)),
    ];
    let forged_bundle = bundle(&chain.iter().collect::<Vec<_>>());
    let document =
        Document::genuine().with("certificate", Some(bytes(&own_leaf))).with("cabundle", Some(forged_bundle));
    assert!(judge(&document.sign()).is_some(), "under a root of the attacker's");
    // An authority's key signs no document, nor does the anchor's.
    let mut authority = Document::genuine().with("certificate", Some(bytes(&zone)));
    authority.signer = Key384::new(3);
    assert!(judge(&authority.sign()).is_some());
    let mut anchor = Document::genuine().with("certificate", Some(bytes(&root)));
    anchor.signer = Key384::new(1);
    assert!(judge(&anchor.sign()).is_some());
    // Signed by another key than the certificate's.
    let mut stranger = Document::genuine();
    stranger.signer = Key384::new(77);
    assert!(judge(&stranger.sign()).is_some());
}

#[test]
fn x06_a_leaf_for_another_purpose() {
    let mut leaf = Certificate::server("zone", "example.org", &forge::Key::new(1));
    leaf.spki = leaf_key().spki();
    let leaf = Key384::new(3).certify(&leaf);
    refused(&Document::genuine().with("certificate", Some(bytes(&leaf))).sign(), "purpose");
}

#[test]
fn x11_outside_the_certificates_time() {
    let document = Document::genuine().sign();
    for at in ["2025-12-31T23:59:59Z", "2027-01-01T00:00:01Z"] {
        let found = judge_with(&document, NONCE, at, |builder| builder).unwrap();
        assert!(found.contains("valid") || found.contains("expired"), "{found}");
    }
}

#[test]
fn q08_p18_lengths_that_lie() {
    let genuine = Document::genuine();
    let payload = genuine.payload();
    // More pairs than there are, and 2^64 - 1 of them.
    for count in [10, u64::MAX] {
        let other = [head(5, count), payload[1..].to_vec()].concat();
        assert!(judge(&genuine.sign_payload(&other)).unwrap().starts_with("unreadable"));
    }
    for value in [head(2, u64::MAX), head(3, 1 << 40), head(4, u64::MAX), head(5, u64::MAX)] {
        for field in ["nonce", "module_id", "cabundle", "nitrotpm_pcrs"] {
            let other = genuine.clone().with(field, Some(value.clone())).sign();
            assert!(judge(&other).unwrap().starts_with("unreadable"), "{field}");
        }
    }
    let many: Vec<_> = (0..8).map(|_| bytes(&hierarchy().zone)).collect();
    refused(&genuine.clone().with("cabundle", Some(array(&many))).sign(), "over the limit of 7");
    refused(&genuine.clone().with("user_data", Some(bytes(&[0; 1025]))).sign(), "over the limit of 1024");
    assert_eq!(judge(&genuine.with("user_data", Some(bytes(&[0; 1024]))).sign()), None);
}

#[test]
fn x15_p06_indefinite_and_long_forms() {
    let genuine = Document::genuine();
    let payload = genuine.payload();
    let indefinite = [&[0xbf], &payload[1..], &[0xff]].concat();
    refused(&genuine.sign_payload(&indefinite), "an indefinite length");
    let long = [&[0xb8, 9], &payload[1..]].concat();
    refused(&genuine.sign_payload(&long), "in more octets than it needs");
    let document = genuine.sign();
    refused(&[&[0x98, 4], &document[1..]].concat(), "in more octets than it needs");
    refused(&[&[0x9f], &document[1..], &[0xff]].concat(), "an indefinite length");
    refused(&[&[0xd1], &document[..]].concat(), "a tag that has no place here");
    refused(
        &genuine.with("nonce", Some([&[0x5f][..], &bytes(NONCE), &[0xff]].concat())).sign(),
        "an indefinite length",
    );
}

#[test]
fn p07_x24_depth_costs_nothing() {
    let deep = [vec![0x81; 200_000], vec![0xf6]].concat();
    for field in ["nonce", "user_data", "nitrotpm_pcrs", "deeper"] {
        let other = Document::genuine().with(field, Some(deep.clone())).sign();
        assert!(judge(&other).unwrap().starts_with("unreadable"), "{field}");
    }
}

#[test]
fn q09_q12_pcrs_that_are_none() {
    let with = |pairs: &[(u64, usize)]| {
        let pairs: Vec<_> = pairs.iter().map(|(index, size)| (uint(*index), bytes(&vec![5; *size]))).collect();
        Document::genuine().with("nitrotpm_pcrs", Some(map(&pairs))).sign()
    };
    for index in [24, 31, 32, 255, 256, u64::MAX] {
        refused(&with(&[(index, 48)]), "a PCR that there is not");
    }
    for size in [0, 32, 47, 49, 64] {
        refused(&with(&[(4, size)]), "where 48 is expected");
    }
    refused(&with(&[(4, 48), (5, 48), (4, 48)]), "a PCR that stands twice");
    refused(&with(&[]), "selects no PCR");
}

#[test]
fn q04_r22_pcrs_that_are_missing_or_others() {
    let without = Document::genuine().with("nitrotpm_pcrs", Some(pcrs([4, 12].into_iter()))).sign();
    refused(&without, "PCR 7 of sha384");
    let swapped = map(&[(uint(4), bytes(&value(7))), (uint(7), bytes(&value(4))), (uint(12), bytes(&value(12)))]);
    refused(&Document::genuine().with("nitrotpm_pcrs", Some(swapped)).sign(), "none of the policy's values");
    let grown = map(&[(uint(4), bytes(&value(4))), (uint(7), bytes(&value(7))), (uint(12), bytes(&[1; 48]))]);
    refused(&Document::genuine().with("nitrotpm_pcrs", Some(grown)).sign(), "none of the policy's values");
}

#[test]
fn q10_a_document_has_no_other_bank() {
    let values = [5; 32];
    let values = [&values[..]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 4, &values)];
    let root = hierarchy().root;
    let anchors = [Anchor::Certificate(&root)];
    let policy = Policy::builder().platform(&Platform::AWS).anchors(&anchors).pcrs(&rules).build().unwrap();
    let document = Document::genuine().sign();
    let document = NitroTpmDocument::from_cbor(&document).unwrap();
    let challenge = Challenge::nonce(NONCE).unwrap();
    let rejection =
        verify_nitrotpm(&document, &Logs::default(), &policy, &challenge, NOW.parse().unwrap(), &SOFTWARE).unwrap_err();
    assert_eq!(rejection.error, VerifyError::PcrNotQuoted { bank: HashAlgorithm::Sha256, index: 4 });
}

/// What the hypervisor does not say is never taken as said.
#[test]
fn q23_q24_q25_rules_about_what_a_document_lacks() {
    let document = Document::genuine().sign();
    let found =
        |change: for<'b> fn(PolicyBuilder<'b>) -> PolicyBuilder<'b>| judge_with(&document, NONCE, NOW, change).unwrap();
    for lacks in [
        found(|builder| builder.require_safe_clock(true)),
        found(|builder| builder.firmware_version_min(1)),
        found(|builder| builder.firmware_versions(&[1])),
        found(|builder| builder.reset_count(1)),
        found(|builder| builder.restart_count(1)),
        found(|builder| {
            const SELECTION: &[BankSelection] = &[BankSelection { bank: HashAlgorithm::Sha384, pcrs: 1 }];
            const DIGESTS: &[&[u8]] = &[&[1; 48]];
            builder.pcrs(&[]).pcr_digests(SELECTION, DIGESTS)
        }),
    ] {
        assert!(lacks.contains("of which a document of NitroTPM says nothing"), "{lacks}");
    }
}

#[test]
fn an_enclaves_document_is_told_apart() {
    let enclave = Document::genuine().with("nitrotpm_pcrs", None).with("pcrs", Some(pcrs(0..16)));
    refused(&enclave.sign(), "PCRs of an enclave");
}

/// A log beside the document must lead to its values.
#[test]
fn r01_logs_are_replayed_beside_a_document() {
    let log = crate::common::read("boot-uki-sb/binary_bios_measurements");
    let quote = crate::common::all_quotes().into_iter().find(|quote| quote.id == "boot-uki-sb/p384_sha384").unwrap();
    let measured: Vec<_> = quote.values.iter().filter(|(bank, ..)| *bank == HashAlgorithm::Sha384).collect();
    assert!(!measured.is_empty());
    let pairs: Vec<_> = measured.iter().map(|(_, index, value)| (uint((*index).into()), bytes(value))).collect();
    let root = hierarchy().root;
    let anchors = [Anchor::Certificate(&root)];
    let rules = [PcrRule::log(HashAlgorithm::Sha384, 5)];
    let events = tpmproof::verify::EventRules {
        allow_unknown: tpmproof::verify::PolicyList::new(&[5]),
        ..tpmproof::verify::EventRules::default()
    };
    let policy =
        Policy::builder().platform(&Platform::AWS).anchors(&anchors).pcrs(&rules).events(events).build().unwrap();
    let challenge = Challenge::nonce(NONCE).unwrap();
    let verdict = |pairs: &[(Vec<u8>, Vec<u8>)], logs: &[Log<'_>]| {
        let bytes = Document::genuine().with("nitrotpm_pcrs", Some(map(pairs))).sign();
        let document = NitroTpmDocument::from_cbor(&bytes).unwrap();
        let judged = verify_nitrotpm(&document, &Logs::new(logs), &policy, &challenge, NOW.parse().unwrap(), &SOFTWARE);
        judged.err().map(|rejection| rejection.error.to_string())
    };
    let logs = [Log { format: "firmware", bytes: &log }];
    assert_eq!(verdict(&pairs, &logs), None);
    let other: Vec<_> = pairs.iter().map(|(index, _)| (index.clone(), bytes(&[9; 48]))).collect();
    assert!(verdict(&other, &logs).is_some(), "another value than the log leads to");
    assert!(verdict(&pairs, &[]).is_some(), "no log");
}

/// The error, or what the report says, with these lists.
fn judge_listed(lists: &[Vec<u8>], require_crl: bool) -> Result<String, String> {
    let bytes = Document::genuine().sign();
    let lists: Vec<_> = lists.iter().map(|der| RevocationList::from_der(der).unwrap()).collect();
    let document = NitroTpmDocument::from_cbor(&bytes).unwrap().with_revocation_lists(&lists);
    with_policy(
        |builder| {
            let purposes = builder.purposes();
            builder.certificate(CertificateRules { purposes, require_crl, ..CertificateRules::default() })
        },
        |policy| {
            let challenge = Challenge::nonce(NONCE).unwrap();
            let judged =
                verify_nitrotpm(&document, &Logs::default(), policy, &challenge, NOW.parse().unwrap(), &SOFTWARE);
            judged.map(|report| report.to_string()).map_err(|rejection| rejection.error.to_string())
        },
    )
}

#[test]
fn x12_lists_beside_a_document() {
    for required in [false, true] {
        let report = judge_listed(&lists(false), required).unwrap();
        assert!(report.contains("pass         revocation         3 certificates are not revoked"), "{report}");
        let error = judge_listed(&lists(true), required).unwrap_err();
        assert!(error.contains("with the serial number 11 was revoked at"), "{error}");
    }
    // One list too few.
    let report = judge_listed(&lists(false)[..2], false).unwrap();
    assert!(report.contains("not checked  revocation         there is no revocation list of CN=zone"), "{report}");
    for (few, lacking) in [(&lists(false)[..2], "CN=zone"), (&[][..], "")] {
        let error = judge_listed(few, true).unwrap_err();
        assert!(error.contains("key.require_crl") && error.contains(lacking), "{error}");
    }
}

/// A quote is judged by no policy for documents' chains that it does not have.
#[test]
fn x05_a_policy_for_documents_and_a_quote() {
    let quote = crate::common::swtpm("p384_sha384", Some("p384"));
    let proof = tpmproof::Proof::from_der(&quote.der).unwrap();
    with_policy(
        |builder| builder,
        |policy| {
            let challenge = Challenge::nonce(&quote.nonce).unwrap();
            assert!(tpmproof::verify_proof(&proof, policy, &challenge, NOW.parse().unwrap()).is_err());
        },
    );
}

/// A TPM's key may sign anything in a document's form. Beside AWS's own root another authority may stand, of TPMs: below it nobody is AWS's
/// hypervisor.
#[test]
fn x04_a_document_below_the_root_of_another_platform() {
    let root = hierarchy().root;
    let [own] = Platform::AWS.roots else { panic!("one root") };
    let document = Document::genuine().sign();
    let document = NitroTpmDocument::from_cbor(&document).unwrap();
    let rules = [PcrRule::zero(HashAlgorithm::Sha384, 12)];
    let challenge = Challenge::nonce(NONCE).unwrap();
    let judge = |anchors: &[Anchor<'_>]| {
        let policy = Policy::builder().platform(&Platform::AWS).anchors(anchors).pcrs(&rules).build().unwrap();
        let judged = verify_nitrotpm(&document, &Logs::default(), &policy, &challenge, NOW.parse().unwrap(), &SOFTWARE);
        judged.err().map(|rejection| rejection.error.to_string())
    };
    // Instead of AWS's it is the verifier's word.
    assert_eq!(judge(&[Anchor::Certificate(&root)]), None);
    let not_aws = judge(&[Anchor::Certificate(&root), *own]).unwrap();
    assert_eq!(not_aws, VerifyError::Evidence(EvidenceError::NotAws).to_string());
}

/// Nor does a key sign a document that is known as a TPM's.
#[test]
fn k03_a_document_signed_by_a_key_that_is_pinned() {
    let document = Document::genuine().sign();
    let document = NitroTpmDocument::from_cbor(&document).unwrap();
    let spki = leaf_key().spki();
    let evidence = tpmproof::verify::KeyEvidence::new().with_spki(&spki);
    let pins = [tpmproof::verify::Pin::Spki(&spki)];
    let key = tpmproof::verify::TrustedKey::pinned(&evidence, &pins, &SOFTWARE).unwrap();
    let error = document.verify_signature(&key).unwrap_err();
    assert_eq!(error, VerifyError::Evidence(EvidenceError::NotAws));
}

#[test]
fn seeds_of_fuzzing() {
    let enclave = Document::genuine().with("pcrs", Some(pcrs(0..16))).sign();
    crate::common::fuzz_seeds("nitrotpm", &[("genuine", Document::genuine().sign()), ("refused-enclave", enclave)]);
}

#[cfg(feature = "cli")]
mod on_the_command_line {
    use super::*;
    use crate::common::cli::{Folder, run};

    fn words(line: &[&str]) -> Vec<String> {
        line.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn x12_lists_of_the_command_line() {
        let folder = Folder::new("nitrotpm-lists");
        let document = folder.write("document.cbor", &Document::genuine().sign());
        let root = folder.write("root.der", &hierarchy().root);
        let nonce: String = NONCE.iter().map(|byte| format!("{byte:02x}")).collect();
        let text = "version = 1\n[key]\nplatform = \"aws\"\nrequire_crl = true\n[pcr.sha384]\n12 = \"zero\"\n";
        let policy = folder.write("policy.toml", text.as_bytes());
        let line = ["verify", &document, "--policy", &policy, "--root", &root, "--nonce", &nonce, "--at", NOW];
        let judge = |lists: &[Vec<u8>]| {
            let mut line = words(&line);
            for (place, list) in lists.iter().enumerate() {
                line.extend(["--crl".to_owned(), folder.write(&format!("{place}.crl"), list)]);
            }
            run(&line)
        };
        let outcome = judge(&lists(false));
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
        assert!(outcome.out.contains("3 certificates are not revoked"), "{}", outcome.out);
        for (lists, reason) in [(&lists(true)[..], "was revoked at"), (&[][..], "key.require_crl")] {
            let outcome = judge(lists);
            assert_eq!(outcome.code, 1, "{}", outcome.notes);
            assert!(outcome.out.contains(reason) && outcome.out.contains("fail         revocation"), "{}", outcome.out);
        }
    }

    /// What it is can be said, and what is broken of it is told.
    #[test]
    fn p12_a_form_like_any_other() {
        let folder = Folder::new("nitrotpm-form");
        let bytes = Document::genuine().sign();
        let document = folder.write("document.cbor", &bytes);
        let policy = "version = 1\n[key]\nplatform = \"aws\"\n[pcr.sha384]\n12 = \"zero\"\n";
        let policy = folder.write("policy.toml", policy.as_bytes());
        let root = folder.write("root.der", &hierarchy().root);
        let verify = |file: &str, form: &[&str]| {
            let line = ["verify", file, "--policy", &policy, "--root", &root, "--insecure-no-freshness", "--at", NOW];
            run(&words(&[&line[..], form].concat()))
        };
        let accepted = verify(&document, &["--as", "nitrotpm"]);
        assert_eq!(accepted.code, 0, "{}{}", accepted.out, accepted.notes);
        for other in ["proof", "webauthn", "parsec-tpm"] {
            let outcome = verify(&document, &["--as", other]);
            assert_eq!(outcome.code, 1, "{}", outcome.notes);
            assert!(outcome.out.contains(&format!("it is no {other}")), "{}", outcome.out);
        }
        let cut = folder.write("cut.cbor", &bytes[..bytes.len() - 1]);
        for form in [&[][..], &["--as", "nitrotpm"]] {
            let outcome = verify(&cut, form);
            assert_eq!(outcome.code, 1);
            let reason = "it is no nitrotpm: the document of NitroTPM cannot be read: ";
            assert!(outcome.out.contains(reason), "{}", outcome.out);
        }
        assert_eq!(run(&words(&["show", &document, "--as", "nitrotpm"])).code, 0);
        assert_eq!(run(&words(&["show", &document, "--as", "nitro-tpm"])).code, 2);
        let outcome = run(&words(&["show", &document, "--as", "proof"]));
        assert!(outcome.code == 1 && outcome.notes.contains("no proof"), "{}", outcome.notes);
    }

    #[test]
    fn p12_verify_and_show() {
        let folder = Folder::new("nitrotpm");
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let document = folder.write("document.cbor", &Document::genuine().sign());
        let root = folder.write("root.der", &hierarchy().root);
        let policy = format!(
            "version = 1\n[key]\nplatform = \"aws\"\n[pcr.sha384]\n4 = [\"{}\"]\n7 = [\"{}\"]\n12 = \"zero\"\n",
            hex(&value(4)),
            hex(&value(7))
        );
        let policy = folder.write("policy.toml", policy.as_bytes());
        let nonce = hex(NONCE);
        let line = ["verify", &document, "--policy", &policy, "--root", &root, "--nonce", &nonce, "--at", NOW];
        let outcome = run(&words(&line));
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
        assert!(outcome.out.starts_with("ACCEPTED"), "{}", outcome.out);
        let json = run(&words(&[&line[..], &["--json"]].concat()));
        let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(value["quote"]["kind"], "nitrotpm-document");
        assert_eq!(value["quote"]["nonce"], nonce);
        let schema = serde_json::from_str(include_str!("../../src/verify/report.schema.json")).unwrap();
        assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{value}");
        // Under AWS's own root it is nothing.
        let outcome = run(&words(&["verify", &document, "--policy", &policy, "--nonce", &nonce, "--at", NOW]));
        assert_eq!(outcome.code, 1, "{}", outcome.out);
        // A compiled policy says the same.
        let compiled = folder.path("policy.der");
        assert_eq!(run(&words(&["policy", "compile", &policy, "-o", &compiled])).code, 0);
        let line = ["verify", &document, "--policy", &compiled, "--root", &root, "--nonce", &nonce, "--at", NOW];
        assert_eq!(run(&words(&line)).code, 0);
        let shown = run(&words(&["show", &document]));
        assert_eq!(shown.code, 0, "{}", shown.notes);
        assert!(shown.out.contains("nitrotpm_pcrs 23") && shown.out.contains("user_data"), "{}", shown.out);
        // It is no proof.
        for command in [&["convert", &document, "-o", &compiled][..], &["pin", &document, "--nonce", &nonce]] {
            let outcome = run(&words(command));
            assert_eq!(outcome.code, 1);
            assert!(outcome.notes.contains("no proof"), "{}", outcome.notes);
        }
        let outcome = run(&words(&[&line[..], &["--client-data", &policy]].concat()));
        assert_eq!(outcome.code, 2, "{}", outcome.notes);
    }
}
