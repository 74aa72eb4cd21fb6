//! `tpmproof show`

use super::args::{ShowArguments, ShowKind};
use super::error::CliError;
use super::host::Host;
use super::{files, input, keys, log, log_file, pcrlock, show_kinds, show_objects, show_text};
use crate::log::EventLog;
use crate::proof::Proof;
use crate::structures::{Tpm2bAttest, Tpm2bPublic, TpmsAttest, TpmtPublic, TpmtSignature};
use crate::verify::{Activation, Certificate, LogName};
use crate::wire::{Decode, DecodeError, Hex};
use clap::ValueEnum;
use rustls_pki_types::pem::SectionKind;
use std::format;
use std::io::Write;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

/// One field, for people and programs.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) depth: usize,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

pub(crate) fn run(arguments: &ShowArguments, host: &dyn Host, out: &mut dyn Write) -> Result<u8, CliError> {
    let bytes = files::read(host, &arguments.file, arguments.max_size)?;
    let path = arguments.file.display();
    let (kind, lines) = match arguments.kind {
        Some(kind) => match lines(kind, &bytes, &arguments.file) {
            Ok(lines) => (kind, lines),
            Err(reason) => return Err(CliError::Evidence(format!("{path} is no {}: {reason}", name(kind)))),
        },
        None => detect(&bytes, &arguments.file)?,
    };
    let text = if arguments.json { show_text::json(name(kind), &lines) } else { show_text::table(name(kind), &lines) };
    out.write_all(text.as_bytes()).map_err(CliError::file(Path::new("(standard output)"), "write to"))?;
    Ok(0)
}

/// The one kind of which `bytes` are a whole structure.
fn detect(bytes: &[u8], path: &Path) -> Result<(ShowKind, Vec<Line>), CliError> {
    let shown = path.display();
    let mut fitting: Vec<(ShowKind, Vec<Line>)> = Vec::new();
    for kind in ShowKind::value_variants() {
        if let Ok(lines) = lines(*kind, bytes, path) {
            fitting.push((*kind, lines));
        }
    }
    let names: Vec<&str> = fitting.iter().map(|(kind, _)| name(*kind)).collect();
    match (fitting.len(), fitting.pop()) {
        (1, Some(found)) => Ok(found),
        (0, _) => Err(CliError::Evidence(format!(
            "{shown} is whole in none of the forms that are known; --as TYPE says what is wrong with it as one of them"
        ))),
        _ => Err(CliError::Evidence(format!("{shown} could be {}; say which with --as", names.join(" or ")))),
    }
}

fn name(kind: ShowKind) -> &'static str {
    match kind {
        ShowKind::Proof => "TpmProof",
        ShowKind::Attest => "TPMS_ATTEST",
        ShowKind::SizedAttest => "TPM2B_ATTEST",
        ShowKind::Signature => "TPMT_SIGNATURE",
        ShowKind::Public => "TPMT_PUBLIC",
        ShowKind::SizedPublic => "TPM2B_PUBLIC",
        ShowKind::CreationData => "creation data",
        ShowKind::NvPublic => "public area of an NV index",
        ShowKind::IdObject => "credential",
        ShowKind::Certificate => "Certificate",
        ShowKind::Log => "event log",
        ShowKind::Record => "Activation",
        ShowKind::NitroTpm => "NitroTPM attestation document",
        ShowKind::Webauthn => "WebAuthn attestation object",
        ShowKind::HclReport => "HCL report",
    }
}

