//! Promise: of a whole proof, nothing is accepted but the genuine one: every prefix, every bit flipped, every byte inserted or deleted, as it
//! stands and with all lengths around it put right. What a change may touch and stay accepted is listed here; of it a report says nothing
//! that it calls measured or bound.
//!
//! `TPMPROOF_EXHAUSTIVE=1` tries all of it; without it one bit of each octet of a firmware's log is flipped, and fewer values are inserted.
//! What was tried is printed.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run, vector};
use crate::common::forge::{AK_ATTRIBUTES, Key, NONCE, name};
use crate::common::machine::{Machine, digest, digits, measured, sha256};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tpmproof::Proof;
use tpmproof::crypto::{Crypto, CryptoError, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::log::{TcgEventType, TcgLog};
use tpmproof::proof::{ProofBuilder, verify_proof_with};
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Attachment, Challenge, Log, PcrValue, Policy, Time};

/// The crate's cryptography, which answers a question that was asked before from memory: most changes leave the signature alone.
#[derive(Debug, Default)]
struct Remembering(Mutex<HashMap<Vec<u8>, Result<(), CryptoError>>>);

impl Crypto for Remembering {
    fn digest(&self, algorithm: HashAlgorithm, parts: &mut dyn Iterator<Item = &[u8]>) -> Result<Digest, CryptoError> {
        SOFTWARE.digest(algorithm, parts)
    }

    fn verify(&self, key: &PublicKey<'_>, digest: &Digest, signature: &Signature<'_>) -> Result<(), CryptoError> {
        let question = format!("{key:?}{digest:?}{signature:?}").into_bytes();
        if let Some(known) = self.0.lock().unwrap().get(&question) {
            return *known;
        }
        let answer = SOFTWARE.verify(key, digest, signature);
        self.0.lock().unwrap().insert(question, answer);
        answer
    }
}

/// Then the report has a line which says so.
const OTHER_DATA: &str = "the data of an event that was measured";

const OF_SOMETHING_ELSE: &str = "the data of an event whose digest is of something else";

/// Where the policy names its digest; Secure Boot's rules know others by their data.
const DATA_OF_AUTHORITY: &str = "the data of an authority that was measured";

/// Where no rule of the policy names the event.
const AUTHORITY: &str = "the type of an authority that Secure Boot's rules know by its data";

/// What may change and the proof stay accepted, and why.
type Unbound = (Range<usize>, &'static str);

/// Some of its octets are its form, which must be right wherever it is read.
const SPARE: &str = "a certificate that is not on the path";

/// Some of its octets tell that it is one, which must be so where the order of the separators asks for it.
const SEPARATOR: &str = "a separator of a PCR that no log is to explain";

struct Evidence {
    id: &'static str,
    der: Vec<u8>,
    /// The policy in DER.
    policy: Vec<u8>,
    nonce: Vec<u8>,
    time: Time,
    crypto: Remembering,
}

impl Evidence {
    fn new(id: &'static str, der: Vec<u8>, policy: &str, nonce: Vec<u8>) -> Self {
        let folder = Folder::new("mutations");
        let path = if policy.contains('\n') { folder.write("policy.toml", policy.as_bytes()) } else { vector(policy) };
        let arguments = ["policy".into(), "compile".into(), path, "-o".into(), folder.path("policy.der")];
        let outcome = run(&arguments);
        assert_eq!(outcome.code, 0, "{id}: {outcome:?}");
        let policy = fs::read(folder.path("policy.der")).unwrap();
        let time = "2027-01-01T00:00:00Z".parse().unwrap();
        Self { id, der, policy, nonce, time, crypto: Remembering::default() }
    }

    /// One of `testvectors/`, with the policy and the nonce of its header.
    fn vector(id: &'static str) -> Self {
        let text = fs::read_to_string(vector(&format!("{id}.proof"))).unwrap();
        let of = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        let (_, der) = pem_rfc7468::decode_vec(&text.as_bytes()[text.find("-----").unwrap()..]).unwrap();
        Self::new(id, der, &of("policy: "), crate::common::hex(&of("nonce: ")))
    }

    /// What the report says, if the bytes are accepted. What is refused says why.
    fn judge(&self, der: &[u8], policy: &Policy<'_>) -> Option<String> {
        let proof = Proof::from_der(der).map_err(|error| assert!(error.offset <= der.len())).ok()?;
        let challenge = Challenge::nonce(&self.nonce).unwrap();
        match verify_proof_with(&self.crypto, &proof, policy, &challenge, self.time) {
            Ok(report) => Some(report.json().to_string()),
            Err(_) => None,
        }
    }

    fn proof(&self) -> Proof<'_> {
        Proof::from_der(&self.der).unwrap()
    }

    /// Where a part of the proof stands in it.
    fn place(&self, part: &[u8]) -> Range<usize> {
        let start = part.as_ptr() as usize - self.der.as_ptr() as usize;
        assert_eq!(&self.der[start..start + part.len()], part);
        start..start + part.len()
    }
}

