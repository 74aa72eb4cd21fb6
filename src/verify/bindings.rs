//! What of a proof's attachments was measured: all others are only enclosed.

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

impl<'a> Report<'a> {
    /// The first that `look` finds among the measurements that the policy requires, each with the PCR that it extended. Where the proof
    /// is refused there are none.
    pub fn find_measurement<T>(
        &self,
        mut look: impl FnMut(u8, &VerifiedEvent<'a>, &Measurement<'a>) -> Option<T>,
    ) -> Option<T> {
        if self.failure().is_some() {
            return None;
        }
        self.with_logs(|logs| {
            let mut events = self.policy().required_events(logs);
            events.find_map(|(pcr, event)| look(pcr, &event, &event.measurement()?))
        })?
    }

    /// The event that measured an attachment.
    #[must_use]
    pub fn binding(&self, attachment: &Attachment<'a>) -> Option<Binding<'a>> {
        self.find_measurement(|pcr, event, measurement| {
            let binding = Binding { attachment: *attachment, pcr, event: *event, measurement: *measurement };
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
    let size = u64::try_from(octets.len()).is_ok_and(|size| size == measurement.size);
    let digest = crypto.digest(algorithm, &mut [octets].into_iter());
    size && digest.is_ok_and(|digest| digest.as_bytes() == measurement.digest)
}

impl fmt::Display for Binding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (log, event) = (self.event.log().as_str(), self.event.event().index);
        write!(
            f,
            "by event {event} of the log \"{log}\", PCR {}, {:?}:{}",
            self.pcr,
            self.measurement.algorithm,
            Hex(self.measurement.digest)
        )
    }
}
