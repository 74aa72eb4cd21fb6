//! A machine of a test's own making: what it measured, its logs, and its proof.

use super::cli::{Folder, Outcome, run};
use super::forge::{AK_ATTRIBUTES, Attest, Key, NONCE, hash, name};
use super::log::{CONFIG, GLOBAL, SECURITY, event2, header, id, measurement, variable};
use super::verified::SHA256;
use tpmproof::proof::ProofBuilder;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{Attachment, Log, PcrValue};

pub const APPLICATION: u32 = 0x8000_0003;
pub const EFI_ACTION: u32 = 0x8000_0007;
pub const AUTHORITY: u32 = 0x8000_00e0;
/// One event: its digest is of `measured`, and `data` stands beside it.
#[derive(Clone)]
pub struct Event {
    pub pcr: u32,
    pub type_: u32,
    pub digest: Vec<u8>,
    pub data: Vec<u8>,
}

pub fn of_data(pcr: u32, type_: u32, data: &[u8]) -> Event {
    Event { pcr, type_, digest: hash(SHA256, data), data: data.to_vec() }
}

pub fn of_other(pcr: u32, type_: u32, measured: &[u8], data: &[u8]) -> Event {
    Event { pcr, type_, digest: hash(SHA256, measured), data: data.to_vec() }
}

pub fn separator(pcr: u32) -> Event {
    of_data(pcr, super::log::SEPARATOR, &[0; 4])
}

/// A measurement of an application's, of some content.
pub fn measured(pcr: u32, kind: &str, name: &str, content: &[u8]) -> Event {
    of_der(pcr, &measurement(kind, name, &hash(SHA256, content), content.len() as u64))
}

pub fn of_der(pcr: u32, der: &[u8]) -> Event {
    let data = [&0x5450_5246_u32.to_le_bytes()[..], &(der.len() as u32).to_le_bytes(), der].concat();
    Event { pcr, type_: 6, digest: hash(SHA256, der), data }
}

/// The entry of `db` that the firmware of [`Machine::new`] has, as `EFI_SIGNATURE_DATA`.
pub fn entry() -> Vec<u8> {
    [&[7; 16][..], b"a certificate"].concat()
}

/// One `EFI_SIGNATURE_LIST` with one entry.
pub fn list(kind: &[u8; 16], entry: &[u8]) -> Vec<u8> {
    let sizes = [28 + entry.len() as u32, 0, entry.len() as u32].map(u32::to_le_bytes).concat();
    [&kind[..], &sizes, entry].concat()
}

#[derive(Clone)]
pub struct Machine {
    pub firmware: Vec<Event>,
    pub application: Vec<Event>,
    /// What extended PCRs; where nothing, the events of both logs in their order.
    pub extended: Option<Vec<Event>>,
    /// The logs in the proof, by name; where nothing, both.
    pub logs: Option<Vec<(&'static str, Vec<u8>)>>,
    pub attachments: Vec<(&'static str, &'static str, Vec<u8>)>,
}

impl Machine {
    /// A boot with Secure Boot, of a loader that measures nothing, and an application that measures three things.
    pub fn new() -> Self {
        let mut firmware = vec![of_data(0, 8, &[b'v', 0, b'1', 0, 0, 0])];
        let db = list(&[0xa1; 16], &entry());
        let x509 = |data: &[u8]| list(&[0xa1; 16], &[&[7; 16], data].concat());
        let revoked = list(&tpmproof::log::SignatureEntry::SHA256.0, &[&[7; 16][..], &[0x66; 32]].concat());
        for (vendor, name, data) in [
            (GLOBAL, "SecureBoot", vec![1]),
            (GLOBAL, "PK", x509(b"pk")),
            (GLOBAL, "KEK", x509(b"kek")),
            (SECURITY, "db", db),
            (SECURITY, "dbx", revoked),
        ] {
            firmware.push(of_data(7, CONFIG, &variable(vendor, name, &data)));
        }
        firmware.push(separator(7));
        firmware.push(of_data(4, EFI_ACTION, b"Calling EFI Application from Boot Option"));
        firmware.extend((0..7).map(separator));
        firmware.push(of_data(7, AUTHORITY, &variable(SECURITY, "db", &entry())));
        firmware.push(of_other(4, APPLICATION, b"the loader", &[0; 32]));
        firmware.push(of_data(5, EFI_ACTION, b"Exit Boot Services Invocation"));
        let application = vec![
            measured(13, "tls-spki", "", b"a public key"),
            measured(13, "weights", "llama-2-7b", b"many numbers"),
            measured(13, "weights", "llama-2-13b", b"more numbers"),
        ];
        Self { firmware, application, extended: None, logs: None, attachments: Vec::new() }
    }

