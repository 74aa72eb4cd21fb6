//! Promise: a TPM does what the commands of Part 3 say, by password, HMAC and policy, and nothing is left in it.
#![cfg(feature = "cli")]

use crate::common::forge::hash;
use crate::common::machine::digits;
use crate::common::swtpm::Swtpm;
use tpmproof::crypto::HashAlgorithm::{self, Sha256, Sha384};
use tpmproof::prover::commands::*;
use tpmproof::prover::{AkAlgorithm, Authorization, EkTemplate, Entity, Key, ProverError, SessionParameters, Tpm};
use tpmproof::structures::*;
use tpmproof::verify::BankSelection;
use tpmproof::{Decode, Encode};

const EMPTY: Tpm2bDigest<'static> = Tpm2bDigest(&[]);
const NONE: &[u8] = &[0, 0, 0, 0];

fn password() -> [Authorization<'static>; 1] {
    [Authorization::Password(&[])]
}

fn passwords() -> [Authorization<'static>; 2] {
    [Authorization::Password(&[]), Authorization::Password(&[])]
}

/// A parent of other keys, authorized by an empty password.
fn parent(tpm: &mut Tpm) -> Key {
    let high = EkTemplate::ALL.iter().find(|template| template.name == "H-2").unwrap();
    tpm.create_primary(TpmHandle::OWNER, high.public()).unwrap()
}

fn sensitive(auth: &[u8]) -> Tpm2bSensitiveCreate<'_> {
    Tpm2bSensitiveCreate(TpmsSensitiveCreate { user_auth: Tpm2bDigest(auth), data: Tpm2bSensitiveData(&[]) })
}

/// An NV index of the owner's, which its own password reads and writes.
fn define(tpm: &mut Tpm, index: u32, size: u16, auth: &[u8]) -> Entity {
    let public = TpmsNvPublic {
        nv_index: TpmHandle(index),
        name_alg: TpmiAlgHash(TpmAlgId::SHA256),
        attributes: TpmaNv::AUTHREAD.with(TpmaNv::AUTHWRITE).with(TpmaNv::OWNERREAD).with(TpmaNv::NO_DA),
        auth_policy: EMPTY,
        data_size: size,
    };
    let command = NvDefineSpace {
        auth_handle: Entity::of(TpmHandle::OWNER),
        auth: Tpm2bDigest(auth),
        public_info: Tpm2bNvPublic(public),
    };
    tpm.execute(&command, &mut password()).unwrap();
    nv(tpm, index)
}

/// The index with the Name that it has now: writing changes it.
fn nv(tpm: &mut Tpm, index: u32) -> Entity {
    let read = tpm.execute(&NvReadPublic { nv_index: Entity::of(TpmHandle(index)) }, &mut []).unwrap();
    let mut public = [0; 64];
    let public = read.nv_public.0.to_bytes(&mut public).unwrap();
    let name = [&[0, 0x0b][..], &hash(Sha256, public)].concat();
    assert_eq!(read.nv_name.0, name);
    entity(index, &name)
}

/// An entity with a Name that was told.
fn entity(handle: u32, name: &[u8]) -> Entity {
    Entity::named(TpmHandle(handle), name).unwrap()
}

#[test]
fn the_clock() {
    let mut swtpm = Swtpm::new("clock");
    let counts = |swtpm: &Swtpm| {
        let clock = swtpm.tpm().execute(&ReadClock {}, &mut []).unwrap().current_time.clock_info;
        let told = swtpm.tool("tpm2_readclock");
        let count =
            |name: &str| told.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap().trim().to_owned();
        assert_eq!(count("reset_count:"), clock.reset_count.to_string());
        assert_eq!(count("restart_count:"), clock.restart_count.to_string());
        clock.reset_count
    };
    let first = counts(&swtpm);
    swtpm.reboot();
    assert_eq!(counts(&swtpm), first + 1);
}

