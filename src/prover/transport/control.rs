//! The control channel of swtpm: what a board does to a TPM chip. A command's number, its body; a result, 0 for done.

use super::stream::{Endpoint, Stream};
use super::{TpmAddress, TransportError};
use core::time::Duration;
use std::vec::Vec;

/// The control channel of an swtpm. Each call connects anew, because swtpm serves one client at a time.
#[derive(Clone, Debug)]
pub struct Control {
    endpoint: Endpoint,
    timeout: Duration,
}

impl Control {
    /// The control channel beside the data socket at `address`; `None` if that is of no swtpm.
    #[must_use]
    pub fn of(address: &TpmAddress, timeout: Duration) -> Option<Self> {
        address.endpoints().map(|(_, control)| Self::at(control, timeout))
    }

    pub(super) fn at(endpoint: Endpoint, timeout: Duration) -> Self {
        Self { endpoint, timeout }
    }

    /// Turns the TPM on: `_TPM_Init`.
    ///
    /// # Errors
    /// If swtpm is not reached, or refuses.
    pub fn power_on(&self) -> Result<(), TransportError> {
        self.send("turn the TPM on", 2, &[0; 4])
    }

    /// Turns the TPM off; swtpm goes on.
    ///
    /// # Errors
    /// As [`Control::power_on`].
    pub fn power_off(&self) -> Result<(), TransportError> {
        self.send("turn the TPM off", 14, &[])
    }

    /// Ends swtpm.
    ///
    /// # Errors
    /// As [`Control::power_on`].
    pub fn shut_down(&self) -> Result<(), TransportError> {
        self.send("end swtpm", 3, &[])
    }

    /// Lets the following commands come from `locality`.
    ///
    /// # Errors
    /// As [`Control::power_on`].
    pub fn set_locality(&self, locality: u8) -> Result<(), TransportError> {
        self.send("set the locality", 5, &[locality])
    }

    /// Measures `data` as the hardware's own root of trust: `_TPM_Hash_Start`, `_TPM_Hash_Data`, `_TPM_Hash_End`.
    ///
    /// # Errors
    /// As [`Control::power_on`].
    pub fn hash(&self, data: &[u8]) -> Result<(), TransportError> {
        self.send("begin a hash", 6, &[])?;
        let mut body = u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
        body.extend_from_slice(data);
        self.send("take data to hash", 7, &body)?;
        self.send("end a hash", 8, &[])
    }

    fn send(&self, doing: &'static str, command: u32, body: &[u8]) -> Result<(), TransportError> {
        let mut stream = Stream::connect(&self.endpoint, self.timeout).map_err(|error| {
            let address = match &self.endpoint {
                Endpoint::Tcp(host, port) => std::format!("control channel {host}:{port}"),
                Endpoint::Unix(path) => std::format!("control channel {}", path.display()),
            };
            TransportError::Open { address, error }
        })?;
        let mut message: Vec<u8> = command.to_be_bytes().to_vec();
        message.extend_from_slice(body);
        stream.send(&message)?;
        let mut result = [0; 4];
        stream.receive(&mut result)?;
        match u32::from_be_bytes(result) {
            0 => Ok(()),
            code => Err(TransportError::Control { doing, code }),
        }
    }
}
