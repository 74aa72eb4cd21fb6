//! Promise: a WebAuthn statement is believed only for a key that a TPM certified for this relying party and these client data.

use crate::common::cbor::{array, bytes, int, map, text, uint};
use crate::common::forge::{
    self, Key, NONCE, NOW, basic_constraints, extension, hash, key_usage, name, oid, sequence, sized, tlv,
};
use crate::common::webauthn::{
    CLIENT_DATA, FIDO_AAGUID, ORIGIN, RP_ID, Statement, aik, authority, authority_key, certificate, cose_key,
    credential_key, profile, tpm_names,
};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::verify::{
    Anchor, Attestation, AttestationObject, Attested, CertificateRules, Challenge, ClientData, EvidenceError, ImaRules,
    KeyEvidence, PcrRule, Pin, Policy, PolicyBuilder, PolicyError, PolicyList, RelyingParty, RevocationList,
    TrustedKey, VerifiedCredential, VerifyError, verify_webauthn,
};

fn with_policy<T>(
    change: impl for<'b> FnOnce(PolicyBuilder<'b>) -> PolicyBuilder<'b>,
    then: impl FnOnce(&Policy<'_>) -> T,
) -> T {
    let root = authority();
    let anchors = [Anchor::Certificate(&root)];
    let origins = [ORIGIN];
    let parties = [RelyingParty { id: RP_ID, origins: PolicyList::new(&origins) }];
    then(&change(Policy::builder().anchors(&anchors).relying_parties(&parties)).build().unwrap())
}

/// The error in words; nothing where the statement is accepted.
fn judge_with(
    object: &[u8],
    client_data: &[u8],
    origin: &str,
    change: impl for<'b> FnOnce(PolicyBuilder<'b>) -> PolicyBuilder<'b>,
) -> Option<String> {
    let object = match AttestationObject::from_cbor(object) {
        Ok(object) => object,
        Err(error) => return Some(format!("unreadable: {error}")),
    };
    with_policy(change, |policy| {
        let sha256 = hash(HashAlgorithm::Sha256, client_data).try_into().unwrap();
        let client = ClientData::read_by_caller(sha256, Challenge::nonce(NONCE).unwrap(), origin);
        let judged = verify_webauthn(&object, &client, policy, NOW.parse().unwrap(), &SOFTWARE);
        judged.err().map(|rejection| rejection.error.to_string())
    })
}

/// What an accepted object leads to.
fn reported(object: &[u8], challenge: Challenge<'_>, then: impl FnOnce(&VerifiedCredential<'_>, &str)) {
    let object = AttestationObject::from_cbor(object).unwrap();
    with_policy(
        |builder| builder,
        |policy| {
            let sha256 = hash(HashAlgorithm::Sha256, CLIENT_DATA).try_into().unwrap();
            let client = ClientData::read_by_caller(sha256, challenge, ORIGIN);
            let report = verify_webauthn(&object, &client, policy, NOW.parse().unwrap(), &SOFTWARE).unwrap();
            assert_eq!(report.pcrs().count(), 0);
            let Some(attested @ Attested::Credential(credential)) = report.attested() else { panic!("no credential") };
            assert_eq!(attested.is_fresh(), credential.is_fresh());
            then(credential, &report.to_string());
        },
    );
}

fn judge(statement: &Statement) -> Option<String> {
    judge_with(&statement.object(), CLIENT_DATA, ORIGIN, |builder| builder)
}

fn refused(statement: &Statement, reason: &str) {
    let found = judge(statement).expect("it is accepted");
    assert!(found.contains(reason), "{found:?} and not {reason:?}");
}

#[test]
fn a_genuine_statement_is_accepted() {
    assert_eq!(judge(&Statement::genuine()), None);
    // The form of the specification.
    assert_eq!(judge(&Statement { framed: true, ..Statement::genuine() }), None);
    reported(&Statement::genuine().object(), Challenge::nonce(NONCE).unwrap(), |credential, text| {
        let data = credential.authenticator_data().unwrap();
        assert_eq!((data.credential_id, data.sign_count), (&b"the credential"[..], 7));
        assert!(credential.is_fresh());
        assert_eq!(credential.certified().info().unwrap().name.0, name(&Statement::genuine().public));
        for line in
            ["pass         certify", "pass         origin", "pass         relying-party", "not checked  revocation"]
        {
            assert!(text.contains(line), "{line}: {text}");
        }
    });
}

#[test]
fn q01_q02_only_what_a_tpm_made_about_a_key() {
    for magic in [0, 0x474354ff, 0xff54_4346] {
        refused(&Statement { magic, ..Statement::genuine() }, "no TPM made the signed structure");
    }
    // Of the same layout as TPMS_CERTIFY_INFO, by its first two fields.
    let creation = Statement { type_: 0x801a, ..Statement::genuine() };
    refused(&creation, "not TPM_ST_ATTEST_CERTIFY");
    for type_ in [0x8014, 0x8015, 0x8016, 0x8018, 0x8019, 0x801c] {
        assert!(judge(&Statement { type_, ..Statement::genuine() }).is_some(), "{type_:#x}");
    }
}

