//! Promise: a TPM that is gone, slow, or lies is an error that says so, in bounded time, and never a proof.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, Outcome, run};
use crate::common::fake_tpm::{
    CREATE_PRIMARY, FLUSH_CONTEXT, FakeTpm, GET_RANDOM, QUOTE, authorized, code, extend, read_message, response,
};
use crate::common::swtpm::{Swtpm, TIMEOUT};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tpmproof::DecodeErrorKind;
use tpmproof::crypto::HashAlgorithm::Sha256;
use tpmproof::prover::commands::*;
use tpmproof::prover::transport::Control;
use tpmproof::prover::{
    AkAlgorithm, Authorization, Entity, ProverError, SessionParameters, Tpm, TpmAddress, TransportError,
};
use tpmproof::structures::*;
use tpmproof::verify::BankSelection;

const NONCE: &str = "00112233445566778899aabbccddeeff";
const RANDOM: GetRandom = GetRandom { bytes_requested: 8 };
/// The answer to it.
const EIGHT: &[u8] = &[0, 8, 1, 2, 3, 4, 5, 6, 7, 8];
const PCR_0: BankSelection = BankSelection { bank: Sha256, pcrs: 1 };

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(ToOwned::to_owned).collect()
}

fn prove(address: &str, folder: &Folder) -> Outcome {
    let output = folder.path("proof");
    let outcome = run(&words(&format!("prove --tpm {address} --nonce {NONCE} --output {output}")));
    assert_eq!(Path::new(&output).exists(), outcome.code == 0, "{outcome:?}");
    outcome
}

/// The proof is the key's that its notes name, and says what the policy wants.
#[track_caller]
fn accepted(outcome: &Outcome, folder: &Folder) {
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let name = outcome.notes.split("key is ").nth(1).unwrap().trim();
    let policy = format!("version = 1\n[key]\npinned = [\"{name}\"]\n[pcr.sha256]\n0 = \"zero\"\n");
    let policy = folder.write("policy", policy.as_bytes());
    let verified = run(&words(&format!("verify {} --policy {policy} --nonce {NONCE}", folder.path("proof"))));
    assert_eq!(verified.code, 0, "{verified:?}");
}

#[track_caller]
fn fails(outcome: &Outcome, word: &str) {
    assert_eq!(outcome.code, 3, "{outcome:?}");
    assert!(outcome.notes.contains(word), "{word:?} is not said: {outcome:?}");
}

fn open(fake: &FakeTpm) -> Tpm {
    patient(&fake.address, TIMEOUT)
}

fn patient(address: &TpmAddress, timeout: Duration) -> Tpm {
    Tpm::new(address.open(timeout).unwrap())
}

/// What comes of asking a TPM for random numbers that answers so.
fn asked(answer: Vec<u8>) -> Result<Vec<u8>, ProverError> {
    let fake = FakeTpm::new(move |_| Some(answer.clone()));
    let mut tpm = patient(&fake.address, Duration::from_secs(1));
    Ok(tpm.execute(&RANDOM, &mut [])?.random_bytes.0.to_vec())
}

fn entity() -> Entity {
    Entity::of(TpmHandle(0x8000_0000))
}

