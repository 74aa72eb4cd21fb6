//! Documents of the shape that AWS's NitroTPM has, under a hierarchy of our own.

use super::cbor::{NULL, array, bytes, int, map, text, uint};
use super::forge::{
    Certificate, EC_PUBLIC_KEY, NONCE, RevocationList, SIGNS_CERTIFICATES, SIGNS_LISTS, hash, integer, key_usage, oid,
    sequence, tlv,
};
use p384::ecdsa::SigningKey;
use p384::ecdsa::signature::hazmat::PrehashSigner;
use tpmproof::crypto::HashAlgorithm;

const P384: &str = "2b81040022";
const ECDSA_SHA384: &str = "2a8648ce3d040303";

/// A P-384 key, the same for the same number.
#[derive(Clone)]
pub struct Key384(SigningKey);

impl Key384 {
    pub fn new(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 48]).unwrap())
    }

    pub fn spki(&self) -> Vec<u8> {
        let point = self.0.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        let algorithm = sequence(&[&oid(EC_PUBLIC_KEY), &oid(P384)]);
        sequence(&[&algorithm, &tlv(0x03, &[&[0], &point[..]].concat())])
    }

    /// r and s, one after the other.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: p384::ecdsa::Signature = self.0.sign_prehash(&hash(HashAlgorithm::Sha384, message)).unwrap();
        signature.to_bytes().to_vec()
    }

    /// Signs a certificate, by ECDSA with SHA-384.
    pub fn certify(&self, certificate: &Certificate) -> Vec<u8> {
        let algorithm = sequence(&[&oid(ECDSA_SHA384)]);
        let body = Certificate { inner_algorithm: algorithm.clone(), ..certificate.clone() }.body();
        self.sign_body(&body, &algorithm)
    }

    /// Signs a revocation list, by ECDSA with SHA-384.
    pub fn list(&self, list: &RevocationList) -> Vec<u8> {
        let algorithm = sequence(&[&oid(ECDSA_SHA384)]);
        let body = RevocationList { inner_algorithm: algorithm.clone(), ..list.clone() }.body();
        self.sign_body(&body, &algorithm)
    }

    fn sign_body(&self, body: &[u8], algorithm: &[u8]) -> Vec<u8> {
        let signature = self.sign(body);
        let signature = sequence(&[&integer(&signature[..48]), &integer(&signature[48..])]);
        sequence(&[body, algorithm, &tlv(0x03, &[&[0], &signature[..]].concat())])
    }
}

/// A document by its parts, any of which may be wrong.
#[derive(Clone)]
pub struct Document {
    pub protected: Vec<u8>,
    pub unprotected: Vec<u8>,
    pub fields: Vec<(Vec<u8>, Vec<u8>)>,
    pub signer: Key384,
}

/// The anchor, and the certificates below it: root, two authorities, leaf.
pub struct Hierarchy {
    pub root: Vec<u8>,
    pub region: Vec<u8>,
    pub zone: Vec<u8>,
    pub leaf: Vec<u8>,
}

pub fn hierarchy() -> Hierarchy {
    let p256 = super::forge::Key::new(1);
    let authority = |issuer, subject, key: &Key384| {
        let mut authority = Certificate { spki: key.spki(), ..Certificate::authority(issuer, subject, &p256) };
        authority.extensions[1] = key_usage(SIGNS_CERTIFICATES | SIGNS_LISTS);
        authority
    };
    let mut leaf = Certificate::leaf("zone", &p256);
    leaf.spki = leaf_key().spki();
    // The hypervisor's certificates name no purpose.
    leaf.extensions.pop();
    let keys = [Key384::new(1), Key384::new(2), Key384::new(3)];
    Hierarchy {
        root: keys[0].certify(&authority("root", "root", &keys[0])),
        region: keys[0].certify(&authority("root", "region", &keys[1])),
        zone: keys[1].certify(&authority("region", "zone", &keys[2])),
        leaf: keys[2].certify(&leaf),
    }
}

/// The lists of root, region and zone, of which the last revokes the leaf if it shall.
pub fn lists(leaf_revoked: bool) -> [Vec<u8>; 3] {
    let [root, region, zone] = ["root", "region", "zone"].map(RevocationList::of);
    // The serial number of every certificate here.
    let zone = if leaf_revoked { zone.revoking(&[0x11], &[]) } else { zone };
    [Key384::new(1).list(&root), Key384::new(2).list(&region), Key384::new(3).list(&zone)]
}

pub fn leaf_key() -> Key384 {
    Key384::new(4)
}

/// The value of PCR `index`: zero of 12, as AWS asks for it.
pub fn value(index: u8) -> Vec<u8> {
    if index == 12 { vec![0; 48] } else { vec![index + 1; 48] }
}

/// `nitrotpm_pcrs` of these.
pub fn pcrs(indices: impl Iterator<Item = u8>) -> Vec<u8> {
    let pairs: Vec<_> = indices.map(|index| (uint(index.into()), bytes(&value(index)))).collect();
    map(&pairs)
}

impl Document {
    /// One that is genuine under [`hierarchy`], for [`NONCE`].
    pub fn genuine() -> Self {
        let Hierarchy { root, region, zone, leaf } = hierarchy();
        let field = |name: &str, value: Vec<u8>| (text(name), value);
        let bundle: Vec<_> = [root, region, zone].iter().map(|der| bytes(der)).collect();
        Self {
            protected: map(&[(int(1), int(-35))]),
            unprotected: map(&[]),
            fields: vec![
                field("module_id", text("i-0123456789abcdef0-tpm0123456789abcdef")),
                field("digest", text("SHA384")),
                field("timestamp", uint(1_780_272_000_000)),
                field("nitrotpm_pcrs", pcrs((0..17).chain([23]))),
                field("certificate", bytes(&leaf)),
                field("cabundle", array(&bundle)),
                field("public_key", NULL.to_vec()),
                field("user_data", bytes(b"a machine's word")),
                field("nonce", bytes(NONCE)),
            ],
            signer: leaf_key(),
        }
    }

    /// With another value of a field; without it, if there is none.
    pub fn with(mut self, name: &str, value: Option<Vec<u8>>) -> Self {
        let place = self.fields.iter().position(|(key, _)| *key == text(name));
        match (place, value) {
            (Some(place), Some(value)) => self.fields[place].1 = value,
            (Some(place), None) => drop(self.fields.remove(place)),
            (None, Some(value)) => self.fields.push((text(name), value)),
            (None, None) => {}
        }
        self
    }

    pub fn payload(&self) -> Vec<u8> {
        map(&self.fields)
    }

    pub fn sign(&self) -> Vec<u8> {
        self.sign_payload(&self.payload())
    }

    pub fn sign_payload(&self, payload: &[u8]) -> Vec<u8> {
        let (protected, payload) = (bytes(&self.protected), bytes(payload));
        let signed = array(&[text("Signature1"), protected.clone(), bytes(&[]), payload.clone()]);
        array(&[protected, self.unprotected.clone(), payload, bytes(&self.signer.sign(&signed))])
    }
}
