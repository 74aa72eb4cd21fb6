//! Sessions: how a command is authorized, how a response is known to be the TPM's, and what crosses the bus encrypted (Part 1,
//! "Authorizations and Acknowledgments", "Session-Based Encryption").

use super::commands::StartAuthSession;
use super::kdf::{Cipher, Secret, digest_bits, hmac, kdfa, random};
use super::secret::share;
use super::{Entity, ProverError, Tpm};
use crate::crypto::HashAlgorithm;
use crate::structures::{
    BlockCipher, Tpm2bDigest, Tpm2bEncryptedSecret, TpmAlgId, TpmHandle, TpmSe, TpmaSession, TpmiAlgHash,
    TpmiAlgSymMode, TpmtPublic, TpmtSymDef,
};
use core::fmt;
use std::vec::Vec;

/// How one of a command's entities is authorized, or what else a session does for it.
#[derive(Debug)]
pub enum Authorization<'s> {
    /// Its password, in the clear; mostly empty.
    Password(&'s [u8]),
    /// A session, and the entity's authorization value, which the session's HMAC proves to be known.
    #[expect(missing_docs, reason = "the two")]
    Session { session: &'s mut Session, auth: &'s [u8] },
}

/// What a session is to be.
#[derive(Clone, Copy, Debug)]
pub struct SessionParameters<'a> {
    /// HMAC, policy, or trial.
    pub kind: TpmSe,
    /// The algorithm of its HMACs and of its policy.
    pub hash: HashAlgorithm,
    /// The key that its salt is encrypted to: only the TPM that has it can answer.
    pub salted: Option<(Entity, TpmtPublic<'a>)>,
    /// The entity that it is bound to, and that one's authorization value.
    pub bound: Option<(Entity, &'a [u8])>,
    /// Whether it encrypts parameters, with AES-128 in CFB mode.
    pub cipher: bool,
}

impl SessionParameters<'_> {
    /// A session with SHA-256, neither salted nor bound.
    #[must_use]
    pub fn new(kind: TpmSe) -> Self {
        Self { kind, hash: HashAlgorithm::Sha256, salted: None, bound: None, cipher: false }
    }
}

/// A session with a TPM.
pub struct Session {
    handle: TpmHandle,
    kind: TpmSe,
    hash: HashAlgorithm,
    key: Secret,
    nonce_tpm: Vec<u8>,
    nonce_caller: Vec<u8>,
    bound: Option<Entity>,
    cipher: bool,
    /// What it does for the next command.
    pub attributes: TpmaSession,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the key.
        f.debug_struct("Session").field("handle", &self.handle).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Tpm {
    /// Begins a session. It goes on from command to command unless its attributes say otherwise, and ends at the latest with the `Tpm`.
    ///
    /// # Errors
    /// If the TPM refuses, or the salt's key cannot encrypt.
    pub fn start_session(&mut self, parameters: &SessionParameters<'_>) -> Result<Session, ProverError> {
        let SessionParameters { kind, hash, salted, bound, cipher } = *parameters;
        let secret = salted.map(|(_, public)| share(&public, "SECRET")).transpose()?;
        let none = Entity::of(TpmHandle::NULL);
        let nonce_caller = nonce(hash)?;
        let aes = BlockCipher { key_bits: AES_BITS, mode: TpmiAlgSymMode(TpmAlgId::CFB) };
        let command = StartAuthSession {
            tpm_key: salted.map_or(none, |(key, _)| key),
            bind: bound.map_or(none, |(entity, _)| entity),
            nonce_caller: Tpm2bDigest(&nonce_caller),
            encrypted_salt: Tpm2bEncryptedSecret(secret.as_ref().map_or(&[], |secret| &secret.encrypted)),
            session_type: kind,
            symmetric: if cipher { TpmtSymDef::Aes(aes) } else { TpmtSymDef::Null },
            auth_hash: TpmiAlgHash(hash.into()),
        };
        let started = self.execute(&command, &mut [])?;
        let nonce_tpm = started.nonce_tpm.0.to_vec();
        let salt = secret.as_ref().map_or(&[][..], |secret| &secret.seed);
        let auth = bound.map_or(&[][..], |(_, auth)| significant(auth));
        // Without salt and binding the key is empty, and the session proves nothing.
        let key = if salted.is_none() && bound.is_none() {
            Secret::default()
        } else {
            let key = Secret::new([auth, salt].concat());
            kdfa(hash, &key, "ATH", &nonce_tpm, &nonce_caller, digest_bits(hash))
        };
        Ok(Session {
            handle: started.session_handle,
            kind,
            hash,
            key,
            nonce_tpm,
            nonce_caller,
            bound: bound.map(|(entity, _)| entity),
            cipher,
            attributes: TpmaSession::CONTINUE_SESSION,
        })
    }
}

impl Session {
    /// The session, as an entity that a policy command is about.
    #[must_use]
    pub fn entity(&self) -> Entity {
        Entity::of(self.handle)
    }

