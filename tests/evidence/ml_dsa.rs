//! Promise: quotes, certificates and public areas with ML-DSA keys are judged as others are; the PCR values are hashed by the key's
//! `nameAlg`, and never by a guess.
//!
//! No TPM with ML-DSA can be had to make vectors: the signatures are of the crate's own signer, and the arithmetic is held against
//! Project Wycheproof in `wycheproof.rs`.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run};
use crate::common::forge::{AK_ATTRIBUTES, Attest, Certificate, Key, NONCE, NOW, hash, oid, sequence, sized, tlv};
use ml_dsa::{B32, ExpandedSigningKey, MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use tpmproof::crypto::{Crypto, CryptoError, Digest, HashAlgorithm, MlDsaParameters, PublicKey, SOFTWARE, Signature};
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{
    Anchor, Challenge, PcrRule, PcrValue, Pin, Policy, PolicyBuilder, Report, Time, VerifyError, spki_sha256,
};
use tpmproof::{Proof, verify_proof_with};

const SETS: [MlDsaParameters; 3] = [MlDsaParameters::MlDsa44, MlDsaParameters::MlDsa65, MlDsaParameters::MlDsa87];
const SHA256: u16 = 0x000b;
const VALUE: &[u8] = &[6; 32];

/// Signs the parts of a message, one after the other, as they are: without a prefix.
type Signer = Box<dyn Fn(&[&[u8]]) -> Vec<u8>>;

/// A key in software.
struct Lattice {
    set: MlDsaParameters,
    public: Vec<u8>,
    sign: Signer,
}

fn lattice(set: MlDsaParameters, number: u8) -> Lattice {
    fn of<P: MlDsaParams + 'static>(set: MlDsaParameters, number: u8) -> Lattice {
        let key = ExpandedSigningKey::<P>::from_seed(&B32::from([number; 32]));
        let public = key.verifying_key().encode().to_vec();
        let sign = move |parts: &[&[u8]]| key.sign_internal(parts, &B32::default()).encode().to_vec();
        Lattice { set, public, sign: Box::new(sign) }
    }
    match set {
        MlDsaParameters::MlDsa44 => of::<MlDsa44>(set, number),
        MlDsaParameters::MlDsa65 => of::<MlDsa65>(set, number),
        MlDsaParameters::MlDsa87 => of::<MlDsa87>(set, number),
    }
}

/// The last octet of the identifiers below 2.16.840.1.101.3.4.2.
const HASHES: [(HashAlgorithm, u8); 6] = [
    (HashAlgorithm::Sha256, 1),
    (HashAlgorithm::Sha384, 2),
    (HashAlgorithm::Sha512, 3),
    (HashAlgorithm::Sha3_256, 8),
    (HashAlgorithm::Sha3_384, 9),
    (HashAlgorithm::Sha3_512, 10),
];

impl Lattice {
    /// FIPS 204, algorithm 2, line 10: a zero, and the length of no context.
    fn pure(&self, message: &[u8]) -> Vec<u8> {
        (self.sign)(&[&[0, 0], message])
    }

    /// FIPS 204, algorithm 4, line 23: a one, and the identifier of the hash.
    fn prehashed(&self, algorithm: HashAlgorithm, message: &[u8]) -> Vec<u8> {
        let last = HASHES.iter().find(|(known, _)| *known == algorithm).unwrap().1;
        let identifier = [&crate::common::hex("06096086480165030402")[..], &[last]].concat();
        (self.sign)(&[&[1, 0], &identifier, &hash(algorithm, message)])
    }

    fn number(&self) -> u8 {
        1 + SETS.iter().position(|set| *set == self.set).unwrap() as u8
    }

    /// A `TPMT_PUBLIC` of `TPM_ALG_MLDSA`, or with a hash of `TPM_ALG_HASH_MLDSA`.
    fn area(&self, name_alg: u16, prehash: Option<u16>) -> Vec<u8> {
        let (type_, rest) = match prehash {
            None => (0x00a1_u16, vec![0]),
            Some(hash) => (0x00a2, hash.to_be_bytes().to_vec()),
        };
        self.area_with(type_, name_alg, &[&[0, self.number()], &rest[..]].concat())
    }

    fn area_with(&self, type_: u16, name_alg: u16, parameters: &[u8]) -> Vec<u8> {
        let head = [&type_.to_be_bytes()[..], &name_alg.to_be_bytes(), &AK_ATTRIBUTES.to_be_bytes(), &[0, 0]].concat();
        [&head, parameters, &sized(&self.public)].concat()
    }

