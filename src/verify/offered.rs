//! The certificates that evidence offers for a chain.

use super::{Certificate, CertificateError, DistinguishedName, MAX_CERTIFICATE_SIZE, MAX_CERTIFICATES};

/// The certificates of the evidence, known to be few, small and readable. They are read again where they are looked at: that
/// is cheap, and holding them all is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offered<'c, 'a>(pub(crate) &'c [&'a [u8]]);

impl<'c, 'a> Offered<'c, 'a> {
    pub(crate) fn read(certificates: &'c [&'a [u8]]) -> Result<Self, CertificateError<'a>> {
        if certificates.len() > MAX_CERTIFICATES {
            return Err(CertificateError::TooMany(certificates.len()));
        }
        for (index, der) in certificates.iter().enumerate() {
            if der.len() > MAX_CERTIFICATE_SIZE {
                return Err(CertificateError::TooLarge { index, size: der.len() });
            }
            Certificate::from_der(der).map_err(|error| CertificateError::Decode { index, error })?;
        }
        Ok(Self(certificates))
    }

    /// The first: the attestation key's.
    pub(crate) fn leaf(self) -> Result<Certificate<'a>, CertificateError<'a>> {
        self.iter().next().ok_or(CertificateError::Absent)
    }

    /// All of them, the leaf first.
    pub(crate) fn iter(self) -> impl Iterator<Item = Certificate<'a>> + Clone + use<'c, 'a> {
        self.0.iter().filter_map(|der| Certificate::from_der(der).ok())
    }

    /// The issuer of the last certificate that is reached by following issuers by name.
    pub(crate) fn top(self) -> Result<DistinguishedName<'a>, CertificateError<'a>> {
        let leaf = self.leaf()?;
        let (mut issuer, mut der) = (leaf.issuer, leaf.der);
        for _ in self.0 {
            match self.iter().skip(1).find(|one| one.subject == issuer && one.der != der) {
                Some(next) => (issuer, der) = (next.issuer, next.der),
                None => break,
            }
        }
        Ok(issuer)
    }
}
