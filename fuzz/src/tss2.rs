//! Structures as `libtss2-mu` of tpm2-tss judges them: what one accepts, so does the other, and writes the same bytes again; or the difference
//! is one that is named here. Built with the feature `tss2` alone: it calls C.

use std::ffi::c_void;
use tpmproof::structures::{
    Tpm2bCreationData, Tpm2bDigest, Tpm2bName, Tpm2bNvPublic, Tpm2bPublic, TpmlAlg, TpmlDigest, TpmlPcrSelection,
    TpmsAttest, TpmsCreationData, TpmsNvPublic, TpmsPcrSelection, TpmtKdfScheme, TpmtPublic, TpmtSignature,
    TpmtSymDefObject, TpmuPublicParms,
};
use tpmproof::{Decode, DecodeError, DecodeErrorKind as Kind, Encode};

type Unmarshal = unsafe extern "C" fn(*const u8, usize, *mut usize, *mut c_void) -> u32;
type Marshal = unsafe extern "C" fn(*const c_void, *mut u8, usize, *mut usize) -> u32;

/// A structure as both have it.
struct Both {
    name: &'static str,
    ours: fn(&[u8]) -> Result<Vec<u8>, DecodeError>,
    read: Unmarshal,
    write: Marshal,
}

fn again(read: Result<impl Encode, DecodeError>, size: usize) -> Result<Vec<u8>, DecodeError> {
    let mut buffer = vec![0; size];
    Ok(read?.to_bytes(&mut buffer).expect("no longer than it was").to_vec())
}

macro_rules! both {
    ($($ours:ident = $read:ident, $write:ident;)+) => {
        #[link(name = "tss2-mu")]
        unsafe extern "C" {
            $(
                fn $read(buffer: *const u8, size: usize, offset: *mut usize, to: *mut c_void) -> u32;
                fn $write(from: *const c_void, buffer: *mut u8, size: usize, offset: *mut usize) -> u32;
            )+
        }
        const STRUCTURES: &[Both] = &[$(Both { name: stringify!($ours), ours: |data| again($ours::from_bytes(data), data.len()), read: $read, write: $write }),+];
    };
}

both! {
    TpmsAttest = Tss2_MU_TPMS_ATTEST_Unmarshal, Tss2_MU_TPMS_ATTEST_Marshal;
    TpmtSignature = Tss2_MU_TPMT_SIGNATURE_Unmarshal, Tss2_MU_TPMT_SIGNATURE_Marshal;
    TpmtPublic = Tss2_MU_TPMT_PUBLIC_Unmarshal, Tss2_MU_TPMT_PUBLIC_Marshal;
    Tpm2bPublic = Tss2_MU_TPM2B_PUBLIC_Unmarshal, Tss2_MU_TPM2B_PUBLIC_Marshal;
    TpmlPcrSelection = Tss2_MU_TPML_PCR_SELECTION_Unmarshal, Tss2_MU_TPML_PCR_SELECTION_Marshal;
    TpmsPcrSelection = Tss2_MU_TPMS_PCR_SELECTION_Unmarshal, Tss2_MU_TPMS_PCR_SELECTION_Marshal;
    TpmsCreationData = Tss2_MU_TPMS_CREATION_DATA_Unmarshal, Tss2_MU_TPMS_CREATION_DATA_Marshal;
    Tpm2bCreationData = Tss2_MU_TPM2B_CREATION_DATA_Unmarshal, Tss2_MU_TPM2B_CREATION_DATA_Marshal;
    TpmsNvPublic = Tss2_MU_TPMS_NV_PUBLIC_Unmarshal, Tss2_MU_TPMS_NV_PUBLIC_Marshal;
    Tpm2bNvPublic = Tss2_MU_TPM2B_NV_PUBLIC_Unmarshal, Tss2_MU_TPM2B_NV_PUBLIC_Marshal;
    TpmlDigest = Tss2_MU_TPML_DIGEST_Unmarshal, Tss2_MU_TPML_DIGEST_Marshal;
    TpmlAlg = Tss2_MU_TPML_ALG_Unmarshal, Tss2_MU_TPML_ALG_Marshal;
    Tpm2bDigest = Tss2_MU_TPM2B_DIGEST_Unmarshal, Tss2_MU_TPM2B_DIGEST_Marshal;
    Tpm2bName = Tss2_MU_TPM2B_NAME_Unmarshal, Tss2_MU_TPM2B_NAME_Marshal;
}

/// How many structures there are.
pub const COUNT: usize = STRUCTURES.len();

/// More than the largest structure takes, at the alignment that any has.
type Memory = [u64; 2048];

/// What `libtss2-mu` makes of all of the bytes: the bytes that it writes again, or its code.
fn theirs(both: &Both, data: &[u8]) -> Result<Vec<u8>, u32> {
    let mut memory: Memory = [0; 2048];
    let mut out = vec![0; 16384];
    let (mut offset, mut written) = (0, 0);
    // SAFETY: the buffers are as large as is said, and the memory is larger than any structure of the library, aligned, and zero,
    // which is a structure of each kind.
    unsafe {
        let code = (both.read)(data.as_ptr(), data.len(), &raw mut offset, (&raw mut memory).cast());
        if code != 0 {
            return Err(code);
        }
        let code = (both.write)((&raw const memory).cast(), out.as_mut_ptr(), out.len(), &raw mut written);
        if code != 0 {
            return Err(code);
        }
    }
    if offset != data.len() {
        return Err(0);
    }
    out.truncate(written);
    Ok(out)
}

