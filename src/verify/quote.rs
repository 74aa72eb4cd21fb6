//! From a signed structure to a quote that answers the verifier's question, with the values that it covers.

use super::{
    ChannelNonce, PcrValue, PcrValues, PolicyList, SignedAttest, VerifyError,
    check::{Detail, Finding},
};
use crate::crypto::{Digest, HashAlgorithm};
use crate::structures::{TpmAlgId, TpmsAttest, TpmsPcrSelection, TpmsQuoteInfo, TpmuAttest};

/// What the verifier asked.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    expected: Option<&'a [u8]>,
    of_channel: bool,
}

impl<'a> Challenge<'a> {
    /// The quote must have been made for this nonce, byte for byte.
    ///
    /// # Errors
    /// [`VerifyError::EmptyNonce`] if there is no byte in it.
    pub fn nonce(nonce: &'a [u8]) -> Result<Self, VerifyError<'a>> {
        if nonce.is_empty() {
            Err(VerifyError::EmptyNonce)
        } else {
            Ok(Self { expected: Some(nonce), of_channel: false })
        }
    }

    /// The quote must have been made for this nonce, over the connection that it is of; [`Report::bind`](super::Report::bind) then says of the
    /// peer whether it is the machine.
    #[must_use]
    pub fn channel(nonce: &'a ChannelNonce) -> Self {
        Self { expected: Some(nonce.as_bytes()), of_channel: true }
    }

    /// Any quote will do, however old: a copy of one passes for ever. The report says so.
    #[must_use]
    pub fn insecure_no_freshness() -> Self {
        Self { expected: None, of_channel: false }
    }

    /// Whether it asks for a nonce.
    pub(crate) fn is_nonce(&self) -> bool {
        self.expected.is_some()
    }

    /// Whether what was found answers it, and whether that is the answer to a nonce.
    pub(crate) fn judge(&self, found: &'a [u8]) -> Result<bool, VerifyError<'a>> {
        match self.expected {
            Some(expected) if expected != found && self.of_channel => Err(VerifyError::Exporter { found }),
            Some(expected) if expected != found => Err(VerifyError::Nonce { expected, found }),
            nonce => Ok(nonce.is_some()),
        }
    }

    /// What a report says of an answer.
    pub(crate) fn finding(&self) -> Finding<'a> {
        match self.expected {
            Some(nonce) => Finding::Pass(Detail::nonce(nonce)),
            None => Finding::NotChecked(Detail::text(
                "no freshness: a copy of an old quote passes as well as a new one (--insecure-no-freshness)",
            )),
        }
    }
}

/// A quote that answers the challenge, and the PCR values that its digest covers.
///
/// ```compile_fail,E0451
/// # use tpmproof::verify::{SignedAttest, VerifiedQuote};
/// # fn f(signed: SignedAttest<'static>, other: VerifiedQuote<'static>) -> VerifiedQuote<'static> {
/// VerifiedQuote { signed, ..other }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct VerifiedQuote<'a> {
    signed: SignedAttest<'a>,
    info: TpmsQuoteInfo<'a>,
    values: Option<PcrValues<'a>>,
    fresh: bool,
}

impl<'a> SignedAttest<'a> {
    /// Binds the signed structure to the question, and the values to the signed selection and digest.
    ///
    /// # Errors
    /// If it is no quote, answers another challenge, or covers other values.
    pub fn verify_quote(
        &self,
        challenge: &Challenge<'a>,
        values: &PcrValues<'a>,
    ) -> Result<VerifiedQuote<'a>, VerifyError<'a>> {
        self.bind(challenge, Some(*values), PolicyList::EMPTY)
    }

    /// As [`SignedAttest::verify_quote`], where only the digest of the values is known: `expected`, any of them.
    ///
    /// # Errors
    /// If it is no quote, answers another challenge, or has another digest.
    pub fn verify_quote_digest(
        &self,
        challenge: &Challenge<'a>,
        expected: PolicyList<'a, &'a [u8]>,
    ) -> Result<VerifiedQuote<'a>, VerifyError<'a>> {
        self.bind(challenge, None, expected)
    }

    /// By the values, or where there are none by one of the digests that are `expected`.
    fn bind(
        &self,
        challenge: &Challenge<'a>,
        values: Option<PcrValues<'a>>,
        expected: PolicyList<'a, &'a [u8]>,
    ) -> Result<VerifiedQuote<'a>, VerifyError<'a>> {
        let (info, fresh) = self.answer(challenge)?;
        if let Some(values) = &values {
            bind_selection(&info, values)?;
            let digest = self.digest_of(&info, values)?;
            if digest.as_bytes() != info.pcr_digest.0 {
                return Err(VerifyError::PcrDigest { expected: info.pcr_digest.0, found: digest });
            }
        } else if !expected.contains(&info.pcr_digest.0) {
            return Err(VerifyError::PolicyDigest { found: info.pcr_digest.0 });
        }
        Ok(VerifiedQuote { signed: *self, info, values, fresh })
    }

