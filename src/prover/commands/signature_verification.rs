//! Part 3, "Signing and Signature Verification".

use crate::structures::{Tpm2bDigest, TpmtSignature, TpmtTk};

command! {
    /// Lets the TPM verify a signature.
    #[doc(alias = "TPM2_VerifySignature")]
    pub struct VerifySignature<'a> = VERIFY_SIGNATURE -> VerifySignatureResponse<'r> {
        entities {
            /// Handle of public key that will be used in the validation.
            key_handle,
        }
        parameters {
            /// Digest of the signed message.
            digest: Tpm2bDigest<'a>,
            /// Signature to be tested.
            signature: TpmtSignature<'a>,
        }
    }
}

response! {
    /// That a signature is good.
    pub struct VerifySignatureResponse<'r> {
        /// The ticket that says so.
        validation: TpmtTk<'r>,
    }
}
