//! The files that `tpm2_quote` writes, and the key in the forms that `tpm2_checkquote` takes.

use super::parts::{Parts, Written, pem};
use crate::structures::TpmtPublic;
use crate::wire::Decode;
use std::borrow::ToOwned;
use std::string::String;
use std::vec::Vec;

/// The message, the signature, the values, and what there is of the key.
pub(super) fn write(parts: &mut Parts<'_>) -> Result<Written, String> {
    let mut files: Vec<(&'static str, Vec<u8>)> = std::vec![
        (".msg", parts.message.to_owned()),
        (".sig", parts.signature.to_owned()),
        (".pcrs", parts.serialized()?),
        (".pem", pem("PUBLIC KEY", &parts.take_spki()?).into_bytes()),
    ];
    // As tpm2_readpublic writes it: with its size.
    if let Some(public) = parts.take_public() {
        let size = u16::try_from(public.len()).ok().filter(|_| TpmtPublic::from_bytes(public).is_ok());
        let size = size.ok_or("the TPMT_PUBLIC of the proof is none")?;
        files.push((".pub", [&size.to_be_bytes()[..], public].concat()));
    }
    let certificates = parts.take_certificates();
    if !certificates.is_empty() {
        let chain: String = certificates.iter().map(|der| pem("CERTIFICATE", der)).collect();
        files.push((".chain.pem", chain.into_bytes()));
    }
    Ok(Written(files))
}
