//! No log but the genuine one explains a quote.

use std::sync::LazyLock;
use tpmproof::Proof;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::proof::{ProofBuilder, verify_proof};
use tpmproof::structures::{Tpm2bPublic, TpmAlgId, TpmiAlgHash, TpmtHa};
use tpmproof::verify::{
    Challenge, EventRule, EventRules, Log, LogName, LogRule, PcrRule, PcrState, PcrValue, Pin, Policy, PolicyList,
    SecureBootRules, Time,
};
use tpmproof::{Decode, Encode};

/// The folder of a boot with Secure Boot.
macro_rules! boot {
    ($name:literal) => {
        include_bytes!(concat!("../../testvectors/material/boot-uki-sb/", $name))
    };
}

const LOG: &[u8] = boot!("binary_bios_measurements");

/// The PCRs that are judged by the log, and their quoted values.
const JUDGED: [u8; 5] = [0, 4, 7, 9, 11];

static VALUES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let file = boot!("q_p256_sha256.pcrs");
    let word = |at: usize| usize::try_from(u32::from_le_bytes(file[at..at + 4].try_into().unwrap())).unwrap();
    let lists = (0..word(132)).map(|list| 136 + list * 532);
    lists
        .flat_map(|start| (0..word(start)).map(move |place| start + 4 + place * 66))
        .map(|at| file[at + 2..at + 2 + usize::from(u16::from_le_bytes([file[at], file[at + 1]]))].to_vec())
        .collect()
});

/// The bytes are a log beside a genuine quote: what it says of the judged PCRs is accepted only where it is what was extended.
pub fn judged_log(data: &[u8]) -> bool {
    let message = boot!("q_p256_sha256.msg");
    let public = boot!("ak_p256.tpm2b");
    assert!(Tpm2bPublic::from_bytes(public).is_ok());
    let mut builder = ProofBuilder::new(message, boot!("q_p256_sha256.sig")).key_public(&public[2..]);
    for (index, value) in (0u8..).zip(VALUES.iter()) {
        builder = builder.pcr(PcrValue { bank: TpmAlgId::SHA256, index, value });
    }
    let der = builder.log(Log { format: "firmware", bytes: data }).to_der();
    let proof = Proof::from_der(&der).expect("it was just written");
    let nonce: Vec<u8> = include_str!("../../testvectors/material/boot-uki-sb/nonce.hex")
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let pins = [Pin::Name(boot!("ak_p256.name"))];
    let pcrs = JUDGED.map(|index| PcrRule::log(HashAlgorithm::Sha256, index));
    let logs = [LogRule { pcrs: 1 << 4 | 1 << 7, logs: PolicyList::new(&[LogName::Firmware]) }];
    let digest = [TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[0; 32] }];
    let allow = [EventRule::event(4, &digest), EventRule::measurement(11, "anything")];
    let events = EventRules {
        secure_boot: Some(SecureBootRules { accept_any_keys: true, ..SecureBootRules::default() }),
        allow: PolicyList::new(&allow),
        allow_unknown: PolicyList::new(&[0, 4, 9, 11]),
        accept_any_boot: true,
        ..EventRules::default()
    };
    let policy = Policy::builder().pinned(&pins).pcrs(&pcrs).logs(&logs).events(events).build().expect("a policy");
    match verify_proof(&proof, &policy, &Challenge::nonce(&nonce).unwrap(), Time::from_unix_seconds(0)) {
        Ok(report) => {
            let mut buffer = [0; 4096];
            assert_eq!(report.quote().expect("a quote").attest().to_bytes(&mut buffer), Ok(&message[..]));
            assert!(report.pcrs().all(|(pcr, state)| {
                state == if JUDGED.contains(&pcr.index) { PcrState::Explained } else { PcrState::NotJudged }
            }));
            // The digests of the judged PCRs are those of the genuine log, whatever stands beside them.
            assert_eq!(digests(data), digests(LOG), "the TPM never extended this");
            assert!(report.json().to_string().starts_with('{') && !report.to_string().is_empty());
            true
        }
        Err(no) => {
            assert!(no.json().to_string().starts_with('{') && !no.to_string().is_empty());
            false
        }
    }
}

/// What a log extends by SHA-256 into each judged PCR.
fn digests(log: &[u8]) -> Vec<Vec<&[u8]>> {
    let log = tpmproof::log::TcgLog::from_bytes(log).expect("a log");
    let of = |index: u8| {
        let events = log.events().filter(|event| event.extends() && event.register() == u32::from(index));
        events.map(|event| event.digests.get(TpmAlgId::SHA256).expect("a digest")).collect()
    };
    JUDGED.map(of).to_vec()
}