/// Parameters whose sizes say more than there is, for each command that a prover trusts with a size.
#[test]
fn q27_sizes_beyond_the_response() {
    let password = || [Authorization::Password(&[])];
    let quote = |parameters: &[u8]| {
        let answer = authorized(None, parameters);
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        let select = [0, 0, 0, 1, 0, 0x0b, 3, 1, 0, 0];
        let command = Quote {
            sign_handle: entity(),
            qualifying_data: Tpm2bData(b"nonce"),
            in_scheme: TpmtSigScheme::Null,
            pcr_select: tpmproof::Decode::from_bytes(&select).unwrap(),
        };
        open(&fake).execute(&command, &mut password()).unwrap_err()
    };
    let plain = |parameters: &[u8]| {
        let answer = response(0, parameters);
        FakeTpm::new(move |_| Some(answer.clone()))
    };
    let read_pcrs = |parameters: &[u8]| open(&plain(parameters)).read_pcrs(&[PCR_0]).unwrap_err();
    let read_public = |parameters: &[u8]| open(&plain(parameters)).key(TpmHandle(0x8100_0001)).unwrap_err();
    let banks = |parameters: &[u8]| open(&plain(parameters)).active_banks().unwrap_err();
    let indices = |parameters: &[u8]| open(&plain(parameters)).nv_indices(0x0180_0000..=0x0180_ffff).unwrap_err();
    let save = |parameters: &[u8]| {
        open(&plain(parameters)).execute(&ContextSave { save_handle: entity() }, &mut []).unwrap_err()
    };
    let nv_read = |parameters: &[u8]| {
        let answer = authorized(None, parameters);
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        let command = NvRead { auth_handle: entity(), nv_index: entity(), size: 8, offset: 0 };
        open(&fake).execute(&command, &mut password()).unwrap_err()
    };
    let nv_public = |parameters: &[u8]| open(&plain(parameters)).read_nv(0x0180_0001).unwrap_err();
    let create = |parameters: &[u8]| {
        let answer = authorized(Some(0x8000_0000), parameters);
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        open(&fake).create_attestation_key(AkAlgorithm::P256).unwrap_err()
    };
    let session = |parameters: &[u8]| {
        let answer = response(0, &[&[2, 0, 0, 0], parameters].concat());
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        open(&fake).start_session(&SessionParameters::new(TpmSe::HMAC)).unwrap_err()
    };
    let one = |hash: u8| [0, 0, 0, 1, 0, hash, 3, 1, 0, 0];
    let errors: Vec<(&str, ProverError)> = vec![
        ("Quote: attest", quote(&[0xff, 0xff, 0xff, 0x54])),
        ("Quote: signer", quote(&[&[0, 8, 0xff, 0x54, 0x43, 0x47, 0x80, 0x18, 0xff, 0xff][..], &[0; 64]].concat())),
        ("Quote: nothing", quote(&[])),
        ("PCR_Read: count of banks", read_pcrs(&[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff])),
        ("PCR_Read: bitmap", read_pcrs(&[0, 0, 0, 1, 0, 0, 0, 1, 0, 0x0b, 0xff, 1])),
        ("PCR_Read: count of values", read_pcrs(&[&[0, 0, 0, 1][..], &one(0x0b), &[0, 0, 0, 200]].concat())),
        ("PCR_Read: value", read_pcrs(&[&[0, 0, 0, 1][..], &one(0x0b), &[0, 0, 0, 1, 0xff, 0xff, 1]].concat())),
        ("NV_Read: data", nv_read(&[0xff, 0xff, 1, 2, 3])),
        ("NV_Read: one octet", nv_read(&[0, 9, 1, 2, 3, 4, 5, 6, 7, 8])),
        ("NV_ReadPublic: area", nv_public(&[0x7f, 0xff, 0, 0])),
        ("NV_ReadPublic: name", nv_public(&[0, 14, 1, 0x80, 0, 1, 0, 0x0b, 0, 4, 0, 4, 0, 0, 0, 8, 0xff, 0xff])),
        ("ReadPublic: public", read_public(&[0xff, 0xf0, 0, 0x23])),
        ("ReadPublic: policy", read_public(&[0, 12, 0, 0x23, 0, 0x0b, 0, 5, 0, 0x72, 0xff, 0xff, 0, 0])),
        ("GetCapability: banks", banks(&[0, 0, 0, 0, 5, 0x80, 0, 0, 0])),
        ("GetCapability: bitmap", banks(&[0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0x0b, 4, 1])),
        ("GetCapability: handles", indices(&[0, 0, 0, 0, 1, 0, 0, 0, 200, 1, 0x80, 0, 1])),
        ("ContextSave: blob", save(&[&[0; 8][..], &[0x80, 0, 0, 0, 0x40, 0, 0, 1, 0xff, 0xff, 1]].concat())),
        ("CreatePrimary: public", create(&[0xff, 0xff, 0])),
        ("StartAuthSession: nonce", session(&[0xff, 0xff, 1])),
    ];
    for (what, error) in errors {
        let ProverError::Response { error: inner, .. } = &error else { panic!("{what}: {error}") };
        let is_of_size = matches!(inner.kind, DecodeErrorKind::UnexpectedEnd | DecodeErrorKind::TooLong { .. });
        assert!(is_of_size, "{what}: {error}");
        assert!(error.to_string().contains("response to TPM_CC_"), "{what}: {error}");
    }
    // And what says less than there is.
    for error in [nv_read(&[0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9]), save(&[0; 100]), quote(&[0; 40])] {
        assert!(matches!(error, ProverError::Response { .. }), "{error}");
    }
}

/// The size in the header is the number of bytes that came, or there is no response.
#[test]
fn q27_the_size_of_a_response() {
    let good = response(0, EIGHT);
    assert_eq!(asked(good.clone()).unwrap(), EIGHT[2..]);
    let with_size = |size: u32| {
        let mut changed = good.clone();
        changed[2..6].copy_from_slice(&size.to_be_bytes());
        asked(changed).unwrap_err()
    };
    for size in [0, 1, 9, 4097, 0x0001_0000, 0x7fff_ffff, u32::MAX] {
        let error = with_size(size);
        let ProverError::Transport(TransportError::Announced { says, limit: 4096 }) = error else { panic!("{error}") };
        assert_eq!(says, size);
    }
    for size in [10, 19] {
        let error = with_size(size);
        assert!(matches!(error, ProverError::Transport(TransportError::TrailingBytes(_))), "{size}: {error}");
    }
    for size in [21, 4096] {
        let error = with_size(size);
        let timed_out = matches!(error, ProverError::Transport(TransportError::TimedOut { received: 20, .. }));
        assert!(timed_out && error.to_string().contains("stopped after 20 bytes"), "{error}");
    }
    let error = asked([&good[..], &[0]].concat()).unwrap_err();
    assert!(matches!(error, ProverError::Transport(TransportError::TrailingBytes(1))), "{error}");
    for cut in [0, 1, 9] {
        let error = asked(good[..cut].to_vec()).unwrap_err();
        assert!(matches!(error, ProverError::Transport(TransportError::TimedOut { .. })), "{cut}: {error}");
    }
    // A header alone, where more is needed.
    for size in [10, 11, 19] {
        let mut changed = good[..size].to_vec();
        changed[5] = u8::try_from(size).unwrap();
        let error = asked(changed).unwrap_err();
        assert!(matches!(error, ProverError::Response { .. }), "{size}: {error}");
    }
}

/// The tag says whether sessions follow, and they are as many as were sent.
#[test]
fn q27_tags_and_sessions_of_a_response() {
    let mut changed = response(0, EIGHT);
    changed[1] = 2;
    let error = asked(changed).unwrap_err();
    assert!(matches!(error, ProverError::Response { .. }), "{error}");
    // A TPM 1.2 has no other answer to anything.
    let old = vec![0, 0xc4, 0, 0, 0, 10, 0, 0, 0, 0x1e];
    let error = asked(old).unwrap_err();
    assert!(error.to_string().contains("this is no TPM 2.0"), "{error}");
    let extend = |answer: Vec<u8>| {
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
        open(&fake).extend(13, &[digest])
    };
    extend(authorized(None, &[])).unwrap();
    let mut longer = authorized(None, &[]);
    longer.push(0);
    longer[5] += 1;
    let mut shorter = authorized(None, &[]);
    shorter.pop();
    shorter[5] -= 1;
    let mut beyond = authorized(None, &[]);
    beyond[10..14].copy_from_slice(&[0xff; 4]);
    let mut nonce = authorized(None, &[]);
    nonce[14..16].copy_from_slice(&[0xff; 2]);
    let without = response(0, &[]);
    let more = authorized(None, &[1]);
    for answer in [longer, shorter, beyond, nonce, without, more] {
        let error = extend(answer.clone()).unwrap_err();
        assert!(matches!(error, ProverError::Response { .. }), "{answer:x?}: {error}");
    }
}

