//! What the benchmarks share.

pub mod ratio;
pub mod recorder;
