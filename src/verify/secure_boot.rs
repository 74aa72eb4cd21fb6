//! What PCR 7 says of Secure Boot (PC Client Platform Firmware Profile 1.06, 3.3.4.8): from events that were measured, never from what
//! a log says of them.

use super::{LogState, VerifiedEvent, VerifiedLogs};
use crate::crypto::HashAlgorithm;
use crate::log::{EventData, Guid, TcgEventType, UefiVariable};
use core::fmt;

/// How the firmware of a machine was configured before it started anything else.
#[derive(Clone, Debug)]
pub struct SecureBoot<'a> {
    /// Whether only signed software was started.
    pub enabled: bool,
    /// The platform key.
    pub pk: UefiVariable<'a>,
    /// The keys that may change `db` and `dbx`.
    pub kek: UefiVariable<'a>,
    /// What may start.
    pub db: UefiVariable<'a>,
    /// What may not.
    pub dbx: UefiVariable<'a>,
    logs: VerifiedLogs<'a>,
    bank: HashAlgorithm,
    before: usize,
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
const SECURITY: Guid =
    Guid([0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f]);

/// The variables that are measured before the separator, in the order of [`Found`].
const NAMES: [(&str, Guid); 5] =
    [("SecureBoot", GLOBAL), ("PK", GLOBAL), ("KEK", GLOBAL), ("db", SECURITY), ("dbx", SECURITY)];

type Found<'a> = [Option<UefiVariable<'a>>; NAMES.len()];

impl<'a> VerifiedLogs<'a> {
    /// Reads PCR 7 of a bank, strictly: the separator once, each variable once and before it, nothing else there but what the profile
    /// has, and everything measured as it stands.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn secure_boot(&self, bank: HashAlgorithm) -> Result<SecureBoot<'a>, SecureBootError> {
        match self.state(bank, 7) {
            Some(LogState::Explained) => {}
            other => return Err(SecureBootError::NotExplained(other)),
        }
        let mut found: Found<'a> = [None; NAMES.len()];
        let mut before = None;
        for (place, event) in self.events(bank, 7).enumerate() {
            if event.is_separator() {
                if before.replace(place).is_some() {
                    return Err(SecureBootError::SeparatorTwice(event.number()));
                }
            } else if event.is_error_separator() {
                return Err(SecureBootError::ErrorSeparator(event.number()));
            } else if before.is_none() {
                configuration(&event, &mut found)?;
            }
        }
        let before = before.ok_or(SecureBootError::Missing("the separator"))?;
        let [enabled, pk, kek, db, dbx] = found;
        let enabled = enabled.ok_or(SecureBootError::Missing("SecureBoot"))?.data == [1];
        Ok(SecureBoot {
            enabled,
            pk: pk.ok_or(SecureBootError::Missing("PK"))?,
            kek: kek.ok_or(SecureBootError::Missing("KEK"))?,
            db: db.ok_or(SecureBootError::Missing("db"))?,
            dbx: dbx.ok_or(SecureBootError::Missing("dbx"))?,
            logs: self.clone(),
            bank,
            before,
        })
    }
}

/// An event before the separator.
fn configuration<'a>(event: &VerifiedEvent<'a>, found: &mut Found<'a>) -> Result<(), SecureBootError> {
    let number = event.number();
    let data = event.data().ok_or(SecureBootError::NotMeasured(number))?;
    if [&b"UEFI Debug Mode"[..], b"DMA Protection Disabled"].contains(&data.strip_suffix(&[0]).unwrap_or(data)) {
        return Err(SecureBootError::Weakened(number));
    }
    let Ok(EventData::Variable(variable)) = EventData::decode(TcgEventType::EFI_VARIABLE_DRIVER_CONFIG, data) else {
        return Err(SecureBootError::Unexpected(number));
    };
    let known =
        NAMES.iter().zip(found).find(|((name, vendor), _)| variable.name.is(name) && variable.vendor == *vendor);
    match known {
        // Firmware may measure other variables of its configuration: dbt, dbr, OsRecoveryOrder, and its own.
        None => Ok(()),
        Some((_, place @ None)) if !variable.name.is("SecureBoot") || matches!(variable.data, [0 | 1]) => {
            *place = Some(variable);
            Ok(())
        }
        Some((_, None)) => Err(SecureBootError::Value(number)),
        Some((_, Some(_))) => Err(SecureBootError::Twice(number)),
    }
}

impl<'a> SecureBoot<'a> {
    /// The events after the separator, in their order: the entries of `db` that allowed what was started, and what shim adds to them.
    pub fn authorities(&self) -> impl Iterator<Item = VerifiedEvent<'a>> + use<'a> {
        self.logs.events(self.bank, 7).skip(self.before.saturating_add(1))
    }
}

impl VerifiedEvent<'_> {
    fn number(&self) -> usize {
        self.event().index
    }

    /// Told by the digest, whatever the log calls the event.
    fn is_separator(&self) -> bool {
        self.is_of(&[0; 4])
    }

    fn is_error_separator(&self) -> bool {
        [1, u32::MAX].iter().any(|value: &u32| self.is_of(&value.to_le_bytes()))
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
