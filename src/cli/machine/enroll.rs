//! `tpmproof enroll`

use super::super::error::{CliError, REJECTED};
use super::super::files;
use super::super::keys::{self, KeyFile};
use super::enroll_args::{AnswerArguments, ChallengeArguments, EnrollCommand, FinishArguments, RequestArguments};
use super::system::{self, Access, Prepared, System};
use super::{prove, tpm};
use crate::crypto::SOFTWARE;
use crate::prover::{Credential, EndorsementKey, EnrollmentError, EnrollmentRequest, PendingActivation};
use crate::verify::{Activation, Anchor, Certificate, KNOWN_ROOTS, Time};
use crate::wire::Hex;
use std::format;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::string::ToString;
use std::vec::Vec;

pub(crate) fn run(command: &EnrollCommand, notes: &mut dyn Write) -> Result<u8, CliError> {
    match command {
        EnrollCommand::Request(arguments) => request(arguments, notes),
        EnrollCommand::Challenge(arguments) => challenge(arguments, notes),
        EnrollCommand::Answer(arguments) => answer(arguments, notes),
        EnrollCommand::Finish(arguments) => finish(arguments, notes),
    }
}

fn request(arguments: &RequestArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let mut tpm = tpm::open(&tpm::address(&arguments.tpm)?)?;
    let ak = prove::key(&mut tpm, arguments.ak)?;
    let request = tpm.enrollment_request(&ak, arguments.ek)?;
    tpm.close()?;
    system::write(&arguments.output, &request.to_der(), Access::Everybody)?;
    let _ = writeln!(
        notes,
        "wrote {}: the attestation key name:{}, and the endorsement key; certificates of it: {}",
        arguments.output.display(),
        ak.entity().name,
        request.ek_certificates.len()
    );
    if request.ek_certificates.is_empty() {
        let _ = writeln!(
            notes,
            "note: the TPM has no certificate of it; the verifier will need --ek-certificate, or --ek-public and --trust-ek"
        );
    }
    Ok(0)
}

fn challenge(arguments: &ChallengeArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    if arguments.state == arguments.output {
        return Err(CliError::Misuse("--state and -o name one file; what you keep and what you send are two".into()));
    }
    let request = read_request(arguments)?;
    let trusted = match &arguments.ek_public {
        Some(path) => Some(keys::read(&System, path, CliError::Misuse)?),
        None => None,
    };
    let roots = keys::all_certificates(&System, &arguments.root)?;
    let mut certificates = keys::all_certificates(&System, &arguments.ek_certificate)?;
    // The verifier's own come first: one that is no authority's says which endorsement key is meant.
    let of_key = |der: &Vec<u8>| Certificate::from_der(der).is_ok_and(|certificate| !certificate.is_authority());
    if let Some(place) = certificates.iter().position(of_key) {
        certificates.rotate_left(place);
        certificates.extend(request.ek_certificates.iter().skip(1).cloned());
    } else {
        certificates.splice(0..0, request.ek_certificates.iter().cloned());
    }
    let certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    let public = (!request.ek_public.is_empty()).then_some(&request.ek_public[..]);
    let now = arguments.at.unwrap_or_else(Time::now);
    let refused = |error: EnrollmentError<'_>| match error {
        EnrollmentError::Credential(error) => CliError::from(error),
        other => CliError::Evidence(other.to_string()),
    };
    let ek = match &trusted {
        Some(key) => on_trust(key, public).map_err(refused)?,
        None if certificates.is_empty() => {
            return Err(CliError::Evidence(
                "nobody vouches for the endorsement key: the TPM has no certificate of it; give --ek-certificate, or, where the provider tells the \
                 key itself, --ek-public and --trust-ek"
                    .into(),
            ));
        }
        None => {
            let anchors: Vec<Anchor<'_>> = if roots.is_empty() {
                KNOWN_ROOTS.iter().map(|root| Anchor::CertificateSha256(root.sha256)).collect()
            } else {
                roots.iter().map(|der| Anchor::Certificate(der)).collect()
            };
            EndorsementKey::certified(&certificates, public, &anchors, now, &SOFTWARE).map_err(refused)?
        }
    };
    let (pending, credential) =
        PendingActivation::challenge(&ek, &request.ak_public, now, &SOFTWARE).map_err(refused)?;
    let credential = credential.to_bytes()?;
    // Without what is kept the answer is worth nothing, and with an old one the wrong answer counts.
    if arguments.state.exists() {
        let path = arguments.state.display();
        return Err(CliError::Environment(format!(
            "{path} is there: an earlier challenge is kept in it; finish that, or remove it"
        )));
    }
    system::create(&arguments.state, &pending.to_der(), Access::Owner)?;
    if let Err(error) = system::write(&arguments.output, &credential, Access::Everybody) {
        let _ = std::fs::remove_file(&arguments.state);
        return Err(error);
    }
    let Activation { ek_spki_sha256, ak_name, .. } = pending.record();
    let _ = writeln!(
        notes,
        "wrote {} for the TPM with the endorsement key spki-sha256:{}, if it has the attestation key name:{}",
        arguments.output.display(),
        Hex(&ek_spki_sha256),
        Hex(ak_name)
    );
    let _ = match ek.root_sha256() {
        Some(root) => writeln!(notes, "the endorsement key is certified by the root cert-sha256:{}", Hex(&root)),
        None => writeln!(notes, "warning: nothing vouches for this endorsement key but your word (--trust-ek)"),
    };
    Ok(0)
}

