//! Part 2, 10.8: Lists.

use super::{
    Tpm2bDigest, TpmAlgId, TpmEccCurve, TpmHandle, TpmaCc, TpmsAlgProperty, TpmsPcrSelection, TpmsTaggedProperty,
    TpmtHa,
};
use crate::wire::List;

/// Selections of several banks (10.8.7). The limit is the specification's `HASH_COUNT` of common headers.
#[doc(alias = "TPML_PCR_SELECTION")]
pub type TpmlPcrSelection<'a> = List<'a, TpmsPcrSelection<'a>, 16>;

/// Digests, as `TPM2_PCR_Read` returns them (10.8.4).
#[doc(alias = "TPML_DIGEST")]
pub type TpmlDigest<'a> = List<'a, Tpm2bDigest<'a>, 8>;

/// One digest for each bank (10.8). The limit is that of [`TpmlPcrSelection`].
#[doc(alias = "TPML_DIGEST_VALUES")]
pub type TpmlDigestValues<'a> = List<'a, TpmtHa<'a>, 16>;

/// Algorithms (10.8).
#[doc(alias = "TPML_ALG")]
pub type TpmlAlg<'a> = List<'a, TpmAlgId, 128>;

/// Commands with their attributes (10.8). The limits of this and the following are what 1,016 octets hold.
#[doc(alias = "TPML_CCA")]
pub type TpmlCca<'a> = List<'a, TpmaCc, 254>;

/// Handles (10.8).
#[doc(alias = "TPML_HANDLE")]
pub type TpmlHandle<'a> = List<'a, TpmHandle, 254>;

/// Algorithms with their attributes (10.8).
#[doc(alias = "TPML_ALG_PROPERTY")]
pub type TpmlAlgProperty<'a> = List<'a, TpmsAlgProperty, 169>;

/// Numbers that a TPM tells of itself (10.8).
#[doc(alias = "TPML_TAGGED_TPM_PROPERTY")]
pub type TpmlTaggedTpmProperty<'a> = List<'a, TpmsTaggedProperty, 127>;

/// Curves (10.8).
#[doc(alias = "TPML_ECC_CURVE")]
pub type TpmlEccCurve<'a> = List<'a, TpmEccCurve, 508>;