#[test]
fn start_up_tests_and_random_numbers() {
    let swtpm = Swtpm::off("start-up");
    swtpm.control().power_on().unwrap();
    let mut tpm = swtpm.tpm();
    let error = tpm.execute(&GetRandom { bytes_requested: 16 }, &mut []).unwrap_err();
    assert_eq!(error.code(), Some(TpmRc::INITIALIZE));
    assert!(error.to_string().contains("swtpm with --flags not-need-init,startup-clear"), "{error}");
    tpm.execute(&Startup { startup_type: TpmSu::CLEAR }, &mut []).unwrap();
    let mut random = || tpm.execute(&GetRandom { bytes_requested: 16 }, &mut []).unwrap().random_bytes.0.to_vec();
    let (first, second) = (random(), random());
    assert_eq!((first.len(), second.len()), (16, 16));
    assert_ne!(first, second);
    tpm.execute(&SelfTest { full_test: TpmiYesNo(true) }, &mut []).unwrap();
    tpm.execute(&Shutdown { shutdown_type: TpmSu::CLEAR }, &mut []).unwrap();
}

#[test]
fn capabilities() {
    let swtpm = Swtpm::new("capabilities");
    let mut tpm = swtpm.tpm();
    let mut ask = |capability, property| {
        let command = GetCapability { capability, property, property_count: 32 };
        let answer = tpm.execute(&command, &mut []).unwrap();
        let mut buffer = [0; 2048];
        let bytes = answer.capability_data.to_bytes(&mut buffer).unwrap().to_vec();
        assert_eq!(TpmsCapabilityData::from_bytes(&bytes).unwrap(), answer.capability_data);
        format!("{:?}", answer.capability_data)
    };
    for (capability, property, word) in [
        (TpmCap::ALGS, 0, "TPM_ALG_RSA"),
        (TpmCap::HANDLES, 0x4000_0000, "TPM_RH_OWNER"),
        (TpmCap::COMMANDS, 0x11f, "EXTENSIVE"),
        (TpmCap::PCRS, 0, "TPM_ALG_SHA256:0,1,2,3"),
        (TpmCap::TPM_PROPERTIES, TpmPt::MANUFACTURER.0, "TPM_PT_MANUFACTURER"),
        (TpmCap::ECC_CURVES, 0, "TPM_ECC_NIST_P384"),
    ] {
        let answer = ask(capability, property);
        assert!(answer.contains(word), "{capability:?}: {answer}");
    }
    assert_eq!(tpm.property(TpmPt::MANUFACTURER).unwrap(), Some(u32::from_be_bytes(*b"IBM\0")));
    let banks: Vec<_> = tpm.active_banks().unwrap().iter().map(|bank| bank.0).collect();
    assert_eq!(banks, [TpmAlgId::SHA1, TpmAlgId::SHA256, TpmAlgId::SHA384, TpmAlgId::SHA512]);
}

#[test]
fn pcrs() {
    let swtpm = Swtpm::new("pcrs");
    let mut tpm = swtpm.tpm();
    let all = [Sha256, Sha384].map(|bank| BankSelection { bank, pcrs: 0x00ff_ffff });
    let value = |tpm: &mut Tpm, bank: HashAlgorithm, index: u8| {
        let values = tpm.read_pcrs(&all).unwrap();
        assert_eq!(values.len(), 48);
        values.into_iter().find(|value| value.bank == bank.into() && value.index == index).unwrap().value
    };
    let extended = |bank, before: &[u8], digest: &[u8]| hash(bank, &[before, digest].concat());
    assert_eq!(value(&mut tpm, Sha256, 17), [0xff; 32]);
    let digest = |bank: HashAlgorithm, digest| TpmtHa { hash_alg: TpmiAlgHash(bank.into()), digest };
    tpm.extend(16, &[digest(Sha256, &[1; 32]), digest(Sha384, &[2; 48])]).unwrap();
    let (small, large) = (extended(Sha256, &[0; 32], &[1; 32]), extended(Sha384, &[0; 48], &[2; 48]));
    assert_eq!((value(&mut tpm, Sha256, 16), value(&mut tpm, Sha384, 16)), (small.clone(), large));
    // What tpm2-tools read is the same.
    drop(tpm);
    let read = swtpm.tool("tpm2_pcrread sha256:16").to_lowercase();
    assert!(read.contains(&digits(&small)), "{read}");
    let mut tpm = swtpm.tpm();
    let event = PcrEvent { pcr_handle: Entity::pcr(16), event_data: Tpm2bEvent(b"an event") };
    let digests = tpm.execute(&event, &mut password()).unwrap().digests;
    assert_eq!(digests.len(), 4);
    let after = extended(Sha256, &small, &hash(Sha256, b"an event"));
    assert_eq!(value(&mut tpm, Sha256, 16), after);
    tpm.execute(&PcrReset { pcr_handle: Entity::pcr(16) }, &mut password()).unwrap();
    assert_eq!(value(&mut tpm, Sha256, 16), [0; 32]);
    // PCR 0 is never reset, and the error says what is wrong.
    let error = tpm.execute(&PcrReset { pcr_handle: Entity::pcr(0) }, &mut password()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the TPM refuses TPM_CC_PCR_RESET: TPM_RC_LOCALITY (0x907): the locality is not correct"
    );
    let error = tpm.read_pcrs(&[BankSelection { bank: Sha256, pcrs: 1 << 31 }]).unwrap_err();
    assert!(matches!(error, ProverError::NoSuchPcr(31)), "{error}");
}

