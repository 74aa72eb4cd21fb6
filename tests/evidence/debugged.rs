//! Promise: what one prints while looking for a fault shows what is there, and a log, however it is held, says how much is in it.
#![cfg(feature = "std")]

use crate::common::forge::hash;
use core::fmt::Debug;
use tpmproof::crypto::{Crypto, Hash, HashAlgorithm, SOFTWARE, Scheme, Software};
use tpmproof::log::{CelLog, EventData, EventLog, ImaList, SipaTree, TcgEventType, TcgLog};
use tpmproof::structures::{
    Tpm2bPublic, TpmAlgId, TpmRc, TpmiAlgHash, TpmiYesNo, TpmlPcrSelection, TpmsAttest, TpmsIdObject, TpmtHa,
};
use tpmproof::verify::{KeyEvidence, Name, Pin, PolicyList};
use tpmproof::{Decode, Encode};

fn shows(value: &dyn Debug, words: &[&str]) {
    let text = format!("{value:?}");
    for word in words {
        assert!(text.contains(word), "{text:?} does not show {word:?}");
    }
}

fn holds<'a>(log: impl Into<EventLog<'a>>, count: usize) {
    let log = log.into();
    assert_eq!((log.len(), log.is_empty()), (count, count == 0));
    assert_eq!(log.events().count(), count);
}

#[test]
fn logs() {
    let firmware = crate::common::read("boot-uki-sb/binary_bios_measurements");
    let log = TcgLog::from_bytes(&firmware).unwrap();
    let first = log.events().find(|event| event.extends()).unwrap();
    shows(&first, &["event ", "register 0, ", "EV_", " bytes"]);
    let sha256 = hash_text(first.digests.get(TpmAlgId::SHA256).unwrap());
    shows(&first.digests, &[&format!("TPM_ALG_SHA256:{sha256}")]);
    assert!(log.len() == 36 && !log.is_empty());
    holds(log, log.len());

    let list = crate::common::read("boot-uki-sb/binary_runtime_measurements");
    let ima = ImaList::from_bytes(&list).unwrap();
    assert!(ima.len() > 1 && !ima.is_empty());
    holds(ima, ima.len());

    // One record of a register, and of an NV index.
    let tlv =
        |kind: u8, value: &[u8]| [&[kind][..], &u32::try_from(value.len()).unwrap().to_be_bytes(), value].concat();
    let digest = tlv(3, &tlv(11, &hash(HashAlgorithm::Sha256, b"any")));
    let record = [tlv(0, &[0; 8]), tlv(1, &13u32.to_be_bytes()), digest, tlv(200, b"any")].concat();
    let cel = CelLog::from_bytes(&record).unwrap();
    assert_eq!((cel.len(), cel.is_empty()), (1, false));
    holds(cel, 1);
    shows(&cel.events().next().unwrap().cel().unwrap(), &["a record of type 200, ", " bytes"]);

    let tree = [&0x0006_0001u32.to_le_bytes()[..], &[0; 4]].concat();
    shows(&SipaTree::decode(&tree).unwrap(), &["SipaEvent"]);
    // A variable's GUID and name, and the path of an image.
    let shown: String = log
        .events()
        .filter_map(|event| EventData::decode(event.event_type().unverified(), event.data().unverified()).ok())
        .map(|data| format!("{data:?}\n"))
        .collect();
    for word in ["8be4df61-93ca-11d2-aa0d-00e098032b8c", "SecureBoot", "PciRoot", "BOOTX64.EFI"] {
        assert!(shown.contains(word), "{word}");
    }
    assert_eq!(format!("{:?}", TcgEventType::SEPARATOR), "EV_SEPARATOR");
}

