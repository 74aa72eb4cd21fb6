//! Promise: a machine is enrolled only if its TPM is the one that it says, and has the attestation key that it says.
#![cfg(feature = "cli")]

use crate::common::cli::{Outcome, run};
use crate::common::swtpm::Swtpm;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tpmproof::prover::{Credential, EkTemplate, EnrollmentRequest, PendingActivation};
use tpmproof::structures::*;
use tpmproof::verify::{Activation, Name};
use tpmproof::{Decode, Encode};

/// Runs `tpmproof` in a folder: `@` stands for the folder.
fn tpmproof(swtpm: &Swtpm, line: &str) -> Outcome {
    let folder = swtpm.folder.path("");
    let mut words: Vec<String> = line.split_whitespace().map(|word| word.replace('@', &folder)).collect();
    if ["request", "answer", "prove"]
        .iter()
        .any(|command| words[..2.min(words.len())].iter().any(|word| word == command))
    {
        words.extend(["--tpm".to_owned(), swtpm.address.to_string()]);
    }
    run(&words)
}

fn done(swtpm: &Swtpm, line: &str) -> Outcome {
    let outcome = tpmproof(swtpm, line);
    assert_eq!(outcome.code, 0, "{line}: {}", outcome.notes);
    outcome
}

fn refused(swtpm: &Swtpm, line: &str, code: u8, words: &str) -> String {
    let outcome = tpmproof(swtpm, line);
    assert_eq!(outcome.code, code, "{line}: {}", outcome.notes);
    assert!(outcome.notes.contains(words), "{line}: {}", outcome.notes);
    outcome.notes
}

fn read(swtpm: &Swtpm, name: &str) -> Vec<u8> {
    std::fs::read(swtpm.folder.path(name)).unwrap()
}

fn exists(swtpm: &Swtpm, name: &str) -> bool {
    Path::new(&swtpm.folder.path(name)).exists()
}

fn mode(swtpm: &Swtpm, name: &str) -> u32 {
    std::fs::metadata(swtpm.folder.path(name)).unwrap().permissions().mode() & 0o777
}

const CHALLENGE: &str =
    "enroll challenge @request --root @rootca.pem --ek-certificate @issuercert.pem --state @state.der -o @credential";

fn enrolled(swtpm: &Swtpm) {
    done(swtpm, "enroll request -o @request");
    done(swtpm, CHALLENGE);
    done(swtpm, "enroll answer @credential -o @answer");
    done(swtpm, "enroll finish @answer --state @state.der -o @machine.record");
}

fn policy(swtpm: &Swtpm, rest: &str) {
    let text = format!("version = 1\n[key]\nactivated = [\"machine.record\"]\n{rest}[pcr.sha256]\n0 = \"zero\"\n");
    swtpm.folder.write("policy.toml", text.as_bytes());
}

const VERIFY: &str = "verify @proof --policy @policy.toml --nonce 0123";

