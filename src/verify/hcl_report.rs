//! The report that Azure's paravisor (HCL) leaves in a confidential virtual machine's NV memory, read: a header, the hardware's own report,
//! and runtime data that the hardware's report is made for. All numbers are little-endian.

use super::HclError;
use crate::crypto::{Crypto, HashAlgorithm};
use crate::wire::{DecodeError, DecodeErrorKind, Fault, Parsed, in_field, located, take};

/// A report of Azure's paravisor. Nobody has verified the hardware's report in it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct HclReport<'a> {
    /// Which hardware reports.
    pub hardware: HclHardware,
    /// The hardware's report: an attestation report of SEV-SNP, or a TDREPORT of TDX.
    pub unverified_hardware_report: &'a [u8],
    /// The hash algorithm by which the hardware's report is tied to the runtime data.
    pub hash: HashAlgorithm,
    /// The runtime data: a JSON object with the keys of the virtual TPM.
    pub unverified_runtime_data: &'a [u8],
}

/// The hardware below a confidential virtual machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HclHardware {
    /// AMD SEV-SNP.
    SevSnp,
    /// Intel TDX.
    Tdx,
}

impl<'a> HclReport<'a> {
    /// Reads a report from all of `bytes`; behind the runtime data only zeros may stand, as NV memory has them.
    ///
    /// # Errors
    /// If the bytes are not one such report.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        located(bytes, report)
    }

    /// The runtime data, if the hardware's report is made for them: its report data begin with their digest. That is worth as much as
    /// the hardware's report, which is for its own verifier.
    ///
    /// # Errors
    /// [`HclError::RuntimeData`] if it is not, or the hash is not available.
    pub fn bound_runtime_data(&self, crypto: &dyn Crypto) -> Result<&'a [u8], HclError> {
        let digest = crypto
            .digest(self.hash, &mut [self.unverified_runtime_data].into_iter())
            .map_err(|_| HclError::RuntimeData)?;
        let data = self.unverified_hardware_report.get(self.hardware.report_data_at()..).unwrap_or_default();
        if data.starts_with(digest.as_bytes()) { Ok(self.unverified_runtime_data) } else { Err(HclError::RuntimeData) }
    }
}

impl HclHardware {
    /// What it is called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SevSnp => "SEV-SNP",
            Self::Tdx => "TDX",
        }
    }

    /// The size of its report.
    const fn size(self) -> usize {
        match self {
            Self::SevSnp => 1184,
            Self::Tdx => 1024,
        }
    }

    /// Where in its report the data are that the paravisor chose.
    const fn report_data_at(self) -> usize {
        match self {
            Self::SevSnp => 80,
            Self::Tdx => 128,
        }
    }
}

fn report(input: &[u8]) -> Parsed<'_, HclReport<'_>> {
    let (rest, ()) = in_field(&"HclReport.signature", one_of(&[SIGNATURE]))(input)?;
    let (rest, ()) = in_field(&"HclReport.version", one_of(&[1, 2]))(rest)?;
    // The size of what follows counts one thing in one version, another in the next.
    let (rest, _) = in_field(&"HclReport.size", word)(rest)?;
    let (rest, _) = in_field(&"HclReport.request", take(20))(rest)?;
    let (data, area) = in_field(&"HclReport.hardwareReport", take(HARDWARE))(rest)?;
    let (rest, size) = in_field(&"RuntimeData.size", word)(data)?;
    let (kind, ()) = in_field(&"RuntimeData.version", one_of(&[1]))(rest)?;
    let (rest, hardware) = match in_field(&"RuntimeData.reportType", word)(kind)? {
        (rest, 2) => (rest, HclHardware::SevSnp),
        (rest, 4) => (rest, HclHardware::Tdx),
        (_, other) => return Err(Fault::new(kind, DecodeErrorKind::UnknownValue(other))),
    };
    let (after, hash) = in_field(&"RuntimeData.hashType", word)(rest)?;
    let hash = match hash {
        1 => HashAlgorithm::Sha256,
        2 => HashAlgorithm::Sha384,
        3 => HashAlgorithm::Sha512,
        other => return Err(Fault::new(rest, DecodeErrorKind::UnknownValue(other))),
    };
    let (rest, count) = in_field(&"RuntimeData.variableDataSize", word)(after)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let expected = count.saturating_add(RUNTIME_HEADER);
    let found = usize::try_from(size).unwrap_or(usize::MAX);
    if found != expected {
        return Err(Fault::new(data, DecodeErrorKind::WrongLength { found, expected }));
    }
    let (padding, unverified_runtime_data) = in_field(&"RuntimeData.variableData", take(count))(rest)?;
    if padding.iter().any(|octet| *octet != 0) {
        return Err(Fault::new(padding, DecodeErrorKind::TrailingBytes(padding.len())));
    }
    let unverified_hardware_report = area.get(..hardware.size()).unwrap_or_default();
    Ok((&[], HclReport { hardware, unverified_hardware_report, hash, unverified_runtime_data }))
}

/// The next `UINT32`.
fn word(input: &[u8]) -> Parsed<'_, u32> {
    match input.split_first_chunk() {
        Some((octets, rest)) => Ok((rest, u32::from_le_bytes(*octets))),
        None => Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd)),
    }
}

/// A `UINT32` that must be one of these.
fn one_of<'a>(known: &'static [u32]) -> impl FnOnce(&'a [u8]) -> Parsed<'a, ()> {
    move |input| match word(input)? {
        (rest, found) if known.contains(&found) => Ok((rest, ())),
        (_, found) => Err(Fault::new(input, DecodeErrorKind::UnknownValue(found))),
    }
}

/// `HCLA`
const SIGNATURE: u32 = 0x414c_4348;
/// What is kept free for the hardware's report.
const HARDWARE: usize = 1184;
/// The five numbers before the runtime data.
const RUNTIME_HEADER: usize = 20;