    /// Type, nonce, and a selection that means what it seems to.
    fn answer(&self, challenge: &Challenge<'a>) -> Result<(TpmsQuoteInfo<'a>, bool), VerifyError<'a>> {
        let TpmuAttest::Quote(info) = self.attest().attested else {
            return Err(VerifyError::NotAQuote(self.attest().type_));
        };
        let fresh = challenge.judge(self.attest().extra_data.0)?;
        judge_selection(&info)?;
        Ok((info, fresh))
    }

    /// The digest algorithm is that of the signature scheme, or for ML-DSA the key's nameAlg; never the bank's (10.11.4).
    fn digest_of(&self, info: &TpmsQuoteInfo<'a>, values: &PcrValues<'a>) -> Result<Digest, VerifyError<'a>> {
        let mut parts = info.pcr_select.iter().flat_map(|bank| values.bank(bank.hash.0)).map(|value| value.value);
        self.crypto().digest(self.hash(), &mut parts).map_err(VerifyError::Crypto)
    }
}

/// Each bank once, PCRs below 24, and at least one of them.
fn judge_selection<'e>(info: &TpmsQuoteInfo<'_>) -> Result<(), VerifyError<'e>> {
    for (place, bank) in info.pcr_select.iter().enumerate() {
        if info.pcr_select.iter().take(place).any(|earlier| earlier.hash == bank.hash) {
            return Err(VerifyError::DuplicateBank(bank.hash.0));
        }
        if bank.pcr_select.len() != PCR_SELECT_OCTETS {
            return Err(VerifyError::PcrSelectSize { bank: bank.hash.0, octets: bank.pcr_select.len() });
        }
    }
    if info.pcr_select.iter().all(|bank| bank.indices().next().is_none()) {
        return Err(VerifyError::NothingQuoted);
    }
    Ok(())
}

/// The values are exactly the selected ones, each as long as its bank's digests.
fn bind_selection<'e>(info: &TpmsQuoteInfo<'_>, values: &PcrValues<'_>) -> Result<(), VerifyError<'e>> {
    for PcrValue { bank, index, value } in values.iter() {
        let selected = info.pcr_select.iter().find(|selection| selection.hash.0 == bank);
        let Some(selection) = selected.filter(|selection| selects(selection, index)) else {
            return Err(VerifyError::UnselectedPcr { bank, index });
        };
        let size = selection.hash.digest_size();
        if value.len() != size {
            return Err(VerifyError::PcrSize { bank, index, found: value.len(), expected: size });
        }
    }
    for selection in info.pcr_select.iter() {
        let mut given = values.bank(selection.hash.0);
        for index in selection.indices() {
            // Both ascend, and no value stands beside the selection: so the next is this one or none is.
            if given.next().is_none_or(|value| usize::from(value.index) != index) {
                return Err(VerifyError::MissingPcr { bank: selection.hash.0, index });
            }
        }
    }
    Ok(())
}

fn selects(selection: &TpmsPcrSelection<'_>, index: u8) -> bool {
    selection.indices().any(|selected| selected == usize::from(index))
}

impl<'a> VerifiedQuote<'a> {
    /// The signed structure.
    #[must_use]
    pub fn attest(&self) -> &TpmsAttest<'a> {
        self.signed.attest()
    }

    /// What was signed, with its digest.
    #[must_use]
    pub fn signed(&self) -> &SignedAttest<'a> {
        &self.signed
    }

    /// The quoted PCRs and their digest.
    #[must_use]
    pub fn info(&self) -> &TpmsQuoteInfo<'a> {
        &self.info
    }

    /// Whether the quote was made for the verifier's nonce.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The value of a quoted PCR; there is no way to read one that was not quoted.
    #[must_use]
    pub fn pcr(&self, bank: HashAlgorithm, index: u8) -> Option<&'a [u8]> {
        self.pcrs().find(|pcr| pcr.bank == bank.into() && pcr.index == index).map(|pcr| pcr.value)
    }

    /// The quoted PCRs, ascending by bank and index; none where only the digest of the values is known.
    pub fn pcrs(&self) -> impl Iterator<Item = PcrValue<'a>> + Clone + use<'a> {
        self.values.into_iter().flat_map(|values| values.iter())
    }

    /// The values that the digest covers, where they are known.
    pub(crate) fn values(&self) -> Option<PcrValues<'a>> {
        self.values
    }

    /// Whether the signed selection has this PCR.
    #[must_use]
    pub fn quotes(&self, bank: HashAlgorithm, index: u8) -> bool {
        let algorithm = TpmAlgId::from(bank);
        self.info.pcr_select.iter().any(|selection| selection.hash.0 == algorithm && selects(&selection, index))
    }
}

/// Three octets select PCR 0 to 23, all that the PC Client profile has.
const PCR_SELECT_OCTETS: usize = 3;
