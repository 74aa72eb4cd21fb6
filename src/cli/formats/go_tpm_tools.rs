//! go-tpm-tools' `attest.Attestation`, as Protocol Buffers: quotes of several banks, of which a proof holds one.

use super::fields::{attest, der_certificate, selection};
use super::parts::{Parts, Written};
use super::protobuf::{Value, fields, put, put_number};
use super::{Choice, Draft, Source};
use crate::crypto::HashAlgorithm;
use crate::proof::ProofBuilder;
use crate::structures::TpmAlgId;
use crate::verify::{Attachment, Log, LogName, PcrValue};
use std::format;
use std::string::String;
use std::vec::Vec;

/// The name of the log that `canonical_event_log` is.
const CANONICAL: &str = "cel";

/// What a proof does not judge, and only encloses: the fields, and the kinds of their attachments.
const ENCLOSED: [(u64, &str); 3] = [(4, "gce-instance-info"), (8, "sev-snp-attestation"), (9, "tdx-attestation")];

/// A field of octets with one of the numbers that the message has; what is in it is for the reader to say.
pub(super) fn fits(source: &Source<'_>) -> bool {
    !source.looks_like_json() && fields("it", source.bytes).is_ok_and(|all| all.iter().any(|(number, _)| *number == 2))
}

struct Quote<'m> {
    message: &'m [u8],
    signature: &'m [u8],
    bank: HashAlgorithm,
    values: Vec<(u8, &'m [u8])>,
}

pub(super) fn read(source: &Source<'_>, choice: Choice) -> Result<Draft, String> {
    let mut quotes = Vec::new();
    let mut once = Once::default();
    let mut rest = Vec::new();
    for (number, value) in fields("the message", source.bytes)? {
        match number {
            1 | 3..=6 | 8 | 9 => once.put(number, value)?,
            2 => quotes.push(quote(value.octets("a quote")?)?),
            7 => rest.push(value.octets("a certificate of intermediate_certs")?),
            _ => return Err(format!("the message has the unknown field {number}")),
        }
    }
    let mut notes = Vec::new();
    let quote = chosen(&quotes, choice, &mut notes)?;
    let mut builder = ProofBuilder::new(quote.message, quote.signature);
    for (index, value) in &quote.values {
        builder = builder.pcr(PcrValue { bank: quote.bank.into(), index: *index, value });
    }
    if let Some(public) = once.octets(1)? {
        builder = builder.key_public(public);
    }
    let own = once.octets(6)?;
    if own.is_none() && !rest.is_empty() {
        return Err("the message has intermediate_certs and no ak_cert, which they would vouch for".into());
    }
    for certificate in own.into_iter().chain(rest) {
        der_certificate("a certificate of the message", certificate)?;
        builder = builder.certificate(certificate);
    }
    for (number, format) in [(3, LogName::Firmware.as_str()), (5, CANONICAL)] {
        if let Some(bytes) = once.octets(number)? {
            builder = builder.log(Log { format, bytes });
        }
    }
    for (number, kind) in ENCLOSED {
        if let Some(bytes) = once.octets(number)? {
            builder = builder.attachment(Attachment { kind, name: "", bytes });
            notes.push(format!("the message's {kind} is only enclosed; nothing judges it"));
        }
    }
    Ok(Draft { builder, spki: None, notes })
}

/// The quote of the bank that is asked for, or of the strongest.
fn chosen<'q, 'm>(quotes: &'q [Quote<'m>], choice: Choice, notes: &mut Vec<String>) -> Result<&'q Quote<'m>, String> {
    for (place, quote) in quotes.iter().enumerate() {
        if quotes.iter().take(place).any(|earlier| earlier.bank == quote.bank) {
            return Err(format!("the message has two quotes of the bank {}", quote.bank.name()));
        }
    }
    let banks: Vec<&str> = quotes.iter().map(|quote| quote.bank.name()).collect();
    let banks = banks.join(", ");
    if let Some(bank) = choice.bank {
        let found = quotes.iter().find(|quote| quote.bank == bank);
        return found.ok_or_else(|| format!("the message has no quote of {}; it has quotes of {banks}", bank.name()));
    }
    let strongest = quotes.iter().max_by_key(|quote| (quote.bank != HashAlgorithm::Sha1, quote.bank.output_len()));
    let strongest = strongest.ok_or("the message has no quote")?;
    if quotes.len() > 1 {
        let name = strongest.bank.name();
        notes.push(format!("the message has quotes of {banks}; that of {name} is taken, and --bank takes another"));
    }
    Ok(strongest)
}

