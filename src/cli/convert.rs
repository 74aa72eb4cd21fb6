//! `tpmproof convert`

use super::args::{ConvertArguments, Target};
use super::error::CliError;
use super::{files, input, kinds};
use crate::proof::ProofBuilder;
use std::format;
use std::io::Write;

pub(crate) fn run(arguments: &ConvertArguments, notes: &mut dyn Write) -> Result<u8, CliError> {
    let input = input::read(&arguments.evidence)?;
    kinds::refuse(&input.der)?;
    if input.spki.is_some() {
        return Err(CliError::Misuse(
            "a proof names its key by TPMT_PUBLIC or by certificates, and the --ak file has only the public key; write one \
             with tpm2_readpublic -o"
                .into(),
        ));
    }
    // What is written must be a proof: a broken one is refused here, not by whoever gets it.
    input.proof().map_err(|error| CliError::Evidence(format!("the evidence makes no proof: {error}")))?;
    let bytes = match arguments.to {
        Target::Proof => input.der,
        Target::ProofPem => {
            let label = ProofBuilder::PEM_LABEL;
            let text = pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, &input.der);
            text.map_err(|error| CliError::Evidence(format!("the proof cannot be armoured: {error}")))?.into_bytes()
        }
    };
    files::write(&arguments.output, &bytes, files::Access::Everybody)?;
    let _ =
        writeln!(notes, "wrote {} bytes to {}; nothing in it was verified", bytes.len(), arguments.output.display());
    Ok(0)
}
