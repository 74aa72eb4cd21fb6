//! Part 2, 6.6: `TPM_RC`, and what to say about one.

use crate::wire::{Encode, Encoder, Parsed, Wire};
use core::fmt;

macro_rules! response_codes {
    ($( $name:ident = $value:literal, $text:literal; )+) => {
        impl TpmRc {
            $( #[doc = concat!("`TPM_RC_", stringify!($name), "`: ", $text, ".")] pub const $name: Self = Self($value); )+

            fn words(self) -> Option<(&'static str, &'static str)> {
                match self {
                    $( Self::$name => Some((concat!("TPM_RC_", stringify!($name)), $text)), )+
                    _ => None,
                }
            }
        }
    };
}

/// A response code (6.6).
#[doc(alias = "TPM_RC")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TpmRc(pub u32);

/// What of a command a response code is about, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// A handle.
    Handle(u8),
    /// A parameter.
    Parameter(u8),
    /// A session.
    Session(u8),
}

impl TpmRc {
    /// The code without the number of what it is about, and without the layer that a resource manager adds.
    #[must_use]
    pub fn base(self) -> Self {
        let code = self.0 & 0xffff;
        if code & FORMAT_ONE == 0 { Self(code & 0xfff) } else { Self(code & 0xbf) }
    }

    /// What it is about, where it says so.
    #[must_use]
    pub fn blame(self) -> Option<Blame> {
        if self.0 & FORMAT_ONE != 0 {
            let [.., high, low] = self.0.to_be_bytes();
            return match (low & 0x40, high & 0x0f) {
                (_, 0) | (0, 8) => None,
                (0, number @ 9..) => Some(Blame::Session(number & 7)),
                (0, number) => Some(Blame::Handle(number)),
                (_, number) => Some(Blame::Parameter(number)),
            };
        }
        let [.., low] = self.0.to_be_bytes();
        match self.0 & 0xffff {
            0x910..=0x916 => Some(Blame::Handle(low.wrapping_sub(0x0f))),
            0x918..=0x91e => Some(Blame::Session(low.wrapping_sub(0x17))),
            _ => None,
        }
    }

    /// Whether the TPM asks for the same command again.
    #[must_use]
    pub fn is_retry(self) -> bool {
        matches!(self.base(), Self::RETRY | Self::TESTING | Self::YIELDED)
    }
}

impl fmt::Display for TpmRc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.base().words(), self.blame()) {
            (Some((name, text)), _) => write!(f, "{name} ({:#x}): {text}", self.0)?,
            (None, Some(_)) if self.0 & FORMAT_ONE == 0 => write!(f, "{:#x}: it names what is not loaded", self.0)?,
            (None, _) => write!(f, "{:#x}, which has no name here", self.0)?,
        }
        match self.blame() {
            Some(Blame::Handle(number)) => write!(f, "; handle {number}"),
            Some(Blame::Parameter(number)) => write!(f, "; parameter {number}"),
            Some(Blame::Session(number)) => write!(f, "; session {number}"),
            None => Ok(()),
        }?;
        if self.0 >> 16 == RESOURCE_MANAGER { f.write_str("; from the resource manager") } else { Ok(()) }
    }
}

impl fmt::Debug for TpmRc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.base().words() {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl<'a> Wire<'a> for TpmRc {
    fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        u32::decode(input).map(|(rest, code)| (rest, Self(code)))
    }
}

impl Encode for TpmRc {
    fn encode(&self, out: &mut Encoder<'_>) {
        self.0.encode(out);
    }
}

/// The bit of the codes that say what they are about.
const FORMAT_ONE: u32 = 0x80;
/// The layer of codes that no TPM made: Linux adds it where `/dev/tpmrm0` refuses a command itself.
const RESOURCE_MANAGER: u32 = 11;