/// The key that the verifier was told; the machine may claim no other.
fn on_trust<'a>(key: &'a KeyFile, claimed: Option<&'a [u8]>) -> Result<EndorsementKey<'a>, EnrollmentError<'a>> {
    let ek = match key {
        KeyFile::Public(public) => EndorsementKey::on_trust(public, &SOFTWARE)?,
        KeyFile::Spki(spki) => EndorsementKey::on_trust_by_spki(spki, &SOFTWARE)?,
        KeyFile::Certificates(certificates) => {
            let own = certificates.first().map(Vec::as_slice).unwrap_or_default();
            let own = Certificate::from_der(own).map_err(EnrollmentError::EndorsementKey)?;
            EndorsementKey::on_trust_by_spki(own.spki(), &SOFTWARE)?
        }
    };
    match claimed {
        Some(claimed) if EndorsementKey::on_trust(claimed, &SOFTWARE)?.spki_sha256() != ek.spki_sha256() => {
            Err(EnrollmentError::OtherEndorsementKey)
        }
        _ => Ok(ek),
    }
}

fn read_request(arguments: &ChallengeArguments) -> Result<EnrollmentRequest, CliError> {
    if let Some(path) = &arguments.request {
        let der = files::read(&System, path, files::SMALL)?;
        return EnrollmentRequest::from_der(&der)
            .map_err(|error| CliError::Evidence(format!("{} is no request to enroll: {error}", path.display())));
    }
    match &arguments.ak {
        Some(path) => match keys::read(&System, path, CliError::Evidence)? {
            KeyFile::Public(ak_public) => Ok(EnrollmentRequest { ak_public, ..EnrollmentRequest::default() }),
            _ => Err(CliError::Misuse(format!(
                "{} says nothing of what the TPM lets the key do; --ak takes a TPMT_PUBLIC or TPM2B_PUBLIC",
                path.display()
            ))),
        },
        None => Err(CliError::Misuse("give a request, or the attestation key with --ak".into())),
    }
}

fn answer(arguments: &AnswerArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let bytes = files::read(&System, &arguments.credential, files::SMALL)?;
    let credential = Credential::from_bytes(&bytes)
        .map_err(|error| CliError::Evidence(format!("{} is no credential: {error}", arguments.credential.display())))?;
    let mut tpm = tpm::open(&tpm::address(&arguments.tpm)?)?;
    let ak = prove::key(&mut tpm, arguments.ak)?;
    let secret = tpm.activate_credential_by_any(&ak, &credential)?;
    tpm.close()?;
    system::write(&arguments.output, &secret, Access::Owner)?;
    let _ = writeln!(
        notes,
        "wrote {}: the TPM has read the credential for the attestation key name:{}",
        arguments.output.display(),
        ak.entity().name
    );
    Ok(0)
}

