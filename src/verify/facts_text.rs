//! Facts in words, for people and programs.

use super::facts::Content;
use super::report_json::Quoted;
use super::{Fact, FactKind};
use crate::log::EventData;
use crate::wire::Hex;
use core::fmt;

/// What is said, with the digest where that is of something else: of an image, a file, a section.
impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_measured(), self.kind) {
            (true, FactKind::UkiSection) => write!(f, "{}, {}", Said(self), Hex(self.digest())),
            (true, _) => Said(self).fmt(f),
            (false, _) => write!(f, "{}, said to be {}", Hex(self.digest()), Said(self)),
        }
    }
}

/// What is said alone.
struct Said<'f, 'a>(&'f Fact<'a>);

impl fmt::Display for Said<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.content() {
            Content::Data(data) => data.fmt(f),
            Content::Text(text) => EventData::Text(text).fmt(f),
            Content::Wide(text) => text.fmt(f),
            Content::Systemd(text, meaning) => {
                EventData::Text(text).fmt(f)?;
                meaning.map_or(Ok(()), |meaning| write!(f, ": {meaning}"))
            }
            Content::Measurement(found) => EventData::Measurement(*found).fmt(f),
            Content::Entry(entry) => entry.fmt(f),
            Content::Flag(true) => f.write_str("on"),
            Content::Flag(false) => f.write_str("off"),
            Content::Unknown(error) => write!(f, "not told: {error}"),
        }
    }
}

/// A fact as one JSON object.
pub(crate) struct FactJson<'f, 'a>(pub(crate) &'f Fact<'a>);

impl fmt::Display for FactJson<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(fact) = self;
        let (register, event, measured) = (fact.event().register(), fact.event().index, fact.is_measured());
        write!(f, "{{\"kind\": \"{}\", \"pcr\": {register}, \"event\": {event}, ", fact.kind.as_str())?;
        write!(
            f,
            "\"measured\": {measured}, \"digest\": \"{}\", \"text\": {}}}",
            Hex(fact.digest()),
            Quoted(&Said(fact))
        )
    }
}

impl FactKind {
    /// The name that JSON uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirmwareVersion => "firmware-version",
            Self::MemoryProtection => "memory-protection",
            Self::SecureBoot => "secure-boot",
            Self::Keys => "keys",
            Self::Authority => "authority",
            Self::BootOption => "boot-option",
            Self::LoadedEarly => "loaded-early",
            Self::Loaded => "loaded",
            Self::GrubCommand => "grub-command",
            Self::File => "file",
            Self::CommandLine => "command-line",
            Self::UkiSection => "uki-section",
            Self::Initrd => "initrd",
            Self::LoaderData => "loader-data",
            Self::Measurement => "measurement",
            Self::MeasuredFile => "measured-file",
            Self::Systemd => "systemd",
        }
    }
}
