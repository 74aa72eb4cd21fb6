//! What `AICert` and `BlindLlama` v1 extend: strings, and the certificate of a server's authority as text. They keep no event log of
//! the TCG's; `tpmproof` writes one of the evidence, a crypto-agile one, in which each event's data is the string.

use super::{Event, LogError, LogErrorKind, Measurement, TcgLog};
use crate::structures::TpmAlgId;

/// Who extends strings, and into which PCRs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventStrings {
    /// `AICert`: its events into PCR 14, those of its output into PCR 8, its authority into PCR 15.
    AiCert,
    /// `BlindLlama` v1: its events into PCR 16, its authority into PCR 15.
    BlindLlamaV1,
}

impl EventStrings {
    /// The kind of an event, of `event_log`; its name is the string itself.
    pub const EVENT: &'static str = "event";
    /// The kind of an event of `output_event_log`, likewise.
    pub const OUTPUT_EVENT: &'static str = "output-event";
    /// The kind of the certificate of the server's authority, in PEM.
    pub const CA_CERT: &'static str = "ca-cert";

    /// The PCR that measurements of a kind extend; none where this has none of that kind.
    #[must_use]
    pub fn pcr(self, kind: &str) -> Option<u32> {
        self.kinds().iter().find(|(_, known)| *known == kind).map(|(pcr, _)| *pcr)
    }

    /// Reads the log from all of `bytes`.
    ///
    /// # Errors
    /// If it is no log, has an event of another PCR, or a second authority.
    pub fn from_bytes(self, bytes: &[u8]) -> Result<TcgLog<'_>, LogError> {
        LogError::foreign()?;
        let log = TcgLog::from_bytes(bytes)?;
        let malformed = |event, rule| LogError { kind: LogErrorKind::malformed(rule), event, offset: 0 };
        let mut authorities: u32 = 0;
        for event in log.events() {
            match self.kind(&event) {
                None => return Err(malformed(event.index, "an event of a PCR that this application does not extend")),
                Some(Self::CA_CERT) => authorities = authorities.saturating_add(1),
                Some(_) => {}
            }
            if authorities > 1 {
                return Err(malformed(event.index, "a second authority, where the application extends one"));
            }
        }
        Ok(log)
    }

    const fn kinds(self) -> &'static [(u32, &'static str)] {
        match self {
            Self::AiCert => &[(8, Self::OUTPUT_EVENT), (14, Self::EVENT), (15, Self::CA_CERT)],
            Self::BlindLlamaV1 => &[(15, Self::CA_CERT), (16, Self::EVENT)],
        }
    }

    fn kind(self, event: &Event<'_>) -> Option<&'static str> {
        let known = self.kinds().iter().find(|(pcr, _)| event.extends() && event.register() == *pcr);
        known.map(|(_, kind)| *kind)
    }

    /// What an event measures, by its PCR, if its digest is of its data; who looks at that is for the caller.
    pub(crate) fn measurement<'a>(self, event: &Event<'a>) -> Option<Measurement<'a>> {
        let kind = self.kind(event)?;
        // A policy requires one of each kind and name: what tells events of one kind apart is the string.
        let name = match kind {
            Self::CA_CERT => "",
            _ => core::str::from_utf8(event.data).unwrap_or_default(),
        };
        let digest = event.digests.get(TpmAlgId::SHA256)?;
        Some(Measurement {
            kind,
            name,
            algorithm: TpmAlgId::SHA256,
            digest,
            size: u64::try_from(event.data.len()).ok(),
        })
    }
}
