//! An attestation document of AWS's NitroTPM, read: `COSE_Sign1` (RFC 9052, 4.2) around a map of CBOR.

use super::{
    KeyEvidence, MAX_CERTIFICATES, PcrValues, RevocationList, Trust, TrustedKey, VerifyError, error::EvidenceError,
};
use crate::crypto::{Curve, Digest, HashAlgorithm, PublicKey, Signature};
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Foreign, Parsed, all,
    cbor::{array, broken, byte_strings, bytes, integer, map, maybe_tag, nullable, once, text, unsigned, whole_bytes},
    in_field, located,
};

/// A document as it arrived. It has no accessor: nothing in it is to be believed yet.
///
/// ```compile_fail,E0599
/// # fn f(document: tpmproof::verify::NitroTpmDocument<'_>) {
/// document.content(); // no such method before the signature is verified
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[doc(alias = "COSE_Sign1")]
pub struct NitroTpmDocument<'a> {
    /// Byte strings with their heads, as the signature covers them.
    protected: &'a [u8],
    payload: &'a [u8],
    signature: [&'a [u8]; 2],
    content: DocumentContent<'a>,
    /// A byte string, with its head.
    certificate: &'a [u8],
    /// The items of `cabundle`, known to be byte strings; the root first.
    cabundle: &'a [u8],
    revocation_lists: &'a [RevocationList<'a>],
}

/// What the Nitro hypervisor says.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DocumentContent<'a> {
    /// Of which instance and TPM, such as `i-0123456789abcdef0-tpm0123456789abcdef`.
    pub module_id: &'a str,
    /// When the document was made, by the hypervisor's clock: milliseconds since 1970-01-01T00:00:00Z.
    pub timestamp: u64,
    /// The PCRs, of the SHA-384 bank.
    pub pcrs: PcrValues<'a>,
    /// A public key that the machine chose, in whatever form.
    pub public_key: Option<&'a [u8]>,
    /// What else the machine chose.
    pub user_data: Option<&'a [u8]>,
    /// What it was asked for with.
    pub nonce: Option<&'a [u8]>,
    _foreign: Foreign,
}

/// A document that a trusted key has signed.
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{DocumentContent, SignedDocument};
/// # fn f(content: DocumentContent<'static>, other: SignedDocument<'static>) -> SignedDocument<'static> {
/// SignedDocument { content, ..other }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SignedDocument<'a> {
    content: DocumentContent<'a>,
    digest: Digest,
    crypto: &'a dyn crate::crypto::Crypto,
}

impl<'a> NitroTpmDocument<'a> {
    /// Reads a document from all of `document`, tagged or not.
    ///
    /// # Errors
    /// If the bytes are not exactly one document, signed by ES384, with the fields that are known and no others.
    pub fn from_cbor(document: &'a [u8]) -> Result<Self, DecodeError> {
        located(document, sign1)
    }

    /// The document with revocation lists beside it: it carries none.
    #[must_use]
    pub fn with_revocation_lists(mut self, lists: &'a [RevocationList<'a>]) -> Self {
        self.revocation_lists = lists;
        self
    }

    /// What is said of the key that signs the document.
    pub(crate) fn key_evidence(&self) -> KeyEvidence<'a> {
        let evidence = KeyEvidence::new().with_revocation_lists(self.revocation_lists);
        evidence.with_byte_strings(self.certificate).with_byte_strings(self.cabundle)
    }

    /// Hands out the content only once `key` is known to have signed it.
    ///
    /// # Errors
    /// If the key is not certified, or is a TPM's, or not on P-384, or the signature does not match.
    pub fn verify_signature(&self, key: &TrustedKey<'a>) -> Result<SignedDocument<'a>, VerifyError<'a>> {
        // A TPM's key may sign anything in this form: one that is known as a TPM's vouches for no document.
        if !matches!(key.trust(), Trust::Certified(_)) || key.public_area().is_some() {
            return Err(VerifyError::Evidence(EvidenceError::NotAws));
        }
        if !matches!(key.key(), PublicKey::Ec { curve: Curve::P384, .. }) {
            return Err(VerifyError::Evidence(EvidenceError::Curve));
        }
        // Sig_structure (RFC 9052, 4.4): an array of the context, the protected headers, no external data, and the payload.
        let mut signed = [SIGNATURE_1, self.protected, EMPTY, self.payload].into_iter();
        let crypto = key.crypto();
        let digest = crypto.digest(HashAlgorithm::Sha384, &mut signed).map_err(VerifyError::Crypto)?;
        let [r, s] = self.signature;
        crypto.verify(key.key(), &digest, &Signature::Ecdsa { r, s }).map_err(VerifyError::Crypto)?;
        Ok(SignedDocument { content: self.content, digest, crypto })
    }

    /// What it says, for people to look at.
    #[cfg(feature = "documents")]
    pub(crate) fn unverified_content(&self) -> DocumentContent<'a> {
        self.content
    }
}

impl<'a> SignedDocument<'a> {
    /// What was signed.
    #[must_use]
    pub fn content(&self) -> &DocumentContent<'a> {
        &self.content
    }

    /// The digest of what was signed: an identity of this evidence.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(crate) fn crypto(&self) -> &'a dyn crate::crypto::Crypto {
        self.crypto
    }
}