#[test]
fn q18_q19_other_client_data_or_authenticator_data() {
    let object = Statement::genuine().object();
    let found = judge_with(&object, b"{}", ORIGIN, |builder| builder).unwrap();
    assert!(found.contains("the TPM certified the key for something else"), "{found}");
    let right = hash(
        HashAlgorithm::Sha256,
        &[Statement::genuine().authenticator_data(), hash(HashAlgorithm::Sha256, CLIENT_DATA)].concat(),
    );
    for extra in [vec![], right[..31].to_vec(), [&right[..], &[0]].concat()] {
        let statement = Statement { extra_data: Some(extra), ..Statement::genuine() };
        refused(&statement, "the TPM certified the key for something else");
    }
    // Authenticator data that the TPM did not sign for, with the same key.
    let signed = Statement::genuine();
    let stolen = Statement { flags: 0x41, extra_data: Some(right), ..signed };
    refused(&stolen, "the TPM certified the key for something else");
}

#[test]
fn k04_the_certified_key_is_the_credentials() {
    let other = Key::new(50);
    refused(&Statement { cose_key: cose_key(&other), ..Statement::genuine() }, "is not the key that the TPM certified");
    let statement = Statement { name: Some(name(&other.public_area(0x0004_0072))), ..Statement::genuine() };
    refused(&statement, "the TPM certified another key");
    // The same key with other attributes has another Name.
    let lax =
        Statement { public: credential_key().public_area_with(0x0004_0040, &[0x00, 0x10]), ..Statement::genuine() };
    let signed_name = name(&Statement::genuine().public);
    refused(&Statement { name: Some(signed_name), ..lax }, "the TPM certified another key");
    // A Name of the right digest by another algorithm, or cut short.
    let right = name(&Statement::genuine().public);
    for wrong in [right[..33].to_vec(), [&[0x00, 0x0c], &right[2..]].concat(), vec![]] {
        refused(&Statement { name: Some(wrong), ..Statement::genuine() }, "the TPM certified another key");
    }
}

#[test]
fn s01_s05_signatures() {
    refused(&Statement { signer: Key::new(60), ..Statement::genuine() }, "the signature");
    for algorithm in [-257, -65535, -37, -35, -8, 0] {
        assert!(judge(&Statement { algorithm, ..Statement::genuine() }).is_some(), "{algorithm}");
    }
    refused(&Statement { algorithm: -35, framed: true, ..Statement::genuine() }, "another algorithm than alg says");
    const SHA384: &[HashAlgorithm] = &[HashAlgorithm::Sha384];
    let found =
        judge_with(&Statement::genuine().object(), CLIENT_DATA, ORIGIN, |builder| builder.signature_hashes(SHA384));
    assert!(found.unwrap().contains("quote.signature_hash"));
    let object = Statement::genuine().object();
    for place in (0..object.len()).step_by(11) {
        let mut other = object.clone();
        other[place] ^= 0x20;
        assert!(judge_with(&other, CLIENT_DATA, ORIGIN, |builder| builder).is_some(), "byte {place}");
    }
}

#[test]
fn x06_x09_the_profile_of_the_attestation_keys_certificate() {
    let with = |extensions: Vec<Vec<u8>>| Statement {
        certificates: vec![certificate(extensions).sign(&authority_key())],
        ..Statement::genuine()
    };
    let replace = |place: usize, by: Vec<u8>| {
        let mut extensions = profile();
        extensions[place] = by;
        with(extensions)
    };
    refused(&replace(0, vec![]), "basicConstraints");
    refused(&replace(0, basic_constraints(true, None)), "authority");
    assert!(judge(&replace(1, key_usage(forge::SIGNS_CERTIFICATES))).is_some());
    refused(&replace(2, vec![]), "purpose");
    let server = extension(forge::EXTENDED_KEY_USAGE, false, &sequence(&[&oid(forge::SERVER_AUTH)]));
    refused(&replace(2, server), "purpose");
    refused(&replace(3, vec![]), "no critical subjectAltName");
    let names = |critical, value: &[u8]| extension(forge::ALTERNATIVE_NAME, critical, value);
    refused(&replace(3, names(false, &tpm_names(&[1, 2, 3]))), "no critical subjectAltName");
    for lacking in [&[1, 2][..], &[1, 3], &[2, 3], &[]] {
        refused(&replace(3, names(true, &tpm_names(lacking))), "tcg-at-tpmManufacturer");
    }
    // A name of another kind with the same bytes.
    let other = sequence(&[&tlv(0xa5, &tpm_names(&[1, 2, 3])[4..])]);
    assert!(judge(&replace(3, names(true, &other))).is_some());
    let mut named = certificate(profile());
    named.subject = forge::distinguished_name(0x0c, "a machine");
    refused(
        &Statement { certificates: vec![named.sign(&authority_key())], ..Statement::genuine() },
        "its subject is not empty",
    );
    // The model, where the certificate names it.
    let model = |critical, octets: &[u8]| {
        let mut extensions = profile();
        extensions.push(extension(FIDO_AAGUID, critical, &tlv(0x04, octets)));
        with(extensions)
    };
    assert_eq!(judge(&model(false, &[8; 16])), None);
    refused(&model(false, &[9; 16]), "another model of authenticator");
    refused(&model(false, &[8; 15]), "id-fido-gen-ce-aaguid");
    assert!(judge(&model(true, &[8; 16])).is_some());
}

