//! What was verified, of whatever kind: what the rules for PCRs and logs ask of it.

use super::{
    LogPart, PcrValue, PcrValues, ReplayError, VerifiedCredential, VerifiedDocument, VerifiedLogs, VerifiedQuote,
};
use crate::crypto::{Crypto, HashAlgorithm};

/// Evidence that answers the verifier's question, by its kind.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Attested<'a> {
    /// A quote of a TPM.
    Quote(VerifiedQuote<'a>),
    /// A document of AWS's hypervisor, about a NitroTPM.
    Document(VerifiedDocument<'a>),
    /// A WebAuthn credential whose key a TPM certified. It says nothing of PCRs.
    Credential(VerifiedCredential<'a>),
}

impl<'a> VerifiedQuote<'a> {
    /// As [`Attested::verify_logs`], beside this quote.
    ///
    /// # Errors
    /// If a log cannot be replayed. That it explains a PCR, or does not, is no error but a [`LogState`](super::LogState).
    pub fn verify_logs<'p>(&self, parts: &'p [LogPart<'a>]) -> Result<VerifiedLogs<'p, 'a>, ReplayError> {
        Attested::Quote(*self).verify_logs(parts)
    }
}

impl<'a> Attested<'a> {
    /// Whether it was made for the verifier's nonce.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        match self {
            Self::Quote(quote) => quote.is_fresh(),
            Self::Document(document) => document.is_fresh(),
            Self::Credential(credential) => credential.is_fresh(),
        }
    }

    /// The value of an attested PCR; there is no way to read one that was not attested.
    #[must_use]
    pub fn pcr(&self, bank: HashAlgorithm, index: u8) -> Option<&'a [u8]> {
        self.pcrs().find(|pcr| pcr.bank == bank.into() && pcr.index == index).map(|pcr| pcr.value)
    }

    /// The attested PCRs; none where only the digest of the values is known.
    pub fn pcrs(&self) -> impl Iterator<Item = PcrValue<'a>> + Clone + use<'a> {
        self.values().into_iter().flat_map(|values| values.iter())
    }

    pub(crate) fn values(&self) -> Option<PcrValues<'a>> {
        match self {
            Self::Quote(quote) => quote.values(),
            Self::Document(document) => Some(document.content().pcrs),
            Self::Credential(_) => None,
        }
    }

    pub(crate) fn crypto(&self) -> &'a dyn Crypto {
        match self {
            Self::Quote(quote) => quote.signed().crypto(),
            Self::Document(document) => document.signed().crypto(),
            Self::Credential(credential) => credential.certified().signed().crypto(),
        }
    }
}
