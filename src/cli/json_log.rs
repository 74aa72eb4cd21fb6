//! Logs in JSON, read record by record: the records of the TCG's Canonical Event Log (CEL 1.0, its JSON encoding), as one array or one
//! a line; systemd's own, which are a JSON text sequence (RFC 7464); and the reference values of a `.pcrlock` file.

use super::hex;
use super::json::{self, Json};
use super::policy_events::OwnedDigest;
use super::policy_text;
use crate::crypto::HashAlgorithm;
use crate::log::TcgEventType;
use crate::structures::{TpmAlgId, TpmiAlgHash};
use std::borrow::ToOwned;
use std::format;
use std::string::String;
use std::vec::Vec;

/// What a file has.
#[derive(Debug)]
pub(crate) struct JsonLog {
    pub(crate) records: Vec<Record>,
    /// The records are values to compare with, and nothing that happened.
    pub(crate) reference: bool,
    /// The records are those that systemd writes while it runs.
    pub(crate) sequence: bool,
}

/// One measurement.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) target: Target,
    pub(crate) digests: Vec<OwnedDigest>,
    pub(crate) content: Content,
}

/// What a measurement extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Pcr(u32),
    /// An NV index, which systemd calls an `NvPCR`. No quote covers it.
    Nv(u32),
}

/// What is said of a measurement.
#[derive(Debug)]
pub(crate) enum Content {
    Nothing,
    Firmware { type_: TcgEventType, data: Vec<u8> },
    Systemd { text: String, nv_name: String },
}

/// What separates the texts of a sequence (RFC 7464, 2.2).
const RECORD_SEPARATOR: u8 = 0x1e;

/// Whether a file can be JSON: no event log of another form begins so.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[' | &RECORD_SEPARATOR))
}

/// Reads all of `bytes`.
pub(crate) fn read(bytes: &[u8]) -> Result<JsonLog, String> {
    let text = bytes.trim_ascii();
    let sequence = text.first() == Some(&RECORD_SEPARATOR);
    let mut reference = false;
    let mut records = Vec::new();
    if let Some(texts) = text.strip_prefix(&[RECORD_SEPARATOR]) {
        // What was cut ends without its line feed; it is no whole text then, and does not parse.
        let texts = texts.split(|octet| *octet == RECORD_SEPARATOR);
        for (place, text) in texts.filter(|text| !text.trim_ascii().is_empty()).enumerate() {
            records.push(one(place, &json::parse(text).map_err(at(place))?)?);
        }
    } else if is_lines(text) {
        let lines = text.split(|octet| *octet == b'\n').filter(|line| !line.trim_ascii().is_empty());
        for (place, line) in lines.enumerate() {
            records.push(one(place, &json::parse(line).map_err(at(place))?)?);
        }
    } else {
        let document = json::parse(text).map_err(|reason| format!("the JSON cannot be read: {reason}"))?;
        reference = matches!(&document, Json::Object(members) if members.contains_key("records"));
        let array = match &document {
            Json::Array(array) => &array[..],
            document if reference => {
                let [array] = document.members("the document", ["records"])?;
                array.map_or(Ok(&[][..]), |array| array.array("records"))?
            }
            document => core::slice::from_ref(document),
        };
        for (place, value) in array.iter().enumerate() {
            records.push(one(place, value)?);
        }
    }
    if records.is_empty() {
        return Err("there is no record in it".into());
    }
    if let Some(place) = records.iter().position(|record| reference && !record.is_reference()) {
        return Err(at(place)("a reference value has a PCR and digests, and nothing else".into()));
    }
    Ok(JsonLog { records, reference, sequence })
}

/// Whether each line is a text of its own.
fn is_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|octet| *octet == b'\n');
    lines.next().is_some_and(|first| text.first() == Some(&b'{') && json::parse(first).is_ok())
        && lines.next().is_some()
}

/// Errors name records by their numbers, the first being 1.
fn at(place: usize) -> impl Fn(String) -> String {
    move |reason| format!("record {}: {reason}", place.saturating_add(1))
}

fn one(place: usize, value: &Json) -> Result<Record, String> {
    record(value).map_err(at(place))
}

