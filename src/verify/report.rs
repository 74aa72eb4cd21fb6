//! What was checked, and what came of it: enough to argue about, and nothing that changes from run to run.

use super::{
    Attachments, Attested, Channel, Check, Fact, LogState, Logs, Outcome, PcrValue, Policy, TrustedKey, VerifiedLogs,
    VerifiedQuote, VerifyError,
    check::{CheckName, Detail, Finding},
    logs::LogStates,
};
use crate::crypto::HashAlgorithm;
use core::fmt;

/// The book of a verification (RFC 9334, "Attestation Result"). [`Display`](fmt::Display) prints it for people,
/// [`Report::json`] for programs.
///
/// Alone it decides nothing: an accepted one comes as `Ok`, a rejected one inside a [`Rejection`].
#[derive(Clone, Debug)]
#[doc(alias = "Attestation Result")]
#[must_use]
pub struct Report<'a> {
    lines: heapless::Vec<Line<'a>, MAX_CHECKS>,
    failures: heapless::Vec<VerifyError<'a>, MAX_FAILURES>,
    key: Option<TrustedKey<'a>>,
    key_has_signed: bool,
    attested: Option<Attested<'a>>,
    /// The proof's logs, and what the replay of those that the policy asks for said: the logs are read again where they are wanted.
    logs: Logs<'a>,
    log_states: Option<LogStates>,
    attachments: Attachments<'a>,
    policy: &'a Policy<'a>,
    channel: Channel,
}

/// A check as it is kept: a failure is the place of its error.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    name: CheckName,
    outcome: Result<Detail<'a>, u8>,
    checked: bool,
}

/// The state of a quoted PCR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PcrState {
    /// It holds one of the policy's values.
    Golden,
    /// It holds zero, as the policy asks.
    Zero,
    /// Its log leads to it.
    Explained,
    /// Its log has no event of it, and something extended it.
    AbsentFromLog,
    /// It does not hold what the policy asks.
    Unexplained,
    /// The policy does not speak of it.
    NotJudged,
}