/// `Quote { quote = 1, raw_sig = 2, pcrs = 3 }`, `PCRs { hash = 1, pcrs = 2 }`
fn quote(message: &[u8]) -> Result<Quote<'_>, String> {
    let mut once = Once::default();
    for (number, value) in fields("a quote", message)? {
        match number {
            1..=3 => once.put(number, value)?,
            _ => return Err(format!("a quote has the unknown field {number}")),
        }
    }
    let lacks = |what: &str| format!("a quote lacks its {what}");
    let message = once.octets(1)?.ok_or_else(|| lacks("quote"))?;
    let signature = once.octets(2)?.ok_or_else(|| lacks("raw_sig"))?;
    let pcrs = once.octets(3)?.ok_or_else(|| lacks("pcrs"))?;
    attest("a quote", message)?;
    let mut bank = None;
    let mut values: Vec<(u8, &[u8])> = Vec::new();
    for (number, value) in fields("pcrs", pcrs)? {
        match number {
            1 if bank.is_none() => bank = Some(value.number("pcrs.hash")?),
            2 => {
                let (index, digest) = entry(value.octets("an entry of pcrs")?)?;
                if values.iter().any(|(known, _)| *known == index) {
                    return Err(format!("pcrs has PCR {index} twice"));
                }
                values.push((index, digest));
            }
            1 => return Err("pcrs names its bank twice".into()),
            _ => return Err(format!("pcrs has the unknown field {number}")),
        }
    }
    let bank = bank.and_then(|bank| u16::try_from(bank).ok()).ok_or("pcrs does not name its bank")?;
    Ok(Quote { message, signature, bank: known_bank(TpmAlgId(bank))?, values })
}

fn known_bank(bank: TpmAlgId) -> Result<HashAlgorithm, String> {
    HashAlgorithm::try_from(bank).map_err(|_| format!("{bank:?} is no bank that is known"))
}

/// An entry of a map: the number of a PCR, its value. A number that is left out is 0.
fn entry(message: &[u8]) -> Result<(u8, &[u8]), String> {
    let mut once = Once::default();
    for (number, value) in fields("an entry of pcrs", message)? {
        match number {
            1 | 2 => once.put(number, value)?,
            _ => return Err(format!("an entry of pcrs has the unknown field {number}")),
        }
    }
    let index = once.get(1).map_or(Ok(0), |value| value.number("the number of a PCR"))?;
    let index = u8::try_from(index).map_err(|_| format!("pcrs has the PCR {index}, and there is none"))?;
    Ok((index, once.octets(2)?.unwrap_or_default()))
}

/// Fields that may stand once; Protocol Buffers would take the last of several.
#[derive(Default)]
struct Once<'m>(Vec<(u64, Value<'m>)>);

impl<'m> Once<'m> {
    fn put(&mut self, number: u64, value: Value<'m>) -> Result<(), String> {
        if self.get(number).is_some() {
            return Err(format!("the field {number} stands twice"));
        }
        self.0.push((number, value));
        Ok(())
    }

    fn get(&self, number: u64) -> Option<Value<'m>> {
        self.0.iter().find(|(known, _)| *known == number).map(|(_, value)| *value)
    }

    fn octets(&self, number: u64) -> Result<Option<&'m [u8]>, String> {
        self.get(number).map(|value| value.octets(&format!("the field {number}"))).transpose()
    }
}

/// Writes the message: one quote, of one bank.
pub(super) fn write(parts: &mut Parts<'_>) -> Result<Written, String> {
    let attest = attest("the attestation", parts.message)?;
    let selection = selection("the attestation", &attest)?;
    let mut banks = selection.iter();
    let (Some(bank), None) = (banks.next(), banks.next()) else {
        return Err("the quote is of several banks, and go-tpm-tools makes a quote for each".into());
    };
    known_bank(bank.hash.0)?;
    let mut pcrs = Vec::new();
    put_number(&mut pcrs, 1, bank.hash.0.0.into());
    for (index, digest) in bank.indices().zip(parts.digests()?) {
        let mut entry = Vec::new();
        put_number(&mut entry, 1, u64::try_from(index).unwrap_or(u64::MAX));
        put(&mut entry, 2, digest);
        put(&mut pcrs, 2, &entry);
    }
    let mut quote = Vec::new();
    put(&mut quote, 1, parts.message);
    put(&mut quote, 2, parts.signature);
    put(&mut quote, 3, &pcrs);
    let mut out = Vec::new();
    let public = parts.take_public().ok_or("the proof lacks the TPMT_PUBLIC of its key, which go-tpm-tools needs")?;
    put(&mut out, 1, public);
    put(&mut out, 2, &quote);
    let mut field = |number, octets: Option<&[u8]>| octets.into_iter().for_each(|octets| put(&mut out, number, octets));
    field(3, parts.log(LogName::Firmware.as_str()));
    field(4, parts.attachment(ENCLOSED[0].1));
    field(5, parts.log(CANONICAL));
    for (place, certificate) in parts.take_certificates().into_iter().enumerate() {
        der_certificate("a certificate of the proof", certificate)?;
        field(if place == 0 { 6 } else { 7 }, Some(certificate));
    }
    for (number, kind) in ENCLOSED.into_iter().skip(1) {
        field(number, parts.attachment(kind));
    }
    Ok(Written::one(out))
}
