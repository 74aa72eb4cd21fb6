//! `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7): a public key as certificates and PEM files carry it.

#[cfg(feature = "ml-dsa")]
use crate::crypto::MlDsaParameters;
use crate::crypto::{Curve, PublicKey};
use crate::wire::{
    DecodeError, DecodeErrorKind, Fault, Parsed,
    der::{element, tag, within},
    located,
};

/// The key in all of `der`.
pub(crate) fn decode(der: &[u8]) -> Result<PublicKey<'_>, DecodeError> {
    located(der, within(tag::SEQUENCE, key))
}

/// The key in the BIT STRING of an RSA `SubjectPublicKeyInfo`.
pub(crate) fn decode_rsa(bits: &[u8]) -> Result<PublicKey<'_>, DecodeError> {
    located(bits, rsa_public_key)
}

/// The key in the BIT STRING of an EC `SubjectPublicKeyInfo`.
pub(crate) fn decode_point(curve: Curve, bits: &[u8]) -> Result<PublicKey<'_>, DecodeError> {
    located(bits, point(curve))
}

/// The key in the BIT STRING of an ML-DSA `SubjectPublicKeyInfo` (RFC 9881, 4).
#[cfg(feature = "ml-dsa")]
pub(crate) fn decode_ml_dsa(parameters: MlDsaParameters, key: &[u8]) -> Result<PublicKey<'_>, DecodeError> {
    located(key, ml_dsa(parameters))
}

/// The components r and s of a DER signature (RFC 3279, 2.2.3).
pub(crate) fn decode_ecdsa_signature(der: &[u8]) -> Result<(&[u8], &[u8]), DecodeError> {
    located(
        der,
        within(tag::SEQUENCE, |input| {
            let (input, r) = unsigned(input)?;
            let (input, s) = unsigned(input)?;
            Ok((input, (r, s)))
        }),
    )
}

/// Writes `key` as `SubjectPublicKeyInfo` to the end of `buffer` and gives back those bytes.
pub(crate) fn encode<'b>(key: &PublicKey<'_>, buffer: &'b mut [u8; MAX_SIZE]) -> Option<&'b [u8]> {
    let mut out = Backwards { start: buffer.len(), buffer };
    match key {
        PublicKey::Rsa { modulus, exponent } => {
            let end = out.start;
            out.unsigned(&exponent.to_be_bytes())?;
            out.unsigned(modulus)?;
            out.wrap(tag::SEQUENCE, end)?;
            out.put(&[0])?;
            out.wrap(tag::BIT_STRING, end)?;
            out.put(RSA_ENCRYPTION)?;
            out.wrap(tag::SEQUENCE, end)?;
        }
        PublicKey::Ec { curve, x, y } => {
            let (end, size) = (out.start, curve.field_size());
            out.padded(y, size)?;
            out.padded(x, size)?;
            out.put(&[0, 4])?;
            out.wrap(tag::BIT_STRING, end)?;
            out.put(CURVES.iter().find(|(known, _)| known == curve)?.1)?;
            out.wrap(tag::SEQUENCE, end)?;
        }
        #[cfg(feature = "ml-dsa")]
        PublicKey::MlDsa { parameters, key } => {
            let end = out.start;
            out.put(key)?;
            out.put(&[0])?;
            out.wrap(tag::BIT_STRING, end)?;
            out.put(ML_DSA.iter().find(|(known, _)| known == parameters)?.1)?;
            out.wrap(tag::SEQUENCE, end)?;
        }
    }
    let start = out.start;
    buffer.get(start..)
}

/// Room for an RSA key of 4096 bits.
#[cfg(not(feature = "ml-dsa"))]
pub(crate) const MAX_SIZE: usize = 560;
/// Room for a key of ML-DSA-87.
#[cfg(feature = "ml-dsa")]
pub(crate) const MAX_SIZE: usize = 2614;

