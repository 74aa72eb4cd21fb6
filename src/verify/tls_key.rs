//! The TLS key that a proof binds, and the peer that must have it.

use super::{
    Anchor, Certificate, CertificateError, Channel, ChannelNonce, MAX_CERTIFICATES, Part, PolicyList, Purpose,
    Rejection, Report, Role, Time, VerifiedChain, VerifyError,
    anchors::sha256,
    chain_rules::{ChainRules, LeafUse},
    check::Finding,
    platforms::{CLIENT_AUTH, SERVER_AUTH},
    revocation::RevocationRules,
};
use crate::crypto::Crypto;
use crate::structures::TpmAlgId;
use rustls_pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;

/// What a machine can measure of its TLS identity, by the kind of the measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsKeyKind {
    /// `tls-spki`: SHA-256 of the `SubjectPublicKeyInfo`. It stays when the certificate is renewed for the same key.
    Spki,
    /// `tls-certificate`: SHA-256 of the certificate in DER.
    Certificate,
    /// `tls-ca-spki`: SHA-256 of the `SubjectPublicKeyInfo` of a self-signed authority, which the peer sends last in its chain. Any key
    /// that it certifies passes.
    CaSpki,
}

/// The TLS key that a verified proof binds: [`Report::tls_key`] alone makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsKey {
    kind: TlsKeyKind,
    sha256: [u8; 32],
}

/// One end of a TLS connection, by the certificates that it has shown in the handshake, and whose key it has used there: that is for the
/// caller's TLS library to verify.
#[derive(Clone, Debug)]
pub struct TlsEndpoint<'a> {
    role: Role,
    certificates: heapless::Vec<&'a [u8], MAX_CERTIFICATES>,
    name: Option<&'a str>,
}

impl TlsKeyKind {
    /// The kind of the measurement.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spki => "tls-spki",
            Self::Certificate => "tls-certificate",
            Self::CaSpki => "tls-ca-spki",
        }
    }

    fn of(kind: &str) -> Option<Self> {
        [Self::Spki, Self::Certificate, Self::CaSpki].into_iter().find(|one| one.as_str() == kind)
    }
}

impl<'a> TlsEndpoint<'a> {
    /// The end that is the connection's `role`, and its certificates in DER, its own first.
    ///
    /// # Errors
    /// [`VerifyError::NoPeerCertificate`] if there is none; [`CertificateError::TooMany`] if there are more than [`MAX_CERTIFICATES`].
    pub fn new(role: Role, certificates: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, VerifyError<'a>> {
        let mut found = heapless::Vec::new();
        for der in certificates {
            let too_many = |_| CertificateError::TooMany(MAX_CERTIFICATES.saturating_add(1));
            found.push(der).map_err(too_many).map_err(VerifyError::Certificate)?;
        }
        if found.is_empty() {
            Err(VerifyError::NoPeerCertificate)
        } else {
            Ok(Self { role, certificates: found, name: None })
        }
    }

    /// The same, of a server that was called by this DNS name or IP address.
    #[must_use]
    pub fn named(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Which end it is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether its own certificate is for the name that it was called by (RFC 6125).
    fn verify_name(&self) -> Result<(), VerifyError<'a>> {
        let der = CertificateDer::from(self.leaf()?.der());
        let name = self.name.and_then(|name| ServerName::try_from(name).ok());
        let fits = EndEntityCert::try_from(&der)
            .is_ok_and(|leaf| name.is_some_and(|name| leaf.verify_is_valid_for_subject_name(&name).is_ok()));
        if fits { Ok(()) } else { Err(VerifyError::PeerName(self.name)) }
    }

    /// Its own certificate.
    pub(crate) fn leaf(&self) -> Result<Certificate<'a>, VerifyError<'a>> {
        let der = self.certificates.first().ok_or(VerifyError::NoPeerCertificate)?;
        Certificate::from_der(der).map_err(VerifyError::decode(Part::PeerCertificate))
    }
}

impl TlsKey {
    /// What was measured.
    #[must_use]
    pub fn kind(&self) -> TlsKeyKind {
        self.kind
    }