/// Refused: the first error, and the report up to there.
#[derive(Clone, Debug)]
#[must_use]
pub struct Rejection<'a> {
    /// The first check that failed.
    pub error: VerifyError<'a>,
    /// All checks that were made.
    pub report: Report<'a>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(policy: &'a Policy<'a>, attachments: Attachments<'a>) -> Self {
        Self {
            lines: heapless::Vec::new(),
            failures: heapless::Vec::new(),
            key: None,
            key_has_signed: false,
            attested: None,
            logs: Logs::default(),
            log_states: None,
            attachments,
            policy,
            channel: Channel::None,
        }
    }

    /// The checks, in order.
    pub fn checks(&self) -> impl Iterator<Item = Check<'_>> {
        let lines = self.lines.iter().map(|line| {
            let outcome = match line.outcome {
                Err(place) => Outcome::Fail(self.failures.get(usize::from(place)).unwrap_or(&VerifyError::Unlisted)),
                Ok(detail) if line.checked => Outcome::Pass(detail),
                Ok(detail) => Outcome::NotChecked(detail),
            };
            Check { name: line.name, outcome }
        });
        lines.chain(self.failures.is_empty().then(|| self.channel_line()))
    }

    fn channel_line(&self) -> Check<'_> {
        let detail = Detail::text(self.channel.meaning());
        let outcome = if self.channel == Channel::None { Outcome::NotChecked(detail) } else { Outcome::Pass(detail) };
        Check { name: "channel", outcome }
    }

    /// How far the proof and a connection belong together: not at all, until [`Report::bind`] says otherwise.
    #[must_use]
    pub fn channel(&self) -> Channel {
        self.channel
    }

    pub(crate) fn set_channel(&mut self, channel: Channel) {
        self.channel = channel;
    }

    /// The key, once its signature was verified.
    #[must_use]
    pub fn key(&self) -> Option<&TrustedKey<'a>> {
        self.key.as_ref().filter(|_| self.key_has_signed)
    }

    /// The evidence of whatever kind, once it was verified.
    #[must_use]
    pub fn attested(&self) -> Option<&Attested<'a>> {
        self.attested.as_ref()
    }

    /// The quote, once it was verified; evidence of another kind has none.
    #[must_use]
    pub fn quote(&self) -> Option<&VerifiedQuote<'a>> {
        match &self.attested {
            Some(Attested::Quote(quote)) => Some(quote),
            _ => None,
        }
    }

    pub(crate) fn policy(&self) -> &'a Policy<'a> {
        self.policy
    }

    /// What the proof encloses. Only what [`Required::binding`](super::Required::binding) tells of is bound to the quote.
    #[must_use]
    pub fn attachments(&self) -> &Attachments<'a> {
        &self.attachments
    }

    /// The quoted PCRs with their states; none if the quote was not verified.
    pub fn pcrs(&self) -> impl Iterator<Item = (PcrValue<'a>, PcrState)> + '_ {
        self.attested.iter().flat_map(Attested::pcrs).map(|pcr| {
            let state = HashAlgorithm::try_from(pcr.bank).map_or(PcrState::NotJudged, |bank| {
                let log = self.log_states.map_or(LogState::Unexplained, |states| states.state(bank, pcr.index));
                self.policy.state(bank, pcr.index, pcr.value, log)
            });
            (pcr, state)
        })
    }

    /// What `look` finds in the logs that the policy asks for, if they were verified.
    pub fn with_logs<T>(&self, look: impl FnOnce(&VerifiedLogs<'_, 'a>) -> T) -> Option<T> {
        let (attested, states) = (self.attested.as_ref()?, self.log_states?);
        let parts = self.policy.parts(&self.logs).ok()?;
        Some(look(&attested.with_logs(&parts, states)))
    }

    /// Hands over what the logs tell of the PCRs that they explain; nothing if no log was verified.
    pub fn each_fact(&self, see: &mut dyn FnMut(&Fact<'a>)) {
        let Some(rule) = self.policy.0.log_pcrs().next() else { return };
        self.with_logs(|logs| logs.facts(rule.bank).for_each(|fact| see(&fact)));
    }

    pub(crate) fn note(&mut self, name: CheckName, finding: Finding<'a>) {
        let (outcome, checked) = match finding {
            Finding::Pass(detail) => (Ok(detail), true),
            Finding::NotChecked(detail) => (Ok(detail), false),
            Finding::Fail(error) => {
                let place = u8::try_from(self.failures.len()).unwrap_or(u8::MAX);
                // One that has no place any more is told without its reason: the first decides.
                (Err(if self.failures.push(error).is_ok() { place } else { u8::MAX }), true)
            }
        };
        // There are fewer checks than places.
        let _ = self.lines.push(Line { name, outcome, checked });
    }

    /// The report as one JSON object, of the schema 1 that ships with this crate.
    #[must_use]
    pub fn json(&self) -> impl fmt::Display + '_ {
        Json { report: self, accepted: self.failure().is_none() }
    }

    /// Books `result`, and hands it on.
    pub(crate) fn record<T>(
        &mut self,
        name: CheckName,
        result: Result<T, VerifyError<'a>>,
        detail: impl FnOnce(&T) -> Detail<'a>,
    ) -> Result<T, VerifyError<'a>> {
        match &result {
            Ok(value) => self.note(name, Finding::Pass(detail(value))),
            Err(error) => self.note(name, Finding::Fail(*error)),
        }
        result
    }

    pub(crate) fn failure(&self) -> Option<VerifyError<'a>> {
        self.failures.first().copied()
    }

    /// Books what came of an HCL report that the proof encloses.
    #[cfg(feature = "documents")]
    pub(crate) fn note_hardware(&mut self, judged: Result<(), VerifyError<'a>>) {
        let finding = match judged {
            Ok(()) => Finding::NotChecked(Detail::text(
                "the HCL report names this attestation key; that hardware made the report, its own verifier must find (SEV-SNP or TDX)",
            )),
            Err(error) => Finding::Fail(error),
        };
        self.note(&"hardware-report", finding);
    }

    pub(crate) fn set_key(&mut self, key: TrustedKey<'a>) {
        self.key = Some(key);
    }

    /// The key, before its signature is verified.
    pub(crate) fn claimed_key(&self) -> Result<&TrustedKey<'a>, VerifyError<'a>> {
        self.key.as_ref().ok_or(VerifyError::NoKey)
    }

    pub(crate) fn key_has_signed(&mut self) {
        self.key_has_signed = true;
    }

    pub(crate) fn set_logs(&mut self, logs: &Logs<'a>, states: LogStates) {
        (self.logs, self.log_states) = (*logs, Some(states));
    }

    pub(crate) fn set_attested(&mut self, attested: &Attested<'a>) {
        self.attested = Some(*attested);
    }
}

impl PcrState {
    /// The name that the JSON form uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Golden => "golden",
            Self::Zero => "zero",
            Self::Explained => "explained",
            Self::AbsentFromLog => "absent-from-log",
            Self::Unexplained => "unexplained",
            Self::NotJudged => "not-judged",
        }
    }
}

impl Rejection<'_> {
    /// The report as one JSON object, of the schema 1 that ships with this crate.
    #[must_use]
    pub fn json(&self) -> impl fmt::Display + '_ {
        Json { report: &self.report, accepted: false }
    }
}

struct Json<'r, 'a> {
    report: &'r Report<'a>,
    accepted: bool,
}

impl fmt::Display for Json<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.report.write_json(f, self.accepted)
    }
}

impl fmt::Display for Rejection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for Rejection<'_> {}

/// As many as one proof can have: beside a policy's selection nothing is judged by logs; other kinds of evidence have fewer. The channel has a place where it
/// fails, and the program one for an HCL report.
const MAX_CHECKS: usize = if cfg!(feature = "documents") { 29 } else { 28 };

/// The stairs end at the first failure, and only the last one has several rules; what fails beyond these is told without its reason.
const MAX_FAILURES: usize = 6;
