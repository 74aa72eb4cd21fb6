//! `tpmproof explain`

mod align;
pub(crate) mod args;
mod event;
mod explanation;
mod golden;
mod policy;
mod proofs;
mod side;
mod text;

use super::error::{CliError, REJECTED};
use super::freshness::challenge;
use super::host::Host;
use super::pin::{PinnedPcr, observe};
use super::pin_key::KeyToPin;
use super::policy::PolicyInput;
use super::{input, judge, keys};
use crate::proof::Proof;
use crate::verify::{Outcome, Policy, Rejection, Report, Time};
use args::ExplainArguments;
use explanation::{Explanation, SideLine};
use side::Side;
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// What was not asked for.
const NOT_ASKED: &str =
    "nobody looked at its key, its signature or its nonce; --nonce does, or --insecure-no-freshness";

/// What a policy says of more than PCRs and their events.
const NOT_JUDGED: &str =
    "the policy's other rules were not looked at either: of the key, the clock, separators and seals";

pub(crate) fn run(
    arguments: &ExplainArguments,
    host: &dyn Host,
    out: &mut dyn Write,
    said: &mut dyn Write,
) -> Result<u8, CliError> {
    let nonces = arguments.nonces()?;
    let time = arguments.judging.time(host);
    let roots = keys::all_certificates(host, &arguments.root)?;
    let mut policy = arguments.policy.as_deref().map(|path| PolicyInput::read(host, path)).transpose()?;
    if let Some(policy) = policy.as_mut().filter(|_| !roots.is_empty()) {
        policy.replace_roots(roots.clone());
    }
    let intermediates = keys::all_certificates(host, &arguments.intermediate)?;
    let lists = keys::RevocationLists::read(host, &arguments.judging.crl, arguments.max_size())?;
    let lists = lists.lend()?;
    let (mut inputs, mut files) = (Vec::new(), Vec::new());
    for evidence in arguments.evidence() {
        let input = input::read(host, &evidence, said)?.into_proof()?;
        inputs.push(input);
        files.extend(evidence.proof.or(evidence.message).map(|path| shown(&path)));
    }
    let mut proofs = Vec::new();
    for (input, file) in inputs.iter().zip(&files) {
        let unreadable = |error| CliError::Evidence(format!("{file} cannot be read: {error}"));
        proofs.push(judge::proof(input, &lists, &intermediates).map_err(unreadable)?);
    }
    let explanation = match (&policy, &proofs[..], &nonces[..]) {
        (Some(policy), [proof], [nonce]) => {
            let name = arguments.policy.as_deref().map(shown).unwrap_or_default();
            let file = files.concat();
            policy.with(|policy| against_policy(proof, policy, nonce.as_deref(), time, [file, name]))??
        }
        (_, [first, second], [nonce, other]) => {
            let mut sides = Vec::new();
            for ((name, file), (proof, nonce)) in
                ["first", "second"].into_iter().zip(files).zip([(first, nonce), (second, other)])
            {
                let verified = alone(proof, nonce.as_deref(), &roots, time)?;
                sides.push(SideLine { name, file, verified: Some(verified) });
            }
            of_two(&Side::of(first), &Side::of(second), sides)
        }
        _ => return Err(CliError::Misuse("explain takes one proof and --policy, or two proofs".into())),
    };
    let text = if arguments.json { explanation.json() } else { explanation.text() };
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(CliError::file(Path::new("(standard output)"), "write to"))?;
    let refused = |side: &SideLine| matches!(side.verified, Some((false, _))) && nonces.iter().any(Option::is_some);
    let same = explanation.differences.is_empty() && !explanation.sides.iter().any(refused);
    Ok(if same && !explanation.refused { 0 } else { REJECTED })
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn of_two(first: &Side<'_>, second: &Side<'_>, sides: Vec<SideLine>) -> Explanation {
    let (differences, compared) = proofs::compare(first, second);
    let mut notes = Vec::new();
    for (name, side) in [("first", first), ("second", second)] {
        notes.extend(side.notes.iter().map(|note| format!("the {name} proof: {note}")));
    }
    Explanation { sides, compared, differences, notes, refused: false }
}

/// The signature, the quote and the values of a proof, by the best reason to trust its key that there is.
fn alone(proof: &Proof<'_>, nonce: Option<&[u8]>, roots: &[Vec<u8>], time: Time) -> Result<(bool, String), CliError> {
    let Some(nonce) = nonce else { return Ok((false, NOT_ASKED.into())) };
    let challenge = challenge(nonce)?;
    let key = match KeyToPin::of(proof, roots, time) {
        Err(CliError::Evidence(reason)) => return Ok((false, reason)),
        key => key?,
    };
    let pcrs: Vec<PinnedPcr> = Side::of(proof)
        .pcrs()
        .map(|(bank, index, value)| PinnedPcr { bank, index, value: value.to_vec(), log: false })
        .collect();
    match observe(proof, &key, &pcrs, &challenge, time, |_, _| ()) {
        Ok(()) if key.is_certified() => {
            Ok((true, "signature, quote and values, by a key that an authority vouches for".into()))
        }
        Ok(()) => Ok((true, "signature, quote and values, by a key that nothing vouches for".into())),
        Err(CliError::Evidence(reason)) => Ok((false, reason.lines().next().unwrap_or_default().to_string())),
        Err(other) => Err(other),
    }
}

fn against_policy(
    proof: &Proof<'_>,
    policy: &Policy<'_>,
    nonce: Option<&[u8]>,
    time: Time,
    [file, name]: [String; 2],
) -> Result<Explanation, CliError> {
    let all = Side::of(proof);
    let mut notes = all.notes.clone();
    let asked = match policy.parts(&proof.evidence().logs) {
        Ok(parts) => Side::with(proof, parts.into_iter().collect(), Vec::new()),
        Err(error) => {
            notes.push(error.to_string());
            Side::with(proof, Vec::new(), Vec::new())
        }
    };
    notes.extend(asked.notes.iter().cloned());
    let (differences, compared) = policy::compare(&all, &asked, policy);
    if compared == 0 {
        notes.push(
            "the policy knows only the digest of all values together, which does not say which of them differs".into(),
        );
    }
    let mut refused = false;
    let verified = match nonce {
        None => {
            notes.push(NOT_JUDGED.into());
            (false, NOT_ASKED.into())
        }
        Some(nonce) => match judge::judge(proof, policy, &challenge(nonce)?, time) {
            Ok(_) => (true, "the policy accepts it".into()),
            Err(Rejection { error, report }) => {
                refused = true;
                notes.extend(failures(&report));
                let quoted = report.quote().is_some();
                let what = if quoted { "signature, quote and values; the policy refuses it" } else { "" };
                (quoted, if quoted { what.into() } else { error.to_string() })
            }
        },
    };
    let sides = std::vec![
        SideLine { name: "proof", file, verified: Some(verified) },
        SideLine { name: "policy", file: name, verified: None },
    ];
    Ok(Explanation { sides, compared, differences, notes, refused })
}

/// The checks that failed.
fn failures(report: &Report<'_>) -> Vec<String> {
    let checks = report.checks().filter_map(|check| match check.outcome {
        Outcome::Fail(error) => Some(format!("{} fails: {error}", check.name)),
        _ => None,
    });
    checks.collect()
}
