//! Promise: what decodes encodes to the same bytes, and every truncation of it is refused with an offset inside it.

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
    // Miri takes its time: for it, the ends of the long ones are fewer.
    for end in (0..bytes.len()).filter(|end| !cfg!(miri) || *end < 48 || end % 256 == 0) {
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
                let mut buffer = [0; 8192];
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
    round_trips::<Public>(".tpm2b", 25);
}

#[test]
fn what_a_tpm_says_of_objects() {
    round_trips::<CreationData>(".creation", 1);
    round_trips::<NvPublic>(".nvpublic", 1);
    for (path, file) in material(".credential") {
        // The header of tpm2_makecredential, the credential behind its size, the secret behind its own.
        let size = 2 + usize::from(u16::from_be_bytes([file[8], file[9]]));
        round_trip::<IdObject>(&file[8..8 + size], &path.display().to_string());
        round_trip::<Secret>(&file[8 + size..], &path.display().to_string());
    }
}

reads!(
    NvPublic: Tpm2bNvPublic, CreationData: Tpm2bCreationData, IdObject: Tpm2bIdObject, Secret: Tpm2bEncryptedSecret, Context: TpmsContext,
    Ticket: TpmtTk, Private: Tpm2bPrivate, Capability: TpmsCapabilityData, DigestValues: TpmlDigestValues, Digests: TpmlDigest,
    TimeInfo: TpmsTimeInfo, SymDef: TpmtSymDef, NvPublic2: Tpm2bNvPublic2, BarePublic: TpmtPublic, PublicParms: TpmtPublicParms,
    AsymParms: TpmsAsymParms, SigScheme: TpmtSigScheme, AsymScheme: TpmtAsymScheme, RsaScheme: TpmtRsaScheme, EccScheme: TpmtEccScheme,
    KdfScheme: TpmtKdfScheme, KeyedhashScheme: TpmtKeyedhashScheme, RsaDecrypt: TpmtRsaDecrypt, SymDefObject: TpmtSymDefObject,
    EccPoint: Tpm2bEccPoint
);

/// Behind a selector of two octets, exactly these members: the others of all that have a name are refused.
fn members<T>(what: &str, members: &[(u16, &[u8])])
where
    T: for<'a> Reads<'a>,
{
    for selector in 0..=if cfg!(miri) { 0xff } else { u16::MAX } {
        let known: Vec<_> = members.iter().filter(|(known, _)| *known == selector).collect();
        let head = selector.to_be_bytes();
        for (_, body) in &known {
            round_trip::<T>(&[&head, *body].concat(), &format!("{what} {selector:#06x}"));
        }
        if known.is_empty() {
            let error = T::again(&[&head[..], &[0; 64]].concat()).unwrap_err();
            let expected = tpmproof::DecodeErrorKind::UnknownValue(selector.into());
            assert_eq!((error.kind, error.offset), (expected, 2), "{what} {selector:#06x}");
        }
    }
}

