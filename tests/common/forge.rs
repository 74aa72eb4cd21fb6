//! What an attacker who holds keys of his own can make: attestations, signatures, public areas, certificates, in any shape.

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use tpmproof::crypto::{Crypto, HashAlgorithm, SOFTWARE};

/// The attributes of an attestation key: `fixedTPM fixedParent sensitiveDataOrigin userWithAuth restricted sign`.
pub const AK_ATTRIBUTES: u32 = 0x0005_0072;
/// The nonce of [`Attest::quote`].
pub const NONCE: &[u8] = b"twenty bytes of it..";
/// A time at which every forged certificate is valid.
pub const NOW: &str = "2026-06-01T00:00:00Z";

pub fn hash(algorithm: HashAlgorithm, message: &[u8]) -> Vec<u8> {
    SOFTWARE.digest(algorithm, &mut [message].into_iter()).unwrap().as_bytes().to_vec()
}

/// A size in two octets, and the octets.
pub fn sized(octets: &[u8]) -> Vec<u8> {
    [&u16::try_from(octets.len()).unwrap().to_be_bytes()[..], octets].concat()
}

/// A P-256 key, the same for the same number.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    pub fn new(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 32]).unwrap())
    }

    fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec()
    }

    pub fn coordinates(&self) -> (Vec<u8>, Vec<u8>) {
        let point = self.point();
        (point[1..33].to_vec(), point[33..].to_vec())
    }

    pub fn spki(&self) -> Vec<u8> {
        let algorithm = sequence(&[&oid(EC_PUBLIC_KEY), &oid(P256)]);
        sequence(&[&algorithm, &tlv(0x03, &[&[0], &self.point()[..]].concat())])
    }

    /// The private key, in PKCS#8 (RFC 5958).
    pub fn pkcs8(&self) -> Vec<u8> {
        let public = tlv(0xa1, &tlv(0x03, &[&[0], &self.point()[..]].concat()));
        let private = sequence(&[&integer(&[1]), &tlv(0x04, &self.0.to_bytes()), &public]);
        sequence(&[&integer(&[0]), &sequence(&[&oid(EC_PUBLIC_KEY), &oid(P256)]), &tlv(0x04, &private)])
    }

    /// Its `TPMT_PUBLIC`, with ECDSA over SHA-256 as its scheme.
    pub fn public_area(&self, attributes: u32) -> Vec<u8> {
        self.public_area_with(attributes, &[0x00, 0x18, 0x00, 0x0b])
    }

    pub fn public_area_with(&self, attributes: u32, scheme: &[u8]) -> Vec<u8> {
        let (x, y) = self.coordinates();
        let parameters = [&[0x00, 0x10], scheme, &[0x00, 0x03, 0x00, 0x10]].concat();
        [&[0x00, 0x23, 0x00, 0x0b][..], &attributes.to_be_bytes(), &[0, 0], &parameters, &sized(&x), &sized(&y)]
            .concat()
    }

    /// The components r and s of a signature over a digest.
    pub fn sign_digest(&self, digest: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let signature: p256::ecdsa::Signature = self.0.sign_prehash(digest).unwrap();
        let (r, s) = signature.split_bytes();
        (r.to_vec(), s.to_vec())
    }

    /// The `TPMT_SIGNATURE` of a message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.sign_with(HashAlgorithm::Sha256, message)
    }

    pub fn sign_with(&self, algorithm: HashAlgorithm, message: &[u8]) -> Vec<u8> {
        let (r, s) = self.sign_digest(&hash(algorithm, message));
        tpmt_ecdsa(tpmproof::structures::TpmAlgId::from(algorithm).0, &r, &s)
    }

    fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let (r, s) = self.sign_digest(&hash(HashAlgorithm::Sha256, message));
        sequence(&[&integer(&r), &integer(&s)])
    }
}

/// A `TPMT_SIGNATURE` by ECDSA.
pub fn tpmt_ecdsa(algorithm: u16, r: &[u8], s: &[u8]) -> Vec<u8> {
    [&[0x00, 0x18][..], &algorithm.to_be_bytes(), &sized(r), &sized(s)].concat()
}

