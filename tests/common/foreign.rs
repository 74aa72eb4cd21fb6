//! Documents of other projects' forms, made in a test from quotes of ours.

use super::forge::{Attest, Key, hash};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};
use tpmproof::crypto::HashAlgorithm;

pub fn b64(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

pub fn b64url(octets: &[u8]) -> String {
    URL_SAFE.encode(octets)
}

pub fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

pub fn pem(label: &str, der: &[u8]) -> String {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der).unwrap()
}

/// A machine with a key of the test's own: a quote of all 24 PCRs of a bank.
#[derive(Clone)]
pub struct Machine {
    pub bank: HashAlgorithm,
    pub values: Vec<Vec<u8>>,
    pub message: Vec<u8>,
    pub signature: Vec<u8>,
    pub key: Key,
}

impl Machine {
    /// All PCRs are what they are after a start, but for these.
    pub fn new(bank: HashAlgorithm, extended: &[(u8, Vec<u8>)]) -> Self {
        let mut values: Vec<Vec<u8>> =
            (0..24).map(|index| vec![if (17..23).contains(&index) { 0xff } else { 0 }; bank.output_len()]).collect();
        for (index, value) in extended {
            values[usize::from(*index)].clone_from(value);
        }
        let parts: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let message = Attest::quote(&[(super::log::id(bank), &[0xff, 0xff, 0xff])], &parts).bytes();
        let key = Key::new(9);
        Self { bank, values, signature: key.sign(&message), message, key }
    }

    /// Its values in the form that `tpm2_quote -F serialized` writes, in whatever byte order.
    pub fn serialized(&self, little: bool) -> Vec<u8> {
        let digests: Vec<&[u8]> = self.values.iter().map(Vec::as_slice).collect();
        serialized(&[(super::log::id(self.bank), [0xff; 3])], &digests, little)
    }

    pub fn public(&self) -> Vec<u8> {
        self.key.public_area(super::forge::AK_ATTRIBUTES)
    }

    /// Its certificate and the authority's.
    pub fn chain(&self) -> [Vec<u8>; 2] {
        use super::forge::Certificate;
        let authority = Key::new(10);
        let root = Certificate::authority("an authority", "an authority", &authority).sign(&authority);
        [Certificate::leaf("an authority", &self.key).sign(&authority), root]
    }
}

/// C structures as they lie in memory.
pub fn serialized(banks: &[(u16, [u8; 3])], digests: &[&[u8]], little: bool) -> Vec<u8> {
    let word = |number: usize| {
        let number = u32::try_from(number).unwrap();
        if little { number.to_le_bytes() } else { number.to_be_bytes() }
    };
    let half = |number: u16| if little { number.to_le_bytes() } else { number.to_be_bytes() };
    let mut out = word(banks.len()).to_vec();
    for (bank, bitmap) in banks {
        out.extend(half(*bank));
        out.push(3);
        out.extend(bitmap);
        out.extend([0, 0]);
    }
    out.resize(132, 0);
    out.extend(word(digests.len().div_ceil(8)));
    for list in digests.chunks(8) {
        let end = out.len() + 532;
        out.extend(word(list.len()));
        for digest in list {
            let next = out.len() + 66;
            out.extend(half(u16::try_from(digest.len()).unwrap()));
            out.extend(*digest);
            out.resize(next, 0);
        }
        out.resize(end, 0);
    }
    out
}

/// What strings make of a PCR.
pub fn strings(events: &[&str]) -> Vec<u8> {
    events.iter().fold(vec![0; 32], |value, event| {
        let digest = hash(HashAlgorithm::Sha256, event.as_bytes());
        hash(HashAlgorithm::Sha256, &[value, digest].concat())
    })
}

/// `AICert`'s document, which is `BlindLlama` v1's too.
pub fn aicert(machine: &Machine, authority: &str, events: &[&str], output: Option<&[&str]>) -> Value {
    let wrap = |octets: &[u8]| json!({ "base64": b64(octets) });
    let [leaf, root] = machine.chain();
    let mut document = json!({
        "ca_cert": authority,
        "event_log": events,
        "remote_attestation": {
            "quote": {
                "message": wrap(&machine.message),
                "signature": wrap(&machine.signature),
                "pcr": wrap(&machine.serialized(true)),
            },
            "cert_chain": [wrap(&leaf), wrap(pem("CERTIFICATE", &root).as_bytes())],
        },
    });
    if let Some(output) = output {
        document["output_event_log"] = json!(output);
    }
    document
}

pub fn coco_tpm(machine: &Machine) -> Value {
    let values: Vec<String> = machine.values.iter().map(|value| hexadecimal(value)).collect();
    json!({
        "ak_public": b64(&machine.key.spki()),
        "tpm_quote": { "message": b64(&machine.message), "signature": b64(&machine.signature), "pcrs": values },
    })
}

