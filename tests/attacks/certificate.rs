//! Promise: a chain that breaks a rule is refused, and for the rule that it breaks. The names begin with the family and number of the
//! attack.
#![cfg(feature = "std")]

use crate::common::counting::Counting;
use crate::common::forge::{
    ALTERNATIVE_NAME, BASIC_CONSTRAINTS, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS, Certificate,
    EXTENDED_KEY_USAGE, KEY_USAGE, Key, NAME_CONSTRAINTS, NOW, SIGNS, SIGNS_CERTIFICATES, basic_constraints,
    distinguished_name, extension, hash, integer, key_usage, oid, sequence, tlv,
};
use tpmproof::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use tpmproof::verify::{
    ATTESTATION_KEY, Anchor, CertificateError, CertificatePolicy, CertificateRules, KeyEvidence, Part, Platform,
    PolicyList, Purpose, Time, TrustedKey, VerifyError,
};
use tpmproof::{DecodeError, DecodeErrorKind};

const PURPOSES: &[Purpose<'static>] = &[Purpose::Oid(ATTESTATION_KEY)];

type Verdict = Result<(), CertificateError<'static>>;

fn leak(octets: &[u8]) -> &'static [u8] {
    octets.to_vec().leak()
}

fn judge_at(time: Time, chain: &[Vec<u8>], anchors: &[Anchor<'_>], crypto: &'static dyn Crypto) -> Verdict {
    let evidence = chain.iter().fold(KeyEvidence::new(), |key, der| key.with_certificate(leak(der)).unwrap());
    let anchors: Vec<Anchor<'static>> = anchors
        .iter()
        .map(|anchor| match anchor {
            Anchor::Certificate(der) => Anchor::Certificate(leak(der)),
            Anchor::Spki(der) => Anchor::Spki(leak(der)),
            Anchor::CertificateSha256(digest) => Anchor::CertificateSha256(*digest),
            Anchor::SpkiSha256(digest) => Anchor::SpkiSha256(*digest),
            other => panic!("{other:?}"),
        })
        .collect();
    let rules = CertificateRules { purposes: PolicyList::new(PURPOSES), ..CertificateRules::default() };
    match TrustedKey::certified(&evidence, &anchors, &rules, time, crypto) {
        Ok(_) => Ok(()),
        Err(VerifyError::Certificate(error)) => Err(error),
        Err(VerifyError::Decode { part: Part::CertificateKey, error }) => {
            Err(CertificateError::Decode { index: 0, error })
        }
        Err(other) => panic!("{other}"),
    }
}

fn judge(chain: &[Vec<u8>], root: &[u8]) -> Verdict {
    judge_at(NOW.parse().unwrap(), chain, &[Anchor::Certificate(root)], &SOFTWARE)
}

/// Root, intermediate and leaf, to be changed before they are signed.
struct Chain {
    root: Certificate,
    middle: Certificate,
    leaf: Certificate,
}

const ROOT: u8 = 9;
const MIDDLE: u8 = 8;
const LEAF: u8 = 1;

fn chain() -> Chain {
    Chain {
        root: Certificate::authority("root", "root", &Key::new(ROOT)),
        middle: Certificate::authority("root", "middle", &Key::new(MIDDLE)),
        leaf: Certificate::leaf("middle", &Key::new(LEAF)),
    }
}

impl Chain {
    fn signed(&self) -> (Vec<Vec<u8>>, Vec<u8>) {
        let (root, middle) = (Key::new(ROOT), Key::new(MIDDLE));
        (vec![self.leaf.sign(&middle), self.middle.sign(&root)], self.root.sign(&root))
    }

    fn judge(&self) -> Verdict {
        let (chain, root) = self.signed();
        judge(&chain, &root)
    }
}

fn with_leaf(change: impl FnOnce(&mut Certificate)) -> Verdict {
    let mut chain = chain();
    change(&mut chain.leaf);
    chain.judge()
}

fn with_middle(change: impl FnOnce(&mut Certificate)) -> Verdict {
    let mut chain = chain();
    change(&mut chain.middle);
    chain.judge()
}

fn with_root(change: impl FnOnce(&mut Certificate)) -> Verdict {
    let mut chain = chain();
    change(&mut chain.root);
    chain.judge()
}

/// The kind of a refusal, without what it names.
fn kind(verdict: Verdict) -> String {
    let text = format!("{:?}", verdict.expect_err("accepted"));
    text.split([' ', '(', '{']).next().unwrap().to_owned()
}

fn decode_error(verdict: Verdict) -> DecodeError {
    match verdict {
        Err(CertificateError::Decode { error, .. }) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn control() {
    chain().judge().unwrap();
}

#[test]
fn x01_a_chain_that_is_cut_short() {
    let (all, root) = chain().signed();
    assert_eq!(judge(&[], &root), Err(CertificateError::Absent));
    assert_eq!(kind(judge(&all[..1], &root)), "UnknownIssuer");
    // Who is missing is named.
    let other = Certificate::authority("other", "other", &Key::new(7)).sign(&Key::new(7));
    for (chain, expected) in [(&all[..1], "CN=middle"), (&all[..], "CN=root")] {
        match judge(chain, &other) {
            Err(CertificateError::UnknownIssuer { issuer }) => assert_eq!(issuer.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(kind(judge(&all[1..], &root)), "LeafIsAuthority");
    // Directly under the anchor.
    let leaf = Certificate::leaf("root", &Key::new(LEAF)).sign(&Key::new(ROOT));
    judge(&[leaf], &root).unwrap();
    judge(&all[..1], &all[1]).unwrap();
}

#[test]
fn x02_a_root_that_looks_alike() {
    let (all, root) = chain().signed();
    judge(&all, &root).unwrap();
    let other = Key::new(7);
    let alike = Certificate::authority("root", "root", &other);
    let forged = [all[0].clone(), Certificate::authority("root", "middle", &Key::new(MIDDLE)).sign(&other)];
    let forged = [&forged[..], &[alike.sign(&other)]].concat();
    assert_eq!(kind(judge(&forged, &root)), "Signature");
    let now = NOW.parse().unwrap();
    let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&root[..]].into_iter()).unwrap();
    let anchor = Anchor::CertificateSha256(digest.as_bytes().try_into().unwrap());
    assert_eq!(kind(judge_at(now, &forged, &[anchor], &SOFTWARE)), "UnknownIssuer");
    assert_eq!(kind(judge_at(now, &forged, &[Anchor::Spki(&Key::new(ROOT).spki())], &SOFTWARE)), "UnknownIssuer");
    judge_at(now, &[&all[..], &[root]].concat(), &[anchor], &SOFTWARE).unwrap();
}

#[test]
fn x03_a_chain_of_the_attackers_own() {
    let (ca, sub) = (Key::new(7), Key::new(6));
    let forged = [
        Certificate::leaf("Global Virtual TPM CA - 01", &Key::new(LEAF)).sign(&sub),
        Certificate::authority("Azure Virtual TPM Root Certificate Authority 2023", "Global Virtual TPM CA - 01", &sub)
            .sign(&ca),
        Certificate::authority(
            "Azure Virtual TPM Root Certificate Authority 2023",
            "Azure Virtual TPM Root Certificate Authority 2023",
            &ca,
        )
        .sign(&ca),
    ];
    assert_eq!(kind(judge_at(NOW.parse().unwrap(), &forged, Platform::AZURE.roots, &SOFTWARE)), "UnknownIssuer");
    judge(&forged, &forged[2]).unwrap();
}

#[test]
fn x04_an_authority_must_be_one() {
    assert_eq!(kind(with_middle(|ca| ca.extensions[0] = basic_constraints(false, None))), "NotAuthority");
    assert_eq!(kind(with_middle(|ca| drop(ca.extensions.remove(0)))), "NotAuthority");
    assert_eq!(kind(with_middle(|ca| ca.extensions[1] = key_usage(SIGNS))), "KeyUsage");
    assert_eq!(kind(with_root(|ca| ca.extensions[0] = basic_constraints(false, None))), "NotAuthority");
    assert_eq!(kind(with_root(|ca| ca.extensions[1] = key_usage(SIGNS))), "KeyUsage");
    // A certificate of version 1 has no extensions, and says nothing.
    let v1 = with_middle(|ca| {
        ca.version = vec![];
        ca.extensions = vec![];
    });
    assert_eq!(v1, Err(CertificateError::Rule("a certificate is not X.509 v3")));
    let v1 = with_leaf(|leaf| {
        leaf.version = vec![];
        leaf.extensions = vec![];
    });
    assert_eq!(v1, Err(CertificateError::Rule("a certificate is not X.509 v3")));
    // Where it has some all the same, it is no certificate.
    let error = decode_error(with_middle(|ca| ca.version = vec![]));
    assert!(matches!(error.kind, DecodeErrorKind::TrailingBytes(_)), "{error}");
    // One of version 3 needs none: it is read, and lacks what an authority says.
    let bare = Certificate { extensions: vec![], ..chain().middle }.sign(&Key::new(ROOT));
    assert!(tpmproof::verify::Certificate::from_der(&bare).is_ok());
    assert_eq!(kind(with_middle(|ca| ca.extensions = vec![])), "NotAuthority");
    // The root allows none below the one authority that there is; then one authority more.
    with_root(|ca| ca.extensions[0] = basic_constraints(true, Some(1))).unwrap();
    assert_eq!(with_root(|ca| ca.extensions[0] = basic_constraints(true, Some(0))), Err(CertificateError::PathLength));
    let (all, root) = chain().signed();
    let sub = Key::new(5);
    let mut middle = chain().middle;
    middle.extensions[0] = basic_constraints(true, Some(0));
    let longer = [
        Certificate::leaf("sub", &Key::new(LEAF)).sign(&sub),
        Certificate::authority("middle", "sub", &sub).sign(&Key::new(MIDDLE)),
        middle.sign(&Key::new(ROOT)),
    ];
    assert_eq!(judge(&longer, &root), Err(CertificateError::PathLength));
    judge(&[longer[0].clone(), longer[1].clone(), all[1].clone()], &root).unwrap();
}

#[test]
fn x08_the_bits_and_the_purposes_of_a_certificate_are_well_formed() {
    for wrong in [&[8, 0][..], &[9, 0], &[7, 0x40], &[1, 0x81], &[0], &[], &[0, 0x80, 0, 0]] {
        let usage = extension(KEY_USAGE, true, &tlv(0x03, wrong));
        let error = decode_error(with_leaf(|leaf| leaf.extensions[1] = usage));
        assert_eq!(error.kind, DecodeErrorKind::NotDer("no valid BIT STRING of one or two octets"), "{wrong:?}");
    }
    let purposes = |content: &[u8]| extension(EXTENDED_KEY_USAGE, false, &sequence(&[content]));
    let number = decode_error(with_leaf(|leaf| leaf.extensions[2] = purposes(&integer(&[1]))));
    assert_eq!(number.kind, DecodeErrorKind::UnexpectedTag { found: 2, expected: 6 });
    let second = [oid("6781050803"), integer(&[1])].concat();
    assert!(matches!(
        decode_error(with_leaf(|leaf| leaf.extensions[2] = purposes(&second))).kind,
        DecodeErrorKind::UnexpectedTag { .. }
    ));
    // What is asked for and not there is said, and what is there instead.
    let others = [oid("2b06010505070301"), oid("2b06010505070302")].concat();
    let text = with_leaf(|leaf| leaf.extensions[2] = purposes(&others)).unwrap_err().to_string();
    assert!(text.contains("1.3.6.1.5.5.7.3.1, 1.3.6.1.5.5.7.3.2"), "{text}");
    let text = with_leaf(|leaf| drop(leaf.extensions.remove(2))).unwrap_err().to_string();
    assert!(text.contains("no ExtendedKeyUsage"), "{text}");
}

#[test]
fn x04_the_certificate_that_is_no_authority_is_named() {
    let subject = |verdict| match verdict {
        Err(CertificateError::NotAuthority { subject }) => subject.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(subject(with_middle(|ca| ca.extensions[0] = basic_constraints(false, None))), "CN=middle");
}

#[test]
fn x08_a_name_has_at_most_sixteen_parts() {
    let part = |number: u8| tlv(0x31, &sequence(&[&oid("550403"), &tlv(0x0c, &[b'a' + number])]));
    let named = |count: u8| sequence(&[&(0..count).flat_map(part).collect::<Vec<u8>>()]);
    with_leaf(|leaf| leaf.subject = named(16)).unwrap();
    for count in [17, 18, 40] {
        let error = decode_error(with_leaf(|leaf| leaf.subject = named(count)));
        assert_eq!(error.kind, DecodeErrorKind::TooLong { found: 17, limit: 16 }, "{count}");
    }
    // What is no text, or text of a kind that is not read, is shown in digits.
    for (tag, octets, shown) in
        [(0x0c, "AB", "CN=AB"), (0x13, "AB", "CN=AB"), (0x1e, "AB", "CN=#4142"), (0x04, "AB", "CN=#4142")]
    {
        let der = Certificate { subject: distinguished_name(tag, octets), ..chain().leaf }.sign(&Key::new(MIDDLE));
        assert_eq!(tpmproof::verify::Certificate::from_der(&der).unwrap().subject().to_string(), shown, "{tag:#x}");
    }
}

#[test]
fn x02_the_certificate_whose_signature_is_wrong_is_named() {
    let (all, root) = chain().signed();
    let stranger = Key::new(77);
    let subject = |chain: &[Vec<u8>]| match judge(chain, &root) {
        Err(CertificateError::Signature { subject }) => subject.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(subject(&[all[0].clone(), chain().middle.sign(&stranger)]), "CN=middle");
    assert_eq!(subject(&[chain().leaf.sign(&stranger), all[1].clone()]), "CN=an attestation key");
}

#[test]
fn x14_a_root_by_its_key_and_a_leaf_with_a_critical_purpose_share_one_budget() {
    // Each root that is known by its key alone is asked for its own signature; then each path costs its own.
    let top = Key::new(ROOT);
    let mut leaf = Certificate::leaf("low", &Key::new(LEAF));
    let purpose = |critical| extension(EXTENDED_KEY_USAGE, critical, &sequence(&[&oid("6781050803")]));
    let low = Key::new(7);
    let root = |serial: u8| {
        let mut root = Certificate::authority("root", "root", &top);
        root.serial = tlv(0x02, &[serial]);
        root.sign(&top)
    };
    let chain = |leaf: &Certificate, wrong: u8, roots: u8| {
        let authority = |key: &Key| Certificate::authority("root", "low", key).sign(&top);
        let mut chain = vec![leaf.sign(&low)];
        chain.extend((0..wrong).map(|number| authority(&Key::new(70 + number))));
        chain.push(authority(&low));
        chain.extend((1..=roots).map(root));
        chain
    };
    let spki = top.spki();
    for (wrong, roots) in (0..6).flat_map(|wrong| (1..=6 - wrong).map(move |roots| (wrong, roots))) {
        let verdicts = [false, true].map(|critical| {
            leaf.extensions[2] = purpose(critical);
            judge_at(NOW.parse().unwrap(), &chain(&leaf, wrong, roots), &[Anchor::Spki(&spki)], &SOFTWARE)
        });
        // Paths beside the right one cost more than there is.
        let expected = if wrong == 0 || (wrong, roots) == (1, 1) { Ok(()) } else { Err(CertificateError::Budget) };
        assert_eq!(verdicts, [expected; 2], "{wrong} beside, {roots} roots");
    }
}

#[test]
fn x15_a_certificate_of_the_largest_size_is_read() {
    let with = |(octets, fill): (usize, u8)| {
        let mut chain = chain();
        chain.leaf.extensions.push(extension("2a0304", false, &tlv(0x04, &vec![fill; octets])));
        chain.signed()
    };
    let around = 15_000 + 16_384 - with((15_000, 0)).0[0].len();
    // The signature's numbers are a byte longer or shorter, by the content.
    let contents = || (around - 4..around + 4).flat_map(|octets| (0..8).map(move |fill| (octets, fill)));
    let of_size = |size: usize| contents().map(with).find(|(chain, _)| chain[0].len() == size).unwrap();
    let (chain, root) = of_size(16_384);
    assert_eq!(judge(&chain, &root), Ok(()));
    let (chain, root) = of_size(16_385);
    assert_eq!(judge(&chain, &root), Err(CertificateError::TooLarge { index: 0, size: 16_385 }));
}

#[test]
fn x05_a_root_by_the_digest_of_its_key_or_of_itself() {
    let (mut all, root) = chain().signed();
    all.push(root.clone());
    let sha256 = |octets: &[u8]| -> [u8; 32] { hash(HashAlgorithm::Sha256, octets).try_into().unwrap() };
    let judged = |anchor: Anchor<'_>| judge_at(NOW.parse().unwrap(), &all, &[anchor], &SOFTWARE);
    let (key, other) = (Key::new(ROOT).spki(), Key::new(7).spki());
    assert_eq!(judged(Anchor::SpkiSha256(sha256(&key))), Ok(()));
    assert_eq!(judged(Anchor::CertificateSha256(sha256(&root))), Ok(()));
    for wrong in
        [Anchor::SpkiSha256(sha256(&other)), Anchor::SpkiSha256(sha256(&root)), Anchor::CertificateSha256(sha256(&key))]
    {
        assert_eq!(kind(judged(wrong)), "UnknownIssuer");
    }
}

#[test]
fn x05_a_root_that_was_not_named() {
    let (mut all, root) = chain().signed();
    let other = Certificate::authority("another", "another", &Key::new(7)).sign(&Key::new(7));
    judge(&all, &root).unwrap();
    all.push(root);
    assert_eq!(kind(judge(&all, &other)), "UnknownIssuer");
    let now = NOW.parse().unwrap();
    assert_eq!(kind(judge_at(now, &all, Platform::GOOGLE.roots, &SOFTWARE)), "UnknownIssuer");
}

#[test]
fn x06_the_purpose_is_an_attestation_keys() {
    const TLS_SERVER: &str = "2b06010505070301";
    const ANY: &str = "551d2500";
    let purpose = |ids: &[&str]| {
        let ids: Vec<_> = ids.iter().map(|id| oid(id)).collect();
        extension(EXTENDED_KEY_USAGE, false, &sequence(&[&ids.concat()]))
    };
    assert_eq!(kind(with_leaf(|leaf| leaf.extensions[2] = purpose(&[TLS_SERVER]))), "Purpose");
    assert_eq!(kind(with_leaf(|leaf| leaf.extensions[2] = purpose(&[ANY]))), "Purpose");
    assert_eq!(kind(with_leaf(|leaf| drop(leaf.extensions.remove(2)))), "Purpose");
    with_leaf(|leaf| leaf.extensions[2] = purpose(&[TLS_SERVER, crate::common::forge::ATTESTATION_KEY])).unwrap();
    assert_eq!(kind(with_middle(|ca| ca.extensions.push(purpose(&[TLS_SERVER])))), "Purpose");
    assert_eq!(kind(with_leaf(|leaf| leaf.extensions[1] = key_usage(0x20))), "KeyUsage");
}

/// A certificate whose authority does not say under which policy the key was made may be of any key.
#[test]
fn x07_a_certificate_that_asserts_no_policy() {
    const RESTRICTED: &[u8] = &[0x67, 0x81, 0x05, 0x0b, 0x01, 0x02];
    const OTHER: &[u8] = &[0x67, 0x81, 0x05, 0x0b, 0x01, 0x01];
    let information = |oid: &[u8], qualifiers: &[u8]| sequence(&[&tlv(0x06, oid), qualifiers]);
    let judge = |critical, value: Option<&[u8]>, asked: &[&'static [u8]]| {
        let mut chain = chain();
        chain.leaf.extensions.extend(value.map(|value| extension(CERTIFICATE_POLICIES, critical, value)));
        let (ders, root) = chain.signed();
        let evidence = ders.iter().fold(KeyEvidence::new(), |key, der| key.with_certificate(leak(der)).unwrap());
        let asked: Vec<CertificatePolicy<'static>> = asked.iter().map(|oid| CertificatePolicy(oid)).collect();
        let (purposes, policies) = (PolicyList::new(PURPOSES), PolicyList::new(&*asked.leak()));
        let rules = CertificateRules { purposes, policies, ..CertificateRules::default() };
        let anchors = [Anchor::Certificate(leak(&root))];
        TrustedKey::certified(&evidence, &anchors, &rules, NOW.parse().unwrap(), &SOFTWARE).map(|_| ())
    };
    let qualifiers = sequence(&[&sequence(&[&oid("2b06010505070201"), &tlv(0x16, b"http://example")])]);
    let restricted = sequence(&[&information(OTHER, &[]), &information(RESTRICTED, &qualifiers)]);
    let other = sequence(&[&information(OTHER, &qualifiers)]);
    let any_policy = sequence(&[&information(&[0x55, 0x1d, 0x20, 0x00], &[])]);
    for value in [None, Some(&restricted[..]), Some(&other)] {
        judge(false, value, &[]).unwrap();
    }
    judge(false, Some(&restricted), &[RESTRICTED]).unwrap();
    judge(false, Some(&other), &[RESTRICTED, OTHER]).unwrap();
    let refused = |value: Option<&[u8]>, words: &str| {
        let error = judge(false, value, &[RESTRICTED]).unwrap_err();
        assert!(matches!(error, VerifyError::CertificatePolicy(_)), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(None, "found no policies");
    refused(Some(&other), "found 2.23.133.11.1.1");
    refused(Some(&any_policy), "found 2.5.29.32.0");
    // Its qualifiers say nothing, nor do other bytes.
    let hidden = sequence(&[&information(OTHER, &sequence(&[&tlv(0x06, RESTRICTED)]))]);
    refused(Some(&hidden), "found 2.23.133.11.1.1");
    for malformed in [&[][..], &[5, 0], &sequence(&[]), &sequence(&[&tlv(0x06, RESTRICTED)])] {
        refused(Some(malformed), "none of the policies");
    }
    // Critical, it is understood too, and no less asked for.
    judge(true, Some(&restricted), &[RESTRICTED]).unwrap();
    assert!(matches!(judge(true, Some(&other), &[RESTRICTED]), Err(VerifyError::CertificatePolicy(_))));
}

#[test]
fn x08_a_critical_extension_that_nobody_knows() {
    for change in [with_leaf, with_middle, with_root] as [fn(fn(&mut Certificate)) -> Verdict; 3] {
        assert_eq!(
            kind(change(|one| one.extensions.push(extension("2a0304", true, &[5, 0])))),
            "UnknownCriticalExtension"
        );
        change(|one| one.extensions.push(extension("2a0304", false, &[5, 0]))).unwrap();
    }
}

/// The TCG puts manufacturer, model and version into a critical directoryName, and leaves the subject empty.
#[test]
fn x09_what_the_tcg_asks_of_a_certificate() {
    let attributes = sequence(&[&tlv(0x31, &sequence(&[&oid("6781050201"), &tlv(0x0c, b"id:49424D00")]))]);
    let names = sequence(&[&tlv(0xa4, &attributes)]);
    with_leaf(|leaf| {
        leaf.subject = sequence(&[]);
        leaf.extensions.push(extension(ALTERNATIVE_NAME, true, &names));
    })
    .unwrap();
    // Google's come with a subject, and without that extension; those of the field are judged in `evidence/field_quotes.rs`.
    for name in ["rsa", "p256", "p384"] {
        let mut chain = crate::common::pem(&format!("swtpm/chain_{name}.pem"));
        let root = crate::common::pem(&format!("swtpm/chain_{name}.root.pem")).remove(0);
        chain.retain(|der| *der != root);
        judge_at("2027-01-01T00:00:00Z".parse().unwrap(), &chain, &[Anchor::Certificate(&root)], &SOFTWARE).unwrap();
    }
}

#[test]
fn x10_name_constraints_hold_or_are_refused() {
    let constraints = |kind: u8, tag: u8, name: &[u8]| {
        extension(NAME_CONSTRAINTS, true, &sequence(&[&tlv(kind, &sequence(&[&tlv(tag, name)]))]))
    };
    let (permitted, excluded) = (0xa0, 0xa1);
    let directory = distinguished_name(0x0c, "somebody else");
    for (what, constraint) in [
        ("otherName", constraints(permitted, 0xa0, &[&oid("2a0304")[..], &tlv(0xa0, &[5, 0])].concat())),
        ("x400Address", constraints(excluded, 0xa3, &[])),
        ("registeredID", constraints(excluded, 0x88, &[0x2a])),
        ("a directoryName that is another", constraints(permitted, 0xa4, &directory)),
    ] {
        let verdict = with_middle(|ca| ca.extensions.push(constraint));
        assert_eq!(kind(verdict), "NameConstraint", "{what}");
    }
}

#[test]
fn x11_times_are_exact() {
    let (all, root) = chain().signed();
    let at = |time: &str| judge_at(time.parse().unwrap(), &all, &[Anchor::Certificate(&root)], &SOFTWARE);
    // Both bounds belong to the period.
    at("2026-01-01T00:00:00Z").unwrap();
    at("2027-01-01T00:00:00Z").unwrap();
    assert_eq!(kind(at("2025-12-31T23:59:59Z")), "NotYetValid");
    assert_eq!(kind(at("2027-01-01T00:00:01Z")), "Expired");
    for change in [with_leaf, with_middle, with_root] as [fn(fn(&mut Certificate)) -> Verdict; 3] {
        assert_eq!(kind(change(|one| one.not_after = tlv(0x17, b"260201000000Z"))), "Expired");
        assert_eq!(kind(change(|one| one.not_before = tlv(0x17, b"261201000000Z"))), "NotYetValid");
    }
    with_leaf(|leaf| leaf.not_after = tlv(0x18, b"99991231235959Z")).unwrap();
    for (what, tag, text) in [
        ("no seconds", 0x17, &b"2701010000Z"[..]),
        ("an offset", 0x17, b"270101000000+0100"),
        ("no zone", 0x18, b"20500101000000"),
        ("a fraction", 0x18, b"20500101000000.5Z"),
        ("a month 13", 0x17, b"271301000000Z"),
        ("30 February", 0x17, b"270230000000Z"),
        ("a second 60", 0x17, b"270101000060Z"),
        ("the year 0000", 0x18, b"00000101000000Z"),
        ("a sign", 0x17, b"2701010000-1Z"),
        ("UTCTime of the wrong length", 0x17, b"20270101000000Z"),
    ] {
        let verdict = with_leaf(|leaf| leaf.not_after = tlv(tag, text));
        assert!(verdict.is_err(), "{what}");
    }
    assert!(with_leaf(|leaf| leaf.not_before = tlv(0x17, b"280101000000Z")).is_err(), "ends before it begins");
    // Not as RFC 5280, 4.1.2.5 has it, but unambiguous, and a provider's root does it.
    with_leaf(|leaf| leaf.not_after = tlv(0x18, b"20270101000000Z")).unwrap();
}

#[test]
fn x14_authorities_that_certify_each_other() {
    static COUNT: Counting = Counting::new();
    static SECOND: Counting = Counting::new();
    let root = Key::new(ROOT);
    let anchor = Certificate::authority("root", "root", &root).sign(&root);
    let now: Time = NOW.parse().unwrap();
    // Seven of one name, each by a key that signed none of the others: every order is a path to try.
    let mut all = vec![Certificate::leaf("same", &Key::new(LEAF)).sign(&Key::new(20))];
    all.extend((0..7).map(|n| Certificate::authority("same", "same", &Key::new(20 + n)).sign(&Key::new(21 + n))));
    let verdict = judge_at(now, &all, &[Anchor::Certificate(&anchor)], &COUNT);
    assert!(verdict.is_err());
    assert!(COUNT.signatures() <= 8, "{COUNT:?}");
    let mut all = vec![Certificate::leaf("same", &Key::new(LEAF)).sign(&Key::new(20))];
    all.extend((0..7).map(|n| Certificate::authority("root", "same", &Key::new(30 + n)).sign(&root)));
    let verdict = judge_at(now, &all, &[Anchor::Certificate(&anchor)], &SECOND);
    assert!(verdict.is_err());
    assert!((1..=8).contains(&SECOND.signatures()), "{SECOND:?}");
    // A hundred do not even fit.
    let der = Certificate::authority("same", "same", &Key::new(20)).sign(&Key::new(20));
    let full = (0..8).fold(KeyEvidence::new(), |key, _| key.with_certificate(&der).unwrap());
    assert!(full.with_certificate(&der).is_err());
}

#[test]
fn x15_sizes_have_limits() {
    let padding = |size: usize| extension("2a0304", false, &tlv(0x04, &vec![7; size]));
    with_leaf(|leaf| leaf.extensions.push(padding(15_000))).unwrap();
    assert_eq!(kind(with_leaf(|leaf| leaf.extensions.push(padding(17_000)))), "TooLarge");
    assert_eq!(kind(with_leaf(|leaf| leaf.serial = integer(&[0x7f; 17_000]))), "TooLarge");
    let serial = with_leaf(|leaf| leaf.serial = integer(&[0x7f; 1000]));
    assert!(serial.is_err(), "a serial number of 1000 octets");
    let many = with_leaf(|leaf| {
        leaf.extensions.extend((0..200_u8).map(|n| extension(&format!("2a03{:02x}", n & 0x7f), false, &[5, 0])));
    });
    assert!(matches!(decode_error(many).kind, DecodeErrorKind::TooLong { .. }));
    let far_too_many = with_leaf(|leaf| {
        leaf.extensions.extend(
            (0..10_000_u32).map(|n| extension(&format!("2a03{:02x}{:02x}", n >> 7 | 0x80, n & 0x7f), false, &[])),
        );
    });
    assert_eq!(kind(far_too_many), "TooLarge");
    let huge_key = sequence(&[&integer(&[0xff; 2048]), &integer(&[1, 0, 1])]);
    let verdict = with_middle(|ca| ca.spki = rsa_spki(&huge_key));
    assert!(["WeakKey", "Signature", "Rule"].contains(&&*kind(verdict)), "{verdict:?}");
}

fn rsa_spki(key: &[u8]) -> Vec<u8> {
    sequence(&[&sequence(&[&oid("2a864886f70d010101"), &[5, 0]]), &tlv(0x03, &[&[0], key].concat())])
}

/// Where a leaf's DER is written in another way that BER would allow.
#[test]
fn x16_only_der_is_read() {
    let (all, root) = chain().signed();
    let leaf = &all[0];
    assert_eq!(leaf[..2], [0x30, 0x82]);
    let outer = |der: Vec<u8>| judge(&[der, all[1].clone()], &root);
    assert!(outer([&[0x30, 0x80], &leaf[4..], &[0, 0]].concat()).is_err(), "indefinite length");
    assert!(outer([&[0x30, 0x83, 0], &leaf[2..]].concat()).is_err(), "a length of three octets where two do");
    let boolean =
        |value: u8| tlv(0x30, &[&oid(BASIC_CONSTRAINTS)[..], &[1, 1, value], &tlv(0x04, &sequence(&[]))].concat());
    assert!(with_leaf(|leaf| leaf.extensions[0] = boolean(0xff)).is_ok());
    for (what, verdict) in [
        ("a serial number with a leading zero", with_leaf(|leaf| leaf.serial = vec![2, 2, 0, 0x11])),
        ("an empty serial number", with_leaf(|leaf| leaf.serial = vec![2, 0])),
        ("a length in the long form", with_leaf(|leaf| leaf.serial = vec![2, 0x81, 1, 0x11])),
        ("a BOOLEAN of 0x01", with_leaf(|leaf| leaf.extensions[0] = boolean(0x01))),
        ("a DEFAULT that is written", with_leaf(|leaf| leaf.extensions[0] = boolean(0x00))),
        (
            "a constructed OCTET STRING",
            with_leaf(|leaf| {
                leaf.extensions[0] = sequence(&[&oid(BASIC_CONSTRAINTS), &tlv(0x24, &tlv(0x04, &sequence(&[])))]);
            }),
        ),
        (
            "a BIT STRING with bits after its end",
            with_leaf(|leaf| leaf.extensions[1] = extension(KEY_USAGE, true, &tlv(0x03, &[7, 0xff]))),
        ),
        (
            "CA false that is written",
            with_leaf(|leaf| {
                leaf.extensions[0] = extension(BASIC_CONSTRAINTS, true, &sequence(&[&[1, 1, 0]]));
            }),
        ),
    ] {
        assert!(verdict.is_err(), "{what}");
    }
}

#[test]
fn x17_nothing_follows_anything() {
    let (all, root) = chain().signed();
    let both = |leaf: Vec<u8>, middle: Vec<u8>| judge(&[leaf, middle], &root);
    both(all[0].clone(), all[1].clone()).unwrap();
    for more in [&[0][..], &[0x30], &all[1]] {
        for (leaf, middle) in [([&all[0], more].concat(), all[1].clone()), (all[0].clone(), [&all[1], more].concat())] {
            assert!(matches!(decode_error(both(leaf, middle)).kind, DecodeErrorKind::TrailingBytes(_)));
        }
    }
    let key = Key::new(LEAF).spki();
    let inside = [&key[..], &[0]].concat();
    assert!(with_leaf(|leaf| leaf.spki = inside).is_err(), "after the SPKI");
    let algorithm = sequence(&[&oid(crate::common::forge::EC_PUBLIC_KEY), &oid(crate::common::forge::P256)]);
    let spki = sequence(&[&algorithm, &key[key.len() - 68..], &[5, 0]]);
    assert!(with_leaf(|leaf| leaf.spki = spki).is_err(), "inside the SPKI");
    let constraints = [&sequence(&[&[1, 1, 0xff]])[..], &[5, 0]].concat();
    assert!(
        with_middle(|ca| ca.extensions[0] = extension(BASIC_CONSTRAINTS, true, &constraints)).is_err(),
        "in an extension"
    );
    let usage = [&tlv(0x03, &[2, SIGNS_CERTIFICATES])[..], &[0]].concat();
    assert!(with_middle(|ca| ca.extensions[1] = extension(KEY_USAGE, true, &usage)).is_err(), "in a key usage");
}

#[test]
fn x18_one_algorithm_is_named_twice() {
    let sha384 = sequence(&[&oid("2a8648ce3d040303")]);
    assert!(with_leaf(|leaf| leaf.outer_algorithm.clone_from(&sha384)).is_err());
    assert!(with_leaf(|leaf| leaf.inner_algorithm = sha384).is_err());
    let with_null = sequence(&[&oid(crate::common::forge::ECDSA_SHA256), &[5, 0]]);
    assert!(with_leaf(|leaf| leaf.outer_algorithm = with_null).is_err(), "parameters that are not signed");
}

#[test]
fn x19_an_extension_stands_once() {
    for at in 0..3 {
        let verdict = with_leaf(|leaf| leaf.extensions.push(leaf.extensions[at].clone()));
        assert!(verdict.is_err(), "extension {at} twice");
    }
    let verdict = with_middle(|ca| ca.extensions.push(basic_constraints(true, Some(0))));
    assert!(matches!(verdict, Err(CertificateError::Decode { .. })), "{verdict:?}");
    let verdict = with_leaf(|leaf| {
        leaf.extensions.push(extension("2a0304", false, &[5, 0]));
        leaf.extensions.push(extension("2a0304", false, &[5, 0]));
    });
    assert!(verdict.is_err(), "an unknown one twice");
}

#[test]
fn x20_a_key_has_one_form() {
    let (x, y) = Key::new(LEAF).coordinates();
    let algorithm = sequence(&[&oid(crate::common::forge::EC_PUBLIC_KEY), &oid(crate::common::forge::P256)]);
    let point = [&[4][..], &x, &y].concat();
    let spki = |unused: u8, point: &[u8]| sequence(&[&algorithm, &tlv(0x03, &[&[unused], point].concat())]);
    let outcome = |spki: Vec<u8>| {
        let key = Key::new(MIDDLE);
        let leaf = Certificate { spki, ..chain().leaf }.sign(&key);
        let evidence = KeyEvidence::new().with_certificate(leak(&leaf)).unwrap();
        let anchors = [Anchor::Certificate(leak(&chain().signed().0[1]))];
        let rules = CertificateRules { purposes: PolicyList::new(PURPOSES), ..CertificateRules::default() };
        TrustedKey::certified(&evidence, &anchors, &rules, NOW.parse().unwrap(), &SOFTWARE).map(|_| ())
    };
    outcome(spki(0, &point)).unwrap();
    let even = if y[31] & 1 == 0 { 2 } else { 3 };
    let rsa = |modulus: Vec<u8>| rsa_spki(&sequence(&[&modulus, &integer(&[1, 0, 1])]));
    for (what, spki) in [
        ("unused bits", spki(1, &point)),
        ("a compressed point", spki(0, &[&[even][..], &x].concat())),
        ("a hybrid point", spki(0, &[&[even + 4][..], &x, &y].concat())),
        ("the point at infinity", spki(0, &[0])),
        ("a short point", spki(0, &point[..64])),
        ("a negative modulus", rsa(tlv(0x02, &[0xff; 256]))),
        ("a modulus with a leading zero", rsa(tlv(0x02, &[&[0, 0][..], &[0x7f; 255]].concat()))),
    ] {
        assert!(outcome(spki).is_err(), "{what}");
    }
    // Numbers are read as they are, if they are small enough; whether they make a good key is asked later.
    let exponent = |octets: &[u8]| rsa_spki(&sequence(&[&integer(&[0xc1; 256]), &tlv(0x02, octets)]));
    let readable = |octets: &[u8]| !matches!(outcome(exponent(octets)), Err(VerifyError::Decode { .. }));
    for octets in [&[3][..], &[1, 0, 1], &[0], &[1; 8], &[0, 0x81, 1, 1, 1, 1, 1, 1, 1]] {
        assert!(readable(octets), "{octets:?}");
    }
    for octets in [&[1; 9][..], &[1; 16], &[0, 1], &[0x80], &[]] {
        assert!(!readable(octets), "{octets:?}");
    }
}

#[test]
fn x21_weak_algorithms_of_authorities() {
    for weak in [
        sequence(&[&oid("2a8648ce3d0401")]),
        sequence(&[&oid("2a864886f70d010105"), &[5, 0]]),
        sequence(&[&oid("2a864886f70d010104"), &[5, 0]]),
    ] {
        let verdict = with_middle(|ca| {
            ca.inner_algorithm.clone_from(&weak);
            ca.outer_algorithm.clone_from(&weak);
        });
        assert_eq!(kind(verdict), "Algorithm");
    }
    let rsa_sha256 = sequence(&[&oid("2a864886f70d01010b"), &[5, 0]]);
    // A weak key is told from a signature that is wrong.
    for (octets, exponent, expected) in [
        (128, &[1, 0, 1][..], "WeakKey"),
        (256, &[1, 0, 1], "Signature"),
        (512, &[1, 0, 1], "Signature"),
        (520, &[1, 0, 1], "WeakKey"),
        (256, &[1, 0, 3], "Signature"),
        (256, &[0xff, 0xff], "WeakKey"),
        (256, &[3], "WeakKey"),
    ] {
        let mut chain = chain();
        chain.middle.spki = rsa_spki(&sequence(&[&integer(&vec![0xff; octets]), &integer(exponent)]));
        chain.leaf.inner_algorithm.clone_from(&rsa_sha256);
        chain.leaf.outer_algorithm.clone_from(&rsa_sha256);
        assert_eq!(kind(chain.judge()), expected, "{octets} {exponent:?}");
    }
}

#[test]
fn x22_an_authority_is_no_attestation_key() {
    let verdict = with_leaf(|leaf| leaf.extensions[0] = basic_constraints(true, None));
    assert_eq!(kind(verdict), "LeafIsAuthority");
}

#[test]
fn x23_an_anchor_is_no_attestation_key() {
    let (all, _) = chain().signed();
    assert_eq!(judge(&all, &all[0]), Err(CertificateError::LeafIsAnchor));
    assert_eq!(judge(&all[..1], &all[0]), Err(CertificateError::LeafIsAnchor));
    let now = NOW.parse().unwrap();
    let spki = Key::new(LEAF).spki();
    assert_eq!(judge_at(now, &all, &[Anchor::Spki(&spki)], &SOFTWARE), Err(CertificateError::LeafIsAnchor));
}

/// On a thread with little stack: a reader that recurses would not come back.
#[test]
fn x24_nesting_costs_no_stack() {
    fn place(levels: usize, change: fn(&mut Certificate, Vec<u8>)) -> Verdict {
        let nested = (0..levels).fold(vec![5, 0], |inner, _| tlv(0x30, &inner));
        with_leaf(|leaf| change(leaf, nested))
    }
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    let thread = small.spawn(|| {
        // 3 000 levels fit into a certificate; 10 000 are more than is read.
        for levels in [3_000, 10_000] {
            place(levels, |leaf, nested| leaf.subject = nested).unwrap_err();
            place(levels, |leaf, nested| leaf.spki = nested).unwrap_err();
            place(levels, |leaf, nested| leaf.inner_algorithm = nested).unwrap_err();
            place(levels, |leaf, nested| leaf.extensions[2] = extension(EXTENDED_KEY_USAGE, false, &nested))
                .unwrap_err();
            place(levels, |leaf, nested| leaf.extensions.push(extension(ALTERNATIVE_NAME, true, &nested))).unwrap_err();
        }
        place(3_000, |leaf, nested| leaf.extensions.push(extension("2a0304", false, &nested))).unwrap();
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn x25_names_are_compared_by_octets() {
    let printable = distinguished_name(0x13, "middle");
    assert_eq!(kind(with_leaf(|leaf| leaf.issuer = printable)), "UnknownIssuer");
    assert_eq!(kind(with_leaf(|leaf| leaf.issuer = distinguished_name(0x0c, "Middle"))), "UnknownIssuer");
}

/// Where its revocation lists are may be critical in an authority, which `webpki` knows; of a root, whose word alone it would be, it is not taken.
#[test]
fn critical_distribution_points() {
    let points = || extension(CRL_DISTRIBUTION_POINTS, true, &sequence(&[&sequence(&[])]));
    assert_eq!(with_middle(|middle| middle.extensions.push(points())), Ok(()));
    assert!(matches!(
        with_root(|root| root.extensions.push(points())),
        Err(CertificateError::UnknownCriticalExtension { .. })
    ));
}
