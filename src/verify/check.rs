//! One line of a report.

use super::{DistinguishedName, UnknownRevocation, VerifyError, revocation::Unknown};
use crate::wire::Hex;
use core::fmt;
use core::marker::PhantomData;

/// A check, by name, and how it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check<'r> {
    /// The name, which does not change between versions.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome<'r>,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'r> {
    /// What was found is what was expected.
    Pass(Detail<'r>),
    /// It is not, and the evidence is refused.
    Fail(&'r VerifyError<'r>),
    /// Nobody looked, and why. That is never a pass.
    NotChecked(Detail<'r>),
}

/// A name that takes one word of a report: there are many on a small stack.
pub(crate) type CheckName = &'static &'static str;

/// The same, on its way into the report, which keeps the few errors apart from the many lines.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finding<'a> {
    Pass(Detail<'a>),
    Fail(VerifyError<'a>),
    NotChecked(Detail<'a>),
}

/// What is said of a check that did not fail: nothing, without the feature `words`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail<'a> {
    #[cfg(feature = "words")]
    said: Said<'a>,
    of: PhantomData<&'a [u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said<'a> {
    Text(&'static str),
    Count { count: usize, after: &'static str },
    Bytes(&'a [u8]),
    Nonce(&'a [u8]),
    Revocation { issuer: DistinguishedName<'a>, why: UnknownRevocation },
}

impl<'a> Detail<'a> {
    /// A fixed sentence.
    pub(crate) const fn text(text: &'static str) -> Self {
        Self::new(Said::Text(text))
    }

    /// A number of things.
    pub(crate) const fn count(count: usize, after: &'static str) -> Self {
        Self::new(Said::Count { count, after })
    }

    /// Bytes.
    pub(crate) const fn bytes(bytes: &'a [u8]) -> Self {
        Self::new(Said::Bytes(bytes))
    }

    /// The nonce that was asked for and answered.
    pub(crate) const fn nonce(nonce: &'a [u8]) -> Self {
        Self::new(Said::Nonce(nonce))
    }

    /// Why nobody knows whether a certificate of this issuer is revoked.
    pub(crate) const fn revocation(issuer: DistinguishedName<'a>, why: UnknownRevocation) -> Self {
        Self::new(Said::Revocation { issuer, why })
    }

    #[inline]
    #[cfg_attr(not(feature = "words"), expect(unused_variables, reason = "only the outcome is kept"))]
    const fn new(said: Said<'a>) -> Self {
        Self {
            #[cfg(feature = "words")]
            said,
            of: PhantomData,
        }
    }
}

impl Outcome<'_> {
    /// `pass`, `fail` or `not-checked`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Fail(_) => "fail",
            Self::NotChecked(_) => "not-checked",
        }
    }
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(detail) | Self::NotChecked(detail) => detail.fmt(f),
            Self::Fail(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "words")]
        let said = self.said;
        #[cfg(not(feature = "words"))]
        let said = Said::Text("");
        match said {
            Said::Text(text) => f.write_str(text),
            Said::Count { count, after } => write!(f, "{count}{after}"),
            Said::Bytes(bytes) => Hex(bytes).fmt(f),
            Said::Revocation { issuer, why } => Unknown { issuer, why }.fmt(f),
            Said::Nonce(nonce) => write!(f, "made for the nonce {}", Hex(nonce)),
        }
    }
}
