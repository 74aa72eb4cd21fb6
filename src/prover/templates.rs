//! The templates of keys: the same template gives the same key of a hierarchy, for as long as its seed lives.

use crate::crypto::{Curve, PublicKey};
use crate::structures::{
    BlockCipher, Tpm2bDigest, Tpm2bEccParameter, Tpm2bPublicKeyRsa, TpmAlgId, TpmEccCurve, TpmaObject, TpmiAlgHash,
    TpmiAlgSymMode, TpmiEccCurve, TpmsEccParms, TpmsEccPoint, TpmsRsaParms, TpmsSchemeHash, TpmtEccScheme,
    TpmtKdfScheme, TpmtPublic, TpmtRsaScheme, TpmtSymDefObject, TpmuPublicId, TpmuPublicParms,
};

/// The kinds of attestation keys that are made here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AkAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    P256,
    /// ECDSA on P-384 with SHA-384.
    P384,
    /// RSASSA of 2048 bits with SHA-256.
    Rsa2048,
    /// RSASSA of 3072 bits with SHA-256.
    Rsa3072,
}

/// The endorsement keys of the TCG EK Credential Profile 2.5, annex B: the template, and where NV holds the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EkTemplate {
    /// The profile's name of the template.
    pub name: &'static str,
    /// The NV index of the certificate.
    pub certificate: u32,
    /// The NV index of a nonce that fills `unique`, where the maker has put one there.
    pub nonce: Option<u32>,
    /// The NV index of a template that stands instead of this one, where the maker has put one there.
    pub template: u32,
    /// Where a persistent key of this template is kept by custom.
    pub persistent: u32,
    algorithm: EkAlgorithm,
    low_range: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EkAlgorithm {
    Rsa(u16),
    Ecc(TpmEccCurve),
}

impl AkAlgorithm {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::P256, Self::P384, Self::Rsa2048, Self::Rsa3072];

    /// The name that the command line uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
        }
    }

    /// The template: a primary key of the endorsement hierarchy that signs what the TPM made and nothing else; it has an empty password,
    /// and no defence against dictionary attacks needs to guard that. `unique` is empty.
    #[must_use]
    pub fn template(self) -> TpmtPublic<'static> {
        let hash = TpmiAlgHash(if self == Self::P384 { TpmAlgId::SHA384 } else { TpmAlgId::SHA256 });
        let scheme = TpmsSchemeHash { hash_alg: hash };
        let rsa = |key_bits| {
            let parameters = TpmsRsaParms {
                symmetric: TpmtSymDefObject::Null,
                scheme: TpmtRsaScheme::Rsassa(scheme),
                key_bits,
                exponent: 0,
            };
            (TpmAlgId::RSA, TpmuPublicParms::Rsa(parameters), TpmuPublicId::Rsa(Tpm2bPublicKeyRsa(&[])))
        };
        let ecc = |curve| {
            let parameters = TpmsEccParms {
                symmetric: TpmtSymDefObject::Null,
                scheme: TpmtEccScheme::Ecdsa(scheme),
                curve_id: TpmiEccCurve(curve),
                kdf: TpmtKdfScheme::Null,
            };
            (TpmAlgId::ECC, TpmuPublicParms::Ecc(parameters), TpmuPublicId::Ecc(NO_POINT))
        };
        let (type_, parameters, unique) = match self {
            Self::P256 => ecc(TpmEccCurve::NIST_P256),
            Self::P384 => ecc(TpmEccCurve::NIST_P384),
            Self::Rsa2048 => rsa(2048),
            Self::Rsa3072 => rsa(3072),
        };
        let object_attributes = TpmaObject::FIXED_TPM
            .with(TpmaObject::FIXED_PARENT)
            .with(TpmaObject::SENSITIVE_DATA_ORIGIN)
            .with(TpmaObject::USER_WITH_AUTH)
            .with(TpmaObject::NO_DA)
            .with(TpmaObject::RESTRICTED)
            .with(TpmaObject::SIGN);
        TpmtPublic { type_, name_alg: hash, object_attributes, auth_policy: Tpm2bDigest(&[]), parameters, unique }
    }
}

