//! What a [`VerifyError`] says to a person.

use super::certificate_error::ROCA;
use super::certificate_rules::Policies;
use super::{KeyIdentity, Part, VerifyError, distinguished_name::Escaped};
use crate::structures::{TpmAlgId, TpmEccCurve};
use crate::wire::Hex;
use core::fmt;

impl fmt::Display for VerifyError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Decode { part, error } => write!(f, "{part} cannot be read: {error}"),
            Self::Evidence(error) => error.fmt(f),
            Self::NoKey => f.write_str(
                "the proof names no attestation key; give its TPMT_PUBLIC, its certificates or its public key (--ak)",
            ),
            Self::UnknownKey(identity) => {
                f.write_str("the attestation key is none that the policy pins or has a record of; it is ")?;
                match identity {
                    KeyIdentity::Name(name) => write!(f, "name:{name}"),
                    KeyIdentity::SpkiSha256(sha256) => write!(f, "spki-sha256:{}", Hex(&sha256)),
                }
            }
            Self::Certificate(error) => error.fmt(f),
            Self::Roca => write!(f, "the attestation key is {ROCA}"),
            Self::KeyMismatch => f.write_str("the proof shows different keys: its certificate, its TPMT_PUBLIC and its public key are not of one key"),
            Self::KeyType(kind @ (TpmAlgId::MLDSA | TpmAlgId::HASH_MLDSA)) => write!(f, "the public area is of type {kind:?}, which this build does not verify; the feature ml-dsa adds it"),
            Self::KeyType(kind) => write!(f, "the public area is of type {kind:?}; an attestation key is TPM_ALG_RSA, TPM_ALG_ECC, TPM_ALG_MLDSA or TPM_ALG_HASH_MLDSA"),
            Self::UnsupportedCurve(curve @ TpmEccCurve::NIST_P521) => write!(f, "the key is on the curve {curve:?}, which this build does not verify; the feature p521 adds it"),
            Self::UnsupportedCurve(curve) => write!(f, "the key is on the curve {curve:?}; TPM_ECC_NIST_P256, TPM_ECC_NIST_P384 and TPM_ECC_NIST_P521 are supported"),
            Self::ExternalMu => f.write_str("the key is no attestation key: its allowExternalMu is YES, so it also signs what somebody else hashed, and might sign what no TPM made; make a key with allowExternalMu NO"),
            Self::NameAlgUnknown => f.write_str("an ML-DSA signature has no hash for the PCR values: they are hashed by the key's nameAlg, which its TPMT_PUBLIC alone tells; put that into the proof, beside the certificates (--ak)"),
            Self::Attributes { missing, forbidden } => {
                f.write_str("the key is no attestation key: its attributes")?;
                if missing.0 != 0 {
                    write!(f, " lack {missing:?}")?;
                }
                if forbidden.0 != 0 {
                    write!(f, " have {forbidden:?}")?;
                }
                f.write_str("; with other attributes it might sign what no TPM made")
            }
            Self::Subject(found) => write!(f, "the certificate is of {found}, which the policy does not name"),
            Self::Instance(None) => f.write_str("the certificate names no Google instance, and the policy asks for one"),
            Self::Instance(Some(found)) => write!(f, "the certificate is of the Google instance {found}, which is not the policy's"),
            Self::CertificatePolicy(found) => write!(f, "the certificate was issued under none of the policies that key.certificate_policy names; found {}", Policies(found)),
            Self::CertificateTooOld { not_before, minimum } => write!(f, "the certificate was issued at {not_before}, before {minimum}, the policy's earliest date"),
            Self::HashNotAllowed(hash) => write!(f, "the signature's hash is {hash:?}, which the policy does not allow (quote.signature_hash; TPM_ALG_SHA1 only where it is named)"),
            Self::SchemeMismatch { key, signature: (scheme, hash) } => {
                write!(f, "the signature is by {scheme:?} with {hash:?}, but the key's public area has ")?;
                match key {
                    Some((scheme, hash)) => write!(f, "{scheme:?} with {hash:?}"),
                    None => f.write_str("no such scheme, as a restricted signing key must"),
                }
            }
            Self::Unsigned => f.write_str("the attestation is not signed: its signature is TPM_ALG_NULL"),
            Self::UnsupportedSignature(algorithm @ (TpmAlgId::MLDSA | TpmAlgId::HASH_MLDSA)) => write!(f, "this build does not verify signatures by {algorithm:?}; the feature ml-dsa adds them"),
            Self::UnsupportedSignature(algorithm) => write!(f, "signatures by {algorithm:?} are not supported; TPM_ALG_RSASSA, TPM_ALG_RSAPSS, TPM_ALG_ECDSA, TPM_ALG_MLDSA and TPM_ALG_HASH_MLDSA are"),
            Self::Crypto(error) => error.fmt(f),
            Self::Magic(found) => write!(f, "no TPM made the signed structure: it begins with {found:#010x}, not with 0xff544347"),
            Self::NotAQuote(found) => write!(f, "the attestation is {found:?}, not TPM_ST_ATTEST_QUOTE"),
            Self::NotACertification(found) => write!(f, "the attestation is {found:?}, not TPM_ST_ATTEST_CERTIFY"),
            Self::QualifyingData { found } => write!(f, "the TPM certified the key for something else: its qualifying data are {}, and not what is expected", Hex(found)),
            Self::CertifiedName { found } => write!(f, "the TPM certified another key than the one that is shown: its Name is {}", Hex(found)),
            Self::Credential(error) => error.fmt(f),
            Self::Origin(found) => write!(f, "the client was at the origin \"{}\", which the policy does not name (webauthn.origins)", Escaped(found)),
            Self::HclReport(error) => error.fmt(f),
            Self::EmptyNonce => f.write_str("the nonce is empty; give random bytes that were used for no other quote"),
            Self::Nonce { expected, found } => {
                write!(f, "the quote answers another challenge: it was made for ")?;
                match found {
                    [] => f.write_str("no nonce")?,
                    _ => write!(f, "{}", Hex(found))?,
                }
                write!(f, ", and {} was asked", Hex(expected))
            }
            Self::Exporter { found } => write!(f, "the quote is not of this connection: it was made for another one, or for another nonce, {}; somebody may be handing it on (a relay)", Hex(found)),
            Self::DuplicateBank(bank) => write!(f, "the signed selection names the bank {bank:?} twice"),
            Self::PcrSelectSize { bank, octets } => write!(f, "the signed selection of the bank {bank:?} has {octets} octets, and reaches not exactly PCR 0 to 23"),
            Self::NothingQuoted => f.write_str("the quote selects no PCR, and so says nothing of the machine"),
            Self::UnselectedPcr { bank, index } => write!(f, "the proof has a value for PCR {index} of {bank:?}, which the quote does not cover"),
            Self::PcrSize { bank, index, found, expected } => write!(f, "the value of PCR {index} of {bank:?} has {found} bytes, not {expected}"),
            Self::MissingPcr { bank, index } => write!(f, "the quote covers PCR {index} of {bank:?}, whose value is not in the proof"),
            Self::PcrDigest { expected, found } => write!(f, "the PCR values are not the quoted ones: their digest is {found:?}, and the TPM signed {}", Hex(expected)),
            Self::PolicyDigest { found } => write!(f, "the TPM signed the PCR digest {}, which the policy does not name", Hex(found)),
            Self::Selection => f.write_str("the signed selection of PCRs is not the policy's quote.selection"),
            Self::PcrNotQuoted { bank, index } => write!(f, "the policy judges PCR {index} of {}, which the quote does not cover", bank.name()),
            Self::Pcrs { count, bank, index, found } => {
                write!(f, "PCR {index} of {} holds {}, which is none of the policy's values", bank.name(), Hex(found))?;
                more(f, count)
            }
            Self::BootAggregate { found, expected } => write!(f, "the runtime list is of another boot: its first entry, boot_aggregate, has {}, and the digest of the quoted PCRs of the boot is {expected:?}", Hex(found)),
            Self::Logs(error) => error.fmt(f),
            Self::ClockNotSafe => f.write_str("the TPM says that its clock may have gone back (safe is NO), and the policy asks for a safe one"),
            Self::HierarchyUnknown => f.write_str("the hierarchy of the key is not known: firmware version and counters may be obfuscated, and the policy asks for them; a platform, or a pinned Name of a primary key in the endorsement hierarchy, establishes it"),
            Self::FirmwareVersion(found) => write!(f, "the TPM's firmware version is {found} ({found:#x}), which the policy does not allow"),
            Self::ResetCount { expected, found } => write!(f, "the TPM was reset {found} times, and the policy expects {expected}"),
            Self::NoTlsKey => f.write_str("the policy requires no measurement of a TLS key, so the proof says nothing of whom to talk to; add { pcr = 13, kind = \"tls-spki\" } to events.require"),
            Self::TlsKeys => f.write_str("the policy requires several measurements of TLS keys, and it is not said which one the connection shall have; name it"),
            Self::TlsHash(hash) => write!(f, "the TLS key is measured by {hash:?}; a connection is bound by TPM_ALG_SHA256"),
            Self::NoPeerCertificate => f.write_str("the peer has shown no certificate, so there is no key to compare"),
            Self::PeerIssuer(issuer) => write!(f, "the peer's certificate is by {issuer}, and none that it has shown with it is of the authority that was measured"),
            Self::PeerName(Some(name)) => write!(f, "the peer's certificate is not for the name {}, by which it was called", Escaped(name)),
            Self::PeerName(None) => f.write_str("below a measured authority a server is known by its name, and it is not said by which one it was called"),
            Self::TlsKind { measured, is } => write!(f, "what was measured as \"{}\" is the digest of a \"{}\"; measure it as what it is", measured.as_str(), is.as_str()),
            Self::TlsKey { kind, expected, found } => write!(f, "the peer is not the machine that made the proof: it has the {} {}, and {} was measured", kind.as_str(), Hex(&found), Hex(&expected)),
            Self::Unlisted => f.write_str("this is not as it must be either; mend what is told above first"),
            Self::RestartCount { expected, found } => write!(f, "the TPM was restarted {found} times, and the policy expects {expected}"),
        }
    }
}

/// How many are left beside the first.
pub(crate) fn more(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    match count.saturating_sub(1) {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attestation => "the attestation (TPMS_ATTEST)",
            Self::CertifiedPublic => "the public area of the certified key (TPMT_PUBLIC)",
            Self::HclReport => "the HCL report",
            Self::CertificateKey => "the public key in the key's certificate",
            Self::KeyCertificate => "the key's certificate",
            Self::KeyPublic => "the key's public area (TPMT_PUBLIC)",
            Self::KeySpki => "the key's SubjectPublicKeyInfo",
            Self::PeerCertificate => "the peer's certificate",
            Self::Pin => "a pinned public key of the policy",
        })
    }
}
