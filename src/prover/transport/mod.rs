//! How bytes reach a TPM and come back: a Linux device, swtpm, or the reference simulator.

mod address;
mod control;
mod device;
mod error;
mod mssim;
mod stream;
mod swtpm;

pub use address::{AddressError, TpmAddress};
pub use control::Control;
pub use error::TransportError;

use core::fmt;
use core::time::Duration;

/// A way to a TPM.
pub trait Transport: fmt::Debug + Send {
    /// Sends `command` whole, waits, and reads the one response to it into `response`.
    ///
    /// # Errors
    /// If the TPM is gone, does not answer in time, or answers with another number of bytes than its response says.
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError>;

    /// Sends what follows from this locality, 0 to 4 (Part 1, Locality).
    ///
    /// # Errors
    /// If this way has no such thing, or the TPM refuses.
    fn set_locality(&mut self, locality: u8) -> Result<(), TransportError>;
}

/// How long to wait for a response: the making of an RSA key takes some chips minutes.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_mins(5);

/// The largest response that common TPMs have.
pub(super) const MAX_RESPONSE: usize = 4096;

/// The tag, the size and the code of every response (Part 3, Command/Response Header).
pub(crate) const HEADER: usize = 10;

/// A response is as long as its header says.
pub(super) fn judge_size(response: &[u8]) -> Result<(), TransportError> {
    let received = response.len();
    match announced(response, MAX_RESPONSE)? {
        Some(says) if says < received => Err(TransportError::TrailingBytes(received.saturating_sub(says))),
        Some(says) if says > received => Err(TransportError::Truncated { says, received }),
        _ => Ok(()),
    }
}

/// The size of all of a response, as its header says, once the header is there and the size fits `limit`.
fn announced(received: &[u8], limit: usize) -> Result<Option<usize>, TransportError> {
    let Some((header, _)) = received.split_first_chunk::<HEADER>() else { return Ok(None) };
    let [_, _, a, b, c, d, ..] = *header;
    let says = u32::from_be_bytes([a, b, c, d]);
    match usize::try_from(says) {
        Ok(size) if (HEADER..=limit).contains(&size) => Ok(Some(size)),
        _ => Err(TransportError::Announced { says, limit }),
    }
}
