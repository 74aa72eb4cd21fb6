//! Keys of a TPM: made from a template, or found under a handle.

use super::commands::{CreatePrimary, EvictControl, ReadPublic};
use super::templates::{AkAlgorithm, EkTemplate};
use super::tpm::encoded;
use super::{Authorization, Entity, ProverError, Tpm};
use crate::crypto::SOFTWARE;
use crate::structures::{
    Tpm2bAuth, Tpm2bData, Tpm2bDigest, Tpm2bEccParameter, Tpm2bPublic, Tpm2bPublicKeyRsa, Tpm2bSensitiveCreate,
    Tpm2bSensitiveData, TpmHandle, TpmRc, TpmlPcrSelection, TpmsEccPoint, TpmsSensitiveCreate, TpmtPublic,
    TpmuPublicId,
};
use crate::verify::Name;
use crate::wire::{Decode, DecodeError, Encode};
use std::vec::Vec;

/// A key that is loaded, or persistent.
#[derive(Clone, Debug)]
pub struct Key {
    entity: Entity,
    public: Vec<u8>,
}

impl Key {
    fn new(handle: TpmHandle, public: Vec<u8>) -> Result<Self, ProverError> {
        let name_alg = TpmtPublic::from_bytes(&public).map_err(ProverError::Public)?.name_alg;
        let name = Name::of(&public, name_alg.0, &SOFTWARE)?;
        Ok(Self { entity: Entity::new(handle, name), public })
    }

    /// The key, as what a command is about.
    #[must_use]
    pub fn entity(&self) -> Entity {
        self.entity
    }

    /// Its `TPMT_PUBLIC`, as the TPM gave it.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The same, read.
    ///
    /// # Errors
    /// None: it was read when the key was made.
    pub fn public_area(&self) -> Result<TpmtPublic<'_>, DecodeError> {
        TpmtPublic::from_bytes(&self.public)
    }
}

impl Tpm {
    /// The key under a handle.
    ///
    /// # Errors
    /// If there is none, or the TPM is not reached.
    pub fn key(&mut self, handle: TpmHandle) -> Result<Key, ProverError> {
        let read = self.execute(&ReadPublic { object_handle: Entity::of(handle) }, &mut [])?;
        let public = read.out_public.bytes.get(2..).unwrap_or_default().to_vec();
        Key::new(handle, public)
    }

    /// The key under a handle, if there is one.
    ///
    /// # Errors
    /// If the TPM is not reached.
    pub fn find_key(&mut self, handle: TpmHandle) -> Result<Option<Key>, ProverError> {
        match self.key(handle) {
            Ok(key) => Ok(Some(key)),
            Err(error) if error.code().is_some_and(|code| names_nothing(code.base())) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a primary key, which is flushed with the `Tpm`. The hierarchy has an empty password.
    ///
    /// # Errors
    /// If the TPM refuses.
    pub fn create_primary(&mut self, hierarchy: TpmHandle, template: TpmtPublic<'_>) -> Result<Key, ProverError> {
        let nothing = TpmsSensitiveCreate { user_auth: EMPTY, data: Tpm2bSensitiveData(&[]) };
        let none = encoded(|out| 0u32.encode(out))?;
        let command = CreatePrimary {
            primary_handle: Entity::of(hierarchy),
            in_sensitive: Tpm2bSensitiveCreate(nothing),
            in_public: Tpm2bPublic(template),
            outside_info: Tpm2bData(&[]),
            creation_pcr: TpmlPcrSelection::from_bytes(&none).map_err(ProverError::Parameter)?,
        };
        let created = self.execute(&command, &mut [Authorization::Password(&[])])?;
        let public = created.out_public.bytes.get(2..).unwrap_or_default().to_vec();
        let handle = created.object_handle;
        Key::new(handle, public)
    }

    /// Makes an attestation key of the endorsement hierarchy: the same TPM makes the same one, until it is cleared by its maker's means.
    ///
    /// # Errors
    /// If the TPM refuses.
    pub fn create_attestation_key(&mut self, algorithm: AkAlgorithm) -> Result<Key, ProverError> {
        self.create_primary(TpmHandle::ENDORSEMENT, algorithm.template())
    }

    /// The key of the endorsement hierarchy whose template lies under an NV index, as Google's machines have it.
    ///
    /// # Errors
    /// [`ProverError::NoNvIndex`] if there is no such index; or if it holds no template, or the TPM refuses.
    pub fn create_from_nv_template(&mut self, index: u32) -> Result<Key, ProverError> {
        let template = self.read_nv(index)?.ok_or(ProverError::NoNvIndex { index, what: "a template of a key" })?;
        let template = TpmtPublic::from_bytes(&template).map_err(|error| ProverError::NvContent { index, error })?;
        self.create_primary(TpmHandle::ENDORSEMENT, template)
    }

    /// The endorsement key of a template: the persistent one where its maker left it, or else made again.
    ///
    /// # Errors
    /// If the TPM refuses.
    pub fn endorsement_key(&mut self, template: &EkTemplate) -> Result<Key, ProverError> {
        if let Some(key) = self.find_key(TpmHandle(template.persistent))? {
            let area = key.public_area().map_err(ProverError::Public)?;
            let own = template.public();
            // What the owner left there may be another key.
            if (area.parameters, area.auth_policy, area.object_attributes, area.name_alg)
                == (own.parameters, own.auth_policy, own.object_attributes, own.name_alg)
            {
                return Ok(key);
            }
        }
        let index = template.template;
        let own = self.read_nv(index)?;
        let mut public = match &own {
            Some(own) => TpmtPublic::from_bytes(own).map_err(|error| ProverError::NvContent { index, error })?,
            None => template.public(),
        };
        let nonce = match template.nonce {
            Some(index) => self.read_nv(index)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let mut filled = [0; 256];
        if !nonce.is_empty() {
            // The nonce begins the octets of `unique`, and zeros fill them (TCG EK Credential Profile 2.5, B.3).
            filled.iter_mut().zip(&nonce).for_each(|(place, octet)| *place = *octet);
            let (x, rest) = filled.split_at(32);
            public.unique = match public.unique {
                TpmuPublicId::Ecc(_) => TpmuPublicId::Ecc(TpmsEccPoint {
                    x: Tpm2bEccParameter(x),
                    y: Tpm2bEccParameter(rest.get(..32).unwrap_or_default()),
                }),
                _ => TpmuPublicId::Rsa(Tpm2bPublicKeyRsa(&filled)),
            };
        }
        self.create_primary(TpmHandle::ENDORSEMENT, public)
    }

    /// Makes a loaded key stay under a persistent handle, 0x81000000 and above. The owner has an empty password.
    ///
    /// # Errors
    /// If the TPM refuses, for instance because the handle is in use.
    pub fn persist(&mut self, key: &Key, handle: TpmHandle) -> Result<Key, ProverError> {
        let command =
            EvictControl { auth: Entity::of(TpmHandle::OWNER), object_handle: key.entity(), persistent_handle: handle };
        self.execute(&command, &mut [Authorization::Password(&[])])?;
        Ok(Key { entity: Entity::new(handle, key.entity.name), public: key.public.clone() })
    }
}

/// `TPM_RC_HANDLE`, or of a transient object `TPM_RC_REFERENCE_H0`.
fn names_nothing(code: TpmRc) -> bool {
    matches!(code, TpmRc::HANDLE | TpmRc(0x910))
}

const EMPTY: Tpm2bAuth<'static> = Tpm2bDigest(&[]);
