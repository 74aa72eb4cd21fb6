//! Foreign evidence.

use tpmproof::Proof;
use tpmproof::cli;

fn convert(document: &[u8], from: Option<&str>, to: &str) -> Result<Vec<u8>, String> {
    cli::convert(document, from, to).map(|converted| converted.bytes)
}

/// A foreign document makes a proof or none; and what a form has a place for comes back from it.
pub fn foreign(data: &[u8]) -> bool {
    let Ok(der) = convert(data, None, "proof") else { return false };
    assert!(Proof::from_der(&der).is_ok(), "what is written is a proof");
    assert_eq!(convert(&der, Some("proof"), "proof").as_ref(), Ok(&der), "which stays as it is");
    // Keylime's string is the attestation, the signature and the values.
    let quote = convert(&der, None, "keylime");
    for form in ["proof-pem", "keylime", "coco-tpm", "go-tpm-tools", "blindllama-v2"] {
        let Ok(document) = convert(&der, None, form) else { continue };
        let name = if form == "proof-pem" { "proof" } else { form };
        let back = convert(&document, Some(name), "keylime");
        assert_eq!(back, quote, "{form}");
        assert!(form == "proof-pem" || quote.is_ok(), "{form} has values, which Keylime has too");
    }
    true
}
