//! Part 3, "Attestation Commands".

use crate::structures::{Tpm2bAttest, Tpm2bData, Tpm2bDigest, TpmlPcrSelection, TpmtSigScheme, TpmtSignature, TpmtTk};
use crate::wire::Received;

response! {
    /// A signed attestation, of any kind.
    pub struct Attested<'r> {
        /// The structure that was signed.
        attest: Received<'r, Tpm2bAttest<'r>>,
        /// The signature over it.
        signature: Received<'r, TpmtSignature<'r>>,
    }
}

impl<'r> Attested<'r> {
    /// The octets that were signed: a `TPMS_ATTEST`.
    #[must_use]
    pub fn message(&self) -> &'r [u8] {
        self.attest.bytes.get(2..).unwrap_or_default()
    }
}

command! {
    /// Attests that an object with a Name is loaded.
    #[doc(alias = "TPM2_Certify")]
    pub struct Certify<'a> = CERTIFY -> Attested<'r> {
        authorized {
            /// Handle of the object to be certified.
            object_handle,
            /// Handle of the key used to sign the attestation structure.
            sign_handle,
        }
        parameters {
            /// User provided qualifying data.
            qualifying_data: Tpm2bData<'a>,
            /// Signing scheme to use if the scheme for signHandle is `TPM_ALG_NULL`.
            in_scheme: TpmtSigScheme,
        }
    }
}

command! {
    /// Attests that the TPM made an object.
    #[doc(alias = "TPM2_CertifyCreation")]
    pub struct CertifyCreation<'a> = CERTIFY_CREATION -> Attested<'r> {
        authorized {
            /// Handle of the key that will sign the attestation block.
            sign_handle,
        }
        entities {
            /// The object associated with the creation data.
            object_handle,
        }
        parameters {
            /// User-provided qualifying data.
            qualifying_data: Tpm2bData<'a>,
            /// Hash of the creation data produced by `TPM2_Create` or `TPM2_CreatePrimary`.
            creation_hash: Tpm2bDigest<'a>,
            /// Signing scheme to use if the scheme for signHandle is `TPM_ALG_NULL`.
            in_scheme: TpmtSigScheme,
            /// Ticket produced by `TPM2_Create` or `TPM2_CreatePrimary`.
            creation_ticket: TpmtTk<'a>,
        }
    }
}

command! {
    /// Attests PCR values.
    #[doc(alias = "TPM2_Quote")]
    pub struct Quote<'a> = QUOTE -> Attested<'r> {
        authorized {
            /// Handle of key that will perform signature.
            sign_handle,
        }
        parameters {
            /// Data supplied by the caller.
            qualifying_data: Tpm2bData<'a>,
            /// Signing scheme to use if the scheme for signHandle is `TPM_ALG_NULL`.
            in_scheme: TpmtSigScheme,
            /// PCR set to quote.
            pcr_select: TpmlPcrSelection<'a>,
        }
    }
}

command! {
    /// Attests the TPM's time.
    #[doc(alias = "TPM2_GetTime")]
    pub struct GetTime<'a> = GET_TIME -> Attested<'r> {
        authorized {
            /// Handle of the privacy administrator: the endorsement hierarchy.
            privacy_admin_handle,
            /// The keyHandle identifier of a loaded key that can perform digital signatures.
            sign_handle,
        }
        parameters {
            /// Data to tick stamp.
            qualifying_data: Tpm2bData<'a>,
            /// Signing scheme to use if the scheme for signHandle is `TPM_ALG_NULL`.
            in_scheme: TpmtSigScheme,
        }
    }
}
