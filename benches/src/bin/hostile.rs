//! hostile GENERATOR BYTES: reads one input that was made to cost as much as it can. `benches/linear` counts its instructions.

use std::hint::black_box;
use tpmproof::Proof;
use tpmproof::crypto::{Crypto, CryptoError, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::log::{EventData, Measurement, TcgEventType, TcgLog};
use tpmproof::proof::{ProofBuilder, verify_proof_with};
use tpmproof::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
use tpmproof::verify::{
    Attachment, Challenge, EventRule, EventRules, Log, LogName, LogPart, LogRule, PcrRule, PcrValue, Pin, Policy,
    PolicyList, Replay, SecureBootRules, Time,
};

/// Logs as they are read, and then proofs whose logs are judged.
const GENERATORS: [(&str, fn(usize) -> Vec<u8>); 11] = [
    ("sha1-events", |size| event(1, 5, &[1; 20], &[]).repeat(size / 32)),
    ("agile-events", |size| [header(), agile(&[]).repeat(size / 50)].concat()),
    ("one-event", |size| [header(), agile(&vec![7; size])].concat()),
    ("zeros-of-a-ccel", |size| [event(1, 5, &[1; 20], &[]), vec![0; size], vec![1]].concat()),
    ("padding-of-a-ccel", |size| [event(1, 5, &[1; 20], &[]), vec![0xff; size]].concat()),
    ("device-path", |size| image(&[4, 4, 4, 0].repeat(size / 4))),
    ("signatures", |size| variable(&list(48, &vec![9; size / 48 * 48]))),
    ("signature-lists", |size| variable(&list(48, &[9; 48]).repeat(size / 76))),
    ("authorities", |size| proof(&secure_boot(size / 2, size / 2), &[], 0)),
    ("measurements", |size| proof(&[], &[measured("other"), measured("key")].concat().repeat(size / 400), 0)),
    ("attachments", |size| proof(&[], &measured("key"), size / 40)),
];

fn event(register: u32, type_: u32, digest: &[u8], data: &[u8]) -> Vec<u8> {
    let size = u32::try_from(data.len()).expect("a size");
    [&register.to_le_bytes()[..], &type_.to_le_bytes(), digest, &size.to_le_bytes(), data].concat()
}

fn header() -> Vec<u8> {
    event(0, 3, &[0; 20], b"Spec ID Event03\0\0\0\0\0\0\x02\0\x02\x01\0\0\0\x0b\0\x20\0\0")
}

/// An event with one digest by SHA-256.
fn agile(data: &[u8]) -> Vec<u8> {
    event(0, 5, &[&[1, 0, 0, 0, 0x0b, 0][..], &[1; 32]].concat(), data)
}

fn image(path: &[u8]) -> Vec<u8> {
    let path = [&[0; 24][..], &(path.len() as u64).to_le_bytes(), path].concat();
    event(4, 0x8000_0003, &[1; 20], &path)
}

fn variable(lists: &[u8]) -> Vec<u8> {
    let data = [&[7; 16][..], &2u64.to_le_bytes(), &(lists.len() as u64).to_le_bytes(), b"d\0b\0", lists].concat();
    event(7, 0x8000_0001, &[1; 20], &data)
}

fn list(entry: u32, entries: &[u8]) -> Vec<u8> {
    let size = u32::try_from(28 + entries.len()).expect("a size");
    [&[3; 16][..], &size.to_le_bytes(), &[0; 4], &entry.to_le_bytes(), entries].concat()
}

/// All that is done with a log; its name is what the script counts.
#[inline(never)]
fn hostile_work(octets: &[u8]) -> usize {
    let mut count = 0;
    if let Ok(proof) = Proof::from_der(octets) {
        return judge(&proof);
    }
    for log in [TcgLog::from_bytes(octets), TcgLog::from_ccel(octets)].into_iter().flatten() {
        for event in log.events() {
            let decoded = EventData::decode(event.event_type().unverified(), event.data().unverified());
            if let Ok(EventData::Variable(variable)) = &decoded {
                count += variable.signature_lists().count();
            }
            if event.event_type().unverified() == TcgEventType::EFI_BOOT_SERVICES_APPLICATION {
                count += black_box(decoded.map(|data| data.to_string()).unwrap_or_default()).len();
            }
        }
        count += black_box(Replay::of(&[LogPart::whole(log)], &SOFTWARE)).map_or(0, |replay| replay.extended().count());
    }
    count
}

/// `EV_EVENT_TAG` of a measurement, into PCR 13.
fn measured(kind: &str) -> Vec<u8> {
    let measurement = Measurement { kind, name: "", algorithm: TpmAlgId::SHA256, digest: &[7; 32], size: Some(4) };
    let der = measurement.to_der();
    let data = [&Measurement::TAG.to_le_bytes()[..], &(der.len() as u32).to_le_bytes(), &der].concat();
    of(13, 6, &sha256(&der), &data)
}

/// An event with this digest by SHA-256.
fn of(register: u32, type_: u32, digest: &[u8], data: &[u8]) -> Vec<u8> {
    event(register, type_, &[&[1, 0, 0, 0, 0x0b, 0][..], digest].concat(), data)
}

fn sha256(octets: &[u8]) -> Vec<u8> {
    SOFTWARE.digest(HashAlgorithm::Sha256, &mut [octets].into_iter()).expect("a hash").as_bytes().to_vec()
}

/// The events of PCR 7: a db of so many octets, and so many octets of entries that allowed something.
fn secure_boot(db: usize, authorities: usize) -> Vec<u8> {
    let global = [0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c];
    let security = [0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f];
    let variable = |vendor: &[u8; 16], name: &str, data: &[u8]| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let lengths = [(name.len() as u64).to_le_bytes(), (data.len() as u64).to_le_bytes()].concat();
        [&vendor[..], &lengths, &wide, data].concat()
    };
    let of_data = |type_, data: &[u8]| of(7, type_, &sha256(data), data);
    let mut log = Vec::new();
    let keys = list(48, &vec![9; db / 48 * 48]);
    for (vendor, name, data) in [
        (&global, "SecureBoot", &[1][..]),
        (&global, "PK", b""),
        (&global, "KEK", b""),
        (&security, "db", &keys),
        (&security, "dbx", b""),
    ] {
        log.extend(of_data(0x8000_0001, &variable(vendor, name, data)));
    }
    log.extend(of_data(4, &[0; 4]));
    // An entry that db does not have: all of it is searched.
    let entry = of_data(0x8000_00e0, &variable(&security, "db", &[8; 48]));
    log.extend(entry.repeat(authorities / entry.len()));
    log
}

