//! Promise: `prove` writes a whole proof that verifies, or nothing; and it leaves nothing in the TPM.
#![cfg(feature = "cli")]

use crate::common::cli::{Outcome, run};
use crate::common::fake_tpm::{CREATE_PRIMARY, FakeTpm, PCR_READ, QUOTE, code, extend};
use crate::common::forge::{Certificate, Key, NOW, integer, oid, sequence, tlv};
use crate::common::machine::{digits, sha256};
use crate::common::swtpm::Swtpm;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use tpmproof::crypto::HashAlgorithm::Sha256;
use tpmproof::prover::{
    AkAlgorithm, Chain, EkTemplate, GOOGLE_ECC_TEMPLATE, GOOGLE_RSA_TEMPLATE, Missing, ProverError,
};
use tpmproof::structures::*;
use tpmproof::verify::BankSelection;
use tpmproof::{Decode, Encode, Proof};

const NONCE: &str = "00112233445566778899aabbccddeeff";
/// What no machine of these tests measured into.
const ZERO: &str = "[pcr.sha256]\n0 = \"zero\"\n";
const READABLE: &str = "ownerread|ownerwrite|authread|no_da";

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(ToOwned::to_owned).collect()
}

/// `prove` to the file `proof`: it is there if and only if the command succeeded, and nothing is left of it anywhere else.
fn prove(swtpm: &Swtpm, more: &str) -> Outcome {
    prove_with(swtpm, &format!("--tpm {} --nonce {NONCE} {more}", swtpm.address))
}

fn prove_with(swtpm: &Swtpm, more: &str) -> Outcome {
    let output = swtpm.folder.path("proof");
    let _ = fs::remove_file(&output);
    let outcome = run(&words(&format!("prove --output {output} {more}")));
    assert_eq!(Path::new(&output).exists(), outcome.code == 0, "{outcome:?}");
    nothing_is_left(swtpm);
    outcome
}

fn nothing_is_left(swtpm: &Swtpm) {
    swtpm.assert_empty();
    let names = fs::read_dir(swtpm.folder.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with(".tmp")).collect();
    assert!(names.is_empty(), "{names:?}");
}

/// Fails with this exit code, and says this.
#[track_caller]
fn fails(outcome: &Outcome, code: u8, word: &str) {
    assert_eq!(outcome.code, code, "{outcome:?}");
    assert!(outcome.notes.contains(word), "{word:?} is not said: {outcome:?}");
}

#[track_caller]
fn succeeds(outcome: &Outcome) -> String {
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let name = outcome.notes.split("the attestation key is name:").nth(1).unwrap();
    name.trim().to_owned()
}

/// Verifies the file `proof` under `policy`.
fn verify(swtpm: &Swtpm, policy: &str, more: &str) -> Outcome {
    verify_file(swtpm, "proof", policy, more)
}

fn verify_file(swtpm: &Swtpm, file: &str, policy: &str, more: &str) -> Outcome {
    let policy = swtpm.folder.write(&format!("{file}.toml"), format!("version = 1\n{policy}").as_bytes());
    run(&words(&format!("verify {} --policy {policy} --nonce {NONCE} {more}", swtpm.folder.path(file))))
}

fn pinned(name: &str) -> String {
    format!("[key]\npinned = [\"name:{name}\"]\n")
}

#[track_caller]
fn accepted(outcome: &Outcome) {
    assert!(outcome.code == 0 && outcome.out.starts_with("ACCEPTED\n"), "{outcome:?}");
}

#[track_caller]
fn rejected(outcome: &Outcome) {
    assert!(outcome.code == 1 && outcome.out.starts_with("REJECTED: "), "{outcome:?}");
}

/// Defines an NV index of the owner's and fills it.
fn write_nv(swtpm: &Swtpm, index: u32, content: &[u8]) {
    define_nv(swtpm, index, content.len(), READABLE);
    swtpm.folder.write("content", content);
    swtpm.tool(&format!("tpm2_nvwrite -Q -C o -i content {index:#x}"));
}

fn define_nv(swtpm: &Swtpm, index: u32, size: usize, attributes: &str) {
    swtpm.tool(&format!("tpm2_nvdefine -Q -C o -s {size} -a {attributes} {index:#x}"));
}

/// The `SubjectPublicKeyInfo` of a `TPMT_PUBLIC`.
fn spki(public: &[u8]) -> Vec<u8> {
    let area = TpmtPublic::from_bytes(public).unwrap();
    let (algorithm, key) = match area.unique {
        TpmuPublicId::Rsa(modulus) => {
            let rsa = sequence(&[&oid("2a864886f70d010101"), &[5, 0]]);
            (rsa, sequence(&[&integer(modulus.0), &integer(&[1, 0, 1])]))
        }
        TpmuPublicId::Ecc(point) => {
            let curve = if point.x.0.len() > 32 { "2b81040022" } else { crate::common::forge::P256 };
            let ecc = sequence(&[&oid(crate::common::forge::EC_PUBLIC_KEY), &oid(curve)]);
            (ecc, [&[4], point.x.0, point.y.0].concat())
        }
        other => panic!("{other:?}"),
    };
    sequence(&[&algorithm, &tlv(3, &[&[0], &key[..]].concat())])
}

/// Authorities of the test's own, and the certificates that they make.
struct Authority {
    root: Vec<u8>,
    issuer: Vec<u8>,
}

impl Authority {
    const ISSUER: &str = "Example Issuer";

    fn new() -> Self {
        let root = Certificate::authority("Example Root", "Example Root", &Key::new(1)).sign(&Key::new(1));
        let issuer = Certificate::authority("Example Root", Self::ISSUER, &Key::new(2)).sign(&Key::new(1));
        Self { root, issuer }
    }

    fn certify(public: &[u8]) -> Vec<u8> {
        let mut leaf = Certificate::leaf(Self::ISSUER, &Key::new(3));
        leaf.spki = spki(public);
        leaf.sign(&Key::new(2))
    }
}

/// An attestation key that stays, as Azure has it.
fn persistent(swtpm: &Swtpm, algorithm: AkAlgorithm) -> Vec<u8> {
    let mut tpm = swtpm.tpm();
    let key = tpm.create_attestation_key(algorithm).unwrap();
    tpm.persist(&key, TpmHandle(0x8100_0003)).unwrap().public().to_vec()
}

