//! Part 2, 10.7: Property Structures.

use super::{TpmAlgId, TpmPt, TpmaAlgorithm};

structure! {
    /// An algorithm, and what it is for (10.7).
    #[doc(alias = "TPMS_ALG_PROPERTY")]
    pub struct TpmsAlgProperty {
        /// An algorithm.
        alg: TpmAlgId,
        /// The attributes of the algorithm.
        alg_properties: TpmaAlgorithm,
    }
}

structure! {
    /// A number that a TPM tells of itself (10.7).
    #[doc(alias = "TPMS_TAGGED_PROPERTY")]
    pub struct TpmsTaggedProperty {
        /// A property identifier.
        property: TpmPt,
        /// The value of the property.
        value: u32,
    }
}