    fn algorithm(&self) -> Vec<u8> {
        sequence(&[&oid(&format!("60864801650304031{}", self.number()))])
    }

    fn spki(&self) -> Vec<u8> {
        sequence(&[&self.algorithm(), &tlv(0x03, &[&[0], &self.public[..]].concat())])
    }

    /// Signs a certificate (RFC 9881, 3).
    fn certify(&self, certificate: &Certificate) -> Vec<u8> {
        let mut certificate = certificate.clone();
        certificate.inner_algorithm = self.algorithm();
        let body = certificate.body();
        sequence(&[&body, &self.algorithm(), &tlv(0x03, &[&[0], &self.pure(&body)[..]].concat())])
    }
}

fn tpmt_mldsa(signature: &[u8]) -> Vec<u8> {
    [&[0, 0xa1][..], &sized(signature)].concat()
}

fn tpmt_hash_mldsa(algorithm: u16, signature: &[u8]) -> Vec<u8> {
    [&[0, 0xa2][..], &algorithm.to_be_bytes(), &sized(signature)].concat()
}

fn id(algorithm: HashAlgorithm) -> u16 {
    TpmAlgId::from(algorithm).0
}

/// A quote of PCR 0, whose digest is by `algorithm`.
fn attest(algorithm: HashAlgorithm) -> Vec<u8> {
    Attest::with_digest(&[(SHA256, &[1, 0, 0])], &hash(algorithm, VALUE)).bytes()
}

fn name(public: &[u8]) -> Vec<u8> {
    let algorithm = HashAlgorithm::try_from(TpmAlgId(u16::from_be_bytes([public[2], public[3]]))).unwrap();
    [&public[2..4], &hash(algorithm, public)].concat()
}

fn proof(attest: &[u8], signature: &[u8]) -> ProofBuilder {
    ProofBuilder::new(attest, signature).pcr(PcrValue { bank: TpmAlgId(SHA256), index: 0, value: VALUE })
}

fn judge(der: &[u8], policy: PolicyBuilder<'_>) -> Result<String, String> {
    judge_with(der, policy, &SOFTWARE)
}

fn judge_with(der: &[u8], policy: PolicyBuilder<'_>, crypto: &dyn Crypto) -> Result<String, String> {
    let golden = [VALUE];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &golden)];
    let policy = policy.pcrs(&rules).build().unwrap();
    let time: Time = NOW.parse().unwrap();
    let proof = Proof::from_der(der).unwrap();
    let challenge = Challenge::nonce(NONCE).unwrap();
    let told = |report: Report<'_>| report.to_string();
    verify_proof_with(crypto, &proof, &policy, &challenge, time)
        .map(told)
        .map_err(|rejection| rejection.error.to_string())
}

fn by_name(der: &[u8], public: &[u8]) -> Result<String, String> {
    let name = name(public);
    judge(der, Policy::builder().pinned(&[Pin::Name(&name)]))
}

#[test]
fn pure_quotes_of_every_set() {
    for set in SETS {
        let key = lattice(set, 1);
        for name_alg in [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512] {
            let public = key.area(id(name_alg), None);
            let message = attest(name_alg);
            let signature = tpmt_mldsa(&key.pure(&message));
            let der = proof(&message, &signature).key_public(&public).to_der();
            let report = by_name(&der, &public).unwrap();
            assert!(report.contains(set.name()) && report.contains(name_alg.name()), "{report}");
            // The digest is by another hash than the nameAlg.
            for other in [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512] {
                if other != name_alg {
                    let message = attest(other);
                    let signature = tpmt_mldsa(&key.pure(&message));
                    let der = proof(&message, &signature).key_public(&public).to_der();
                    let error = by_name(&der, &public).unwrap_err();
                    assert!(error.contains("the PCR values are not the quoted ones"), "{error}");
                }
            }
            // By another key, over another message, changed.
            let refused = |message: &[u8], signature: &[u8]| {
                let der = proof(message, signature).key_public(&public).to_der();
                let error = by_name(&der, &public).unwrap_err();
                assert_eq!(error, CryptoError::BadSignature.to_string());
            };
            refused(&message, &tpmt_mldsa(&lattice(set, 2).pure(&message)));
            let mut changed = message.clone();
            *changed.last_mut().unwrap() ^= 1;
            refused(&changed, &signature);
            for place in [4, 40, signature.len() / 2, signature.len() - 1] {
                let mut changed = signature.clone();
                changed[place] ^= 1;
                refused(&message, &changed);
            }
            refused(&message, &tpmt_mldsa(&key.pure(&message)[1..]));
            refused(&message, &tpmt_mldsa(&[]));
        }
    }
}

