//! The names in certificates (X.501), printed as RFC 4514 orders them: most specific first.

use crate::wire::{
    DecodeErrorKind, Fault, Hex, Parsed,
    der::{any, element, tag, whole, within},
    write_escaped, write_number,
};
use core::fmt::{self, Write};

/// A name, as the bytes of its DER; equal only when those are (X.500 case folding confuses more than it helps).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DistinguishedName<'a>(pub(crate) &'a [u8]);

impl<'a> DistinguishedName<'a> {
    /// Whether the name has no parts, as that of many TPM certificates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts().next().is_none()
    }

    /// Whether the name prints as `text`.
    #[must_use]
    pub fn prints_as(&self, text: &str) -> bool {
        let mut rest = Expect(text);
        self.print(&mut rest).is_ok() && rest.0.is_empty()
    }

    /// Prints it, as `Display` does.
    fn print(&self, out: &mut impl Write) -> fmt::Result {
        if self.is_empty() {
            return out.write_str("(no name)");
        }
        for (i, part) in self.parts().rev().enumerate() {
            if i > 0 {
                out.write_char(',')?;
            }
            let mut rest = part;
            while let Ok((after, (oid, (kind, value)))) = attribute(rest) {
                write_attribute(out, oid, kind, value)?;
                if !after.is_empty() {
                    out.write_char('+')?;
                }
                rest = after;
            }
        }
        Ok(())
    }

    /// Reads `Name` (RFC 5280, 4.1.2.4): what is printed of it later is all that there is.
    pub(crate) fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, mut parts) = element(tag::SEQUENCE)(input)?;
        let mut count: usize = 0;
        while !parts.is_empty() {
            count = count.saturating_add(1);
            if count > MAX_PARTS {
                return Err(Fault::new(parts, DecodeErrorKind::TooLong { found: count, limit: MAX_PARTS }));
            }
            let (after, mut set) = element(tag::SET)(parts)?;
            loop {
                (set, _) = attribute(set)?;
                if set.is_empty() {
                    break;
                }
            }
            parts = after;
        }
        whole(tag::SEQUENCE)(input).map(|(_, name)| (rest, Self(name)))
    }

    /// The SETs of the sequence, in order.
    fn parts(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a> {
        let mut found = [&[][..]; MAX_PARTS];
        let mut rest = element(tag::SEQUENCE)(self.0).map_or(&[][..], |(_, content)| content);
        for place in &mut found {
            let Ok((after, part)) = element(tag::SET)(rest) else { break };
            *place = part;
            rest = after;
        }
        // No SET that was read is empty.
        found.into_iter().filter(|part| !part.is_empty())
    }
}

impl fmt::Debug for DistinguishedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DistinguishedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

/// More parts than any name of a TPM's certificates has.
const MAX_PARTS: usize = 16;

/// A value with its tag.
type Tagged<'a> = (u8, &'a [u8]);

/// The next attribute of a SET: its type and its value with its tag.
fn attribute(set: &[u8]) -> Parsed<'_, (&[u8], Tagged<'_>)> {
    within(tag::SEQUENCE, |input| {
        let (input, oid) = element(tag::OID)(input)?;
        let (input, value) = any(input)?;
        Ok((input, (oid, value)))
    })(set)
}

fn write_attribute(out: &mut impl Write, oid: &[u8], kind: u8, value: &[u8]) -> fmt::Result {
    match SHORT_NAMES.iter().find(|(known, _)| *known == oid) {
        Some((_, name)) => out.write_str(name)?,
        None => Oid(oid).print(out)?,
    }
    out.write_char('=')?;
    // PrintableString, IA5String and T61String are read as UTF-8, of which ASCII is a part.
    match core::str::from_utf8(value) {
        Ok(text) if matches!(kind, 0x0c | 0x13 | 0x14 | 0x16) => Escaped(text).print(out),
        _ => write_octets(out, value),
    }
}

