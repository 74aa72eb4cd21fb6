//! What may stand in a policy file, TOML or JSON. What is not known is refused, never passed over.

use super::error::CliError;
use super::files;
use super::host::{Beside, Host};
use super::json::{self, Json};
use super::keys::{self, KeyFile};
use super::policy_events::{OwnedEvents, read_logs};
use super::policy_file::{Google, OwnedReference, PolicyFile};
use super::policy_text::{self, OwnedPin};
use super::policy_toml;
use super::policy_value::{count, digests_of, flag, number, numbers, object, owned, texts};
use super::policy_webauthn::OwnedRelyingParty;
use crate::crypto::SOFTWARE;
use crate::structures::TpmtPublic;
use crate::verify::{Activation, Name, Platform};
use crate::wire::Decode;
use std::borrow::ToOwned;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

impl PolicyFile {
    /// Reads a policy that is text; the files that it names are looked for beside it.
    pub(crate) fn parse(host: &dyn Host, bytes: &[u8], path: &Path) -> Result<Self, CliError> {
        let wrong = |reason: String| CliError::Misuse(format!("the policy {}: {reason}", path.display()));
        let document = match bytes.trim_ascii_start().first() {
            None => return Err(wrong("the file is empty; it needs version = 1, [key], and [pcr.sha256]".into())),
            Some(b'{') => json::parse(bytes).map_err(wrong)?,
            Some(_) => policy_toml::read(bytes).map_err(wrong)?,
        };
        let beside = Beside { host, folder: path.parent().unwrap_or(Path::new("")) };
        let policy = read(&document, &beside).map_err(|error| match error {
            CliError::Misuse(reason) => wrong(reason),
            other => other,
        })?;
        // A policy that judges nothing is refused before any evidence is looked at.
        policy.with(|_| ()).map_err(|error| wrong(error.to_string()))?;
        Ok(policy)
    }
}

fn read(document: &Json, beside: &Beside<'_>) -> Result<PolicyFile, CliError> {
    let mut policy = PolicyFile::default();
    let names = ["version", "key", "quote?", "pcr?", "logs?", "events?", "webauthn?"];
    let [version, key, quote, pcr, logs, events, webauthn] =
        document.members("the policy", names).map_err(CliError::Misuse)?;
    if version != Some(&Json::Number(1)) {
        return Err(CliError::Misuse("version is not 1, the only one that is known".into()));
    }
    if let Some(key) = key {
        read_key(key, beside, &mut policy)?;
    }
    policy.relying_party = webauthn.map(OwnedRelyingParty::read).transpose().map_err(CliError::Misuse)?;
    if let Some(quote) = quote {
        read_quote(quote, &mut policy).map_err(CliError::Misuse)?;
    }
    if let Some(pcr) = pcr {
        read_pcrs(pcr, &mut policy).map_err(CliError::Misuse)?;
    }
    if let Some(logs) = logs {
        policy.logs = read_logs(logs).map_err(CliError::Misuse)?;
    }
    if let Some(events) = events {
        policy.events = OwnedEvents::read(events).map_err(CliError::Misuse)?;
        policy.events.add_files(events, beside, policy.logged())?;
    }
    Ok(policy)
}

