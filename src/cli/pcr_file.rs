//! PCR values, as `tpm2_quote -o` and people write them.

use super::{
    hex,
    json::{self, Json},
};
use crate::crypto::HashAlgorithm;
use crate::structures::{TpmAlgId, TpmlPcrSelection};
use crate::wire::Hex;
use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

/// Values with their places.
pub(crate) type Values = Vec<(TpmAlgId, u8, Vec<u8>)>;

/// Reads a PCR file of any form, with the selection of the quote that it belongs to: exactly one form must fit.
pub(crate) fn read(bytes: &[u8], selection: &TpmlPcrSelection<'_>) -> Result<Values, String> {
    if bytes.first() == Some(&b'{') {
        return from_json(bytes);
    }
    let mut fitting: Vec<Values> = Vec::new();
    let mut reasons: Vec<String> = Vec::new();
    let mut attempt =
        |form: &str, read: Result<Vec<Vec<u8>>, String>| match read.and_then(|digests| place(digests, selection)) {
            Ok(values) => fitting.push(values),
            Err(reason) => reasons.push(format!("not {form}: {reason}")),
        };
    attempt("serialized", serialized(bytes, selection));
    attempt("marshaled", marshaled(bytes, selection));
    attempt("values", values(bytes, selection));
    match (fitting.pop(), fitting.len()) {
        (Some(values), 0) => Ok(values),
        (Some(_), _) => Err("the PCR file fits more than one form; give the values as JSON".into()),
        (None, _) => Err(format!("the PCR file is of no form that tpm2_quote -o writes: {}", reasons.join("; "))),
    }
}

/// `{"sha256": {"0": "hex"}}`
fn from_json(bytes: &[u8]) -> Result<Values, String> {
    let Json::Object(banks) = json::parse(bytes)? else { return Err("the PCR file is no JSON object".into()) };
    let mut values = Vec::new();
    for (bank, pcrs) in &banks {
        let hash = HashAlgorithm::ALL.iter().find(|hash| hash.name() == bank);
        let hash = hash.ok_or_else(|| format!("the PCR file has the unknown bank {bank:?}"))?;
        let Json::Object(pcrs) = pcrs else { return Err(format!("the bank {bank} is no JSON object")) };
        for (index, value) in pcrs {
            let number = index.parse::<u8>().ok().filter(|number| format!("{number}") == *index);
            let number = number.ok_or_else(|| format!("{index:?} is no number of a PCR"))?;
            let value = hex::decode(value.text("a PCR value")?)
                .ok_or_else(|| format!("the value of PCR {index} is not in lower-case hexadecimal digits"))?;
            values.push(((*hash).into(), number, value));
        }
    }
    Ok(values)
}

/// C structures as they lie in memory, little-endian: a selection of 132 bytes, a count, lists of 532 bytes.
fn serialized(bytes: &[u8], selection: &TpmlPcrSelection<'_>) -> Result<Vec<Vec<u8>>, String> {
    let short = || String::from("too short");
    let (head, rest) = bytes.split_at_checked(132).ok_or_else(short)?;
    let banks = usize::try_from(little_endian(head)).unwrap_or(usize::MAX);
    if banks != selection.len() {
        return Err(format!("it selects {banks} banks, and the quote {}", selection.len()));
    }
    let entries = head.get(4..).unwrap_or_default().as_chunks::<8>().0;
    for ([h0, h1, size, octets @ ..], bank) in entries.iter().zip(selection.iter()) {
        let selected = octets.get(..usize::from(*size)).unwrap_or_default();
        if u16::from_le_bytes([*h0, *h1]) != bank.hash.0.0 || selected != bank.pcr_select {
            return Err("its selection is not the signed one".into());
        }
    }
    let (count, mut lists) = rest.split_at_checked(4).ok_or_else(short)?;
    let mut digests = Vec::new();
    for _ in 0..little_endian(count) {
        let (list, after) = lists.split_at_checked(532).ok_or_else(short)?;
        let used = usize::try_from(little_endian(list)).unwrap_or(usize::MAX);
        let buffers = list.get(4..).unwrap_or_default().as_chunks::<66>().0;
        for [s0, s1, buffer @ ..] in buffers.get(..used).ok_or("a list of more than 8 digests")? {
            let size = usize::from(u16::from_le_bytes([*s0, *s1]));
            digests.push(buffer.get(..size).ok_or("a digest of more than 64 bytes")?.to_owned());
        }
        lists = after;
    }
    if lists.is_empty() { Ok(digests) } else { Err(format!("{} bytes too many", lists.len())) }
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |word| u32::from_le_bytes(*word))
}

/// `TPML_PCR_SELECTION`, a count, and as many `TPML_DIGEST`, big-endian.
fn marshaled(bytes: &[u8], selection: &TpmlPcrSelection<'_>) -> Result<Vec<Vec<u8>>, String> {
    use crate::structures::TpmlDigest;
    use crate::wire::Wire;
    let broken = |_| String::from("not that structure");
    let (rest, found) = TpmlPcrSelection::decode(bytes).map_err(broken)?;
    if found != *selection {
        return Err("its selection is not the signed one".into());
    }
    let (mut rest, count) = u32::decode(rest).map_err(|_| String::from("too short"))?;
    let mut digests = Vec::new();
    for _ in 0..count {
        let list: TpmlDigest<'_>;
        (rest, list) = TpmlDigest::decode(rest).map_err(|_| String::from("too short"))?;
        digests.extend(list.iter().map(|digest| digest.0.to_owned()));
    }
    if rest.is_empty() { Ok(digests) } else { Err(format!("{} bytes too many", rest.len())) }
}

/// Bare digests, one after the other.
fn values(bytes: &[u8], selection: &TpmlPcrSelection<'_>) -> Result<Vec<Vec<u8>>, String> {
    let mut rest = bytes;
    let mut digests = Vec::new();
    for bank in selection.iter() {
        for _ in bank.indices() {
            let (digest, after) = rest.split_at_checked(bank.hash.digest_size()).ok_or("too short")?;
            digests.push(digest.to_owned());
            rest = after;
        }
    }
    if rest.is_empty() { Ok(digests) } else { Err(format!("{} bytes too many", rest.len())) }
}

/// Gives each digest its place in the selection.
fn place(digests: Vec<Vec<u8>>, selection: &TpmlPcrSelection<'_>) -> Result<Values, String> {
    let mut values = Values::new();
    let mut digests = digests.into_iter();
    for bank in selection.iter() {
        for index in bank.indices() {
            let digest = digests.next().ok_or("fewer digests than the quote selects")?;
            if digest.len() != bank.hash.digest_size() {
                return Err(format!("a digest is {}, not of its bank's length", Hex(&digest)));
            }
            values.push((bank.hash.0, u8::try_from(index).unwrap_or(u8::MAX), digest));
        }
    }
    match digests.next() {
        None => Ok(values),
        Some(_) => Err("more digests than the quote selects".into()),
    }
}
