//! A document as it came, and as JSON where it is that.

use super::super::json::{self, Json};
use core::cell::OnceCell;
use std::format;
use std::string::{String, ToString};

/// The octets of a document; its JSON is read once, and only if somebody asks.
#[derive(Debug)]
pub(crate) struct Source<'s> {
    pub(crate) bytes: &'s [u8],
    json: OnceCell<Result<Json, String>>,
}

impl<'s> Source<'s> {
    pub(crate) fn new(bytes: &'s [u8]) -> Self {
        Self { bytes, json: OnceCell::new() }
    }

    pub(crate) fn looks_like_json(&self) -> bool {
        self.bytes.trim_ascii_start().first() == Some(&b'{')
    }

    /// The document as JSON.
    pub(crate) fn json(&self) -> Result<&Json, String> {
        let read = || {
            if !self.looks_like_json() {
                return Err("it is no JSON object".to_string());
            }
            json::parse(self.bytes).map_err(|reason| format!("the JSON cannot be read: {reason}"))
        };
        self.json.get_or_init(read).as_ref().map_err(String::clone)
    }

    /// Whether it is a JSON object with all these members; their names are paths, such as `tpm_quote.message`.
    pub(crate) fn has(&self, members: &[&str]) -> bool {
        members.iter().all(|path| self.find(path).is_some())
    }

    /// A member of a member.
    pub(crate) fn find(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self.json().ok()?, |value, name| match value {
            Json::Object(members) => members.get(name),
            _ => None,
        })
    }

    /// The text of a document that is one line of printable characters.
    pub(crate) fn line(&self) -> Option<&'s str> {
        let text = core::str::from_utf8(self.bytes).ok()?;
        let line = text.strip_suffix('\n').unwrap_or(text);
        line.bytes().all(|byte| byte.is_ascii_graphic()).then_some(line)
    }
}
