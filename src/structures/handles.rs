//! Part 2, clause 7: Handles.

constants! {
    /// The kind of an entity, the first octet of its handle (7.2).
    #[doc(alias = "TPM_HT")]
    pub struct TpmHt(u8) = "TPM_HT_" {
        /// A PCR; the handle is its number.
        PCR = 0x00,
        /// An NV index.
        NV_INDEX = 0x01,
        /// An HMAC session; also all loaded sessions.
        HMAC_SESSION = 0x02,
        /// A policy session; also all saved sessions.
        POLICY_SESSION = 0x03,
        /// An NV index whose data are outside of the TPM.
        EXTERNAL_NV = 0x11,
        /// An NV index that the TPM's maker defined.
        PERMANENT_NV = 0x12,
        /// A hierarchy, and others that always are.
        PERMANENT = 0x40,
        /// A loaded object.
        TRANSIENT = 0x80,
        /// An object that stays.
        PERSISTENT = 0x81,
    }
}

constants! {
    /// The number of an entity, with the names of those that always are (7.4).
    #[doc(alias = "TPM_HANDLE")]
    #[doc(alias = "TPM_RH")]
    pub struct TpmHandle(u32) = "TPM_RH_" {
        /// The storage hierarchy, of the owner.
        OWNER = 0x4000_0001,
        /// No hierarchy.
        NULL = 0x4000_0007,
        /// A password instead of a session.
        PW = 0x4000_0009,
        /// The authority over the defence against dictionary attacks.
        LOCKOUT = 0x4000_000a,
        /// The endorsement hierarchy, of the privacy administrator.
        ENDORSEMENT = 0x4000_000b,
        /// The platform hierarchy, of the firmware.
        PLATFORM = 0x4000_000c,
    }
}

impl TpmHandle {
    /// Its kind.
    #[must_use]
    pub fn kind(self) -> TpmHt {
        let [kind, ..] = self.0.to_be_bytes();
        TpmHt(kind)
    }
}
