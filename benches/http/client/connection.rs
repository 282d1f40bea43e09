//! GET requests over one connection, kept alive -> the octets of their bodies, lent in the pieces in which they come.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::answer::{self, Framing, Head};

const BUFFER: usize = 256 * 1024;
/// What the system keeps for a reader that is meant to be slow: more, and it would read for it.
const SMALL_BUFFER: u32 = 64 * 1024;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
    /// What of the buffer has come and was not taken yet.
    waiting: std::ops::Range<usize>,
}

impl Connection {
    pub(crate) fn open(host: &str) -> Self {
        Self::over(TcpStream::connect(host).unwrap(), host, BUFFER)
    }

    /// One that takes little at a time.
    pub(crate) fn open_small(host: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let stream = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(SMALL_BUFFER).unwrap();
            socket.connect(host.parse().unwrap()).await.unwrap().into_std().unwrap()
        });
        stream.set_nonblocking(false).unwrap();
        Self::over(stream, host, SMALL_BUFFER as usize / 4)
    }

    fn over(stream: TcpStream, host: &str, buffer: usize) -> Self {
        stream.set_nodelay(true).unwrap();
        Self { stream, host: host.to_owned(), buffer: vec![0; buffer], waiting: 0..0 }
    }

    /// Asks for `target` and lends the body to `take`, until it has ended or `take` wants no more. Whether it has ended; the
    /// connection is of no use if not.
    pub(crate) fn get(&mut self, target: &str, prefer: &str, mut take: impl FnMut(&[u8]) -> bool) -> bool {
        let prefer = if prefer.is_empty() { String::new() } else { format!("Prefer: {prefer}\r\n") };
        let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{prefer}\r\n", self.host);
        self.stream.write_all(request.as_bytes()).unwrap();
        let head = self.head();
        assert_eq!(head.status, 200, "{target}");
        match head.framing {
            Framing::Length(length) => self.lend(length, &mut take),
            Framing::Chunked => self.chunks(&mut take),
        }
    }

    fn head(&mut self) -> Head {
        loop {
            if let Some(head) = answer::head(&self.buffer[self.waiting.clone()]) {
                self.waiting.start += head.length;
                return head;
            }
            self.receive_more();
        }
    }

    fn chunks(&mut self, take: &mut impl FnMut(&[u8]) -> bool) -> bool {
        loop {
            let size = self.chunk_size();
            if size > 0 && !self.lend(size, take) {
                return false;
            }
            assert_eq!(self.line(), "", "a chunk ends with its line");
            if size == 0 {
                return true;
            }
        }
    }

    fn chunk_size(&mut self) -> usize {
        let line = self.line();
        usize::from_str_radix(&line, 16).unwrap_or_else(|_| panic!("{line} is no size of a chunk"))
    }

    fn line(&mut self) -> String {
        loop {
            let waiting = &self.buffer[self.waiting.clone()];
            if let Some(end) = answer::find(waiting, b"\r\n") {
                let line = String::from_utf8_lossy(&waiting[..end]).into_owned();
                self.waiting.start += end + 2;
                return line;
            }
            self.receive_more();
        }
    }

    /// Lends the next octets, so many.
    fn lend(&mut self, mut length: usize, take: &mut impl FnMut(&[u8]) -> bool) -> bool {
        while length > 0 {
            if self.waiting.is_empty() {
                self.receive_more();
            }
            let end = self.waiting.end.min(self.waiting.start + length);
            length -= end - self.waiting.start;
            let wanted = take(&self.buffer[self.waiting.start..end]);
            self.waiting.start = end;
            if !wanted {
                return false;
            }
        }
        true
    }

    fn receive_more(&mut self) {
        self.buffer.copy_within(self.waiting.clone(), 0);
        self.waiting = 0..self.waiting.len();
        let received = self.stream.read(&mut self.buffer[self.waiting.end..]).unwrap();
        assert_ne!(received, 0, "the server has closed the connection");
        self.waiting.end += received;
    }
}