fn finish(arguments: &FinishArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let pending = Kept::open(&arguments.state)?;
    let ek = pending.activation.record().ek_spki_sha256;
    let known = known_machine(&arguments.output)?;
    if let Some(known) = known
        && known != ek
    {
        return Err(CliError::Evidence(format!(
            "{} is the record of another TPM, with the endorsement key spki-sha256:{}; this answer is of spki-sha256:{}: the machine was replaced, or \
             another answers in its place; if it was replaced, remove the record first",
            arguments.output.display(),
            Hex(&known),
            Hex(&ek)
        )));
    }
    let answer = files::read(&System, &arguments.answer, files::SMALL)?;
    if answer.len() != PendingActivation::ANSWER {
        let (path, size) = (arguments.answer.display(), PendingActivation::ANSWER);
        let found = answer.len();
        return Err(CliError::Evidence(format!("{path} is no answer: it has {found} bytes, and an answer has {size}")));
    }
    let Some(record) = pending.activation.finish(&answer, Time::now()) else {
        pending.use_up()?;
        let _ = writeln!(
            notes,
            "tpmproof: the answer is not what the credential holds: it is of another challenge, or whoever gave it could not read it; this challenge is \
             used up: make another"
        );
        return Ok(REJECTED);
    };
    let prepared = Prepared::new(&arguments.output, &record.to_der(), Access::Everybody)?;
    // Before the record is there: an answer counts once, whatever happens now.
    pending.use_up()?;
    // Where there was no record, one that another process has written meanwhile stays.
    match known {
        Some(_) => prepared.replace()?,
        None => prepared.create()?,
    }
    let _ = writeln!(
        notes,
        "wrote {}: the TPM with the endorsement key spki-sha256:{} has the attestation key name:{}",
        arguments.output.display(),
        Hex(&ek),
        Hex(record.ak_name)
    );
    Ok(0)
}

/// What `challenge` kept, held by this process alone.
struct Kept<'p> {
    path: &'p Path,
    /// Held for its lock.
    _file: File,
    activation: PendingActivation,
}

impl<'p> Kept<'p> {
    fn open(path: &'p Path) -> Result<Self, CliError> {
        let mut der = zeroize::Zeroizing::new(Vec::new());
        let mut open = || {
            let mut file = File::open(path)?;
            file.lock()?;
            if file.metadata()?.nlink() == 0 {
                // Somebody else has used it up while this process waited.
                return Err(std::io::ErrorKind::NotFound.into());
            }
            (&mut file).take(files::SMALL).read_to_end(&mut der)?;
            Ok(file)
        };
        let file = open().map_err(CliError::file(path, "read"))?;
        let activation = PendingActivation::from_der(&der).map_err(|error| {
            CliError::Misuse(format!("{} is nothing that enroll challenge kept: {error}", path.display()))
        })?;
        Ok(Self { path, _file: file, activation })
    }

    fn use_up(&self) -> Result<(), CliError> {
        std::fs::remove_file(self.path).map_err(CliError::file(self.path, "remove"))
    }
}

/// The endorsement key of the record that is already there.
fn known_machine(path: &Path) -> Result<Option<[u8; 32]>, CliError> {
    if !path.exists() {
        return Ok(None);
    }
    let der = files::read_or(&System, path, files::SMALL, CliError::Misuse)?;
    match Activation::from_der(&der) {
        Ok(record) => Ok(Some(record.ek_spki_sha256)),
        Err(error) => {
            Err(CliError::Misuse(format!("{} is there, and is no record of an enrollment: {error}", path.display())))
        }
    }
}
