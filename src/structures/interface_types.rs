//! Part 2, clause 9: Interface Types.

use super::{TpmAlgId, TpmEccCurve, TpmMldsaParms, TpmMlkemParms};
use crate::wire::{DecodeErrorKind, Encode, Encoder, Fault, Parsed, Wire};
use core::fmt;

interface! {
    /// A hash algorithm (9.27).
    #[doc(alias = "TPMI_ALG_HASH")]
    pub struct TpmiAlgHash(TpmAlgId) { SHA1, SHA256, SHA384, SHA512, SM3_256, SHA3_256, SHA3_384, SHA3_512 }
}

interface! {
    /// A mode of a block cipher, or none (9.31).
    #[doc(alias = "TPMI_ALG_SYM_MODE")]
    pub struct TpmiAlgSymMode(TpmAlgId) { CTR, OFB, CBC, CFB, ECB, CMAC, NULL }
}

interface! {
    /// A key derivation function (9.32).
    #[doc(alias = "TPMI_ALG_KDF")]
    pub struct TpmiAlgKdf(TpmAlgId) { MGF1, KDF1_SP800_56A, KDF2, KDF1_SP800_108, NULL }
}

interface! {
    /// A curve that a TPM may implement (11.2.5.5).
    #[doc(alias = "TPMI_ECC_CURVE")]
    pub struct TpmiEccCurve(TpmEccCurve) {
        NIST_P192, NIST_P224, NIST_P256, NIST_P384, NIST_P521, BN_P256, BN_P638, SM2_P256,
        BP_P256_R1, BP_P384_R1, BP_P512_R1, CURVE_25519, CURVE_448
    }
}

interface! {
    /// A parameter set of ML-DSA (11.2.7.1).
    #[doc(alias = "TPMI_MLDSA_PARMS")]
    pub struct TpmiMldsaParms(TpmMldsaParms) { MLDSA_44, MLDSA_65, MLDSA_87 }
}

interface! {
    /// A parameter set of ML-KEM (11.2.6.1).
    #[doc(alias = "TPMI_MLKEM_PARMS")]
    pub struct TpmiMlkemParms(TpmMlkemParms) { MLKEM_512, MLKEM_768, MLKEM_1024 }
}

impl TpmiAlgHash {
    /// Bytes of a digest.
    #[must_use]
    pub fn digest_size(self) -> usize {
        match self.0 {
            TpmAlgId::SHA1 => 20,
            TpmAlgId::SHA384 | TpmAlgId::SHA3_384 => 48,
            TpmAlgId::SHA512 | TpmAlgId::SHA3_512 => 64,
            _ => 32,
        }
    }
}

/// A boolean (9.2).
#[doc(alias = "TPMI_YES_NO")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TpmiYesNo(pub bool);

impl fmt::Debug for TpmiYesNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "YES" } else { "NO" })
    }
}

impl<'a> Wire<'a> for TpmiYesNo {
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        match u8::decode(input)? {
            (rest, 0) => Ok((rest, Self(false))),
            (rest, 1) => Ok((rest, Self(true))),
            (_, other) => Err(Fault::new(input, DecodeErrorKind::UnknownValue(other.into()))),
        }
    }
}

impl Encode for TpmiYesNo {
    fn encode(&self, out: &mut Encoder<'_>) {
        u8::from(self.0).encode(out);
    }
}