/// The Name of a public area whose name algorithm is SHA-256.
pub fn name(public: &[u8]) -> Vec<u8> {
    [&[0x00, 0x0b][..], &hash(HashAlgorithm::Sha256, public)].concat()
}

/// A `TPMS_ATTEST` by its parts, any of which may be wrong.
#[derive(Clone)]
pub struct Attest {
    pub magic: u32,
    pub type_: u16,
    pub signer: Vec<u8>,
    pub nonce: Vec<u8>,
    pub clock: u64,
    pub reset_count: u32,
    pub restart_count: u32,
    pub safe: u8,
    pub firmware: u64,
    /// The `TPMS_QUOTE_INFO`.
    pub body: Vec<u8>,
}

impl Attest {
    /// A quote of `banks` (algorithm, bitmap) with the digest of `values`, by SHA-256.
    pub fn quote(banks: &[(u16, &[u8])], values: &[&[u8]]) -> Self {
        Self::with_digest(banks, &hash(HashAlgorithm::Sha256, &values.concat()))
    }

    pub fn with_digest(banks: &[(u16, &[u8])], digest: &[u8]) -> Self {
        let selections = banks.iter().flat_map(|(bank, bitmap)| {
            [&bank.to_be_bytes()[..], &[u8::try_from(bitmap.len()).unwrap()], bitmap].concat()
        });
        let count = u32::try_from(banks.len()).unwrap().to_be_bytes();
        let body = count.into_iter().chain(selections).chain(sized(digest)).collect();
        Self {
            magic: 0xff54_4347,
            type_: 0x8018,
            signer: [&[0x00, 0x0b][..], &[7; 32]].concat(),
            nonce: NONCE.to_vec(),
            clock: 1000,
            reset_count: 3,
            restart_count: 1,
            safe: 1,
            firmware: 0x2020,
            body,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        [
            &self.magic.to_be_bytes()[..],
            &self.type_.to_be_bytes(),
            &sized(&self.signer),
            &sized(&self.nonce),
            &self.clock.to_be_bytes(),
            &self.reset_count.to_be_bytes(),
            &self.restart_count.to_be_bytes(),
            &[self.safe],
            &self.firmware.to_be_bytes(),
            &self.body,
        ]
        .concat()
    }
}

pub const EC_PUBLIC_KEY: &str = "2a8648ce3d0201";
pub const P256: &str = "2a8648ce3d030107";
pub const ECDSA_SHA256: &str = "2a8648ce3d040302";
pub const BASIC_CONSTRAINTS: &str = "551d13";
pub const KEY_USAGE: &str = "551d0f";
pub const EXTENDED_KEY_USAGE: &str = "551d25";
pub const ALTERNATIVE_NAME: &str = "551d11";
pub const NAME_CONSTRAINTS: &str = "551d1e";
/// The content of `tcg-kp-AIKCertificate` as an OBJECT IDENTIFIER.
pub const ATTESTATION_KEY: &str = "6781050803";
/// `id-kp-serverAuth`
pub const SERVER_AUTH: &str = "2b06010505070301";

/// One element of DER, with the shortest length.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let size = content.len().to_be_bytes();
    let size = &size[size.iter().take_while(|octet| **octet == 0).count()..];
    let length = match content.len() {
        short @ 0..0x80 => vec![u8::try_from(short).unwrap()],
        _ => [&[0x80 | u8::try_from(size.len()).unwrap()], size].concat(),
    };
    [&[tag], &length[..], content].concat()
}

pub fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &elements.concat())
}

pub fn oid(content: &str) -> Vec<u8> {
    tlv(0x06, &super::hex(content))
}

/// A number that is not negative.
pub fn integer(number: &[u8]) -> Vec<u8> {
    let number = &number[number.iter().take_while(|octet| **octet == 0).count()..];
    match number.first() {
        Some(0..0x80) => tlv(0x02, number),
        _ => tlv(0x02, &[&[0], number].concat()),
    }
}

