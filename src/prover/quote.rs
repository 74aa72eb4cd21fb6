//! A quote, and the PCR values of the same moment.

use super::commands::Quote;
use super::pcr::{OwnedPcrValue, encode_selection};
use super::{Authorization, Key, ProverError, Tpm};
use crate::structures::{Tpm2bData, TpmlPcrSelection, TpmtSigScheme};
use crate::verify::BankSelection;
use crate::wire::Decode;
use std::vec::Vec;

/// What a TPM attests, and the values that it speaks of.
#[derive(Clone, Debug)]
pub struct Quoted {
    /// The `TPMS_ATTEST`, as the TPM gave it.
    pub attestation: Vec<u8>,
    /// The `TPMT_SIGNATURE`, as the TPM gave it.
    pub signature: Vec<u8>,
    /// The values, ascending by bank and index.
    pub values: Vec<OwnedPcrValue>,
}

impl Tpm {
    /// Quotes a selection with an attestation key, for a verifier's nonce of at most 64 octets; and reads the values until they are those
    /// that the quote covers.
    ///
    /// # Errors
    /// [`ProverError::PcrsChange`] if something kept on extending the PCRs; [`ProverError::QuoteChanged`] if the quote does not verify; or
    /// if the TPM refuses.
    pub fn quote(&mut self, key: &Key, nonce: &[u8], selection: &[BankSelection]) -> Result<Quoted, ProverError> {
        let list = encode_selection(selection)?;
        self.spare_last_try(key)?;
        for _ in 0..ATTEMPTS {
            let command = Quote {
                sign_handle: key.entity(),
                qualifying_data: Tpm2bData(nonce),
                in_scheme: TpmtSigScheme::Null,
                pcr_select: TpmlPcrSelection::from_bytes(&list).map_err(ProverError::Parameter)?,
            };
            let attested = self.execute(&command, &mut [Authorization::Password(&[])])?;
            let (attestation, signature) = (attested.message().to_vec(), attested.signature.bytes.to_vec());
            let mut values = self.read_pcrs(selection)?;
            values.sort_by_key(|value| (value.bank, value.index));
            let quoted = Quoted { attestation, signature, values };
            if quoted.verify(key, nonce)? {
                return Ok(quoted);
            }
        }
        Err(ProverError::PcrsChange { attempts: ATTEMPTS })
    }
}

/// A machine that extends PCRs for longer than this has a fault.
const ATTEMPTS: usize = 8;
