//! What the prover's errors are to the command line.

use super::super::error::CliError;
use crate::prover::{MeasureError, ProverError};
use std::string::ToString;

impl From<ProverError> for CliError {
    fn from(error: ProverError) -> Self {
        let text = error.to_string();
        match error {
            ProverError::NotForThisTpm | ProverError::Credential(_) => Self::Evidence(text),
            _ => Self::Environment(text),
        }
    }
}

impl From<MeasureError> for CliError {
    fn from(error: MeasureError) -> Self {
        let text = error.to_string();
        match error {
            MeasureError::EmptyFolder(_) | MeasureError::NotAFile(_) => Self::Misuse(text),
            MeasureError::Edited { .. }
            | MeasureError::Lock(_)
            | MeasureError::NotExplained { .. }
            | MeasureError::OtherBanks(_)
            | MeasureError::OtherLog { .. }
            | MeasureError::Sealed(_)
            | MeasureError::Unreadable { .. } => Self::Evidence(text),
            _ => Self::Environment(text),
        }
    }
}