/// As octets that are no text print.
fn write_octets(out: &mut impl Write, octets: &[u8]) -> fmt::Result {
    out.write_char('#')?;
    Hex(octets).print(out)
}

/// The content octets of an OBJECT IDENTIFIER, printed with dots.
pub(crate) struct Oid<'a>(pub(crate) &'a [u8]);

impl Oid<'_> {
    // By hand, because three files of `const-oid` would be linked that can panic.
    fn print(&self, out: &mut impl Write) -> fmt::Result {
        let mut arcs = self.0.split_inclusive(|octet| octet & 0x80 == 0).map(arc);
        let Some(first) = arcs.next().flatten().filter(|_| arcs.clone().all(|arc| arc.is_some())) else {
            return write_octets(out, self.0);
        };
        // The first two arcs are one number (X.690, 8.19.4).
        let root = (first / 40).min(2);
        write_number(out, root, 10)?;
        for arc in [first.saturating_sub(root.saturating_mul(40))].into_iter().chain(arcs.flatten()) {
            out.write_char('.')?;
            write_number(out, arc, 10)?;
        }
        Ok(())
    }
}

/// A number in groups of seven bits, none of them superfluous, of which only the last has no bit before it (X.690, 8.19.2).
fn arc(octets: &[u8]) -> Option<u32> {
    let whole = octets.last().is_some_and(|last| last & 0x80 == 0) && octets.first() != Some(&0x80);
    let add = |arc: u32, octet: &u8| arc.checked_mul(128)?.checked_add((octet & 0x7f).into());
    octets.iter().try_fold(0, add).filter(|_| whole)
}

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

/// Text out of evidence: control characters, and those that change a line's direction, are escaped.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Escaped<'_> {
    fn print(&self, out: &mut impl Write) -> fmt::Result {
        for c in self.0.chars() {
            if matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
                out.write_char('\\')?;
            }
            write_escaped(out, c)?;
        }
        Ok(())
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(f)
    }
}

/// Accepts only the text that it holds.
struct Expect<'a>(&'a str);

impl Write for Expect<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// RFC 4514, clause 3, and what certificates of TPMs use beside it.
const SHORT_NAMES: &[(&[u8], &str)] = &[
    (&[0x55, 4, 3], "CN"),
    (&[0x55, 4, 5], "serialNumber"),
    (&[0x55, 4, 6], "C"),
    (&[0x55, 4, 7], "L"),
    (&[0x55, 4, 8], "ST"),
    (&[0x55, 4, 9], "STREET"),
    (&[0x55, 4, 10], "O"),
    (&[0x55, 4, 11], "OU"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1], "UID"),
    (&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25], "DC"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn identifiers() {
        let whole: [(&[u8], &str); 7] = [
            (&[0x55, 4, 3], "2.5.4.3"),
            (&[0x2a, 0x86, 0x48], "1.2.840"),
            (&[39], "0.39"),
            (&[40, 0], "1.0.0"),
            (&[80], "2.0"),
            (&[0x88, 0x37], "2.999"),
            (&[0x2a, 0x8f, 0xff, 0xff, 0xff, 0x7f], "1.2.4294967295"),
        ];
        for (octets, text) in whole {
            assert_eq!(Oid(octets).to_string(), text);
        }
        // None at all, one that ends inside a number, a superfluous group at either place, and a number beyond 32 bits.
        let broken: [(&[u8], &str); 6] = [
            (&[], "#"),
            (&[0x2a, 0x86], "#2a86"),
            (&[0x86], "#86"),
            (&[0x80, 1], "#8001"),
            (&[0x2a, 0x80, 1], "#2a8001"),
            (&[0x2a, 0x90, 0x80, 0x80, 0x80, 0], "#2a9080808000"),
        ];
        for (octets, text) in broken {
            assert_eq!(Oid(octets).to_string(), text);
        }
    }
}
