//! The small languages inside a policy: fingerprints, pins, selections.

use super::hex;
use crate::crypto::HashAlgorithm;
use crate::structures::{TpmAlgId, TpmiAlgHash};
use crate::verify::{Anchor, BankSelection, Pin, name_fits};
use std::format;
use std::string::String;
use std::vec::Vec;

/// An owned [`crate::verify::Anchor`].
#[derive(Clone, Debug)]
pub(crate) enum OwnedAnchor {
    Certificate(Vec<u8>),
    CertificateSha256([u8; 32]),
    SpkiSha256([u8; 32]),
}

/// An owned [`crate::verify::Pin`].
#[derive(Clone, Debug)]
pub(crate) enum OwnedPin {
    Name(Vec<u8>),
    Spki(Vec<u8>),
    SpkiSha256([u8; 32]),
}

impl OwnedAnchor {
    pub(crate) fn lend(&self) -> Anchor<'_> {
        match self {
            Self::Certificate(der) => Anchor::Certificate(der),
            Self::CertificateSha256(sha256) => Anchor::CertificateSha256(*sha256),
            Self::SpkiSha256(sha256) => Anchor::SpkiSha256(*sha256),
        }
    }
}

impl OwnedPin {
    pub(crate) fn lend(&self) -> Pin<'_> {
        match self {
            Self::Name(name) => Pin::Name(name),
            Self::Spki(spki) => Pin::Spki(spki),
            Self::SpkiSha256(sha256) => Pin::SpkiSha256(*sha256),
        }
    }
}

/// `cert-sha256:…` or `spki-sha256:…`
pub(crate) fn anchor(text: &str) -> Result<OwnedAnchor, String> {
    let parsed = match text.split_once(':') {
        Some(("cert-sha256", digits)) => hex::array(digits).map(OwnedAnchor::CertificateSha256),
        Some(("spki-sha256", digits)) => hex::array(digits).map(OwnedAnchor::SpkiSha256),
        _ => None,
    };
    parsed.ok_or_else(|| {
        format!("key.roots has {text:?}; expected cert-sha256: or spki-sha256: and 64 lower-case hexadecimal digits")
    })
}

/// `name:…` or `spki-sha256:…`
pub(crate) fn pin(text: &str) -> Result<OwnedPin, String> {
    let parsed = match text.split_once(':') {
        Some(("name", digits)) => hex::decode(digits).filter(|name| name_fits(name)).map(OwnedPin::Name),
        Some(("spki-sha256", digits)) => hex::array(digits).map(OwnedPin::SpkiSha256),
        _ => None,
    };
    parsed.ok_or_else(|| {
        format!(
            "key.pinned has {text:?}; expected name: and the algorithm and digest of a Name, or spki-sha256: and 64 digits, \
             in lower-case hexadecimal digits"
        )
    })
}

/// `sha256`
pub(crate) fn hash(text: &str) -> Result<HashAlgorithm, String> {
    let known = HashAlgorithm::ALL.iter().copied().find(|hash| hash.name() == text);
    known.ok_or_else(|| format!("{text:?} is no hash algorithm that is known; expected sha1, sha256, sha384, sha512, sha3_256, sha3_384 or sha3_512"))
}

/// `sha256:` and the digits of a digest.
pub(crate) fn digest(text: &str, name: &str) -> Result<(TpmiAlgHash, Vec<u8>), String> {
    let parsed = text.split_once(':').and_then(|(algorithm, digits)| {
        let hash = hash(algorithm).ok()?;
        let digest = hex::decode(digits).filter(|digest| digest.len() == hash.output_len())?;
        Some((TpmiAlgHash(TpmAlgId::from(hash)), digest))
    });
    parsed.ok_or_else(|| {
        format!("{name} has {text:?}; expected sha256:, sha1:, sha384:, sha512:, sha3_256:, sha3_384: or sha3_512:, and a digest in lower-case hexadecimal digits")
    })
}

/// `sha256:0-15` or `sha1:0,1+sha256:0-7,14`
pub(crate) fn selection(text: &str, what: &str) -> Result<Vec<BankSelection>, String> {
    let wrong = || format!("{what} is {text:?}; expected banks and PCRs, such as \"sha256:0-7,14\", joined by +");
    let mut banks: Vec<BankSelection> = Vec::new();
    for bank in text.split('+') {
        let (name, list) = bank.split_once(':').ok_or_else(wrong)?;
        let mut pcrs = 0;
        for range in list.split(',') {
            let (low, high) = range.split_once('-').unwrap_or((range, range));
            for index in pcr(low).ok_or_else(wrong)?..=pcr(high).ok_or_else(wrong)? {
                pcrs |= 1u32 << index;
            }
        }
        let bank = hash(name)?;
        if pcrs == 0 || banks.iter().any(|known| known.bank == bank) {
            return Err(wrong());
        }
        banks.push(BankSelection { bank, pcrs });
    }
    Ok(banks)
}

/// The content octets of an object identifier such as `2.23.133.8.3`; `absent` is none.
pub(crate) fn purpose(text: &str) -> Result<Option<Vec<u8>>, String> {
    if text == "absent" {
        return Ok(None);
    }
    match der::asn1::ObjectIdentifier::new(text) {
        Ok(oid) => Ok(Some(oid.as_bytes().to_vec())),
        Err(_) => Err(format!(
            "key.leaf_eku has {text:?}; expected an object identifier such as \"2.23.133.8.3\", or \"absent\""
        )),
    }
}

/// The content octets of an object identifier.
pub(crate) fn certificate_policy(text: &str) -> Result<Vec<u8>, String> {
    let oid = der::asn1::ObjectIdentifier::new(text);
    oid.map(|oid| oid.as_bytes().to_vec()).map_err(|_| {
        format!("key.certificate_policy has {text:?}; expected an object identifier such as \"2.23.133.11.1.2\"")
    })
}

/// The number of a PCR, as it is written: no sign, no leading zero.
pub(crate) fn pcr(text: &str) -> Option<u8> {
    text.parse().ok().filter(|index| *index < 24 && format!("{index}") == text)
}
