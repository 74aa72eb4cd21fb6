//! Part 2, 10.9: Capabilities Structures.

use super::{TpmCap, TpmlAlgProperty, TpmlCca, TpmlEccCurve, TpmlHandle, TpmlPcrSelection, TpmlTaggedTpmProperty};

union! {
    /// What `TPM2_GetCapability` tells (10.9).
    #[doc(alias = "TPMS_CAPABILITY_DATA")]
    #[doc(alias = "TPMU_CAPABILITIES")]
    pub enum TpmsCapabilityData<'a>: TpmCap {
        /// Algorithms.
        ALGS => Algorithms(TpmlAlgProperty<'a>),
        /// Handles.
        HANDLES => Handles(TpmlHandle<'a>),
        /// Commands.
        COMMANDS => Commands(TpmlCca<'a>),
        /// PCR banks.
        PCRS => AssignedPcr(TpmlPcrSelection<'a>),
        /// Numbers.
        TPM_PROPERTIES => TpmProperties(TpmlTaggedTpmProperty<'a>),
        /// Curves.
        ECC_CURVES => EccCurves(TpmlEccCurve<'a>),
    }
}
