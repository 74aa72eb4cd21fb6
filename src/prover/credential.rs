//! A credential that only one TPM can read, and only if it has the key that it is for (Part 1, "Credential Protection").

use super::commands::{ActivateCredential, PolicySecret};
use super::kdf::{Cipher, Secret, digest_bits, hash_of, hmac, kdfa};
use super::secret::share;
use super::tpm::encoded;
use super::{Authorization, EkTemplate, Entity, Key, ProverError, SessionParameters, Tpm};
use crate::structures::{
    Tpm2bDigest, Tpm2bEncryptedSecret, Tpm2bIdObject, TpmHandle, TpmRc, TpmSe, TpmaObject, TpmaSession, TpmsIdObject,
    TpmtPublic, TpmtSymDefObject, TpmuPublicParms,
};
use crate::verify::Name;
use crate::wire::{Decode, DecodeError, DecodeErrorKind, Encode, Fault, Parsed, Received, Wire, in_field, located};
use std::vec::Vec;

/// What `TPM2_MakeCredential` makes, here without a TPM: a secret for a TPM that has two keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// A `TPM2B_ID_OBJECT`.
    id_object: Vec<u8>,
    /// The content of a `TPM2B_ENCRYPTED_SECRET`.
    encrypted_secret: Vec<u8>,
}

impl Credential {
    /// Encrypts `secret` so that only the TPM with the private part of `ek` reads it, and only if it has the key named `ak` too.
    ///
    /// # Errors
    /// If `ek` is no storage key with AES in CFB mode, or `secret` is longer than a digest of its name algorithm.
    pub fn make(ek: &TpmtPublic<'_>, ak: &Name, secret: &[u8]) -> Result<Self, ProverError> {
        let hash = hash_of(ek.name_alg)?;
        if secret.len() > hash.output_len() {
            return Err(ProverError::Key("its name algorithm is too short for the secret"));
        }
        let symmetric = match ek.parameters {
            TpmuPublicParms::Rsa(parameters) => parameters.symmetric,
            TpmuPublicParms::Ecc(parameters) => parameters.symmetric,
            _ => TpmtSymDefObject::Null,
        };
        let TpmtSymDefObject::Aes(cipher) = symmetric else {
            return Err(ProverError::Key("it protects with another cipher than AES"));
        };
        let shared = share(ek, "IDENTITY")?;
        let (seed, name) = (&shared.seed, ak.as_bytes());
        let mut identity = encoded(|out| Tpm2bDigest(secret).encode(out))?;
        let key = kdfa(hash, seed, "STORAGE", name, &[], cipher.key_bits.into());
        Cipher::Encrypt
            .aes_cfb(&key, &[0; 16], &mut identity)
            .map_err(|_| ProverError::Key("it protects with another cipher than AES of 128 or 256 bits"))?;
        let key = kdfa(hash, seed, "INTEGRITY", &[], &[], digest_bits(hash));
        let integrity = hmac(hash, &key, &[&identity, name]);
        let id_object = TpmsIdObject { integrity_hmac: Tpm2bDigest(&integrity), enc_identity: &identity };
        let id_object = encoded(|out| Tpm2bIdObject(id_object).encode(out))?;
        Ok(Self { id_object, encrypted_secret: shared.encrypted })
    }

    /// Reads the file that `tpm2_makecredential` writes.
    ///
    /// # Errors
    /// If the bytes are not exactly one such file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        located(bytes, Self::decode)
    }

    fn decode(input: &[u8]) -> Parsed<'_, Self> {
        let (input, ()) = in_field(&"magic", exactly(MAGIC))(input)?;
        let (input, ()) = in_field(&"version", exactly(VERSION))(input)?;
        let (input, object) = in_field(&"credential", Received::<Tpm2bIdObject<'_>>::decode)(input)?;
        let (input, secret) = in_field(&"secret", Tpm2bEncryptedSecret::decode)(input)?;
        Ok((input, Self { id_object: object.bytes.to_vec(), encrypted_secret: secret.0.to_vec() }))
    }

    /// The file that `tpm2_activatecredential` reads.
    ///
    /// # Errors
    /// None: what was made or read fits.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ProverError> {
        let mut out = [MAGIC, VERSION].map(u32::to_be_bytes).concat();
        out.extend_from_slice(&self.id_object);
        out.extend(encoded(|to| Tpm2bEncryptedSecret(&self.encrypted_secret).encode(to))?);
        Ok(out)
    }
}