#[test]
fn localities() {
    let swtpm = Swtpm::new("localities");
    let mut tpm = swtpm.tpm();
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
    let error = tpm.extend(17, &[digest]).unwrap_err();
    assert_eq!(error.code(), Some(TpmRc::LOCALITY));
    tpm.set_locality(3).unwrap();
    tpm.extend(17, &[digest]).unwrap();
    tpm.set_locality(0).unwrap();
    assert!(tpm.extend(17, &[digest]).is_err());
    // A hardware root of trust measures before start-up, from locality 4.
    drop(tpm);
    swtpm.tpm().execute(&Shutdown { shutdown_type: TpmSu::CLEAR }, &mut []).unwrap();
    swtpm.control().power_off().unwrap();
    swtpm.control().power_on().unwrap();
    swtpm.control().hash(b"the first code").unwrap();
    let mut tpm = swtpm.tpm();
    tpm.execute(&Startup { startup_type: TpmSu::CLEAR }, &mut []).unwrap();
    let four = [&[0; 31][..], &[4]].concat();
    let expected = hash(Sha256, &[&four[..], &hash(Sha256, b"the first code")].concat());
    assert_eq!(tpm.read_pcrs(&[BankSelection { bank: Sha256, pcrs: 1 }]).unwrap()[0].value, expected);
}

#[test]
fn sequences() {
    let swtpm = Swtpm::new("sequences");
    let mut tpm = swtpm.tpm();
    let start = |tpm: &mut Tpm, hash_alg| {
        let command = HashSequenceStart { auth: Tpm2bDigest(b"secret"), hash_alg };
        Entity::of(tpm.execute(&command, &mut []).unwrap().sequence_handle)
    };
    let known = || [Authorization::Password(b"secret")];
    let parts = [vec![1; 1024], vec![2; 1000]];
    let sequence_handle = start(&mut tpm, TpmAlgId::SHA256);
    for part in &parts {
        tpm.execute(&SequenceUpdate { sequence_handle, buffer: Tpm2bMaxBuffer(part) }, &mut known()).unwrap();
    }
    let command = SequenceComplete { sequence_handle, buffer: Tpm2bMaxBuffer(b"end"), hierarchy: TpmHandle::NULL };
    let done = tpm.execute(&command, &mut known()).unwrap();
    let all = [&parts.concat()[..], b"end"].concat();
    assert_eq!(done.result.0, hash(Sha256, &all));
    let sequence_handle = start(&mut tpm, TpmAlgId::NULL);
    tpm.execute(&SequenceUpdate { sequence_handle, buffer: Tpm2bMaxBuffer(&parts[0]) }, &mut known()).unwrap();
    let command =
        EventSequenceComplete { pcr_handle: Entity::pcr(16), sequence_handle, buffer: Tpm2bMaxBuffer(&parts[1]) };
    let mut both = [Authorization::Password(&[]), Authorization::Password(b"secret")];
    let results = tpm.execute(&command, &mut both).unwrap().results;
    assert!(results.iter().any(|digest| digest.digest == hash(Sha384, &parts.concat())));
    // One that is left is flushed with the Tpm.
    start(&mut tpm, TpmAlgId::SHA256);
    drop(tpm);
    swtpm.assert_empty();
}