#[test]
fn the_whole_story_with_a_certified_endorsement_key() {
    let mut swtpm = Swtpm::manufactured("enroll");
    enrolled(&swtpm);
    swtpm.assert_empty();
    assert!(!exists(&swtpm, "state.der"));
    assert_eq!(mode(&swtpm, "answer"), 0o600);
    let record = read(&swtpm, "machine.record");
    let record = Activation::from_der(&record).unwrap();
    assert_eq!(record.to_der(), read(&swtpm, "machine.record"));
    // Both are what others say they are.
    swtpm.tool("openssl x509 -in rootca.pem -outform der -out rootca.der");
    assert_eq!(
        crate::common::forge::hash(tpmproof::crypto::HashAlgorithm::Sha256, &read(&swtpm, "rootca.der")),
        record.ek_root_sha256.unwrap()
    );
    swtpm.tool("tpm2_readpublic -c 0x81010001 -f der -o ek.der");
    assert_eq!(
        crate::common::forge::hash(tpmproof::crypto::HashAlgorithm::Sha256, &read(&swtpm, "ek.der")),
        record.ek_spki_sha256
    );

    let shown = done(&swtpm, "show @machine.record").out;
    let name: String = record.ak_name.iter().map(|octet| format!("{octet:02x}")).collect();
    assert!(shown.contains(&format!("akName = {name}")), "{shown}");

    done(&swtpm, "prove --nonce 0123 -o @proof");
    policy(&swtpm, "");
    let outcome = done(&swtpm, VERIFY);
    assert!(outcome.out.contains("its TPM was enrolled"), "{}", outcome.out);
    assert!(outcome.out.contains("  pass         key-attributes"), "{}", outcome.out);
    // The Name is authenticated, and so the counters mean something.
    let firmware = outcome.out.split("firmware version ").nth(1).unwrap().lines().next().unwrap();
    policy(&swtpm, &format!("[quote]\nfirmware_version = [\"{firmware}\"]\n"));
    done(&swtpm, VERIFY);
    // After a reboot it is still that machine; another key of the same TPM is not enrolled.
    swtpm.reboot();
    policy(&swtpm, "");
    done(&swtpm, "prove --nonce 0123 -o @proof");
    done(&swtpm, VERIFY);
    done(&swtpm, "prove --ak new:p384 --nonce 0123 -o @proof");
    let outcome = tpmproof(&swtpm, VERIFY);
    assert!(outcome.code == 1 && outcome.out.contains("none that the policy pins"), "{}", outcome.out);
}

#[test]
fn every_endorsement_key_that_the_tpm_can_make() {
    let swtpm = Swtpm::manufactured("enroll-eks");
    for template in EkTemplate::ALL {
        let name = template.name;
        if name == "H-7" {
            // This TPM makes no keys of 4096 bits.
            refused(&swtpm, "enroll request --ek H-7 -o @request", 3, "TPM_RC_");
            continue;
        }
        done(&swtpm, &format!("enroll request --ek {name} -o @request"));
        let request = EnrollmentRequest::from_der(&read(&swtpm, "request")).unwrap();
        assert_eq!(request.ek_certificates.is_empty(), !["L-1", "H-3"].contains(&name), "{name}");
        if request.ek_certificates.is_empty() {
            refused(&swtpm, "enroll challenge @request --state @s -o @c", 1, "--trust-ek");
            swtpm.folder.write("ek.public", &request.ek_public);
            done(&swtpm, "enroll challenge @request --ek-public @ek.public --trust-ek --state @s -o @c");
        } else {
            let roots = "--root @rootca.pem --ek-certificate @issuercert.pem";
            done(&swtpm, &format!("enroll challenge @request {roots} --state @s -o @c"));
        }
        done(&swtpm, "enroll answer @c -o @a");
        done(&swtpm, &format!("enroll finish @a --state @s -o @{name}.record"));
        let record = read(&swtpm, &format!("{name}.record"));
        let record = Activation::from_der(&record).unwrap();
        assert_eq!(record.ek_root_sha256.is_none(), request.ek_certificates.is_empty());
        swtpm.assert_empty();
    }
}

/// Of a provider that tells the key alone, as AWS does.
#[test]
fn an_endorsement_key_in_pem_on_trust() {
    let swtpm = Swtpm::manufactured("enroll-pem");
    done(&swtpm, "enroll request --ek H-3 -o @request");
    swtpm.tool("tpm2_readpublic -c 0x81010016 -f pem -o ek.pem");
    refused(&swtpm, "enroll challenge @request --ek-public @ek.pem --state @s -o @c", 2, "--trust-ek");
    let notes = done(&swtpm, "enroll challenge @request --ek-public @ek.pem --trust-ek --state @s -o @c").notes;
    assert!(notes.contains("nothing vouches"), "{notes}");
    done(&swtpm, "enroll answer @c -o @a");
    done(&swtpm, "enroll finish @a --state @s -o @machine.record");
    done(&swtpm, "prove --nonce 0123 -o @proof");
    policy(&swtpm, "");
    let out = done(&swtpm, VERIFY).out;
    assert!(out.contains("took its endorsement key on trust") && out.contains("nobody vouches"), "{out}");
    // The machine's own word is another key.
    swtpm.tool("tpm2_readpublic -c 0x81010001 -f pem -o other.pem");
    let line = "enroll challenge @request --ek-public @other.pem --trust-ek --state @s -o @c";
    refused(&swtpm, line, 1, "is another than");
    assert!(!exists(&swtpm, "s"));
}

