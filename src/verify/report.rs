//! What was checked, and what came of it: enough to argue about, and nothing that changes from run to run.

use super::{
    Attachments, Check, Outcome, Policy, TrustedKey, VerifiedQuote, VerifyError,
    check::{Detail, Finding},
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
    quote: Option<VerifiedQuote<'a>>,
    attachments: Attachments<'a>,
    policy: &'a Policy<'a>,
}

/// A check as it is kept: a failure is the place of its error.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    name: &'static str,
    outcome: Result<Detail<'a>, usize>,
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
            quote: None,
            attachments,
            policy,
        }
    }

    /// The checks, in order.
    pub fn checks(&self) -> impl Iterator<Item = Check<'_>> {
        self.lines.iter().filter_map(|line| {
            let outcome = match line.outcome {
                Err(place) => Outcome::Fail(self.failures.get(place)?),
                Ok(detail) if line.checked => Outcome::Pass(detail),
                Ok(detail) => Outcome::NotChecked(detail),
            };
            Some(Check { name: line.name, outcome })
        })
    }

    /// The key, once its signature was verified.
    #[must_use]
    pub fn key(&self) -> Option<&TrustedKey<'a>> {
        self.key.as_ref().filter(|_| self.key_has_signed)
    }

    /// The quote, once it was verified.
    #[must_use]
    pub fn quote(&self) -> Option<&VerifiedQuote<'a>> {
        self.quote.as_ref()
    }

    /// What the proof encloses; nothing of it is bound to the quote.
    #[must_use]
    pub fn attachments(&self) -> &Attachments<'a> {
        &self.attachments
    }

    /// The quoted PCRs with their states; none if the quote was not verified.
    pub fn pcrs(&self) -> impl Iterator<Item = (HashAlgorithm, u8, &'a [u8], PcrState)> + '_ {
        self.quote.iter().flat_map(VerifiedQuote::pcrs).filter_map(|pcr| {
            let bank = HashAlgorithm::try_from(pcr.bank).ok()?;
            Some((bank, pcr.index, pcr.value, self.policy.state(bank, pcr.index, pcr.value)))
        })
    }

    pub(crate) fn note(&mut self, name: &'static str, finding: Finding<'a>) {
        let (outcome, checked) = match finding {
            Finding::Pass(detail) => (Ok(detail), true),
            Finding::NotChecked(detail) => (Ok(detail), false),
            Finding::Fail(error) => {
                let place = self.failures.len();
                // More than there are places can fail only after the first, which decides.
                (if self.failures.push(error).is_ok() { Err(place) } else { Err(0) }, true)
            }
        };
        // There are fewer checks than places.
        let _ = self.lines.push(Line { name, outcome, checked });
    }

    /// The report as one JSON object, of the schema 1 that ships with this crate.
    #[must_use]
    pub fn json(&self) -> impl fmt::Display + '_ {
        Json { report: self, accepted: true }
    }

    /// Books `result`, and hands it on.
    pub(crate) fn record<T>(
        &mut self,
        name: &'static str,
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

    pub(crate) fn set_quote(&mut self, quote: &VerifiedQuote<'a>) {
        self.quote = Some(*quote);
    }
}

impl PcrState {
    /// The name that the JSON form uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Golden => "golden",
            Self::Zero => "zero",
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

/// More than there are names of checks.
const MAX_CHECKS: usize = 20;

/// The stairs end at the first failure, and only the last one has several rules.
const MAX_FAILURES: usize = 4;
