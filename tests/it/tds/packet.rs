//! Packets into messages, and an answer into packets of the size that the login agreed on.
//!
//! A message ends with the packet that says so. Packets in between may be short: that is how rows reach a client while
//! the server still waits for something.

use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::octets::malformed;

pub(super) const BATCH: u8 = 1;
pub(super) const RPC: u8 = 3;
pub(super) const ANSWER: u8 = 4;
pub(super) const ATTENTION: u8 = 6;
pub(super) const TRANSACTION_MANAGER: u8 = 14;
pub(super) const LOGIN: u8 = 16;
pub(super) const PRELOGIN: u8 = 18;

/// The packet size before the login has agreed on one.
pub(super) const FIRST_PACKET_SIZE: usize = 4096;

pub(super) const HEADER: usize = 8;
const LAST_OF_MESSAGE: u8 = 1;

/// What a client said, put together from its packets.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) kind: u8,
    pub(super) octets: Vec<u8>,
}

impl Message {
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut octets = Vec::new();
        loop {
            let mut header = [0; HEADER];
            stream.read_exact(&mut header).await?;
            let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
            let body = length.checked_sub(HEADER).ok_or_else(|| malformed("a packet is shorter than its header"))?;
            let start = octets.len();
            octets.resize(start + body, 0);
            stream.read_exact(&mut octets[start..]).await?;
            if header[1] & LAST_OF_MESSAGE != 0 {
                return Ok(Self { kind: header[0], octets });
            }
        }
    }

    /// The octets, if this is a message of that kind.
    pub(super) fn of_kind(&self, kind: u8) -> io::Result<&[u8]> {
        if self.kind == kind { Ok(&self.octets) } else { Err(malformed("a message of another kind was expected")) }
    }
}

/// A packet header for a body of so many octets.
pub(super) fn header(kind: u8, last: bool, number: u8, body: usize) -> [u8; HEADER] {
    let [high, low] = u16::try_from(body + HEADER).expect("a packet of less than 64 KiB").to_be_bytes();
    [kind, u8::from(last) * LAST_OF_MESSAGE, high, low, 0, 51, number, 0]
}

/// An answer on its way out. Holds no more than a packet's worth if [`Self::write_full`] is called often.
pub(super) struct Outgoing<W> {
    stream: W,
    body: usize,
    number: u8,
    waiting: BytesMut,
}

impl<W: AsyncWrite + Unpin> Outgoing<W> {
    pub(super) fn new(stream: W, packet_size: usize) -> Self {
        Self { stream, body: packet_size - HEADER, number: 0, waiting: BytesMut::new() }
    }

    /// Where tokens are put.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.waiting
    }

    /// Whether there is more than one packet can hold.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() > self.body
    }

    /// Writes the packets that are full and keeps at least an octet for the last one.
    pub(super) async fn write_full(&mut self) -> io::Result<()> {
        while self.is_full() {
            let body = self.waiting.split_to(self.body);
            self.write(&body, false).await?;
        }
        Ok(())
    }

    /// Writes all there is; the message goes on.
    pub(super) async fn write_part(&mut self) -> io::Result<()> {
        self.write_full().await?;
        if !self.waiting.is_empty() {
            let body = self.waiting.split();
            self.write(&body, false).await?;
        }
        self.stream.flush().await
    }

    /// Writes all there is and ends the message.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        self.write_full().await?;
        let body = self.waiting.split();
        self.write(&body, true).await?;
        self.number = 0;
        self.stream.flush().await
    }

    async fn write(&mut self, body: &[u8], last: bool) -> io::Result<()> {
        self.number = self.number.wrapping_add(1);
        let header = header(ANSWER, last, self.number, body.len());
        self.stream.write_all_buf(&mut Buf::chain(&header[..], body)).await
    }
}
