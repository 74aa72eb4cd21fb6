//! A TPM that takes commands, and forgets what was loaded into it when it is let go.

use super::kdf::{Cipher, digest};
use super::response::{Header, SessionArea, split};
use super::transport::{DEFAULT_TIMEOUT, MAX_RESPONSE, Transport, judge_size};
use super::{Authorization, Command, Entity, ProverError, Response, TpmAddress, commands::FlushContext};
use crate::structures::{TpmCc, TpmHandle, TpmHt, TpmRc, TpmSt, TpmaSession};
use crate::wire::{DecodeError, DecodeErrorKind, Encode, EncodeError, Encoder, located};
use core::time::Duration;
use std::boxed::Box;
use std::thread::sleep;
use std::vec::Vec;

/// A TPM. Objects and sessions that were made through it are flushed when it is dropped.
#[derive(Debug)]
pub struct Tpm {
    transport: Box<dyn Transport>,
    response: Vec<u8>,
    open: Vec<TpmHandle>,
    /// After a failure of the transport, nobody knows to which command the next bytes belong.
    broken: bool,
}

impl Tpm {
    /// Opens the TPM at `address`.
    ///
    /// # Errors
    /// If it is not there.
    pub fn open(address: &TpmAddress) -> Result<Self, ProverError> {
        Ok(Self::new(address.open(DEFAULT_TIMEOUT)?))
    }

    /// A TPM behind a transport of the caller's.
    #[must_use]
    pub fn new(transport: Box<dyn Transport>) -> Self {
        Self { transport, response: std::vec![0; MAX_RESPONSE], open: Vec::new(), broken: false }
    }

    /// Sends the following commands from this locality.
    ///
    /// # Errors
    /// If the way to the TPM has none.
    pub fn set_locality(&mut self, locality: u8) -> Result<(), ProverError> {
        Ok(self.transport.set_locality(locality)?)
    }

    /// Sends `command`, with one authorization for each entity that needs one, and then sessions that only encrypt or audit. A command
    /// that the TPM asks to be sent again is sent again, for up to ten seconds.
    ///
    /// # Errors
    /// If the TPM is not reached, refuses, or gives a response that is not one to this command.
    pub fn execute<C: Command>(
        &mut self,
        command: &C,
        authorizations: &mut [Authorization<'_>],
    ) -> Result<C::Response<'_>, ProverError> {
        let entities = command.entities();
        let mut parameters = encoded(|out| command.encode_parameters(out))?;
        let area = authorize(C::CODE, &entities, &mut parameters, authorizations)?;
        let frame = frame(C::CODE, &entities, &area, &parameters)?;
        let size = self.transmit(C::CODE, &frame)?;
        let unreadable = |error| ProverError::Response { command: C::CODE, error };
        let header = Header::read(self.response.get(..size).unwrap_or_default()).map_err(unreadable)?;
        if header.code != TpmRc::SUCCESS {
            return Err(ProverError::Refused { command: C::CODE, code: header.code });
        }
        let body = self.response.get_mut(..size).and_then(|response| response.get_mut(Header::SIZE..));
        let sessions = !authorizations.is_empty();
        if header.tag != if sessions { TpmSt::SESSIONS } else { TpmSt::NO_SESSIONS } {
            let kind = DecodeErrorKind::UnknownValue(header.tag.0.into());
            return Err(unreadable(DecodeError::new(kind, 0)));
        }
        let returns_handle = <C::Response<'_> as Response<'_>>::RETURNS_HANDLE;
        let (handle, parameters, area) =
            split(body.unwrap_or_default(), returns_handle, sessions).map_err(unreadable)?;
        self.open.retain(|open| Some(*open) != command.flushed());
        if returns_handle && is_ours_to_flush(handle) {
            self.open.push(handle);
        }
        acknowledge(C::CODE, &entities, parameters, area, authorizations)?;
        for authorization in authorizations {
            if let Authorization::Session { session, .. } = authorization
                && !session.attributes.contains(TpmaSession::CONTINUE_SESSION)
            {
                self.open.retain(|open| *open != session.handle());
            }
        }
        located(parameters, |input| C::Response::decode_response(handle, input)).map_err(unreadable)
    }