#[test]
fn k05_the_right_tpm_with_another_key_and_another_tpm_in_its_place() {
    let swtpm = Swtpm::manufactured("enroll-swap");
    enrolled(&swtpm);
    // The credential is for another key of this TPM.
    done(&swtpm, CHALLENGE);
    let words = "for none of this TPM's endorsement keys, or for another attestation key";
    refused(&swtpm, "enroll answer @credential --ak new:p384 -o @other", 1, words);
    assert!(!exists(&swtpm, "other"));
    swtpm.assert_empty();
    // Another machine cannot read it, and may not take the place of the first.
    let other = Swtpm::manufactured("enroll-swap-other");
    other.folder.write("credential", &read(&swtpm, "credential"));
    refused(&other, "enroll answer @credential -o @answer", 1, words);
    other.assert_empty();
    std::fs::remove_file(swtpm.folder.path("state.der")).unwrap();
    done(&other, "enroll request -o @request");
    done(&other, CHALLENGE);
    done(&other, "enroll answer @credential -o @answer");
    other.folder.write("machine.record", &read(&swtpm, "machine.record"));
    refused(&other, "enroll finish @answer --state @state.der -o @machine.record", 1, "the record of another TPM");
    assert_eq!(read(&other, "machine.record"), read(&swtpm, "machine.record"));
    // A genuine certificate beside another endorsement key.
    let mut mixed = EnrollmentRequest::from_der(&read(&swtpm, "request")).unwrap();
    mixed.ek_public = EnrollmentRequest::from_der(&read(&other, "request")).unwrap().ek_public;
    swtpm.folder.write("request", &mixed.to_der());
    refused(&swtpm, CHALLENGE, 1, "somebody answers for a TPM that is not theirs");
    assert!(!exists(&swtpm, "state.der"));
}

/// Certificates below the maker's root that are of no endorsement key: their keys may be anybody's.
#[test]
fn k05_another_certificate_of_the_same_authority() {
    let swtpm = Swtpm::manufactured("enroll-leaf");
    done(&swtpm, "enroll request -o @request");
    let request = EnrollmentRequest::from_der(&read(&swtpm, "request")).unwrap();
    swtpm.folder.write("ak", &request.ak_public);
    swtpm.tool("openssl req -new -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf");
    for (place, extensions) in [
        "subjectAltName=DNS:example.org",
        "keyUsage=digitalSignature,keyEncipherment",
        "keyUsage=keyEncipherment\nextendedKeyUsage=serverAuth",
        "keyUsage=keyEncipherment\nextendedKeyUsage=2.23.133.8.3",
        "keyUsage=keyEncipherment\nextendedKeyUsage=anyExtendedKeyUsage",
        "keyUsage=digitalSignature\nextendedKeyUsage=2.23.133.8.1",
        "basicConstraints=CA:TRUE\nextendedKeyUsage=2.23.133.8.1",
    ]
    .into_iter()
    .enumerate()
    {
        swtpm.folder.write("extensions", extensions.as_bytes());
        swtpm.tool("openssl x509 -req -in leaf.csr -CA issuercert.pem -CAkey ca/signkey.pem -set_serial 77 -days 30 -extfile extensions -out leaf.pem");
        let line = "enroll challenge --ak @ak --ek-certificate @leaf.pem --ek-certificate @issuercert.pem --root @rootca.pem --state @s -o @c";
        refused(&swtpm, line, 1, "the endorsement key is not trusted");
        assert!(!exists(&swtpm, "s") && !exists(&swtpm, "c"), "{place}");
    }
    // The same way leads to a credential where the authority says that it is one.
    swtpm.folder.write("extensions", b"keyUsage=keyEncipherment\nextendedKeyUsage=2.23.133.8.1");
    swtpm.tool("openssl x509 -req -in leaf.csr -CA issuercert.pem -CAkey ca/signkey.pem -set_serial 77 -days 30 -extfile extensions -out leaf.pem");
    let line = "enroll challenge --ak @ak --ek-certificate @leaf.pem --ek-certificate @issuercert.pem --root @rootca.pem --state @s -o @c";
    done(&swtpm, line);
}