/// Windows marks the policies of these certificates as critical; they are understood, and nothing else is.
#[test]
fn x08_critical_extensions() {
    let with = |extensions: Vec<Vec<u8>>| Statement {
        certificates: vec![certificate(extensions).sign(&authority_key())],
        ..Statement::genuine()
    };
    let policies = |value: &[u8]| {
        let mut extensions = profile();
        extensions[4] = extension(crate::common::webauthn::CERTIFICATE_POLICIES, true, value);
        with(extensions)
    };
    let policy = sequence(&[&oid("2b0601040182371515")]);
    assert_eq!(judge(&policies(&sequence(&[&policy]))), None);
    let unknown = sequence(&[&oid("2b06010505070203"), &tlv(0x0c, b"?")]);
    let qualified = sequence(&[&oid("2b0601040182371515"), &sequence(&[&unknown])]);
    for wrong in [sequence(&[]), sequence(&[&qualified]), sequence(&[&sequence(&[])]), tlv(0x05, &[])] {
        refused(&policies(&wrong), "critical");
    }
    // What a policy is asked to be (RFC 5280, 4.2.1.11 and 4.2.1.14) is understood by nobody here.
    for oid in ["551d24", "551d36", "2a0304"] {
        let mut extensions = profile();
        extensions.push(extension(oid, true, &sequence(&[])));
        refused(&with(extensions), "critical");
    }
    // The signature is over the certificate as it came: one that was signed as not critical is another.
    let mut shown = certificate(profile());
    let critical = shown.body();
    let not_critical = {
        let place = critical.windows(8).position(|at| at == [0x06, 0x03, 0x55, 0x1d, 0x20, 0x01, 0x01, 0xff]).unwrap();
        let mut body = critical.clone();
        body[place + 7] = 0;
        body
    };
    let signed = shown.sign_body(&not_critical, &authority_key());
    let place = signed.windows(8).position(|at| at == [0x06, 0x03, 0x55, 0x1d, 0x20, 0x01, 0x01, 0x00]).unwrap();
    let mut forged = signed.clone();
    forged[place + 7] = 0xff;
    refused(&Statement { certificates: vec![forged], ..Statement::genuine() }, "signature");
    shown.extensions.pop();
    let plain = Statement { certificates: vec![shown.sign(&authority_key())], ..Statement::genuine() };
    assert_eq!(judge(&plain), None);
    // Any other change of such a certificate breaks it too.
    let genuine = certificate(profile()).sign(&authority_key());
    for place in (60..genuine.len()).step_by(5) {
        let mut other = genuine.clone();
        other[place] ^= 1;
        assert!(judge(&Statement { certificates: vec![other], ..Statement::genuine() }).is_some(), "byte {place}");
    }
}

#[test]
fn x01_x02_x11_the_chain() {
    refused(&Statement { certificates: vec![], ..Statement::genuine() }, "no certificate");
    let stranger = Key::new(99);
    let own = certificate(profile()).sign(&stranger);
    assert!(judge(&Statement { certificates: vec![own.clone()], ..Statement::genuine() }).is_some());
    let look_alike = forge::Certificate::authority("attestation", "attestation", &stranger).sign(&stranger);
    assert!(judge(&Statement { certificates: vec![own, look_alike], ..Statement::genuine() }).is_some());
    let leaf = certificate(profile()).sign(&authority_key());
    assert_eq!(judge(&Statement { certificates: vec![leaf.clone(), authority()], ..Statement::genuine() }), None);
    assert!(judge(&Statement { certificates: vec![authority(), leaf.clone()], ..Statement::genuine() }).is_some());
    refused(&Statement { certificates: vec![leaf.clone(); 9], ..Statement::genuine() }, "over the limit of 8");
    let expired = forge::Certificate { not_after: tlv(0x17, b"260201000000Z"), ..certificate(profile()) };
    refused(&Statement { certificates: vec![expired.sign(&authority_key())], ..Statement::genuine() }, "expired");
}