/// A boot with its log, by a P-384 key that quotes SHA-384. PCR 4 is what its log says, each event known.
fn p384_with_log() -> Evidence {
    let (folder, bank) = ("boot-uki", TpmAlgId::SHA384);
    let quote = crate::common::all_quotes().into_iter().find(|quote| quote.id == "boot-uki/p384_sha384").unwrap();
    let octets = crate::common::read(&format!("{folder}/binary_bios_measurements"));
    let log = Log { format: "firmware", bytes: &octets };
    let der = ProofBuilder::from_proof(&Proof::from_der(&quote.der).unwrap()).log(log).to_der();
    let golden: String = quote
        .values
        .iter()
        .filter(|(_, index, _)| ![4, 10].contains(index) && *index < 12)
        .map(|(_, index, value)| format!("{index} = [\"{}\"]\n", digits(value)))
        .collect();
    let allow: Vec<String> = TcgLog::from_bytes(&octets)
        .unwrap()
        .events()
        .filter(|event| event.register() == 4 && event.event_type().unverified().0 != crate::common::log::SEPARATOR)
        .map(|event| {
            let (type_, digest) = (event.event_type().unverified(), event.digests.get(bank).unwrap());
            format!("{{ pcr = 4, type = \"{type_:?}\", digest = [\"sha384:{}\"] }}", digits(digest))
        })
        .collect();
    let policy = format!(
        "version = 1\n[key]\npinned = [\"name:{}\"]\n[pcr.sha384]\n{golden}4 = \"log\"\n[events]\nallow = [{}]\n",
        digits(&quote.name),
        allow.join(", ")
    );
    Evidence::new("p384-with-log", der, &policy, quote.nonce)
}

/// A machine and its application, with attachments: one that an event binds, one that none does.
fn application() -> Evidence {
    let mut machine = Machine::new();
    machine.attachments =
        vec![("weights", "llama.bin", b"many numbers".to_vec()), ("note", "read me", b"nobody measured this".to_vec())];
    machine.application.push(measured(13, "other", "thing", b"another"));
    let allow: Vec<String> = machine
        .firmware
        .iter()
        .filter(|event| event.pcr != 7 && event.type_ != crate::common::log::SEPARATOR)
        .map(|event| {
            let (pcr, type_) = (event.pcr, TcgEventType(event.type_));
            format!("{{ pcr = {pcr}, type = \"{type_:?}\", digest = [\"{}\"] }}", digest(event))
        })
        .chain(["{ pcr = 13, kind = \"other\" }".into()])
        .collect();
    let pcrs: String = (0..8).chain([13]).map(|pcr| format!("{pcr} = \"log\"\n")).collect();
    let db = machine.firmware.iter().find(|event| event.data.len() > 40 && event.data[32] == b'd').unwrap();
    let policy = format!(
        "version = 1\n[key]\npinned = [\"name:{}\"]\n[pcr.sha256]\n{pcrs}\n[logs]\n13 = [\"application\"]\n[events]\n\
         secure_boot = true\ndb = [\"{}\"]\nallow = [{}]\nrequire = [\n  {{ pcr = 13, kind = \"tls-spki\" }},\n\
         {{ pcr = 13, kind = \"weights\", name = \"llama-2-7b\", digest = [\"{}\"] }},\n\
         {{ pcr = 13, kind = \"weights\", name = \"llama-2-13b\" }} ]\n",
        digits(&name(&Key::new(1).public_area(AK_ATTRIBUTES))),
        digest(db),
        allow.join(", "),
        sha256(b"many numbers"),
    );
    Evidence::new("application-with-attachments", machine.proof(), &policy, NONCE.to_vec())
}

