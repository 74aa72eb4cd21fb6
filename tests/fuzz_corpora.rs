//! Promise: what the fuzz targets assert holds for every file of `fuzz/corpus/`, and for what differs by a bit or is cut.
//!
//! Every file is one that is accepted, unless its name begins with `refused`.
#![cfg(feature = "cli")]
#![allow(missing_docs, unreachable_pub, unused_imports)]
#![allow(clippy::pedantic, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::unwrap_used)]
#![allow(clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

#[path = "../fuzz/src/lib.rs"]
mod targets;

/// Calls `target` with every file of its corpus.
fn replay(name: &str, target: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut replayed = 0;
    for file in files {
        let path = file.unwrap().path();
        println!("{}", path.display());
        let data = fs::read(&path).unwrap();
        let refused = path.file_name().unwrap().to_string_lossy().starts_with("refused");
        assert_eq!(target(&data), !refused, "whether it is accepted");
        // Nearly the same bytes: what libFuzzer would try first.
        for place in (0..data.len()).step_by(data.len() / 16 + 1) {
            let mut other = data.clone();
            other[place] ^= 1 << (place % 8);
            target(&other);
            target(&data[..place]);
        }
        replayed += 1;
    }
    assert!(replayed > 0, "{} is empty; fuzz/seeds fills it", folder.display());
}

macro_rules! replays {
    ($($target:ident),+) => {$(
        #[test]
        fn $target() {
            replay(stringify!($target), targets::$target);
        }
    )+};
}
replays!(
    attest,
    signature,
    public,
    certificate,
    crl,
    proof,
    policy,
    activation,
    response,
    verify,
    rsa,
    tcg_log,
    judged_log,
    uefi_event,
    foreign,
    nitrotpm,
    webauthn,
    hcl_report,
    ima,
    cel,
    sipa,
    text_log
);