/// The verifier names the machine by a certificate of its endorsement key; another one asks.
#[test]
fn k05_a_certificate_of_the_machine_that_is_meant() {
    let meant = Swtpm::manufactured("enroll-meant");
    let other = Swtpm::manufactured("enroll-not-meant");
    done(&other, "enroll request -o @request");
    meant.folder.write("request", &read(&other, "request"));
    for root in ["rootca.pem", "issuercert.pem"] {
        // Both makers are trusted.
        let both = [read(&meant, root), read(&other, root)].concat();
        meant.folder.write(&format!("both-{root}"), &both);
    }
    meant.tool("tpm2_nvread 0x01c00002 -o own.der");
    let line = "enroll challenge @request --ek-certificate @own.der --ek-certificate @both-issuercert.pem --root @both-rootca.pem --state @s -o @c";
    refused(&meant, line, 1, "somebody answers for a TPM that is not theirs");
    let last = line.replace("--ek-certificate @own.der ", "").replace(" --root", " --ek-certificate @own.der --root");
    refused(&meant, &last, 1, "somebody answers for a TPM that is not theirs");
    let line = line.replace("--ek-certificate @own.der ", "");
    done(&meant, &line);
}

#[test]
fn k10_no_two_credentials_are_alike() {
    let swtpm = Swtpm::new("enroll-fresh");
    let ak = Name::from_bytes(&[&[0, 0x0b][..], &[7; 32]].concat()).unwrap();
    for template in ["L-1", "H-3"] {
        done(&swtpm, &format!("enroll request --ek {template} -o @request"));
        let request = EnrollmentRequest::from_der(&read(&swtpm, "request")).unwrap();
        let ek = TpmtPublic::from_bytes(&request.ek_public).unwrap();
        let [one, two] = [(); 2].map(|()| Credential::make(&ek, &ak, &[1; 32]).unwrap().to_bytes().unwrap());
        // Neither the integrity nor the encrypted identity nor the seed of one is in the other.
        assert_eq!(one.len(), two.len());
        let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
        assert!(same < 60, "{template}: {same} octets of {} are alike", one.len());
        assert_eq!(Credential::from_bytes(&one).unwrap().to_bytes().unwrap(), one);
        for size in 0..one.len() {
            assert!(Credential::from_bytes(&one[..size]).is_err());
        }
    }
}