fn lines(kind: ShowKind, bytes: &[u8], path: &Path) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    let read = match kind {
        ShowKind::Proof => {
            let input = input::from_bytes(bytes, path).map_err(|error| error.to_string())?;
            let proof = Proof::from_der(&input.der).map_err(|error| error.to_string())?;
            proof_lines(&input.der, &proof, &mut lines);
            Ok(())
        }
        ShowKind::Attest => structure::<TpmsAttest<'_>>(bytes, 0, 0, &mut lines),
        ShowKind::SizedAttest => structure::<Tpm2bAttest<'_>>(bytes, 0, 0, &mut lines),
        ShowKind::Signature => structure::<TpmtSignature<'_>>(bytes, 0, 0, &mut lines),
        ShowKind::Public => structure::<TpmtPublic<'_>>(bytes, 0, 0, &mut lines),
        ShowKind::SizedPublic => structure::<Tpm2bPublic<'_>>(bytes, 0, 0, &mut lines),
        ShowKind::CreationData => {
            return show_objects::creation_data(bytes, &mut lines).map(|()| lines);
        }
        ShowKind::NvPublic => return show_objects::nv_public(bytes, &mut lines).map(|()| lines),
        ShowKind::IdObject => return show_objects::id_object(bytes, &mut lines).map(|()| lines),
        ShowKind::Log => {
            if let Some(values) = log::reference(bytes) {
                lines.extend(pcrlock::lines(&values));
                return Ok(lines);
            }
            // Of JSON what is shown, and where it lies, is of the log that is made of it.
            for file in log_file::from_bytes(bytes.to_vec())? {
                let log = log::detect(&file.bytes).map_err(|error| error.to_string())?;
                log_lines(&file.bytes, &file.bytes, 0, &log, &mut lines);
            }
            Ok(())
        }
        ShowKind::NitroTpm => show_kinds::nitrotpm_lines(bytes, &mut lines),
        ShowKind::Webauthn => show_kinds::webauthn_lines(bytes, &mut lines),
        ShowKind::HclReport => show_kinds::hcl_lines(bytes, &mut lines),
        ShowKind::Record => Activation::from_der(bytes).map(|record| record_lines(bytes, &record, &mut lines)),
        ShowKind::Certificate if keys::is_pem(bytes) => {
            let found = keys::sections(bytes, SectionKind::Certificate);
            if found.is_empty() {
                return Err("the PEM has no CERTIFICATE, or is broken".into());
            }
            found.iter().try_for_each(|der| certificate_lines(der, der, 0, &mut lines))
        }
        ShowKind::Certificate => match keys::trimmed_certificate(bytes) {
            Some(der) => certificate_lines(der, der, 0, &mut lines),
            None => certificate_lines(bytes, bytes, 0, &mut lines),
        },
    };
    read.map_err(|error| error.to_string())?;
    Ok(lines)
}

/// A line for each event, and below it one for each digest and for what it holds.
fn log_lines(whole: &[u8], bytes: &[u8], depth: usize, decoded: &EventLog<'_>, lines: &mut Vec<Line>) {
    let inner = depth.saturating_add(1);
    let mut events = decoded.events().peekable();
    while let Some(event) = events.next() {
        let end = events.peek().map_or(bytes.len().saturating_sub(decoded.padding().len()), |next| next.offset);
        let value = format!("{} of register {}", log::type_name(&event), event.register());
        let octets = bytes.get(event.offset..end).unwrap_or_default();
        lines.push(line(whole, octets, depth, &format!("event {}", event.index), Some(value)));
        for (algorithm, digest) in event.digests.iter() {
            lines.push(line(whole, digest, inner, &format!("{algorithm:?}"), Some(Hex(digest).to_string())));
        }
        lines.push(line(whole, event.data().unverified(), inner, "event", Some(log::description(&event))));
    }
}

/// The fields of a structure that starts `offset` bytes into the file.
pub(crate) fn structure<'a, T: Decode<'a>>(
    bytes: &'a [u8],
    offset: usize,
    depth: usize,
    lines: &mut Vec<Line>,
) -> Result<(), DecodeError> {
    T::fields(bytes, &mut |field| {
        lines.push(Line {
            depth: depth.saturating_add(field.depth),
            offset: offset.saturating_add(field.offset),
            length: field.bytes.len(),
            name: field.name.to_string(),
            value: field.value.map(|value| format!("{value:?}")),
        });
    })?;
    Ok(())
}