#[test]
fn q16_p04_p05_the_object_is_read_strictly() {
    let genuine = Statement::genuine();
    let object = genuine.object();
    for end in 0..object.len() {
        assert!(AttestationObject::from_cbor(&object[..end]).is_err(), "{end} bytes");
    }
    assert!(AttestationObject::from_cbor(&[&object[..], &[0]].concat()).is_err());
    let more = |name: &str| Statement { more: vec![(text(name), text("2.0"))], ..Statement::genuine() };
    refused(&more("ver"), "a field that stands twice");
    refused(&more("ecdaaKeyId"), "a field that is not known");
    let outer = |name: &str, value| Statement { outer: vec![(text(name), value)], ..Statement::genuine() };
    refused(&outer("fmt", text("tpm")), "a field that stands twice");
    refused(&outer("epAtt", uint(1)), "a field that is not known");
    for wrong in [text("packed"), text("TPM"), bytes(b"tpm")] {
        let object = map(&[(text("fmt"), wrong), (text("attStmt"), map(&[])), (text("authData"), bytes(&[]))]);
        assert!(AttestationObject::from_cbor(&object).is_err());
    }
    // Depth and lengths that lie.
    let deep = [vec![0x81; 100_000], vec![0xf6]].concat();
    assert!(AttestationObject::from_cbor(&map(&[(text("attStmt"), deep)])).is_err());
    assert!(AttestationObject::from_cbor(&[&[0xbb], &[0xff; 8][..]].concat()).is_err());
}

#[test]
fn q12_q17_authenticator_data_are_read_strictly() {
    let refused_as = |statement: Statement| assert!(judge(&statement).unwrap().starts_with("unreadable"));
    // Extensions without their flag, the flag without extensions, and more than one map of them.
    refused_as(Statement { extensions: map(&[]), ..Statement::genuine() });
    refused_as(Statement { flags: 0xc5, ..Statement::genuine() });
    refused_as(Statement { flags: 0xc5, extensions: [map(&[]), map(&[])].concat(), ..Statement::genuine() });
    refused_as(Statement { flags: 0xc5, extensions: uint(1), ..Statement::genuine() });
    let extensions = map(&[(text("credProtect"), array(&[uint(2), map(&[(uint(1), uint(1))])]))]);
    assert_eq!(judge(&Statement { flags: 0xc5, extensions, ..Statement::genuine() }), None);
    refused_as(Statement { flags: 0x05, ..Statement::genuine() });
    let (x, y) = credential_key().coordinates();
    let key = |pairs: &[(i64, Vec<u8>)]| {
        map(&pairs.iter().map(|(label, value)| (int(*label), value.clone())).collect::<Vec<_>>())
    };
    for wrong in [
        key(&[(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(&x))]),
        key(&[(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(&x)), (-3, bytes(&y)), (-3, bytes(&y))]),
        key(&[(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(&x)), (-3, vec![0xf5])]),
        key(&[(1, int(2)), (3, int(-7)), (-1, int(3)), (-2, bytes(&x)), (-3, bytes(&y))]),
        key(&[(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, bytes(&x[1..])), (-3, bytes(&y))]),
        key(&[(1, int(3)), (3, int(-257)), (-1, bytes(&x)), (-2, bytes(&y)), (-3, bytes(&y))]),
        key(&[(1, int(1)), (3, int(-8)), (-1, int(6)), (-2, bytes(&x))]),
        key(&[(1, int(2)), (-1, int(1)), (-2, bytes(&x)), (-3, bytes(&y))]),
        key(&[(1, int(2)), (3, int(-7)), (4, int(1)), (-1, int(1)), (-2, bytes(&x)), (-3, bytes(&y))]),
    ] {
        refused_as(Statement { cose_key: wrong, ..Statement::genuine() });
    }
}

/// Whether the object is read at all.
fn reads(statement: &Statement) -> Result<(), String> {
    AttestationObject::from_cbor(&statement.object()).map(|_| ()).map_err(|error| error.to_string())
}

