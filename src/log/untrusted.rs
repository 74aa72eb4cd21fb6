//! What a log says and no digest covers.

/// A statement of the log that nothing measured: an event's type, or data whose digest is not of its bytes.
///
/// It shows its value only where the caller says that it is unverified:
///
/// ```compile_fail,E0614
/// fn description(data: tpmproof::log::Untrusted<&[u8]>) -> usize {
///     (*data).len()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Untrusted<T>(T);

impl<T> Untrusted<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, which nobody verified.
    pub fn unverified(self) -> T {
        self.0
    }
}
