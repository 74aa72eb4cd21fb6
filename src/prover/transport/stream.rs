//! A stream socket, with a deadline for each response.

use super::{TransportError, announced};
use core::time::Duration;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::string::String;
use std::time::Instant;

/// Where a socket is.
#[derive(Clone, Debug)]
pub(crate) enum Endpoint {
    Tcp(String, u16),
    Unix(PathBuf),
}

/// A connected socket.
#[derive(Debug)]
pub(super) struct Stream {
    socket: Socket,
    timeout: Duration,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    pub(super) fn connect(endpoint: &Endpoint, timeout: Duration) -> io::Result<Self> {
        let socket = match endpoint {
            Endpoint::Tcp(host, port) => {
                let stream = connect(host, *port, timeout)?;
                // Commands are small and wait for their response: nothing is gained by gathering bytes.
                stream.set_nodelay(true)?;
                Socket::Tcp(stream)
            }
            Endpoint::Unix(path) => Socket::Unix(UnixStream::connect(path)?),
        };
        let stream = Self { socket, timeout };
        stream.set_write_timeout(timeout)?;
        Ok(stream)
    }

    /// Writes all of `bytes`. What has come before them answers nothing, and is an error.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        if self.has_input()? {
            let count = self.receive_some(&mut [0; 4096], &Deadline::new(self.timeout), 0)?;
            return Err(TransportError::TrailingBytes(count));
        }
        let written = match &mut self.socket {
            Socket::Tcp(stream) => stream.write_all(bytes),
            Socket::Unix(stream) => stream.write_all(bytes),
        };
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => TransportError::Closed { received: 0 },
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                TransportError::TimedOut { waited: self.timeout, received: 0 }
            }
            _ => TransportError::System { doing: "write to", error },
        })
    }

    /// Reads one response, which says its own size, and nothing behind it.
    pub(super) fn receive_response<'r>(&mut self, buffer: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        let mut deadline = Deadline::new(self.timeout);
        let mut received = 0;
        loop {
            let limit = buffer.len();
            let read = buffer.get(..received).unwrap_or_default();
            if let Some(size) = announced(read, limit)? {
                if let Some(more) = received.checked_sub(size).filter(|more| *more > 0) {
                    return Err(TransportError::TrailingBytes(more));
                }
                if received == size {
                    return Ok(buffer.get(..size).unwrap_or_default());
                }
            }
            let space = buffer.get_mut(received..).unwrap_or_default();
            let count = self.receive_some(space, &deadline, received)?;
            if received == 0 {
                // A TPM thinks before it answers, and not while it does.
                deadline = Deadline::new(self.timeout.min(REST));
            }
            received = received.saturating_add(count);
        }
    }

    /// Fills `buffer`.
    pub(super) fn receive(&mut self, buffer: &mut [u8]) -> Result<(), TransportError> {
        let deadline = Deadline::new(self.timeout);
        let mut received = 0;
        while let Some(space) = buffer.get_mut(received..).filter(|space| !space.is_empty()) {
            let count = self.receive_some(space, &deadline, received)?;
            received = received.saturating_add(count);
        }
        Ok(())
    }

    fn receive_some(
        &mut self,
        space: &mut [u8],
        deadline: &Deadline,
        received: usize,
    ) -> Result<usize, TransportError> {
        loop {
            let timed_out = || TransportError::TimedOut { waited: deadline.timeout, received };
            let left = deadline.left().ok_or_else(timed_out)?;
            let read = match &mut self.socket {
                Socket::Tcp(stream) => stream.set_read_timeout(Some(left)).and_then(|()| stream.read(space)),
                Socket::Unix(stream) => stream.set_read_timeout(Some(left)).and_then(|()| stream.read(space)),
            };
            match read {
                Ok(0) => return Err(TransportError::Closed { received }),
                Ok(count) => return Ok(count),
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Err(timed_out()),
                    ErrorKind::ConnectionReset => return Err(TransportError::Closed { received }),
                    _ => return Err(TransportError::System { doing: "read from", error }),
                },
            }
        }
    }

    /// Whether there is something to read now, or the end of it.
    fn has_input(&self) -> Result<bool, TransportError> {
        let socket = match &self.socket {
            Socket::Tcp(stream) => PollFd::new(stream, PollFlags::IN),
            Socket::Unix(stream) => PollFd::new(stream, PollFlags::IN),
        };
        loop {
            match poll(&mut [socket.clone()], Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                Ok(ready) => return Ok(ready > 0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(TransportError::System { doing: "look at", error: error.into() }),
            }
        }
    }

    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()> {
        match &self.socket {
            Socket::Tcp(stream) => stream.set_write_timeout(Some(timeout)),
            Socket::Unix(stream) => stream.set_write_timeout(Some(timeout)),
        }
    }
}

/// The first address of the host that answers. To connect takes no TPM's time.
fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<TcpStream> {
    let mut result = Err(io::Error::other("the host has no address"));
    for address in (host, port).to_socket_addrs()? {
        result = TcpStream::connect_timeout(&address, timeout.min(CONNECTING));
        if result.is_ok() {
            break;
        }
    }
    result
}

const CONNECTING: Duration = Duration::from_secs(10);

/// A moment that does not move when bytes trickle in.
#[derive(Debug)]
pub(super) struct Deadline {
    start: Instant,
    timeout: Duration,
}

impl Deadline {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { start: Instant::now(), timeout }
    }

    /// What is left, if anything is.
    pub(super) fn left(&self) -> Option<Duration> {
        self.timeout.checked_sub(self.start.elapsed()).filter(|left| !left.is_zero())
    }
}

/// How long the rest of a response may take once it has begun.
const REST: Duration = Duration::from_secs(10);
