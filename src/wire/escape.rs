//! Text out of evidence, as it may be shown.

use core::fmt::{self, Write};

/// Whether a character controls a terminal, hides, or changes a line's direction.
pub(crate) fn is_hidden(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    c.is_control() || hidden
}

/// Writes a character; those that control a terminal, hide, or change a line's direction as an escape.
pub(crate) fn write_escaped(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    if is_hidden(c) { write!(f, "\\u{{{:x}}}", u32::from(c)) } else { f.write_char(c) }
}
