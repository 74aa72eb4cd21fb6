//! Part 2, clause 14: Context Data.

use super::TpmHandle;

sized_buffer! {
    /// What only the TPM can read of a saved context (14).
    #[doc(alias = "TPM2B_CONTEXT_DATA")]
    pub struct Tpm2bContextData<'a>([u8; 8192]);
}

structure! {
    /// An object or session that was saved outside the TPM (14).
    #[doc(alias = "TPMS_CONTEXT")]
    pub struct TpmsContext<'a> {
        /// The sequence number of the context.
        sequence: u64,
        /// A handle indicating if the context is a session, object, or sequence object.
        saved_handle: TpmHandle,
        /// The hierarchy of the context.
        hierarchy: TpmHandle,
        /// The context data and integrity HMAC.
        context_blob: Tpm2bContextData<'a>,
    }
}
