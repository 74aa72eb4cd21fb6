//! Promise: what a peer sends after the handshake ends in an error or in a proof to verify: never in a panic, a hang or much memory.
#![cfg(all(feature = "cli", feature = "tls"))]

use crate::common::forge::{Key, sequence, tlv};
use crate::common::machine::{Machine, measured};
use crate::common::tls::{HOST, Identity, host, pair, provider, pump, serve, sockets, trusting};
use rustls::{ClientConnection, HandshakeKind, ServerConnection, StreamOwned};
use std::convert::Infallible;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tpmproof::crypto::SOFTWARE;
use tpmproof::tls::{Answer, Asked, MAX_ANSWER, QUESTION_SIZE, Question, TlsError, Unattested, answer};
use tpmproof::verify::{ChannelNonce, Role, TlsEndpoint};

type Server = StreamOwned<ServerConnection, UnixStream>;

/// How a peer goes away.
#[derive(Clone, Copy, Debug)]
enum End {
    /// With a `close_notify`.
    Told,
    /// Without a word.
    Untold,
    /// Not before the other end.
    Never,
}

const ENDS: [End; 2] = [End::Told, End::Untold];

fn leave(stream: &mut Server, end: End) {
    match end {
        End::Told => {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        End::Untold => {}
        End::Never => drop(stream.read(&mut [0; 1])),
    }
}

/// A client whose server reads the question and then does as it likes.
fn against(speak: impl FnOnce(&mut Server) + Send + 'static) -> Unattested<UnixStream> {
    let (client, server) = sockets();
    let connection = ServerConnection::new(Arc::new(Identity::of(2).server_config())).unwrap();
    std::thread::spawn(move || {
        let mut stream = StreamOwned::new(connection, server);
        stream.read_exact(&mut [0; QUESTION_SIZE]).unwrap();
        speak(&mut stream);
    });
    Unattested::connect(host(), client, provider()).unwrap()
}

/// What comes of an answer of these octets.
fn answered(octets: &[u8], end: End) -> Result<Answer, TlsError> {
    let octets = octets.to_vec();
    let mut unattested = against(move |stream| {
        let _ = stream.write_all(&octets).and_then(|()| stream.flush());
        leave(stream, end);
    });
    unattested.ask()
}

/// What comes of a question of these octets on the end that answers: what the TPM was asked to quote, and the connection's own part of it.
fn asked(octets: &[u8], end: End) -> (Result<(), TlsError>, Option<Vec<u8>>, [u8; 32]) {
    let identity = Identity::of(2);
    let (client, server) = sockets();
    let connection = ServerConnection::new(Arc::new(identity.server_config())).unwrap();
    let (quoted, quotes) = std::sync::mpsc::channel();
    let server = std::thread::spawn(move || {
        let mut stream = StreamOwned::new(connection, server);
        answer(&mut stream, identity.certificate(), |nonce: &[u8]| {
            quoted.send(nonce.to_vec()).unwrap();
            Ok::<_, Infallible>(sequence(&[]))
        })
    });
    let connection = ClientConnection::new(Arc::new(trusting()), host()).unwrap();
    let mut stream = StreamOwned::new(connection, client);
    // Where nothing is written there is still a handshake.
    stream.conn.complete_io(&mut stream.sock).unwrap();
    // The server may be gone before all of it has arrived.
    let _ = stream.write_all(octets).and_then(|()| stream.flush());
    let exporter = stream.conn.export_keying_material([0; 32], Role::Server.label(), None).unwrap();
    let mut held = None;
    match end {
        End::Told => {
            stream.conn.send_close_notify();
            let _ = stream.flush();
            held = Some(stream);
        }
        End::Untold => drop(stream),
        End::Never => held = Some(stream),
    }
    let result = server.join().unwrap();
    drop(held);
    (result, quotes.recv().ok(), exporter)
}

/// The question with this nonce.
fn question(nonce: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x02, &[1]), &tlv(0x04, nonce)])
}

fn channel(nonce: &[u8; 32], exporter: &[u8; 32]) -> Vec<u8> {
    let identity = Identity::of(2);
    let endpoint = TlsEndpoint::new(Role::Server, [identity.certificate()]).unwrap();
    ChannelNonce::new(&endpoint, nonce, exporter, &SOFTWARE).unwrap().as_bytes().to_vec()
}

/// The peer went away, and the time was not up.
fn is_end(error: &TlsError) -> bool {
    matches!(error, TlsError::Io(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset))
}

fn says(error: &TlsError, wanted: &str) {
    assert!(error.to_string().contains(wanted), "{error}");
}

