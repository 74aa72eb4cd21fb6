//! The same rules towards a buffer of the caller.

use core::fmt;

/// A structure that can be written in its wire form.
pub trait Encode {
    /// Appends the structure to `out`.
    fn encode(&self, out: &mut Encoder<'_>);

    /// Writes the structure to the front of `buffer` and gives back the bytes it took.
    ///
    /// # Errors
    /// If the buffer is too small, or a body is too long for its size field.
    fn to_bytes<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut out = Encoder::new(buffer);
        self.encode(&mut out);
        out.finish()
    }
}

/// Why a structure was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer ends before the structure.
    BufferTooSmall,
    /// A body of more than 65,535 bytes has no size field.
    TooLong,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BufferTooSmall => "the buffer is too small for the structure",
            Self::TooLong => "a body is too long for its 16-bit size field",
        })
    }
}

impl core::error::Error for EncodeError {}

/// Appends to a buffer; the first error sticks and is told by [`Encoder::finish`].
#[derive(Debug)]
pub struct Encoder<'b> {
    buffer: &'b mut [u8],
    written: usize,
    error: Option<EncodeError>,
}

impl<'b> Encoder<'b> {
    /// Starts at the front of `buffer`.
    #[must_use]
    pub fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0, error: None }
    }

    /// Appends `bytes`.
    pub fn put(&mut self, bytes: &[u8]) {
        let end = self.written.saturating_add(bytes.len());
        match self.buffer.get_mut(self.written..end) {
            Some(place) => {
                // Not `copy_from_slice`: the compiler does not see that the lengths agree, and links its panic.
                place.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
                self.written = end;
            }
            None => self.error = self.error.or(Some(EncodeError::BufferTooSmall)),
        }
    }

    /// Appends a `UINT16` size and what `body` appends.
    pub(crate) fn sized(&mut self, body: impl FnOnce(&mut Self)) {
        let start = self.written;
        self.put(&[0; 2]);
        let body_start = self.written;
        body(self);
        let Ok(size) = u16::try_from(self.written.saturating_sub(body_start)) else {
            self.error = self.error.or(Some(EncodeError::TooLong));
            return;
        };
        if let Some(place) = self.buffer.get_mut(start..body_start)
            && place.len() == 2
        {
            place.copy_from_slice(&size.to_be_bytes());
        }
    }

    /// What was written.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub fn finish(self) -> Result<&'b [u8], EncodeError> {
        match self.error {
            Some(error) => Err(error),
            None => self.buffer.get(..self.written).ok_or(EncodeError::BufferTooSmall),
        }
    }
}
