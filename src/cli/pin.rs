//! `tpmproof pin`: a policy from a machine that is known to be good.

use super::args::PinArguments;
use super::error::CliError;
use super::files;
use super::freshness::challenge;
use super::host::Host;
use super::pin_key::KeyToPin;
use super::pin_text;
use super::policy_file::PolicyFile;
use super::{hcl, input, keys};
use crate::crypto::HashAlgorithm;
use crate::proof::{Proof, verify_proof};
use crate::verify::{Challenge, EventRules, LogName, LogRule, PcrRule, Policy, PolicyList, Report, Time};
use core::str::FromStr;
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// `N=log` or `N=golden`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PcrChoice {
    pub(crate) index: u8,
    pub(crate) log: bool,
}

impl FromStr for PcrChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let choice = text.split_once('=').and_then(|(index, how)| {
            let index = super::policy_text::pcr(index)?;
            let log = match how {
                "log" => true,
                "golden" => false,
                _ => return None,
            };
            Some(Self { index, log })
        });
        choice.ok_or_else(|| format!("{text:?} is not the number of a PCR, and log or golden, such as 13=log"))
    }
}

/// A PCR that the policy will judge.
#[derive(Clone, Debug)]
pub(crate) struct PinnedPcr {
    pub(crate) bank: HashAlgorithm,
    pub(crate) index: u8,
    pub(crate) value: Vec<u8>,
    pub(crate) log: bool,
}

