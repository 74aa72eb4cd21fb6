//! Text out of evidence, as it may be shown.

use core::fmt::{self, Write};

/// Whether a character controls a terminal, hides, or changes a line's direction.
pub(crate) fn is_hidden(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || hidden
}

/// Writes a character; those that control a terminal, hide, or change a line's direction as an escape.
pub(crate) fn write_escaped(out: &mut impl Write, c: char) -> fmt::Result {
    if !is_hidden(c) {
        return out.write_char(c);
    }
    out.write_str("\\u{")?;
    write_number(out, c.into(), 16)?;
    out.write_char('}')
}

/// Writes a number, without what the formatting of `core` would add to a small image.
pub(crate) fn write_number(out: &mut impl Write, number: u32, radix: u32) -> fmt::Result {
    let (before, last) = (number.checked_div(radix), number.checked_rem(radix));
    if let Some(before) = before.filter(|before| *before > 0) {
        write_number(out, before, radix)?;
    }
    out.write_char(last.and_then(|last| char::from_digit(last, radix)).unwrap_or_default())
}
