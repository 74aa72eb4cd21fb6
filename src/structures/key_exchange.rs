//! Part 2, 11.4: Key/Secret Exchange.

sized_buffer! {
    /// A secret for a TPM: an RSA cryptogram, or the ephemeral point of an exchange (11.4). The largest is of an RSA key of 4096 bits.
    #[doc(alias = "TPM2B_ENCRYPTED_SECRET")]
    pub struct Tpm2bEncryptedSecret<'a>([u8; 512]);
}
