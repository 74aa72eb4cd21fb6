//! What a TPM answers: it is hostile too.

use tpmproof::Decode;
use tpmproof::prover::commands::*;
use tpmproof::prover::transport::{Transport, TransportError};
use tpmproof::prover::{AkAlgorithm, Authorization, Entity, ProverError, Tpm};
use tpmproof::structures::*;

/// How many commands there are to answer.
pub const COMMANDS: u8 = 10;

/// Gives the same answer to everything.
#[derive(Debug)]
struct Says(Vec<u8>);

impl Transport for Says {
    fn transmit<'r>(&mut self, _: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        let (says, limit) = (u32::try_from(self.0.len()).unwrap_or(u32::MAX), response.len());
        let room = response.get_mut(..self.0.len()).ok_or(TransportError::Announced { says, limit })?;
        room.copy_from_slice(&self.0);
        Ok(room)
    }

    fn set_locality(&mut self, _: u8) -> Result<(), TransportError> {
        Ok(())
    }
}

/// The first octet chooses a command, and the others are the answer to it.
pub fn response(data: &[u8]) -> bool {
    let Some((command, answer)) = data.split_first() else { return false };
    // One that is to be sent again is waited for, and that takes its time.
    if answer.get(6..10).is_some_and(|code| code[..2] == [0, 0] && code[2] == 9) {
        return false;
    }
    let mut tpm = Tpm::new(Box::new(Says(answer.to_vec())));
    match ask(command % COMMANDS, &mut tpm) {
        Ok(()) => true,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// Sends a command.
pub fn ask(command: u8, tpm: &mut Tpm) -> Result<(), ProverError> {
    let password = &mut [Authorization::Password(&[])];
    let (handle, index) = (Entity::of(TpmHandle(0x8100_0001)), Entity::of(TpmHandle(0x01c0_0002)));
    let selection = TpmlPcrSelection::from_bytes(&[0, 0, 0, 1, 0, 0x0b, 3, 0xff, 0xff, 0]).unwrap();
    match command {
        0 => tpm.execute(&GetRandom { bytes_requested: 16 }, &mut []).map(drop),
        1 => tpm.execute(&ReadClock {}, &mut []).map(drop),
        2 => tpm.execute(&PcrRead { pcr_selection_in: selection }, &mut []).map(drop),
        3 => tpm.execute(&ReadPublic { object_handle: handle }, &mut []).map(drop),
        4 => tpm.execute(&NvReadPublic { nv_index: index }, &mut []).map(drop),
        5 => {
            let owner = Entity::of(TpmHandle::OWNER);
            tpm.execute(&NvRead { auth_handle: owner, nv_index: index, size: 64, offset: 0 }, password).map(drop)
        }
        6 => {
            let command = GetCapability { capability: TpmCap::TPM_PROPERTIES, property: 0x100, property_count: 9 };
            tpm.execute(&command, &mut []).map(drop)
        }
        7 => tpm.create_primary(TpmHandle::ENDORSEMENT, AkAlgorithm::P256.template()).map(drop),
        8 => tpm.execute(&ContextSave { save_handle: handle }, &mut []).map(drop),
        _ => {
            let command = Quote {
                sign_handle: handle,
                qualifying_data: Tpm2bData(&[1, 2]),
                in_scheme: TpmtSigScheme::Null,
                pcr_select: selection,
            };
            tpm.execute(&command, password).map(drop)
        }
    }
}