    pub fn log(events: &[Event]) -> Vec<u8> {
        let events =
            events.iter().flat_map(|event| event2(event.pcr, event.type_, &[(id(SHA256), &event.digest)], &event.data));
        header(&[SHA256]).into_iter().chain(events).collect()
    }

    /// The values of PCRs 0 to 15 and 23.
    pub fn values(&self) -> Vec<(u8, Vec<u8>)> {
        let both = || [&self.firmware[..], &self.application].concat();
        let extended = self.extended.clone().unwrap_or_else(both);
        let of = |pcr: u8| {
            let events = extended.iter().filter(|event| event.pcr == u32::from(pcr) && event.type_ != 3);
            events.fold(vec![0; 32], |value, event| hash(SHA256, &[&value[..], &event.digest].concat()))
        };
        (0..16).chain([23]).map(|pcr| (pcr, of(pcr))).collect()
    }

    pub fn proof(&self) -> Vec<u8> {
        self.proof_for(NONCE)
    }

    pub fn proof_for(&self, nonce: &[u8]) -> Vec<u8> {
        self.proof_by(&Key::new(1), nonce)
    }

    /// By an attestation key of this machine's, or of another.
    pub fn proof_by(&self, key: &Key, nonce: &[u8]) -> Vec<u8> {
        let values = self.values();
        let mut bitmap = [0; 3];
        values.iter().for_each(|(pcr, _)| bitmap[usize::from(pcr / 8)] |= 1 << (pcr % 8));
        let digests: Vec<&[u8]> = values.iter().map(|(_, value)| &value[..]).collect();
        let quote = Attest::quote(&[(id(SHA256), &bitmap)], &digests);
        let message = Attest { nonce: nonce.to_vec(), ..quote }.bytes();
        let mut builder = ProofBuilder::new(&message, &key.sign(&message)).key_public(&key.public_area(AK_ATTRIBUTES));
        for (index, value) in &values {
            builder = builder.pcr(PcrValue { bank: TpmAlgId::SHA256, index: *index, value });
        }
        let both = vec![("firmware", Self::log(&self.firmware)), ("application", Self::log(&self.application))];
        for (format, bytes) in self.logs.as_ref().unwrap_or(&both) {
            builder = builder.log(Log { format, bytes });
        }
        for (kind, name, bytes) in &self.attachments {
            builder = builder.attachment(Attachment { kind, name, bytes });
        }
        builder.to_der()
    }

    /// Verifies the proof under a policy of `rest`, with the key pinned.
    pub fn verify(&self, rest: &str, more: &[&str]) -> Outcome {
        let folder = Folder::new("machine");
        let pin = digits(&name(&Key::new(1).public_area(AK_ATTRIBUTES)));
        let policy = format!("version = 1\n[key]\npinned = [\"name:{pin}\"]\n{rest}");
        let arguments = [
            "verify",
            &folder.write("proof", &self.proof()),
            "--policy",
            &folder.write("policy", policy.as_bytes()),
            "--nonce",
            &digits(NONCE),
        ];
        run(&arguments.iter().chain(more).map(|argument| (*argument).to_owned()).collect::<Vec<_>>())
    }
}

pub fn digits(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// As a policy writes the digest of some content.
pub fn sha256(content: &[u8]) -> String {
    format!("sha256:{}", digits(&hash(SHA256, content)))
}

/// As a policy writes the digest of an event.
pub fn digest(event: &Event) -> String {
    format!("sha256:{}", digits(&event.digest))
}
