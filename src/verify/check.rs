//! One line of a report.

use super::{DistinguishedName, UnknownRevocation, VerifyError, revocation::Unknown};
use crate::wire::Hex;
use core::fmt;

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

/// What is said of a check that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail<'a> {
    /// A fixed sentence.
    Text(&'static str),
    /// A number of things.
    Count { count: usize, after: &'static str },
    /// Bytes.
    Bytes(&'a [u8]),
    /// The nonce that was asked for and answered.
    Nonce(&'a [u8]),
    /// Why nobody knows whether a certificate of this issuer is revoked.
    Revocation { issuer: DistinguishedName<'a>, why: UnknownRevocation },
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
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Count { count, after } => write!(f, "{count}{after}"),
            Self::Bytes(bytes) => Hex(bytes).fmt(f),
            Self::Revocation { issuer, why } => Unknown { issuer: *issuer, why: *why }.fmt(f),
            Self::Nonce(nonce) => write!(f, "made for the nonce {}", Hex(nonce)),
        }
    }
}
