//! How `tpmproof show` prints.

use super::show::Line;
use crate::verify::Quoted;
use core::fmt::Write;
use std::format;
use std::string::{String, ToString};

/// A table, with the note that it is no verdict.
pub(crate) fn table(kind: &str, lines: &[Line]) -> String {
    let mut text = format!("{kind}, shown as it stands: no check was made\n\n  OFFSET  LENGTH  FIELD\n");
    for line in lines {
        let indent = "  ".repeat(line.depth);
        let value = line.value.as_ref().map_or(String::new(), |value| format!(" = {value}"));
        let _ = writeln!(text, "{:8}{:8}  {indent}{}{value}", line.offset, line.length, line.name);
    }
    text
}

/// One JSON object.
pub(crate) fn json(kind: &str, lines: &[Line]) -> String {
    let mut text = format!("{{\n  \"schema\": 1,\n  \"type\": \"{kind}\",\n  \"checked\": false,\n  \"fields\": [");
    for (place, line) in lines.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        let value = line.value.as_ref().map_or("null".to_string(), |value| Quoted(value).to_string());
        let _ = write!(
            text,
            "{comma}\n    {{\"name\": {}, \"depth\": {}, \"offset\": {}, \"length\": {}, \"value\": {value}}}",
            Quoted(&line.name),
            line.depth,
            line.offset,
            line.length
        );
    }
    text.push_str("\n  ]\n}\n");
    text
}
