//! A report for people: the verdict is the caller's first line, then a line a check.

use super::{Attributes, PcrState, PcrValue, Report, Trust, distinguished_name::Escaped};
use crate::crypto::{Curve, HashAlgorithm, PublicKey};
use crate::structures::TpmAlgId;
use crate::wire::Hex;
use core::fmt::{self, Write};

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in self.checks() {
            let outcome = match check.outcome.as_str() {
                "not-checked" => "not checked",
                other => other,
            };
            writeln!(f, "  {outcome:<11}  {:<17}  {}", check.name, check.outcome)?;
        }
        if let Some(key) = self.key() {
            writeln!(f, "\n  key    {}", KeyKind(key.key()))?;
            if let Trust::PinnedSpki(sha256) = key.trust() {
                writeln!(f, "         spki-sha256:{}", Hex(sha256))?;
            }
            if let Trust::Activated(record) = key.trust() {
                writeln!(f, "  ek     spki-sha256:{}, shown at {}", Hex(&record.ek_spki_sha256), record.time)?;
                match &record.ek_root_sha256 {
                    Some(root) => writeln!(f, "  root   cert-sha256:{}", Hex(root))?,
                    None => f.write_str("         nobody vouches for it but the verifier\n")?,
                }
            }
            if let Trust::Certified(chain) = key.trust() {
                for (depth, name) in chain.names().enumerate() {
                    f.write_str("         ")?;
                    (0..depth).try_for_each(|_| f.write_char(' '))?;
                    writeln!(f, "{name}")?;
                }
                writeln!(f, "  root   cert-sha256:{}", Hex(chain.root_sha256()))?;
            }
            if let Some(name) = key.name() {
                let note = if key.attributes() == Attributes::Authenticated { "" } else { "  (claimed)" };
                writeln!(f, "  name   {name}{note}")?;
            }
        }
        if let Some(quote) = self.quote() {
            let clock = quote.attest().clock_info;
            writeln!(
                f,
                "  clock  {} ms, reset {} times, restarted {} times; firmware version {:#x}",
                clock.clock,
                clock.reset_count,
                clock.restart_count,
                quote.attest().firmware_version
            )?;
        }
        self.print_other(f)?;
        let mut first = true;
        for (PcrValue { bank, index, value }, state) in self.pcrs() {
            if first {
                writeln!(f)?;
            }
            first = false;
            let state = match state {
                PcrState::NotJudged => "not judged",
                PcrState::AbsentFromLog => "not in log",
                other => other.as_str(),
            };
            writeln!(f, "  {}:{index:<2}  {state:<11}  {}", Bank(bank), Hex(value))?;
        }
        self.write_facts(f)?;
        self.write_attachments(f)
    }
}

impl Report<'_> {
    /// What the proof encloses, and what measured it.
    #[inline(never)]
    fn write_attachments(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let required = self.required();
        for (place, enclosed) in self.attachments().iter().enumerate() {
            writeln!(
                f,
                "{}  {} {}",
                if place == 0 { "\n" } else { "" },
                Escaped(enclosed.kind),
                Escaped(enclosed.name)
            )?;
            match required.binding(&enclosed) {
                Some(binding) => writeln!(f, "         bound {binding}")?,
                None => f.write_str("         enclosed, not bound: nothing that the policy requires measured it\n")?,
            }
        }
        Ok(())
    }

    /// What the verified logs tell, PCR by PCR.
    #[inline(never)]
    fn write_facts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        let mut first = true;
        self.each_fact(&mut |fact| {
            if core::mem::take(&mut first) {
                written = written.and_then(|()| f.write_str("\n  What the logs tell, PCR by PCR:\n"));
            }
            let (pcr, kind) = (fact.event().register(), fact.kind.as_str());
            written = written.and_then(|()| writeln!(f, "  PCR {pcr:<4} {kind:<17}  {fact}"));
        });
        written
    }
}

/// A bank by the name that `tpm2-tools` use.
pub(crate) struct Bank(pub(crate) TpmAlgId);

impl fmt::Display for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            TpmAlgId::SM3_256 => "sm3_256",
            TpmAlgId::SHA3_256 => "sha3_256",
            TpmAlgId::SHA3_384 => "sha3_384",
            TpmAlgId::SHA3_512 => "sha3_512",
            other => HashAlgorithm::try_from(other).map_or("unknown", HashAlgorithm::name),
        })
    }
}

/// The kind of a key in words.
pub(crate) struct KeyKind<'k>(pub(crate) &'k PublicKey<'k>);

impl fmt::Display for KeyKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PublicKey::Rsa { modulus, .. } => write!(f, "RSA-{}", modulus.len().saturating_mul(8)),
            PublicKey::Ec { curve: Curve::P256, .. } => f.write_str("P-256"),
            PublicKey::Ec { curve: Curve::P384, .. } => f.write_str("P-384"),
            #[cfg(feature = "p521")]
            PublicKey::Ec { curve: Curve::P521, .. } => f.write_str("P-521"),
            #[cfg(feature = "ml-dsa")]
            PublicKey::MlDsa { parameters, .. } => f.write_str(parameters.name()),
        }
    }
}
