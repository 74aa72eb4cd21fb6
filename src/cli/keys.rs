//! Attestation keys and certificates, as files hold them.

use super::error::CliError;
use super::files;
use super::host::Host;
use crate::structures::{Tpm2bPublic, TpmtPublic};
use crate::verify::{Certificate, RevocationList};
use crate::wire::Decode;
use rustls_pki_types::pem::{self, PemObject, SectionKind};
use std::borrow::ToOwned;
use std::format;
use std::path::{Path, PathBuf};
use std::vec::Vec;

/// What a key file says.
#[derive(Debug)]
pub(crate) enum KeyFile {
    /// A `TPMT_PUBLIC`.
    Public(Vec<u8>),
    /// A `SubjectPublicKeyInfo`.
    Spki(Vec<u8>),
    /// Certificates, the key's own first.
    Certificates(Vec<Vec<u8>>),
}

/// Reads a key in any of these forms; bytes that are none of them are an error of `wrong`.
pub(crate) fn read(
    host: &dyn Host,
    path: &Path,
    wrong: fn(std::string::String) -> CliError,
) -> Result<KeyFile, CliError> {
    let bytes = files::read_or(host, path, files::SMALL, wrong)?;
    if is_pem(&bytes) {
        let mut keys = sections(&bytes, SectionKind::PublicKey);
        let certificates = sections(&bytes, SectionKind::Certificate);
        return match (keys.pop(), certificates) {
            (Some(key), rest) if keys.is_empty() && rest.is_empty() => Ok(KeyFile::Spki(key)),
            (None, certificates) if !certificates.is_empty() => Ok(KeyFile::Certificates(certificates)),
            _ => Err(wrong(format!("{} is neither one PUBLIC KEY nor a chain of CERTIFICATEs in PEM", path.display()))),
        };
    }
    if TpmtPublic::from_bytes(&bytes).is_ok() {
        return Ok(KeyFile::Public(bytes));
    }
    if Tpm2bPublic::from_bytes(&bytes).is_ok() {
        return Ok(KeyFile::Public(bytes.get(2..).unwrap_or_default().to_owned()));
    }
    if let Some(certificate) = trimmed_certificate(&bytes) {
        return Ok(KeyFile::Certificates(std::vec![certificate.to_owned()]));
    }
    Err(wrong(format!(
        "{} is no key: no TPMT_PUBLIC, no TPM2B_PUBLIC, no certificate, and no PEM of a public key or certificates",
        path.display()
    )))
}

/// The certificates of several files, in order.
pub(crate) fn all_certificates(host: &dyn Host, paths: &[PathBuf]) -> Result<Vec<Vec<u8>>, CliError> {
    let mut all = Vec::new();
    for path in paths {
        all.extend(certificates(host, path)?);
    }
    Ok(all)
}

/// The certificates of a file, PEM or DER.
pub(crate) fn certificates(host: &dyn Host, path: &Path) -> Result<Vec<Vec<u8>>, CliError> {
    let bytes = files::read_or(host, path, files::SMALL, CliError::Misuse)?;
    let found = match trimmed_certificate(&bytes) {
        Some(certificate) => std::vec![certificate.to_owned()],
        None => sections(&bytes, SectionKind::Certificate),
    };
    if found.is_empty() || found.iter().any(|der| Certificate::from_der(der).is_err()) {
        return Err(CliError::Misuse(format!("{} is no certificate in DER or PEM", path.display())));
    }
    Ok(found)
}

/// Revocation lists as files hold them, DER or PEM, each with the file that it came from.
#[derive(Debug)]
pub(crate) struct RevocationLists<'p>(Vec<(&'p Path, Vec<u8>)>);

impl<'p> RevocationLists<'p> {
    pub(crate) fn read(host: &dyn Host, paths: &'p [PathBuf], max_size: u64) -> Result<Self, CliError> {
        let mut all = Vec::new();
        for path in paths {
            let bytes = files::read_or(host, path, max_size, CliError::Misuse)?;
            let lists = if is_pem(&bytes) { sections(&bytes, SectionKind::Crl) } else { std::vec![bytes] };
            if lists.is_empty() {
                let path = path.display();
                return Err(CliError::Misuse(format!("{path} has no X509 CRL in its PEM, or the PEM is broken")));
            }
            all.extend(lists.into_iter().map(|list| (path.as_path(), list)));
        }
        Ok(Self(all))
    }

    /// The lists, each of which must be one that can be used.
    pub(crate) fn lend(&self) -> Result<Vec<RevocationList<'_>>, CliError> {
        let read = |(path, der): &'_ (&Path, Vec<u8>)| -> Result<(), CliError> {
            RevocationList::from_der(der)
                .map(|_| ())
                .map_err(|error| CliError::Misuse(format!("--crl {}: {error}", path.display())))
        };
        self.0.iter().try_for_each(read)?;
        // They were read before.
        Ok(self.0.iter().filter_map(|(_, der)| RevocationList::from_der(der).ok()).collect())
    }
}

/// One certificate in DER, without the padding that NV indices put behind it.
pub(crate) fn trimmed_certificate(bytes: &[u8]) -> Option<&[u8]> {
    let (der, padding) = Certificate::trim(bytes).ok()?;
    let uniform = padding.iter().all(|byte| *byte == 0xff) || padding.iter().all(|byte| *byte == 0);
    (uniform && Certificate::from_der(der).is_ok()).then_some(der)
}

pub(crate) fn is_pem(bytes: &[u8]) -> bool {
    bytes.windows(11).take(64 * 1024).any(|window| window == b"-----BEGIN ")
}

/// The sections of one kind in PEM text, in order; none if the text is broken anywhere.
pub(crate) fn sections(text: &[u8], kind: SectionKind) -> Vec<Vec<u8>> {
    struct Any(SectionKind, Vec<u8>);
    impl PemObject for Any {
        fn from_pem(kind: SectionKind, der: Vec<u8>) -> Option<Self> {
            Some(Self(kind, der))
        }
    }
    let all: Result<Vec<Any>, pem::Error> = Any::pem_slice_iter(text).collect();
    all.unwrap_or_default().into_iter().filter(|any| any.0 == kind).map(|any| any.1).collect()
}
