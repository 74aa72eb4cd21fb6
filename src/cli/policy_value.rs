//! The values that stand in a policy, by their types.

use super::hex;
use super::json::Json;
use std::borrow::ToOwned;
use std::collections::BTreeMap;
use std::format;
use std::string::String;
use std::vec::Vec;

pub(crate) fn object<'j>(value: &'j Json, name: &str) -> Result<&'j BTreeMap<String, Json>, String> {
    match value {
        Json::Object(members) => Ok(members),
        _ => Err(format!("{name} is not a table")),
    }
}

pub(crate) fn owned(value: Option<&Json>, name: &str) -> Result<Option<String>, String> {
    value.map(|value| value.text(name).map(ToOwned::to_owned)).transpose()
}

pub(crate) fn flag(value: Option<&Json>, name: &str) -> Result<bool, String> {
    match value {
        None => Ok(false),
        Some(Json::Bool(value)) => Ok(*value),
        Some(_) => Err(format!("{name} is neither true nor false")),
    }
}

pub(crate) fn texts<'j>(value: Option<&'j Json>, name: &str) -> Result<Vec<&'j str>, String> {
    value.map_or(Ok(&[][..]), |value| value.array(name))?.iter().map(|element| element.text(name)).collect()
}

pub(crate) fn digests_of(value: Option<&Json>, name: &str) -> Result<Vec<Vec<u8>>, String> {
    let wrong = |text: &str| format!("{name} has {text:?}; expected lower-case hexadecimal digits, two a byte");
    texts(value, name)?.into_iter().map(|text| hex::decode(text).ok_or_else(|| wrong(text))).collect()
}

pub(crate) fn numbers(value: Option<&Json>, name: &str) -> Result<Vec<u64>, String> {
    value.map_or(Ok(&[][..]), |value| value.array(name))?.iter().map(|element| number(element, name)).collect()
}

/// A whole number, or its hexadecimal digits behind `0x`: TOML has no numbers of 64 bits without a sign.
pub(crate) fn number(value: &Json, name: &str) -> Result<u64, String> {
    match value {
        Json::Number(number) => Some(*number),
        Json::Text(text) => text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()),
        _ => None,
    }
    .ok_or_else(|| format!("{name} is neither a whole number nor a string such as \"0x2020031200120000\""))
}

pub(crate) fn count(value: Option<&Json>, name: &str) -> Result<Option<u32>, String> {
    let Some(value) = value else { return Ok(None) };
    let number = number(value, name)?;
    u32::try_from(number).map(Some).map_err(|_| format!("{name} is {number}, more than 32 bits hold"))
}
