//! A server that measures what it serves and with what, proves it to each client, and then answers as a "model" would.
//!
//! It measures, once at each start of the machine, its own executable, its weights and its TLS key into PCR 13, and ends the log. Over each
//! connection it proves that by a new quote, before anything else. `examples/blind` runs it.

use clap::Parser;
use core::error::Error;
use core::time::Duration;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::server::NoServerSessionStorage;
use rustls::version::TLS13;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::prover::{
    AkAlgorithm, ApplicationLog, Chain, Hashed, NewMeasurement, ProvingQueue, QueueError, QuietLog, Tpm, TpmAddress,
    hash_paths,
};
use tpmproof::tls;
use tpmproof::verify::{Attachment, BankSelection, Certificate, Log};

#[derive(Parser)]
struct Arguments {
    /// The TPM, such as `device:/dev/tpmrm0`
    #[arg(long)]
    tpm: TpmAddress,
    /// The application's log, new at each start of the machine
    #[arg(long)]
    log: PathBuf,
    /// The weights of the "model"
    #[arg(long)]
    weights: PathBuf,
    /// The TLS certificate, in PEM
    #[arg(long)]
    certificate: PathBuf,
    /// Its key, in PEM
    #[arg(long)]
    key: PathBuf,
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// How many clients may wait for the TPM
    #[arg(long, default_value_t = 256)]
    queue: usize,
}

const PCR: u8 = 13;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let certificate = CertificateDer::from_pem_file(&arguments.certificate)?;
    let config = server_config(certificate.clone(), PrivateKeyDer::from_pem_file(&arguments.key)?)?;
    measure(&arguments, &certificate)?;

    // The TPM does one thing after the other, so that all threads share one queue.
    let (address, log, own) = (arguments.tpm, arguments.log, certificate.clone());
    let queue = ProvingQueue::start(arguments.queue, move |nonce| prove(&address, &log, &own, nonce))?;
    let shared = Arc::new((config, certificate, queue));

    let listener = TcpListener::bind(&arguments.listen)?;
    println!("serving on {}", listener.local_addr()?);
    for socket in listener.incoming() {
        let (shared, socket) = (shared.clone(), socket?);
        std::thread::spawn(move || {
            let (config, certificate, queue) = &*shared;
            if let Err(error) = serve(config.clone(), certificate, queue, socket) {
                eprintln!("a client: {error}");
            }
        });
    }
    Ok(())
}

/// TLS 1.3, without tickets: a connection that begins with one has no exporter of its own handshake, and is refused.
fn server_config(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

fn measure(arguments: &Arguments, certificate: &CertificateDer<'_>) -> Result<(), Box<dyn Error>> {
    let measured = |kind: &str, name: &str, hashed| NewMeasurement { kind: kind.into(), name: name.into(), hashed };
    let files = [std::env::current_exe()?, arguments.weights.clone()];
    let [code, weights]: [Hashed; 2] =
        hash_paths(&files, &|_| ())?.try_into().map_err(|_| "there is a digest for each file")?;
    let key = Hashed::of(Certificate::from_der(certificate)?.spki());
    let all = [
        measured("code", "blind_server", code),
        measured("weights", "model", weights),
        measured("tls-spki", "blind_server", key),
        NewMeasurement::seal(),
    ];
    let log = ApplicationLog::new(&arguments.log, PCR);
    log.append(&all, || Tpm::open(&arguments.tpm), &mut |note| eprintln!("{note}"))?;
    Ok(())
}

/// A proof for what a client asks. On a real machine the firmware's log belongs into it too, and what booted into the policy.
fn prove(address: &TpmAddress, log: &Path, certificate: &[u8], nonce: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let quiet = QuietLog::of(log)?;
    let mut tpm = Tpm::open(address)?;
    let key = tpm.create_attestation_key(AkAlgorithm::default())?;
    let quoted = tpm.quote(&key, nonce, &[BankSelection { bank: HashAlgorithm::Sha256, pcrs: 0xffff }])?;
    tpm.close()?;
    let bytes = std::fs::read(log)?;
    drop(quiet);
    let proof = quoted.into_proof(&key, &Chain::default());
    let proof = proof.log(Log { format: "application", bytes: &bytes });
    Ok(proof.attachment(Attachment { kind: "tls-certificate", name: "blind_server", bytes: certificate }).to_der())
}

fn serve(
    config: Arc<ServerConfig>,
    certificate: &[u8],
    queue: &ProvingQueue,
    socket: TcpStream,
) -> Result<(), Box<dyn Error>> {
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    socket.set_write_timeout(Some(Duration::from_secs(30)))?;
    let mut stream = StreamOwned::new(ServerConnection::new(config)?, socket);
    tls::answer(&mut stream, certificate, |nonce| {
        queue.prove(nonce).map_err(|error| match error {
            // What failed here is nobody's business there.
            QueueError::Failed(reason) => {
                eprintln!("{reason}");
                "this machine cannot prove at the moment".to_owned()
            }
            other => other.to_string(),
        })
    })?;
    let mut prompt = String::new();
    let mut stream = BufReader::new(stream);
    while (&mut stream).take(64 * 1024).read_line(&mut prompt)? > 0 {
        let answer = format!("the model says: {}\n", prompt.trim_end());
        stream.get_mut().write_all(answer.as_bytes())?;
        prompt.clear();
    }
    Ok(())
}