#[test]
fn an_answer_counts_once() {
    let swtpm = Swtpm::manufactured("enroll-once");
    enrolled(&swtpm);
    refused(&swtpm, "enroll finish @answer --state @state.der -o @again.record", 3, "state.der");
    // What cannot come to anything does not use it up.
    done(&swtpm, CHALLENGE);
    done(&swtpm, "enroll answer @credential -o @answer");
    refused(&swtpm, "enroll finish @answer --state @state.der -o @no/again.record", 3, "there is no folder");
    swtpm.folder.write("long", &[0; 33]);
    refused(&swtpm, "enroll finish @long --state @state.der -o @again.record", 1, "33 bytes, and an answer has 32");
    // Neither was an attempt.
    done(&swtpm, "enroll finish @answer --state @state.der -o @machine.record");
    assert!(!exists(&swtpm, "state.der"));
    done(&swtpm, CHALLENGE);
    assert_eq!(mode(&swtpm, "state.der"), 0o600);
    // What is kept is not overwritten by a second challenge.
    let kept = read(&swtpm, "state.der");
    refused(&swtpm, CHALLENGE, 3, "state.der");
    assert_eq!(read(&swtpm, "state.der"), kept);
    // The answer to an earlier challenge uses this one up.
    refused(&swtpm, "enroll finish @answer --state @state.der -o @again.record", 1, "used up");
    assert!(!exists(&swtpm, "state.der") && !exists(&swtpm, "again.record"));
    refused(&swtpm, &CHALLENGE.replace("-o @credential", "-o @state.der"), 2, "one file");
    // A challenge that cannot be written leaves nothing.
    refused(&swtpm, &CHALLENGE.replace("-o @credential", "-o @no/folder"), 3, "no/folder");
    assert!(!exists(&swtpm, "state.der"));
}

#[test]
fn p20_no_error_and_no_report_has_the_secret() {
    let swtpm = Swtpm::manufactured("enroll-secret");
    done(&swtpm, "enroll request -o @request");
    done(&swtpm, CHALLENGE);
    let kept = PendingActivation::from_der(&read(&swtpm, "state.der")).unwrap();
    done(&swtpm, "enroll answer @credential -o @answer");
    let secret = read(&swtpm, "answer");
    assert_eq!(secret.len(), 32);
    let digits: String = secret.iter().map(|octet| format!("{octet:02x}")).collect();
    let mut wrong = secret.clone();
    wrong[31] ^= 1;
    swtpm.folder.write("answer", &wrong);
    let notes = refused(&swtpm, "enroll finish @answer --state @state.der -o @machine.record", 1, "used up");
    let shown = format!("{kept:?} {notes}");
    assert!(!shown.contains(&digits[..16]) && !shown.contains(&format!("{:?}", &secret[..8])), "{shown}");
    // The right one comes too late: one mistake is the end of a challenge.
    swtpm.folder.write("answer", &secret);
    refused(&swtpm, "enroll finish @answer --state @state.der -o @machine.record", 3, "state.der");
    assert!(!exists(&swtpm, "machine.record"));
}

#[test]
fn tools_of_others_read_our_credentials_and_we_read_theirs() {
    let swtpm = Swtpm::manufactured("enroll-tools");
    done(&swtpm, "enroll request -o @request");
    let request = EnrollmentRequest::from_der(&read(&swtpm, "request")).unwrap();
    let ak = TpmtPublic::from_bytes(&request.ak_public).unwrap();
    let name = Name::of(&request.ak_public, ak.name_alg.0, &tpmproof::crypto::SOFTWARE).unwrap().to_string();
    let secret = swtpm.folder.write("secret", b"a secret of at most 32 octets");
    // Theirs, to an RSA key that needs the endorsement hierarchy's authorization and a P-384 key that does not.
    for handle in ["0x81010001", "0x81010016"] {
        swtpm.tool(&format!("tpm2_readpublic -c {handle} -o ek.tpm2b"));
        swtpm.tool(&format!("tpm2_makecredential -T none -u ek.tpm2b -s {secret} -n {name} -o credential"));
        done(&swtpm, "enroll answer @credential -o @answer");
        assert_eq!(read(&swtpm, "answer"), read(&swtpm, "secret"), "{handle}");
    }
    // Ours.
    swtpm.tool("tpm2_createak -C 0x81010016 -G ecc256 -g sha256 -s ecdsa -c ak.ctx -u ak.tpm2b");
    swtpm.tool("tpm2_flushcontext -t");
    for (handle, session) in [("0x81010016", false), ("0x81010001", true)] {
        swtpm.tool(&format!("tpm2_readpublic -c {handle} -f pem -o ek.pem"));
        done(&swtpm, "enroll challenge --ak @ak.tpm2b --ek-public @ek.pem --trust-ek --state @s -o @credential");
        let mut command = format!("tpm2_activatecredential -c ak.ctx -C {handle} -i credential -o answer");
        if session {
            swtpm.tool("tpm2_startauthsession --policy-session -S s.ctx");
            swtpm.tool("tpm2_policysecret -S s.ctx -c e");
            command += " -P session:s.ctx";
        }
        swtpm.tool(&command);
        if session {
            swtpm.tool("tpm2_flushcontext s.ctx");
        }
        swtpm.tool("tpm2_flushcontext -t");
        done(&swtpm, "enroll finish @answer --state @s -o @machine.record");
        std::fs::remove_file(swtpm.folder.path("machine.record")).unwrap();
    }
}

