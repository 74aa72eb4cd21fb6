//! Text out of evidence, as it may be shown.

use core::fmt::{self, Write};

/// Writes a character; those that control a terminal, hide, or change a line's direction as an escape.
pub(crate) fn write_escaped(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    let hidden = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    if c.is_control() || hidden { write!(f, "\\u{{{:x}}}", u32::from(c)) } else { f.write_char(c) }
}
