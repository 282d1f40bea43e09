//! A request line and header lines as octets, sent to a server: what only the web framework's side of the gateway reads, such as
//! `Accept-Encoding`, `Host` and the path before it is split. No answer may be an error of ours.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use deltalink::app::{App, InForce};
use deltalink::backend::{Backend, Opening, RowSink};
use deltalink::config::Config;
use deltalink::edm::Catalog;
use deltalink::error::Result;
use deltalink::sql::sqlite::Sqlite;
use deltalink::sql::{Dialect, Query, Script};
use deltalink::version::Window;

use super::{model, outcome};

/// An answer that does not come within this time never comes.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn run(input: &[u8]) -> u64 {
    let mut lines = input.split(|octet| *octet == b'\n');
    let path: Vec<u8> = lines.next().unwrap_or_default().iter().copied().filter(u8::is_ascii_graphic).collect();
    let mut request = [b"GET /odata/", &path[..], b" HTTP/1.1\r\nConnection: close\r\n"].concat();
    // A line that is longer than all heads may be is another matter: see `tests/it/faults`.
    for line in lines.take(40) {
        request.extend(line.iter().filter(|octet| !matches!(octet, b'\r' | b'\0')));
        request.extend(b"\r\n");
    }
    request.extend(b"\r\n");
    let mut stream = TcpStream::connect(server()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // What is too long is answered before all of it is read.
    let _ = stream.write_all(&request);
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_ok() || !answer.is_empty(), "no answer: {ended:?}");
    let status = answer.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3)).expect("a status line");
    assert_ne!(status, b"500", "{}", String::from_utf8_lossy(&answer));
    let head = answer.split(|octet| *octet == b'\r').map(|line| line.iter().take(24).collect::<Vec<_>>());
    outcome::of(&head.take(12).map(|line| outcome::of(&line)).collect::<Vec<_>>())
}

/// One server for all inputs.
fn server() -> SocketAddr {
    static SERVER: OnceLock<SocketAddr> = OnceLock::new();
    *SERVER.get_or_init(|| {
        let (listener, address) = deltalink::http::listen("127.0.0.1:0").unwrap();
        let (sender, ready) = mpsc::channel();
        // Made before: it needs a runtime of its own.
        model::catalog();
        std::thread::spawn(move || {
            deltalink::http::block_on(async {
                let keyring = deltalink::token::Keyring::generate();
                let app = App::new(Arc::new(Empty), keyring, &Config::default()).await.unwrap();
                let server = deltalink::http::server(InForce::new(Arc::new(app)), listener, None).unwrap();
                sender.send(()).unwrap();
                server.await.unwrap();
            });
        });
        ready.recv().unwrap();
        address
    })
}

/// A database without rows.
struct Empty;

#[async_trait]
impl Backend for Empty {
    fn dialect(&self) -> &'static dyn Dialect {
        &Sqlite
    }

    async fn describe(&self) -> Result<Catalog> {
        Ok(model::catalog().clone())
    }

    fn look_every(&self) -> Duration {
        PATIENCE
    }

    async fn read(&self, query: Query, mut sink: Box<dyn RowSink>) -> Result<()> {
        let window = query.history.is_some().then(Window::default);
        sink.begin(&Opening { window, count: query.count.is_some().then_some(0) })?;
        sink.end()
    }

    async fn stamp(&self) -> Result<u64> {
        Ok(1)
    }

    async fn execute(&self, _: Script) -> Result<u64> {
        Ok(0)
    }
}