response_codes! {
    SUCCESS = 0x000, "done";
    BAD_TAG = 0x01e, "this is no TPM 2.0, or the tag of the command is not known";
    INITIALIZE = 0x100, "the TPM has not been started by TPM2_Startup";
    FAILURE = 0x101, "the TPM is in failure mode";
    SEQUENCE = 0x103, "the handle is of no sequence, or is misused";
    DISABLED = 0x120, "the command is disabled";
    EXCLUSIVE = 0x121, "the audit session is not exclusive any more";
    AUTH_TYPE = 0x124, "the handle cannot be authorized in this way";
    AUTH_MISSING = 0x125, "the command needs an authorization that it lacks";
    POLICY = 0x126, "the policy command failed";
    PCR = 0x127, "the PCR cannot be used so";
    PCR_CHANGED = 0x128, "a PCR changed since the policy was checked";
    TOO_MANY_CONTEXTS = 0x12e, "there are too many saved contexts";
    AUTH_UNAVAILABLE = 0x12f, "the authorization value or policy is not available";
    REBOOT = 0x130, "the TPM needs a reset before it goes on";
    UNBALANCED = 0x131, "the protection of the object is weaker than its use needs";
    COMMAND_SIZE = 0x142, "the size of the command is not consistent with its header";
    COMMAND_CODE = 0x143, "the command is not implemented";
    AUTHSIZE = 0x144, "the authorization area has the wrong size";
    AUTH_CONTEXT = 0x145, "the command takes no sessions";
    NV_RANGE = 0x146, "the offset and size are outside the NV index";
    NV_SIZE = 0x147, "the NV index would be too large";
    NV_LOCKED = 0x148, "the NV index is locked";
    NV_AUTHORIZATION = 0x149, "the NV index is not readable or writable with this authorization";
    NV_UNINITIALIZED = 0x14a, "the NV index was never written";
    NV_SPACE = 0x14b, "there is no space left in NV";
    NV_DEFINED = 0x14c, "the NV index or persistent object is defined already";
    BAD_CONTEXT = 0x150, "the context is not valid";
    PARENT = 0x152, "the parent is not correct";
    NEEDS_TEST = 0x153, "a self test is needed first";
    SENSITIVE = 0x155, "the sensitive area is not correct";
    CONTEXT_GAP = 0x901, "the gap between saved contexts is too large";
    OBJECT_MEMORY = 0x902, "there is no memory left for objects; flush what others left (tpm2_flushcontext -t, on Linux with -T device:/dev/tpm0)";
    SESSION_MEMORY = 0x903, "there is no memory left for sessions; flush what others left (tpm2_flushcontext -l, on Linux with -T device:/dev/tpm0)";
    MEMORY = 0x904, "there is no memory left";
    SESSION_HANDLES = 0x905, "there are no session handles left; flush a session";
    OBJECT_HANDLES = 0x906, "there are no object handles left; flush an object";
    LOCALITY = 0x907, "the locality is not correct";
    YIELDED = 0x908, "the TPM has suspended the command; send it again";
    CANCELED = 0x909, "the command was cancelled";
    TESTING = 0x90a, "the TPM is testing itself; send the command again";
    NV_RATE = 0x920, "the TPM limits how often NV is written; try later";
    LOCKOUT = 0x921, "the TPM is locked out after failed authorizations; wait, or reset the lockout";
    RETRY = 0x922, "the TPM was not able to start the command; send it again";
    NV_UNAVAILABLE = 0x923, "NV is not available now";
    ASYMMETRIC = 0x081, "the asymmetric algorithm is not supported or not correct";
    ATTRIBUTES = 0x082, "the attributes are inconsistent";
    HASH = 0x083, "the hash algorithm is not supported or not appropriate";
    VALUE = 0x084, "the value is out of range or not correct here";
    HIERARCHY = 0x085, "the hierarchy is not enabled or not correct here";
    KEY_SIZE = 0x087, "the key size is not supported";
    MGF = 0x088, "the mask generation function is not supported";
    MODE = 0x089, "the mode of operation is not supported";
    TYPE = 0x08a, "the type is not appropriate";
    HANDLE = 0x08b, "the handle is not correct for its use, or names nothing";
    KDF = 0x08c, "the key derivation function is not supported or not appropriate";
    RANGE = 0x08d, "the value is out of the allowed range";
    AUTH_FAIL = 0x08e, "the authorization failed, and the failure counts towards a lockout";
    NONCE = 0x08f, "the nonce is too short or not correct";
    PP = 0x090, "the command needs physical presence";
    SCHEME = 0x092, "the scheme is not supported or not compatible";
    SIZE = 0x095, "the structure has the wrong size";
    SYMMETRIC = 0x096, "the symmetric algorithm or key size is not supported or not appropriate";
    TAG = 0x097, "the structure tag is not correct";
    SELECTOR = 0x098, "the union selector is not correct";
    INSUFFICIENT = 0x09a, "the bytes end before the value";
    SIGNATURE = 0x09b, "the signature is not valid";
    KEY = 0x09c, "the key fields are not compatible with the use";
    POLICY_FAIL = 0x09d, "the policy is not satisfied";
    INTEGRITY = 0x09f, "the integrity check failed";
    TICKET = 0x0a0, "the ticket is not valid";
    RESERVED_BITS = 0x0a1, "reserved bits are set";
    BAD_AUTH = 0x0a2, "the authorization failed; the entity has no defence against dictionary attacks";
    EXPIRED = 0x0a3, "the policy has expired";
    POLICY_CC = 0x0a4, "the policy is for another command";
    BINDING = 0x0a5, "the public and the sensitive part do not belong together";
    CURVE = 0x0a6, "the curve is not supported";
    ECC_POINT = 0x0a7, "the point is not on the curve";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn codes_in_words() {
        let text = |code| TpmRc(code).to_string();
        assert_eq!(text(0x1c4), "TPM_RC_VALUE (0x1c4): the value is out of range or not correct here; parameter 1");
        assert_eq!(
            text(0x18b),
            "TPM_RC_HANDLE (0x18b): the handle is not correct for its use, or names nothing; handle 1"
        );
        assert!(text(0x9a2).starts_with("TPM_RC_BAD_AUTH") && text(0x9a2).ends_with("; session 1"));
        assert_eq!(text(0x922), "TPM_RC_RETRY (0x922): the TPM was not able to start the command; send it again");
        assert_eq!(text(0x911), "0x911: it names what is not loaded; handle 2");
        assert_eq!(text(0x918), "0x918: it names what is not loaded; session 1");
        assert!(text(0x000b_0143).ends_with("not implemented; from the resource manager"));
        assert_eq!(text(0x17f), "0x17f, which has no name here");
        assert_eq!(TpmRc(0x1c4).base(), TpmRc::VALUE);
        assert!(TpmRc(0x90a).is_retry() && !TpmRc::LOCKOUT.is_retry());
    }
}
