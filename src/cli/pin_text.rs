//! The text of a policy that is made of a proof.

use super::pin::PinnedPcr;
use super::pin_files;
use super::pin_key::KeyToPin;
use crate::crypto::HashAlgorithm;
use crate::log::{Measurement, SignatureEntry};
use crate::verify::{LogName, MAX_REQUIRED, Report, SecureBoot, VerifiedEvent, VerifiedLogs, configures};
use crate::wire::{Hex, is_hidden};
use core::fmt::{self, Write};
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// What the policy does not say, or says for want of better.
pub(crate) fn notes(pcrs: &[PinnedPcr]) -> Vec<String> {
    let mut notes = Vec::new();
    if pcrs.iter().any(|pcr| pcr.index >= 8 && !is_zero(pcr)) && !anchors_boot(pcrs) {
        notes.push(
            "nothing says what booted (PCR 4 is zero or not quoted): any software may have extended PCRs of 8 and above"
                .to_string(),
        );
    }
    if pcrs.iter().any(|pcr| pcr.bank == HashAlgorithm::Sha1) {
        notes.push("the proof has no other bank than SHA-1, which can be forged (quote.allow_sha1_bank)".to_string());
    }
    notes
}

/// The policy, in TOML.
pub(crate) fn write(
    key: &KeyToPin<'_>,
    pcrs: &[PinnedPcr],
    report: &Report<'_>,
    logs: &[(u32, Vec<LogName>)],
) -> Result<String, String> {
    let mut out = String::from("# What one machine was, made a policy; it was known to be good by whoever made it.\n");
    for note in notes(pcrs) {
        let _ = writeln!(out, "# {note}");
    }
    out.push_str("version = 1\n\n");
    key.write(&mut out);
    write_quote(&mut out, pcrs);
    for bank in HashAlgorithm::ALL {
        let mut of_bank: Vec<&PinnedPcr> = pcrs.iter().filter(|pcr| pcr.bank == *bank).collect();
        of_bank.sort_unstable_by_key(|pcr| pcr.index);
        if !of_bank.is_empty() {
            let _ = writeln!(out, "\n[pcr.{}]", bank.name());
        }
        for pcr in of_bank {
            let _ = match (pcr.log, is_zero(pcr)) {
                (true, _) => writeln!(out, "{} = \"log\"", pcr.index),
                (false, true) => writeln!(out, "{} = \"zero\"", pcr.index),
                (false, false) => writeln!(out, "{} = [\"{}\"]", pcr.index, Hex(&pcr.value)),
            };
        }
    }
    if !logs.is_empty() {
        out.push_str("\n[logs]\n");
        for (pcrs, names) in logs {
            let names: Vec<String> = names.iter().map(|name| format!("\"{}\"", name.as_str())).collect();
            for index in (0..24).filter(|index| pcrs & (1u32 << index) != 0) {
                let _ = writeln!(out, "{index} = [{}]", names.join(", "));
            }
        }
        report.with_logs(|logs| write_events(&mut out, pcrs, logs)).transpose()?;
    }
    Ok(out)
}

fn write_quote(out: &mut String, pcrs: &[PinnedPcr]) {
    let resettable: Vec<String> =
        (16..24u8).filter(|index| pcrs.iter().any(|pcr| pcr.index == *index)).map(|index| index.to_string()).collect();
    let sha1 = pcrs.iter().any(|pcr| pcr.bank == HashAlgorithm::Sha1);
    if sha1 || !resettable.is_empty() {
        out.push_str("\n[quote]\n");
    }
    if sha1 {
        out.push_str("allow_sha1_bank = true\n");
    }
    if !resettable.is_empty() {
        let _ = writeln!(out, "allow_resettable = [{}]", resettable.join(", "));
    }
}

