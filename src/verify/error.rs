//! The check that failed: what was found, what was expected, what to do.

use super::{CertificateError, DistinguishedName, GoogleInstance, LogsError, Name, Time, TlsKeyKind};
use crate::crypto::{CryptoError, Digest, HashAlgorithm};
use crate::structures::{TpmAlgId, TpmEccCurve, TpmSt, TpmaObject};
use crate::wire::DecodeError;

/// Why evidence is refused. Variants stand in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError<'a> {
    /// A part of the evidence is not what its specification says.
    #[expect(missing_docs, reason = "which part, and why")]
    Decode { part: Part, error: DecodeError },
    /// The evidence is of another kind than the policy speaks of, or lacks what the policy asks for.
    Evidence(EvidenceError),
    /// The evidence names no key.
    NoKey,
    /// The key is none of those that are pinned.
    UnknownKey(KeyIdentity),
    /// No trusted authority vouches for the key.
    Certificate(CertificateError<'a>),
    /// The key is an RSA key of the shape that a faulty generator gives (CVE-2017-15361): others can compute its private key.
    Roca,
    /// The evidence shows different keys: certificate, `TPMT_PUBLIC` or public key.
    KeyMismatch,
    /// The public area is that of no signing key.
    KeyType(TpmAlgId),
    /// The key's curve is none that is supported.
    UnsupportedCurve(TpmEccCurve),
    /// The key also signs what somebody else hashed, so that a quote of it proves nothing (`allowExternalMu`).
    ExternalMu,
    /// The signature's scheme has no hash, and without the key's `TPMT_PUBLIC` its `nameAlg` is not known.
    NameAlgUnknown,
    /// The key's attributes are not those of an attestation key: these are clear, or these are set.
    #[expect(missing_docs, reason = "as the message says")]
    Attributes { missing: TpmaObject, forbidden: TpmaObject },
    /// The certificate's subject is none that the policy names.
    Subject(DistinguishedName<'a>),
    /// The certificate is for another instance than the policy names, or for none.
    Instance(Option<GoogleInstance<'a>>),
    /// The certificate was issued under none of the policies that are asked; the value of its `certificatePolicies`, if it has some.
    CertificatePolicy(Option<&'a [u8]>),
    /// The certificate was issued before the policy's earliest date.
    #[expect(missing_docs, reason = "as the message says")]
    CertificateTooOld { not_before: Time, minimum: Time },
    /// The signature's hash algorithm is none that the policy allows.
    HashNotAllowed(TpmAlgId),
    /// The signature is by another scheme than the key's public area has.
    #[expect(missing_docs, reason = "scheme and hash of each")]
    SchemeMismatch { key: Option<(TpmAlgId, TpmAlgId)>, signature: (TpmAlgId, TpmAlgId) },
    /// The signature is `TPM_ALG_NULL`.
    Unsigned,
    /// The signature's algorithm is none that is verified.
    UnsupportedSignature(TpmAlgId),
    /// The arithmetic said no.
    Crypto(CryptoError),
    /// No TPM made the signed bytes.
    Magic(u32),
    /// The attestation is of something else than PCRs.
    NotAQuote(TpmSt),
    /// The attestation is of something else than a key.
    NotACertification(TpmSt),
    /// The TPM certified the key for other qualifying data.
    #[expect(missing_docs, reason = "what it was made for")]
    QualifyingData { found: &'a [u8] },
    /// The TPM certified another key than the one that is shown.
    #[expect(missing_docs, reason = "the Name that it certified")]
    CertifiedName { found: &'a [u8] },
    /// The credential is not what the statement says, or not the policy's.
    Credential(CredentialError),
    /// The client was at an origin that the policy does not name.
    Origin(&'a str),
    /// The report of Azure's paravisor contradicts the proof.
    HclReport(HclError),
    /// The verifier's nonce is empty.
    EmptyNonce,
    /// The quote was made for another nonce.
    #[expect(missing_docs, reason = "as the message says")]
    Nonce { expected: &'a [u8], found: &'a [u8] },
    /// The quote was made for another connection or another nonce.
    #[expect(missing_docs, reason = "what it was made for")]
    Exporter { found: &'a [u8] },
    /// A bank is selected twice.
    DuplicateBank(TpmAlgId),
    /// A selection has not the three octets of PCR 0 to 23.
    #[expect(missing_docs, reason = "as the message says")]
    PcrSelectSize { bank: TpmAlgId, octets: usize },
    /// No PCR is selected.
    NothingQuoted,
    /// A value of a PCR that was not quoted.
    #[expect(missing_docs, reason = "as the message says")]
    UnselectedPcr { bank: TpmAlgId, index: u8 },
    /// A value that is not as long as its bank's digests.
    #[expect(missing_docs, reason = "as the message says")]
    PcrSize { bank: TpmAlgId, index: u8, found: usize, expected: usize },
    /// The value of a quoted PCR is missing.
    #[expect(missing_docs, reason = "as the message says")]
    MissingPcr { bank: TpmAlgId, index: usize },
    /// The signed digest is not that of the values.
    #[expect(missing_docs, reason = "as the message says")]
    PcrDigest { expected: &'a [u8], found: Digest },
    /// The signed digest is none that the policy names.
    #[expect(missing_docs, reason = "as the message says")]
    PolicyDigest { found: &'a [u8] },
    /// The signed selection is not the policy's.
    Selection,
    /// The policy judges a PCR that was not quoted.
    #[expect(missing_docs, reason = "as the message says")]
    PcrNotQuoted { bank: HashAlgorithm, index: u8 },
    /// This many PCRs hold none of their reference values; the first of them.
    #[expect(missing_docs, reason = "as the message says")]
    Pcrs { count: usize, bank: HashAlgorithm, index: u8, found: &'a [u8] },
    /// The runtime list is of another boot: its first entry has not the digest of the quoted PCRs of the boot.
    #[expect(missing_docs, reason = "as the message says")]
    BootAggregate { found: &'a [u8], expected: Digest },
    /// The logs do not explain what they are to explain, or tell of events that the policy does not know.
    Logs(LogsError<'a>),
    /// The TPM does not vouch for its clock.
    ClockNotSafe,
    /// The hierarchy of the key is not known, and outside the endorsement and platform hierarchies these values mean nothing.
    HierarchyUnknown,
    /// The firmware's version is none that the policy allows.
    FirmwareVersion(u64),
    /// The count of TPM Resets is not the policy's.
    #[expect(missing_docs, reason = "as the message says")]
    ResetCount { expected: u32, found: u32 },
    /// The count of TPM Restarts is not the policy's.
    #[expect(missing_docs, reason = "as the message says")]
    RestartCount { expected: u32, found: u32 },
    /// The policy requires no measurement of a TLS key.
    NoTlsKey,
    /// The policy requires several measurements of TLS keys, and none of them is named.
    TlsKeys,
    /// The TLS key is measured by another hash than SHA-256.
    TlsHash(TpmAlgId),
    /// The peer of a connection has shown no certificate.
    NoPeerCertificate,
    /// Nothing that the peer has shown is of the authority that was measured; its certificate is by this one.
    PeerIssuer(DistinguishedName<'a>),
    /// The certificate of a server below a measured authority is not for the name that it was called by, or it was called by none.
    PeerName(Option<&'a str>),
    /// The digest is of something else of the peer's certificate than its kind says.
    #[expect(missing_docs, reason = "what the measurement is called, and what it is")]
    TlsKind { measured: TlsKeyKind, is: TlsKeyKind },
    /// The peer of a connection has another key than was measured.
    #[expect(missing_docs, reason = "what was measured, and SHA-256 of that and of the peer's")]
    TlsKey { kind: TlsKeyKind, expected: [u8; 32], found: [u8; 32] },
    /// One failure more than a report has places for.
    Unlisted,
}

/// Why evidence is none that the policy speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EvidenceError {
    /// A quote or a document, and the policy is for WebAuthn.
    PolicyOfWebauthn,
    /// A WebAuthn statement, and the policy names no relying party.
    NoRelyingParty,
    /// A NitroTPM document, and the policy does not name the platform.
    NotAws,
    /// The key of a NitroTPM document is not on P-384.
    Curve,
    /// A NitroTPM document has nothing of what the policy asks for.
    Lacks(&'static str),
}

/// Why a WebAuthn credential is refused (WebAuthn Level 2, 7.1 and 8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialError {
    /// It is for another relying party.
    RelyingParty,
    /// Nobody was present when it was made.
    NobodyPresent,
    /// The credential's key is not the one that the TPM certified.
    OtherKey,
    /// The credential's key was not made in the TPM, or may leave it, or does not sign.
    Attributes {
        /// What it lacks.
        missing: TpmaObject,
    },
    /// The certificate names another model of authenticator.
    Aaguid,
    /// The certificate of the attestation key is not of its profile (8.3.1).
    Profile(&'static str),
}

/// Why the report of Azure's paravisor does not endorse a proof's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HclError {
    /// The hardware's report is not made for these runtime data.
    RuntimeData,
    /// The runtime data cannot be read.
    Claims(&'static str),
    /// The runtime data name no attestation key.
    NoKey,
    /// The runtime data name another attestation key.
    OtherKey,
}

/// How a key would be pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyIdentity {
    /// By its Name, which its `TPMT_PUBLIC` gives.
    Name(Name),
    /// By SHA-256 of its SubjectPublicKeyInfo, where only the public key is known.
    SpkiSha256([u8; 32]),
}

/// A part of the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The `TPMS_ATTEST`.
    Attestation,
    /// The public area of the key that was certified.
    CertifiedPublic,
    /// The report of Azure's paravisor.
    HclReport,
    /// The public key inside the key's certificate.
    CertificateKey,
    /// The key's certificate.
    KeyCertificate,
    /// The key's `TPMT_PUBLIC`.
    KeyPublic,
    /// The key's `SubjectPublicKeyInfo`.
    KeySpki,
    /// A certificate that the peer of a connection has shown.
    PeerCertificate,
    /// A pinned public key, from the policy.
    Pin,
}

impl VerifyError<'_> {
    pub(crate) fn decode(part: Part) -> impl FnOnce(DecodeError) -> Self {
        move |error| Self::Decode { part, error }
    }
}

impl core::error::Error for VerifyError<'_> {}