#[test]
fn keys_that_are_not_what_they_should_be() {
    let swtpm = Swtpm::manufactured("enroll-keys");
    done(&swtpm, "enroll request -o @request");
    let good = EnrollmentRequest::from_der(&read(&swtpm, "request")).unwrap();
    let with = |public: &[u8], change: &dyn Fn(&mut TpmtPublic<'_>)| {
        let mut area = TpmtPublic::from_bytes(public).unwrap();
        change(&mut area);
        let mut buffer = [0; 1024];
        area.to_bytes(&mut buffer).unwrap().to_vec()
    };
    let attempt = |request: &EnrollmentRequest, words: &str| {
        swtpm.folder.write("request", &request.to_der());
        refused(&swtpm, CHALLENGE, 1, words);
        assert!(!exists(&swtpm, "state.der") && !exists(&swtpm, "credential"));
    };
    for bit in [TpmaObject::RESTRICTED, TpmaObject::FIXED_TPM, TpmaObject::SIGN, TpmaObject::SENSITIVE_DATA_ORIGIN] {
        let ak_public =
            with(&good.ak_public, &|area| area.object_attributes = TpmaObject(area.object_attributes.0 & !bit.0));
        attempt(&EnrollmentRequest { ak_public, ..good.clone() }, "is no attestation key");
    }
    for bit in [TpmaObject::RESTRICTED, TpmaObject::FIXED_TPM, TpmaObject::DECRYPT, TpmaObject::SIGN] {
        let ek_public =
            with(&good.ek_public, &|area| area.object_attributes = TpmaObject(area.object_attributes.0 ^ bit.0));
        attempt(&EnrollmentRequest { ek_public, ..good.clone() }, "its attributes are");
    }
    // The maker's root is another, or the chain has a hole, or it is not yet valid.
    swtpm.folder.write("request", &good.to_der());
    refused(&swtpm, "enroll challenge @request --state @state.der -o @credential", 1, "swtpm-localca");
    refused(
        &swtpm,
        "enroll challenge @request --root @rootca.pem --state @state.der -o @credential",
        1,
        "swtpm-localca",
    );
    refused(&swtpm, &format!("{CHALLENGE} --at 2001-01-01T00:00:00Z"), 1, "is valid from");
    // A root is no endorsement key.
    let line =
        "enroll challenge --ak @ak --root @rootca.pem --ek-certificate @rootca.pem --state @state.der -o @credential";
    swtpm.folder.write("ak", &good.ak_public);
    refused(&swtpm, line, 1, "the endorsement key is not trusted");
    refused(&swtpm, "enroll challenge @policy --state @s -o @c", 3, "policy");
    swtpm.folder.write("request", b"0");
    refused(&swtpm, CHALLENGE, 1, "is no request to enroll");
    swtpm.folder.write("credential", b"0");
    refused(&swtpm, "enroll answer @credential -o @answer", 1, "is no credential");
    swtpm.folder.write("state.der", b"0");
    refused(
        &swtpm,
        "enroll finish @request --state @state.der -o @machine.record",
        2,
        "nothing that enroll challenge kept",
    );
    assert!(exists(&swtpm, "state.der"));
}
