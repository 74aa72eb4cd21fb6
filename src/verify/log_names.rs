//! Which log explains which PCRs: logs have names, and policies say by name whom they believe.

use super::{LogPart, Logs, LogsError, Policy, PolicyList};
use crate::log::{BlindLlama, CelLog, EventLog, EventStrings, ImaList, LogError, LogErrorKind, Registers, TcgLog};
use crate::structures::TpmAlgId;

/// Whose log it is. Proofs and policies use these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogName {
    /// The firmware's, and of what it started until the system ran: `firmware`.
    Firmware,
    /// An application's own: `application`.
    Application,
    /// What `BlindLlama` v2 extends, and keeps no log of: `blindllama-v2`.
    BlindLlamaV2,
    /// The strings that `BlindLlama` v1 extends: `blindllama-v1`.
    BlindLlamaV1,
    /// The strings that `AICert` extends: `aicert`.
    AiCert,
    /// The runtime list of Linux's Integrity Measurement Architecture: `ima`.
    Ima,
    /// A Canonical Event Log in TLV: `cel`.
    Cel,
    /// What systemd measures once it runs, into PCRs 9, 11 and 15: `systemd`.
    Systemd,
}

impl LogName {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Firmware,
        Self::Application,
        Self::BlindLlamaV2,
        Self::BlindLlamaV1,
        Self::AiCert,
        Self::Ima,
        Self::Cel,
        Self::Systemd,
    ];

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Firmware => "firmware",
            Self::Application => "application",
            Self::BlindLlamaV2 => "blindllama-v2",
            Self::BlindLlamaV1 => "blindllama-v1",
            Self::AiCert => "aicert",
            Self::Ima => "ima",
            Self::Cel => "cel",
            Self::Systemd => "systemd",
        }
    }

    /// The log with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }

    /// Reads a log of this name.
    ///
    /// # Errors
    /// If it is no such log.
    pub fn decode(self, bytes: &[u8]) -> Result<EventLog<'_>, LogError> {
        match self {
            Self::Firmware | Self::Application | Self::Systemd => TcgLog::from_bytes(bytes).map(EventLog::Tcg),
            Self::BlindLlamaV2 => BlindLlama::from_bytes(bytes).map(EventLog::Tcg),
            Self::BlindLlamaV1 => EventStrings::BlindLlamaV1.from_bytes(bytes).map(EventLog::Tcg),
            Self::AiCert => EventStrings::AiCert.from_bytes(bytes).map(EventLog::Tcg),
            Self::Ima => ImaList::from_bytes(bytes).map(EventLog::Ima),
            Self::Cel => match CelLog::from_bytes(bytes)? {
                log if log.registers() == Registers::Pcr => Ok(EventLog::Cel(log)),
                _ => {
                    let kind =
                        LogErrorKind::malformed("its records are of registers of a confidential machine, not of PCRs");
                    Err(LogError { kind, event: 0, offset: 0 })
                }
            },
        }
    }
}

/// The logs that are to explain some PCRs. Without such a rule it is the firmware's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRule<'a> {
    /// The PCRs, a bit each: PCR 0 is the lowest.
    pub pcrs: u32,
    /// The logs, in the order in which they extended the PCRs.
    pub logs: PolicyList<'a, LogName>,
}

/// More logs than this explain no machine's PCRs.
pub(crate) const MAX_PARTS: usize = 8;

pub(crate) type Parts<'a> = heapless::Vec<LogPart<'a>, MAX_PARTS>;

impl<'a> Policy<'a> {
    /// The PCRs that a log is to explain, in whatever bank, a bit each.
    pub(crate) fn logged(&self) -> u32 {
        self.0.logged()
    }

    /// The logs that the policy asks for out of those of a proof, each for the PCRs that it is to explain.
    pub(crate) fn parts(&self, logs: &Logs<'a>) -> Result<Parts<'a>, LogsError<'a>> {
        let mut parts = Parts::new();
        for rule in self.0.log_rules() {
            for name in rule.logs.iter() {
                let log = one_of_name(name, logs)?;
                let mut log = name.decode(log).map_err(|error| LogsError::Unreadable { name, error })?;
                if let EventLog::Ima(list) = log {
                    log = EventLog::Ima(list.padded(self.0.ima.padded_banks.iter().map(TpmAlgId::from)));
                }
                // As many as the policy may name fit.
                let _ = parts.push(LogPart { name, log, registers: rule.pcrs });
            }
        }
        Ok(parts)
    }
}

/// Two logs of one name would leave the choice to the prover.
fn one_of_name<'a>(name: LogName, logs: &Logs<'a>) -> Result<&'a [u8], LogsError<'a>> {
    let mut named = logs.iter().filter(|log| log.format == name.as_str());
    match (named.next(), named.next()) {
        (None, _) => Err(LogsError::Missing(name)),
        (Some(_), Some(_)) => Err(LogsError::Twice(name)),
        (Some(log), None) => Ok(log.bytes),
    }
}
