//! What the errors of other kinds of evidence say to a person.

use super::error::{CredentialError, EvidenceError, HclError};
use core::fmt;

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PolicyOfWebauthn => f.write_str(
                "the policy is for WebAuthn statements ([webauthn]) and judges no PCR; this evidence needs a policy with [pcr.*]",
            ),
            Self::NoRelyingParty => f.write_str(
                "this is a WebAuthn statement, and the policy names no relying party; it needs [webauthn] with rp_id",
            ),
            Self::NotAws => f.write_str(
                "this is a document of NitroTPM, and the policy is not for one: a key of another platform might sign anything in its form; set \
                 key.platform = \"aws\"",
            ),
            Self::Curve => f.write_str("the key of the document's certificate is not on P-384, as ES384 and NitroTPM have it"),
            Self::Lacks(what) => write!(f, "the policy asks for {what}, of which a document of NitroTPM says nothing"),
        }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RelyingParty => f.write_str(
                "the credential is for another relying party: SHA-256 of no webauthn.rp_id is the rpIdHash of the authenticator data",
            ),
            Self::NobodyPresent => f.write_str("nobody was present when the credential was made: the flag UP is not set"),
            Self::OtherKey => f.write_str("the credential's public key is not the key that the TPM certified"),
            Self::Attributes { missing } => write!(
                f,
                "the credential's key is not one that its TPM made and keeps: it lacks the attributes {missing:?}; make the credential anew on the device"
            ),
            Self::Aaguid => f.write_str(
                "the certificate is for another model of authenticator: its AAGUID is not that of the authenticator data",
            ),
            Self::Profile(rule) => {
                write!(f, "the certificate of the attestation key is not of its profile (WebAuthn Level 2, 8.3.1): {rule}")
            }
        }
    }
}

impl fmt::Display for HclError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the HCL report contradicts the proof: ")?;
        match self {
            Self::RuntimeData => f.write_str("the hardware's report is not made for these runtime data"),
            Self::Claims(rule) => write!(f, "its runtime data cannot be read: {rule}"),
            Self::NoKey => f.write_str("its runtime data name no HCLAkPub"),
            Self::OtherKey => f.write_str("its HCLAkPub is another key than the proof's"),
        }
    }
}