#[test]
fn nv_storage() {
    let swtpm = Swtpm::new("nv");
    let mut tpm = swtpm.tpm();
    let content: Vec<u8> = (0..1500u32).map(|n| n as u8).collect();
    define(&mut tpm, 0x0180_0001, 1500, b"");
    assert_eq!(tpm.read_nv(0x0180_0001).unwrap(), None, "never written");
    assert_eq!(tpm.read_nv(0x0180_0002).unwrap(), None, "not there");
    for (place, part) in content.chunks(1000).enumerate() {
        let index = nv(&mut tpm, 0x0180_0001);
        let offset = place as u16 * 1000;
        let command = NvWrite { auth_handle: index, nv_index: index, data: Tpm2bMaxNvBuffer(part), offset };
        tpm.execute(&command, &mut password()).unwrap();
    }
    assert_eq!(tpm.read_nv(0x0180_0001).unwrap().unwrap(), content);
    assert_eq!(tpm.nv_indices(0x0180_0000..=0x0180_ffff).unwrap(), [0x0180_0001]);
    drop(tpm);
    let read = swtpm.tool_output("tpm2_nvread 0x1800001 -C o");
    assert_eq!(read.stdout, content);
    // What tpm2-tools wrote is read here.
    std::fs::write(swtpm.folder.path("other"), b"written by tpm2-tools").unwrap();
    swtpm.tool("tpm2_nvdefine -Q -C o -s 21 -a ownerread|ownerwrite 0x1800003");
    swtpm.tool("tpm2_nvwrite -Q -C o -i other 0x1800003");
    let mut tpm = swtpm.tpm();
    assert_eq!(tpm.read_nv(0x0180_0003).unwrap().unwrap(), b"written by tpm2-tools");
    // Attested, and removed.
    let key = tpm.create_attestation_key(AkAlgorithm::P256).unwrap();
    let index = nv(&mut tpm, 0x0180_0001);
    let command = NvCertify {
        sign_handle: key.entity(),
        auth_handle: index,
        nv_index: index,
        qualifying_data: Tpm2bData(b"nonce"),
        in_scheme: TpmtSigScheme::Null,
        size: 16,
        offset: 8,
    };
    let attested = tpm.execute(&command, &mut passwords()).unwrap();
    match attested.attest.value.0.attested {
        TpmuAttest::Nv(info) => assert_eq!(info.nv_contents.0, &content[8..24]),
        other => panic!("{other:?}"),
    }
    tpm.execute(&NvUndefineSpace { auth_handle: Entity::of(TpmHandle::OWNER), nv_index: index }, &mut password())
        .unwrap();
    assert_eq!(tpm.read_nv(0x0180_0001).unwrap(), None);
}

