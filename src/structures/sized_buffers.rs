//! Part 2, 10.3: Sized Buffers.

sized_buffer! {
    /// A digest no longer than the longest supported one (10.3.2).
    #[doc(alias = "TPM2B_DIGEST")]
    pub struct Tpm2bDigest<'a>([u8; 64]);
}

sized_buffer! {
    /// Data no longer than a `TPMT_HA` (10.3.3).
    #[doc(alias = "TPM2B_DATA")]
    pub struct Tpm2bData<'a>([u8; 66]);
}

sized_buffer! {
    /// What one command reads from or writes to an NV index (10.3.9).
    #[doc(alias = "TPM2B_MAX_NV_BUFFER")]
    pub struct Tpm2bMaxNvBuffer<'a>([u8; 2048]);
}
