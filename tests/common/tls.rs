//! TLS in one process: certificates, a server on a thread, and a client that asks it.

use super::forge::{Certificate, Key};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::version::TLS13;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fmt::Display;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tpmproof::tls::{TlsError, Unattested, answer};

pub const HOST: &str = "server.example";

pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub fn host() -> ServerName<'static> {
    HOST.try_into().unwrap()
}

/// What one end of a connection shows: its certificates, its own first, and its key.
#[derive(Clone)]
pub struct Identity {
    pub chain: Vec<Vec<u8>>,
    pub key: Key,
}

impl Identity {
    /// A certificate that the key signs itself.
    pub fn of(number: u8) -> Self {
        let key = Key::new(number);
        Self { chain: vec![Certificate::server("a server", HOST, &key).sign(&key)], key }
    }

    pub fn certificate(&self) -> &[u8] {
        &self.chain[0]
    }

    pub fn shown(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = self.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
        (chain, PrivatePkcs8KeyDer::from(self.key.pkcs8()).into())
    }

    pub fn server_config(&self) -> ServerConfig {
        let (chain, key) = self.shown();
        let config = ServerConfig::builder_with_provider(provider()).with_protocol_versions(&[&TLS13]).unwrap();
        config.with_no_client_auth().with_single_cert(chain, key).unwrap()
    }
}

/// Two sockets that give up after a while.
pub fn sockets() -> (UnixStream, UnixStream) {
    let (one, other) = UnixStream::pair().unwrap();
    for socket in [&one, &other] {
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    }
    (one, other)
}

/// A server for one connection, that answers by `prove` and then echoes.
pub fn serve<E: Display>(
    config: ServerConfig,
    socket: UnixStream,
    certificate: &[u8],
    prove: impl FnOnce(&[u8]) -> Result<Vec<u8>, E> + Send + 'static,
) -> JoinHandle<Result<(), TlsError>> {
    let certificate = certificate.to_vec();
    std::thread::spawn(move || {
        let connection = ServerConnection::new(Arc::new(config))?;
        let mut stream = StreamOwned::new(connection, socket);
        answer(&mut stream, &certificate, prove)?;
        let mut line = [0; 5];
        // Who refuses goes away.
        if stream.read_exact(&mut line).is_ok() {
            stream.write_all(&line)?;
        }
        Ok(())
    })
}

/// A connection to a server that has `identity` and answers by `prove`.
pub fn connected<E: Display>(
    identity: &Identity,
    prove: impl FnOnce(&[u8]) -> Result<Vec<u8>, E> + Send + 'static,
) -> Unattested<UnixStream> {
    let (client, server) = sockets();
    serve(identity.server_config(), server, identity.certificate(), prove);
    Unattested::connect(host(), client, provider()).unwrap()
}
