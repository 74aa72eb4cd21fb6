//! Part 3, "Session Commands".

use crate::structures::{Tpm2bEncryptedSecret, Tpm2bNonce, TpmSe, TpmiAlgHash, TpmtSymDef};

command! {
    /// Begins a session.
    #[doc(alias = "TPM2_StartAuthSession")]
    pub struct StartAuthSession<'a> = START_AUTH_SESSION -> StartAuthSessionResponse<'r> {
        entities {
            /// Handle of a loaded decrypt key used to encrypt salt, or the null hierarchy.
            tpm_key,
            /// Entity providing the authValue, or the null hierarchy.
            bind,
        }
        parameters {
            /// Initial nonceCaller, sets nonceTPM size for the session.
            nonce_caller: Tpm2bNonce<'a>,
            /// Value encrypted according to the type of tpmKey.
            encrypted_salt: Tpm2bEncryptedSecret<'a>,
            /// Indicates the type of the session: simple HMAC or policy (including a trial policy).
            session_type: TpmSe,
            /// The algorithm and key size for parameter encryption.
            symmetric: TpmtSymDef,
            /// Hash algorithm to use for the session.
            auth_hash: TpmiAlgHash,
        }
    }
}

response! {
    /// The new session.
    pub struct StartAuthSessionResponse<'r> {
        [handle]
        /// Handle for the newly created session.
        session_handle,
        /// The initial nonce from the TPM, used in the computation of the sessionKey.
        nonce_tpm: Tpm2bNonce<'r>,
    }
}
