//! What a policy file says of logs and events: `[logs]` and `[events]`.

use super::json::Json;
use super::policy_text;
use super::policy_value::{flag, numbers, object, owned, texts};
use crate::crypto::HashAlgorithm;
use crate::log::TcgEventType;
use crate::structures::{TpmiAlgHash, TpmtHa};
use crate::verify::{EventRule, EventRules, ImaRules, LogName, PathRule, PolicyList, SecureBootRules};
use std::format;
use std::string::String;
use std::vec::Vec;

/// A digest with its algorithm.
pub(crate) type OwnedDigest = (TpmiAlgHash, Vec<u8>);

/// An owned [`EventRules`].
#[derive(Debug, Default)]
pub(crate) struct OwnedEvents {
    secure_boot: Option<OwnedSecureBoot>,
    require: Vec<OwnedRule>,
    allow: Vec<OwnedRule>,
    allow_unknown: Vec<u8>,
    require_seal: Vec<u8>,
    accept_any_boot: bool,
}

#[derive(Debug)]
struct OwnedSecureBoot {
    /// `pk`, `kek`, `db`, `authority`, `dbx_min`.
    lists: [Vec<OwnedDigest>; 5],
    accept_any_keys: bool,
}

#[derive(Debug)]
struct OwnedRule {
    pcr: u8,
    kind: Option<String>,
    name: Option<String>,
    path: Option<String>,
    path_prefix: Option<String>,
    event_type: Option<TcgEventType>,
    digests: Vec<OwnedDigest>,
}

/// What `[logs]` says.
#[derive(Debug, Default)]
pub(crate) struct OwnedLogs {
    pub(crate) rules: Vec<(u32, Vec<LogName>)>,
    padded_banks: Vec<HashAlgorithm>,
    accept_violations: bool,
}

impl OwnedLogs {
    pub(crate) fn ima(&self) -> ImaRules<'_> {
        ImaRules { padded_banks: PolicyList::new(&self.padded_banks), accept_violations: self.accept_violations }
    }
}

/// Which logs explain which PCRs; PCRs with the same logs are one entry.
pub(crate) fn read_logs(logs: &Json) -> Result<OwnedLogs, String> {
    let mut found = OwnedLogs::default();
    let rules = &mut found.rules;
    for (index, names) in object(logs, "[logs]")? {
        let name = format!("logs.{index}");
        match index.as_str() {
            "ima_padded_banks" => {
                let banks = texts(Some(names), &name)?;
                found.padded_banks = banks.into_iter().map(policy_text::hash).collect::<Result<_, _>>()?;
                if found.padded_banks.is_empty() {
                    return Err(format!("{name} is empty; leave it out"));
                }
                continue;
            }
            "accept_ima_violations" => {
                found.accept_violations = flag(Some(names), &name)?;
                continue;
            }
            _ => {}
        }
        let number =
            policy_text::pcr(index).ok_or_else(|| format!("{name}: there is no such PCR; they are 0 to 23"))?;
        let names = texts(Some(names), &name)?;
        if names.is_empty() {
            return Err(format!("{name} is empty, and no log explains a PCR then"));
        }
        let names: Vec<LogName> = names.into_iter().map(|text| log_name(text, &name)).collect::<Result<_, _>>()?;
        match rules.iter_mut().find(|(_, known)| *known == names) {
            Some((pcrs, _)) => *pcrs |= 1 << number,
            None => rules.push((1 << number, names)),
        }
    }
    Ok(found)
}

fn log_name(text: &str, name: &str) -> Result<LogName, String> {
    LogName::by_name(text).ok_or_else(|| {
        let known: Vec<&str> = LogName::ALL.iter().map(|name| name.as_str()).collect();
        format!("{name} has {text:?}, which is no log; known are {}", known.join(", "))
    })
}

impl OwnedEvents {
    pub(crate) fn read(events: &Json) -> Result<Self, String> {
        let names = [
            "secure_boot?",
            "pk?",
            "kek?",
            "db?",
            "authority?",
            "dbx_min?",
            "accept_any_keys?",
            "require?",
            "allow?",
            "allow_files?",
            "allow_unknown?",
            "require_seal?",
            "accept_any_boot?",
        ];
        let [on, pk, kek, db, authority, dbx_min, any_keys, require, allow, _files, unknown, seal, any_boot] =
            events.members("[events]", names)?;
        let mut lists: [Vec<OwnedDigest>; 5] = Default::default();
        let keys = [("pk", pk), ("kek", kek), ("db", db), ("authority", authority), ("dbx_min", dbx_min)];
        let on = flag(on, "events.secure_boot")?;
        for (list, (name, value)) in lists.iter_mut().zip(keys) {
            let Some(value) = value else { continue };
            if !on {
                return Err(format!("events.{name} goes with events.secure_boot = true only"));
            }
            *list = digests(Some(value), &format!("events.{name}"))?;
            if list.is_empty() {
                return Err(format!("events.{name} is empty, which no machine can match"));
            }
        }
        let accept_any_keys = flag(any_keys, "events.accept_any_keys")?;
        if accept_any_keys && !on {
            return Err("events.accept_any_keys goes with events.secure_boot = true only".into());
        }
        Ok(Self {
            secure_boot: on.then_some(OwnedSecureBoot { lists, accept_any_keys }),
            require: rules(require, "events.require")?,
            allow: rules(allow, "events.allow")?,
            allow_unknown: pcrs(unknown, "events.allow_unknown")?,
            require_seal: pcrs(seal, "events.require_seal")?,
            accept_any_boot: flag(any_boot, "events.accept_any_boot")?,
        })
    }

