//! Why a TPM was not reached, or what came back is no response.

use core::fmt;
use core::time::Duration;
use std::io;
use std::string::String;

/// Why a command has no response.
#[derive(Debug)]
#[non_exhaustive]
pub enum TransportError {
    /// The response says a size that no response has.
    #[expect(missing_docs, reason = "what it says, and the most that is read")]
    Announced { says: u32, limit: usize },
    /// The TPM closed the connection.
    #[expect(missing_docs, reason = "bytes of a response that had come")]
    Closed { received: usize },
    /// The control channel refused.
    #[expect(missing_docs, reason = "what was asked, and the answer")]
    Control { doing: &'static str, code: u32 },
    /// The TPM cannot be opened.
    #[expect(missing_docs, reason = "its address, and the system's reason")]
    Open { address: String, error: io::Error },
    /// This way has no localities.
    NoLocality,
    /// The system failed in the middle of a command.
    #[expect(missing_docs, reason = "what was done, and the system's reason")]
    System { doing: &'static str, error: io::Error },
    /// Nothing came in time.
    #[expect(missing_docs, reason = "how long it was waited, and the bytes that had come")]
    TimedOut { waited: Duration, received: usize },
    /// More bytes came than the response says.
    TrailingBytes(usize),
    /// Fewer bytes came than the response says.
    #[expect(missing_docs, reason = "the two sizes")]
    Truncated { says: usize, received: usize },
}

impl TransportError {
    pub(super) fn system(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { doing, error }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Announced { says, limit } => {
                write!(f, "the response says that it has {says} bytes; a response has 10 to {limit}")
            }
            Self::Closed { received: 0 } => f.write_str("the TPM closed the connection and gave no response"),
            Self::Closed { received } => {
                write!(f, "the TPM closed the connection after {received} bytes of a response")
            }
            Self::Control { doing, code } => write!(f, "the TPM's control channel does not {doing}: result {code:#x}"),
            Self::Open { address, error } => {
                write!(f, "cannot open the TPM {address}: {error}")?;
                match error.kind() {
                    io::ErrorKind::ResourceBusy => {
                        f.write_str("; another program has it open, and only /dev/tpmrm0 can be shared")
                    }
                    io::ErrorKind::PermissionDenied => f.write_str("; run as root, or as a member of the group tss"),
                    _ => Ok(()),
                }
            }
            Self::NoLocality => f.write_str("this way to the TPM knows no localities"),
            Self::System { doing, error } => write!(f, "cannot {doing} the TPM: {error}"),
            Self::TimedOut { waited, received: 0 } => {
                write!(f, "the TPM gave no response within {} seconds", waited.as_secs_f32())
            }
            Self::TimedOut { waited, received } => {
                write!(
                    f,
                    "the TPM stopped after {received} bytes of a response, and {} seconds later there are no more; is the address that of its commands, and \
                     not of swtpm's control channel?",
                    waited.as_secs_f32()
                )
            }
            Self::TrailingBytes(count) => write!(f, "{count} bytes came after a response that says it has ended"),
            Self::Truncated { says, received } => {
                write!(f, "the response says that it has {says} bytes, and {received} came")
            }
        }
    }
}

impl core::error::Error for TransportError {}
