//! What an explanation says.

use super::event::EventLine;
use super::side::State;
use crate::crypto::HashAlgorithm;
use std::string::String;
use std::vec::Vec;

/// All of it.
#[derive(Debug)]
pub(crate) struct Explanation {
    pub(crate) sides: Vec<SideLine>,
    /// PCRs that were compared, each in each bank.
    pub(crate) compared: usize,
    pub(crate) differences: Vec<Difference>,
    /// What else is to be said.
    pub(crate) notes: Vec<String>,
    /// The policy refuses the proof, for whatever reason.
    pub(crate) refused: bool,
}

/// What stands on one side.
#[derive(Debug)]
pub(crate) struct SideLine {
    /// `proof`, `policy`, `first` or `second`.
    pub(crate) name: &'static str,
    pub(crate) file: String,
    /// Whether it was verified, and what that says; nothing of a policy, which is the verifier's own.
    pub(crate) verified: Option<(bool, String)>,
}

/// One PCR that differs.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) index: u8,
    pub(crate) values: Vec<Value>,
    pub(crate) changes: Vec<Change>,
    /// Changes that are not listed any more.
    pub(crate) more: usize,
    pub(crate) notes: Vec<String>,
}

/// What one side holds.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) side: &'static str,
    pub(crate) bank: HashAlgorithm,
    pub(crate) octets: Vec<u8>,
    pub(crate) state: Option<State>,
}

/// What happened to an event, or to a rule.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) kind: ChangeKind,
    pub(crate) event: Option<EventLine>,
    /// The event of the second proof.
    pub(crate) other: Option<EventLine>,
    pub(crate) rule: Option<String>,
}

/// The kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Removed,
    Added,
    Changed,
    Moved,
    Unknown,
    Missing,
    Content,
    Repeated,
    After,
    Without,
}

/// A PCR with more changes than this is another machine's.
pub(crate) const MAX_CHANGES: usize = 256;

impl ChangeKind {
    /// The name that JSON uses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "only-first",
            Self::Added => "only-second",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Unknown => "no-rule",
            Self::Missing => "missing",
            Self::Content => "other-content",
            Self::Repeated => "repeated",
            Self::After => "after",
            Self::Without => "without",
        }
    }

    /// The same for people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Removed => "only in the first",
            Self::Added => "only in the second",
            Self::Changed => "changed",
            Self::Moved => "in another place",
            Self::Unknown => "matches no rule",
            Self::Missing => "required, and missing",
            Self::Content => "has other content",
            Self::Repeated => "there again",
            Self::After => "came after the policy's value",
            Self::Without => "without it, the policy's value",
        }
    }
}

impl Difference {
    pub(crate) fn new(index: u8) -> Self {
        Self { index, values: Vec::new(), changes: Vec::new(), more: 0, notes: Vec::new() }
    }

    pub(crate) fn push(&mut self, kind: ChangeKind, make: impl FnOnce() -> (Option<EventLine>, Option<EventLine>)) {
        self.push_with(kind, None, make);
    }

    pub(crate) fn push_with(
        &mut self,
        kind: ChangeKind,
        rule: Option<String>,
        make: impl FnOnce() -> (Option<EventLine>, Option<EventLine>),
    ) {
        if self.changes.len() < MAX_CHANGES {
            let (event, other) = make();
            self.changes.push(Change { kind, event, other, rule });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}
