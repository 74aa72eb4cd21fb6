//! What happened while a machine started, as the events of its logs tell it. A fact is worth what its event is worth: of verified logs,
//! the digest was measured, in this order within its PCR; what it is said to be was measured too where [`Fact::is_measured`].

use super::secure_boot::{self, Configuration, SecureBootError};
use super::{LogName, LogState, Measured, VerifiedLogs, facts_systemd};
use crate::crypto::HashAlgorithm;
use crate::log::{Event, EventData, ImaEntry, Measurement, Registers, TcgEventType as T, Utf16};

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// What kind of thing.
    pub kind: FactKind,
    event: Measured<'a>,
    content: Content<'a>,
    measured: bool,
}

/// The kinds of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactKind {
    /// The version of the firmware.
    FirmwareVersion,
    /// How the machine's memory is kept from its host.
    MemoryProtection,
    /// Secure Boot was on or off, or why that cannot be told.
    SecureBoot,
    /// Keys and revocations that Secure Boot was configured with.
    Keys,
    /// What allowed something to start, and what shim adds to that.
    Authority,
    /// The firmware went to a boot option: what it started before is not what it was told to boot.
    BootOption,
    /// An application that was loaded before that, or by firmware that does not say.
    LoadedEarly,
    /// A driver or application that was loaded.
    Loaded,
    /// A command of GRUB.
    GrubCommand,
    /// A file that GRUB read.
    File,
    /// The command line of a kernel.
    CommandLine,
    /// A section of a unified kernel image.
    UkiSection,
    /// A first file system of a kernel.
    Initrd,
    /// What else a boot loader or kernel measured.
    LoaderData,
    /// A measurement of an application's.
    Measurement,
    /// A file or buffer that Linux measured while it ran.
    MeasuredFile,
    /// What systemd measured once it ran.
    Systemd,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'a> {
    Data(EventData<'a>),
    Text(&'a str),
    Wide(Utf16<'a>),
    Measurement(Measurement<'a>),
    Entry(ImaEntry<'a>),
    Systemd(&'a str, Option<&'static str>),
    Flag(bool),
    Unknown(SecureBootError),
}

impl<'a> VerifiedLogs<'_, 'a> {
    /// What happened, PCR by PCR, in each in its order; of PCRs that the logs explain only. There is no order between PCRs.
    pub fn facts(&self, bank: HashAlgorithm) -> impl Iterator<Item = Fact<'a>> {
        let explained = move |index: &u8| self.state(bank, *index) == Some(LogState::Explained);
        (0..24u8).filter(explained).flat_map(move |index| {
            let events = self.events(bank, index).map(|event| *event.measured());
            facts(events, Registers::Pcr, index.into())
        })
    }
}

/// What the firmware measures before it starts a boot option (PC Client Platform Firmware Profile 1.06, 10.4.3).
const BOOT_OPTION: &str = "Calling EFI Application from Boot Option";

/// What the events of one register tell.
pub(crate) fn facts<'a>(
    events: impl Iterator<Item = Measured<'a>> + Clone,
    registers: Registers,
    register: u32,
) -> impl Iterator<Item = Fact<'a>> {
    let mut reader = Reader { registers, register, after_separator: false, boot_option: false, section: &[] };
    let mut left = events.clone();
    let unknown = left.next().filter(|_| reader.is_of(7)).and_then(|event| {
        let content = Content::Unknown(Configuration::read(events.clone(), registers == Registers::Pcr).err()?);
        Some(Fact { kind: FactKind::SecureBoot, event, content, measured: false })
    });
    let told = unknown.is_none();
    let others = events.filter_map(move |event| reader.read(event));
    unknown.into_iter().chain(others.filter(move |fact| told || fact.kind != FactKind::SecureBoot))
}