    pub(super) fn handle(&self) -> TpmHandle {
        self.handle
    }

    pub(super) fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    pub(super) fn nonces(&self) -> (&[u8], &[u8]) {
        (&self.nonce_caller, &self.nonce_tpm)
    }

    pub(super) fn encrypts(&self, what: TpmaSession) -> bool {
        self.cipher && self.attributes.contains(what)
    }

    /// A fresh nonce for the next command.
    pub(super) fn roll(&mut self) -> Result<(), ProverError> {
        self.nonce_caller = nonce(self.hash)?;
        Ok(())
    }

    pub(super) fn take_nonce(&mut self, nonce_tpm: &[u8]) {
        self.nonce_tpm = nonce_tpm.to_vec();
    }

    /// The HMAC of a command (`from_tpm` false) or a response with these hashed parts; empty where a policy session has no secret.
    pub(super) fn hmac(
        &self,
        parameters: &[u8],
        from_tpm: bool,
        others: &[u8],
        entity: Option<&Entity>,
        auth: &[u8],
        attributes: TpmaSession,
    ) -> Secret {
        // A policy speaks for the authorization value, and a binding has it in the key already (Part 1, "Session Key Creation").
        let spoken_for = self.kind != TpmSe::HMAC || entity.is_some() && self.bound.as_ref() == entity;
        let auth = if spoken_for { &[][..] } else { significant(auth) };
        let key = Secret::new([&self.key, auth].concat());
        if key.is_empty() && self.kind != TpmSe::HMAC {
            return Secret::default();
        }
        let (newer, older): (&[u8], &[u8]) =
            if from_tpm { (&self.nonce_tpm, &self.nonce_caller) } else { (&self.nonce_caller, &self.nonce_tpm) };
        hmac(self.hash, &key, &[parameters, newer, older, others, &[attributes.0]])
    }

    /// Encrypts or decrypts the first parameter of a command (`from_tpm` false) or a response.
    pub(super) fn cipher(&self, cipher: Cipher, from_tpm: bool, auth: &[u8], data: &mut [u8]) {
        let (newer, older): (&[u8], &[u8]) =
            if from_tpm { (&self.nonce_tpm, &self.nonce_caller) } else { (&self.nonce_caller, &self.nonce_tpm) };
        let value = Secret::new([&self.key, significant(auth)].concat());
        let material = kdfa(self.hash, &value, "CFB", newer, older, u32::from(AES_BITS).saturating_add(128));
        if let Some((key, iv)) = material.split_at_checked(usize::from(AES_BITS) / 8) {
            // Of these lengths it cannot fail.
            let _ = cipher.aes_cfb(key, iv, data);
        }
    }
}

/// An authorization value without the zeros at its end, which do not count (Part 1, "Authorization Values").
fn significant(auth: &[u8]) -> &[u8] {
    let end = auth.iter().rposition(|octet| *octet != 0).map_or(0, |last| last.saturating_add(1));
    auth.get(..end).unwrap_or_default()
}

/// A nonce has at most as many octets as a digest of the session (Part 3, `TPM2_StartAuthSession`).
fn nonce(hash: HashAlgorithm) -> Result<Vec<u8>, ProverError> {
    let mut nonce = random::<32>()?.to_vec();
    nonce.truncate(hash.output_len());
    Ok(nonce)
}

const AES_BITS: u16 = 128;
