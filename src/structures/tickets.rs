//! Part 2, 10.6: Tickets. Only the TPM that made one can tell whether it is genuine.

use super::{Tpm2bDigest, TpmHandle, TpmSt};

structure! {
    /// A ticket: that the TPM made an object (`TPM_ST_CREATION`), verified a signature (`TPM_ST_VERIFIED`), checked a secret
    /// (`TPM_ST_AUTH_SECRET`), or made a digest (`TPM_ST_HASHCHECK`).
    #[doc(alias = "TPMT_TK_CREATION")]
    #[doc(alias = "TPMT_TK_VERIFIED")]
    #[doc(alias = "TPMT_TK_AUTH")]
    #[doc(alias = "TPMT_TK_HASHCHECK")]
    pub struct TpmtTk<'a> {
        /// Ticket structure tag.
        tag: TpmSt,
        /// The hierarchy of the ticket.
        hierarchy: TpmHandle,
        /// The HMAC produced using a proof value of that hierarchy.
        digest: Tpm2bDigest<'a>,
    }
}
