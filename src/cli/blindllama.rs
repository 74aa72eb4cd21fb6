//! `BlindLlama` v2's `attestation.json`.

use super::json::{self, Json};
use super::{hex, pcr_file};
use crate::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use crate::log::{BlindLlama, TcgEventType, write_event, write_header};
use crate::proof::ProofBuilder;
use crate::structures::{TpmAlgId, TpmiAlgHash, TpmsAttest, TpmtHa, TpmuAttest};
use crate::verify::{Attachment, Log, LogName, PcrValue};
use crate::wire::Decode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::SectionKind;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// The document as a proof in DER, with the log of what was extended into PCR 15. The web server's authority is enclosed.
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
    let authority = authority.unwrap_or(&Json::Null).text("webserver_rootca")?.as_bytes();
    let root_hash = root_hash.unwrap_or(&Json::Null).text("application_disk_roothash")?;
    let root_hash = hex::array(root_hash)
        .ok_or("application_disk_roothash is no SHA-256 digest in lower-case hexadecimal digits")?;
    builder = builder.log(Log { format: LogName::BlindLlamaV2.as_str(), bytes: &log(&root_hash, authority)? });
    builder = builder.attachment(Attachment { kind: "webserver-ca", name: "webserver_rootca", bytes: authority });
    Ok(builder.to_der())
}

/// What was extended: the root hash as it is, the sentinel, and the hash of the authority's PEM exactly as it stands.
fn log(root_hash: &[u8; 32], authority: &[u8]) -> Result<Vec<u8>, String> {
    let bank = TpmiAlgHash(TpmAlgId::SHA256);
    let hash =
        SOFTWARE.digest(HashAlgorithm::Sha256, &mut [authority].into_iter()).map_err(|error| error.to_string())?;
    let mut log = write_header(&[bank]);
    let data = [BlindLlama::KINDS[0].as_bytes(), BlindLlama::KINDS[1].as_bytes(), authority];
    for (digest, data) in [&root_hash[..], &BlindLlama::SENTINEL, hash.as_bytes()].into_iter().zip(data) {
        let digests = [TpmtHa { hash_alg: bank, digest }];
        log.extend(write_event(BlindLlama::PCR, TcgEventType::IPL, &digests, data));
    }
    Ok(log)
}

fn base64(name: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    let text = value.unwrap_or(&Json::Null).text(name)?;
    STANDARD.decode(text).map_err(|error| format!("{name} is not base64: {error}"))
}
