//! `tpmproof show` of what a TPM says about objects: creation data, NV indices and credentials, with their size in front or without.

use super::show::{Line, line, structure};
use crate::structures::{
    Tpm2bCreationData, Tpm2bEncryptedSecret, Tpm2bIdObject, Tpm2bNvPublic, Tpm2bNvPublic2, TpmsCreationData,
    TpmsNvPublic,
};
use crate::wire::Decode;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

pub(crate) fn creation_data(bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), String> {
    if TpmsCreationData::from_bytes(bytes).is_ok() {
        return structure::<TpmsCreationData<'_>>(bytes, 0, 0, lines).map_err(|error| error.to_string());
    }
    structure::<Tpm2bCreationData<'_>>(bytes, 0, 0, lines).map_err(|error| error.to_string())
}

pub(crate) fn nv_public(bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), String> {
    if TpmsNvPublic::from_bytes(bytes).is_ok() {
        return structure::<TpmsNvPublic<'_>>(bytes, 0, 0, lines).map_err(|error| error.to_string());
    }
    if Tpm2bNvPublic2::from_bytes(bytes).is_ok() {
        return structure::<Tpm2bNvPublic2<'_>>(bytes, 0, 0, lines).map_err(|error| error.to_string());
    }
    structure::<Tpm2bNvPublic<'_>>(bytes, 0, 0, lines).map_err(|error| error.to_string())
}

/// A credential alone, or between the header and the secret that `tpm2_makecredential` writes with it.
pub(crate) fn id_object(bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), String> {
    let Some(body) = bytes.strip_prefix(&TOOLS_HEADER) else { return credential(bytes, 0, 0, lines) };
    let size = body.first_chunk().map_or(0, |size| usize::from(u16::from_be_bytes(*size)));
    let (object, secret) =
        body.split_at_checked(size.saturating_add(2)).ok_or("the file ends inside the TPM2B_ID_OBJECT")?;
    let header = bytes.get(..TOOLS_HEADER.len()).unwrap_or_default();
    lines.push(line(bytes, header, 0, "header", Some("of a file of tpm2_makecredential, version 1".to_string())));
    lines.push(line(bytes, object, 0, "credential", None));
    credential(object, TOOLS_HEADER.len(), 1, lines)?;
    let decoded = Tpm2bEncryptedSecret::from_bytes(secret).map_err(|error| format!("its secret: {error}"))?;
    lines.push(line(bytes, secret, 0, "secret", Some(format!("{decoded:?}"))));
    Ok(())
}

/// Nearly every sized buffer would be a credential; one has an HMAC, and inside of its encryption a size and no more than a digest.
fn credential(bytes: &[u8], offset: usize, depth: usize, lines: &mut Vec<Line>) -> Result<(), String> {
    let object = Tpm2bIdObject::from_bytes(bytes).map_err(|error| error.to_string())?.0;
    let hmac = object.integrity_hmac.0.len();
    if ![20, 32, 48, 64].contains(&hmac) {
        return Err(format!("its HMAC has {hmac} bytes, which no hash algorithm of a TPM has"));
    }
    if !(2..=66).contains(&object.enc_identity.len()) {
        return Err(format!(
            "its encrypted identity has {} bytes; a digest behind its size has 2 to 66",
            object.enc_identity.len()
        ));
    }
    structure::<Tpm2bIdObject<'_>>(bytes, offset, depth, lines).map_err(|error| error.to_string())
}

/// `0xBADCC0DE`, and the version of the format.
const TOOLS_HEADER: [u8; 8] = [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1];
