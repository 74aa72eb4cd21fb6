//! Part 2, 10.5: PCR Structures.

use super::TpmiAlgHash;
use crate::wire::{DecodeErrorKind, Encode, Encoder, Fault, Parsed, Wire, in_field, take};
use core::fmt;

/// The selected PCRs of one bank, a bit each (10.5.2).
#[doc(alias = "TPMS_PCR_SELECTION")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TpmsPcrSelection<'a> {
    /// The hash algorithm associated with the selection.
    pub hash: TpmiAlgHash,
    /// The bit map of selected PCR; the least significant bit of the first octet is PCR 0.
    pub pcr_select: &'a [u8],
}

impl TpmsPcrSelection<'_> {
    /// The numbers of the selected PCRs, ascending.
    pub fn indices(&self) -> impl Iterator<Item = usize> + Clone {
        self.pcr_select.iter().enumerate().flat_map(|(octet, bits)| {
            (0..8usize)
                .filter(move |bit| bits & (1u8 << bit) != 0)
                .map(move |bit| octet.saturating_mul(8).saturating_add(bit))
        })
    }
}

impl fmt::Debug for TpmsPcrSelection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:", self.hash)?;
        for (i, index) in self.indices().enumerate() {
            write!(f, "{}{index}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl<'a> Wire<'a> for TpmsPcrSelection<'a> {
    #[inline]
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, hash) = in_field(&"TpmsPcrSelection.hash", TpmiAlgHash::decode)(input)?;
        let (rest, size) = in_field(&"TpmsPcrSelection.sizeof_select", u8::decode)(input)?;
        if size > PCR_SELECT_MAX {
            let kind = DecodeErrorKind::TooLong { found: size.into(), limit: PCR_SELECT_MAX.into() };
            return in_field(&"TpmsPcrSelection.sizeof_select", |at| Err(Fault::new(at, kind)))(input);
        }
        let (rest, pcr_select) = in_field(&"TpmsPcrSelection.pcr_select", take(size.into()))(rest)?;
        Ok((rest, Self { hash, pcr_select }))
    }
}

impl Encode for TpmsPcrSelection<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        self.hash.encode(out);
        u8::try_from(self.pcr_select.len()).unwrap_or(u8::MAX).encode(out);
        out.put(self.pcr_select);
    }
}

/// The octets of the largest bit map that common headers reserve: 32 PCRs.
const PCR_SELECT_MAX: u8 = 4;
