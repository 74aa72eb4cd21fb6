//! Servers that lie, each in one way, for `examples/blind` to show that the client refuses them.

use clap::{Parser, Subcommand};
use core::error::Error;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject};
use rustls::version::TLS13;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, ServerConfig, ServerConnection, SignatureScheme, StreamOwned,
};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use tpmproof::crypto::HashAlgorithm;
use tpmproof::prover::{AkAlgorithm, Chain, Tpm, TpmAddress};
use tpmproof::tls;
use tpmproof::verify::{BankSelection, Log};

#[derive(Parser)]
struct Arguments {
    /// The TLS certificate that it shows, in PEM
    #[arg(long)]
    certificate: PathBuf,
    /// Its key, in PEM
    #[arg(long)]
    key: PathBuf,
    #[command(subcommand)]
    lie: Lie,
}

#[derive(Clone, Subcommand)]
enum Lie {
    /// Hands the client's question on to another server, and its answer back
    Relay { to: String },
    /// Answers with a proof that was made for somebody else
    Replay { proof: PathBuf },
    /// Lets the machine's own TPM quote, for a TLS key that was never measured
    Other { tpm: TpmAddress, log: PathBuf },
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let certificate = CertificateDer::from_pem_file(&arguments.certificate)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], PrivateKeyDer::from_pem_file(&arguments.key)?)?;
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("serving on {}", listener.local_addr()?);
    for socket in listener.incoming() {
        let mut client = StreamOwned::new(ServerConnection::new(config.clone())?, socket?);
        let lied = match &arguments.lie {
            Lie::Relay { to } => relay(&mut client, to),
            Lie::Replay { proof } => replay(&mut client, proof),
            Lie::Other { tpm, log } => other(&mut client, &certificate, tpm, log),
        };
        // What a client that believes the lie would send.
        let mut secret = String::new();
        if lied.is_ok() && client.read_to_string(&mut secret).is_ok() && !secret.is_empty() {
            println!("STOLEN: {secret}");
        }
    }
    Ok(())
}

type Client = StreamOwned<ServerConnection, TcpStream>;

fn relay(client: &mut Client, to: &str) -> Result<(), Box<dyn Error>> {
    let mut question = [0; tls::QUESTION_SIZE];
    client.read_exact(&mut question)?;
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "blind.example".try_into()?)?;
    let mut server = StreamOwned::new(connection, TcpStream::connect(to)?);
    server.write_all(&question)?;
    let mut octets = [0; 4096];
    // As much as comes at once, on and on, until the client has enough.
    loop {
        let count = server.read(&mut octets)?;
        client.write_all(octets.get(..count).unwrap_or_default())?;
        if count < octets.len() {
            return Ok(());
        }
    }
}

fn replay(client: &mut Client, proof: &PathBuf) -> Result<(), Box<dyn Error>> {
    client.read_exact(&mut [0; tls::QUESTION_SIZE])?;
    Ok(client.write_all(&std::fs::read(proof)?)?)
}

fn other(client: &mut Client, certificate: &[u8], tpm: &TpmAddress, log: &PathBuf) -> Result<(), Box<dyn Error>> {
    let prove = |nonce: &[u8]| -> Result<Vec<u8>, Box<dyn Error>> {
        let mut tpm = Tpm::open(tpm)?;
        let key = tpm.create_attestation_key(AkAlgorithm::default())?;
        let quoted = tpm.quote(&key, nonce, &[BankSelection { bank: HashAlgorithm::Sha256, pcrs: 0xffff }])?;
        let bytes = std::fs::read(log)?;
        Ok(quoted.into_proof(&key, &Chain::default()).log(Log { format: "application", bytes: &bytes }).to_der())
    };
    Ok(tls::answer(client, certificate, prove)?)
}

/// Who lies does not care whom he talks to.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.3 alone".into()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
