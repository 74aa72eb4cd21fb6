//! A client that sends nothing before the server has proved what it is.
//!
//! The policy is one that `tpmproof policy compile` made. `examples/blind` runs this beside a server, and beside some that lie.

use clap::Parser;
use core::error::Error;
use core::time::Duration;
use rustls::pki_types::ServerName;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tpmproof::tls::Unattested;
use tpmproof::verify::{Policy, Time};

#[derive(Parser)]
struct Arguments {
    /// The server
    #[arg(long)]
    connect: String,
    /// The name by which it is called
    #[arg(long, default_value = "blind.example")]
    name: String,
    /// What must run there, compiled
    #[arg(long)]
    policy: PathBuf,
    /// What to send
    #[arg(long)]
    say: String,
    /// Keep the proof
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            println!("REFUSED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    let policy = std::fs::read(&arguments.policy)?;
    let policy = Policy::from_der(&policy)?;
    let socket = TcpStream::connect(&arguments.connect)?;
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    socket.set_write_timeout(Some(Duration::from_secs(30)))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());

    let mut server = Unattested::connect(ServerName::try_from(arguments.name)?, socket, provider)?;
    let answer = server.ask()?;
    let proof = answer.proof()?;
    let report = match answer.verify(&proof, &policy, None, Time::now()) {
        Ok(report) => report,
        Err(rejection) => {
            println!("REJECTED: {rejection}\n\n{}", rejection.report);
            return Ok(ExitCode::FAILURE);
        }
    };
    println!("ACCEPTED\n\n{report}");
    if let Some(path) = arguments.keep {
        std::fs::write(path, answer.as_bytes())?;
    }

    // Only now there is something to write to.
    let mut stream = BufReader::new(server.admit(&report)?);
    writeln!(stream.get_mut(), "{}", arguments.say)?;
    let mut said = String::new();
    stream.read_line(&mut said)?;
    print!("{said}");
    Ok(ExitCode::SUCCESS)
}