/// A name with one common name of the string type `tag`; none at all where the text is empty.
pub fn distinguished_name(tag: u8, text: &str) -> Vec<u8> {
    if text.is_empty() {
        return sequence(&[]);
    }
    sequence(&[&tlv(0x31, &sequence(&[&oid("550403"), &tlv(tag, text.as_bytes())]))])
}

pub fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&oid(id), critical, &tlv(0x04, value)])
}

pub fn basic_constraints(authority: bool, path_length: Option<u8>) -> Vec<u8> {
    let authority: &[u8] = if authority { &[0x01, 0x01, 0xff] } else { &[] };
    let path_length = path_length.map(|length| tlv(0x02, &[length])).unwrap_or_default();
    extension(BASIC_CONSTRAINTS, true, &sequence(&[authority, &path_length]))
}

/// `keyCertSign` is bit 5, `digitalSignature` bit 0.
pub fn key_usage(bits: u8) -> Vec<u8> {
    extension(KEY_USAGE, true, &tlv(0x03, &[u8::try_from(bits.trailing_zeros()).unwrap() % 8, bits]))
}

pub const SIGNS_CERTIFICATES: u8 = 0x04;
pub const SIGNS: u8 = 0x80;

/// A certificate by its parts, any of which may be wrong.
#[derive(Clone)]
pub struct Certificate {
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    /// The algorithm inside what is signed.
    pub inner_algorithm: Vec<u8>,
    pub issuer: Vec<u8>,
    pub not_before: Vec<u8>,
    pub not_after: Vec<u8>,
    pub subject: Vec<u8>,
    pub spki: Vec<u8>,
    pub extensions: Vec<Vec<u8>>,
    /// The algorithm beside the signature.
    pub outer_algorithm: Vec<u8>,
}

impl Certificate {
    fn new(issuer: &str, subject: &str, spki: Vec<u8>, extensions: Vec<Vec<u8>>) -> Self {
        let algorithm = sequence(&[&oid(ECDSA_SHA256)]);
        Self {
            version: vec![0xa0, 3, 2, 1, 2],
            serial: tlv(0x02, &[0x11]),
            inner_algorithm: algorithm.clone(),
            issuer: distinguished_name(0x0c, issuer),
            not_before: tlv(0x17, b"260101000000Z"),
            not_after: tlv(0x17, b"270101000000Z"),
            subject: distinguished_name(0x0c, subject),
            spki,
            extensions,
            outer_algorithm: algorithm,
        }
    }

    pub fn leaf(issuer: &str, key: &Key) -> Self {
        let purpose = extension(EXTENDED_KEY_USAGE, false, &sequence(&[&oid(ATTESTATION_KEY)]));
        Self::new(
            issuer,
            "an attestation key",
            key.spki(),
            vec![basic_constraints(false, None), key_usage(SIGNS), purpose],
        )
    }

    /// Of a server, for one DNS name.
    pub fn server(issuer: &str, name: &str, key: &Key) -> Self {
        let purpose = extension(EXTENDED_KEY_USAGE, false, &sequence(&[&oid(SERVER_AUTH)]));
        let names = extension(ALTERNATIVE_NAME, false, &sequence(&[&tlv(0x82, name.as_bytes())]));
        let extensions = vec![basic_constraints(false, None), key_usage(SIGNS), purpose, names];
        Self::new(issuer, "a server", key.spki(), extensions)
    }

    pub fn authority(issuer: &str, subject: &str, key: &Key) -> Self {
        let extensions = vec![basic_constraints(true, None), key_usage(SIGNS_CERTIFICATES)];
        Self::new(issuer, subject, key.spki(), extensions)
    }

