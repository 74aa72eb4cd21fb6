//! The whole verifier as a static library without an allocator: what it links is what a device would carry.
//!
//! A `#![no_std]` static library does not build if `alloc` is anywhere below it and no allocator is given. Panics have a
//! handler here that only loops; `check` counts the places that can reach it.
#![no_std]
#![deny(unsafe_code)]

use core::fmt::Write;
use core::panic::PanicInfo;
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::log::{CelLog, EventLog, ImaList, TcgLog};
use tpmproof::structures::{TpmiAlgHash, TpmtHa};
use tpmproof::verify::{
    Anchor, AttestationObject, BankSelection, Certificate, CertificatePolicy, CertificateRules, Challenge, ClientData,
    EventRule, EventRules, GoogleRule, HclReport, LogName, LogPart, LogRule, Logs, NitroTpmDocument, PcrRule, Pin,
    Platform, Policy, PolicyDerError, PolicyError, PolicyList, Purpose, RelyingParty, Replay, RevocationList,
    SecureBootRules, Time, VerifyError, verify_nitrotpm, verify_webauthn,
};
use tpmproof::{Decode, DecodeError, Encode, Proof, structures, verify_proof};

mod text;

use text::Text;

/// Bytes of the caller.
#[repr(C)]
pub struct Bytes {
    start: *const u8,
    len: usize,
}

/// What the caller brings, and where the report goes.
#[repr(C)]
pub struct Request {
    proof: Bytes,
    nonce: Bytes,
    key: Bytes,
    root: Bytes,
    value: Bytes,
    unix_seconds: u64,
    /// Which kind of policy, which kind of report, which parts of a policy: a bit each.
    choice: u32,
    report: *mut u8,
    report_len: usize,
}

/// The bytes of the report, or 0 where there is none; the highest bit is set if the proof is accepted.
///
/// # Safety
/// Every pointer of `request` is good for the length beside it, and nothing else uses `report` meanwhile.
#[allow(unsafe_code, reason = "the entry point has a C name")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tpmproof_check(request: &Request) -> usize {
    let mut out = Text::new(report(request));
    let accepted = verify(request, &mut out).unwrap_or_default();
    out.written() | if accepted { 1 << (usize::BITS - 1) } else { 0 }
}

/// What can end a run before there is a report.
enum Ended {
    Unreadable(DecodeError),
    Policy(PolicyError),
    PolicyDer(PolicyDerError),
    Misuse,
    Full,
}

fn verify(request: &Request, out: &mut Text<'_>) -> Result<bool, core::fmt::Error> {
    match judge(request, out) {
        Ok(accepted) => return Ok(accepted),
        Err(Ended::Unreadable(error)) => write!(out, "{error}")?,
        Err(Ended::Policy(error)) => write!(out, "{error}")?,
        Err(Ended::PolicyDer(error)) => write!(out, "{error}")?,
        Err(Ended::Misuse) => out.write_str("the nonce is not one")?,
        Err(Ended::Full) => return Err(core::fmt::Error),
    }
    Ok(false)
}

