//! PCRs of a TPM: which banks it has, what they hold, and how they are extended.

use super::commands::{GetCapability, PcrExtend, PcrRead, PcrReadResponse};
use super::tpm::encoded;
use super::{Authorization, Entity, ProverError, Tpm};
use crate::crypto::HashAlgorithm;
use crate::structures::{
    TpmAlgId, TpmCap, TpmCc, TpmiAlgHash, TpmlDigestValues, TpmlPcrSelection, TpmsCapabilityData, TpmsPcrSelection,
    TpmtHa,
};
use crate::verify::{BankSelection, PcrValue};
use crate::wire::{Decode, Encode, EncodeError};
use std::vec::Vec;

/// A value of a PCR, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedPcrValue {
    /// The bank.
    pub bank: TpmAlgId,
    /// The number of the PCR.
    pub index: u8,
    /// The value.
    pub value: Vec<u8>,
}

impl OwnedPcrValue {
    pub(super) fn as_value(&self) -> PcrValue<'_> {
        PcrValue { bank: self.bank, index: self.index, value: &self.value }
    }
}

impl Tpm {
    /// The banks that hold PCRs, by their algorithms: those that have none are not active.
    ///
    /// # Errors
    /// If the TPM is not reached.
    pub fn active_banks(&mut self) -> Result<Vec<TpmiAlgHash>, ProverError> {
        let command = GetCapability { capability: TpmCap::PCRS, property: 0, property_count: 1 };
        let answer = self.execute(&command, &mut [])?;
        let TpmsCapabilityData::AssignedPcr(banks) = answer.capability_data else { return Ok(Vec::new()) };
        Ok(banks.iter().filter(|bank| bank.indices().next().is_some()).map(|bank| bank.hash).collect())
    }

    /// The values of a selection, ascending within each bank. They are of several moments if something extends them meanwhile: only a
    /// quote tells.
    ///
    /// # Errors
    /// [`ProverError::InactiveBank`] if the TPM has no values of a bank; [`ProverError::NotAsked`] if it gives others; or if it is not
    /// reached.
    pub fn read_pcrs(&mut self, selection: &[BankSelection]) -> Result<Vec<OwnedPcrValue>, ProverError> {
        let mut values = Vec::new();
        for bank in selection {
            let mut left = *bank;
            while left.pcrs != 0 {
                let asked = encode_selection(&[left])?;
                let pcr_selection_in = TpmlPcrSelection::from_bytes(&asked).map_err(ProverError::Parameter)?;
                let answer = self.execute(&PcrRead { pcr_selection_in }, &mut [])?;
                let before = left.pcrs;
                values.extend(take(&answer, &mut left).ok_or(ProverError::NotAsked(TpmCc::PCR_READ))?);
                if left.pcrs == before {
                    return Err(ProverError::InactiveBank(bank.bank));
                }
            }
        }
        Ok(values)
    }

    /// Extends a PCR in each bank of `digests`.
    ///
    /// # Errors
    /// If the TPM refuses, for instance because the PCR is not for this locality.
    pub fn extend(&mut self, index: u8, digests: &[TpmtHa<'_>]) -> Result<(), ProverError> {
        let list = encode_list(digests)?;
        let digests = TpmlDigestValues::from_bytes(&list).map_err(ProverError::Parameter)?;
        let command = PcrExtend { pcr_handle: Entity::pcr(index), digests };
        self.execute(&command, &mut [Authorization::Password(&[])])
    }
}

/// The values of an answer, taken off what is `left` to read; `None` if there are others than those, or they have no digests of the bank.
fn take(answer: &PcrReadResponse<'_>, left: &mut BankSelection) -> Option<Vec<OwnedPcrValue>> {
    let mut digests = answer.pcr_values.iter();
    let mut values = Vec::new();
    for got in answer.pcr_selection_out.iter() {
        for index in got.indices() {
            let index = u8::try_from(index).ok()?;
            let bit = 1u32.checked_shl(index.into())?;
            let value = digests.next()?.0;
            if got.hash.0 != left.bank.into() || left.pcrs & bit == 0 || value.len() != left.bank.output_len() {
                return None;
            }
            left.pcrs &= !bit;
            values.push(OwnedPcrValue { bank: got.hash.0, index, value: value.to_vec() });
        }
    }
    digests.next().is_none().then_some(values)
}

/// A `TPML_`: the count, and the elements.
pub(super) fn encode_list<T: Encode>(elements: &[T]) -> Result<Vec<u8>, EncodeError> {
    encoded(|out| {
        u32::try_from(elements.len()).unwrap_or(u32::MAX).encode(out);
        for element in elements {
            element.encode(out);
        }
    })
}

/// A `TPML_PCR_SELECTION` of three octets a bank.
pub(super) fn encode_selection(selection: &[BankSelection]) -> Result<Vec<u8>, ProverError> {
    let beyond = selection.iter().map(|bank| bank.pcrs.checked_shr(24).unwrap_or(0)).find(|bits| *bits != 0);
    if let Some(index) = beyond.and_then(|bits| u8::try_from(bits.trailing_zeros()).ok()) {
        return Err(ProverError::NoSuchPcr(index.saturating_add(24)));
    }
    Ok(encoded(|out| {
        u32::try_from(selection.len()).unwrap_or(u32::MAX).encode(out);
        for bank in selection {
            let [first, second, third, _] = bank.pcrs.to_le_bytes();
            let hash = TpmiAlgHash(TpmAlgId::from(bank.bank));
            TpmsPcrSelection { hash, pcr_select: &[first, second, third] }.encode(out);
        }
    })?)
}

/// The banks that are hashed here.
pub(super) fn hashed(banks: &[TpmiAlgHash]) -> Result<Vec<HashAlgorithm>, ProverError> {
    banks.iter().map(|bank| HashAlgorithm::try_from(bank.0).map_err(ProverError::Crypto)).collect()
}