#[test]
fn objects_contexts_and_attestations() {
    let swtpm = Swtpm::new("objects");
    let mut tpm = swtpm.tpm();
    let parent = parent(&mut tpm);
    let template = AkAlgorithm::P384.template();
    let command = Create {
        parent_handle: parent.entity(),
        in_sensitive: sensitive(b"auth"),
        in_public: Tpm2bPublic(template),
        outside_info: Tpm2bData(b"outside"),
        creation_pcr: TpmlPcrSelection::from_bytes(NONE).unwrap(),
    };
    let created = tpm.execute(&command, &mut password()).unwrap();
    let data = created.creation_data.value.0;
    assert_eq!((data.outside_info.0, data.parent_name.0), (&b"outside"[..], parent.entity().name.as_bytes()));
    assert_eq!(created.creation_hash.0, hash(Sha384, &created.creation_data.bytes[2..]));
    assert_eq!(created.creation_ticket.tag, TpmSt::CREATION);
    let (private, public) = (created.out_private.0.to_vec(), created.out_public.bytes.to_vec());
    let creation_hash = created.creation_hash.0.to_vec();
    let ticket = (created.creation_ticket.hierarchy, created.creation_ticket.digest.0.to_vec());
    let command = Load {
        parent_handle: parent.entity(),
        in_private: Tpm2bPrivate(&private),
        in_public: Tpm2bPublic::from_bytes(&public).unwrap(),
    };
    let loaded = tpm.execute(&command, &mut password()).unwrap();
    let key = entity(loaded.object_handle.0, loaded.name.0);
    assert_eq!(key.name.as_bytes()[2..], hash(Sha384, &public[2..]));
    let read = tpm.execute(&ReadPublic { object_handle: key }, &mut []).unwrap();
    assert_eq!((read.out_public.bytes, read.name.0), (&public[..], key.name.as_bytes()));
    // The key speaks of itself, of its making, and of the time.
    let own = || [Authorization::Password(b"auth"), Authorization::Password(b"auth")];
    let (qualifying_data, in_scheme) = (Tpm2bData(b"nonce"), TpmtSigScheme::Null);
    let command = Certify { object_handle: key, sign_handle: key, qualifying_data, in_scheme };
    let certified = tpm.execute(&command, &mut own()).unwrap();
    let (message, signature) = (certified.message().to_vec(), certified.signature.bytes.to_vec());
    let attest = TpmsAttest::from_bytes(&message).unwrap();
    assert!(matches!(attest.attested, TpmuAttest::Certify(info) if info.name.0 == key.name.as_bytes()));
    assert_eq!(attest.extra_data.0, b"nonce");
    let command = CertifyCreation {
        sign_handle: key,
        object_handle: key,
        qualifying_data,
        creation_hash: Tpm2bDigest(&creation_hash),
        in_scheme,
        creation_ticket: TpmtTk { tag: TpmSt::CREATION, hierarchy: ticket.0, digest: Tpm2bDigest(&ticket.1) },
    };
    let attested = tpm.execute(&command, &mut [Authorization::Password(b"auth")]).unwrap().attest.value.0.attested;
    assert!(matches!(attested, TpmuAttest::Creation(info) if info.creation_hash.0 == creation_hash));
    let command = GetTime {
        privacy_admin_handle: Entity::of(TpmHandle::ENDORSEMENT),
        sign_handle: key,
        qualifying_data,
        in_scheme,
    };
    let mut both = [Authorization::Password(&[]), Authorization::Password(b"auth")];
    assert!(matches!(tpm.execute(&command, &mut both).unwrap().attest.value.0.attested, TpmuAttest::Time(_)));
    // The TPM verifies its own signature, with nothing but the public key.
    let command = LoadExternal {
        in_private: Tpm2bSensitive(&[]),
        in_public: Tpm2bPublic::from_bytes(&public).unwrap(),
        hierarchy: TpmHandle::NULL,
    };
    let outside = tpm.execute(&command, &mut []).unwrap().object_handle;
    let command = VerifySignature {
        key_handle: entity(outside.0, key.name.as_bytes()),
        digest: Tpm2bDigest(&hash(Sha384, &message)),
        signature: TpmtSignature::from_bytes(&signature).unwrap(),
    };
    assert_eq!(tpm.execute(&command, &mut []).unwrap().validation.tag, TpmSt::VERIFIED);
    // Saved, flushed, loaded again, and made to stay.
    let saved = tpm.execute(&ContextSave { save_handle: key }, &mut []).unwrap().context;
    let mut buffer = vec![0; 8192];
    let context = saved.to_bytes(&mut buffer).unwrap().to_vec();
    for flush_handle in [key.handle, outside] {
        tpm.execute(&FlushContext { flush_handle }, &mut []).unwrap();
    }
    assert!(tpm.execute(&ReadPublic { object_handle: key }, &mut []).is_err());
    let command = ContextLoad { context: TpmsContext::from_bytes(&context).unwrap() };
    let handle = tpm.execute(&command, &mut []).unwrap().loaded_handle;
    let loaded = tpm.key(handle).unwrap();
    assert_eq!(loaded.public(), &public[2..]);
    let stays = tpm.persist(&loaded, TpmHandle(0x8101_7777)).unwrap();
    let error = tpm.persist(&loaded, TpmHandle(0x8101_7777)).unwrap_err();
    assert_eq!(error.code(), Some(TpmRc::NV_DEFINED), "{error}");
    drop(tpm);
    swtpm.assert_empty();
    let mut tpm = swtpm.tpm();
    assert_eq!(tpm.key(TpmHandle(0x8101_7777)).unwrap().public(), stays.public());
    assert!(tpm.find_key(TpmHandle(0x8101_7778)).unwrap().is_none());
    tpm.execute(&Clear { auth_handle: Entity::of(TpmHandle::LOCKOUT) }, &mut password()).unwrap();
    assert!(tpm.find_key(TpmHandle(0x8101_7777)).unwrap().is_none(), "the owner's objects are gone");
}

