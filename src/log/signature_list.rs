//! Lists of signatures: what PK, KEK, db and dbx hold (UEFI 2.10, 32.4.1).

use super::little_endian::{Read, array, octets};
use super::{Guid, LogErrorKind};

/// The entries of `EFI_SIGNATURE_LIST`s, one after the other. It ends with an error at the first that is not whole.
#[derive(Clone, Debug)]
pub struct SignatureLists<'a> {
    rest: &'a [u8],
    kind: [u8; 16],
    entry_size: usize,
    entries: &'a [u8],
}

/// `EFI_SIGNATURE_DATA`
#[doc(alias = "EFI_SIGNATURE_DATA")]
#[derive(Clone, Copy, Debug)]
pub struct SignatureEntry<'a> {
    /// What kind of signature it is: [`SignatureEntry::X509`], [`SignatureEntry::SHA256`], or another.
    pub kind: Guid,
    /// Who put it there.
    pub owner: Guid,
    /// A certificate, or a digest.
    pub data: &'a [u8],
}

impl SignatureEntry<'_> {
    /// `EFI_CERT_X509_GUID`: a certificate in DER.
    pub const X509: Guid =
        Guid([0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72]);
    /// `EFI_CERT_SHA256_GUID`: the digest of an image.
    pub const SHA256: Guid =
        Guid([0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28]);
}

/// The header of a list: a GUID and three sizes.
const HEADER: usize = 28;
/// The owner in front of each signature.
const OWNER: usize = 16;

impl<'a> SignatureLists<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets, kind: [0; 16], entry_size: 0, entries: &[] }
    }

    fn list(&mut self) -> Result<(), LogErrorKind> {
        let malformed = LogErrorKind::malformed;
        let (kind, rest) = array(self.rest)?;
        let (list_size, rest) = size(rest)?;
        let (header_size, rest) = size(rest)?;
        let (entry_size, rest) = size(rest)?;
        // The header of the list's kind is stepped over: its octets are no signatures.
        let body = list_size.checked_sub(HEADER).and_then(|left| left.checked_sub(header_size));
        let body = body.ok_or(malformed("a signature list is smaller than its header"))?;
        if entry_size <= OWNER || !body.is_multiple_of(entry_size) {
            return Err(malformed("the signatures of a list do not fill it"));
        }
        let (_, rest) = octets(rest, header_size)?;
        (self.entries, self.rest) = octets(rest, body)?;
        (self.kind, self.entry_size) = (kind, entry_size);
        Ok(())
    }
}

fn size(input: &[u8]) -> Read<'_, usize> {
    let (value, rest) = super::little_endian::uint32(input)?;
    Ok((usize::try_from(value).unwrap_or(usize::MAX), rest))
}

impl<'a> Iterator for SignatureLists<'a> {
    type Item = Result<SignatureEntry<'a>, LogErrorKind>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.entries.is_empty() {
            if self.rest.is_empty() {
                return None;
            }
            if let Err(error) = self.list() {
                *self = Self::new(&[]);
                return Some(Err(error));
            }
        }
        let (entry, rest) = self.entries.split_at_checked(self.entry_size)?;
        self.entries = rest;
        let (owner, data) = entry.split_first_chunk::<OWNER>()?;
        Some(Ok(SignatureEntry { kind: Guid(self.kind), owner: Guid(*owner), data }))
    }
}