/// A field of octets.
pub fn field(number: u8, octets: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = octets.len();
    while length > 127 {
        out.push(u8::try_from(length & 127).unwrap() | 128);
        length >>= 7;
    }
    out.push(u8::try_from(length).unwrap());
    [out, octets.to_vec()].concat()
}

/// A quote of go-tpm-tools.
pub fn go_quote(machine: &Machine) -> Vec<u8> {
    let mut pcrs = vec![8, u8::try_from(super::log::id(machine.bank)).unwrap()];
    // A map has no order.
    for (index, value) in machine.values.iter().enumerate().rev() {
        let entry = [if index == 0 { vec![] } else { vec![8, u8::try_from(index).unwrap()] }, field(2, value)].concat();
        pcrs.extend(field(2, &entry));
    }
    [field(1, &machine.message), field(2, &machine.signature), field(3, &pcrs)].concat()
}

pub fn go_tpm_tools(machines: &[&Machine]) -> Vec<u8> {
    let quotes: Vec<u8> = machines.iter().flat_map(|machine| field(2, &go_quote(machine))).collect();
    [field(1, &machines[0].public()), quotes].concat()
}

pub fn go_attestation(machine: &Machine, version: u64, log: &[u8]) -> Value {
    let hash = [(HashAlgorithm::Sha1, 3), (HashAlgorithm::Sha256, 5), (HashAlgorithm::Sha384, 6)];
    let hash = hash.iter().find(|(bank, _)| *bank == machine.bank).unwrap().1;
    let pcrs: Vec<Value> = machine
        .values
        .iter()
        .enumerate()
        .map(|(index, value)| json!({ "Index": index, "Digest": b64(value), "DigestAlg": hash }))
        .collect();
    json!({
        "Static": { "TPMVersion": version, "EKPem": null },
        "AK": { "Public": b64(&machine.public()), "CreateData": null },
        "Quote": { "Nonce": "", "Alg": 4, "Quote": b64(&machine.message), "Signature": b64(&machine.signature) },
        "Log": { "PCRs": pcrs, "PCRAlg": 0, "Raw": b64(log) },
    })
}

pub fn keylime(machine: &Machine) -> String {
    format!("r{}:{}:{}", b64(&machine.message), b64(&machine.signature), b64(&machine.serialized(true)))
}

pub fn keylime_push(machine: &Machine, log: &[u8]) -> Value {
    json!({ "data": { "type": "attestation", "attributes": { "evidence_collected": [
        { "evidence_class": "certification", "evidence_type": "tpm_quote", "data": {
            "subject_data": b64(&machine.serialized(true)),
            "message": b64(&machine.message),
            "signature": b64(&machine.signature),
        } },
        { "evidence_class": "log", "evidence_type": "uefi_log", "data": { "entries": b64(log) } },
        { "evidence_class": "log", "evidence_type": "ima_log", "data": { "entries": "10 aa ima-ng", "entry_count": 1 } },
    ] } } })
}

pub fn enacttrust(machine: &Machine) -> Vec<u8> {
    [&[0x5a; 16][..], &super::forge::sized(&machine.message), &machine.signature].concat()
}

/// An item of CBOR: a major type, a number in its shortest form, and octets.
pub fn cbor(major: u8, number: usize, octets: &[u8]) -> Vec<u8> {
    let head = match number {
        0..24 => vec![u8::try_from(number).unwrap()],
        24..256 => vec![24, u8::try_from(number).unwrap()],
        _ => [&[25][..], &u16::try_from(number).unwrap().to_be_bytes()].concat(),
    };
    let mut out = [head, octets.to_vec()].concat();
    out[0] |= major << 5;
    out
}

pub fn cbor_map(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let content: Vec<u8> =
        members.iter().flat_map(|(key, value)| [cbor(3, key.len(), key.as_bytes()), value.clone()].concat()).collect();
    cbor(5, members.len(), &content)
}

pub fn parsec(machine: &Machine) -> Vec<u8> {
    let octets = |octets: &[u8]| cbor(2, octets.len(), octets);
    let version = cbor(3, 3, b"2.0");
    let key = cbor_map(&[
        ("tpmVer", version.clone()),
        ("sig", octets(&machine.signature)),
        ("kid", octets(&[1; 33])),
        ("pubArea", octets(&machine.public())),
        ("certInfo", octets(&machine.message)),
    ]);
    let platform = cbor_map(&[
        ("tpmVer", version),
        ("sig", octets(&machine.signature)),
        ("kid", octets(&[1; 33])),
        ("attestInfo", octets(&machine.message)),
    ]);
    cbor_map(&[("kat", key), ("pat", platform)])
}
