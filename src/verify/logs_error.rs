//! What is wrong with logs: what was found, what was expected, what to do.

use super::distinguished_name::Escaped;
use super::error_text::more;
use super::{
    EventRule, LogName, LogState, PathRule, PolicyPlace, ReplayError, RuntimeListError, SecureBootError, SeparatorError,
};
use crate::crypto::HashAlgorithm;
use crate::log::LogError;
use crate::structures::TpmAlgId;
use crate::wire::Hex;
use core::fmt;

/// Why logs are refused. Variants stand in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogsError<'a> {
    /// A log that the policy asks for is not there.
    Missing(LogName),
    /// There are two logs of this name.
    Twice(LogName),
    /// A log cannot be read.
    #[expect(missing_docs, reason = "which log, and why")]
    Unreadable { name: LogName, error: LogError },
    /// A log cannot be replayed.
    Replay(ReplayError),
    /// This many PCRs are not explained by their logs; the first of them, and what the logs say of it.
    #[expect(missing_docs, reason = "as the message says")]
    NotExplained { count: usize, bank: HashAlgorithm, index: u8, state: LogState },
    /// The firmware has extended this PCR with nothing.
    #[expect(missing_docs, reason = "as the message says")]
    Unmeasured { bank: HashAlgorithm, index: u8 },
    /// The separators of the firmware are not as they must be; of this PCR, or across PCRs.
    #[expect(missing_docs, reason = "as the message says")]
    Separator { bank: HashAlgorithm, index: Option<u8>, error: SeparatorError },
    /// PCR 7 does not say whether Secure Boot was on.
    #[expect(missing_docs, reason = "as the message says")]
    SecureBoot { bank: HashAlgorithm, error: SecureBootError },
    /// Secure Boot was off.
    SecureBootOff,
    /// A variable of Secure Boot's keys is none that the policy names.
    #[expect(missing_docs, reason = "as the message says")]
    SecureBootKey { variable: &'static str, bank: HashAlgorithm, found: &'a [u8] },
    /// Nothing that the policy names allowed something to start.
    NoAuthority(HashAlgorithm),
    /// `dbx` does not revoke the image with this digest.
    NotRevoked(&'a [u8]),
    /// This many events match no rule of the policy; the first of them.
    #[expect(missing_docs, reason = "as the message says")]
    UnexpectedEvent {
        count: usize,
        log: LogName,
        event: usize,
        index: u8,
        bank: HashAlgorithm,
        digest: &'a [u8],
        other_data: bool,
    },
    /// The runtime list is not as the policy asks.
    RuntimeList(RuntimeListError<'a>),
    /// There is no event that a rule requires.
    RequiredEventMissing(PolicyPlace<'a, EventRule<'a>>),
    /// There is more than one event that a rule requires once; the second.
    #[expect(missing_docs, reason = "as the message says")]
    DuplicateEvent { rule: PolicyPlace<'a, EventRule<'a>>, log: LogName, event: usize },
    /// An event that a rule requires measured something else.
    #[expect(missing_docs, reason = "as the message says")]
    EventDigest {
        rule: PolicyPlace<'a, EventRule<'a>>,
        log: LogName,
        event: usize,
        algorithm: TpmAlgId,
        found: &'a [u8],
    },
    /// The log of this PCR does not end with a seal.
    NotSealed(u8),
    /// An event follows the seal.
    #[expect(missing_docs, reason = "as the message says")]
    AfterSeal { index: u8, log: LogName, event: usize },
}

impl LogsError<'_> {
    /// One more of them.
    pub(crate) fn count_one(&mut self) {
        if let Self::UnexpectedEvent { count, .. } | Self::RuntimeList(RuntimeListError::UnexpectedFile { count, .. }) =
            self
        {
            *count = count.saturating_add(1);
        }
    }
}