#[test]
fn a_question_that_ends_early_is_an_error() {
    let whole = question(&[7; 32]);
    assert_eq!(whole.len(), QUESTION_SIZE);
    for end in ENDS {
        for length in 0..whole.len() {
            let (result, quoted, _) = asked(&whole[..length], end);
            let error = result.unwrap_err();
            assert!(is_end(&error), "{length}: {error}");
            assert_eq!(quoted, None);
        }
    }
    let (result, quoted, exporter) = asked(&whole, End::Never);
    result.unwrap();
    assert_eq!(quoted.unwrap(), channel(&[7; 32], &exporter));
}

#[test]
fn a_question_with_a_bit_flipped_is_an_error_or_another_question() {
    let whole = question(&[7; 32]);
    let mut others = 0;
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (result, quoted, exporter) = asked(&flipped, End::Told);
        match (result, quoted) {
            (Ok(()), Some(quoted)) => {
                assert_ne!(quoted, channel(&[7; 32], &exporter));
                let nonce: [u8; 32] = flipped[7..].try_into().unwrap();
                assert_ne!(nonce, [7; 32]);
                assert_eq!(quoted, channel(&nonce, &exporter));
                others += 1;
            }
            (Err(TlsError::Question(_) | TlsError::TooLong(QUESTION_SIZE)), None) => {}
            (Err(error), None) if is_end(&error) => {}
            other => panic!("bit {bit}: {other:?}"),
        }
    }
    assert_eq!(others, 32 * 8);
}

#[test]
fn what_is_no_question_is_an_error() {
    let nonce = tlv(0x04, &[7; 32]);
    let version = tlv(0x02, &[1]);
    for (octets, wanted) in [
        (tlv(0x31, &[]), "what the peer asks cannot be read: DER tag 0x31 where 0x30"),
        (sequence(&[]), "Question.version"),
        (sequence(&[&nonce]), "Question.version"),
        (sequence(&[&version]), "Question.nonce"),
        (sequence(&[&tlv(0x02, &[2]), &nonce]), "Question.version"),
        (question(&[7; 31]), "Question.nonce"),
        (question(&[]), "Question.nonce"),
        (sequence(&[&version, &tlv(0x05, &[7; 32])]), "Question.nonce"),
        (vec![0x30, 0x80, 0, 0], "indefinite length"),
        (vec![0x30, 0x81, 0x00], "what the peer asks cannot be read"),
        (vec![0x30, 0x84, 0, 0, 0, 1, 0], "what the peer asks cannot be read"),
        (vec![0x30, 0xff, 0, 0, 0, 1, 0], "what the peer asks cannot be read"),
        (question(&[7; 33]), "longer than 39 bytes"),
        (vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff], "longer than 39 bytes"),
        (vec![0x30, 0x82, 0x00, 0x25], "longer than 39 bytes"),
    ] {
        let begun = Instant::now();
        let (result, quoted, _) = asked(&octets, End::Never);
        let error = result.unwrap_err();
        assert!(error.to_string().contains(wanted), "{octets:02x?}: {error}");
        assert_eq!(quoted, None);
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    // Whole messages, as other transports bring them.
    let identity = Identity::of(2);
    let (_, server) = pair(&Arc::new(trusting()), &Arc::new(identity.server_config()));
    let mut long = question(&[7; 32]);
    long.push(0);
    for octets in [&long[..], &[], &[0x30], &long[..38]] {
        let error = Asked::by_client(&server, identity.certificate(), octets).unwrap_err();
        assert!(matches!(error, TlsError::Question(_)), "{error}");
    }
}

#[test]
fn an_answer_that_ends_early_is_an_error() {
    let key = Identity::of(2).key.spki();
    let machine = Machine { application: vec![measured(13, "tls-spki", "", &key)], ..Machine::new() };
    let proof = machine.proof();
    // Each octet of the beginning, where the lengths are, and some of the rest.
    let lengths = (0..64).chain((64..proof.len()).step_by(97)).chain([proof.len() - 1]);
    for (length, end) in lengths.zip(ENDS.into_iter().cycle()) {
        let error = answered(&proof[..length], end).unwrap_err();
        assert!(is_end(&error), "{length}: {error}");
    }
    for end in [0, 1] {
        let error = answered(&proof[..end], End::Told).unwrap_err();
        assert!(is_end(&error), "{error}");
    }
    for end in [End::Told, End::Untold, End::Never] {
        assert_eq!(answered(&proof, end).unwrap().as_bytes(), proof);
    }
    let refusal = tlv(0x80, b"not today");
    for end in ENDS {
        for length in 0..refusal.len() {
            assert!(is_end(&answered(&refusal[..length], end).unwrap_err()), "{length}");
        }
    }
}