/// Sessions of every kind write and read a secret of an NV index, with the bus encrypted.
#[test]
fn sessions() {
    let swtpm = Swtpm::manufactured("sessions");
    let mut tpm = swtpm.tpm();
    let auth = b"the index's own\0\0";
    define(&mut tpm, 0x0180_0001, 8, auth);
    let other = define(&mut tpm, 0x0180_0002, 8, b"another");
    let keys: Vec<Key> = [0x8101_0001, 0x8101_0016].map(|handle| tpm.key(TpmHandle(handle)).unwrap()).into();
    let p256 = parent(&mut tpm);
    let rsa384 = {
        let high = EkTemplate::ALL.iter().find(|template| template.name == "H-6").unwrap();
        tpm.create_primary(TpmHandle::ENDORSEMENT, high.public()).unwrap()
    };
    let salts = [None, Some(&keys[0]), Some(&keys[1]), Some(&p256), Some(&rsa384)];
    let mut count = 0u8;
    for hash in [HashAlgorithm::Sha1, Sha256, Sha384, HashAlgorithm::Sha512] {
        for salt in salts {
            for bound in 0..3 {
                for cipher in [false, true] {
                    count += 1;
                    let index = nv(&mut tpm, 0x0180_0001);
                    let salted = salt.map(|key| (key.entity(), key.public_area().unwrap()));
                    let bound = [None, Some((index, &auth[..])), Some((other, &b"another"[..]))][bound];
                    let parameters =
                        SessionParameters { hash, salted, bound, cipher, ..SessionParameters::new(TpmSe::HMAC) };
                    let mut session = tpm.start_session(&parameters).unwrap();
                    let secret = [count; 8];
                    if cipher {
                        session.attributes = session.attributes.with(TpmaSession::DECRYPT);
                    }
                    let data = Tpm2bMaxNvBuffer(&secret);
                    let command = NvWrite { auth_handle: index, nv_index: index, data, offset: 0 };
                    tpm.execute(&command, &mut [Authorization::Session { session: &mut session, auth }]).unwrap();
                    // Writing gave the index a new Name, so that a session that was bound to it is no longer.
                    let index = nv(&mut tpm, 0x0180_0001);
                    session.attributes = TpmaSession::CONTINUE_SESSION;
                    if cipher {
                        session.attributes = session.attributes.with(TpmaSession::ENCRYPT);
                    }
                    let command = NvRead { auth_handle: index, nv_index: index, size: 8, offset: 0 };
                    for _ in 0..2 {
                        let mut known = [Authorization::Session { session: &mut session, auth }];
                        assert_eq!(tpm.execute(&command, &mut known).unwrap().data.0, secret, "{parameters:?}");
                    }
                    // Who does not know the value is refused; a binding to the index has shown already that it is known.
                    if bound.is_none_or(|(entity, _)| entity.handle != index.handle) {
                        let mut unknown = [Authorization::Session { session: &mut session, auth: b"a guess" }];
                        let error = tpm.execute(&command, &mut unknown).unwrap_err();
                        let rc = error.code().unwrap();
                        assert_eq!((rc.base(), rc.blame()), (TpmRc::BAD_AUTH, Some(Blame::Session(1))), "{error}");
                    }
                    // The last command ends the session.
                    session.attributes = TpmaSession(0);
                    let mut last = [Authorization::Session { session: &mut session, auth }];
                    tpm.execute(&command, &mut last).unwrap();
                }
            }
        }
    }
    assert_eq!(count, 120);
    // A session beside a password encrypts what neither authorizes.
    let mut session = tpm
        .start_session(&SessionParameters {
            salted: Some((keys[0].entity(), keys[0].public_area().unwrap())),
            cipher: true,
            ..SessionParameters::new(TpmSe::HMAC)
        })
        .unwrap();
    session.attributes = session.attributes.with(TpmaSession::ENCRYPT).with(TpmaSession::DECRYPT);
    let index = nv(&mut tpm, 0x0180_0001);
    let command = NvRead { auth_handle: index, nv_index: index, size: 8, offset: 0 };
    session.attributes = TpmaSession::CONTINUE_SESSION.with(TpmaSession::ENCRYPT);
    let mut both = [Authorization::Password(auth), Authorization::Session { session: &mut session, auth: &[] }];
    assert_eq!(tpm.execute(&command, &mut both).unwrap().data.0, [count; 8]);
    // Two sessions, of which the second encrypts: the first vouches for its nonce too.
    let mut first = tpm.start_session(&SessionParameters::new(TpmSe::HMAC)).unwrap();
    let mut both = [
        Authorization::Session { session: &mut first, auth },
        Authorization::Session { session: &mut session, auth: &[] },
    ];
    assert_eq!(tpm.execute(&command, &mut both).unwrap().data.0, [count; 8]);
    let random = GetRandom { bytes_requested: 16 };
    session.attributes = TpmaSession::CONTINUE_SESSION.with(TpmaSession::ENCRYPT);
    let mut alone = [Authorization::Session { session: &mut session, auth: &[] }];
    assert_eq!(tpm.execute(&random, &mut alone).unwrap().random_bytes.0.len(), 16);
    drop(tpm);
    swtpm.assert_empty();
}

