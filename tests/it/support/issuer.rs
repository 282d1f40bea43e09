//! An issuer of tokens on this machine: it describes itself and publishes its keys, as long as the test lets it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::signer::{AUDIENCE, Signer};

/// Serves until it is dropped.
pub(crate) struct Issuer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    keys: Vec<Value>,
    manner: Manner,
    /// How often it was asked for its keys.
    asked: usize,
    over: bool,
}

/// How an issuer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Well,
    /// Not at all: connections are closed.
    Away,
    /// With 500.
    Broken,
    /// By leading elsewhere.
    Redirecting,
    /// With more than anybody would read.
    Endless,
    /// As if it were another.
    AsAnother,
    /// With keys at an address without TLS.
    Leading,
}

impl Issuer {
    /// An issuer with these keys.
    pub(crate) fn start(keys: &[&Signer], manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let keys = keys.iter().map(|key| key.jwk()).collect();
        let state = Arc::new(Mutex::new(State { keys, manner, asked: 0, over: false }));
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if lock(&shared).over {
                    return;
                }
                // Whoever asked may have left.
                let _ = stream.and_then(|stream| answer(stream, &shared, address));
            }
        });
        Self { address, state, thread: Some(thread) }
    }

    /// Its name: `iss` in its tokens.
    pub(crate) fn name(&self) -> String {
        name(self.address)
    }

    /// What a gateway is configured with that believes it.
    pub(crate) fn config(&self) -> String {
        format!(
            "[access.roles.reader]\n\"*\" = true\n[access.jwt]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\nalgorithms = [\"RS256\", \"ES256\"]\nclock_skew = \"5s\"\n",
            self.name()
        )
    }

    /// Publishes these keys instead.
    pub(crate) fn publish(&self, keys: &[&Signer]) {
        lock(&self.state).keys = keys.iter().map(|key| key.jwk()).collect();
    }

    pub(crate) fn behave(&self, manner: Manner) {
        lock(&self.state).manner = manner;
    }

    /// How often it was asked for its keys.
    pub(crate) fn asked(&self) -> usize {
        lock(&self.state).asked
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        lock(&self.state).over = true;
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn name(address: SocketAddr) -> String {
    format!("http://{address}/tenant")
}

fn answer(mut stream: TcpStream, state: &Mutex<State>, address: SocketAddr) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut piece = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            length => request.extend_from_slice(&piece[..length]),
        }
    }
    let (manner, keys) = {
        let mut state = lock(state);
        state.asked += usize::from(request.starts_with(b"GET /tenant/keys "));
        (state.manner, json!({ "keys": state.keys }))
    };
    let described = request.starts_with(b"GET /tenant/.well-known/openid-configuration ");
    let body = match manner {
        Manner::Away => return Ok(()),
        Manner::Broken => {
            return stream.write_all(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        Manner::Redirecting => {
            let elsewhere = format!("{}/keys", name(address));
            let head = format!(
                "HTTP/1.1 302 Found\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            return stream.write_all(head.as_bytes());
        }
        Manner::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b' '; 16 * 1024])?;
            }
        }
        Manner::AsAnother if described => {
            json!({ "issuer": "https://other.example.com", "jwks_uri": keys_of(address) })
        }
        Manner::Leading if described => json!({ "issuer": name(address), "jwks_uri": "http://keys.example.com/" }),
        _ if described => json!({ "issuer": name(address), "jwks_uri": keys_of(address) }),
        _ => keys,
    };
    let body = body.to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())
}

fn keys_of(address: SocketAddr) -> String {
    format!("{}/keys", name(address))
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
