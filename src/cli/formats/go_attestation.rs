//! go-attestation's dump of a machine, in JSON.

use super::super::json::Json;
use super::fields::{base64, present};
use super::{Choice, Draft, Source};
use crate::crypto::HashAlgorithm;
use crate::proof::ProofBuilder;
use crate::verify::{Attachment, Log, LogName, PcrValue};
use std::format;
use std::string::String;

/// The numbers that Go has for hashes.
const HASHES: [(u64, HashAlgorithm); 4] =
    [(3, HashAlgorithm::Sha1), (5, HashAlgorithm::Sha256), (6, HashAlgorithm::Sha384), (7, HashAlgorithm::Sha512)];

pub(super) fn fits(source: &Source<'_>) -> bool {
    source.has(&["Static.TPMVersion", "AK", "Quote.Quote"])
}

pub(super) fn read(source: &Source<'_>, _: Choice) -> Result<Draft, String> {
    let [statics, key, quote, log] = source.json()?.members("the document", ["Static", "AK", "Quote", "Log"])?;
    let [version, _] = present(statics).members("Static", ["TPMVersion", "EKPem?"])?;
    if version != Some(&Json::Number(2)) {
        return Err("its quote is a TPM 1.2's: another structure, signed by SHA-1; only TPM 2.0 is verified".into());
    }
    let names = ["Public", "UseTCSDActivationFormat?", "CreateData?", "CreateAttestation?", "CreateSignature?"];
    let [public, _, data, attestation, created] = present(key).members("AK", names)?;
    let [_, _, message, signature] = present(quote).members("Quote", ["Nonce?", "Alg?", "Quote", "Signature"])?;
    let message = base64("Quote.Quote", message)?;
    let mut builder = ProofBuilder::new(&message, &base64("Quote.Signature", signature)?);
    let [pcrs, _, raw] = present(log).members("Log", ["PCRs", "PCRAlg?", "Raw"])?;
    for pcr in present(pcrs).array("Log.PCRs")? {
        let [index, digest, hash] = pcr.members("an entry of Log.PCRs", ["Index", "Digest", "DigestAlg"])?;
        let number = |what: &str, value: Option<&Json>| match value {
            Some(Json::Number(number)) => Ok(*number),
            _ => Err(format!("{what} of an entry of Log.PCRs is no number")),
        };
        let index = number("Index", index)?;
        let index = u8::try_from(index).map_err(|_| format!("Log.PCRs has the PCR {index}, and there is none"))?;
        let hash = number("DigestAlg", hash)?;
        let bank = HASHES.iter().find(|(known, _)| *known == hash).map(|(_, bank)| *bank);
        let bank = bank.ok_or_else(|| format!("Log.PCRs has the hash {hash} of Go, which is no bank's"))?;
        let value = base64("a digest of Log.PCRs", digest)?;
        builder = builder.pcr(PcrValue { bank: bank.into(), index, value: &value });
    }
    builder = builder.key_public(&base64("AK.Public", public)?);
    builder = builder.log(Log { format: LogName::Firmware.as_str(), bytes: &base64("Log.Raw", raw)? });
    for (kind, value) in [("creation-data", data), ("creation-attest", attestation), ("creation-signature", created)] {
        if !matches!(value, None | Some(Json::Null)) {
            builder = builder.attachment(Attachment { kind, name: "AK", bytes: &base64(kind, value)? });
        }
    }
    Ok(builder.into())
}