/// The nonce is given in one way, in one form, and of a size that every TPM takes.
#[test]
fn nonces() {
    let swtpm = Swtpm::new("prove-nonces");
    let tpm = format!("--tpm {}", swtpm.address);
    for (arguments, word) in [
        (tpm.clone(), "--insecure-no-freshness"),
        (format!("{tpm} --nonce 00 --insecure-no-freshness"), "cannot be used with"),
        (format!("{tpm} --nonce 00 --nonce 01"), "cannot be used multiple times"),
        (format!("{tpm} --nonce {}", "00".repeat(65)), "1 to 64 bytes"),
        (format!("{tpm} --nonce AABB"), "lower-case"),
        (format!("{tpm} --nonce 0xaabb"), "lower-case"),
        (format!("{tpm} --nonce 000"), "two a byte"),
        (format!("{tpm} --nonce zz"), "hexadecimal"),
        (format!("{tpm} --nonce="), "1 to 64 bytes"),
    ] {
        fails(&prove_with(&swtpm, &arguments), 2, word);
    }
    for nonce in ["00", &"5a".repeat(64)] {
        let name = succeeds(&prove_with(&swtpm, &format!("{tpm} --nonce {nonce}")));
        let policy = swtpm.folder.write("policy", format!("version = 1\n{}{ZERO}", pinned(&name)).as_bytes());
        let proof = swtpm.folder.path("proof");
        accepted(&run(&words(&format!("verify {proof} --policy {policy} --nonce {nonce}"))));
        rejected(&run(&words(&format!("verify {proof} --policy {policy} --nonce {nonce}00"))));
    }
    let name = succeeds(&prove_with(&swtpm, &format!("{tpm} --insecure-no-freshness")));
    rejected(&verify(&swtpm, &format!("{}{ZERO}", pinned(&name)), ""));
    let policy = swtpm.folder.path("proof.toml");
    let proof = swtpm.folder.path("proof");
    accepted(&run(&words(&format!("verify {proof} --policy {policy} --insecure-no-freshness"))));
}

/// Every kind of key that is made here is the same after a reboot.
#[test]
fn new_keys_outlive_a_reboot() {
    let mut swtpm = Swtpm::new("prove-new");
    let choices = ["new", "new:p256", "new:p384", "new:rsa2048", "new:rsa3072"];
    let names = |swtpm: &Swtpm| -> Vec<String> {
        let name = |choice: &&str| {
            let name = succeeds(&prove(swtpm, &format!("--ak {choice}")));
            accepted(&verify(swtpm, &format!("{}{ZERO}", pinned(&name)), ""));
            name
        };
        choices.iter().map(name).collect()
    };
    let before = names(&swtpm);
    swtpm.reboot();
    assert_eq!(names(&swtpm), before);
    let mut different = before.clone();
    different.sort();
    different.dedup();
    assert_eq!(before[0], before[1], "P-256 is the default");
    assert_eq!(different.len(), 4);
    rejected(&verify(&swtpm, &format!("{}{ZERO}", pinned(&before[0])), ""));
    for wrong in ["p256", "new:", "new:rsa1024", "0x", "0x+81000003", "0x-1", "81000003", "google", ""] {
        fails(&prove(&swtpm, &format!("--ak={wrong}")), 2, "is no key");
    }
}

/// The templates of endorsement keys make the keys that the TPM's maker made.
#[test]
fn endorsement_keys_and_certificates() {
    let swtpm = Swtpm::manufactured("prove-ek");
    let template = |name| EkTemplate::ALL.iter().find(|template| template.name == name).unwrap();
    let mut made = Vec::new();
    for name in ["L-1", "H-3"] {
        let template = template(name);
        let mut tpm = swtpm.tpm();
        let created = tpm.create_primary(TpmHandle::ENDORSEMENT, template.public()).unwrap();
        let kept = tpm.key(TpmHandle(template.persistent)).unwrap();
        assert_eq!(created.entity().name, kept.entity().name, "{name}");
        assert_eq!(created.public(), kept.public(), "{name}");
        assert_eq!(tpm.endorsement_key(template).unwrap().entity(), kept.entity());
        let certificate = tpm.endorsement_certificate(template).unwrap().unwrap();
        assert_eq!((certificate.index, certificate.padding), (template.certificate, 0));
        assert_eq!(
            Chain::of(&kept, std::slice::from_ref(&certificate.der)).certificates,
            [&certificate.der[..]],
            "{name}"
        );
        drop(tpm);
        let read = swtpm.tool_output(&format!("tpm2_nvread {:#x}", template.certificate));
        assert_eq!(read.stdout, certificate.der, "{name}");
        made.push((kept, certificate.der));
    }
    assert_ne!(made[0].1, made[1].1);
    // Where the maker left no persistent key, the same is made again.
    swtpm.tool("tpm2_evictcontrol -Q -C o -c 0x81010001");
    let mut tpm = swtpm.tpm();
    let again = tpm.endorsement_key(template("L-1")).unwrap();
    assert_eq!(again.public(), made[0].0.public());
    assert_eq!(again.entity().handle.kind(), TpmHt::TRANSIENT);
    assert_eq!(tpm.endorsement_certificate(template("H-1")).unwrap(), None, "an absent index");
    assert!(tpm.endorsement_chain().unwrap().is_empty());
    drop(tpm);
    // The certificates above, cut anywhere.
    let issuer = crate::common::certificates(&fs::read(swtpm.folder.path("issuercert.pem")).unwrap()).remove(0);
    let root = crate::common::certificates(&fs::read(swtpm.folder.path("rootca.pem")).unwrap()).remove(0);
    let both = [&issuer[..], &root].concat();
    let (front, back) = both.split_at(issuer.len() + 100);
    write_nv(&swtpm, 0x01c0_0100, front);
    write_nv(&swtpm, 0x01c0_0101, &[back, &[0xff; 50]].concat());
    let mut tpm = swtpm.tpm();
    assert_eq!(tpm.endorsement_chain().unwrap(), [&issuer[..], &root]);
    let all = [made[0].1.clone(), root.clone(), issuer.clone()];
    let chain = Chain::of(&made[0].0, &all);
    assert_eq!((chain.certificates, chain.missing), (vec![made[0].1.clone(), issuer, root], None));
    // One that leads back to itself ends.
    let circle = [("A", "B", 1), ("B", "A", 2)]
        .map(|(issuer, subject, key)| Certificate::authority(issuer, subject, &Key::new(key)).sign(&Key::new(3 - key)));
    let mut leaf = Certificate::leaf("A", &Key::new(3));
    leaf.spki = spki(made[0].0.public());
    let chain = Chain::of(&made[0].0, &[circle[0].clone(), circle[1].clone(), leaf.sign(&Key::new(1))]);
    assert_eq!((chain.certificates.len(), chain.missing), (3, Some(Missing::Issuer("CN=A".into()))));
    drop(tpm);
    nothing_is_left(&swtpm);
}

/// Where the maker left a nonce, it begins `unique`, of our template and of the maker's own.
#[test]
fn an_endorsement_key_of_a_nonce() {
    let template = EkTemplate::ALL.iter().find(|template| template.name == "L-1").unwrap();
    let public = template.public();
    let swtpm = Swtpm::new("prove-ek-nonce");
    // The size first, in the order of this machine.
    swtpm.folder.write("unique", &[&[0, 1][..], &[0x5a; 20], &[0; 236]].concat());
    swtpm.folder.write("policy", public.auth_policy.0);
    let attributes = "fixedtpm|fixedparent|sensitivedataorigin|adminwithpolicy|restricted|decrypt";
    let line = format!("tpm2_createprimary -Q -C e -G rsa2048:null:aes128cfb -a {attributes} -L policy -c ek.ctx");
    swtpm.tool(&format!("{line} -u unique"));
    swtpm.tool("tpm2_readpublic -Q -c ek.ctx -o ek");
    swtpm.tool("tpm2_flushcontext -t");
    let expected = fs::read(swtpm.folder.path("ek")).unwrap()[2..].to_vec();
    let key = || swtpm.tpm().endorsement_key(template).unwrap().public().to_vec();
    assert!(key() != expected, "without the nonce");
    write_nv(&swtpm, 0x01c0_0003, &[0x5a; 20]);
    assert!(key() == expected, "with the nonce alone");
    let mut buffer = [0; 1024];
    write_nv(&swtpm, 0x01c0_0004, public.to_bytes(&mut buffer).unwrap());
    assert!(key() == expected, "with the nonce beside a template");
}