/// The octets of the proof that nothing binds.
fn unbound(evidence: &Evidence, genuine: &Value) -> Vec<Unbound> {
    let proof = evidence.proof();
    let pcrs = genuine["pcrs"].as_array().unwrap();
    let judged =
        |bank: &&HashAlgorithm| pcrs.iter().any(|value| value["state"] == "explained" && value["bank"] == bank.name());
    let bank = HashAlgorithm::ALL.iter().find(judged).copied().unwrap_or(HashAlgorithm::Sha256);
    let explained = |pcr: u32| pcrs.iter().any(|value| value["index"] == pcr && value["state"] == "explained");
    let secure_boot = genuine["checks"].as_array().unwrap().iter().any(|check| check["name"] == "secure-boot");
    let mut list = Vec::new();
    // The last name on the path is the root's, which the policy has.
    let path = genuine["key"]["chain"].as_array().map_or(0, |names| names.len() - 1);
    for certificate in proof.evidence().key.certificates().iter().skip(path) {
        list.push((evidence.place(certificate), SPARE));
    }
    for log in proof.evidence().logs.iter() {
        let base = evidence.place(log.bytes).start;
        let read = TcgLog::from_bytes(log.bytes).unwrap();
        // PCR and type are four octets each, twenty are the digest, and four the size of its data.
        let data = base + 32;
        list.push((data + 16..data + 20, "the platform class of the Spec ID event"));
        list.push((data + 22..data + 23, "the errata of the Spec ID event"));
        for event in read.events() {
            let start = base + event.offset;
            let (pcr, octets) = (event.register(), evidence.place(event.data().unverified()));
            let of_data = |bank: HashAlgorithm, data: &[u8]| {
                let expected = SOFTWARE.digest(bank, &mut [data].into_iter()).unwrap();
                event.digests.get(bank.into()).is_some_and(|digest| digest == expected.as_bytes())
            };
            if !event.extends() {
                list.push((octets, "the data of an event that is not extended"));
                continue;
            }
            if !explained(pcr) {
                // No log has events of other PCRs between the firmware's separators, whichever PCRs are judged.
                let separator = of_data(bank, &[0; 4]);
                let why =
                    if separator { SEPARATOR } else { "the PCR, type and digests of an event that no rule is about" };
                list.push((start..start + 1, why));
                list.push((start + 4..start + 8, why));
                event.digests.iter().for_each(|(_, digest)| list.push((evidence.place(digest), why)));
                list.push((octets, "the data of an event that no rule is about"));
                continue;
            }
            for (algorithm, digest) in event.digests.iter() {
                if algorithm != bank.into() {
                    list.push((evidence.place(digest), "a digest of a bank that is not judged"));
                }
            }
            // Of a measurement all is judged, and of the variables of Secure Boot all but their types.
            match event.event_type().unverified() {
                TcgEventType::EVENT_TAG if log.format == "application" => {}
                TcgEventType::EFI_VARIABLE_AUTHORITY if secure_boot => {
                    list.push((start + 4..start + 8, AUTHORITY));
                    let own = of_data(bank, event.data().unverified());
                    list.push((octets, if own { DATA_OF_AUTHORITY } else { OF_SOMETHING_ELSE }));
                }
                type_ if pcr == 7 && secure_boot && type_ != TcgEventType::SEPARATOR => {
                    list.push((
                        start + 4..start + 8,
                        "the type of a variable that Secure Boot's rules know by its data",
                    ));
                }
                _ if of_data(bank, event.data().unverified()) => list.push((octets, OTHER_DATA)),
                _ => list.push((octets, OF_SOMETHING_ELSE)),
            }
        }
    }
    for enclosed in proof.evidence().attachments.iter() {
        list.push((evidence.place(enclosed.kind.as_bytes()), "the kind of an attachment"));
        list.push((evidence.place(enclosed.name.as_bytes()), "the name of an attachment"));
        list.push((evidence.place(enclosed.bytes), "the bytes of an attachment"));
    }
    list
}

fn is_event_data(check: &Value) -> bool {
    check["name"] == "event-data" && check["outcome"] == "not-checked"
}

