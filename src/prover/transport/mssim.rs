//! The reference simulator: commands in frames that carry a locality, the power switch on the next port.

use super::stream::{Endpoint, Stream};
use super::{HEADER, Transport, TransportError, judge_size};
use core::time::Duration;
use std::borrow::ToOwned;
use std::io;
use std::vec::Vec;

#[derive(Debug)]
pub(super) struct Mssim {
    commands: Stream,
    platform: Stream,
    locality: u8,
}

impl Mssim {
    pub(super) fn open(
        host: &str,
        port: u16,
        timeout: Duration,
        open: impl Fn(io::Error) -> TransportError,
    ) -> Result<Self, TransportError> {
        let connect = |port| Stream::connect(&Endpoint::Tcp(host.to_owned(), port), timeout).map_err(&open);
        let mut simulator = Self { commands: connect(port)?, platform: connect(port.saturating_add(1))?, locality: 0 };
        // Both are without effect on a simulator that is on already.
        simulator.signal("turn the TPM on", POWER_ON)?;
        simulator.signal("give the TPM its NV", NV_ON)?;
        Ok(simulator)
    }

    fn signal(&mut self, doing: &'static str, signal: u32) -> Result<(), TransportError> {
        self.platform.send(&signal.to_be_bytes())?;
        match receive_u32(&mut self.platform)? {
            0 => Ok(()),
            code => Err(TransportError::Control { doing, code }),
        }
    }
}

impl Transport for Mssim {
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        let mut frame: Vec<u8> = SEND_COMMAND.to_be_bytes().to_vec();
        frame.push(self.locality);
        frame.extend(u32::try_from(command.len()).unwrap_or(u32::MAX).to_be_bytes());
        frame.extend_from_slice(command);
        self.commands.send(&frame)?;
        let says = receive_u32(&mut self.commands)?;
        let limit = response.len();
        let received = usize::try_from(says).ok().filter(|size| (HEADER..=limit).contains(size));
        let received = received.ok_or(TransportError::Announced { says, limit })?;
        let place = response.get_mut(..received).unwrap_or_default();
        self.commands.receive(place)?;
        match receive_u32(&mut self.commands)? {
            0 => {}
            code => return Err(TransportError::Control { doing: "end its frame", code }),
        }
        judge_size(place)?;
        Ok(place)
    }

    fn set_locality(&mut self, locality: u8) -> Result<(), TransportError> {
        self.locality = locality;
        Ok(())
    }
}

impl Drop for Mssim {
    fn drop(&mut self) {
        let _ = self.commands.send(&SESSION_END.to_be_bytes());
        let _ = self.platform.send(&SESSION_END.to_be_bytes());
    }
}

fn receive_u32(stream: &mut Stream) -> Result<u32, TransportError> {
    let mut word = [0; 4];
    stream.receive(&mut word)?;
    Ok(u32::from_be_bytes(word))
}

const POWER_ON: u32 = 1;
const NV_ON: u32 = 11;
const SEND_COMMAND: u32 = 8;
const SESSION_END: u32 = 20;
