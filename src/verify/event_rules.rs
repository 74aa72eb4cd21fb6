//! What a policy asks of the events of the PCRs that logs explain. What it does not name is refused.

use super::{Measured, PolicyList};
use crate::crypto::{Digest, HashAlgorithm};
use crate::log::{ImaFile, Measurement, TcgEventType};
use crate::structures::{TpmAlgId, TpmtHa};

/// The rules for events.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventRules<'a> {
    /// Secure Boot must have been on.
    pub secure_boot: Option<SecureBootRules<'a>>,
    /// Events of which there must be exactly one.
    pub require: PolicyList<'a, EventRule<'a>>,
    /// Events of which there may be any number.
    pub allow: PolicyList<'a, EventRule<'a>>,
    /// PCRs in which events that match no rule are tolerated.
    pub allow_unknown: PolicyList<'a, u8>,
    /// PCRs whose log must end with a seal.
    pub require_seal: PolicyList<'a, u8>,
    /// PCRs of 8 and above count although nothing says what booted.
    pub accept_any_boot: bool,
}

/// What is known of an event: a measurement by its kind, a file by its path, or any event by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRule<'a> {
    /// The PCR that it extends.
    pub pcr: u8,
    /// The kind of the measurement; without one, the digests are those of the event itself.
    pub kind: Option<&'a str>,
    /// The name of the measurement.
    pub name: Option<&'a str>,
    /// The path of a file, or the name of a buffer, in a runtime list: which the kernel says, as the process saw it that it measured for.
    pub path: Option<PathRule<'a>>,
    /// The type that the log must give the event. Nothing measures a type: it narrows, and proves nothing.
    pub event_type: Option<TcgEventType>,
    /// Any of these digests: of what was measured where the rule has a kind or a path, and any at all if none is named; else of the
    /// event, in the bank that is judged.
    pub digests: PolicyList<'a, TpmtHa<'a>>,
}

/// Which paths a rule is about. There are no patterns: what is wider than it looks would allow too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRule<'a> {
    /// This one.
    Exact(&'a str),
    /// All below this folder, which ends with a slash.
    Prefix(&'a str),
}

impl PathRule<'_> {
    fn matches(&self, path: &[u8]) -> bool {
        match self {
            Self::Exact(known) => known.as_bytes() == path,
            Self::Prefix(known) => path.strip_prefix(known.as_bytes()).is_some_and(|rest| !rest.is_empty()),
        }
    }

    /// Whether it is no wider than it looks.
    pub(crate) fn is_good(&self) -> bool {
        match self {
            Self::Exact(path) => !path.is_empty(),
            Self::Prefix(path) => path.starts_with('/') && path.ends_with('/'),
        }
    }
}

/// What Secure Boot must have been configured with. Lists hold digests of events, and any will do where a list is empty; one of `pk`,
/// `kek`, `db` and `authority` is not, or any keys are accepted.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecureBootRules<'a> {
    /// The platform key.
    pub pk: PolicyList<'a, TpmtHa<'a>>,
    /// The keys that may change `db` and `dbx`.
    pub kek: PolicyList<'a, TpmtHa<'a>>,
    /// What may start.
    pub db: PolicyList<'a, TpmtHa<'a>>,
    /// What allowed something to start: the events after the separator.
    pub authority: PolicyList<'a, TpmtHa<'a>>,
    /// SHA-256 digests of images that `dbx` must revoke.
    pub dbx_min: PolicyList<'a, TpmtHa<'a>>,
    /// Any keys will do: then Secure Boot says only that somebody signed what was started.
    pub accept_any_keys: bool,
}