#[test]
fn q17_authenticator_data_are_read_to_their_bounds() {
    let statement = |length| Statement { credential_id: vec![7; length], ..Statement::genuine() };
    assert_eq!((judge(&statement(1023)), reads(&statement(1023))), (None, Ok(())));
    for length in [1024, 1025, 5000] {
        assert!(reads(&statement(length)).unwrap_err().contains("over the limit of 1023"), "{length}");
    }
    // Keys of all kinds that are known: another than the certified one is refused for that, and not because it cannot be read.
    let rsa = |exponent: &[u8]| {
        map(&[(int(1), int(3)), (int(3), int(-257)), (int(-1), bytes(&[0xc1; 256])), (int(-2), bytes(exponent))])
    };
    let p384 = |length: usize| {
        let (x, y) = (bytes(&[1; 48]), bytes(&vec![2; length]));
        map(&[(int(1), int(2)), (int(3), int(-35)), (int(-1), int(2)), (int(-2), x), (int(-3), y)])
    };
    let with = |cose_key| Statement { cose_key, ..Statement::genuine() };
    for known in [rsa(&[1, 0, 1]), rsa(&[1; 8]), p384(48)] {
        assert_eq!(reads(&with(known.clone())), Ok(()));
        refused(&with(known), "is not the key that the TPM certified");
    }
    for length in [9, 10, 16] {
        assert!(reads(&with(rsa(&vec![1; length]))).unwrap_err().contains("over the limit of 8"), "{length}");
    }
    assert!(reads(&with(p384(32))).unwrap_err().contains("length 32 where 48 is expected"));
}

#[test]
fn q17_the_flags_say_who_was_there() {
    for (flags, verified) in [(0x45, true), (0x41, false)] {
        let object = Statement { flags, ..Statement::genuine() }.object();
        reported(&object, Challenge::nonce(NONCE).unwrap(), |credential, text| {
            let data = credential.authenticator_data().unwrap();
            assert_eq!((data.user_present(), data.user_verified()), (true, verified), "{flags:#x}");
            let user = if verified { "user verified" } else { "user not verified" };
            for words in ["  credential  ", "         name 000b", user] {
                assert!(text.contains(words), "{words}: {text}");
            }
        });
        reported(&object, Challenge::insecure_no_freshness(), |credential, _| assert!(!credential.is_fresh()));
    }
}

#[test]
fn s05_a_framed_signature_is_of_the_scheme_and_hash_of_alg() {
    let algorithms = [
        (-257, 0x14u16, 0x0bu16),
        (-258, 0x14, 0x0c),
        (-259, 0x14, 0x0d),
        (-65535, 0x14, 0x04),
        (-37, 0x16, 0x0b),
        (-38, 0x16, 0x0c),
        (-39, 0x16, 0x0d),
    ];
    let read = |algorithm, scheme: u16, hash: u16| {
        let framed = [&scheme.to_be_bytes()[..], &hash.to_be_bytes(), &sized(&[7; 256])].concat();
        reads(&Statement { algorithm, signature: Some(framed), ..Statement::genuine() })
    };
    for (algorithm, scheme, hash) in algorithms {
        for (_, other_scheme, other_hash) in algorithms {
            let found = read(algorithm, other_scheme, other_hash);
            if (other_scheme, other_hash) == (scheme, hash) {
                assert_eq!(found, Ok(()), "{algorithm}");
            } else {
                let found = found.unwrap_err();
                assert!(found.contains("another algorithm than alg says"), "{algorithm}: {found}");
            }
        }
    }
}