/// Each index of a chain may be padded by itself.
#[test]
fn a_chain_with_padding_between() {
    let swtpm = Swtpm::new("prove-padding");
    let authority = Authority::new();
    write_nv(&swtpm, 0x01c0_0100, &[&authority.issuer[..], &[0xff; 30]].concat());
    write_nv(&swtpm, 0x01c0_0101, &[&authority.root[..], &[0; 30]].concat());
    let found = swtpm.tpm().endorsement_chain().unwrap();
    assert!(found == [&authority.issuer[..], &authority.root], "{} certificates", found.len());
}

/// What an index holds beside a certificate, or instead of one.
#[test]
fn certificates_in_nv() {
    let swtpm = Swtpm::new("prove-nv");
    let certificate = Authority::new().root;
    let read = |content: &[u8]| {
        write_nv(&swtpm, 0x01c1_01d0, content);
        let read = swtpm.tpm().nv_certificate(0x01c1_01d0);
        swtpm.tool("tpm2_nvundefine -Q -C o 0x1c101d0");
        read
    };
    for padding in [&[][..], &[0xff], &[0; 300], &[0xff; 700], b"\x00\xff whatever"] {
        let found = read(&[&certificate[..], padding].concat()).unwrap().unwrap();
        assert_eq!((found.index, found.padding), (0x01c1_01d0, padding.len()));
        assert_eq!(found.der, certificate);
    }
    for empty in [&[0xff; 10][..], &[0; 2048]] {
        assert_eq!(read(empty).unwrap(), None);
    }
    for garbage in [b"not a certificate".to_vec(), vec![0x30], certificate[..100].to_vec(), vec![0x30, 0x80, 0, 0]] {
        match read(&garbage).unwrap_err() {
            error @ ProverError::NvContent { index: 0x01c1_01d0, .. } => {
                assert!(error.to_string().contains("0x01c101d0 does not hold what it should"), "{error}");
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(swtpm.tpm().nv_certificate(0x01c1_01d0).unwrap(), None, "an absent index");
    define_nv(&swtpm, 0x01c1_01d0, 100, READABLE);
    assert_eq!(swtpm.tpm().nv_certificate(0x01c1_01d0).unwrap(), None, "never written");
    define_nv(&swtpm, 0x01c1_0000, 8, "policyread|ownerwrite|no_da");
    swtpm.folder.write("content", b"12345678");
    swtpm.tool("tpm2_nvwrite -Q -C o -i content 0x1c10000");
    let error = swtpm.tpm().nv_certificate(0x01c1_0000).unwrap_err();
    assert!(matches!(error, ProverError::NvAccess(0x01c1_0000)), "{error}");
    assert!(error.to_string().contains("0x01c10000 cannot be read without a password"), "{error}");
    // None of it hinders a key that needs none of it.
    persistent(&swtpm, AkAlgorithm::P256);
    succeeds(&prove(&swtpm, "--ak 0x81000003 --uncertified"));
}

/// Where the owner has a password, an index is read by its own, which is empty.
#[test]
fn an_owner_with_a_password_does_not_hinder() {
    let swtpm = Swtpm::new("prove-owner");
    write_nv(&swtpm, 0x01c0_0100, b"12345678");
    define_nv(&swtpm, 0x01c0_0101, 8, "ownerread|ownerwrite");
    swtpm.tool("tpm2_nvwrite -Q -C o -i content 0x1c00101");
    swtpm.tool("tpm2_changeauth -Q -c o secret");
    let mut tpm = swtpm.tpm();
    assert_eq!(tpm.read_nv(0x01c0_0100).unwrap().unwrap(), b"12345678");
    let error = tpm.read_nv(0x01c0_0101).unwrap_err();
    assert!(matches!(error, ProverError::NvAccess(0x01c0_0101)), "{error}");
    drop(tpm);
    succeeds(&prove(&swtpm, ""));
}

/// An index with a password, or a locked one, is nobody's business here.
#[test]
fn an_index_with_a_password_does_not_hinder() {
    let swtpm = Swtpm::new("prove-password");
    persistent(&swtpm, AkAlgorithm::P256);
    swtpm.tool("tpm2_nvdefine -Q -C o -s 8 -p secret -a authread|authwrite 0x1c90100");
    swtpm.folder.write("content", b"12345678");
    swtpm.tool("tpm2_nvwrite -Q -C 0x1c90100 -P secret -i content 0x1c90100");
    // One whose failures do not count.
    swtpm.tool("tpm2_nvdefine -Q -C o -s 8 -p secret -a authread|authwrite|no_da 0x1c90200");
    swtpm.tool("tpm2_nvwrite -Q -C 0x1c90200 -P secret -i content 0x1c90200");
    let error = swtpm.tpm().nv_certificate(0x01c9_0200).unwrap_err();
    let counter = || {
        let all = swtpm.tool("tpm2_getcap properties-variable");
        all.lines().find(|line| line.contains("TPM2_PT_LOCKOUT_COUNTER")).unwrap().to_owned()
    };
    let before = counter();
    let counted = swtpm.tpm().nv_certificate(0x01c9_0100).unwrap_err();
    let outcome = prove(&swtpm, "--ak 0x81000003 --uncertified");
    assert_eq!(counter(), before, "a proof counts as an attack on the TPM");
    assert!(matches!(counted, ProverError::NvAccess(0x01c9_0100)), "{counted}");
    assert!(matches!(error, ProverError::NvAccess(0x01c9_0200)), "{error}");
    succeeds(&outcome);
}

#[test]
fn a_locked_index_does_not_hinder() {
    let swtpm = Swtpm::new("prove-locked");
    persistent(&swtpm, AkAlgorithm::P256);
    define_nv(&swtpm, 0x01c9_0100, 8, "ownerread|ownerwrite|authread|no_da|read_stclear");
    swtpm.folder.write("content", b"12345678");
    swtpm.tool("tpm2_nvwrite -Q -C o -i content 0x1c90100");
    swtpm.tool("tpm2_nvreadlock -Q -C o 0x1c90100");
    succeeds(&prove(&swtpm, "--ak 0x81000003 --uncertified"));
}

/// The same of an index where the chain of endorsement keys may lie.
#[test]
fn an_unreadable_index_of_a_chain_does_not_hinder() {
    let swtpm = Swtpm::new("prove-unreadable");
    persistent(&swtpm, AkAlgorithm::P256);
    define_nv(&swtpm, 0x01c0_0100, 8, "policyread|ownerwrite|no_da");
    swtpm.folder.write("content", b"12345678");
    swtpm.tool("tpm2_nvwrite -Q -C o -i content 0x1c00100");
    succeeds(&prove(&swtpm, "--ak 0x81000003 --uncertified"));
}

/// As on Azure: the key stays under a handle, its certificate lies in NV with padding, and the issuers' come from files.
#[test]
fn a_certified_key_under_a_handle() {
    let swtpm = Swtpm::new("prove-azure");
    let authority = Authority::new();
    fails(&prove(&swtpm, "--ak 0x81000003"), 3, "no key under the handle 0x81000003");
    for algorithm in [AkAlgorithm::Rsa2048, AkAlgorithm::P384] {
        let public = persistent(&swtpm, algorithm);
        let root = swtpm.folder.write("root", &authority.root);
        let issuer = swtpm.folder.write("issuer", &authority.issuer);
        let policy = format!("[key]\nroot_files = [\"root\"]\n{ZERO}");
        fails(&prove(&swtpm, "--ak 0x81000003"), 3, "no certificate of the attestation key");
        let uncertified = prove(&swtpm, "--ak 0x81000003 --uncertified");
        let name = succeeds(&uncertified);
        accepted(&verify(&swtpm, &format!("{}{ZERO}", pinned(&name)), ""));
        rejected(&verify(&swtpm, &policy, &format!("--at {NOW}")));
        let certificate = Authority::certify(&public);
        write_nv(&swtpm, 0x01c1_01d0, &[&certificate[..], &[0xff; 1000]].concat());
        let missing = prove(&swtpm, "--ak 0x81000003");
        fails(&missing, 3, "lacks the certificate of \"CN=Example Issuer\"");
        fails(&missing, 3, "--certificate");
        fails(&prove(&swtpm, &format!("--ak 0x81000003 --certificate {issuer}")), 3, "\"CN=Example Root\"");
        let outcome = prove(&swtpm, &format!("--ak 0x81000003 --certificate {root} --certificate {issuer}"));
        succeeds(&outcome);
        assert!(outcome.notes.contains("1000 bytes of padding behind the certificate in NV 0x01c101d0"), "{outcome:?}");
        let proof = fs::read(swtpm.folder.path("proof")).unwrap();
        let chain = Proof::from_der(&proof).unwrap().evidence().key.certificates().to_vec();
        assert_eq!(chain, [&certificate[..], &authority.issuer, &authority.root]);
        accepted(&verify(&swtpm, &policy, &format!("--at {NOW}")));
        let others = swtpm.folder.write("others", &Certificate::authority("O", "O", &Key::new(9)).sign(&Key::new(9)));
        rejected(&verify(&swtpm, &policy, &format!("--at {NOW} --root {others}")));
        accepted(&verify(&swtpm, &format!("{}{ZERO}", pinned(&name)), &format!("--at {NOW}")));
        // The chain as far as it goes, where that is enough.
        succeeds(&prove(&swtpm, "--ak 0x81000003 --uncertified"));
        rejected(&verify(&swtpm, &policy, &format!("--at {NOW}")));
        accepted(&verify(&swtpm, &policy, &format!("--at {NOW} --intermediate {issuer}")));
        swtpm.tool("tpm2_nvundefine -Q -C o 0x1c101d0");
        // What is given goes before what NV holds, which may have expired.
        let mut expired = Certificate::leaf(Authority::ISSUER, &Key::new(3));
        (expired.spki, expired.not_after) = (spki(&public), tlv(0x17, b"260201000000Z"));
        write_nv(&swtpm, 0x01c1_01d0, &expired.sign(&Key::new(2)));
        let files = format!("--certificate {root} --certificate {issuer}");
        succeeds(&prove(&swtpm, &format!("--ak 0x81000003 {files}")));
        rejected(&verify(&swtpm, &policy, &format!("--at {NOW}")));
        let fresh = swtpm.folder.write("fresh", &certificate);
        succeeds(&prove(&swtpm, &format!("--ak 0x81000003 {files} --certificate {fresh}")));
        accepted(&verify(&swtpm, &policy, &format!("--at {NOW}")));
        swtpm.tool("tpm2_nvundefine -Q -C o 0x1c101d0");
        swtpm.tool("tpm2_evictcontrol -Q -C o -c 0x81000003");
    }
    // A file that is no certificate, and one of another key.
    let wrong = swtpm.folder.write("wrong", b"hello");
    fails(&prove(&swtpm, &format!("--certificate {wrong}")), 2, "is no certificate");
    fails(&prove(&swtpm, &format!("--certificate {}", swtpm.folder.path("absent"))), 3, "cannot read");
    let issuer = swtpm.folder.path("issuer");
    fails(&prove(&swtpm, &format!("--ak new --certificate {issuer}")), 3, "no certificate of the attestation key");
}

/// An authority that was renewed has two certificates under one name; the one that signed is taken.
#[test]
fn of_two_issuers_of_one_name_the_right_one_is_taken() {
    let swtpm = Swtpm::new("prove-renewed");
    let authority = Authority::new();
    let public = persistent(&swtpm, AkAlgorithm::P256);
    let renewed = Certificate::authority("Example Root", Authority::ISSUER, &Key::new(7)).sign(&Key::new(1));
    write_nv(&swtpm, 0x01c1_01d0, &Authority::certify(&public));
    let files = [("root", &authority.root), ("renewed", &renewed), ("issuer", &authority.issuer)];
    let files = files.map(|(name, der)| format!("--certificate {}", swtpm.folder.write(name, der))).join(" ");
    succeeds(&prove(&swtpm, &format!("--ak 0x81000003 {files}")));
    accepted(&verify(&swtpm, &format!("[key]\nroot_files = [\"root\"]\n{ZERO}"), &format!("--at {NOW}")));
}

/// As on Google: the key is made from a template in NV, and its whole chain may lie there too.
#[test]
fn keys_from_templates_in_nv() {
    let swtpm = Swtpm::new("prove-google");
    let authority = Authority::new();
    swtpm.folder.write("root", &authority.root);
    let policy = format!("[key]\nroot_files = [\"root\"]\n{ZERO}");
    write_nv(&swtpm, 0x01c0_0100, &[&authority.issuer[..], &authority.root].concat());
    for (choice, index, certificate, algorithm) in [
        ("google-rsa", GOOGLE_RSA_TEMPLATE, 0x01c1_0000, AkAlgorithm::Rsa2048),
        ("google-ecc", GOOGLE_ECC_TEMPLATE, 0x01c1_0002, AkAlgorithm::P256),
    ] {
        fails(&prove(&swtpm, &format!("--ak {choice}")), 3, &format!("no NV index {index:#010x}"));
        write_nv(&swtpm, index, b"no template");
        fails(&prove(&swtpm, &format!("--ak {choice}")), 3, "does not hold what it should");
        swtpm.tool(&format!("tpm2_nvundefine -Q -C o {index:#x}"));
        let mut buffer = [0; 512];
        // Not the key that we would make.
        let template = TpmtPublic { auth_policy: Tpm2bDigest(&[7; 32]), ..algorithm.template() };
        write_nv(&swtpm, index, template.to_bytes(&mut buffer).unwrap());
        let mut tpm = swtpm.tpm();
        let key = tpm.create_from_nv_template(index).unwrap();
        let own = tpm.create_attestation_key(algorithm).unwrap();
        assert_ne!(key.entity().name, own.entity().name);
        drop(tpm);
        fails(&prove(&swtpm, &format!("--ak {choice}")), 3, "no certificate of the attestation key");
        write_nv(&swtpm, certificate, &Authority::certify(key.public()));
        let name = succeeds(&prove(&swtpm, &format!("--ak {choice}")));
        assert_eq!(name, key.entity().name.to_string());
        accepted(&verify(&swtpm, &policy, &format!("--at {NOW}")));
    }
}

/// Keys that cannot quote, and handles that are of none.
#[test]
fn keys_that_cannot_quote() {
    let swtpm = Swtpm::manufactured("prove-unable");
    fails(&prove(&swtpm, "--uncertified --ak 0x81010001"), 3, "the TPM refuses");
    fails(&prove(&swtpm, "--uncertified --ak 0x81010016"), 3, "TPM_RC_KEY");
    fails(&prove(&swtpm, "--uncertified --ak 0x80000000"), 3, "no key under the handle 0x80000000");
    fails(&prove(&swtpm, "--uncertified --ak 0x01c00002"), 3, "the TPM refuses");
    fails(&prove(&swtpm, "--uncertified --ak 0x40000001"), 3, "the TPM refuses");
    // One that needs a password, which nobody is asked for.
    swtpm.tool("tpm2_createprimary -Q -C o -c p.ctx");
    swtpm.tool("tpm2_flushcontext -t");
    let sign = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign|noda";
    swtpm.tool(&format!("tpm2_create -Q -C p.ctx -G ecc:ecdsa-sha256:null -a {sign} -p secret -u u -r r"));
    swtpm.tool("tpm2_flushcontext -t");
    swtpm.tool("tpm2_load -Q -C p.ctx -u u -r r -c k.ctx");
    swtpm.tool("tpm2_evictcontrol -Q -C o -c k.ctx 0x81000004");
    swtpm.tool("tpm2_flushcontext -t");
    fails(&prove(&swtpm, "--uncertified --ak 0x81000004"), 3, "TPM_RC_BAD_AUTH");
}

/// A TPM that is full says what to do, and keeps what others left in it.
#[test]
fn a_full_tpm() {
    let swtpm = Swtpm::new("prove-full");
    for _ in 0..3 {
        swtpm.tool("tpm2_createprimary -Q -C o -G ecc -c other.ctx");
    }
    let left = swtpm.tool("tpm2_getcap handles-transient");
    assert_eq!(left.lines().count(), 3, "{left}");
    let output = swtpm.folder.path("proof");
    let outcome = run(&words(&format!("prove --tpm {} --nonce {NONCE} -o {output}", swtpm.address)));
    fails(&outcome, 3, "tpm2_flushcontext -t");
    assert!(!Path::new(&output).exists());
    assert_eq!(swtpm.tool("tpm2_getcap handles-transient"), left);
}

/// A link at the output is neither followed nor replaced.
#[test]
fn p15_a_link_is_not_followed() {
    let swtpm = Swtpm::new("prove-p15");
    let target = swtpm.folder.write("target", b"precious");
    for leads_to in [target.clone(), swtpm.folder.path("nowhere"), swtpm.folder.path("link")] {
        let link = swtpm.folder.path("link");
        let _ = fs::remove_file(&link);
        symlink(&leads_to, &link).unwrap();
        let arguments = format!("prove --tpm {} --nonce {NONCE} -o {link}", swtpm.address);
        let outcome = run(&words(&arguments));
        fails(&outcome, 3, "is a symbolic link, and only a regular file is replaced; name another");
        fails(&outcome, 3, &link);
        assert_eq!(fs::read_link(&link).unwrap().to_str().unwrap(), leads_to);
        assert_eq!(fs::read(&target).unwrap(), b"precious");
        assert!(!Path::new(&swtpm.folder.path("nowhere")).exists());
    }
    nothing_is_left(&swtpm);
}

/// A proof is for its owner, also where another file was.
#[test]
fn p16_only_the_owner_reads_a_proof() {
    let swtpm = Swtpm::new("prove-p16");
    let mode = || fs::metadata(swtpm.folder.path("proof")).unwrap().permissions().mode() & 0o7777;
    succeeds(&prove(&swtpm, ""));
    assert_eq!(mode(), 0o600);
    fs::set_permissions(swtpm.folder.path("proof"), fs::Permissions::from_mode(0o666)).unwrap();
    let output = swtpm.folder.path("proof");
    succeeds(&run(&words(&format!("prove --tpm {} --nonce {NONCE} -o {output}", swtpm.address))));
    assert_eq!(mode(), 0o600);
}

/// A PCR that is extended between quote and reading: once more, and no further than a limit.
#[test]
fn p17_a_pcr_is_extended_between_quote_and_reading() {
    let swtpm = Swtpm::new("prove-p17");
    for (when, often) in [(QUOTE, 1), (PCR_READ, 1), (QUOTE, 3)] {
        let mut left = often;
        let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
            let response = tpm(command);
            if code(command) == when && left > 0 {
                left -= 1;
                let done = tpm(&extend(13, &[left as u8; 32]));
                assert_eq!(code(&done), 0);
            }
            Some(response)
        });
        let outcome = prove_with(&swtpm, &format!("--tpm {} --nonce {NONCE}", proxy.address));
        let name = succeeds(&outcome);
        assert_eq!(proxy.count(QUOTE), often + 1);
        accepted(&verify(&swtpm, &format!("{}{ZERO}", pinned(&name)), ""));
    }
    let mut number = 0;
    let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
        let response = tpm(command);
        if code(command) == QUOTE {
            number += 1;
            tpm(&extend(13, &[number; 32]));
        }
        Some(response)
    });
    let outcome = prove_with(&swtpm, &format!("--tpm {} --nonce {NONCE}", proxy.address));
    fails(&outcome, 3, "PCRs were extended between quote and reading, 8 times");
    assert_eq!(proxy.count(QUOTE), 8);
    // What is not quoted may change.
    let mut number = 100;
    let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
        let response = tpm(command);
        number += 1;
        tpm(&extend(13, &[number; 32]));
        Some(response)
    });
    succeeds(&prove_with(&swtpm, &format!("--tpm {} --nonce {NONCE} --pcrs sha256:0-12", proxy.address)));
    assert_eq!(proxy.count(QUOTE), 1);
}

