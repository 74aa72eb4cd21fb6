//! Part 2, 12.3: Private Area Structures. To all but the TPM they are octets.

sized_buffer! {
    /// The sensitive area of an object that is loaded from outside; empty for a public key (12.3).
    #[doc(alias = "TPM2B_SENSITIVE")]
    pub struct Tpm2bSensitive<'a>([u8; 2048]);
}

sized_buffer! {
    /// The sensitive area of an object, encrypted by its parent (12.3).
    #[doc(alias = "TPM2B_PRIVATE")]
    pub struct Tpm2bPrivate<'a>([u8; 2048]);
}
