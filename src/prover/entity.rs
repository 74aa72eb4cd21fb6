//! What a command is about: a handle, and the Name that an authorization covers.

use crate::structures::TpmHandle;
use crate::verify::Name;

/// Something in the TPM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its handle.
    pub handle: TpmHandle,
    /// Its Name: of an object or an NV index, the digest of its public area; of all else, the handle (Part 1, Names).
    pub name: Name,
}

impl Entity {
    /// An object or NV index.
    #[must_use]
    pub fn new(handle: TpmHandle, name: Name) -> Self {
        Self { handle, name }
    }

    /// An object or NV index whose Name the TPM told; `None` if that is too long for a Name.
    #[must_use]
    pub fn named(handle: TpmHandle, name: &[u8]) -> Option<Self> {
        Some(Self { handle, name: Name::from_bytes(name)? })
    }

    /// A hierarchy, a PCR or a session, whose handle is its Name.
    #[must_use]
    pub fn of(handle: TpmHandle) -> Self {
        Self { handle, name: Name::of_handle(handle) }
    }

    /// A PCR.
    #[must_use]
    pub fn pcr(index: u8) -> Self {
        Self::of(TpmHandle(index.into()))
    }
}

impl From<Entity> for TpmHandle {
    fn from(entity: Entity) -> Self {
        entity.handle
    }
}
