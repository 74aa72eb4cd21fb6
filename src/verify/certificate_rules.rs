//! What a policy asks of the certificate of an attestation key, beyond a chain to an anchor.

use super::{Certificate, GoogleInstance, PolicyList, Purpose, Time, VerifyError, distinguished_name::Escaped};
use core::fmt;

/// The rules for a certificate.
#[derive(Clone, Copy, Debug, Default)]
pub struct CertificateRules<'a> {
    /// The purposes of which it must have one.
    pub purposes: PolicyList<'a, Purpose<'a>>,
    /// The subjects of which it must have one, as [`super::DistinguishedName`] prints them; any, if none is named.
    pub subjects: PolicyList<'a, &'a str>,
    /// The Google instance that it must be of.
    pub google: Option<GoogleRule<'a>>,
    /// The earliest date that it may be valid from.
    pub not_before_min: Option<Time>,
}

/// The Google instance that a certificate must name; what is absent may be anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GoogleRule<'a> {
    /// Name of the project.
    pub project: Option<&'a str>,
    /// Zone.
    pub zone: Option<&'a str>,
    /// Name of the instance.
    pub instance: Option<&'a str>,
}

impl<'a> CertificateRules<'a> {
    pub(crate) fn judge(&self, leaf: &Certificate<'a>) -> Result<(), VerifyError<'a>> {
        if let Some(minimum) = self.not_before_min
            && leaf.not_before < minimum
        {
            return Err(VerifyError::CertificateTooOld { not_before: leaf.not_before, minimum });
        }
        if !self.subjects.is_empty() && !self.subjects.iter().any(|subject| leaf.subject.prints_as(subject)) {
            return Err(VerifyError::Subject(leaf.subject));
        }
        let found = leaf.extensions.google_instance;
        match self.google {
            Some(rule) if !found.is_some_and(|found| rule.allows(&found)) => Err(VerifyError::Instance(found)),
            _ => Ok(()),
        }
    }

    /// Whether the rules leave any machine of the authority or only some.
    pub(crate) fn narrows_identity(&self) -> bool {
        !self.subjects.is_empty() || self.google.is_some()
    }
}

impl GoogleRule<'_> {
    fn allows(&self, found: &GoogleInstance<'_>) -> bool {
        let fits = |asked: Option<&str>, found: &str| asked.is_none_or(|asked| asked == found);
        fits(self.project, found.project) && fits(self.zone, found.zone) && fits(self.instance, found.instance)
    }
}

impl fmt::Display for GoogleInstance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} of {}", Escaped(self.instance), Escaped(self.zone), Escaped(self.project))
    }
}
