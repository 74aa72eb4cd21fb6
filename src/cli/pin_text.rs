//! The text of a policy that is made of a proof.

use super::pin::PinnedPcr;
use super::pin_key::KeyToPin;
use crate::crypto::HashAlgorithm;
use crate::log::{Measurement, TcgEventType};
use crate::verify::{LogName, Quoted, Report, SecureBoot, VerifiedEvent, VerifiedLogs};
use crate::wire::Hex;
use core::fmt::Write;
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
) -> String {
    let mut out = String::from("# What one machine was, made a policy; it was known to be good by whoever made it.\n");
    for note in notes(pcrs) {
        let _ = writeln!(out, "# {note}");
    }
    out.push_str("version = 1\n\n");
    key.write(&mut out);
    write_quote(&mut out, pcrs);
    for bank in HashAlgorithm::ALL {
        let mut of_bank: Vec<&PinnedPcr> = pcrs.iter().filter(|pcr| pcr.bank == *bank).collect();
        of_bank.sort_by_key(|pcr| pcr.index);
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
        report.with_logs(|logs| write_events(&mut out, pcrs, logs));
    }
    out
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

fn write_events(out: &mut String, pcrs: &[PinnedPcr], logs: &VerifiedLogs<'_, '_>) {
    out.push_str("\n[events]\n");
    let logged: Vec<&PinnedPcr> = pcrs.iter().filter(|pcr| pcr.log).collect();
    let anchored = anchors_boot(pcrs);
    if logged.iter().any(|pcr| pcr.index >= 8) && !anchored {
        out.push_str("accept_any_boot = true\n");
    }
    // Of a PCR that is judged in several banks, each has the same events.
    let banks = |index: u8| logged.iter().filter(move |pcr| pcr.index == index).map(|pcr| pcr.bank);
    let boot = banks(7).next().and_then(|bank| logs.secure_boot(bank).ok()).filter(SecureBoot::enabled);
    if boot.is_some() {
        write_secure_boot(out, logs, &banks(7).collect::<Vec<_>>());
    }
    let (mut require, mut allow, mut seals) = (Vec::new(), Vec::new(), Vec::new());
    let mut indices: Vec<u8> = logged.iter().map(|pcr| pcr.index).collect();
    indices.sort_unstable();
    indices.dedup();
    for index in indices {
        let mut digests: Vec<(String, String)> = Vec::new();
        for bank in banks(index) {
            let first = banks(index).next() == Some(bank);
            let events: Vec<VerifiedEvent<'_>> = logs.events(bank, index).collect();
            for (place, event) in events.iter().enumerate() {
                let before = boot.as_ref().filter(|_| index == 7).map(|boot| boot.configuration.before);
                match event.measurement() {
                    _ if event.measured().ends_firmware() && index < 8 => {}
                    Some(found) if found.kind == Measurement::SEAL => {
                        if first {
                            seals.push(index.to_string());
                        }
                    }
                    Some(found) if first => {
                        let twin = |other: &VerifiedEvent<'_>| {
                            other
                                .measurement()
                                .is_some_and(|other| other.kind == found.kind && other.name == found.name)
                        };
                        let once = events.iter().filter(|other| twin(other)).count() == 1;
                        // As many as are kept; the others may be there as well.
                        let list = if once && require.len() < MAX_REQUIRED { &mut require } else { &mut allow };
                        push_once(list, measured(index, &found));
                    }
                    Some(_) => {}
                    None if before.is_some_and(|before| accounted(event, place, before)) => {}
                    None => digests.push((digest(event), name_of(event))),
                }
            }
        }
        push_digests(&mut allow, index, digests);
    }
    for (name, rules) in [("require", require), ("allow", allow)] {
        if !rules.is_empty() {
            let _ = writeln!(out, "{name} = [\n{}]", rules.concat());
        }
    }
    if !seals.is_empty() {
        let _ = writeln!(out, "require_seal = [{}]", seals.join(", "));
    }
}

/// Whether the rule for Secure Boot says all of an event.
fn accounted(event: &VerifiedEvent<'_>, place: usize, before: usize) -> bool {
    place >= before || event.event().event_type().unverified() == TcgEventType::EFI_VARIABLE_DRIVER_CONFIG
}

fn write_secure_boot(out: &mut String, logs: &VerifiedLogs<'_, '_>, banks: &[HashAlgorithm]) {
    let mut lists: [Vec<(String, String)>; 4] = Default::default();
    for bank in banks {
        let Ok(boot) = logs.secure_boot(*bank) else { continue };
        let of = |digest: &[u8]| (format!("{}:{}", bank.name(), Hex(digest)), String::new());
        let [pk, kek, db, authority] = &mut lists;
        pk.push(of(boot.pk().digest));
        kek.push(of(boot.kek().digest));
        db.push(of(boot.db().digest));
        for event in boot.authorities().filter(|event| event.measurement().is_none()) {
            if !event.measured().ends_firmware() {
                push_once(authority, (digest(&event), name_of(&event)));
            }
        }
    }
    out.push_str("secure_boot = true\n");
    for (name, list) in ["pk", "kek", "db", "authority"].into_iter().zip(lists) {
        if !list.is_empty() {
            let _ = writeln!(out, "{name} = [\n{}]", lines(&list, "    "));
        }
    }
}

fn push_digests(rules: &mut Vec<String>, index: u8, digests: Vec<(String, String)>) {
    let mut once = Vec::new();
    for digest in digests {
        push_once(&mut once, digest);
    }
    if !once.is_empty() {
        rules.push(format!("    {{ pcr = {index}, digest = [\n{}    ] }},\n", lines(&once, "        ")));
    }
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// A digest a line, and behind it what it is of.
fn lines(digests: &[(String, String)], indent: &str) -> String {
    let mut out = String::new();
    for (digest, about) in digests {
        let about = if about.is_empty() { String::new() } else { format!("  # {about}") };
        let _ = writeln!(out, "{indent}\"{digest}\",{about}");
    }
    out
}

fn measured(index: u8, found: &Measurement<'_>) -> String {
    let (kind, name) = (Quoted(&found.kind), Quoted(&found.name));
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

fn is_zero(pcr: &PinnedPcr) -> bool {
    pcr.value.iter().all(|octet| *octet == 0)
}

/// Whether the policy will say what booted, for each bank.
fn anchors_boot(pcrs: &[PinnedPcr]) -> bool {
    pcrs.iter().filter(|pcr| pcr.index >= 8).all(|pcr| {
        pcrs.iter().any(|loader| loader.bank == pcr.bank && loader.index == 4 && (loader.log || !is_zero(loader)))
    })
}

/// More than this are not kept by a verifier.
const MAX_REQUIRED: usize = 16;
