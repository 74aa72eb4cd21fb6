//! What an entry of a runtime list says: which file or buffer was measured, by its template.

use super::LogErrorKind;
use super::ima::ImaForm;
use super::little_endian::{Read, octets, sized};
use crate::structures::TpmAlgId;

/// One entry. Its data was measured; by which template that is read was not, but templates agree on where digest and name stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImaEntry<'a> {
    pub(super) template: &'a [u8],
    pub(super) data: &'a [u8],
    pub(super) recorded: &'a [u8],
    pub(super) form: ImaForm,
}

/// A file or a buffer that was measured. Signatures stand beside it, and nobody checks them here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImaFile<'a> {
    /// The path, or the name of a buffer. Linux takes any octets but zero.
    pub path: &'a [u8],
    /// What the digest is of.
    pub kind: ImaDigestKind,
    /// The name of the digest's algorithm, as Linux writes it.
    pub algorithm: &'a str,
    /// The digest of what was measured; zeros in a violation.
    pub digest: &'a [u8],
    /// A signature of the file or its metadata, if there is one.
    pub signature: Option<&'a [u8]>,
    /// The buffer that was measured, in the template `ima-buf`.
    pub buffer: Option<&'a [u8]>,
}

/// What a digest is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImaDigestKind {
    /// The octets of the file or buffer.
    Content,
    /// The root of the file's hash tree (fs-verity), as `ima_file_id`.
    Verity,
}

/// The fields of templates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    /// A digest behind the name of its algorithm.
    Digest,
    /// The same, behind what it is of.
    TypedDigest,
    Name,
    Signature,
    Buffer,
    Other,
}

/// The templates that are known, with their fields (Linux, `Documentation/security/IMA-templates.rst`).
const TEMPLATES: [(&[u8], &[Field]); 7] = [
    (b"ima-ng", &[Field::Digest, Field::Name]),
    (b"ima-sig", &[Field::Digest, Field::Name, Field::Signature]),
    (b"ima-ngv2", &[Field::TypedDigest, Field::Name]),
    (b"ima-sigv2", &[Field::TypedDigest, Field::Name, Field::Signature]),
    (b"ima-buf", &[Field::Digest, Field::Name, Field::Buffer]),
    // The digest of what a signature appended to the file is of, and that signature.
    (b"ima-modsig", &[Field::Digest, Field::Name, Field::Signature, Field::Other, Field::Other]),
    // Extended attributes, by name, length and value, owner, group and mode.
    (
        b"evm-sig",
        &[
            Field::Digest,
            Field::Name,
            Field::Signature,
            Field::Other,
            Field::Other,
            Field::Other,
            Field::Other,
            Field::Other,
            Field::Other,
        ],
    ),
];

/// Digests that Linux can write, and their sizes.
const ALGORITHMS: [(&str, usize, Option<TpmAlgId>); 8] = [
    ("sha1", 20, Some(TpmAlgId::SHA1)),
    ("sha256", 32, Some(TpmAlgId::SHA256)),
    ("sha384", 48, Some(TpmAlgId::SHA384)),
    ("sha512", 64, Some(TpmAlgId::SHA512)),
    ("md5", 16, None),
    ("sha224", 28, None),
    ("sm3", 32, None),
    ("sm3-256", 32, None),
];

/// The longest name of an algorithm with what stands before it: nothing is looked for behind it.
const MAX_ALGORITHM: usize = 32;
/// In the template `ima`, a name is hashed with zeros up to this size.
const HASHED_NAME: usize = 256;

impl<'a> ImaEntry<'a> {
    /// The oldest template, which is written and hashed otherwise.
    pub(super) const OLD: &'static [u8] = b"ima";
    pub(super) const OLD_DIGEST: usize = 20;
    /// The name of the first entry: the digest of the PCRs of the boot.
    pub const BOOT_AGGREGATE: &'static [u8] = b"boot_aggregate";

