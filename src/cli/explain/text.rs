//! An explanation in words, and as JSON of the schema `explain.schema.json`.

use super::event::EventLine;
use super::explanation::{Difference, Explanation};
use crate::verify::Quoted;
use crate::wire::Hex;
use core::fmt::Write;
use std::format;
use std::string::String;
use std::vec::Vec;

impl Explanation {
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let mut indices: Vec<u8> = self.differences.iter().map(|difference| difference.index).collect();
        indices.dedup();
        let _ = match &indices[..] {
            [] => writeln!(text, "No difference in the {} PCR values that were compared", self.compared),
            [one] => writeln!(text, "PCR {one} differs"),
            many => writeln!(text, "{} PCRs differ: {}", many.len(), list(many)),
        };
        text.push('\n');
        for side in &self.sides {
            let label = match &side.verified {
                None => "the verifier's own".into(),
                Some((true, what)) => format!("verified: {what}"),
                Some((false, what)) => format!("UNVERIFIED: {what}"),
            };
            let _ = writeln!(text, "  {:7} {}\n          {label}", side.name, side.file);
        }
        for note in &self.notes {
            let _ = writeln!(text, "  note    {note}");
        }
        for difference in &self.differences {
            difference.write(&mut text);
        }
        text
    }

    pub(crate) fn json(&self) -> String {
        let mut text = String::from("{\n  \"schema\": 1,\n  \"sides\": [");
        each(&mut text, &self.sides, |text, side| {
            let (name, file) = (side.name, Quoted(&side.file));
            let _ = write!(text, "\n    {{\"side\": \"{name}\", \"file\": {file}, \"verified\": ");
            let _ = match &side.verified {
                None => write!(text, "null, \"detail\": \"\"}}"),
                Some((verified, detail)) => write!(text, "{verified}, \"detail\": {}}}", Quoted(detail)),
            };
        });
        let _ = write!(text, "\n  ],\n  \"compared\": {},\n  \"notes\": [", self.compared);
        strings(&mut text, &self.notes);
        text.push_str("],\n  \"differences\": [");
        each(&mut text, &self.differences, |text, difference| difference.write_json(text));
        text.push_str("\n  ]\n}\n");
        text
    }
}

impl Difference {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "\n  PCR {}", self.index);
        for value in &self.values {
            let (bank, state) =
                (value.bank.name(), value.state.map_or(String::new(), |state| format!("  {}", state.words())));
            let _ = writeln!(text, "    {:7} {bank}:{}{state}", value.side, Hex(&value.octets));
        }
        for change in &self.changes {
            let words = [&change.event, &change.other].map(|event| event.as_ref().map(EventLine::words));
            let said: Vec<String> = words.into_iter().flatten().collect();
            let _ = writeln!(text, "    {}: {}", change.kind.words(), said.join("\n      into "));
            if let Some(rule) = &change.rule {
                let _ = writeln!(text, "      {rule}");
            }
        }
        if self.more > 0 {
            let _ = writeln!(text, "    and {} others", self.more);
        }
        for note in &self.notes {
            let _ = writeln!(text, "    {note}");
        }
    }

    fn write_json(&self, text: &mut String) {
        let _ = write!(text, "\n    {{\"pcr\": {}, \"values\": [", self.index);
        each(text, &self.values, |text, value| {
            let (side, bank) = (value.side, value.bank.name());
            let _ = write!(text, "{{\"side\": \"{side}\", \"bank\": \"{bank}\", \"value\": \"{}\"", Hex(&value.octets));
            if let Some(state) = value.state {
                let _ = write!(text, ", \"state\": \"{}\"", state.as_str());
            }
            text.push('}');
        });
        text.push_str("], \"changes\": [");
        each(text, &self.changes, |text, change| {
            let _ = write!(text, "\n      {{\"change\": \"{}\"", change.kind.as_str());
            for (name, event) in [("event", &change.event), ("other", &change.other)] {
                if let Some(event) = event {
                    let _ = write!(text, ", \"{name}\": ");
                    event.write_json(text);
                }
            }
            if let Some(rule) = &change.rule {
                let _ = write!(text, ", \"rule\": {}", Quoted(rule));
            }
            text.push('}');
        });
        let _ = write!(text, "], \"more\": {}, \"notes\": [", self.more);
        strings(text, &self.notes);
        text.push_str("]}");
    }
}

impl EventLine {
    fn write_json(&self, text: &mut String) {
        let Self { log, index, type_, digest, measured, .. } = self;
        let _ = write!(text, "{{\"log\": \"{log}\", \"index\": {index}, \"type\": {}", Quoted(type_));
        if let Some(fact) = self.fact {
            let _ = write!(text, ", \"fact\": \"{fact}\"");
        }
        let said = Quoted(&self.text);
        let _ = write!(text, ", \"digest\": \"{digest}\", \"measured\": {measured}, \"text\": {said}}}");
    }
}

fn strings(text: &mut String, items: &[String]) {
    each(text, items, |text, item| {
        let _ = write!(text, "{}", Quoted(item));
    });
}

fn each<T>(text: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    for (place, item) in items.iter().enumerate() {
        text.push_str(if place == 0 { "" } else { ", " });
        write(text, item);
    }
}

fn list(indices: &[u8]) -> String {
    let words: Vec<String> = indices.iter().map(|index| format!("{index}")).collect();
    words.join(", ")
}
