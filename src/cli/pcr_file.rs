//! PCR values, as `tpm2_quote -o` and people write them.

use super::{
    hex,
    json::{self, Json},
    policy_text,
};
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
            // Where nothing was selected, two forms say the same.
            Ok(values) if fitting.contains(&values) => {}
            Ok(values) => fitting.push(values),
            Err(reason) => reasons.push(format!("not {form}: {reason}")),
        };
    attempt("serialized", serialized(bytes, selection, Order::Little));
    attempt("serialized by a big-endian machine", serialized(bytes, selection, Order::Big));
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
        let hash = policy_text::hash(bank).map_err(|reason| format!("the PCR file has an unknown bank: {reason}"))?;
        let Json::Object(pcrs) = pcrs else { return Err(format!("the bank {bank} is no JSON object")) };
        for (index, value) in pcrs {
            let number = index.parse::<u8>().ok().filter(|number| format!("{number}") == *index);
            let number = number.ok_or_else(|| format!("{index:?} is no number of a PCR"))?;
            let value = hex::decode(value.text("a PCR value")?)
                .ok_or_else(|| format!("the value of PCR {index} is not in lower-case hexadecimal digits"))?;
            values.push((hash.into(), number, value));
        }
    }
    Ok(values)
}

/// The byte order of the structures: little-endian, as they are meant to be, or big-endian, as machines of that order wrote them before
/// tpm2-tools 5.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn word(self, bytes: &[u8]) -> usize {
        let word = bytes.first_chunk().map_or(0, |word| match self {
            Self::Little => u32::from_le_bytes(*word),
            Self::Big => u32::from_be_bytes(*word),
        });
        usize::try_from(word).unwrap_or(usize::MAX)
    }

    fn half(self, half: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(half),
            Self::Big => u16::from_be_bytes(half),
        }
    }
}

/// C structures as they lie in memory: a selection of 132 bytes, a count, lists of 532 bytes.
fn serialized(bytes: &[u8], selection: &TpmlPcrSelection<'_>, order: Order) -> Result<Vec<Vec<u8>>, String> {
    let short = || String::from("too short");
    let (head, rest) = bytes.split_at_checked(SELECTION_SIZE).ok_or_else(short)?;
    let banks = order.word(head);
    if banks != selection.len() {
        return Err(format!("it selects {banks} banks, and the quote {}", selection.len()));
    }
    let entries = head.get(4..).unwrap_or_default().as_chunks::<8>().0;
    for ([h0, h1, size, octets @ ..], bank) in entries.iter().zip(selection.iter()) {
        let selected = octets.get(..usize::from(*size)).unwrap_or_default();
        if order.half([*h0, *h1]) != bank.hash.0.0 || selected != bank.pcr_select {
            return Err("its selection is not the signed one".into());
        }
    }
    let (count, mut lists) = rest.split_at_checked(4).ok_or_else(short)?;
    let mut digests = Vec::new();
    for _ in 0..order.word(count) {
        let (list, after) = lists.split_at_checked(LIST_SIZE).ok_or_else(short)?;
        let used = order.word(list);
        let buffers = list.get(4..).unwrap_or_default().as_chunks::<66>().0;
        for [s0, s1, buffer @ ..] in buffers.get(..used).ok_or("a list of more than 8 digests")? {
            let size = usize::from(order.half([*s0, *s1]));
            digests.push(buffer.get(..size).ok_or("a digest of more than 64 bytes")?.to_owned());
        }
        lists = after;
    }
    if lists.is_empty() { Ok(digests) } else { Err(format!("{} bytes too many", lists.len())) }
}

/// The size of the C structure `TPML_PCR_SELECTION`.
const SELECTION_SIZE: usize = 132;
/// The size of the C structure `TPML_DIGEST`.
const LIST_SIZE: usize = 532;

/// Writes digests, in the order of the selection, as `tpm2_quote -F serialized` does.
pub(crate) fn write(selection: &TpmlPcrSelection<'_>, digests: &[&[u8]]) -> Result<Vec<u8>, String> {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
    let padded = |mut part: Vec<u8>, size: usize| {
        if part.len() > size {
            return Err(String::from("the quote selects more than the files of tpm2_quote hold"));
        }
        part.resize(size, 0);
        Ok(part)
    };
    let mut head = count(selection.len()).to_vec();
    for bank in selection.iter() {
        let mut entry = bank.hash.0.0.to_le_bytes().to_vec();
        entry.push(u8::try_from(bank.pcr_select.len()).unwrap_or(u8::MAX));
        entry.extend(bank.pcr_select);
        head.extend(padded(entry, 8)?);
    }
    let mut out = padded(head, SELECTION_SIZE)?;
    out.extend(count(digests.len().div_ceil(8)));
    for list in digests.chunks(8) {
        let mut octets = count(list.len()).to_vec();
        for digest in list {
            let mut buffer = u16::try_from(digest.len()).unwrap_or(u16::MAX).to_le_bytes().to_vec();
            buffer.extend(*digest);
            octets.extend(padded(buffer, 66)?);
        }
        out.extend(padded(octets, LIST_SIZE)?);
    }
    Ok(out)
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
pub(crate) fn place(digests: Vec<Vec<u8>>, selection: &TpmlPcrSelection<'_>) -> Result<Values, String> {
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