fn hash_text(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn structures() {
    let message = crate::common::read("swtpm/q_p256_sha256.msg");
    shows(&TpmsAttest::from_bytes(&message).unwrap(), &["TPM_ST_ATTEST_QUOTE", "TPM_ALG_SHA256", "YES"]);
    let public = crate::common::read("swtpm/ak_p256.tpm2b");
    shows(&Tpm2bPublic::from_bytes(&public).unwrap(), &["TPM_ALG_ECC", "TPM_ECC_NIST_P256"]);
    let digest = TpmtHa { hash_alg: TpmiAlgHash(TpmAlgId::SHA256), digest: &[0xab; 32] };
    shows(&digest, &["TPM_ALG_SHA256:abab"]);
    assert_eq!([true, false].map(|yes| format!("{:?}", TpmiYesNo(yes))), ["YES", "NO"]);
    for (code, debug, words) in [
        (0x0101, "TPM_RC_FAILURE", "TPM_RC_FAILURE (0x101): the TPM is in failure mode"),
        (0x0922, "TPM_RC_RETRY", "TPM_RC_RETRY (0x922): the TPM was not able to start the command; send it again"),
        (
            0x000b_0101,
            "TPM_RC_FAILURE",
            "TPM_RC_FAILURE (0xb0101): the TPM is in failure mode; from the resource manager",
        ),
        (0x7fff_0fff, "0x7fff0fff", "0x7fff0fff, which has no name here; parameter 15"),
        (0x0095, "TPM_RC_SIZE", "TPM_RC_SIZE (0x95): the structure has the wrong size"),
        (0x01d5, "TPM_RC_SIZE", "TPM_RC_SIZE (0x1d5): the structure has the wrong size; parameter 1"),
    ] {
        assert_eq!((format!("{:?}", TpmRc(code)), TpmRc(code).to_string()), (debug.to_owned(), words.to_owned()));
        let octets = code.to_be_bytes();
        let read = TpmRc::from_bytes(&octets).unwrap();
        assert_eq!((read, read.to_bytes(&mut [0; 4]).unwrap()), (TpmRc(code), &octets[..]));
    }
    let credential = [&[0, 2, 0xab, 0xcd][..], &[0x12, 0x34]].concat();
    assert_eq!(format!("{:?}", TpmsIdObject::from_bytes(&credential).unwrap()), "abcd 1234");
    let mut fields = String::new();
    let selections =
        TpmlPcrSelection::fields(&[0, 0, 0, 1, 0, 0x0b, 3, 1, 0, 0], &mut |field| fields += &format!("{field:?} "))
            .unwrap();
    assert!(fields.starts_with("count@0+4 "), "{fields}");
    assert_eq!((selections.iter().clone().count(), selections.len(), selections.is_empty()), (1, 1, false));
}

#[test]
fn arithmetic_and_policies() {
    shows(&SOFTWARE, &["Software"]);
    shows(&Software::new(&[Hash::SHA256], &[Scheme::ECDSA_P256]), &["Software"]);
    shows(&[Hash::SHA256, Hash::SHA1], &["sha256", "sha1"]);
    shows(&[Scheme::ECDSA_P256], &["P-256"]);
    let digest = SOFTWARE.digest(HashAlgorithm::Sha256, &mut core::iter::empty()).unwrap();
    shows(&digest, &["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]);
    let public = crate::common::read("swtpm/ak_p256.tpm2b");
    let name = Name::of(&public[2..], TpmAlgId::SHA256, &SOFTWARE).unwrap();
    shows(&name, &[&hash_text(name.as_bytes())]);
    let pins = [Pin::Name(&[0, 0x0b, 7]), Pin::SpkiSha256([9; 32])];
    let list = PolicyList::new(&pins);
    shows(&list, &["Name([0, 11, 7])", "SpkiSha256([9, "]);
    assert!(list == PolicyList::new(&pins) && list != PolicyList::new(&pins[..1]) && !list.is_empty());
    assert!(list.contains(&pins[1]) && !list.contains(&Pin::SpkiSha256([8; 32])));
    assert_eq!(PolicyList::<Pin<'_>>::from(&pins[..]), list);
    assert!(PolicyList::<Pin<'_>>::default().is_empty());
}

#[test]
fn a_chain_that_is_too_long() {
    let eight = (0..8).try_fold(KeyEvidence::new(), |evidence, _| evidence.with_certificate(b"any")).unwrap();
    assert_eq!(eight.certificates().len(), 8);
    assert_eq!(eight.with_certificate(b"any").unwrap_err().to_string(), "more than 8 certificates");
}