fn judge(request: &Request, out: &mut Text<'_>) -> Result<bool, Ended> {
    let [proof, nonce, key, root, value] =
        [&request.proof, &request.nonce, &request.key, &request.root, &request.value].map(bytes);
    let chosen = |bit: u32| request.choice & (1 << bit) != 0;
    if chosen(0) {
        structures(proof, out)?;
    }
    if chosen(15) {
        return foreign(proof, nonce, root, Time::from_unix_seconds(request.unix_seconds), out);
    }
    let mut list = None;
    if chosen(14) {
        match RevocationList::from_der(value) {
            Ok(read) => list = Some(read),
            Err(error) => write!(out, "{error}")?,
        }
    }
    let proof = Proof::from_der(proof)?.with_revocation_lists(list.as_slice());
    let pins = [Pin::Name(key), Pin::Spki(key), Pin::SpkiSha256(key.first_chunk().copied().unwrap_or_default())];
    let anchors = [Anchor::Certificate(root)];
    let values = [value];
    let bank = *HashAlgorithm::ALL.get(usize::from(chosen(1)) | usize::from(chosen(2)) << 1).ok_or(Ended::Misuse)?;
    let rules = [PcrRule::golden(bank, 0, &values), PcrRule::zero(bank, 16)];
    let selection = [BankSelection { bank, pcrs: request.choice }];
    let time = Time::from_unix_seconds(request.unix_seconds);
    let name = core::str::from_utf8(key).unwrap_or_default();
    let subjects = [name];
    let mut builder = Policy::builder().allow_sha1_bank(chosen(3)).allow_resettable(&[16, 23]);
    builder = builder.accept_unknown_attributes(chosen(4)).require_safe_clock(chosen(5));
    if chosen(13) {
        let policy = Policy::from_der(key).map_err(Ended::PolicyDer)?;
        return decide(&policy, &proof, nonce, time, chosen, out);
    }
    if chosen(6) {
        builder = builder.pinned(&pins);
    }
    if chosen(7) {
        builder = builder.anchors(&anchors);
    }
    if let Some(platform) = Platform::by_name(name) {
        builder = builder.platform(platform);
    }
    if chosen(8) {
        let google = Some(GoogleRule { project: Some(name), zone: Some(name), instance: Some(name) });
        let policies = [CertificatePolicy(key)];
        let purposes = [Purpose::Oid(&[0x67, 0x81, 0x05, 0x08, 0x03])];
        let certificate = CertificateRules {
            purposes: PolicyList::new(&purposes),
            subjects: PolicyList::new(&subjects),
            google,
            not_before_min: Some(time),
            policies: PolicyList::new(&policies),
            require_crl: true,
        };
        return appraise(builder.certificate(certificate).pcrs(&rules), &proof, nonce, time, chosen, out);
    }
    if chosen(9) {
        return appraise(builder.pcr_digests(&selection, &values), &proof, nonce, time, chosen, out);
    }
    if chosen(12) {
        return logged(builder, bank, value, name, (&proof, nonce, time), out);
    }
    builder =
        builder.signature_hashes(HashAlgorithm::ALL).firmware_versions(&[1]).firmware_version_min(request.unix_seconds);
    builder = builder.reset_count(request.choice).restart_count(request.choice);
    appraise(builder.pcrs(&rules), &proof, nonce, time, chosen, out)
}

/// A policy of logs and events.
fn logged<'a>(
    builder: tpmproof::verify::PolicyBuilder<'a>,
    bank: HashAlgorithm,
    value: &'a [u8],
    name: &'a str,
    (proof, nonce, time): (&Proof<'a>, &'a [u8], Time),
    out: &mut Text<'_>,
) -> Result<bool, Ended> {
    let digests = [TpmtHa { hash_alg: TpmiAlgHash(bank.into()), digest: value }];
    let rules = [PcrRule::log(bank, 7), PcrRule::log(bank, 13)];
    let logs = [LogRule { pcrs: 1 << 13, logs: PolicyList::new(&[LogName::Application, LogName::BlindLlamaV2]) }];
    let require = [EventRule::measurement(13, name).named(name).digests(&digests)];
    let allow = [EventRule::event(7, &digests)];
    let events = EventRules {
        secure_boot: Some(SecureBootRules {
            pk: PolicyList::new(&digests),
            dbx_min: PolicyList::new(&digests),
            ..SecureBootRules::default()
        }),
        require: PolicyList::new(&require),
        allow: PolicyList::new(&allow),
        allow_unknown: PolicyList::new(&[7]),
        require_seal: PolicyList::new(&[13]),
        accept_any_boot: true,
    };
    appraise(builder.pcrs(&rules).logs(&logs).events(events), proof, nonce, time, |_| false, out)
}

fn appraise<'a>(
    builder: tpmproof::verify::PolicyBuilder<'a>,
    proof: &Proof<'a>,
    nonce: &'a [u8],
    time: Time,
    chosen: impl Fn(u32) -> bool,
    out: &mut Text<'_>,
) -> Result<bool, Ended> {
    decide(&builder.build()?, proof, nonce, time, chosen, out)
}

fn decide<'a>(
    policy: &Policy<'a>,
    proof: &Proof<'a>,
    nonce: &'a [u8],
    time: Time,
    chosen: impl Fn(u32) -> bool,
    out: &mut Text<'_>,
) -> Result<bool, Ended> {
    let challenge = if chosen(10) { Challenge::insecure_no_freshness() } else { Challenge::nonce(nonce)? };
    match (verify_proof(proof, policy, &challenge, time), chosen(11)) {
        (Ok(report), false) => write!(out, "{report}")?,
        (Ok(report), true) => write!(out, "{}", report.json())?,
        (Err(rejection), false) => write!(out, "{rejection}\n{}", rejection.report)?,
        (Err(rejection), true) => write!(out, "{}", rejection.json())?,
    }
    Ok(true)
}