#[test]
fn a_long_answer_is_refused_at_once() {
    let header = |length: usize| [&[0x30, 0x84][..], &u32::try_from(length).unwrap().to_be_bytes()].concat();
    let too_long = [
        header(MAX_ANSWER + 1),
        // With the six octets of the header one more than what is read.
        header(MAX_ANSWER - 5),
        vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        vec![0x30, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00],
        vec![0x80, 0x84, 0xff, 0xff, 0xff, 0xff],
        [&[0x30, 0xff][..], &[0xff; 127]].concat(),
    ];
    for octets in too_long {
        let mut unattested = against({
            let octets = octets.clone();
            move |stream| {
                stream.write_all(&octets).unwrap();
                // Without this more would be waited for.
                leave(stream, End::Never);
            }
        });
        let begun = Instant::now();
        let mut result = None;
        let used = allocation_counter::measure(|| result = Some(unattested.ask()));
        let error = result.unwrap().unwrap_err();
        assert!(matches!(error, TlsError::TooLong(MAX_ANSWER)), "{octets:02x?}: {error}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(used.bytes_total < 256 * 1024, "{octets:02x?}: {used:?}");
    }
    // The longest that is read, and how little of it arrives decides what it costs.
    let longest = header(MAX_ANSWER - 6);
    let mut unattested = against(move |stream| stream.write_all(&longest).unwrap());
    let mut result = None;
    let used = allocation_counter::measure(|| result = Some(unattested.ask()));
    assert!(is_end(&result.unwrap().unwrap_err()));
    assert!(used.bytes_total < 256 * 1024, "{used:?}");
}

#[test]
fn what_is_no_answer_is_an_error() {
    for (octets, wanted) in [
        (vec![0x31, 0], "what the peer answers is no proof: DER tag 0x31 where 0x30"),
        (vec![0x04, 1, 7], "tag 0x04"),
        (vec![0x00, 0], "tag 0x00"),
        (vec![0xa0, 0], "tag 0xa0"),
        (vec![0x81, 0], "tag 0x81"),
        (vec![0x30, 0x80, 0, 0], "indefinite length"),
        (vec![0x80, 0x80, 0, 0], "indefinite length"),
        (vec![0x30, 0x81, 0x00], "is no proof"),
        (vec![0x30, 0x81, 0x01, 0x00], "is no proof"),
        (vec![0x30, 0x84, 0, 0, 0, 0], "is no proof"),
        (vec![0x30, 0x85, 0, 0, 0, 0, 0], "is no proof"),
        (vec![0x30, 0xff, 0, 0, 0, 1, 0], "is no proof"),
    ] {
        let error = answered(&octets, End::Never).unwrap_err();
        assert!(error.to_string().contains(wanted), "{octets:02x?}: {error}");
    }
    // One element that is no proof is told by who reads it.
    let proof = Machine::new().proof();
    let long = sequence(&[&proof, &[5, 0]]);
    for octets in [sequence(&[]), sequence(&[&tlv(0x02, &[1])]), sequence(&[&proof]), long] {
        let answer = answered(&octets, End::Told).unwrap();
        assert_eq!(answer.as_bytes(), octets);
        answer.proof().unwrap_err();
    }
}

#[test]
fn what_follows_an_answer_is_no_part_of_it() {
    let proof = Machine::new().proof();
    let both = [&proof[..], b"hello"].concat();
    let answer = answered(&both, End::Told).unwrap();
    assert_eq!(answer.as_bytes(), proof);
    answer.proof().unwrap();
}

#[test]
fn a_refusal_is_told_in_words_that_cannot_do_harm() {
    for (octets, shown) in [
        (&b"the TPM is busy"[..], "the TPM is busy"),
        (b"", ""),
        (b"\x1b[2J\r\n\0", "\\u{1b}[2J\\u{d}\\u{a}\\u{0}"),
        ("\u{202e}gnp\u{200b}".as_bytes(), "\\u{202e}gnp\\u{200b}"),
        (b"\xff\xc3(", "\u{fffd}\u{fffd}("),
    ] {
        for end in ENDS {
            let error = answered(&tlv(0x80, octets), end).unwrap_err();
            assert!(matches!(error, TlsError::Refused(_)), "{error:?}");
            assert_eq!(error.to_string(), format!("the peer does not prove: {shown}"));
        }
    }
}

#[test]
fn a_refusal_is_no_longer_than_what_a_person_reads() {
    let error = answered(&tlv(0x80, &vec![b'a'; 4 * 1024 * 1024]), End::Told).unwrap_err();
    let length = error.to_string().len();
    assert!(length < 64 * 1024, "{length} characters");
}

#[test]
fn what_is_no_answer_is_not_sent() {
    for made in [vec![], b"-----BEGIN".to_vec(), vec![0x30, 5, 0], vec![0x30, 0, 0], tlv(0x80, b"no")] {
        let identity = Identity::of(2);
        let (client, server) = sockets();
        client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let sent = made.clone();
        let server =
            serve(identity.server_config(), server, identity.certificate(), move |_| Ok::<_, Infallible>(sent));
        let mut unattested = Unattested::connect(host(), client, provider()).unwrap();
        std::thread::spawn(move || unattested.ask().map(drop));
        let result = server.join().unwrap();
        assert!(matches!(result, Err(TlsError::NotProved(_))), "{made:02x?}: {result:?}");
    }
}

#[test]
fn both_ends_know_that_there_is_no_proof() {
    let identity = Identity::of(2);
    let (client, server) = sockets();
    let server = serve(identity.server_config(), server, identity.certificate(), |_| Err::<Vec<u8>, _>("out of keys"));
    let error = Unattested::connect(host(), client, provider()).unwrap().ask().unwrap_err();
    says(&error, "the peer does not prove: out of keys");
    let error = server.join().unwrap().unwrap_err();
    assert!(matches!(&error, TlsError::NotProved(reason) if reason == "out of keys"), "{error}");
}

#[test]
fn each_question_of_a_connection_is_another() {
    let identity = Identity::of(2);
    let key = identity.key.spki();
    let machine = Machine { application: vec![measured(13, "tls-spki", "", &key)], ..Machine::new() };
    let (client, server) = sockets();
    let connection = ServerConnection::new(Arc::new(identity.server_config())).unwrap();
    let server = std::thread::spawn(move || {
        let mut stream = StreamOwned::new(connection, server);
        let mut nonces = Vec::new();
        for _ in 0..2 {
            answer(&mut stream, identity.certificate(), |nonce| {
                nonces.push(nonce.to_vec());
                Ok::<_, Infallible>(machine.proof_for(nonce))
            })
            .unwrap();
        }
        nonces
    });
    let mut unattested = Unattested::connect(host(), client, provider()).unwrap();
    let (first, second) = (unattested.ask().unwrap(), unattested.ask().unwrap());
    let nonces = server.join().unwrap();
    assert_ne!(nonces[0], nonces[1]);
    assert_ne!(first.as_bytes(), second.as_bytes());
}

#[test]
fn a_server_that_is_asked_twice_takes_the_second_question_for_data() {
    // It answers once; what follows is the application's.
    let identity = Identity::of(2);
    let mut unattested = crate::common::tls::connected(&identity, |_| Ok::<_, Infallible>(sequence(&[])));
    unattested.ask().unwrap();
    // It echoes the beginning of the question, which is no answer, and goes away.
    let error = unattested.ask().unwrap_err();
    assert!(is_end(&error), "{error}");
}

#[test]
fn nothing_is_asked_before_the_handshake() {
    let identity = Identity::of(2);
    let client = ClientConnection::new(Arc::new(trusting()), host()).unwrap();
    let server = ServerConnection::new(Arc::new(identity.server_config())).unwrap();
    let (certificate, message) = (identity.certificate(), question(&[7; 32]));
    for error in [
        Question::to_server(&client, HOST, &provider()).unwrap_err(),
        Question::to_client(&server, &provider()).unwrap_err(),
        Asked::by_client(&server, certificate, &message).unwrap_err(),
        Asked::by_server(&client, certificate, &message).unwrap_err(),
    ] {
        assert!(matches!(error, TlsError::NoExporter(_)), "{error}");
    }
}

#[test]
fn a_resumed_connection_is_bound_to_nothing() {
    let identity = Identity::of(2);
    let (client, server) = (Arc::new(trusting()), Arc::new(identity.server_config()));
    let (first, _) = pair(&client, &server);
    assert_eq!(first.handshake_kind(), Some(HandshakeKind::Full));
    Question::to_server(&first, HOST, &provider()).unwrap();
    let (second, served) = pair(&client, &server);
    assert_eq!(second.handshake_kind(), Some(HandshakeKind::Resumed));
    for error in [
        Question::to_server(&second, HOST, &provider()).unwrap_err(),
        Question::to_client(&served, &provider()).unwrap_err(),
        Asked::by_client(&served, identity.certificate(), &question(&[7; 32])).unwrap_err(),
        Asked::by_server(&second, identity.certificate(), &question(&[7; 32])).unwrap_err(),
    ] {
        assert!(matches!(error, TlsError::Unbindable(_)), "{error}");
        says(&error, "the connection resumes an earlier one");
    }
    // Over a stream nothing is sent, not even the question.
    let (here, there) = sockets();
    let mut connection = ServerConnection::new(server).unwrap();
    let silent = std::thread::spawn(move || {
        let mut there = there;
        while connection.is_handshaking() {
            // The other end may be gone before the tickets are written.
            let _ = connection.complete_io(&mut there);
        }
        assert_eq!(connection.handshake_kind(), Some(HandshakeKind::Resumed));
        let mut stream = StreamOwned::new(connection, there);
        let mut octets = Vec::new();
        let _ = stream.read_to_end(&mut octets);
        octets
    });
    let mut unattested = Unattested::connect_with(client, host(), here, provider()).unwrap();
    let error = unattested.ask().unwrap_err();
    assert!(matches!(error, TlsError::Unbindable(_)), "{error}");
    drop(unattested);
    assert_eq!(silent.join().unwrap(), b"");
}

#[test]
fn a_server_that_never_answers_costs_the_time_of_the_socket() {
    let (client, server) = sockets();
    client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let connection = ServerConnection::new(Arc::new(Identity::of(2).server_config())).unwrap();
    let silent = std::thread::spawn(move || {
        let mut stream = StreamOwned::new(connection, server);
        stream.read_exact(&mut [0; QUESTION_SIZE]).unwrap();
        leave(&mut stream, End::Never);
    });
    let mut unattested = Unattested::connect(host(), client, provider()).unwrap();
    let begun = Instant::now();
    match unattested.ask().unwrap_err() {
        TlsError::Io(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}"),
        other => panic!("{other}"),
    }
    assert!((Duration::from_millis(250)..Duration::from_secs(10)).contains(&begun.elapsed()));
    drop(unattested);
    silent.join().unwrap();
}

#[test]
fn a_peer_that_never_shakes_hands_costs_the_time_of_the_socket() {
    let (client, _server) = sockets();
    client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let error = Unattested::connect(host(), client, provider()).unwrap_err();
    assert!(matches!(error, TlsError::Io(_)), "{error}");
    // One that speaks something else, and one that goes away.
    let (client, mut server) = sockets();
    server.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    let error = Unattested::connect(host(), client, provider()).unwrap_err();
    assert!(matches!(error, TlsError::Tls(_)), "{error}");
    let (client, server) = sockets();
    drop(server);
    let error = Unattested::connect(host(), client, provider()).unwrap_err();
    assert!(matches!(error, TlsError::Io(_)), "{error}");
}

/// A transport that takes nothing any more.
struct Shut(u32);

impl Read for Shut {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Ok(0)
    }
}

