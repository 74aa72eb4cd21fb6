//! prove TPMPROOF SOCKET FOLDER AK ROUNDS: proves so often by the library and by the program TPMPROOF over the UNIX socket of a TPM, and
//! prints how long either took, as a multiple of the time that the TPM had the commands.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tpmproof::crypto::HashAlgorithm;
use tpmproof::prover::transport::{Transport, TransportError};
use tpmproof::prover::{AkAlgorithm, Chain, Tpm, TpmAddress};
use tpmproof::verify::BankSelection;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("prove TPMPROOF SOCKET FOLDER AK ROUNDS");
    let (program, socket, folder, ak) = (next(), next(), next(), next());
    let rounds: u32 = next().parse().expect("how often");
    by_library(&socket, &ak, rounds);
    let between = format!("{folder}/between");
    let spent = Arc::new(AtomicU64::new(0));
    let listener = UnixListener::bind(&between).expect("a socket");
    let counted = Arc::clone(&spent);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            forward(client.expect("a client"), &socket, &counted);
        }
    });
    let mut whole = 0;
    for round in 0..=rounds {
        if round == 1 {
            // The first is not counted: all is cold.
            spent.store(0, Ordering::SeqCst);
            whole = 0;
        }
        let start = Instant::now();
        let prove =
            ["prove", "--insecure-no-freshness", "--uncertified", "--ak", &ak, "--tpm", &format!("swtpm:{between}")];
        let output = Command::new(&program).args(prove).args(["-o", &format!("{folder}/proof")]).output();
        let output = output.expect("the program");
        whole += start.elapsed().as_micros();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let own = u128::from(spent.load(Ordering::SeqCst));
    let added = whole.saturating_sub(own) as f64 / f64::from(rounds) / 1000.0;
    println!(
        "prove --ak {ak}, the program: {:.2} of the TPM's own time, {added:.1} ms more",
        whole as f64 / own as f64
    );
}

/// A way to a TPM that counts how long the answers take.
#[derive(Debug)]
struct Timed(Box<dyn Transport>, Arc<AtomicU64>);

impl Transport for Timed {
    fn transmit<'r>(&mut self, command: &[u8], response: &'r mut [u8]) -> Result<&'r [u8], TransportError> {
        let start = Instant::now();
        let answer = self.0.transmit(command, response)?;
        self.1.fetch_add(start.elapsed().as_nanos() as u64, Ordering::SeqCst);
        Ok(answer)
    }

    fn set_locality(&mut self, locality: u8) -> Result<(), TransportError> {
        self.0.set_locality(locality)
    }
}

/// From the connection to the proof in DER, with the check that it verifies.
fn by_library(socket: &str, ak: &str, rounds: u32) {
    let address: TpmAddress = format!("swtpm:{socket}").parse().expect("an address");
    let algorithm = AkAlgorithm::ALL.iter().find(|known| ak.ends_with(known.name())).copied().unwrap_or_default();
    let spent = Arc::new(AtomicU64::new(0));
    let selection = [BankSelection { bank: HashAlgorithm::Sha256, pcrs: 0xffff }];
    let start = Instant::now();
    for _ in 0..rounds {
        let transport = address.open(Duration::from_secs(60)).expect("the TPM");
        let mut tpm = Tpm::new(Box::new(Timed(transport, Arc::clone(&spent))));
        let key = tpm.create_attestation_key(algorithm).expect("a key");
        let quoted = tpm.quote(&key, &[7; 32], &selection).expect("a quote");
        tpm.close().expect("the TPM");
        assert!(!quoted.into_proof(&key, &Chain::default()).to_der().is_empty());
    }
    let own = spent.load(Ordering::SeqCst) as f64;
    println!("prove --ak {ak}, the library: {:.2} of the TPM's own time", start.elapsed().as_nanos() as f64 / own);
}

/// Hands on commands and responses, and counts how long the TPM has each.
fn forward(mut client: UnixStream, socket: &str, spent: &AtomicU64) {
    let mut tpm = UnixStream::connect(socket).expect("the TPM");
    while let Some(command) = message(&mut client) {
        let start = Instant::now();
        tpm.write_all(&command).expect("the TPM");
        let response = message(&mut tpm).expect("a response");
        spent.fetch_add(start.elapsed().as_micros() as u64, Ordering::SeqCst);
        client.write_all(&response).expect("the client");
    }
}

/// A command or a response: its third to sixth octet say how long it is.
fn message(from: &mut UnixStream) -> Option<Vec<u8>> {
    let mut message = vec![0; 10];
    from.read_exact(&mut message).ok()?;
    let size = u32::from_be_bytes(message[2..6].try_into().unwrap()) as usize;
    message.resize(size, 0);
    from.read_exact(&mut message[10..]).ok()?;
    Some(message)
}
