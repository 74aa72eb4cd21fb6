//! The Spec ID event: what a crypto-agile log says of itself (PC Client Platform Firmware Profile 1.06, 10.4.5.1).

use super::LogErrorKind;
use super::little_endian::{Read, array, octets, uint8, uint16, uint32};
use crate::structures::{TpmAlgId, TpmiAlgHash};
use crate::wire::Decode;

/// `TCG_EfiSpecIDEvent`, of which the version is judged when it is read.
#[doc(alias = "TCG_EfiSpecIDEvent")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpecId<'a> {
    /// The class of platform: 0 for clients, 1 for servers.
    pub platform_class: u32,
    /// The errata of version 2.0.
    pub errata: u8,
    /// What the firmware's maker adds.
    pub vendor_info: &'a [u8],
    /// The table of algorithms: four octets each.
    algorithms: &'a [u8],
}

/// More than any log has.
const MAX_ALGORITHMS: u32 = 8;
/// What every Spec ID event begins with; two digits and a zero follow.
pub(crate) const SPEC_ID: &[u8] = b"Spec ID Event";

impl<'a> SpecId<'a> {
    /// The algorithms of each event's digests, and the octets of each.
    pub fn algorithms(&self) -> impl Iterator<Item = (TpmAlgId, usize)> + Clone + use<'a> {
        let (entries, _) = self.algorithms.as_chunks::<4>();
        entries.iter().map(|[low, high, size_low, size_high]| {
            let size = u16::from_le_bytes([*size_low, *size_high]);
            (TpmAlgId(u16::from_le_bytes([*low, *high])), size.into())
        })
    }

    /// How many algorithms there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.algorithms.len() / 4).unwrap_or(u32::MAX)
    }

    pub(crate) fn size_of(&self, algorithm: TpmAlgId) -> Option<usize> {
        self.algorithms().find(|(known, _)| *known == algorithm).map(|(_, size)| size)
    }

    /// Reads all of `data`.
    pub(crate) fn decode(data: &'a [u8]) -> Result<Self, LogErrorKind> {
        match Self::fields(data) {
            Ok((spec_id, [])) => spec_id.judge(),
            Ok(_) => Err(LogErrorKind::spec_id("octets follow the vendor's information")),
            Err(LogErrorKind::UnexpectedEnd) => Err(LogErrorKind::spec_id("it ends too early")),
            Err(other) => Err(other),
        }
    }

    fn fields(data: &'a [u8]) -> Read<'a, Self> {
        let (signature, rest) = array::<16>(data)?;
        if signature != *b"Spec ID Event03\0" {
            return Err(LogErrorKind::spec_id("its signature is none that is known"));
        }
        let (platform_class, rest) = uint32(rest)?;
        let ([minor, major, errata], rest) = array(rest)?;
        let (uintn_size, rest) = uint8(rest)?;
        if (major, minor) != (2, 0) {
            return Err(LogErrorKind::spec_id("its version is not 2.0"));
        }
        if !matches!(uintn_size, 1 | 2) {
            return Err(LogErrorKind::spec_id("its uintnSize is neither 1 (32 bits) nor 2 (64 bits)"));
        }
        let (count, rest) = uint32(rest)?;
        if !(1..=MAX_ALGORITHMS).contains(&count) {
            return Err(LogErrorKind::spec_id("it declares no algorithm, or more than 8"));
        }
        let size = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(4);
        let (algorithms, rest) = octets(rest, size)?;
        let (vendor_size, rest) = uint8(rest)?;
        let (vendor_info, rest) = octets(rest, vendor_size.into())?;
        Ok((Self { platform_class, errata, vendor_info, algorithms }, rest))
    }

    fn judge(self) -> Result<Self, LogErrorKind> {
        for (place, (algorithm, size)) in self.algorithms().enumerate() {
            if self.algorithms().take(place).any(|(earlier, _)| earlier == algorithm) {
                return Err(LogErrorKind::spec_id("it declares an algorithm twice"));
            }
            // The size of an algorithm that is not known is believed: it is stepped over, and never replayed.
            let known = TpmiAlgHash::from_bytes(&algorithm.0.to_be_bytes()).map(TpmiAlgHash::digest_size);
            if known.is_ok_and(|known| known != size) {
                return Err(LogErrorKind::spec_id("it declares a size that an algorithm does not have"));
            }
        }
        Ok(self)
    }
}

/// Whether the event's data claims to be a Spec ID event, of whatever version.
pub(crate) fn claims(data: &[u8]) -> bool {
    data.starts_with(SPEC_ID)
}

/// The versions 1.2 and earlier: a log in the SHA-1 form may begin with one, which then is an event like others.
pub(crate) fn is_of_the_sha1_form(data: &[u8]) -> bool {
    [b"Spec ID Event00\0", b"Spec ID Event02\0"].iter().any(|known| data.starts_with(*known))
}

/// The algorithm of a digest, as it stands in the log.
pub(crate) fn algorithm(input: &[u8]) -> Read<'_, TpmAlgId> {
    uint16(input).map(|(algorithm, rest)| (TpmAlgId(algorithm), rest))
}