/// Every member of every union of schemes and parameters, as the tables of clauses 11 and 12 have them.
#[test]
fn members_of_unions() {
    const HASH: &[u8] = &[0, 0x0b];
    const ECDAA: &[u8] = &[0, 0x0b, 0, 7];
    let symmetric: [(u16, &[u8]); 5] = [
        (0x03, &[0, 128, 0, 0x43]),
        (0x06, &[0, 128, 0, 0x43]),
        (0x13, &[0, 128, 0, 0x43]),
        (0x26, &[1, 0, 0, 0x43]),
        (0x10, &[]),
    ];
    members::<SymDefObject>("TPMT_SYM_DEF_OBJECT", &symmetric);
    members::<SymDef>("TPMT_SYM_DEF", &[&symmetric[..], &[(0x0a, HASH)]].concat());
    members::<KeyedhashScheme>("TPMT_KEYEDHASH_SCHEME", &[(0x05, HASH), (0x0a, &[0, 0x0b, 0, 0x22]), (0x10, &[])]);
    let kdf: [(u16, &[u8]); 5] = [(0x07, HASH), (0x20, HASH), (0x21, HASH), (0x22, HASH), (0x10, &[])];
    members::<KdfScheme>("TPMT_KDF_SCHEME", &kdf);
    let signing: [(u16, &[u8]); 7] =
        [(0x14, HASH), (0x16, HASH), (0x18, HASH), (0x1a, ECDAA), (0x1b, HASH), (0x1c, HASH), (0x10, &[])];
    let edwards: [(u16, &[u8]); 2] = [(0x60, &[]), (0x61, &[])];
    let lattice: [(u16, &[u8]); 2] = [(0xa1, &[]), (0xa2, &[])];
    members::<SigScheme>("TPMT_SIG_SCHEME", &[&signing[..], &edwards, &lattice, &[(0x05, HASH)]].concat());
    let exchange: [(u16, &[u8]); 2] = [(0x19, HASH), (0x1d, HASH)];
    let encrypting: [(u16, &[u8]); 2] = [(0x15, &[]), (0x17, HASH)];
    members::<AsymScheme>("TPMT_ASYM_SCHEME", &[&signing[..], &edwards, &exchange, &encrypting].concat());
    members::<EccScheme>("TPMT_ECC_SCHEME", &[&signing[2..], &edwards, &exchange].concat());
    members::<RsaScheme>("TPMT_RSA_SCHEME", &[&signing[..2], &signing[6..], &encrypting].concat());
    members::<RsaDecrypt>("TPMT_RSA_DECRYPT", &[&signing[6..], &encrypting].concat());
    let parameters: [(u16, &[u8]); 7] = [
        (0x08, &[0, 0x05, 0, 0x0b]),
        (0x25, &[0, 6, 0, 128, 0, 0x43]),
        (0x01, &[0, 0x10, 0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0]),
        (0x23, &[0, 0x10, 0, 0x18, 0, 0x0b, 0, 3, 0, 0x10]),
        (0xa0, &[0, 6, 1, 0, 0, 0x43, 0, 3]),
        (0xa1, &[0, 2, 0]),
        (0xa2, &[0, 3, 0, 0x0b]),
    ];
    members::<PublicParms>("TPMT_PUBLIC_PARMS", &parameters);
    round_trip::<AsymParms>(&[0, 0x10, 0, 0x18, 0, 0x0b], "TPMS_ASYM_PARMS");
    let sized = |size: u16| [&size.to_be_bytes()[..], &vec![9; size.into()]].concat();
    let rsa = [HASH, &sized(256)].concat();
    let ecc = [HASH, &sized(66), &sized(66)].concat();
    let hash_mldsa = [HASH, &sized(4627)].concat();
    let (eddsa, mldsa, hmac) = (sized(114), sized(4627), [HASH, &[5; 32]].concat());
    let signatures: [(u16, &[u8]); 12] = [
        (0x14, &rsa),
        (0x16, &rsa),
        (0x18, &ecc),
        (0x1a, &ecc),
        (0x1b, &ecc),
        (0x1c, &ecc),
        (0x60, &eddsa),
        (0x61, &eddsa),
        (0x05, &hmac),
        (0xa1, &mldsa),
        (0xa2, &hash_mldsa),
        (0x10, &[]),
    ];
    members::<Signature>("TPMT_SIGNATURE", &signatures);
}

/// A `TPMT_PUBLIC` of every type.
#[test]
fn every_type_of_public_area() {
    let sized = |size: u16| [&size.to_be_bytes()[..], &vec![9; size.into()]].concat();
    let point = [sized(66), sized(65)].concat();
    for (type_, parameters, unique) in [
        (0x08u16, &[0, 0x10][..], sized(32)),
        (0x25, &[0, 6, 0, 128, 0, 0x43], sized(32)),
        (0x01, &[0, 0x10, 0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0], sized(256)),
        (0x23, &[0, 0x10, 0, 0x18, 0, 0x0b, 0, 5, 0, 0x10], point.clone()),
        (0xa0, &[0, 0x10, 0, 1], sized(800)),
        (0xa1, &[0, 1, 1], sized(1312)),
        (0xa1, &[0, 3, 0], sized(2592)),
        (0xa2, &[0, 2, 0, 0x0d], sized(1952)),
    ] {
        let public = [&type_.to_be_bytes()[..], &[0, 0x0b, 0, 5, 0, 0x72, 0, 0], parameters, &unique].concat();
        round_trip::<BarePublic>(&public, &format!("TPMT_PUBLIC {type_:#06x}"));
    }
    let limit = [&0x00a1u16.to_be_bytes()[..], &[0, 0x0b, 0, 5, 0, 0x72, 0, 0, 0, 3, 0], &sized(2593)].concat();
    let error = TpmtPublic::from_bytes(&limit).unwrap_err();
    assert_eq!(error.kind, tpmproof::DecodeErrorKind::TooLong { found: 2593, limit: 2592 });
    let unknown_set = [&0x00a1u16.to_be_bytes()[..], &[0, 0x0b, 0, 5, 0, 0x72, 0, 0, 0, 4, 0], &sized(1312)].concat();
    let error = TpmtPublic::from_bytes(&unknown_set).unwrap_err();
    assert_eq!((error.kind, error.offset), (tpmproof::DecodeErrorKind::UnknownValue(4), 10));
}

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
    round_trip::<NvPublic2>(&sized(&[&[1][..], &nv].concat()), "TPM2B_NV_PUBLIC_2, ordinary");
    round_trip::<NvPublic2>(&sized(&[&[0x12][..], &nv].concat()), "TPM2B_NV_PUBLIC_2, permanent");
    let external = [&[0x11, 0x11, 0xc0, 0, 2, 0, 0x0b, 0, 0, 0, 7][..], &nv[6..]].concat();
    round_trip::<NvPublic2>(&sized(&external), "TPM2B_NV_PUBLIC_2, external");
    round_trip::<EccPoint>(&sized(&[sized(&[1; 32]), sized(&[2; 31])].concat()), "TPM2B_ECC_POINT");
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
