//! A TPM that lies, or one that stands between us and a real one: a socket that answers each command as a test says.

use super::swtpm::{Swtpm, TIMEOUT};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use tpmproof::prover::TpmAddress;

pub const QUOTE: u32 = 0x158;
pub const CREATE_PRIMARY: u32 = 0x131;
pub const FLUSH_CONTEXT: u32 = 0x165;
pub const GET_RANDOM: u32 = 0x17b;
pub const PCR_READ: u32 = 0x17e;

pub struct FakeTpm {
    pub address: TpmAddress,
    commands: Receiver<u32>,
}

impl FakeTpm {
    /// Answers each command of each client with what `answer` gives, as it is; nothing ends the connection.
    pub fn new(mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> Self {
        Self::serve(move |command, client| match answer(command) {
            Some(response) => client.write_all(&response).is_ok(),
            None => false,
        })
    }

    /// The same, with the connection in the hands of `answer`, which says whether it goes on.
    pub fn serve(mut answer: impl FnMut(&[u8], &mut TcpStream) -> bool + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, commands) = channel();
        std::thread::spawn(move || {
            while let Ok((mut client, _)) = listener.accept() {
                client.set_nodelay(true).unwrap();
                while let Some(command) = read_message(&mut client) {
                    let _ = seen.send(code(&command));
                    if !answer(&command, &mut client) {
                        break;
                    }
                }
            }
        });
        Self { address: TpmAddress::Swtpm("127.0.0.1".into(), port), commands }
    }

    /// Stands before a real TPM: `change` gets each command, and what sends one to the TPM.
    pub fn before(
        swtpm: &Swtpm,
        mut change: impl FnMut(&[u8], &mut dyn FnMut(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> + Send + 'static,
    ) -> Self {
        let port = swtpm.port();
        // Each command takes a connection of its own, so that the TPM is free for others between them.
        Self::new(move |command| change(command, &mut |command| exchange(port, command)))
    }

    /// The codes of the commands that came since the last call.
    pub fn commands(&self) -> Vec<u32> {
        self.commands.try_iter().collect()
    }

    pub fn count(&self, code: u32) -> usize {
        self.commands().iter().filter(|command| **command == code).count()
    }
}

fn exchange(port: u16, command: &[u8]) -> Vec<u8> {
    let mut tpm = TcpStream::connect(("127.0.0.1", port)).unwrap();
    tpm.set_read_timeout(Some(TIMEOUT)).unwrap();
    tpm.write_all(command).unwrap();
    read_message(&mut tpm).unwrap()
}

/// A command or response, by the size that it says.
pub fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = vec![0; 10];
    stream.read_exact(&mut message).ok()?;
    let size = u32::from_be_bytes(message[2..6].try_into().unwrap()) as usize;
    message.resize(size, 0);
    stream.read_exact(&mut message[10..]).ok()?;
    Some(message)
}

/// The code of a command, or of a response.
pub fn code(message: &[u8]) -> u32 {
    u32::from_be_bytes(message[6..10].try_into().unwrap())
}

/// A response without sessions.
pub fn response(code: u32, parameters: &[u8]) -> Vec<u8> {
    let size = u32::try_from(10 + parameters.len()).unwrap();
    [&[0x80, 0x01][..], &size.to_be_bytes(), &code.to_be_bytes(), parameters].concat()
}

/// One to a command that was authorized by a password.
pub fn authorized(handle: Option<u32>, parameters: &[u8]) -> Vec<u8> {
    let handle: Vec<u8> = handle.iter().flat_map(|handle| handle.to_be_bytes()).collect();
    let count = u32::try_from(parameters.len()).unwrap().to_be_bytes();
    let mut message = response(0, &[&handle[..], &count, parameters, &[0, 0, 1, 0, 0]].concat());
    message[1] = 2;
    message
}

/// `TPM2_PCR_Extend` of SHA-256.
pub fn extend(pcr: u8, digest: &[u8; 32]) -> Vec<u8> {
    let password = [0x40, 0, 0, 9, 0, 0, 0, 0, 0];
    let body = [&[0, 0, 0, pcr, 0, 0, 0, 9][..], &password, &[0, 0, 0, 1, 0, 0x0b], digest].concat();
    let size = u32::try_from(10 + body.len()).unwrap();
    [&[0x80, 0x02][..], &size.to_be_bytes(), &0x182u32.to_be_bytes(), &body].concat()
}
