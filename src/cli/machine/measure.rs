//! `tpmproof measure`

use super::super::error::CliError;
use super::super::keys::{self, KeyFile};
use super::prover_args::MeasureArguments;
use super::system::System;
use super::tpm;
use crate::crypto::SOFTWARE;
use crate::prover::{ApplicationLog, Hashed, NewMeasurement, Note, hash_paths, total_size};
use crate::verify::{Certificate, Escaped, public_area_spki};
use crate::wire::Hex;
use indicatif::{ProgressBar, ProgressStyle};
use std::format;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

/// Where an application's log is by default: like the PCRs, what lies there is gone after a reboot.
pub(crate) const DEFAULT_LOG: &str = "/run/tpmproof/application.log";

pub(crate) fn run(arguments: &MeasureArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let address = tpm::address(&arguments.tpm)?;
    let mut measurements = match &arguments.kind {
        Some(kind) => measurements(arguments, kind)?,
        None => Vec::new(),
    };
    if arguments.seal {
        measurements.push(NewMeasurement::seal());
    }
    let path = log_path(arguments.log.as_deref())?;
    let log = ApplicationLog::new(&path, arguments.pcr);
    log.append(&measurements, || tpm::open(&address), &mut |note| {
        let _ = match note {
            Note::Measured(place) => match measurements.get(place) {
                Some(measured) => writeln!(notes, "{}", told(measured, arguments.pcr)),
                None => Ok(()),
            },
            other => writeln!(notes, "note: {other}"),
        };
    })?;
    Ok(0)
}

fn told(NewMeasurement { kind, name, hashed }: &NewMeasurement, pcr: u8) -> String {
    let name = if name.is_empty() { String::new() } else { format!(" \"{}\"", Escaped(name)) };
    let (kind, digest) = (Escaped(kind), Hex(&hashed.digest));
    format!("measured {kind}{name}: {} bytes, sha256:{digest}, into PCR {pcr}", hashed.size)
}

/// The log that was named, or the default, whose folder may not be there yet.
fn log_path(named: Option<&Path>) -> Result<PathBuf, CliError> {
    if let Some(path) = named {
        return Ok(path.into());
    }
    let path = Path::new(DEFAULT_LOG);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            CliError::Environment(format!("cannot make {}: {error}; name another log with --log", folder.display()))
        })?;
    }
    Ok(path.into())
}

fn measurements(arguments: &MeasureArguments, kind: &str) -> Result<Vec<NewMeasurement>, CliError> {
    if kind == crate::log::Measurement::SEAL {
        return Err(CliError::Misuse("the kind \"seal\" ends a log; that is --seal".into()));
    }
    if arguments.name.is_some() && arguments.files.len() != 1 {
        return Err(CliError::Misuse(
            "--name names one file, and there are several; measure each by a call of its own".into(),
        ));
    }
    if kind.is_empty() {
        return Err(CliError::Misuse("--kind is empty; say what is measured, such as weights or tls-spki".into()));
    }
    // What is wrong with the names is told before an hour is spent on the files.
    let names: Vec<String> = match &arguments.name {
        Some(name) => std::vec![name.clone()],
        None => arguments.files.iter().map(|path| file_name(path)).collect::<Result<_, _>>()?,
    };
    let hashed = if kind.ends_with(SPKI) {
        arguments.files.iter().map(|path| spki(path)).collect::<Result<_, _>>()?
    } else {
        hash(&arguments.files)?
    };
    let measured = names.into_iter().zip(hashed);
    Ok(measured.map(|(name, hashed)| NewMeasurement { kind: kind.to_string(), name, hashed }).collect())
}

fn file_name(path: &Path) -> Result<String, CliError> {
    let last = path.file_name().and_then(|name| name.to_str());
    let named = last.map(ToString::to_string);
    named.ok_or_else(|| CliError::Misuse(format!("{} has no name that is text; give one with --name", path.display())))
}

/// The public key of a certificate or key file, in DER.
fn spki(path: &Path) -> Result<Hashed, CliError> {
    let unreadable = |reason: String| CliError::Misuse(format!("{}: {reason}", path.display()));
    Ok(match keys::read(&System, path, CliError::Misuse)? {
        KeyFile::Spki(spki) => Hashed::of(&spki),
        KeyFile::Public(public) => {
            Hashed::of(&public_area_spki(&public, &SOFTWARE).map_err(|error| unreadable(error.to_string()))?)
        }
        KeyFile::Certificates(chain) => {
            let own = chain.first().map(Vec::as_slice).unwrap_or_default();
            Hashed::of(Certificate::from_der(own).map_err(|error| unreadable(error.to_string()))?.spki())
        }
    })
}

/// Hashes, and shows on a terminal how far it is.
fn hash(paths: &[PathBuf]) -> Result<Vec<Hashed>, CliError> {
    let bar = ProgressBar::new(total_size(paths)?);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let hashed = hash_paths(paths, &|octets| bar.inc(octets));
    bar.finish_and_clear();
    Ok(hashed?)
}

/// The end of the kinds that measure a public key.
const SPKI: &str = "-spki";
