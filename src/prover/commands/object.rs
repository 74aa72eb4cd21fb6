//! Part 3, "Object Commands".

use crate::structures::{
    Tpm2bCreationData, Tpm2bData, Tpm2bDigest, Tpm2bEncryptedSecret, Tpm2bIdObject, Tpm2bName, Tpm2bPrivate,
    Tpm2bPublic, Tpm2bSensitive, Tpm2bSensitiveCreate, TpmHandle, TpmlPcrSelection, TpmtTk,
};
use crate::wire::Received;

command! {
    /// Makes an object below a loaded parent.
    #[doc(alias = "TPM2_Create")]
    pub struct Create<'a> = CREATE -> CreateResponse<'r> {
        authorized {
            /// Handle of parent for new object.
            parent_handle,
        }
        parameters {
            /// The sensitive data.
            in_sensitive: Tpm2bSensitiveCreate<'a>,
            /// The public template.
            in_public: Tpm2bPublic<'a>,
            /// Data that will be included in the creation data for this object.
            outside_info: Tpm2bData<'a>,
            /// PCR that will be used in creation data.
            creation_pcr: TpmlPcrSelection<'a>,
        }
    }
}

response! {
    /// The new object, not loaded.
    pub struct CreateResponse<'r> {
        /// The private portion of the object.
        out_private: Tpm2bPrivate<'r>,
        /// The public portion of the created object.
        out_public: Received<'r, Tpm2bPublic<'r>>,
        /// Contains a `TPMS_CREATION_DATA`.
        creation_data: Received<'r, Tpm2bCreationData<'r>>,
        /// Digest of creationData using nameAlg of outPublic.
        creation_hash: Tpm2bDigest<'r>,
        /// Ticket used by `TPM2_CertifyCreation` to validate that the creation data was produced by the TPM.
        creation_ticket: TpmtTk<'r>,
    }
}

command! {
    /// Loads an object of this TPM.
    #[doc(alias = "TPM2_Load")]
    pub struct Load<'a> = LOAD -> LoadResponse<'r> {
        authorized {
            /// TPM handle of parent key; shall not be a reserved handle.
            parent_handle,
        }
        parameters {
            /// The private portion of the object.
            in_private: Tpm2bPrivate<'a>,
            /// The public portion of the object.
            in_public: Tpm2bPublic<'a>,
        }
    }
}

response! {
    /// A loaded object.
    pub struct LoadResponse<'r> {
        [handle]
        /// Handle for the loaded object.
        object_handle,
        /// Name of the loaded object.
        name: Tpm2bName<'r>,
    }
}

command! {
    /// Loads an object that is no TPM's, such as a public key.
    #[doc(alias = "TPM2_LoadExternal")]
    pub struct LoadExternal<'a> = LOAD_EXTERNAL -> LoadResponse<'r> {
        parameters {
            /// The sensitive portion of the object; empty for a public key.
            in_private: Tpm2bSensitive<'a>,
            /// The public portion of the object.
            in_public: Tpm2bPublic<'a>,
            /// Hierarchy with which the object area is associated.
            hierarchy: TpmHandle,
        }
    }
}

command! {
    /// Tells the public area of a loaded object.
    #[doc(alias = "TPM2_ReadPublic")]
    pub struct ReadPublic = READ_PUBLIC -> ReadPublicResponse<'r> {
        entities {
            /// TPM handle of an object.
            object_handle,
        }
    }
}

response! {
    /// A public area.
    pub struct ReadPublicResponse<'r> {
        /// Structure containing the public area of an object.
        out_public: Received<'r, Tpm2bPublic<'r>>,
        /// Name of the object.
        name: Tpm2bName<'r>,
        /// The Qualified Name of the object.
        qualified_name: Tpm2bName<'r>,
    }
}

command! {
    /// Opens a credential: only the TPM that has both keys can.
    #[doc(alias = "TPM2_ActivateCredential")]
    pub struct ActivateCredential<'a> = ACTIVATE_CREDENTIAL -> ActivateCredentialResponse<'r> {
        authorized {
            /// Handle of the object associated with certificate in credentialBlob.
            activate_handle,
            /// Loaded key used to decrypt the `TPMS_SENSITIVE` in credentialBlob.
            key_handle,
        }
        parameters {
            /// The credential.
            credential_blob: Tpm2bIdObject<'a>,
            /// keyHandle algorithm-dependent encrypted seed that protects credentialBlob.
            secret: Tpm2bEncryptedSecret<'a>,
        }
    }
}

response! {
    /// The secret of a credential.
    pub struct ActivateCredentialResponse<'r> {
        /// The decrypted certificate information.
        cert_info: Tpm2bDigest<'r>,
    }
}

command! {
    /// Makes a credential for a key of another TPM.
    #[doc(alias = "TPM2_MakeCredential")]
    pub struct MakeCredential<'a> = MAKE_CREDENTIAL -> MakeCredentialResponse<'r> {
        entities {
            /// Loaded public area, used to encrypt the sensitive area containing the credential key.
            handle,
        }
        parameters {
            /// The credential information.
            credential: Tpm2bDigest<'a>,
            /// Name of the object to which the credential applies.
            object_name: Tpm2bName<'a>,
        }
    }
}

response! {
    /// A credential.
    pub struct MakeCredentialResponse<'r> {
        /// The credential.
        credential_blob: Received<'r, Tpm2bIdObject<'r>>,
        /// Handle algorithm-dependent data that wraps the key that encrypts credentialBlob.
        secret: Tpm2bEncryptedSecret<'r>,
    }
}
