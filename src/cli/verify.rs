//! `tpmproof verify`

use super::args::VerifyArguments;
use super::error::{CliError, REJECTED};
use super::freshness::challenge;
use super::host::Host;
use super::input::Evidence;
use super::kinds::OtherEvidence;
use super::policy::PolicyInput;
use super::{input, judge, keys};
use crate::verify::{Rejection, Report, unreadable_json};
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::String;

pub(crate) fn run(
    arguments: &VerifyArguments,
    host: &dyn Host,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<u8, CliError> {
    let mut policy = PolicyInput::read(host, &arguments.policy)?;
    if !arguments.root.is_empty() {
        policy.replace_roots(keys::all_certificates(host, &arguments.root)?);
    }
    let nonce = arguments.asked.freshness.nonce(usize::MAX)?;
    let intermediates = keys::all_certificates(host, &arguments.intermediate)?;
    let lists = keys::RevocationLists::read(host, &arguments.asked.judging.crl, arguments.asked.evidence.max_size)?;
    let lists = lists.lend()?;
    let (time, challenge) = (arguments.asked.judging.time(host), challenge(&nonce)?);
    let evidence = match input::read(host, &arguments.asked.evidence, notes) {
        Ok(evidence) => evidence,
        Err(CliError::Evidence(reason)) => return refuse(&reason, arguments.json, out),
        Err(other) => return Err(other),
    };
    let input = match evidence {
        Evidence::Proof(input) => input,
        Evidence::Other(kind, cbor) => {
            let other = match OtherEvidence::read(host, kind, cbor, arguments, &nonce) {
                Ok(other) => other,
                Err(CliError::Evidence(reason)) => return refuse(&reason, arguments.json, out),
                Err(other) => return Err(other),
            };
            return policy.with(|policy| {
                match other.verify(policy, &lists, time, |judged| text(judged, arguments.json)) {
                    Ok((text, code)) => print(out, &text).map(|()| code),
                    Err(reason) => refuse(&reason, arguments.json, out),
                }
            })?;
        }
    };
    if arguments.client_data.is_some() {
        return Err(CliError::Misuse("--client-data goes with a WebAuthn statement".into()));
    }
    policy.with(|policy| {
        let proof = match judge::proof(&input, &lists, &intermediates) {
            Ok(proof) => proof,
            Err(reason) => return refuse(&format!("the proof cannot be read: {reason}"), arguments.json, out),
        };
        let (text, code) = text(judge::judge(&proof, policy, &challenge, time), arguments.json);
        print(out, &text)?;
        Ok(code)
    })?
}

/// What is printed of a verdict, and the exit code.
fn text(judged: Result<Report<'_>, Rejection<'_>>, json: bool) -> (String, u8) {
    match judged {
        Ok(report) if json => (format!("{}\n", report.json()), 0),
        Ok(report) => (format!("ACCEPTED\n\n{report}"), 0),
        Err(rejection) if json => (format!("{}\n", rejection.json()), REJECTED),
        Err(rejection) => (format!("REJECTED: {rejection}\n\n{}", rejection.report), REJECTED),
    }
}

/// Evidence that is not even a proof is rejected like any other.
fn refuse(reason: &str, json: bool, out: &mut dyn Write) -> Result<u8, CliError> {
    let text: String = if json { format!("{}\n", unreadable_json(reason)) } else { format!("REJECTED: {reason}\n") };
    print(out, &text)?;
    Ok(REJECTED)
}

fn print(out: &mut dyn Write, text: &str) -> Result<(), CliError> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(CliError::file(Path::new("(standard output)"), "write to"))
}
