//! `tpmproof prove`

use super::super::error::CliError;
use super::super::{attachment, files, keys, log_file, policy_text};
use super::measure::DEFAULT_LOG;
use super::prover_args::{AkChoice, DEFAULT_PCR, ProveArguments};
use super::system::{self, Access, System};
use super::{interrupt, tpm};
use crate::proof::Proof;
use crate::prover::{Chain, GOOGLE_ECC_TEMPLATE, GOOGLE_RSA_TEMPLATE, Key, QuietLog, Tpm, TpmAddress};
use crate::structures::TpmHandle;
use crate::verify::{Attachment, ChannelNonce, Log, LogName};
use std::borrow::ToOwned;
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// Where Linux keeps the firmware's log. It says that it has no size.
const FIRMWARE_LOG: &str = "/sys/kernel/security/tpm0/binary_bios_measurements";
/// Where systemd keeps its own.
const SYSTEMD_LOG: &str = "/run/log/systemd/tpm2-measure.log";

pub(crate) fn run(arguments: &ProveArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let address = tpm::address(&arguments.tpm)?;
    let nonce = arguments.freshness.nonce(MAX_NONCE)?;
    if ChannelNonce::is_one(&nonce) {
        return Err(CliError::Misuse(
            "--nonce is what a TLS connection is bound by, and its server alone quotes it: whoever sent this asks you to vouch for \
             somebody else's connection"
                .to_owned(),
        ));
    }
    let selection = policy_text::selection(&arguments.pcrs, "--pcrs").map_err(CliError::Misuse)?;
    let given = keys::all_certificates(&System, &arguments.certificate)?;
    let attachments =
        arguments.attach.iter().map(|one| attachment::read(&System, one)).collect::<Result<Vec<_>, _>>()?;
    let logs = logs(arguments, &address);
    // From here on nobody measures into these logs, so that they and the PCRs are of one moment.
    let quiet: Result<Vec<QuietLog>, _> = logs.iter().map(|log| QuietLog::of(Path::new(path_of(log)))).collect();
    let quiet = quiet?;
    let mut tpm = tpm::open(&address)?;
    let key = key(&mut tpm, arguments.ak)?;
    let chain = chain(&mut tpm, &key, given, arguments, notes)?;
    let quoted = tpm.quote(&key, &nonce, &selection)?;
    tpm.close()?;
    interrupt::check()?;
    let logs =
        logs.iter().map(|log| log_file::read(&System, log, files::LARGE)).collect::<Result<Vec<_>, _>>()?.concat();
    drop(quiet);
    judge_names(&logs)?;
    for (bank, index) in quoted.unexplained(&logs) {
        let _ = writeln!(notes, "warning: no log leads to what PCR {index} of {} holds", bank.name());
    }
    let measured =
        quoted.values.iter().any(|pcr| pcr.index == DEFAULT_PCR && pcr.value.iter().any(|octet| *octet != 0));
    if measured && logs.is_empty() {
        let _ = writeln!(notes, "note: PCR {DEFAULT_PCR} is extended, and the proof encloses no log; --log gives one");
    }
    let mut builder = quoted.into_proof(&key, &chain);
    for (name, bytes) in &logs {
        builder = builder.log(Log { format: name.as_str(), bytes });
    }
    for (kind, name, bytes) in &attachments {
        builder = builder.attachment(Attachment { kind, name, bytes });
    }
    let der = builder.to_der();
    // What is written must be a proof: a broken one is told here, not by whoever gets it.
    Proof::from_der(&der).map_err(|error| CliError::Evidence(format!("this makes no proof: {error}")))?;
    system::write(&arguments.output, &der, Access::Owner)?;
    let _ = writeln!(
        notes,
        "wrote {} bytes to {}; the attestation key is name:{}",
        der.len(),
        arguments.output.display(),
        key.entity().name
    );
    Ok(0)
}

/// The logs that were named; or else those that are where they are by custom.
fn logs(arguments: &ProveArguments, address: &TpmAddress) -> Vec<String> {
    if !arguments.logs.is_empty() {
        return arguments.logs.clone();
    }
    let mut found = Vec::new();
    // This machine's firmware measured into this machine's TPM, and into no other.
    if matches!(address, TpmAddress::Device(_)) {
        for (name, path) in
            [(LogName::Firmware, FIRMWARE_LOG), (LogName::Systemd, SYSTEMD_LOG), (LogName::Application, DEFAULT_LOG)]
        {
            if Path::new(path).exists() {
                found.push(format!("{}={path}", name.as_str()));
            }
        }
    }
    found
}

/// A verifier reads a log by its name, so there is one of each.
fn judge_names(logs: &[(LogName, Vec<u8>)]) -> Result<(), CliError> {
    let twice =
        logs.iter().enumerate().find(|(place, (name, _))| logs.iter().take(*place).any(|(other, _)| other == name));
    let Some((_, (name, _))) = twice else { return Ok(()) };
    let name = name.as_str();
    Err(CliError::Misuse(format!(
        "--log gives several logs named {name}, and a verifier reads one of each name; leave the others out"
    )))
}

fn path_of(argument: &str) -> &str {
    match argument.split_once('=') {
        Some((name, path)) if LogName::by_name(name).is_some() => path,
        _ => argument,
    }
}

pub(super) fn key(tpm: &mut Tpm, choice: AkChoice) -> Result<Key, CliError> {
    Ok(match choice {
        AkChoice::New(algorithm) => tpm.create_attestation_key(algorithm)?,
        AkChoice::Handle(handle) => tpm
            .find_key(TpmHandle(handle))?
            .ok_or_else(|| CliError::Environment(format!("the TPM has no key under the handle {handle:#010x}")))?,
        AkChoice::GoogleRsa => tpm.create_from_nv_template(GOOGLE_RSA_TEMPLATE)?,
        AkChoice::GoogleEcc => tpm.create_from_nv_template(GOOGLE_ECC_TEMPLATE)?,
    })
}

/// The certificates of the key, out of NV and files.
fn chain(
    tpm: &mut Tpm,
    key: &Key,
    given: Vec<Vec<u8>>,
    arguments: &ProveArguments,
    notes: &mut dyn Write,
) -> Result<Chain, CliError> {
    let mut certificates = given;
    let is_new = matches!(arguments.ak, AkChoice::New(_));
    if is_new && certificates.is_empty() {
        // Nobody can have certified it.
        return Ok(Chain::default());
    }
    for found in tpm.attestation_certificates()? {
        if found.padding > 0 {
            let (index, padding) = (found.index, found.padding);
            let _ = writeln!(
                notes,
                "note: {padding} bytes of padding behind the certificate in NV {index:#010x} are left out"
            );
        }
        certificates.push(found.der);
    }
    certificates.extend(tpm.endorsement_chain()?);
    let chain = Chain::of(key, &certificates);
    match &chain.missing {
        Some(missing) if !arguments.uncertified => Err(CliError::Environment(format!(
            "{missing}; or if the verifier knows this key otherwise, say --uncertified"
        ))),
        _ => Ok(chain),
    }
}

/// What every TPM takes as qualifying data: the octets of a `TPMT_HA` of SHA-256 less its algorithm would be 32, and of SHA-512 64.
const MAX_NONCE: usize = 64;