/// A response has one of two tags.
#[test]
fn q27_tags_that_no_response_has() {
    for tag in [0x8000, 0x8003, 0x8014, 0x00c4, 0, 0xffff] {
        let mut changed = response(0, EIGHT);
        changed[..2].copy_from_slice(&u16::to_be_bytes(tag));
        let answer = asked(changed);
        assert!(matches!(answer, Err(ProverError::Response { .. })), "{tag:#x}: {answer:?}");
    }
}

/// Less of an index than was asked for is not taken for all of it.
#[test]
fn q27_nv_gives_less_than_was_asked() {
    let swtpm = Swtpm::new("transport-nv");
    swtpm.folder.write("content", &[7; 64]);
    swtpm.tool("tpm2_nvdefine -Q -C o -s 64 -a ownerread|ownerwrite|authread|no_da 0x1800001");
    swtpm.tool("tpm2_nvwrite -Q -C o -i content 0x1800001");
    assert_eq!(swtpm.tpm().read_nv(0x0180_0001).unwrap().unwrap(), [7; 64]);
    let proxy = FakeTpm::before(&swtpm, |command, tpm| {
        let response = tpm(command);
        let is_read = code(command) == 0x14e;
        Some(if is_read { authorized(None, &[&[0, 40][..], &[7; 40]].concat()) } else { response })
    });
    let read = open(&proxy).read_nv(0x0180_0001);
    assert!(read.is_err(), "{:?} of 64 bytes", read.unwrap().map(|content| content.len()));
}

/// More values than were asked for, and others.
#[test]
fn q27_other_pcrs_than_were_asked() {
    let values = |selection: [u8; 3], bank: u8, count: u8| {
        let list = [&[0, 0, 0, 1, 0, bank, 3][..], &selection].concat();
        let digests = [&[0, 32][..], &[9; 32]].concat().repeat(count.into());
        response(0, &[&[0, 0, 0, 1][..], &list, &[0, 0, 0, count], &digests].concat())
    };
    let read = |answer: Vec<u8>| {
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        open(&fake).read_pcrs(&[PCR_0])
    };
    assert_eq!(read(values([1, 0, 0], 0x0b, 1)).unwrap().len(), 1);
    for (what, answer) in [
        ("none", values([0, 0, 0], 0x0b, 0)),
        ("a selection without values", values([1, 0, 0], 0x0b, 0)),
        ("another", values([2, 0, 0], 0x0b, 1)),
        ("another bank", values([1, 0, 0], 0x0c, 1)),
    ] {
        assert!(read(answer).is_err(), "{what}");
    }
    let more = read(values([3, 0, 0], 0x0b, 2));
    assert!(more.as_ref().map_or(true, |values| values.len() == 1), "{more:?}");
}

/// What is done to a response, by its number.
type Change = Box<dyn Fn(usize, &mut Vec<u8>) + Send>;

/// Whichever byte of whichever response is another, and wherever a response ends: there is an error, or there are values, and in time.
#[test]
fn q27_any_byte_of_any_response() {
    let swtpm = Swtpm::new("transport-bytes");
    swtpm.folder.write("content", &[0x30; 40]);
    swtpm.tool("tpm2_nvdefine -Q -C o -s 40 -a ownerread|ownerwrite|authread|no_da 0x1c101d0");
    swtpm.tool("tpm2_nvwrite -Q -C o -i content 0x1c101d0");
    let run = |change: Change| {
        let mut number = 0;
        let (sender, sizes) = std::sync::mpsc::channel();
        let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
            let mut response = tpm(command);
            let _ = sender.send(response.len());
            change(number, &mut response);
            number += 1;
            Some(response)
        });
        let mut tpm = patient(&proxy.address, Duration::from_secs(1));
        let mut all = || {
            tpm.active_banks()?;
            let _ = tpm.nv_certificate(0x01c1_01d0);
            tpm.endorsement_chain()?;
            let key = tpm.create_attestation_key(AkAlgorithm::P256)?;
            tpm.key(key.entity().handle)?;
            tpm.quote(&key, b"nonce", &[PCR_0])
        };
        let result: Result<_, ProverError> = all();
        drop(tpm);
        // Where a handle was changed, nobody could know what to flush.
        swtpm.tool("tpm2_flushcontext -t");
        (result, sizes.try_iter().collect::<Vec<usize>>())
    };
    let (result, sizes) = run(Box::new(|_, _| ()));
    assert_eq!(result.unwrap().values.len(), 1);
    // The last flushes.
    let sizes = &sizes[..sizes.len() - 1];
    assert!(sizes.len() >= 9, "{sizes:?}");
    let (mut runs, mut errors) = (0, 0);
    for (number, size) in sizes.iter().copied().enumerate() {
        for place in (0..2).chain(6..size).step_by(5) {
            let flip = move |at: usize, response: &mut Vec<u8>| {
                if at == number {
                    response[place] ^= 0x81;
                }
            };
            let start = Instant::now();
            let (result, _) = run(Box::new(flip));
            (runs, errors) = (runs + 1, errors + usize::from(result.is_err()));
            assert!(start.elapsed() < Duration::from_secs(5), "response {number}, byte {place}");
        }
        for end in (10..size).step_by(7) {
            let cut = move |at: usize, response: &mut Vec<u8>| {
                if at == number {
                    response.truncate(end);
                    response[2..6].copy_from_slice(&u32::try_from(end).unwrap().to_be_bytes());
                }
            };
            let (result, _) = run(Box::new(cut));
            // What an index holds may be anything, and its errors were passed over.
            let is_of_nv = (1..=3).contains(&number);
            assert!(result.is_err() || is_of_nv, "response {number} ends at {end}");
        }
    }
    assert!(runs > 150 && errors > 20, "{errors} errors in {runs} runs");
}

