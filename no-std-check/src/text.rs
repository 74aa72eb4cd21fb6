//! Text into a buffer of the caller; what does not fit is an error.

use core::fmt;

/// The buffer, and how much of it is written.
pub struct Text<'b> {
    buffer: &'b mut [u8],
    written: usize,
}

impl<'b> Text<'b> {
    /// Starts at the front of `buffer`.
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    /// Bytes written.
    pub fn written(&self) -> usize {
        self.written
    }
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let rest = self.buffer.get_mut(self.written..).ok_or(fmt::Error)?;
        let (place, _) = rest.split_at_mut_checked(text.len()).ok_or(fmt::Error)?;
        for (to, from) in place.iter_mut().zip(text.as_bytes()) {
            *to = *from;
        }
        self.written = self.written.saturating_add(text.len());
        Ok(())
    }
}
