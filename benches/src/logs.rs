//! Logs: decoding against others' decoding, and decoding with replay against the hashes that a replay cannot do without.

use fallible_iterator::FallibleIterator;
use ratios::ratio::ratio;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use tpmproof::crypto::{Crypto, Digest, HashAlgorithm, SOFTWARE};
use tpmproof::log::TcgLog;
use tpmproof::structures::TpmAlgId;
use tpmproof::verify::{LogPart, Replay};

/// The log of a boot of ours; or that which the environment names.
pub(crate) fn run() {
    let ours =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors/material/boot-grub-sb/binary_bios_measurements");
    let path = std::env::var_os("TPMPROOF_LOG").map_or(ours, PathBuf::from);
    let octets = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let log = TcgLog::from_bytes(&octets).expect("a log");
    let name = format!("{} events, {} bytes", log.len(), octets.len());

    // What a replay hashes, and nothing else: each digest behind the value that the one before it led to.
    let banks: Vec<_> = HashAlgorithm::ALL.iter().filter(|bank| log.has(TpmAlgId::from(**bank))).collect();
    let required: Vec<(usize, HashAlgorithm, Vec<u8>)> = log
        .events()
        .filter(|event| event.extends())
        .flat_map(|event| {
            let register = usize::try_from(event.register()).unwrap();
            let of =
                |bank: &&HashAlgorithm| (register, **bank, event.digests.get(TpmAlgId::from(**bank)).unwrap().to_vec());
            banks.iter().map(of).collect::<Vec<_>>()
        })
        .collect();
    let replay = || {
        let log = TcgLog::from_bytes(black_box(&octets)).expect("a log");
        black_box(&Replay::of(&[LogPart::whole(log)], &SOFTWARE).expect("a replay"));
    };
    ratio(&format!("decode and replay a log, all banks ({name}) / its hashes"), "1.2", replay, || {
        let zero = |bank: &HashAlgorithm| Digest::new(*bank, &[0; 64][..bank.output_len()]).expect("a digest");
        let mut values: [_; 4] = std::array::from_fn(|place| [zero(&HashAlgorithm::ALL[place]); 24]);
        for (register, bank, digest) in black_box(&required) {
            let place = HashAlgorithm::ALL.iter().position(|known| known == bank).expect("a bank");
            let value = &mut values[place][*register];
            let after = SOFTWARE.digest(*bank, &mut [value.as_bytes(), digest].into_iter()).expect("a hash");
            *value = after;
        }
        black_box(&values);
    });
    if eventlog_rs::Eventlog::try_from(octets.clone()).is_ok() {
        ratio(
            &format!("decode a log ({name}) / eventlog-rs 0.1.8"),
            "0.2",
            || {
                black_box(&TcgLog::from_bytes(black_box(&octets)).expect("a log"));
            },
            || {
                black_box(&eventlog_rs::Eventlog::try_from(black_box(octets.clone())).expect("a log"));
            },
        );
    } else {
        println!("eventlog-rs cannot read {name}");
    }
    let peer = || uefi_eventlog::Parser::new(&octets[..]).count();
    if peer().is_ok() {
        ratio(&format!("decode and replay a log ({name}) / uefi-eventlog 0.3.0"), "", replay, || {
            black_box(&uefi_eventlog::Parser::new(black_box(&octets[..])).count().expect("a log"));
        });
    } else {
        println!("uefi-eventlog cannot read {name}");
    }
}
