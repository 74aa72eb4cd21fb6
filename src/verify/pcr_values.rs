//! PCR values as somebody reports them. They are only words until a signed digest covers them.

use crate::structures::TpmAlgId;
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Parsed,
    der::{element, tag, uint16, value, within},
    in_field, located,
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

/// Reported values: ascending by bank (its `TPM_ALG_ID`), then by index, each at most once.
#[derive(Clone, Copy, Debug)]
pub struct PcrValues<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Slice(&'a [PcrValue<'a>]),
    /// The content of `SEQUENCE OF PcrBank`, known to decode.
    Der(&'a [u8]),
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
            Some(before) => Err(DecodeError {
                kind: DecodeErrorKind::NotAscending,
                offset: before.saturating_add(1),
                path: crate::wire::FieldPath::default(),
            }),
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
        }
    }
}

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
        let (input, index) = value::<u8>(tag::INTEGER)(input)?;
        let (input, value) = element(tag::OCTET_STRING)(input)?;
        Ok((input, (index, value)))
    })(input)
}