fn write_events(out: &mut String, pcrs: &[PinnedPcr], logs: &VerifiedLogs<'_, '_>) -> Result<(), String> {
    out.push_str("\n[events]\n");
    let logged: Vec<&PinnedPcr> = pcrs.iter().filter(|pcr| pcr.log).collect();
    if logged.iter().any(|pcr| pcr.index >= 8) && !anchors_boot(pcrs) {
        out.push_str("accept_any_boot = true\n");
    }
    let banks = |index: u8| -> Vec<HashAlgorithm> {
        logged.iter().filter(|pcr| pcr.index == index).map(|pcr| pcr.bank).collect()
    };
    let of_boot = banks(7);
    let boot = of_boot.first().and_then(|bank| logs.secure_boot(*bank).ok()).filter(SecureBoot::enabled);
    if boot.is_some() {
        write_secure_boot(out, logs, &of_boot);
    }
    let mut rules = Rules::default();
    let indices: BTreeSet<u8> = logged.iter().map(|pcr| pcr.index).collect();
    for index in indices {
        let before = boot.as_ref().filter(|_| index == 7).map(|boot| boot.configuration.before);
        rules.add(index, &banks(index), before, logs)?;
    }
    if !rules.require.is_empty() {
        let _ = writeln!(out, "require = [\n{}]", rules.require.concat());
    }
    rules.allow.extend(pin_files::rules(&rules.files));
    if !rules.allow.is_empty() {
        out.push_str("# what happened more than once can only be allowed: a machine on which it did not happen is accepted too\n");
        let _ = writeln!(out, "allow = [\n{}]", rules.allow.concat());
    }
    if !rules.seals.is_empty() {
        let _ = writeln!(out, "require_seal = [{}]", rules.seals.join(", "));
    }
    Ok(())
}

/// The rules of `[events]`, each a line or more of text.
#[derive(Default)]
struct Rules {
    require: Vec<String>,
    allow: Vec<String>,
    seals: Vec<String>,
    /// The digests of each file of a runtime list.
    files: pin_files::Files,
    measurements: usize,
}

impl Rules {
    /// Of the events of one PCR: what is there once is required, and what is there more often can only be allowed. `before` is how many
    /// events stand before the separator where a rule for Secure Boot speaks of them.
    fn add(
        &mut self,
        index: u8,
        banks: &[HashAlgorithm],
        before: Option<usize>,
        logs: &VerifiedLogs<'_, '_>,
    ) -> Result<(), String> {
        let columns: Vec<Vec<VerifiedEvent<'_>>> =
            banks.iter().map(|bank| logs.events(*bank, index).collect()).collect();
        let Some(events) = columns.first() else { return Ok(()) };
        let mut times: BTreeMap<&[u8], usize> = BTreeMap::new();
        for event in events {
            let count = times.entry(event.digest()).or_default();
            *count = count.saturating_add(1);
        }
        let (mut names, mut allowed) = (BTreeSet::new(), BTreeSet::new());
        for (place, event) in events.iter().enumerate() {
            if event.measured().ends_firmware() && index < 8
                || before.is_some_and(|before| accounted(event, place, before))
            {
                continue;
            }
            if event.ima().is_some() {
                pin_files::add(index, event, &mut self.files)?;
                continue;
            }
            if let Some(found) = event.measurement() {
                if found.kind == Measurement::SEAL {
                    self.seals.push(index.to_string());
                    continue;
                }
                self.measurements = self.measurements.saturating_add(1);
                if !names.insert((found.kind, found.name)) || self.measurements > MAX_REQUIRED {
                    return Err(format!(
                        "PCR {index} has two measurements of one kind and name, or there are more than {MAX_REQUIRED}: no policy can require each of them; \
                         measure a folder instead, or each with a --name of its own, or hold the PCR to its value (--pcr {index}=golden)"
                    ));
                }
                self.require.push(measured(index, &found));
                continue;
            }
            // The banks have the same events, each in its place.
            let same = columns.iter().filter_map(|column| column.get(place));
            let digests: Vec<String> = same.map(|event| format!("\"{}\"", digest(event))).collect();
            let rule = format!("    {{ pcr = {index}, digest = [{}] }},  # {}\n", digests.join(", "), name_of(event));
            if times.get(event.digest()) == Some(&1) {
                self.require.push(rule);
            } else if allowed.insert(event.digest()) {
                self.allow.push(rule);
            }
        }
        Ok(())
    }
}

