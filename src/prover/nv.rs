//! What makers and platforms keep in NV.

use super::commands::{GetCapability, NvRead, NvReadPublic};
use super::{Authorization, Entity, ProverError, Tpm};
use crate::structures::{TpmCap, TpmCc, TpmHandle, TpmPt, TpmRc, TpmaNv, TpmsCapabilityData};
use std::vec::Vec;

impl Tpm {
    /// All of an NV index; nothing if there is none, or it was never written. It is read by the owner's empty password, or by its own, but
    /// by neither where a failure counts towards a lockout.
    ///
    /// # Errors
    /// [`ProverError::NvAccess`] if it cannot be read so, or is locked; or if the TPM is not reached.
    pub fn read_nv(&mut self, index: u32) -> Result<Option<Vec<u8>>, ProverError> {
        let handle = TpmHandle(index);
        let public = match self.execute(&NvReadPublic { nv_index: Entity::of(handle) }, &mut []) {
            Ok(public) => public,
            Err(error) if is(&error, TpmRc::HANDLE) => return Ok(None),
            Err(error) => return Err(error),
        };
        let area = public.nv_public.0;
        let entity = Entity::named(handle, public.nv_name.0).ok_or(ProverError::NvAccess(index))?;
        let (attributes, size) = (area.attributes, area.data_size);
        if !attributes.contains(TpmaNv::WRITTEN) {
            return Ok(None);
        }
        let owner = attributes.contains(TpmaNv::OWNERREAD).then_some(Entity::of(TpmHandle::OWNER));
        let itself = attributes.contains(TpmaNv::AUTHREAD.with(TpmaNv::NO_DA)).then_some(entity);
        for reader in owner.into_iter().chain(itself) {
            match self.read_nv_by(reader, entity, size) {
                Err(error) if DENIED.iter().any(|code| is(&error, *code)) => {}
                Err(error) if is(&error, TpmRc::NV_UNINITIALIZED) => return Ok(None),
                read => return read.map(Some),
            }
        }
        Err(ProverError::NvAccess(index))
    }

    fn read_nv_by(&mut self, reader: Entity, index: Entity, size: u16) -> Result<Vec<u8>, ProverError> {
        let at_once = self.property(TpmPt::NV_BUFFER_MAX)?.and_then(|most| u16::try_from(most).ok());
        // What every TPM can (PC Client Platform TPM Profile 1.06, 4.5).
        let at_once = at_once.filter(|most| *most > 0).unwrap_or(512).min(1024);
        let mut content = Vec::new();
        let mut offset = 0u16;
        while offset < size {
            let length = size.saturating_sub(offset).min(at_once);
            let command = NvRead { auth_handle: reader, nv_index: index, size: length, offset };
            let part = self.execute(&command, &mut [Authorization::Password(&[])])?;
            if part.data.0.len() != usize::from(length) {
                return Err(ProverError::NotAsked(TpmCc::NV_READ));
            }
            content.extend_from_slice(part.data.0);
            offset = offset.saturating_add(length);
        }
        Ok(content)
    }

    /// The NV indices of a range, ascending.
    ///
    /// # Errors
    /// If the TPM is not reached.
    pub fn nv_indices(&mut self, range: core::ops::RangeInclusive<u32>) -> Result<Vec<u32>, ProverError> {
        let mut found = Vec::new();
        let mut next = *range.start();
        loop {
            let command = GetCapability { capability: TpmCap::HANDLES, property: next, property_count: 64 };
            let answer = self.execute(&command, &mut [])?;
            let TpmsCapabilityData::Handles(handles) = answer.capability_data else { break };
            let before = found.len();
            found.extend(handles.iter().map(|handle| handle.0).filter(|handle| range.contains(handle)));
            // The last is in no range, or there is no more: each round asks for higher ones.
            match (handles.iter().last(), answer.more_data.0) {
                (Some(last), true) if found.len() > before && last.0 >= next => next = last.0.saturating_add(1),
                _ => break,
            }
        }
        Ok(found)
    }

    /// A number that the TPM tells of itself.
    ///
    /// # Errors
    /// If the TPM is not reached.
    pub fn property(&mut self, property: TpmPt) -> Result<Option<u32>, ProverError> {
        let command = GetCapability { capability: TpmCap::TPM_PROPERTIES, property: property.0, property_count: 1 };
        let answer = self.execute(&command, &mut [])?;
        let TpmsCapabilityData::TpmProperties(properties) = answer.capability_data else { return Ok(None) };
        Ok(properties.iter().find(|found| found.property == property).map(|found| found.value))
    }
}

/// Why a reader without a password does not read; the last is that the owner's hierarchy is off.
const DENIED: [TpmRc; 5] =
    [TpmRc::AUTH_FAIL, TpmRc::BAD_AUTH, TpmRc::NV_AUTHORIZATION, TpmRc::NV_LOCKED, TpmRc::HIERARCHY];

fn is(error: &ProverError, code: TpmRc) -> bool {
    error.code().is_some_and(|found| found.base() == code)
}
