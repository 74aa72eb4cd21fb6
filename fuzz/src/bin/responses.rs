//! responses FOLDER ADDRESS: asks a TPM all that the target `response` asks, and writes what it answers, each as a seed.

use std::sync::{Arc, Mutex};
use tpmproof::prover::commands::{NvDefineSpace, NvWrite};
use tpmproof::prover::transport::{Transport, TransportError};
use tpmproof::prover::{AkAlgorithm, Authorization, Entity, Tpm, TpmAddress};
use tpmproof::structures::*;

#[derive(Debug)]
struct Recorder(Box<dyn Transport>, Arc<Mutex<Vec<u8>>>);

impl Transport for Recorder {
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        let answer = self.0.transmit(command, response)?;
        *self.1.lock().unwrap() = answer.to_vec();
        Ok(answer)
    }

    fn set_locality(&mut self, locality: u8) -> Result<(), TransportError> {
        self.0.set_locality(locality)
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let address: TpmAddress = arguments.next().expect("an address").parse().expect("an address");
    // What is asked for by its handle must be there.
    let mut tpm = Tpm::open(&address).expect("the TPM");
    let key = tpm.create_attestation_key(AkAlgorithm::P256).expect("a key");
    tpm.persist(&key, TpmHandle(0x8100_0001)).expect("a place");
    let public = TpmsNvPublic {
        nv_index: TpmHandle(0x01c0_0002),
        name_alg: TpmiAlgHash(TpmAlgId::SHA256),
        attributes: TpmaNv::OWNERREAD.with(TpmaNv::OWNERWRITE).with(TpmaNv::NO_DA),
        auth_policy: Tpm2bDigest(&[]),
        data_size: 64,
    };
    let owner = Entity::of(TpmHandle::OWNER);
    let password = &mut [Authorization::Password(&[])];
    let define = NvDefineSpace { auth_handle: owner, auth: Tpm2bDigest(&[]), public_info: Tpm2bNvPublic(public) };
    tpm.execute(&define, password).expect("an index");
    let index = Entity::of(TpmHandle(0x01c0_0002));
    let write = NvWrite { auth_handle: owner, nv_index: index, data: Tpm2bMaxNvBuffer(&[7; 64]), offset: 0 };
    tpm.execute(&write, password).expect("what it holds");
    tpm.close().expect("the TPM");
    for command in 0..tpmproof_fuzz::COMMANDS {
        let last = Arc::new(Mutex::new(Vec::new()));
        let transport = address.open(std::time::Duration::from_secs(20)).expect("the TPM");
        let mut tpm = Tpm::new(Box::new(Recorder(transport, Arc::clone(&last))));
        let answered = tpmproof_fuzz::ask(command, &mut tpm);
        let answer = last.lock().unwrap().clone();
        let name = if answered.is_ok() { "" } else { "refused-" };
        std::fs::write(format!("{folder}/{name}{command}"), [&[command][..], &answer].concat()).expect("a seed");
    }
}