/// Whether the rule for Secure Boot says all of an event.
fn accounted(event: &VerifiedEvent<'_>, place: usize, before: usize) -> bool {
    place >= before || configures(event)
}

fn write_secure_boot(out: &mut String, logs: &VerifiedLogs<'_, '_>, banks: &[HashAlgorithm]) {
    let mut lists: [Vec<String>; 4] = Default::default();
    let (mut revoked, mut others) = (BTreeSet::new(), false);
    for bank in banks {
        let Ok(boot) = logs.secure_boot(*bank) else { continue };
        let of = |digest: &[u8]| format!("    \"{}:{}\",\n", bank.name(), Hex(digest));
        let [pk, kek, db, authority] = &mut lists;
        pk.push(of(boot.pk().digest));
        kek.push(of(boot.kek().digest));
        db.push(of(boot.db().digest));
        let mut known = BTreeSet::new();
        for event in boot.authorities().filter(|event| !event.measured().ends_firmware()) {
            if known.insert(event.digest()) {
                authority.push(of(event.digest()));
            }
        }
        for entry in boot.dbx().variable.signature_lists().filter_map(Result::ok) {
            if entry.kind == SignatureEntry::SHA256 {
                revoked.insert(of_sha256(entry.data));
            } else {
                others = true;
            }
        }
    }
    out.push_str("secure_boot = true\n");
    for (name, list) in ["pk", "kek", "db", "authority"].into_iter().zip(lists) {
        if !list.is_empty() {
            let _ = writeln!(out, "{name} = [\n{}]", list.concat());
        }
    }
    if others {
        out.push_str("# dbx revokes by certificates too; no policy holds a machine to those\n");
    }
    if !revoked.is_empty() {
        let _ = writeln!(out, "dbx_min = [\n{}]", revoked.into_iter().collect::<String>());
    }
}

fn of_sha256(digest: &[u8]) -> String {
    format!("    \"sha256:{}\",\n", Hex(digest))
}

fn measured(index: u8, found: &Measurement<'_>) -> String {
    let (kind, name) = (Text(found.kind), Text(found.name));
    let algorithm = HashAlgorithm::try_from(found.algorithm).map_or("", HashAlgorithm::name);
    let digest = Hex(found.digest);
    format!("    {{ pcr = {index}, kind = {kind}, name = {name}, digest = [\"{algorithm}:{digest}\"] }},\n")
}

fn digest(event: &VerifiedEvent<'_>) -> String {
    format!("{}:{}", event.bank().name(), Hex(event.digest()))
}

/// The type that the log gives an event: a name, and never text of the log's own.
fn name_of(event: &VerifiedEvent<'_>) -> String {
    format!("{:?}", event.event().event_type().unverified())
}

/// A basic string of TOML (1.0, "String"), with nothing in it that a terminal would act on.
pub(super) struct Text<'t>(pub(super) &'t str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if is_hidden(c) => write!(f, "\\U{:08x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

fn is_zero(pcr: &PinnedPcr) -> bool {
    pcr.value.iter().all(|octet| *octet == 0)
}

/// Whether the policy will say what booted, for each bank.
fn anchors_boot(pcrs: &[PinnedPcr]) -> bool {
    pcrs.iter().filter(|pcr| pcr.index >= 8).all(|pcr| {
        pcrs.iter().any(|loader| loader.bank == pcr.bank && loader.index == 4 && (loader.log || !is_zero(loader)))
    })
}
