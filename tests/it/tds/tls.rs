//! A stream in which a TLS handshake is wrapped into prelogin packets, and what follows is not.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use super::octets::malformed;
use super::packet::{HEADER, PRELOGIN, header};

pub(super) struct Wrapped {
    stream: TcpStream,
    in_handshake: bool,
    /// The header of the packet that is being read, and how much of it there is.
    header: [u8; HEADER],
    header_read: usize,
    /// What is left of that packet.
    unread: usize,
    /// What TLS has written, to become one packet.
    written: Vec<u8>,
    /// A packet on its way.
    packet: Vec<u8>,
}

/// Performs the server's half of the handshake.
pub(super) async fn accept(stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<TlsStream<Wrapped>> {
    let wrapped = Wrapped {
        stream,
        in_handshake: true,
        header: [0; HEADER],
        header_read: 0,
        unread: 0,
        written: Vec::new(),
        packet: Vec::new(),
    };
    let mut stream = TlsAcceptor::from(config).accept(wrapped).await?;
    stream.get_mut().0.in_handshake = false;
    Ok(stream)
}

impl Wrapped {
    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Reads up to the body of a packet; false at the end of the stream.
    fn poll_header(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        while self.unread == 0 {
            let mut buffer = ReadBuf::new(&mut self.header[self.header_read..]);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            match buffer.filled().len() {
                0 => return Poll::Ready(Ok(false)),
                read => self.header_read += read,
            }
            if self.header_read == HEADER {
                if self.header[0] != PRELOGIN {
                    return Poll::Ready(Err(malformed("a handshake outside of prelogin")));
                }
                let length = usize::from(u16::from_be_bytes([self.header[2], self.header[3]]));
                self.unread = length.saturating_sub(HEADER);
                self.header_read = 0;
            }
        }
        Poll::Ready(Ok(true))
    }
}

impl AsyncRead for Wrapped {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.in_handshake {
            return Pin::new(&mut self.stream).poll_read(context, out);
        }
        if !ready!(self.poll_header(context))? {
            return Poll::Ready(Ok(()));
        }
        let most = self.unread.min(out.remaining());
        let mut body = ReadBuf::new(out.initialize_unfilled_to(most));
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut body))?;
        let read = body.filled().len();
        out.advance(read);
        self.unread -= read;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        if self.in_handshake {
            self.written.extend_from_slice(octets);
            return Poll::Ready(Ok(octets.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.packet.is_empty() && !this.written.is_empty() {
            this.packet.extend_from_slice(&header(PRELOGIN, true, 1, this.written.len()));
            this.packet.append(&mut this.written);
        }
        while !this.packet.is_empty() {
            let written = ready!(Pin::new(&mut this.stream).poll_write(context, &this.packet))?;
            this.packet.drain(..written);
        }
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
