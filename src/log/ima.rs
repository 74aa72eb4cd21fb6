//! The runtime list of Linux's Integrity Measurement Architecture, `binary_runtime_measurements`: entry after entry, little-endian as
//! every platform that boots with a TPM. The template data is measured: its digest extends the bank. The template's name is not.

use super::little_endian::{Read, octets, sized, uint32};
use super::tcg_event::{Digests, Event, Events, Form};
use super::{ImaEntry, LogError, LogErrorKind, TcgEventType};
use crate::structures::TpmAlgId;
use crate::wire::Foreign;

/// A runtime list, all of it known to decode.
#[derive(Clone, Copy, Debug)]
pub struct ImaList<'a> {
    octets: &'a [u8],
    form: ImaForm,
    count: usize,
}

/// How a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ImaForm {
    /// The bank whose digests the list has.
    pub(crate) algorithm: TpmAlgId,
    /// The banks that the kernel extended with the SHA-1 digest and zeros behind it, a bit each in the order of [`BANKS`].
    padded: u8,
    foreign: Foreign,
}

/// The banks of which Linux writes a list, or may extend, and their bits.
const BANKS: [(TpmAlgId, usize, u8); 4] =
    [(TpmAlgId::SHA1, 20, 1), (TpmAlgId::SHA256, 32, 2), (TpmAlgId::SHA384, 48, 4), (TpmAlgId::SHA512, 64, 8)];

/// A template's name may be its format; longer than this none is.
const MAX_TEMPLATE_NAME: usize = 255;
/// The longest name of a file in the template `ima`, which is hashed with zeros up to one more.
const MAX_NAME: usize = 255;

impl<'a> ImaList<'a> {
    /// Reads a list from all of `bytes`, of whichever bank fits its first entry.
    ///
    /// # Errors
    /// If anything in it is not an entry, or an entry is not whole.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, LogError> {
        let form = ImaForm::beginning(bytes);
        Self::of_bank(bytes, form.map_or(TpmAlgId::SHA1, |form| form.algorithm))
    }

    /// Whether `bytes` begin with an entry.
    #[must_use]
    pub fn begins(bytes: &[u8]) -> bool {
        ImaForm::beginning(bytes).is_some()
    }

    /// Reads the list of one bank, such as `binary_runtime_measurements_sha256`, from all of `bytes`.
    ///
    /// # Errors
    /// As [`ImaList::from_bytes`]; also if no list is known of this bank.
    pub fn of_bank(bytes: &'a [u8], algorithm: TpmAlgId) -> Result<Self, LogError> {
        let at = |kind, event, rest: &[u8]| LogError { kind, event, offset: bytes.len().saturating_sub(rest.len()) };
        let form = ImaForm::new(algorithm)?;
        let (mut rest, mut count) = (bytes, 0usize);
        while !rest.is_empty() {
            let (_, after) = read(form, rest, count, 0).map_err(|kind| at(kind, count, rest))?;
            (rest, count) = (after, count.saturating_add(1));
        }
        if count == 0 { Err(at(LogErrorKind::Empty, 0, bytes)) } else { Ok(Self { octets: bytes, form, count }) }
    }

    /// The same, for a kernel that extended these banks with the SHA-1 digest and zeros behind it: those that it could not hash for.
    #[must_use]
    pub fn padded(mut self, banks: impl IntoIterator<Item = TpmAlgId>) -> Self {
        for bank in banks {
            let known = BANKS.iter().find(|(algorithm, _, _)| *algorithm == bank && bank != TpmAlgId::SHA1);
            self.form.padded |= known.map_or(0, |(_, _, bit)| *bit);
        }
        self
    }

    /// The bank whose digests the list has.
    #[must_use]
    pub fn algorithm(&self) -> TpmAlgId {
        self.form.algorithm
    }

    /// The entries in order.
    pub fn events(&self) -> impl Iterator<Item = Event<'a>> + Clone + use<'a> {
        self.reader()
    }

    pub(super) fn reader(&self) -> Events<'a> {
        Events { form: Form::Ima(self.form), rest: self.octets, offset: 0, index: 0 }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Never: a list has the entry of the boot at least.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl ImaForm {
    fn new(algorithm: TpmAlgId) -> Result<Self, LogError> {
        LogError::foreign().map(|foreign| Self { algorithm, padded: 0, foreign })
    }

    /// The first whose entries `bytes` begin with.
    fn beginning(bytes: &[u8]) -> Option<Self> {
        let mut forms = BANKS.iter().filter_map(|(algorithm, _, _)| Self::new(*algorithm).ok());
        forms.find(|form| read(*form, bytes, 0, 0).is_ok())
    }

    pub(crate) fn size(self) -> usize {
        BANKS.iter().find(|(known, _, _)| *known == self.algorithm).map_or(0, |(_, size, _)| *size)
    }

    pub(crate) fn pads(self, bank: TpmAlgId) -> bool {
        BANKS.iter().any(|(known, _, bit)| *known == bank && self.padded & bit != 0)
    }
}

/// One entry. Its octets after the digest are kept whole: the name of the template, and its data.
pub(super) fn read(form: ImaForm, input: &[u8], index: usize, offset: usize) -> Read<'_, Event<'_>> {
    if form.size() == 0 {
        return Err(LogErrorKind::malformed("no list of runtime measurements has digests of this algorithm"));
    }
    let (register, rest) = uint32(input)?;
    if register >= 24 {
        let swapped = register.swap_bytes() < 24;
        return Err(if swapped { LogErrorKind::BigEndian } else { LogErrorKind::Register(register) });
    }
    let (digest, start) = octets(rest, form.size())?;
    let (_, rest) = parts(start)?;
    let (data, rest) = octets(start, start.len().saturating_sub(rest.len()))?;
    let digests = Digests { form: Form::Ima(form), octets: digest };
    Ok((Event { index, offset, register, type_: TcgEventType::UNUSED, digests, data }, rest))
}

/// The name of a template, and its data.
fn parts(input: &[u8]) -> Read<'_, (&[u8], &[u8])> {
    let (template, start) = sized(input)?;
    if template.is_empty() || template.len() > MAX_TEMPLATE_NAME || !template.iter().all(u8::is_ascii_graphic) {
        return Err(LogErrorKind::malformed("the name of the template is no name"));
    }
    if template != ImaEntry::OLD {
        let (data, rest) = sized(start)?;
        return Ok(((template, data), rest));
    }
    // The oldest template has no size before its data, and none before the digest.
    let (_, rest) = octets(start, ImaEntry::OLD_DIGEST)?;
    let (name, rest) = sized(rest)?;
    if name.len() > MAX_NAME || name.contains(&0) {
        return Err(LogErrorKind::malformed(
            "the name of a file in the template ima has a zero, or more than 255 octets",
        ));
    }
    let (data, rest) = octets(start, start.len().saturating_sub(rest.len()))?;
    Ok(((template, data), rest))
}

impl<'a> Event<'a> {
    /// The entry of a runtime list, if this is one.
    #[must_use]
    pub fn ima(&self) -> Option<ImaEntry<'a>> {
        let Form::Ima(form) = self.digests.form else { return None };
        let ((template, data), _) = parts(self.data).ok()?;
        Some(ImaEntry { template, data, recorded: self.digests.octets, form })
    }

    pub(crate) fn is_ima(&self) -> bool {
        matches!(self.digests.form, Form::Ima(_))
    }
}
