//! What of a proof's attachments was measured: all others are only enclosed.

use super::distinguished_name::Escaped;
use super::{Attachment, Certificate, Report, VerifiedEvent};
use crate::crypto::{Crypto, HashAlgorithm};
use crate::log::Measurement;
use crate::wire::Hex;
use core::fmt;

/// An attachment, and the event that measured it: one that the policy requires, in a PCR that a log explains.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The attachment.
    pub attachment: Attachment<'a>,
    /// The PCR that the event extended.
    pub pcr: u8,
    /// The event.
    pub event: VerifiedEvent<'a>,
    /// What it measured.
    pub measurement: Measurement<'a>,
}

/// The end of the kinds that measure a `SubjectPublicKeyInfo`.
const SPKI: &str = "-spki";
/// The end of the kinds of the attachments that hold it.
const CERTIFICATE: &str = "-certificate";

/// The measurements that a policy requires, as they were found: read once, since there may be many attachments.
#[derive(Clone, Debug)]
pub struct Required<'a>(heapless::Vec<(u8, VerifiedEvent<'a>, Measurement<'a>), MAX_REQUIRED>);

/// More measurements than this no policy requires.
pub(crate) const MAX_REQUIRED: usize = 16;

impl<'a> Report<'a> {
    /// The measurements that the policy requires. Where the proof is refused there are none.
    #[must_use]
    pub fn required(&self) -> Required<'a> {
        let mut required = Required(heapless::Vec::new());
        if self.failure().is_none() {
            self.with_logs(|logs| {
                for found in self.policy().required_measurements(logs) {
                    // As many as a policy may require fit.
                    let _ = required.0.push(found);
                }
            });
        }
        required
    }
}

impl<'a> Required<'a> {
    /// The measurements, each with its event and the PCR that this extended, in the order of the policy's rules.
    pub fn iter(&self) -> impl Iterator<Item = &(u8, VerifiedEvent<'a>, Measurement<'a>)> {
        self.0.iter()
    }

    /// The event that measured an attachment.
    #[must_use]
    pub fn binding(&self, attachment: &Attachment<'a>) -> Option<Binding<'a>> {
        self.iter().find_map(|(pcr, event, measurement)| {
            let binding = Binding { attachment: *attachment, pcr: *pcr, event: *event, measurement: *measurement };
            is_of(measurement, attachment, event.measured().crypto).then_some(binding)
        })
    }
}

/// Whether the digest is of the attachment, and of nothing else of it: a kind that ends in `-spki` measures the public key of the
/// certificate in an attachment whose kind ends in `-certificate` instead, and no other kind does.
fn is_of(measurement: &Measurement<'_>, attachment: &Attachment<'_>, crypto: &dyn Crypto) -> bool {
    let Ok(algorithm) = HashAlgorithm::try_from(measurement.algorithm) else { return false };
    let spki = measurement.kind.strip_suffix(SPKI);
    let octets = if spki.is_some() && spki == attachment.kind.strip_suffix(CERTIFICATE) {
        match Certificate::from_der(attachment.bytes) {
            Ok(certificate) => certificate.spki(),
            Err(_) => return false,
        }
    } else if measurement.kind == attachment.kind {
        attachment.bytes
    } else {
        return false;
    };
    // Before the hash: a proof may enclose much that is of another size.
    measurement.size.is_none_or(|size| u64::try_from(octets.len()).is_ok_and(|found| found == size))
        && crypto
            .digest(algorithm, &mut [octets].into_iter())
            .is_ok_and(|digest| digest.as_bytes() == measurement.digest)
}

impl fmt::Display for Binding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (log, event) = (self.event.log().as_str(), self.event.event().index);
        let measured = &self.measurement;
        if measured.kind != self.attachment.kind {
            f.write_str("by its public key alone, ")?;
        }
        write!(f, "as \"{}\"", Escaped(measured.kind))?;
        if !measured.name.is_empty() {
            write!(f, " \"{}\"", Escaped(measured.name))?;
        }
        let digest = Hex(measured.digest);
        write!(f, ", by event {event} of the log \"{log}\", PCR {}, {:?}:{digest}", self.pcr, measured.algorithm)
    }
}
