//! A policy in TOML, as the JSON that says the same.

use super::json::Json;
use std::collections::BTreeMap;
use std::format;
use std::string::{String, ToString};
use toml::de::{DeTable, DeValue};

pub(crate) fn read(bytes: &[u8]) -> Result<Json, String> {
    let text = str::from_utf8(bytes).map_err(|error| format!("the text is not UTF-8: {error}"))?;
    let table = DeTable::parse(text).map_err(|error| error.to_string())?;
    from_toml(DeValue::Table(table.into_inner()))
}

fn from_toml(value: DeValue<'_>) -> Result<Json, String> {
    Ok(match value {
        DeValue::String(text) => Json::Text(text.into_owned()),
        DeValue::Integer(number) => match u64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Json::Number(number),
            Err(_) if number.as_str().starts_with('-') => {
                return Err(format!("{number} is negative; no number in a policy is"));
            }
            Err(_) => return Err(format!("{number} has more than 64 bits")),
        },
        DeValue::Boolean(value) => Json::Bool(value),
        DeValue::Array(elements) => {
            Json::Array(elements.into_iter().map(|element| from_toml(element.into_inner())).collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => {
            let mut members = BTreeMap::new();
            for (key, value) in table {
                members.insert(key.into_inner().into_owned(), from_toml(value.into_inner())?);
            }
            Json::Object(members)
        }
        DeValue::Float(number) => return Err(format!("{number} is no value that a policy has")),
        DeValue::Datetime(time) => return Err(format!("{time} needs quotation marks")),
    })
}
