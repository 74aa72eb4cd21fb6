//! A policy as text or in DER.

use super::error::CliError;
use super::files;
use super::host::Host;
use super::policy_file::PolicyFile;
use crate::verify::{Anchor, Policy};
use std::boxed::Box;
use std::format;
use std::path::Path;
use std::string::ToString;
use std::vec::Vec;

/// A policy that was read, in whatever form.
#[derive(Debug)]
pub(crate) enum PolicyInput {
    /// TOML or JSON.
    Text(Box<PolicyFile>),
    /// DER; the roots stand instead of its anchors, if there are any.
    Der { der: Vec<u8>, roots: Vec<Vec<u8>> },
}

impl PolicyInput {
    /// Reads a policy; the files that it names are looked for beside it.
    pub(crate) fn read(host: &dyn Host, path: &Path) -> Result<Self, CliError> {
        let bytes = files::read_or(host, path, files::SMALL, CliError::Misuse)?;
        let wrong = |reason: std::string::String| CliError::Misuse(format!("the policy {}: {reason}", path.display()));
        // No text begins with this octet: it is a digit, and a policy is a table.
        if bytes.first() == Some(&crate::wire::der::tag::SEQUENCE) {
            Policy::from_der(&bytes).map_err(|error| wrong(error.to_string()))?;
            return Ok(Self::Der { der: bytes, roots: Vec::new() });
        }
        Ok(Self::Text(Box::new(PolicyFile::parse(host, &bytes, path)?)))
    }

    /// Takes `certificates` for anchors instead of those that the policy names.
    pub(crate) fn replace_roots(&mut self, certificates: Vec<Vec<u8>>) {
        match self {
            Self::Text(policy) => policy.replace_roots(certificates),
            Self::Der { roots, .. } => *roots = certificates,
        }
    }

    /// Lends the policy to `then`.
    pub(crate) fn with<T>(&self, then: impl FnOnce(&Policy<'_>) -> T) -> Result<T, CliError> {
        let misuse = |reason: &dyn ToString| CliError::Misuse(reason.to_string());
        match self {
            Self::Text(policy) => policy.with(then).map_err(|error| misuse(&error)),
            Self::Der { der, roots } => {
                let policy = Policy::from_der(der).map_err(|error| misuse(&error))?;
                if roots.is_empty() {
                    return Ok(then(&policy));
                }
                let anchors: Vec<Anchor<'_>> = roots.iter().map(|der| Anchor::Certificate(der)).collect();
                let policy = policy.0.anchors(&anchors).build().map_err(|error| misuse(&error))?;
                Ok(then(&policy))
            }
        }
    }
}
