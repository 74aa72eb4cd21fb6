//! What PCR 7 says of Secure Boot (PC Client Platform Firmware Profile 1.06, 3.3.4.8): from events that were measured, never from what
//! a log says of them.

use super::{LogState, Measured, VerifiedEvent, VerifiedLogs};
use crate::crypto::HashAlgorithm;
use crate::log::{EventData, Guid, TcgEventType, UefiVariable};
use core::fmt;

/// How the firmware of a machine was configured before it started anything else.
#[derive(Clone, Copy, Debug)]
pub struct SecureBoot<'p, 'a> {
    pub(crate) configuration: Configuration<'a>,
    logs: VerifiedLogs<'p, 'a>,
    bank: HashAlgorithm,
}

/// A variable of keys or digests, and what extended PCR 7 for it.
#[derive(Clone, Copy, Debug)]
pub struct KeyVariable<'a> {
    /// The variable.
    pub variable: UefiVariable<'a>,
    /// The digest of the event.
    pub digest: &'a [u8],
}

/// What was read; of a log that no quote stands beside, it is only said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Configuration<'a> {
    pub(crate) enabled: bool,
    pub(crate) pk: KeyVariable<'a>,
    pub(crate) kek: KeyVariable<'a>,
    pub(crate) db: KeyVariable<'a>,
    pub(crate) dbx: KeyVariable<'a>,
    /// How many events of the register stand before the separator.
    pub(crate) before: usize,
}

/// Why PCR 7 does not say it. Each number is that of an event in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecureBootError {
    /// No log explains PCR 7 of this bank, for this reason; or it was not quoted.
    NotExplained(Option<LogState>),
    /// An event before the separator has data that was not measured.
    NotMeasured(usize),
    /// An event before the separator is none that the profile has there.
    Unexpected(usize),
    /// A variable was measured twice.
    Twice(usize),
    /// The variable `SecureBoot` is not one octet, 0 or 1.
    Value(usize),
    /// The firmware measured that it can be debugged, or protects nothing from devices.
    Weakened(usize),
    /// This was not measured before the separator.
    Missing(&'static str),
    /// The separator tells an error.
    ErrorSeparator(usize),
    /// There is more than one separator.
    SeparatorTwice(usize),
}

/// `EFI_GLOBAL_VARIABLE` (UEFI 2.10, 3.3).
const GLOBAL: Guid =
    Guid([0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c]);
/// `EFI_IMAGE_SECURITY_DATABASE_GUID` (UEFI 2.10, 32.6.1).
pub(crate) const SECURITY: Guid =
    Guid([0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f]);

/// The variables that are measured before the separator, in the order of [`Found`].
const NAMES: [(&str, Guid); 5] =
    [("SecureBoot", GLOBAL), ("PK", GLOBAL), ("KEK", GLOBAL), ("db", SECURITY), ("dbx", SECURITY)];

type Found<'a> = [Option<KeyVariable<'a>>; NAMES.len()];

impl<'p, 'a> VerifiedLogs<'p, 'a> {
    /// Reads PCR 7 of a bank, strictly: the separator once, each variable once and before it, nothing else there but what the profile
    /// has, and everything measured as it stands.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn secure_boot(&self, bank: HashAlgorithm) -> Result<SecureBoot<'p, 'a>, SecureBootError> {
        match self.state(bank, 7) {
            Some(LogState::Explained) => {}
            other => return Err(SecureBootError::NotExplained(other)),
        }
        let events = self.events(bank, 7).map(|event| *event.measured());
        Ok(SecureBoot { configuration: Configuration::read(events, true)?, logs: *self, bank })
    }
}

impl<'a> Configuration<'a> {
    /// Reads the events of PCR 7, which it has `alone`; the register of a confidential machine has others beside them.
    pub(crate) fn read(events: impl Iterator<Item = Measured<'a>>, alone: bool) -> Result<Self, SecureBootError> {
        let mut found: Found<'a> = [None; NAMES.len()];
        let mut before = None;
        for (place, event) in events.enumerate() {
            let number = event.event.index;
            if !alone
                && event.event.event_type().unverified() != TcgEventType::EFI_VARIABLE_DRIVER_CONFIG
                && !event.is_called_separator()
            {
                continue;
            }
            if event.is_separator() {
                if before.replace(place).is_some() {
                    return Err(SecureBootError::SeparatorTwice(number));
                }
            } else if event.error_separator().is_some() {
                return Err(SecureBootError::ErrorSeparator(number));
            } else if before.is_none() {
                configuration(&event, &mut found)?;
            }
        }
        let before = before.ok_or(SecureBootError::Missing("the separator"))?;
        let missing = |place: usize| SecureBootError::Missing(NAMES.get(place).map_or("", |(name, _)| name));
        let [enabled, pk, kek, db, dbx] = found;
        Ok(Self {
            enabled: enabled.ok_or(missing(0))?.variable.data == [1],
            pk: pk.ok_or(missing(1))?,
            kek: kek.ok_or(missing(2))?,
            db: db.ok_or(missing(3))?,
            dbx: dbx.ok_or(missing(4))?,
            before,
        })
    }
}