fn read_key(key: &Json, beside: &Beside<'_>, policy: &mut PolicyFile) -> Result<(), CliError> {
    let names = [
        "platform?",
        "roots?",
        "root_files?",
        "pinned?",
        "pinned_files?",
        "activated?",
        "leaf_eku?",
        "subject?",
        "google?",
        "certificate_not_before_min?",
        "certificate_policy?",
        "require_crl?",
        "accept_unknown_attributes?",
    ];
    let [
        platform,
        roots,
        root_files,
        pinned,
        pinned_files,
        activated,
        purposes,
        subjects,
        google,
        minimum,
        certificate_policies,
        crl,
        unknown,
    ] = key.members("[key]", names).map_err(CliError::Misuse)?;
    let mut plain = || -> Result<(), String> {
        if let Some(platform) = platform {
            let name = platform.text("key.platform")?;
            let known: Vec<&str> = Platform::ALL.iter().map(|platform| platform.name).collect();
            let found = Platform::by_name(name);
            policy.platform = Some(
                found.ok_or_else(|| format!("key.platform {name:?} is not known; known are {}", known.join(", ")))?,
            );
        }
        for text in texts(roots, "key.roots")? {
            policy.roots.push(policy_text::anchor(text)?);
        }
        for text in texts(pinned, "key.pinned")? {
            policy.pins.push(policy_text::pin(text)?);
        }
        if purposes.is_some() {
            let purposes = texts(purposes, "key.leaf_eku")?;
            if purposes.is_empty() {
                return Err("key.leaf_eku is empty, which no certificate can match".into());
            }
            policy.purposes = Some(purposes.into_iter().map(policy_text::purpose).collect::<Result<_, _>>()?);
        }
        if subjects.is_some() {
            policy.subjects = texts(subjects, "key.subject")?.into_iter().map(ToOwned::to_owned).collect();
            if policy.subjects.is_empty() {
                return Err("key.subject is empty, which no certificate can match".into());
            }
        }
        if let Some(google) = google {
            let [project, zone, instance] = google.members("key.google", ["project?", "zone?", "instance?"])?;
            if project.is_none() && zone.is_none() && instance.is_none() {
                return Err("key.google is empty; give project, zone or instance".into());
            }
            policy.google = Some(Google {
                project: owned(project, "key.google.project")?,
                zone: owned(zone, "key.google.zone")?,
                instance: owned(instance, "key.google.instance")?,
            });
        }
        if let Some(text) = owned(minimum, "key.certificate_not_before_min")? {
            let time = text.parse().map_err(|error| format!("key.certificate_not_before_min: {error}"))?;
            policy.not_before_min = Some(time);
        }
        if certificate_policies.is_some() {
            let oids = texts(certificate_policies, "key.certificate_policy")?;
            if oids.is_empty() {
                return Err("key.certificate_policy is empty, which no certificate can match".into());
            }
            policy.certificate_policies =
                oids.into_iter().map(policy_text::certificate_policy).collect::<Result<_, _>>()?;
        }
        policy.require_crl = flag(crl, "key.require_crl")?;
        policy.accept_unknown_attributes = flag(unknown, "key.accept_unknown_attributes")?;
        Ok(())
    };
    plain().map_err(CliError::Misuse)?;
    for name in texts(root_files, "key.root_files").map_err(CliError::Misuse)? {
        let certificates = keys::certificates(beside.host, &beside.folder.join(name))?;
        policy.roots.extend(certificates.into_iter().map(policy_text::OwnedAnchor::Certificate));
    }
    for name in texts(activated, "key.activated").map_err(CliError::Misuse)? {
        policy.activations.push(record(beside.host, &beside.folder.join(name))?);
    }
    for name in texts(pinned_files, "key.pinned_files").map_err(CliError::Misuse)? {
        policy.pins.push(pin(beside.host, &beside.folder.join(name))?);
    }
    Ok(())
}

/// The record of a credential activation, in DER.
fn record(host: &dyn Host, path: &Path) -> Result<Vec<u8>, CliError> {
    let der = files::read_or(host, path, files::SMALL, CliError::Misuse)?;
    match Activation::from_der(&der) {
        Ok(_) => Ok(der),
        Err(error) => Err(CliError::Misuse(format!("{} is no record of an enrollment: {error}", path.display()))),
    }
}