/// What a report says that it does not call untrusted: all but facts that were not measured, names of attachments, and attachments that are
/// not bound.
fn trusted(report: &Value) -> (Value, BTreeSet<String>) {
    let mut rest = report.clone();
    let mut told = BTreeSet::new();
    let object = rest.as_object_mut().unwrap();
    // This line says that the data of events is not what was measured.
    object["checks"].as_array_mut().unwrap().retain(|check| !is_event_data(check));
    for attachment in object.remove("attachments").unwrap().as_array().unwrap() {
        assert_eq!(attachment["bound"], false, "{attachment}");
    }
    for mut bound in object.remove("bindings").unwrap().as_array().unwrap().clone() {
        bound.as_object_mut().unwrap().remove("name");
        told.insert(format!("bound: {bound}"));
    }
    for fact in object.remove("facts").unwrap().as_array().unwrap() {
        if fact["measured"] == true {
            told.insert(format!("measured: {fact}"));
        } else {
            assert_eq!(fact["measured"], false, "{fact}");
            told.insert(format!("digest: {} {}", fact["pcr"], fact["digest"]));
        }
    }
    (rest, told)
}

#[derive(Default)]
struct Counts {
    refused: AtomicUsize,
    accepted: AtomicUsize,
}

struct Judge<'e> {
    evidence: &'e Evidence,
    policy: Policy<'e>,
    /// The genuine report: as it is, and what of it is trusted.
    text: String,
    genuine: (Value, BTreeSet<String>),
    unbound: Vec<Unbound>,
    /// The firmware's logs.
    logs: Vec<Range<usize>>,
    counts: Counts,
    touched: Mutex<BTreeSet<usize>>,
    /// What is accepted, and not listed.
    unlisted: Mutex<BTreeMap<usize, String>>,
}

impl<'e> Judge<'e> {
    fn new(evidence: &'e Evidence) -> Self {
        let policy = Policy::from_der(&evidence.policy).unwrap();
        let text = evidence.judge(&evidence.der, &policy).unwrap_or_else(|| {
            let challenge = Challenge::nonce(&evidence.nonce).unwrap();
            let proof = evidence.proof();
            let no = verify_proof_with(&SOFTWARE, &proof, &policy, &challenge, evidence.time).unwrap_err();
            panic!("{}: {no}\n{}", evidence.id, no.report)
        });
        let report: Value = serde_json::from_str(&text).unwrap();
        let (rest, mut told) = trusted(&report);
        // What is measured alone may be said of another event's digest too: a digest of an explained PCR is genuine.
        for log in evidence.proof().evidence().logs.iter() {
            for event in TcgLog::from_bytes(log.bytes).unwrap().events() {
                for (_, digest) in event.digests.iter() {
                    told.insert(format!("digest: {} \"{}\"", event.register(), digits(digest)));
                }
            }
        }
        let proof = evidence.proof();
        let firmware = proof.evidence().logs.iter().filter(|log| log.format == "firmware" && log.bytes.len() > 4096);
        Self {
            evidence,
            policy,
            text,
            genuine: (rest, told),
            unbound: unbound(evidence, &report),
            logs: firmware.map(|log| evidence.place(log.bytes)).collect(),
            counts: Counts::default(),
            touched: Mutex::default(),
            unlisted: Mutex::default(),
        }
    }

    /// Refused, or accepted with a report that trusts nothing which the genuine one does not. The octet `at` was changed.
    fn judge(&self, der: &[u8], at: usize, what: &dyn Fn() -> String) {
        let Some(text) = self.evidence.judge(der, &self.policy) else {
            self.counts.refused.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.counts.accepted.fetch_add(1, Ordering::Relaxed);
        // Where an octet is inserted, it is one more of what stands before it or behind it.
        let listed = self.unbound.iter().any(|(range, _)| range.contains(&at) || range.end == at);
        if !listed {
            self.unlisted.lock().unwrap().insert(at, what());
        }
        self.touched.lock().unwrap().insert(at);
        let measured = self
            .unbound
            .iter()
            .any(|(range, why)| range.contains(&at) && [OTHER_DATA, DATA_OF_AUTHORITY].contains(why));
        if text == self.text && !measured {
            return;
        }
        let report: Value = serde_json::from_str(&text).unwrap();
        if measured {
            assert!(report["checks"].as_array().unwrap().iter().any(is_event_data), "{}", what());
        }
        let (rest, told) = trusted(&report);
        assert!(rest == self.genuine.0, "{}: {}: {rest:#}", self.evidence.id, what());
        if let Some(more) = told.difference(&self.genuine.1).next() {
            panic!("{}: {} is told as {more}", self.evidence.id, what());
        }
    }

    fn refuses(&self, der: &[u8]) -> bool {
        self.evidence.judge(der, &self.policy).is_none()
    }

    fn each(&self, count: usize, one: impl Fn(usize) + Sync) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let start = next.fetch_add(16, Ordering::Relaxed);
                        if start >= count {
                            return;
                        }
                        (start..count.min(start + 16)).for_each(&one);
                    }
                });
            }
        });
    }
}