/// An answer under a session is the TPM's own, to the bit.
#[test]
fn a_changed_response_does_not_authenticate() {
    let swtpm = Swtpm::new("transport-hmac");
    let ask = |flipped: Option<usize>| {
        let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
            let mut response = tpm(command);
            let is_it = code(command) == GET_RANDOM;
            if let Some(place) = flipped.filter(|_| is_it) {
                response[place] ^= 1;
            }
            Some(response)
        });
        let mut tpm = open(&proxy);
        let key = tpm.create_attestation_key(AkAlgorithm::P256).unwrap();
        let bound = Some((key.entity(), &b""[..]));
        let parameters = SessionParameters { bound, ..SessionParameters::new(TpmSe::HMAC) };
        let mut session = tpm.start_session(&parameters).unwrap();
        session.attributes = TpmaSession::CONTINUE_SESSION.with(TpmaSession::AUDIT);
        let mut known = [Authorization::Session { session: &mut session, auth: &[] }];
        tpm.execute(&RANDOM, &mut known).map(|random| random.random_bytes.0.len())
    };
    assert_eq!(ask(None).unwrap(), 8);
    // Tag and sizes, 14; the numbers, 2 and 8; the nonce, 2 and 32; the attributes; the HMAC, 2 and 32.
    for place in [16, 23, 26, 57, 58, 61, 92] {
        match ask(Some(place)).unwrap_err() {
            error @ ProverError::ResponseHmac(TpmCc::GET_RANDOM) => {
                assert!(error.to_string().contains("does not authenticate"), "{error}");
            }
            other => panic!("byte {place}: {other}"),
        }
        swtpm.assert_empty();
    }
    for place in [12, 14, 24, 59] {
        assert!(ask(Some(place)).is_err(), "byte {place}");
        swtpm.assert_empty();
    }
}

/// A quote that was changed between the TPM and here makes no proof.
#[test]
fn a_changed_quote_makes_no_proof() {
    let swtpm = Swtpm::new("transport-quote");
    let run = |place: usize| {
        let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
            let mut response = tpm(command);
            if code(command) == QUOTE {
                response[place] ^= 1;
            }
            Some(response)
        });
        let outcome = prove(&proxy.address.to_string(), &swtpm.folder);
        swtpm.assert_empty();
        let _ = fs::remove_file(swtpm.folder.path("proof"));
        outcome
    };
    // Header and sizes, 16; magic and type, 6; the signer, 2 and 34; the nonce, 2 and 16.
    let made: Vec<usize> = [60, 70, 80, 95, 130, 170, 200].into_iter().filter(|place| run(*place).code == 0).collect();
    assert!(made.is_empty(), "a proof was made of a quote with these bytes flipped: {made:?}");
}

/// A TPM that hangs up, at once or in the middle.
#[test]
fn a_tpm_that_closes() {
    let folder = Folder::new("transport-closes");
    let fake = FakeTpm::serve(|_, _| false);
    fails(&prove(&fake.address.to_string(), &folder), "the TPM closed the connection");
    for cut in [1, 9, 10, 15] {
        let fake = FakeTpm::serve(move |_, client| {
            client.write_all(&response(0, EIGHT)[..cut]).unwrap();
            false
        });
        let error = open(&fake).execute(&RANDOM, &mut []).unwrap_err();
        let closed = matches!(&error, ProverError::Transport(TransportError::Closed { received }) if *received == cut);
        assert!(closed, "{error:?}");
        assert!(error.to_string().contains(&format!("after {cut} bytes of a response")), "{error}");
    }
    // Nobody listens any more.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for way in ["swtpm", "mssim"] {
        fails(&prove(&format!("{way}:127.0.0.1:{port}"), &folder), "cannot open the TPM");
        fails(&prove(&format!("{way}:127.0.0.1:{port}"), &folder), "refused");
    }
    fails(&prove("swtpm:host.invalid:2321", &folder), "cannot open the TPM swtpm:host.invalid:2321");
    let missing = folder.path("socket");
    fails(&prove(&format!("swtpm:{missing}"), &folder), "No such file");
}

/// After a failure nothing more is sent: nobody knows to which command the next bytes belong.
#[test]
fn after_a_failure_nothing_is_sent() {
    let mut first = true;
    let fake =
        FakeTpm::new(move |_| if std::mem::take(&mut first) { Some(vec![0x80]) } else { Some(response(0, EIGHT)) });
    let mut tpm = patient(&fake.address, Duration::from_millis(100));
    assert!(tpm.execute(&RANDOM, &mut []).is_err());
    assert!(tpm.execute(&RANDOM, &mut []).is_err());
    drop(tpm);
    assert_eq!(fake.commands(), [GET_RANDOM]);
}

