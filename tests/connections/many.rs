//! Promise: many clients share one TPM: none fails for a reason that is not its own, and where more come than may wait, those are told so.
#![cfg(all(feature = "cli", feature = "tls"))]

use crate::common::forge::hash;
use crate::common::swtpm::Swtpm;
use crate::common::tls::{HOST, Identity, host, provider};
use crate::common::verified::{SHA256, leak};
use rustls::{ServerConnection, StreamOwned};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::time::Duration;
use tpmproof::prover::{
    AkAlgorithm, ApplicationLog, Chain, Hashed, NewMeasurement, ProverError, ProvingQueue, Tpm, TpmAddress,
};
use tpmproof::tls::{TlsError, Unattested, answer};
use tpmproof::verify::{
    BankSelection, Channel, EventRule, EventRules, Log, LogName, LogRule, PcrRule, Pin, Policy, PolicyList, Time,
};

const CLIENTS: usize = 200;

/// A machine that has measured its TLS key, and whom to trust for it.
struct Machine {
    swtpm: Swtpm,
    identity: Identity,
    log: Vec<u8>,
    policy: &'static Policy<'static>,
}

impl Machine {
    fn new(name: &str) -> Self {
        let swtpm = Swtpm::new(name);
        let identity = Identity::of(2);
        let key =
            NewMeasurement { kind: "tls-spki".into(), name: HOST.into(), hashed: Hashed::of(&identity.key.spki()) };
        let path = swtpm.folder.path("application.log");
        let log = ApplicationLog::new(path.as_ref(), 13);
        log.append(&[key], || Tpm::open(&swtpm.address), &mut |_| ()).unwrap();
        let ak = swtpm.tpm().create_attestation_key(AkAlgorithm::default()).unwrap().entity().name;
        let pins = leak(vec![Pin::Name(leak(ak.as_bytes().to_vec()))]);
        let logs = leak(vec![LogRule { pcrs: 1 << 13, logs: PolicyList::new(leak(vec![LogName::Application])) }]);
        let require = PolicyList::new(leak(vec![EventRule::measurement(13, "tls-spki")]));
        let events = EventRules { require, accept_any_boot: true, ..EventRules::default() };
        let builder = Policy::builder().pinned(pins).pcrs(leak(vec![PcrRule::log(SHA256, 13)])).logs(logs);
        let policy = &leak(vec![builder.events(events).build().unwrap()])[0];
        Self { log: std::fs::read(path).unwrap(), swtpm, identity, policy }
    }

    /// Serves all that come, with a queue of `bound`; each turn takes `pause` longer.
    fn serve(&self, bound: usize, pause: Duration) -> SocketAddr {
        let (address, log) = (self.swtpm.address.clone(), self.log.clone());
        let queue = ProvingQueue::start(bound, move |nonce| {
            std::thread::sleep(pause);
            prove(&address, &log, nonce)
        });
        let (queue, identity) = (Arc::new(queue.unwrap()), self.identity.clone());
        let config = Arc::new(identity.server_config());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let (queue, config, certificate) = (queue.clone(), config.clone(), identity.certificate().to_vec());
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    let _ = answer(&mut StreamOwned::new(connection, socket.unwrap()), &certificate, |nonce| {
                        queue.prove(nonce)
                    });
                });
            }
        });
        address
    }
}

fn prove(address: &TpmAddress, log: &[u8], nonce: &[u8]) -> Result<Vec<u8>, ProverError> {
    let mut tpm = Tpm::open(address)?;
    let key = tpm.create_attestation_key(AkAlgorithm::default())?;
    let quoted = tpm.quote(&key, nonce, &[BankSelection { bank: SHA256, pcrs: 1 << 13 }])?;
    tpm.close()?;
    Ok(quoted.into_proof(&key, &Chain::default()).log(Log { format: "application", bytes: log }).to_der())
}

/// All at once; what each has got: how it is bound, or why not.
fn all(server: SocketAddr, policy: &'static Policy<'static>) -> Vec<Result<(Channel, Vec<u8>), TlsError>> {
    let start = Arc::new(Barrier::new(CLIENTS));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let start = start.clone();
            std::thread::spawn(move || {
                start.wait();
                let socket = TcpStream::connect(server)?;
                socket.set_read_timeout(Some(Duration::from_secs(60)))?;
                let mut server = Unattested::connect(host(), socket, provider())?;
                let answer = server.ask()?;
                let proof = answer.proof().map_err(TlsError::Answer)?;
                let report = answer.verify(&proof, policy, None, Time::now());
                let report = report.map_err(|rejection| TlsError::Peer(rejection.to_string()))?;
                server.admit(&report)?;
                Ok((report.channel(), hash(SHA256, answer.as_bytes())))
            })
        })
        .collect();
    clients.into_iter().map(|client| client.join().unwrap()).collect()
}

#[test]
fn two_hundred_clients_and_one_prover() {
    let machine = Machine::new("tls-many");
    let mut proofs = Vec::new();
    for outcome in all(machine.serve(CLIENTS, Duration::ZERO), machine.policy) {
        let (channel, proof) = outcome.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(channel, Channel::ExporterBound);
        proofs.push(proof);
    }
    // Each has got a proof of its own.
    proofs.sort();
    proofs.dedup();
    assert_eq!(proofs.len(), CLIENTS);
    machine.swtpm.assert_empty();
}

#[test]
fn more_than_may_wait() {
    let machine = Machine::new("tls-full");
    let (mut accepted, mut told) = (0, 0);
    for outcome in all(machine.serve(8, Duration::from_millis(100)), machine.policy) {
        match outcome {
            Ok((channel, _)) => {
                assert_eq!(channel, Channel::ExporterBound);
                accepted += 1;
            }
            Err(TlsError::Refused(reason)) => {
                assert_eq!(reason, "8 wait for the TPM already, the most that may; ask again later");
                told += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    // Eight and the one whose turn it is at the least.
    assert!(accepted >= 9 && told > 0, "{accepted} accepted, {told} told to come later");
    println!("{accepted} accepted, {told} told to come later");
}
