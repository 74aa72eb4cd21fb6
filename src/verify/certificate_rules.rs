//! What a policy asks of the certificate of an attestation key, beyond a chain to an anchor.

use super::certificate::policies;
use super::distinguished_name::{Escaped, Oid};
use super::{Certificate, GoogleInstance, PolicyList, Purpose, Time, VerifyError};
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
    /// The policies of which it must have been issued under one; any or none, if none is named. The authorities' own are not followed.
    pub policies: PolicyList<'a, CertificatePolicy<'a>>,
    /// Whether it must be known of each certificate below the root that it is not revoked.
    pub require_crl: bool,
}

/// A policy under which certificates are issued (RFC 5280, 4.2.1.4): the content octets of its OBJECT IDENTIFIER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificatePolicy<'a>(pub &'a [u8]);

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
        let found = leaf.policies();
        let among = |found| policies(found).any(|oid| self.policies.contains(&CertificatePolicy(oid)));
        if !self.policies.is_empty() && !found.is_some_and(among) {
            return Err(VerifyError::CertificatePolicy(found));
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

/// The value of a `certificatePolicies` extension, in words.
pub(crate) struct Policies<'a>(pub(crate) Option<&'a [u8]>);

impl fmt::Display for Policies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(found) = self.0 else { return f.write_str("no policies") };
        let mut comma = "";
        for oid in policies(found) {
            write!(f, "{comma}{}", Oid(oid))?;
            comma = ", ";
        }
        Ok(())
    }
}

impl fmt::Display for GoogleInstance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {} of {}", Escaped(self.instance), Escaped(self.zone), Escaped(self.project))
    }
}
