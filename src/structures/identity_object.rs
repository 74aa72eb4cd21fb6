//! Part 2, 12.4: Identity Object.

use super::Tpm2bDigest;
use crate::wire::{Encode, Encoder, Field, Hex, Parsed, Wire, in_field};
use core::fmt;

/// A credential for one key of one TPM (12.4).
///
/// The identity is not a `TPM2B_`: what is encrypted is one, with its size (Part 1, Credential Protection).
#[doc(alias = "TPMS_ID_OBJECT")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TpmsIdObject<'a> {
    /// HMAC using the nameAlg of the storage key on the target TPM.
    pub integrity_hmac: Tpm2bDigest<'a>,
    /// Credential protector information: the credential, encrypted.
    pub enc_identity: &'a [u8],
}

impl fmt::Debug for TpmsIdObject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.integrity_hmac, Hex(self.enc_identity))
    }
}

impl<'a> Wire<'a> for TpmsIdObject<'a> {
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (enc_identity, integrity_hmac) = in_field(&"TpmsIdObject.integrity_hmac", Tpm2bDigest::decode)(input)?;
        Ok((&[], Self { integrity_hmac, enc_identity }))
    }

    fn trace(input: &'a [u8], sink: &mut dyn FnMut(&Field<'_>)) -> &'a [u8] {
        let Ok((rest, integrity_hmac)) = Tpm2bDigest::decode(input) else { return &[] };
        Field::hand_over("integrity_hmac", input, rest, &integrity_hmac, sink);
        Field::hand_over("enc_identity", rest, &[], &Hex(rest), sink);
        &[]
    }

    const FIELDS: bool = true;
}

impl Encode for TpmsIdObject<'_> {
    fn encode(&self, out: &mut Encoder<'_>) {
        self.integrity_hmac.encode(out);
        out.put(self.enc_identity);
    }
}

sized_buffer! {
    /// A sized credential, as `TPM2_MakeCredential` returns it (12.4).
    #[doc(alias = "TPM2B_ID_OBJECT")]
    pub struct Tpm2bIdObject<'a>(TpmsIdObject<'a>);
}