/// Why one refuses what the other does not, where that is known; for tpm2-tss 3.2.
fn difference(
    name: &str,
    data: &[u8],
    ours: &Result<Vec<u8>, DecodeError>,
    theirs: &Result<Vec<u8>, u32>,
) -> Option<&'static str> {
    let sized = ["Tpm2bPublic", "Tpm2bNvPublic", "Tpm2bCreationData"].contains(&name);
    match (ours, theirs) {
        (Err(_), Ok(theirs)) if sized && theirs != data => {
            Some("the size of a TPM2B_ structure is not held against what stands in it, and another is written")
        }
        (Err(error), Ok(theirs)) if theirs == data => match error.kind {
            Kind::ReservedBits(_) => Some("reserved bits are passed over (Part 2, clause 8)"),
            Kind::UnknownValue(_) => {
                Some("any number is an algorithm, where the specification lists those that may stand there (clause 9)")
            }
            Kind::TooLong { found: 81..=128, limit: 80 } => {
                Some("coordinates have 128 bytes, and no curve has more than 80")
            }
            Kind::TooLong { found: 67..=68, limit: 66 } => {
                Some("a Name has 68 bytes, for a union of C is padded; a TPMT_HA has 66")
            }
            _ => None,
        },
        (Ok(_), Err(_)) if longest_data(name, data) > Some(64) => {
            Some("TPM2B_DATA has 64 bytes, where the specification has those of a TPMT_HA, 66 (10.4.3)")
        }
        (Ok(_), Err(_)) if digest_of_sha3(name, data) => {
            Some("a TPMT_HA of SHA-3 is in the specification (10.3.1), and not in the library's union")
        }
        (Ok(_), Err(_)) if has_tdes_or_kdf2(name, data) => {
            Some("triple DES (11.1.3) and KDF2 (11.2.3.3) are in the specification's unions, and not in the library's")
        }
        (Ok(_), Err(_)) if newer(name, data) => Some("it is newer than the library (Part 2, version 1.85)"),
        _ => None,
    }
}

/// Whether a key is of triple DES, or derives keys by KDF2.
fn has_tdes_or_kdf2(name: &str, data: &[u8]) -> bool {
    let public = match name {
        "TpmtPublic" => TpmtPublic::from_bytes(data).ok(),
        "Tpm2bPublic" => Tpm2bPublic::from_bytes(data).ok().map(|sized| sized.0),
        _ => None,
    };
    let symmetric = match public.map(|public| public.parameters) {
        Some(TpmuPublicParms::Ecc(ecc)) if matches!(ecc.kdf, TpmtKdfScheme::Kdf2(_)) => return true,
        Some(TpmuPublicParms::Ecc(ecc)) => ecc.symmetric,
        Some(TpmuPublicParms::Rsa(rsa)) => rsa.symmetric,
        Some(TpmuPublicParms::Symcipher(cipher)) => cipher.sym,
        _ => return false,
    };
    matches!(symmetric, TpmtSymDefObject::Tdes(_))
}

/// Whether a structure is of what the library does not have yet: attestations of an NV index's digest; EdDSA, ML-KEM and ML-DSA.
fn newer(name: &str, data: &[u8]) -> bool {
    let word = |at: usize| data.get(at..at + 2).map(|word| u16::from_be_bytes([word[0], word[1]]));
    if name == "TpmsAttest" {
        return word(4) == Some(0x801c);
    }
    let algorithm = match name {
        "TpmtSignature" | "TpmtPublic" => word(0),
        "Tpm2bPublic" => word(2),
        _ => None,
    };
    matches!(algorithm, Some(0x60 | 0x61 | 0xa0..=0xa2))
}

/// Whether an HMAC's digest, which is a TPMT_HA, is by SHA3-256, SHA3-384 or SHA3-512.
fn digest_of_sha3(name: &str, data: &[u8]) -> bool {
    name == "TpmtSignature" && matches!(data, [0x00, 0x05, 0x00, 0x27..=0x29, ..])
}

/// How long the TPM2B_DATA of a structure is.
fn longest_data(name: &str, data: &[u8]) -> Option<usize> {
    Some(match name {
        "TpmsAttest" => TpmsAttest::from_bytes(data).ok()?.extra_data.0.len(),
        "TpmsCreationData" => TpmsCreationData::from_bytes(data).ok()?.outside_info.0.len(),
        "Tpm2bCreationData" => Tpm2bCreationData::from_bytes(data).ok()?.0.outside_info.0.len(),
        _ => return None,
    })
}

/// The first byte chooses the structure; the others are its bytes. Answers whether both accept them.
pub fn tss2(data: &[u8]) -> bool {
    let Some((choice, data)) = data.split_first() else { return false };
    let both = &STRUCTURES[usize::from(*choice) % COUNT];
    let (ours, theirs) = ((both.ours)(data), theirs(both, data));
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) if ours == theirs => {
            assert_eq!(ours, data, "{}: written again", both.name);
            true
        }
        (Err(_), Err(_)) => false,
        _ if difference(both.name, data, &ours, &theirs).is_some() => false,
        _ => panic!("{}: ours {ours:02x?}, theirs {theirs:02x?} of {data:02x?}", both.name),
    }
}
