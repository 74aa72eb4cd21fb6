//! What must hold for any bytes, beyond not crashing. libFuzzer calls these functions with bytes of its own, `cargo test`
//! with those of `corpus/`. Each answers whether the bytes were accepted.

use tpmproof::proof::ProofBuilder;
use tpmproof::structures::{Tpm2bPublic, TpmsAttest, TpmtSignature};
use tpmproof::verify::{
    Activation, Certificate, PcrValue, PcrValues, Policy, PolicyDerError, RevocationList, RevocationListError,
};
use tpmproof::{Decode, DecodeError, Encode, Proof};

#[path = "responses.rs"]
mod answers;
#[path = "foreign.rs"]
mod foreigners;
#[path = "judged.rs"]
mod judged;
#[path = "kinds.rs"]
mod kind_judges;
#[path = "lists.rs"]
mod lists;
#[path = "logs.rs"]
mod log_judges;
#[path = "rsa.rs"]
mod rsa_judges;
#[path = "texts.rs"]
mod texts;
#[path = "verify.rs"]
mod verifier;

pub use answers::{COMMANDS, ask, response};
pub use foreigners::foreign;
pub use judged::judged_log;
pub use kind_judges::{hcl_report, nitrotpm, webauthn};
pub use lists::{cel, ima, sipa};
pub use log_judges::{tcg_log, uefi_event};
pub use rsa_judges::rsa;
pub use texts::text_log;
pub use verifier::verify;

/// A `TPMS_ATTEST` that decodes encodes to the same bytes.
pub fn attest(data: &[u8]) -> bool {
    again(data, TpmsAttest::from_bytes, |value, sink| TpmsAttest::fields(value, sink))
}

/// So does a `TPMT_SIGNATURE`.
pub fn signature(data: &[u8]) -> bool {
    again(data, TpmtSignature::from_bytes, |value, sink| TpmtSignature::fields(value, sink))
}

/// So does a `TPM2B_PUBLIC`.
pub fn public(data: &[u8]) -> bool {
    again(data, Tpm2bPublic::from_bytes, |value, sink| Tpm2bPublic::fields(value, sink))
}

/// A certificate is all of its bytes, and its parts lie inside them.
pub fn certificate(data: &[u8]) -> bool {
    match Certificate::from_der(data) {
        Err(error) => inside(data, &error),
        Ok(certificate) => {
            assert_eq!(certificate.der(), data);
            for part in [certificate.spki(), certificate.serial()] {
                assert!(data.windows(part.len().max(1)).any(|window| window.starts_with(part)));
            }
            let _ = format!("{} {} {:?}", certificate.subject(), certificate.issuer(), certificate.validity());
            no_prefix(data, |bytes| Certificate::from_der(bytes).is_ok())
        }
    }
}

/// A revocation list is all of its bytes, and its entries lie inside them.
pub fn crl(data: &[u8]) -> bool {
    match RevocationList::from_der(data) {
        Err(RevocationListError::Decode(error)) => inside(data, &error),
        Err(other) => {
            assert!(!other.to_string().is_empty());
            false
        }
        Ok(list) => {
            let _ = format!("{} {:?}", list.issuer(), list.validity());
            for revoked in list.revoked() {
                assert!(!revoked.serial.is_empty() && data.as_ptr_range().contains(&revoked.serial.as_ptr()));
                let _ = format!("{} {:?}", revoked.date, revoked.reason.map(|reason| reason.to_string()));
            }
            no_prefix(data, |bytes| RevocationList::from_der(bytes).is_ok())
        }
    }
}

/// A policy that reads has one form: written again it is the same bytes, and lends the same rules.
pub fn policy(data: &[u8]) -> bool {
    match Policy::from_der(data) {
        Err(PolicyDerError::Decode(error)) => inside(data, &error),
        Err(other) => {
            let _ = other.to_string();
            false
        }
        Ok(policy) => {
            assert_eq!(policy.to_der(), data);
            let _ = format!("{policy:?}");
            no_prefix(data, |bytes| Policy::from_der(bytes).is_ok())
        }
    }
}

/// A record of an enrollment that reads has one form.
pub fn activation(data: &[u8]) -> bool {
    match Activation::from_der(data) {
        Err(error) => inside(data, &error),
        Ok(record) => {
            assert_eq!(record.to_der(), data);
            no_prefix(data, |bytes| Activation::from_der(bytes).is_ok())
        }
    }
}

/// A proof that reads has one form: written again it is the same bytes.
pub fn proof(data: &[u8]) -> bool {
    let proof = match Proof::from_der(data) {
        Ok(proof) => proof,
        Err(error) => return inside(data, &error),
    };
    let values: Vec<PcrValue<'_>> = proof.evidence().pcr_values.iter().collect();
    assert!(PcrValues::new(&values).is_ok(), "values in order");
    assert_eq!(ProofBuilder::from_proof(&proof).to_der(), data, "one proof has one form");
    no_prefix(data, |bytes| Proof::from_der(bytes).is_ok())
}

fn again<'a, T: Encode>(
    data: &'a [u8],
    read: impl Fn(&'a [u8]) -> Result<T, DecodeError>,
    fields: impl FnOnce(&'a [u8], &mut dyn FnMut(&tpmproof::Field<'_>)) -> Result<T, DecodeError>,
) -> bool {
    let value = match read(data) {
        Ok(value) => value,
        Err(error) => return inside(data, &error),
    };
    let mut buffer = vec![0; data.len()];
    assert_eq!(value.to_bytes(&mut buffer), Ok(data));
    assert!(data.is_empty() || value.to_bytes(&mut buffer[1..]).is_err(), "a buffer that is too small");
    fields(data, &mut |field| assert!(field.offset <= data.len(), "{}", field.name)).expect("it decoded");
    if let Some(shorter) = data.len().checked_sub(1) {
        assert!(read(&data[..shorter]).is_err(), "without its last byte it is another structure");
    }
    true
}

/// What is refused is refused at a place inside it.
fn inside(data: &[u8], error: &DecodeError) -> bool {
    assert!(error.offset <= data.len() && !error.to_string().is_empty(), "{error}");
    false
}

/// What ends where its own length says does not end earlier.
fn no_prefix(data: &[u8], reads: impl Fn(&[u8]) -> bool) -> bool {
    assert!(!reads(&data[..data.len() - 1]), "without its last byte");
    assert!(!reads(&[data, &[0]].concat()), "with a byte more");
    true
}
