//! Promise: what decodes encodes to the same bytes, and every truncation of it is refused with an offset inside it.
#![allow(missing_docs, clippy::pedantic, clippy::restriction)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tpmproof::structures::*;
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
        round_trip::<T>(&bytes, &path.display().to_string());
    }
}

fn round_trip<T>(bytes: &[u8], what: &str)
where
    T: for<'a> Reads<'a>,
{
    assert_eq!(T::again(bytes).unwrap(), bytes, "{what}");
    for end in 0..bytes.len() {
        let error = T::again(&bytes[..end]).unwrap_err();
        assert!(error.offset <= end, "{what}: {error}");
    }
    let error = T::again(&[bytes, &[0]].concat()).unwrap_err();
    assert_eq!(error.kind, tpmproof::DecodeErrorKind::TrailingBytes(1));
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

reads!(
    NvPublic: Tpm2bNvPublic, CreationData: Tpm2bCreationData, IdObject: Tpm2bIdObject, Secret: Tpm2bEncryptedSecret, Context: TpmsContext,
    Ticket: TpmtTk, Private: Tpm2bPrivate, Capability: TpmsCapabilityData, DigestValues: TpmlDigestValues, Digests: TpmlDigest,
    TimeInfo: TpmsTimeInfo, SymDef: TpmtSymDef
);

/// As Part 2 writes them, octet by octet.
#[test]
fn what_commands_carry() {
    let digest = [&[0, 32][..], &[7; 32]].concat();
    let name = [&[0, 34, 0, 0x0b][..], &[9; 32]].concat();
    let selection = [0, 0, 0, 1, 0, 0x0b, 3, 1, 2, 3];
    let sized = |content: &[u8]| [&u16::try_from(content.len()).unwrap().to_be_bytes()[..], content].concat();
    // Index, nameAlg, attributes, authPolicy, dataSize.
    let nv = [&[1, 0xc0, 0, 2, 0, 0x0b, 0x62, 0x07, 0x20, 0x01][..], &digest, &[3, 0x4f]].concat();
    round_trip::<NvPublic>(&sized(&nv), "TPM2B_NV_PUBLIC");
    let creation = [&selection[..], &digest, &[1, 0, 0x0b], &name, &name, &[0, 2, 5, 6]].concat();
    round_trip::<CreationData>(&sized(&creation), "TPM2B_CREATION_DATA");
    round_trip::<IdObject>(&sized(&[&digest[..], &[1; 34]].concat()), "TPM2B_ID_OBJECT");
    round_trip::<Secret>(&sized(&[3; 256]), "TPM2B_ENCRYPTED_SECRET");
    let context = [&[0, 0, 0, 0, 0, 0, 0, 5, 0x80, 0, 0, 0, 0x40, 0, 0, 0x0b][..], &sized(&[4; 700])].concat();
    round_trip::<Context>(&context, "TPMS_CONTEXT");
    round_trip::<Ticket>(&[&[0x80, 0x21, 0x40, 0, 0, 0x0b][..], &digest].concat(), "TPMT_TK_CREATION");
    round_trip::<Private>(&sized(&[8; 190]), "TPM2B_PRIVATE");
    let values = [&[0, 0, 0, 2, 0, 4][..], &[1; 20], &[0, 0x0b], &[2; 32]].concat();
    round_trip::<DigestValues>(&values, "TPML_DIGEST_VALUES");
    round_trip::<Digests>(&[&[0, 0, 0, 1][..], &digest].concat(), "TPML_DIGEST");
    let time = [&[0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 9, 0, 0, 0, 1, 1][..]].concat();
    round_trip::<TimeInfo>(&time, "TPMS_TIME_INFO");
    for (definition, what) in
        [(&[0, 6, 0, 128, 0, 0x43][..], "AES-128 in CFB"), (&[0, 0x10], "none"), (&[0, 0x0a, 0, 0x0b], "XOR")]
    {
        round_trip::<SymDef>(definition, what);
    }
    let capabilities: [(&[u8], &[u8]); 6] = [
        (&[0, 0, 0, 0], &[0, 0, 0, 1, 0, 1, 0, 0, 0, 9]),
        (&[0, 0, 0, 1], &[0, 0, 0, 2, 0x81, 1, 0, 1, 0x81, 1, 0, 2]),
        (&[0, 0, 0, 2], &[0, 0, 0, 1, 0, 0x40, 1, 0x1f]),
        (&[0, 0, 0, 5], &selection),
        (&[0, 0, 0, 6], &[0, 0, 0, 1, 0, 0, 1, 5, 0x53, 0x57, 0, 0]),
        (&[0, 0, 0, 8], &[0, 0, 0, 2, 0, 3, 0, 4]),
    ];
    for (number, list) in capabilities {
        round_trip::<Capability>(&[number, list].concat(), &format!("{number:?}"));
    }
}