    /// Allows events of these digests, if no rule does so yet.
    pub(crate) fn allow(&mut self, pcr: u8, digests: &[OwnedDigest]) {
        let known = |rule: &OwnedRule| {
            let by_digest =
                rule.kind.is_none() && rule.event_type.is_none() && rule.path.is_none() && rule.path_prefix.is_none();
            rule.pcr == pcr && by_digest && rule.digests == digests
        };
        if !self.allow.iter().any(known) {
            self.allow.push(OwnedRule {
                pcr,
                kind: None,
                name: None,
                path: None,
                path_prefix: None,
                event_type: None,
                digests: digests.to_vec(),
            });
        }
    }

    /// Lends the rules to `then`.
    pub(crate) fn with<T>(&self, then: impl FnOnce(EventRules<'_>) -> T) -> T {
        let [require, allow] =
            [&self.require, &self.allow].map(|rules| rules.iter().map(|rule| lent(&rule.digests)).collect::<Vec<_>>());
        let require: Vec<EventRule<'_>> =
            self.require.iter().zip(&require).map(|(rule, digests)| rule.lend(digests)).collect();
        let allow: Vec<EventRule<'_>> =
            self.allow.iter().zip(&allow).map(|(rule, digests)| rule.lend(digests)).collect();
        let keys = self.secure_boot.as_ref().map(|boot| boot.lists.each_ref().map(|list| lent(list)));
        let secure_boot =
            keys.as_ref().zip(self.secure_boot.as_ref()).map(|([pk, kek, db, authority, dbx_min], boot)| {
                SecureBootRules {
                    pk: PolicyList::new(pk),
                    kek: PolicyList::new(kek),
                    db: PolicyList::new(db),
                    authority: PolicyList::new(authority),
                    dbx_min: PolicyList::new(dbx_min),
                    accept_any_keys: boot.accept_any_keys,
                }
            });
        then(EventRules {
            secure_boot,
            require: PolicyList::new(&require),
            allow: PolicyList::new(&allow),
            allow_unknown: PolicyList::new(&self.allow_unknown),
            require_seal: PolicyList::new(&self.require_seal),
            accept_any_boot: self.accept_any_boot,
        })
    }
}

impl OwnedRule {
    fn lend<'r>(&'r self, digests: &'r [TpmtHa<'r>]) -> EventRule<'r> {
        EventRule {
            pcr: self.pcr,
            kind: self.kind.as_deref(),
            name: self.name.as_deref(),
            path: match &self.path_prefix {
                Some(prefix) => Some(PathRule::Prefix(prefix)),
                None => self.path.as_deref().map(PathRule::Exact),
            },
            event_type: self.event_type,
            digests: PolicyList::new(digests),
        }
    }
}

fn lent(digests: &[OwnedDigest]) -> Vec<TpmtHa<'_>> {
    digests.iter().map(|(hash_alg, digest)| TpmtHa { hash_alg: *hash_alg, digest }).collect()
}

fn rules(value: Option<&Json>, name: &str) -> Result<Vec<OwnedRule>, String> {
    value.map_or(Ok(&[][..]), |value| value.array(name))?.iter().map(|element| rule(element, name)).collect()
}

fn rule(value: &Json, name: &str) -> Result<OwnedRule, String> {
    let names = ["pcr", "kind?", "name?", "path?", "path_prefix?", "type?", "digest?"];
    let [pcr, kind, called, path, path_prefix, type_, digest] = value.members(&format!("a rule of {name}"), names)?;
    let event_type = match owned(type_, &format!("{name}.type"))? {
        None => None,
        Some(text) => Some(TcgEventType::by_name(&text).ok_or_else(|| {
            format!("{name}.type has {text:?}; expected an event type such as \"EV_EFI_VARIABLE_AUTHORITY\"")
        })?),
    };
    let digest_name = format!("{name}.digest");
    let digests = digests(digest, &digest_name)?;
    if digest.is_some() && digests.is_empty() {
        return Err(format!("{digest_name} is empty, which no event can match"));
    }
    let pcr = match pcr {
        Some(Json::Number(number)) => u8::try_from(*number).ok().filter(|index| *index < 24),
        _ => None,
    };
    if path.is_some() && path_prefix.is_some() {
        return Err(format!("a rule of {name} has path and path_prefix; give one of them"));
    }
    Ok(OwnedRule {
        pcr: pcr.ok_or_else(|| format!("{name}.pcr is no number of a PCR; they are 0 to 23"))?,
        kind: owned(kind, &format!("{name}.kind"))?,
        name: owned(called, &format!("{name}.name"))?,
        path: owned(path, &format!("{name}.path"))?,
        path_prefix: owned(path_prefix, &format!("{name}.path_prefix"))?,
        event_type,
        digests,
    })
}

fn digests(value: Option<&Json>, name: &str) -> Result<Vec<OwnedDigest>, String> {
    texts(value, name)?.into_iter().map(|text| policy_text::digest(text, name)).collect()
}

fn pcrs(value: Option<&Json>, name: &str) -> Result<Vec<u8>, String> {
    let index = |number: u64| u8::try_from(number).ok().filter(|index| *index < 24);
    let wrong = |number: u64| format!("{name} has {number}; PCRs are 0 to 23");
    numbers(value, name)?.into_iter().map(|number| index(number).ok_or_else(|| wrong(number))).collect()
}
