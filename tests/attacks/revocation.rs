//! Promise: of each certificate of a chain it is said whether it is revoked, not revoked, or nobody knows; and only a list of its issuer that
//! holds says that it is not. The names begin with the family and number of the attack.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::counting::Counting;
use crate::common::forge::{
    CERTIFICATE_ISSUER, CRL_DISTRIBUTION_POINTS, CRL_NUMBER, Certificate, DELTA_CRL_INDICATOR,
    ISSUING_DISTRIBUTION_POINT, Key, NONCE, NOW, RevocationList as List, SIGNS_CERTIFICATES, SIGNS_LISTS, extension,
    key_usage, point_name, reason, sequence, tlv,
};
use crate::common::machine::{Machine, digits};
use crate::common::swtpm::succeed;
use crate::common::verified::leak;
use std::fs;
use std::process::Command;
use tpmproof::crypto::{Crypto, SOFTWARE};
use tpmproof::proof::{Proof, ProofBuilder};
use tpmproof::verify::{
    ATTESTATION_KEY, Anchor, CertificateError, CertificateRules, KeyEvidence, PolicyList, Purpose, RevocationList,
    RevocationListError, RevocationReason, RevocationStatus, Time, Trust, TrustedKey, UnknownRevocation, VerifyError,
};

const PURPOSES: &[Purpose<'static>] = &[Purpose::Oid(ATTESTATION_KEY)];
const ROOT: u8 = 9;
const MIDDLE: u8 = 8;
const LEAF: u8 = 1;
/// The serial number of [`Certificate`].
const SERIAL: &[u8] = &[0x11];

type Verdict = Result<RevocationStatus, CertificateError<'static>>;

/// Root, intermediate and leaf, of which the first two may sign lists.
#[derive(Clone)]
struct Chain {
    root: Certificate,
    middle: Certificate,
    leaf: Certificate,
}

fn chain() -> Chain {
    let authority = |issuer, subject, key| {
        let mut authority = Certificate::authority(issuer, subject, &Key::new(key));
        authority.extensions[1] = key_usage(SIGNS_CERTIFICATES | SIGNS_LISTS);
        authority
    };
    Chain {
        root: authority("root", "root", ROOT),
        middle: authority("root", "middle", MIDDLE),
        leaf: Certificate::leaf("middle", &Key::new(LEAF)),
    }
}

impl Chain {
    fn judge_at(&self, time: &str, lists: &[&[u8]], require_crl: bool, crypto: &'static dyn Crypto) -> Verdict {
        let (root, middle) = (Key::new(ROOT), Key::new(MIDDLE));
        let lists = lists.iter().map(|der| RevocationList::from_der(leak(der.to_vec())).unwrap()).collect();
        let evidence = KeyEvidence::new().with_revocation_lists(leak(lists));
        let evidence = [self.leaf.sign(&middle), self.middle.sign(&root)]
            .into_iter()
            .fold(evidence, |evidence, der| evidence.with_certificate(leak(der)).unwrap());
        let rules =
            CertificateRules { purposes: PolicyList::new(PURPOSES), require_crl, ..CertificateRules::default() };
        let anchors = [Anchor::Certificate(leak(self.root.sign(&root)))];
        match TrustedKey::certified(&evidence, &anchors, &rules, time.parse().unwrap(), crypto) {
            Ok(key) => match key.trust() {
                Trust::Certified(chain) => Ok(chain.revocation()),
                other => panic!("{other:?}"),
            },
            Err(VerifyError::Certificate(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    }

    fn judge(&self, lists: &[&[u8]]) -> Verdict {
        self.judge_at(NOW, lists, false, &SOFTWARE)
    }

    fn required(&self, lists: &[&[u8]]) -> Verdict {
        self.judge_at(NOW, lists, true, &SOFTWARE)
    }
}

fn of_root() -> Vec<u8> {
    List::of("root").sign(&Key::new(ROOT))
}

fn of_middle() -> Vec<u8> {
    List::of("middle").sign(&Key::new(MIDDLE))
}

fn unknown(place: u8, why: UnknownRevocation) -> Verdict {
    Ok(RevocationStatus::Unknown { place, why })
}

fn is_revoked(verdict: Verdict) -> bool {
    matches!(verdict, Err(CertificateError::Revoked { .. }))
}

fn error_of(der: &[u8]) -> RevocationListError<'_> {
    RevocationList::from_der(der).expect_err("read")
}

#[test]
fn x12_three_answers_for_each_certificate() {
    let chain = chain();
    let revoked_middle = List::of("root").revoking(SERIAL, &[reason(2)]).sign(&Key::new(ROOT));
    let revoked_leaf = List::of("middle").revoking(SERIAL, &[reason(1)]).sign(&Key::new(MIDDLE));
    let other = List::of("middle").revoking(&[0x12], &[]).revoking(&[0x11, 0x11], &[]).sign(&Key::new(MIDDLE));
    assert_eq!(chain.judge(&[]), Ok(RevocationStatus::NotChecked));
    assert_eq!(chain.judge(&[&of_root(), &of_middle()]), Ok(RevocationStatus::NotRevoked));
    assert_eq!(chain.judge(&[&other, &of_root()]), Ok(RevocationStatus::NotRevoked));
    assert_eq!(chain.judge(&[&of_root()]), unknown(0, UnknownRevocation::NoList));
    assert_eq!(chain.judge(&[&of_middle()]), unknown(1, UnknownRevocation::NoList));
    // Also where of the other nobody knows.
    for lists in [&[&revoked_middle[..]][..], &[&of_middle(), &revoked_middle], &[&revoked_middle, &of_middle()]] {
        match chain.judge(lists) {
            Err(CertificateError::Revoked { subject, serial, date, reason }) => {
                assert_eq!((subject.to_string().as_str(), serial), ("CN=middle", SERIAL));
                assert_eq!(date.to_string(), "2026-04-15T12:00:00Z");
                assert_eq!(reason, Some(RevocationReason::CaCompromise));
            }
            other => panic!("{other:?}"),
        }
    }
    for lists in [&[&revoked_leaf[..]][..], &[&of_root(), &revoked_leaf], &[&of_middle(), &revoked_leaf]] {
        let error = chain.judge(lists).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("CN=an attestation key") && text.contains("serial number 11"), "{text}");
        assert!(text.contains("2026-04-15T12:00:00Z") && text.contains("keyCompromise"), "{text}");
    }
}

#[test]
fn x12_a_policy_that_requires_lists_refuses_where_nobody_knows() {
    let mut chain = chain();
    assert_eq!(chain.required(&[&of_root(), &of_middle()]), Ok(RevocationStatus::NotRevoked));
    for (lists, issuer) in
        [(&[][..], "CN=middle"), (&[&of_root()[..]][..], "CN=middle"), (&[&of_middle()[..]], "CN=root")]
    {
        match chain.required(lists) {
            Err(error @ CertificateError::RevocationUnknown { issuer: found, distribution_point: None, why }) => {
                assert_eq!((found.to_string().as_str(), why), (issuer, UnknownRevocation::NoList));
                let text = error.to_string();
                assert!(text.contains("--crl") && text.contains("does not say where"), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
    let points = sequence(&[&sequence(&[&point_name("http://crl.example/\x1b[31m")])]);
    chain.leaf.extensions.push(extension(CRL_DISTRIBUTION_POINTS, false, &points));
    let text = chain.required(&[&of_root()]).unwrap_err().to_string();
    assert!(text.contains(r"is at http://crl.example/\x1b[31m"), "{text}");
    // What is wrong with the chain itself comes first: no report says that it is right where nobody looked.
    let mut other = chain.clone();
    other.leaf.extensions.remove(2);
    assert!(matches!(other.required(&[]), Err(CertificateError::Purpose { .. })));
    assert!(is_revoked(chain.required(&[&List::of("middle").revoking(SERIAL, &[]).sign(&Key::new(MIDDLE))])));
}

#[test]
fn x12_only_a_list_that_holds_says_not_revoked() {
    let chain = chain();
    let at = |time: &str, of_middle: &[u8]| chain.judge_at(time, &[&of_root(), of_middle], false, &SOFTWARE);
    let (first, last) = ("2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z");
    for time in [first, NOW, last] {
        assert_eq!(at(time, &of_middle()), Ok(RevocationStatus::NotRevoked), "{time}");
    }
    assert_eq!(at("2026-07-01T00:00:01Z", &of_middle()), unknown(0, UnknownRevocation::OutOfDate));
    assert_eq!(at("2026-04-30T23:59:59Z", &of_middle()), unknown(0, UnknownRevocation::NotYet));
    let revoking = List::of("middle").revoking(SERIAL, &[]).sign(&Key::new(MIDDLE));
    // What is revoked stays so when the list is out of date, and was so from its date on, also before the list was made.
    for time in ["2026-04-15T12:00:00Z", first, NOW, last, "2026-12-01T00:00:00Z"] {
        assert!(is_revoked(at(time, &revoking)), "{time}");
    }
    assert_eq!(at("2026-04-15T11:59:59Z", &revoking), unknown(0, UnknownRevocation::NotYet));
    // One good list among others is enough, whatever their order.
    let old = List { next_update: tlv(0x17, b"260502000000Z"), ..List::of("middle") }.sign(&Key::new(MIDDLE));
    assert_eq!(at(NOW, &old), unknown(0, UnknownRevocation::OutOfDate));
    for lists in [[&old[..], &of_middle(), &of_root()], [&of_middle(), &of_root(), &old]] {
        assert_eq!(chain.judge(&lists), Ok(RevocationStatus::NotRevoked));
    }
}

#[test]
fn x12_only_the_issuer_speaks_of_its_certificates() {
    let chain = chain();
    let with = |of_middle: &[u8]| chain.judge(&[&of_root(), of_middle]);
    // By its name and another key; by its key and another name; another list under its signature.
    for revoke in [false, true] {
        let of = |issuer| if revoke { List::of(issuer).revoking(SERIAL, &[]) } else { List::of(issuer) };
        for key in [ROOT, LEAF, 77] {
            assert_eq!(with(&of("middle").sign(&Key::new(key))), unknown(0, UnknownRevocation::Signature));
        }
        assert_eq!(with(&of("Middle").sign(&Key::new(MIDDLE))), unknown(0, UnknownRevocation::NoList));
    }
    let good = List::of("middle").revoking(SERIAL, &[]).sign(&Key::new(MIDDLE));
    let place = good.windows(3).position(|three| three == [2, 1, 0x11]).unwrap();
    let mut other = good.clone();
    other[place + 2] ^= 1;
    assert!(is_revoked(with(&good)));
    assert_eq!(with(&other), unknown(0, UnknownRevocation::Signature));
    // An issuer whose certificate does not allow it.
    let mut no_lists = chain.clone();
    no_lists.middle.extensions[1] = key_usage(SIGNS_CERTIFICATES);
    assert_eq!(no_lists.judge(&[&of_root(), &of_middle()]), unknown(0, UnknownRevocation::KeyUsage));
    assert_eq!(no_lists.judge(&[&of_root(), &good]), unknown(0, UnknownRevocation::KeyUsage));
    no_lists.middle.extensions.remove(1);
    assert_eq!(no_lists.judge(&[&of_root(), &of_middle()]), Ok(RevocationStatus::NotRevoked));
}

#[test]
fn x12_a_part_of_a_list_is_about_its_certificates_only() {
    let issuing = |content: &[&[u8]]| extension(ISSUING_DISTRIBUTION_POINT, true, &sequence(content));
    let of = |issuer, key, content: &[&[u8]]| List::of(issuer).with(issuing(content)).sign(&Key::new(key));
    let (users, authorities): (&[u8], &[u8]) = (&[0x81, 1, 0xff], &[0x82, 1, 0xff]);
    let chain = chain();
    let lists =
        |root: &[&[u8]], middle: &[&[u8]]| chain.judge(&[&of("root", ROOT, root), &of("middle", MIDDLE, middle)]);
    assert_eq!(lists(&[authorities], &[users]), Ok(RevocationStatus::NotRevoked));
    assert_eq!(lists(&[users], &[users]), unknown(1, UnknownRevocation::OtherScope));
    assert_eq!(lists(&[authorities], &[authorities]), unknown(0, UnknownRevocation::OtherScope));
    assert_eq!(lists(&[], &[]), Ok(RevocationStatus::NotRevoked));
    // Of a point that the certificate names, and not the first of several; of another; and where it names none.
    let named = of("middle", MIDDLE, &[&point_name("http://two.example/list")]);
    assert_eq!(chain.judge(&[&of_root(), &named]), unknown(0, UnknownRevocation::OtherScope));
    for (uris, expected) in [
        (&["http://one.example/list", "http://two.example/list"][..], Ok(RevocationStatus::NotRevoked)),
        (&["http://two.example/list", "http://one.example/list"], Ok(RevocationStatus::NotRevoked)),
        (&["http://one.example/list", "http://two.example/LIST"], unknown(0, UnknownRevocation::OtherScope)),
    ] {
        let mut chain = chain.clone();
        let points: Vec<Vec<u8>> = uris.iter().map(|uri| sequence(&[&point_name(uri)])).collect();
        chain.leaf.extensions.push(extension(CRL_DISTRIBUTION_POINTS, false, &sequence(&[&points.concat()])));
        assert_eq!(chain.judge(&[&of_root(), &named]), expected, "{uris:?}");
        // A list without a point is the whole.
        assert_eq!(chain.judge(&[&of_root(), &of_middle()]), Ok(RevocationStatus::NotRevoked));
    }
    // A point for some reasons, or of another issuer, is not this list's.
    for more in [&tlv(0x81, &[1, 0x60])[..], &tlv(0xa2, &tlv(0xa4, &sequence(&[])))] {
        let mut chain = chain.clone();
        let points = sequence(&[&sequence(&[&point_name("http://two.example/list"), more])]);
        chain.leaf.extensions.push(extension(CRL_DISTRIBUTION_POINTS, false, &points));
        assert_eq!(chain.judge(&[&of_root(), &named]), unknown(0, UnknownRevocation::OtherScope));
    }
}

#[test]
fn x12_the_eighth_signature_is_still_verified() {
    let wrong = List::of("middle").sign(&Key::new(77));
    for (count, why) in [
        (1, UnknownRevocation::Signature),
        (7, UnknownRevocation::Signature),
        (8, UnknownRevocation::Signature),
        (9, UnknownRevocation::Budget),
        (10, UnknownRevocation::Budget),
    ] {
        assert_eq!(chain().judge(&vec![&wrong[..]; count]), unknown(0, why), "{count}");
    }
    let (middle, root) = (of_middle(), of_root());
    let lists = [vec![&wrong[..]; 6], vec![&middle[..], &root[..]]].concat();
    assert_eq!(chain().judge(&lists), Ok(RevocationStatus::NotRevoked));
    let lists = [vec![&wrong[..]; 7], vec![&middle[..], &root[..]]].concat();
    assert_eq!(chain().judge(&lists), unknown(1, UnknownRevocation::Budget));
}

#[test]
fn x12_many_lists_cost_no_more_than_eight_signatures() {
    static COUNTING: Counting = Counting::new();
    let wrong = List::of("middle").sign(&Key::new(77));
    let lists: Vec<Vec<u8>> = (0..100).map(|_| wrong.clone()).chain([of_middle(), of_root()]).collect();
    let lists: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
    let verdict = chain().judge_at(NOW, &lists, false, &COUNTING);
    assert_eq!(verdict, unknown(0, UnknownRevocation::Budget));
    // Two for the chain itself.
    assert_eq!(COUNTING.signatures(), 8 + 2);
    assert!(matches!(
        chain().judge_at(NOW, &lists, true, &COUNTING),
        Err(CertificateError::RevocationUnknown { why: UnknownRevocation::Budget, .. })
    ));
    // A list that names the certificate and that nobody could verify is not outvoted by one that says nothing of it.
    let naming = List::of("middle").revoking(SERIAL, &[]).sign(&Key::new(78));
    let many: Vec<Vec<u8>> = [of_middle()].into_iter().chain((0..9).map(|_| naming.clone())).collect();
    let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
    assert_eq!(chain().judge(&many), unknown(0, UnknownRevocation::Budget));
    // Lists that do not name it cost nothing once one of them holds.
    let many: Vec<Vec<u8>> = (0..20).map(|_| of_middle()).chain([of_root()]).collect();
    let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
    assert_eq!(chain().judge(&many), Ok(RevocationStatus::NotRevoked));
    // Eight are not too many.
    let lists: Vec<Vec<u8>> = (0..6).map(|_| wrong.clone()).chain([of_middle(), of_root()]).collect();
    let lists: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
    assert_eq!(chain().judge(&lists), Ok(RevocationStatus::NotRevoked));
}

#[test]
fn x13_an_empty_bit_string_is_an_error() {
    let with = |reasons: &[u8]| {
        let issuing =
            extension(ISSUING_DISTRIBUTION_POINT, true, &sequence(&[&point_name("http://a.example"), reasons]));
        List::of("middle").with(issuing).sign(&Key::new(MIDDLE))
    };
    for malformed in [&[0x83, 0][..], &[0x83, 1, 1], &[0x83, 1, 8], &[0x83, 2, 8, 0x80], &[0xa3, 0]] {
        let der = with(malformed);
        match error_of(&der) {
            RevocationListError::Decode(error) => {
                assert!(error.to_string().contains("issuingDistributionPoint"), "{error}");
            }
            other => panic!("{malformed:02x?}: {other}"),
        }
    }
    // No reason at all, and some of them.
    for reasons in [&[0x83, 1, 0][..], &[0x83, 2, 0, 0x60], &[0x83, 2, 5, 0x60], &[0x83, 3, 7, 0x60, 0x80]] {
        assert_eq!(error_of(&with(reasons)), RevocationListError::SomeReasons);
    }
}

#[test]
fn x13_lists_of_other_forms_are_refused_with_words() {
    let issuing = |content: &[u8]| extension(ISSUING_DISTRIBUTION_POINT, true, &sequence(&[content]));
    let sign = |list: List| list.sign(&Key::new(MIDDLE));
    let of = || List::of("middle");
    let delta = extension(DELTA_CRL_INDICATOR, true, &tlv(2, &[3]));
    let critical = extension("551d7f", true, &[5, 0]);
    let relative = tlv(0xa0, &tlv(0xa1, &[]));
    let sha1 = sequence(&[&tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1])]);
    for (list, expected, word) in [
        (of().with(delta.clone()), RevocationListError::Delta, "complete"),
        (of().with(delta).revoking(SERIAL, &[reason(8)]), RevocationListError::Delta, "complete"),
        (of().revoking(SERIAL, &[reason(8)]), RevocationListError::Delta, "complete"),
        (of().with(issuing(&[0x84, 1, 0xff])), RevocationListError::Indirect, "authority itself"),
        (
            of().revoking(SERIAL, &[extension(CERTIFICATE_ISSUER, true, &sequence(&[]))]),
            RevocationListError::Indirect,
            "authority itself",
        ),
        (of().with(issuing(&[0x85, 1, 0xff])), RevocationListError::AttributeCertificates, "public key"),
        (of().with(issuing(&relative)), RevocationListError::RelativeName, "whole name"),
        (List { next_update: vec![], ..of() }, RevocationListError::NoNextUpdate, "nextUpdate"),
        (of().with(critical.clone()), RevocationListError::UnknownCriticalExtension(&[0x55, 0x1d, 0x7f]), "2.5.29.127"),
        (
            of().revoking(&[5], &[critical]),
            RevocationListError::UnknownCriticalExtension(&[0x55, 0x1d, 0x7f]),
            "2.5.29.127",
        ),
        (
            List { inner_algorithm: sha1.clone(), outer_algorithm: sha1, ..of() },
            RevocationListError::Algorithm,
            "SHA-256",
        ),
    ] {
        let der = sign(list);
        assert_eq!(error_of(&der), expected);
        assert!(error_of(&der).to_string().contains(word), "{}", error_of(&der));
    }
    assert_eq!(tpmproof::verify::MAX_REVOCATION_LIST_SIZE, 16 << 20, "16 MiB, as the documentation says");
    let mut large = vec![0x30; tpmproof::verify::MAX_REVOCATION_LIST_SIZE + 1];
    assert!(matches!(error_of(&large), RevocationListError::TooLarge(_)));
    large.pop();
    assert!(matches!(error_of(&large), RevocationListError::Decode(_)), "one that is as large as may be is read");
    // What is unknown and not critical is passed over; the key's identifier is known.
    let unknown = extension("551d7f", false, &sequence(&[]));
    let key = extension("551d23", true, &sequence(&[]));
    for list in [of().with(unknown.clone()), of().revoking(&[5], &[unknown]), of().with(key)] {
        let der = sign(list);
        assert!(RevocationList::from_der(&der).is_ok());
    }
}

#[test]
fn each_reason_is_told_by_its_name() {
    for (code, name) in [
        (0, "unspecified"),
        (1, "keyCompromise"),
        (2, "cACompromise"),
        (3, "affiliationChanged"),
        (4, "superseded"),
        (5, "cessationOfOperation"),
        (6, "certificateHold"),
        (9, "privilegeWithdrawn"),
        (10, "aACompromise"),
    ] {
        let list = List::of("middle").revoking(SERIAL, &[reason(code)]).sign(&Key::new(MIDDLE));
        let found = RevocationList::from_der(&list).unwrap().revoked().next().unwrap().reason;
        assert_eq!(found.map(|reason| reason.to_string()).as_deref(), Some(name), "{code}");
        assert!(is_revoked(chain().judge(&[&list])), "{code}");
    }
}

#[test]
fn malformed_lists_are_refused_where_they_are_wrong() {
    let of = || List::of("middle");
    let number = |value: &[u8]| extension(CRL_NUMBER, false, value);
    for (list, field) in [
        (List { version: vec![2, 1, 0], ..of() }, "version"),
        (List { version: vec![2, 1, 2], ..of() }, "version"),
        // The first version has no extensions.
        (List { version: vec![], ..of() }, "tbsCertList"),
        (List { issuer: vec![], ..of() }, "issuer"),
        (List { this_update: vec![], next_update: vec![], ..of() }, "thisUpdate"),
        (List { this_update: tlv(0x17, b"260230000000Z"), ..of() }, "thisUpdate"),
        (List { next_update: tlv(0x18, b"20260701000000"), ..of() }, "nextUpdate"),
        (List { outer_algorithm: sequence(&[]), ..of() }, "signatureAlgorithm"),
        (List { revoked: vec![sequence(&[&tlv(2, &[1])])], ..of() }, "revocationDate"),
        (of().revoking(&[0, 1], &[]), "userCertificate"),
        (of().revoking(&[1; 22], &[]), "userCertificate"),
        (of().revoking(&[1], &[reason(7)]), "unknown value 0x0007"),
        (of().revoking(&[1], &[reason(11)]), "crlEntryExtensions"),
        (of().revoking(&[1], &[reason(1), reason(1)]), "crlEntryExtensions"),
        (of().with(number(&tlv(2, &[7]))), "crlExtensions"),
        (List { extensions: vec![number(&[])], ..of() }, "cRLNumber"),
        (List { extensions: vec![number(&tlv(2, &[1; 22]))], ..of() }, "cRLNumber"),
        (
            List { extensions: vec![extension(ISSUING_DISTRIBUTION_POINT, true, &sequence(&[&[0x81, 1, 0]]))], ..of() },
            "onlyContainsUserCerts",
        ),
    ] {
        let der = list.sign(&Key::new(MIDDLE));
        match error_of(&der) {
            RevocationListError::Decode(error) => assert!(error.to_string().contains(field), "{field}: {error}"),
            other => panic!("{field}: {other}"),
        }
    }
}

/// Every bit and every length of a list counts; and an independent reader agrees on what it revokes.
#[test]
fn another_list_is_not_the_signed_one() {
    let chain = chain();
    let root = of_root();
    let good = List::of("middle").revoking(&[0x22], &[reason(4)]).sign(&Key::new(MIDDLE));
    assert_eq!(chain.judge(&[&root, &good]), Ok(RevocationStatus::NotRevoked));
    for length in 0..good.len() {
        assert!(matches!(error_of(&good[..length]), RevocationListError::Decode(_)), "{length}");
    }
    let mut read = 0;
    for bit in 0..good.len() * 8 {
        let mut other = good.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        if RevocationList::from_der(&other).is_ok() {
            read += 1;
            assert_ne!(chain.judge(&[&root, &other]), Ok(RevocationStatus::NotRevoked), "bit {bit}");
        }
    }
    assert!(read > 500, "{read}");
    let list = RevocationList::from_der(&good).unwrap();
    assert_eq!(list.issuer().to_string(), "CN=middle");
    let independent = webpki::BorrowedCertRevocationList::from_der(&good).unwrap();
    let independent = webpki::CertRevocationList::from(independent);
    let ours: Vec<_> = list.revoked().collect();
    assert_eq!(ours.len(), 1);
    let theirs = independent.find_serial(ours[0].serial).unwrap().unwrap();
    assert_eq!(theirs.revocation_date.as_secs(), ours[0].date.unix_seconds());
    assert_eq!(format!("{:?}", theirs.reason_code), "Some(Superseded)");
    assert_eq!(ours[0].reason, Some(RevocationReason::Superseded));
    assert!(independent.find_serial(SERIAL).unwrap().is_none());
}

fn line(words: &[&str]) -> Outcome {
    run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

/// Authorities that `openssl` keeps, in a folder.
struct Authorities {
    folder: Folder,
    proof: String,
}

const CONFIGURATION: &str = "
[ca]
default_ca = authority
[authority]
database = index
crlnumber = number
default_md = sha256
default_crl_days = 30
crl_extensions = lists
[lists]
authorityKeyIdentifier = keyid
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = 2.23.133.8.3
crlDistributionPoints = URI:http://crl.example/middle.crl
";

impl Authorities {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        folder.write("configuration", CONFIGURATION.as_bytes());
        let authorities = Self { folder, proof: String::new() };
        let folder = &authorities.folder;
        let spki = Key::new(LEAF).spki();
        folder.write("leaf.spki", &spki);
        for name in ["root", "middle"] {
            authorities.openssl(&format!("ecparam -name prime256v1 -genkey -noout -out {name}.key"));
            folder.write(&format!("{name}.number"), b"01\n");
            folder.write(&format!("{name}.index"), b"");
            let own = CONFIGURATION.replace("= index", &format!("= {name}.index"));
            folder.write(
                &format!("{name}.configuration"),
                own.replace("= number", &format!("= {name}.number")).as_bytes(),
            );
        }
        let extensions = "-days 300 -sha256 -extfile configuration -extensions";
        authorities.openssl("req -new -key root.key -subj /CN=root -out root.csr");
        authorities.openssl(&format!("x509 -req -in root.csr -signkey root.key {extensions} root -out root.pem"));
        authorities.openssl("req -new -key middle.key -subj /CN=middle -out middle.csr");
        let by_root = "-CA root.pem -CAkey root.key -set_serial 0x7001";
        authorities.openssl(&format!("x509 -req -in middle.csr {by_root} {extensions} root -out middle.pem"));
        authorities.openssl("pkey -pubin -inform DER -in leaf.spki -out leaf.pub");
        let by_middle = "-CA middle.pem -CAkey middle.key -set_serial 0x00c0ffee";
        authorities.openssl(&format!(
            "x509 -new -subj /CN=machine -force_pubkey leaf.pub {by_middle} {extensions} leaf -out leaf.pem"
        ));
        for name in ["leaf", "middle"] {
            authorities.openssl(&format!("x509 -in {name}.pem -outform DER -out {name}.der"));
        }
        let machine = Machine::new().proof();
        let certificates = ["leaf.der", "middle.der"].map(|name| fs::read(folder.path(name)).unwrap());
        let builder = ProofBuilder::from_proof(&Proof::from_der(&machine).unwrap());
        let proof = certificates.iter().fold(builder, |builder, der| builder.certificate(der)).to_der();
        let proof = folder.write("proof", &proof);
        Self { proof, ..authorities }
    }

    fn openssl(&self, words: &str) {
        let mut command = Command::new("openssl");
        succeed(command.current_dir(self.folder.path(".")).args(words.split(' ')));
    }

    fn list(&self, name: &str, out: &str) -> String {
        let files = format!("-config {name}.configuration -cert {name}.pem -keyfile {name}.key");
        self.openssl(&format!("ca -gencrl {files} -out {out}"));
        self.folder.path(out)
    }

    fn revoke(&self, authority: &str, name: &str, reason: &str) {
        let files = format!("-config {authority}.configuration -cert {authority}.pem -keyfile {authority}.key");
        self.openssl(&format!("ca -revoke {name}.pem -crl_reason {reason} {files}"));
    }

    fn policy(&self, name: &str, more: &str) -> String {
        let text = format!("version = 1\n[key]\nroot_files = [\"root.pem\"]\n{more}\n[pcr.sha256]\n12 = \"zero\"\n");
        self.folder.write(name, text.as_bytes())
    }

    fn verify(&self, policy: &str, more: &[&str]) -> Outcome {
        line(&[&["verify", &self.proof, "--policy", policy, "--nonce", &digits(NONCE)], more].concat())
    }
}

fn has(outcome: &Outcome, code: u8, words: &[&str]) {
    assert_eq!(outcome.code, code, "{} {}", outcome.out, outcome.notes);
    for word in words {
        assert!(
            outcome.out.contains(word) || outcome.notes.contains(word),
            "{word}: {} {}",
            outcome.out,
            outcome.notes
        );
    }
}

#[test]
fn x12_lists_that_openssl_makes() {
    let ours = Authorities::new("revocation-openssl");
    let root = ours.list("root", "root.crl");
    let middle = ours.list("middle", "middle.crl");
    ours.openssl("crl -in middle.crl -outform DER -out middle.crl.der");
    let der = ours.folder.path("middle.crl.der");
    let any = ours.policy("any.toml", "");
    let required = ours.policy("required.toml", "require_crl = true");
    has(&ours.verify(&any, &[]), 0, &["not checked  revocation         no revocation list was given"]);
    for middle in [&middle, &der] {
        let lists = ["--crl", &root, "--crl", middle];
        for policy in [&any, &required] {
            has(
                &ours.verify(policy, &lists),
                0,
                &["pass         revocation         2 certificates are not revoked, by the lists of their authorities"],
            );
        }
    }
    // Two lists in one file of PEM.
    let both = [fs::read(&root).unwrap(), fs::read(&middle).unwrap()].concat();
    let both = ours.folder.write("both.crl", &both);
    has(&ours.verify(&required, &["--crl", &both]), 0, &["2 certificates are not revoked"]);
    has(
        &ours.verify(&any, &["--crl", &root]),
        0,
        &["not checked  revocation         there is no revocation list of CN=middle"],
    );
    let unknown = ours.verify(&required, &["--crl", &root]);
    has(&unknown, 1, &["REJECTED: ", "no revocation list of CN=middle", "http://crl.example/middle.crl"]);
    has(&unknown, 1, &["pass         certificate-chain", "fail         revocation"]);
    has(&ours.verify(&required, &[]), 1, &["fail         revocation"]);
    let later = Time::from_unix_seconds(Time::now().unix_seconds() + 60 * 86400).to_string();
    has(&ours.verify(&any, &["--crl", &both, "--at", &later]), 0, &["of CN=middle is out of date"]);
    has(&ours.verify(&required, &["--crl", &both, "--at", &later]), 1, &["of CN=middle is out of date"]);

    ours.revoke("middle", "leaf", "keyCompromise");
    let revoked = ours.list("middle", "revoked.crl");
    for policy in [&any, &required] {
        let outcome = ours.verify(policy, &["--crl", &root, "--crl", &revoked]);
        has(&outcome, 1, &["REJECTED: the certificate of CN=machine with the serial number 00c0ffee was revoked at "]);
        has(&outcome, 1, &["because of keyCompromise", "fail         revocation"]);
        has(&ours.verify(policy, &["--crl", &revoked, "--json"]), 1, &["\"rejected\""]);
    }
    // The old list too is still signed and in its time: a verifier that has the new one is not talked out of it.
    has(&ours.verify(&any, &["--crl", &middle, "--crl", &revoked]), 1, &["because of keyCompromise"]);
    ours.revoke("root", "middle", "CACompromise");
    let revoked = ours.list("root", "revoked-middle.crl");
    has(&ours.verify(&any, &["--crl", &revoked]), 1, &["of CN=middle with the serial number 7001", "cACompromise"]);
}

/// The same of vectors that do not change: what they say once, they say always.
#[test]
fn x12_the_lists_of_the_vectors() {
    let file = |name: &str| crate::common::material(name).to_str().unwrap().to_owned();
    let folder = Folder::new("revocation-vectors");
    let policy = |more: &str| {
        let root = file("lists-p256/root.pem");
        let key = format!("root_files = [\"{root}\"]\nrequire_crl = true\n{more}");
        folder.write("policy.toml", format!("version = 1\n[key]\n{key}\n[pcr.sha256]\n7 = \"zero\"\n").as_bytes())
    };
    let judge = |policy: &str, root: &str, middle: &str| {
        let quote = |kind: &str| file(&format!("swtpm/q_p256_sha256.{kind}"));
        let [message, signature, pcrs] = ["msg", "sig", "pcrs"].map(quote);
        let nonce = fs::read_to_string(file("swtpm/nonce.hex")).unwrap();
        line(&[
            "verify",
            "--message",
            &message,
            "--signature",
            &signature,
            "--pcrs",
            &pcrs,
            "--ak",
            &file("lists-p256/chain.pem"),
            "--nonce",
            nonce.trim(),
            "--at",
            "2027-01-01T00:00:00Z",
            "--policy",
            policy,
            "--crl",
            &file(&format!("lists-p256/{root}.crl")),
            "--crl",
            &file(&format!("lists-p256/{middle}.crl")),
        ])
    };
    let any = policy("");
    has(&judge(&any, "root", "int"), 0, &["2 certificates are not revoked"]);
    has(&judge(&any, "root", "int-revoking"), 1, &["CN=machine with the serial number 00c0ffee", "keyCompromise"]);
    has(&judge(&any, "root-revoking", "int"), 1, &["CN=Example CA with Lists,O=example with the serial number 1234"]);
    has(&judge(&any, "root", "root"), 1, &["http://crl.example/int.crl"]);
    let issued = policy("certificate_policy = [\"2.23.133.11.1.2\"]");
    has(&judge(&issued, "root", "int"), 0, &["ACCEPTED"]);
    let issued = policy("certificate_policy = [\"2.23.133.11.1.1\"]");
    has(&judge(&issued, "root", "int"), 1, &["found 2.23.133.11.1.2"]);
}

#[test]
fn x12_no_policy_is_made_of_what_is_revoked() {
    let ours = Authorities::new("revocation-pin");
    let (root, middle) = (ours.list("root", "root.crl"), ours.list("middle", "middle.crl"));
    let certificate = ours.folder.path("root.pem");
    let pin = |more: &[&str]| {
        line(&[&["pin", &ours.proof, "--nonce", &digits(NONCE), "--root", &certificate], more].concat())
    };
    let made = pin(&[]);
    has(&made, 0, &["roots = [\"cert-sha256:"]);
    assert!(!made.out.contains("require_crl"), "{}", made.out);
    // Where it was known, it stays required.
    let made = pin(&["--crl", &root, "--crl", &middle]);
    has(&made, 0, &["require_crl = true"]);
    let policy = ours.folder.write("pinned.toml", made.out.as_bytes());
    let at_root = ["--root", certificate.as_str()];
    has(&ours.verify(&policy, &[&at_root[..], &["--crl", &root, "--crl", &middle]].concat()), 0, &["ACCEPTED"]);
    has(&ours.verify(&policy, &at_root), 1, &["key.require_crl"]);
    ours.revoke("middle", "leaf", "superseded");
    let revoked = ours.list("middle", "revoked.crl");
    let refused = pin(&["--crl", &revoked]);
    has(&refused, 1, &["no policy is made of it", "because of superseded"]);
    assert!(refused.out.is_empty());
}

#[test]
fn files_that_are_no_lists_are_misuse() {
    let ours = Authorities::new("revocation-misuse");
    let policy = ours.policy("policy.toml", "");
    let certificate = ours.folder.path("root.pem");
    let broken = ours.folder.write("broken.crl", &of_root()[..40]);
    let delta = List::of("root").with(extension(DELTA_CRL_INDICATOR, true, &tlv(2, &[3]))).sign(&Key::new(ROOT));
    let delta = ours.folder.write("delta.crl", &delta);
    for (file, words) in [
        (&certificate, "no X509 CRL"),
        (&broken, "broken.crl: the revocation list cannot be read"),
        (&delta, "give the complete revocation list"),
        (&ours.folder.path("nowhere"), "nowhere"),
    ] {
        let outcome = ours.verify(&policy, &["--crl", file]);
        assert!(outcome.code >= 2 && outcome.notes.contains(words), "{} {}", outcome.code, outcome.notes);
    }
}
