//! Verifies a proof: the key by its certificates, the quote by its signature, the PCR values by golden ones.

use core::error::Error;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::verify::{Anchor, Challenge, PcrRule, Policy, Time};
use tpmproof::{Proof, verify_proof};

fn main() -> Result<(), Box<dyn Error>> {
    let (_, proof) = pem_rfc7468::decode_vec(include_bytes!("../testvectors/certified-p256.proof"))?;
    let (_, root) = pem_rfc7468::decode_vec(include_bytes!("../testvectors/material/swtpm/chain_p256.root.pem"))?;
    let proof = Proof::from_der(&proof)?;
    let anchors = [Anchor::Certificate(&root)];
    let golden: [&[u8]; 1] = [&[0; 32]];
    let rules = [PcrRule::golden(HashAlgorithm::Sha256, 0, &golden), PcrRule::zero(HashAlgorithm::Sha256, 7)];
    let policy = Policy::builder().anchors(&anchors).pcrs(&rules).build()?;
    // The nonce is what the verifier has sent, new for each question.
    let mut nonce = [0; 32];
    nonce[29..].copy_from_slice(&[0xc0, 0xff, 0xee]);
    let time: Time = "2027-01-01T00:00:00Z".parse()?;
    match verify_proof(&proof, &policy, &Challenge::nonce(&nonce).map_err(|error| error.to_string())?, time) {
        Ok(report) => println!("ACCEPTED\n\n{report}"),
        Err(rejection) => println!("REJECTED: {rejection}\n\n{}", rejection.report),
    }
    Ok(())
}
