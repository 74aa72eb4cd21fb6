//! Promise: P-521 and SHA-3 serve wherever P-256 and SHA-2 do: keys, certificates, signatures, Names, banks, logs, policies.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run, vector};
use crate::common::forge::{AK_ATTRIBUTES, Attest, Key, NONCE, hash};
use crate::common::log::{ACTION, SEPARATOR, event, header};
use tpmproof::crypto::{Crypto, CryptoError, Curve, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Attestation, KeyEvidence, Log, PcrValue, Pin, TrustedKey, VerifyError};

const SHA3: [HashAlgorithm; 3] = [HashAlgorithm::Sha3_256, HashAlgorithm::Sha3_384, HashAlgorithm::Sha3_512];

/// What `tpm2_quote` wrote for the key on P-521, under a policy that `pin` made of it, and one bit of it changed.
#[test]
fn a_quote_of_a_tpm_by_p521() {
    let folder = Folder::new("p521");
    let file = |name: &str| vector(&format!("material/swtpm/{name}"));
    let nonce = std::fs::read_to_string(file("nonce.hex")).unwrap();
    let nonce = nonce.trim();
    for (key, root) in [("ak_p521.tpm2b", None), ("chain_p521.pem", Some(file("chain_p521.root.pem")))] {
        let (proof, policy) = (folder.path("proof"), folder.path("policy.toml"));
        let _ = std::fs::remove_file(&policy);
        let [message, signature, pcrs] = ["msg", "sig", "pcrs"].map(|end| file(&format!("q_p521_sha512.{end}")));
        let call =
            |arguments: &[&str]| run(&arguments.iter().map(|argument| (*argument).to_owned()).collect::<Vec<_>>());
        let parts = ["--message", &message, "--signature", &signature, "--pcrs", &pcrs, "--ak", &file(key)];
        let converted = call(&[&["convert"][..], &parts, &["-o", &proof]].concat());
        assert_eq!(converted.code, 0, "{converted:?}");
        let at = ["--at", "2027-01-01T00:00:00Z"];
        let root: Vec<&str> = root.iter().flat_map(|root| ["--root", root]).collect();
        let pinned = call(
            &[&["pin", &proof, "--nonce", nonce, "--pcr=0=golden", "--pcr=7=golden", "-o", &policy][..], &root, &at]
                .concat(),
        );
        assert_eq!(pinned.code, 0, "{pinned:?}");
        let verified = call(&[&["verify", &proof, "--policy", &policy, "--nonce", nonce][..], &at].concat());
        assert_eq!(verified.code, 0, "{verified:?}");
        assert!(verified.out.contains("P-521") && verified.out.contains("sha512:0"), "{verified:?}");
        let mut changed = std::fs::read(&signature).unwrap();
        *changed.last_mut().unwrap() ^= 1;
        let changed = folder.write("changed", &changed);
        let parts = ["--message", &message, "--signature", &changed, "--pcrs", &pcrs, "--ak", &file(key)];
        let refused = call(&[&["verify", "--policy", &policy, "--nonce", nonce][..], &parts, &at].concat());
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.out.contains("not by this key"), "{refused:?}");
    }
}

/// A digest that is shorter than the curve is the number that it is; a longer one than P-256 is cut.
#[test]
fn every_hash_on_every_curve() {
    use p521::ecdsa::signature::hazmat::PrehashSigner;
    let large = p521::ecdsa::SigningKey::from_slice(&[&[0; 2][..], &[7; 64]].concat()).unwrap();
    let point = large.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(66);
    let small = Key::new(3);
    let (small_x, small_y) = small.coordinates();
    for algorithm in HashAlgorithm::ALL {
        let digest = SOFTWARE.digest(*algorithm, &mut [&b"a message"[..]].into_iter()).unwrap();
        let signature: p521::ecdsa::Signature = large.sign_prehash(digest.as_bytes()).unwrap();
        let (r, s) = signature.split_bytes();
        let key = PublicKey::Ec { curve: Curve::P521, x, y };
        let outcome = |r: &[u8], s: &[u8]| SOFTWARE.verify(&key, &digest, &Signature::Ecdsa { r, s });
        assert_eq!(outcome(&r, &s), Ok(()), "{algorithm:?}");
        assert_eq!(outcome(&s, &r), Err(CryptoError::BadSignature), "{algorithm:?}");
        let (r, s) = small.sign_digest(digest.as_bytes());
        let key = PublicKey::Ec { curve: Curve::P256, x: &small_x, y: &small_y };
        assert_eq!(SOFTWARE.verify(&key, &digest, &Signature::Ecdsa { r: &r, s: &s }), Ok(()), "{algorithm:?}");
    }
}