#[test]
fn t01_t02_for_this_relying_party_from_this_origin() {
    refused(&Statement { rp_id: "example.com".into(), ..Statement::genuine() }, "another relying party");
    refused(&Statement { flags: 0x44, ..Statement::genuine() }, "nobody was present");
    let object = Statement::genuine().object();
    for origin in ["https://example.org.", "https://evil.example.org", "http://example.org", ""] {
        let found = judge_with(&object, CLIENT_DATA, origin, |builder| builder).unwrap();
        assert!(found.contains("which the policy does not name"), "{found}");
    }
    // Where the policy names no origin, that is told.
    const ANY: &[RelyingParty<'_>] = &[RelyingParty { id: RP_ID, origins: PolicyList::EMPTY }];
    assert_eq!(judge_with(&object, CLIENT_DATA, "https://elsewhere", |builder| builder.relying_parties(ANY)), None);
}

#[test]
fn p01_p03_policies_of_relying_parties() {
    let root = authority();
    let anchors = [Anchor::Certificate(&root)];
    let build = |parties: &[RelyingParty<'_>], rules: &[PcrRule<'_>]| {
        Policy::builder().anchors(&anchors).relying_parties(parties).pcrs(rules).build().err()
    };
    let party = |id| RelyingParty { id, origins: PolicyList::EMPTY };
    assert_eq!(build(&[], &[]), Some(PolicyError::Empty));
    assert_eq!(build(&[party("")], &[]), Some(PolicyError::RelyingParty));
    assert_eq!(build(&[party("a"), party("a")], &[]), Some(PolicyError::RelyingParty));
    assert_eq!(
        build(&[party("a")], &[PcrRule::zero(HashAlgorithm::Sha256, 0)]),
        Some(PolicyError::WebauthnBesideQuote)
    );
    for switches in [
        ImaRules { accept_violations: true, ..ImaRules::default() },
        ImaRules { padded_banks: PolicyList::new(&[HashAlgorithm::Sha384]), ..ImaRules::default() },
    ] {
        let of_lists = [party("a")];
        let built = Policy::builder().anchors(&anchors).relying_parties(&of_lists).ima(switches).build();
        assert_eq!(built.err(), Some(PolicyError::WebauthnBesideQuote));
    }
    assert_eq!(build(&[party("a"), party("b")], &[]), None);
    // A policy of one kind judges no evidence of the other.
    let quote = crate::common::swtpm("p256_sha256", None);
    let proof = tpmproof::Proof::from_der(&quote.der).unwrap();
    let challenge = Challenge::nonce(&quote.nonce).unwrap();
    let parties = [party(RP_ID)];
    let pins = [Pin::Name(&quote.name)];
    let policy = Policy::builder().pinned(&pins).relying_parties(&parties).build().unwrap();
    let rejection = tpmproof::verify_proof(&proof, &policy, &challenge, NOW.parse().unwrap()).unwrap_err();
    assert_eq!(rejection.error, VerifyError::Evidence(EvidenceError::PolicyOfWebauthn));
    let rules = [PcrRule::zero(HashAlgorithm::Sha256, 0)];
    let policy = Policy::builder().anchors(&anchors).pcrs(&rules).build().unwrap();
    let object = Statement::genuine().object();
    let object = AttestationObject::from_cbor(&object).unwrap();
    let client = ClientData::read_by_caller([0; 32], challenge, ORIGIN);
    let rejection = verify_webauthn(&object, &client, &policy, NOW.parse().unwrap(), &SOFTWARE).unwrap_err();
    assert_eq!(rejection.error, VerifyError::Evidence(EvidenceError::NoRelyingParty));
}

/// A TPM certifies a key that was brought into it as gladly as one that it made: whoever brought it may have kept a copy.
#[test]
fn k05_a_key_that_the_tpm_did_not_make_or_that_may_leave_it() {
    for (bit, name) in [(1, "FIXED_TPM"), (4, "FIXED_PARENT"), (5, "SENSITIVE_DATA_ORIGIN"), (18, "SIGN")] {
        let public = credential_key().public_area_with(0x0004_0072 & !(1 << bit), &[0x00, 0x10]);
        let found = judge(&Statement { public, ..Statement::genuine() }).expect(name);
        assert!(found.contains("not one that its TPM made and keeps") && found.contains(name), "{name}: {found}");
    }
}

/// The stair stands alone: any key that a trusted key certified.
#[test]
fn a_certified_key_without_webauthn() {
    let statement = Statement { extra_data: Some(NONCE.to_vec()), ..Statement::genuine() };
    let (message, public) = (statement.cert_info(), aik().public_area(forge::AK_ATTRIBUTES));
    let signature = aik().sign(&message);
    let evidence = KeyEvidence::new().with_public(&public);
    let known = name(&public);
    let key = TrustedKey::pinned(&evidence, &[Pin::Name(&known)], &SOFTWARE).unwrap();
    let signed = Attestation::new(&message, &signature).unwrap().verify_signature(&key).unwrap();
    let certified = signed.verify_certify(NONCE, &statement.public).unwrap();
    assert_eq!(certified.public(), statement.public);
    assert!(matches!(signed.verify_certify(b"other", &statement.public), Err(VerifyError::QualifyingData { .. })));
    assert!(matches!(signed.verify_certify(NONCE, &public), Err(VerifyError::CertifiedName { .. })));
    assert!(matches!(signed.verify_certify(NONCE, b""), Err(VerifyError::Decode { .. })));
    assert!(
        signed
            .verify_quote(&Challenge::nonce(NONCE).unwrap(), &tpmproof::verify::PcrValues::new(&[]).unwrap())
            .is_err()
    );
}

#[test]
fn seeds_of_fuzzing() {
    let extensions = map(&[(text("credProtect"), uint(2))]);
    let extended = Statement { flags: 0xc5, extensions, framed: true, ..Statement::genuine() };
    crate::common::fuzz_seeds(
        "webauthn",
        &[("genuine", Statement::genuine().object()), ("extended", extended.object())],
    );
}

/// The list of the attestation keys' authority, which revokes the key's certificate if it shall.
fn list(leaf_revoked: bool) -> Vec<u8> {
    let list = forge::RevocationList::of("attestation");
    // The serial number of every certificate here.
    let list = if leaf_revoked { list.revoking(&[0x11], &[]) } else { list };
    list.sign(&authority_key())
}

/// The error, or what the report says, with these lists.
fn judge_listed(lists: &[Vec<u8>], require_crl: bool) -> Result<String, String> {
    let bytes = Statement::genuine().object();
    let lists: Vec<_> = lists.iter().map(|der| RevocationList::from_der(der).unwrap()).collect();
    let object = AttestationObject::from_cbor(&bytes).unwrap().with_revocation_lists(&lists);
    with_policy(
        |builder| {
            let purposes = builder.purposes();
            builder.certificate(CertificateRules { purposes, require_crl, ..CertificateRules::default() })
        },
        |policy| {
            let sha256 = hash(HashAlgorithm::Sha256, CLIENT_DATA).try_into().unwrap();
            let client = ClientData::read_by_caller(sha256, Challenge::nonce(NONCE).unwrap(), ORIGIN);
            let judged = verify_webauthn(&object, &client, policy, NOW.parse().unwrap(), &SOFTWARE);
            judged.map(|report| report.to_string()).map_err(|rejection| rejection.error.to_string())
        },
    )
}

#[test]
fn x12_lists_beside_a_statement() {
    for required in [false, true] {
        let report = judge_listed(&[list(false)], required).unwrap();
        assert!(report.contains("pass         revocation"), "{report}");
        let error = judge_listed(&[list(true)], required).unwrap_err();
        assert!(error.contains("with the serial number 11 was revoked at"), "{error}");
    }
    let report = judge_listed(&[], false).unwrap();
    assert!(report.contains("not checked  revocation"), "{report}");
    let error = judge_listed(&[], true).unwrap_err();
    assert!(error.contains("key.require_crl"), "{error}");
}

#[cfg(feature = "cli")]
mod on_the_command_line {
    use super::*;
    use crate::common::cli::{Folder, run};

    fn words(line: &[&str]) -> Vec<String> {
        line.iter().map(|word| (*word).to_owned()).collect()
    }

    const POLICY: &str = "version = 1\n[key]\nroot_files = [\"root.der\"]\n[webauthn]\nrp_id = \"example.org\"\norigins = [\"https://example.org\"]\n";

    #[test]
    fn p12_verify_and_show() {
        let folder = Folder::new("webauthn");
        let nonce: String = NONCE.iter().map(|byte| format!("{byte:02x}")).collect();
        let object = folder.write("object.cbor", &Statement::genuine().object());
        let client = folder.write("client.json", CLIENT_DATA);
        folder.write("root.der", &authority());
        let policy = folder.write("policy.toml", POLICY.as_bytes());
        let compiled = folder.path("policy.der");
        assert_eq!(run(&words(&["policy", "compile", &policy, "-o", &compiled])).code, 0);
        let with = |policy: &str, client: &str, more: &[&str]| {
            let line = ["verify", &object, "--client-data", client, "--policy", policy, "--nonce", &nonce, "--at", NOW];
            run(&words(&[&line[..], more].concat()))
        };
        for policy in [&policy, &compiled] {
            let outcome = with(policy, &client, &[]);
            assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
            assert!(outcome.out.starts_with("ACCEPTED"));
        }
        let value: serde_json::Value = serde_json::from_str(&with(&policy, &client, &["--json"]).out).unwrap();
        assert_eq!(value["quote"]["kind"], "webauthn-tpm");
        let schema = serde_json::from_str(include_str!("../../src/verify/report.schema.json")).unwrap();
        assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&value), "{value}");
        let shown = run(&words(&["show", &object]));
        assert_eq!(shown.code, 0, "{}", shown.notes);
        assert!(shown.out.contains("rpIdHash") && shown.out.contains("TPM_ST_ATTEST_CERTIFY"), "{}", shown.out);
        // What it is can be said, and what is broken of it is told.
        assert_eq!(with(&policy, &client, &["--as", "webauthn"]).code, 0);
        let outcome = with(&policy, &client, &["--as", "nitrotpm"]);
        assert!(outcome.code == 1 && outcome.out.contains("it is no nitrotpm"), "{}", outcome.out);
        let whole = Statement::genuine().object();
        let cut = folder.write("cut.cbor", &whole[..whole.len() - 1]);
        let outcome = run(&words(&["verify", &cut, "--client-data", &client, "--policy", &policy, "--nonce", "00"]));
        let reason = "it is no webauthn: the attestation object of WebAuthn cannot be read: ";
        assert!(outcome.code == 1 && outcome.out.contains(reason), "{}", outcome.out);
        // Without the client data nothing can be said.
        let line = ["verify", &object, "--policy", &policy, "--nonce", &nonce, "--at", NOW];
        assert_eq!(run(&words(&line)).code, 2);
    }

    #[test]
    fn x12_lists_of_the_command_line() {
        let folder = Folder::new("webauthn-lists");
        let nonce: String = NONCE.iter().map(|byte| format!("{byte:02x}")).collect();
        let object = folder.write("object.cbor", &Statement::genuine().object());
        let client = folder.write("client.json", CLIENT_DATA);
        folder.write("root.der", &authority());
        let required = POLICY.replace("[webauthn]", "require_crl = true\n[webauthn]");
        let policy = folder.write("policy.toml", required.as_bytes());
        let lists = [false, true].map(|revoked| folder.write(&format!("{revoked}.crl"), &list(revoked)));
        let judge = |lists: &[&str]| {
            let line =
                ["verify", &object, "--client-data", &client, "--policy", &policy, "--nonce", &nonce, "--at", NOW];
            run(&words(&[&line[..], lists].concat()))
        };
        let outcome = judge(&["--crl", &lists[0]]);
        assert_eq!(outcome.code, 0, "{}{}", outcome.out, outcome.notes);
        for (lists, reason) in [(&["--crl", &lists[1]][..], "was revoked at"), (&[], "key.require_crl")] {
            let outcome = judge(lists);
            assert_eq!(outcome.code, 1, "{}", outcome.notes);
            assert!(outcome.out.contains(reason) && outcome.out.contains("fail         revocation"), "{}", outcome.out);
        }
    }

    /// Client data whose hash the TPM signed, and which are not what was asked.
    #[test]
    fn p04_p08_client_data() {
        let folder = Folder::new("client-data");
        let nonce: String = NONCE.iter().map(|byte| format!("{byte:02x}")).collect();
        folder.write("root.der", &authority());
        let policy = folder.write("policy.toml", POLICY.as_bytes());
        let text = std::str::from_utf8(CLIENT_DATA).unwrap();
        let judge = |client_data: &str| {
            let statement = Statement { client_data: client_data.as_bytes().to_vec(), ..Statement::genuine() };
            let object = folder.write("object.cbor", &statement.object());
            let client = folder.write("client.json", client_data.as_bytes());
            let line =
                ["verify", &object, "--client-data", &client, "--policy", &policy, "--nonce", &nonce, "--at", NOW];
            run(&words(&line))
        };
        assert_eq!(judge(text).code, 0);
        // What a browser adds is no error.
        assert_eq!(
            judge(&text.replace("false}", "false,\"other_keys_can_be_added_here\":\"do not compare\"}")).code,
            0
        );
        for (other, reason) in [
            (text.replace("webauthn.create", "webauthn.get"), "of the type"),
            (text.replace("Li4\"", "Li5\""), "another challenge"),
            (text.replace("Li4\"", "Li4=\""), "another challenge"),
            (text.replace("https://example.org", "https://example.com"), "origin"),
            (text.replace("false", "true"), "crossOrigin"),
            (text.replace("false", "\"false\""), "crossOrigin"),
            (text.replace("\"crossOrigin\":false", "\"origin\":\"https://example.org\""), "twice"),
            (text.replace("\"type\"", "\"types\""), "no text \"type\""),
            (format!("{text} "), ""),
            (format!("{text}{text}"), "cannot be read"),
            ("[]".to_owned(), "no JSON object"),
        ] {
            let outcome = judge(&other);
            if reason.is_empty() {
                assert_eq!(outcome.code, 0);
                continue;
            }
            assert_eq!(outcome.code, 1, "{other}: {}", outcome.out);
            assert!(outcome.out.contains(reason), "{other}: {}", outcome.out);
        }
    }

    #[test]
    fn p01_policies_that_make_no_sense() {
        let folder = Folder::new("webauthn-policies");
        folder.write("root.der", &authority());
        let object = folder.write("object.cbor", &Statement::genuine().object());
        let client = folder.write("client.json", CLIENT_DATA);
        for more in [
            "[pcr.sha256]\n0 = \"zero\"\n",
            "[quote]\nrequire_safe_clock = true\n",
            "[quote]\nallow_resettable = [16]\n",
            "[events]\naccept_any_boot = true\n",
        ] {
            let policy = folder.write("policy.toml", format!("{POLICY}{more}").as_bytes());
            let line = ["verify", &object, "--client-data", &client, "--policy", &policy, "--nonce", "00", "--at", NOW];
            let outcome = run(&words(&line));
            assert_eq!(outcome.code, 2, "{more}");
            assert!(outcome.notes.contains("[webauthn] is about"), "{}", outcome.notes);
        }
        for wrong in
            ["rp_id = \"\"\n", "origins = []\nrp_id = \"a\"\n", "origins = [\"b\"]\n", "rp_id = \"a\"\nother = 1\n"]
        {
            let text = format!("version = 1\n[key]\nroot_files = [\"root.der\"]\n[webauthn]\n{wrong}");
            let policy = folder.write("policy.toml", text.as_bytes());
            let line = ["verify", &object, "--client-data", &client, "--policy", &policy, "--nonce", "00", "--at", NOW];
            assert_eq!(run(&words(&line)).code, 2, "{wrong}");
        }
    }
}
