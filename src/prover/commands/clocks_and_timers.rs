//! Part 3, "Clocks and Timers".

use crate::structures::TpmsTimeInfo;

command! {
    /// Tells the time since the last reset, and how often the TPM was reset.
    #[doc(alias = "TPM2_ReadClock")]
    pub struct ReadClock = READ_CLOCK -> ReadClockResponse<'r> {
    }
}

response! {
    /// The time.
    pub struct ReadClockResponse<'r> {
        /// The current time and clock.
        current_time: TpmsTimeInfo,
    }
}