#[test]
fn quotes_over_digests() {
    for set in SETS {
        let key = lattice(set, 3);
        for (algorithm, _) in HASHES {
            let public = key.area(SHA256, Some(id(algorithm)));
            let name = name(&public);
            let message = attest(HashAlgorithm::Sha256);
            let signed = key.prehashed(algorithm, &message);
            let der = proof(&message, &tpmt_hash_mldsa(id(algorithm), &signed)).key_public(&public).to_der();
            let judge = |der: &[u8]| {
                let allowed: Vec<_> = HASHES.iter().map(|(hash, _)| *hash).collect();
                judge(der, Policy::builder().pinned(&[Pin::Name(&name)]).signature_hashes(&allowed))
            };
            judge(&der).unwrap();
            // The PCR values are by the nameAlg, whatever the scheme's hash is.
            if algorithm != HashAlgorithm::Sha256 {
                let message = attest(algorithm);
                let signature = tpmt_hash_mldsa(id(algorithm), &key.prehashed(algorithm, &message));
                let error = judge(&proof(&message, &signature).key_public(&public).to_der()).unwrap_err();
                assert!(error.contains("the PCR values are not the quoted ones"), "{error}");
            }
            // Another hash than the key's, and the message itself instead of its digest.
            let other = if algorithm == HashAlgorithm::Sha512 { HashAlgorithm::Sha384 } else { HashAlgorithm::Sha512 };
            let signature = tpmt_hash_mldsa(id(other), &key.prehashed(other, &message));
            let error = judge(&proof(&message, &signature).key_public(&public).to_der()).unwrap_err();
            assert!(error.contains("but the key's public area has TPM_ALG_HASH_MLDSA"), "{error}");
            let error =
                judge(&proof(&message, &tpmt_mldsa(&key.pure(&message))).key_public(&public).to_der()).unwrap_err();
            assert!(error.contains("but the key's public area has TPM_ALG_HASH_MLDSA"), "{error}");
            let pure = tpmt_hash_mldsa(id(algorithm), &key.pure(&hash(algorithm, &message)));
            let error = judge(&proof(&message, &pure).key_public(&public).to_der()).unwrap_err();
            assert_eq!(error, CryptoError::BadSignature.to_string(), "a digest signed as a message");
        }
    }
}

/// The policy's hashes are those of the signature and of the PCR values.
#[test]
fn the_policy_judges_both_hashes() {
    let key = lattice(MlDsaParameters::MlDsa44, 4);
    let refused = |public: &[u8], signature: Vec<u8>, message: &[u8], hash: &str| {
        let error = by_name(&proof(message, &signature).key_public(public).to_der(), public).unwrap_err();
        assert!(error.contains(hash) && error.contains("quote.signature_hash"), "{error}");
    };
    let sha1 = attest(HashAlgorithm::Sha1);
    refused(&key.area(0x0004, None), tpmt_mldsa(&key.pure(&sha1)), &sha1, "TPM_ALG_SHA1");
    let prehashed = tpmt_hash_mldsa(0x000d, &key.prehashed(HashAlgorithm::Sha512, &sha1));
    refused(&key.area(0x0004, Some(0x000d)), prehashed, &sha1, "TPM_ALG_SHA1");
    let message = attest(HashAlgorithm::Sha256);
    let prehashed = tpmt_hash_mldsa(0x0027, &key.prehashed(HashAlgorithm::Sha3_256, &message));
    refused(&key.area(SHA256, Some(0x0027)), prehashed, &message, "TPM_ALG_SHA3_256");
    // And SHA-1 does not serve beneath ML-DSA, even where the policy names it.
    let public = key.area(SHA256, Some(0x0004));
    let signature = tpmt_hash_mldsa(0x0004, &[0; 2420]);
    let name = name(&public);
    let both = [HashAlgorithm::Sha1, HashAlgorithm::Sha256];
    let pins = [Pin::Name(&name)];
    let policy = Policy::builder().pinned(&pins).signature_hashes(&both);
    let error = judge(&proof(&message, &signature).key_public(&public).to_der(), policy).unwrap_err();
    assert_eq!(error, CryptoError::UnsupportedHash(HashAlgorithm::Sha1).to_string());
}