/// What is more than a structure holds is refused, and not cut off.
#[test]
fn p18_more_than_the_maximum() {
    let swtpm = Swtpm::new("prove-p18");
    let mut tpm = swtpm.tpm();
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
    for count in [17, 33, 1000] {
        assert!(tpm.extend(13, &vec![digest; count]).is_err(), "{count} digests");
    }
    let key = tpm.create_attestation_key(AkAlgorithm::P256).unwrap();
    let bank = BankSelection { bank: Sha256, pcrs: 1 };
    for count in [17, 33, 1000] {
        assert!(tpm.quote(&key, b"nonce", &vec![bank; count]).is_err(), "{count} banks");
    }
    for size in [67, 129, 4096, 70_000] {
        assert!(tpm.quote(&key, &vec![7; size], &[bank]).is_err(), "a nonce of {size} bytes");
    }
    let value = tpm.read_pcrs(&[BankSelection { bank: Sha256, pcrs: 1 << 13 }]).unwrap().remove(0);
    assert_eq!(value.value, [0; 32], "nothing was extended");
    // Nine certificates.
    let public = key.public().to_vec();
    drop(tpm);
    let name = |number: u8| format!("Authority {number}");
    let mut chain = vec![];
    for number in 0..9u8 {
        let (issuer, signer) = (name(number.saturating_sub(1)), Key::new(number.max(1)));
        chain.push(Certificate::authority(&issuer, &name(number), &Key::new(number + 1)).sign(&signer));
    }
    let mut leaf = Certificate::leaf(&name(6), &Key::new(3));
    leaf.spki = spki(&public);
    chain.push(leaf.sign(&Key::new(7)));
    let key = swtpm.tpm().create_attestation_key(AkAlgorithm::P256).unwrap();
    let whole = Chain::of(&key, &chain);
    assert_eq!((whole.certificates.len(), whole.missing), (8, None));
    let mut leaf = Certificate::leaf(&name(7), &Key::new(3));
    leaf.spki = spki(&public);
    *chain.last_mut().unwrap() = leaf.sign(&Key::new(8));
    assert_eq!(Chain::of(&key, &chain).missing, Some(Missing::TooMany));
    let files: Vec<_> = (0..).zip(&chain).map(|(at, der)| swtpm.folder.write(&format!("chain{at}"), der)).collect();
    let files: String = files.iter().map(|file| format!(" --certificate {file}")).collect();
    fails(&prove(&swtpm, &files), 3, "more than 8 certificates");
}