    /// What is signed.
    pub fn body(&self) -> Vec<u8> {
        let extensions = match &self.extensions[..] {
            [] => vec![],
            some => tlv(0xa3, &sequence(&[&some.concat()])),
        };
        sequence(&[
            &self.version,
            &self.serial,
            &self.inner_algorithm,
            &self.issuer,
            &sequence(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.spki,
            &extensions,
        ])
    }

    pub fn sign(&self, key: &Key) -> Vec<u8> {
        self.sign_body(&self.body(), key)
    }

    pub fn sign_body(&self, body: &[u8], key: &Key) -> Vec<u8> {
        let signature = tlv(0x03, &[&[0], &key.sign_der(body)[..]].concat());
        sequence(&[body, &self.outer_algorithm, &signature])
    }
}

/// The Qualified Name of a primary key in the endorsement hierarchy (`TPM_RH_ENDORSEMENT`).
pub fn qualified_in_endorsement(public: &[u8]) -> Vec<u8> {
    name(&[&[0x40, 0x00, 0x00, 0x0b][..], &name(public)].concat())
}

pub const CRL_DISTRIBUTION_POINTS: &str = "551d1f";
pub const CERTIFICATE_POLICIES: &str = "551d20";
pub const CRL_NUMBER: &str = "551d14";
pub const REASON_CODE: &str = "551d15";
pub const DELTA_CRL_INDICATOR: &str = "551d1b";
pub const ISSUING_DISTRIBUTION_POINT: &str = "551d1c";
pub const CERTIFICATE_ISSUER: &str = "551d1d";
pub const SIGNS_LISTS: u8 = 0x02;

/// A revocation list by its parts, any of which may be wrong.
#[derive(Clone)]
pub struct RevocationList {
    pub version: Vec<u8>,
    pub inner_algorithm: Vec<u8>,
    pub issuer: Vec<u8>,
    pub this_update: Vec<u8>,
    pub next_update: Vec<u8>,
    pub revoked: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
    pub outer_algorithm: Vec<u8>,
}

impl RevocationList {
    /// One that revokes nothing, and holds at [`NOW`].
    pub fn of(issuer: &str) -> Self {
        let algorithm = sequence(&[&oid(ECDSA_SHA256)]);
        Self {
            version: vec![2, 1, 1],
            inner_algorithm: algorithm.clone(),
            issuer: distinguished_name(0x0c, issuer),
            this_update: tlv(0x17, b"260501000000Z"),
            next_update: tlv(0x17, b"260701000000Z"),
            revoked: Vec::new(),
            extensions: vec![extension(CRL_NUMBER, false, &tlv(0x02, &[7]))],
            outer_algorithm: algorithm,
        }
    }

    /// With one entry more: a serial number, and extensions.
    pub fn revoking(mut self, serial: &[u8], extensions: &[Vec<u8>]) -> Self {
        let extensions = if extensions.is_empty() { Vec::new() } else { sequence(&[&extensions.concat()]) };
        self.revoked.push(sequence(&[&tlv(0x02, serial), &tlv(0x17, b"260415120000Z"), &extensions]));
        self
    }

    pub fn with(mut self, extension: Vec<u8>) -> Self {
        self.extensions.push(extension);
        self
    }

    pub fn body(&self) -> Vec<u8> {
        let revoked = if self.revoked.is_empty() { Vec::new() } else { sequence(&[&self.revoked.concat()]) };
        let extensions = match &self.extensions[..] {
            [] => vec![],
            some => tlv(0xa0, &sequence(&[&some.concat()])),
        };
        sequence(&[
            &self.version,
            &self.inner_algorithm,
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &revoked,
            &extensions,
        ])
    }

    pub fn sign(&self, key: &Key) -> Vec<u8> {
        let body = self.body();
        let signature = tlv(0x03, &[&[0], &key.sign_der(&body)[..]].concat());
        sequence(&[&body, &self.outer_algorithm, &signature])
    }
}

pub fn reason(code: u8) -> Vec<u8> {
    extension(REASON_CODE, false, &tlv(0x0a, &[code]))
}

/// A `DistributionPointName` with one URI.
pub fn point_name(uri: &str) -> Vec<u8> {
    tlv(0xa0, &tlv(0xa0, &tlv(0x86, uri.as_bytes())))
}