/// By the digest of its length a guess would often be right. None is made.
#[test]
fn without_a_public_area_nothing_is_guessed() {
    let key = lattice(MlDsaParameters::MlDsa65, 5);
    let message = attest(HashAlgorithm::Sha256);
    let signature = tpmt_mldsa(&key.pure(&message));
    let spki = key.spki();
    let pins = [Pin::Spki(&spki)];
    let policy = || Policy::builder().pinned(&pins).accept_unknown_attributes(true);
    let bare = proof(&message, &signature).to_der();
    let error = judge(&bare, policy()).unwrap_err();
    assert_eq!(error, VerifyError::NameAlgUnknown.to_string());
    assert!(error.contains("TPMT_PUBLIC"), "{error}");
    let whole = proof(&message, &signature).key_public(&key.area(SHA256, None)).to_der();
    judge(&whole, policy()).unwrap();
    // A public area of another key does not help.
    let other =
        proof(&message, &signature).key_public(&lattice(MlDsaParameters::MlDsa65, 6).area(SHA256, None)).to_der();
    assert!(judge(&other, policy()).is_err());
    // The pin is what openssl would print.
    let public = PublicKey::MlDsa { parameters: key.set, key: &key.public };
    assert_eq!(spki_sha256(&public, &SOFTWARE).unwrap()[..], hash(HashAlgorithm::Sha256, &spki)[..]);
}

#[test]
fn a_key_that_signs_foreign_digests_proves_nothing() {
    let key = lattice(MlDsaParameters::MlDsa44, 7);
    let message = attest(HashAlgorithm::Sha256);
    let public = key.area_with(0x00a1, SHA256, &[0, 1, 1]);
    let der = proof(&message, &tpmt_mldsa(&key.pure(&message))).key_public(&public).to_der();
    assert_eq!(by_name(&der, &public).unwrap_err(), VerifyError::ExternalMu.to_string());
}

#[test]
fn a_key_is_as_long_as_its_set_says() {
    let key = lattice(MlDsaParameters::MlDsa44, 8);
    let message = attest(HashAlgorithm::Sha256);
    let signature = tpmt_mldsa(&key.pure(&message));
    for (type_, parameters) in [(0x00a1, &[0, 2, 0][..]), (0x00a2, &[0, 3, 0, 0x0b])] {
        let public = key.area_with(type_, SHA256, parameters);
        let error = by_name(&proof(&message, &signature).key_public(&public).to_der(), &public).unwrap_err();
        assert!(error.contains("the ML-DSA public key has 1312 bytes"), "{error}");
    }
    let mut spki = key.spki();
    let place = spki.windows(3).position(|octets| octets == [0x04, 0x03, 0x11]).unwrap() + 2;
    spki[place] = 0x12;
    let error = judge(
        &proof(&message, &signature).to_der(),
        Policy::builder().pinned(&[Pin::Spki(&spki)]).accept_unknown_attributes(true),
    );
    let error = error.unwrap_err();
    assert!(error.contains("1952"), "{error}");
    for wrong in [&key.public[1..], &[]] {
        let wrong = PublicKey::MlDsa { parameters: key.set, key: wrong };
        let outcome = SOFTWARE.verify_message(&wrong, &message, &Signature::MlDsa(&key.pure(&message)));
        assert!(matches!(outcome, Err(CryptoError::MlDsaKeySize { expected: 1312, .. })), "{outcome:?}");
    }
}

/// An ML-DSA key below an authority of each kind, and an ECDSA key below one of ML-DSA.
#[test]
fn chains_of_certificates() {
    let root = lattice(MlDsaParameters::MlDsa87, 9);
    let leaf = lattice(MlDsaParameters::MlDsa65, 10);
    let ec = Key::new(1);
    let mut authority = Certificate::authority("root", "root", &ec);
    authority.spki = root.spki();
    let lattice_root = root.certify(&authority);
    let ec_root = Certificate::authority("root", "root", &ec).sign(&ec);
    let mut certificate = Certificate::leaf("root", &ec);
    certificate.spki = leaf.spki();
    let message = attest(HashAlgorithm::Sha256);
    let signature = tpmt_mldsa(&leaf.pure(&message));
    let area = leaf.area(SHA256, None);
    let anchored = |der: &[u8], root: &[u8]| judge(der, Policy::builder().anchors(&[Anchor::Certificate(root)]));
    for (root_der, leaf_der) in [(&lattice_root, root.certify(&certificate)), (&ec_root, certificate.sign(&ec))] {
        let chain = || proof(&message, &signature).certificate(&leaf_der).certificate(root_der);
        anchored(&chain().key_public(&area).to_der(), root_der).unwrap();
        assert_eq!(anchored(&chain().to_der(), root_der).unwrap_err(), VerifyError::NameAlgUnknown.to_string());
        // One bit of the certificate's signature.
        let mut changed = leaf_der.clone();
        *changed.last_mut().unwrap() ^= 1;
        let der = proof(&message, &signature).certificate(&changed).certificate(root_der).key_public(&area).to_der();
        assert!(anchored(&der, root_der).is_err());
    }
    let ec_leaf = root.certify(&Certificate::leaf("root", &ec));
    let signature = ec.sign(&message);
    let der = proof(&message, &signature).certificate(&ec_leaf).certificate(&lattice_root).to_der();
    anchored(&der, &lattice_root).unwrap();
    // An authority of another parameter set, and another key of the same.
    for other in [lattice(MlDsaParameters::MlDsa44, 9), lattice(MlDsaParameters::MlDsa87, 11)] {
        let mut forged = Certificate::leaf("root", &ec);
        forged.spki = leaf.spki();
        let der = proof(&message, &signature).certificate(&other.certify(&forged)).certificate(&lattice_root).to_der();
        assert!(anchored(&der, &lattice_root).is_err());
    }
    // By the fingerprint of a root that is in the proof.
    let fingerprint: [u8; 32] = hash(HashAlgorithm::Sha256, &lattice_root).try_into().unwrap();
    let policy = Policy::builder();
    judge(&der, policy.anchors(&[Anchor::CertificateSha256(fingerprint)])).unwrap();
    let spki = root.spki();
    judge(&der, Policy::builder().anchors(&[Anchor::Spki(&spki)])).unwrap();
}

