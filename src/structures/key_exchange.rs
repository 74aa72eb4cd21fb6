//! Part 2, 11.4: Key/Secret Exchange.

sized_buffer! {
    /// A secret for a TPM: an RSA cryptogram, the ephemeral point of an exchange, or an ML-KEM ciphertext (11.4). That of ML-KEM-1024 is the
    /// largest.
    #[doc(alias = "TPM2B_ENCRYPTED_SECRET")]
    pub struct Tpm2bEncryptedSecret<'a>([u8; 1568]);
}
