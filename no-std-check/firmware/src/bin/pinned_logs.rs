//! As `pinned`, and both logs must lead to what was quoted; of the application's every event is looked at.
#![no_std]
#![no_main]

use firmware::{end, evidence, quoted, run};
use tpmproof::Proof;
use tpmproof::crypto::{Hash, HashAlgorithm, Scheme, Software};
use tpmproof::log::{EventLog, TcgLog};
use tpmproof::verify::{Attested, LogName, LogPart, LogState, TrustedKey};

static CRYPTO: Software = Software::new(&[Hash::SHA256], &[Scheme::ECDSA_P256]);

#[cortex_m_rt::entry]
fn main() -> ! {
    let tampered = evidence!("p256-tampered.der");
    run("p256", evidence!("p256.der"), tampered, |proof| judge(proof).is_some());
    end(true)
}

fn judge(proof: &[u8]) -> Option<()> {
    let proof = Proof::from_der(proof).ok()?;
    let evidence = proof.evidence();
    let key = TrustedKey::named(&evidence.key, &[evidence!("name")], &CRYPTO).ok()?;
    let quote = quoted(&key, evidence, evidence!("p256.nonce"))?;
    let bank = HashAlgorithm::Sha256;
    let mut logs = evidence.logs.iter().map(|log| TcgLog::from_bytes(log.bytes).ok());
    let parts = [(LogName::Firmware, logs.next()??), (LogName::Application, logs.next()??)]
        .map(|(name, log)| LogPart { name, ..LogPart::whole(EventLog::Tcg(log)) });
    let attested = Attested::Quote(quote);
    let logs = attested.verify_logs(&parts).ok()?;
    let explained = [4, 7, 13].iter().all(|pcr| logs.state(bank, *pcr) == Some(LogState::Explained));
    // The weights, the TLS key and the seal, and nothing else.
    let mut events = logs.events(bank, 13).filter(|event| event.measurement().is_some());
    let weights = events.next()?.measurement()?;
    (explained && weights.kind == "weights" && weights.name == "llama-2-7b" && events.count() == 2).then_some(())
}