    /// Flushes what is still open.
    ///
    /// # Errors
    /// The first that the TPM refused; all were tried.
    pub fn close(mut self) -> Result<(), ProverError> {
        self.flush_from(0)
    }

    /// How much is open.
    pub(super) fn mark(&self) -> usize {
        self.open.len()
    }

    /// Flushes what was opened since a mark.
    pub(super) fn flush_from(&mut self, mark: usize) -> Result<(), ProverError> {
        let mut result = Ok(());
        for handle in self.open.split_off(mark.min(self.open.len())).into_iter().rev() {
            if !self.broken {
                let flushed = self.execute(&FlushContext { flush_handle: handle }, &mut []);
                result = result.and(flushed);
            }
        }
        result
    }

    /// The response to `frame`, once the TPM no longer asks for it again; its size.
    fn transmit(&mut self, command: TpmCc, frame: &[u8]) -> Result<usize, ProverError> {
        let mut pause = FIRST_PAUSE;
        let mut waited = Duration::ZERO;
        loop {
            if self.broken {
                return Err(super::TransportError::Closed { received: 0 }.into());
            }
            let response = self.transport.transmit(frame, &mut self.response);
            let size = match response.and_then(|response| judge_size(response).map(|()| response.len())) {
                Ok(size) => size,
                Err(error) => {
                    self.broken = true;
                    return Err(error.into());
                }
            };
            let header = Header::read(self.response.get(..size).unwrap_or_default());
            let header = header.map_err(|error| ProverError::Response { command, error })?;
            if !header.code.is_retry() || waited >= PATIENCE {
                return Ok(size);
            }
            sleep(pause);
            waited = waited.saturating_add(pause);
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

impl Drop for Tpm {
    fn drop(&mut self) {
        let _ = self.flush_from(0);
    }
}

/// Objects and sessions; a persistent object stays, and that is what it is for.
fn is_ours_to_flush(handle: TpmHandle) -> bool {
    matches!(handle.kind(), TpmHt::TRANSIENT | TpmHt::HMAC_SESSION | TpmHt::POLICY_SESSION)
}

/// What `encode` appends, of any size that a command can have.
pub(super) fn encoded(encode: impl FnOnce(&mut Encoder<'_>)) -> Result<Vec<u8>, EncodeError> {
    let mut buffer = std::vec![0; MAX_COMMAND];
    let mut out = Encoder::new(&mut buffer);
    encode(&mut out);
    out.finish().map(<[u8]>::to_vec)
}

/// The header, the handles, the sessions and the parameters of a command.
fn frame(code: TpmCc, entities: &[Entity], area: &[u8], parameters: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let mut body: Vec<u8> = entities.iter().flat_map(|entity| entity.handle.0.to_be_bytes()).collect();
    if !area.is_empty() {
        body.extend(u32::try_from(area.len()).map_err(|_| EncodeError::TooLong)?.to_be_bytes());
        body.extend_from_slice(area);
    }
    body.extend_from_slice(parameters);
    let size = body.len().saturating_add(Header::SIZE);
    if size > MAX_COMMAND {
        return Err(EncodeError::TooLong);
    }
    let tag = if area.is_empty() { TpmSt::NO_SESSIONS } else { TpmSt::SESSIONS };
    encoded(|out| {
        tag.encode(out);
        u32::try_from(size).unwrap_or(u32::MAX).encode(out);
        code.encode(out);
        out.put(&body);
    })
}

/// The sessions of a command; the first parameter is encrypted where one of them does that.
fn authorize(
    code: TpmCc,
    entities: &[Entity],
    parameters: &mut [u8],
    authorizations: &mut [Authorization<'_>],
) -> Result<Vec<u8>, ProverError> {
    for authorization in &mut *authorizations {
        if let Authorization::Session { session, .. } = authorization {
            session.roll()?;
        }
    }
    for authorization in &*authorizations {
        if let Authorization::Session { session, auth } = authorization
            && session.encrypts(TpmaSession::DECRYPT)
            && let Some(first) = first_parameter(parameters)
        {
            session.cipher(Cipher::Encrypt, false, auth, first);
        }
    }
    let names: Vec<&[u8]> = entities.iter().map(|entity| entity.name.as_bytes()).collect();
    let code = code.0.to_be_bytes();
    let mut area = Vec::new();
    for (place, authorization) in authorizations.iter().enumerate() {
        area.extend(match authorization {
            Authorization::Password(password) => SessionArea::password(password)?,
            Authorization::Session { session, auth } => {
                let parts: Vec<&[u8]> =
                    [&code[..]].into_iter().chain(names.iter().copied()).chain([&*parameters]).collect();
                let command = digest(session.hash(), &parts);
                let others = if place == 0 { nonces_of_ciphers(authorizations) } else { Vec::new() };
                let entity = entities.get(place);
                let hmac = session.hmac(&command, false, &others, entity, auth, session.attributes);
                SessionArea::of(session, &hmac)?
            }
        });
    }
    Ok(area)
}

/// The first session also vouches for the nonces of those behind it that encrypt (Part 1, "HMAC Computation").
fn nonces_of_ciphers(authorizations: &[Authorization<'_>]) -> Vec<u8> {
    let mut nonces = Vec::new();
    let mut before = None;
    for what in [TpmaSession::DECRYPT, TpmaSession::ENCRYPT] {
        for authorization in authorizations.iter().skip(1) {
            if let Authorization::Session { session, .. } = authorization
                && session.encrypts(what)
                && before != Some(session.handle())
            {
                nonces.extend_from_slice(session.nonces().1);
                before = Some(session.handle());
            }
        }
    }
    nonces
}

/// The sessions of a response: each HMAC is compared, and the first parameter decrypted where one of them does that.
fn acknowledge(
    command: TpmCc,
    entities: &[Entity],
    parameters: &mut [u8],
    area: &[u8],
    authorizations: &mut [Authorization<'_>],
) -> Result<(), ProverError> {
    let unreadable = |error| ProverError::Response { command, error };
    let mut rest = area;
    for (place, authorization) in authorizations.iter_mut().enumerate() {
        let found = SessionArea::read(&mut rest).map_err(unreadable)?;
        if let Authorization::Session { session, auth } = authorization {
            session.take_nonce(found.nonce);
            let code = command.0.to_be_bytes();
            let response = digest(session.hash(), &[&TpmRc::SUCCESS.0.to_be_bytes(), &code, parameters]);
            let expected = session.hmac(&response, true, &[], entities.get(place), auth, found.attributes);
            if *expected != found.hmac {
                return Err(ProverError::ResponseHmac(command));
            }
        }
    }
    if !rest.is_empty() {
        let kind = DecodeErrorKind::TrailingBytes(rest.len());
        let offset = area.len().saturating_sub(rest.len());
        return Err(unreadable(DecodeError::new(kind, offset)));
    }
    for authorization in authorizations {
        if let Authorization::Session { session, auth } = authorization
            && session.encrypts(TpmaSession::ENCRYPT)
            && let Some(first) = first_parameter(parameters)
        {
            session.cipher(Cipher::Decrypt, true, auth, first);
        }
    }
    Ok(())
}

/// The content of a first parameter that is a `TPM2B_`.
fn first_parameter(parameters: &mut [u8]) -> Option<&mut [u8]> {
    let (size, rest) = parameters.split_first_chunk_mut()?;
    rest.get_mut(..u16::from_be_bytes(*size).into())
}

/// The largest command that common TPMs have.
const MAX_COMMAND: usize = 4096;
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(256);
const PATIENCE: Duration = Duration::from_secs(10);
