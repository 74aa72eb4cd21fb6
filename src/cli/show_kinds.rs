//! What `tpmproof show` tells of documents of NitroTPM, attestation objects of WebAuthn, and HCL reports.

use super::show::{Line, line, structure};
use crate::structures::{TpmsAttest, TpmtPublic};
use crate::verify::{AttestationObject, Certificate, HclReport, NitroTpmDocument};
use crate::wire::{DecodeError, Hex};
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

pub(crate) fn nitrotpm_lines(bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), DecodeError> {
    let document = NitroTpmDocument::from_cbor(bytes)?;
    let content = document.unverified_content();
    let mut push = |part: &[u8], name: &str, value: String| lines.push(line(bytes, part, 0, name, Some(value)));
    push(content.module_id.as_bytes(), "module_id", format!("{:?}", content.module_id));
    push(bytes, "timestamp", format!("{} ms after 1970-01-01T00:00:00Z", content.timestamp));
    for pcr in content.pcrs.iter() {
        push(pcr.value, &format!("nitrotpm_pcrs {}", pcr.index), Hex(pcr.value).to_string());
    }
    let chosen = [("public_key", content.public_key), ("user_data", content.user_data), ("nonce", content.nonce)];
    for (name, octets) in chosen {
        match octets {
            Some(octets) => push(octets, name, Hex(octets).to_string()),
            None => push(bytes.get(..0).unwrap_or_default(), name, "none".into()),
        }
    }
    certificates(bytes, document.key_evidence().certificates(), "certificate", lines);
    Ok(())
}

pub(crate) fn webauthn_lines(bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), DecodeError> {
    let object = AttestationObject::from_cbor(bytes)?;
    let data = object.authenticator_data;
    let mut push = |part: &[u8], name: &str, value: String| lines.push(line(bytes, part, 0, name, Some(value)));
    push(data.rp_id_hash, "rpIdHash", Hex(data.rp_id_hash).to_string());
    push(data.bytes, "flags", format!("{:#04x}", data.flags));
    push(data.bytes, "signCount", data.sign_count.to_string());
    push(data.aaguid, "aaguid", Hex(data.aaguid).to_string());
    push(data.credential_id, "credentialId", Hex(data.credential_id).to_string());
    let (attest, signature) = object.attestation.unverified_parts();
    push(signature, "sig", Hex(signature).to_string());
    for (part, name) in [(attest, "certInfo"), (object.public, "pubArea")] {
        let whole = line(bytes, part, 0, name, None);
        let offset = whole.offset;
        lines.push(whole);
        let read = match name {
            "certInfo" => structure::<TpmsAttest<'_>>(part, offset, 1, lines),
            _ => structure::<TpmtPublic<'_>>(part, offset, 1, lines),
        };
        if let Err(error) = read {
            lines.push(line(bytes, part, 1, name, Some(format!("cannot be decoded: {error}"))));
        }
    }
    certificates(bytes, object.key_evidence().certificates(), "x5c", lines);
    Ok(())
}

pub(crate) fn hcl_lines(bytes: &[u8], lines: &mut Vec<Line>) -> Result<(), DecodeError> {
    let report = HclReport::from_bytes(bytes)?;
    let (hardware, data) = (report.unverified_hardware_report, report.unverified_runtime_data);
    let bound = match report.bound_runtime_data(&crate::crypto::SOFTWARE) {
        Ok(_) => "made for the runtime data; itself not verified".to_string(),
        Err(error) => error.to_string(),
    };
    let kind = format!("{}, {bound}", report.hardware.as_str());
    lines.push(line(bytes, hardware, 0, "hardwareReport", Some(kind)));
    lines.push(line(bytes, data, 0, "hashType", Some(report.hash.name().to_string())));
    let text = String::from_utf8_lossy(data);
    lines.push(line(bytes, data, 0, "variableData", Some(format!("{text:?}"))));
    Ok(())
}

fn certificates(bytes: &[u8], ders: &[&[u8]], name: &str, lines: &mut Vec<Line>) {
    for der in ders {
        let value = match Certificate::from_der(der) {
            Ok(certificate) => format!("{} by {}", certificate.subject(), certificate.issuer()),
            Err(error) => format!("cannot be decoded: {error}"),
        };
        lines.push(line(bytes, der, 0, name, Some(value)));
    }
}
