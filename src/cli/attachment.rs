//! What `--attach` names.

use super::error::CliError;
use super::host::Host;
use super::{files, hcl, keys};
use crate::verify::HclReport;
use std::borrow::ToOwned;
use std::format;
use std::path::Path;
use std::string::String;
use std::vec::Vec;

/// `KIND=FILE`: the kind, the file's name, and what it holds; of a certificate, the DER.
pub(crate) fn read(host: &dyn Host, argument: &str) -> Result<(String, String, Vec<u8>), CliError> {
    let Some((kind, path)) = argument.split_once('=').filter(|(kind, path)| !kind.is_empty() && !path.is_empty())
    else {
        return Err(CliError::Misuse(format!(
            "--attach takes KIND=FILE, such as tls-certificate=server.pem, and not {argument:?}"
        )));
    };
    let path = Path::new(path);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = if kind.ends_with(CERTIFICATE) {
        keys::certificates(host, path)?.into_iter().next().unwrap_or_default()
    } else {
        files::read(host, path, files::LARGE)?
    };
    if kind == hcl::KIND {
        HclReport::from_bytes(&bytes)
            .map_err(|error| CliError::Evidence(format!("{} is no HCL report: {error}", path.display())))?;
    }
    Ok((kind.to_owned(), name, bytes))
}

/// The end of the kinds whose attachments are certificates in DER.
const CERTIFICATE: &str = "-certificate";