/// What was seen of a register so far.
struct Reader<'a> {
    registers: Registers,
    register: u32,
    after_separator: bool,
    boot_option: bool,
    /// The name that the event before measured: of a section of a unified kernel image.
    section: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Whether the register holds what PCR `pcr` of a TPM does (UEFI 2.10, 38.4.1).
    fn is_of(&self, pcr: u32) -> bool {
        match self.registers {
            Registers::Pcr => self.register == pcr,
            Registers::Ccel => {
                self.register
                    == match pcr {
                        0 => 0,
                        1 | 7 => 1,
                        // Nothing is asked of PCR 2 to 6, which lie in 2.
                        _ => 3,
                    }
            }
        }
    }

    fn read(&mut self, event: Measured<'a>) -> Option<Fact<'a>> {
        if let Some(entry) = event.event.ima() {
            let (content, measured) = (Content::Entry(entry), !entry.is_violation());
            return Some(Fact { kind: FactKind::MeasuredFile, event, content, measured });
        }
        if event.is_separator() {
            self.after_separator = true;
            return None;
        }
        if let Some(found) = event.measurement() {
            let content = Content::Measurement(found);
            return Some(Fact { kind: FactKind::Measurement, event, content, measured: true });
        }
        if event.name == LogName::Systemd {
            let (content, measured) = facts_systemd::content(&event)?;
            return Some(Fact { kind: FactKind::Systemd, event, content, measured });
        }
        let type_ = event.event.event_type().unverified();
        let data = event.event.data().unverified();
        let section = core::mem::take(&mut self.section);
        let decoded = EventData::decode(type_, data).ok()?;
        let fact = |kind, content, measured| Some(Fact { kind, event, content, measured });
        let of_data = || fact_of_data(&event, decoded);
        match (type_, decoded) {
            // In firmware that has no version, the event has no text.
            (T::S_CRTM_VERSION, EventData::Text("")) => None,
            (T::S_CRTM_VERSION, _) if self.is_of(0) && !self.after_separator => of_data().filter(|fact| fact.measured),
            (T::NONHOST_INFO, EventData::NonHostInfo(_)) if self.is_of(0) && !self.after_separator => {
                of_data().filter(|fact| fact.measured)
            }
            (T::EFI_VARIABLE_DRIVER_CONFIG, EventData::Variable(variable))
                if self.is_of(7) && !self.after_separator =>
            {
                match (secure_boot::place(&variable)?, variable.data) {
                    (0, value) => fact(FactKind::SecureBoot, Content::Flag(value == [1]), event.data().is_some()),
                    _ => of_data(),
                }
            }
            (T::EFI_VARIABLE_AUTHORITY, _) if self.is_of(7) => of_data(),
            (T::EFI_ACTION, EventData::Text(BOOT_OPTION)) if event.is_of(data) => {
                self.boot_option = true;
                fact(FactKind::BootOption, Content::Data(decoded), true)
            }
            (T::EFI_BOOT_SERVICES_APPLICATION, _) if !self.boot_option => {
                fact(FactKind::LoadedEarly, Content::Data(decoded), false)
            }
            (T::EFI_BOOT_SERVICES_APPLICATION | T::EFI_BOOT_SERVICES_DRIVER | T::EFI_RUNTIME_SERVICES_DRIVER, _) => {
                fact(FactKind::Loaded, Content::Data(decoded), false)
            }
            (T::IPL, _) if is_section_name(&event, decoded) => {
                self.section = data;
                None
            }
            (T::IPL, EventData::Text(_) | EventData::WideText(_)) if !section.is_empty() && data == section => {
                fact(FactKind::UkiSection, Content::Data(decoded), true)
            }
            (T::IPL, EventData::Text(text)) => loader_text(&event, text, self.is_of(8)),
            (T::IPL, EventData::WideText(text)) => {
                let whole = event.is_of(data) || event.is_of(text.octets());
                fact(FactKind::CommandLine, Content::Wide(text), whole)
            }
            (T::EVENT_TAG, EventData::Tagged { tag, .. }) => {
                let kind = match tag {
                    0x8f3b_22ec => FactKind::Initrd,
                    0x8f3b_22ed => FactKind::CommandLine,
                    _ => FactKind::LoaderData,
                };
                // Into PCR 9 a boot loader also measures files, which may hold the same octets.
                fact(kind, Content::Data(decoded), event.data().is_some() && !self.is_of(9))
            }
            _ => None,
        }
    }
}