/// A TPM that never answers, or only in part, in the time that it is given; one that is slow has all of it.
#[test]
fn a_slow_tpm() {
    let timeout = Duration::from_millis(200);
    for answer in [vec![], vec![0x80], response(0, EIGHT)[..12].to_vec()] {
        let received = answer.len();
        let fake = FakeTpm::new(move |_| Some(answer.clone()));
        let start = Instant::now();
        let error = patient(&fake.address, timeout).execute(&RANDOM, &mut []).unwrap_err();
        assert!((timeout..Duration::from_secs(5)).contains(&start.elapsed()), "{:?}", start.elapsed());
        let ProverError::Transport(TransportError::TimedOut { waited, received: got }) = &error else {
            panic!("{error}")
        };
        assert_eq!((*waited, *got), (timeout, received));
        assert!(error.to_string().contains("0.2 seconds"), "{error}");
    }
    // A byte at a time, whole in the end.
    let fake = FakeTpm::serve(|_, client| {
        for octet in response(0, EIGHT) {
            client.write_all(&[octet]).unwrap();
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    });
    let mut tpm = open(&fake);
    for _ in 0..2 {
        assert_eq!(tpm.execute(&RANDOM, &mut []).unwrap().random_bytes.0, &EIGHT[2..]);
    }
    // A byte at a time, without end: each byte does not begin the wait anew.
    let fake = FakeTpm::serve(|_, client| {
        let long = [&[0x80, 1, 0, 0, 0x10, 0, 0, 0, 0, 0][..], &[0; 4086]].concat();
        for octet in long {
            if client.write_all(&[octet]).is_err() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    });
    let start = Instant::now();
    let error = patient(&fake.address, timeout).execute(&RANDOM, &mut []).unwrap_err();
    assert!(matches!(error, ProverError::Transport(TransportError::TimedOut { .. })), "{error}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// A command that the TPM asks for again is sent again, as it was.
#[test]
fn commands_are_sent_again() {
    for asks in [0x922, 0x908, 0x90a, 0x000b_0922] {
        let mut left = 4;
        let mut sent: Option<Vec<u8>> = None;
        let fake = FakeTpm::new(move |command| {
            let same = sent.get_or_insert_with(|| command.to_vec()) == command;
            assert!(same, "another command");
            if left == 0 {
                return Some(response(0, EIGHT));
            }
            left -= 1;
            Some(response(asks, &[]))
        });
        assert_eq!(open(&fake).execute(&RANDOM, &mut []).unwrap().random_bytes.0, &EIGHT[2..], "{asks:#x}");
        assert_eq!(fake.count(GET_RANDOM), 5);
    }
    // What only sounds like it is not.
    for (refuses, name) in [(0x920, "NV_RATE"), (0x923, "NV_UNAVAILABLE"), (0x909, "CANCELED")] {
        let fake = FakeTpm::new(move |_| Some(response(refuses, &[])));
        let error = open(&fake).execute(&RANDOM, &mut []).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(fake.count(GET_RANDOM), 1);
    }
}

/// And not for ever.
#[test]
fn commands_are_not_sent_again_for_ever() {
    let fake = FakeTpm::new(|_| Some(response(0x922, &[])));
    let start = Instant::now();
    let error = open(&fake).execute(&RANDOM, &mut []).unwrap_err();
    assert_eq!(error.code(), Some(TpmRc::RETRY), "{error}");
    assert!(error.to_string().contains("send it again"), "{error}");
    assert!((Duration::from_secs(9)..Duration::from_secs(20)).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert!((10..100).contains(&fake.count(GET_RANDOM)));
}

/// A real `prove` through a TPM that asks for every command again.
#[test]
fn a_proof_in_spite_of_retries() {
    let swtpm = Swtpm::new("transport-retries");
    let mut number = 0;
    let proxy = FakeTpm::before(&swtpm, move |command, tpm| {
        number += 1;
        if number % 3 == 0 { Some(tpm(command)) } else { Some(response([0x922, 0x90a][number % 2], &[])) }
    });
    accepted(&prove(&proxy.address.to_string(), &swtpm.folder), &swtpm.folder);
    swtpm.assert_empty();
}

/// What is wrong with a TPM is said in words, and what a command is blamed for too.
#[test]
fn refusals_in_words() {
    let folder = Folder::new("transport-words");
    for (code, words) in [
        (0x101, vec!["TPM_RC_FAILURE (0x101)", "failure mode", "power cycle"]),
        (0x100, vec!["TPM_RC_INITIALIZE", "TPM2_Startup", "firmware does that"]),
        (0x921, vec!["TPM_RC_LOCKOUT", "locked out", "wait"]),
        (0x902, vec!["TPM_RC_OBJECT_MEMORY", "tpm2_flushcontext -t"]),
        (0x1c4, vec!["TPM_RC_VALUE", "parameter 1"]),
        (0xfd5, vec!["TPM_RC_SIZE", "parameter 15"]),
        (0x184, vec!["TPM_RC_VALUE", "handle 1"]),
        (0x78b, vec!["TPM_RC_HANDLE", "handle 7"]),
        (0x98e, vec!["TPM_RC_AUTH_FAIL", "session 1", "lockout"]),
        (0xf9d, vec!["TPM_RC_POLICY_FAIL", "session 7"]),
        (0x910, vec!["not loaded", "handle 1"]),
        (0x91e, vec!["not loaded", "session 7"]),
        (0x000b_0143, vec!["TPM_RC_COMMAND_CODE", "from the resource manager"]),
        (0x0123_4567, vec!["0x1234567"]),
        (0xffff_ffff, vec!["0xffffffff"]),
    ] {
        let fake = FakeTpm::new(move |_| Some(response(code, &[])));
        let outcome = prove(&fake.address.to_string(), &folder);
        fails(&outcome, "the TPM refuses TPM_CC_");
        for word in words {
            fails(&outcome, word);
        }
        assert_eq!(fake.commands(), [CREATE_PRIMARY], "{code:#x}");
    }
    // A TPM without power, for real.
    let swtpm = Swtpm::off("transport-off");
    fails(&prove(&swtpm.address.to_string(), &folder), "failure mode");
    swtpm.control().power_on().unwrap();
    fails(&prove(&swtpm.address.to_string(), &folder), "TPM_RC_INITIALIZE");
    swtpm.tpm().execute(&Startup { startup_type: TpmSu::CLEAR }, &mut []).unwrap();
}

/// Wrong passwords until the TPM hears no more.
#[test]
fn a_lockout_in_words() {
    let swtpm = Swtpm::new("transport-lockout");
    swtpm.tool("tpm2_dictionarylockout -Q -s -n 2 -t 1000 -l 1000");
    swtpm.tool("tpm2_nvdefine -Q -C o -s 8 -p secret -a authread|authwrite 0x1800001");
    let index = |tpm: &mut Tpm| {
        let read = tpm.execute(&NvReadPublic { nv_index: Entity::of(TpmHandle(0x0180_0001)) }, &mut []).unwrap();
        Entity::named(TpmHandle(0x0180_0001), read.nv_name.0).unwrap()
    };
    let mut tpm = swtpm.tpm();
    let index = index(&mut tpm);
    let command = NvWrite { auth_handle: index, nv_index: index, data: Tpm2bMaxNvBuffer(&[1; 8]), offset: 0 };
    let mut guess =
        |guess: &[u8]| tpm.execute(&command, &mut [Authorization::Password(guess)]).map_err(|e| e.to_string());
    for _ in 0..2 {
        let error = guess(b"wrong").unwrap_err();
        assert!(error.contains("TPM_RC_AUTH_FAIL") && error.contains("counts towards a lockout"), "{error}");
    }
    let error = guess(b"secret").unwrap_err();
    assert!(error.contains("TPM_RC_LOCKOUT (0x921): the TPM is locked out after failed authorizations"), "{error}");
    drop(tpm);
    // Our own keys have no such defence, and need none.
    accepted(&prove(&swtpm.address.to_string(), &swtpm.folder), &swtpm.folder);
    swtpm.tool("tpm2_dictionarylockout -Q -c");
    swtpm.assert_empty();
}

/// A simulator: commands in frames on one port, the power switch on the next.
struct Simulator {
    address: TpmAddress,
    /// What came on the platform port, and the localities of the commands.
    seen: std::sync::mpsc::Receiver<(char, u32)>,
}

impl Simulator {
    fn new(end: u32, platform: u32, answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> Self {
        let (commands, power) = loop {
            let first = TcpListener::bind("127.0.0.1:0").unwrap();
            if let Ok(second) = TcpListener::bind(("127.0.0.1", first.local_addr().unwrap().port() + 1)) {
                break (first, second);
            }
        };
        let address = TpmAddress::Mssim("127.0.0.1".into(), commands.local_addr().unwrap().port());
        let (sender, seen) = std::sync::mpsc::channel();
        let to = sender.clone();
        std::thread::spawn(move || {
            while let Ok((mut client, _)) = power.accept() {
                while let Some(signal) = word(&mut client) {
                    to.send(('P', signal)).unwrap();
                    if signal == 20 || client.write_all(&platform.to_be_bytes()).is_err() {
                        break;
                    }
                }
            }
        });
        let mut answer = answer;
        std::thread::spawn(move || {
            while let Ok((mut client, _)) = commands.accept() {
                while let Some(signal) = word(&mut client) {
                    if signal != 8 {
                        sender.send(('C', signal)).unwrap();
                        break;
                    }
                    let mut locality = [0];
                    client.read_exact(&mut locality).unwrap();
                    sender.send(('L', locality[0].into())).unwrap();
                    let size = word(&mut client).unwrap();
                    let command = read_message(&mut client).unwrap();
                    assert_eq!(size as usize, command.len());
                    let mut frame = answer(&command);
                    frame.extend(end.to_be_bytes());
                    let size = u32::try_from(frame.len() - 4).unwrap().to_be_bytes();
                    if client.write_all(&[&size[..], &frame].concat()).is_err() {
                        break;
                    }
                }
            }
        });
        Self { address, seen }
    }

    fn before(swtpm: &Swtpm) -> Self {
        let port = swtpm.port();
        Self::new(0, 0, move |command| {
            let mut tpm = TcpStream::connect(("127.0.0.1", port)).unwrap();
            tpm.write_all(command).unwrap();
            read_message(&mut tpm).unwrap()
        })
    }
}

fn word(stream: &mut TcpStream) -> Option<u32> {
    let mut word = [0; 4];
    stream.read_exact(&mut word).ok()?;
    Some(u32::from_be_bytes(word))
}

#[test]
fn a_simulator() {
    let swtpm = Swtpm::new("transport-mssim");
    let simulator = Simulator::before(&swtpm);
    accepted(&prove(&simulator.address.to_string(), &swtpm.folder), &swtpm.folder);
    swtpm.assert_empty();
    let mut tpm = patient(&simulator.address, TIMEOUT);
    tpm.set_locality(3).unwrap();
    tpm.execute(&RANDOM, &mut []).unwrap();
    tpm.close().unwrap();
    // Power and NV at first, an end in order on both at last, each command from its locality.
    let end = Instant::now() + TIMEOUT;
    let mut seen = Vec::new();
    while Instant::now() < end && seen.iter().filter(|one| matches!(one, ('P' | 'C', 20))).count() < 4 {
        seen.extend(simulator.seen.recv_timeout(Duration::from_millis(100)));
    }
    let platform: Vec<_> = seen.iter().filter(|one| one.0 == 'P').map(|one| one.1).collect();
    assert_eq!(platform, [1, 11, 20, 1, 11, 20]);
    assert_eq!(seen.iter().filter(|one| **one == ('C', 20)).count(), 2, "{seen:?}");
    let localities: Vec<_> = seen.iter().filter(|one| one.0 == 'L').map(|one| one.1).collect();
    assert_eq!(localities.iter().filter(|locality| **locality == 3).count(), 1, "{localities:?}");
    assert_eq!(localities.last(), Some(&3));
}

/// Frames that are not what their protocol says.
#[test]
fn q27_frames_of_a_simulator() {
    let good = || response(0, EIGHT);
    let ask = |end: u32, answer: Vec<u8>| {
        let simulator = Simulator::new(end, 0, move |_| answer.clone());
        let mut tpm = patient(&simulator.address, Duration::from_secs(5));
        tpm.execute(&RANDOM, &mut []).map(|random| random.random_bytes.0.len())
    };
    assert_eq!(ask(0, good()).unwrap(), 8);
    let error = ask(1, good()).unwrap_err();
    assert!(matches!(error, ProverError::Transport(TransportError::Control { code: 1, .. })), "{error}");
    for size in [0, 9, 4097, 100_000] {
        let error = ask(0, vec![0; size]).unwrap_err();
        assert!(matches!(error, ProverError::Transport(TransportError::Announced { .. })), "{size}: {error}");
    }
    let error = ask(0, [&good()[..], &[0]].concat()).unwrap_err();
    assert!(matches!(error, ProverError::Transport(TransportError::TrailingBytes(1))), "{error}");
    let error = ask(0, good()[..15].to_vec()).unwrap_err();
    let truncated = matches!(error, ProverError::Transport(TransportError::Truncated { says: 20, received: 15 }));
    assert!(truncated, "{error}");
    // One that does not turn on.
    let simulator = Simulator::new(0, 7, |_| unreachable!());
    let folder = Folder::new("transport-mssim-off");
    fails(&prove(&simulator.address.to_string(), &folder), "does not turn the TPM on: result 0x7");
}

/// An swtpm whose sockets are files.
struct InFiles {
    folder: Folder,
    address: TpmAddress,
    child: Child,
}

impl InFiles {
    fn new(name: &str) -> Self {
        let folder = Folder::new(name);
        let state = folder.path("state");
        fs::create_dir(&state).unwrap();
        let socket = folder.path("tpm");
        let mut command = Command::new("swtpm");
        command.args(["socket", "--tpm2", "--tpmstate", &format!("dir={state}")]);
        command.args(["--server", &format!("type=unixio,path={socket}")]);
        command.args(["--ctrl", &format!("type=unixio,path={socket}.ctrl")]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let address: TpmAddress = format!("swtpm:{socket}").parse().unwrap();
        let end = Instant::now() + TIMEOUT;
        while !(Path::new(&socket).exists() && Path::new(&format!("{socket}.ctrl")).exists()) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        Self { folder, address, child }
    }
}

impl Drop for InFiles {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn sockets_in_the_file_system() {
    let swtpm = InFiles::new("transport-unix");
    Control::of(&swtpm.address, TIMEOUT).unwrap().power_on().unwrap();
    let mut tpm = Tpm::open(&swtpm.address).unwrap();
    tpm.execute(&Startup { startup_type: TpmSu::CLEAR }, &mut []).unwrap();
    tpm.close().unwrap();
    accepted(&prove(&swtpm.address.to_string(), &swtpm.folder), &swtpm.folder);
    let mut tpm = Tpm::open(&swtpm.address).unwrap();
    let command = GetCapability { capability: TpmCap::HANDLES, property: 0x8000_0000, property_count: 16 };
    let answer = tpm.execute(&command, &mut []).unwrap();
    let TpmsCapabilityData::Handles(left) = answer.capability_data else { panic!("{answer:?}") };
    assert!(left.is_empty(), "{left:?}");
    // The locality goes through the control channel beside.
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
    assert_eq!(tpm.extend(17, &[digest]).unwrap_err().code(), Some(TpmRc::LOCALITY));
    tpm.set_locality(4).unwrap();
    tpm.extend(17, &[digest]).unwrap();
    tpm.set_locality(0).unwrap();
}

/// PCRs 17 to 22 are for localities; a quote of them tells what was extended from there.
#[test]
fn localities() {
    let swtpm = Swtpm::new("transport-locality");
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
    let mut tpm = swtpm.tpm();
    for pcr in [20, 21] {
        assert_eq!(tpm.extend(pcr, &[digest]).unwrap_err().code(), Some(TpmRc::LOCALITY), "PCR {pcr}");
    }
    tpm.set_locality(2).unwrap();
    for pcr in [20, 21] {
        tpm.extend(pcr, &[digest]).unwrap();
    }
    let error = tpm.set_locality(5).unwrap_err();
    assert!(error.to_string().contains("does not set the locality"), "{error}");
    tpm.set_locality(0).unwrap();
    let key = tpm.create_attestation_key(AkAlgorithm::P256).unwrap();
    let quoted = tpm.quote(&key, b"nonce", &[BankSelection { bank: Sha256, pcrs: 0b11 << 20 }]).unwrap();
    assert_eq!(quoted.values.len(), 2);
    assert!(quoted.values.iter().all(|value| value.value.iter().any(|octet| !matches!(octet, 0 | 0xff))));
    // Where nobody listens on the control channel.
    let fake = FakeTpm::new(|_| Some(response(0, EIGHT)));
    let error = open(&fake).set_locality(3).unwrap_err();
    assert!(error.to_string().contains("control channel"), "{error}");
    let error = Tpm::open(&"device:/dev/null".parse().unwrap()).unwrap().set_locality(1).unwrap_err();
    assert!(error.to_string().contains("knows no localities"), "{error}");
}

#[test]
fn addresses() {
    for text in [
        "tpm0",
        "/dev/tpm0",
        "device:",
        "swtpm:",
        "swtpm:host",
        "swtpm:host:",
        "swtpm::2321",
        "swtpm:host:0",
        "swtpm:host:65535",
        "swtpm:host:65536",
        "swtpm:host:-1",
        "mssim:2321",
        "mssim:/run/socket",
        "tabrmd:",
        "DEVICE:/dev/tpm0",
    ] {
        let outcome = run(&words(&format!("prove --nonce 00 -o /nowhere/proof --tpm={text}")));
        assert_eq!(outcome.code, 2, "{text}: {outcome:?}");
        assert!(outcome.notes.contains("is no address of a TPM"), "{text}: {outcome:?}");
    }
    for text in ["swtpm:[::1]:2321", "swtpm:::1:2321"] {
        assert_eq!(text.parse(), Ok(TpmAddress::Swtpm("::1".into(), 2321)), "{text}");
    }
    let six = TpmAddress::Swtpm("::1".into(), 2321);
    assert_eq!(six.to_string().parse(), Ok(six));
}

/// As with all numbers here: no sign, no leading zero.
#[test]
fn ports_have_one_form() {
    for text in ["swtpm:host:+2321", "swtpm:host:02321", "mssim:host:+1"] {
        assert!(text.parse::<TpmAddress>().is_err(), "{text}");
    }
}

/// A locality that was set is this client's, and not the next one's.
#[test]
fn a_locality_ends_with_its_client() {
    let swtpm = Swtpm::new("transport-locality-end");
    let mut tpm = swtpm.tpm();
    tpm.set_locality(3).unwrap();
    tpm.close().unwrap();
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] };
    assert_eq!(swtpm.tpm().extend(17, &[digest]).map_err(|error| error.code()), Err(Some(TpmRc::LOCALITY)));
}

/// What comes after a response, when it was read already, is no response to the next command.
#[test]
fn what_comes_late_answers_nothing() {
    let (sender, forged) = std::sync::mpsc::channel();
    let (receiver, goes_on) = std::sync::mpsc::channel();
    let mut is_first = true;
    let fake = FakeTpm::serve(move |_, client| {
        if std::mem::take(&mut is_first) {
            client.write_all(&response(0, EIGHT)).unwrap();
            // Once it is read.
            goes_on.recv().unwrap();
            client.write_all(&response(0, &[0, 8, 0xff, 0, 0, 0, 0, 0, 0, 0])).unwrap();
            sender.send(()).unwrap();
        }
        true
    });
    let mut tpm = patient(&fake.address, Duration::from_secs(5));
    assert_eq!(tpm.execute(&RANDOM, &mut []).unwrap().random_bytes.0[0], 1);
    receiver.send(()).unwrap();
    forged.recv().unwrap();
    let second = tpm.execute(&RANDOM, &mut []).map(|random| random.random_bytes.0[0]);
    assert_ne!(second.ok(), Some(0xff), "what came before the command was taken for its response");
}

/// A TPM that dies in the middle of a command.
#[test]
fn a_tpm_that_dies() {
    let mut swtpm = Swtpm::new("transport-dies");
    let mut tpm = patient(&swtpm.address, TIMEOUT);
    tpm.execute(&RANDOM, &mut []).unwrap();
    let key = tpm.create_attestation_key(AkAlgorithm::P256).unwrap();
    swtpm.kill();
    let error = tpm.quote(&key, b"nonce", &[PCR_0]).unwrap_err();
    assert!(matches!(error, ProverError::Transport(TransportError::Closed { .. })), "{error}");
    let error = tpm.close().map_or_else(|error| error.to_string(), |()| "closed".into());
    assert_eq!(error, "closed", "what is gone needs no flushing");
    fails(&prove(&swtpm.address.to_string(), &swtpm.folder), "cannot open the TPM");
    // In the middle of the making of a key, which takes long.
    let mut swtpm = Swtpm::new("transport-dies-busy");
    let pid = swtpm.pid();
    std::thread::scope(|scope| {
        let address = &swtpm.address;
        let thread = scope.spawn(move || {
            let mut tpm = patient(address, TIMEOUT);
            // For as long as it takes until it dies: each key is another.
            for number in 0..1000u32 {
                let template = TpmtPublic {
                    auth_policy: Tpm2bDigest(&[number.to_be_bytes(); 8].concat()),
                    ..AkAlgorithm::Rsa2048.template()
                };
                let key = tpm.create_primary(TpmHandle::ENDORSEMENT, template)?;
                tpm.execute(&FlushContext { flush_handle: key.entity().handle }, &mut [])?;
            }
            Ok::<(), ProverError>(())
        });
        std::thread::sleep(Duration::from_millis(300));
        assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
        let error = thread.join().unwrap().unwrap_err();
        assert!(matches!(error, ProverError::Transport(TransportError::Closed { .. })), "{error}");
    });
    swtpm.kill();
}

/// What is no device is not written to, and said to be none.
#[test]
fn devices_that_are_none() {
    let folder = Folder::new("transport-device");
    fails(&prove(&format!("device:{}", folder.path("absent")), &folder), "No such file");
    fails(&prove(&format!("device:{}", folder.path("")), &folder), "directory");
    fails(&prove("device:/dev/null", &folder), "the TPM closed the connection");
    fails(&prove("device:/dev/zero", &folder), "the response says that it has 0 bytes");
    fails(&prove("device:/dev/full", &folder), "cannot write to the TPM");
}

#[test]
fn a_file_that_is_no_device_is_not_written_to() {
    let folder = Folder::new("transport-file");
    let precious = vec![b'x'; 10_000];
    let file = folder.write("weights", &precious);
    let outcome = prove(&format!("device:{file}"), &folder);
    assert!(fs::read(&file).unwrap() == precious, "the file was written to: {outcome:?}");
    fails(&outcome, &file);
}

#[test]
fn a_pipe_is_no_device() {
    let folder = Folder::new("transport-pipe");
    let pipe = folder.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let outcome = prove(&format!("device:{pipe}"), &folder);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    fails(&outcome, &pipe);
    fails(&outcome, "no character device");
    assert!(!outcome.notes.contains("the TPM refuses"), "it took its own command for a response: {outcome:?}");
}

/// An object that was made is flushed, also where the answer to a later command cannot be read.
#[test]
fn what_was_made_is_flushed_after_a_lie() {
    let swtpm = Swtpm::new("transport-flush");
    let proxy = FakeTpm::before(&swtpm, |command, tpm| {
        let real = tpm(command);
        Some(if code(command) == QUOTE { authorized(None, &[0xff; 20]) } else { real })
    });
    fails(&prove(&proxy.address.to_string(), &swtpm.folder), "response to TPM_CC_QUOTE cannot be read");
    assert_eq!(proxy.count(FLUSH_CONTEXT), 1);
    swtpm.assert_empty();
    // An extension that stands between: the proxy of these tests really reaches the TPM.
    let proxy = FakeTpm::before(&swtpm, |command, tpm| {
        tpm(&extend(13, &[1; 32]));
        Some(tpm(command))
    });
    let value = open(&proxy).read_pcrs(&[BankSelection { bank: Sha256, pcrs: 1 << 13 }]).unwrap().remove(0).value;
    assert_ne!(value, [0; 32]);
}
