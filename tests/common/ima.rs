//! Runtime lists of a test's own making.

use super::forge::hash;
use super::log::le32;
use super::machine::{Event, Machine};
use super::verified::SHA256;
use tpmproof::crypto::HashAlgorithm;

/// An entry: what is measured is `data`, by the template of this name.
#[derive(Clone)]
pub struct Entry {
    pub pcr: u32,
    pub template: &'static str,
    pub data: Vec<u8>,
    pub violation: bool,
}

pub fn sized(octets: &[u8]) -> Vec<u8> {
    [&le32(octets.len() as u32)[..], octets].concat()
}

/// The fields `d-ng` and `n-ng`.
pub fn digest_and_name(head: &[u8], digest: &[u8], name: &[u8]) -> Vec<u8> {
    [sized(&[head, digest].concat()), sized(&[name, &[0]].concat())].concat()
}

/// A file with this content, by the template `ima-ng`.
pub fn file(name: &str, content: &[u8]) -> Entry {
    named(name.as_bytes(), &hash(SHA256, content))
}

pub fn named(name: &[u8], digest: &[u8]) -> Entry {
    Entry { pcr: 10, template: "ima-ng", data: digest_and_name(b"sha256:\0", digest, name), violation: false }
}

impl Entry {
    /// What the kernel extends a bank with.
    pub fn digest(&self, bank: HashAlgorithm) -> Vec<u8> {
        if self.violation { vec![0xff; bank.output_len()] } else { hash(bank, &self.data) }
    }

    /// As the list of a bank has it.
    pub fn octets(&self, bank: HashAlgorithm) -> Vec<u8> {
        let digest = if self.violation { vec![0; bank.output_len()] } else { self.digest(bank) };
        self.with_digest(&digest)
    }

    pub fn with_digest(&self, digest: &[u8]) -> Vec<u8> {
        [&le32(self.pcr)[..], digest, &sized(self.template.as_bytes()), &sized(&self.data)].concat()
    }
}

pub fn list(bank: HashAlgorithm, entries: &[Entry]) -> Vec<u8> {
    entries.iter().flat_map(|entry| entry.octets(bank)).collect()
}

/// The machine of [`Machine::new`], that ran Linux with IMA: the entry of the boot, two files, and what `change` makes of that.
#[derive(Clone)]
pub struct Linux {
    pub machine: Machine,
    /// What was extended.
    pub entries: Vec<Entry>,
    /// The list in the proof.
    pub list: Vec<u8>,
}

impl Linux {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With these entries too.
    pub fn with(more: &[Entry]) -> Self {
        let machine = Machine::new();
        let values = machine.values();
        let boot: Vec<u8> = values.iter().take(10).flat_map(|(_, value)| value.clone()).collect();
        let mut entries = vec![
            named(b"boot_aggregate", &hash(SHA256, &boot)),
            file("/usr/bin/bash", b"a shell"),
            file("/usr/lib/libc.so", b"a library"),
        ];
        entries.extend_from_slice(more);
        Self::of(&entries)
    }

    pub fn of(entries: &[Entry]) -> Self {
        let mut linux =
            Self { machine: Machine::new(), entries: entries.to_vec(), list: list(HashAlgorithm::Sha1, entries) };
        linux.extend();
        linux
    }

    /// Extends the PCRs with the entries.
    pub fn extend(&mut self) {
        let of = |entry: &Entry| Event { pcr: entry.pcr, type_: 0, digest: entry.digest(SHA256), data: Vec::new() };
        let ima: Vec<Event> = self.entries.iter().map(of).collect();
        self.machine.extended = Some([&self.machine.firmware[..], &self.machine.application, &ima].concat());
    }

    /// The machine with the list as it is now.
    pub fn machine(&self) -> Machine {
        let firmware = ("firmware", Machine::log(&self.machine.firmware));
        Machine { logs: Some(vec![firmware, ("ima", self.list.clone())]), ..self.machine.clone() }
    }
}
