//! JSON, read strictly: no key twice at any level, and no deeper than evidence ever is.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// A JSON value of the kinds that evidence uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Object(BTreeMap<String, Json>),
    Array(Vec<Json>),
    Text(String),
    Number(u64),
    Bool(bool),
    Null,
}

/// Reads all of `text`.
pub(crate) fn parse(text: &[u8]) -> Result<Json, String> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Depth(MAX_DEPTH).deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(value)
}

impl Json {
    /// The members of an object that has these and no others; the names that end in `?` may be absent.
    pub(crate) fn members<const N: usize>(&self, what: &str, names: [&str; N]) -> Result<[Option<&Self>; N], String> {
        let Self::Object(members) = self else { return Err(format!("{what} is not an object")) };
        let plain = |name: &str| name.trim_end_matches('?').to_string();
        if let Some(unknown) = members.keys().find(|key| !names.iter().any(|name| plain(name) == **key)) {
            let known: Vec<String> = names.iter().map(|name| plain(name)).collect();
            return Err(format!("{what} has the unknown member {unknown:?}; known are {}", known.join(", ")));
        }
        for name in names {
            if !name.ends_with('?') && !members.contains_key(name) {
                return Err(format!("{what} lacks the member {name:?}"));
            }
        }
        Ok(names.map(|name| members.get(&plain(name))))
    }

    pub(crate) fn text(&self, what: &str) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(format!("{what} is not a string")),
        }
    }

    pub(crate) fn array(&self, what: &str) -> Result<&[Self], String> {
        match self {
            Self::Array(elements) => Ok(elements),
            _ => Err(format!("{what} is not an array")),
        }
    }
}

const MAX_DEPTH: u8 = 8;

/// How many levels may still be opened.
#[derive(Clone, Copy)]
struct Depth(u8);

impl Depth {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom(format!("nested deeper than {MAX_DEPTH} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, array, string, whole number, boolean or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut members = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format!("the member {key:?} stands twice")));
            }
            members.insert(key, map.next_value_seed(deeper)?);
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element_seed(deeper)? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Err(E::custom(format!("{number} is no whole number that is not negative")))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Err(E::custom("a number has a fraction or an exponent, or more than 64 bits"))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
}
