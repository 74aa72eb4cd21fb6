//! An attestation object of WebAuthn in the format `tpm`, read (WebAuthn Level 2, 6.5.4 and 8.3).

use super::{
    Attestation, AuthenticatorData, KeyEvidence, MAX_CERTIFICATES, RevocationList,
    authenticator_data::authenticator_data, spki::decode_ecdsa_signature,
};
use crate::structures::{
    Tpm2bEccParameter, Tpm2bPublicKeyRsa, TpmAlgId, TpmiAlgHash, TpmsSignatureEcc, TpmsSignatureRsa, TpmtSignature,
};
use crate::wire::{
    Decode, DecodeError, Fault, Parsed, all,
    cbor::{broken, byte_strings, bytes, integer, map, once, text},
    in_field, located,
};

/// An attestation object as it arrived: nothing in it is to be believed yet.
#[derive(Clone, Copy, Debug)]
pub struct AttestationObject<'a> {
    pub(crate) attestation: Attestation<'a>,
    /// The `TPMT_PUBLIC` of the credential's key.
    pub(crate) public: &'a [u8],
    pub(crate) authenticator_data: AuthenticatorData<'a>,
    /// The items of `x5c`, known to be byte strings; the attestation key's own first.
    certificates: &'a [u8],
    revocation_lists: &'a [RevocationList<'a>],
}

impl<'a> AttestationObject<'a> {
    /// Reads an attestation object from all of `object`.
    ///
    /// # Errors
    /// If the bytes are not exactly one attestation object of the format `tpm`, with the fields that are known and no others.
    pub fn from_cbor(object: &'a [u8]) -> Result<Self, DecodeError> {
        located(object, attestation_object)
    }

    /// The object with revocation lists beside it: it carries none.
    #[must_use]
    pub fn with_revocation_lists(mut self, lists: &'a [RevocationList<'a>]) -> Self {
        self.revocation_lists = lists;
        self
    }

    /// What is said of the key that signs the statement.
    pub(crate) fn key_evidence(&self) -> KeyEvidence<'a> {
        KeyEvidence::new().with_revocation_lists(self.revocation_lists).with_byte_strings(self.certificates)
    }
}

fn attestation_object(input: &[u8]) -> Parsed<'_, AttestationObject<'_>> {
    let (mut rest, count) = map(input)?;
    let (mut format, mut statement, mut data) = (None, None, None);
    for _ in 0..count {
        let (value, key) = text(rest)?;
        (rest, ()) = match key {
            "fmt" => once(rest, &mut format, in_field(&"fmt", text)(value)?),
            "attStmt" => once(rest, &mut statement, in_field(&"attStmt", attestation_statement)(value)?),
            "authData" => {
                let (after, octets) = in_field(&"authData", bytes)(value)?;
                once(rest, &mut data, (after, in_field(&"authData", all(authenticator_data))(octets)?.1))
            }
            _ => Err(broken(rest, "a field that is not known in an attestation object")),
        }?;
        if format.is_some_and(|format| format != "tpm") {
            return Err(broken(input, "an attestation of another format than tpm"));
        }
    }
    match (format, statement, data) {
        (Some(_), Some(statement), Some(authenticator_data)) => {
            let Statement { attestation, public, certificates } = statement;
            let revocation_lists = &[];
            Ok((rest, AttestationObject { attestation, public, authenticator_data, certificates, revocation_lists }))
        }
        _ => Err(broken(input, "an attestation object without fmt, attStmt or authData")),
    }
}

/// What stands in `attStmt`.
struct Statement<'a> {
    attestation: Attestation<'a>,
    public: &'a [u8],
    certificates: &'a [u8],
}