impl Tpm {
    /// Reads the secret of a credential for `ak`, by `ek`: the proof that this TPM has both. On the bus it is encrypted.
    ///
    /// # Errors
    /// If the credential is for another TPM or another key, or was changed on its way.
    pub fn activate_credential(&mut self, ak: &Key, ek: &Key, credential: &Credential) -> Result<Secret, ProverError> {
        for key in [ak, ek] {
            self.spare_last_try(key)?;
        }
        let area = ek.public_area().map_err(ProverError::Public)?;
        let by_policy = !area.object_attributes.contains(TpmaObject::USER_WITH_AUTH);
        let mut parameters = SessionParameters::new(if by_policy { TpmSe::POLICY } else { TpmSe::HMAC });
        parameters.salted = Some((ek.entity(), area));
        parameters.cipher = true;
        let mut session = self.start_session(&parameters)?;
        if by_policy {
            // The low range's policy: the authorization of the endorsement hierarchy (TCG EK Credential Profile 2.5, B.6.2).
            let secret = PolicySecret {
                auth_handle: Entity::of(TpmHandle::ENDORSEMENT),
                policy_session: session.entity(),
                nonce_tpm: Tpm2bDigest(&[]),
                cp_hash_a: Tpm2bDigest(&[]),
                policy_ref: Tpm2bDigest(&[]),
                expiration: 0,
            };
            self.execute(&secret, &mut [Authorization::Password(&[])])?;
        }
        session.attributes = TpmaSession::ENCRYPT;
        let object = Tpm2bIdObject::from_bytes(&credential.id_object).map_err(ProverError::Credential)?;
        let command = ActivateCredential {
            activate_handle: ak.entity(),
            key_handle: ek.entity(),
            credential_blob: object,
            secret: Tpm2bEncryptedSecret(&credential.encrypted_secret),
        };
        let mut authorizations =
            [Authorization::Password(&[]), Authorization::Session { session: &mut session, auth: &[] }];
        let activated = self.execute(&command, &mut authorizations)?;
        Ok(activated.cert_info.0.to_vec().into())
    }

    /// Reads the secret of a credential for `ak`, by whichever of this TPM's endorsement keys it was made for.
    ///
    /// # Errors
    /// [`ProverError::NotForThisTpm`] if it is for none of them.
    pub fn activate_credential_by_any(&mut self, ak: &Key, credential: &Credential) -> Result<Secret, ProverError> {
        let mark = self.mark();
        for template in EkTemplate::ALL.iter().filter(|template| template.fits(&credential.encrypted_secret)) {
            // A TPM has few places.
            self.flush_from(mark)?;
            let ek = match self.endorsement_key(template) {
                Ok(ek) => ek,
                // A TPM need not know all curves and sizes.
                Err(error) if error.code().is_some() => continue,
                Err(error) => return Err(error),
            };
            match self.activate_credential(ak, &ek, credential) {
                Err(error) if error.code().is_some_and(|code| WRONG_KEY.contains(&code.base())) => {}
                done => return done,
            }
        }
        Err(ProverError::NotForThisTpm)
    }
}

/// What TPMs say of a credential that was made for another endorsement key, or another attestation key; some call it a failure when RSA
/// finds nothing that it could have encrypted.
const WRONG_KEY: [TpmRc; 5] = [TpmRc::INTEGRITY, TpmRc::VALUE, TpmRc::SIZE, TpmRc::ECC_POINT, TpmRc::FAILURE];

fn exactly<'a>(expected: u32) -> impl FnOnce(&'a [u8]) -> Parsed<'a, ()> {
    move |input| match u32::decode(input)? {
        (rest, found) if found == expected => Ok((rest, ())),
        (_, found) => Err(Fault::new(input, DecodeErrorKind::UnknownValue(found))),
    }
}

/// How the files of `tpm2_makecredential` begin.
const MAGIC: u32 = 0xbadc_c0de;
const VERSION: u32 = 1;
