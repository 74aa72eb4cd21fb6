//! Events as an explanation tells them, and what makes one event of a log the counterpart of one of another.

use super::super::log;
use super::side::extension;
use crate::crypto::SOFTWARE;
use crate::log::{CelContent, EventData, Registers};
use crate::verify::{FactKind, Measured, facts};
use crate::wire::Hex;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// An event in words.
#[derive(Clone, Debug)]
pub(crate) struct EventLine {
    pub(crate) log: &'static str,
    pub(crate) index: usize,
    pub(crate) type_: String,
    /// What kind of fact it is, where it tells one.
    pub(crate) fact: Option<&'static str>,
    /// With the bank in front.
    pub(crate) digest: String,
    pub(crate) text: String,
    /// The digest is of what the text says; else that is only said.
    pub(crate) measured: bool,
}

/// The events of a PCR, and the facts that they tell.
pub(crate) struct Events<'a> {
    pub(crate) list: Vec<Measured<'a>>,
    /// What each extended the bank with.
    pub(crate) digests: Vec<Cow<'a, [u8]>>,
    /// By where an event's digest lies, of which there is one in each place.
    facts: BTreeMap<usize, (FactKind, bool)>,
}

impl<'a> Events<'a> {
    pub(crate) fn new(list: Vec<Measured<'a>>, index: u8) -> Self {
        let told = facts(list.iter().copied(), Registers::Pcr, index.into());
        let facts = told.map(|fact| (fact.digest().as_ptr().addr(), (fact.kind, fact.is_measured()))).collect();
        let digests = list.iter().map(extension).collect();
        Self { list, digests, facts }
    }

    pub(crate) fn digests(&self) -> Vec<&[u8]> {
        self.digests.iter().map(|digest| &**digest).collect()
    }

    pub(crate) fn line(&self, place: usize) -> Option<EventLine> {
        let event = self.list.get(place)?;
        let told = self.facts.get(&event.digest.as_ptr().addr());
        let measured = match told {
            Some((_, measured)) => *measured,
            None => match event.event.ima() {
                Some(entry) => !entry.is_violation() && entry.is_consistent(&SOFTWARE) == Ok(true),
                None => event.data().is_some() || event.measurement().is_some(),
            },
        };
        Some(EventLine {
            log: event.name.as_str(),
            index: event.event.index,
            type_: log::type_name(&event.event),
            fact: told.map(|(kind, _)| kind.as_str()),
            digest: format!("{}:{}", event.bank.name(), Hex(self.digests.get(place)?)),
            text: log::description(&event.event),
            measured,
        })
    }

    /// What an event is of, whatever its content: the same variable, the same measurement, the same tag, the same file.
    pub(crate) fn name(&self, place: usize) -> String {
        let Some(event) = self.list.get(place) else { return String::new() };
        if let Some(entry) = event.event.ima() {
            // The same file by whatever template.
            return format!("file {}", Hex(entry.file().map_or(entry.data(), |file| file.path)));
        }
        if let Some(name) = event.event.cel().and_then(|record| content_name(record.content())) {
            return format!("{} {name}", log::type_name(&event.event));
        }
        let type_ = event.event.event_type().unverified();
        let name = match EventData::decode(type_, event.event.data().unverified()) {
            Ok(EventData::Variable(variable) | EventData::Authority(variable)) => {
                format!("{} {}", variable.vendor, variable.name)
            }
            Ok(EventData::Measurement(found)) => format!("{:?} {:?}", found.kind, found.name),
            Ok(EventData::Tagged { tag, .. }) => tag.to_string(),
            Ok(EventData::NamedBlob { name, .. } | EventData::Tables { name, .. }) => name.to_string(),
            // A section of a unified kernel image, a file: its name stands beside its digest.
            Ok(EventData::Text(text)) if event.data().is_none() => text.to_string(),
            Ok(EventData::WideText(text)) if event.data().is_none() => text.to_string(),
            _ => String::new(),
        };
        format!("{type_:?} {name}")
    }
}

/// What a record is of; nothing where that is told as of a firmware's event. What has no name is only like itself.
fn content_name(content: CelContent<'_>) -> Option<String> {
    Some(match content {
        CelContent::PcClient { .. } => return None,
        CelContent::ImaTlv(path) => Hex(path).to_string(),
        CelContent::ImaTemplate { data, .. } => Hex(data).to_string(),
        // Arguments and variables, by what stands before their value.
        CelContent::Cos { kind: kind @ 4..=7, value } => {
            format!("{kind} {}", Hex(value.split(|octet| *octet == b'=').next().unwrap_or_default()))
        }
        CelContent::Cos { kind, .. } => kind.to_string(),
        CelContent::Management { kind, value } | CelContent::Other { kind, value } => format!("{kind} {}", Hex(value)),
    })
}

impl EventLine {
    /// The event, what it is, and its digest.
    pub(crate) fn words(&self) -> String {
        let Self { log, index, type_, digest, text, .. } = self;
        let what = self.fact.map_or(String::new(), |fact| format!(", {fact}"));
        let said = if self.measured { "" } else { "said to be " };
        format!("event {index} of {log}, {type_}{what}: {said}{text}; {digest}")
    }
}