impl EkTemplate {
    /// The key of 2048 bits that every TPM has.
    pub const L_1: Self = Self {
        name: "L-1",
        certificate: 0x01c0_0002,
        nonce: Some(0x01c0_0003),
        template: 0x01c0_0004,
        persistent: 0x8101_0001,
        algorithm: EkAlgorithm::Rsa(2048),
        low_range: true,
    };

    /// The templates of keys that credentials are made for here: RSA, P-256 and P-384, those of the low range first.
    pub const ALL: &'static [Self] = &[
        Self::L_1,
        Self {
            name: "L-2",
            certificate: 0x01c0_000a,
            nonce: Some(0x01c0_000b),
            template: 0x01c0_000c,
            persistent: 0x8101_0002,
            algorithm: EkAlgorithm::Ecc(TpmEccCurve::NIST_P256),
            low_range: true,
        },
        Self::high("H-1", 0x12, EkAlgorithm::Rsa(2048)),
        Self::high("H-2", 0x14, EkAlgorithm::Ecc(TpmEccCurve::NIST_P256)),
        Self::high("H-3", 0x16, EkAlgorithm::Ecc(TpmEccCurve::NIST_P384)),
        Self::high("H-6", 0x1c, EkAlgorithm::Rsa(3072)),
        Self::high("H-7", 0x1e, EkAlgorithm::Rsa(4096)),
    ];

    const fn high(name: &'static str, place: u32, algorithm: EkAlgorithm) -> Self {
        Self {
            name,
            certificate: 0x01c0_0000 | place,
            nonce: None,
            template: 0x01c0_0001 | place,
            persistent: 0x8101_0000 | place,
            algorithm,
            low_range: false,
        }
    }

    /// The template of a key of this kind and size, which says how such a key protects what it is sent.
    pub(super) fn of(key: &PublicKey<'_>) -> Option<&'static Self> {
        let algorithm = match key {
            PublicKey::Rsa { modulus, .. } => EkAlgorithm::Rsa(u16::try_from(modulus.len().saturating_mul(8)).ok()?),
            PublicKey::Ec { curve: Curve::P256, .. } => EkAlgorithm::Ecc(TpmEccCurve::NIST_P256),
            PublicKey::Ec { curve: Curve::P384, .. } => EkAlgorithm::Ecc(TpmEccCurve::NIST_P384),
            #[cfg(any(feature = "p521", feature = "ml-dsa"))]
            _ => return None,
        };
        Self::ALL.iter().find(|template| template.algorithm == algorithm)
    }

    /// Whether a secret as long as this one can have been encrypted to such a key.
    pub(super) fn fits(&self, encrypted: &[u8]) -> bool {
        match self.algorithm {
            EkAlgorithm::Rsa(bits) => encrypted.len().checked_mul(8) == Some(bits.into()),
            EkAlgorithm::Ecc(curve) => {
                let size = if curve == TpmEccCurve::NIST_P384 { 48 } else { 32 };
                let x = encrypted.first_chunk().map(|size| usize::from(u16::from_be_bytes(*size)));
                // Zeros may lead, and be left out.
                encrypted.len() <= 100 && x.is_some_and(|x| x <= size && x > size.saturating_sub(16))
            }
        }
    }

    /// The template.
    #[must_use]
    pub fn public(&self) -> TpmtPublic<'static> {
        let strong = !matches!(self.algorithm, EkAlgorithm::Rsa(2048) | EkAlgorithm::Ecc(TpmEccCurve::NIST_P256));
        let cipher = BlockCipher { key_bits: if strong { 256 } else { 128 }, mode: TpmiAlgSymMode(TpmAlgId::CFB) };
        let symmetric = TpmtSymDefObject::Aes(cipher);
        let (type_, parameters, unique) = match self.algorithm {
            EkAlgorithm::Rsa(key_bits) => {
                let parameters = TpmsRsaParms { symmetric, scheme: TpmtRsaScheme::Null, key_bits, exponent: 0 };
                let zeros: &[u8] = if self.low_range { &[0; 256] } else { &[] };
                (TpmAlgId::RSA, TpmuPublicParms::Rsa(parameters), TpmuPublicId::Rsa(Tpm2bPublicKeyRsa(zeros)))
            }
            EkAlgorithm::Ecc(curve) => {
                let parameters = TpmsEccParms {
                    symmetric,
                    scheme: TpmtEccScheme::Null,
                    curve_id: TpmiEccCurve(curve),
                    kdf: TpmtKdfScheme::Null,
                };
                let zeros = Tpm2bEccParameter(&[0; 32]);
                let point = if self.low_range { TpmsEccPoint { x: zeros, y: zeros } } else { NO_POINT };
                (TpmAlgId::ECC, TpmuPublicParms::Ecc(parameters), TpmuPublicId::Ecc(point))
            }
        };
        let both = TpmaObject::FIXED_TPM
            .with(TpmaObject::FIXED_PARENT)
            .with(TpmaObject::SENSITIVE_DATA_ORIGIN)
            .with(TpmaObject::ADMIN_WITH_POLICY)
            .with(TpmaObject::RESTRICTED)
            .with(TpmaObject::DECRYPT);
        let (name_alg, object_attributes, policy): (_, _, &[u8]) = match (self.low_range, strong, self.algorithm) {
            (true, ..) => (TpmAlgId::SHA256, both, &POLICY_A_SHA256),
            (false, false, _) => (TpmAlgId::SHA256, both.with(TpmaObject::USER_WITH_AUTH), &POLICY_B_SHA256),
            (false, true, _) => (TpmAlgId::SHA384, both.with(TpmaObject::USER_WITH_AUTH), &POLICY_B_SHA384),
        };
        TpmtPublic {
            type_,
            name_alg: TpmiAlgHash(name_alg),
            object_attributes,
            auth_policy: Tpm2bDigest(policy),
            parameters,
            unique,
        }
    }
}

