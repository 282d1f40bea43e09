//! A request and its answer as octets: what an HTTP library would hide, above all whether an answer is whole.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::patience::PATIENCE;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// How many chunks the body came in; 0 for a body of a length that was announced.
    pub(crate) chunks: usize,
    /// Whether the body is as long as was announced, or its last chunk has come.
    pub(crate) whole: bool,
}

/// Sends `request`, after which the connection is to be closed, and reads until it is.
#[track_caller]
pub(crate) fn exchange(address: SocketAddr, request: &str) -> Answer {
    let mut stream = send(address, request);
    let mut octets = Vec::new();
    let mut piece = [0; 16 * 1024];
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    loop {
        match stream.read(&mut piece) {
            Ok(length @ 1..) => octets.extend_from_slice(&piece[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the connection stays open behind: {}", String::from_utf8_lossy(&octets));
            }
            // A connection that is reset ends the answer like one that is closed: what has come, has come.
            _ => return Answer::parse(&octets),
        }
    }
}

/// Sends each request once the one before is answered, all on one connection; the statuses, as many as come before it is closed.
pub(crate) fn statuses(address: SocketAddr, requests: &[String]) -> Vec<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut statuses = Vec::new();
    let (mut octets, mut piece) = (Vec::new(), [0; 16 * 1024]);
    for request in requests {
        octets.clear();
        if stream.write_all(request.as_bytes()).is_err() {
            break;
        }
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            octets.extend_from_slice(&piece[..length]);
            let end = octets.windows(4).position(|window| window == b"\r\n\r\n");
            if end.is_some() && Answer::parse(&octets).whole {
                break;
            }
        }
        if octets.is_empty() {
            break;
        }
        statuses.push(Answer::parse(&octets).status);
    }
    statuses
}

/// GET, on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &str) -> Answer {
    exchange(address, &get_request(address, path, headers))
}

/// POST, on a connection of its own.
pub(crate) fn post(address: SocketAddr, path: &str, headers: &str, body: &str) -> Answer {
    exchange(address, &post_request(address, path, headers, body))
}

/// POST, but leaves after having read `octets`.
pub(crate) fn post_and_leave(address: SocketAddr, path: &str, headers: &str, body: &str, octets: usize) {
    leave(send(address, &post_request(address, path, headers, body)), octets);
}

fn post_request(address: SocketAddr, path: &str, headers: &str, body: &str) -> String {
    let headers = format!("Host: {address}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n", body.len());
    format!("POST {path} HTTP/1.1\r\n{headers}\r\n{body}")
}

/// GET; who drops the connection leaves.
pub(crate) fn begin(address: SocketAddr, path: &str, headers: &str) -> TcpStream {
    send(address, &get_request(address, path, headers))
}

/// GET, but leaves after having read `octets`.
pub(crate) fn get_and_leave(address: SocketAddr, path: &str, headers: &str, octets: usize) {
    leave(send(address, &get_request(address, path, headers)), octets);
}

fn leave(stream: TcpStream, octets: usize) {
    let read = stream.take(octets as u64).read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(read, octets, "the answer is too short to leave it early");
}

fn get_request(address: SocketAddr, path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Connection: close\r\n\r\n")
}

fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

impl Answer {
    fn parse(octets: &[u8]) -> Self {
        let end = octets.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&octets[..end]);
        let status = head[9..12].parse().unwrap();
        let rest = &octets[end + 4..];
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
        };
        let (body, chunks, whole) = if header("transfer-encoding").is_some() {
            unchunked(rest)
        } else {
            let length = header("content-length").map_or(0, |length| length.parse().unwrap());
            (rest.to_vec(), 0, rest.len() == length)
        };
        Self { status, body, chunks, whole }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The body, the number of its chunks, and whether the empty one that ends it has come.
fn unchunked(mut octets: &[u8]) -> (Vec<u8>, usize, bool) {
    let mut body = Vec::new();
    let mut chunks = 0;
    loop {
        let Some(end) = octets.windows(2).position(|window| window == b"\r\n") else { return (body, chunks, false) };
        let length = usize::from_str_radix(std::str::from_utf8(&octets[..end]).unwrap(), 16).unwrap();
        octets = &octets[end + 2..];
        if length == 0 {
            return (body, chunks, true);
        }
        let Some(chunk) = octets.get(..length + 2) else {
            body.extend_from_slice(octets);
            return (body, chunks, false);
        };
        body.extend_from_slice(&chunk[..length]);
        octets = &octets[length + 2..];
        chunks += 1;
    }
}