    /// SHA-256 of it.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// Whether this end of a connection has the key. Of the certificate's name and dates nothing is asked, where its key or itself was
    /// measured; below a measured authority the chain must be valid at `time`, and a server's certificate must be for its name.
    ///
    /// # Errors
    /// [`VerifyError::TlsKey`] if it has another; [`VerifyError::TlsKind`] if something else of it was measured; or if there is no chain.
    #[inline(never)]
    pub fn verify<'a>(
        &self,
        endpoint: &TlsEndpoint<'a>,
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<(), VerifyError<'a>> {
        let leaf = endpoint.leaf()?;
        let (measured, other) = match self.kind {
            TlsKeyKind::Spki => ((self.kind, leaf.spki()), (TlsKeyKind::Certificate, leaf.der())),
            TlsKeyKind::Certificate => ((self.kind, leaf.der()), (TlsKeyKind::Spki, leaf.spki())),
            TlsKeyKind::CaSpki => return self.verify_chain(endpoint, time, crypto),
        };
        let (kind, octets) = measured;
        let found = sha256(octets, crypto).map_err(VerifyError::Certificate)?;
        if found == self.sha256 {
            return Ok(());
        }
        let (is, octets) = other;
        if sha256(octets, crypto) == Ok(self.sha256) {
            return Err(VerifyError::TlsKind { measured: kind, is });
        }
        Err(VerifyError::TlsKey { kind, expected: self.sha256, found })
    }

    fn verify_chain<'a>(
        &self,
        endpoint: &TlsEndpoint<'a>,
        time: Time,
        crypto: &dyn Crypto,
    ) -> Result<(), VerifyError<'a>> {
        let mut anchor = None;
        for der in endpoint.certificates.iter().skip(1) {
            let spki = Certificate::from_der(der).map_err(VerifyError::decode(Part::PeerCertificate))?.spki();
            if sha256(spki, crypto) == Ok(self.sha256) {
                anchor = Some(Anchor::Spki(spki));
            }
        }
        let purpose = match endpoint.role {
            Role::Server => SERVER_AUTH,
            Role::Client => CLIENT_AUTH,
        };
        let purposes = [Purpose::Oid(purpose), Purpose::Absent];
        let (purposes, revocation) = (&PolicyList::new(&purposes), RevocationRules::NONE);
        let rules = ChainRules { leaf_use: LeafUse::Signing, purposes, revocation };
        let anchor = anchor.ok_or(VerifyError::PeerIssuer(endpoint.leaf()?.issuer()))?;
        let anchors = [anchor].into_iter();
        let chain = VerifiedChain::verify(&endpoint.certificates, anchors, &rules, time, crypto);
        chain.map_err(VerifyError::Certificate)?;
        if endpoint.role == Role::Server { endpoint.verify_name() } else { Ok(()) }
    }
}

impl<'a> Report<'a> {
    /// The TLS key that the policy requires to be measured; of several, that of a measurement's `name`.
    ///
    /// # Errors
    /// [`VerifyError::NoTlsKey`] if the policy requires none, which is always so where the proof is refused; [`VerifyError::TlsKeys`] if it
    /// requires several; [`VerifyError::TlsHash`] if it is measured by another hash than SHA-256.
    pub fn tls_key(&self, name: Option<&str>) -> Result<TlsKey, VerifyError<'a>> {
        let required = self.required();
        let named = |of: &str| name.is_none_or(|name| name == of);
        let mut keys = required.iter().filter_map(|(_, _, measured)| {
            Some((TlsKeyKind::of(measured.kind)?, measured)).filter(|_| named(measured.name))
        });
        let (kind, measured) = keys.next().ok_or(VerifyError::NoTlsKey)?;
        if keys.next().is_some() {
            return Err(VerifyError::TlsKeys);
        }
        let sha256 = measured.digest.try_into().ok().filter(|_| measured.algorithm == TpmAlgId::SHA256);
        Ok(TlsKey { kind, sha256: sha256.ok_or(VerifyError::TlsHash(measured.algorithm))? })
    }

    /// Binds the proof to a connection, the other end of which is `peer`: it must have the TLS key that the proof binds, of several that of
    /// a measurement's `name`. With the [`ChannelNonce`] that the quote was asked for, the report is exporter-bound, else key-bound.
    ///
    /// # Errors
    /// The report with one failure more, if the peer has another key, the proof binds none, or the quote is of another connection.
    #[expect(clippy::result_large_err, reason = "without an allocator the report has no other place")]
    pub fn bind(
        mut self,
        peer: &TlsEndpoint<'a>,
        name: Option<&str>,
        asked: Option<&ChannelNonce>,
        time: Time,
    ) -> Result<Self, Rejection<'a>> {
        match self.bound(peer, name, asked, time) {
            Ok(channel) => {
                self.set_channel(channel);
                Ok(self)
            }
            Err(error) => Err(self.refuse(error)),
        }
    }

    /// The report with one failure more, of the connection.
    pub(crate) fn refuse(mut self, error: VerifyError<'a>) -> Rejection<'a> {
        self.set_channel(Channel::None);
        self.note(&"channel", Finding::Fail(error));
        Rejection { error, report: self }
    }

    fn bound(
        &self,
        peer: &TlsEndpoint<'a>,
        name: Option<&str>,
        asked: Option<&ChannelNonce>,
        time: Time,
    ) -> Result<Channel, VerifyError<'a>> {
        let key = self.tls_key(name)?;
        let quote = self.quote().ok_or(VerifyError::NoTlsKey)?;
        let crypto = quote.signed().crypto();
        key.verify(peer, time, crypto)?;
        let Some(asked) = asked else { return Ok(Channel::KeyBound) };
        let found = quote.attest().extra_data.0;
        if asked.as_bytes() == found && quote.is_fresh() && asked.is_of(peer, crypto) {
            Ok(Channel::ExporterBound)
        } else {
            Err(VerifyError::Exporter { found })
        }
    }
}