pub(crate) fn run(
    arguments: &PinArguments,
    host: &dyn Host,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<u8, CliError> {
    let nonce = arguments.asked.freshness.nonce(usize::MAX)?;
    let (time, challenge) = (arguments.asked.judging.time(host), challenge(&nonce)?);
    let roots = keys::all_certificates(host, &arguments.root)?;
    let input = input::read(host, &arguments.asked.evidence, notes)?.into_proof()?;
    let lists = keys::RevocationLists::read(host, &arguments.asked.judging.crl, arguments.asked.evidence.max_size)?;
    let lists = lists.lend()?;
    let proof = input.proof().map_err(|error| CliError::Evidence(format!("the proof cannot be read: {error}")))?;
    let proof = proof.with_revocation_lists(&lists);
    let key = KeyToPin::of(&proof, &roots, time)?;
    let pcrs = pcrs(&proof, &arguments.pcr)?;
    let written = |report: &Report<'_>, logs: &[(u32, Vec<LogName>)]| pin_text::write(&key, &pcrs, report, logs);
    let text = observe(&proof, &key, &pcrs, &challenge, time, written)?.map_err(CliError::Evidence)?;
    if u64::try_from(text.len()).is_ok_and(|size| size > files::SMALL) {
        return Err(CliError::Evidence(
            "the logs have more events than a policy can name; hold their PCRs to their values (--pcr N=golden)".into(),
        ));
    }
    // What was written is read as it will be, and must accept the machine that it was made of.
    let mut policy = PolicyFile::parse(host, text.as_bytes(), Path::new("that was made")).map_err(|error| {
        CliError::Evidence(format!(
            "no policy can be made of this machine so: {error}; hold more PCRs to their values (--pcr N=golden)"
        ))
    })?;
    if !roots.is_empty() && key.is_certified() {
        policy.replace_roots(roots.clone());
    }
    let accepted =
        policy.with(|policy| verify_proof(&proof, policy, &challenge, time).map(|_| ()).map_err(|r| r.to_string()));
    accepted.map_err(|error| CliError::Misuse(error.to_string()))?.map_err(|reason| {
        CliError::Evidence(format!("this machine would not be accepted by a policy that is made of it: {reason}"))
    })?;
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(CliError::file(Path::new("(standard output)"), "write to"))?;
    for note in key.notes().into_iter().chain(pin_text::notes(&pcrs)) {
        let _ = writeln!(notes, "warning: {note}");
    }
    Ok(0)
}

/// The PCRs of the proof that a policy can hold a machine to: software resets 16 and above, and 10 grows with every file that is read.
fn pcrs(proof: &Proof<'_>, choices: &[PcrChoice]) -> Result<Vec<PinnedPcr>, CliError> {
    let quoted = || {
        let values = proof.evidence().pcr_values.iter();
        values.filter_map(|pcr| Some((HashAlgorithm::try_from(pcr.bank).ok()?, pcr.index, pcr.value)))
    };
    for (place, choice) in choices.iter().enumerate() {
        if !quoted().any(|(_, index, _)| index == choice.index) {
            return Err(CliError::Misuse(format!("--pcr names PCR {}, which is not in the proof", choice.index)));
        }
        if choices.iter().take(place).any(|earlier| earlier.index == choice.index) {
            return Err(CliError::Misuse(format!("--pcr names PCR {} twice", choice.index)));
        }
    }
    // SHA-1 can be forged; it counts only where there is nothing else.
    let strong = quoted().any(|(bank, ..)| bank != HashAlgorithm::Sha1);
    let chosen = |index| choices.iter().find(|choice| choice.index == index);
    let pinned = quoted().filter(|(bank, index, _)| {
        (*bank != HashAlgorithm::Sha1 || !strong) && (*index != 10 && *index < 16 || chosen(*index).is_some())
    });
    Ok(pinned
        .map(|(bank, index, value)| {
            let log = chosen(index).is_some_and(|choice| choice.log);
            PinnedPcr { bank, index, value: value.to_vec(), log }
        })
        .collect())
}

/// Climbs the stairs, with every event taken as it is, and lets `then` look at what was found.
pub(crate) fn observe<T>(
    proof: &Proof<'_>,
    key: &KeyToPin<'_>,
    pcrs: &[PinnedPcr],
    challenge: &Challenge<'_>,
    time: Time,
    then: impl FnOnce(&Report<'_>, &[(u32, Vec<LogName>)]) -> T,
) -> Result<T, CliError> {
    let values: Vec<[&[u8]; 1]> = pcrs.iter().map(|pcr| [&pcr.value[..]]).collect();
    let rules: Vec<PcrRule<'_>> = pcrs
        .iter()
        .zip(&values)
        .map(
            |(pcr, value)| {
                if pcr.log { PcrRule::log(pcr.bank, pcr.index) } else { PcrRule::golden(pcr.bank, pcr.index, value) }
            },
        )
        .collect();
    let logs = logs(proof, pcrs)?;
    let log_rules: Vec<LogRule<'_>> =
        logs.iter().map(|(pcrs, names)| LogRule { pcrs: *pcrs, logs: PolicyList::new(names) }).collect();
    let logged = logs.iter().fold(0, |bits, (pcrs, _)| bits | pcrs);
    let logged: Vec<u8> = (0..24).filter(|index| logged & (1 << index) != 0).collect();
    let events = EventRules { allow_unknown: PolicyList::new(&logged), accept_any_boot: true, ..EventRules::default() };
    let resettable: Vec<u8> = (16..24).collect();
    let builder = Policy::builder()
        .pcrs(&rules)
        .logs(&log_rules)
        .events(events)
        .allow_resettable(&resettable)
        .allow_sha1_bank(true);
    key.with(&builder, |builder| {
        let policy = builder.build().map_err(|error| CliError::Misuse(error.to_string()))?;
        match hcl::endorse(verify_proof(proof, &policy, challenge, time)) {
            Ok(report) => Ok(then(&report, &logs)),
            Err(rejection) => Err(CliError::Evidence(format!(
                "the proof is rejected, and no policy is made of it: {rejection}\n\n{}",
                rejection.report
            ))),
        }
    })
}

/// The logs that have events of the PCRs that logs are to explain, in the order of the proof; PCRs with the same logs are one entry.
fn logs(proof: &Proof<'_>, pcrs: &[PinnedPcr]) -> Result<Vec<(u32, Vec<LogName>)>, CliError> {
    let mut found: Vec<(u32, Vec<LogName>)> = Vec::new();
    for pcr in pcrs.iter().filter(|pcr| pcr.log) {
        let extends = |name: LogName, bytes| {
            let log = name.decode(bytes).ok();
            log.is_some_and(|log| log.events().any(|event| event.register() == u32::from(pcr.index)))
        };
        let named = proof.evidence().logs.iter().filter_map(|log| Some((LogName::by_name(log.format)?, log.bytes)));
        let mut own: Vec<LogName> = named.filter(|(name, bytes)| extends(*name, bytes)).map(|(name, _)| name).collect();
        // Two logs of one name no verifier takes, and says so.
        own.dedup();
        if own.is_empty() {
            return Err(CliError::Evidence(format!(
                "the proof has no log with an event of PCR {}; give it with --log, or hold the PCR to its value (--pcr {}=golden)",
                pcr.index, pcr.index
            )));
        }
        match found.iter_mut().find(|(_, known)| *known == own) {
            Some((pcrs, _)) => *pcrs |= 1 << pcr.index,
            None => found.push((1 << pcr.index, own)),
        }
    }
    Ok(found)
}
