//! `BlindLlama` v2's `attestation.json`.

use super::json::{self, Json};
use super::pcr_file;
use crate::proof::ProofBuilder;
use crate::structures::{TpmsAttest, TpmuAttest};
use crate::verify::{Attachment, PcrValue};
use crate::wire::Decode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::SectionKind;
use std::format;
use std::string::String;
use std::vec::Vec;

/// The document as a proof in DER. The web server's authority and the root hash of its disk are enclosed as attachments.
pub(crate) fn convert(document: &[u8]) -> Result<Vec<u8>, String> {
    let document = json::parse(document).map_err(|reason| format!("the JSON cannot be read: {reason}"))?;
    let names = ["cert_chain", "quote", "webserver_rootca", "application_disk_roothash"];
    let [chain, quote, authority, root_hash] = document.members("the document", names)?;
    let quote = quote.unwrap_or(&Json::Null);
    let [message, signature, pcr] = quote.members("quote", ["message", "signature", "pcr"])?;
    let (message, signature) = (base64("quote.message", message)?, base64("quote.signature", signature)?);
    let attest =
        TpmsAttest::from_bytes(&message).map_err(|error| format!("quote.message is no TPMS_ATTEST: {error}"))?;
    let mut builder = ProofBuilder::new(&message, &signature);
    let TpmuAttest::Quote(info) = &attest.attested else { return Err("quote.message is no quote".into()) };
    for (bank, index, value) in pcr_file::read(&base64("quote.pcr", pcr)?, &info.pcr_select)? {
        builder = builder.pcr(PcrValue { bank, index, value: &value });
    }
    for certificate in chain.unwrap_or(&Json::Null).array("cert_chain")? {
        let mut found = super::keys::sections(certificate.text("cert_chain")?.as_bytes(), SectionKind::Certificate);
        match (found.pop(), found.is_empty()) {
            (Some(der), true) => builder = builder.certificate(&der),
            _ => return Err("an entry of cert_chain is not one certificate in PEM".into()),
        }
    }
    for (kind, name, value) in
        [("webserver-ca", "webserver_rootca", authority), ("disk-root-hash", "application_disk_roothash", root_hash)]
    {
        let bytes = value.unwrap_or(&Json::Null).text(name)?.as_bytes();
        builder = builder.attachment(Attachment { kind, name, bytes });
    }
    Ok(builder.to_der())
}

fn base64(name: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    let text = value.unwrap_or(&Json::Null).text(name)?;
    STANDARD.decode(text).map_err(|error| format!("{name} is not base64: {error}"))
}
