//! A quote, and the PCR values of the same moment.

use super::commands::Quote;
use super::pcr::{OwnedPcrValue, encode_selection};
use super::{Authorization, Key, ProverError, Tpm};
use crate::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use crate::structures::{Tpm2bData, TpmAlgId, TpmlPcrSelection, TpmsAttest, TpmtSigScheme, TpmtSignature, TpmuAttest};
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
    /// [`ProverError::PcrsChange`] if something kept on extending the PCRs; or if the TPM refuses.
    pub fn quote(&mut self, key: &Key, nonce: &[u8], selection: &[BankSelection]) -> Result<Quoted, ProverError> {
        let list = encode_selection(selection)?;
        for _ in 0..ATTEMPTS {
            let command = Quote {
                sign_handle: key.entity(),
                qualifying_data: Tpm2bData(nonce),
                in_scheme: TpmtSigScheme::Null,
                pcr_select: TpmlPcrSelection::from_bytes(&list).map_err(ProverError::Public)?,
            };
            let attested = self.execute(&command, &mut [Authorization::Password(&[])])?;
            let (attestation, signature) = (attested.message().to_vec(), attested.signature.bytes.to_vec());
            let hash = signature_hash(&attested.signature.value)?;
            let mut values = self.read_pcrs(selection)?;
            let mut octets = values.iter().map(|value| &value.value[..]);
            let digest = SOFTWARE.digest(hash, &mut octets).map_err(ProverError::Crypto)?;
            let attest = TpmsAttest::from_bytes(&attestation).map_err(ProverError::Public)?;
            if let TpmuAttest::Quote(info) = attest.attested
                && info.pcr_digest.0 == digest.as_bytes()
            {
                values.sort_by_key(|value| (value.bank, value.index));
                return Ok(Quoted { attestation, signature, values });
            }
        }
        Err(ProverError::PcrsChange { attempts: ATTEMPTS })
    }
}

/// The digest of a quote is by the hash of its signature (Part 2, 10.11.4).
fn signature_hash(signature: &TpmtSignature<'_>) -> Result<HashAlgorithm, ProverError> {
    let hash = match signature {
        TpmtSignature::Rsassa(signature) | TpmtSignature::Rsapss(signature) => signature.hash.0,
        TpmtSignature::Ecdsa(signature) => signature.hash.0,
        _ => TpmAlgId::NULL,
    };
    HashAlgorithm::try_from(hash).map_err(|_| ProverError::Key("it signs by a scheme that proofs do not have"))
}

/// A machine that extends PCRs for longer than this has a fault.
const ATTEMPTS: usize = 8;
