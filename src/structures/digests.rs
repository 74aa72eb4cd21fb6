//! Part 2, 10.2: Digests.

use super::TpmiAlgHash;
use crate::wire::{Encode, Encoder, Hex, Parsed, Wire, in_field, take};
use core::fmt;

/// A digest that says its algorithm (10.2.2).
#[doc(alias = "TPMT_HA")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TpmtHa<'a> {
    /// Selector of the hash contained in the digest.
    pub hash_alg: TpmiAlgHash,
    /// The digest data, as long as the algorithm's digests are.
    pub digest: &'a [u8],
}

impl fmt::Debug for TpmtHa<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{}", self.hash_alg, Hex(self.digest))
    }
}

impl<'a> Wire<'a> for TpmtHa<'a> {
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, hash_alg) = in_field(&"TpmtHa.hash_alg", TpmiAlgHash::decode)(input)?;
        let (input, digest) = in_field(&"TpmtHa.digest", take(hash_alg.digest_size()))(input)?;
        Ok((input, Self { hash_alg, digest }))
    }
}

impl Encode for TpmtHa<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        self.hash_alg.encode(out);
        out.put(self.digest);
    }
}