fn key(input: &[u8]) -> Parsed<'_, PublicKey<'_>> {
    let (bits, algorithm) = crate::wire::der::whole(tag::SEQUENCE)(input)?;
    let (rest, content) = element(tag::BIT_STRING)(bits)?;
    let [0, octets @ ..] = content else {
        return Err(Fault::new(content, DecodeErrorKind::NotDer("a key of broken octets")));
    };
    if algorithm == RSA_ENCRYPTION {
        let (_, key) = crate::wire::all(rsa_public_key)(octets)?;
        return Ok((rest, key));
    }
    if let Some((curve, _)) = CURVES.iter().find(|(_, known)| *known == algorithm) {
        let (_, key) = crate::wire::all(point(*curve))(octets)?;
        return Ok((rest, key));
    }
    #[cfg(feature = "ml-dsa")]
    if let Some((parameters, _)) = ML_DSA.iter().find(|(_, known)| *known == algorithm) {
        let (_, key) = ml_dsa(*parameters)(octets)?;
        return Ok((rest, key));
    }
    Err(Fault::new(input, DecodeErrorKind::NotDer(ANOTHER_KIND)))
}

/// What a build without some algorithms says also says what would add them.
const ANOTHER_KIND: &str = match (cfg!(feature = "p521"), cfg!(feature = "ml-dsa")) {
    (true, true) => "a key of another kind than RSA, P-256, P-384, P-521 and ML-DSA",
    (true, false) => "a key of another kind than RSA, P-256, P-384 and P-521; the feature ml-dsa adds ML-DSA",
    (false, true) => "a key of another kind than RSA, P-256, P-384 and ML-DSA; the feature p521 adds P-521",
    (false, false) => "a key of another kind than RSA, P-256 and P-384; the features p521 and ml-dsa add those",
};

/// RFC 8017, A.1.1.
fn rsa_public_key(input: &[u8]) -> Parsed<'_, PublicKey<'_>> {
    within(tag::SEQUENCE, |input| {
        let (input, modulus) = unsigned(input)?;
        let (rest, octets) = unsigned(input)?;
        if octets.len() > 8 {
            return Err(Fault::new(octets, DecodeErrorKind::TooLong { found: octets.len(), limit: 8 }));
        }
        let exponent = octets.iter().fold(0u64, |value, octet| value << 8 | u64::from(*octet));
        Ok((rest, PublicKey::Rsa { modulus, exponent }))
    })(input)
}

/// An uncompressed point (SEC 1, 2.3.3).
fn point<'a>(curve: Curve) -> impl FnOnce(&'a [u8]) -> Parsed<'a, PublicKey<'a>> {
    move |input| match input {
        [4, coordinates @ ..] if coordinates.len() == curve.field_size().saturating_mul(2) => {
            match coordinates.split_at_checked(curve.field_size()) {
                Some((x, y)) => Ok((&[], PublicKey::Ec { curve, x, y })),
                None => Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd)),
            }
        }
        _ => Err(Fault::new(input, DecodeErrorKind::NotDer("a point that is not uncompressed"))),
    }
}

/// The key's own octets, without any DER.
#[cfg(feature = "ml-dsa")]
fn ml_dsa<'a>(parameters: MlDsaParameters) -> impl FnOnce(&'a [u8]) -> Parsed<'a, PublicKey<'a>> {
    move |key| {
        let (found, expected) = (key.len(), parameters.key_size());
        if found == expected {
            Ok((&[], PublicKey::MlDsa { parameters, key }))
        } else {
            Err(Fault::new(key, DecodeErrorKind::WrongLength { found, expected }))
        }
    }
}

/// An INTEGER that is not negative, without the octet that only says so.
fn unsigned(input: &[u8]) -> Parsed<'_, &[u8]> {
    let (rest, content) = element(tag::INTEGER)(input)?;
    match content {
        [0, tail @ ..] if tail.first().is_some_and(|first| *first >= 0x80) => Ok((rest, tail)),
        [0] => Ok((rest, content)),
        [] | [0, ..] => Err(Fault::new(content, DecodeErrorKind::NotDer("an INTEGER that is not minimal"))),
        [first, ..] if *first >= 0x80 => Err(Fault::new(content, DecodeErrorKind::NotDer("a negative INTEGER"))),
        _ => Ok((rest, content)),
    }
}

/// Writes DER from its end, so that a length is known when it is written.
struct Backwards<'b> {
    buffer: &'b mut [u8; MAX_SIZE],
    start: usize,
}

