//! Part 2, 10.4: Names.

sized_buffer! {
    /// The Name of an entity: a handle, or an algorithm and a digest (10.4.3).
    #[doc(alias = "TPM2B_NAME")]
    pub struct Tpm2bName<'a>([u8; 66]);
}
