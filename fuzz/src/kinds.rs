//! Evidence that is no proof: what is read is all there, and nothing is believed that nobody signed.

use super::{inside, no_prefix};
use tpmproof::crypto::{HashAlgorithm, SOFTWARE};
use tpmproof::verify::{
    Anchor, AttestationObject, Challenge, ClientData, HclReport, Logs, NitroTpmDocument, PcrRule, Platform, Policy,
    PolicyList, RelyingParty, Time, verify_nitrotpm, verify_webauthn,
};

const TIME: Time = Time::from_unix_seconds(1_780_272_000);

/// A document of NitroTPM has no other form, and only Amazon signs one.
pub fn nitrotpm(data: &[u8]) -> bool {
    let document = match NitroTpmDocument::from_cbor(data) {
        Ok(document) => document,
        Err(error) => return inside(data, &error),
    };
    let rules = [PcrRule::zero(HashAlgorithm::Sha384, 12)];
    let policy = Policy::builder().platform(&Platform::AWS).pcrs(&rules).build().unwrap();
    let challenge = Challenge::insecure_no_freshness();
    match verify_nitrotpm(&document, &Logs::default(), &policy, &challenge, TIME, &SOFTWARE) {
        Ok(report) => panic!("Amazon did not sign this: {report}"),
        Err(no) => assert!(no.json().to_string().starts_with('{') && !no.to_string().is_empty()),
    }
    no_prefix(data, |bytes| NitroTpmDocument::from_cbor(bytes).is_ok())
}

/// So has an attestation object, and an authority that signed nothing vouches for none.
pub fn webauthn(data: &[u8]) -> bool {
    let object = match AttestationObject::from_cbor(data) {
        Ok(object) => object,
        Err(error) => return inside(data, &error),
    };
    let parties = [RelyingParty { id: "example.org", origins: PolicyList::EMPTY }];
    let anchors = [Anchor::CertificateSha256([7; 32])];
    let policy = Policy::builder().anchors(&anchors).relying_parties(&parties).build().unwrap();
    let client = ClientData::read_by_caller([0; 32], Challenge::insecure_no_freshness(), "https://example.org");
    match verify_webauthn(&object, &client, &policy, TIME, &SOFTWARE) {
        Ok(report) => panic!("nobody vouches for this: {report}"),
        Err(no) => assert!(no.json().to_string().starts_with('{') && !no.to_string().is_empty()),
    }
    no_prefix(data, |bytes| AttestationObject::from_cbor(bytes).is_ok())
}

/// The parts of a report of Azure's paravisor lie inside it.
pub fn hcl_report(data: &[u8]) -> bool {
    match HclReport::from_bytes(data) {
        Err(error) => inside(data, &error),
        Ok(report) => {
            let (hardware, runtime) = (report.unverified_hardware_report, report.unverified_runtime_data);
            assert!(hardware.len() + runtime.len() < data.len());
            if let Ok(bound) = report.bound_runtime_data(&SOFTWARE) {
                assert_eq!(bound, runtime);
            }
            true
        }
    }
}