/// What the caller asked for is not said to be the TPM's fault.
#[test]
fn a_list_that_is_too_long_is_the_callers() {
    let swtpm = Swtpm::new("prove-long-list");
    let mut tpm = swtpm.tpm();
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
    let error = tpm.extend(13, &[digest; 17]).unwrap_err().to_string();
    assert!(!error.contains("what the TPM gave"), "{error}");
    let error = tpm.read_pcrs(&[BankSelection { bank: Sha256, pcrs: 1 << 24 }]).unwrap_err().to_string();
    assert!(!error.contains("not active"), "there is no PCR 24, but the bank is active: {error}");
}

/// A handle that is of nothing is no key, whatever kind of handle it is.
#[test]
fn a_handle_of_nothing() {
    let swtpm = Swtpm::new("prove-handle");
    let mut tpm = swtpm.tpm();
    for handle in [0x8100_0003, 0x8000_0000, 0x8000_0001] {
        match tpm.find_key(TpmHandle(handle)) {
            Ok(found) => assert!(found.is_none()),
            Err(error) => panic!("{handle:#x}: {error}"),
        }
    }
}

/// No verifier reads two logs of one name: a proof with them is worth nothing.
#[test]
fn p18_more_logs_than_a_verifier_reads() {
    let swtpm = Swtpm::new("prove-logs");
    let log = measured(&swtpm, "log", b"weights");
    let many = format!(" --log application={log}").repeat(9);
    let outcome = prove(&swtpm, &many);
    let rules = format!("{BY_LOG}  {{ pcr = 13, kind = \"weights\" }},\n]\n");
    fails(&outcome, 2, "several logs named application");
    let name = succeeds(&prove(&swtpm, &format!("--log application={log}")));
    accepted(&verify(&swtpm, &format!("{}{rules}", pinned(&name)), ""));
}

