//! Part 3, "Context Management".

use crate::structures::{TpmHandle, TpmsContext};

command! {
    /// Saves an object or a session outside the TPM.
    #[doc(alias = "TPM2_ContextSave")]
    pub struct ContextSave = CONTEXT_SAVE -> ContextSaveResponse<'r> {
        entities {
            /// Handle of the resource to save.
            save_handle,
        }
    }
}

response! {
    /// A saved context.
    pub struct ContextSaveResponse<'r> {
        /// The context, which only this TPM can load.
        context: TpmsContext<'r>,
    }
}

command! {
    /// Loads a saved context.
    #[doc(alias = "TPM2_ContextLoad")]
    pub struct ContextLoad<'a> = CONTEXT_LOAD -> ContextLoadResponse<'r> {
        parameters {
            /// The context blob.
            context: TpmsContext<'a>,
        }
    }
}

response! {
    /// What was loaded.
    pub struct ContextLoadResponse<'r> {
        [handle]
        /// The handle assigned to the resource after it has been successfully loaded.
        loaded_handle,
    }
}

command! {
    /// Takes an object or a session out of the TPM.
    #[doc(alias = "TPM2_FlushContext")]
    pub struct FlushContext = FLUSH_CONTEXT {
        parameters {
            /// The handle of the item to flush.
            flush_handle: TpmHandle,
        }
        flushes flush_handle
    }
}

command! {
    /// Makes an object stay, or removes one that stayed.
    #[doc(alias = "TPM2_EvictControl")]
    pub struct EvictControl = EVICT_CONTROL {
        authorized {
            /// The owner or the platform hierarchy.
            auth,
        }
        entities {
            /// The handle of a loaded object.
            object_handle,
        }
        parameters {
            /// The persistent handle: for a transient object the one that it gets, for a persistent one its own.
            persistent_handle: TpmHandle,
        }
    }
}
