//! The certificate of an attestation key as WebAuthn asks for it (Level 2, 8.3.1), beyond what every chain must be.

use super::certificate_extensions::{Extension, FIDO_AAGUID, SUBJECT_ALTERNATIVE_NAME, find};
use super::{Certificate, CredentialError, platforms::ATTESTATION_KEY};
use crate::wire::{
    Parsed, all,
    der::{any, element, octets, tag, within},
};

/// Subject, alternative name, purpose, and that it is no authority's; and that the model it names, if any, is `aaguid`.
#[inline(never)]
pub(crate) fn judge_profile(certificate: &Certificate<'_>, aaguid: &[u8; 16]) -> Result<(), CredentialError> {
    let broken = |rule| Err(CredentialError::Profile(rule));
    if !certificate.subject().is_empty() {
        return broken("its subject is not empty");
    }
    match find(certificate.tbs, SUBJECT_ALTERNATIVE_NAME) {
        Some(Extension { critical: Some(_), value }) if says_tpm(value) => {}
        Some(Extension { critical: Some(_), .. }) => {
            return broken(
                "its subjectAltName has no directoryName with tcg-at-tpmManufacturer, tcg-at-tpmModel and tcg-at-tpmVersion",
            );
        }
        _ => return broken("it has no critical subjectAltName"),
    }
    if !certificate.purposes().any(|purpose| purpose == ATTESTATION_KEY) {
        return broken("its purposes lack tcg-kp-AIKCertificate (2.23.133.8.3)");
    }
    if !matches!(certificate.extensions.basic_constraints, Some((false, _))) {
        return broken("its basicConstraints do not say that it is no authority");
    }
    let Some(Extension { critical, value }) = find(certificate.tbs, FIDO_AAGUID) else { return Ok(()) };
    match (octets::<16>(tag::OCTET_STRING)(value), critical) {
        (Ok(([], named)), None) if named == *aaguid => Ok(()),
        (Ok(([], _)), None) => Err(CredentialError::Aaguid),
        _ => broken("its extension id-fido-gen-ce-aaguid is critical, or is not one OCTET STRING of 16 octets"),
    }
}

/// Whether a directoryName among these `GeneralNames` has manufacturer, model and version of a TPM (TCG EK Credential Profile, 3.2.9).
fn says_tpm(names: &[u8]) -> bool {
    let Ok((_, mut names)) = element(tag::SEQUENCE)(names) else { return false };
    while let Ok((rest, (found, content))) = any(names) {
        if found == tag::context_constructed(4) && attributes(content).is_ok_and(|(_, seen)| seen == [true; 3]) {
            return true;
        }
        names = rest;
    }
    false
}

/// Which of the three stand in a `Name`, in whatever grouping.
fn attributes(name: &[u8]) -> Parsed<'_, [bool; 3]> {
    within(tag::SEQUENCE, |mut sets| {
        let mut seen = [false; 3];
        while !sets.is_empty() {
            let (rest, mut set) = element(tag::SET)(sets)?;
            while !set.is_empty() {
                let (after, oid) = within(tag::SEQUENCE, |pair| {
                    let (value, oid) = element(tag::OID)(pair)?;
                    all(any)(value).map(|(rest, _)| (rest, oid))
                })(set)?;
                for (place, known) in seen.iter_mut().zip(TPM_ATTRIBUTES) {
                    *place |= oid == known;
                }
                set = after;
            }
            sets = rest;
        }
        Ok((sets, seen))
    })(name)
}

/// tcg-at-tpmManufacturer, tcg-at-tpmModel and tcg-at-tpmVersion: 2.23.133.2.1 to 3.
const TPM_ATTRIBUTES: [&[u8]; 3] =
    [&[0x67, 0x81, 0x05, 0x02, 0x01], &[0x67, 0x81, 0x05, 0x02, 0x02], &[0x67, 0x81, 0x05, 0x02, 0x03]];
