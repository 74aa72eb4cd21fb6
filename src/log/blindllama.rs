//! What `BlindLlama` v2 extends into PCR 15: the root hash of the application's disk as it is, a sentinel of zeros, and the hash of the
//! web server's authority in PEM. It keeps no log; `tpmproof` writes one of the evidence, a crypto-agile one of three events, whose
//! place says what they are.

use super::{Event, LogError, LogErrorKind, Measurement, TcgLog};
use crate::structures::TpmAlgId;

/// The log of `BlindLlama` v2.
#[derive(Clone, Copy, Debug)]
pub struct BlindLlama;

impl BlindLlama {
    /// The PCR that it extends.
    pub const PCR: u32 = 15;
    /// What the three events measure, in their order.
    pub const KINDS: [&'static str; 3] = ["disk-root-hash", "sentinel", "webserver-ca"];
    /// The digest of the second event.
    pub const SENTINEL: [u8; 32] = [0; 32];

    /// Reads the log from all of `bytes`.
    ///
    /// # Errors
    /// If it is no log, or not exactly these three events of PCR 15, by SHA-256.
    pub fn from_bytes(bytes: &[u8]) -> Result<TcgLog<'_>, LogError> {
        LogError::foreign()?;
        let log = TcgLog::from_bytes(bytes)?;
        let malformed = |event, rule| LogError { kind: LogErrorKind::malformed(rule), event, offset: 0 };
        if log.len() != Self::KINDS.len() {
            return Err(malformed(0, "BlindLlama v2 extends PCR 15 three times"));
        }
        for event in log.events() {
            if !event.extends() || event.register() != Self::PCR {
                return Err(malformed(event.index, "BlindLlama v2 extends PCR 15 only"));
            }
            let digest = event.digests.get(TpmAlgId::SHA256);
            if Self::kind(&event) == Some("sentinel") && digest != Some(&Self::SENTINEL) {
                return Err(malformed(event.index, "the second event of BlindLlama v2 is 32 octets of zero"));
            }
        }
        Ok(log)
    }

    fn kind(event: &Event<'_>) -> Option<&'static str> {
        Self::KINDS.get(event.index.checked_sub(1)?).copied()
    }

    /// What an event measures, by its place; the digest is the one that extended the PCR.
    pub(crate) fn measurement<'a>(event: &Event<'a>) -> Option<Measurement<'a>> {
        let digest = event.digests.get(TpmAlgId::SHA256)?;
        // Nothing measures how much there was of it.
        Some(Measurement { kind: Self::kind(event)?, name: "", algorithm: TpmAlgId::SHA256, digest, size: None })
    }
}
