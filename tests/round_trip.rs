//! Promise: what decodes encodes to the same bytes, and every truncation of it is refused with an offset inside it.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tpmproof::structures::{Tpm2bPublic, TpmsAttest, TpmtSignature};
use tpmproof::{Decode, Encode};

/// The files of `testvectors/material` with this ending.
fn material(ending: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testvectors/material");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|folder| folder.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let files = files.filter(|path| path.to_str().unwrap().ends_with(ending));
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn round_trips<T>(ending: &str, at_least: usize)
where
    T: for<'a> Reads<'a>,
{
    let files = material(ending);
    assert!(files.len() >= at_least, "{} files end in {ending}", files.len());
    for (path, bytes) in files {
        assert_eq!(T::again(&bytes).unwrap(), bytes, "{}", path.display());
        for end in 0..bytes.len() {
            let error = T::again(&bytes[..end]).unwrap_err();
            assert!(error.offset <= end, "{}: {error}", path.display());
        }
        let error = T::again(&[&bytes[..], &[0]].concat()).unwrap_err();
        assert_eq!(error.kind, tpmproof::DecodeErrorKind::TrailingBytes(1));
    }
}

/// A structure by name, whatever the lifetime of its bytes.
trait Reads<'a> {
    fn again(bytes: &'a [u8]) -> Result<Vec<u8>, tpmproof::DecodeError>;
}

macro_rules! reads {
    ($($mark:ident: $type:ident),+) => {$(
        struct $mark;
        impl<'a> Reads<'a> for $mark {
            fn again(bytes: &'a [u8]) -> Result<Vec<u8>, tpmproof::DecodeError> {
                let mut buffer = [0; 4096];
                Ok($type::from_bytes(bytes)?.to_bytes(&mut buffer).unwrap().to_vec())
            }
        }
    )+};
}
reads!(Attest: TpmsAttest, Signature: TpmtSignature, Public: Tpm2bPublic);

#[test]
fn attestations() {
    round_trips::<Attest>(".msg", 29);
}

#[test]
fn signatures() {
    round_trips::<Signature>(".sig", 29);
}

#[test]
fn public_areas() {
    round_trips::<Public>(".tpm2b", 24);
}
