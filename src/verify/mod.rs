//! Floor 3: who believes what, and since which check.
//!
//! ```text
//! bytes ─Attestation::new─▶ Attestation            no accessor to its content
//!  ─verify_signature(&TrustedKey)─▶ SignedAttest   signature over the raw bytes, only then parsed, magic
//!  ─verify_quote(&Challenge, &PcrValues)─▶ VerifiedQuote   type, nonce, selection field for field, digest of the values
//!  ─verify_logs(&[LogPart])─▶ VerifiedLogs         replay per bank; which PCR which log explains
//!  ─Policy::appraise(..)─▶ Report                  reference values, events, clock, firmware version
//! ```
//!
//! A [`TrustedKey`] says in its constructor why it is one: [`TrustedKey::pinned`], [`TrustedKey::activated`] or
//! [`TrustedKey::certified`].
//! [`verify_evidence`] climbs all the stairs and keeps the book.

mod activation;
mod aik_profile;
mod anchors;
mod appraisal;
mod attestation;
mod attestation_object;
mod attested;
mod authenticator_data;
mod bindings;
mod certificate;
mod certificate_algorithms;
mod certificate_error;
mod certificate_extensions;
mod certificate_policies;
mod certificate_rules;
mod certify;
mod chain;
mod chain_rules;
mod channel;
mod check;
mod distinguished_name;
mod distribution_points;
mod enclosed;
mod error;
mod error_text;
mod event_rules;
mod events;
mod evidence;
#[cfg(feature = "cli")]
mod expectations;
mod facts;
mod facts_systemd;
mod facts_text;
mod hcl_report;
mod ima;
mod key;
mod key_stair;
mod kinds_text;
mod log_names;
mod logs;
mod logs_error;
mod measured;
mod name;
mod nitrotpm;
mod nitrotpm_document;
#[cfg(feature = "std")]
mod nonce_guard;
mod offered;
mod pcr_values;
mod platforms;
mod policy;
mod policy_builder;
mod policy_der;
mod policy_error;
mod policy_items;
mod policy_list;
mod policy_logs;
mod policy_sense;
mod policy_webauthn;
#[cfg(feature = "std")]
mod policy_write;
mod public_area;
mod quote;
mod replay;
mod report;
mod report_json;
mod report_kinds;
mod report_text;
mod revocation;
mod revocation_entry;
mod revocation_list;
mod revocation_list_error;
mod runtime_list;
mod runtime_list_error;
mod secure_boot;
mod secure_boot_rules;
mod separators;
mod signed_data;
mod spki;
mod stairs;
mod start_up;
mod time;
mod tls_key;
mod webauthn;

pub use activation::Activation;
pub use anchors::Anchor;
pub use attestation::{Attestation, SignedAttest};
pub use attestation_object::AttestationObject;
pub use attested::Attested;
pub use authenticator_data::AuthenticatorData;
#[cfg(feature = "documents")]
pub(crate) use bindings::MAX_REQUIRED;
pub use bindings::{Binding, Required};
pub use certificate::Certificate;
pub use certificate_error::CertificateError;
pub use certificate_extensions::GoogleInstance;
pub use certificate_rules::{CertificatePolicy, CertificateRules, GoogleRule};
pub use certify::VerifiedCertify;
pub use chain::{MAX_CERTIFICATE_SIZE, MAX_CERTIFICATES, VerifiedChain};
pub use channel::{Channel, ChannelNonce, Role};
pub use check::{Check, Outcome};
pub use distinguished_name::DistinguishedName;
#[cfg(any(feature = "cli", feature = "tls"))]
pub(crate) use distinguished_name::Escaped;
pub use enclosed::{Attachment, Attachments, Log, Logs};
pub use error::{CredentialError, EvidenceError, HclError, KeyIdentity, Part, VerifyError};
pub use event_rules::{EventRule, EventRules, PathRule, SecureBootRules};
pub use evidence::{Evidence, KeyEvidence, TooManyCertificates};
#[cfg(feature = "cli")]
pub(crate) use expectations::Expected;
#[cfg(feature = "documents")]
pub(crate) use facts::facts;
pub use facts::{Fact, FactKind};
#[cfg(feature = "documents")]
pub(crate) use facts_text::FactJson;
pub use hcl_report::{HclHardware, HclReport};
pub use ima::ImaRules;
#[cfg(feature = "prover")]
pub(crate) use key::judge_strength;
#[cfg(feature = "documents")]
pub(crate) use key::public_area_spki;
pub use key::{Attributes, Trust, TrustedKey, spki_sha256};
pub use log_names::{LogName, LogRule};
pub use logs::{LogState, VerifiedEvent, VerifiedLogs};
pub use logs_error::LogsError;
pub(crate) use measured::{EventFilter, Measured, MeasuredEvents, bit, is_of};
pub use name::Name;
pub use nitrotpm::{VerifiedDocument, verify_nitrotpm};
pub use nitrotpm_document::{DocumentContent, NitroTpmDocument, SignedDocument};
#[cfg(feature = "std")]
pub use nonce_guard::{NonceError, NonceGuard};
pub use pcr_values::{PcrValue, PcrValues};
pub use platforms::{ATTESTATION_KEY, ENDORSEMENT_KEY, KNOWN_ROOTS, KnownRoot, Platform, Purpose};
pub use policy::{BankSelection, PcrRule, Pin, Policy, Reference};
pub use policy_builder::PolicyBuilder;
pub use policy_der::PolicyDerError;
pub use policy_error::PolicyError;
pub use policy_list::{PolicyList, PolicyPlace};
#[cfg(feature = "documents")]
pub(crate) use policy_sense::name_fits;
pub use policy_webauthn::RelyingParty;
#[cfg(feature = "prover")]
pub(crate) use public_area::{PublicArea, judge_attributes};
pub use quote::{Challenge, VerifiedQuote};
pub use replay::{LogPart, Replay, ReplayError};
pub use report::{PcrState, Rejection, Report};
#[cfg(feature = "documents")]
pub(crate) use report_json::{Quoted, unreadable_json};
pub use revocation::{RevocationStatus, UnknownRevocation};
pub use revocation_entry::{RevocationReason, Revoked};
pub use revocation_list::{MAX_REVOCATION_LIST_SIZE, RevocationList};
pub use revocation_list_error::RevocationListError;
pub use runtime_list_error::RuntimeListError;
#[cfg(feature = "documents")]
pub(crate) use secure_boot::configures;
pub use secure_boot::{KeyVariable, SecureBoot, SecureBootError};
pub use separators::SeparatorError;
#[cfg(feature = "prover")]
pub(crate) use spki::decode as decode_spki;
#[cfg(feature = "documents")]
pub(crate) use spki::decode_ecdsa_signature;
#[cfg(any(feature = "documents", feature = "prover"))]
pub(crate) use spki::same_key;
pub use stairs::verify_evidence;
#[cfg(feature = "cli")]
pub(crate) use start_up::DYNAMIC;
pub use time::{Time, TimeError};
pub use tls_key::{TlsEndpoint, TlsKey, TlsKeyKind};
pub use webauthn::{ClientData, VerifiedCredential, verify_webauthn};
