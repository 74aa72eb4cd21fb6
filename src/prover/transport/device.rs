//! A character device of Linux: one write is one command, what can be read is its response.

use super::stream::Deadline;
use super::{Transport, TransportError, announced};
use core::time::Duration;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

#[derive(Debug)]
pub(super) struct Device {
    file: File,
    timeout: Duration,
}

impl Device {
    pub(super) fn open(path: &Path, timeout: Duration) -> io::Result<Self> {
        // Without this flag a write waits for the TPM, however long it takes; and the opening of a pipe, for its other end.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
        if !file.metadata()?.file_type().is_char_device() {
            return Err(io::Error::other("it is no character device, as /dev/tpmrm0 is; nothing was written to it"));
        }
        Ok(Self { file, timeout })
    }

    fn wait(&self, deadline: &Deadline, received: usize) -> Result<(), TransportError> {
        loop {
            let timed_out = TransportError::TimedOut { waited: self.timeout, received };
            let Some(left) = deadline.left() else { return Err(timed_out) };
            let left = Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: i64::from(left.subsec_nanos()),
            };
            match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&left)) {
                Ok(0) => return Err(timed_out),
                Ok(_) => return Ok(()),
                Err(error) if error == rustix::io::Errno::INTR => {}
                Err(error) => return Err(TransportError::System { doing: "wait for", error: error.into() }),
            }
        }
    }
}

impl Transport for Device {
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        let written = self.file.write(command).map_err(TransportError::system("write to"))?;
        if written != command.len() {
            let error = io::Error::other("the command was taken in part only");
            return Err(TransportError::System { doing: "write to", error });
        }
        let deadline = Deadline::new(self.timeout);
        let limit = response.len();
        let mut received = 0;
        let mut says = None;
        while says.is_none_or(|says| received < says) {
            self.wait(&deadline, received)?;
            let space = response.get_mut(received..).unwrap_or_default();
            let count = match self.file.read(space) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(TransportError::System { doing: "read from", error }),
            };
            if count == 0 {
                return Err(match says {
                    Some(says) => TransportError::Truncated { says, received },
                    None => TransportError::Closed { received },
                });
            }
            received = received.saturating_add(count);
            says = announced(response.get(..received).unwrap_or_default(), limit)?;
        }
        match received.checked_sub(says.unwrap_or_default()) {
            Some(more) if more > 0 => Err(TransportError::TrailingBytes(more)),
            _ => Ok(response.get(..received).unwrap_or_default()),
        }
    }

    fn set_locality(&mut self, _: u8) -> Result<(), TransportError> {
        // Linux sends everything from locality 0.
        Err(TransportError::NoLocality)
    }
}