impl<'a> EventRule<'a> {
    /// Events of a PCR with one of these digests.
    #[must_use]
    pub fn event(pcr: u8, digests: &'a [TpmtHa<'a>]) -> Self {
        Self { pcr, kind: None, name: None, path: None, event_type: None, digests: PolicyList::new(digests) }
    }

    /// Measurements of a kind.
    #[must_use]
    pub fn measurement(pcr: u8, kind: &'a str) -> Self {
        Self { pcr, kind: Some(kind), name: None, path: None, event_type: None, digests: PolicyList::EMPTY }
    }

    /// Files with such a path, in a runtime list.
    #[must_use]
    pub fn file(pcr: u8, path: PathRule<'a>) -> Self {
        Self { pcr, kind: None, name: None, path: Some(path), event_type: None, digests: PolicyList::EMPTY }
    }

    /// The same, with this name.
    #[must_use]
    pub fn named(self, name: &'a str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same, with one of these digests.
    #[must_use]
    pub fn digests(self, digests: &'a [TpmtHa<'a>]) -> Self {
        Self { digests: PolicyList::new(digests), ..self }
    }

    /// Whether an event is the one that the rule speaks of, whatever its content; `found` is what it measured.
    pub(crate) fn is_about(&self, event: &Measured<'_>, found: &Found<'_>) -> bool {
        if let Some(path) = self.path {
            return found.file.is_some_and(|file| path.matches(file.path));
        }
        let typed = self.event_type.is_none_or(|type_| event.event.event_type().unverified() == type_);
        let right = match (self.kind, &found.measurement) {
            (None, _) => self.names(event, found),
            (Some(_), None) => false,
            (Some(_), Some(found)) => self.is_called(found),
        };
        typed && right
    }

    /// Whether the event extended its bank with a digest of the rule.
    pub(crate) fn names(&self, event: &Measured<'_>, found: &Found<'_>) -> bool {
        let extended =
            if event.event.is_ima() { found.extended.as_ref().map(Digest::as_bytes) } else { Some(event.digest) };
        extended.is_some_and(|digest| contains(&self.digests, event.bank.into(), digest))
    }

    /// Whether a measurement has the kind and the name of the rule.
    pub(crate) fn is_called(&self, found: &Measurement<'_>) -> bool {
        self.kind.is_some_and(|kind| found.kind == kind) && self.name.is_none_or(|name| found.name == name)
    }

    /// Whether what was measured is right: by SHA-1 only where the rule names its digest.
    pub(crate) fn knows_content(&self, found: &Measurement<'_>) -> bool {
        if self.digests.is_empty() {
            HashAlgorithm::try_from(found.algorithm).is_ok_and(|algorithm| algorithm != HashAlgorithm::Sha1)
        } else {
            contains(&self.digests, found.algorithm, found.digest)
        }
    }

    /// Whether the content of a file or buffer is right. A digest of something else, such as a hash tree, is none of its content.
    pub(crate) fn knows_file(&self, file: &ImaFile<'_>) -> bool {
        let known = |algorithm| contains(&self.digests, algorithm, file.digest);
        self.digests.is_empty() || file.content_algorithm().is_some_and(known)
    }

    /// Whether an event is the one that the rule speaks of, and its content is right too.
    pub(crate) fn allows(&self, event: &Measured<'_>, found: &Found<'_>) -> bool {
        let file = self.path.is_none() || found.file.is_some_and(|file| self.knows_file(&file));
        let right = self.kind.is_none() || found.measurement.is_some_and(|found| self.knows_content(&found));
        file && right && self.is_about(event, found)
    }
}

/// What an event measured, beside its digest: read once for all rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) measurement: Option<Measurement<'a>>,
    pub(crate) file: Option<ImaFile<'a>>,
    /// With what an entry of a runtime list extended the bank: hashed once, because an entry may be large and rules many.
    pub(crate) extended: Option<Digest>,
}

impl<'a> Found<'a> {
    pub(crate) fn of(event: &Measured<'a>) -> Self {
        Self { measurement: event.measurement(), file: event.file(), extended: event.extended() }
    }
}

/// Whether a digest is one of those that a rule lists.
pub(crate) fn contains<'a>(digests: &PolicyList<'a, TpmtHa<'a>>, algorithm: TpmAlgId, digest: &[u8]) -> bool {
    digests.iter().any(|known| known.hash_alg.0 == algorithm && known.digest == digest)
}

/// Whether a list says anything about a bank.
pub(crate) fn speaks_of<'a>(digests: &PolicyList<'a, TpmtHa<'a>>, bank: HashAlgorithm) -> bool {
    digests.iter().any(|known| known.hash_alg.0 == bank.into())
}
