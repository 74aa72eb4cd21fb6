//! A report for programs: one JSON object, written without an allocator, the same bytes everywhere.

use super::{
    Attributes, Binding, PcrValue, Report, Required, Trust,
    distinguished_name::Escaped,
    facts_text::FactJson,
    report_text::{Bank, KeyKind},
};
use crate::wire::Hex;
use core::fmt::{self, Write};

impl Report<'_> {
    /// The report as JSON; `accepted` says how it came.
    pub(crate) fn write_json(&self, f: &mut fmt::Formatter<'_>, accepted: bool) -> fmt::Result {
        let verdict = if accepted { "accepted" } else { "rejected" };
        write!(f, "{{\n  \"schema\": 1,\n  \"verdict\": \"{verdict}\",\n  \"checks\": [")?;
        for (place, check) in self.checks().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}\n    {{\"name\": \"{}\", \"outcome\": \"{}\", ", check.name, check.outcome.as_str())?;
            write!(f, "\"detail\": {}}}", Quoted(&check.outcome))?;
        }
        write!(f, "\n  ],\n  \"channel\": \"{}\",\n  \"key\": ", self.channel().as_str())?;
        self.write_key(f)?;
        f.write_str(",\n  \"quote\": ")?;
        self.write_quote(f)?;
        f.write_str(",\n  \"pcrs\": [")?;
        for (place, (PcrValue { bank, index, value }, state)) in self.pcrs().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}\n    {{\"bank\": \"{}\", \"index\": {index}, ", Bank(bank))?;
            write!(f, "\"value\": \"{}\", \"state\": \"{}\"}}", Hex(value), state.as_str())?;
        }
        f.write_str("\n  ],\n  \"facts\": [")?;
        let (mut comma, mut written) = ("", Ok(()));
        self.each_fact(&mut |fact| {
            written = written.and_then(|()| write!(f, "{comma}\n    {}", FactJson(fact)));
            comma = ",";
        });
        written?;
        self.json_attachments(f)
    }

    #[inline(never)]
    fn json_attachments(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let required = self.required();
        f.write_str("\n  ],\n  \"bindings\": [")?;
        self.write_bound(f, &required, true)?;
        f.write_str("\n  ],\n  \"attachments\": [")?;
        self.write_bound(f, &required, false)?;
        f.write_str("\n  ]\n}")
    }

    /// Those that an event binds, or the others.
    fn write_bound(&self, f: &mut fmt::Formatter<'_>, required: &Required<'_>, bound: bool) -> fmt::Result {
        let mut comma = "";
        for enclosed in self.attachments().iter() {
            let binding = required.binding(&enclosed);
            if binding.is_some() != bound {
                continue;
            }
            let (kind, name) = (Escaped(enclosed.kind), Escaped(enclosed.name));
            write!(f, "{comma}\n    {{\"kind\": {}, \"name\": {}", Quoted(&kind), Quoted(&name))?;
            if let Some(Binding { pcr, event, measurement, .. }) = binding {
                let (log, number) = (event.log().as_str(), event.event().index);
                write!(f, ", \"pcr\": {pcr}, \"log\": \"{log}\", \"event\": {number}, ")?;
                let (kind, name) = (Escaped(measurement.kind), Escaped(measurement.name));
                write!(f, "\"measured_kind\": {}, \"measured_name\": {}, ", Quoted(&kind), Quoted(&name))?;
                write!(f, "\"digest\": \"{}\"", Hex(measurement.digest))?;
            }
            f.write_str(if bound { "}" } else { ", \"bound\": false}" })?;
            comma = ",";
        }
        Ok(())
    }

    fn write_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(key) = self.key() else { return f.write_str("null") };
        write!(f, "{{\n    \"algorithm\": \"{}\",\n    \"name\": ", KeyKind(key.key()))?;
        match key.name() {
            Some(name) => write!(f, "\"{name}\"")?,
            None => f.write_str("null")?,
        }
        let attributes = match key.attributes() {
            Attributes::Authenticated => "authenticated",
            Attributes::Claimed => "claimed",
            Attributes::Unknown => "unknown",
        };
        write!(f, ",\n    \"attributes\": \"{attributes}\",\n    \"trust\": ")?;
        match key.trust() {
            Trust::PinnedName(_) => f.write_str("\"pinned-name\"")?,
            Trust::Activated(record) => {
                write!(f, "\"activated\",\n    \"ek_spki_sha256\": \"{}\",", Hex(&record.ek_spki_sha256))?;
                match &record.ek_root_sha256 {
                    Some(root) => write!(f, "\n    \"ek_root_sha256\": \"{}\",", Hex(root))?,
                    None => f.write_str("\n    \"ek_root_sha256\": null,")?,
                }
                write!(f, "\n    \"activated_at\": \"{}\"", record.time)?;
            }
            Trust::PinnedSpki(sha256) => write!(f, "\"pinned-spki\",\n    \"spki_sha256\": \"{}\"", Hex(sha256))?,
            Trust::Certified(chain) => {
                write!(f, "\"certified\",\n    \"root_sha256\": \"{}\",\n    \"chain\": [", Hex(chain.root_sha256()))?;
                for (place, name) in chain.names().enumerate() {
                    write!(f, "{}{}", if place == 0 { "" } else { ", " }, Quoted(&name))?;
                }
                write!(f, "],\n    \"valid_at\": \"{}\"", chain.time())?;
            }
        }
        f.write_str("\n  }")
    }

    fn write_quote(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(quote) = self.quote() else { return self.write_other(f) };
        let attest = quote.attest();
        let clock = attest.clock_info;
        f.write_str("{\n    \"kind\": \"tpm-quote\",")?;
        write!(f, "\n    \"nonce\": \"{}\",\n    \"fresh\": {},", Hex(attest.extra_data.0), quote.is_fresh())?;
        write!(f, "\n    \"pcr_digest\": \"{}\",", Hex(quote.info().pcr_digest.0))?;
        write!(f, "\n    \"qualified_signer\": \"{}\",", Hex(attest.qualified_signer.0))?;
        write!(f, "\n    \"clock\": {},\n    \"reset_count\": {},", clock.clock, clock.reset_count)?;
        write!(f, "\n    \"restart_count\": {},\n    \"safe\": {},", clock.restart_count, clock.safe.0)?;
        write!(f, "\n    \"firmware_version\": \"{:#018x}\"\n  }}", attest.firmware_version)
    }
}