fn evidences() -> Vec<Evidence> {
    vec![
        Evidence::vector("certified-rsa"),
        Evidence::vector("pinned-p256"),
        Evidence::vector("pinned-rsapss"),
        p384_with_log(),
        application(),
        Evidence::vector("boot-grub-sb-logs"),
    ]
}

fn every(what: &str, check: impl Fn(&Judge<'_>)) {
    for evidence in evidences() {
        let judge = Judge::new(&evidence);
        check(&judge);
        let unlisted = judge.unlisted.lock().unwrap();
        assert!(unlisted.is_empty(), "{}: accepted, and not listed: {unlisted:?}", evidence.id);
        let Counts { refused, accepted } = &judge.counts;
        let (refused, accepted) = (refused.load(Ordering::Relaxed), accepted.load(Ordering::Relaxed));
        println!("{}, {} bytes: {what}: {refused} refused, {accepted} accepted", evidence.id, evidence.der.len());
        assert!(refused > 0);
    }
}

#[test]
fn q16_l01_every_prefix_is_refused() {
    every("prefixes", |judge| {
        let der = &judge.evidence.der;
        judge.each(der.len(), |length| assert!(judge.refuses(&der[..length]), "{length} bytes"));
        judge.counts.refused.fetch_add(der.len(), Ordering::Relaxed);
    });
}

fn exhaustive() -> bool {
    std::env::var_os("TPMPROOF_EXHAUSTIVE").is_some()
}

/// Exactly the octets that are listed stand for nothing.
#[test]
fn s01_every_bit_flip_is_refused_or_of_what_nothing_binds() {
    every("bit flips", |judge| {
        let der = &judge.evidence.der;
        judge.each(der.len(), |at| {
            let mut changed = der.clone();
            let sampled = !exhaustive() && judge.logs.iter().any(|log| log.contains(&at));
            for bit in (0..8).filter(|bit| !sampled || *bit == at % 8) {
                changed[at] = der[at] ^ 1 << bit;
                judge.judge(&changed, at, &|| format!("bit {bit} of octet {at}"));
            }
        });
        let touched = judge.touched.lock().unwrap();
        let octets: BTreeMap<&str, usize> = judge.unbound.iter().fold(BTreeMap::new(), |mut octets, (range, why)| {
            *octets.entry(*why).or_default() += touched.range(range.clone()).count();
            octets
        });
        for (why, octets) in &octets {
            println!("  not bound: {octets} octets of {why}");
            assert!(*octets > 0 || *why == DATA_OF_AUTHORITY, "{}: {why}", judge.evidence.id);
        }
        for (range, why) in &judge.unbound {
            for at in range
                .clone()
                .filter(|_| exhaustive() && ![SPARE, SEPARATOR, AUTHORITY, DATA_OF_AUTHORITY].contains(why))
            {
                assert!(touched.contains(&at), "{}: octet {at} is bound, and listed as {why}", judge.evidence.id);
            }
        }
    });
}

/// Without any length put right: the outermost alone gives it away, which every value is tried with in the first octets.
#[test]
fn q15_every_byte_inserted_or_deleted_is_refused() {
    every("bytes inserted and deleted", |judge| {
        let der = &judge.evidence.der;
        judge.each(der.len() + 1, |at| {
            let mut changed = [&der[..at], &[0], &der[at..]].concat();
            let mut tried = 0;
            for octet in (0..=u8::MAX).filter(|octet| exhaustive() || at < 16 || usize::from(*octet) == at % 256) {
                changed[at] = octet;
                assert!(judge.refuses(&changed), "{octet:#04x} inserted at {at}");
                tried += 1;
            }
            if at < der.len() {
                changed.remove(at);
                changed.remove(at);
                assert!(judge.refuses(&changed), "octet {at} deleted");
                tried += 1;
            }
            judge.counts.refused.fetch_add(tried, Ordering::Relaxed);
        });
    });
}

/// The parts of a proof, each of which may be changed.
#[derive(Clone)]
struct Parts {
    parts: Vec<Vec<u8>>,
    /// Where each stands in the proof.
    places: Vec<usize>,
}

/// Takes an element of DER: its tag and content.
fn element<'a>(der: &mut &'a [u8]) -> (u8, &'a [u8]) {
    let (tag, first, all) = (der[0], usize::from(der[1]), *der);
    let more = first.saturating_sub(0x80);
    let long = all[2..2 + more].iter().fold(0, |length, octet| length << 8 | usize::from(*octet));
    let (content, rest) = all[2 + more..].split_at(if first < 0x80 { first } else { long });
    *der = rest;
    (tag, content)
}

