//! Part 3, "Random Number Generator".

use crate::structures::Tpm2bDigest;

command! {
    /// Gives random octets.
    #[doc(alias = "TPM2_GetRandom")]
    pub struct GetRandom = GET_RANDOM -> GetRandomResponse<'r> {
        parameters {
            /// Number of octets to return.
            bytes_requested: u16,
        }
    }
}

response! {
    /// Random octets; they may be fewer than were asked for.
    pub struct GetRandomResponse<'r> {
        /// The random octets.
        random_bytes: Tpm2bDigest<'r>,
    }
}
