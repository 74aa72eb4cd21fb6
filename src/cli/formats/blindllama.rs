//! `BlindLlama` v2's `attestation.json`.

use super::super::hex;
use super::fields::{base64, pem_certificate, present, with_pcr_file};
use super::parts::{Parts, Written, json_text, pem};
use super::{Choice, Draft, Source};
use crate::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use crate::log::{BlindLlama, TcgEventType, write_event, write_header};
use crate::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
use crate::verify::{Attachment, Log, LogName};
use crate::wire::Hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

const AUTHORITY: &str = "webserver-ca";

pub(super) fn fits(source: &Source<'_>) -> bool {
    source.has(&["cert_chain", "quote", "application_disk_roothash"])
}

/// The document, with the log of what was extended into PCR 15. The web server's authority is enclosed.
pub(super) fn read(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let names = ["cert_chain", "quote", "webserver_rootca", "application_disk_roothash"];
    let [chain, quote, authority, root_hash] = source.json()?.members("the document", names)?;
    let [message, signature, pcr] = present(quote).members("quote", ["message", "signature", "pcr"])?;
    let (message, signature) = (base64("quote.message", message)?, base64("quote.signature", signature)?);
    let mut builder = with_pcr_file("quote.message", &message, &signature, &base64("quote.pcr", pcr)?)?;
    for certificate in present(chain).array("cert_chain")? {
        let text = certificate.text("an entry of cert_chain")?;
        builder = builder.certificate(&pem_certificate("an entry of cert_chain", text.as_bytes())?);
    }
    let authority = present(authority).text("webserver_rootca")?.as_bytes();
    let root_hash = hex::array(present(root_hash).text("application_disk_roothash")?)
        .ok_or("application_disk_roothash is no SHA-256 digest in lower-case hexadecimal digits")?;
    builder = builder.log(Log { format: LogName::BlindLlamaV2.as_str(), bytes: &log(&root_hash, authority)? });
    Ok(builder.attachment(Attachment { kind: AUTHORITY, name: "webserver_rootca", bytes: authority }).into())
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

/// Writes the document again: what it cannot hold is named, and what it needs must be in the proof.
pub(super) fn write(parts: &mut Parts<'_>) -> Result<Written, String> {
    let log = parts.log(LogName::BlindLlamaV2.as_str()).ok_or("the proof has no log \"blindllama-v2\"")?;
    let log = BlindLlama::from_bytes(log).map_err(|error| format!("the log \"blindllama-v2\" is none: {error}"))?;
    let root_hash = log.events().find_map(|event| event.digests.get(TpmAlgId::SHA256)).ok_or("the log has no event")?;
    let root_hash = Hex(root_hash).to_string();
    let authority = parts.attachment(AUTHORITY).ok_or("the proof does not enclose the web server's authority")?;
    let authority =
        core::str::from_utf8(authority).map_err(|_| String::from("the web server's authority is no text"))?.to_string();
    let chain = parts.take_certificates();
    if chain.is_empty() {
        return Err("the proof has no certificates of its key, and the document consists of them".into());
    }
    let chain: Vec<String> = chain.iter().map(|der| json_text(&pem("CERTIFICATE", der))).collect();
    let text = format!(
        "{{\"cert_chain\": [{}], \"quote\": {{\"message\": \"{}\", \"signature\": \"{}\", \"pcr\": \"{}\"}}, \
         \"webserver_rootca\": {}, \"application_disk_roothash\": \"{root_hash}\"}}\n",
        chain.join(", "),
        STANDARD.encode(parts.message),
        STANDARD.encode(parts.signature),
        STANDARD.encode(parts.serialized()?),
        json_text(&authority),
    );
    Ok(Written::one(text.into_bytes()))
}