/// The elements of a proof.
fn elements(mut der: &[u8]) -> Vec<(u8, &[u8])> {
    let (_, mut inside) = element(&mut der);
    std::iter::from_fn(|| (!inside.is_empty()).then(|| element(&mut inside))).collect()
}

/// The `TPMT_PUBLIC` of a proof.
fn public(der: &[u8]) -> Option<&[u8]> {
    elements(der).into_iter().find_map(|(tag, content)| (tag == 0x80).then_some(content))
}

/// What a proof is made of: with `part` of it changed, and all lengths right.
fn rebuilt(evidence: &Evidence, parts: &[Vec<u8>]) -> Option<Vec<u8>> {
    let proof = evidence.proof();
    let mut parts = parts.iter();
    let mut next = || parts.next().unwrap();
    let (message, signature) = (next(), next());
    let mut builder = ProofBuilder::new(message, signature);
    for value in proof.evidence().pcr_values.iter() {
        builder = builder.pcr(PcrValue { value: next(), ..value });
    }
    if public(&evidence.der).is_some() {
        builder = builder.key_public(next());
    }
    for _ in proof.evidence().key.certificates() {
        builder = builder.certificate(next());
    }
    for log in proof.evidence().logs.iter() {
        builder = builder.log(Log { bytes: next(), ..log });
    }
    for _ in proof.evidence().attachments.iter() {
        let (kind, name, bytes) = (next(), next(), next());
        let (kind, name) = (core::str::from_utf8(kind).ok()?, core::str::from_utf8(name).ok()?);
        builder = builder.attachment(Attachment { kind, name, bytes });
    }
    Some(builder.to_der())
}

fn parts(evidence: &Evidence) -> Parts {
    let proof = evidence.proof();
    let found = proof.evidence();
    let signed = elements(&evidence.der).into_iter().filter(|(tag, _)| *tag == 0x04);
    let mut parts: Vec<_> = signed.map(|(_, content)| content).collect();
    assert_eq!(parts.len(), 2, "message and signature");
    parts.extend(found.pcr_values.iter().map(|value| value.value));
    parts.extend(public(&evidence.der));
    parts.extend(found.key.certificates());
    parts.extend(found.logs.iter().map(|log| log.bytes));
    for attachment in found.attachments.iter() {
        parts.extend([attachment.kind.as_bytes(), attachment.name.as_bytes(), attachment.bytes]);
    }
    let places = parts.iter().map(|part| evidence.place(part).start).collect();
    Parts { parts: parts.into_iter().map(<[u8]>::to_vec).collect(), places }
}

#[test]
fn q15_every_byte_inserted_or_deleted_in_a_part_whose_lengths_are_right() {
    every("bytes inserted and deleted in parts", |judge| {
        let Parts { parts, places } = parts(judge.evidence);
        assert_eq!(rebuilt(judge.evidence, &parts).as_ref(), Some(&judge.evidence.der), "nothing changed");
        for (part, place) in places.iter().enumerate() {
            let octets = &parts[part];
            judge.each(octets.len() + 1, |at| {
                let with = |octets: Vec<u8>, what: &dyn Fn() -> String| {
                    let mut changed = parts.clone();
                    changed[part] = octets;
                    match rebuilt(judge.evidence, &changed) {
                        Some(der) => judge.judge(&der, place + at, what),
                        None => drop(judge.counts.refused.fetch_add(1, Ordering::Relaxed)),
                    }
                };
                let here = octets.get(at).or(octets.last()).copied().unwrap_or(0);
                let values: BTreeSet<u8> = match judge.logs.iter().any(|log| log.start == *place) {
                    _ if exhaustive() => (0..=u8::MAX).collect(),
                    false => [0, 0xff, here].into(),
                    true => [here].into(),
                };
                for octet in values {
                    let inserted = [&octets[..at], &[octet], &octets[at..]].concat();
                    with(inserted, &|| format!("{octet:#04x} inserted at {at} of part {part}"));
                }
                if at < octets.len() {
                    with([&octets[..at], &octets[at + 1..]].concat(), &|| format!("octet {at} of part {part} deleted"));
                }
            });
        }
    });
}