/// An implementation from before ML-DSA.
#[derive(Debug)]
struct Older;

impl Crypto for Older {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        SOFTWARE.verify(key, digest, signature)
    }
}

#[test]
fn another_implementation_says_that_it_cannot() {
    let key = lattice(MlDsaParameters::MlDsa44, 12);
    let message = attest(HashAlgorithm::Sha256);
    let public = key.area(SHA256, None);
    let name = name(&public);
    let der = proof(&message, &tpmt_mldsa(&key.pure(&message))).key_public(&public).to_der();
    let error = judge_with(&der, Policy::builder().pinned(&[Pin::Name(&name)]), &Older).unwrap_err();
    assert_eq!(error, CryptoError::UnsupportedMessage.to_string());
    // And a signature by another scheme is none of these.
    let lattice = PublicKey::MlDsa { parameters: key.set, key: &key.public };
    let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&message[..]].into_iter()).unwrap();
    let signed = key.pure(&message);
    assert_eq!(SOFTWARE.verify(&lattice, &digest, &Signature::MlDsa(&signed)), Err(CryptoError::KeyMismatch));
    assert_eq!(
        SOFTWARE.verify_message(&lattice, &message, &Signature::HashMlDsa(&signed)),
        Err(CryptoError::KeyMismatch)
    );
    assert_eq!(SOFTWARE.verify(&lattice, &digest, &Signature::Rsassa(&signed)), Err(CryptoError::KeyMismatch));
}

/// The command line reads the files, pins the key, and verifies.
#[test]
fn the_command_line() {
    let folder = Folder::new("ml-dsa");
    let key = lattice(MlDsaParameters::MlDsa87, 13);
    let message = attest(HashAlgorithm::Sha512);
    let digits = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let file = |name: &str, octets: &[u8]| folder.write(name, octets);
    let arguments = |words: &[&str]| run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let area = key.area(0x000d, None);
    let (ak, signature) = (file("ak", &sized(&area)), file("sig", &tpmt_mldsa(&key.pure(&message))));
    let pcrs = file("pcrs", format!("{{\"sha256\": {{\"0\": \"{}\"}}}}", digits(VALUE)).as_bytes());
    let (message, proof, policy) = (file("msg", &message), folder.path("proof"), folder.path("policy.toml"));
    let parts = ["--message", &message, "--signature", &signature, "--pcrs", &pcrs, "--ak", &ak];
    let nonce = digits(NONCE);
    let converted = arguments(&[&["convert"][..], &parts, &["-o", &proof]].concat());
    assert_eq!(converted.code, 0, "{converted:?}");
    let pinned = arguments(&["pin", &proof, "--nonce", &nonce, "--pcr=0=golden", "-o", &policy]);
    assert_eq!(pinned.code, 0, "{pinned:?}");
    let verified = arguments(&["verify", &proof, "--policy", &policy, "--nonce", &nonce]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.out.contains("ML-DSA-87"), "{verified:?}");
    for (path, expected) in
        [(&ak, "parameter_set = TPM_MLDSA_87"), (&signature, "TPM_ALG_MLDSA"), (&proof, "allow_external_mu = NO")]
    {
        let shown = arguments(&["show", path]);
        assert!(shown.code == 0 && shown.out.contains(expected), "{shown:?}");
    }
}
