//! A script -> a peer on this machine that speaks just enough TDS to be logged in to: for unit tests.

use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::super::target::Target;

const PRELOGIN: u8 = 0x12;
pub(super) const LOGIN: u8 = 0x10;
pub(super) const BATCH: u8 = 0x01;
pub(super) const TRANSACTION: u8 = 0x0E;
const ANSWER: u8 = 0x04;

/// What the peer does when a message has come.
pub(super) enum Reply {
    Tokens(Vec<u8>),
    /// The first octets of an answer whose rest never comes.
    Beginning(Vec<u8>),
    Silence,
    HangUp,
}

/// Messages, each with its kind.
type Messages = Mutex<Vec<(u8, Vec<u8>)>>;

pub(super) struct Peer {
    port: u16,
    connections: Arc<AtomicUsize>,
    received: Arc<Messages>,
}

impl Peer {
    /// Answers each message after the prelogin as `script` says, which is told the message's kind and how many
    /// connections there have been, this one included.
    pub(super) fn start(script: impl Fn(u8, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::listening(script, Some)
    }

    /// The same with TLS from the first octet on, as TDS 8.0 has it.
    pub(super) fn strict(tls: ServerConfig) -> Self {
        let tls = Arc::new(tls);
        let handshake = move |stream| Some(StreamOwned::new(ServerConnection::new(Arc::clone(&tls)).ok()?, stream));
        Self::listening(|kind, _| obliging(kind), handshake)
    }

    fn listening<S: Read + Write>(
        script: impl Fn(u8, usize) -> Reply + Send + Sync + 'static,
        open: impl Fn(TcpStream) -> Option<S> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let peer = Self { port, connections: Arc::default(), received: Arc::default() };
        let (connections, received) = (Arc::clone(&peer.connections), Arc::clone(&peer.received));
        let (script, open) = (Arc::new(script), Arc::new(open));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = connections.fetch_add(1, Ordering::SeqCst) + 1;
                let (received, script, open) = (Arc::clone(&received), Arc::clone(&script), Arc::clone(&open));
                thread::spawn(move || open(stream).map(|stream| converse(stream, number, &received, &*script)));
            }
        });
        peer
    }

    /// A peer that lets everybody in and answers every request with the number 7.
    pub(super) fn obliging() -> Self {
        Self::start(|kind, _| obliging(kind))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The messages of one kind that have come.
    pub(super) fn received(&self, kind: u8) -> Vec<Vec<u8>> {
        let received = self.received.lock().unwrap();
        received.iter().filter(|(other, _)| *other == kind).map(|(_, body)| body.clone()).collect()
    }

    /// The peer as a target, with further options.
    pub(super) fn target(&self, options: &str) -> Target {
        let port = self.port;
        Target::parse(&format!("mssql://gate:hunter2@127.0.0.1:{port}/Orders?encrypt=DANGER_PLAINTEXT&{options}"))
            .unwrap()
    }
}

/// What [`Peer::obliging`] answers.
pub(super) fn obliging(kind: u8) -> Reply {
    Reply::Tokens(match kind {
        LOGIN => logged_in(),
        TRANSACTION => done(),
        _ => [columns(), number(7), done()].concat(),
    })
}

fn converse(
    mut stream: impl Read + Write,
    number: usize,
    received: &Messages,
    script: &dyn Fn(u8, usize) -> Reply,
) -> Result<()> {
    loop {
        let (kind, body) = message(&mut stream)?;
        if kind == PRELOGIN {
            send(&mut stream, true, &prelogin())?;
            continue;
        }
        received.lock().unwrap().push((kind, body));
        match script(kind, number) {
            Reply::Tokens(tokens) => send(&mut stream, true, &tokens)?,
            Reply::Beginning(tokens) => send(&mut stream, false, &tokens)?,
            Reply::Silence => {}
            Reply::HangUp => return Ok(()),
        }
    }
}

fn message(stream: &mut impl Read) -> Result<(u8, Vec<u8>)> {
    let mut body = Vec::new();
    loop {
        let mut header = [0; 8];
        stream.read_exact(&mut header)?;
        let start = body.len();
        body.resize(start + usize::from(u16::from_be_bytes([header[2], header[3]])) - header.len(), 0);
        stream.read_exact(&mut body[start..])?;
        if header[1] & 1 == 1 {
            return Ok((header[0], body));
        }
    }
}

fn send(stream: &mut impl Write, whole: bool, body: &[u8]) -> Result<()> {
    let length = u16::try_from(body.len() + 8).unwrap().to_be_bytes();
    stream.write_all(&[&[ANSWER, u8::from(whole), length[0], length[1], 0, 0, 1, 0], body].concat())?;
    stream.flush()
}

/// Version 16.0.4096, no encryption.
fn prelogin() -> Vec<u8> {
    vec![0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 16, 0, 0, 0, 2]
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn token(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_le_bytes();
    [&[kind, length[0], length[1]], body].concat()
}

/// The login is accepted, and with it a token of Microsoft Entra ID, if that is what was sent.
pub(super) fn logged_in() -> Vec<u8> {
    let acknowledged = [&[1, 0x74, 0, 0, 4, 4][..], &wide("peer"), &[16, 0, 16, 0]].concat();
    [token(0xAD, &acknowledged), done()].concat()
}

pub(super) fn done() -> Vec<u8> {
    vec![0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// An error with a text that clients must not see.
pub(super) fn error(number: u32) -> Vec<u8> {
    let text = "words of the server";
    let length = u16::try_from(text.len()).unwrap().to_le_bytes();
    let body = [&number.to_le_bytes()[..], &[1, 14], &length, &wide(text), &[0, 0, 1, 0, 0, 0]].concat();
    [token(0xAA, &body), vec![0xFD, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat()
}

/// Go there instead.
pub(super) fn redirection(host: &str, port: u16) -> Vec<u8> {
    let count = u16::try_from(host.len()).unwrap().to_le_bytes();
    let value = [&[0][..], &port.to_le_bytes(), &count, &wide(host)].concat();
    let length = u16::try_from(value.len()).unwrap().to_le_bytes();
    [token(0xE3, &[&[20][..], &length, &value, &[0, 0]].concat()), done()].concat()
}

/// One column, a whole number.
pub(super) fn columns() -> Vec<u8> {
    [&[0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x38, 1][..], &wide("n")].concat()
}

pub(super) fn number(number: i32) -> Vec<u8> {
    [&[0xD1][..], &number.to_le_bytes()].concat()
}
