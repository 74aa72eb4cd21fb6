//! swtpm: commands and responses bare on a data socket, the rest on a control channel.

use super::control::Control;
use super::stream::{Endpoint, Stream};
use super::{Transport, TransportError};
use core::time::Duration;
use std::io;

#[derive(Debug)]
pub(super) struct Swtpm {
    data: Stream,
    control: Control,
    locality: u8,
}

impl Swtpm {
    pub(super) fn open(data: &Endpoint, control: Endpoint, timeout: Duration) -> io::Result<Self> {
        Ok(Self { data: Stream::connect(data, timeout)?, control: Control::at(control, timeout), locality: 0 })
    }
}

impl Transport for Swtpm {
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        self.data.send(command)?;
        self.data.receive_response(response)
    }

    fn set_locality(&mut self, locality: u8) -> Result<(), TransportError> {
        self.locality = locality;
        self.control.set_locality(locality)
    }
}

impl Drop for Swtpm {
    fn drop(&mut self) {
        // swtpm keeps it for the next client.
        if self.locality != 0 {
            let _ = self.control.set_locality(0);
        }
    }
}