/// A proof of PCRs 7 and 13 with the logs that lead to them, and so many attachments of a kind that is required.
fn proof(firmware: &[u8], application: &[u8], attachments: usize) -> Vec<u8> {
    let logs = [[header(), firmware.to_vec()].concat(), [header(), application.to_vec()].concat()];
    let parts: Vec<_> = logs.iter().map(|log| LogPart::whole(TcgLog::from_bytes(log).expect("a log"))).collect();
    let replay = Replay::of(&parts, &SOFTWARE).expect("a replay");
    let values = [7, 13].map(|index| (index, replay.value(HashAlgorithm::Sha256, index).expect("a value").to_vec()));
    let digest = sha256(&[&values[0].1[..], &values[1].1].concat());
    let head = b"\xff\x54\x43\x47\x80\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0";
    let message = [&head[..], &[0, 0, 0, 1, 0, 0x0b, 3, 0x80, 0x20, 0, 0, 32], &digest].concat();
    let mut builder = ProofBuilder::new(&message, &[0, 0x14, 0, 0x0b, 0, 1, 0]);
    for (index, value) in &values {
        builder = builder.pcr(PcrValue { bank: TpmAlgId::SHA256, index: *index, value });
    }
    for (format, bytes) in ["firmware", "application"].into_iter().zip(&logs) {
        builder = builder.log(Log { format, bytes });
    }
    for _ in 0..attachments {
        builder = builder.attachment(Attachment { kind: "key", name: "a name", bytes: b"what" });
    }
    builder.to_der()
}

/// Every signature is good: only what comes after it is counted.
#[derive(Debug)]
struct Credulous;

impl Crypto for Credulous {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, _: &PublicKey<'_>, _: &Digest, _: &Signature<'_>) -> Result<(), CryptoError> {
        Ok(())
    }
}

/// Judged by a policy that looks at everything, and reported.
fn judge(proof: &Proof<'_>) -> usize {
    let spki = include_bytes!("rsa.spki");
    let pins = [Pin::Spki(spki)];
    let logged = |index| PcrRule::log(HashAlgorithm::Sha256, index);
    let secure_boot = proof.evidence().pcr_values.iter().any(|pcr| pcr.index == 7 && pcr.value != [0; 32]);
    let both = [logged(7), logged(13)];
    let pcrs = if secure_boot { &both[..] } else { &both[1..] };
    let logs = [LogRule { pcrs: 1 << 13, logs: PolicyList::new(&[LogName::Application]) }];
    let unknown = [TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[1; 32] }];
    let (require, allow) = ([EventRule::measurement(13, "key")], [EventRule::event(13, &unknown)]);
    let events = EventRules {
        secure_boot: secure_boot
            .then_some(SecureBootRules { pk: PolicyList::new(&unknown), ..SecureBootRules::default() }),
        require: PolicyList::new(&require),
        allow: PolicyList::new(&allow),
        accept_any_boot: true,
        ..EventRules::default()
    };
    let policy = Policy::builder().pinned(&pins).accept_unknown_attributes(true).pcrs(pcrs).logs(&logs).events(events);
    let policy = policy.build().expect("a policy");
    let proof = proof.clone().with_key(spki);
    let challenge = Challenge::insecure_no_freshness();
    match verify_proof_with(&Credulous, &proof, &policy, &challenge, Time::from_unix_seconds(0)) {
        Ok(report) => black_box(format!("{report}{}", report.json())).len(),
        Err(rejection) => black_box(format!("{rejection}{}{}", rejection.report, rejection.json())).len(),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some((_, generate)) = GENERATORS.iter().find(|(known, _)| *known == name) else {
        for (known, _) in GENERATORS {
            println!("{known}");
        }
        return;
    };
    let size = arguments.next().and_then(|size| size.parse().ok()).expect("a number of bytes");
    let octets = generate(size);
    println!("{}", hostile_work(&octets));
}