/// A line for `part` of `whole`.
pub(crate) fn line(whole: &[u8], part: &[u8], depth: usize, name: &str, value: Option<String>) -> Line {
    let offset = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    Line { depth, offset, length: part.len(), name: name.to_string(), value }
}

/// Values from certificates and proofs are printed escaped, whoever wrote them.
fn certificate_lines(whole: &[u8], der: &[u8], depth: usize, lines: &mut Vec<Line>) -> Result<(), DecodeError> {
    let certificate = Certificate::from_der(der)?;
    let (not_before, not_after) = certificate.validity();
    let inner = depth.saturating_add(1);
    lines.push(line(whole, der, depth, "Certificate", Some(format!("valid from {not_before} to {not_after}"))));
    let mut push = |part: &[u8], name, value: String| lines.push(line(whole, part, inner, name, Some(value)));
    push(certificate.serial(), "serialNumber", Hex(certificate.serial()).to_string());
    push(certificate.issuer().0, "issuer", certificate.issuer().to_string());
    push(certificate.subject().0, "subject", certificate.subject().to_string());
    push(certificate.spki(), "subjectPublicKeyInfo", Hex(certificate.spki()).to_string());
    Ok(())
}

fn proof_lines(der: &[u8], proof: &Proof<'_>, lines: &mut Vec<Line>) {
    let evidence = proof.evidence();
    let (attest, signature) = evidence.attestation.unverified_parts();
    part::<TpmsAttest<'_>>(der, attest, "attestation", lines);
    part::<TpmtSignature<'_>>(der, signature, "signature", lines);
    for pcr in evidence.pcr_values.iter() {
        let name = format!("pcrValues {:?}:{}", pcr.bank, pcr.index);
        lines.push(line(der, pcr.value, 0, &name, Some(Hex(pcr.value).to_string())));
    }
    if let Some(public) = evidence.key.public {
        part::<TpmtPublic<'_>>(der, public, "keyPublic", lines);
    }
    for certificate in evidence.key.certificates() {
        if let Err(error) = certificate_lines(der, certificate, 0, lines) {
            lines.push(line(der, certificate, 0, "certificates", Some(undecoded(&error))));
        }
    }
    for log in evidence.logs.iter() {
        let value = format!("{:?}, {} bytes", log.format, log.bytes.len());
        lines.push(line(der, log.bytes, 0, "log", Some(value)));
        let name = LogName::by_name(log.format).unwrap_or(LogName::Firmware);
        if let Ok(events) = name.decode(log.bytes) {
            log_lines(der, log.bytes, 1, &events, lines);
        }
    }
    for attachment in evidence.attachments.iter() {
        let value = format!("{:?} {:?}, {} bytes", attachment.kind, attachment.name, attachment.bytes.len());
        lines.push(line(der, attachment.bytes, 0, "attachment", Some(value)));
    }
}

fn record_lines(der: &[u8], record: &Activation<'_>, lines: &mut Vec<Line>) {
    let root = record.ek_root_sha256.map_or("none: the verifier's own word".into(), |root| Hex(&root).to_string());
    let fields = [
        ("ekSpki", Hex(&record.ek_spki_sha256).to_string()),
        ("ekRoot", root),
        ("akName", Hex(record.ak_name).to_string()),
        ("time", record.time.to_string()),
    ];
    lines.extend(fields.into_iter().map(|(name, value)| line(der, der, 0, name, Some(value))));
}

/// A structure inside a proof; one that cannot be decoded does not hide the others.
fn part<'a, T: Decode<'a>>(der: &[u8], bytes: &'a [u8], name: &str, lines: &mut Vec<Line>) {
    let whole = line(der, bytes, 0, name, None);
    let offset = whole.offset;
    lines.push(whole);
    if let Err(error) = structure::<T>(bytes, offset, 1, lines) {
        lines.push(line(der, bytes, 1, name, Some(undecoded(&error))));
    }
}

fn undecoded(error: &DecodeError) -> String {
    format!("cannot be decoded: {error}")
}