fn record(value: &Json) -> Result<Record, String> {
    if let Json::Object(members) = value
        && members.keys().any(|key| key == "rtmr" || key == "mapped_pcr")
    {
        return Err("it is of a register of a confidential machine (rtmr), and only PCRs are read".into());
    }
    let names = ["pcr?", "nv_index?", "recnum?", "digests", "content_type?", "content?"];
    let [pcr, nv_index, number, digests, type_, content] = value.members("the record", names)?;
    if let Some(number) = number {
        number_of(number, "recnum")?;
    }
    let content = match type_ {
        None if content.is_some() => return Err("it has content without content_type".into()),
        None => Content::Nothing,
        Some(type_) => read_content(type_.text("content_type")?, content.unwrap_or(&Json::Null))?,
    };
    let target = match (pcr, nv_index) {
        (Some(pcr), None) => Target::Pcr(number_of(pcr, "pcr")?),
        (None, Some(index)) => Target::Nv(number_of(index, "nv_index")?),
        _ => return Err("it has not one of pcr and nv_index".into()),
    };
    let digests = read_digests(digests.unwrap_or(&Json::Null))?;
    let record = Record { target, digests, content };
    match target {
        // Some firmware writes this where an event is of no register.
        Target::Pcr(u32::MAX) if !record.extends() => {}
        Target::Pcr(index) if index > 23 => return Err(format!("pcr is {index}; PCRs are 0 to 23")),
        _ => {}
    }
    if record.extends() && record.digests.is_empty() {
        return Err("it has no digest, and says nothing then of what was measured".into());
    }
    Ok(record)
}

fn number_of(value: &Json, name: &str) -> Result<u32, String> {
    match value {
        Json::Number(number) => {
            u32::try_from(*number).map_err(|_| format!("{name} is {number}, more than 32 bits hold"))
        }
        _ => Err(format!("{name} is no whole number")),
    }
}

fn read_digests(value: &Json) -> Result<Vec<OwnedDigest>, String> {
    let mut found: Vec<OwnedDigest> = Vec::new();
    for value in value.array("digests")? {
        let [algorithm, digest] = value.members("an entry of digests", ["hashAlg", "digest"])?;
        let name = algorithm.unwrap_or(&Json::Null).text("hashAlg")?;
        let hash = policy_text::hash(name).map_err(|reason| format!("hashAlg: {reason}"))?;
        let digest = hex::decode(digest.unwrap_or(&Json::Null).text("digest")?)
            .ok_or("a digest is not written in lower-case hexadecimal digits, two a byte")?;
        if digest.len() != hash.output_len() {
            return Err(format!("a digest of {name} has {} bytes, not {}", digest.len(), hash.output_len()));
        }
        let algorithm = TpmiAlgHash(TpmAlgId::from(hash));
        if found.iter().any(|(known, _)| *known == algorithm) {
            return Err(format!("it has two digests of {name}"));
        }
        found.push((algorithm, digest));
    }
    Ok(found)
}

/// What CEL 1.0 names `content`, by its type.
fn read_content(type_: &str, content: &Json) -> Result<Content, String> {
    match type_ {
        "pcclient_std" => {
            let [type_, data] = content.members("content", ["event_type", "event_data"])?;
            let data = data.unwrap_or(&Json::Null).text("event_data")?;
            let data =
                hex::decode(data).ok_or("event_data is not written in lower-case hexadecimal digits, two a byte")?;
            Ok(Content::Firmware { type_: event_type(type_.unwrap_or(&Json::Null))?, data })
        }
        "systemd" => {
            // Its words are for people, and there will be more of them: none is measured by its name.
            let Json::Object(members) = content else { return Err("content is not an object".into()) };
            let text = |name: &str| match members.get(name) {
                None => Ok(String::new()),
                Some(value) => value.text(&format!("content.{name}")).map(ToOwned::to_owned),
            };
            Ok(Content::Systemd { text: text("string")?, nv_name: text("nvIndexName")? })
        }
        other => Err(format!(
            "content of the type {other:?} is not converted; pcclient_std and systemd are, and IMA's own list is given as it is"
        )),
    }
}

/// A number, the digits of one, or a name such as `EV_SEPARATOR`.
fn event_type(value: &Json) -> Result<TcgEventType, String> {
    let number = match value {
        Json::Text(text) => match TcgEventType::by_name(text) {
            Some(type_) => return Ok(type_),
            None => text.parse().map_err(|_| format!("event_type {text:?} is not known"))?,
        },
        value => number_of(value, "event_type")?,
    };
    Ok(TcgEventType(number))
}

impl Record {
    /// Whether it changes a register.
    pub(crate) fn extends(&self) -> bool {
        !matches!(self.content, Content::Firmware { type_: TcgEventType::NO_ACTION, .. })
    }

    fn is_reference(&self) -> bool {
        matches!((self.target, &self.content), (Target::Pcr(_), Content::Nothing))
    }

    /// The digests as one line.
    pub(crate) fn digests_text(&self) -> String {
        let digests = self.digests.iter().map(|(algorithm, digest)| {
            let name = HashAlgorithm::try_from(algorithm.0).map_or("", HashAlgorithm::name);
            format!("{name}:{}", crate::wire::Hex(digest))
        });
        digests.collect::<Vec<_>>().join(" ")
    }
}