/// The key of a file, by its Name where the file says enough for one.
fn pin(host: &dyn Host, path: &Path) -> Result<OwnedPin, CliError> {
    match keys::read(host, path, CliError::Misuse)? {
        KeyFile::Public(public) => {
            let named = TpmtPublic::from_bytes(&public)
                .map_err(|error| error.to_string())
                .and_then(|area| Name::of(&public, area.name_alg.0, &SOFTWARE).map_err(|error| error.to_string()));
            match named {
                Ok(name) => Ok(OwnedPin::Name(name.as_bytes().to_owned())),
                Err(reason) => Err(CliError::Misuse(format!("{} has no Name: {reason}", path.display()))),
            }
        }
        KeyFile::Spki(spki) => Ok(OwnedPin::Spki(spki)),
        KeyFile::Certificates(_) => Err(CliError::Misuse(format!(
            "{} holds certificates; key.pinned_files takes public keys, and an authority's certificate goes to key.root_files",
            path.display()
        ))),
    }
}

fn read_quote(quote: &Json, policy: &mut PolicyFile) -> Result<(), String> {
    let names = [
        "signature_hash?",
        "allow_sha1_bank?",
        "pcr_digest?",
        "selection?",
        "allow_resettable?",
        "require_safe_clock?",
        "firmware_version?",
        "firmware_version_min?",
        "reset_count?",
        "restart_count?",
    ];
    let [hashes, sha1, digests, selection, resettable, clock, versions, minimum, resets, restarts] =
        quote.members("[quote]", names)?;
    if hashes.is_some() {
        let hashes = texts(hashes, "quote.signature_hash")?;
        if hashes.is_empty() {
            return Err("quote.signature_hash is empty, which no signature can match".into());
        }
        policy.signature_hashes = Some(hashes.into_iter().map(policy_text::hash).collect::<Result<_, _>>()?);
    }
    policy.allow_sha1_bank = flag(sha1, "quote.allow_sha1_bank")?;
    if digests.is_some() {
        policy.pcr_digests = digests_of(digests, "quote.pcr_digest")?;
        if policy.pcr_digests.is_empty() {
            return Err("quote.pcr_digest is empty, which no quote can match".into());
        }
    }
    if let Some(selection) = selection {
        if digests.is_none() {
            return Err("quote.selection goes with quote.pcr_digest only".into());
        }
        policy.selection = policy_text::selection(selection.text("quote.selection")?, "quote.selection")?;
    }
    for number in numbers(resettable, "quote.allow_resettable")? {
        let index = u8::try_from(number).ok().filter(|index| (16..24).contains(index));
        policy.allow_resettable.push(
            index.ok_or_else(|| format!("quote.allow_resettable has {number}; PCRs that can be reset are 16 to 23"))?,
        );
    }
    policy.require_safe_clock = flag(clock, "quote.require_safe_clock")?;
    if versions.is_some() {
        policy.firmware_versions = numbers(versions, "quote.firmware_version")?;
        if policy.firmware_versions.is_empty() {
            return Err("quote.firmware_version is empty, which no TPM can match".into());
        }
    }
    policy.firmware_version_min = minimum.map(|value| number(value, "quote.firmware_version_min")).transpose()?;
    policy.reset_count = count(resets, "quote.reset_count")?;
    policy.restart_count = count(restarts, "quote.restart_count")?;
    Ok(())
}

fn read_pcrs(pcr: &Json, policy: &mut PolicyFile) -> Result<(), String> {
    for (bank, rules) in object(pcr, "[pcr]")? {
        let hash = policy_text::hash(bank).map_err(|reason| format!("[pcr.{bank}] is no bank: {reason}"))?;
        for (index, rule) in object(rules, &format!("[pcr.{bank}]"))? {
            let name = format!("pcr.{bank}.{index}");
            let number =
                policy_text::pcr(index).ok_or_else(|| format!("{name}: there is no such PCR; they are 0 to 23"))?;
            let reference = match rule {
                Json::Text(text) if text == "zero" => OwnedReference::Zero,
                Json::Text(text) if text == "log" => OwnedReference::Log,
                Json::Array(_) => OwnedReference::Golden(digests_of(Some(rule), &name)?),
                _ => {
                    return Err(format!(
                        "{name} is neither a list of values in hexadecimal digits, nor \"zero\", nor \"log\""
                    ));
                }
            };
            policy.pcrs.push((hash, number, reference));
        }
    }
    Ok(())
}