/// `COSE_Sign1 = [protected, unprotected, payload, signature]`
fn sign1(input: &[u8]) -> Parsed<'_, NitroTpmDocument<'_>> {
    let (items, ()) = maybe_tag(COSE_SIGN1)(input)?;
    let (headers, count) = array(items)?;
    if count != 4 {
        return Err(broken(items, "an array of another length than the four items of COSE_Sign1"));
    }
    let (rest, protected) = in_field(&"protected", whole_bytes)(headers)?;
    let (_, content) = bytes(headers)?;
    in_field(&"protected", all(algorithm))(content)?;
    let (after, unprotected) = in_field(&"unprotected", map)(rest)?;
    if unprotected != 0 {
        return Err(broken(rest, "headers that no signature covers"));
    }
    let (rest, payload) = in_field(&"payload", whole_bytes)(after)?;
    let (_, inside) = bytes(after)?;
    let (_, mut document) = in_field(&"payload", all(document))(inside)?;
    let (end, signature) = in_field(&"signature", bytes)(rest)?;
    let Some((r, s)) = signature.split_at_checked(HALF).filter(|(_, s)| s.len() == HALF) else {
        let wrong = DecodeErrorKind::WrongLength { found: signature.len(), expected: 2 * HALF };
        return Err(Fault::new(signature, wrong));
    };
    (document.protected, document.payload, document.signature) = (protected, payload, [r, s]);
    Ok((end, document))
}

/// The one protected header: `{1: -35}`, the algorithm ES384 (RFC 9053, 2.1). Any other may change what the rest means.
fn algorithm(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, count) = map(input)?;
    let (rest, label) = integer(rest)?;
    if count != 1 || label != 1 {
        return Err(broken(input, "a protected header other than the algorithm, which alone is known"));
    }
    match integer(rest)? {
        (rest, ES384) => Ok((rest, ())),
        _ => Err(broken(rest, "an algorithm other than ES384 (-35)")),
    }
}

/// The map that is signed: each field at most once, in any order, and none that is not known.
fn document(input: &[u8]) -> Parsed<'_, NitroTpmDocument<'_>> {
    let (mut rest, count) = map(input)?;
    let (mut module_id, mut timestamp, mut digest, mut pcrs) = (None, None, None, None);
    let (mut certificate, mut cabundle) = (None, None);
    let mut chosen: [Option<Option<&[u8]>>; 3] = [None; 3];
    for _ in 0..count {
        let (value, key) = text(rest)?;
        let [public_key, user_data, nonce] = &mut chosen;
        (rest, ()) = match key {
            "module_id" => once(rest, &mut module_id, in_field(&"module_id", text)(value)?),
            "timestamp" => once(rest, &mut timestamp, in_field(&"timestamp", unsigned)(value)?),
            "digest" => once(rest, &mut digest, in_field(&"digest", text)(value)?),
            "nitrotpm_pcrs" => once(rest, &mut pcrs, in_field(&"nitrotpm_pcrs", PcrValues::of_document)(value)?),
            "certificate" => once(rest, &mut certificate, in_field(&"certificate", whole_bytes)(value)?),
            "cabundle" => once(rest, &mut cabundle, in_field(&"cabundle", byte_strings(MAX_BUNDLE))(value)?),
            "public_key" => once(rest, public_key, in_field(&"public_key", choice)(value)?),
            "user_data" => once(rest, user_data, in_field(&"user_data", choice)(value)?),
            "nonce" => once(rest, nonce, in_field(&"nonce", choice)(value)?),
            "pcrs" => Err(broken(rest, "PCRs of an enclave (pcrs); a document of NitroTPM has nitrotpm_pcrs")),
            _ => Err(broken(rest, "a field that is not known, which may change what the others mean")),
        }?;
    }
    let lacks = |field| broken(input, field);
    if digest.ok_or(lacks("the field digest is missing"))? != "SHA384" {
        return Err(broken(input, "the field digest is not SHA384"));
    }
    let [public_key, user_data, nonce] = chosen.map(Option::flatten);
    let content = DocumentContent {
        module_id: module_id.ok_or(lacks("the field module_id is missing"))?,
        timestamp: timestamp.ok_or(lacks("the field timestamp is missing"))?,
        pcrs: pcrs.ok_or(lacks("the field nitrotpm_pcrs is missing"))?,
        public_key,
        user_data,
        nonce,
        _foreign: Foreign::built(input)?,
    };
    let certificate = certificate.ok_or(lacks("the field certificate is missing"))?;
    let cabundle = cabundle.ok_or(lacks("the field cabundle is missing"))?;
    let (protected, payload, signature): (&[u8], &[u8], [&[u8]; 2]) = (&[], &[], [&[]; 2]);
    Ok((
        rest,
        NitroTpmDocument { protected, payload, signature, content, certificate, cabundle, revocation_lists: &[] },
    ))
}

/// What the machine chose; null, or absent, where it chose nothing.
fn choice(input: &[u8]) -> Parsed<'_, Option<&[u8]>> {
    let (rest, chosen) = nullable(bytes)(input)?;
    match chosen.map(<[u8]>::len) {
        Some(found) if found > MAX_CHOICE => {
            Err(Fault::new(input, DecodeErrorKind::TooLong { found, limit: MAX_CHOICE }))
        }
        _ => Ok((rest, chosen)),
    }
}

/// The tag of `COSE_Sign1` (RFC 9052, 2).
const COSE_SIGN1: u64 = 18;
const ES384: i64 = -35;
/// The head of an array of four, and the text `Signature1`.
const SIGNATURE_1: &[u8] = b"\x84\x6aSignature1";
/// A byte string of no bytes.
const EMPTY: &[u8] = &[0x40];
/// The size of r and of s.
const HALF: usize = 48;
/// The certificates above the key's.
const MAX_BUNDLE: usize = MAX_CERTIFICATES.saturating_sub(1);
/// What AWS lets a machine put into a field.
const MAX_CHOICE: usize = 1024;
