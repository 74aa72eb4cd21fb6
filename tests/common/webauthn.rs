//! WebAuthn statements of the format `tpm`, under an authority of our own.

use super::cbor::{array, bytes, int, map, text};
use super::forge::{
    ALTERNATIVE_NAME, ATTESTATION_KEY, Attest, Certificate, EXTENDED_KEY_USAGE, Key, SIGNS, SIGNS_CERTIFICATES,
    SIGNS_LISTS, basic_constraints, distinguished_name, extension, hash, integer, key_usage, name, oid, sequence,
    sized, tlv,
};
use tpmproof::crypto::HashAlgorithm;

pub const CERTIFICATE_POLICIES: &str = "551d20";
/// id-fido-gen-ce-aaguid
pub const FIDO_AAGUID: &str = "2b0601040182e51c010104";
pub const RP_ID: &str = "example.org";
pub const ORIGIN: &str = "https://example.org";
pub const CLIENT_DATA: &[u8] =
    br#"{"type":"webauthn.create","challenge":"dHdlbnR5IGJ5dGVzIG9mIGl0Li4","origin":"https://example.org","crossOrigin":false}"#;

/// The attestation key's, the authority's, and the credential's.
pub fn aik() -> Key {
    Key::new(21)
}

pub fn authority_key() -> Key {
    Key::new(22)
}

pub fn credential_key() -> Key {
    Key::new(23)
}

pub fn authority() -> Vec<u8> {
    let mut authority = Certificate::authority("attestation", "attestation", &authority_key());
    authority.extensions[1] = key_usage(SIGNS_CERTIFICATES | SIGNS_LISTS);
    authority.sign(&authority_key())
}

/// `directoryName` with these attributes of the arc 2.23.133.2.
pub fn tpm_names(attributes: &[u8]) -> Vec<u8> {
    let sets: Vec<_> = attributes
        .iter()
        .map(|last| tlv(0x31, &sequence(&[&oid(&format!("67810502{last:02x}")), &tlv(0x0c, b"id:1234")])))
        .collect();
    sequence(&[&tlv(0xa4, &sequence(&[&sets.concat()]))])
}

/// The extensions of the profile, in order: constraints, usage, purpose, names, policies.
pub fn profile() -> Vec<Vec<u8>> {
    let notice = sequence(&[&oid("2b06010505070202"), &sequence(&[&tlv(0x0c, b"a notice")])]);
    let policies = sequence(&[&sequence(&[&oid("2b0601040182371515"), &sequence(&[&notice])])]);
    vec![
        basic_constraints(false, None),
        key_usage(SIGNS),
        extension(EXTENDED_KEY_USAGE, false, &sequence(&[&oid(ATTESTATION_KEY)])),
        extension(ALTERNATIVE_NAME, true, &tpm_names(&[1, 2, 3])),
        extension(CERTIFICATE_POLICIES, true, &policies),
    ]
}

pub fn certificate(extensions: Vec<Vec<u8>>) -> Certificate {
    let leaf = Certificate::leaf("attestation", &aik());
    Certificate { subject: distinguished_name(0x0c, ""), extensions, ..leaf }
}

/// A `COSE_Key` on P-256.
pub fn cose_key(key: &Key) -> Vec<u8> {
    let (x, y) = key.coordinates();
    map(&[(int(1), int(2)), (int(3), int(-7)), (int(-1), int(1)), (int(-2), bytes(&x)), (int(-3), bytes(&y))])
}

/// A statement by its parts, any of which may be wrong.
#[derive(Clone)]
pub struct Statement {
    pub rp_id: String,
    pub flags: u8,
    pub aaguid: [u8; 16],
    pub credential_id: Vec<u8>,
    pub cose_key: Vec<u8>,
    /// What follows the key.
    pub extensions: Vec<u8>,
    pub public: Vec<u8>,
    pub algorithm: i64,
    pub certificates: Vec<Vec<u8>>,
    pub client_data: Vec<u8>,
    pub magic: u32,
    pub type_: u16,
    /// Instead of the right qualifying data, and of the right Name.
    pub extra_data: Option<Vec<u8>>,
    pub name: Option<Vec<u8>>,
    pub signer: Key,
    /// In the form of the specification, a `TPMT_SIGNATURE`.
    pub framed: bool,
    /// Instead of a signature.
    pub signature: Option<Vec<u8>>,
    /// More fields of `attStmt`, and of the object.
    pub more: Vec<(Vec<u8>, Vec<u8>)>,
    pub outer: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Statement {
    pub fn genuine() -> Self {
        let key = credential_key();
        Self {
            rp_id: RP_ID.into(),
            flags: 0x45,
            aaguid: [8; 16],
            credential_id: b"the credential".to_vec(),
            cose_key: cose_key(&key),
            extensions: vec![],
            // userWithAuth, fixedTPM, fixedParent, sensitiveDataOrigin, sign: not restricted, and without a scheme.
            public: key.public_area_with(0x0004_0072, &[0x00, 0x10]),
            algorithm: -7,
            certificates: vec![certificate(profile()).sign(&authority_key())],
            client_data: CLIENT_DATA.to_vec(),
            magic: 0xff54_4347,
            type_: 0x8017,
            extra_data: None,
            name: None,
            signer: aik(),
            framed: false,
            signature: None,
            more: vec![],
            outer: vec![],
        }
    }

    pub fn authenticator_data(&self) -> Vec<u8> {
        [
            &hash(HashAlgorithm::Sha256, self.rp_id.as_bytes())[..],
            &[self.flags],
            &7u32.to_be_bytes(),
            &self.aaguid,
            &sized(&self.credential_id),
            &self.cose_key,
            &self.extensions,
        ]
        .concat()
    }

    pub fn cert_info(&self) -> Vec<u8> {
        let signed = [self.authenticator_data(), hash(HashAlgorithm::Sha256, &self.client_data)].concat();
        let certified = self.name.clone().unwrap_or_else(|| name(&self.public));
        let body = [sized(&certified), sized(&[&[0x00, 0x0b][..], &[6; 32]].concat())].concat();
        let nonce = self.extra_data.clone().unwrap_or_else(|| hash(HashAlgorithm::Sha256, &signed));
        let quote = Attest::quote(&[], &[]);
        Attest { magic: self.magic, type_: self.type_, nonce, body, ..quote }.bytes()
    }

    pub fn object(&self) -> Vec<u8> {
        let cert_info = self.cert_info();
        let (r, s) = self.signer.sign_digest(&hash(HashAlgorithm::Sha256, &cert_info));
        let signature =
            if self.framed { self.signer.sign(&cert_info) } else { sequence(&[&integer(&r), &integer(&s)]) };
        let chain: Vec<_> = self.certificates.iter().map(|der| bytes(der)).collect();
        let mut statement = vec![
            (text("alg"), int(self.algorithm)),
            (text("sig"), bytes(self.signature.as_ref().unwrap_or(&signature))),
            (text("ver"), text("2.0")),
            (text("x5c"), array(&chain)),
            (text("pubArea"), bytes(&self.public)),
            (text("certInfo"), bytes(&cert_info)),
        ];
        statement.extend(self.more.clone());
        let mut object = vec![
            (text("fmt"), text("tpm")),
            (text("attStmt"), map(&statement)),
            (text("authData"), bytes(&self.authenticator_data())),
        ];
        object.extend(self.outer.clone());
        map(&object)
    }
}
