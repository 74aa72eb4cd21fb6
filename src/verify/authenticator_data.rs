//! What an authenticator says of itself and of a new credential (WebAuthn Level 2, 6.1).

use crate::crypto::{Curve, PublicKey};
use crate::wire::{
    DecodeErrorKind, Fault, Foreign, Parsed,
    cbor::{broken, bytes, integer, map, skip},
    in_field, take,
};

/// Authenticator data with a credential.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AuthenticatorData<'a> {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: &'a [u8; 32],
    /// UP is 0x01, UV 0x04, AT 0x40, ED 0x80.
    pub flags: u8,
    /// How often the credential has signed.
    pub sign_count: u32,
    /// The model of the authenticator.
    pub aaguid: &'a [u8; 16],
    /// What the credential is called by.
    pub credential_id: &'a [u8],
    /// The credential's public key, of the `COSE_Key`.
    pub key: PublicKey<'a>,
    /// All of it, as it was signed.
    pub(crate) bytes: &'a [u8],
    pub(crate) foreign: Foreign,
}

impl AuthenticatorData<'_> {
    /// Whether somebody was present (UP).
    #[must_use]
    pub fn user_present(&self) -> bool {
        self.flags & USER_PRESENT != 0
    }

    /// Whether the authenticator knew that it was its user (UV).
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.flags & USER_VERIFIED != 0
    }
}

pub(crate) fn authenticator_data(input: &[u8]) -> Parsed<'_, AuthenticatorData<'_>> {
    let foreign = Foreign::built(input)?;
    let (rest, rp_id_hash) = octets::<32>(input)?;
    let (after, [flags]) = octets::<1>(rest)?;
    if flags & ATTESTED_CREDENTIAL == 0 {
        return Err(broken(rest, "authenticator data without a credential (flag AT)"));
    }
    let (rest, count) = octets::<4>(after)?;
    let (rest, aaguid) = octets::<16>(rest)?;
    let (id, length) = octets::<2>(rest)?;
    let found = usize::from(u16::from_be_bytes(*length));
    if found > MAX_CREDENTIAL_ID {
        return Err(Fault::new(rest, DecodeErrorKind::TooLong { found, limit: MAX_CREDENTIAL_ID }));
    }
    let (rest, credential_id) = in_field(&"credentialId", take(found))(id)?;
    let (mut rest, key) = in_field(&"credentialPublicKey", cose_key)(rest)?;
    if flags & EXTENSIONS != 0 {
        let (_, _) = in_field(&"extensions", map)(rest)?;
        (rest, ()) = in_field(&"extensions", skip)(rest)?;
    }
    let sign_count = u32::from_be_bytes(*count);
    Ok((
        rest,
        AuthenticatorData { rp_id_hash, flags: *flags, sign_count, aaguid, credential_id, key, bytes: input, foreign },
    ))
}

/// A `COSE_Key` of the kinds that TPMs have: `EC2` and `RSA` (RFC 9053, 7.1.1; RFC 8230, 4).
fn cose_key(input: &[u8]) -> Parsed<'_, PublicKey<'_>> {
    let (mut rest, count) = map(input)?;
    let mut values: [Option<&[u8]>; 5] = [None; 5];
    for _ in 0..count {
        let (value, label) = integer(rest)?;
        let place = LABELS.iter().position(|known| *known == label).and_then(|place| values.get_mut(place));
        let Some(place) = place else { return Err(broken(rest, "a parameter of a key that is not known")) };
        if place.replace(value).is_some() {
            return Err(broken(rest, "a parameter of a key that stands twice"));
        }
        (rest, ()) = skip(value)?;
    }
    let [kind, algorithm, first, second, third] = values;
    let missing = || broken(input, "a key that lacks a parameter");
    integer(algorithm.ok_or_else(missing)?)?;
    let (kind, first, second) = (kind.ok_or_else(missing)?, first.ok_or_else(missing)?, second.ok_or_else(missing)?);
    let key = match (integer(kind)?.1, third) {
        (EC2, Some(third)) => {
            let curve = match integer(first)?.1 {
                1 => Curve::P256,
                2 => Curve::P384,
                _ => return Err(broken(first, "a curve other than P-256 and P-384")),
            };
            let (x, y) = (bytes(second)?.1, bytes(third)?.1);
            for found in [x.len(), y.len()] {
                if found != curve.field_size() {
                    let expected = curve.field_size();
                    return Err(Fault::new(second, DecodeErrorKind::WrongLength { found, expected }));
                }
            }
            PublicKey::Ec { curve, x, y }
        }
        (RSA, None) => {
            let octets = bytes(second)?.1;
            if octets.len() > 8 {
                return Err(Fault::new(second, DecodeErrorKind::TooLong { found: octets.len(), limit: 8 }));
            }
            let exponent = octets.iter().fold(0u64, |value, octet| value << 8 | u64::from(*octet));
            PublicKey::Rsa { modulus: bytes(first)?.1, exponent }
        }
        _ => return Err(broken(input, "a key of another kind than EC2 and RSA, or with parameters of both")),
    };
    Ok((rest, key))
}

fn octets<const N: usize>(input: &[u8]) -> Parsed<'_, &[u8; N]> {
    match input.split_first_chunk::<N>() {
        Some((octets, rest)) => Ok((rest, octets)),
        None => Err(Fault::new(input, DecodeErrorKind::UnexpectedEnd)),
    }
}

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED_CREDENTIAL: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;
/// WebAuthn Level 2, 7.1, step 17 of registration leaves no longer one.
const MAX_CREDENTIAL_ID: usize = 1023;
/// kty, alg, and what stands at -1, -2 and -3: of EC2 the curve, x and y, of RSA the modulus and the exponent.
const LABELS: [i64; 5] = [1, 3, -1, -2, -3];
const EC2: i64 = 2;
const RSA: i64 = 3;
