//! Why a policy makes no sense.

use crate::crypto::HashAlgorithm;
use core::fmt;

/// Why a policy makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// Both values and a digest of values are named.
    DigestAndPcrs,
    /// A PCR has two rules.
    #[expect(missing_docs, reason = "which PCR")]
    DuplicateRule { bank: HashAlgorithm, index: u8 },
    /// No PCR is judged: everything would be accepted.
    Empty,
    /// Authorities are named for PCR 7, and events that match nothing are tolerated there.
    AuthorityBesideUnknown,
    /// A rule for events of this PCR, or its number, stands twice in one list.
    DuplicateEventRule(u8),
    /// Keys are named for Secure Boot, and any are accepted.
    KeysBesideAnyKeys,
    /// A required event is told by its type, which nothing measures.
    TypeOfRequired(u8),
    /// In a PCR in which measurements are required, or a seal, events that match nothing are tolerated.
    UnknownBesideRequired(u8),
    /// An event rule names no digest and no kind: it would match every event.
    EmptyEventRule(u8),
    /// A rule is about events of a PCR that no log is to explain.
    EventOfUnloggedPcr(u8),
    /// A PCR of 8 or above is explained by a log, and nothing says what booted.
    BootNotAnchored(u8),
    /// No digest of an event rule is of a bank in which its PCR is judged.
    #[expect(missing_docs, reason = "which PCR, and the bank in which it is judged")]
    EventDigestBank { index: u8, bank: HashAlgorithm },
    /// A log is named for a PCR that no log is to explain, or a second time for one, or none is named; 32 where a rule names no PCR.
    LogRule(u8),
    /// A runtime list is named for this PCR, and another log after it, or another rule names it too.
    RuntimeList(u8),
    /// There are rules for a runtime list, which no PCR is explained by, or they make no sense.
    ImaRules,
    /// The policy asks for what is foreign, and this build has not the feature `foreign`.
    NotBuilt,
    /// A path rule of this PCR is wider than it looks, or says something else too.
    PathRule(u8),
    /// More logs are named than are read.
    TooManyLogs,
    /// More measurements are required than are kept.
    TooManyRequired,
    /// Secure Boot is asked for, and PCR 7 is not explained by a log.
    SecureBootWithoutLog,
    /// Secure Boot is asked for, and any keys would do.
    SecureBootAnyKeys,
    /// A PCR has an empty set of golden values.
    #[expect(missing_docs, reason = "which PCR")]
    EmptyGolden { bank: HashAlgorithm, index: u8 },
    /// A digest is not as long as its algorithm has it.
    WrongLength(usize),
    /// A golden value of a PCR is not as long as its bank's digests.
    #[expect(missing_docs, reason = "which PCR, and how many bytes the value has")]
    GoldenLength { bank: HashAlgorithm, index: u8, found: usize },
    /// No key is trusted.
    NoKey,
    /// This rule is about certificates, and no authority is trusted.
    NoAuthority(&'static str),
    /// A relying party has no name, or stands twice, or has an origin that is empty.
    RelyingParty,
    /// Relying parties of WebAuthn are named, and something is asked of quotes.
    WebauthnBesideQuote,
    /// A Google rule asks for nothing.
    EmptyGoogle,
    /// A pinned Name is not an algorithm and a digest of its length.
    PinName,
    /// A bank stands twice in a selection.
    DuplicateBank(HashAlgorithm),
    /// A selection stands beside rules for PCRs, which it does not narrow.
    SelectionBesidePcrs,
    /// A PCR that cannot be reset, or one that stands twice, is named as resettable.
    Resettable(u8),
    /// There are more event rules than are searched for each event.
    TooManyEventRules,
    /// There is no such PCR.
    PcrIndex(u8),
    /// Software can reset this PCR.
    ResettablePcr(u8),
    /// A digest of values is named, but not of which PCRs.
    NoSelection,
    /// The SHA-1 bank is judged.
    Sha1Bank,
    /// A key is pinned by its public key alone.
    UnknownAttributes,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::DigestAndPcrs => f.write_str("quote.pcr_digest stands instead of [pcr.*]; name one of them"),
            Self::DuplicateRule { bank, index } => write!(f, "PCR {index} of {} has two rules", bank.name()),
            Self::Empty => f.write_str("the policy judges no PCR, and would accept any machine; name at least one in [pcr.sha256]"),
            Self::AuthorityBesideUnknown => f.write_str(
                "events.authority says what may allow something to start, and events.allow_unknown tolerates all else in PCR 7: name one of them",
            ),
            Self::DuplicateEventRule(index) => write!(f, "[events] has something of PCR {index} twice in one list"),
            Self::KeysBesideAnyKeys => f.write_str(
                "events.accept_any_keys accepts all keys, and pk, kek, db or authority names some: leave one out",
            ),
            Self::TypeOfRequired(index) => write!(
                f,
                "events.require asks for a type in PCR {index}; nothing measures a type, so that any event can be called anything"
            ),
            Self::UnknownBesideRequired(index) => write!(
                f,
                "events.allow_unknown tolerates any event in PCR {index}, where a measurement or a seal is required: with other data beside its \
                 digest, a second one would hide among them"
            ),
            Self::EmptyEventRule(index) => write!(f, "a rule for events of PCR {index} has neither a kind nor a digest, and would match any event"),
            Self::EventOfUnloggedPcr(index) => {
                write!(f, "[events] speaks of PCR {index}, and no log is to explain it; it needs {index} = \"log\" in [pcr.*]")
            }
            Self::BootNotAnchored(index) => write!(
                f,
                "PCR {index} is extended by software, and nothing in the policy says which: give PCR 4 golden values or \"log\", or PCR 7 \"log\" with \
                 events.secure_boot and db or authority, or set events.accept_any_boot"
            ),
            Self::EventDigestBank { index, bank } => write!(
                f,
                "a rule for events of PCR {index} has no digest of {}, the bank in which the PCR is judged, and can match nothing",
                bank.name()
            ),
            Self::LogRule(index) => write!(f, "[logs] names logs for PCR {index} twice, or one log twice, or none, or the PCR is not \"log\" in [pcr.*]"),
            Self::RuntimeList(index) => write!(
                f,
                "[logs] names ima for PCR {index} before another log, or in two lists that differ: it is the last of its PCR, and its PCRs have the same logs"
            ),
            Self::ImaRules => f.write_str(
                "logs.ima_padded_banks or logs.accept_ima_violations is set, and no PCR has the log \"ima\"; or a bank is named twice, or is sha1",
            ),
            Self::NotBuilt => f.write_str(
                "this verifier was built without the logs or evidence that the policy asks for; the feature foreign adds them",
            ),
            Self::PathRule(index) => write!(
                f,
                "a rule for files of PCR {index} has an empty path, or a path_prefix that is no folder with a slash at both ends, or a kind, name or type too"
            ),
            Self::TooManyLogs => f.write_str("[logs] names more logs than the 8 that are read"),
            Self::TooManyRequired => f.write_str("events.require names more measurements than the 16 that are kept"),
            Self::SecureBootWithoutLog => f.write_str("events.secure_boot needs 7 = \"log\" in [pcr.*]"),
            Self::SecureBootAnyKeys => f.write_str(
                "events.secure_boot needs digests of pk, kek, db or authority: with keys of its owner any machine has Secure Boot; or set \
                 events.accept_any_keys",
            ),
            Self::EmptyGolden { bank, index } => {
                write!(f, "PCR {index} of {} has an empty list of values, which nothing can match", bank.name())
            }
            Self::GoldenLength { bank, index, found } => write!(
                f,
                "PCR {index} of {} has a value of {found} bytes, and its digests have {}",
                bank.name(),
                bank.output_len()
            ),
            Self::WrongLength(found) => write!(f, "a value has {found} bytes, which is not the length of its bank's digests"),
            Self::NoAuthority(rule) => write!(f, "{rule} asks for something of certificates, and [key] trusts no authority; name a platform or roots, or leave the rule out"),
            Self::EmptyGoogle => f.write_str("key.google is empty; give project, zone or instance"),
            Self::PinName => f.write_str("a pinned Name is not an algorithm and a digest of its length"),
            Self::DuplicateBank(bank) => write!(f, "quote.selection has the bank {} twice", bank.name()),
            Self::SelectionBesidePcrs => f.write_str("quote.selection goes with quote.pcr_digest only"),
            Self::Resettable(index) => {
                write!(f, "quote.allow_resettable has {index} twice, or it cannot be reset; PCRs that can be are 16 to 23")
            }
            Self::TooManyEventRules => f.write_str("[events] has more than 1024 rules; one rule may list many digests"),
            Self::NoKey => f.write_str("the policy trusts no key; give [key] a platform, roots, pinned or activated"),
            Self::RelyingParty => f.write_str("[webauthn] has an rp_id or an origin that is empty, or an rp_id twice"),
            Self::WebauthnBesideQuote => f.write_str(
                "[webauthn] is about statements of WebAuthn, which say nothing of PCRs, clock and counters: leave out [pcr.*], [logs], [events], and of \
                 [quote] all but signature_hash",
            ),
            Self::PcrIndex(index) => write!(f, "there is no PCR {index}; they are 0 to 23"),
            Self::ResettablePcr(index) => {
                write!(f, "software can set PCR {index} back to its start; to rely on it all the same, name it in quote.allow_resettable")
            }
            Self::NoSelection => f.write_str("quote.pcr_digest needs quote.selection, such as \"sha256:0-15\""),
            Self::Sha1Bank => f.write_str("the SHA-1 bank can be forged; to rely on it all the same, set quote.allow_sha1_bank"),
            Self::UnknownAttributes => f.write_str(
                "a key pinned by its public key alone may sign what no TPM made; pin its Name, or set key.accept_unknown_attributes",
            ),
        }
    }
}

impl core::error::Error for PolicyError {}