/// What a value prints, as a JSON string (RFC 8259, 7).
pub(crate) struct Quoted<'q>(pub(crate) &'q dyn fmt::Display);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write!(InString(f), "{}", self.0)?;
        f.write_char('"')
    }
}

/// The JSON of evidence that cannot even be read: rejected, with nothing to say of key and quote.
#[cfg(feature = "documents")]
pub(crate) fn unreadable_json(reason: &str) -> impl fmt::Display + '_ {
    struct Unreadable<'r>(&'r str);
    impl fmt::Display for Unreadable<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("{\n  \"schema\": 1,\n  \"verdict\": \"rejected\",\n  \"checks\": [\n    ")?;
            write!(f, "{{\"name\": \"proof\", \"outcome\": \"fail\", \"detail\": {}}}\n  ],\n", Quoted(&self.0))?;
            f.write_str(
                "  \"channel\": \"none\",\n  \"key\": null,\n  \"quote\": null,\n  \"pcrs\": [],\n  \"facts\": [],\n  \"bindings\": [],\n  \"attachments\": []\n}",
            )
        }
    }
    Unreadable(reason)
}

struct InString<'f, 'g>(&'f mut fmt::Formatter<'g>);

impl Write for InString<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '"' => self.0.write_str("\\\"")?,
                '\\' => self.0.write_str("\\\\")?,
                c if c < ' ' => write!(self.0, "\\u{:04x}", u32::from(c))?,
                c => self.0.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Quoted;
    use std::string::ToString;

    /// Text out of evidence is escaped before, so that nothing of it comes here that needs this.
    #[test]
    fn a_string_is_one_whatever_it_holds() {
        assert_eq!(Quoted(&"a\n\"\\\u{1b}\u{7f}\u{20ac}").to_string(), "\"a\\u000a\\\"\\\\\\u001b\u{7f}\u{20ac}\"");
    }
}