impl fmt::Display for LogsError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Missing(name) => write!(
                f,
                "the policy asks for the log \"{}\", which is not in the proof; enclose it, or give it with --log, or name in [logs] whose log explains the PCR",
                name.as_str()
            ),
            Self::Twice(name) => {
                write!(f, "there are two logs of the name \"{}\", and nothing says which one counts", name.as_str())
            }
            Self::Unreadable { name, error } => write!(f, "the log \"{}\" cannot be read: {error}", name.as_str()),
            Self::Replay(error) => write!(f, "the logs cannot be replayed: {error}"),
            Self::NotExplained { count, bank, index, state } => {
                let bank = bank.name();
                match state {
                    LogState::AbsentFromLog => {
                        write!(f, "PCR {index} of {bank} was extended, and its log has no event of it")?;
                    }
                    LogState::WithoutBank => write!(f, "the log of PCR {index} lacks digests of {bank}")?,
                    _ => write!(
                        f,
                        "the log of PCR {index} does not lead to its value of {bank}: an event was changed, added or left out, or it is of another boot; tpmproof log shows the value that it leads to"
                    )?,
                }
                more(f, count)
            }
            Self::Unmeasured { bank, index } => write!(
                f,
                "PCR {index} of {} is at its start: the firmware measured nothing into it, or not into this bank",
                bank.name()
            ),
            Self::Separator { bank, index: Some(index), error } => write!(f, "PCR {index} of {}: {error}", bank.name()),
            Self::Separator { index: None, error, .. } => write!(f, "the firmware's log: {error}"),
            Self::SecureBoot { bank, error } => write!(f, "Secure Boot cannot be told from {}: {error}", bank.name()),
            Self::SecureBootOff => f.write_str("Secure Boot was off, and the policy asks for it (events.secure_boot)"),
            Self::SecureBootKey { variable, bank, found } => write!(
                f,
                "Secure Boot's {variable} is none that the policy names; its event is {}:{}",
                bank.name(),
                Hex(found)
            ),
            Self::NoAuthority(bank) => write!(
                f,
                "nothing was started by an authority that the policy names (events.authority): no event of {} after the separator of PCR 7 is one",
                bank.name()
            ),
            Self::NotRevoked(digest) => write!(
                f,
                "Secure Boot's dbx does not revoke sha256:{}, as the policy asks (events.dbx_min)",
                Hex(digest)
            ),
            Self::UnexpectedEvent { count, log, event, index, bank, digest, other_data } => {
                write!(
                    f,
                    "event {event} of the log \"{}\", of PCR {index}, matches no rule of the policy; it is {}:{}",
                    log.as_str(),
                    bank.name(),
                    Hex(digest)
                )?;
                if other_data {
                    f.write_str(", and its data, which its type says is that, is not what was measured")?;
                }
                more(f, count)
            }
            Self::RuntimeList(error) => error.fmt(f),
            Self::RequiredEventMissing(rule) => write!(f, "there is no event of {rule}, which the policy requires"),
            Self::DuplicateEvent { rule, log, event } => {
                let log = log.as_str();
                write!(
                    f,
                    "event {event} of the log \"{log}\" is a second one of {rule}, of which the policy requires one"
                )
            }
            Self::EventDigest { rule, log, event, algorithm, found } => {
                let (log, found) = (log.as_str(), Hex(found));
                write!(
                    f,
                    "event {event} of the log \"{log}\", of {rule}, measured {algorithm:?}:{found}, and the policy "
                )?;
                let mut asked = rule.get().into_iter().flat_map(|rule| rule.digests.iter());
                match (asked.next(), asked.count()) {
                    (None, _) => f.write_str("names no digest, so that SHA-1 and unknown algorithms do not count"),
                    (Some(only), 0) => write!(f, "asks for {only:?}"),
                    (Some(first), others) => write!(f, "asks for {first:?} or one of {others} others"),
                }
            }
            Self::NotSealed(index) => write!(
                f,
                "the log of PCR {index} does not end with a seal, as the policy asks (events.require_seal): more may have been measured since"
            ),
            Self::AfterSeal { index, log, event } => {
                write!(
                    f,
                    "event {event} of the log \"{}\", of PCR {index}, follows the seal that ends it",
                    log.as_str()
                )
            }
        }
    }
}

/// Which event it speaks of, in words.
impl fmt::Display for EventRule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PCR {}", self.pcr)?;
        if let Some(kind) = self.kind {
            write!(f, ", kind \"{}\"", Escaped(kind))?;
        }
        if let Some(name) = self.name {
            write!(f, ", name \"{}\"", Escaped(name))?;
        }
        match self.path {
            Some(PathRule::Exact(path)) => write!(f, ", path \"{}\"", Escaped(path))?,
            Some(PathRule::Prefix(path)) => write!(f, ", path_prefix \"{}\"", Escaped(path))?,
            None => {}
        }
        if let Some(type_) = self.event_type {
            write!(f, ", type {type_:?}")?;
        }
        for digest in self.digests.iter().take(1).filter(|_| self.kind.is_none()) {
            write!(f, ", digest {}", Hex(digest.digest))?;
        }
        Ok(())
    }
}

impl fmt::Display for PolicyPlace<'_, EventRule<'_>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().map_or(Ok(()), |rule| rule.fmt(f))
    }
}

impl core::error::Error for LogsError<'_> {}
