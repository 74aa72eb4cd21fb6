//! Part 3, "Hash/HMAC/Event Sequences".

use crate::structures::{Tpm2bAuth, Tpm2bDigest, Tpm2bMaxBuffer, TpmAlgId, TpmHandle, TpmlDigestValues, TpmtTk};

command! {
    /// Begins a hash, or with `TPM_ALG_NULL` an event.
    #[doc(alias = "TPM2_HashSequenceStart")]
    pub struct HashSequenceStart<'a> = HASH_SEQUENCE_START -> HashSequenceStartResponse<'r> {
        parameters {
            /// Authorization value for subsequent use of the sequence.
            auth: Tpm2bAuth<'a>,
            /// The hash algorithm to use for the hash sequence; an Event Sequence starts if this is `TPM_ALG_NULL`.
            hash_alg: TpmAlgId,
        }
    }
}

response! {
    /// The new sequence.
    pub struct HashSequenceStartResponse<'r> {
        [handle]
        /// A handle to reference the sequence.
        sequence_handle,
    }
}

command! {
    /// Adds data to a sequence.
    #[doc(alias = "TPM2_SequenceUpdate")]
    pub struct SequenceUpdate<'a> = SEQUENCE_UPDATE {
        authorized {
            /// Handle for the sequence object.
            sequence_handle,
        }
        parameters {
            /// Data to be added to hash.
            buffer: Tpm2bMaxBuffer<'a>,
        }
    }
}

command! {
    /// Adds the last data to a hash and tells the digest.
    #[doc(alias = "TPM2_SequenceComplete")]
    pub struct SequenceComplete<'a> = SEQUENCE_COMPLETE -> SequenceCompleteResponse<'r> {
        authorized {
            /// Authorization for the sequence.
            sequence_handle,
        }
        parameters {
            /// Data to be added to the hash/HMAC.
            buffer: Tpm2bMaxBuffer<'a>,
            /// Hierarchy of the ticket for a hash.
            hierarchy: TpmHandle,
        }
        flushes sequence_handle
    }
}

response! {
    /// A digest.
    pub struct SequenceCompleteResponse<'r> {
        /// The returned HMAC or digest in a sized buffer.
        result: Tpm2bDigest<'r>,
        /// Ticket indicating that the sequence of octets used to compute outDigest did not start with `TPM_GENERATED_VALUE`.
        validation: TpmtTk<'r>,
    }
}

command! {
    /// Adds the last data to an event and extends a PCR with it.
    #[doc(alias = "TPM2_EventSequenceComplete")]
    pub struct EventSequenceComplete<'a> = EVENT_SEQUENCE_COMPLETE -> EventSequenceCompleteResponse<'r> {
        authorized {
            /// PCR to be extended with the Event data, or the null hierarchy.
            pcr_handle,
            /// Authorization for the sequence.
            sequence_handle,
        }
        parameters {
            /// Data to be added to the Event.
            buffer: Tpm2bMaxBuffer<'a>,
        }
        flushes sequence_handle
    }
}

response! {
    /// The digests that a PCR was extended with.
    pub struct EventSequenceCompleteResponse<'r> {
        /// List of digests computed for the PCR.
        results: TpmlDigestValues<'r>,
    }
}
