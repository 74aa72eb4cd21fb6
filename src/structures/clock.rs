//! Part 2, 10.10: Clock/Counter Structures.

use super::TpmiYesNo;

structure! {
    /// How long, and how often, the TPM has run (10.10.1).
    #[doc(alias = "TPMS_CLOCK_INFO")]
    pub struct TpmsClockInfo {
        /// Time value in milliseconds that advances while the TPM is powered.
        clock: u64,
        /// Number of occurrences of TPM Reset since the last `TPM2_Clear`.
        reset_count: u32,
        /// Number of times that `TPM2_Shutdown` or a hash interrupt of start-up occurred since the last TPM Reset.
        restart_count: u32,
        /// No value of `clock` greater than the current one was ever reported.
        safe: TpmiYesNo,
    }
}

structure! {
    /// The TPM's time and clock (10.10.6).
    #[doc(alias = "TPMS_TIME_INFO")]
    pub struct TpmsTimeInfo {
        /// Time in milliseconds since the TPM's circuit was last reset.
        time: u64,
        /// The clock values.
        clock_info: TpmsClockInfo,
    }
}