    /// The name of its template. Nothing measures it.
    #[must_use]
    pub fn template(&self) -> &'a str {
        core::str::from_utf8(self.template).unwrap_or_default()
    }

    /// Its data, of which the digest is.
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The digest of its data that the list has; zeros in a violation.
    #[must_use]
    pub fn recorded_digest(&self) -> &'a [u8] {
        self.recorded
    }

    /// The bank of [`ImaEntry::recorded_digest`].
    #[must_use]
    pub fn algorithm(&self) -> TpmAlgId {
        self.form.algorithm
    }

    /// Whether a file changed while it was read, or was open for writing: then nobody knows what was measured, and the PCR is extended
    /// with ones.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        self.recorded.iter().all(|octet| *octet == 0)
    }

    /// Whether the template is one that is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.template == Self::OLD || self.fields().is_some()
    }

    /// The octets that the template digest is of, one after the other.
    pub(crate) fn hashed(&self) -> [&'a [u8]; 3] {
        const ZEROS: &[u8] = &[0; HASHED_NAME];
        let name = match self.old() {
            Ok(((digest, name), _)) if self.template == Self::OLD => Some((digest, name)),
            _ => None,
        };
        match name {
            Some((digest, name)) => {
                [digest, name, ZEROS.get(..HASHED_NAME.saturating_sub(name.len())).unwrap_or_default()]
            }
            None => [self.data, &[], &[]],
        }
    }

    /// Whether this kernel extends a bank with the SHA-1 digest and zeros behind it.
    pub(crate) fn pads(&self, bank: TpmAlgId) -> bool {
        self.form.pads(bank)
    }

    /// What was measured.
    ///
    /// # Errors
    /// If the template is none that is known, or its data is not as it must be.
    pub fn file(&self) -> Result<ImaFile<'a>, LogErrorKind> {
        if self.template == Self::OLD {
            let ((digest, path), _) = self.old()?;
            return Ok(ImaFile { path, digest, algorithm: "sha1", ..EMPTY });
        }
        let fields = self.fields().ok_or(LogErrorKind::malformed("its template is none that is known"))?;
        let (mut file, mut rest) = (EMPTY, self.data);
        for field in fields {
            let (octets, after) = sized(rest)?;
            rest = after;
            match field {
                Field::Digest | Field::TypedDigest => digest(*field, octets, &mut file)?,
                Field::Name => file.path = name(octets)?,
                Field::Signature => file.signature = Some(octets).filter(|octets| !octets.is_empty()),
                Field::Buffer => file.buffer = Some(octets),
                Field::Other => {}
            }
        }
        if rest.is_empty() { Ok(file) } else { Err(LogErrorKind::TrailingBytes(rest.len())) }
    }

    fn fields(&self) -> Option<&'static [Field]> {
        TEMPLATES.iter().find(|(known, _)| *known == self.template).map(|(_, fields)| *fields)
    }

    fn old(&self) -> Read<'a, (&'a [u8], &'a [u8])> {
        let (digest, rest) = octets(self.data, Self::OLD_DIGEST)?;
        let (name, rest) = sized(rest)?;
        Ok(((digest, name), rest))
    }
}

const EMPTY: ImaFile<'static> =
    ImaFile { path: &[], kind: ImaDigestKind::Content, algorithm: "", digest: &[], signature: None, buffer: None };

impl ImaFile<'_> {
    /// The algorithm of the digest, if the TPM knows it and the digest is of the file or buffer itself.
    #[must_use]
    pub fn content_algorithm(&self) -> Option<TpmAlgId> {
        let known = ALGORITHMS.iter().find(|(name, _, _)| *name == self.algorithm);
        known.and_then(|(_, _, algorithm)| *algorithm).filter(|_| self.kind == ImaDigestKind::Content)
    }
}

/// `sha256:` and a zero, and the digest; a typed one has `ima:` or `verity:` before that.
fn digest<'a>(field: Field, octets: &'a [u8], file: &mut ImaFile<'a>) -> Result<(), LogErrorKind> {
    const WRONG: LogErrorKind =
        LogErrorKind::malformed("a digest has the name of its algorithm, a colon and a zero before it");
    let end = octets.iter().take(MAX_ALGORITHM).position(|octet| *octet == 0).ok_or(WRONG)?;
    let (head, rest) = octets.split_at_checked(end).ok_or(WRONG)?;
    let head = core::str::from_utf8(head).ok().and_then(|head| head.strip_suffix(':')).ok_or(WRONG)?;
    let (kind, algorithm) = match head.split_once(':') {
        None if field == Field::Digest => (ImaDigestKind::Content, head),
        Some(("ima", algorithm)) if field == Field::TypedDigest => (ImaDigestKind::Content, algorithm),
        Some(("verity", algorithm)) if field == Field::TypedDigest => (ImaDigestKind::Verity, algorithm),
        _ => return Err(WRONG),
    };
    let digest = rest.get(1..).unwrap_or_default();
    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if algorithm.is_empty() || !algorithm.chars().all(name) {
        return Err(WRONG);
    }
    let known = ALGORITHMS.iter().find(|(name, _, _)| *name == algorithm);
    if digest.is_empty() || known.is_some_and(|(_, size, _)| digest.len() != *size) {
        return Err(LogErrorKind::malformed("a digest is not as long as those of its algorithm"));
    }
    (file.kind, file.algorithm, file.digest) = (kind, algorithm, digest);
    Ok(())
}

/// Octets, and a zero that is the only one.
fn name(octets: &[u8]) -> Result<&[u8], LogErrorKind> {
    match octets.split_last() {
        Some((0, name)) if !name.contains(&0) => Ok(name),
        _ => Err(LogErrorKind::malformed("a name ends with a zero, and has no other")),
    }
}