impl Write for Shut {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        self.0 += 1;
        if self.0 > 1000 { Err(ErrorKind::Other.into()) } else { Ok(0) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_transport_that_takes_nothing_is_not_asked_for_ever() {
    let mut shut = Shut(0);
    let Err(error) = Unattested::connect(host(), &mut shut, provider()) else { panic!("connected") };
    assert!(matches!(error, TlsError::Io(_)), "{error}");
    assert!(shut.0 < 10, "written to {} times", shut.0);
}

#[test]
fn a_certificate_that_cannot_be_read_is_an_error() {
    // Of what rustls takes for a certificate, and this verifier does not: an extension that stands twice.
    let key = Key::new(2);
    let mut certificate = crate::common::forge::Certificate::server("a server", HOST, &key);
    certificate.extensions.push(crate::common::forge::extension("2a030405", false, &[5, 0]));
    certificate.extensions.push(crate::common::forge::extension("2a030405", false, &[5, 0]));
    let identity = Identity { chain: vec![certificate.sign(&key)], key };
    let mut client = ClientConnection::new(Arc::new(trusting()), host()).unwrap();
    let mut server = ServerConnection::new(Arc::new(identity.server_config())).unwrap();
    pump(&mut client, &mut server);
    let error = Question::to_server(&client, HOST, &provider()).unwrap_err();
    says(&error, "the peer's certificate cannot be read");
    // More of them than are looked at.
    let one = Identity::of(2);
    let many = Identity { chain: vec![one.certificate().to_vec(); 9], ..one };
    let (client, _) = pair(&Arc::new(trusting()), &Arc::new(many.server_config()));
    let error = Question::to_server(&client, HOST, &provider()).unwrap_err();
    assert!(matches!(error, TlsError::Peer(_)), "{error}");
}