impl Backwards<'_> {
    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let start = self.start.checked_sub(bytes.len())?;
        let place = self.buffer.get_mut(start..self.start)?;
        place.iter_mut().zip(bytes).for_each(|(place, octet)| *place = *octet);
        self.start = start;
        Some(())
    }

    /// Puts the header of an element whose content begins here and ends at `end`.
    fn wrap(&mut self, tag: u8, end: usize) -> Option<()> {
        let length = u16::try_from(end.checked_sub(self.start)?).ok()?;
        match length.to_be_bytes() {
            [0, short @ ..=0x7f] => self.put(&[tag, short]),
            [0, short] => self.put(&[tag, 0x81, short]),
            [high, low] => self.put(&[tag, 0x82, high, low]),
        }
    }

    fn unsigned(&mut self, number: &[u8]) -> Option<()> {
        let end = self.start;
        let digits = trimmed(number);
        self.put(digits)?;
        if digits.first().is_none_or(|first| *first >= 0x80) {
            self.put(&[0])?;
        }
        self.wrap(tag::INTEGER, end)
    }

    fn padded(&mut self, number: &[u8], size: usize) -> Option<()> {
        self.put(number)?;
        for _ in number.len()..size {
            self.put(&[0])?;
        }
        (number.len() <= size).then_some(())
    }
}

/// `number` without leading zeros.
pub(crate) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|digit| **digit == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Whether both are the same key, leading zeros aside.
pub(crate) fn same_key(a: &PublicKey<'_>, b: &PublicKey<'_>) -> bool {
    match (a, b) {
        (PublicKey::Rsa { modulus: n, exponent: e }, PublicKey::Rsa { modulus, exponent }) => {
            e == exponent && trimmed(n) == trimmed(modulus)
        }
        (PublicKey::Ec { curve: c, x: a, y: b }, PublicKey::Ec { curve, x, y }) => {
            c == curve && trimmed(a) == trimmed(x) && trimmed(b) == trimmed(y)
        }
        #[cfg(feature = "ml-dsa")]
        (PublicKey::MlDsa { .. }, PublicKey::MlDsa { .. }) => a == b,
        _ => false,
    }
}

/// `AlgorithmIdentifier` rsaEncryption (RFC 8017, A.1), NULL included.
const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// `AlgorithmIdentifier` id-ecPublicKey with a named curve (RFC 5480, 2.1.1).
const CURVES: &[(Curve, &[u8])] = &[
    (
        Curve::P256,
        &[
            0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
            0x03, 0x01, 0x07,
        ],
    ),
    (
        Curve::P384,
        &[0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22],
    ),
    #[cfg(feature = "p521")]
    (
        Curve::P521,
        &[0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23],
    ),
];

/// `AlgorithmIdentifier` of ML-DSA, which has no parameters (RFC 9881, 2).
#[cfg(feature = "ml-dsa")]
const ML_DSA: &[(MlDsaParameters, &[u8])] = &[
    (MlDsaParameters::MlDsa44, &[0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11]),
    (MlDsaParameters::MlDsa65, &[0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12]),
    (MlDsaParameters::MlDsa87, &[0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13]),
];

#[cfg(test)]
mod tests {
    use super::same_key;
    use crate::crypto::{Curve, PublicKey};

    #[test]
    fn keys_are_the_same_in_all_of_their_parts() {
        let ec = |curve, x, y| PublicKey::Ec { curve, x, y };
        let key = ec(Curve::P256, &[1], &[2]);
        assert!(same_key(&key, &ec(Curve::P256, &[0, 1], &[0, 0, 2])));
        for other in [ec(Curve::P384, &[1], &[2]), ec(Curve::P256, &[3], &[2]), ec(Curve::P256, &[1], &[3])] {
            assert!(!same_key(&key, &other) && !same_key(&other, &key));
        }
        let rsa = |modulus, exponent| PublicKey::Rsa { modulus, exponent };
        assert!(same_key(&rsa(&[5], 3), &rsa(&[0, 5], 3)));
        for other in [rsa(&[5], 5), rsa(&[7], 3), key] {
            assert!(!same_key(&rsa(&[5], 3), &other));
        }
    }
}
