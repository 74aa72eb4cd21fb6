//! Why a log cannot be read.

use crate::structures::TpmAlgId;
use crate::wire::{Foreign, words};
use core::fmt;

/// An error in a log, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogError {
    /// What is wrong.
    pub kind: LogErrorKind,
    /// The number of the event, the first being 0.
    pub event: usize,
    /// Where the event begins, in bytes.
    pub offset: usize,
}

/// What can be wrong with a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogErrorKind {
    /// There is not one event.
    Empty,
    /// The log ends inside an event.
    UnexpectedEnd,
    /// This many octets follow the last event and are no padding, or the last part of an event's data.
    TrailingBytes(usize),
    /// The Spec ID event (PC Client Platform Firmware Profile, 10.4.5.1) breaks this rule.
    SpecId(&'static str),
    /// An event has this many digests, more than algorithms are declared.
    TooManyDigests(u32),
    /// An event has no digest at all, not even of this algorithm, the first that is declared.
    MissingDigest(TpmAlgId),
    /// An event has two digests of this algorithm.
    DuplicateDigest(TpmAlgId),
    /// An event has a digest of this algorithm, which the Spec ID event does not declare.
    UndeclaredAlgorithm(TpmAlgId),
    /// The data of an event is not what its type has, by this rule.
    Malformed(&'static str),
    /// An event is of a register that does not exist.
    Register(u32),
    /// A runtime list has its highest octet first.
    BigEndian,
    /// A record of a Canonical Event Log has this number, and not its place in the log.
    RecordNumber(u64),
    /// The tree of a tagged event is deeper than any is.
    TooDeep,
    /// This build reads no such log: it has not the feature `foreign`.
    NotBuilt,
}

impl LogError {
    /// That foreign logs are read here, or an error that names the feature.
    pub(super) fn foreign() -> Result<Foreign, Self> {
        Foreign::BUILT.ok_or(Self { kind: LogErrorKind::NotBuilt, event: 0, offset: 0 })
    }
}

impl LogErrorKind {
    /// By a rule, which a build without words does not tell.
    pub(crate) const fn malformed(rule: &'static str) -> Self {
        Self::Malformed(words(rule))
    }

    pub(super) const fn spec_id(rule: &'static str) -> Self {
        Self::SpecId(words(rule))
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            LogErrorKind::Empty => f.write_str("the log has no events"),
            LogErrorKind::UnexpectedEnd => {
                write!(
                    f,
                    "event {} at byte {} is larger than what is left: the log is cut, or is no event log",
                    self.event, self.offset
                )
            }
            LogErrorKind::TrailingBytes(_) => {
                write!(
                    f,
                    "event {} at byte {}: {}; only a CCEL may be padded, with one octet",
                    self.event, self.offset, self.kind
                )
            }
            kind => write!(f, "event {} at byte {}: {kind}", self.event, self.offset),
        }
    }
}

impl fmt::Display for LogErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is none"),
            Self::UnexpectedEnd => f.write_str("it ends too early"),
            Self::TrailingBytes(count) => {
                write!(f, "{count} bytes too many")
            }
            Self::SpecId(rule) => write!(f, "the Spec ID event is not valid: {rule}"),
            Self::TooManyDigests(count) => write!(f, "{count} digests, more than the Spec ID event declares"),
            Self::MissingDigest(algorithm) => {
                write!(f, "no digest, not even by {algorithm:?}, which the Spec ID event declares")
            }
            Self::DuplicateDigest(algorithm) => write!(f, "two digests by {algorithm:?}"),
            Self::UndeclaredAlgorithm(algorithm) => {
                write!(f, "a digest by {algorithm:?}, which the Spec ID event does not declare")
            }
            Self::Malformed(rule) => f.write_str(rule),
            Self::Register(register) => write!(f, "there is no register {register:#x}"),
            Self::BigEndian => f.write_str(
                "the numbers have their highest octet first; lists of big-endian machines are not read, and ima_canonical_fmt makes such a machine write others",
            ),
            Self::RecordNumber(number) => write!(f, "its record number is {number}, not its place in the log"),
            Self::TooDeep => f.write_str("its tree is deeper than four levels"),
            Self::NotBuilt => {
                f.write_str("this verifier was built without such logs; the feature foreign adds them")
            }
        }
    }
}

impl core::error::Error for LogError {}
