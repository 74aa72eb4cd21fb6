//! A policy in TOML or JSON.

use super::error::CliError;
use super::keys::{self, KeyFile};
use super::policy_text::{self, OwnedAnchor, OwnedPin};
use super::{files, hex};
use crate::crypto::HashAlgorithm;
use crate::verify::{
    Anchor, BankSelection, CertificateRules, GoogleRule, PcrRule, Pin, Platform, Policy, Purpose, Reference, Time,
};
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// A policy that was read: [`PolicyFile::with`] makes it one.
#[derive(Debug, Default)]
pub(crate) struct PolicyFile {
    platform: Option<&'static Platform>,
    roots: Vec<OwnedAnchor>,
    replaced: bool,
    pins: Vec<OwnedPin>,
    purposes: Option<Vec<Option<Vec<u8>>>>,
    subjects: Vec<String>,
    google: Option<super::policy_schema::Google>,
    not_before_min: Option<Time>,
    accept_unknown_attributes: bool,
    signature_hashes: Option<Vec<HashAlgorithm>>,
    allow_sha1_bank: bool,
    allow_resettable: Vec<u8>,
    pcr_digests: Vec<Vec<u8>>,
    selection: Vec<BankSelection>,
    require_safe_clock: bool,
    firmware_versions: Vec<u64>,
    firmware_version_min: Option<u64>,
    reset_count: Option<u32>,
    restart_count: Option<u32>,
    pcrs: Vec<(HashAlgorithm, u8, Option<Vec<Vec<u8>>>)>,
}