/// Several at once on one TPM, in threads and in processes.
#[test]
fn provers_at_once() {
    let swtpm = Swtpm::new("prove-at-once");
    let arguments = |number: usize| {
        let output = swtpm.folder.path(&format!("proof{number}"));
        let algorithm = ["p256", "p384", "rsa2048"][number % 3];
        words(&format!("prove --tpm {} --nonce {NONCE} --ak new:{algorithm} -o {output}", swtpm.address))
    };
    let processes: Vec<_> = (0..3)
        .map(|number| {
            let mut process = Command::new(env!("CARGO_BIN_EXE_tpmproof"));
            process.args(arguments(number)).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let in_threads: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = (3..6).map(|number| scope.spawn(move || run(&arguments(number)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let notes = processes.into_iter().map(|process| {
        let output = process.wait_with_output().unwrap();
        let notes = String::from_utf8(output.stderr).unwrap();
        Outcome { code: u8::try_from(output.status.code().unwrap()).unwrap(), out: String::new(), notes }
    });
    for (number, outcome) in notes.chain(in_threads).enumerate() {
        let name = succeeds(&outcome);
        accepted(&verify_file(&swtpm, &format!("proof{number}"), &format!("{}{ZERO}", pinned(&name)), ""));
    }
    nothing_is_left(&swtpm);
}

/// Where nothing can be written, nothing is, and what was there stays.
#[test]
fn outputs_that_cannot_be_written() {
    let swtpm = Swtpm::new("prove-output");
    let to = |output: &str| {
        let outcome = run(&words(&format!("prove --tpm {} --nonce {NONCE} -o {output}", swtpm.address)));
        nothing_is_left(&swtpm);
        outcome
    };
    fails(&to(&swtpm.folder.path("no/such/folder/proof")), 3, "no/such/folder/proof");
    let file = swtpm.folder.write("file", b"precious");
    fails(&to(&format!("{file}/proof")), 3, "cannot write");
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    let folder = swtpm.folder.path("folder");
    fs::create_dir(&folder).unwrap();
    fails(&to(&folder), 3, "cannot write");
    assert!(Path::new(&folder).is_dir());
    fails(&to("/proc/proof"), 3, "cannot write");
}

/// As another user, who may not write into the folder.
#[test]
fn a_folder_that_is_read_only() {
    let swtpm = Swtpm::new("prove-read-only");
    let binary = swtpm.folder.path("tpmproof");
    // By another process: a file that this one has open for writing, and lends to what it starts, cannot be run.
    assert!(Command::new("cp").args([env!("CARGO_BIN_EXE_tpmproof"), &binary]).status().unwrap().success());
    let folder = swtpm.folder.path("kept");
    fs::create_dir(&folder).unwrap();
    let output = format!("{folder}/proof");
    fs::write(&output, b"precious").unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = if std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0 {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", &binary]);
        command
    } else {
        Command::new(&binary)
    };
    command.args(words(&format!("prove --tpm {} --nonce {NONCE} -o {output}", swtpm.address)));
    let outcome = command.output().unwrap();
    let notes = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(outcome.status.code(), Some(3), "{notes}");
    assert!(notes.contains("cannot write") && notes.contains("Permission denied"), "{notes}");
    assert_eq!(fs::read(&output).unwrap(), b"precious");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    nothing_is_left(&swtpm);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A disk that is full: no file may grow beyond 8 KiB.
#[test]
fn a_disk_that_is_full() {
    let swtpm = Swtpm::new("prove-full-disk");
    let output = swtpm.folder.write("proof", b"precious");
    let large = swtpm.folder.write("large", &[7; 100_000]);
    let run = |limit: &str, more: &str| {
        let line = format!(
            "trap '' XFSZ; ulimit -f {limit}; exec {} prove --tpm {} --nonce {NONCE} -o {output} {more}",
            env!("CARGO_BIN_EXE_tpmproof"),
            swtpm.address
        );
        let outcome = Command::new("bash").args(["-c", &line]).output().unwrap();
        nothing_is_left(&swtpm);
        (outcome.status.code(), String::from_utf8(outcome.stderr).unwrap())
    };
    let (code, notes) = run("8", &format!("--attach weights={large}"));
    assert_eq!(code, Some(3), "{notes}");
    assert!(notes.contains("cannot write") && notes.contains("too large"), "{notes}");
    assert_eq!(fs::read(&output).unwrap(), b"precious");
    let (code, notes) = run("200", &format!("--attach weights={large}"));
    assert_eq!(code, Some(0), "{notes}");
    assert!(fs::metadata(&output).unwrap().len() > 100_000);
}

/// What is no file, such as a pipe or a terminal, is not taken away.
#[test]
fn a_pipe_is_not_replaced() {
    let swtpm = Swtpm::new("prove-pipe");
    let pipe = swtpm.folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let outcome = run(&words(&format!("prove --tpm {} --nonce {NONCE} -o {pipe}", swtpm.address)));
    let is_there = fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo();
    assert!(is_there, "the pipe is gone: {outcome:?}");
    fails(&outcome, 3, "is a pipe");
}

/// Measures into PCR 13, and gives back the log.
fn measured(swtpm: &Swtpm, log: &str, content: &[u8]) -> String {
    let log = swtpm.folder.path(log);
    let file = swtpm.folder.write("measured", content);
    let name = String::from_utf8_lossy(content);
    let outcome =
        run(&words(&format!("measure --tpm {} --kind weights --name {name} --log {log} {file}", swtpm.address)));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    log
}

const BY_LOG: &str =
    "[pcr.sha256]\n13 = \"log\"\n[logs]\n13 = [\"application\"]\n[events]\naccept_any_boot = true\nrequire = [\n";

/// A log that was cut or edited is told of, and is worth nothing to a verifier.
#[test]
fn logs_that_do_not_lead_to_the_pcr() {
    let swtpm = Swtpm::new("prove-edited");
    let path = measured(&swtpm, "log", b"first");
    let first = fs::read(&path).unwrap();
    measured(&swtpm, "log", b"other");
    let whole = fs::read(&path).unwrap();
    let rule = |content: &[u8]| {
        let name = String::from_utf8_lossy(content);
        format!("  {{ pcr = 13, kind = \"weights\", name = \"{name}\", digest = [\"{}\"] }},\n", sha256(content))
    };
    let both = format!("{BY_LOG}{}{}]\n", rule(b"first"), rule(b"other"));
    let one = format!("{BY_LOG}{}]\n", rule(b"first"));
    let outcome = prove(&swtpm, &format!("--log {path}"));
    let name = succeeds(&outcome);
    assert!(!outcome.notes.contains("warning"), "{outcome:?}");
    accepted(&verify(&swtpm, &format!("{}{both}", pinned(&name)), ""));
    rejected(&verify(&swtpm, &format!("{}{one}", pinned(&name)), ""));
    let edit = |from: &[u8], to: &[u8]| {
        let at = whole.windows(from.len()).position(|window| window == from).unwrap();
        [&whole[..at], to, &whole[at + from.len()..]].concat()
    };
    let measured = crate::common::forge::hash(Sha256, b"first");
    let cases = [
        ("cut", first.clone(), false),
        ("edited in what is measured", edit(&measured, &[0; 32]), false),
        ("twice", [&whole[..], &whole[first.len()..]].concat(), true),
        ("in another order", swapped(&first, &whole), true),
    ];
    for (what, log, warns) in cases {
        let edited = swtpm.folder.write("edited", &log);
        let outcome = prove(&swtpm, &format!("--pcrs sha256:0-15+sha384:13 --log application={edited}"));
        succeeds(&outcome);
        if warns || what == "cut" {
            let warning = "warning: no log leads to what PCR 13 of sha256 holds";
            assert!(outcome.notes.contains(warning), "{what}: {outcome:?}");
            assert!(outcome.notes.contains("PCR 13 of sha384"), "{what}: {outcome:?}");
        }
        for policy in [&both, &one] {
            rejected(&verify(&swtpm, &format!("{}{policy}", pinned(&name)), ""));
        }
    }
    for (log, word) in [(&whole[..whole.len() - 1], "is no log"), (&b""[..], "is no log"), (&b"text"[..], "is no log")]
    {
        let edited = swtpm.folder.write("edited", log);
        fails(&prove(&swtpm, &format!("--log application={edited}")), 1, word);
    }
    fails(&prove(&swtpm, &format!("--log {}", swtpm.folder.path("absent"))), 3, "cannot read");
}

/// The two events of a log, the second first.
fn swapped(first: &[u8], whole: &[u8]) -> Vec<u8> {
    let second = &whole[first.len()..];
    let head = first.len() - second.len();
    [&first[..head], second, &first[head..]].concat()
}

/// The certificate of a server, whose key was measured, is bound to the proof.
#[test]
fn an_attested_tls_certificate() {
    let swtpm = Swtpm::new("prove-tls");
    let server = Certificate::leaf("O", &Key::new(5));
    let certificate = swtpm.folder.write("server.pem", &server.sign(&Key::new(9)));
    let log = swtpm.folder.path("log");
    let measure = run(&words(&format!("measure --tpm {} --kind tls-spki --log {log} {certificate}", swtpm.address)));
    assert_eq!(measure.code, 0, "{measure:?}");
    let readme = swtpm.folder.write("readme.txt", b"read me");
    let arguments = format!("--log {log} --attach tls-certificate={certificate} --attach notes={readme}");
    let name = succeeds(&prove(&swtpm, &arguments));
    let rule = |digest: &str| format!("{}{BY_LOG}  {{ pcr = 13, kind = \"tls-spki\"{digest} }},\n]\n", pinned(&name));
    let spki = sha256(&server.spki);
    let outcome = verify(&swtpm, &rule(&format!(", digest = [\"{spki}\"]")), "--json");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let report: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(report["bindings"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["bindings"][0]["name"], "server.pem");
    assert_eq!(report["bindings"][0]["kind"], "tls-certificate");
    assert_eq!(report["attachments"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["attachments"][0]["name"], "readme.txt");
    // Another server's certificate is enclosed, and bound by nothing.
    let other = Certificate::leaf("O", &Key::new(6)).sign(&Key::new(9));
    let other = swtpm.folder.write("other.pem", &other);
    succeeds(&prove(&swtpm, &format!("--log {log} --attach tls-certificate={other}")));
    let outcome = verify(&swtpm, &rule(""), "--json");
    let report: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((outcome.code, report["bindings"].as_array().unwrap().len()), (0, 0), "{report}");
    for (attach, code, word) in [
        ("tls-certificate", 2, "KIND=FILE"),
        ("=file", 2, "KIND=FILE"),
        ("tls-certificate=", 2, "KIND=FILE"),
        (&format!("tls-certificate={readme}"), 2, "is no certificate"),
        (&format!("notes={}", swtpm.folder.path("absent")), 3, "cannot read"),
    ] {
        fails(&prove(&swtpm, &format!("--attach {attach}")), code, word);
    }
}

/// A bank that the TPM does not have is named.
#[test]
fn banks_and_selections() {
    let swtpm = Swtpm::with_banks("prove-banks", "sha256");
    for selection in ["sha384:0", "sha256:0+sha384:0", "sha384:0-23+sha256:1"] {
        fails(&prove(&swtpm, &format!("--pcrs {selection}")), 3, "the bank sha384 is not active");
    }
    fails(&prove(&swtpm, "--pcrs sha1:0"), 3, "the bank sha1 is not active");
    for selection in ["sha256", "sha256:", "sha256:24", "sha256:3-1", "sha256:0+sha256:1", "md5:0", "sha256:00"] {
        let outcome = prove(&swtpm, &format!("--pcrs {selection}"));
        assert_eq!(outcome.code, 2, "{selection}: {outcome:?}");
    }
    for selection in ["sha256:0", "sha256:0-23", "sha256:0,5-7,23"] {
        let name = succeeds(&prove(&swtpm, &format!("--pcrs {selection}")));
        accepted(&verify(&swtpm, &format!("{}{ZERO}", pinned(&name)), ""));
    }
    let name = succeeds(&prove(&swtpm, "--pcrs sha256:1"));
    rejected(&verify(&swtpm, &format!("{}{ZERO}", pinned(&name)), ""));
}

/// Without `--tpm`, the environment names the TPM; a name that is none is said to be.
#[test]
fn the_environment_names_the_tpm() {
    let swtpm = Swtpm::new("prove-environment");
    let output = swtpm.folder.path("proof");
    let run = |address: &str| {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tpmproof"));
        process.args(words(&format!("prove --nonce {NONCE} -o {output}"))).env("TPMPROOF_TPM", address);
        let outcome = process.output().unwrap();
        (outcome.status.code().unwrap(), String::from_utf8(outcome.stderr).unwrap())
    };
    let (code, notes) = run("/dev/tpm0");
    assert!(code == 2 && notes.contains("TPMPROOF_TPM: \"/dev/tpm0\" is no address of a TPM"), "{notes}");
    assert!(!Path::new(&output).exists());
    let (code, notes) = run(&swtpm.address.to_string());
    assert_eq!(code, 0, "{notes}");
    let proof = fs::read(&output).unwrap();
    let public = Proof::from_der(&proof).unwrap().evidence().key.certificates().len();
    assert_eq!(public, 0);
    nothing_is_left(&swtpm);
}

/// A prover that fails in the middle takes out of the TPM what it put there, whatever the command that failed.
#[test]
fn a_failure_at_any_command_leaves_nothing() {
    let swtpm = Swtpm::new("prove-failure");
    for refused in [CREATE_PRIMARY, QUOTE, PCR_READ] {
        let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
            if code(command) == refused {
                return Some(crate::common::fake_tpm::response(0x0000_0143, &[]));
            }
            Some(tpm(command))
        });
        let outcome = prove_with(&swtpm, &format!("--tpm {} --nonce {NONCE}", proxy.address));
        fails(&outcome, 3, "TPM_RC_COMMAND_CODE");
    }
    // A log that cannot be read is found when the key is made already.
    let text = swtpm.folder.write("text", b"text");
    fails(&prove(&swtpm, &format!("--log application={text}")), 1, "is no log");
}

/// What comes of a prover that gets these signals while the TPM quotes.
fn interrupted(swtpm: &Swtpm, signals: &[&str]) -> (std::process::ExitStatus, String) {
    let (sender, quoting) = std::sync::mpsc::channel();
    let proxy = FakeTpm::before(swtpm, move |command, tpm| {
        let response = tpm(command);
        if code(command) == QUOTE {
            sender.send(()).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        Some(response)
    });
    let output = swtpm.folder.path("proof");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tpmproof"));
    command.args(words(&format!("prove --tpm {} --nonce {NONCE} -o {output}", proxy.address)));
    let process = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    quoting.recv_timeout(crate::common::swtpm::TIMEOUT).unwrap();
    for signal in signals {
        assert!(Command::new("kill").args([*signal, &process.id().to_string()]).status().unwrap().success());
        // Two at once may come as one.
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let outcome = process.wait_with_output().unwrap();
    assert!(!Path::new(&output).exists());
    (outcome.status, String::from_utf8(outcome.stderr).unwrap())
}

/// Who interrupts a prover finds the TPM as it was, and no part of a file.
#[test]
fn an_interrupted_prover_leaves_nothing() {
    let swtpm = Swtpm::new("prove-interrupted");
    for signal in ["-INT", "-TERM"] {
        let (status, notes) = interrupted(&swtpm, &[signal]);
        assert_eq!((status.code(), &notes[..]), (Some(3), "tpmproof: interrupted; nothing was written\n"));
        nothing_is_left(&swtpm);
    }
}

/// Who is in a hurry says so twice.
#[test]
fn a_second_interrupt_does_not_wait() {
    let swtpm = Swtpm::new("prove-impatient");
    let (status, _) = interrupted(&swtpm, &["-INT", "-INT"]);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(2));
}

/// The Name that is told is the one that `tpm2-tools` compute.
#[test]
fn the_name_is_the_one_of_tpm2_tools() {
    let swtpm = Swtpm::new("prove-name");
    for algorithm in [AkAlgorithm::P256, AkAlgorithm::P384] {
        persistent(&swtpm, algorithm);
        let name = succeeds(&prove(&swtpm, "--ak 0x81000003 --uncertified"));
        swtpm.tool("tpm2_readpublic -Q -c 0x81000003 -n name");
        assert_eq!(digits(&fs::read(swtpm.folder.path("name")).unwrap()), name);
        swtpm.tool("tpm2_evictcontrol -Q -C o -c 0x81000003");
    }
}

/// A key with a password, whose failures count: they never lock the TPM, and its owner comes in.
#[test]
fn the_last_try_is_the_owners() {
    let swtpm = Swtpm::new("prove-last-try");
    swtpm.tool("tpm2_dictionarylockout -Q -s -n 3 -t 1000 -l 1000");
    let attributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign";
    swtpm.tool(&format!("tpm2_createprimary -Q -C e -G ecc256:ecdsa-sha256:null -a {attributes} -p secret -c ak.ctx"));
    swtpm.tool("tpm2_evictcontrol -Q -C o -c ak.ctx 0x81000010");
    swtpm.tool("tpm2_flushcontext -t");
    for _ in 0..2 {
        let outcome = prove(&swtpm, "--ak 0x81000010 --uncertified");
        assert!(outcome.code == 3 && outcome.notes.contains("TPM_RC_AUTH_FAIL"), "{outcome:?}");
    }
    for _ in 0..2 {
        let outcome = prove(&swtpm, "--ak 0x81000010 --uncertified");
        assert!(outcome.code == 3 && outcome.notes.contains("2 have failed, and 3 lock it"), "{outcome:?}");
    }
    swtpm.tool("tpm2_quote -Q -c 0x81000010 -p secret -l sha256:0 -m message -s signature");
}

#[test]
fn a_pcr_that_was_extended_and_no_log() {
    let swtpm = Swtpm::new("prove-no-log");
    let outcome = prove(&swtpm, "");
    assert!(outcome.code == 0 && !outcome.notes.contains("encloses no log"), "{outcome:?}");
    swtpm.tool(&format!("tpm2_pcrextend 13:sha256={}", "07".repeat(32)));
    let outcome = prove(&swtpm, "");
    assert!(
        outcome.code == 0 && outcome.notes.contains("PCR 13 is extended, and the proof encloses no log"),
        "{outcome:?}"
    );
}