/// An event before the separator.
fn configuration<'a>(event: &Measured<'a>, found: &mut Found<'a>) -> Result<(), SecureBootError> {
    let number = event.event.index;
    let data = event.data().ok_or(SecureBootError::NotMeasured(number))?;
    if [&b"UEFI Debug Mode"[..], b"DMA Protection Disabled"].contains(&data.strip_suffix(&[0]).unwrap_or(data)) {
        return Err(SecureBootError::Weakened(number));
    }
    let Ok(EventData::Variable(variable)) = EventData::decode(TcgEventType::EFI_VARIABLE_DRIVER_CONFIG, data) else {
        return Err(SecureBootError::Unexpected(number));
    };
    match place(&variable).and_then(|place| found.get_mut(place)) {
        // Firmware may measure other variables of its configuration: dbt, dbr, OsRecoveryOrder, and its own.
        None => Ok(()),
        Some(place @ None) if !variable.name.is("SecureBoot") || matches!(variable.data, [0 | 1]) => {
            *place = Some(KeyVariable { variable, digest: event.digest });
            Ok(())
        }
        Some(None) => Err(SecureBootError::Value(number)),
        Some(Some(_)) => Err(SecureBootError::Twice(number)),
    }
}

/// Its place among those that are measured before the separator.
pub(crate) fn place(variable: &UefiVariable<'_>) -> Option<usize> {
    NAMES.iter().position(|(name, vendor)| variable.name.is(name) && variable.vendor == *vendor)
}

/// Whether an event before the separator is one of those that Secure Boot is read from.
#[cfg(feature = "documents")]
pub(crate) fn configures(event: &VerifiedEvent<'_>) -> bool {
    let decoded = event.data().map(|data| EventData::decode(TcgEventType::EFI_VARIABLE_DRIVER_CONFIG, data));
    matches!(decoded, Some(Ok(EventData::Variable(variable))) if place(&variable).is_some())
}

impl<'a> SecureBoot<'_, 'a> {
    /// Whether only signed software was started.
    #[must_use]
    pub fn enabled(&self) -> bool {
        self.configuration.enabled
    }

    /// The platform key.
    #[must_use]
    pub fn pk(&self) -> &KeyVariable<'a> {
        &self.configuration.pk
    }

    /// The keys that may change `db` and `dbx`.
    #[must_use]
    pub fn kek(&self) -> &KeyVariable<'a> {
        &self.configuration.kek
    }

    /// What may start.
    #[must_use]
    pub fn db(&self) -> &KeyVariable<'a> {
        &self.configuration.db
    }

    /// What may not.
    #[must_use]
    pub fn dbx(&self) -> &KeyVariable<'a> {
        &self.configuration.dbx
    }

    /// The events after the separator, in their order: the entries of `db` that allowed what was started, and what shim adds to them.
    pub fn authorities(&self) -> impl Iterator<Item = VerifiedEvent<'a>> + Clone {
        self.logs.events(self.bank, 7).skip(self.configuration.before.saturating_add(1))
    }
}

impl fmt::Display for SecureBootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotExplained(None) => f.write_str("PCR 7 of this bank was not quoted"),
            Self::NotExplained(Some(_)) => f.write_str("the log does not lead to the quoted value of PCR 7"),
            Self::NotMeasured(event) => write!(f, "the data of event {event} is not what was measured into PCR 7"),
            Self::Unexpected(event) => {
                write!(f, "event {event} stands before the separator of PCR 7, and is no variable")
            }
            Self::Twice(event) => write!(f, "event {event} measures a variable that was measured before"),
            Self::Value(event) => write!(f, "event {event} measures SecureBoot, but not as one octet of 0 or 1"),
            Self::Weakened(event) => {
                write!(
                    f,
                    "event {event} says that the firmware can be debugged, or does not protect memory from devices"
                )
            }
            Self::Missing(what) => write!(f, "{what} was not measured into PCR 7 by the firmware"),
            Self::ErrorSeparator(event) => write!(f, "event {event} is a separator of PCR 7 that tells an error"),
            Self::SeparatorTwice(event) => write!(f, "event {event} is a second separator of PCR 7"),
        }
    }
}

impl core::error::Error for SecureBootError {}
