//! Part 2, 10.8: Lists.

use super::{Tpm2bDigest, TpmsPcrSelection};
use crate::wire::List;

/// Selections of several banks (10.8.7). The limit is the specification's `HASH_COUNT` of common headers.
#[doc(alias = "TPML_PCR_SELECTION")]
pub type TpmlPcrSelection<'a> = List<'a, TpmsPcrSelection<'a>, 16>;

/// Digests, as `TPM2_PCR_Read` returns them (10.8.4).
#[doc(alias = "TPML_DIGEST")]
pub type TpmlDigest<'a> = List<'a, Tpm2bDigest<'a>, 8>;
