//! What a record of a Canonical Event Log says (Canonical Event Log Format 1.0, clause 5).

use super::cel::tlv;
use super::little_endian::array;
use super::{LogErrorKind, Registers, TcgEventType};
use crate::wire::Foreign;
use core::fmt;

/// One record. Of what its digests are, its content's format says; most have them of the content as it is encoded.
#[derive(Clone, Copy)]
pub struct CelRecord<'a> {
    pub(super) pcr: Option<u32>,
    pub(super) ccmr: Option<u32>,
    pub(super) nv_index: Option<u32>,
    pub(super) digests: &'a [u8],
    /// The type of the content.
    pub(super) kind: u8,
    pub(super) value: &'a [u8],
    /// The content with its type and length.
    pub(super) content: &'a [u8],
    /// All of the record but its number.
    pub(super) octets: &'a [u8],
    pub(super) foreign: Foreign,
}

/// The content of a record, by its type.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum CelContent<'a> {
    /// About the log itself: `cel`.
    #[expect(missing_docs, reason = "the type: 1 version, 2 end of the firmware, 80 time stamp, 81 change of state")]
    Management { kind: u8, value: &'a [u8] },
    /// An event of a firmware: `pcclient_std`.
    #[expect(missing_docs, reason = "as in a firmware's log")]
    PcClient { event_type: TcgEventType, data: &'a [u8] },
    /// An entry of a runtime list: `ima_template`.
    #[expect(missing_docs, reason = "the template's name and data")]
    ImaTemplate { name: &'a [u8], data: &'a [u8] },
    /// The same in TLV: `ima_tlv`; its path.
    ImaTlv(&'a [u8]),
    /// What Google's Container-Optimized OS launches: the type, and the value.
    #[expect(missing_docs, reason = "as the description names them")]
    Cos { kind: u8, value: &'a [u8] },
    /// Content of another type.
    #[expect(missing_docs, reason = "the type, and the content")]
    Other { kind: u8, value: &'a [u8] },
}

const MANAGEMENT: u8 = 4;
const PC_CLIENT: u8 = 5;
const IMA_TEMPLATE: u8 = 7;
const IMA_TLV: u8 = 8;
const COS: u8 = 80;

/// What Google's Container-Optimized OS measures, by its type.
const COS_KINDS: [&str; 11] = [
    "image reference",
    "image digest",
    "restart policy",
    "image ID",
    "argument",
    "environment variable",
    "overridden argument",
    "overridden environment variable",
    "the container starts",
    "memory monitoring",
    "GPU confidential mode",
];

impl<'a> CelRecord<'a> {
    /// The NV index that it is of; else it is of a register.
    #[must_use]
    pub fn nv_index(&self) -> Option<u32> {
        self.nv_index
    }

    /// The registers that it is of, if of any.
    pub(super) fn registers(&self) -> Option<Registers> {
        if self.nv_index.is_some() {
            None
        } else if self.ccmr.is_some() {
            Some(Registers::Ccel)
        } else {
            Some(Registers::Pcr)
        }
    }

    /// The name of its content's type.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.kind {
            MANAGEMENT => "cel",
            PC_CLIENT => "pcclient_std",
            IMA_TEMPLATE => "ima_template",
            IMA_TLV => "ima_tlv",
            9 => "systemd",
            COS => "cos",
            _ => "(unknown)",
        }
    }

    /// Its content.
    #[must_use]
    pub fn content(&self) -> CelContent<'a> {
        self.decoded().unwrap_or(CelContent::Other { kind: self.kind, value: self.value })
    }

    pub(super) fn decoded(&self) -> Result<CelContent<'a>, LogErrorKind> {
        let (kind, value) = (self.kind, self.value);
        Ok(match kind {
            MANAGEMENT => {
                let (kind, value) = only(value)?;
                CelContent::Management { kind, value }
            }
            PC_CLIENT => {
                let (number, data) = pair(value)?;
                let event_type = match array::<4>(number) {
                    Ok((number, [])) => TcgEventType(u32::from_be_bytes(number)),
                    _ => return Err(LogErrorKind::malformed("the type of an event has four octets")),
                };
                CelContent::PcClient { event_type, data }
            }
            IMA_TEMPLATE => {
                let (name, data) = pair(value)?;
                CelContent::ImaTemplate { name, data }
            }
            IMA_TLV => CelContent::ImaTlv(tlv(value).map(|((_, path), _)| path)?),
            COS => {
                let (kind, value) = only(value)?;
                CelContent::Cos { kind, value }
            }
            _ => CelContent::Other { kind, value },
        })
    }

    /// The octets that its digests are of, if they are of any.
    pub(crate) fn measured(&self) -> &'a [u8] {
        match self.content() {
            CelContent::PcClient { data, .. } | CelContent::ImaTemplate { data, .. } => data,
            _ => self.content,
        }
    }
}

/// The one TLV that there must be.
fn only(value: &[u8]) -> Result<(u8, &[u8]), LogErrorKind> {
    match tlv(value)? {
        (only, []) => Ok(only),
        (_, rest) => Err(LogErrorKind::TrailingBytes(rest.len())),
    }
}

/// The two TLVs that there must be, of the types 0 and 1.
fn pair(value: &[u8]) -> Result<(&[u8], &[u8]), LogErrorKind> {
    let ((first, name), rest) = tlv(value)?;
    match only(rest)? {
        (1, data) if first == 0 => Ok((name, data)),
        _ => Err(LogErrorKind::malformed("the content has one field of type 0, and then one of type 1")),
    }
}

impl CelContent<'_> {
    /// What a record of Container-Optimized OS is about.
    pub(super) fn cos_kind(kind: u8) -> Option<&'static str> {
        COS_KINDS.get(usize::from(kind)).copied()
    }
}

impl fmt::Debug for CelRecord<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a record of type {}, {} bytes", self.kind, self.octets.len())
    }
}
