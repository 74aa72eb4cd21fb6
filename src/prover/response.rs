//! The parts of a response (Part 1, "Command/Response Structure").

use super::ProverError;
use super::session::Session;
use super::tpm::encoded;
use crate::structures::{Tpm2bAuth, Tpm2bDigest, Tpm2bNonce, TpmHandle, TpmRc, TpmSt, TpmaSession};
use crate::wire::{Decode, DecodeError, DecodeErrorKind, Encode, Wire, located};
use std::vec::Vec;

structure! {
    /// What every response begins with.
    #[expect(unreachable_pub, reason = "the macro declares what the specification makes public")]
    pub struct Header {
        /// Whether sessions follow.
        tag: TpmSt,
        /// The size of all of the response.
        size: u32,
        /// Whether the command succeeded.
        code: TpmRc,
    }
}

impl Header {
    pub(super) const SIZE: usize = super::transport::HEADER;

    pub(super) fn read(response: &[u8]) -> Result<Self, DecodeError> {
        Self::from_bytes(response.get(..Self::SIZE).unwrap_or(response))
    }
}

/// The handle, the parameters, and the sessions of what follows the header.
pub(super) fn split(
    body: &mut [u8],
    handle: bool,
    sessions: bool,
) -> Result<(TpmHandle, &mut [u8], &[u8]), DecodeError> {
    let ends = |offset| DecodeError::new(DecodeErrorKind::UnexpectedEnd, offset);
    let (handle, rest) = if handle {
        let (word, rest) = body.split_first_chunk_mut().ok_or_else(|| ends(Header::SIZE))?;
        (TpmHandle(u32::from_be_bytes(*word)), rest)
    } else {
        (TpmHandle::NULL, body)
    };
    if !sessions {
        return Ok((handle, rest, &[]));
    }
    let (size, rest) = rest.split_first_chunk_mut().ok_or_else(|| ends(Header::SIZE))?;
    let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
    let (parameters, area) = rest.split_at_mut_checked(size).ok_or_else(|| ends(Header::SIZE))?;
    Ok((handle, parameters, area))
}

/// One session of a command or a response.
pub(super) struct SessionArea<'a> {
    pub(super) nonce: &'a [u8],
    pub(super) attributes: TpmaSession,
    pub(super) hmac: Vec<u8>,
}

impl<'a> SessionArea<'a> {
    pub(super) fn password(password: &[u8]) -> Result<Vec<u8>, ProverError> {
        Self::encode(TpmHandle::PW, &[], TpmaSession(0), password)
    }

    pub(super) fn of(session: &Session, hmac: &[u8]) -> Result<Vec<u8>, ProverError> {
        Self::encode(session.handle(), session.nonces().0, session.attributes, hmac)
    }

    fn encode(handle: TpmHandle, nonce: &[u8], attributes: TpmaSession, hmac: &[u8]) -> Result<Vec<u8>, ProverError> {
        Ok(encoded(|out| {
            handle.encode(out);
            Tpm2bDigest(nonce).encode(out);
            attributes.encode(out);
            Tpm2bDigest(hmac).encode(out);
        })?)
    }

    /// The next session of a response.
    pub(super) fn read(area: &mut &'a [u8]) -> Result<Self, DecodeError> {
        let mut after = *area;
        let found = located_front(area, &mut after)?;
        *area = after;
        Ok(found)
    }
}

fn located_front<'a>(input: &'a [u8], after: &mut &'a [u8]) -> Result<SessionArea<'a>, DecodeError> {
    located(input, |input| {
        let (rest, nonce) = Tpm2bNonce::decode(input)?;
        let (rest, attributes) = TpmaSession::decode(rest)?;
        let (rest, hmac) = Tpm2bAuth::decode(rest)?;
        *after = rest;
        Ok((&[], SessionArea { nonce: nonce.0, attributes, hmac: hmac.0.to_vec() }))
    })
}
