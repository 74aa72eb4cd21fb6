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

/// An authorization value, a password (10.3).
#[doc(alias = "TPM2B_AUTH")]
pub type Tpm2bAuth<'a> = Tpm2bDigest<'a>;

/// A nonce (10.3).
#[doc(alias = "TPM2B_NONCE")]
pub type Tpm2bNonce<'a> = Tpm2bDigest<'a>;

sized_buffer! {
    /// Data that a PCR is extended with the hashes of (10.3).
    #[doc(alias = "TPM2B_EVENT")]
    pub struct Tpm2bEvent<'a>([u8; 1024]);
}

sized_buffer! {
    /// Data of a sequence of commands (10.3). The limit is that of common TPMs, `TPM_PT_INPUT_BUFFER`.
    #[doc(alias = "TPM2B_MAX_BUFFER")]
    pub struct Tpm2bMaxBuffer<'a>([u8; 1024]);
}

sized_buffer! {
    /// A time until which a policy holds, in the TPM's own form (10.3).
    #[doc(alias = "TPM2B_TIMEOUT")]
    pub struct Tpm2bTimeout<'a>([u8; 8]);
}