#[test]
fn policies() {
    let swtpm = Swtpm::new("policies");
    let mut tpm = swtpm.tpm();
    // The policy of endorsement keys: knowledge of the hierarchy's password.
    let trial = tpm.start_session(&SessionParameters::new(TpmSe::TRIAL)).unwrap();
    let secret = |session: Entity| PolicySecret {
        auth_handle: Entity::of(TpmHandle::ENDORSEMENT),
        policy_session: session,
        nonce_tpm: EMPTY,
        cp_hash_a: EMPTY,
        policy_ref: EMPTY,
        expiration: 0,
    };
    tpm.execute(&secret(trial.entity()), &mut password()).unwrap();
    let digest = |tpm: &mut Tpm, session: Entity| {
        tpm.execute(&PolicyGetDigest { policy_session: session }, &mut []).unwrap().policy_digest.0.to_vec()
    };
    let expected = EkTemplate::ALL[0].public().auth_policy.0.to_vec();
    assert_eq!(digest(&mut tpm, trial.entity()), expected);
    // A key that only that policy authorizes.
    let mut template = AkAlgorithm::P256.template();
    template.object_attributes = TpmaObject(template.object_attributes.0 & !TpmaObject::USER_WITH_AUTH.0);
    template.auth_policy = Tpm2bDigest(&expected);
    let key = tpm.create_primary(TpmHandle::ENDORSEMENT, template).unwrap();
    let select = [0, 0, 0, 1, 0, 0x0b, 3, 1, 0, 0];
    let quote = Quote {
        sign_handle: key.entity(),
        qualifying_data: Tpm2bData(b"nonce"),
        in_scheme: TpmtSigScheme::Null,
        pcr_select: TpmlPcrSelection::from_bytes(&select).unwrap(),
    };
    let error = tpm.execute(&quote, &mut password()).unwrap_err();
    assert_eq!(error.code().unwrap().base(), TpmRc::AUTH_UNAVAILABLE, "{error}");
    for salted in [false, true] {
        let salt = parent(&mut tpm);
        let parameters = SessionParameters {
            salted: salted.then(|| (salt.entity(), salt.public_area().unwrap())),
            ..SessionParameters::new(TpmSe::POLICY)
        };
        let mut session = tpm.start_session(&parameters).unwrap();
        let unmet = [Authorization::Session { session: &mut session, auth: &[] }];
        let mut unmet = unmet;
        let error = tpm.execute(&quote, &mut unmet).unwrap_err();
        assert_eq!(error.code().unwrap().base(), TpmRc::POLICY_FAIL, "{error}");
        tpm.execute(&secret(session.entity()), &mut password()).unwrap();
        session.attributes = TpmaSession(0);
        tpm.execute(&quote, &mut [Authorization::Session { session: &mut session, auth: &[] }]).unwrap();
        tpm.execute(&FlushContext { flush_handle: salt.entity().handle }, &mut []).unwrap();
    }
    // A policy of PCRs is what tpm2-tools make of them too.
    let trial = tpm.start_session(&SessionParameters::new(TpmSe::TRIAL)).unwrap();
    let command = PolicyPcr { policy_session: trial.entity(), pcr_digest: EMPTY, pcrs: quote.pcr_select };
    tpm.execute(&command, &mut []).unwrap();
    let ours = digest(&mut tpm, trial.entity());
    drop(tpm);
    swtpm.assert_empty();
    swtpm.tool("tpm2_createpolicy -Q --policy-pcr -l sha256:0 -L policy");
    assert_eq!(std::fs::read(swtpm.folder.path("policy")).unwrap(), ours);
}
