//! A log as a file holds it: in the firmware's form, or in JSON, which is converted.

use super::error::CliError;
use super::host::Host;
use super::json_log::{self, JsonLog};
use super::{files, ima_text, json_log_convert, log};
use crate::log::LogError;
use crate::verify::LogName;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// The octets that the verifier reads, and whose log they are where the file says that.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub(crate) name: Option<LogName>,
    pub(crate) bytes: Vec<u8>,
}

/// What a file has: one log, or several where it is in JSON.
pub(crate) fn from_bytes(bytes: Vec<u8>) -> Result<Vec<LogFile>, String> {
    if ima_text::is_one(&bytes) {
        return Ok(std::vec![LogFile { name: Some(LogName::Ima), bytes: ima_text::to_binary(&bytes)? }]);
    }
    if !json_log::is_json(&bytes) {
        return Ok(std::vec![LogFile { name: None, bytes }]);
    }
    let logs = json_log_convert::split(&no_reference(json_log::read(&bytes)?)?);
    Ok(logs.into_iter().map(|(name, bytes)| LogFile { name: Some(name), bytes }).collect())
}

/// Values to compare with lead nowhere.
fn no_reference(log: JsonLog) -> Result<JsonLog, String> {
    if log.reference {
        return Err("it has reference values (.pcrlock), and is no log; a policy takes it in events.allow_files".into());
    }
    Ok(log)
}

/// `NAME=FILE`, or a file that says whose log it is: an application's has measurements only, a firmware's none, and JSON has words for it.
pub(crate) fn read(host: &dyn Host, argument: &str, max_size: u64) -> Result<Vec<(LogName, Vec<u8>)>, CliError> {
    let named = argument.split_once('=').and_then(|(name, path)| Some((LogName::by_name(name)?, path)));
    let path = Path::new(named.map_or(argument, |(_, path)| path));
    if let (None, Some((name, _)), false) = (named, argument.split_once('='), host.exists(path)) {
        let known: Vec<&str> = LogName::ALL.iter().map(|name| name.as_str()).collect();
        return Err(CliError::Misuse(format!("--log has {name:?}, which is no log; known are {}", known.join(", "))));
    }
    let bytes = files::read(host, path, max_size)?;
    let no_log = |reason: String| CliError::Evidence(format!("{} is no log: {reason}", path.display()));
    if ima_text::is_one(&bytes) {
        return Err(no_log(
            "this is a runtime list as people read it, which tpmproof log shows; to be judged it must be binary_runtime_measurements".into(),
        ));
    }
    let found = match named {
        Some((LogName::Cel, _)) if json_log::is_json(&bytes) => {
            return Err(no_log(
                "a Canonical Event Log in JSON is read as the logs firmware and systemd, by what its records are of; leave out cel=".into(),
            ));
        }
        Some((name, _)) if json_log::is_json(&bytes) => {
            let log = json_log::read(&bytes).and_then(no_reference).map_err(no_log)?;
            std::vec![LogFile { name: Some(name), bytes: json_log_convert::whole(&log) }]
        }
        Some((name, _)) => std::vec![LogFile { name: Some(name), bytes }],
        None => from_bytes(bytes).map_err(no_log)?,
    };
    let evidence = |error: LogError| no_log(error.to_string());
    let mut logs = Vec::new();
    for LogFile { name, bytes } in found {
        let name = if let Some(name) = name {
            name.decode(&bytes).map_err(evidence)?;
            name
        } else {
            log::whose(&log::detect(&bytes).map_err(evidence)?).ok_or_else(|| {
                let path = path.display();
                CliError::Evidence(format!(
                    "{path} does not say whose log it is; say so with --log firmware={path} or --log application={path}"
                ))
            })?
        };
        logs.push((name, bytes));
    }
    Ok(logs)
}