/// No virtual TPM has SHA-3: the key is P-256, its scheme, its Name, its quote, the bank and the log are by SHA-3.
#[test]
fn sha3_all_the_way() {
    for algorithm in SHA3 {
        let folder = Folder::new(algorithm.name());
        let id = TpmAlgId::from(algorithm).0;
        let key = Key::new(5);
        let mut public = key.public_area_with(AK_ATTRIBUTES, &[&[0x00, 0x18][..], &id.to_be_bytes()].concat());
        public[2..4].copy_from_slice(&id.to_be_bytes());
        let name = [&id.to_be_bytes()[..], &hash(algorithm, &public)].concat();
        let banks = [algorithm];
        // The firmware ends before the system measures.
        let mut log = header(&banks);
        log.extend((0..7).flat_map(|pcr| event(&banks, pcr, SEPARATOR, &[0; 4], &[0; 4])));
        log.extend(event(&banks, 9, ACTION, b"what was measured", b"what was measured"));
        let value =
            hash(algorithm, &[&vec![0; algorithm.output_len()][..], &hash(algorithm, b"what was measured")].concat());
        let attest = Attest::with_digest(&[(id, &[0, 2, 0])], &hash(algorithm, &value)).bytes();
        let proof = |signature: &[u8]| {
            let value = PcrValue { bank: TpmAlgId(id), index: 9, value: &value };
            folder.write(
                "proof",
                &ProofBuilder::new(&attest, signature)
                    .pcr(value)
                    .key_public(&public)
                    .log(Log { format: "firmware", bytes: &log })
                    .to_der(),
            )
        };
        let digits = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
        let verify = |policy: &str, proof: String| {
            let policy = folder.write("policy.toml", policy.as_bytes());
            run(&["verify".into(), proof, "--policy".into(), policy, "--nonce".into(), digits(NONCE)])
        };
        let named = algorithm.name();
        let policy = |hash: &str, value: &str| {
            let name = digits(&name);
            format!(
                "version = 1\n[key]\npinned = [\"name:{name}\"]\n[quote]\nsignature_hash = [\"{hash}\"]\n[pcr.{named}]\n9 = {value}\n\
                 [events]\naccept_any_boot = true\nallow_unknown = [9]\n"
            )
        };
        let signed = key.sign_with(algorithm, &attest);
        let golden = format!("[\"{}\"]", digits(&value));
        for rule in [&golden, "\"log\""] {
            let rules = policy(named, rule);
            let rules = if rule == "\"log\"" { rules } else { rules.split("[events]").next().unwrap().to_owned() };
            let accepted = verify(&rules, proof(&signed));
            assert_eq!(accepted.code, 0, "{accepted:?}");
            assert!(accepted.out.contains(&format!("{named}:9")), "{accepted:?}");
        }
        let rules = policy("sha256", &golden);
        let refused = verify(rules.split("[events]").next().unwrap(), proof(&signed));
        assert!(refused.code == 1 && refused.out.contains("signature_hash"), "{refused:?}");
        let other = key.sign_with(HashAlgorithm::Sha512, &attest);
        let rules = policy("sha512", &golden);
        let refused = verify(rules.split("[events]").next().unwrap(), proof(&other));
        assert!(refused.code == 1 && refused.out.contains("the key's public area has"), "{refused:?}");
    }
}

/// A point of another curve, and one of none.
#[test]
fn a_point_is_of_its_curve() {
    let file = crate::common::read("swtpm/ak_p521.tpm2b");
    let public = &file[2..];
    let (message, signature) =
        (crate::common::read("swtpm/q_p521_sha512.msg"), crate::common::read("swtpm/q_p521_sha512.sig"));
    let outcome = |public: &[u8]| {
        let name_alg = HashAlgorithm::try_from(TpmAlgId(u16::from_be_bytes([public[2], public[3]]))).unwrap();
        let name = [&public[2..4], &hash(name_alg, public)].concat();
        let evidence = KeyEvidence::new().with_public(public);
        let pins = [Pin::Name(&name)];
        let key = TrustedKey::pinned(&evidence, &pins, &SOFTWARE).unwrap();
        let signed = Attestation::new(&message, &signature).unwrap().verify_signature(&key);
        signed.map(|_| ()).map_err(|error| error.to_string())
    };
    outcome(public).unwrap();
    let mut off = public.to_vec();
    *off.last_mut().unwrap() ^= 1;
    let no_point = Err(VerifyError::Crypto(CryptoError::BadPoint).to_string());
    assert_eq!(outcome(&off), no_point);
    let mut other_curve = public.to_vec();
    let place = other_curve.windows(4).position(|octets| octets == [0, 5, 0, 0x10]).unwrap();
    other_curve[place + 1] = 4;
    assert_eq!(outcome(&other_curve), no_point);
}