/// Evidence that is no proof: a document of NitroTPM, a report of Azure's paravisor, a WebAuthn statement.
fn foreign(bytes: &[u8], nonce: &[u8], root: &[u8], time: Time, out: &mut Text<'_>) -> Result<bool, Ended> {
    let challenge = Challenge::nonce(nonce)?;
    let anchors = [Anchor::Certificate(root)];
    if let Ok(document) = NitroTpmDocument::from_cbor(bytes) {
        let rules = [PcrRule::zero(HashAlgorithm::Sha384, 12)];
        let policy = Policy::builder().platform(&Platform::AWS).anchors(&anchors).pcrs(&rules).build()?;
        match verify_nitrotpm(&document, &Logs::default(), &policy, &challenge, time, &SOFTWARE) {
            Ok(report) => write!(out, "{report}{}", report.json())?,
            Err(rejection) => write!(out, "{rejection}\n{}", rejection.report)?,
        }
    } else if let Ok(report) = HclReport::from_bytes(bytes) {
        match report.bound_runtime_data(&SOFTWARE) {
            Ok(data) => write!(out, "{} {}", report.hardware.as_str(), data.len())?,
            Err(error) => write!(out, "{error}")?,
        }
    } else {
        let object = AttestationObject::from_cbor(bytes)?;
        let origins = ["https://example.org"];
        let parties = [RelyingParty { id: "example.org", origins: PolicyList::new(&origins) }];
        let policy = Policy::builder().anchors(&anchors).relying_parties(&parties).build()?;
        let client = ClientData::read_by_caller([0; 32], challenge, origins[0]);
        match verify_webauthn(&object, &client, &policy, time, &SOFTWARE) {
            Ok(report) => write!(out, "{report}{}", report.json())?,
            Err(rejection) => write!(out, "{rejection}\n{}", rejection.report)?,
        }
    }
    Ok(true)
}

/// The structures alone: read, shown field by field, written again.
fn structures(bytes: &[u8], out: &mut Text<'_>) -> Result<(), Ended> {
    fn again<'a, T: Decode<'a> + Encode>(bytes: &'a [u8], out: &mut Text<'_>) -> Result<(), Ended> {
        let mut buffer = [0; 1024];
        let value = T::fields(bytes, &mut |field| _ = write!(out, "{} {}", field.offset, field.name))?;
        out.write_str(if value.to_bytes(&mut buffer).is_ok() { "written" } else { "too long" })?;
        Ok(())
    }
    again::<structures::TpmsAttest<'_>>(bytes, out)?;
    again::<structures::TpmtSignature<'_>>(bytes, out)?;
    again::<structures::Tpm2bPublic<'_>>(bytes, out)?;
    let certificate = Certificate::from_der(bytes)?;
    write!(out, "{} {}", certificate.subject(), certificate.issuer())?;
    log(bytes, out)
}

/// A log: its events, what they hold, and what they lead to.
fn log(bytes: &[u8], out: &mut Text<'_>) -> Result<(), Ended> {
    let other = |error| {
        let list = ImaList::from_bytes(bytes).map(EventLog::Ima);
        list.or_else(|_| CelLog::from_bytes(bytes).map(EventLog::Cel)).map_err(|_| error)
    };
    let tcg = TcgLog::from_bytes(bytes).or_else(|_| TcgLog::from_ccel(bytes));
    match tcg.map(EventLog::Tcg).or_else(other) {
        Err(error) => write!(out, "{error}")?,
        Ok(log) => {
            for event in log.events() {
                write!(out, "{:?}: {}", event.digests, event.unverified_description())?;
            }
            match Replay::of(&[LogPart::whole(log)], &SOFTWARE) {
                Ok(replay) => write!(out, "{:?} {:?}", replay.value(HashAlgorithm::Sha256, 0), replay.banks().next())?,
                Err(error) => write!(out, "{error}")?,
            }
        }
    }
    Ok(())
}

#[allow(unsafe_code, reason = "the caller's pointers")]
fn bytes(bytes: &Bytes) -> &[u8] {
    // SAFETY: `tpmproof_check` asks it of its caller.
    unsafe { core::slice::from_raw_parts(bytes.start, bytes.len) }
}

#[allow(unsafe_code, clippy::mut_from_ref, reason = "the caller's pointers")]
fn report(request: &Request) -> &mut [u8] {
    // SAFETY: `tpmproof_check` asks it of its caller.
    unsafe { core::slice::from_raw_parts_mut(request.report, request.report_len) }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Looked at, so that the places of panics stay in the library and `check` can read them.
    core::hint::black_box(info);
    loop {}
}

impl From<DecodeError> for Ended {
    fn from(error: DecodeError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<PolicyError> for Ended {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl From<VerifyError<'_>> for Ended {
    fn from(_: VerifyError<'_>) -> Self {
        Self::Misuse
    }
}

impl From<core::fmt::Error> for Ended {
    fn from(_: core::fmt::Error) -> Self {
        Self::Full
    }
}
