//! What systemd measures once it runs: how far the system came into PCR 11, what machine and which file systems it is into PCR 15.

use super::Measured;
use super::facts::Content;
use crate::log::{EventData, TcgEventType};

/// The phases that systemd's own units measure.
const PHASES: [(&str, &str); 6] = [
    ("enter-initrd", "the first file system was entered"),
    ("leave-initrd", "the first file system was left for the machine's own"),
    ("sysinit", "the system's basic services began"),
    ("ready", "the system was up"),
    ("shutdown", "the system began to go down"),
    ("final", "the system was down"),
];

/// What an event of systemd's log says, and whether that was measured: of a volume's key, the name is only said.
pub(super) fn content<'a>(event: &Measured<'a>) -> Option<(Content<'a>, bool)> {
    let data = event.event.data().unverified();
    let Ok(EventData::Text(text)) = EventData::decode(TcgEventType::IPL, data) else { return None };
    let measured = event.is_of(data);
    let meaning = PHASES.iter().find(|(phase, _)| *phase == text).filter(|_| measured && event.event.register() == 11);
    Some((Content::Systemd(text, meaning.map(|(_, meaning)| *meaning)), measured))
}