fn attestation_statement(input: &[u8]) -> Parsed<'_, Statement<'_>> {
    let (mut rest, count) = map(input)?;
    let (mut version, mut algorithm, mut certificates) = (None, None, None);
    let (mut signature, mut attest, mut public) = (None, None, None);
    for _ in 0..count {
        let (value, key) = text(rest)?;
        (rest, ()) = match key {
            "ver" => once(rest, &mut version, in_field(&"ver", text)(value)?),
            "alg" => once(rest, &mut algorithm, in_field(&"alg", integer)(value)?),
            "x5c" => once(rest, &mut certificates, in_field(&"x5c", x5c)(value)?),
            "sig" => once(rest, &mut signature, in_field(&"sig", bytes)(value)?),
            "certInfo" => once(rest, &mut attest, in_field(&"certInfo", bytes)(value)?),
            "pubArea" => once(rest, &mut public, in_field(&"pubArea", bytes)(value)?),
            _ => Err(broken(rest, "a field that is not known in an attestation statement of TPMs")),
        }?;
    }
    if version.is_some_and(|version| version != "2.0") {
        return Err(broken(input, "a version other than 2.0"));
    }
    match (version, algorithm, certificates, signature, attest, public) {
        (Some(_), Some(algorithm), Some(certificates), Some(bytes), Some(attest), Some(public)) => {
            let signature = in_field(&"sig", |at| statement_signature(at, algorithm))(bytes)?.1;
            let attestation = Attestation::of_parts(attest, signature, bytes);
            Ok((rest, Statement { attestation, public, certificates }))
        }
        _ => Err(broken(input, "an attestation statement without ver, alg, x5c, sig, certInfo or pubArea")),
    }
}

/// The certificates of the attestation key and of those above it: one at least, and no more than are looked at.
fn x5c(input: &[u8]) -> Parsed<'_, &[u8]> {
    match byte_strings(MAX_CERTIFICATES)(input)? {
        (_, []) => Err(broken(input, "no certificate")),
        some => Ok(some),
    }
}

/// A signature by a COSE algorithm: a `TPMT_SIGNATURE`, as the specification has it, or bare, as authenticators send it.
fn statement_signature(input: &[u8], algorithm: i64) -> Parsed<'_, TpmtSignature<'_>> {
    let known = ALGORITHMS.iter().find(|(number, ..)| *number == algorithm);
    let Some((_, scheme, hash)) = known else {
        return Err(broken(
            input,
            "an algorithm (alg) other than RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and RS1",
        ));
    };
    let hash = TpmiAlgHash(*hash);
    if let Ok(signature) = TpmtSignature::from_bytes(input) {
        return match signature {
            TpmtSignature::Rsassa(rsa) if *scheme == TpmAlgId::RSASSA && rsa.hash == hash => Ok((&[], signature)),
            TpmtSignature::Rsapss(rsa) if *scheme == TpmAlgId::RSAPSS && rsa.hash == hash => Ok((&[], signature)),
            TpmtSignature::Ecdsa(ecc) if *scheme == TpmAlgId::ECDSA && ecc.hash == hash => Ok((&[], signature)),
            _ => Err(broken(input, "a TPMT_SIGNATURE of another algorithm than alg says")),
        };
    }
    let signature = if *scheme == TpmAlgId::ECDSA {
        let (r, s) = decode_ecdsa_signature(input).map_err(|error| Fault::inside(input, error))?;
        let (signature_r, signature_s) = (Tpm2bEccParameter(r), Tpm2bEccParameter(s));
        TpmtSignature::Ecdsa(TpmsSignatureEcc { hash, signature_r, signature_s })
    } else {
        let rsa = TpmsSignatureRsa { hash, sig: Tpm2bPublicKeyRsa(input) };
        if *scheme == TpmAlgId::RSASSA { TpmtSignature::Rsassa(rsa) } else { TpmtSignature::Rsapss(rsa) }
    };
    Ok((&[], signature))
}

/// COSE algorithms (RFC 9053, 2.1; RFC 8812, 2), and the TPM's scheme and hash.
const ALGORITHMS: [(i64, TpmAlgId, TpmAlgId); 9] = [
    (-7, TpmAlgId::ECDSA, TpmAlgId::SHA256),
    (-35, TpmAlgId::ECDSA, TpmAlgId::SHA384),
    (-37, TpmAlgId::RSAPSS, TpmAlgId::SHA256),
    (-38, TpmAlgId::RSAPSS, TpmAlgId::SHA384),
    (-39, TpmAlgId::RSAPSS, TpmAlgId::SHA512),
    (-257, TpmAlgId::RSASSA, TpmAlgId::SHA256),
    (-258, TpmAlgId::RSASSA, TpmAlgId::SHA384),
    (-259, TpmAlgId::RSASSA, TpmAlgId::SHA512),
    (-65535, TpmAlgId::RSASSA, TpmAlgId::SHA1),
];