const NO_POINT: TpmsEccPoint<'static> = TpmsEccPoint { x: Tpm2bEccParameter(&[]), y: Tpm2bEccParameter(&[]) };

/// `PolicyA`: the authorization of the endorsement hierarchy (TCG EK Credential Profile 2.5, B.6.2).
const POLICY_A_SHA256: [u8; 32] = [
    0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52, 0xd7,
    0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa,
];
/// `PolicyB`: that, or what an NV index says (the same, B.6.5).
const POLICY_B_SHA256: [u8; 32] = [
    0xca, 0x3d, 0x0a, 0x99, 0xa2, 0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34, 0x24, 0x14, 0xef, 0xcf, 0xb3, 0xa3, 0x85, 0xd4,
    0x4c, 0xd1, 0xfd, 0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0,
];
/// The same of SHA-384.
const POLICY_B_SHA384: [u8; 48] = [
    0xb2, 0x6e, 0x7d, 0x28, 0xd1, 0x1a, 0x50, 0xbc, 0x53, 0xd8, 0x82, 0xbc, 0xf5, 0xfd, 0x3a, 0x1a, 0x07, 0x41, 0x48,
    0xbb, 0x35, 0xd3, 0xb4, 0xe4, 0xcb, 0x1c, 0x0a, 0xd9, 0xbd, 0xe4, 0x19, 0xca, 0xcb, 0x47, 0xba, 0x09, 0x69, 0x96,
    0x46, 0x15, 0x0f, 0x9f, 0xc0, 0x00, 0xf3, 0xf8, 0x0e, 0x12,
];
