//! The stair from a verified quote to verified logs: which PCRs the logs explain, and what their events may be believed.

use super::replay::{LogPart, Replay};
use super::{VerifiedQuote, VerifyError};
use crate::crypto::{Crypto, HashAlgorithm};
use crate::log::{Event, Measurement};
use crate::structures::TpmAlgId;

/// Logs beside a quote, replayed. Of a PCR that they explain, each event's digest was measured in this order; of others, nothing is known.
///
/// It cannot be made but by [`VerifiedQuote::verify_logs`]:
///
/// ```compile_fail,E0451
/// # fn forge<'a>(quote: tpmproof::verify::VerifiedQuote<'a>) -> tpmproof::verify::VerifiedLogs<'a> {
/// tpmproof::verify::VerifiedLogs { quote, parts: &[], explained: [u32::MAX; 4], extended: 0 }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedLogs<'a> {
    quote: VerifiedQuote<'a>,
    parts: &'a [LogPart<'a>],
    /// For each bank of [`HashAlgorithm::ALL`], a bit for each PCR.
    explained: [u32; 4],
    extended: u32,
}

/// What the logs say of a quoted PCR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogState {
    /// The events of the logs lead to the quoted value; or there are none, and it is the value of a PCR that nothing extends.
    Explained,
    /// They lead to another value.
    Unexplained,
    /// There are no events of it, but something extended it.
    AbsentFromLog,
}

/// An event of a PCR that the logs explain.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedEvent<'a> {
    event: Event<'a>,
    bank: HashAlgorithm,
    digest: &'a [u8],
    crypto: &'a dyn Crypto,
}

impl<'a> VerifiedQuote<'a> {
    /// Replays logs, and compares what they lead to with what was quoted, PCR by PCR in each quoted bank.
    ///
    /// # Errors
    /// If a log cannot be replayed. That it explains a PCR, or does not, is no error but a [`LogState`].
    pub fn verify_logs(&self, parts: &'a [LogPart<'a>]) -> Result<VerifiedLogs<'a>, VerifyError<'a>> {
        let replay = Replay::of(parts, self.signed().crypto()).map_err(VerifyError::Replay)?;
        let mut explained = [0u32; 4];
        for pcr in self.pcrs() {
            let Ok(bank) = HashAlgorithm::try_from(pcr.bank) else { continue };
            if replay.value(bank, pcr.index) == Some(pcr.value)
                && let Some(bits) = explained.get_mut(place(bank))
            {
                *bits |= bit(pcr.index);
            }
        }
        let extended = replay.extended().fold(0, |bits, index| bits | bit(index));
        Ok(VerifiedLogs { quote: *self, parts, explained, extended })
    }
}

impl<'a> VerifiedLogs<'a> {
    /// The quote that they are beside.
    #[must_use]
    pub fn quote(&self) -> &VerifiedQuote<'a> {
        &self.quote
    }

    /// What they say of a PCR; nothing if it was not quoted.
    #[must_use]
    pub fn state(&self, bank: HashAlgorithm, index: u8) -> Option<LogState> {
        self.quote.pcr(bank, index)?;
        Some(if self.explains(bank, index) {
            LogState::Explained
        } else if self.extended & bit(index) == 0 {
            LogState::AbsentFromLog
        } else {
            LogState::Unexplained
        })
    }

    fn explains(&self, bank: HashAlgorithm, index: u8) -> bool {
        self.explained.get(place(bank)).is_some_and(|bits| bits & bit(index) != 0)
    }

    /// The events of a PCR in the order in which they extended it; none if the logs do not explain it.
    pub fn events(&self, bank: HashAlgorithm, index: u8) -> impl Iterator<Item = VerifiedEvent<'a>> + use<'a> {
        let parts = if self.explains(bank, index) { self.parts } else { &[] };
        let crypto = self.quote.signed().crypto();
        parts.iter().flat_map(LogPart::events).filter(move |event| event.register() == u32::from(index)).filter_map(
            move |event| {
                let digest = event.digests.get(TpmAlgId::from(bank))?;
                Some(VerifiedEvent { event, bank, digest, crypto })
            },
        )
    }
}

fn place(bank: HashAlgorithm) -> usize {
    HashAlgorithm::ALL.iter().position(|known| *known == bank).unwrap_or(usize::MAX)
}

fn bit(index: u8) -> u32 {
    1u32.checked_shl(index.into()).unwrap_or(0)
}

impl<'a> VerifiedEvent<'a> {
    /// The event as the log has it: its type, and its data where [`VerifiedEvent::data`] is none, are only said.
    #[must_use]
    pub fn event(&self) -> &Event<'a> {
        &self.event
    }

    /// What extended the PCR.
    #[must_use]
    pub fn digest(&self) -> &'a [u8] {
        self.digest
    }

    /// The data, if the digest is of exactly these octets.
    #[must_use]
    pub fn data(&self) -> Option<&'a [u8]> {
        let data = self.event.data().unverified();
        self.is_of(data).then_some(data)
    }

    /// The measurement of an application, if the digest is of exactly its octets.
    #[must_use]
    pub fn measurement(&self) -> Option<Measurement<'a>> {
        let der = Measurement::tagged(self.event.data().unverified())?;
        if self.is_of(der) { Measurement::from_der(der).ok() } else { None }
    }

    /// Whether the digest is of these octets.
    pub(crate) fn is_of(&self, octets: &[u8]) -> bool {
        let digest = self.crypto.digest(self.bank, &mut [octets].into_iter());
        digest.is_ok_and(|digest| digest.as_bytes() == self.digest)
    }
}
