//! Part 3, "Enhanced Authorization (EA) Commands".

use crate::structures::{Tpm2bDigest, Tpm2bNonce, Tpm2bTimeout, TpmlPcrSelection, TpmtTk};

command! {
    /// Asks for knowledge of an entity's authorization value.
    #[doc(alias = "TPM2_PolicySecret")]
    pub struct PolicySecret<'a> = POLICY_SECRET -> PolicySecretResponse<'r> {
        authorized {
            /// Handle for an entity providing the authorization.
            auth_handle,
        }
        entities {
            /// Handle for the policy session being extended.
            policy_session,
        }
        parameters {
            /// The policy nonce for the session.
            nonce_tpm: Tpm2bNonce<'a>,
            /// Digest of the command parameters to which this authorization is limited.
            cp_hash_a: Tpm2bDigest<'a>,
            /// A reference to a policy relating to the authorization.
            policy_ref: Tpm2bNonce<'a>,
            /// Time when authorization will expire, in seconds from the time that nonceTPM was generated; two's complement.
            expiration: u32,
        }
    }
}

response! {
    /// That a secret was known.
    pub struct PolicySecretResponse<'r> {
        /// Implementation-specific time value used to indicate to the TPM when the ticket expires.
        timeout: Tpm2bTimeout<'r>,
        /// Produced if the command succeeds and expiration in the command was non-zero.
        policy_ticket: TpmtTk<'r>,
    }
}

command! {
    /// Asks for PCR values.
    #[doc(alias = "TPM2_PolicyPCR")]
    pub struct PolicyPcr<'a> = POLICY_PCR {
        entities {
            /// Handle for the policy session being extended.
            policy_session,
        }
        parameters {
            /// Expected digest value of the selected PCR using the hash algorithm of the session; may be zero length.
            pcr_digest: Tpm2bDigest<'a>,
            /// The PCR to include in the check digest.
            pcrs: TpmlPcrSelection<'a>,
        }
    }
}

command! {
    /// Tells the policy of a session so far.
    #[doc(alias = "TPM2_PolicyGetDigest")]
    pub struct PolicyGetDigest = POLICY_GET_DIGEST -> PolicyGetDigestResponse<'r> {
        entities {
            /// Handle for the policy session.
            policy_session,
        }
    }
}

response! {
    /// A policy.
    pub struct PolicyGetDigestResponse<'r> {
        /// The current value of the policySession->policyDigest.
        policy_digest: Tpm2bDigest<'r>,
    }
}