/// systemd-stub measures the name of a section with its zero, and then what the section holds; beside both stands the name, which newer
/// versions write in octets and older ones in UTF-16.
fn is_section_name(event: &Measured<'_>, data: EventData<'_>) -> bool {
    let mut name = [0; 17];
    let mut place = name.iter_mut();
    let mut put =
        |c: char| place.len() > 1 && u8::try_from(c).is_ok_and(|c| place.next().map(|place| *place = c).is_some());
    let fits = match data {
        EventData::Text(text) => text.starts_with('.') && text.chars().all(&mut put),
        EventData::WideText(text) => text.octets().starts_with(b".\0") && text.chars().all(&mut put),
        _ => false,
    };
    let left = place.len().saturating_sub(1);
    fits && name.get(..name.len().saturating_sub(left)).is_some_and(|name| event.is_of(name))
}

/// What GRUB and shim measure, with a text beside it. What GRUB runs is `in_their_register`, PCR 8; elsewhere the same octets may be a file's.
fn loader_text<'a>(event: &Measured<'a>, text: &'a str, in_their_register: bool) -> Option<Fact<'a>> {
    let fact = |kind, text, measured| Some(Fact { kind, event: *event, content: Content::Text(text), measured });
    for (prefix, kind) in [
        ("grub_cmd", FactKind::GrubCommand),
        ("kernel_cmdline", FactKind::CommandLine),
        ("module_cmdline", FactKind::LoaderData),
    ] {
        // Old versions of GRUB write no colon.
        let rest = text.strip_prefix(prefix).map(|rest| rest.strip_prefix(':').unwrap_or(rest));
        if in_their_register && let Some(text) = rest.and_then(|rest| rest.strip_prefix(' ')) {
            // Nor did they leave out the zero.
            let data = event.event.data().unverified();
            let with_zero = data.get(data.len().saturating_sub(text.len()).saturating_sub(1)..);
            let zero = with_zero
                .is_some_and(|octets| octets.strip_suffix(&[0]) == Some(text.as_bytes()) && event.is_of(octets));
            return fact(kind, text, zero || event.is_of(text.as_bytes()));
        }
    }
    let kind = if text.starts_with(['/', '(']) { FactKind::File } else { FactKind::LoaderData };
    fact(kind, text, event.is_of(text.as_bytes()))
}

/// An event whose data says it all.
fn fact_of_data<'a>(event: &Measured<'a>, data: EventData<'a>) -> Option<Fact<'a>> {
    let kind = match event.event.event_type().unverified() {
        T::S_CRTM_VERSION => FactKind::FirmwareVersion,
        T::NONHOST_INFO => FactKind::MemoryProtection,
        T::EFI_VARIABLE_DRIVER_CONFIG => FactKind::Keys,
        T::EFI_VARIABLE_AUTHORITY => FactKind::Authority,
        _ => return None,
    };
    Some(Fact { kind, event: *event, content: Content::Data(data), measured: event.data().is_some() })
}

impl<'a> Fact<'a> {
    /// The event that tells it.
    #[must_use]
    pub fn event(&self) -> &Event<'a> {
        &self.event.event
    }

    /// What is said of it, for its kind.
    pub(crate) fn content(&self) -> &Content<'a> {
        &self.content
    }

    /// The digest of the event.
    #[must_use]
    pub fn digest(&self) -> &'a [u8] {
        self.event.digest
    }

    /// Whether the digest is of what it prints as; else that is only said, and the digest is of something else, such as an image.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.measured
    }
}
