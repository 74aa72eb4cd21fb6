//! The proofs of `AICert`, and what `BlindLlama` v1 serves under `/aTLS`: one document, and other PCRs.

use super::super::json::Json;
use super::super::keys;
use super::fields::{base64, der_certificate, pem_certificate, present, with_pcr_file};
use super::{Choice, Draft, Source};
use crate::crypto::{Crypto, Digest, HashAlgorithm, SOFTWARE};
use crate::log::{EventStrings, TcgEventType, write_event, write_header};
use crate::proof::Proof;
use crate::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
use crate::verify::{Attachment, Log, LogName, LogPart, Replay};
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

pub(super) fn fits(source: &Source<'_>) -> bool {
    has_shape(source) && !is_other(source, EventStrings::AiCert)
}

pub(super) fn fits_blindllama(source: &Source<'_>) -> bool {
    has_shape(source) && !source.has(&["output_event_log"]) && !is_other(source, EventStrings::BlindLlamaV1)
}

fn has_shape(source: &Source<'_>) -> bool {
    source.has(&["event_log", "remote_attestation"])
}

pub(super) fn read(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    document(source, EventStrings::AiCert)
}

pub(super) fn read_blindllama(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    document(source, EventStrings::BlindLlamaV1)
}

/// The members say nothing of the PCRs; the values do: the events lead to the one's, and not to the other's.
fn is_other(source: &Source<'_>, of: EventStrings) -> bool {
    let other = match of {
        EventStrings::AiCert => EventStrings::BlindLlamaV1,
        _ => EventStrings::AiCert,
    };
    let explains = |of: EventStrings| document(source, of).is_ok_and(|draft| explained(&draft, of) == Some(true));
    explains(other) && !explains(of)
}

/// Whether the events lead to the value of their PCR.
fn explained(draft: &Draft, of: EventStrings) -> Option<bool> {
    let der = draft.builder.clone().to_der();
    let proof = Proof::from_der(&der).ok()?;
    let log = proof.evidence().logs.iter().next()?;
    let pcr = u8::try_from(of.pcr(EventStrings::EVENT)?).ok()?;
    let replay = Replay::of(&[LogPart::whole(of.from_bytes(log.bytes).ok()?)], &SOFTWARE).ok()?;
    let value = proof.evidence().pcr_values.iter().find(|value| value.index == pcr)?;
    Some(replay.is_extended(pcr) && replay.value(HashAlgorithm::Sha256, pcr)? == value.value)
}

fn document(source: &Source<'_>, of: EventStrings) -> Result<Draft, String> {
    let names = ["ca_cert", "event_log", "output_event_log?", "remote_attestation"];
    let [authority, events, output, attestation] = source.json()?.members("the document", names)?;
    if source.has(&["remote_attestation.simulation_mode"]) {
        return Err(
            "it was made in simulation mode, without a TPM: it proves nothing, and no policy accepts it; let a machine \
             with a TPM make it"
                .into(),
        );
    }
    let [quote, chain] = present(attestation).members("remote_attestation", ["quote", "cert_chain"])?;
    let [message, signature, pcr] = present(quote).members("quote", ["message", "signature", "pcr"])?;
    let (message, signature) = (wrapped("quote.message", message)?, wrapped("quote.signature", signature)?);
    let mut builder = with_pcr_file("quote.message", &message, &signature, &wrapped("quote.pcr", pcr)?)?;
    for entry in present(chain).array("cert_chain")? {
        builder = builder.certificate(&certificate(&wrapped("an entry of cert_chain", Some(entry))?)?);
    }
    let authority = present(authority).text("ca_cert")?;
    let mut log = StringLog { of, bytes: write_header(&[TpmiAlgHash(TpmAlgId::SHA256)]) };
    for event in present(events).array("event_log")? {
        log.push(EventStrings::EVENT, event.text("an event of event_log")?)?;
    }
    if output.is_some() && of != EventStrings::AiCert {
        return Err("it has the member \"output_event_log\", which AICert's document alone has".into());
    }
    if let Some(output) = output {
        for event in output.array("output_event_log")? {
            log.push(EventStrings::OUTPUT_EVENT, event.text("an event of output_event_log")?)?;
        }
    }
    if !authority.is_empty() {
        log.push(EventStrings::CA_CERT, authority)?;
        let attachment = Attachment { kind: EventStrings::CA_CERT, name: "ca_cert", bytes: authority.as_bytes() };
        builder = builder.attachment(attachment);
    }
    let name = if of == EventStrings::AiCert { LogName::AiCert } else { LogName::BlindLlamaV1 };
    Ok(builder.log(Log { format: name.as_str(), bytes: &log.bytes }).into())
}

/// Strings as they were extended.
struct StringLog {
    of: EventStrings,
    bytes: Vec<u8>,
}

impl StringLog {
    fn push(&mut self, kind: &str, text: &str) -> Result<(), String> {
        let pcr = self.of.pcr(kind).ok_or_else(|| format!("this application extends no {kind}"))?;
        let digest: Digest = SOFTWARE
            .digest(HashAlgorithm::Sha256, &mut [text.as_bytes()].into_iter())
            .map_err(|error| error.to_string())?;
        let digests = [TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: digest.as_bytes() }];
        self.bytes.extend(write_event(pcr, TcgEventType::IPL, &digests, text.as_bytes()));
        Ok(())
    }
}

/// `{"base64": "…"}`
fn wrapped(what: &str, value: Option<&Json>) -> Result<Vec<u8>, String> {
    let [text] = present(value).members(what, ["base64"])?;
    base64(what, text)
}

/// The key's own certificate is DER, and the others are PEM or DER.
fn certificate(octets: &[u8]) -> Result<Vec<u8>, String> {
    let what = "an entry of cert_chain";
    if keys::is_pem(octets) {
        return pem_certificate(what, octets);
    }
    der_certificate(what, octets)?;
    Ok(octets.to_owned())
}
