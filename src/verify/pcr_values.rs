//! PCR values as somebody reports them. They are only words until a signed digest covers them.

use crate::structures::TpmAlgId;
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Foreign, Parsed, cbor,
    der::{element, number, tag, uint16, within},
    in_field, located, take,
};

/// One reported value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcrValue<'a> {
    /// The hash algorithm of the bank.
    pub bank: TpmAlgId,
    /// The number of the PCR.
    pub index: u8,
    /// The value.
    pub value: &'a [u8],
}

/// Reported values, each at most once: ascending by bank (its `TPM_ALG_ID`), then by index; those of a NitroTPM document as they stand there.
#[derive(Clone, Copy, Debug)]
pub struct PcrValues<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Slice(&'a [PcrValue<'a>]),
    /// The content of `SEQUENCE OF PcrBank`, known to decode.
    Der(&'a [u8]),
    /// The pairs of a document's `nitrotpm_pcrs`, known to decode.
    Document(&'a [u8], Foreign),
}

impl<'a> PcrValues<'a> {
    /// Takes values in memory.
    ///
    /// # Errors
    /// [`DecodeErrorKind::NotAscending`] at the first that is out of order; its place in the slice is the offset.
    pub fn new(values: &'a [PcrValue<'a>]) -> Result<Self, DecodeError> {
        let place = |value: &PcrValue<'_>| (value.bank, value.index);
        match values.iter().zip(values.iter().skip(1)).position(|(a, b)| place(a) >= place(b)) {
            None => Ok(Self(Source::Slice(values))),
            Some(before) => Err(DecodeError::new(DecodeErrorKind::NotAscending, before.saturating_add(1))),
        }
    }

    /// Reads `SEQUENCE OF PcrBank` of a proof from all of `der`.
    ///
    /// # Errors
    /// If it is not DER, or not ascending.
    pub fn from_der(der: &'a [u8]) -> Result<Self, DecodeError> {
        located(der, Self::decode)
    }

    pub(crate) fn decode(input: &'a [u8]) -> Parsed<'a, Self> {
        let (rest, banks) = element(tag::SEQUENCE)(input)?;
        let mut left = banks;
        let mut before: Option<u16> = None;
        while !left.is_empty() {
            let (after, (algorithm, mut values)) = in_field(&"PcrBank", bank)(left)?;
            if before.is_some_and(|before| before >= algorithm) {
                return Err(Fault::new(left, DecodeErrorKind::NotAscending));
            }
            before = Some(algorithm);
            let mut index_before: Option<u8> = None;
            // At least one value: an empty bank would be a second form of the same proof.
            loop {
                let (next, (index, _)) = in_field(&"PcrBank.values", pcr)(values)?;
                if index_before.is_some_and(|before| before >= index) {
                    return Err(Fault::new(values, DecodeErrorKind::NotAscending));
                }
                index_before = Some(index);
                if next.is_empty() {
                    break;
                }
                values = next;
            }
            left = after;
        }
        Ok((rest, Self(Source::Der(banks))))
    }

    /// Reads `{ index => value }` of a NitroTPM document, all of the SHA-384 bank.
    pub(crate) fn of_document(input: &'a [u8]) -> Parsed<'a, Self> {
        let foreign = Foreign::built(input)?;
        let (pairs, count) = cbor::map(input)?;
        let (mut rest, mut seen) = (pairs, 0u32);
        for _ in 0..count {
            let (after, pcr) = document_pcr(rest)?;
            let bit = 1u32 << pcr.index;
            if seen & bit != 0 {
                return Err(cbor::broken(rest, "a PCR that stands twice"));
            }
            (rest, seen) = (after, seen | bit);
        }
        let (_, pairs) = take(pairs.len().saturating_sub(rest.len()))(pairs)?;
        Ok((rest, Self(Source::Document(pairs, foreign))))
    }

    /// The values, in order.
    pub fn iter(&self) -> impl Iterator<Item = PcrValue<'a>> + Clone + use<'a> {
        Iter { source: self.0, bank: TpmAlgId::NULL, values: &[] }
    }

    /// The values of one bank, in order.
    pub(crate) fn bank(&self, bank: TpmAlgId) -> impl Iterator<Item = PcrValue<'a>> + Clone + use<'a> {
        self.iter().skip_while(move |value| value.bank != bank).take_while(move |value| value.bank == bank)
    }
}

#[derive(Clone)]
struct Iter<'a> {
    source: Source<'a>,
    bank: TpmAlgId,
    values: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = PcrValue<'a>;

    fn next(&mut self) -> Option<PcrValue<'a>> {
        match &mut self.source {
            Source::Slice(values) => {
                let (first, rest) = values.split_first()?;
                *values = rest;
                Some(*first)
            }
            Source::Der(banks) => {
                while self.values.is_empty() {
                    let (after, (algorithm, values)) = bank(banks).ok()?;
                    (*banks, self.bank, self.values) = (after, TpmAlgId(algorithm), values);
                }
                let (after, (index, value)) = pcr(self.values).ok()?;
                self.values = after;
                Some(PcrValue { bank: self.bank, index, value })
            }
            Source::Document(pairs, _) => {
                let (after, pcr) = document_pcr(pairs).ok()?;
                *pairs = after;
                Some(pcr)
            }
        }
    }
}

/// A PCR of a document: there are 24, and a value of SHA-384 has 48 bytes.
fn document_pcr(input: &[u8]) -> Parsed<'_, PcrValue<'_>> {
    let (rest, number) = cbor::unsigned(input)?;
    let Some(index) = u8::try_from(number).ok().filter(|index| *index < 24) else {
        return Err(cbor::broken(input, "a PCR that there is not; they are 0 to 23"));
    };
    let (after, value) = cbor::bytes(rest)?;
    if value.len() != SHA384 {
        let wrong = DecodeErrorKind::WrongLength { found: value.len(), expected: SHA384 };
        return Err(Fault::new(rest, wrong));
    }
    Ok((after, PcrValue { bank: TpmAlgId::SHA384, index, value }))
}

/// Bytes of a digest.
const SHA384: usize = 48;

/// `PcrBank ::= SEQUENCE { algorithm INTEGER, values SEQUENCE OF PcrValue }`
fn bank(input: &[u8]) -> Parsed<'_, (u16, &[u8])> {
    within(tag::SEQUENCE, |input| {
        let (input, algorithm) = uint16(input)?;
        let (input, values) = element(tag::SEQUENCE)(input)?;
        Ok((input, (algorithm, values)))
    })(input)
}

/// `PcrValue ::= SEQUENCE { index INTEGER, value OCTET STRING }`
fn pcr(input: &[u8]) -> Parsed<'_, (u8, &[u8])> {
    within(tag::SEQUENCE, |input| {
        let (input, index) = number::<u8>(tag::INTEGER)(input)?;
        let (input, value) = element(tag::OCTET_STRING)(input)?;
        Ok((input, (index, value)))
    })(input)
}
