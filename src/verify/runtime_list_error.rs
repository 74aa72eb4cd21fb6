//! What is wrong with a runtime list that explains its PCR.

use super::distinguished_name::Escaped;
use super::error_text::more;
use crate::log::{ImaEntry, LogErrorKind};
use core::fmt;

/// Why a runtime list is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeListError<'a> {
    /// There are this many violations; the first of them.
    #[expect(missing_docs, reason = "as the message says")]
    Violations { count: usize, event: usize },
    /// An entry cannot be judged: its template is not known, or its data is not of it.
    #[expect(missing_docs, reason = "as the message says")]
    Entry { event: usize, entry: ImaEntry<'a>, error: LogErrorKind },
    /// The list does not begin with the entry of the boot.
    NoBootAggregate,
    /// This many entries match no rule of the policy; the first of them.
    #[expect(missing_docs, reason = "as the message says")]
    UnexpectedFile { count: usize, event: usize, index: u8, entry: ImaEntry<'a> },
}

impl fmt::Display for RuntimeListError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Violations { count, event } => {
                write!(
                    f,
                    "entry {event} of the runtime list is a violation: a file changed while it was read, so that nobody knows what was read; \
                     logs.accept_ima_violations tolerates that"
                )?;
                more(f, count)
            }
            Self::Entry { event, entry, error } => {
                write!(f, "entry {event} of the runtime list cannot be judged: ")?;
                if entry.is_known() {
                    write!(f, "{error}")
                } else {
                    write!(f, "its template \"{}\" is none that is known", Escaped(entry.template()))
                }
            }
            Self::NoBootAggregate => f.write_str(
                "the runtime list does not begin with boot_aggregate, the entry of the boot; it is no whole list, or the PCR is not its own",
            ),
            Self::UnexpectedFile { count, event, index, entry } => {
                write!(f, "entry {event} of the runtime list, of PCR {index}, matches no rule of the policy; it is {entry}")?;
                more(f, count)
            }
        }
    }
}

impl core::error::Error for RuntimeListError<'_> {}
